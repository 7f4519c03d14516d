"""One look at the tracker: what a page asks with, and what it gives back. Reads only."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from reading.names import Names
from reading.rows import Row, row, rows, value

LONGEST = 500  # characters of one argument that are looked at


@dataclass
class Look:
    """``today`` is an ISO day (UTC); ``args`` are the arguments of the address, in order; ``site`` is where pages stand for ever;
    ``kept`` is what looks at one state of the tracker share."""

    db: sqlite3.Connection
    names: Names
    today: str
    args: list[tuple[str, str]] = field(default_factory=list)
    site: str = ""
    path: str = ""
    kept: dict[str, Any] = field(default_factory=dict)

    def rows(self, sql: str, *params: object) -> list[Row]:
        return rows(self.db, sql, *params)

    def row(self, sql: str, *params: object) -> Row | None:
        return row(self.db, sql, *params)

    def value(self, sql: str, *params: object) -> Any:
        return value(self.db, sql, *params)

    def asked(self, name: str) -> str:
        """The last value of an argument, "" if it is not given."""
        return next((value for key, value in reversed(self.args) if key == name), "")

    def address(self, path: str, **changed: str) -> str:
        """``path`` with the arguments of this look, some of them changed; "" takes one out."""
        kept = {key: value for key, value in self.args if value} | changed
        text = urlencode({key: value for key, value in kept.items() if value})
        return f"{path}?{text}" if text else path


def arguments(query: str) -> list[tuple[str, str]]:
    """Of a query string: what can be asked with. Never raises: what is not UTF-8 becomes U+FFFD, NUL a space."""
    pairs = parse_qsl(query[:8_000], keep_blank_values=True, errors="replace")
    return [(key[:LONGEST], value[:LONGEST].replace("\0", " ").strip()) for key, value in pairs]


@dataclass
class Shown:
    """What a page shows. ``data`` is what its JSON gives and its template reads; ``feed`` is the slice of the feeds it belongs to;
    ``own`` the path of the feed of this very thing (``feeds/things.py``), which goes before it."""

    template: str
    title: str
    path: str
    data: dict[str, Any]
    about: str = ""
    crumbs: tuple[tuple[str, str], ...] = ()
    feed: dict[str, str] = field(default_factory=dict)
    cite: dict[str, Any] | None = None
    extra: dict[str, Any] = field(default_factory=dict)  # for the template alone
    status: int = 200
    own: str = ""
