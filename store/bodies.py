"""Bodies of pages <-> rows of archive.db: every body once, near-identical ones as deltas.

The best base is often not the last capture, since pages alternate, so several recent bodies of the address, and those that were
kept lately, are tried by a cheap likeness first. Chains are bounded in steps (CHAIN) and in bytes (READ), so that any body is read
back in bounded time.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import zstandard

from errors import BadStore
from records import Page
from store.alike import Held, Recent, most_alike, samples, sketch
from store.packing import checked, packed, unpacked

CANDIDATES = 6  # earlier bodies of an address that a delta may lean on
CHAIN = 16  # steps that lead to a body at most
READ = 8 * 2**20  # bytes unpacked to read one body back, at most: long bodies have short chains
RECENT = 8 * 2**20  # bytes of lately kept bodies that stay at hand
LIKE = 0.2  # likeness from which on a delta is tried


class Bodies:
    """The bodies in ``db``; ``name`` is what messages call it."""

    def __init__(self, db: sqlite3.Connection, name: str) -> None:
        self._db, self._name = db, name
        self._recent = Recent(RECENT)

    def keep(self, page: Page) -> str:
        """Hash of a page's body, which is written if it is new."""
        sha256 = page.sha256
        if self._db.execute("select 1 from body where sha256 = ?", (sha256,)).fetchone():
            return sha256
        found = sketch(page.body)
        base, depth = self._base(page, found)
        data = packed(page.body, self.body(base) if base else None)
        self._db.execute(
            "insert into body values (?, ?, ?, ?, ?, ?)", (sha256, len(page.body), base, depth, found, data)
        )
        self._recent.add(Held(sha256, samples(found), depth, page.body))
        return sha256

    def _base(self, page: Page, sketch: bytes) -> tuple[str | None, int]:
        """The body most alike, of this address or lately kept (pages of one site share much), and the depth of a delta on it."""
        deepest = min(CHAIN, READ // max(1, len(page.body)) - 1) - 1  # the body itself is unpacked too
        rows = self._db.execute(
            "select b.sha256, b.depth, b.sketch from (select distinct sha256 from (select sha256 from sighting where source = ?"
            " and requested_url = ? and sha256 is not null order by seq desc limit ?)) s join body b using (sha256) where b.depth <= ?",
            (page.source, page.requested_url, 4 * CANDIDATES, deepest),
        ).fetchall()
        mine = samples(sketch)
        held = [(sha, depth, samples(other)) for sha, depth, other in rows]
        held += [(near.sha256, near.depth, near.samples) for near in self._recent.near(mine, deepest)]
        likeness, sha, depth = most_alike(mine, held)
        return (sha, depth + 1) if likeness > LIKE else (None, 0)

    def forget(self) -> None:
        """What was kept lately is not relied on any more: the database took something back."""
        self._recent = Recent(RECENT)

    def body(self, sha256: str) -> bytes:
        """The bytes of a body. Raises BadStore if it is not there or its hash does not hold."""
        return self._recent.body(sha256) or self._stored(sha256)

    def _stored(self, sha256: str) -> bytes:
        chain: list[bytes] = []
        want: str | None = sha256
        while want:
            row = self._db.execute("select base, data from body where sha256 = ?", (want,)).fetchone()
            if row is None:
                raise BadStore(f"{self._name}: body {want} is missing", "body-missing")
            want = row[0]
            chain.append(row[1])
        return checked(unpacked(chain), sha256, self._name)

    def length(self, sha256: str) -> int:
        """Bytes of a body."""
        return int(self._db.execute("select size from body where sha256 = ?", (sha256,)).fetchone()[0])

    def hashes(self) -> list[str]:
        """Hashes of all bodies, in order."""
        return [row[0] for row in self._db.execute("select sha256 from body order by sha256")]

    def verify(self) -> Iterator[tuple[str, str]]:
        """(sha256, fault) of every body that does not have its hash any more."""
        for sha in self.hashes():
            try:
                self._stored(sha)
            except (BadStore, zstandard.ZstdError, sqlite3.DatabaseError) as error:
                yield sha, str(error)
