"""Bytes of a page -> a hash of what of them a reader may read: the page less scripts, styles, comments and their like. Never parses.

Many sites write a fresh token into every answer. Two pages of one hash read alike, so that the second need not be read. What is
left out holds no further tag, so that nothing a reader sees can hide in it: a part that only looks like the beginning of a script
runs into the tag that a real one begins with.
"""

from __future__ import annotations

import hashlib
import re

LARGEST = 4_000_000  # bytes; a page near the bounds of its parser is read
INNER = rb"[^<]*(?:<(?![a-zA-Z/!?])[^<]*)*"
SILENT = re.compile(
    rb"<script\b[^<>]*>" + INNER + rb"</script\s*>|<style\b[^<>]*>" + INNER + rb"</style\s*>|<!--(?!\[)[^<>]*-->"
    rb"|<meta\b(?![^<>]*(?:charset|http-equiv))[^<>]*>|<link\b(?![^<>]*canonical)[^<>]*>|<input\b[^<>]*>",
    re.I,
)  # fmt: skip
# behind the end of a tag only: what is taken out from within one would leave another tag
MAYBE = re.compile(rb">\s*<(?=[sml!i])(?=script\b|style\b|!--|meta\b|link\b|input\b)", re.I)
BY_PLACE = re.compile(r"[:+~]")  # of a CSS selector: what it matches may depend on elements that are left out


def readable(body: bytes, content_type: str) -> str:
    """A key of what may be read of a page; "" where only reading tells."""
    if len(body) > LARGEST or b"<" not in body[:1_024]:
        return ""
    kind = _encoding(body)
    if not kind:
        return ""
    return hashlib.sha256(f"{content_type}\n{kind}\n".encode() + _heard(body)).hexdigest()[:20]


def _heard(body: bytes) -> bytes:
    """The page without what is SILENT."""
    parts, kept, at = [], 0, 0
    while found := MAYBE.search(body, at):
        begin = found.end() - 1
        silent = SILENT.match(body, begin)
        if silent:
            parts.append(body[kept:begin])
            kept = silent.end()
        at = kept - 1 if silent else begin + 1  # the tag that ends there may be followed by another
    return b"".join(parts) + body[kept:]


def _encoding(body: bytes) -> str:
    if body.isascii():
        return "ascii"
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    return "utf-8"
