"""Pages as fetched -> archive.db, append-only: every body once (bodies.py), every fetch one row. Never reads what a page says."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from errors import BadStore
from records import Page, Source
from store.bodies import Bodies
from store.declarations import Declarations
from store.files import check, connect, create, fits_its_wal, full, migrate, part, writing

APPLICATION_ID = 0x42616E41  # "BanA"
SCHEMA = 1
MIGRATIONS: dict[int, str] = {}  # schema -> SQL that leads to the next one
RECENT = 10  # answers that are looked back at for one that bore an ETag
PAGE_SIZE = 1024  # most deltas are small: a quarter of the usual page wastes less

TABLES = """
create table body (sha256 text primary key, size integer not null, base text references body(sha256), depth integer not null,
  sketch blob not null, data blob not null);
create table sighting (seq integer primary key autoincrement, source text not null, run text not null, parser text not null,
  url text not null, requested_url text not null, fetched_at text not null, status integer, headers text not null,
  sha256 text references body(sha256), outcome text not null, cause text not null, message text not null);
create index sighting_address on sighting(source, requested_url, seq);
create index sighting_time on sighting(fetched_at, seq);
create table declaration (digest text primary key, source text not null, json text not null, seq integer not null) without rowid;
create trigger body_keeps before update on body begin select raise(abort, 'the archive is append-only'); end;
create trigger body_stays before delete on body begin select raise(abort, 'the archive is append-only'); end;
create trigger sighting_keeps before update on sighting begin select raise(abort, 'the archive is append-only'); end;
create trigger sighting_stays before delete on sighting begin select raise(abort, 'the archive is append-only'); end;
"""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One fetch. ``sha256`` is "" where nothing was kept; ``outcome`` is stored, unchanged, retry, defer, fail or skip."""

    seq: int
    source: str
    run: str
    parser: str
    url: str
    requested_url: str
    fetched_at: str
    status: int | None
    headers: tuple[tuple[str, str], ...]
    sha256: str
    outcome: str
    cause: str
    message: str


