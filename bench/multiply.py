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
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any

BASE, DAYS = 10_000, 70  # pages and days of a span
ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
WORD = re.compile(r"(?<![a-z0-9])[a-z2-7]{16}(?![a-z0-9])")
DAY = re.compile(r"20\d\d-[01]\d-[0-3]\d")
NUMBERED = re.compile(r"(report-|policy|Policy |Terms |Report )(\d+)")
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
ONCE = {"platform", "jurisdiction", "authority", "note", "feed_size", "unsettled"}  # tables that do not grow with pages
SEARCHES = {"search", "claim_search"}
Row = tuple[Any, ...]


def multiply(archive: Path, tracker: Path, spans: range) -> None:
    """Write the spans of that number (the first is 0 and there) into both."""
    for path in (archive, tracker):
        db = sqlite3.connect(path, isolation_level=None)
        for pragma in ("foreign_keys = off", "synchronous = off", "cache_size = -1000000", "temp_store = memory"):
            db.execute(f"pragma {pragma}")
        _multiply(db, spans)
        db.execute("pragma wal_checkpoint(truncate)")
        db.close()


def _multiply(db: sqlite3.Connection, spans: range) -> None:
    laid = db.execute("select name, sql from sqlite_master where type = 'trigger'").fetchall()
    db.execute("begin")
    for name, _ in laid:
        db.execute(f"drop trigger {name}")
    for table in _tables(db):
        names = [row[1] for row in db.execute(f"pragma table_info({table})")]
        rows = _first(db, table, names)
        marks = ", ".join("?" * len(names))
        columns = ", ".join(f'"{name}"' for name in names)
        for span in spans:
            made = (_again(row, steps, span) for row, steps in rows)
            db.executemany(f"insert or ignore into {table} ({columns}) values ({marks})", made)
    if any(name == "feed_row" for (name,) in db.execute("select name from sqlite_master")):
        db.execute("delete from feed_size")
        db.execute("insert into feed_size select name, value, count(*) from feed_row group by 1, 2")
        db.execute("update watch set through = (select max(seq) from sighting)")
    for _, sql in laid:
        db.execute(sql)
    db.execute("commit")


def _tables(db: sqlite3.Connection) -> list[str]:
    found = [
        r[0] for r in db.execute("select name from sqlite_master where type = 'table' and name not like 'sqlite_%'")
    ]
    return [t for t in found if t not in ONCE and not any(t.startswith(f"{s}_") for s in SEARCHES)]


Step = tuple[int, Callable[[Any, int], Any]]


def _first(db: sqlite3.Connection, table: str, names: list[str]) -> list[tuple[Row, list[Step]]]:
    """Rows of the first span, each with what changes in it from span to span."""
    if table in SEARCHES:
        names[:] = ["rowid", *names]
    rows = db.execute(f"select {', '.join(f'{chr(34)}{n}{chr(34)}' for n in names)} from {table}").fetchall()
    return [(row, list(_steps(table, names, row))) for row in rows]


def _steps(table: str, names: list[str], row: Row) -> Iterator[Step]:
    for at, (name, value) in enumerate(zip(names, row, strict=True)):
        if table in SEARCHES and name == "rowid":
            yield at, partial(_rowid, row[names.index("kind")], row[names.index("item")])
        elif name in COUNTED:
            yield at, _counted
        elif table in {"told", "stretch"} and name in ORDINAL:
            yield at, _ordinal
        elif table == "sketch" and name == "hash":
            yield at, lambda value, span: value + span * 7_919_000_000_000
        elif table == "declaration" and name == "digest":
            yield at, partial(_digest, row[names.index("json")])
        elif table == "source" and name == "declared":
            yield at, _declared
        elif isinstance(value, str) and name not in TEXTS and _shifted(value, 1) != value:
            yield at, _shifted


def _again(row: Row, steps: list[Step], span: int) -> Row:
    made = list(row)
    for at, step in steps:
        made[at] = step(row[at], span)
    return tuple(made)


def _rowid(kind: str, item: str, value: Any, span: int) -> int:
    return int.from_bytes(hashlib.sha256(f"{kind}\x1f{_shifted(item, span)}".encode()).digest()[:7], "big")


def _digest(text: str, value: Any, span: int) -> str:
    return hashlib.sha256(_shifted(text, span).encode()).hexdigest()


def _counted(value: Any, span: int) -> Any:
    return value if value is None else value + span * BASE


def _ordinal(value: Any, span: int) -> Any:
    return value + span * DAYS if isinstance(value, int) and 700_000 < value < 800_000 else value


def _declared(value: str, span: int) -> str:
    return re.sub(r"\d+", lambda found: str(int(found[0]) + span * BASE), value)


def _shifted(value: str, span: int) -> str:
    """Ids, hashes, numbers of reports and documents, and days of a cell, as ``span`` has them."""
    if len(value) == 16 and WORD.fullmatch(value):
        return _id(value, span)
    if len(value) == 64 and HASH.fullmatch(value):
        return f"{value[:60]}{span:04x}"
    value = WORD.sub(lambda found: _id(found[0], span), value)
    value = DAY.sub(lambda found: _day(found[0], span), value)
    return NUMBERED.sub(lambda found: found[1] + str(int(found[2]) + span * (BASE if found[1] in {"report-", "Report "} else BASE // 200)), value)  # fmt: skip


def _id(value: str, span: int) -> str:
    """Its last three letters, which are a number, so much further on."""
    number = (_number(value[13:]) + span) % 32**3
    return f"{value[:13]}{ALPHABET[number // 1024]}{ALPHABET[number // 32 % 32]}{ALPHABET[number % 32]}"


@cache
def _number(letters: str) -> int:
    return sum(ALPHABET.index(letter) * 32**place for place, letter in enumerate(reversed(letters)))


@lru_cache(maxsize=100_000)
def _day(value: str, span: int) -> str:
    try:
        return str(date.fromisoformat(value) + timedelta(span * DAYS))
    except ValueError:
        return value
