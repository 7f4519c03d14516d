"""Page of a news report or an official statement -> Article."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString

from errors import PageChanged, Unreadable
from parsers import dates, language, markup, pdf
from parsers.blocks import blocks
from records import Article, Block, Page, Record, Selector, Source

TYPES = re.compile(
    r"(?:News|Reportage|Analysis|Report|Blog|Scholarly|Legislation)?(?:Article|Posting|Release)\Z|Report\Z"
)
AROUND = {
    "script",
    "style",
    "template",
    "noscript",
    "nav",
    "aside",
    "footer",
    "form",
    "button",
    "figure",
    "iframe",
    "svg",
}
NAMED_AROUND = re.compile(
    r"(?:[a-z0-9]+[-_]+)*(?:shar(?:e|ing)|social|related|cookies?|consent|newsletter|breadcrumbs?|comments?|advert|ads?|promo|sidebar)"
    r"(?:[-_]+(?:bar|banner|block|box|buttons?|container|form|inner|items?|links?|list|nav|posts?|articles?|section|signup|tools|widget))*"
)
ROLES = {"navigation", "complementary", "dialog", "banner", "contentinfo"}
RUNNING = {"p", "li", "blockquote", "td", "dd"}
DATED = (
    "article:published_time", "og:article:published_time", "datepublished", "parsely-pub-date", "sailthru.date",
    "dcterms.issued", "dcterms.date", "dc.date.issued", "dc.date", "date", "pubdate",
)  # fmt: skip
LIKELY = ["article", "main", "body", "section", "div"]
SHORTEST = 120  # characters; less is a teaser or an error page


def read(page: Page, source: Source) -> list[Record]:
    """One Article: text by the source's article selectors, else the page's densest part.

    A PDF is handed to parsers.pdf. Raises PageChanged if a declared selector matches nothing, Unreadable("too-short") if
    no running text is found, and what markup.soup raises.
    """
    if page.body.lstrip()[:5] == b"%PDF-":
        return pdf.read(page, source)
    opened = markup.soup(page, source)
    tree = opened.tree
    said, metas = _json_ld(tree), markup.metas(tree)
    title = _title(tree, said, metas, page, source)
    days = list(_date_words(tree, said, metas, source))
    text = _text(tree, page, source, title)  # empties what stands around it
    tongue = language.of(text, source.language, str(said.get("inLanguage") or ""), *markup.said_language(tree, metas))
    return [
        Article(
            url=markup.canonical(tree, metas, page),
            title=title,
            text=text,
            language=tongue,
            published=_published(days, page, source, tongue),
            outlet=_outlet(said, metas, source),
            authors=_authors(said, metas),
            encoding=opened.encoding,
            replaced=opened.replaced,
        )
    ]


# Text ---------------------------------------------------------------------------------------------------------------
def _text(tree: BeautifulSoup, page: Page, source: Source, title: str) -> str:
    selectors = source.article or source.selectors
    found = _selected(tree, page, source, selectors) if selectors else _main(tree, page)
    texts = [block.text for block in found]
    while texts and texts[0].casefold() == title.casefold():
        texts.pop(0)
    text = "\n\n".join(texts)
    if len(text) < (1 if selectors else SHORTEST):
        raise Unreadable(
            f"{markup.place(page, source)}: {len(text)} characters of running text, no article", "too-short"
        )
    return text


def _selected(tree: BeautifulSoup, page: Page, source: Source, selectors: Sequence[Selector]) -> tuple[Block, ...]:
    day = page.fetched_at.date().isoformat()
    valid = [s for s in selectors if (s.since or "0") <= day <= (s.until or "9")]
    tried = [css for selector in valid for css in selector.select]
    if not any(tree.select_one(css) for css in tried):
        raise PageChanged(
            f"{markup.place(page, source)}: the article selectors {tried} match nothing; the page was rebuilt: "
            f'look at it and add an [[source.article]] with since = "{day}" (banwatch sources record {page.url})'
        )
    return blocks(str(tree), valid, page.url)


def _main(tree: BeautifulSoup, page: Page) -> tuple[Block, ...]:
    """Blocks of the part that holds most running text; paragraphs that are only links are left out."""
    sizes = _sizes(tree)
    for node in tree.find_all(_around):
        if node.name in AROUND or 2 * sizes[id(node)].running < sizes[id(tree)].running:  # a name may deceive
            node.clear()
    sizes = _sizes(tree)
    best = max(tree.find_all(LIKELY), key=lambda node: sizes[id(node)].density, default=None)
    if best is None:
        return ()
    for node in best.find_all(["p", "li"]):
        if sizes[id(node)].linked > 0.8 * sizes[id(node)].text:
            node.clear()
    return blocks(f"<html><body>{best}</body></html>", [Selector(("body",))], page.url)


def _around(node: Tag) -> bool:
    if node.name in AROUND or node.has_attr("hidden") or node.get("role") in ROLES:
        return True
    if not node.attrs or node.name in {"html", "body", "main", "article"}:
        return False
    names = [*node.get_attribute_list("class"), node.get("id")]
    return any(NAMED_AROUND.fullmatch(str(name).lower()[:100]) for name in names if name)


@dataclass(slots=True)
class Size:
    """Characters in a node: all, those in links, and those of running text (paragraphs and items less their links)."""

    text: int = 0
    linked: int = 0
    running: int = 0

    @property
    def density(self) -> int:
        """Running text less what stands around it: a whole page loses against its own article."""
        return 2 * self.running - self.text


def _sizes(tree: BeautifulSoup) -> dict[int, Size]:
    """Size of every node by id, in one pass from the leaves up (a page may hold 100,000 links)."""
    sizes: dict[int, Size] = {}
    for node in reversed([tree, *tree.descendants]):
        size = sizes.setdefault(id(node), Size())
        if type(node) is NavigableString:  # no comment, no script
            size.text = len(node.strip())
        elif isinstance(node, Tag) and node.name == "a":
            size.linked = size.text
        elif isinstance(node, Tag) and node.name in RUNNING:
            size.running = max(size.text - size.linked, 0)
        if node.parent is not None:
            above = sizes.setdefault(id(node.parent), Size())
            above.text, above.linked, above.running = (
                above.text + size.text,
                above.linked + size.linked,
                above.running + size.running,
            )
    return sizes


# What the page says of itself ----------------------------------------------------------------------------------------
def _json_ld(tree: BeautifulSoup) -> dict[str, Any]:
    """The first schema.org article in the page's JSON-LD, {} if there is none (https://schema.org/Article)."""
    for script in tree.find_all("script", type="application/ld+json"):
        for thing in _things(script.get_text()):
            kinds = thing.get("@type")
            if any(TYPES.match(str(kind)) for kind in (kinds if isinstance(kinds, list) else [kinds])):
                return thing
    return {}


