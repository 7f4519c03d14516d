"""Tasks of a shared frontier -> pages handed to the writer. Fetches as every crawl does; archives and reads nothing."""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

import zstandard
from scrapy import Request
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.code import version
from crawler.report import CrawlSettings
from crawler.settings import scrapy_settings
from crawler.spider import SourceSpider
from errors import BanwatchError
from records import Page, Source
from scale.frontier import Frontier
from scale.settings import Shared
from store.archive import instant
from store.declarations import source_from

ABREAST = 16  # tasks a worker holds at a time
PAUSE = 0.1  # seconds between two questions for a task while there is none


def who() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


class Handover:
    """Stands where a crawl has its archive and its door: what would be written there is noted, to be handed to the writer."""

    def __init__(self) -> None:
        self.held: dict[tuple[str, str], dict[str, str]] = {}
        self.note: dict[str, Any] = {}
        self.body = b""

    def validators(self, source: str, url: str) -> dict[str, str]:
        return self.held.pop((source, url), {})

    def hold(self) -> None:
        """Nothing is written here."""

    def keep(self, page: Page, run: str, outcome: str = "stored", cause: str = "", message: str = "") -> int:
        self.body = zstandard.ZstdCompressor(level=1).compress(page.body)
        self.note = _plain(replace(page, body=b"")) | {"kind": "keep", "size": len(page.body), "outcome": outcome, "cause": cause, "message": message}  # fmt: skip
        return 0

    def unchanged(self, source: str, parser: str, url: str, requested_url: str, fetched_at: datetime, run: str, status: int,
                  headers: tuple[tuple[str, str], ...], sha256: str) -> int:  # fmt: skip
        page = Page(source, parser, url, requested_url, fetched_at, status, headers, b"")
        self.body, self.note = b"", _plain(page) | {"kind": "unchanged", "sha256": sha256}
        return 0

    def missed(self, source: str, parser: str, url: str, requested_url: str, fetched_at: datetime, run: str, outcome: str,
               cause: str, message: str, status: int | None = None, headers: tuple[tuple[str, str], ...] = ()) -> int:  # fmt: skip
        page = Page(source, parser, url, requested_url, fetched_at, status or 0, headers, b"")
        self.body = b""
        self.note = _plain(page) | {"kind": "missed", "status": status, "outcome": outcome, "cause": cause, "message": message}  # fmt: skip
        return 0

    def take(self, seq: int, records: Any = None, error: Any = None) -> None:
        """The writer saves it."""

    def commit(self) -> None:
        """The writer makes it durable."""


def _plain(page: Page) -> dict[str, Any]:
    return asdict(page) | {"fetched_at": instant(page.fetched_at), "body": ""}


class WorkerSpider(SourceSpider):
    """The spider of every crawl, fed by a frontier. ``once``: it ends with the crawl that runs."""

    name = "worker"

    def __init__(
        self, sources: Sequence[Source], frontier: Frontier, run: str, bounds: CrawlSettings, **kwargs: Any
    ) -> None:
        self.handover = Handover()
        super().__init__(sources, self.handover, self.handover, None, run, bounds, **kwargs)  # type: ignore[arg-type]
        self.frontier = frontier
        self.mine: dict[str, dict[str, Any]] = {}  # tasks in hand
        self.ending: set[asyncio.Task[None]] = set()
        self.refused: BanwatchError | None = None

    async def start(self) -> AsyncIterator[Request]:
        renewing = asyncio.create_task(self._renew())
        try:
            while self.crawler.crawling:
                task = await self._next()
                if task is None:
                    break
                yield self._of(task)
        except BanwatchError as error:
            self.refused = error
        renewing.cancel()

    async def _next(self) -> dict[str, Any] | None:
        """A task; None when the crawl is over."""
        while True:
            if len(self.mine) < ABREAST:
                word, task = await self.frontier.take()
                if word == "task":
                    return task
                if word == "over":
                    return None
            await asyncio.sleep(PAUSE)

    def _of(self, task: dict[str, Any]) -> Request:
        self.mine[task["id"]] = task
        self.handover.held[task["source"], task["url"]] = task["held"]
        request = self._request(
            self.sources[task["source"]], task["url"], task["parser"], task["depth"], task["page_number"]
        )
        return request.replace(dont_filter=True, priority=0, meta=request.meta | {"task": task})

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(self.frontier.settings.lease / 3)
            await self.frontier.renew(list(self.mine))

    async def received(self, response: Response) -> AsyncIterator[Request]:
        self._keep(self.sources[response.meta["source"]], response)
        await self._hand(response.meta["task"], self.handover.note, self.handover.body)
        nothing: tuple[Request, ...] = ()
        for request in nothing:
            yield request

    def failed(self, failure: Failure) -> None:
        super().failed(failure)
        request: Request = failure.request  # type: ignore[attr-defined]
        handing = asyncio.ensure_future(self._hand(request.meta["task"], self.handover.note, self.handover.body))
        self.ending.add(handing)
        handing.add_done_callback(self.ending.discard)

    async def _hand(self, task: dict[str, Any], note: dict[str, Any], body: bytes) -> None:
        await self.frontier.hand(task, note, body, self._pace(task["host"]))
        self.mine.pop(task["id"], None)
        self.done += 1

    def _pace(self, host: str) -> float:
        """Seconds between two requests that this worker came to keep (Crawl-delay, slow answers); 0 where it may hurry."""
        engine = self.crawler.engine
        slot = engine.downloader.slots.get(host) if engine else None
        return float(slot.delay) if slot else 0.0


async def joined(settings: Shared, wait: bool) -> tuple[Frontier, dict[str, str]] | None:
    """The frontier of a crawl that runs; None if none does and we are not to ``wait``."""
    frontier = Frontier(settings, who(), version())
    while True:
        facts = await frontier.facts()
        if facts and not facts.get("over"):
            return frontier, facts
        if not wait:
            await frontier.close()
            return None
        await asyncio.sleep(1.0)


def work(settings: Shared, wait: bool) -> int:
    """Fetch for the crawl that runs until it is over; returns how many pages were handed in, -1 if none runs.

    Raises Refused "code-version", BadStore "redis-away".
    """
    facts = asyncio.run(_facts(settings, wait))
    if not facts:
        return -1
    bounds = bounds_from(facts["bounds"])
    sources = tuple(source_from(row) for row in json.loads(facts["sources"]))
    frontier = Frontier(settings, who(), version())
    process = AsyncCrawlerProcess(scrapy_settings(sources, bounds) | {"CLOSESPIDER_TIMEOUT": 0})
    process.crawl(WorkerSpider, sources=sources, frontier=frontier, run=facts["run"], bounds=bounds)
    (crawler,) = process.crawlers
    process.start()
    spider = crawler.spider
    if isinstance(spider, WorkerSpider) and spider.refused:
        raise spider.refused
    return spider.done if isinstance(spider, WorkerSpider) else 0


async def _facts(settings: Shared, wait: bool) -> dict[str, str]:
    found = await joined(settings, wait)
    if found is None:
        return {}
    await found[0].close()
    return found[1]


def bounds_text(bounds: CrawlSettings) -> str:
    """Bounds of a crawl as JSON, for the workers."""
    return json.dumps(asdict(bounds) | {"allow_hosts": sorted(bounds.allow_hosts), "now": bounds.now.isoformat() if bounds.now else None})  # fmt: skip


def bounds_from(text: str) -> CrawlSettings:
    row = json.loads(text)
    now = datetime.fromisoformat(row["now"]) if row["now"] else None
    return CrawlSettings(**(row | {"allow_hosts": frozenset(row["allow_hosts"]), "now": now}))
