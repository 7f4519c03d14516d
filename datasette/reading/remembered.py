"""What a running server remembers between requests: names, pages as drawn, and what looks at one state of the tracker share."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from datasette import Response
from reading.names import Names, read_names

KEEP = 24_000_000  # characters of pages kept as drawn, until the tracker or the day changes


class Site:
    """What is remembered between requests: the names, and pages as drawn, for one state of the tracker."""

    def __init__(self, datasette: Any) -> None:
        self.datasette = datasette
        self.name, self.database = next((n, d) for n, d in datasette.databases.items() if not n.startswith("_"))
        self.watch = self.connected()
        self.exports = Path(self.database.path).parent / "exports"
        self.lock = threading.Lock()
        self.kept = 0
        self.drawing: dict[tuple[object, ...], asyncio.Future[Response]] = {}
        self.pages: OrderedDict[tuple[object, ...], Response] = OrderedDict()
        self.names: tuple[object, Names] = (None, Names())
        self.shared: tuple[object, dict[str, Any]] = (None, {})

    def connected(self) -> sqlite3.Connection:
        return sqlite3.connect(f"file:{self.database.path}?mode=ro", uri=True, check_same_thread=False)

    def state(self) -> tuple[int, str, int]:
        """Another value whenever somebody wrote to the tracker, the day turned, or files to take away were made."""
        with self.lock:
            version = self.watch.execute("pragma data_version").fetchone()[0]
        made = self.exports.stat().st_mtime_ns if self.exports.is_dir() else 0
        return version, datetime.now(UTC).date().isoformat(), made

    def known(self, key: tuple[object, ...]) -> Response | None:
        return self.pages.get(key)

    def keep(self, key: tuple[object, ...], response: Response) -> Response:
        """Remember a page; the oldest go when there is no room, and all of an earlier state at once."""
        if self.pages and next(iter(self.pages))[0] != key[0]:
            self.pages.clear()
            self.kept = 0
        if key not in self.pages:
            self.pages[key] = response
            self.kept += len(response.body)
        while self.kept > KEEP:
            self.kept -= len(self.pages.popitem(last=False)[1].body)
        return response

    async def once(self, key: tuple[object, ...], draw: Callable[[], Awaitable[Response]]) -> Response:
        """Who asks for a page that is being drawn waits for it instead of having it drawn again."""
        if key not in self.drawing:
            self.drawing[key] = asyncio.ensure_future(draw())
            self.drawing[key].add_done_callback(lambda _: self.drawing.pop(key))
        return self.keep(key, await asyncio.shield(self.drawing[key]))

    def shared_at(self, state: tuple[int, str, int]) -> dict[str, Any]:
        """What looks at this state share (``Look.kept``)."""
        if self.shared[0] != state:
            self.shared = (state, {})
        return self.shared[1]

    def names_at(self, state: tuple[int, str, int], db: sqlite3.Connection) -> Names:
        if self.names[0] != state:
            self.names = (state, read_names(db))
        return self.names[1]


def site_of(datasette: Any) -> Site:
    """The one Site of a running server."""
    if not hasattr(datasette, "_banwatch"):
        datasette._banwatch = Site(datasette)
    return datasette._banwatch


def names_of(datasette: Any) -> Names:
    """The names of the state that the tracker has now."""
    site = site_of(datasette)
    return site.names_at(site.state(), site.watch)
