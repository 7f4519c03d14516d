"""Page -> records, one file per page shape. Parsers are pure: no network, no clock, no database; they raise errors.BanwatchError."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from types import MappingProxyType

from errors import NotTheDocument, PageChanged, Unrecognised
from parsers import older
from parsers.addresses import left_for_a_front_page
from parsers.options import OPTIONS
from records import Page, Record, Source

__all__ = ["OPTIONS", "PARSERS", "read"]
Parser = Callable[[Page, Source], list[Record]]


def _by(name: str) -> Parser:
    """The parser of the file of that name, which is loaded with the first page it reads."""

    def parser(page: Page, source: Source) -> list[Record]:
        found: list[Record] = import_module(f"parsers.{name}").read(page, source)
        return found

    return parser


NAMES = ("policy", "listing", "article", "feed", "api", "pdf", "sitemap", "stop", "ooni", "wikidata")
PARSERS: MappingProxyType[str, Parser] = MappingProxyType({name: _by(name) for name in NAMES})


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
            from parsers import markup

            markup.soup(page, source)  # a wall in front of the page is not a page that was rebuilt
        raise
