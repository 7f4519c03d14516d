"""Known troubles of real sources, over HTTP on loopback: lists with pages behind them, pages built by JavaScript, feeds that turn
into something else, front doors, budgets, locks of killed crawls, and sources that are kept by hand or gone.

Three crawls of one web serve most of the tests: as it was, as it is, and a back-fill.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

import parsers
from crawler import CrawlSettings, browser, crawl
from crawler.lock import crawl_lock
from crawler.schedule import LONGEST, SHORTEST, pause
from crawler.settings import scrapy_settings
from errors import BadStore
from records import Expect, Selector, Source
from store.archive import Archive
from store.door import BACK_FILL, Door
from tests.crawler.web import Page, Web, served
from verbs import common

ROOT = Path(__file__).parents[2]
BAN = "Ukraine's National Coordination Centre for Cybersecurity banned the use of Telegram on devices of government agencies on 19 September 2024. "
LIFTED = " Iraq lifted its block of Telegram on 13 August 2023."
BUILT = """<!doctype html><html><head><title>Terms</title></head><body><div id="app">Loading</div><img src="/built/pixel.png"><script>
fetch("http://127.0.0.1:9/inside").catch(() => {});
setTimeout(() => {document.getElementById("app").innerHTML = "<section class=terms><h1>Terms</h1><p>We may hand over your phone number on a valid order.</p></section>"}, 20);
</script></body></html>"""


def article(title: str, text: str = BAN * 3) -> tuple[str, str]:
    return (
        "text/html",
        f"<html><head><title>{title}</title></head><body><main><h1>{title}</h1><p>{text}</p></main></body></html>",
    )


def feed(place: str, numbers: Sequence[int], older: str = "", year: int = 2024) -> tuple[str, str]:
    items = "".join(
        f"<item><title>Telegram {place} {n}</title><link>{{base}}/{place}/{n}</link><pubDate>Thu, 19 Sep {year} 10:00:00 GMT</pubDate></item>"
        for n in numbers
    )
    link = (
        f'<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="next" href="{{base}}/{place}/{older}"/>'
        if older
        else ""
    )
    return "application/rss+xml", f'<rss version="2.0"><channel><title>{place}</title>{link}{items}</channel></rss>'


def goes(status: int, target: str) -> Page:
    return lambda request: (status, {"Location": target}, b"")


def articles(place: str, numbers: Sequence[int]) -> dict[str, Page]:
    return {f"/{place}/{n}": article(f"Telegram {place} {n}") for n in numbers}


def desk(web: Web, place: str, **more: object) -> Source:
    made = Source(place, place, f"{web.base}/{place}/feed", "feed", "news", language="en", follow="article", delay=0.0)
    return replace(made, **more)  # type: ignore[arg-type]


def run(folder: Path, web: Web, sources: list[Source], name: str, **bounds: object) -> None:
    settings = replace(CrawlSettings.for_loopback(web.base), retries=0, timeout=30.0, **bounds)  # type: ignore[arg-type]
    crawl(sources, folder / "archive.db", folder / "tracker.db", run=name, settings=settings)


@dataclass
class Told:
    """What the three crawls left, and what each asked for."""

    folder: Path
    asked: dict[str, list[str]] = field(default_factory=dict)

    def rows(self, query: str, *values: object) -> list[sqlite3.Row]:
        db = sqlite3.connect(self.folder / "tracker.db")
        db.row_factory = sqlite3.Row
        return db.execute(query, values).fetchall()

    def state(self, source: str) -> sqlite3.Row:
        (row,) = self.rows("select * from source_health where source = ?", source)
        return row

    def issues(self, source: str) -> dict[str, sqlite3.Row]:
        return {
            row["cause"]: row for row in self.rows("select * from issue where source = ? and state = 'open'", source)
        }


def keyed(request: BaseHTTPRequestHandler) -> tuple[int, dict[str, str], bytes]:
    if request.headers.get("X-Key") != "of mine":
        return 401, {}, b"no key"
    return (
        200,
        {"Content-Type": "application/json"},
        b'{"results": [{"title": "A block of Telegram", "url": "https://x.example/1", "text": "Telegram was blocked."}]}',
    )


ENGLISH, FRENCH = (
    "The ministry said today that it would look into how the app treats the data of its users. " * 6,
    "Le ministère a déclaré aujourd'hui qu'il examinerait la manière dont l'application traite les données. " * 6,
)


def before() -> dict[str, Page]:
    told_whole = "".join(
        f"<item><title>T {n}</title><link>{{base}}/mixed/{n}</link><description/><content:encoded><![CDATA[<p>{text}</p>]]></content:encoded></item>"
        for n, text in enumerate((ENGLISH, FRENCH))
    )
    thrice = "".join(
        f"<item><title>Telegram banned</title><link>{{base}}/thrice/0{tail}</link></item>"
        for tail in ("", "?utm_source=rss", "?amp=1")
    )
    return {
        "/robots.txt": ("text/plain", "User-agent: *\nDisallow: /other"), "/": article("Front page"),
        "/fill/feed": feed("fill", [20, 21, 22], "old2"), "/fill/old2": feed("fill", [10, 11, 12], "old3"), "/fill/old3": feed("fill", [0, 1, 2], "old4"),
        "/numbered/feed": feed("numbered", [4, 5]), "/numbered/feed?page=2": feed("numbered", [2, 3]), "/numbered/feed?page=3": feed("numbered", [0, 1]),
        "/gap/feed": feed("gap", [0, 1, 2]), "/turned/feed": feed("turned", [0, 1]), "/away/feed": feed("away", [0, 1]),
        "/away/0": goes(302, "/"), "/away/1": article("Telegram away 1"), "/moved/feed": goes(301, "/moved/new"), "/moved/new": feed("moved", [0]),
        "/future/feed": feed("future", [0], year=2099), "/edited/feed": feed("edited", [0]), "/edited/0": article("Telegram edited 0", BAN * 3),
        "/thrice/feed": ("application/rss+xml", f'<rss version="2.0"><channel><title>D</title>{thrice}</channel></rss>'),
        **{f"/thrice/0{tail}": article("Telegram banned") for tail in ("", "?utm_source=rss", "?amp=1")}, "/built/feed": ("text/html", BUILT),
        "/keyed/feed": keyed, "/tiny/feed": ("application/rss+xml", "<rss></rss>"),
        "/mixed/feed": ("application/rss+xml", '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>D</title>' + told_whole + "</channel></rss>"),
        **articles("fill", range(23)), **articles("numbered", range(6)), **articles("gap", range(40)), **articles("turned", range(2)), **articles("moved", [0]),
    }  # fmt: skip


AFTER: dict[str, Page] = {
    "/gap/feed": feed("gap", [30, 31, 32], "old2"), "/gap/old2": feed("gap", [20, 21, 22], "old3"), "/gap/old3": feed("gap", [1, 2, 3], "old4"),
    "/turned/feed": article("We have a new site"), "/edited/0": article("Telegram edited 0", BAN * 3 + LIFTED),
}  # fmt: skip


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    os.environ["BANWATCH_TEST_KEY"] = "of mine"
    found = Told(tmp_path_factory.mktemp("troubles"))
    with served(before()) as web:
        fill, numbered = (
            desk(web, "fill"),
            desk(web, "numbered", options={"older_url": web.base + "/numbered/feed?page={page}"}),
        )
        changing = [desk(web, "gap"), desk(web, "turned"), desk(web, "edited")]
        built = desk(web, "built", parser="policy", follow="", platform="Telegram", document_type="Terms of Service", needs_browser=True,
                     selectors=(Selector((".terms",)),))  # fmt: skip
        steady = [
            desk(web, "away"), desk(web, "moved"), desk(web, "future", follow="", options={"full_text": True}), desk(web, "thrice"),
            desk(web, "hand", by_hand="stands behind a CAPTCHA"),
            desk(web, "mixed", language=""), desk(web, "tiny", expect=Expect(min=1)), desk(web, "locked", token_env="BANWATCH_NOT_SET", token_header="X-Key"),
            desk(web, "keyed", parser="api", follow="", token_env="BANWATCH_TEST_KEY", token_header="X-Key",
                 options={"items": "results", "title": "title", "url": "url", "text": "text"}),
        ]  # fmt: skip
        rounds = [
            ("2026-01-01T00:00:00+00:00", [fill, numbered, built, *changing, *steady], 0),
            ("2026-01-02T00:00:00+00:00", changing, 0),
            ("2026-01-03T00:00:00+00:00" + BACK_FILL, [fill, numbered], 2),
        ]  # fmt: skip
        for name, sources, pages in rounds:
            run(found.folder, web, sources, name, pages=pages)
            found.asked[name[:10]], web.asked = web.asked, []
            web.pages |= AFTER
    del os.environ["BANWATCH_TEST_KEY"]
    yield found


def test_a_crawl_reads_the_newest_page_and_a_back_fill_as_many_as_were_asked_for(told: Told) -> None:
    assert "/fill/old2" not in told.asked["2026-01-01"]
    assert "/fill/old2" in told.asked["2026-01-03"] and "/fill/old3" not in told.asked["2026-01-03"]
    titles = {row["title"] for row in told.rows("select title from article where source = 'fill'")}
    assert titles == {f"Telegram fill {n}" for n in (10, 11, 12, 20, 21, 22)}


def test_what_a_back_fill_brings_is_no_news(told: Told) -> None:
    assert [row["baseline"] for row in told.rows("select distinct baseline from claim where source = 'fill'")] == [1]


def test_numbered_pages_are_declared(told: Told) -> None:
    assert [path for path in told.asked["2026-01-03"] if path.startswith("/numbered/feed")] == [
        "/numbered/feed",
        "/numbered/feed?page=2",
    ]


def test_a_list_is_read_further_back_after_a_long_silence(told: Told) -> None:
    asked = [path for path in told.asked["2026-01-02"] if path.startswith(("/gap/feed", "/gap/old"))]
    assert asked == ["/gap/feed", "/gap/old2", "/gap/old3"], "until an entry is known, three pages at most"


@pytest.mark.skipif(not browser.available(), reason="no Chromium or scrapy-playwright here")
def test_a_page_built_by_javascript_is_read_in_a_browser(told: Told) -> None:
    (version,) = told.rows("select text from versions")
    assert "hand over your phone number" in version["text"] and "Loading" not in version["text"]
    assert "/robots.txt" in told.asked["2026-01-01"] and "/built/pixel.png" not in told.asked["2026-01-01"]


def test_a_feed_that_turned_into_a_page_is_an_issue_and_keeps_what_was(told: Told) -> None:
    assert set(told.issues("turned")) == {"not-a-feed"} and told.state("turned")["state"] == "failing"
    assert len(told.rows("select 1 from article where source = 'turned'")) == 2


def test_an_address_that_leads_to_a_front_page_is_no_article(told: Told) -> None:
    assert [row["title"] for row in told.rows("select title from article where source = 'away'")] == ["Telegram away 1"]
    (issue,) = told.issues("away").values()
    assert issue["subject"].endswith("/away/0")


def test_a_redirect_for_good_is_a_notice(told: Told) -> None:
    assert set(told.issues("moved")) == {"moved"} and "/moved/new" in told.issues("moved")["moved"]["message"]
    assert told.state("moved")["state"] == "ok"


def test_a_date_in_the_future_is_not_believed(told: Told) -> None:
    assert [row["published"] for row in told.rows("select published from article where source = 'future'")] == [""]


def test_one_item_under_three_addresses_is_one_voice(told: Told) -> None:
    assert len(told.rows("select distinct voice from article where source = 'thrice'")) == 1


def test_an_article_edited_after_publication_is_a_sighting_and_what_it_said_is_superseded(told: Told) -> None:
    assert len(told.rows("select 1 from sighting where source = 'edited' and requested_url like '%/edited/0'")) == 2
    assert [
        row["current"] for row in told.rows("select current from article where source = 'edited' order by first_seen")
    ] == [0, 1]
    old = told.rows(
        "select standing from claim c join article a on a.id = c.article where a.source = 'edited' and not a.current"
    )
    assert {row["standing"] for row in old} == {"superseded"}
    new = told.rows(
        "select c.kind, c.development from claim c join article a on a.id = c.article where a.source = 'edited' and a.current"
    )
    assert len(new) > len(old), "the edit said one thing more"
    (development,) = [row["development"] for row in new if row["kind"] == "restriction_lifted"]
    (news,) = told.rows("select baseline, stage from development where id = ?", development)
    assert news["baseline"] == 0 and news["stage"] != "withdrawn", "what the edit added is a development, and news"


def test_text_that_stands_only_in_content_encoded_is_read_each_in_its_language(told: Told) -> None:
    found = {
        row["language"]: row["text"] for row in told.rows("select language, text from article where source = 'mixed'")
    }
    assert set(found) == {"en", "fr"} and found["fr"].startswith("Le ministère")
    assert "other-language" not in told.issues("mixed")


def test_a_200_with_eleven_bytes_is_a_fault(told: Told) -> None:
    assert set(told.issues("tiny")) & {"too-few", "empty", "not-a-feed"} and told.state("tiny")["state"] != "ok"


def test_a_token_comes_from_the_environment_and_is_kept_nowhere(told: Told) -> None:
    assert [row["title"] for row in told.rows("select title from article where source = 'keyed'")] == [
        "A block of Telegram"
    ]
    assert told.state("locked")["state"] == "skipped" and "BANWATCH_NOT_SET" in told.state("locked")["reason"]
    for path in told.folder.glob("*.db*"):
        assert b"of mine" not in path.read_bytes()


def test_the_rate_of_a_source_is_the_rate_of_its_site() -> None:
    slow = Source("gdelt", "G", "https://api.example.org/doc", "api", "aggregator", delay=6.0)
    quick = Source("other", "O", "https://api.example.org/other", "api", "aggregator", delay=1.0)
    slot = scrapy_settings((quick, slow), CrawlSettings())["DOWNLOAD_SLOTS"]["api.example.org"]
    assert (slot["delay"], slot["concurrency"]) == (6.0, 1)


def test_a_source_that_is_taken_by_hand_is_not_fetched(told: Told) -> None:
    assert not [path for path in told.asked["2026-01-01"] if path.startswith("/hand")]
    assert told.state("hand")["state"] == "skipped" and "CAPTCHA" in told.state("hand")["reason"]


def test_a_source_that_left_the_registry_keeps_its_history(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sources.was_registered", lambda source: source.id == "away")
    with Archive(told.folder / "archive.db") as archive:
        common.retire_the_gone(archive)
        with Door(told.folder / "tracker.db", archive, parsers.read) as door:
            door.declared()
            door.settle()
    assert told.state("away")["state"] == "retired" and len(told.state("away")["retired"]) == 10
    assert len(told.rows("select 1 from article where source = 'away'")) == 1


def test_without_the_extra_a_source_says_what_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And a budget ends a crawl: what was not asked for by then stays due."""
    monkeypatch.setenv("PATH", "/nowhere")
    with served({"/slow/feed": feed("slow", range(30)), **articles("slow", range(30))}) as web:
        built = desk(
            web,
            "built",
            parser="policy",
            follow="",
            platform="Telegram",
            document_type="Terms of Service",
            needs_browser=True,
        )
        run(tmp_path, web, [built, desk(web, "slow", delay=0.3)], "1", budget=1.5)
        assert 0 < len(web.asked) < 25 and not [path for path in web.asked if path.startswith("/built")]
    state = Told(tmp_path).state("built")
    assert state["state"] == "skipped" and "--extra browser" in state["reason"]


