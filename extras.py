"""Packages that only some installations need -> the extra of pyproject.toml that brings each, and the words that say so."""

from __future__ import annotations

from importlib.util import find_spec

BRINGS = {"pyarrow": "parquet", "redis": "scale-crawl", "distributed": "scale-backfill", "scrapy_playwright": "browser"}
INSTALL = "uv sync --frozen --extra {}"


def installed() -> list[str]:
    """The extras whose package is there."""
    return [extra for module, extra in BRINGS.items() if find_spec(module)]


def lacking(module: str, what: str, extra: str = "") -> str:
    """What to do about a package that is missing, "" where it is there. ``what``: what needs it; ``extra``: one that brings more besides."""
    if find_spec(module):
        return ""
    return f"{what} needs {module}: install it with `{INSTALL.format(extra or BRINGS[module])}`"
