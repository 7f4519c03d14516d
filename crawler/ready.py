"""What a crawl needs before it begins -> what is missing, in words: room on the disk, a token, a browser."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from records import Source


def lacks(source: Source) -> tuple[str, str] | None:
    """(cause, message) of why a source is not asked here; None if it is."""
    if source.token_env and not os.environ.get(source.token_env):
        return "no-token", f"needs a token in the environment variable {source.token_env}"
    if source.by_hand:
        return "by-hand", source.by_hand
    return _browser() if source.needs_browser else None


def _browser() -> tuple[str, str] | None:
    from crawler import browser  # loads Scrapy, which the command that waits for a crawl has no use for

    return None if browser.available() else ("needs-browser", browser.MISSING)


def short_of_room(folder: Path, least: int) -> str:
    """How much is free on the disk of ``folder``, if that is less than the ``least`` bytes a crawl begins with; else ""."""
    free = shutil.disk_usage(folder).free
    return (
        f"{folder}: {free / 2**20:,.0f} MiB free, {least / 2**20:,.0f} needed to begin a crawl" if free < least else ""
    )
