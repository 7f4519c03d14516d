"""What was made of one tracker, kept until the database changes (``pragma data_version``), so that an unchanged feed costs one look-up.

Safe for several threads, each with a connection of its own. One thread makes; those that find what they ask for do not wait for it.
"""

from __future__ import annotations

import gzip
import sqlite3
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from threading import Lock

from feeds.edition import Edition

KEPT = 500  # answers kept; above that all are made anew


@dataclass(frozen=True)
class Made:
    """What stands at one address in one state of the tracker. ``modified``: since when, None where that is not known."""

    body: bytes
    kind: str
    status: int = 200
    modified: datetime | None = None
    links: str = ""  # the Link header: the feed itself and its hub (https://www.w3.org/TR/websub/#discovery)

    @cached_property
    def etag(self) -> str:
        return f'"{sha256(self.body).hexdigest()[:32]}"'

    @cached_property
    def packed(self) -> bytes:
        return gzip.compress(self.body, 6, mtime=0)


@dataclass
class Memory:
    """Answers by address, and the editions they were made from by base address."""

    editions: dict[str, Edition] = field(default_factory=dict)
    making: Lock = field(default_factory=Lock)  # held by the thread that makes
    _made: dict[Hashable, Made] = field(default_factory=dict)
    _before: dict[Hashable, tuple[str, datetime]] = field(default_factory=dict)  # etag and instant of the state before
    _versions: dict[int, int] = field(default_factory=dict)  # of each connection
    _state: int = 0
    _lock: Lock = field(default_factory=Lock)

    def get(self, db: sqlite3.Connection, key: Hashable, make: Callable[[], Made]) -> Made:
        """What stands at ``key`` now, made if it is not known."""
        found = self._known(db, key)
        if found is not None:
            return found
        with self.making:
            found = self._known(db, key)
            if found is not None:
                return found
            state = self._state
            return self._keep(db, key, make(), state)

    def _known(self, db: sqlite3.Connection, key: Hashable) -> Made | None:
        """Forgets everything if the database changed since this connection last looked."""
        version = db.execute("pragma data_version").fetchone()[0]
        with self._lock:
            if self._versions.get(id(db)) != version:
                self._versions[id(db)] = version
                self._state += 1
                self._made.clear()
                self.editions.clear()
            return self._made.get(key)

    def _keep(self, db: sqlite3.Connection, key: Hashable, made: Made, state: int) -> Made:
        with self._lock:
            made = replace(made, modified=self._since(db, key, made))
            if len(self._made) >= KEPT:
                self._made.clear()
            if state == self._state:  # else somebody wrote meanwhile, and this is old already
                self._made[key] = made
            return made

    def _since(self, db: sqlite3.Connection, key: Hashable, made: Made) -> datetime | None:
        """Since when these bytes stand here: at the latest since the tracker was last written. Only a change of the bytes moves it,
        and it moves by a second at least, the least that HTTP can tell apart."""
        written = _written(db)
        if written is None or made.status != 200:
            return None
        etag, since = self._before.get(key, ("", written))
        if etag and etag != made.etag:
            since = max(written, since + timedelta(seconds=1))
        if len(self._before) >= KEPT * 4:
            self._before.clear()
        self._before[key] = (made.etag, since)
        return since


def _written(db: sqlite3.Connection) -> datetime | None:
    """When the tracker's file or its log was last written; None for a database in memory."""
    path = next((row[2] for row in db.execute("pragma database_list") if row[1] == "main"), "")
    times = [file.stat().st_mtime for file in (Path(path), Path(f"{path}-wal")) if path and file.exists()]
    return datetime.fromtimestamp(int(max(times)), UTC) if times else None
