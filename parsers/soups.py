"""BeautifulSoup, loaded where a page needs it: of policy pages hardly any does, and it is a third of what a reader loads."""

from __future__ import annotations

import warnings

from bs4 import BeautifulSoup, Tag, XMLParsedAsHTMLWarning
from bs4.element import NavigableString, PreformattedString

__all__ = ["BeautifulSoup", "NavigableString", "PreformattedString", "Tag", "made"]

warnings.filterwarnings("ignore", category=XMLParsedAsHTMLWarning)  # XHTML pages are read as HTML on purpose


def made(written: str) -> BeautifulSoup:
    """The tree by the lxml builder, which keeps text that lxml alone loses on deep pages."""
    return BeautifulSoup(written, "lxml")
