"""Sources and bounds -> Scrapy's settings: polite, bounded, and with nothing open that we do not use. Loads nothing of Scrapy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from crawler import browser
from crawler.report import CrawlSettings
from records import Source

ABREAST = 8  # requests to a host that need not be spared


# Of Scrapy's own parts only these: one that is set to None is loaded all the same, and remote control alone (aiohttp) took a tenth of
# a short crawl. None stands between the spider and what comes: it bounds depth and length of addresses itself, and each took its part
# of every page
DOWNLOADER_PARTS = {
    "crawler.guards.AddressGuard": 50, "crawler.manners.Robots": 100,
    "scrapy.downloadermiddlewares.downloadtimeout.DownloadTimeoutMiddleware": 350,
    "scrapy.downloadermiddlewares.defaultheaders.DefaultHeadersMiddleware": 400,
    "scrapy.downloadermiddlewares.useragent.UserAgentMiddleware": 500, "scrapy.downloadermiddlewares.retry.RetryMiddleware": 550,
    "crawler.manners.Patience": 560, "crawler.redirects.Refreshes": 580, "crawler.decode.Decoding": 590, "crawler.redirects.Redirects": 600,
}  # fmt: skip
EXTENSIONS = {
    "scrapy.extensions.corestats.CoreStats": 0, "scrapy.extensions.closespider.CloseSpider": 0, "crawler.manners.Throttle": 0,
}  # fmt: skip
HANDLER = "crawler.connections.Handler"


def scrapy_settings(sources: Sequence[Source], bounds: CrawlSettings) -> dict[str, Any]:
    """Settings of one crawl of ``sources`` within ``bounds``."""
    slots: dict[str, dict[str, Any]] = {}
    for source in sources:
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
        "DNS_RESOLVER": "crawler.guards.PublicResolver", "BANWATCH_PATIENCE": bounds.patience,
        "BANWATCH_ALLOW_HOSTS": sorted(bounds.allow_hosts), "LOG_LEVEL": "ERROR", "LOG_ENABLED": True, "MEMUSAGE_ENABLED": False,
        "RETRY_GIVE_UP_LOG_LEVEL": "DEBUG",
        "DOWNLOAD_HANDLERS": {"http": HANDLER, "https": HANDLER, "file": None, "data": None, "ftp": None, "s3": None},
        "DOWNLOADER_MIDDLEWARES_BASE": {}, "DOWNLOADER_MIDDLEWARES": DOWNLOADER_PARTS,
        "SPIDER_MIDDLEWARES_BASE": {}, "SPIDER_MIDDLEWARES": {},
        "EXTENSIONS_BASE": {}, "EXTENSIONS": EXTENSIONS,
        "CLOSESPIDER_TIMEOUT": bounds.budget,
    }  # fmt: skip
    if any(source.needs_browser for source in sources) and browser.available():
        made = browser.settings(bounds.allow_hosts, bounds.user_agent, bounds.timeout)
        settings["DOWNLOAD_HANDLERS"] |= made.pop("DOWNLOAD_HANDLERS")
        settings |= made
    return settings
