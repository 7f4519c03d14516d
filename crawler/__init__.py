"""Fetching: sources in, pages into the archive, links back; guarded, polite, and one crawl a home at a time.

Loaded when it is asked for, so that a process that only reads pages (reading.py) holds no crawler.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crawler.report import CrawlReport, CrawlSettings
    from crawler.run import crawl

__all__ = ["CrawlReport", "CrawlSettings", "crawl"]
PLACES = {"CrawlReport": "crawler.report", "CrawlSettings": "crawler.report", "crawl": "crawler.run"}


def __getattr__(name: str) -> Any:
    if name not in PLACES:
        raise AttributeError(name)
    found = getattr(import_module(PLACES[name]), name)
    globals()[name] = found
    return found
