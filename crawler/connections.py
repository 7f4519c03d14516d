"""Scrapy's handler of http and https, which keeps as many connections of a host open as are used at once.

Scrapy keeps as many as CONCURRENT_REQUESTS_PER_DOMAIN says, which is the politeness of hosts that no source names: one. To a host
that may be asked more at a time, it opened a connection for nearly every request.
"""

from __future__ import annotations

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler

from crawler.settings import ABREAST


class Handler(HTTP11DownloadHandler):
    """How many requests a host gets at a time is its slot's to say; this only keeps what they have opened."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool.maxPersistentPerHost = ABREAST
