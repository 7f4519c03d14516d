"""Settings for Scrapy's own tools: those of a live crawl without sources."""

from crawler.report import CrawlSettings
from crawler.settings import scrapy_settings

globals().update(scrapy_settings((), CrawlSettings.from_environment()))
BOT_NAME = "banwatch"
