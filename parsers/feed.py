"""RSS, Atom, RDF or JSON Feed -> Articles where the feed holds the text, else Links to the pages behind its items.

lxml reads it with nothing resolved; feedparser takes 0.26 ms an item and lets a feed of 20,000 items hold up the crawl
for five seconds (the tests compare the two on the recordings).
"""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from errors import Unreadable
from parsers import dates, language, markup, older, tree
from parsers.addresses import absolute, wanted
from parsers.tally import tallied
from records import Article, Link, Notice, Page, Record, Source

MOST = 1_000  # items of one reading, as the feed orders them: newest first
FULL = 400  # characters
OLDER = {"next", "prev-archive"}  # relations of a link to older items (RFC 5005)
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


@dataclass(frozen=True, slots=True)
class Item:
    """One item as the feed states it; ``content`` and ``summary`` are HTML or plain text."""

    title: str
    url: str
    guid: str = ""
    published: str = ""
    content: str = ""
    summary: str = ""
    language: str = ""
    authors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """The first MOST items of a feed, how many there are, its link to older ones (RFC 5005, JSON Feed next_url), and where it
    breaks off ("" if it does not)."""

    items: list[Item]
    total: int
    older: str
    fault: str = ""


def read(page: Page, source: Source) -> list[Record]:
    """The items in the feed's order, those without one of the source's keywords left out; [] if the feed has none.

    An item becomes an Article if the feed holds its text (content:encoded, content, or option full_text) or if the source
    follows no links; else a Link. Raises Unreadable: empty, not-a-feed, xml-bomb, too-deep.
    """
    json_feed = page.body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{"
    held = _json_items(page, source) if json_feed else _xml_items(page, source)
    kept = [item for item in held.items if wanted(source, item.title, item.summary, item.content)]
    taken: list[Record] = [record for record in (_record(item, page, source) for item in kept) if record]
    said = ((item.title, item.published) for item in held.items)
    notices = [Notice("degraded", f"{markup.place(page, source)}: {held.fault}")] if held.fault else []
    return [*tallied(taken, said, held.total), *notices, *older.stated(page, held.older)]


def _record(item: Item, page: Page, source: Source) -> Article | Link | None:
    content = markup.prose(item.content)
    whole = len(content) >= int(str(source.options.get("min_text", FULL))) or bool(source.options.get("full_text"))
    title, published = markup.line(item.title), dates.stated(item.published, page.fetched_at)
    if source.follow and not whole:
        return Link(item.url, source.follow, title, published) if item.url else None
    text = content or markup.prose(item.summary) or title
    if not text:
        return None
    return Article(
        url=item.url or page.url,
        title=title,
        text=text,
        language=language.of(text, source.language, item.language),
        published=published,
        guid=item.guid,
        outlet=source.publisher or source.name,
        authors=item.authors,
    )


# XML ----------------------------------------------------------------------------------------------------------------
def _xml_items(page: Page, source: Source) -> Held:
    document = tree.read(page, source)
    if tree.local(document.root) not in {"rss", "feed", "RDF"}:
        raise Unreadable(
            f"{markup.place(page, source)}: not a feed but <{tree.local(document.root)}>; was the feed moved?",
            "not-a-feed",
        )
    elements = [e for e in document.root.iter("{*}item", "{*}entry") if isinstance(e.tag, str)]
    if document.fault:  # cut off or broken: keep the items that were closed
        elements = elements[: document.text.count("</item>") + document.text.count("</entry>")]
    if document.fault and not elements:
        raise Unreadable(
            f"{markup.place(page, source)}: broken feed without a whole item ({document.fault})", "not-a-feed"
        )
    said = next(
        (e.text or "" for e in document.root.iterfind("{*}channel/{*}language")), document.root.get(XML_LANG, "")
    )
    before = next((e.get("href", "") for e in _links(document.root) if e.get("rel") in OLDER), "")
    return Held([_xml_item(element, said, page) for element in elements[:MOST]], len(elements), before, document.fault)


def _links(root: etree._Element) -> list[etree._Element]:
    """The feed's own links, not those of its items."""
    return [*root.iterfind("{*}link"), *root.iterfind("{*}channel/{*}link")]


def _xml_item(element: etree._Element, said: str, page: Page) -> Item:
    parts: dict[str, list[etree._Element]] = {}
    for part in element:
        parts.setdefault(tree.local(part), []).append(part)
    guid = _text(parts, "guid", "id")
    return Item(
        title=_text(parts, "title"),
        url=_address(parts, page) or absolute(page.url, guid if guid.startswith("http") else ""),
        guid=guid,
        published=_text(parts, "pubDate", "published", "date", "issued", "updated"),
        content=_text(parts, "encoded", "content", "full-text"),
        summary=_text(parts, "description", "summary"),
        language=element.get(XML_LANG, "") or _text(parts, "language") or said,
        authors=tuple(filter(None, (_author(part) for part in parts.get("creator", []) + parts.get("author", [])))),
    )


def _text(parts: Mapping[str, list[etree._Element]], *names: str) -> str:
    """Text of the first named part that has any; markup written as elements (Atom's xhtml) is kept as markup."""
    for name in names:
        for part in parts.get(name, ()):
            inner = part.text or ""
            if len(part):
                inner += "".join(etree.tostring(child, encoding="unicode") for child in part)
            if inner.strip():
                return inner.strip()
    return ""


def _address(parts: Mapping[str, list[etree._Element]], page: Page) -> str:
    links = parts.get("link", [])
    atom = [link.get("href", "") for link in links if link.get("rel", "alternate") == "alternate"]
    plain = [html.unescape(link.text or "") for link in links]
    return next(filter(None, (absolute(page.url, href) for href in atom + plain if href.strip())), "")


def _author(part: etree._Element) -> str:
    return " ".join("".join(next(part.iterfind("{*}name"), part).itertext()).split())


# JSON Feed (https://www.jsonfeed.org/version/1.1/) ---------------------------------------------------------------------
def _json_items(page: Page, source: Source) -> Held:
    try:
        data = json.loads(tree.decoded(page, source), strict=False)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"{markup.place(page, source)}: not a JSON Feed: {error}", "not-a-feed") from error
    if not isinstance(data, dict) or not isinstance(data.get("items"), list):
        raise Unreadable(
            f"{markup.place(page, source)}: JSON without a list of items; declare parser = 'api'?", "not-a-feed"
        )
    said = str(data.get("language") or "")
    items = [item for item in data["items"] if isinstance(item, dict)]
    return Held([_json_item(item, said, page) for item in items[:MOST]], len(items), str(data.get("next_url") or ""))


def _json_item(item: Mapping[str, object], said: str, page: Page) -> Item:
    def word(*keys: str) -> str:
        return next((str(item[key]) for key in keys if item.get(key)), "")

    authors = item.get("authors")
    named = [str(a.get("name") or "") for a in authors if isinstance(a, dict)] if isinstance(authors, list) else []
    return Item(
        title=word("title"),
        url=absolute(page.url, word("url", "external_url")),
        guid=word("id"),
        published=word("date_published", "date_modified"),
        content=word("content_html", "content_text"),
        summary=word("summary"),
        language=word("language") or said,
        authors=tuple(filter(None, named)),
    )