def _things(text: str) -> Iterator[dict[str, Any]]:
    try:
        data = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return
    waiting = [data]
    while waiting:
        thing = waiting.pop(0)
        if isinstance(thing, list):
            waiting += thing
        if isinstance(thing, dict):
            yield thing
            waiting += [thing[key] for key in ("@graph", "mainEntity") if key in thing]


def _title(tree: BeautifulSoup, said: dict[str, Any], metas: dict[str, str], page: Page, source: Source) -> str:
    css = str(source.options.get("article_title", ""))
    node = tree.select_one(css) if css else None
    if css and node is None:
        raise PageChanged(f"{markup.place(page, source)}: options.article_title {css!r} matches nothing")
    heading = tree.find_all("h1", limit=2)
    written = markup.words(node) if node else markup.words(heading[0]) if len(heading) == 1 else ""
    plain = markup.words(tree.title) if tree.title else ""
    return written or str(said.get("headline") or "").strip() or markup.meta(metas, "og:title") or plain


def _published(days: list[str], page: Page, source: Source, tongue: str) -> str:
    form = str(source.options.get("date_format", ""))
    return next(filter(None, (dates.stated(words, page.fetched_at, tongue, form) for words in days)), "")


def _date_words(tree: BeautifulSoup, said: dict[str, Any], metas: dict[str, str], source: Source) -> Iterator[str]:
    """Where a page may say when it was published, the surest first."""
    css = str(source.options.get("article_date", ""))
    for node in tree.select(css)[:3] if css else ():
        yield str(node.get("datetime") or node.get("content") or markup.words(node))
    yield str(said.get("datePublished") or "")
    yield markup.meta(metas, *DATED)
    for node in tree.find_all(_dated, limit=3):
        yield str(node.get("datetime") or node.get("content") or markup.words(node))


def _dated(node: Tag) -> bool:
    return node.name == "time" or node.get("itemprop") == "datePublished"


def _outlet(said: dict[str, Any], metas: dict[str, str], source: Source) -> str:
    publisher = said.get("publisher")
    named = publisher.get("name") if isinstance(publisher, dict) else publisher
    return str(named or "").strip() or markup.meta(metas, "og:site_name") or source.publisher or source.name


def _authors(said: dict[str, Any], metas: dict[str, str]) -> tuple[str, ...]:
    author = said.get("author") or markup.meta(metas, "author", "article:author") or ()
    listed = author if isinstance(author, list | tuple) else [author]
    names = [str(a.get("name") or "") if isinstance(a, dict) else str(a) for a in listed]
    return tuple(dict.fromkeys(n.strip() for n in names if n.strip() and not n.startswith("http")))
