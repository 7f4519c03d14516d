"""Addresses and words on a page -> what may be followed. Only http and https leave this room."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urldefrag, urljoin, urlsplit

from records import Source

LONGEST = 2_000  # characters; longer ones are traps, no addresses (hostile case bad-links)


def absolute(base: str, href: object) -> str:
    """An address as written on the page at ``base`` -> absolute without fragment; "" if it cannot be followed."""
    written = "".join(str(href or "").split())
    if not written or len(written) > LONGEST:
        return ""
    try:
        url = urldefrag(urljoin(base, written)).url
        parts = urlsplit(url)
        parts.port  # noqa: B018  raises on a bad port
    except ValueError:
        return ""
    return url if parts.scheme in {"http", "https"} and parts.hostname and parts.username is None else ""


def left_for_a_front_page(asked: str, came: str) -> bool:
    """Whether an address that named a page ended, by redirects, at the front page of this or another site."""
    if asked == came:
        return False
    before, after = urlsplit(asked), urlsplit(came)
    return before.path.strip("/") != "" and after.path.strip("/") == "" and not after.query


def wanted(source: Source, *texts: str) -> bool:
    """Whether one of the source's keywords stands in one of ``texts``; a source without keywords wants all."""
    if not source.keywords:
        return True
    folded = " ".join(texts).casefold()
    return any(word.casefold() in folded for word in source.keywords)


def unique(urls: Iterable[str]) -> list[str]:
    """The addresses in order, each once, without empty ones."""
    return [url for url in dict.fromkeys(urls) if url]