def test_the_browser_is_kept_from_what_the_crawl_may_not_reach() -> None:
    refuses = browser.Refusal(frozenset({"127.0.0.1:8000"}))

    @dataclass
    class Asked:
        url: str
        resource_type: str = "script"

    def refused(*asked: str) -> bool:
        return asyncio.run(refuses(Asked(*asked)))

    assert not refused("http://127.0.0.1:8000/app.js")
    for url in (
        "http://127.0.0.1:9/x",
        "http://localhost/x",
        "http://169.254.169.254/latest",
        "file:///etc/passwd",
        "ftp://x.example/",
    ):
        assert refused(url), url
    assert refused("http://127.0.0.1:8000/a.png", "image")


def test_the_lock_goes_with_a_killed_crawl(tmp_path: Path) -> None:
    script = f"from pathlib import Path; from crawler.lock import crawl_lock\nwith crawl_lock(Path({str(tmp_path)!r}) / 'lock'): print('held', flush=True); import time; time.sleep(60)"
    process = subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )
    assert process.stdout and process.stdout.readline() == b"held\n"
    with pytest.raises(BadStore, match=str(process.pid)), crawl_lock(tmp_path / "lock"):
        pass
    process.send_signal(signal.SIGKILL)
    process.wait()
    with crawl_lock(tmp_path / "lock"):
        pass


def test_watching_waits_until_the_next_is_due_but_looks_again_in_between() -> None:
    from datetime import UTC, datetime

    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert pause("2026-01-01T00:05:00+00:00", now) == 300
    assert (pause("", now), pause("2026-01-02T00:00:00+00:00", now), pause("2025-01-01T00:00:00+00:00", now)) == (
        LONGEST,
        LONGEST,
        SHORTEST,
    )


def test_watching_ends_at_once_when_asked_to(tmp_path: Path) -> None:
    script = "from crawler.schedule import Stop\nwith Stop() as stop: print('up', flush=True); stop.wait(''); print('asked', stop.asked, flush=True)"
    process = subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )
    assert process.stdout and process.stdout.readline() == b"up\n"
    begun = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.stdout.readline() == b"asked True\n" and time.monotonic() - begun < 30
    assert process.wait() == 0
