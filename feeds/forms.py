"""Items -> RSS 2.0, Atom and JSON Feed. Pure: the same head and items give the same bytes.

feedgen draws the XML: each shape of item and of feed once, with marks where its values go. A value is then only escaped and put in
its place, which costs a hundredth of drawing it. Most items stand in several feeds, so each is written once (``written``) and a
feed is its frame with the items put in (``join``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import cache, lru_cache
from html import escape

from feedgen.feed import FeedGenerator

from feeds.addresses import FORMS
from feeds.item import EPOCH, Category, Item
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
    next: str = ""  # the page of older items of a feed that has no archives


def written(form: str, items: Sequence[Item]) -> list[bytes]:
    """Each item in the form."""
    return _WRITTEN[form](items)


def join(form: str, head: Head, items: Sequence[bytes]) -> bytes:
    """The feed of what ``written`` gave."""
    return _JOIN[form](head, items)


# RSS and Atom -----------------------------------------------------------------------------------------------------------
Values = Mapping[str, str]
MARK = re.compile("\ue000(\\w+)\ue001")  # a place for a value; what is drawn holds no other text of ours
PUBLISHED, UPDATED = (
    datetime(1971, 1, 1, 0, 0, 1, tzinfo=UTC),
    datetime(1972, 2, 2, 0, 0, 2, tzinfo=UTC),
)  # stand for any


class Shape:
    """What feedgen drew, in the pieces between its marks."""

    def __init__(self, drawn: str) -> None:
        for instant, name in ((PUBLISHED, "published"), (UPDATED, "updated")):
            drawn = drawn.replace(instant.isoformat(), _mark(name)).replace(
                format_datetime(instant), _mark(f"{name}_822")
            )
        pieces = MARK.split(drawn)
        self.texts = pieces[::2]
        places = zip(pieces[::2], pieces[1::2], strict=False)
        self.places = [(name, _quoted if before.endswith('="') else _escaped) for before, name in places]

    def filled(self, values: Values) -> bytes:
        pieces = list(self.texts)
        for place, (name, as_xml) in enumerate(self.places):
            pieces[place] += as_xml(values[name])
        return "".join(pieces).encode()


@lru_cache(4_096)  # of a category much repeats
def _quoted(text: str) -> str:
    return _escaped(text).replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")


def _mark(name: str) -> str:
    return f"\ue000{name}\ue001"


def _generator(said: Callable[[str], str], updated: datetime) -> FeedGenerator:
    """A feed whose fields are what ``said`` gives for their names."""
    feed = FeedGenerator()
    feed.register_extension("more", FeedLinks, EntryLinks)
    feed.id(said("id"))
    feed.title(said("title"))
    feed.subtitle(said("description"))
    feed.author({"name": said("site")})
    feed.generator("Banwatch")
    feed.language("en")
    feed.updated(updated)
    feed.lastBuildDate(updated)
    feed.pubDate(updated)
    feed.ttl(MINUTES)
    return feed


def _drawn(form: str, feed: FeedGenerator, said: Callable[[str], str]) -> str:
    kind = FORMS[form].split(";")[0]
    feed.link(href=said("self"), rel="self", type=kind)
    feed.link(href=said("home"), rel="alternate", type="text/html")  # last: RSS takes the last as its own
    text: bytes = feed.atom_str() if form == "atom" else feed.rss_str()
    return text.decode()


@cache
def frame(form: str, relations: tuple[str, ...]) -> tuple[Shape, Shape]:
    """What stands before and after the items of a feed with these links."""
    feed = _generator(_mark, UPDATED)
    for rel in relations:
        feed.more.add(
            href=_mark(rel.replace("-", "_")), rel=rel, **({"type": FORMS[form].split(";")[0]} if rel != "hub" else {})
        )
    feed.more.archive = "current" in relations
    start, _, rest = _drawn(form, feed, _mark).partition("\n")
    styles = [f'<?xml-stylesheet type="text/{kind}" href="{_mark("up")}feed.{kind}"?>' for kind in ("xsl", "css")]
    before, end, after = rest.rpartition(_END[form])
    return Shape("\n".join([start, *styles, before])), Shape(end + after)


@cache
def entry(form: str, categories: int, source: bool) -> Shape:
    """An item with so many categories, with or without the address of an original page."""
    feed = _generator(_mark, UPDATED)
    add = feed.add_entry(order="append")
    add.id(_mark("id"))
    add.title(_mark("title"))
    add.link(href=_mark("url"), rel="alternate", type="text/html")
    add.summary(_mark("summary"), type="html")
    add.content(_mark("html"), type="html")
    add.published(PUBLISHED)
    add.updated(UPDATED)
    add.category([{name: _mark(f"{name}_{n}") for name in ("term", "scheme", "label")} for n in range(categories)])
    add.more.updated = UPDATED.isoformat()
    if source:
        add.more.add(href=_mark("source"), rel="via", title=_mark("source_title"))
    begin = "<entry>" if form == "atom" else "<item>"
    return Shape(begin + _drawn(form, feed, _mark).partition(begin)[2].rpartition(_END[form])[0])


def _said(item: Item, categories: Sequence[Category]) -> Values:
    found = {
        "id": item.id, "title": item.title, "url": item.url, "summary": escape(item.summary, quote=False), "html": item.html,
        "published": item.published.isoformat(), "published_822": format_datetime(item.published), "updated": item.updated.isoformat(),
        "source": item.source, "source_title": item.source_title,
    }  # fmt: skip
    for n, one in enumerate(categories):
        found |= {f"term_{n}": one.term, f"scheme_{n}": one.scheme, f"label_{n}": one.label}
    return found


def _xml_written(form: str) -> Callable[[Sequence[Item]], list[bytes]]:
    def items_of(items: Sequence[Item]) -> list[bytes]:
        return [_entry(form, item) for item in items]

    return items_of


def _entry(form: str, item: Item) -> bytes:
    categories = [one for one in item.categories if one.term]
    return entry(form, len(categories), bool(item.source)).filled(_said(item, categories))


_END = {"atom": "</feed>", "rss": "</channel>"}


def _xml_join(form: str) -> Callable[[Head, Sequence[bytes]], bytes]:
    def feed_of(head: Head, items: Sequence[bytes]) -> bytes:
        relations = {
            "current": head.current,
            "prev_archive": head.older,
            "next_archive": head.newer,
            "next": head.next,
            "hub": head.hub,
        }
        before, after = frame(form, tuple(rel.replace("_", "-") for rel, href in relations.items() if href))
        said = relations | {
            "id": head.id, "title": head.title, "description": head.description, "home": head.home, "self": head.self, "site": head.site,
            "up": head.up, "updated": head.updated.isoformat(), "updated_822": format_datetime(head.updated),
        }  # fmt: skip
        return b"\n".join([before.filled(said), *items, after.filled(said)]) + b"\n"

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
        "description": head.description, "next_url": head.older or head.next, "language": "en", "authors": [{"name": head.site}],
        "hubs": [{"type": "WebSub", "url": head.hub}] if head.hub else "",
        "_banwatch": {"id": head.id, "updated": head.updated.isoformat()},
    }  # fmt: skip
    start = _dump({name: value for name, value in found.items() if value != ""})[:-1]
    return start + b', "items": [\n' + b",\n".join(items) + b"\n]}\n"


def _dump(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


_WRITTEN = {"atom": _xml_written("atom"), "rss": _xml_written("rss"), "json": _json_written}
_JOIN = {"atom": _xml_join("atom"), "rss": _xml_join("rss"), "json": _json_join}
