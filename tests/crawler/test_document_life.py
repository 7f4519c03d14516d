"""What becomes of documents, over real crawls on loopback in rounds that lie ten days apart, down to the page and the feed a reader sees.

One web serves all tests: every document of it has another life. What each round shows is written in LIVES.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import feedparser
import pytest

import parsers
from crawler import CrawlSettings, crawl
from records import Selector, Source
from store.archive import Archive
from store.rebuild import rebuild
from tests.crawler.web import Answer, Web, served
from tests.reading.conftest import serve

ROUNDS = 7
BEGIN = datetime(2025, 1, 6, 6, tzinfo=UTC)
WORDS = "accounts messages groups photographs calls stickers payments channels contacts backups devices reports".split()
GERMAN = (
    "Konten Nachrichten Gruppen Fotos Anrufe Zahlungen Kanäle Kontakte Sicherungen Geräte Meldungen Werbung".split()
)


def rules(kept: str = "6 months", more: str = "", words: list[str] = WORDS, level: int = 1) -> str:
    told = "".join(
        f"<h{level + 1}>About {word}</h{level + 1}><p>The service treats {word} with care and tells you whom to ask about {word} and for how long.</p>"
        for word in words
    )
    return f"<h{level}>Our policy</h{level}>{more}{told}<p>We keep your telephone number for {kept}.</p>"


def html(text: str, where: str = "main", aside: str = "") -> str:
    return f"<!doctype html><html lang=en><head><title>Policy</title></head><body><nav>Home Blog</nav><{where}>{text}</{where}>{aside}</body></html>"


OLD, NEW = rules(), rules("18 months and give it to our partners")
LATER = NEW.replace("to our partners", "to our partners and sell it to advertisers")
CANARY = "<p>As of today we have never received a national security letter, a gag order, or any other secret order.</p>"
TAKEN_BACK = "<p>We have withdrawn the changes of last month: our earlier policy applies again.</p>"
DEUTSCH = "<h1>Unsere Richtlinie</h1>" + "".join(
    f"<h2>Über {word}</h2><p>Der Dienst geht sorgsam mit {word} um und sagt Ihnen, wen Sie zu {word} fragen können und wie lange er sie aufbewahrt.</p>"
    for word in GERMAN
)
TWO = "<h1>Policy in force</h1>{now}<h1>Upcoming version</h1><p>The following version takes effect on 1 June 2025.</p>{then}"
SEVERAL = "".join(
    f"<h1>{name}</h1>{{{key}}}" for name, key in (("Privacy Policy", "p"), ("Terms of Service", "t"), ("Cookie Policy", "c"), ("Community Guidelines", "g"))
)  # fmt: skip
SUNG = "<p>As of {day} we have never received a national security letter or any other secret order.</p><p>This warrant canary is renewed every week.</p>"
NOTICE = "<p>Cookies on this site</p><p>We'd like to use cookies to remember what you prefer, as of {day}.</p><p>Accept all cookies</p>"
LATE, ANEW = SUNG.format(day="6 January 2025"), SUNG.format(day="20 February 2025")
GONE, FRONT, MOVED = "404", "to the front page", "moved for good"


def part(words: int, kept: str = "6 months") -> str:
    return rules(kept, words=WORDS[:words], level=2)


# path -> what it shows round by round: a text, or what else happens; the last stays
LIVES: dict[str, list[str]] = {
    "/steady": [OLD],
    "/gone": [OLD, OLD, GONE],
    "/home": [OLD, OLD, FRONT],
    "/back": [OLD, GONE, GONE, GONE, OLD],
    "/hiccup": [OLD, GONE, OLD, GONE, OLD],
    "/moves": [OLD, OLD, MOVED],
    "/moves-new": [OLD],
    "/canary": [OLD + CANARY, OLD + CANARY, OLD],
    "/lapses": [*[OLD + LATE] * 5, OLD + ANEW],
    "/notice": [OLD, NOTICE.format(day="1 January 2025") + OLD, OLD, OLD + NOTICE.format(day="1 February 2025"), OLD + NOTICE.format(day="1 March 2025")],
    "/language": [OLD, OLD, DEUTSCH],
    "/turns": [OLD, NEW, OLD, NEW, OLD, LATER, OLD],
    "/rolled": [OLD, NEW, OLD],
    "/said": [OLD, NEW, rules(more=TAKEN_BACK)],
    "/redesign": [OLD],
    "/wider": [OLD],
    "/upcoming": [rules("6 months"), TWO.format(now=rules("6 months"), then=rules("24 months")), TWO.format(now=rules("6 months"), then=rules("24 months")), rules("24 months")],
    "/several": [SEVERAL.format(p=part(8), t=part(6), c=part(7), g=part(9)), SEVERAL.format(p=part(8), t=part(6, "30 days"), c=part(7), g=part(9))],
}  # fmt: skip
WE_CHANGED = (
    3  # round from which /redesign shows its text in another element, and /wider is read with what stands beside it
)
PLATFORM = "Telegram"
TYPES = {"/canary": "Transparency Report", "/lapses": "Transparency Report", "/gone": "Law Enforcement Guidelines"}


def source(path: str, base: str, *selectors: Selector) -> Source:
    return Source(
        f"life-{path[1:]}", path[1:], base + path, "policy", "official", platform=PLATFORM, document_type=TYPES.get(path, "Privacy Policy"),
        part=path[1:], delay=0.0, selectors=selectors or (Selector(("main",)),),
    )  # fmt: skip


def sources_of(base: str) -> list[Source]:
    before, since = Selector(("main",), until=day(WE_CHANGED - 1)), day(WE_CHANGED)
    others = {
        "/redesign": (before, Selector(("article",), since=since)),
        "/wider": (before, Selector(("main", "aside"), since=since)),
    }
    found = [source(path, base, *others.get(path, ())) for path in LIVES if path not in {"/moves-new", "/several"}]
    return found + [
        Source(f"life-several-{name[0].lower()}", name, base + "/several", "policy", "official", platform="Signal", document_type=name, delay=0.0)
        for name in ("Privacy Policy", "Terms of Service")
    ]  # fmt: skip


def day(number: int) -> str:
    """Day of round ``number``, from 0."""
    return (BEGIN + timedelta(days=10 * number)).date().isoformat()


def answer(path: str, number: int) -> Answer:
    shown = LIVES[path][min(number, len(LIVES[path]) - 1)]
    if shown == GONE:
        return 404, {"Content-Type": "text/html"}, b"<h1>Not found</h1>"
    if shown == FRONT:
        return 302, {"Location": "/"}, b""
    if shown == MOVED:
        return 301, {"Location": path + "-new"}, b""
    where = "article" if path == "/redesign" and number >= WE_CHANGED else "main"
    aside = "<aside><p>We share your number with partners.</p></aside>" if path == "/wider" else ""
    return 200, {"Content-Type": "text/html; charset=utf-8"}, html(shown, where, aside).encode()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("life")
    at = [0]

    def page(path: str) -> Callable[[BaseHTTPRequestHandler], Answer]:
        def said(request: BaseHTTPRequestHandler) -> Answer:
            return answer(path, at[0])

        return said

    front = ("text/html", html("<h1>Welcome</h1><p>Talk to whom you like.</p>"))
    with served({"/": front, **{path: page(path) for path in LIVES}}) as web:
        for number in range(ROUNDS):
            at[0] = number
            _crawl(folder, web, number)
        yield folder


def _crawl(folder: Path, web: Web, number: int) -> None:
    settings = CrawlSettings.for_loopback(web.base, BEGIN + timedelta(days=10 * number))
    crawl(sources_of(web.base), folder / "archive.db", folder / "tracker.db", run=f"round {number}", settings=settings)


def turns(home: Path, part: str) -> list[tuple[str, str, str]]:
    """(stage, day, title) of what readers are told of a document."""
    with closing(sqlite3.connect(home / "tracker.db")) as db:
        return db.execute(
            "select n.stage, n.happened_on, n.title from news n join documents d on d.id = n.document where d.part = ? and n.kind != 'now_tracking'"
            " order by n.published_at, n.id", (part,),
        ).fetchall()  # fmt: skip


def state(home: Path, part: str) -> str:
    with closing(sqlite3.connect(home / "tracker.db")) as db:
        return str(db.execute("select state from documents where part = ?", (part,)).fetchone()[0])


@pytest.mark.parametrize(
    ("part", "stages"),
    [
        ("steady", []), ("hiccup", []), ("gone", ["vanished"]), ("home", ["vanished"]), ("back", ["vanished", "returned"]), ("moves", ["moved"]),
        ("canary", ["canary_removed"]), ("language", ["language_lost"]), ("lapses", ["canary_lapsed", "canary_renewed"]), ("notice", []),
        ("rolled", ["changed", "rolled_back"]), ("said", ["changed", "rolled_back"]),
        ("redesign", []), ("wider", []), ("turns", ["changed", "changed"]), ("upcoming", ["changed", "changed"]),
    ],
)  # fmt: skip
def test_each_life_is_told_as_what_it_is_and_once(home: Path, part: str, stages: list[str]) -> None:
    assert [stage for stage, _, _ in turns(home, part)] == stages
    others = {"gone": "vanished", "home": "vanished", "language": "not_the_document", "turns": "alternating"}
    assert state(home, part) == others.get(part, "followed")


def asked(home: Path, sql: str, *values: str) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(home / "tracker.db")) as db:
        return db.execute(sql, values).fetchall()


def test_what_we_changed_ourselves_is_marked_as_ours_and_told_nobody(home: Path) -> None:
    """A wider selector reads more of the page that was there all the time; a redesign read by its own selector changes no word."""
    found = asked(
        home, "select c.class, c.ours from change c join document d on d.id = c.document where d.part = 'wider'"
    )
    assert [ours for _, ours in found] == [1]
    assert asked(home, "select * from updates where part in ('wider', 'redesign')") == []
    assert "substantive" not in {kind for (kind,) in asked(home, "select kind from captures where part = 'redesign'")}


def test_variants_are_told_apart_and_each_is_followed_by_itself(home: Path) -> None:
    found = asked(
        home, "select v.number, v.times, t.text like '%advertisers%' from variants v join documents d on d.id = v.document join versions t"
        " on t.id = v.current where d.part = 'turns' order by 1",
    )  # fmt: skip
    assert found == [(0, 4, 0), (1, 3, 1)]
    last = asked(home, "select o.text, n.text from updates u join versions o on o.id = u.old join versions n on n.id = u.new where u.part = 'turns' order by u.seen_at desc limit 1")  # fmt: skip
    assert "advertisers" not in last[0][0] and "18 months" in last[0][0], "the change is one within the second variant"
    assert asked(home, "select 1 from variants v join documents d on d.id = v.document where d.part in ('rolled', 'steady')") == []  # fmt: skip


def test_an_upcoming_version_is_news_when_announced_and_when_it_is_in_force(home: Path) -> None:
    found = asked(home, "select seen_at, announced_for from updates where part = 'upcoming' and class = 'substantive' order by seen_at")  # fmt: skip
    assert [(at[:10], announced) for at, announced in found] == [(day(1), "2025-06-01"), (day(3), "")]


def test_a_page_of_several_documents_has_one_identity_each(home: Path) -> None:
    found = asked(home, "select document_type, key_sentence_new from updates where platform = 'Signal'")
    assert found == [("Terms of Service", "We keep your telephone number for 30 days.")]
    texts = asked(home, "select d.document_type, v.text like '%6 months%' from documents d join versions v on v.id = d.current where d.platform = 'Signal' order by 1")  # fmt: skip
    assert texts == [("Privacy Policy", 1), ("Terms of Service", 0)]


def test_a_roll_back_says_after_how_long_and_why(home: Path) -> None:
    ((reason,),) = asked(home, "select u.reason from updates u join news n on n.change = u.id where u.part = 'rolled' and n.stage = 'rolled_back'")  # fmt: skip
    assert reason.startswith("rolled back after 10 days") and "came once" in reason and day(2) in reason


def test_the_same_is_read_from_the_archive_again(home: Path) -> None:
    with Archive(home / "archive.db", readonly=True) as archive:
        rebuild(archive, home / "again.db", parsers.read, lambda door: None)
    for table in ("development", "change", "variant", "document", "capture"):
        with closing(sqlite3.connect(home / "again.db")) as db:
            again = db.execute(f"select * from {table} order by 1, 2").fetchall()
        assert again == asked(home, f"select * from {table} order by 1, 2"), table


def test_a_reader_sees_it_on_the_page_and_in_the_feed(home: Path) -> None:
    ((gone,),) = asked(home, "select id from documents where part = 'gone'")
    ((turning,),) = asked(home, "select id from documents where part = 'turns'")
    with contextmanager(serve)(home / "tracker.db") as site:
        page = site.get(f"/document/{gone}").text
        assert (
            "What became of it" in page
            and "Its address answers that there is no such page since 26 January 2025" in page
        )
        assert "Variants that took turns" in site.get(f"/document/{turning}").text
        feed = feedparser.parse(site.get("/feeds/updates.atom").text)
    titles = {entry.title for entry in feed.entries}
    assert {
        "Telegram: Law Enforcement Guidelines (gone) is gone",
        "Telegram: warrant canary gone from Transparency Report",
    } <= titles
    assert any("took back a change of its Privacy Policy" in entry.summary for entry in feed.entries)


def test_a_text_that_comes_back_is_asked_for_by_the_tag_it_came_with(tmp_path: Path) -> None:
    """A site wrote another text into one answer, without a tag: the one before it is asked about, and a 304 shows it again."""
    source = Source("tagged", "Policy", "", "policy", "official", platform="Tagged", document_type="Privacy Policy", selectors=(Selector(("main",)),), delay=0.0)  # fmt: skip
    shown, asked = [(OLD, '"old"')], list[str]()

    def answer(request: BaseHTTPRequestHandler) -> Answer:
        text, tag = shown[-1]
        asked.append(request.headers.get("If-None-Match", ""))
        if tag and asked[-1] == tag:
            return 304, {"ETag": tag}, b""
        return 200, {"Content-Type": "text/html"} | ({"ETag": tag} if tag else {}), html(text).encode()

    with served({"/p": answer}) as web:
        for number, now in enumerate([(OLD, '"old"'), (NEW, ""), (OLD, '"old"'), (OLD, '"old"'), (LATER, "")]):
            shown.append(now)
            settings = CrawlSettings.for_loopback(web.base, now=BEGIN + timedelta(days=number))
            crawl([replace(source, url=web.base + "/p")], tmp_path / "archive.db", tmp_path / "tracker.db", run=f"{number}", settings=settings)  # fmt: skip
    assert asked == ["", '"old"', '"old"', '"old"', '"old"']
    kinds = "select kind, outcome from capture join sighting using (seq) order by seq"
    with closing(sqlite3.connect(tmp_path / "tracker.db")) as db:
        assert db.execute(kinds).fetchall() == [
            ("first", "stored"), ("substantive", "stored"), ("flapping", "unchanged"), ("same_bytes", "unchanged"), ("substantive", "stored"),
        ]  # fmt: skip
    with Archive(tmp_path / "archive.db", readonly=True) as archive:
        rebuild(archive, tmp_path / "again.db", parsers.read, lambda door: None)
    with closing(sqlite3.connect(tmp_path / "again.db")) as again:
        assert len(again.execute(kinds).fetchall()) == 5