class Archive:
    """archive.db at ``path``; made if it is not there. One process writes; any number may read.

    Raises BadStore if the file is not an archive, is newer than the program, or cannot be written.
    """

    def __init__(self, path: Path, readonly: bool = False) -> None:
        self.path = path
        self._db = _open(path, readonly)
        self._bodies = Bodies(self._db, path.name)
        self._declarations = Declarations(self._db)
        self._first_runs: dict[str, str] = {}
        self.losses = 0  # times that what was held was taken back: sightings that were named may be no more

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self.commit()
        self._db.close()

    def hold(self) -> None:
        """What is written from here on becomes durable together, with ``commit``: one wait for the disk instead of many."""
        if not self._db.in_transaction:
            self._db.execute("begin immediate")

    def commit(self) -> None:
        """Make durable what was written since ``hold``."""
        if not self._db.in_transaction:
            return
        try:
            self._db.execute("commit")
        except sqlite3.Error:
            if self._db.in_transaction:
                self._db.execute("rollback")
            self._forget(lost=True)
            raise

    @contextmanager
    def _write(self) -> Iterator[None]:
        """All of it or none; with what was written since ``hold``, where that was called."""
        held = self._db.in_transaction
        try:
            with part(self._db) if held else writing(self._db):
                yield
        except BaseException:
            self._forget(lost=held and not self._db.in_transaction)
            raise

    def _forget(self, lost: bool) -> None:
        """Rely on nothing that was taken back. ``lost``: with everything that was written since ``hold``."""
        self._bodies.forget()
        self._declarations.forget()
        self._first_runs.clear()
        self.losses += lost

    # writing ------------------------------------------------------------------------------------------------------
    def keep(self, page: Page, run: str, outcome: str = "stored", cause: str = "", message: str = "") -> int:
        """Store a page; durable when it returns (after ``hold``: with the next ``commit``). Returns the sighting's ``seq``."""
        with self._write():
            return self._sighting(
                page.source, run, page.parser, page.url, page.requested_url, page.fetched_at, page.status,
                page.headers, self._bodies.keep(page), outcome, cause, message,
            )  # fmt: skip

    def unchanged(
        self, source: str, parser: str, url: str, requested_url: str, fetched_at: datetime, run: str, status: int,
        headers: tuple[tuple[str, str], ...], sha256: str,
    ) -> int:  # fmt: skip
        """A server said that a page we hold has not changed (304)."""
        with self._write():
            return self._sighting(
                source, run, parser, url, requested_url, fetched_at, status, headers, sha256, "unchanged", "", ""
            )

    def missed(
        self, source: str, parser: str, url: str, requested_url: str, fetched_at: datetime, run: str, outcome: str,
        cause: str, message: str, status: int | None = None, headers: tuple[tuple[str, str], ...] = (),
    ) -> int:  # fmt: skip
        """A fetch that kept nothing: outcome fail, skip, defer or retry, with its cause."""
        with self._write():
            return self._sighting(
                source, run, parser, url, requested_url, fetched_at, status, headers, None, outcome, cause, message
            )

    def declare(self, source: Source) -> None:
        """Remember how a source was declared, so that its pages can be read again after it left the registry."""
        if not self._declarations.stands(source):
            with self._write():
                self._declarations.add(source, self.last())

    def _sighting(self, *values: Any) -> int:
        source, run, parser, url, requested, fetched_at, status, headers, sha, outcome, cause, message = values
        cursor = self._db.execute(
            "insert into sighting (source, run, parser, url, requested_url, fetched_at, status, headers, sha256, outcome, cause, message)"
            " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (source, run, parser, _clean(url), _clean(requested), instant(fetched_at), status,
             json.dumps([[_clean(k), _clean(v)] for k, v in headers]), sha, outcome, cause, _clean(message)),
        )  # fmt: skip
        return int(cursor.lastrowid or 0)

    # reading ------------------------------------------------------------------------------------------------------
    def body(self, sha256: str) -> bytes:
        """The bytes of a body. Raises BadStore if it is not there or its hash does not hold."""
        return self._bodies.body(sha256)

    def page(self, seq: int) -> Page:
        """The page of a sighting; a 304 gives the page it stood for."""
        row = self._one("seq = ?", (seq,))
        said = self._said(row)
        return Page(
            row.source, row.parser, row.url, row.requested_url, datetime.fromisoformat(row.fetched_at),
            said.status or 0, said.headers, self.body(row.sha256),
        )  # fmt: skip

    def length(self, sha256: str) -> int:
        """Bytes of a body."""
        return self._bodies.length(sha256)

    def content_type(self, row: Sighting) -> str:
        """What the server called the body of a sighting."""
        return next((value for name, value in self._said(row).headers if name == "content-type"), "")

    def _said(self, row: Sighting) -> Sighting:
        """The sighting whose status and headers speak of the body: for a 304 the one that brought it."""
        if row.outcome != "unchanged":
            return row
        return self._one(
            "seq = (select max(seq) from sighting where sha256 = ? and source = ? and outcome = 'stored' and seq < ?)",
            (row.sha256, row.source, row.seq),
        )

    def seen_in(self, run: str, source: str, requested_url: str, parser: str) -> int:
        """``seq`` of the fetch of an address in one run; 0 if there was none."""
        row = self._db.execute(
            "select seq from sighting where source = ? and requested_url = ? and run = ? and parser = ? order by seq limit 1",
            (source, requested_url, run, parser),
        ).fetchone()
        return int(row[0]) if row else 0

    def holds(self, page: Page) -> bool:
        """Whether this page, fetched at this instant, is there."""
        rows = self._db.execute(
            "select fetched_at, sha256 from sighting where source = ? and requested_url = ?",
            (page.source, page.requested_url),
        )
        return (instant(page.fetched_at), page.sha256) in set(rows)

    def first_try(self, source: str, url: str) -> str:
        """Instant at which a source was first asked for this address, whatever came; "" if never."""
        row = self._db.execute(
            "select fetched_at from sighting where source = ? and requested_url = ? order by seq limit 1", (source, url)
        ).fetchone()
        return str(row[0]) if row else ""

    def first_run(self, source: str) -> str:
        """The run that first fetched from a source; "" if none did."""
        if source not in self._first_runs:
            row = self._db.execute(
                "select run from sighting where source = ? order by seq limit 1", (source,)
            ).fetchone()
            if row is None:
                return ""
            self._first_runs[source] = row[0]
        return self._first_runs[source]

    def sighting(self, seq: int) -> Sighting:
        return self._one("seq = ?", (seq,))

    def sightings(self, after: int = 0, source: str = "") -> Iterator[Sighting]:
        """Every fetch after ``seq`` in the order it was made."""
        last = after
        while True:
            rows = self._db.execute(
                f"select {COLUMNS} from sighting where seq > ? and (? = '' or source = ?) order by seq limit 500",
                (last, source, source),
            ).fetchall()
            if not rows:
                return
            for row in rows:
                yield _row(row)
            last = rows[-1][0]

    def last(self) -> int:
        """The newest ``seq``; 0 in an empty archive."""
        return int(self._db.execute("select coalesce(max(seq), 0) from sighting").fetchone()[0])

    def count(self, last: int) -> int:
        """How many sightings there are up to ``last``."""
        return int(self._db.execute("select count(*) from sighting where seq <= ?", (last,)).fetchone()[0])

    def validators(self, source: str, url: str) -> dict[str, str]:
        """What to send to ask whether ``url`` changed: etag, last_modified (where the server gave them), and sha256, url, seq
        and stored_at (when its bytes last came) of the page they speak of; empty if we hold none.

        Where the last answer bore none, the newest of the RECENT with an ETag counts: any page that is held may be asked about
        (RFC 9110 13.1.2), and a site that wrote a token into one answer may give the others again as they were.
        """
        found = self._asked(source, url, 1)
        if found and not (found["etag"] or found["last_modified"]):
            return self._asked(source, url, RECENT, '%["etag",%') or found
        return found

    def _asked(self, source: str, url: str, recent: int, headers: str = "%") -> dict[str, str]:
        """The newest of so many answers whose headers are like ``headers``."""
        row = self._db.execute(
            "select * from (select seq, url, headers, sha256, outcome, fetched_at from sighting where source = ? and requested_url = ? and outcome in ('stored', 'unchanged')"
            " and status in (200, 304) and sha256 is not null order by seq desc limit ?) where headers like ? limit 1",
            (source, url, recent, headers),
        ).fetchone()
        if row is None:
            return {}
        came = (
            (row[5], row[2])
            if row[4] == "stored"
            else self._db.execute(
                "select fetched_at, headers from sighting where source = ? and requested_url = ? and outcome = 'stored' and sha256 = ? order by seq desc limit 1",
                (source, url, row[3]),
            ).fetchone()
        )
        if came is None:
            return {}
        # a 304 may leave out what the answer with the same bytes had (RFC 9111 4.3.4)
        held = _validators(came[1]) | _validators(row[2])
        said = {"etag": held.get("etag", ""), "last_modified": "" if recent > 1 else held.get("last-modified", "")}
        return said | {"sha256": row[3], "url": row[1], "seq": str(row[0]), "stored_at": came[0]}

    def first_stored(self, source: str, url: str) -> str:
        """Instant at which a page of ``source`` at this requested address was first kept; "" if never."""
        row = self._db.execute(
            "select fetched_at from sighting where source = ? and requested_url = ? and outcome = 'stored' order by seq limit 1",
            (source, url),
        ).fetchone()
        return str(row[0]) if row else ""

    def declarations(self) -> dict[str, Source]:
        """The latest declaration of every source that ever had one, by id."""
        return self._declarations.latest()

    def declared(self, source: str) -> list[int]:
        """The newest ``seq`` at each time the declaration of a source changed, in order."""
        return [one.seq for one in self._declarations.of(source)]

    def bodies(self) -> list[str]:
        """Hashes of all bodies, in order."""
        return self._bodies.hashes()

    def verify(self) -> Iterator[tuple[str, str]]:
        """(sha256, fault) of every body that does not have its hash any more."""
        return self._bodies.verify()

    def size(self) -> dict[str, int]:
        """bodies, sightings, raw bytes and kept bytes."""
        names = ("bodies", "raw", "kept")
        row = self._db.execute(
            "select count(*), coalesce(sum(size), 0), coalesce(sum(length(data)), 0) from body"
        ).fetchone()
        return dict(zip(names, row, strict=True)) | {
            "sightings": self._db.execute("select count(*) from sighting").fetchone()[0]
        }

    def _one(self, where: str, values: tuple[Any, ...]) -> Sighting:
        row = self._db.execute(f"select {COLUMNS} from sighting where {where}", values).fetchone()
        if row is None:
            raise BadStore(f"{self.path.name}: no sighting {values[0]}", "sighting-missing")
        return _row(row)


