"""How sources were declared, and since when: rows of archive.db, so that old pages can be read as they were meant to be."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from records import Expect, Selector, Source


@dataclass(frozen=True, slots=True)
class Declared:
    """How a source was declared from the sighting after ``seq`` on."""

    seq: int
    digest: str
    source: Source


class Declarations:
    """The declarations in ``db``, read once: only the one who writes here adds to them."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def of(self, source: str) -> list[Declared]:
        """Those of one source, in order."""
        return self._told.get(source, [])

    def latest(self) -> dict[str, Source]:
        """The latest of every source that ever had one, by id."""
        return {source: told[-1].source for source, told in self._told.items() if told}

    def stands(self, source: Source) -> bool:
        """Whether a source is declared just so."""
        told = self.of(source.id)
        return bool(told) and told[-1].digest == _digest(_text(source))

    def add(self, source: Source, last: int) -> None:
        """Write that a source is declared so from the sighting after ``last`` on; replaces a word under which nothing was fetched."""
        told, text = self._told.setdefault(source.id, []), _text(source)
        if told and told[-1].seq == last:
            self._db.execute("delete from declaration where digest = ?", (told.pop().digest,))
        one = Declared(last, _digest(text), source)
        self._db.execute("insert or replace into declaration values (?, ?, ?, ?)", (one.digest, source.id, text, last))
        told[:] = [other for other in told if other.digest != one.digest] + [one]

    def forget(self) -> None:
        """What was read or added is not relied on any more: the database took something back."""
        self.__dict__.pop("_told", None)

    @cached_property
    def _told(self) -> dict[str, list[Declared]]:
        rows = self._db.execute("select source, seq, digest, json from declaration order by seq, digest")
        found: dict[str, list[Declared]] = {}
        for source, seq, digest, text in rows:
            found.setdefault(source, []).append(Declared(seq, digest, source_from(json.loads(text))))
        return found


def _text(source: Source) -> str:
    return json.dumps(asdict(source), sort_keys=True, ensure_ascii=False)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def source_from(data: dict[str, Any]) -> Source:
    """A declaration as JSON gives it (``dataclasses.asdict``) -> the source."""
    for key in ("selectors", "article"):
        data[key] = tuple(Selector(tuple(s["select"]), tuple(s["remove"]), s["since"], s["until"]) for s in data[key])
    data["expect"] = Expect(**data["expect"])
    data["keywords"] = tuple(data["keywords"])
    data["blocked"] = tuple(data.get("blocked", ()))
    return Source(**data)
