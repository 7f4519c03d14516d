"""What the formats ask of a feed, and what the W3C feed validator looks for, as far as it can be looked for without a network.

Sources: Atom RFC 4287, tag URIs RFC 4151, archives RFC 5005, dates RFC 3339 and RFC 822 with years of four digits,
https://www.rssboard.org/rss-specification, https://www.rssboard.org/rss-profile, https://www.jsonfeed.org/version/1.1/, and the
messages of https://validator.w3.org/feed/ (MissingSelf, ContainsRelRef, SecurityRisk, DuplicateIds, InvalidRFC2822Date ...).
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
HISTORY = "{http://purl.org/syndication/history/1.0}archive"
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
RFC822 = re.compile(
    r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d (GMT|[+-]\d{4})"
)
TAG = re.compile(r"tag:[\w.@-]+,\d{4}(-\d\d(-\d\d)?)?:[A-Za-z0-9\-._~!$&'()*+,;=:@%/?]+")
URI = re.compile(r"https?://[^\s<>\"{}|\\^`]+")
RELATIONS = {
    "self",
    "alternate",
    "related",
    "via",
    "enclosure",
    "hub",
    "current",
    "prev-archive",
    "next-archive",
    "next",
}
ELEMENTS = {"p", "blockquote", "a", "b", "br", "del", "ins", "dl", "dt", "dd"}
ATTRIBUTES = {"href", "lang", "dir", "cite"}
NO_END = {"br"}


class Markup(HTMLParser):
    """What stands in the HTML of an item: the elements, their faults, and the text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(html)
        self.close()
        self.faults += [f"<{name}> is never closed" for name in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ELEMENTS:
            self.faults.append(f"SecurityRisk: <{tag}>")
        for name, value in attrs:
            if name not in ATTRIBUTES:
                self.faults.append(f"SecurityRiskAttr: {name}")
            if name in {"href", "cite"} and not URI.fullmatch(value or ""):
                self.faults.append(f"ContainsRelRef: {value}")
        if tag in NO_END:
            self.text += "\n"
        else:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing")

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.faults.append("a comment")

    handle_decl = handle_pi = handle_comment


def faults(form: str, body: bytes) -> list[str]:
    """Everything wrong with a feed; [] if nothing is."""
    return list({"atom": _atom, "rss": _rss, "json": _json}[form](body))


def _root(body: bytes) -> etree._Element:
    assert body.startswith(b"<?xml version='1.0' encoding='UTF-8'?>\n"), body[:60]
    return etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))


def _counts(
    where: str, element: etree._Element, once: Iterable[str], at_most_once: Iterable[str] = (), space: str = ""
) -> Iterator[str]:
    counts = Counter(child.tag for child in element)
    yield from (f"{where}: {counts[space + name]} <{name}>, one wanted" for name in once if counts[space + name] != 1)
    yield from (
        f"{where}: {counts[space + name]} <{name}>, one at most" for name in at_most_once if counts[space + name] > 1
    )


def _said(where: str, element: etree._Element, names: Iterable[str], space: str = "") -> Iterator[str]:
    yield from (
        f"{where}: <{name}> says nothing" for name in names if not (element.findtext(space + name) or "").strip()
    )


# Atom -------------------------------------------------------------------------------------------------------------------
def _atom(body: bytes) -> Iterator[str]:
    feed = _root(body)
    if feed.tag != ATOM + "feed":
        yield f"root is {feed.tag}"
    yield from _counts(
        "feed", feed, ("id", "title", "updated", "author"), ("generator", "icon", "logo", "rights", "subtitle"), ATOM
    )
    yield from _said("feed", feed, ("id", "title", "updated", "subtitle"), ATOM)
    yield from _links("feed", feed.findall(ATOM + "link"), needs="self")
    entries = feed.findall(ATOM + "entry")
    for number, entry in enumerate(entries, 1):
        yield from _entry(f"entry {number}", entry)
    twice = [ident for ident, count in Counter(entry.findtext(ATOM + "id") for entry in entries).items() if count > 1]
    yield from (f"DuplicateIds: {ident}" for ident in twice)
    yield from _tag("feed", feed.findtext(ATOM + "id"))
    yield from _archive(feed, feed.findall(ATOM + "link"))


def _entry(where: str, entry: etree._Element) -> Iterator[str]:
    yield from _counts(
        where, entry, ("id", "title", "updated", "content", "summary"), ("published", "rights", "source"), ATOM
    )
    yield from _said(where, entry, ("id", "title", "updated", "summary", "content"), ATOM)
    yield from _tag(where, entry.findtext(ATOM + "id"))
    yield from _links(where, entry.findall(ATOM + "link"), needs="alternate")
    for name in ("updated", "published"):
        yield from _date(where, entry.findtext(ATOM + name) or "", RFC3339, datetime.fromisoformat)
    if (entry.findtext(ATOM + "published") or "") > (entry.findtext(ATOM + "updated") or ""):
        yield f"{where}: updated before it was published"
    for text in (*entry.findall(ATOM + "content"), *entry.findall(ATOM + "summary")):
        if text.get("type") != "html" or len(text):
            yield f"{where}: {text.tag} is no HTML text construct"
        yield from (f"{where}: {fault}" for fault in Markup(text.text or "").faults)
    for category in entry.findall(ATOM + "category"):
        if not category.get("term") or not TAG.fullmatch(category.get("scheme", "")):
            yield f"{where}: category {dict(category.attrib)}"


