"""SQL -> rows as plain dicts, with list columns read. Reads only."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

LISTS = {
    "platforms",
    "scopes",
    "reason",
    "reasons",
    "topics",
    "kinds",
    "dates",
    "fired",
    "diff",
    "blocks",
    "aliases",
    "cites",
}
Row = dict[str, Any]


class Missing(Exception):
    """Nothing has this id or name: ``kind`` of thing, what was ``wanted``, and the ``nearest`` (address, name) there is."""

    def __init__(self, kind: str, wanted: str, nearest: list[tuple[str, str]] | None = None) -> None:
        super().__init__(f"no {kind} {wanted!r}")
        self.kind, self.wanted, self.nearest = kind, wanted, nearest or []


class Moved(Exception):
    """The thing stands at another address for ever."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


def rows(db: sqlite3.Connection, sql: str, *params: object) -> list[Row]:
    """Every row of a query; columns of LISTS come as lists."""
    cursor = db.execute(sql, params)
    names = [column[0] for column in cursor.description]
    lists = [name for name in names if name in LISTS]
    found = [dict(zip(names, values, strict=True)) for values in cursor]
    for one in found if lists else ():
        _read(one, lists)
    return found


def row(db: sqlite3.Connection, sql: str, *params: object) -> Row | None:
    """The first row of a query, or None."""
    return next(iter(rows(db, sql, *params)), None)


def value(db: sqlite3.Connection, sql: str, *params: object) -> Any:
    """The first column of the first row, or None."""
    found = db.execute(sql, params).fetchone()
    return found[0] if found else None


def _read(found: Row, lists: list[str]) -> None:
    for name in lists:
        if name != "reason" or str(found[name]).startswith("["):  # of changes and sources it is a sentence
            found[name] = _list(found[name])


def _list(text: object) -> list[Any]:
    try:
        found = json.loads(str(text or "[]"))
    except ValueError:
        return []
    return found if isinstance(found, list) else []
