"""WARC file -> pages, streamed; what cannot be read is a fault with its place, and the reading goes on behind it.

A compressed file holds one gzip member a record (ISO 28500, annex D), so a part of a file can be read by itself: it begins at
the first member that begins in it. A plain file is one part.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

CHUNK = 32 * 1024
MOST = 64 * 2**20  # bytes of one record after decompression
BODY = 16 * 2**20  # bytes of a page; as in a crawl
PART = 64 * 2**20  # bytes of a file that are read in one go
MAGIC = b"\x1f\x8b\x08"
READABLE = (
    "text/",
    "application/xhtml",
    "application/xml",
    "application/rss",
    "application/atom",
    "application/json",
    "application/pdf",
)


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes ``start`` to ``end`` of a file: every record that begins there."""

    path: str
    start: int
    end: int

    @property
    def name(self) -> str:
        return f"{Path(self.path).name}-{self.start:014d}"


@dataclass(frozen=True, slots=True)
class Capture:
    """A page as a web archive holds it. ``headers``: names in lower case."""

    url: str
    fetched_at: datetime
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    offset: int


@dataclass(frozen=True, slots=True)
class Fault:
    """What could not be read, by a short stable word: bad-checksum, truncated, too-large, bad-record."""

    cause: str
    message: str
    offset: int


def parts(path: Path) -> list[Part]:
    """A file in parts that can be read side by side."""
    size = path.stat().st_size
    with path.open("rb") as file:
        if file.read(3) != MAGIC:
            return [Part(str(path), 0, size)]
    return [Part(str(path), start, min(size, start + PART)) for start in range(0, size, PART)]


def captures(part: Part) -> Iterator[Capture | Fault]:
    """Pages of a part in order, and its faults."""
    with Path(part.path).open("rb", buffering=4 * CHUNK) as file:
        packed = file.read(3) == MAGIC or part.start
        if not packed:
            yield from _plain(file, part)
            return
        for offset, found in _members(file, part):
            if isinstance(found, Fault):
                yield found
            else:
                yield from _of_member(found, offset)


def _plain(file: BinaryIO, part: Part) -> Iterator[Capture | Fault]:
    file.seek(0)
    last = 0
    try:
        for record in (iterator := ArchiveIterator(file, check_digests=False)):
            last = iterator.offset  # get_record_offset() would read the record away
            yield from _page(record, last)
    except (ArchiveLoadFailed, EOFError, ValueError, OSError, zlib.error) as error:
        yield Fault("bad-record", f"{type(error).__name__}: {error}"[:300], last)


# gzip members ---------------------------------------------------------------------------------------------------------
def _members(file: BinaryIO, part: Part) -> Iterator[tuple[int, bytes | Fault]]:
    """(offset, what is in it) of every member that begins in the part."""
    offset = 0 if part.start == 0 else _next(file, part.start, part.end)
    while 0 <= offset < part.end:
        found, after = _member(file, offset)
        yield offset, found
        offset = after if after >= 0 else _next(file, offset + 1, part.end)


def _member(file: BinaryIO, offset: int) -> tuple[bytes | Fault, int]:
    """(a whole member or why not, where the next one begins; -1 if that has to be looked for)."""
    file.seek(offset)
    stream, made, size, fed = zlib.decompressobj(31), [], 0, 0
    while not stream.eof:
        chunk = file.read(CHUNK)
        if not chunk:
            return Fault("truncated", "the file ends in the middle of a record", offset), -1
        fed += len(chunk)
        try:
            while chunk and not stream.eof:
                made.append(stream.decompress(chunk, CHUNK * 4))
                size += len(made[-1])
                chunk = stream.unconsumed_tail
                if size > MOST:
                    return Fault(
                        "too-large", f"a record of more than {MOST:,} bytes, or a file that is one gzip member", offset
                    ), -1
        except zlib.error as error:
            return Fault("bad-checksum" if "check" in str(error) else "bad-record", f"gzip: {error}", offset), -1
    return b"".join(made), _start(file, offset + fed - len(stream.unused_data))


def _start(file: BinaryIO, offset: int) -> int:
    """``offset`` if a member begins there or the file ends there, else -1."""
    file.seek(offset)
    return offset if file.read(3) in (MAGIC, b"") else -1


def _next(file: BinaryIO, offset: int, end: int) -> int:
    """Where the next member begins that holds a record, from ``offset`` on; ``end`` if none does before it."""
    while offset < end:
        file.seek(offset)
        window = file.read(CHUNK)
        at = window.find(MAGIC)
        while at >= 0:
            if _begins(file, offset + at):
                return offset + at
            at = window.find(MAGIC, at + 1)
        if len(window) < CHUNK:
            return end
        offset += len(window) - len(MAGIC) + 1
    return end


def _begins(file: BinaryIO, offset: int) -> bool:
    file.seek(offset)
    try:
        return zlib.decompressobj(31).decompress(file.read(4_096), 64).startswith(b"WARC/")
    except zlib.error:
        return False


# records --------------------------------------------------------------------------------------------------------------
def _of_member(raw: bytes, offset: int) -> Iterator[Capture | Fault]:
    try:
        for record in ArchiveIterator(BytesIO(raw), check_digests=False):
            yield from _page(record, offset)
    except (ArchiveLoadFailed, EOFError, ValueError, OSError, zlib.error) as error:
        yield Fault("bad-record", f"{type(error).__name__}: {error}"[:300], offset)


def _body(stream: Any) -> bytes:
    """What a stream holds, at most a byte more than BODY; one ``read`` gives what happens to be there."""
    made: list[bytes] = []
    size = 0
    while size <= BODY and (chunk := stream.read(min(CHUNK, BODY + 1 - size))):
        made.append(chunk)
        size += len(chunk)
    return b"".join(made)


def _page(record: Any, offset: int) -> Iterator[Capture | Fault]:
    """The page of a response that holds something to read; nothing for all else."""
    if record.rec_type != "response" or record.http_headers is None:
        return
    headers = tuple((name.lower(), value) for name, value in record.http_headers.headers)
    kind = next((value for name, value in headers if name == "content-type"), "").lower()
    if record.http_headers.get_statuscode() != "200" or not kind.startswith(READABLE):
        return
    length = int(record.rec_headers.get_header("Content-Length") or 0)
    body = _body(record.content_stream())
    url = record.rec_headers.get_header("WARC-Target-URI") or ""
    if len(body) > BODY:
        yield Fault("too-large", f"{url}: more than {BODY:,} bytes", offset)
    elif not body or (record.raw_stream.limit if hasattr(record.raw_stream, "limit") else 0) > 0:
        yield Fault("truncated", f"{url}: {length:,} bytes said, less there", offset)
    else:
        day = datetime.fromisoformat(record.rec_headers.get_header("WARC-Date").replace("Z", "+00:00"))
        yield Capture(url, day.astimezone(UTC), 200, headers, body, offset)
