"""Dataset as a file (CSV, XLSX, JSON) -> its text and the rows in it, each with its place. Values are text, never formulas."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from errors import PageChanged, Unreadable
from parsers import markup, tree
from records import Page, Source

LARGEST = 128 * 2**20  # bytes of a workbook, unpacked
HEAD = 10  # rows in which the names of the columns are looked for
ZIP = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class Line:
    """A row: its cells by name of column, and where it stands in the text."""

    sheet: str
    number: int  # as a spreadsheet counts, from 1
    cells: dict[str, str]
    quote: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.quote)


def text(page: Page, source: Source) -> str:
    """What quotes of this dataset stand in: the file as decoded; of a workbook, its sheets written as CSV."""
    if page.body.startswith(ZIP):
        return "".join(written for _, written in _sheets(page, source))
    return tree.decoded(page, source)


def lines(page: Page, source: Source, needed: Sequence[str]) -> list[Line]:
    """Every row below a heading that holds the ``needed`` columns, names of columns in lower case with _ for blanks.

    Raises PageChanged if no sheet has such a heading, Unreadable for what is neither CSV nor a workbook.
    """
    sheets = _sheets(page, source) if page.body.startswith(ZIP) else [("", tree.decoded(page, source))]
    found: list[Line] = []
    at, headed = 0, False
    for name, written in sheets:
        taken = _below_heading(name, written, at, needed)
        headed = headed or taken is not None
        found += taken or []
        at += len(written)
    if not headed:
        raise PageChanged(
            f"{markup.place(page, source)}: no sheet has the columns {', '.join(needed)}; was the dataset rebuilt?",
            "columns-missing",
        )
    return found


def _below_heading(sheet: str, written: str, at: int, needed: Sequence[str]) -> list[Line] | None:
    names: list[str] = []
    found: list[Line] = []
    for number, cells, start, end in _rows(written):
        if not names:
            named = [column(cell) for cell in cells]
            if set(needed) <= set(named):
                names = named
            elif number > HEAD:
                return None
        elif any(cell.strip() for cell in cells):
            values = {name: cell.strip() for name, cell in zip(names, cells, strict=False) if name}
            found.append(Line(sheet, number, values, written[start:end].rstrip("\r\n"), at + start))
    return found if names else None


def _rows(written: str) -> Iterator[tuple[int, list[str], int, int]]:
    """(number, cells, start, end) of each record, quoted line ends inside."""
    position = [0]

    def feed() -> Iterator[str]:
        for line in written.splitlines(keepends=True):
            position[0] += len(line)
            yield line

    start = 0
    try:
        for number, cells in enumerate(csv.reader(feed()), 1):
            yield number, cells, start, position[0]
            start = position[0]
    except csv.Error as error:
        raise Unreadable(f"not CSV: {error}", "not-a-table") from error


def column(name: str) -> str:
    """ "Facebook affected " -> "facebook_affected"."""
    return re.sub(r"\W+", "_", name.strip().lower()).strip("_")


def _sheets(page: Page, source: Source) -> list[tuple[str, str]]:
    """(name, CSV) of every sheet of a workbook."""
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        if sum(part.file_size for part in zipfile.ZipFile(io.BytesIO(page.body)).infolist()) > LARGEST:
            raise Unreadable(
                f"{markup.place(page, source)}: a workbook of more than {LARGEST} bytes unpacked", "too-large"
            )
        book = load_workbook(io.BytesIO(page.body), read_only=True, data_only=True)
        return [(sheet.title, _csv(sheet)) for sheet in book.worksheets]
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        raise Unreadable(f"{markup.place(page, source)}: not a workbook: {error}", "not-a-table") from error


def _csv(sheet: Any) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for row in sheet.iter_rows(values_only=True):
        writer.writerow([_cell(value) for value in row])
    return out.getvalue()


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return "" if value is None else str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


# JSON -------------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Entry:
    """One object of a JSON list, and where it is written."""

    value: dict[str, Any]
    quote: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.quote)


def entries(page: Page, source: Source, key: str) -> list[Entry]:
    """The objects of the list under ``key`` (at any depth; the first that is written), "" for a document that is a list.

    Raises Unreadable for what is no JSON, PageChanged if there is no such list.
    """
    written = tree.decoded(page, source)
    try:
        json.loads(written)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"{markup.place(page, source)}: not JSON: {error}", "not-json") from error
    opening = re.search(rf'"{re.escape(key)}"\s*:\s*\[' if key else r"\A\s*\[", written)
    if opening is None:
        raise PageChanged(f"{markup.place(page, source)}: no list {key!r} in it; the API changed", "columns-missing")
    return list(_objects(written, opening.end()))


def _objects(written: str, at: int) -> Iterator[Entry]:
    decoder = json.JSONDecoder()
    while True:
        at = re.compile(r"[\s,]*").match(written, at).end()  # type: ignore[union-attr]
        if at >= len(written) or written[at] == "]":
            return
        value, after = decoder.raw_decode(written, at)
        if isinstance(value, dict):
            yield Entry(value, written[at:after], at)
        at = after
