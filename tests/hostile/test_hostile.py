"""Every case of the hostile web ends as its table says, in one crawl with healthy sources, and harms nobody else."""

from __future__ import annotations

import gzip
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from store.archive import Archive
from tests.hostile import web
from tests.hostile.conftest import BUMPED, Campaign

PEAK = 400_000_000  # bytes
ROOT = Path(__file__).parent.parent.parent


def test_every_case_ends_as_its_table_says(campaign: Campaign) -> None:
    assert len(campaign.cases) == 257
    other = {c.path: web.differs(c, campaign.first[c.path]) for c in campaign.cases if c.reason != "flapping"}
    assert {path: how for path, how in other.items() if how} == {}


def test_healthy_sources_are_stored_whatever_the_others_do(campaign: Campaign) -> None:
    assert all(campaign.first[path].versions == 1 for path in web.HEALTHY)
    assert campaign.crawls[0].report["exit_code"] == 5, "done in part"


def test_a_second_crawl_adds_nothing_where_nothing_changed(campaign: Campaign) -> None:
    grown = {
        case.path: (
            campaign.first[case.path].versions,
            campaign.last[case.path].versions,
            campaign.last[case.path].news,
        )
        for case in campaign.cases
        if case.outcome == "unchanged"
    }
    assert {path: n for path, n in grown.items() if n[0] != n[1] or n[2]} == {}


def test_texts_that_take_turns_are_told_and_are_no_news(campaign: Campaign) -> None:
    assert web.differs(campaign.case("/http/flap"), campaign.last["/http/flap"]) == ""


def test_a_change_is_one_version_more(campaign: Campaign) -> None:
    """Also the one a server hides behind an entity tag that never changes: the page is asked for whole after some days."""
    grown = {path: campaign.last[path].versions - campaign.first[path].versions for path in BUMPED}
    assert grown == dict.fromkeys(BUMPED, 1)


@pytest.mark.parametrize("path", ["/http/etag", "/feed/etag", "/http/last-modified"])
def test_the_second_request_is_conditional_and_brings_no_body(campaign: Campaign, path: str) -> None:
    asked = [{k.lower() for k, _ in r["headers"]} for r in campaign.requests[1] if r["path"] == path]
    assert len(asked) == 1 and asked[0] & {"if-none-match", "if-modified-since"}
    with Archive(campaign.home / "archive.db", readonly=True) as archive:
        rows = list(archive.sightings(source=web.name(path)))
    assert [row.outcome for row in rows] == ["stored", "unchanged", "unchanged", "unchanged", "stored"]


def test_nothing_reaches_an_address_inside(campaign: Campaign) -> None:
    assert campaign.canary == 0
    assert not _holding(campaign, b"CANARY-SECRET", b"root:x:", b"HOSTILE-DATA")


def test_a_token_stays_with_its_source(campaign: Campaign) -> None:
    got = [r for crawl in campaign.requests for r in crawl if any(k.lower() == "x-api-key" for k, _ in r["headers"])]
    assert {r["path"] for r in got} == {"/redir/cross-origin", "/redir/post-307"}, "its own host got it"
    assert campaign.leaks == []
    assert not _holding(campaign, web.TOKEN.encode())
    assert not any(web.TOKEN in crawl.log for crawl in campaign.crawls)


def test_nothing_that_is_published_or_handed_on_holds_a_token(campaign: Campaign, tmp_path: Path) -> None:
    """Feeds, exports, health and a backup of what was crawled with a token in the environment; the crawl's own job file is ours."""
    from click.testing import CliRunner

    from banwatch import main

    for words in (["feed", "build", "--out", str(tmp_path / "feeds")], ["export", "csv", "--out", str(tmp_path / "csv")], ["export", "warc", "--out", str(tmp_path / "all.warc.gz")],
                  ["backup", str(tmp_path / "copy")], ["health", "--json"], ["sources", "list", "--json"]):  # fmt: skip
        said = CliRunner(env={"BANWATCH_TEST_TOKEN": web.TOKEN}).invoke(main, ["--home", str(campaign.home), *words])
        assert said.exit_code in {0, 5}, said.output
        assert web.TOKEN not in said.output, words
    held = {
        path: gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        for path in tmp_path.rglob("*")
        if path.is_file()
    }
    assert len(held) > 20
    assert [path.name for path, data in held.items() if web.TOKEN.encode() in data] == []


def _holding(campaign: Campaign, *words: bytes) -> list[str]:
    """Files of the home folder, and archived bodies, that hold one of the words."""
    found = [p.name for p in campaign.home.iterdir() if p.is_file() and any(word in p.read_bytes() for word in words)]
    with Archive(campaign.home / "archive.db", readonly=True) as archive:
        return found + [sha for sha in archive.bodies() if any(word in archive.body(sha) for word in words)]


