"""Fetching: sources in, pages into the archive, links back; guarded, polite, and one crawl a home at a time."""

from crawler.report import CrawlReport, CrawlSettings
from crawler.run import crawl

__all__ = ["CrawlReport", "CrawlSettings", "crawl"]
