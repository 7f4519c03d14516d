"""Sources + settings -> one Scrapy crawl in a process of its own -> report. The process goes when its parent goes."""

from __future__ import annotations

import contextlib
import gc
import logging
import multiprocessing
import signal
import sqlite3
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from crawler.reading import die_with_parent, give_back, read_page
from crawler.ready import short_of_room
from crawler.report import CrawlReport, CrawlSettings, Outcome
from errors import BadStore, Refused
from records import Source
from store.visits import KEPT_OUT

if TYPE_CHECKING:  # loaded by the crawling process alone
    from store.archive import Archive
    from store.door import Door

Progress = Callable[[int, int], None]
ABREAST = 8  # requests to a host that need not be spared
# Of Scrapy's own parts only these: one that is set to None is loaded all the same, and remote control alone (aiohttp) took a tenth of
# a short crawl
DOWNLOADER_PARTS = {
    "crawler.guards.AddressGuard": 50, "crawler.manners.Robots": 100,
    "scrapy.downloadermiddlewares.downloadtimeout.DownloadTimeoutMiddleware": 350,
    "scrapy.downloadermiddlewares.defaultheaders.DefaultHeadersMiddleware": 400,
    "scrapy.downloadermiddlewares.useragent.UserAgentMiddleware": 500, "scrapy.downloadermiddlewares.retry.RetryMiddleware": 550,
    "crawler.manners.Patience": 560, "crawler.redirects.Refreshes": 580, "crawler.decode.Decoding": 590, "crawler.redirects.Redirects": 600,
}  # fmt: skip
SPIDER_PARTS = {
    "scrapy.spidermiddlewares.start.StartSpiderMiddleware": 25, "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": 800,
    "scrapy.spidermiddlewares.depth.DepthMiddleware": 900,
}  # fmt: skip
EXTENSIONS = {
    "scrapy.extensions.corestats.CoreStats": 0, "scrapy.extensions.closespider.CloseSpider": 0, "crawler.manners.Throttle": 0,
}  # fmt: skip
HANDLER = "crawler.connections.Handler"


@dataclass(frozen=True, slots=True)
class Job:
    """What the crawling process is handed."""

    sources: tuple[Source, ...]
    archive: Path
    tracker: Path
    run: str
    bounds: CrawlSettings


def crawl(
    sources: Sequence[Source], archive_path: Path, tracker_path: Path, *, run: str, settings: CrawlSettings,
    on_progress: Progress | None = None,
) -> CrawlReport:  # fmt: skip
    """Crawl ``sources`` once and settle the tracker. ``run`` names the crawl (an ISO instant).

    One SIGINT or SIGTERM ends it after the pages in flight, a second at once. Raises BadStore if a database cannot be used.
    """
    begun = time.monotonic()
    short = short_of_room(archive_path.parent, settings.least_free)
    if short:
        raise BadStore(short, "no-space")
    # a copy of this process while no second thread runs, else a fresh one
    context: Any = multiprocessing.get_context("fork" if threading.active_count() == 1 else "spawn")
    ours, theirs = context.Pipe(duplex=False)
    job = Job(tuple(s for s in sources if not s.retired), archive_path, tracker_path, run, settings)
    process = context.Process(target=_child, args=(job, theirs), name="crawl")
    process.start()
    theirs.close()
    with _forwarded(process):
        failure, interrupted = _watch(ours, on_progress)
        process.join()
    if failure:
        raise BadStore(*failure)
    if process.exitcode:
        raise BadStore(
            f"the crawling process ended with {process.exitcode}; what it had fetched is kept", "crawl-ended"
        )
    return CrawlReport(run, time.monotonic() - begun, outcomes(archive_path, tracker_path, job), interrupted)


@contextlib.contextmanager
def _forwarded(process: Any) -> Any:
    """Signals to us reach the crawl as well; it is the crawl that ends, and we after it."""

    def forward(number: int, frame: object) -> None:
        if process.is_alive():
            process.terminate()  # SIGTERM, which Scrapy takes as it takes SIGINT

    before = (
        {number: signal.signal(number, forward) for number in (signal.SIGINT, signal.SIGTERM)} if _main_thread() else {}
    )
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()


