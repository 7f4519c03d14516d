"""Sources + settings -> one Scrapy crawl -> report. It runs in a process of its own, which goes when its parent goes, or in this
one where the program does nothing else: Twisted's reactor runs once in a process."""

from __future__ import annotations

import contextlib
import gc
import logging
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crawler.outcomes import outcomes
from crawler.reading import die_with_parent, give_back, read_page
from crawler.ready import short_of_room
from crawler.report import CrawlReport, CrawlSettings
from errors import BadStore, Refused
from records import Source

if TYPE_CHECKING:  # loaded where they are needed
    from multiprocessing.connection import Connection

    from store.archive import Archive
    from store.door import Door

Progress = Callable[[int, int], None]
Ending = tuple[tuple[str, str] | None, bool]  # what failed (words, cause), and whether it was interrupted
SIGNALS = (signal.SIGINT, signal.SIGTERM)
# the first of them Scrapy would load later
LOADED = ("scrapy.core.downloader.handlers.http11", "scrapy.crawler", "crawler.reader", "crawler.settings", "crawler.spider", "store.door",
          "store.prepare")  # fmt: skip


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
    on_progress: Progress | None = None, apart: bool = True,
) -> CrawlReport:  # fmt: skip
    """Crawl ``sources`` once and settle the tracker. ``run`` names the crawl (an ISO instant).

    With ``apart`` false the crawl takes this process: once in its life, in its main thread; that saves a process of 40 MB.
    One SIGINT or SIGTERM ends it after the pages in flight, a second at once. Raises BadStore if a database cannot be used.
    """
    begun = time.monotonic()
    short = short_of_room(archive_path.parent, settings.least_free)
    if short:
        raise BadStore(short, "no-space")
    job = Job(tuple(s for s in sources if not s.retired), archive_path, tracker_path, run, settings)
    tell = on_progress or (lambda done, known: None)
    failure, interrupted = _apart(job, tell) if apart else _here(job, tell)
    if failure:
        raise BadStore(*failure)
    return CrawlReport(run, time.monotonic() - begun, outcomes(tracker_path, job.sources, run), interrupted)


def _here(job: Job, tell: Progress) -> Ending:
    with _handlers_kept():
        return _ending(job, lambda count: tell(count, 0))


@contextlib.contextmanager
def _handlers_kept() -> Iterator[None]:
    """Scrapy leaves its handlers of signals behind, under which Ctrl-C does nothing once its reactor has stopped."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler or signal.SIG_DFL)  # None: one that was not set from Python


def _apart(job: Job, tell: Progress) -> Ending:
    import multiprocessing  # a crawl that takes this process has no use for it

    # a copy of this process while no second thread runs, else a fresh one
    context: Any = multiprocessing.get_context("fork" if threading.active_count() == 1 else "spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_child, args=(job, theirs), name="crawl")
    process.start()
    theirs.close()
    with _forwarded(process):
        failure, interrupted = _watch(ours, tell)
        process.join()
    if process.exitcode and not failure:
        failure = (
            f"the crawling process ended with {process.exitcode}; what it had fetched is kept",
            "crawl-ended",
        )
    return failure, interrupted


@contextlib.contextmanager
def _forwarded(process: Any) -> Any:
    """Signals to us reach the crawl as well; it is the crawl that ends, and we after it."""

    def forward(number: int, frame: object) -> None:
        if process.is_alive():
            process.terminate()  # SIGTERM, which Scrapy takes as it takes SIGINT

    before = {number: signal.signal(number, forward) for number in SIGNALS} if _main_thread() else {}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()


def _watch(pipe: Connection, tell: Progress) -> Ending:
    """Messages of the crawl until it ends."""
    while True:
        try:
            kind, value = pipe.recv()
        except EOFError:
            return None, False
        if kind == "page":
            tell(value, 0)
        elif kind == "ended":
            failure, interrupted = value
            return failure, interrupted


# in the process that crawls -----------------------------------------------------------------------------------------------
def _child(job: Job, pipe: Connection) -> None:
    die_with_parent()
    pipe.send(("ended", _ending(job, lambda count: pipe.send(("page", count)))))


def _ending(job: Job, tell: Callable[[int], None]) -> Ending:
    give_back()
    try:
        return None, _crawl(job, tell)
    except (BadStore, Refused) as error:
        return (str(error), error.cause), False
    except sqlite3.OperationalError as error:
        return (f"{job.archive.parent}: cannot be written: {error}", "no-space"), False


def _crawl(job: Job, tell: Callable[[int], None]) -> bool:
    """Crawl and settle; whether it was interrupted."""
    _load()
    from store.archive import Archive
    from store.door import Door

    with Archive(job.archive) as archive, Door(job.tracker, archive, read_page, together=100) as door:
        declare(job, archive, door)
        crawler = _fetch(job, archive, door, Pace(tell))
        if crawler.spider is not None and crawler.spider.ended:
            raise crawler.spider.ended
        _settle(door)
    crashes = crawler.stats.get_value("spider_exceptions/count", 0)
    if crashes:
        raise BadStore(
            f"{crashes} pages were archived but could not be saved; see the log; the next crawl takes them up",
            "crashed",
        )
    # no reason at all: a second signal ended it at once
    return crawler.stats.get_value("finish_reason") in {"shutdown", None}


def _load() -> None:
    """All that a crawl needs, at once: what is loaded here stays, and a tenth of the loading went into looking for what could go."""
    gc.disable()
    for module in LOADED:
        import_module(module)
    gc.freeze()
    gc.enable()


def _fetch(job: Job, archive: Archive, door: Door, tell: Callable[[int], None]) -> Any:
    """Run the spider to its end; returns Scrapy's crawler, which holds spider and figures."""
    from scrapy.crawler import AsyncCrawlerProcess

    from crawler.reader import Readers, modules
    from crawler.settings import scrapy_settings
    from crawler.spider import SourceSpider
    from store.prepare import Reader

    bounds = job.bounds
    readers = Readers(Reader(read_page), bounds.parsers, bounds.parse_time, bounds.parse_memory, modules(job.sources))
    process = AsyncCrawlerProcess(scrapy_settings(job.sources, bounds))
    # after Scrapy has set up its logging: what a robots.txt did is told as an issue, not as a traceback
    logging.getLogger("scrapy.downloadermiddlewares.robotstxt").setLevel(logging.CRITICAL)
    process.crawl(
        SourceSpider, sources=job.sources, archive=archive, door=door, readers=readers, run=job.run, bounds=bounds, report=tell,
    )  # fmt: skip
    (crawler,) = process.crawlers
    process.start()
    readers.close()
    return crawler


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
