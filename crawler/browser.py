"""Pages built by JavaScript -> settings and request keys for a real browser; an optional extra, and without it a source says so.

The browser is the system's Chromium, driven by scrapy-playwright. Its own sub-requests pass the same guard of addresses, by
name and by what the name resolves to; pictures, films and fonts are not fetched. What is archived is the page as built.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
from typing import Any
from urllib.parse import urlsplit

from crawler.guards import is_public, verdict
from extras import INSTALL, installed

MISSING = f"the page is built by JavaScript; install the browser: {INSTALL.format('browser')}, and Chromium (apt-get install chromium)"
META = {"playwright": True, "playwright_context": "banwatch"}
NEEDLESS = {"image", "media", "font", "websocket", "eventsource", "manifest"}
NAMES = ("chromium", "chromium-browser", "google-chrome-stable")


def executable() -> str:
    """Path of the system's Chromium; "" if there is none."""
    return next(filter(None, map(shutil.which, NAMES)), "")


def available() -> bool:
    """Whether the extra and a Chromium are installed."""
    return "browser" in installed() and bool(executable())


def settings(allowed: frozenset[str], user_agent: str, timeout: float) -> dict[str, Any]:
    """Scrapy settings that hand requests with META to the browser. ``allowed``: "host:port" pairs that may be local."""
    handler = "scrapy_playwright.handler.ScrapyPlaywrightDownloadHandler"
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium refuses its sandbox to root
    return {
        "DOWNLOAD_HANDLERS": {"http": handler, "https": handler},
        "PLAYWRIGHT_BROWSER_TYPE": "chromium",
        "PLAYWRIGHT_LAUNCH_OPTIONS": {"executable_path": executable(), "headless": True, "args": ["--disable-gpu", *sandbox]},
        "PLAYWRIGHT_CONTEXTS": {"banwatch": {"user_agent": user_agent, "java_script_enabled": True, "accept_downloads": False, "service_workers": "block"}},
        "PLAYWRIGHT_MAX_CONTEXTS": 1, "PLAYWRIGHT_MAX_PAGES_PER_CONTEXT": 2,
        "PLAYWRIGHT_DEFAULT_NAVIGATION_TIMEOUT": timeout * 1000,
        "PLAYWRIGHT_ABORT_REQUEST": Refusal(allowed),
    }  # fmt: skip


class Refusal:
    """Says of each request of a page in the browser whether it is refused."""

    def __init__(self, allowed: frozenset[str]) -> None:
        self.allowed = allowed

    async def __call__(self, request: Any) -> bool:
        if request.url.startswith(("data:", "blob:")):
            return False
        if request.resource_type in NEEDLESS or verdict(request.url, self.allowed):
            return True
        parts = urlsplit(request.url)
        place = f"{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}"
        return place not in self.allowed and not await self._is_public(parts.hostname or "")

    async def _is_public(self, host: str) -> bool:
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except OSError:
            return False
        return all(is_public(str(address[4][0])) for address in found)
