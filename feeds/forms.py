"""Items -> RSS 2.0, Atom and JSON Feed. Pure: the same head and items give the same bytes.

feedgen writes the XML. Writing an item costs far more than joining texts, and most items stand in several feeds, so each is
written once (``written``) and a feed is its frame with the items put in (``join``).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any

from feedgen.feed import FeedGenerator

from feeds.addresses import FORMS
from feeds.item import EPOCH, Item
from feeds.links import EntryLinks, FeedLinks

MINUTES = 60  # between two visits of a reader: what RSS calls ttl


@dataclass(frozen=True)
class Head:
    """What a feed says of itself. Addresses are absolute; "" = there is none."""

    id: str
    title: str
    description: str
    home: str  # the page for people
    self: str
    site: str  # name of the site
    up: str  # the way from the feed to the folder of the style sheets: "", "../"
    updated: datetime = EPOCH
    hub: str = ""
    older: str = ""  # archive before this document
    newer: str = ""  # archive after it; of the newest archive ""
    current: str = ""  # the feed whose archive this is


def written(form: str, items: Sequence[Item]) -> list[bytes]:
    """Each item in the form."""
    return _WRITTEN[form](items)


def join(form: str, head: Head, items: Sequence[bytes]) -> bytes:
    """The feed of what ``written`` gave."""
    return _JOIN[form](head, items)


# RSS and Atom -----------------------------------------------------------------------------------------------------------
def _generator(head: Head, items: Sequence[Item]) -> FeedGenerator:
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
    feed.ttl(MINUTES)
    for item in items:
        _entry(feed.add_entry(order="append"), item)
    return feed


def _entry(add: Any, item: Item) -> None:
    add.id(item.id)
    add.title(item.title)
    add.link(href=item.url, rel="alternate", type="text/html")
    add.summary(escape(item.summary, quote=False), type="html")
    add.content(item.html, type="html")
    add.published(item.published)
    add.updated(item.updated)
    add.category([{"term": c.term, "scheme": c.scheme, "label": c.label} for c in item.categories if c.term])
    add.more.updated = item.updated.isoformat()
    if item.source:
        add.more.add(href=item.source, rel="via", title=item.source_title)


def _xml_written(form: str) -> Callable[[Sequence[Item]], list[bytes]]:
    def items_of(items: Sequence[Item]) -> list[bytes]:
        head = Head("x", "x", "x", "http://x.invalid/", "http://x.invalid/", "x", "x")
        mark = b"<entry>" if form == "atom" else b"<item>"
        parts = _text(form, head, items).split(mark)[1:]  # texts are escaped: the mark stands nowhere else
        return [mark + part.rsplit(_END[form], 1)[0] if last else mark + part for last, part in _with_last(parts)]

    return items_of


def _with_last(parts: Sequence[bytes]) -> list[tuple[bool, bytes]]:
    return [(number == len(parts), part) for number, part in enumerate(parts, 1)]


def _text(form: str, head: Head, items: Sequence[Item]) -> bytes:
    feed = _generator(head, items)
    for rel, href in _relations(head).items():
        feed.more.add(href=href, rel=rel, **({"type": FORMS[form].split(";")[0]} if rel != "hub" else {}))
    feed.more.archive = bool(head.current)
    feed.link(href=head.self, rel="self", type=FORMS[form].split(";")[0])
    feed.link(href=head.home, rel="alternate", type="text/html")  # last: RSS takes the last as its own
    text: bytes = feed.atom_str() if form == "atom" else feed.rss_str()
    return text


def _relations(head: Head) -> dict[str, str]:
    found = {"current": head.current, "prev-archive": head.older, "next-archive": head.newer, "hub": head.hub}
    return {rel: href for rel, href in found.items() if href}


_END = {"atom": b"</feed>", "rss": b"</channel>"}


def _xml_join(form: str) -> Callable[[Head, Sequence[bytes]], bytes]:
    def feed_of(head: Head, items: Sequence[bytes]) -> bytes:
        start, _, rest = _text(form, head, ()).partition(b"\n")
        before, end, after = rest.rpartition(_END[form])
        styles = [
            f'<?xml-stylesheet type="text/{kind}" href="{head.up}feed.{kind}"?>'.encode() for kind in ("xsl", "css")
        ]
        return b"\n".join([start, *styles, before, *items, end + after]) + b"\n"

    return feed_of


# JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/) ----------------------------------------------------------------------
def _json_written(items: Sequence[Item]) -> list[bytes]:
    return [_dump(_json_item(item)) for item in items]


def _json_item(item: Item) -> dict[str, object]:
    found: dict[str, object] = {
        "id": item.id, "url": item.url, "external_url": item.source, "title": item.title, "content_html": item.html,
        "summary": item.summary, "date_published": item.published.isoformat(), "date_modified": item.updated.isoformat(),
        "tags": list(dict.fromkeys(c.label for c in item.categories)),
        "_banwatch": {"categories": [{"scheme": c.scheme, "term": c.term, "label": c.label} for c in item.categories]},
    }  # fmt: skip
    return {name: value for name, value in found.items() if value != ""}


def _json_join(head: Head, items: Sequence[bytes]) -> bytes:
    found: dict[str, object] = {
        "version": "https://jsonfeed.org/version/1.1", "title": head.title, "home_page_url": head.home, "feed_url": head.self,
        "description": head.description, "next_url": head.older, "language": "en", "authors": [{"name": head.site}],
        "hubs": [{"type": "WebSub", "url": head.hub}] if head.hub else "",
        "_banwatch": {"id": head.id, "updated": head.updated.isoformat()},
    }  # fmt: skip
    start = _dump({name: value for name, value in found.items() if value != ""})[:-1]
    return start + b', "items": [\n' + b",\n".join(items) + b"\n]}\n"


def _dump(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


_WRITTEN = {"atom": _xml_written("atom"), "rss": _xml_written("rss"), "json": _json_written}
_JOIN = {"atom": _xml_join("atom"), "rss": _xml_join("rss"), "json": _json_join}