COLUMNS = "seq, source, run, parser, url, requested_url, fetched_at, status, headers, sha256, outcome, cause, message"


def instant(value: datetime) -> str:
    """An aware instant as ISO 8601 in UTC with microseconds only where there are any."""
    return value.astimezone(UTC).isoformat()


def _row(row: tuple[Any, ...]) -> Sighting:
    seq, source, run, parser, url, requested, fetched_at, status, headers, sha, outcome, cause, message = row
    pairs = tuple((name, value) for name, value in json.loads(headers))
    return Sighting(
        seq, source, run, parser, url, requested, fetched_at, status, pairs, sha or "", outcome, cause, message
    )


def _validators(headers: str) -> dict[str, str]:
    return {name: value for name, value in reversed(json.loads(headers)) if name in {"etag", "last-modified"}}


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "\ufffd")


def _open(path: Path, readonly: bool) -> sqlite3.Connection:
    fresh = not path.exists()
    if not fresh and path.stat().st_size == 0:
        raise BadStore(
            f"{path}: is empty (0 bytes); restore it from a backup or remove it to begin anew", "store-empty"
        )
    if fresh and Path(f"{path}-wal").exists():
        raise BadStore(
            f"{path}: is gone, while its -wal file is there; put it back, or remove both to begin anew", "store-missing"
        )
    if readonly and fresh:
        raise BadStore(f"{path}: no archive here; crawl first", "store-missing")
    try:
        if fresh:
            create(path, TABLES, APPLICATION_ID, SCHEMA, PAGE_SIZE)
        check(path, APPLICATION_ID, SCHEMA)
        fits_its_wal(path)
        db = connect(path)
        migrate(db, path, MIGRATIONS, SCHEMA)
    except (sqlite3.DatabaseError, OSError) as error:
        if full(error):
            raise BadStore(f"{path}: cannot be written: {error}", "no-space") from error
        raise BadStore(f"{path}: cannot be opened as the archive: {error}", "store-damaged") from error
    return db