@pytest.mark.parametrize("path", ["/robots-disallowed/policy", "/private/x"])
def test_what_robots_txt_forbids_is_never_asked_for(campaign: Campaign, path: str) -> None:
    assert not [r for r in campaign.requests[0] if r["path"] == path]


@pytest.mark.parametrize("name", ["disallow-all", "500", "hang", "reset", "bom-crlf", "wildcard", "redirect-5"])
def test_a_site_whose_robots_txt_says_no_is_not_asked(campaign: Campaign, name: str) -> None:
    assert not [r for r in campaign.requests[0] if r["listener"] == f"robots-{name}" and r["path"] == "/policy"]


def test_a_crawl_delay_is_kept(campaign: Campaign) -> None:
    times = [r["t"] for r in campaign.requests[0] if r["listener"] == "robots-delay"]
    assert len(times) == 2 and times[1] - times[0] >= 2


@pytest.mark.parametrize("path", ["/http/429-seconds", "/http/429-date"])
def test_a_short_retry_after_is_waited_out_by_the_whole_host(campaign: Campaign, path: str) -> None:
    times = [r["t"] for r in campaign.requests[0] if r["path"] == path]
    assert len(times) == 2
    assert times[1] - times[0] >= (2 if path.endswith("seconds") else 1)
    assert campaign.first[path].message == "came at try 2"


@pytest.mark.parametrize("path", ["/http/429-forever", "/http/429-huge", "/http/429-garbage"])
def test_a_site_that_says_too_many_is_left_alone(campaign: Campaign, path: str) -> None:
    assert len([r for r in campaign.requests[0] if r["path"] == path]) == 1
    hours = {"/http/429-forever": 1, "/http/429-huge": 24, "/http/429-garbage": 1}[path]
    db = sqlite3.connect(campaign.home / "tracker.db")
    (until,) = db.execute("select next_try from health where source = ?", (web.name(path),)).fetchone()
    assert until == (web.BEGIN + timedelta(hours=hours)).isoformat()


def test_a_refusal_for_good_is_not_asked_again(campaign: Campaign) -> None:
    for status in (401, 403, 404, 410, 451):
        assert len([r for r in campaign.requests[0] if r["path"] == f"/http/{status}"]) == 1, status


def test_we_say_who_we_are_and_in_which_language_we_ask(campaign: Campaign) -> None:
    said = [{k.lower(): v for k, v in r["headers"]} for r in campaign.requests[0]]
    assert all(h["user-agent"].startswith("Banwatch/") and web.CONTACT in h["user-agent"] for h in said)
    assert not any({"cookie", "referer", "authorization"} & set(h) for h in said)


def test_traps_end_within_their_budget(campaign: Campaign) -> None:
    for case in campaign.cases:
        if case.outcome == "trap":
            hits = [r for r in campaign.requests[0] if r["path"].startswith(case.path) and r["listener"] == "main"]
            assert 1 <= len(hits) <= case.source.max_pages, case.path


def test_memory_of_the_whole_crawl_is_bounded(campaign: Campaign) -> None:
    assert campaign.crawls[0].peak < PEAK, f"{campaign.crawls[0].peak / 1e6:.0f} MB"


def test_nothing_but_named_lines_on_the_terminal(campaign: Campaign) -> None:
    assert not any("Traceback" in crawl.log or "\x1b" in crawl.log for crawl in campaign.crawls)


def test_what_is_published_is_clean(campaign: Campaign) -> None:
    """No control character, surrogate or non-character in any text; no address that a click would run."""
    from store.database import UNCLEAN

    db = sqlite3.connect(campaign.home / "tracker.db")
    for (table,) in db.execute(
        "select name from sqlite_master where type = 'table' and name not like 'search%'"
    ).fetchall():
        for row in db.execute(f"select * from {table}"):
            for value in row:
                assert not (isinstance(value, str) and UNCLEAN.search(value)), (table, str(value)[:80])
    urls = [
        u
        for (u,) in db.execute(
            "select url from article union select url from document union select url from development"
        )
    ]
    assert urls and [u for u in urls if u and not u.startswith(("http://", "https://"))] == []


def test_deviations_from_the_table_are_told_with_their_reason() -> None:
    told = (ROOT / "docs" / "explanation" / "reliability.md").read_text(encoding="utf-8")
    assert [path for path in web.OTHERWISE if f"`{path}`" not in told] == []
