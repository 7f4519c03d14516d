"""Sources -> requests -> pages in the archive -> links back. One spider for all sources: a source is its declaration.

Every page is on disk before anything reads it. What went wrong is a row of the archive too, with its cause.
"""

from __future__ import annotations

import asyncio
import gc
import os
import sqlite3
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import scrapy
from scrapy import Request
from scrapy.exceptions import CloseSpider
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler import browser, causes
from crawler.answers import MOST_HEADERS, QUARANTINE, home_instead, kept_headers, refusal, tries
from crawler.guards import is_trap, verdict
from crawler.manners import NO_WORD, retry_after
from crawler.reader import Readers
from crawler.reading import LARGE
from crawler.ready import lacks
from crawler.report import CrawlSettings
from errors import BadStore, BanwatchError, Refused
from records import Link, Page, Source
from store.archive import Archive
from store.door import Door, Reading

BOUND = "bound of {}"  # what stands for an address where a bound ended the following of links
SAVED = 0.5  # seconds after which what was taken is on disk in the tracker
TOGETHER = 0.01  # seconds that a page waits for others to be made durable with it
MOST_BACK = 3  # pages of a list that are read to catch up


class SourceSpider(scrapy.Spider):
    """Crawls ``sources`` once. ``report(count)`` is called after every page."""

    name = "sources"

    def __init__(
        self, sources: Sequence[Source], archive: Archive, door: Door, readers: Readers, run: str, bounds: CrawlSettings,
        report: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self.sources = {source.id: source for source in sources}
        self.archive, self.door, self.readers, self.run, self.bounds = archive, door, readers, run, bounds
        self.report = report
        self.asked: Counter[str] = Counter()
        self.begun: dict[str, float] = {}
        self.bounded: set[tuple[str, str]] = set()
        self.ended: BanwatchError | None = None  # what ended the crawl before it was done
        self.done = 0
        self.saving: asyncio.TimerHandle | None = None  # will commit what was taken
        self.kept: asyncio.Future[None] | None = None  # done when the pages that came last are on disk

    async def start(self) -> AsyncIterator[Request]:
        for source in self.sources.values():
            reason = lacks(source)
            if reason:
                self._miss(source, source.parser, source.url, source.url, "skip", *reason)
                continue
            yield self._request(source, source.url, source.parser, 0)

    def _request(self, source: Source, url: str, parser: str, depth: int, page_number: int = 1) -> Request:
        self.asked[source.id] += 1
        self.begun.setdefault(source.id, time.monotonic())
        held = self.archive.validators(source.id, url)
        headers = {"Accept-Language": f"{source.language or 'en'}, *;q=0.5"} | self._conditions(held)
        token = os.environ.get(source.token_env, "") if source.token_env else ""
        meta = {"source": source.id, "parser": parser, "depth_here": depth, "held": held, "requested": url,
                "page_number": page_number, "token": (source.token_header, token, urlsplit(source.url).netloc) if token else None}  # fmt: skip
        if source.needs_browser and parser == source.parser:
            meta |= browser.META
        return Request(
            url, self.received, headers=headers, meta=meta, errback=self.failed, priority=-depth, dont_filter=depth == 0
        )

    def _conditions(self, held: dict[str, str]) -> dict[str, str]:
        """Headers that ask for a change only; none once a server has said "unchanged" for longer than it is trusted."""
        if not held or self._now() - datetime.fromisoformat(held["stored_at"]) >= timedelta(days=self.bounds.trust):
            return {}
        said = {"If-None-Match": held["etag"], "If-Modified-Since": held["last_modified"]}
        return {name: value for name, value in said.items() if value}

    # a page came -----------------------------------------------------------------------------------------------------
    async def received(self, response: Response) -> AsyncIterator[Request]:
        meta = response.meta
        source = self.sources[meta["source"]]
        if self.ended:
            return
        try:
            self.archive.hold()
            seq = self._keep(source, response)
            if seq and not self.door.knows(seq, source):
                await self._durable()  # nothing is read that is not on disk
            reading = await self._read(seq, source) if seq else None
        except (sqlite3.OperationalError, Refused) as error:
            raise self._end(error) from error
        self.done += 1
        if len(response.body) > LARGE:
            gc.collect()  # Scrapy's requests and answers hold each other in circles
        if self.report:
            self.report(self.done)
        if reading:
            for request in self._further(source, reading, meta["depth_here"], meta["page_number"]):
                yield request

    async def _durable(self) -> None:
        """Wait until what was kept is on disk: pages that come at about the same time wait for the disk together."""
        if self.kept is None:
            loop = asyncio.get_running_loop()
            self.kept = loop.create_future()
            loop.call_later(TOGETHER, self._commit)
        await self.kept

    def _commit(self) -> None:
        kept, self.kept = self.kept, None
        try:
            self.archive.commit()
        except sqlite3.OperationalError as error:  # a full disk: whoever waits for it is told
            self._end(error)
            if kept:
                kept.set_exception(error)
            return
        if kept:
            kept.set_result(None)

    def _end(self, error: sqlite3.OperationalError | Refused) -> CloseSpider:
        """The disk is full, the folder not to be written, or the code another by now: nothing more can be kept or read."""
        if isinstance(error, Refused):
            self.ended = error
        else:
            text = f"{self.archive.path.parent}: cannot be written: {error}; what was fetched is kept"
            self.ended = BadStore(text, "no-space")
        return CloseSpider(self.ended.cause)

    def _keep(self, source: Source, response: Response) -> int:
        """Archive what came, before anything reads it; 0 if there is nothing to read."""
        meta, status = response.meta, response.status
        if status == 304 and meta["held"]:
            return self.archive.unchanged(source.id, meta["parser"], response.url, meta["requested"], self._now(), self.run, status,
                                          kept_headers(response), meta["held"]["sha256"])  # fmt: skip
        if status in QUARANTINE:
            return self._hold(source, response, QUARANTINE[status], f"status {status}")
        if status == 200:
            return self._keep_whole(source, response)
        cause, message = refusal(response)
        if cause == "rate-limited":
            message = self._until((response.headers.get("Retry-After") or b"").decode("latin-1"))
        self._miss(source, meta["parser"], response.url, meta["requested"], causes.outcome(cause), cause, message, status,
                   kept_headers(response))  # fmt: skip
        return 0

    def _keep_whole(self, source: Source, response: Response) -> int:
        meta = response.meta
        if sum(len(values) for _, values in response.headers.items()) > MOST_HEADERS:
            self._miss(source, meta["parser"], response.url, meta["requested"], "fail", "protocol",
                       f"more than {MOST_HEADERS} header lines")  # fmt: skip
            return 0
        if not response.body.strip():
            return self._hold(source, response, "empty", "no text in a 200")
        if home_instead(meta["requested"], response.url):
            return self._hold(
                source, response, "moved-home", f"{meta['requested']} leads to the home page {response.url}"
            )
        return self.archive.keep(self._page(source, response), self.run, message=tries(meta))

    def _hold(self, source: Source, response: Response, cause: str, message: str) -> int:
        """Keep what came, for a person to look at; nothing reads it."""
        self._take(self.archive.keep(self._page(source, response), self.run, "quarantine", cause, message))
        return 0

    def _take(self, seq: int) -> None:
        """Save a sighting that needs no reading."""
        self._saved(seq)

    async def _read(self, seq: int, source: Source) -> Reading | None:
        if self.door.knows(seq, source):
            return self._saved(seq)
        records, error = await self.readers.read(self.archive.page(seq), source)
        return self._saved(seq, records, error)

    def _saved(self, seq: int, records: Any = None, error: Any = None) -> Reading | None:
        """Saved in the tracker now, and on disk within SAVED seconds, with what comes meanwhile."""
        reading = self.door.take(seq, records, error)
        if self.saving is None:
            self.saving = asyncio.get_running_loop().call_later(SAVED, self._save)
        return reading

    def _save(self) -> None:
        self.saving = None
        try:
            self.door.commit()
        except sqlite3.OperationalError as error:
            self._end(error)

    def _page(self, source: Source, response: Response) -> Page:
        return Page(source.id, response.meta["parser"], response.url, response.meta["requested"], self._now(), response.status,
                    kept_headers(response), response.body)  # fmt: skip

    def _until(self, value: str) -> str:
        """When a site that said "too many" may be asked again, as the watch reads it; a day at most."""
        seconds = retry_after(value, self._now())
        seconds = min(NO_WORD if seconds is None else seconds, self.bounds.longest_defer)
        return f"until {(self._now() + timedelta(seconds=seconds)).isoformat(timespec='seconds')}"

    def _further(self, source: Source, reading: Reading, depth: int, page_number: int) -> Iterator[Request]:
        """What a page leads to: its links, and the page with older entries."""
        yield from self._follow(source, reading, depth + 1)
        if self._goes_back(source, page_number, reading):
            yield self._request(source, reading.older, source.parser, 0, page_number + 1)

    # links ------------------------------------------------------------------------------------------------------------
    def _follow(self, source: Source, reading: Reading, depth: int) -> Iterator[Request]:
        """Links worth asking for, those never seen first, as far as the source's budget goes; what is left is said."""
        wanted = [link for link in reading.links if self._wanted(source, link)]
        wanted.sort(key=lambda link: bool(self.archive.first_stored(source.id, link.url)))
        if wanted and depth > self.bounds.max_depth:
            self._stopped(
                source, "depth", f"{len(wanted)} links deeper than {self.bounds.max_depth} steps are left alone"
            )
            return
        for number, link in enumerate(wanted):
            left = self._spent(source)
            if left:
                self._stopped(source, "budget", f"{left}; {len(wanted) - number} links are left for later crawls")
                return
            yield self._request(source, link.url, link.parser, depth)

    def _spent(self, source: Source) -> str:
        most = source.max_pages * max(1, self.bounds.pages)
        if self.asked[source.id] >= most:
            return f"{most} pages a crawl"
        if time.monotonic() - self.begun[source.id] > self.bounds.source_time:
            return f"{self.bounds.source_time:.0f} s a crawl"
        return ""

    def _stopped(self, source: Source, cause: str, message: str) -> None:
        """A bound ended the following of links: said once a crawl for each source and cause."""
        if (source.id, cause) not in self.bounded:
            self.bounded.add((source.id, cause))
            self._miss(source, source.parser, source.url, BOUND.format(cause), "skip", cause, message)

    def _goes_back(self, source: Source, number: int, reading: Reading) -> bool:
        """Whether the page with older entries is asked for: in a back-fill, or where every entry here is new to us, so that
        those between it and our last visit stand further back."""
        if not reading.older or verdict(reading.older, self.bounds.allow_hosts) or is_trap(reading.older):
            return False
        if self.bounds.pages:
            return number < self.bounds.pages
        links = [link.url for link in reading.links]
        missed = len(links) > 2 and not any(self.archive.first_stored(source.id, url) for url in links)
        return number < MOST_BACK and missed and self.archive.first_run(source.id) != self.run

    def _wanted(self, source: Source, link: Link) -> bool:
        if verdict(link.url, self.bounds.allow_hosts):
            return False
        if is_trap(link.url):
            self._stopped(source, "depth", f"addresses without end are left alone: {link.url[:200]}")
            return False
        first = self.archive.first_stored(source.id, link.url)
        return not first or self._now() - datetime.fromisoformat(first) <= timedelta(days=self.bounds.young)

    # nothing came -----------------------------------------------------------------------------------------------------
    def failed(self, failure: Failure) -> None:
        request: Request = failure.request  # type: ignore[attr-defined]
        meta, error = request.meta, failure.value or OSError("no answer")
        cause, message = causes.cause(error), causes.message(error)
        if cause == "rate-limited":
            message = self._until(message)
        source = self.sources[meta["source"]]
        if self.ended:
            return
        try:
            self._miss(source, meta["parser"], request.url, meta["requested"], causes.outcome(cause), cause, message)
        except sqlite3.OperationalError as told:
            raise self._end(told) from told

    def _miss(
        self, source: Source, parser: str, url: str, requested: str, outcome: str, cause: str, message: str,
        status: int | None = None, headers: tuple[tuple[str, str], ...] = (),
    ) -> None:  # fmt: skip
        self._take(
            self.archive.missed(
                source.id, parser, url, requested, self._now(), self.run, outcome, cause, message, status, headers
            )
        )

    def _now(self) -> datetime:
        return self.bounds.now or datetime.now(UTC)
