"""Content codings off a response's body, held to a size: a cut or damaged body never passes for a short one.

Scrapy's own middleware lets a gzip body through that is cut in half or has a wrong checksum; this one reads the trailer.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable

import brotli
import zstandard
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from errors import FetchFailed, Refused

ACCEPTED = "gzip, deflate, br, zstd"
STEP = 64 * 1024
MOST_CODINGS = 3


class Decoding:
    """Downloader middleware: asks for codings we can undo, and undoes them."""

    def __init__(self, limit: int) -> None:
        self.limit = limit

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Decoding:
        return cls(crawler.settings.getint("DOWNLOAD_MAXSIZE"))

    def process_request(self, request: Request) -> None:
        request.headers.setdefault("Accept-Encoding", ACCEPTED)

    def process_response(self, request: Request, response: Response) -> Response:
        codings = _codings(response)
        if not codings or not response.body:
            return response
        body = decoded(response.body, codings, self.limit)
        headers = response.headers.copy()
        headers.pop("Content-Encoding", None)
        return response.replace(body=body, headers=headers)


def _codings(response: Response) -> list[str]:
    text = b",".join(response.headers.getlist("Content-Encoding")).decode("latin-1").lower()
    return [word for word in (part.strip() for part in text.split(",")) if word and word != "identity"]


def decoded(body: bytes, codings: list[str], limit: int) -> bytes:
    """``body`` without its codings (named in the order they were applied), at most ``limit`` bytes.

    Raises Refused "too-large", FetchFailed "truncated" or "decode".
    """
    if len(codings) > MOST_CODINGS:
        raise Refused(f"{len(codings)} codings on one body", "decode")
    for coding in reversed(codings):
        if coding not in DECODERS:
            raise FetchFailed(f"unknown Content-Encoding {coding[:40]!r}", "decode", transient=False)
        body = DECODERS[coding](body, limit)
    return body


def _gzip(body: bytes, limit: int) -> bytes:
    if body[:2] != b"\x1f\x8b":  # says gzip, is plain: seen on real servers, and readable
        return body
    parts, size = [], 0
    while body[:2] == b"\x1f\x8b":  # a body may be several gzip members
        member, body = _inflate(body, 31, limit - size)
        parts.append(member)
        size += len(member)
    return b"".join(parts)


def _deflate(body: bytes, limit: int) -> bytes:
    try:
        return _inflate(body, 15, limit)[0]
    except FetchFailed as error:
        if error.cause != "decode":
            raise
        return _inflate(body, -15, limit)[0]  # raw deflate, which some servers send


def _inflate(body: bytes, bits: int, limit: int) -> tuple[bytes, bytes]:
    """(one whole stream, what follows it)."""
    stream, parts, size = zlib.decompressobj(bits), [], 0
    while not stream.eof:
        try:
            part = stream.decompress(body, STEP * 16)
        except zlib.error as error:
            raise FetchFailed(f"body cannot be decoded: {error}", "decode", transient=False) from error
        body = stream.unconsumed_tail
        size += len(part)
        _bounded(size, limit)
        parts.append(part)
        if not part and not body:
            break
    if not stream.eof:
        raise FetchFailed("the compressed body is cut", "truncated")
    return b"".join(parts), stream.unused_data


def _brotli(body: bytes, limit: int) -> bytes:
    stream, parts, size, rest = brotli.Decompressor(), [], 0, body
    try:
        while True:
            part = stream.process(rest, output_buffer_limit=STEP * 16)
            rest = b""
            size += len(part)
            _bounded(size, limit)
            parts.append(part)
            if stream.is_finished() or (not part and stream.can_accept_more_data()):
                break
    except brotli.error as error:
        raise FetchFailed(f"body cannot be decoded: {error}", "decode", transient=False) from error
    if not stream.is_finished():
        raise FetchFailed("the compressed body is cut", "truncated")
    return b"".join(parts)


def _zstd(body: bytes, limit: int) -> bytes:
    stream, parts, size = zstandard.ZstdDecompressor(max_window_size=2**27).decompressobj(), [], 0
    try:
        for start in range(0, len(body), 256):  # a small step bounds what one call can give
            part = stream.decompress(body[start : start + 256])
            size += len(part)
            _bounded(size, limit)
            parts.append(part)
            if stream.eof:
                break
    except zstandard.ZstdError as error:
        raise FetchFailed(f"body cannot be decoded: {error}", "decode", transient=False) from error
    if not stream.eof:
        raise FetchFailed("the compressed body is cut", "truncated")
    return b"".join(parts)


def _bounded(size: int, limit: int) -> None:
    if size > limit:
        raise Refused(f"more than {limit:,} bytes after decompression", "too-large")


DECODERS: dict[str, Callable[[bytes, int], bytes]] = {
    "gzip": _gzip, "x-gzip": _gzip, "deflate": _deflate, "br": _brotli, "zstd": _zstd,
}  # fmt: skip
