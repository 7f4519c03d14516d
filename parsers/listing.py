"""HTML list of news or decisions -> Links to the pages behind it."""

from __future__ import annotations

from bs4 import Tag

from errors import PageChanged
from parsers import dates, language, markup, older
from parsers.addresses import absolute, wanted
from parsers.tally import tallied
from records import Link, Page, Record, Source

ITEM = "main li:has(a[href]), main article:has(a[href])"


def read(page: Page, source: Source) -> list[Record]:
    """One Link an item, in page order, each address once; items without one of the source's keywords are left out.

    Raises PageChanged if ``item`` matches nothing or no item holds a link, and what markup.soup raises.
    """
    tree = markup.soup(page, source).tree
    items = tree.select(str(source.options.get("item", ITEM)))
    if not items:
        raise PageChanged(_message(page, source, "item", ITEM))
    base, tongue = (
        markup.base(tree, page),
        source.language or language.of("", *markup.said_language(tree, markup.metas(tree))),
    )
    linked: dict[str, Link] = {}
    found: dict[str, Record] = {}
    for item in items:
        link = _link(item, base, tongue, page, source)
        if link:
            linked.setdefault(link.url, link)
        if link and wanted(source, link.title, markup.words(item)):
            found.setdefault(link.url, link)
    if not linked:
        raise PageChanged(_message(page, source, "link", "a[href]"))
    taken = tallied(list(found.values()), ((link.title, link.published) for link in linked.values()))
    before = tree.select_one(str(source.options.get("older", "a[rel~=next][href], link[rel~=next][href]")))
    return [*taken, *(older.stated(page, before.get("href")) if before else ())]


def _link(item: Tag, base: str, tongue: str, page: Page, source: Source) -> Link | None:
    anchor = item if item.name == "a" else item.select_one(str(source.options.get("link", "a[href]")))
    url = absolute(base, anchor.get("href")) if anchor else ""
    if anchor is None or not url:
        return None
    return Link(
        url=url, parser=source.follow, title=_title(item, anchor, source), published=_date(item, tongue, page, source)
    )


def _title(item: Tag, anchor: Tag, source: Source) -> str:
    css = str(source.options.get("title", ""))
    node = (item.select_one(css) if css else None) or anchor
    return markup.words(node) or str(anchor.get("title") or anchor.get("aria-label") or "")


def _date(item: Tag, tongue: str, page: Page, source: Source) -> str:
    node = item.select_one(str(source.options.get("date", "time")))
    if node is None:
        return ""
    form = str(source.options.get("date_format", ""))
    exact = dates.stated(str(node.get("datetime", "")), page.fetched_at)
    return exact or dates.stated(markup.words(node), page.fetched_at, tongue, form)


def _message(page: Page, source: Source, option: str, default: str) -> str:
    css = source.options.get(option, default)
    return (
        f"{markup.place(page, source)}: the {option} selector {css!r} matches nothing; the list was rebuilt: "
        f"look at the page and mend options.{option} (banwatch sources record {source.url})"
    )
