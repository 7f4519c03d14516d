"""What robots.txt says is remembered and its changes are told; a site that keeps us out is blocked and not broken; a source that
was never tried waits."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from banwatch import main
from crawler import CrawlReport, CrawlSettings, crawl
from crawler.report import Outcome
from crawler.robots import NO_RULES, said
from records import Source
from tests.crawler.test_troubles import Told, articles, desk, feed
from tests.crawler.web import Web, served
from verbs import common

OLD, NEW = (
    "User-agent: *\nDisallow: /private\n",
    "User-agent: *\nDisallow: /private\nCrawl-delay: 0.1\nDisallow: /search\n",
)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("user-agent: *\n# a comment\ndisallow: /a # why\nDisallow: /b", True),
        ("User-agent: other\nDisallow: /\n\nUser-agent: *\nDisallow: /b\nDisallow: /a", True),
        ("User-agent: *\nDisallow: /a\n\nSitemap: https://x.example/s.xml\nUser-agent: *\nDisallow: /b", True),
        ("User-agent: other\nUser-agent: banwatch\nDisallow: /a\nDisallow: /b\nUser-agent: *\nDisallow: /", True),
        ("User-agent: *\nDisallow: /a", False),
        ("User-agent: *\nAllow: /a\nDisallow: /b", False),
        ("User-agent: other\nDisallow: /a\nDisallow: /b", False),
    ],
)
def test_what_robots_txt_says_hangs_on_its_rules_for_us_alone(text: str, same: bool) -> None:
    assert (said(text, "Banwatch") == said("User-agent: *\nDisallow: /a\nDisallow: /b", "Banwatch")) is same


def test_what_robots_txt_says_is_told_in_words() -> None:
    assert said("", "Banwatch") == said("User-agent: *\nDisallow:\n", "Banwatch") == NO_RULES
    assert said("a" * 1_000_000, "Banwatch") == NO_RULES  # one line without end is read once, not once a letter
    assert said("User-agent: *\nDisallow: /a\nCrawl-delay: 5", "Banwatch").startswith("1 rule, delay 5 (")


def reported(folder: Path, web: Web, sources: list[Source], name: str) -> CrawlReport:
    settings = replace(CrawlSettings.for_loopback(web.base), retries=0, timeout=60.0, parse_time=60.0)
    return crawl(sources, folder / "archive.db", folder / "tracker.db", run=name, settings=settings)


def test_a_changed_robots_txt_and_a_shut_door_are_told_and_break_nothing(tmp_path: Path) -> None:
    pages = {"/robots.txt": ("text/plain", OLD), "/open/feed": feed("open", [0]), **articles("open", [0])}
    shut = {"/shut/feed": lambda request: (403, {}, b"not from where you are")}
    with served(pages | shut) as web:
        sources = [desk(web, "open"), desk(web, "shut", blocked=("http-403",)), desk(web, "law", blocked=())]
        web.pages["/law/feed"] = lambda request: (451, {}, b"not by law")
        first = reported(tmp_path, web, sources, "2026-01-01T00:00:00+00:00")
        told = Told(tmp_path)
        assert {o.source: o.word for o in first.outcomes} == {"open": "ok", "shut": "blocked", "law": "blocked"}
        assert first.exit_code == 0 and "kept out by shut, law" in first.line()
        assert [told.state(name)["state"] for name in ("shut", "law")] == ["blocked", "blocked"]
        assert told.state("open")["robots"].startswith("1 rule (") and not told.issues("open")
        web.pages["/robots.txt"] = ("text/plain", NEW)
        reported(tmp_path, web, sources, "2026-01-02T00:00:00+00:00")
        issue = told.issues("open")["robots-changed"]
        assert "2 rules, delay 0.1" in issue["message"] and told.state("open")["state"] == "ok"
        web.pages["/robots.txt"] = ("text/plain", "# as it was\n" + OLD)
        reported(tmp_path, web, sources, "2026-01-03T00:00:00+00:00")
        assert not told.issues("open"), "an issue closes itself when its cause is gone"
        web.pages["/shut/feed"] = lambda request: (404, {}, b"gone")
        last = reported(tmp_path, web, sources, "2026-01-04T00:00:00+00:00")
        assert told.state("shut")["state"] == "failing" and last.exit_code == 5, "only what keeps us out is blocked"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["blocked"], 0),
        (["blocked", "ok"], 0),
        (["blocked", "failed"], 5),
        (["failed", "failed"], 6),
        (["ok", "degraded"], 5),
    ],
)
def test_a_blocked_source_is_no_failure_of_the_crawl(words: list[str], code: int) -> None:
    made = {
        "ok": Outcome("a", pages=1, records=1),
        "blocked": Outcome("a", faults=("http-451",), blocked=True),
        "failed": Outcome("a", faults=("http-404",)),
        "degraded": Outcome("a", pages=1, records=1, faults=("http-404",)),
    }
    assert [made[word].word for word in words] == words
    assert CrawlReport("1", 1.0, tuple(made[word] for word in words)).exit_code == code


def test_a_source_that_was_never_tried_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with served({"/one/feed": feed("one", [0]), **articles("one", [0])}) as web:
        watched = [desk(web, "one"), desk(web, "two"), desk(web, "paper", by_hand="a CAPTCHA")]
        monkeypatch.setattr(common, "registry", lambda: watched)
        common.prepare(common.Home(tmp_path), watched)
        reported(tmp_path, web, watched[:1], "2026-01-01T00:00:00+00:00")
    shown = CliRunner().invoke(main, ["--home", str(tmp_path), "health", "--json"])
    states = {row["source"]: row["state"] for row in json.loads(shown.stdout)["sources"]}
    assert (states, shown.exit_code) == ({"one": "ok", "two": "waiting", "paper": "by hand"}, 0)
    one = CliRunner().invoke(main, ["--home", str(tmp_path), "health", "one"])
    told = dict(line.split(maxsplit=1) for line in one.stdout.splitlines())
    assert one.exit_code == 0 and {
        "last_success",
        "last_new",
        "items",
        "bytes",
        "languages",
        "coverage",
        "robots",
        "failures",
    } <= set(told)
    assert CliRunner().invoke(main, ["--home", str(tmp_path), "health", "oen"]).exit_code == 2
