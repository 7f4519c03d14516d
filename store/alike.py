"""Bodies -> which one held is most alike, by MinHash of their lines. Holds what was kept lately; never touches a database.

Asking costs the same however much is held: each sample leads to the NEAR newest bodies that have it, no further.
"""

from __future__ import annotations

import heapq
import struct
import zlib
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

SKETCH = 48  # samples that tell how alike two bodies are
NEAR = 16  # bodies that one sample leads to
FEW = 8  # bodies, those that share most samples, that are looked at
Samples = frozenset[int]


@dataclass(frozen=True, slots=True)
class Held:
    """A body at hand. ``depth``: how many deltas lead to it."""

    sha256: str
    samples: Samples
    depth: int
    body: bytes


class Recent:
    """The bodies kept last, up to ``most`` bytes of them."""

    def __init__(self, most: int) -> None:
        self._most, self._size = most, 0
        self._held: dict[str, Held] = {}  # the newest last
        self._having: dict[int, deque[str]] = {}  # sample -> the newest bodies that have it

    def add(self, held: Held) -> None:
        if held.sha256 in self._held:
            return
        self._held[held.sha256] = held
        self._size += len(held.body)
        for sample in held.samples:
            self._having.setdefault(sample, deque(maxlen=NEAR)).append(held.sha256)
        while self._size > self._most and len(self._held) > 1:
            self._drop(next(iter(self._held)))

    def body(self, sha256: str) -> bytes | None:
        held = self._held.get(sha256)
        return held.body if held else None

    def near(self, samples: Samples, deepest: int) -> Iterator[Held]:
        """The FEW that share most samples and to which at most ``deepest`` deltas lead."""
        shared = Counter(sha for sample in samples for sha in self._having.get(sample, ()))
        fits = (self._held[sha] for sha, _ in shared.most_common() if self._held[sha].depth <= deepest)
        return (held for held, _ in zip(fits, range(FEW), strict=False))

    def _drop(self, sha256: str) -> None:
        held = self._held.pop(sha256)
        self._size -= len(held.body)
        for sample in held.samples:
            having = self._having[sample]
            if having and having[0] == sha256:  # in the order they came, so the oldest stands first, or was pushed out
                having.popleft()
            if not having:
                del self._having[sample]


def sketch(body: bytes) -> bytes:
    """The SKETCH smallest checksums of the body's lines: two bodies share as many of them as they share lines (MinHash)."""
    lines = body.replace(b">", b">\n").split(b"\n")
    sums = heapq.nsmallest(SKETCH, set(map(zlib.crc32, {line for line in lines if len(line) > 8})))
    return struct.pack(f">{len(sums)}I", *sums)


def samples(sketch: bytes) -> Samples:
    """The checksums of a sketch."""
    return frozenset(struct.unpack(f">{len(sketch) // 4}I", sketch))


def most_alike(mine: Samples, others: Iterable[tuple[str, int, Samples]]) -> tuple[float, str, int]:
    """(likeness from 0 to 1, hash, depth) of the best of ``others``; 0 and "" where there is none."""
    return max(((_alike(mine, other), sha, depth) for sha, depth, other in others), default=(0.0, "", 0))


def _alike(a: Samples, b: Samples) -> float:
    shared = len(a & b)
    return shared / max(1, len(a) + len(b) - shared)
