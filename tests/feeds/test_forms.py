"""What is put together from pieces is what feedgen writes when it is given the same item and head, to the byte."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from html import escape

import pytest
from feedgen.feed import FeedGenerator
from hypothesis import given
from hypothesis import strategies as st

from feeds.forms import Head, join, written
from feeds.item import Category, Item
from feeds.links import EntryLinks, FeedLinks

KINDS = {"atom": "application/atom+xml", "rss": "application/rss+xml"}
SAID = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Co"), exclude_characters="\ufffe\uffff"), min_size=1
)
HARD = SAID | st.sampled_from(['<&>"', "a\tb\nc\rd", "]]>", "&amp;", "👩‍👧 עברית", "{}%s\\1"])
INSTANT = st.integers(0, 4_000_000_000).map(lambda second: datetime.fromtimestamp(second, UTC))
ITEM = st.builds(
    Item, HARD, HARD, HARD, HARD, HARD, INSTANT, INSTANT, st.lists(st.builds(Category, HARD, HARD, HARD), min_size=1, max_size=4).map(tuple),
    st.just("") | HARD, HARD,
)  # fmt: skip
HEAD = st.builds(Head, HARD, HARD, HARD, HARD, HARD, HARD, st.just("../"), INSTANT, *[st.just("") | HARD] * 4)


def by_feedgen(form: str, head: Head, item: Item) -> bytes:
    feed = FeedGenerator()
    feed.register_extension("more", FeedLinks, EntryLinks)
    feed.id(head.id)
    feed.title(head.title)
    feed.subtitle(head.description)
    feed.author({"name": head.site})
    feed.generator("Banwatch")
    feed.language("en")
    feed.updated(head.updated)
    feed.lastBuildDate(head.updated)
    feed.pubDate(head.updated)
    feed.ttl(60)
    links: Mapping[str, str] = {
        "current": head.current,
        "prev-archive": head.older,
        "next-archive": head.newer,
        "next": head.next,
        "hub": head.hub,
    }
    for rel, href in links.items():
        if href:
            feed.more.add(href=href, rel=rel, **({"type": KINDS[form]} if rel != "hub" else {}))
    feed.more.archive = bool(head.current)
    feed.link(href=head.self, rel="self", type=KINDS[form])
    feed.link(href=head.home, rel="alternate", type="text/html")
    one = feed.add_entry(order="append")
    one.id(item.id)
    one.title(item.title)
    one.link(href=item.url, rel="alternate", type="text/html")
    one.summary(escape(item.summary, quote=False), type="html")
    one.content(item.html, type="html")
    one.published(item.published)
    one.updated(item.updated)
    one.category([{"term": c.term, "scheme": c.scheme, "label": c.label} for c in item.categories])
    one.more.updated = item.updated.isoformat()
    if item.source:
        one.more.add(href=item.source, rel="via", title=item.source_title)
    return bytes(feed.atom_str() if form == "atom" else feed.rss_str())


@pytest.mark.parametrize("form", KINDS)
@given(item=ITEM, head=HEAD)
def test_the_bytes_are_those_of_feedgen(form: str, item: Item, head: Head) -> None:
    made = join(form, head, written(form, [item])).decode()
    start, *styles, rest = made.split("\n", 3)
    assert [style.partition('href="')[2] for style in styles] == ['../feed.xsl"?>', '../feed.css"?>']
    want = by_feedgen(form, head, item).decode().partition("\n")
    assert start == want[0]
    for name in ("entry", "item"):  # an item stands on a line of its own
        rest = rest.replace(f"\n<{name}>", f"<{name}>").replace(f"</{name}>\n", f"</{name}>")
    assert rest.removesuffix("\n") == want[2]


def test_an_item_without_categories_or_source_has_a_shape_of_its_own() -> None:
    at = datetime(2026, 1, 2, tzinfo=UTC)
    whole = Item(
        "tag:x",
        "T",
        "https://x.example/",
        "S",
        "<p>S</p>",
        at,
        at,
        (Category("s", "t", "l"),),
        "https://y.example/",
        "y",
    )
    bare = replace(whole, categories=(), source="")
    for form in KINDS:
        first, second = written(form, [whole, bare])
        assert b"<category" in first and b"<category" not in second
        assert b"y.example" not in second
