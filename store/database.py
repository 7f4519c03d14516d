"""tracker.db: opening, laying out, and the only place that writes rows.

Rows are dicts with the columns of tables.sql; every text passes ``clean`` on its way in.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
import unicodedata
from base64 import b32encode
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from errors import BadStore
from store.files import WAITING, check, connect, create, full, remove

APPLICATION_ID = 0x42616E54  # "BanT"
SCHEMA = 7
ANEW = "`banwatch reread` makes it anew from the archive"
HERE = Path(__file__).parent
# what XML 1.0 and SQLite's text functions cannot carry: C0 controls but tab and line ends, surrogates, non-characters
UNCLEAN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
HIGH = re.compile("[\U0001fffe-\U0010ffff]")
UNCLEAN_HIGH = re.compile("[" + "".join(f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(1, 17)) + "]")  # fmt: skip

CONTROL_BYTES = bytes([*range(9), 11, 12, *range(14, 32), 127])
NO_CHARACTERS = (
    b"\xef\xb7",
    b"\xbf\xbe",
    b"\xbf\xbf",
)  # in UTF-8 all non-characters, and a few characters, hold one of these


class Clean(str):
    """A text that ``clean`` has seen: long ones are not gone through again on their way."""

    __slots__ = ()


def clean(text: str) -> str:
    """``text`` with every character that a feed or SQLite cannot carry replaced by U+FFFD; its length does not change."""
    if text.isprintable() or _is_clean(text):
        return text
    text = UNCLEAN.sub("\ufffd", text)
    if text.isascii() or not HIGH.search(text):  # one set with characters beyond U+FFFF is fifteen times slower
        return text
    return UNCLEAN_HIGH.sub("\ufffd", text)


def _is_clean(text: str) -> bool:
    """Whether the bytes of a text tell that nothing of it is to be replaced: an expression takes ten times as long."""
    try:
        written = text.encode("utf-8")
    except UnicodeEncodeError:  # lone surrogates
        return False
    plain = len(written.translate(None, CONTROL_BYTES)) == len(written)
    return plain and not any(mark in written for mark in NO_CHARACTERS)


def key(*parts: object) -> str:
    """A short id made of what makes a thing itself: 16 letters and digits (80 bits of SHA-256)."""
    text = "\x1f".join(str(part) for part in parts)
    return b32encode(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:10]).decode().lower()


def slug(text: str) -> str:
    """Lower-case ASCII letters, digits and hyphens of ``text``."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "x" + text.encode().hex()[:16]


def many(values: Iterable[object]) -> str:
    """A list as the tables hold it."""
    return json.dumps(list(values), ensure_ascii=False)


def open_tracker(path: Path) -> sqlite3.Connection:
    """tracker.db, laid out if it is new. Raises BadStore for a file that is damaged, empty, foreign or newer than this."""
    fresh = not path.exists()
    if not fresh and path.stat().st_size == 0:
        raise BadStore(f"{path}: is empty (0 bytes); {ANEW}", "store-empty")
    try:
        if fresh:
            remove(path)  # what a file that is gone has left behind would be taken for this one's
            create(path, _layout(), APPLICATION_ID, SCHEMA)
        check(path, APPLICATION_ID, SCHEMA)
        db = connect(path)
        db.execute("pragma synchronous = normal")
        db.execute("pragma cache_size = -16384")  # 16 MiB: with 64, settling 20,000 claims is no faster
    except (sqlite3.DatabaseError, OSError) as error:
        if full(error):
            raise BadStore(f"{path}: cannot be written: {error}", "no-space") from error
        raise BadStore(f"{path}: cannot be opened: {error}; {ANEW}", "store-damaged") from error
    if db.execute("pragma user_version").fetchone()[0] < SCHEMA:
        raise BadStore(f"{path}: of an older program; {ANEW}", "store-older")
    db.row_factory = sqlite3.Row
    return db


def known(path: Path) -> None:
    """Raises BadStore unless the file is a tracker of this program's schema; also in a folder that may not be written."""
    try:
        found = check(path, APPLICATION_ID, SCHEMA)
    except sqlite3.OperationalError:  # its -shm cannot be made
        found = check(path, APPLICATION_ID, SCHEMA, "immutable=1")
    except sqlite3.DatabaseError as error:
        raise BadStore(f"{path}: {error}; {ANEW}", "store-damaged") from error
    if found < SCHEMA:
        raise BadStore(f"{path}: of an older program; {ANEW}", "store-older")


def read_tracker(path: Path) -> sqlite3.Connection:
    """tracker.db for reading only, also in a folder that may not be written. Raises BadStore as ``open_tracker`` does."""
    try:
        return open_tracker(path)
    except BadStore as error:
        if "readonly" not in str(error) and "unable to open" not in str(error):
            raise
    check(path, APPLICATION_ID, SCHEMA, "immutable=1")
    db = sqlite3.connect(f"file:{quote(str(path))}?immutable=1", uri=True)
    db.row_factory = sqlite3.Row
    return db


def _layout() -> str:
    return (HERE / "tables.sql").read_text() + (HERE / "views.sql").read_text()


def put(db: sqlite3.Connection, table: str, row: Mapping[str, Any], verb: str = "insert or replace") -> int:
    """Write one row; returns how many rows that changed."""
    names = ", ".join(f'"{name}"' for name in row)
    marks = ", ".join("?" * len(row))
    values = [clean(value) if type(value) is str else value for value in row.values()]
    return db.execute(f"{verb} into {table} ({names}) values ({marks})", values).rowcount


def add(db: sqlite3.Connection, table: str, row: Mapping[str, Any]) -> bool:
    """Write one row unless it is there; True if it was not."""
    return put(db, table, row, "insert or ignore") > 0


def unsettled(db: sqlite3.Connection, kind: str, item: str) -> None:
    """Mark what has to be computed again."""
    add(db, "unsettled", {"kind": kind, "item": item})


def index(db: sqlite3.Connection, kind: str, item: str, title: str, body: str, language: str = "") -> None:
    """(Re)place what full-text search finds of one thing, when the unit of work is committed (``files.commit``)."""
    _wait(db, kind, item, title=title, body=body, language=language)


def unindex(db: sqlite3.Connection, kind: str, item: str) -> None:
    _wait(db, kind, item)


def _wait(db: sqlite3.Connection, kind: str, item: str, **texts: str) -> None:
    db.execute(WAITING)
    rowid = int.from_bytes(hashlib.sha256(f"{kind}\x1f{item}".encode()).digest()[:7], "big")
    place = "claim_search" if kind == "claim" else "search"
    put(db, "temp.waiting", {"place": place, "number": rowid, "kind": kind, "item": item, **texts})
