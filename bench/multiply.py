"""A home of BASE pages -> the same home with further spans of time in it, each like the first: so a million pages need no million readings.

Every row that the first BASE pages left in either database is written once more for each span: under ids of its own, with its instants
and days ``DAYS`` later, its reports at addresses and its documents in sources of their own. What settling has computed is copied like all else, so
the database is in the state in which the crawls of those spans would have left it; the text of a page is that of the first span, and a
body does not have its hash. Never a home to work with.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from functools import cache, lru_cache, partial
from itertools import product
from operator import itemgetter
from pathlib import Path
from typing import Any

BASE, DAYS = 10_000, 70  # pages and days of a span
ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
LAST = ["".join(letters) for letters in product(ALPHABET, repeat=3)]
MOVES = re.compile(
    r"(?<![a-z0-9])(?P<word>[a-z2-7]{16})(?![a-z0-9])|(?P<day>20\d\d-[01]\d-[0-3]\d)|(?P<named>report-|policy|Policy |Terms |Report )(?P<number>\d+)"
)
HASH = re.compile(r"[0-9a-f]{64}")
COUNTED = {"seq", "first_seq", "last_seq", "through"}  # columns that hold a number of a sighting
ORDINAL = {"day", "until", "known", "first", "last"}  # of told and stretch: days as numbers
TEXTS = {
    "text",
    "body",
    "blocks",
    "diff",
    "quote",
    "summary",
    "key_sentence_old",
    "key_sentence_new",
    "headers",
    "data",
    "sketch",
}
ONCE = {
    "platform",
    "jurisdiction",
    "authority",
    "note",
    "feed_size",
    "standing",
    "unsettled",
}  # tables that do not grow with pages
SEARCHES = {"search", "claim_search"}
PRAGMAS = (
    "foreign_keys = off; synchronous = off; cache_size = -1000000; journal_mode = delete; journal_mode = off".split(
        "; "
    )
)
Row = tuple[Any, ...]


def multiply(archive: Path, tracker: Path, spans: range) -> None:
    """Write the spans of that number (the first is 0 and there) into both, without a journal: one that is interrupted is lost."""
    for path in (archive, tracker):
        db = sqlite3.connect(path, isolation_level=None)
        for pragma in PRAGMAS:
            db.execute(f"pragma {pragma}").fetchall()
        _multiply(db, spans)
        db.execute("pragma journal_mode = wal").fetchall()
        db.close()


def _multiply(db: sqlite3.Connection, spans: range) -> None:
    """Triggers and indexes are laid anew at the end: sorting once costs a fraction of keeping order."""
    laid = db.execute(
        "select type, name, sql from sqlite_master where type in ('trigger', 'index') and sql is not null"
    ).fetchall()
    db.execute("begin")
    for kind, name, _ in laid:
        db.execute(f"drop {kind} {name}")
    for table in _tables(db):
        names = [row[1] for row in db.execute(f"pragma table_info({table})")]
        rows = _first(db, table, names)
        marks = ", ".join("?" * len(names))
        columns = ", ".join(f'"{name}"' for name in names)
        for span in spans:
            made: Iterable[Row] = (_again(row, steps, span) for row, steps in rows)
            if table in SEARCHES:
                made = sorted(
                    made, key=itemgetter(0)
                )  # FTS5 writes out what it gathered wherever a rowid is less than the last
            db.executemany(f"insert or ignore into {table} ({columns}) values ({marks})", made)
    for _, _, sql in laid:
        db.execute(sql)
    if any(name == "feed_row" for (name,) in db.execute("select name from sqlite_master")):
        db.execute("delete from feed_size")
        db.execute("insert into feed_size select name, value, count(*) from feed_row group by 1, 2")
        db.execute("delete from standing")
        db.execute(
            "insert into standing select platform, jurisdiction, kind, count(*) from restriction where in_force_until = '' group by 1, 2, 3"
        )
        db.execute("update watch set through = (select max(seq) from sighting)")
    db.execute("commit")


def _tables(db: sqlite3.Connection) -> list[str]:
    found = [
        r[0] for r in db.execute("select name from sqlite_master where type = 'table' and name not like 'sqlite_%'")
    ]
    return [t for t in found if t not in ONCE and not any(t.startswith(f"{s}_") for s in SEARCHES)]


Value = Callable[[int], Any]
Step = tuple[int, Value]  # place of a cell in its row, and what it holds in a span


def _first(db: sqlite3.Connection, table: str, names: list[str]) -> list[tuple[Row, list[Step]]]:
    """Rows of the first span, each with what changes in it from span to span."""
    if table in SEARCHES:
        names[:] = ["rowid", *names]
    rows = db.execute(f"select {', '.join(f'{chr(34)}{n}{chr(34)}' for n in names)} from {table}").fetchall()
    return [(row, [(at, value) for at, value in _steps(table, names, row) if value]) for row in rows]


def _steps(table: str, names: list[str], row: Row) -> Iterator[tuple[int, Value | None]]:
    for at, (name, value) in enumerate(zip(names, row, strict=True)):
        if table in SEARCHES and name == "rowid":
            yield at, _rowid(row[names.index("kind")], row[names.index("item")])
        elif name in COUNTED:
            yield at, partial(_further, value, BASE) if value is not None else None
        elif table in {"told", "stretch"} and name in ORDINAL:
            yield at, partial(_further, value, DAYS) if isinstance(value, int) and 700_000 < value < 800_000 else None
        elif table == "sketch" and name == "hash":
            yield at, partial(_further, value, 7_919_000_000_000)
        elif table == "declaration" and name == "digest":
            yield at, _digest(row[names.index("json")])
        elif table == "source" and name == "declared":
            yield at, partial(_declared, value)
        elif isinstance(value, str) and name not in TEXTS:
            yield at, _shifting(value)


def _again(row: Row, steps: list[Step], span: int) -> Row:
    made = list(row)
    for at, value in steps:
        made[at] = value(span)
    return tuple(made)


def _rowid(kind: str, item: str) -> Value:
    item_of = _shifting(item) or (lambda span: item)
    return lambda span: int.from_bytes(hashlib.sha256(f"{kind}\x1f{item_of(span)}".encode()).digest()[:7], "big")


def _digest(text: str) -> Value:
    text_of = _shifting(text) or (lambda span: text)
    return lambda span: hashlib.sha256(text_of(span).encode()).hexdigest()


def _further(value: int, step: int, span: int) -> int:
    return value + span * step


def _declared(value: str, span: int) -> str:
    return re.sub(r"\d+", lambda found: str(int(found[0]) + span * BASE), value)


def _shifting(value: str) -> Value | None:
    """How ids, hashes, numbers of reports and documents, and days of a cell go from span to span; None where it holds none."""
    if HASH.fullmatch(value):
        return partial("{}{:04x}".format, value[:60])
    pieces, end = list[str | Value](), 0
    for found in MOVES.finditer(value):
        if found[0] == value:
            return _moving(found)
        pieces += [value[end : found.start()], _moving(found)]
        end = found.end()
    if not pieces:
        return None
    pieces.append(value[end:])
    return lambda span: "".join([one if isinstance(one, str) else one(span) for one in pieces])


def _moving(found: re.Match[str]) -> Value:
    if found["word"]:
        return partial(_id, found["word"][:13], _number(found["word"][13:]))
    if found["day"]:
        return partial(_day, found["day"])
    step = BASE if found["named"] in {"report-", "Report "} else BASE // 200
    return partial(_named, found["named"], int(found["number"]), step)


def _id(start: str, number: int, span: int) -> str:
    """Its last three letters, which are a number, so much further on."""
    return start + LAST[(number + span) % len(LAST)]


def _named(name: str, number: int, step: int, span: int) -> str:
    return f"{name}{number + span * step}"


@cache
def _number(letters: str) -> int:
    return LAST.index(letters)


@lru_cache(maxsize=1_000_000)
def _day(value: str, span: int) -> str:
    try:
        return str(date.fromisoformat(value) + timedelta(span * DAYS))
    except ValueError:
        return value
