"""Sources -> requests -> pages in the archive -> links back. One spider for all sources: a source is its declaration.

Every page is on disk before anything reads it. What went wrong is a row of the archive too, with its cause.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import scrapy
from scrapy import Request
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.guards import Blocked, is_trap, verdict
from crawler.manners import retry_after
from crawler.reader import Readers
from crawler.report import CrawlSettings
from errors import BanwatchError
from records import Link, Page, Source
from store.archive import Archive
from store.door import MOVED, Door, Reading
from store.visits import PERMANENT

SECRET = {"set-cookie", "set-cookie2", "authorization", "proxy-authenticate", "www-authenticate"}
QUARANTINE = {204: "empty", 205: "empty", 206: "partial"}
CAUSES: tuple[tuple[type[Exception], str], ...] = (
    (DownloadTimeoutError, "timeout"),
    (CannotResolveHostError, "dns"),
    (DownloadConnectionRefusedError, "refused"),
    (ResponseDataLossError, "truncated"),
    (DownloadCancelledError, "too-large"),
    (UnsupportedURLSchemeError, "blocked-scheme"),
)
WORDS = (  # in the text of an error that Scrapy has no class for
    ("blocked-address", "blocked-address"), ("SSL", "tls"), ("certificate", "tls"), ("TLS", "tls"),
    ("max redirections", "redirect-loop"), ("_DataLoss", "truncated"), ("PotentialDataLoss", "truncated"), ("ConnectionLost", "reset"),
    ("ConnectionDone", "reset"), ("ResponseNeverReceived", "reset"), ("ParseError", "protocol"), ("ValueError", "protocol"),
)  # fmt: skip


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
        self.done = 0

    async def start(self) -> AsyncIterator[Request]:
        for source in self.sources.values():
            reason = self._unready(source)
            if reason:
                self._miss(source, source.parser, source.url, source.url, "skip", *reason)
                continue
            yield self._request(source, source.url, source.parser, 0)

    def _unready(self, source: Source) -> tuple[str, str] | None:
        if source.token_env and not os.environ.get(source.token_env):
            return "no-token", f"needs a token in the environment variable {source.token_env}"
        if source.needs_browser:
            return "needs-browser", "the page is built by JavaScript; crawling it needs the optional browser"
        return None

    def _request(self, source: Source, url: str, parser: str, depth: int) -> Request:
        self.asked[source.id] += 1
        self.begun.setdefault(source.id, time.monotonic())
        held = self.archive.validators(source.id, url)
        headers = {"Accept-Language": f"{source.language or 'en'}, *;q=0.5"}
        if held.get("etag"):
            headers["If-None-Match"] = held["etag"]
        if held.get("last_modified"):
            headers["If-Modified-Since"] = held["last_modified"]
        token = os.environ.get(source.token_env, "") if source.token_env else ""
        meta = {"source": source.id, "parser": parser, "depth_here": depth, "held": held, "requested": url,
                "token": (source.token_header, token, urlsplit(source.url).netloc) if token else None}  # fmt: skip
        return Request(
            url, self.received, headers=headers, meta=meta, errback=self.failed, priority=-depth, dont_filter=depth == 0
        )

    # a page came -----------------------------------------------------------------------------------------------------
    async def received(self, response: Response) -> AsyncIterator[Request]:
        meta = response.meta
        source = self.sources[meta["source"]]
        seq = self._keep(source, response)
        reading = await self._read(seq, source) if seq else None
        self.done += 1
        if self.report:
            self.report(self.done)
        if reading:
            for request in self._follow(source, reading, meta["depth_here"] + 1):
                yield request

    def _keep(self, source: Source, response: Response) -> int:
        """Archive what came, before anything reads it; 0 if there is nothing to read."""
        meta, status = response.meta, response.status
        where = (source, meta["parser"], response.url, meta["requested"])
        if status == 304 and meta["held"]:
            return self.archive.unchanged(source.id, meta["parser"], response.url, meta["requested"], self._now(), self.run, status,
                                          _headers(response), meta["held"]["sha256"])  # fmt: skip
        if status == 200:
            blank = not response.body.strip()
            kept = self.archive.keep(
                self._page(source, response), self.run, *(("quarantine", "empty", "no text in a 200") if blank else ())
            )
            return 0 if blank and self._seen(kept) else kept
        if status in QUARANTINE:
            self._seen(
                self.archive.keep(
                    self._page(source, response), self.run, "quarantine", QUARANTINE[status], f"status {status}"
                )
            )
        elif status == 429:
            self._miss(*where, "defer", "rate-limited", self._later(response), status, _headers(response))
        elif 300 <= status < 400 and status != 304:
            self._miss(*where, "fail", *_bad_redirect(response), status, _headers(response))
        else:
            self._miss(*where, "fail", f"http-{status}", f"the server answered {status}", status, _headers(response))
        return 0

    def _seen(self, seq: int) -> bool:
        self.door.take(seq)
        return True

    async def _read(self, seq: int, source: Source) -> Reading | None:
        sighting = self.archive.sighting(seq)
        if sighting.sha256 and self.door.knows(seq, source):
            return self.door.take(seq)
        records, error = await self.readers.read(self.archive.page(seq), source)
        return self.door.take(seq, records, error)

    def _page(self, source: Source, response: Response) -> Page:
        return Page(source.id, response.meta["parser"], response.url, response.meta["requested"], self._now(), response.status,
                    _headers(response), response.body)  # fmt: skip

    def _later(self, response: Response) -> str:
        value = (response.headers.get("Retry-After") or b"").decode("latin-1")
        seconds = min(retry_after(value, self._now()) or 3_600.0, self.bounds.longest_defer)
        return f"until {(self._now() + timedelta(seconds=seconds)).isoformat(timespec='seconds')}"

    # links ------------------------------------------------------------------------------------------------------------
    def _follow(self, source: Source, reading: Reading, depth: int) -> Iterator[Request]:
        for link in reading.links:
            if depth > self.bounds.max_depth or self.asked[source.id] >= source.max_pages:
                return
            if time.monotonic() - self.begun[source.id] > self.bounds.source_time:
                return
            if self._wanted(source, link):
                yield self._request(source, link.url, link.parser, depth)

    def _wanted(self, source: Source, link: Link) -> bool:
        if is_trap(link.url) or verdict(link.url, self.bounds.allow_hosts):
            return False
        first = self.archive.first_stored(source.id, link.url)
        return not first or self._now() - datetime.fromisoformat(first) <= timedelta(days=self.bounds.young)

    # nothing came -----------------------------------------------------------------------------------------------------
    def failed(self, failure: Failure) -> None:
        request: Request = failure.request  # type: ignore[attr-defined]
        meta, error = request.meta, failure.value
        outcome, cause = _cause(error)
        self._miss(
            self.sources[meta["source"]],
            meta["parser"],
            request.url,
            meta["requested"],
            outcome,
            cause,
            str(error)[:500],
        )

    def _miss(
        self, source: Source, parser: str, url: str, requested: str, outcome: str, cause: str, message: str,
        status: int | None = None, headers: tuple[tuple[str, str], ...] = (),
    ) -> None:  # fmt: skip
        self.door.take(
            self.archive.missed(
                source.id, parser, url, requested, self._now(), self.run, outcome, cause, message, status, headers
            )
        )

    def _now(self) -> datetime:
        return self.bounds.now or datetime.now(UTC)


def _headers(response: Response) -> tuple[tuple[str, str], ...]:
    """Headers worth keeping, names in lower case; nothing that opens a session. Where redirects for good led here (RFC 9110
    15.4: 301, 308), the address is added."""
    reasons = {str(reason) for reason in response.meta.get("redirect_reasons", ())}
    moved = ((MOVED, response.url[:2_000]),) if reasons and reasons <= PERMANENT else ()
    return moved + _said(response)


def _said(response: Response) -> tuple[tuple[str, str], ...]:
    pairs = ((name.decode("latin-1").lower(), value) for name, values in response.headers.items() for value in values)
    return tuple((name, value.decode("latin-1")[:4_000]) for name, value in pairs if name not in SECRET)[:100]


def _bad_redirect(response: Response) -> tuple[str, str]:
    target = (response.headers.get("Location") or b"").decode("latin-1")[:200]
    blocked = verdict(target, frozenset()) if "://" in target else None
    cause = blocked.cause if blocked and blocked.cause == "blocked-scheme" else "bad-redirect"
    return cause, f"status {response.status} leads to {target!r}"


def _cause(error: BaseException) -> tuple[str, str]:
    """(outcome, cause) of what ended a fetch."""
    if isinstance(error, Blocked):
        return ("skip" if error.cause.startswith("robots") else "fail"), error.cause
    if isinstance(error, BanwatchError):
        return "fail", error.cause
    text = f"{type(error).__name__} {error!r} {error}"
    for word, cause in WORDS[:4]:
        if word in text:
            return "fail", cause
    for kind, cause in CAUSES:
        if isinstance(error, kind):
            return "fail", cause
    named = next((cause for word, cause in WORDS if word in text), "")
    fallback = "reset" if isinstance(error, DownloadFailedError | IgnoreRequest) else "error"
    return "fail", named or fallback