def _watch(pipe: Connection, on_progress: Progress | None) -> tuple[tuple[str, str] | None, bool]:
    """Messages of the crawl until it ends: (failure, whether it was interrupted)."""
    while True:
        try:
            kind, value = pipe.recv()
        except EOFError:
            return None, False
        if kind == "page" and on_progress:
            on_progress(value, 0)
        elif kind == "failed":
            return value, False
        elif kind == "ended":
            return None, value


def outcomes(archive_path: Path, tracker_path: Path, job: Job) -> tuple[Outcome, ...]:
    """What the crawl of ``job`` brought, source by source."""
    import sqlite3

    db = sqlite3.connect(f"file:{tracker_path}?mode=ro", uri=True)
    db.row_factory = sqlite3.Row
    rows: dict[str, list[sqlite3.Row]] = defaultdict(list)
    for row in db.execute(
        "select s.source, s.outcome, s.cause, s.read_error, s.yielded, p.bytes from sighting s left join page p on p.id = s.page where run = ?",
        (job.run,),
    ):
        rows[row["source"]].append(row)
    db.close()
    return tuple(_outcome(source, rows[source.id]) for source in job.sources)


def _outcome(source: Source, rows: list[Any]) -> Outcome:
    faults = {row["cause"] for row in rows if row["outcome"] in {"fail", "quarantine"}}
    faults |= {row["read_error"].split(":")[0] for row in rows if row["read_error"]}
    kept = [row for row in rows if row["outcome"] == "stored"]
    return Outcome(
        source.id, len(kept), sum(row["outcome"] == "unchanged" for row in rows), sum(row["yielded"] for row in rows),
        sum(row["bytes"] or 0 for row in kept), tuple(sorted(faults)), any(row["outcome"] == "defer" for row in rows),
        bool(rows) and all(row["outcome"] == "skip" for row in rows), bool(faults) and faults <= KEPT_OUT | set(source.blocked),
    )  # fmt: skip


# in the crawling process ------------------------------------------------------------------------------------------------
def _child(job: Job, pipe: Connection) -> None:
    die_with_parent()
    give_back()
    try:
        interrupted = _crawl(job, pipe)
    except (BadStore, Refused) as error:
        pipe.send(("failed", (str(error), error.cause)))
        return
    except sqlite3.OperationalError as error:
        pipe.send(("failed", (f"{job.archive.parent}: cannot be written: {error}", "no-space")))
        return
    pipe.send(("ended", interrupted))


def _crawl(job: Job, pipe: Connection) -> bool:
    gc.disable()  # what is loaded here stays: a tenth of the loading went into looking for what could go
    from scrapy.core.downloader.handlers import http11  # noqa: F401  which Scrapy would load later
    from scrapy.crawler import AsyncCrawlerProcess

    from crawler.reader import Readers
    from crawler.spider import SourceSpider
    from store.archive import Archive
    from store.door import Door
    from store.prepare import Reader

    gc.freeze()
    gc.enable()
    bounds = job.bounds
    readers = Readers(Reader(read_page), bounds.parsers, bounds.parse_time, bounds.parse_memory)
    with Archive(job.archive) as archive, Door(job.tracker, archive, read_page, together=100) as door:
        declare(job, archive, door)
        process = AsyncCrawlerProcess(scrapy_settings(job))
        # after Scrapy has set up its logging: what a robots.txt did is told as an issue, not as a traceback
        logging.getLogger("scrapy.downloadermiddlewares.robotstxt").setLevel(logging.CRITICAL)
        process.crawl(
            SourceSpider, sources=job.sources, archive=archive, door=door, readers=readers, run=job.run, bounds=bounds,
            report=Pace(lambda count: pipe.send(("page", count))),
        )  # fmt: skip
        crawlers = list(process.crawlers)
        process.start()
        readers.close()
        spider: Any = crawlers[0].spider if crawlers else None
        if spider is not None and spider.ended:
            raise spider.ended
        _settle(door)
    stats = crawlers[0].stats if crawlers else None
    crashes = stats.get_value("spider_exceptions/count", 0) if stats else 0
    if crashes:
        raise BadStore(
            f"{crashes} pages were archived but could not be saved; see the log; the next crawl takes them up",
            "crashed",
        )
    # no reason at all: a second signal ended it at once
    return bool(stats and stats.get_value("finish_reason") in {"shutdown", None})


class Pace:
    """``tell`` with the latest count, at most ten times a second."""

    def __init__(self, tell: Callable[[int], None]) -> None:
        self._tell, self._next = tell, 0.0

    def __call__(self, count: int) -> None:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + 0.1
            self._tell(count)


