"""Whole views as CSV or JSON lines, a batch at a time by key; cells that a spreadsheet would run as a formula are defused in CSV."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence

BATCH = 2_000
KEYS = {
    "quotes": "claim",
    "source_health": "source",
    "captures": "seq",
    "jurisdictions": "code",
    "platforms": "name",
    "diffs": "update",
}  # else id
VIEWS = ("timeline", "actions", "answers", "cases", "claims", "quotes", "conflicts", "links", "updates", "diffs", "documents", "versions",
         "captures", "articles", "pages", "source_health", "issues", "platforms", "jurisdictions", "authorities")  # fmt: skip
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def batch(db: sqlite3.Connection, view: str, after: object) -> tuple[list[str], list[tuple[object, ...]], object]:
    """(names of columns, rows, key of the last row) behind ``after`` (None: from the start)."""
    key = KEYS.get(view, "id")
    where = "" if after is None else f'where "{key}" > ?'
    cursor = db.execute(
        f'select * from "{view}" {where} order by "{key}" limit {BATCH}', () if after is None else (after,)
    )
    names = [column[0] for column in cursor.description]
    rows = [tuple(row) for row in cursor]
    return names, rows, rows[-1][names.index(key)] if rows else None


def as_csv(rows: Iterable[Sequence[object]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows([[defused(cell) for cell in row] for row in rows])
    return out.getvalue()


def as_lines(names: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    return "".join(json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False) + "\n" for row in rows)


def defused(cell: object) -> object:
    """A text that a spreadsheet would take for a formula, with an apostrophe before it (https://owasp.org/www-community/attacks/CSV_Injection)."""
    return "'" + cell if isinstance(cell, str) and cell.startswith(FORMULA) and not _number(cell) else cell


def _number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return "_" not in cell


class Defuser:
    """CSV text in pieces -> the same with cells defused; a row that is not whole yet waits for the next piece."""

    def __init__(self) -> None:
        self.rest = ""

    def take(self, text: str, last: bool) -> str:
        whole = self.rest + text
        cut = len(whole) if last else _end_of_rows(whole)
        self.rest = whole[cut:]
        return as_csv(csv.reader(_lines(whole[:cut])))


def _end_of_rows(text: str) -> int:
    """Behind the last line end that stands outside quotes."""
    end, quotes = 0, 0
    for number, part in enumerate(text.split('"')):
        if number % 2 == 0 and "\n" in part:
            end = quotes + part.rindex("\n") + 1
        quotes += len(part) + 1
    return end


def _lines(text: str) -> Iterator[str]:
    yield from io.StringIO(text, newline="")
