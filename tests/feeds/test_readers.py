"""What goes out comes back in real feed parsers, in every form alike."""

from __future__ import annotations

import html
import json
import sqlite3
from datetime import UTC, datetime
from typing import Any

import atoma
import fastfeedparser
import feedparser
import pytest
from lxml import etree

from feeds.addresses import Site
from feeds.edition import Edition
from feeds.item import Item
from feeds.slices import Slice

ATOM = "{http://www.w3.org/2005/Atom}"


def atom_titles(body: bytes) -> list[str]:
    return [entry.findtext(ATOM + "title") or "" for entry in etree.fromstring(body).findall(ATOM + "entry")]


@pytest.fixture
def edition(db: sqlite3.Connection) -> Edition:
    return Edition(db, Site(hub="https://hub.example/"))


@pytest.fixture
def items(edition: Edition) -> list[Item]:
    found = edition.items(edition.newest(Slice(), 60))
    assert len(found) > 50
    return found


def test_feedparser_reads_atom(edition: Edition, items: list[Item]) -> None:
    feed = feedparser.parse(edition.body(Slice(), "atom"), sanitize_html=False, resolve_relative_uris=False)
    assert not feed.bozo and feed.version == "atom10"
    for entry, item in zip(feed.entries, items, strict=False):
        assert (entry.id, entry.title, entry.link) == (item.id, item.title, item.url)
        assert (html.unescape(entry.summary), entry.content[0].value) == (item.summary, item.html)
        assert (entry.published, entry.updated) == (item.published.isoformat(), item.updated.isoformat())
        assert [(t.scheme, t.term, t.label) for t in entry.tags] == [
            (c.scheme, c.term, c.label) for c in item.categories
        ]
        assert [link.href for link in entry.links if link.rel == "via"] == [item.source]
    assert {"self", "hub", "alternate"} <= {link.rel for link in feed.feed.links}


def test_feedparser_reads_rss(edition: Edition, items: list[Item]) -> None:
    feed = feedparser.parse(edition.body(Slice(), "rss"), sanitize_html=False, resolve_relative_uris=False)
    assert not feed.bozo and feed.version == "rss20"
    for entry, item in zip(feed.entries, items, strict=False):
        assert (entry.id, entry.title, entry.link) == (item.id, item.title, item.url)
        assert (html.unescape(entry.summary), entry.content[0].value) == (item.summary, item.html)
        assert datetime(*entry.published_parsed[:6], tzinfo=UTC) == item.published
        assert datetime(*entry.updated_parsed[:6], tzinfo=UTC) == item.updated
        assert [(t.scheme, t.term) for t in entry.tags] == [(c.scheme, c.label) for c in item.categories]


@pytest.mark.parametrize("form", ["atom", "rss"])
def test_fastfeedparser_reads_both(edition: Edition, items: list[Item], form: str) -> None:
    feed = fastfeedparser.parse(edition.body(Slice(), form))
    assert len(feed.entries) >= 50
    for entry, item in zip(feed.entries, items, strict=False):
        assert (entry["id"], entry["title"], entry["link"]) == (item.id, item.title, item.url)
        assert datetime.fromisoformat(entry["published"]) == item.published
        assert entry["content"][0]["value"] == item.html


def test_atoma_reads_both(edition: Edition, items: list[Item]) -> None:
    atom, rss = (
        atoma.parse_atom_bytes(edition.body(Slice(), "atom")),
        atoma.parse_rss_bytes(edition.body(Slice(), "rss")),
    )
    for entry, other, item in zip(atom.entries, rss.items, items, strict=False):
        assert (entry.id_, entry.title.value, entry.updated, entry.published) == (
            item.id,
            item.title,
            item.updated,
            item.published,
        )
        assert entry.content.value == item.html
        assert (other.guid, other.title, other.link, other.pub_date) == (item.id, item.title, item.url, item.published)
        assert other.content_encoded == item.html


def test_json_holds_the_same(edition: Edition, items: list[Item]) -> None:
    feed: dict[str, Any] = json.loads(edition.body(Slice(), "json"))
    for entry, item in zip(feed["items"], items, strict=False):
        assert (entry["id"], entry["title"], entry["url"], entry["external_url"]) == (
            item.id,
            item.title,
            item.url,
            item.source,
        )
        assert (entry["content_html"], entry["summary"]) == (item.html, item.summary)
        assert (entry["date_published"], entry["date_modified"]) == (
            item.published.isoformat(),
            item.updated.isoformat(),
        )
    assert feed["hubs"] == [{"type": "WebSub", "url": "https://hub.example/"}]


def test_no_two_builds_differ(db: sqlite3.Connection) -> None:
    for form in ("atom", "rss", "json"):
        assert Edition(db, Site()).body(Slice(), form) == Edition(db, Site()).body(Slice(), form)


def test_an_update_tells_what_changed_with_its_key_sentence_first(edition: Edition) -> None:
    (found,) = edition.items(edition.newest(Slice("updates"), 5))
    assert found.summary.startswith(
        "Telegram changed its Privacy Policy: §8.3, disclosure to authorities widened. In effect from 23 September 2024."
    )
    assert "<del>[−court order−]</del><ins>[+valid order from the judicial authorities concerned+]</ins>" in found.html
    assert found.html.index("court order") < found.html.index("So far, this has never happened")
    for words in (
        "Full diff",
        "Original page",
        "Archived copy before",
        "Archived copy after",
        "Cite",
        "May answer",
        "Answers",
    ):
        assert words in found.html


def test_an_action_tells_who_when_for_whom_and_why(edition: Edition) -> None:
    (found,) = edition.items(edition.newest(Slice(jurisdiction=("UA",)), 5))
    assert found.title == "Ukraine: device ban on Telegram announced (NCCC)"
    assert found.summary == (
        "Ukraine: device ban on Telegram. By National Coordination Centre for Cybersecurity (NCCC). Announced 19 September 2024. Concerns: government, "
        "military and critical infrastructure. Reason stated: national security. Whether it is binding is disputed. Status: in force as of 1 March 2026."
    )
    assert "<blockquote lang=" in found.html and "archived copy" in found.html and "Sources differ" in found.html
    assert {c.scheme.rpartition("/")[2]: c.term for c in found.categories} == {
        "platform": "telegram", "jurisdiction": "UA", "kind": "device_ban", "authority": "ua-nccc", "status": "in_force",
    }  # fmt: skip


def test_an_item_is_no_longer_than_a_reader_takes(db: sqlite3.Connection) -> None:
    import dataclasses

    from feeds.detail import details
    from feeds.item import MOST_BYTES, item

    (found,) = details(db, Edition(db, Site()).newest(Slice("updates"), 1))
    spans = [{"op": op, "text": f"{op} 𝒳<&> " * 90} for op in ("same", "del", "ins", "same")]
    long = dataclasses.replace(
        found, hunks=[{"op": "edit", "heading": f"{n}. Heading", "spans": spans} for n in range(80)]
    )
    html_ = item(Site(), long, {}).html
    assert len(html_.encode()) <= MOST_BYTES and "more places changed: see all" in html_
    endless = dataclasses.replace(
        found, hunks=[{"op": "ins", "heading": "", "spans": [{"op": "ins", "text": "<&>" * 50_000}]}]
    )
    assert len(item(Site(), endless, {}).html.encode()) <= MOST_BYTES
