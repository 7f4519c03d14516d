"""Politeness: robots.txt by RFC 9309 where Scrapy is laxer, and Retry-After, which Scrapy does not know."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.robotstxt import RobotParser

from crawler.guards import Blocked


class Robots(RobotsTxtMiddleware):
    """RFC 9309 2.3.1: a robots.txt that answers 4xx forbids nothing; one that answers 5xx, or not at all, forbids all."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._unreachable: set[str] = set()

    async def process_request(self, request: Request) -> None:
        if request.meta.get("dont_obey_robotstxt"):
            return
        parser = await self.robot_parser(request)
        if _place(request.url) in self._unreachable:
            raise Blocked("robots-unreachable", "robots.txt cannot be had, which forbids all (RFC 9309 2.3.1.4)")
        self.process_request_2(parser, request)

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        try:
            super().process_request_2(rp, request)
        except IgnoreRequest as error:
            raise Blocked("robots", "robots.txt forbids this address to us") from error

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status >= 500:
            self._unreachable.add(netloc)
        if response.status != 200:
            response = response.replace(body=b"")
        await super()._parse_robots(response.replace(body=response.body[: 512 * 1024]), netloc, request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        self._unreachable.add(netloc)
        super()._robots_error(exc, netloc)


def _place(url: str) -> str:
    return url.split("/", 3)[2]


def retry_after(value: str, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for (RFC 9110 10.2.3: a number or a date); None if it says nothing readable."""
    text = value.strip()
    if text.isdecimal():
        return float(text[:12])
    try:
        then = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return max(0.0, (then.replace(tzinfo=then.tzinfo or UTC) - now).total_seconds())


class Patience:
    """Downloader middleware: waits out a short Retry-After once, and leaves a long one to the next crawl."""

    def __init__(self, crawler: Crawler) -> None:
        self.longest = crawler.settings.getfloat("BANWATCH_PATIENCE")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Patience:
        return cls(crawler)

    async def process_response(self, request: Request, response: Response) -> Request | Response:
        if response.status not in {429, 503} or "Retry-After" not in response.headers:
            return response
        value = (response.headers["Retry-After"] or b"").decode("latin-1")
        seconds = retry_after(value, datetime.now(UTC))
        if seconds is None or request.meta.get("waited", 0) >= 2:
            return response
        if seconds > self.longest:
            request.meta["dont_retry"] = True
            return response
        await asyncio.sleep(seconds)
        again = request.replace(dont_filter=True)
        again.meta["waited"] = request.meta.get("waited", 0) + 1
        return again
