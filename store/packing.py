"""Bodies <-> what is kept of them: zstd, alone or with an earlier body as dictionary ("delta")."""

from __future__ import annotations

import hashlib

import zstandard

from errors import BadStore

LEVEL = 3  # a third of the time of level 6 for 3 % more bytes: most bodies lean on a base, which does what a higher level would


def packed(body: bytes, base: bytes | None) -> bytes:
    if base is None:
        return zstandard.ZstdCompressor(level=LEVEL).compress(body)
    window = max(10, (len(base) + len(body)).bit_length())
    settings = zstandard.ZstdCompressionParameters.from_level(LEVEL, window_log=min(window, 27))
    prefix = zstandard.ZstdCompressionDict(base, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    return zstandard.ZstdCompressor(compression_params=settings, dict_data=prefix).compress(body)


def unpacked(chain: list[bytes]) -> bytes:
    """``chain``: the body's data first, its base's next, down to a body that leans on none."""
    body = zstandard.ZstdDecompressor(max_window_size=2**27).decompress(chain[-1])
    for data in reversed(chain[:-1]):
        prefix = zstandard.ZstdCompressionDict(body, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
        body = zstandard.ZstdDecompressor(dict_data=prefix, max_window_size=2**27).decompress(data)
    return body


def checked(body: bytes, sha256: str, name: str) -> bytes:
    if hashlib.sha256(body).hexdigest() != sha256:
        raise BadStore(f"{name}: body {sha256} does not have its hash", "body-damaged")
    return body
