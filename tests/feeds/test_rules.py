"""Every feed keeps the rules of its format, whatever stands in the database; and the rules do find faults."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import feeds
from feeds.addresses import FORMS, Site
from feeds.edition import Edition
from feeds.slices import Slice
from feeds.text import line
from tests.drawn import drawn
from tests.feeds.rules import Markup, faults
from tests.feeds.test_readers import atom_titles

# what joins rows or steers the code; every other column of text takes any text
KEYS = {"id", "action", "change", "document", "development", "claim", "article", "page", "source", "old", "new", "standing", "class", "subject",
        "object", "relation", "stage", "platform", "code", "current", "version", "case"}  # fmt: skip
LISTS = {"platforms", "topics", "scopes", "reason", "reasons", "aliases"}
TABLES = ("development", "action", "claim", "article", "change", "document", "version", "page", "source", "issue", "conflict", "link", "platform",
          "jurisdiction", "authority", "development_platform")  # fmt: skip
HARD = ("]]>", "<script>alert(1)</script>", "</content></entry>", "&amp;&lt;&#0;", "<!-- ", "\x00\x08\x0b\x1f\x7f", "\ufffe\uffff", "👩‍👩‍👧‍👦🇺🇦", "\u202eעברית العربية\u202c",
        '"><img src=x onerror=alert(1)>', "javascript:alert(1)", "http://[::1", "https://a b/<>", "../../../etc/passwd", "\r\n\t ", "%s {platforms}", "\u2028", "")  # fmt: skip
TEXT = st.one_of(
    st.sampled_from(HARD),
    st.lists(
        st.one_of(st.sampled_from(HARD), st.text(st.characters(exclude_categories=("Cs",)), max_size=40)), max_size=4
    ).map("".join),
)


def test_every_file_keeps_the_rules(tracker: Path, tmp_path: Path) -> None:
    found = {
        path: faults(path.suffix[1:], path.read_bytes())
        for path in feeds.build(tracker, tmp_path)
        if path.suffix[1:] in FORMS and path.name != "index.json"
    }
    assert len(found) > 200
    assert {path.name: list_ for path, list_ in found.items() if list_} == {}


@pytest.fixture(scope="module")
def hostile(tracker: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as db, closing(sqlite3.connect(tracker)) as held:
        held.backup(db)
        db.execute("savepoint clean")
        yield db


def spoil(db: sqlite3.Connection, text: str, column: str) -> None:
    """Put ``text`` into a column of that name in every table, or ("") into every column that joins nothing."""
    db.execute("rollback to clean")
    for table in TABLES:
        for _, name, kind, *_ in db.execute(f"pragma table_info('{table}')").fetchall():
            if kind.lower() == "text" and name not in KEYS and column in ("", name):
                value = json.dumps([text, "x"]) if name in LISTS else text
                unique = " || rowid" if (table, name) == ("platform", "name") else ""
                db.execute(f'update "{table}" set "{name}" = ?{unique}', (value,))


@drawn(40)
@given(
    text=TEXT,
    column=st.sampled_from(
        [
            "",
            "",
            "title",
            "quote",
            "url",
            "diff",
            "published_at",
            "language",
            "jurisdiction",
            "authority_id",
            "platforms",
            "name",
            "summary",
        ]
    ),
)
def test_any_text_in_any_column_makes_valid_feeds(hostile: sqlite3.Connection, text: str, column: str) -> None:
    spoil(hostile, text, column)
    edition = Edition(hostile, Site())
    for slice_ in (Slice(), Slice("updates"), Slice("all-changes")):
        for form in FORMS:
            assert faults(form, edition.body(slice_, form)) == []
    for form in FORMS:
        assert faults(form, edition.maintainers(form)) == []
    for slice_ in edition.every_slice()[:30]:
        assert ".." not in slice_.address("atom") and slice_.address("atom").count("/") <= 1


@drawn(20)
@given(text=TEXT.filter(lambda text: line(text) != ""))
def test_a_title_comes_out_as_it_went_in(hostile: sqlite3.Connection, text: str) -> None:
    spoil(hostile, text, "title")
    assert set(atom_titles(Edition(hostile, Site()).body(Slice("actions"), "atom"))) == {line(text)}


@drawn(20)
@given(text=TEXT.filter(lambda text: line(text) != ""))
def test_a_quote_is_shown_and_never_run(hostile: sqlite3.Connection, text: str) -> None:
    spoil(hostile, text, "quote")
    feed = json.loads(Edition(hostile, Site()).body(Slice("actions"), "json"))
    for item in feed["items"]:
        assert line(text)[:200] in line(Markup(item["content_html"]).text.replace("\n\n", "\n"))


def test_bytes_that_are_no_text_come_out_as_replaced(tracker: Path, tmp_path: Path) -> None:
    path = tmp_path / "tracker.db"
    with closing(sqlite3.connect(tracker)) as held, closing(sqlite3.connect(path)) as db:
        held.backup(db)
        db.execute("update development set title = cast(x'41ff42eda080' as text)")
        db.commit()
    for file in feeds.build(path, tmp_path / "out"):
        if file.name.startswith("all."):
            assert "A\ufffdB" in file.read_text(encoding="utf-8")
            assert faults(file.suffix[1:], file.read_bytes()) == []


@pytest.mark.parametrize(
    ("form", "old", "new", "fault"),
    [
        ("atom", b"<published>2", b"<published>12", "date"),
        ("atom", b"tag:banwatch.invalid,2026:development/", b"development/", "tag URI"),
        ("atom", b' rel="self"', b' rel="related"', "MissingSelf"),
        ("atom", b"&lt;blockquote", b"&lt;script&gt;", "SecurityRisk"),
        ("atom", b'<link href="http://127.0.0.1:8001/', b'<link href="/', "InvalidURI"),
        ("rss", b"</pubDate><ttl>", b"</pubDate><pubDate>x</pubDate><ttl>", "pubDate"),
        ("rss", b"+0000</pubDate><atom:", b"</pubDate><atom:", "date"),
        ("rss", b'isPermaLink="false"', b"", "InvalidPermalink"),
        ("json", b'"version": "https://jsonfeed.org/version/1.1"', b'"version": "1"', "JSON Feed"),
        ("json", b'"url": "http', b'"url": "ftp', "url"),
    ],
)
def test_the_rules_find_faults(db: sqlite3.Connection, form: str, old: bytes, new: bytes, fault: str) -> None:
    body = Edition(db, Site()).body(Slice(), form)
    assert old in body and faults(form, body) == []
    assert any(fault in found for found in faults(form, body.replace(old, new, 1)))
