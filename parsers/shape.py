"""Page at an address nobody has described yet -> what it looks like: its shape, its feeds, where its text or its list stands.

A proposal for a person to check, never used while crawling.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag

from parsers import feed, language, markup, pdf
from parsers.addresses import absolute, unique
from records import Page, Source

FEED_TYPES = {"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"}
LANDMARKS = ("main", "article", "[role=main]", "#main-content", "#content", "#main", ".content")
MOST_OF = 0.8  # share of a page's running text that its main part holds
LONGEST_LIST = 5  # links of one kind that make a list
DOCUMENTS = (  # words of a title -> document type, the first that fits
    (r"law[ -]enforcement|legal process|government request", "Law Enforcement Guidelines"), (r"transparency", "Transparency Report"),
    (r"privacy|datenschutz|confidentialit|privacidad", "Privacy Policy"), (r"cookie", "Trackers Policy"),
    (r"community|content policy|rules\b", "Community Guidelines"), (r"terms|user agreement|conditions|nutzungsbedingungen", "Terms of Service"),
)  # fmt: skip
PATHS = {"title": ("title", "headline", "name"), "url": ("html_url", "url", "link", "href"), "guid": ("id", "guid", "document_number"),
         "published": ("published", "publication_date", "date", "created_at", "updated"), "text": ("text", "body", "abstract", "description", "summary")}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shape:
    """What a page looks like. ``doubts`` says what a person must look at."""

    parser: str
    title: str = ""
    language: str = ""
    document_type: str = ""
    select: str = ""  # CSS of the main text
    options: dict[str, str] = field(default_factory=dict)
    feeds: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


def shape(page: Page) -> Shape:
    """The shape of a page as fetched: feed, api, pdf, policy, listing or article. Raises what reading HTML raises."""
    blank = Source("proposed", "proposed", page.url, "article", "news")
    start = page.body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1_000]
    if start.startswith(b"%PDF-"):
        words = " ".join(pdf.paragraphs(page, blank)[:3])
        return Shape("policy", words[:80], language.found(words), _document(words[:200]))
    if re.match(rb"<\?xml|<rss|<feed|<rdf:RDF", start, re.I) and re.search(
        rb"<(rss|feed|rdf:RDF)\b", page.body[:5_000], re.I
    ):
        return _feed(page, blank)
    if start[:1] in (b"{", b"["):
        return _api(page, blank)
    return _html(page, blank)


def _feed(page: Page, blank: Source) -> Shape:
    items = [record for record in feed.read(page, blank) if hasattr(record, "title")]
    texts = [getattr(record, "text", "") for record in items]
    said = re.search(rb"<language>\s*([\w-]{2,10})", page.body[:10_000])
    title = re.search(rb"<title[^>]*>(?:<!\[CDATA\[)?([^<\]]{1,120})", page.body[:10_000])
    return Shape("feed", title[1].decode("utf-8", "replace").strip() if title else "", said[1].decode().lower() if said else language.found(" ".join(texts)[:2_000]),
                 doubts=() if items else ("the feed holds no items now",))  # fmt: skip


def _api(page: Page, blank: Source) -> Shape:
    document = json.loads(page.body)
    path, items = _list(document, "")
    if items is None:
        return Shape("api", doubts=("no list of objects in it: write options.items by hand",))
    keys = {name: next((key for key in candidates if key in items[0]), "") for name, candidates in PATHS.items()}
    options = {"items": path} | {name: key for name, key in keys.items() if key}
    return Shape(
        "api",
        options=options,
        doubts=tuple(f"no {name} found" for name in ("title", "url", "published") if not keys[name]),
    )


def _list(value: Any, path: str) -> tuple[str, list[dict[str, Any]] | None]:
    """The first list of objects in a JSON document, and where it stands."""
    if isinstance(value, list):
        return path, value if value and isinstance(value[0], dict) else None
    for key, part in value.items() if isinstance(value, dict) else ():
        found = _list(part, f"{path}.{key}" if path else key)
        if found[1] is not None:
            return found
    return path, None


# HTML -------------------------------------------------------------------------------------------------------------------
def _html(page: Page, blank: Source) -> Shape:
    tree = markup.soup(page, blank).tree
    metas = markup.metas(tree)
    title = markup.words(tree.title) if tree.title else ""
    found: dict[str, Any] = {
        "title": title,
        "language": language.of("", *markup.said_language(tree, metas)) or language.found(markup.words(tree)[:2_000]),
        "feeds": _feeds(tree, page),
    }
    document, listed = _document_of(tree, title, page.url), _listed(tree, page)
    if document:
        select = _main(tree)
        return Shape(
            "policy",
            document_type=document,
            select=select,
            **found,
            doubts=() if select else ("no part holds the text alone: write a selector",),
        )
    if listed:
        return Shape("listing", options={"item": listed}, **found)
    return Shape("article", select=_main(tree), **found)


def _document_of(tree: BeautifulSoup, title: str, url: str) -> str:
    """By its title, else its first heading, else the words of its address."""
    heading = tree.find("h1")
    words = re.sub(r"[\W_]+", " ", urlsplit(url).path)
    return _document(title) or (_document(markup.words(heading)) if heading else "") or _document(words)


def _document(title: str) -> str:
    return next((kind for words, kind in DOCUMENTS if re.search(words, title, re.I)), "")


def _feeds(tree: BeautifulSoup, page: Page) -> tuple[str, ...]:
    """Feeds a page names (https://www.rssboard.org/rss-autodiscovery), comments' feeds left out."""
    base = markup.base(tree, page)
    links = [
        link for link in tree.select("link[rel~=alternate][href]") if str(link.get("type", "")).lower() in FEED_TYPES
    ]
    return tuple(unique(absolute(base, link["href"]) for link in links if "comments" not in str(link["href"])))


def _main(tree: BeautifulSoup) -> str:
    """CSS of the smallest part that holds most of the running text, "" if that is the page."""
    for part in tree.select("nav, footer, header, aside, script, style, form"):
        part.extract()
    whole = _running(tree)
    fits = [
        (len(node.get_text()), css)
        for css in LANDMARKS
        for node in tree.select(css)[:1]
        if whole and _running(node) >= MOST_OF * whole
    ]
    named = [
        (len(node.get_text()), _css(node))
        for node in tree.find_all(["div", "section"])
        if _css(node) and whole and _running(node) >= MOST_OF * whole
    ]
    return min(fits or named, default=(0, ""))[1]


def _running(node: Tag) -> int:
    return sum(
        len(part.get_text()) for part in node.find_all(["p", "li", "td", "h2", "h3"]) if not part.find(["p", "li"])
    )


def _css(node: Tag) -> str:
    """An id or a class that reads like a name, "" if it has none."""
    names = [f"#{node['id']}"] if node.get("id") else [f".{name}" for name in node.get_attribute_list("class") if name]
    return next(
        (
            name
            for name in names
            if re.fullmatch(r"[#.][A-Za-z][\w-]{2,40}", name) and not re.search(r"\d{3}|[A-Z]\w*\d", name)
        ),
        "",
    )


def _listed(tree: BeautifulSoup, page: Page) -> str:
    """CSS of the links that make the page's list: most links with a title's length under one folder of the site."""
    base, groups = markup.base(tree, page), defaultdict[str, set[str]](set)
    for anchor in tree.select("main a[href], article a[href], body a[href]"):
        url = absolute(base, anchor.get("href"))
        folder = urlsplit(url).path.rpartition("/")[0] + "/"
        if (
            url
            and len(markup.words(anchor)) >= 20
            and folder != "/"
            and urlsplit(url).netloc == urlsplit(page.url).netloc
        ):
            groups[folder].add(url)
    folder, links = max(groups.items(), key=lambda pair: (len(pair[1]), pair[0]), default=("", set()))
    return f'a[href*="{folder}"]' if len(links) >= LONGEST_LIST else ""