def _settle(door: Any) -> None:
    try:
        door.settle()
    except sqlite3.OperationalError as error:
        raise BadStore(
            f"tracker.db cannot be written: {error}; the next crawl goes on from here", "no-space"
        ) from error


def declare(job: Job, archive: Archive, door: Door) -> None:
    """Make the sources of ``job`` known to both databases; from here on the archive commits by groups."""
    archive.hold()
    for source in job.sources:
        archive.declare(source)
    archive.commit()
    door.declared()


def scrapy_settings(job: Job) -> dict[str, Any]:
    """Scrapy's settings: polite, bounded, and with nothing open that we do not use."""
    from crawler import browser

    bounds = job.bounds
    slots: dict[str, dict[str, Any]] = {}
    for source in job.sources:
        host = urlsplit(source.url).hostname or ""
        delay = max(source.delay, slots.get(host, {}).get("delay", 0.0))
        slots[host] = {
            "concurrency": 1 if delay else ABREAST,
            "delay": delay,
            "randomize_delay": False,
            "throttle": bool(delay),
        }
    settings: dict[str, Any] = {
        "TWISTED_REACTOR": "twisted.internet.asyncioreactor.AsyncioSelectorReactor",
        "USER_AGENT": bounds.user_agent, "ROBOTSTXT_OBEY": True, "ROBOTSTXT_USER_AGENT": "Banwatch",
        "REMOTE_CONTROL_ENABLED": False, "TELNETCONSOLE_ENABLED": False, "HTTPPROXY_ENABLED": False, "COOKIES_ENABLED": False,
        "METAREFRESH_ENABLED": False, "REFERER_ENABLED": False, "COMPRESSION_ENABLED": False, "HTTPERROR_ALLOW_ALL": True,
        "DOWNLOAD_VERIFY_CERTIFICATES": True, "DOWNLOAD_MAXSIZE": bounds.max_body, "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_TIMEOUT": bounds.timeout, "DNS_TIMEOUT": min(bounds.timeout, 20.0), "REDIRECT_MAX_TIMES": 10,
        "CONCURRENT_ITEMS": 1,  # tasks that Scrapy makes for what a page yields, for each page
        "WARN_ON_GENERATOR_RETURN_VALUE": False, "CONCURRENT_REQUESTS": 16, "CONCURRENT_REQUESTS_PER_DOMAIN": 1, "DOWNLOAD_SLOTS": slots,
        "AUTOTHROTTLE_ENABLED": True, "AUTOTHROTTLE_START_DELAY": bounds.start_delay, "AUTOTHROTTLE_MAX_DELAY": 30.0,
        "DOWNLOAD_DELAY": 0.0 if bounds.start_delay == 0 else 1.0, "RANDOMIZE_DOWNLOAD_DELAY": False,
        "RETRY_ENABLED": True, "RETRY_TIMES": bounds.retries, "RETRY_HTTP_CODES": [500, 502, 503, 504, 522, 524],
        "DEPTH_LIMIT": bounds.max_depth + 1, "DNS_RESOLVER": "crawler.guards.PublicResolver", "BANWATCH_PATIENCE": bounds.patience,
        "BANWATCH_ALLOW_HOSTS": sorted(bounds.allow_hosts), "LOG_LEVEL": "ERROR", "LOG_ENABLED": True, "MEMUSAGE_ENABLED": False,
        "RETRY_GIVE_UP_LOG_LEVEL": "DEBUG",
        "DOWNLOAD_HANDLERS": {"http": HANDLER, "https": HANDLER, "file": None, "data": None, "ftp": None, "s3": None},
        "DOWNLOADER_MIDDLEWARES_BASE": {}, "DOWNLOADER_MIDDLEWARES": DOWNLOADER_PARTS,
        "SPIDER_MIDDLEWARES_BASE": {}, "SPIDER_MIDDLEWARES": SPIDER_PARTS,
        "EXTENSIONS_BASE": {}, "EXTENSIONS": EXTENSIONS,
        "CLOSESPIDER_TIMEOUT": bounds.budget,
    }  # fmt: skip
    if any(source.needs_browser for source in job.sources) and browser.available():
        made = browser.settings(bounds.allow_hosts, bounds.user_agent, bounds.timeout)
        settings["DOWNLOAD_HANDLERS"] |= made.pop("DOWNLOAD_HANDLERS")
        settings |= made
    return settings