def _tag(where: str, ident: str | None) -> Iterator[str]:
    if not TAG.fullmatch(ident or ""):
        yield f"{where}: {ident!r} is no tag URI"


def _links(where: str, links: list[etree._Element], needs: str) -> Iterator[str]:
    kinds = [(link.get("rel", "alternate"), link.get("type"), link.get("hreflang")) for link in links]
    if needs not in {rel for rel, _, _ in kinds}:
        yield f"{where}: Missing{needs.title()}"
    yield from (f"{where}: link relation {rel}" for rel, _, _ in kinds if rel not in RELATIONS)
    yield from (f"{where}: DuplicateAtomLink {kind}" for kind, count in Counter(kinds).items() if count > 1)
    yield from (
        f"{where}: InvalidURI {link.get('href')}"
        for link in links
        if not URI.fullmatch(link.get("href", "")) or not urlsplit(link.get("href", "")).hostname
    )


def _archive(parent: etree._Element, links: list[etree._Element]) -> Iterator[str]:
    """RFC 5005, section 4: an archive document says that it is one, and what feed it belongs to."""
    relations = {link.get("rel") for link in links}
    if (parent.find(HISTORY) is not None) != ("current" in relations):
        yield "an archive document has both fh:archive and a link to the current feed"
    if "next-archive" in relations and "current" not in relations:
        yield "only an archive document has a next archive"


def _date(where: str, text: str, form: re.Pattern[str], read: Any) -> Iterator[str]:
    if not form.fullmatch(text):
        yield f"{where}: date {text!r}"
    else:
        read(text)


# RSS 2.0 ----------------------------------------------------------------------------------------------------------------
def _rss(body: bytes) -> Iterator[str]:
    root = _root(body)
    channel = root.find("channel")
    if root.tag != "rss" or root.get("version") != "2.0" or channel is None or len(root) != 1:
        yield "no RSS 2.0 channel"
        return
    yield from _counts(
        "channel",
        channel,
        ("title", "link", "description", "lastBuildDate", "language"),
        ("pubDate", "ttl", "docs", "generator"),
    )
    yield from _said("channel", channel, ("title", "link", "description"))
    yield from _links("channel", channel.findall(ATOM + "link"), needs="self")
    yield from _archive(channel, channel.findall(ATOM + "link"))
    yield from _date("channel", channel.findtext("lastBuildDate") or "", RFC822, parsedate_to_datetime)
    items = channel.findall("item")
    for number, item in enumerate(items, 1):
        yield from _item(f"item {number}", item)
    twice = [ident for ident, count in Counter(item.findtext("guid") for item in items).items() if count > 1]
    yield from (f"DuplicateIds: {ident}" for ident in twice)


def _item(where: str, item: etree._Element) -> Iterator[str]:
    yield from _counts(
        where, item, ("title", "link", "description", "guid", "pubDate", CONTENT), ("author", "comments", "source")
    )
    yield from _said(where, item, ("title", "link", "description", "guid"))
    yield from _date(where, item.findtext("pubDate") or "", RFC822, parsedate_to_datetime)
    guid = item.find("guid")
    if guid is None or guid.get("isPermaLink") != "false" or not TAG.fullmatch(guid.text or ""):
        yield f"{where}: InvalidPermalink"
    if not URI.fullmatch(item.findtext("link") or ""):
        yield f"{where}: InvalidURI {item.findtext('link')}"
    for html in (item.findtext("description"), item.findtext(CONTENT)):
        yield from (f"{where}: {fault}" for fault in Markup(html or "").faults)


# JSON Feed 1.1 ----------------------------------------------------------------------------------------------------------
def _json(body: bytes) -> Iterator[str]:
    feed = json.loads(body)
    if (
        feed["version"] != "https://jsonfeed.org/version/1.1"
        or not feed["title"]
        or not isinstance(feed["items"], list)
    ):
        yield "no JSON Feed 1.1"
    for name in ("home_page_url", "feed_url", "next_url"):
        if name in feed and not URI.fullmatch(feed[name]):
            yield f"{name}: {feed[name]}"
    if not all(author.get("name") or author.get("url") for author in feed["authors"]):
        yield "an author without a name"
    twice = [ident for ident, count in Counter(item["id"] for item in feed["items"]).items() if count > 1]
    yield from (f"id twice: {ident}" for ident in twice)
    for item in feed["items"]:
        yield from _json_item(item)


def _json_item(item: dict[str, Any]) -> Iterator[str]:
    where = item["id"]
    yield from _tag(where, item["id"])
    if not item["title"] or not item["content_html"]:
        yield f"{where}: says nothing"
    for name in ("url", "external_url"):
        if name in item and not URI.fullmatch(item[name]):
            yield f"{where}: {name} {item[name]}"
    for name in ("date_published", "date_modified"):
        yield from _date(where, item[name], RFC3339, datetime.fromisoformat)
    if not all(isinstance(tag, str) and tag for tag in item["tags"]):
        yield f"{where}: tags {item['tags']}"
    yield from (f"{where}: {fault}" for fault in Markup(item["content_html"]).faults)
