"""Pages that workers handed in -> archive, then tracker, then acknowledged. One writer a crawl; it also decides what is asked for.

A page is taken up again after a crash of the writer; the archive tells whether it is there already. So the order is: archive,
save what the page says, queue what it links to, acknowledge.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import zstandard
from scrapy import Request

from crawler.code import version
from crawler.outcomes import outcomes
from crawler.reader import Readers, modules
from crawler.reading import read_page
from crawler.report import CrawlReport, CrawlSettings
from crawler.run import Job, declare
from crawler.settings import scrapy_settings
from crawler.spider import SourceSpider
from errors import BadStore
from records import Page, Source
from scale.frontier import Frontier
from scale.settings import Shared
from scale.worker import bounds_text
from store.archive import Archive
from store.door import Door, Reading, reading_of
from store.prepare import Prepared, Reader

AT_ONCE = 8  # pages in hand


def crawl(
    sources: Sequence[Source], archive_path: Path, tracker_path: Path, *, run: str, settings: CrawlSettings, shared: Shared,
    on_progress: Callable[[int, int], None] | None = None,
) -> CrawlReport:  # fmt: skip
    """Crawl ``sources`` by the workers that share the frontier, and settle the tracker.

    A crawl of this home that was broken off goes on under its own ``run``. Raises BadStore: busy (another writer), redis-away.
    """
    begun = time.monotonic()
    job = Job(tuple(s for s in sources if not s.retired), archive_path, tracker_path, run, settings)
    readers = Readers(Reader(read_page), settings.parsers, settings.parse_time, settings.parse_memory, modules(sources))
    try:
        with Archive(job.archive) as archive, Door(job.tracker, archive, read_page) as door:
            declare(job, archive, door)
            run = asyncio.run(Writer(job, shared, archive, door, readers, on_progress).write())
            door.settle()
    finally:
        readers.close()
    return CrawlReport(run, time.monotonic() - begun, outcomes(tracker_path, job.sources, run))


class Writer:
    """The one end of the frontier that writes."""

    def __init__(
        self, job: Job, shared: Shared, archive: Archive, door: Door, readers: Readers,
        on_progress: Callable[[int, int], None] | None,
    ) -> None:  # fmt: skip
        self.job, self.archive, self.door, self.readers, self.on_progress = job, archive, door, readers, on_progress
        self.frontier = Frontier(shared, f"{socket.gethostname()}:{os.getpid()}", version())
        self.home = f"{socket.gethostname()}:{job.archive}"
        self.delays = scrapy_settings(job.sources, job.bounds)
        self.count = 0
        self.spider: SourceSpider

    async def write(self) -> str:
        """Until nothing is left to fetch or to save; returns the run."""
        await self.frontier.hold()
        holding = asyncio.create_task(self._holding())
        try:
            run = await self._begun()
            await self._emptied(again=True)
            while await self.frontier.left():
                if holding.done():
                    holding.result()
                await self._emptied(again=False)
            await self.frontier.end()
            return run
        finally:
            holding.cancel()
            with suppress(asyncio.CancelledError, BadStore):
                await holding
            await self.frontier.let_go()
            await self.frontier.close()

    async def _holding(self) -> None:
        while True:
            await asyncio.sleep(4.0)
            await self.frontier.hold()

    async def _begun(self) -> str:
        """A new crawl, or the one of this home that was broken off."""
        facts = await self.frontier.facts()
        goes_on = bool(facts) and not facts.get("over") and facts.get("home") == self.home
        run = facts["run"] if goes_on else self.job.run
        self.spider = SourceSpider(self.job.sources, self.archive, self.door, self.readers, run, self.job.bounds)
        if goes_on:
            await self.frontier.take_over()
            self.spider.asked.update(await self.frontier.asked())
            self.spider.begun.update(dict.fromkeys(self.spider.sources, time.monotonic()))
        else:
            told = json.dumps([asdict(source) for source in self.job.sources], ensure_ascii=False)
            await self.frontier.begin({"run": run, "home": self.home, "bounds": bounds_text(self.job.bounds), "sources": told})  # fmt: skip
        async for request in self.spider.start():
            await self._push(request)
        return run

    async def _push(self, request: Request) -> None:
        meta = request.meta
        host = urlsplit(request.url).hostname or ""
        slot = self.delays["DOWNLOAD_SLOTS"].get(host)
        delay = slot["delay"] if slot else self.delays["DOWNLOAD_DELAY"]
        first = f"{meta['source']} " if request.dont_filter else ""  # a list is asked for by every source it belongs to
        mark = hashlib.sha256(f"{first}{request.url}".encode()).hexdigest()[:24]
        await self.frontier.push(mark, {
            "id": mark, "source": meta["source"], "url": request.url, "parser": meta["parser"], "host": host,
            "depth": meta["depth_here"], "page_number": meta["page_number"], "held": meta["held"],
        }, delay)  # fmt: skip

    async def _emptied(self, again: bool) -> None:
        """Take what waits in the stream, AT_ONCE pages side by side."""
        messages = await self.frontier.pages(AT_ONCE, again)
        noted = []
        self.archive.hold()
        for number, fields in messages:
            note = json.loads(fields[b"note"])
            noted.append((number, note, self._kept(note, fields[b"body"])))
        self.archive.commit()
        await asyncio.gather(*(self._saved(number, note, seq) for number, note, seq in noted))
        if again and messages:
            await self._emptied(again)

    def _kept(self, note: dict[str, Any], body: bytes) -> int:
        """Archive what was handed in, once; the ``seq`` of its sighting. What was meant for another crawl's run is kept too."""
        run = self.spider.run
        held = self.archive.seen_in(run, note["source"], note["requested_url"], note["parser"])
        if held:
            return held
        page = _page(note, body)
        where = (page.source, page.parser, page.url, page.requested_url, page.fetched_at, run)
        if note["kind"] == "keep":
            return self.archive.keep(page, run, note["outcome"], note["cause"], note["message"])
        if note["kind"] == "unchanged":
            return self.archive.unchanged(*where, page.status, page.headers, note["sha256"])
        return self.archive.missed(
            *where, note["outcome"], note["cause"], note["message"], note["status"], page.headers
        )

    async def _saved(self, number: bytes, note: dict[str, Any], seq: int) -> None:
        source = self.spider.sources.get(note["source"])
        if source is not None:
            reading = await self._reading(seq, source, note["kind"] == "unchanged" or note.get("outcome") == "stored")
            if reading:
                task = note["task"]
                for request in self.spider._further(source, reading, task["depth"], task["page_number"]):
                    await self._push(request)
        await self.frontier.done(number)
        self.count += 1
        if self.on_progress:
            self.on_progress(self.count, 0)

    async def _reading(self, seq: int, source: Source, readable: bool) -> Reading | None:
        """What the page gave; read again where an earlier writer saved it and ended before it was acknowledged."""
        if not readable:
            self.door.take(seq)
            return None
        found = await self.spider._read(seq, source)
        if found is not None:
            return found
        records, error = await self.readers.read(self.archive.page(seq), source)
        return reading_of(seq, [r.record if isinstance(r, Prepared) else r for r in records], error)


def _page(note: dict[str, Any], body: bytes) -> Page:
    whole = zstandard.ZstdDecompressor().decompress(body, max_output_size=max(1, note["size"])) if body else b""
    headers = tuple((name, value) for name, value in note["headers"])
    return Page(note["source"], note["parser"], note["url"], note["requested_url"], datetime.fromisoformat(note["fetched_at"]),
                note["status"] or 0, headers, whole)  # fmt: skip
