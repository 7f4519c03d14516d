"""Address -> a page saved as a recording for tests, fetched once with the guards and manners of every crawl."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import parsers
import sources
from crawler.report import CrawlSettings
from crawler.run import crawl
from errors import BadConfiguration, FetchFailed
from records import Page, Source
from store.archive import Archive
from store.database import slug

ENDINGS = (
    (b"%PDF-", ".pdf"),
    (b"{", ".json"),
    (b"[", ".json"),
    (b"<?xml", ".xml"),
    (b"<rss", ".xml"),
    (b"<feed", ".xml"),
)
TYPES = {"pdf": ".pdf", "json": ".json", "xml": ".xml", "html": ".html"}


def record(url: str, out: Path, settings: CrawlSettings | None = None) -> Path:
    """Fetch ``url`` once, robots.txt obeyed, and write its bytes to ``out``/<source id><ending>; returns the file.

    An address that no source has is named after itself. Raises BadConfiguration for no address or a recording that is
    there already, FetchFailed with the crawl's own cause if nothing came.
    """
    source = _declared(need_address(url))
    taken = next(out.glob(f"{source.id}.*"), None)
    if taken:
        raise BadConfiguration(f"{taken}: there already; remove it, or give another folder with --out")
    path = fetched(source, settings or CrawlSettings.from_environment())
    target = out / f"{source.id}{ending(path)}"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(path.body)
    return target


def need_address(url: str) -> str:
    """``url`` itself. Raises BadConfiguration for what is no address of the web."""
    try:
        fits = urlsplit(url).scheme in {"http", "https"} and bool(urlsplit(url).hostname)
    except ValueError:  # "http://[": brackets are for addresses of IPv6
        fits = False
    if not fits:
        raise BadConfiguration(f"{url!r}: an address begins with https:// or http:// and names a host")
    return url


def _declared(url: str) -> Source:
    """The source of the registry with this address, or one made for it; it follows no links."""
    found = next((s for s in sources.register(parsers.PARSERS, parsers.OPTIONS) if s.url == url), None)
    parts = urlsplit(url)
    name = slug(f"{parts.hostname} {parts.path} {parts.query}")[:80].strip("-")
    return replace(found or Source(name, name, url, "article", "news"), max_pages=1, retired="")


def fetched(source: Source, settings: CrawlSettings) -> Page:
    """The page of a source, fetched once. Raises FetchFailed with the crawl's own cause if nothing came."""
    with tempfile.TemporaryDirectory(prefix="record-") as folder:
        archive = Path(folder) / "archive.db"
        crawl([source], archive, Path(folder) / "tracker.db", run="record", settings=settings)
        with Archive(archive, readonly=True) as kept:
            last = kept.sighting(kept.last())
            if not last.sha256:
                raise FetchFailed(f"{source.url}: {last.message}", last.cause)
            return kept.page(last.seq)


def ending(page: Page) -> str:
    """How the file of a page ends: by its first bytes, else by its content type, else .html."""
    start = page.body.lstrip(b"\xef\xbb\xbf \t\r\n")[:16].lower()
    sniffed = next((end for mark, end in ENDINGS if start.startswith(mark.lower())), "")
    kind = page.header("content-type").partition(";")[0]
    return sniffed or next((end for word, end in TYPES.items() if word in kind), ".html")
