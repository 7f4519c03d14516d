"""Sitemap or sitemap index (https://www.sitemaps.org/protocol.html) -> Links to pages, or to further sitemaps."""

from __future__ import annotations

import zlib
from dataclasses import replace

from lxml import etree

from errors import Unreadable
from parsers import dates, markup, tree
from parsers.addresses import absolute, wanted
from parsers.tally import tallied
from records import Link, Page, Record, Source

MOST = 5_000  # links of one reading; the protocol allows 50,000
LARGEST = 16 * 1024 * 1024  # bytes unpacked


def read(page: Page, source: Source) -> list[Record]:
    """Newest first where the sitemap dates its pages; addresses and titles without a keyword are left out.

    Links of an index are read as sitemaps. Raises Unreadable: empty, not-a-sitemap, too-large, xml-bomb, too-deep.
    """
    page = _unpacked(page, source)
    root = tree.read(page, source).root
    if tree.local(root) not in {"urlset", "sitemapindex"}:
        raise Unreadable(f"{markup.place(page, source)}: not a sitemap but <{tree.local(root)}>", "not-a-sitemap")
    index = tree.local(root) == "sitemapindex"
    links = [_link(entry, "sitemap" if index else source.follow, page) for entry in root.iterfind("{*}*")]
    every = {link.url: link for link in links if link.url}
    found = [link for link in every.values() if index or wanted(source, link.url, link.title)]
    taken: list[Record] = [*sorted(found, key=lambda link: link.published, reverse=True)[:MOST]]
    return tallied(taken, ((link.title or link.url, link.published) for link in every.values()))


def _link(entry: etree._Element, parser: str, page: Page) -> Link:
    said = {tree.local(part): " ".join((part.text or "").split()) for part in entry.iter() if isinstance(part.tag, str)}
    day = dates.stated(said.get("publication_date") or said.get("lastmod", ""), page.fetched_at)
    return Link(absolute(page.url, said.get("loc")), parser, said.get("title", ""), day)


def _unpacked(page: Page, source: Source) -> Page:
    if not page.body.startswith(b"\x1f\x8b"):
        return page
    unzip = zlib.decompressobj(wbits=31)
    try:
        body = unzip.decompress(page.body, LARGEST)
    except zlib.error as error:
        raise Unreadable(f"{markup.place(page, source)}: gzip that cannot be unpacked: {error}", "not-text") from error
    if unzip.unconsumed_tail:
        raise Unreadable(f"{markup.place(page, source)}: more than {LARGEST} bytes unpacked", "too-large")
    return replace(page, body=body)
