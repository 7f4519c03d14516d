"""Politeness: robots.txt by RFC 9309 where Scrapy is laxer, Crawl-delay, Retry-After, and a pace that no source falls below."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Response
from scrapy.robotstxt import RobotParser
from twisted.internet.error import TimeoutError
from twisted.python.failure import Failure

from crawler import causes
from crawler.guards import Blocked
from crawler.robots import NO_RULES, said

LARGEST_ROBOTS = 512 * 1024  # bytes read; RFC 9309 2.5 asks for 500 KiB at least
LONGEST_DELAY = 60.0  # seconds; a Crawl-delay beyond it is taken for this
UNAVAILABLE = {
    "redirect-loop",
    "too-many-redirects",
}  # RFC 9309 2.3.1.2: may be taken for a robots.txt that is not there
UNANSWERED = {"timeout", "reset", "truncated", "decode", "too-large"}  # the site is there, its robots.txt is not
NO_WORD = 3_600.0  # seconds to leave a site alone that says "too many" and not until when


class Robots(RobotsTxtMiddleware):
    """RFC 9309 2.3.1: a robots.txt that answers 4xx forbids nothing; one that answers 5xx, or not at all, forbids all.

    Where the site itself cannot be reached, the fetch fails with that cause.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._refused: dict[str, Blocked] = {}
        self._said: dict[str, str] = {}  # what each site's robots.txt says to us, in a few words

    async def process_request(self, request: Request, spider: Any = None) -> None:
        if request.meta.get("dont_obey_robotstxt"):
            return
        place = urlsplit(request.url).netloc
        parser = await self.robot_parser(request)
        if place in self._refused:
            raise self._refused[place]
        request.meta["robots"] = self._said.get(place, "")
        self.process_request_2(parser, request)

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        try:
            super().process_request_2(rp, request)
        except IgnoreRequest as error:
            raise Blocked("robots", "robots.txt forbids this address to us") from error

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status >= 500:
            self._refused[netloc] = _unreachable(f"it answers {response.status}")
        body = response.body[:LARGEST_ROBOTS] if response.status == 200 else b""
        self._said[netloc] = (
            said(body.decode("utf-8", "replace"), self._robotstxt_useragent or "") if body else NO_RULES
        )
        await super()._parse_robots(response.replace(body=body), netloc, request)
        self._slow_down(netloc, request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        cause = causes.cause(exc)
        connected = not isinstance(exc.__cause__, TimeoutError)  # what the transport says of a connect without end
        if cause in UNANSWERED and connected:
            self._refused[netloc] = _unreachable(f"{cause}: {causes.message(exc)}")
        elif cause not in UNAVAILABLE:
            self._refused[netloc] = Blocked(cause, causes.message(exc))
        super()._robots_error(IgnoreRequest(cause), netloc)

    def _slow_down(self, netloc: str, request: Request) -> None:
        """Crawl-delay (in no RFC, but sites write it): the floor of the pace at which the site's host is asked."""
        rules = getattr(self._parsers.get(netloc), "rp", None)
        delay = rules.crawl_delay(self._robotstxt_useragent) if rules else None
        if delay:
            floor(self.crawler, urlsplit(request.url).hostname or "", min(float(delay), LONGEST_DELAY))


def _unreachable(why: str) -> Blocked:
    return Blocked("robots-unreachable", f"robots.txt cannot be had ({why}), which forbids all (RFC 9309 2.3.1.4)")


def floor(crawler: Crawler, host: str, delay: float) -> None:
    """From now on ask ``host`` at most every ``delay`` seconds, also after Scrapy has forgotten its slot."""
    downloader = crawler.engine.downloader
    settings = downloader.per_slot_settings.setdefault(host, {})
    settings["delay"] = max(delay, settings.get("delay", 0.0))
    settings["concurrency"], settings["throttle"] = 1, True
    slot = downloader.slots.get(host)
    if slot:
        slot.delay, slot.concurrency = max(slot.delay, settings["delay"]), 1
        # counted from the answer that asked for it: Scrapy notes when a request left its queue, which a busy crawl sends later
        slot.lastseen = monotonic()


class Throttle(AutoThrottle):
    """Scrapy's AutoThrottle, but a source's own delay and a site's Crawl-delay stay the least there is.

    A host with ``throttle = False`` (a web of one's own) is asked as fast as it answers.
    """

    def _response_downloaded(self, response: Response, request: Request, spider: Spider) -> None:
        key, slot = self._get_slot(request, spider)
        settings = self.crawler.engine.downloader.per_slot_settings.get(key or "", {})
        if slot is None or not settings.get("throttle", True):
            return
        super()._response_downloaded(response, request, spider)
        slot.delay = max(slot.delay, settings.get("delay", 0.0))


def retry_after(value: str, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for (RFC 9110 10.2.3: a number or a date); None if it says nothing readable."""
    text = value.strip()
    if text.isdecimal():
        return float(text[:12])
    try:
        then = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError):
        return None
    return max(0.0, (then.replace(tzinfo=then.tzinfo or UTC) - now).total_seconds())


class Patience:
    """Downloader middleware: a short Retry-After is waited out, with the whole host; a long one closes the host for this crawl.

    ``429`` without a readable time closes it too. A request to a closed host is refused as rate-limited.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.longest = crawler.settings.getfloat("BANWATCH_PATIENCE")
        self._closed: dict[str, Blocked] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Patience:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        host = urlsplit(request.url).hostname or ""
        if host in self._closed:
            raise self._closed[host]

    async def process_response(self, request: Request, response: Response) -> Request | Response:
        if response.status not in {429, 503}:
            return response
        seconds = asked(response)
        if response.status == 503 and seconds is None:
            return response
        if seconds is None or seconds > self.longest or request.meta.get("waited", 0) >= 2:
            request.meta["dont_retry"] = seconds is None or seconds > self.longest
            if response.status == 429:
                self._close(request, response)
            return response
        self._pause(request, seconds)
        await asyncio.sleep(seconds)
        again = request.replace(dont_filter=True)
        again.meta["waited"] = request.meta.get("waited", 0) + 1
        return again

    def _pause(self, request: Request, seconds: float) -> None:
        """Nothing of this host leaves Scrapy's queue before the time has come."""
        from scrapy.utils.asyncio import call_later

        downloader = self.crawler.engine.downloader
        slot = downloader.slots.get(request.meta.get("download_slot", ""))
        if slot is not None:
            slot.close()
            slot.latercall = call_later(seconds, downloader._latercall, slot)

    def _close(self, request: Request, response: Response) -> None:
        """No further request to this host in this crawl; what waits in its queue is refused."""
        host = urlsplit(request.url).hostname or ""
        said = (response.headers.get("Retry-After") or b"").decode("latin-1")[:80]
        self._closed[host] = Blocked("rate-limited", said)
        slot = self.crawler.engine.downloader.slots.get(request.meta.get("download_slot", ""))
        while slot is not None and slot.queue:
            slot.queue.popleft()[1].errback(Failure(Blocked("rate-limited", said)))  # type: ignore[no-untyped-call]


def asked(response: Response) -> float | None:
    """Seconds that the response's Retry-After asks for; None without a readable one."""
    value = (response.headers.get("Retry-After") or b"").decode("latin-1")
    return retry_after(value, datetime.now(UTC)) if value else None
