"""All looks at a document's address, in order of time -> what became of it: gone, back, moved, its language lost. Computes.

A look is a capture, or a fetch of an address at which the document was captured that found nothing there. A turn is told once
what was found has lasted (fates.toml), at the instant of the look that shows it. Nothing here hangs on when it is computed.
"""

from __future__ import annotations

import sqlite3
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

HERE = ""  # found: the document itself
UNCLEAR = "?"  # found: something that says nothing of the document

CAPTURES = """
select c.seq, c.fetched_at, c.kind, c.reason, s.source, s.requested_url, s.moved, v.language
from capture c join sighting s on s.seq = c.seq join version v on v.id = c.version where c.document = ?"""


@dataclass(frozen=True, slots=True)
class Look:
    """One look. ``found``: HERE, UNCLEAR, or a key of fates.toml; ``home``: the address the document has by it."""

    at: str
    seq: int
    found: str
    home: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn in the life of a document. ``since``: first look that found it so; ``known``: the look that shows that it lasts;
    ``last``: last look before that found the document as it was. ``shown``: an address or a language.
    """

    stage: str
    found: str
    since: str
    known: str
    last: str
    shown: str = ""
    before: str = ""


@dataclass(slots=True)
class Walk:
    """Where the walk over the looks stands."""

    last: Look | None = None  # that found the document
    lost: list[Look] = field(default_factory=list)  # looks in a row that did not
    told: bool = False
    homes: list[str] = field(default_factory=list)


@cache
def fates() -> dict[str, Any]:
    """The table of fates.toml."""
    return tomllib.loads((Path(__file__).parent / "fates.toml").read_text(encoding="utf-8"))


def matters(outcome: str, cause: str) -> bool:
    """Whether a fetch that kept no text says something of the document at its address."""
    return outcome in {"fail", "quarantine"} and cause in fates()["found"]


def home_of(requested: str, moved: str) -> str:
    """The address a document has by one look: the one asked for, or where a redirect for good led."""
    return moved or requested


def looks(db: sqlite3.Connection, document: str) -> list[Look]:
    """Every look at a document, in order of time."""
    rows = db.execute(CAPTURES, (document,)).fetchall()
    foreign = {row["language"] for row in rows if _cause(row) == "language"} - {_first_language(rows)}
    found = [
        Look(row["fetched_at"], row["seq"], _cause(row) or ("language" if row["language"] in foreign else HERE),
             home_of(row["requested_url"], row["moved"]), row["language"])
        for row in rows
    ]  # fmt: skip
    for source in sorted({row["source"] for row in rows}):
        found += _misses(db, source, {row["requested_url"] for row in rows if row["source"] == source})
    return sorted(found, key=lambda look: (look.at, look.seq))


def _cause(row: sqlite3.Row) -> str:
    """What a capture found in place of the document; HERE if it is the document."""
    if row["kind"] != "wrong_document_or_error_page":
        return HERE
    cause = str(row["reason"]).removeprefix("still: ").partition(": ")[0]
    return cause if cause in fates()["found"] else UNCLEAR


def _first_language(rows: Sequence[sqlite3.Row]) -> str:
    here = [row for row in rows if row["kind"] != "wrong_document_or_error_page"]
    return str(min(here, key=lambda row: (row["fetched_at"], row["seq"]))["language"]) if here else ""


def _misses(db: sqlite3.Connection, source: str, addresses: set[str]) -> Iterator[Look]:
    rows = db.execute(
        "select seq, fetched_at, requested_url, outcome, cause from sighting where source = ? and outcome in ('fail', 'quarantine')",
        (source,),
    )
    for row in rows:
        if row["requested_url"] in addresses and matters(row["outcome"], row["cause"]):
            yield Look(row["fetched_at"], row["seq"], row["cause"])


def turns(seen: Sequence[Look]) -> list[Turn]:
    """The turns that ``seen`` (in order of time) shows."""
    walk = Walk()
    found: list[Turn] = []
    for look in seen:
        if look.found == HERE:
            found += _here(walk, look)
        elif look.found != UNCLEAR and walk.last:
            found += _not_here(walk, look)
    return found


def _here(walk: Walk, look: Look) -> Iterator[Turn]:
    last = walk.last
    if walk.told and last:
        yield Turn("returned", HERE, look.at, look.at, last.at)
    if last and _place(look.home) not in map(_place, walk.homes):
        yield Turn("moved", HERE, look.at, look.at, last.at, look.home, walk.homes[-1])
    if _place(look.home) not in map(_place, walk.homes):
        walk.homes.append(look.home)
    walk.last, walk.lost, walk.told = look, [], False


def _not_here(walk: Walk, look: Look) -> Iterator[Turn]:
    walk.lost.append(look)
    rule = fates()["found"][look.found]
    first = walk.lost[0]
    lasted = datetime.fromisoformat(look.at) - datetime.fromisoformat(first.at)
    if walk.told or walk.last is None or len(walk.lost) < fates()["looks"] or lasted < timedelta(days=rule["days"]):
        return
    walk.told = True
    shown = walk.last.language if rule["stage"] == "language_lost" else ""
    yield Turn(rule["stage"], look.found, first.at, look.at, walk.last.at, shown)


def _place(address: str) -> tuple[str, str, str]:
    """An address without what moves no page: scheme, "www.", the slash at the end, the fragment."""
    parts = urlsplit(address)
    return (parts.netloc.removeprefix("www."), parts.path.rstrip("/"), parts.query)


def numbered(found: Sequence[Turn]) -> list[tuple[Turn, int]]:
    """Every turn with its number among those of its stage, from 0: what its id is made of."""
    order = sorted(enumerate(found), key=lambda pair: (pair[1].stage, pair[0]))
    return [(turn, n) for _, of in groupby(order, key=lambda pair: pair[1].stage) for n, (_, turn) in enumerate(of)]
