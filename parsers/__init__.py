"""Page -> records, one file per page shape. Parsers are pure: no network, no clock, no database; they raise errors.BanwatchError."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

from errors import NotTheDocument, PageChanged, Unrecognised
from parsers import api, article, feed, listing, markup, older, ooni, pdf, policy, sitemap, stop, wikidata
from parsers.addresses import left_for_a_front_page
from records import Page, Record, Source

Parser = Callable[[Page, Source], list[Record]]

PARSERS: MappingProxyType[str, Parser] = MappingProxyType(
    {
        "policy": policy.read,
        "listing": listing.read,
        "article": article.read,
        "feed": feed.read,
        "api": api.read,
        "pdf": pdf.read,
        "sitemap": sitemap.read,
        "stop": stop.read,
        "ooni": ooni.read,
        "wikidata": wikidata.read,
    }
)

OPTIONS: MappingProxyType[str, frozenset[str]] = MappingProxyType(
    {
        "listing": listing.OPTIONS | older.OPTIONS,
        "article": article.OPTIONS,
        "feed": feed.OPTIONS | older.OPTIONS,
        "api": api.OPTIONS | older.OPTIONS,
        "pdf": pdf.OPTIONS,
        "sitemap": sitemap.OPTIONS,
        **dict.fromkeys(("stop", "ooni", "wikidata"), frozenset[str]()),
    }
)
"""Keys of ``Source.options`` that each parser takes; a parser that is not named takes none."""


def read(page: Page, source: Source) -> list[Record]:
    """What a page says, read by the parser it was fetched for.

    Raises Unrecognised if there is no such parser, PageChanged, NotTheDocument or Unreadable if the page is not what the
    source declares. The result may be empty (a feed without items).
    """
    parser = PARSERS.get(page.parser)
    if parser is None:
        known = ", ".join(PARSERS)
        raise Unrecognised(
            f"{source.id}: {page.url}: there is no parser {page.parser!r} (known: {known})", "unknown-parser"
        )
    if left_for_a_front_page(page.requested_url, page.url):
        raise NotTheDocument(
            f"{source.id}: {page.requested_url} led to the front page {page.url}; look whether the page was moved or taken away",
            "front-page",
        )
    try:
        return [*parser(page, source), *older.numbered(page, source)]
    except PageChanged:
        if page.parser in {"policy", "listing", "article"}:
            markup.soup(page, source)  # a wall in front of the page is not a page that was rebuilt
        raise
