"""Settings for Scrapy's own tools: those of a live crawl without sources."""

from pathlib import Path

from crawler.report import CrawlSettings
from crawler.run import Job, scrapy_settings

globals().update(scrapy_settings(Job((), Path(), Path(), "", CrawlSettings.from_environment())))
BOT_NAME = "banwatch"
