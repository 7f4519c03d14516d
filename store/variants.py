"""Captures of a document and the changes between them -> the variants of a page that takes turns, each followed by itself.

A text that is given up for an earlier one, and comes again, is a variant: by region, language, or an experiment. What it becomes
later belongs to it. A text that was given up once and for all is none (terms that were taken back are told as that).
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from store.database import put

ENOUGH = 2  # times that a text must have come to be one that takes turns


@dataclass(slots=True)
class Kinship:
    """Which version grew from which, and to which variant it belongs (numbered from 0 in the order they were told apart)."""

    parent: dict[str, str] = field(default_factory=dict)
    variant: dict[str, int] = field(default_factory=dict)
    count: int = 0

    def add(self, version: str, base: str, previous: str) -> None:
        """A version seen for the first time, grown from ``base``; ``previous`` is the one it followed."""
        self.parent[version] = base
        self.variant[version] = self.variant.get(base, 0)
        if base and previous != base:
            self.part(previous, base)

    def part(self, left: str, back: str) -> None:
        """``left`` was given up for ``back``: what had grown from it since is another variant."""
        if self.variant[left] != self.variant[back]:
            return
        old = set(self._line(back))
        grown = [version for version in self._line(left) if version not in old]
        self.count += bool(grown)
        for version in grown:
            self.variant[version] = self.count

    def _line(self, version: str) -> list[str]:
        line = []
        while version:
            line.append(version)
            version = self.parent[version]
        return line


def kinship(captures: Sequence[tuple[str, str]], bases: Mapping[tuple[str, str], str]) -> Kinship:
    """``captures``: (version, instant) in order of time, of versions only; ``bases``: (new version, instant) -> the version it
    was compared with."""
    kin, previous = Kinship(), ""
    for version, at in captures:
        if version == previous:
            continue
        if version in kin.parent:
            kin.part(previous, version)
        else:
            base = bases.get((version, at), previous)
            kin.add(version, base if base in kin.parent else previous, previous)
        previous = version
    return kin


def save_variants(db: sqlite3.Connection, document: str, no_version: str) -> int:
    """Write the variants of a document anew; returns how many take turns (0 for a page that shows one text)."""
    captures = db.execute(
        "select c.version, c.fetched_at, c.url from capture c where c.document = ? and c.kind != ? order by c.fetched_at, c.sha256, c.id",
        (document, no_version),
    ).fetchall()
    bases = db.execute("select new, seen_at, old from change where document = ? and old is not null", (document,))
    kin = kinship([(row[0], row[1]) for row in captures], {(row[0], row[1]): row[2] for row in bases})
    db.execute("delete from variant where document = ?", (document,))
    runs: Counter[int] = Counter()
    rows: dict[int, dict[str, object]] = {}
    last = -1
    for version, at, url in captures:
        number = kin.variant[version]
        runs[number] += number != last
        last = number
        row = rows.setdefault(number, {"document": document, "number": number, "first_seen": at})
        rows[number] = row | {"last_seen": at, "current": version, "url": url, "times": runs[number]}
    turning = [row for number, row in sorted(rows.items()) if runs[number] >= ENOUGH]
    if len(turning) < 2:
        return 0
    for row in turning:
        put(db, "variant", row)
    return len(turning)
