"""Pages as fetched -> archive.db, append-only: every body once, every fetch one row. Never reads what a page says.

A body is kept as zstd; near-identical captures as zstd with an earlier body as dictionary ("delta"). The best base is often
not the last capture, since pages alternate, so several recent bodies of the address are tried by a cheap likeness first.
Chains are bounded in steps (CHAIN) and in bytes (READ), so that any body is read back in bounded time.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote

import zstandard

from errors import BadStore
from records import Expect, Page, Selector, Source
from store.alike import Held, Recent, most_alike, samples, sketch

APPLICATION_ID = 0x42616E41  # "BanA"
SCHEMA = 1
MIGRATIONS: dict[int, str] = {}  # schema -> SQL that leads to the next one
LEVEL = 3  # a third of the time of level 6 for 3 % more bytes: most bodies lean on a base, which does what a higher level would
CANDIDATES = 6  # earlier bodies of an address that a delta may lean on
CHAIN = 16  # steps that lead to a body at most
READ = 8 * 2**20  # bytes unpacked to read one body back, at most: long bodies have short chains
PAGE_SIZE = 1024  # most deltas are small: a quarter of the usual page wastes less
RECENT = 8 * 2**20  # bytes of lately kept bodies that stay at hand
LIKE = 0.2  # likeness from which on a delta is tried

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


@dataclass(frozen=True, slots=True)
class Declared:
    """How a source was declared from the sighting after ``seq`` on."""

    seq: int
    digest: str
    source: Source


class Archive:
    """archive.db at ``path``; made if it is not there. One process writes; any number may read.

    Raises BadStore if the file is not an archive, is newer than the program, or cannot be written.
    """

    def __init__(self, path: Path, readonly: bool = False) -> None:
        self.path = path
        self._db = _open(path, readonly)
        self._first_runs: dict[str, str] = {}
        self._recent = Recent(RECENT)

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
        if self._db.in_transaction:
            self._db.execute("commit")

    # writing ------------------------------------------------------------------------------------------------------
    def keep(self, page: Page, run: str, outcome: str = "stored", cause: str = "", message: str = "") -> int:
        """Store a page; durable when it returns (after ``hold``: with the next ``commit``). Returns the sighting's ``seq``."""
        with _write(self._db):
            return self._sighting(
                page.source, run, page.parser, page.url, page.requested_url, page.fetched_at, page.status,
                page.headers, self._body(page), outcome, cause, message,
            )  # fmt: skip

    def unchanged(
        self, source: str, parser: str, url: str, requested_url: str, fetched_at: datetime, run: str, status: int,
        headers: tuple[tuple[str, str], ...], sha256: str,
    ) -> int:  # fmt: skip
        """A server said that a page we hold has not changed (304)."""
        with _write(self._db):
            return self._sighting(
                source, run, parser, url, requested_url, fetched_at, status, headers, sha256, "unchanged", "", ""
            )

    def missed(
        self, source: str, parser: str, url: str, requested_url: str, fetched_at: datetime, run: str, outcome: str,
        cause: str, message: str, status: int | None = None, headers: tuple[tuple[str, str], ...] = (),
    ) -> int:  # fmt: skip
        """A fetch that kept nothing: outcome fail, skip, defer or retry, with its cause."""
        with _write(self._db):
            return self._sighting(
                source, run, parser, url, requested_url, fetched_at, status, headers, None, outcome, cause, message
            )

    def declare(self, source: Source) -> None:
        """Remember how a source was declared, so that its pages can be read again after it left the registry."""
        text = json.dumps(asdict(source), sort_keys=True, ensure_ascii=False)
        digest = hashlib.sha256(text.encode()).hexdigest()
        told = self._told.setdefault(source.id, [])
        if told and told[-1].digest == digest:
            return
        with _write(self._db):
            last = self.last()
            if told and told[-1].seq == last:
                self._db.execute("delete from declaration where digest = ?", (told.pop().digest,))
            self._db.execute("insert or replace into declaration values (?, ?, ?, ?)", (digest, source.id, text, last))
        told[:] = [one for one in told if one.digest != digest] + [Declared(last, digest, source)]

    def _body(self, page: Page) -> str:
        """Hash of the page's body, which is kept if it is new."""
        sha256 = page.sha256
        if self._db.execute("select 1 from body where sha256 = ?", (sha256,)).fetchone():
            return sha256
        found = sketch(page.body)
        base, depth = self._base(page, found)
        data = _packed(page.body, self.body(base) if base else None)
        self._db.execute(
            "insert into body values (?, ?, ?, ?, ?, ?)",
            (sha256, len(page.body), base, depth, found, data),
        )
        self._recent.add(Held(sha256, samples(found), depth, page.body))
        return sha256

    def _base(self, page: Page, sketch: bytes) -> tuple[str | None, int]:
        """The body most alike, of this address or lately kept (pages of one site share much), and the depth of a delta on it."""
        deepest = min(CHAIN, READ // max(1, len(page.body)) - 1) - 1  # the body itself is unpacked too
        rows = self._db.execute(
            "select b.sha256, b.depth, b.sketch from (select distinct sha256 from (select sha256 from sighting where source = ?"
            " and requested_url = ? and sha256 is not null order by seq desc limit ?)) s join body b using (sha256) where b.depth <= ?",
            (page.source, page.requested_url, 4 * CANDIDATES, deepest),
        ).fetchall()
        mine = samples(sketch)
        held = [(sha, depth, samples(other)) for sha, depth, other in rows]
        held += [(near.sha256, near.depth, near.samples) for near in self._recent.near(mine, deepest)]
        likeness, sha, depth = most_alike(mine, held)
        return (sha, depth + 1) if likeness > LIKE else (None, 0)

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
        return self._recent.body(sha256) or self._stored(sha256)

    def _stored(self, sha256: str) -> bytes:
        chain: list[bytes] = []
        want: str | None = sha256
        while want:
            row = self._db.execute("select base, data from body where sha256 = ?", (want,)).fetchone()
            if row is None:
                raise BadStore(f"{self.path.name}: body {want} is missing", "body-missing")
            want = row[0]
            chain.append(row[1])
        return _checked(_unpacked(chain), sha256, self.path.name)

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
        return int(self._db.execute("select size from body where sha256 = ?", (sha256,)).fetchone()[0])

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
        and stored_at (when its bytes last came) of the page they speak of; empty if we hold none."""
        row = self._db.execute(
            "select seq, url, headers, sha256 from sighting where source = ? and requested_url = ? and outcome in ('stored', 'unchanged')"
            " and status in (200, 304) and sha256 is not null order by seq desc limit 1",
            (source, url),
        ).fetchone()
        if row is None:
            return {}
        came = self._db.execute(
            "select fetched_at, headers, sha256 from sighting where source = ? and requested_url = ? and outcome = 'stored' order by seq desc limit 1",
            (source, url),
        ).fetchone()
        held = _validators(row[2])
        if came[2] == row[3]:  # a 304 may leave out what the answer with the same bytes had (RFC 9111 4.3.4)
            held = _validators(came[1]) | held
        found = {"etag": held.get("etag", ""), "last_modified": held.get("last-modified", "")}
        return found | {"sha256": row[3], "url": row[1], "seq": str(row[0]), "stored_at": came[0]}

    def first_stored(self, source: str, url: str) -> str:
        """Instant at which a page of ``source`` at this requested address was first kept; "" if never."""
        row = self._db.execute(
            "select fetched_at from sighting where source = ? and requested_url = ? and outcome = 'stored' order by seq limit 1",
            (source, url),
        ).fetchone()
        return str(row[0]) if row else ""

    def declarations(self) -> dict[str, Source]:
        """The latest declaration of every source that ever had one, by id."""
        return {source: told[-1].source for source, told in self._told.items() if told}

    def declared(self, source: str) -> list[int]:
        """The newest ``seq`` at each time the declaration of a source changed, in order."""
        return [one.seq for one in self._told.get(source, ())]

    @cached_property
    def _told(self) -> dict[str, list[Declared]]:
        """Declarations of every source in order: read once, since only the one who writes here adds to them."""
        rows = self._db.execute("select source, seq, digest, json from declaration order by seq, digest")
        found: dict[str, list[Declared]] = {}
        for source, seq, digest, text in rows:
            found.setdefault(source, []).append(Declared(seq, digest, source_from(json.loads(text))))
        return found

    def bodies(self) -> list[str]:
        """Hashes of all bodies, in order."""
        return [row[0] for row in self._db.execute("select sha256 from body order by sha256")]

    def verify(self) -> Iterator[tuple[str, str]]:
        """(sha256, fault) of every body that does not have its hash any more."""
        for sha in self.bodies():
            try:
                self._stored(sha)
            except (BadStore, zstandard.ZstdError, sqlite3.DatabaseError) as error:
                yield sha, str(error)

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


def source_from(data: dict[str, Any]) -> Source:
    """A declaration as JSON gives it (``dataclasses.asdict``) -> the source."""
    for key in ("selectors", "article"):
        data[key] = tuple(Selector(tuple(s["select"]), tuple(s["remove"]), s["since"], s["until"]) for s in data[key])
    data["expect"] = Expect(**data["expect"])
    data["keywords"] = tuple(data["keywords"])
    data["blocked"] = tuple(data.get("blocked", ()))
    return Source(**data)


def _validators(headers: str) -> dict[str, str]:
    return {name: value for name, value in reversed(json.loads(headers)) if name in {"etag", "last-modified"}}


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "\ufffd")


# compression ----------------------------------------------------------------------------------------------------------
def _packed(body: bytes, base: bytes | None) -> bytes:
    if base is None:
        return zstandard.ZstdCompressor(level=LEVEL).compress(body)
    window = max(10, (len(base) + len(body)).bit_length())
    settings = zstandard.ZstdCompressionParameters.from_level(LEVEL, window_log=min(window, 27))
    prefix = zstandard.ZstdCompressionDict(base, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    return zstandard.ZstdCompressor(compression_params=settings, dict_data=prefix).compress(body)


def _unpacked(chain: list[bytes]) -> bytes:
    """``chain``: the body's data first, its base's next, down to a body that leans on none."""
    body = zstandard.ZstdDecompressor(max_window_size=2**27).decompress(chain[-1])
    for data in reversed(chain[:-1]):
        prefix = zstandard.ZstdCompressionDict(body, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
        body = zstandard.ZstdDecompressor(dict_data=prefix, max_window_size=2**27).decompress(data)
    return body


def _checked(body: bytes, sha256: str, name: str) -> bytes:
    if hashlib.sha256(body).hexdigest() != sha256:
        raise BadStore(f"{name}: body {sha256} does not have its hash", "body-damaged")
    return body


# opening --------------------------------------------------------------------------------------------------------------
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
        _fits_its_wal(path)
        db = connect(path)
        migrate(db, path, MIGRATIONS, SCHEMA)
    except (sqlite3.DatabaseError, OSError) as error:
        if full(error):
            raise BadStore(f"{path}: cannot be written: {error}", "no-space") from error
        raise BadStore(f"{path}: cannot be opened as the archive: {error}", "store-damaged") from error
    return db


def _fits_its_wal(path: Path) -> None:
    """Refuse an archive beside a -wal that is another's: SQLite would write those pages into it. Reads all of it, where a -wal is left."""
    wal = Path(f"{path}-wal")
    if not wal.exists() or not wal.stat().st_size:
        return
    db = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=30)  # does not write what the -wal holds
    try:
        found = str(db.execute("pragma quick_check(1)").fetchone()[0]).splitlines()[-1]
    except sqlite3.DatabaseError as error:
        found = str(error)
    finally:
        db.close()
    if found != "ok":
        raise BadStore(
            f"{path}: does not fit {wal.name} beside it ({found}); if the file was put there from a backup, put it there again"
            f" without {wal.name} and {path.name}-shm", "store-damaged",
        )  # fmt: skip


def full(error: Exception) -> bool:
    """Whether an error says that nothing more can be written to the disk."""
    return any(word in str(error) for word in ("disk is full", "disk I/O error", "No space left", "File too large"))


def connect(path: Path) -> sqlite3.Connection:
    """A connection in autocommit: transactions are begun by hand."""
    db = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
    db.execute("pragma journal_mode = wal")
    db.execute("pragma synchronous = full")
    db.execute("pragma foreign_keys = on")
    return db


def create(path: Path, tables: str, application: int, schema: int, page_size: int = 0) -> None:
    """Lay out an empty database beside ``path`` and move it there: a crash leaves none or a whole one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".new")
    part.unlink(missing_ok=True)
    db = sqlite3.connect(part, isolation_level=None)
    if page_size:
        db.execute(f"pragma page_size = {page_size}")
    db.executescript(
        f"begin immediate; {tables}\npragma application_id = {application}; pragma user_version = {schema}; commit;"
    )
    db.close()
    part.replace(path)


def migrate(db: sqlite3.Connection, path: Path, steps: Mapping[int, str], schema: int) -> None:
    """Bring an older database up to ``schema``: ``steps`` maps a schema to the SQL that leads to the next one.

    A copy of the file stands beside it before the first step; each step is one transaction, so that a crash leaves the
    schema before or after it, and the next start goes on.
    """
    found = db.execute("pragma user_version").fetchone()[0]
    if found >= schema:
        return
    kept = path.with_name(f"{path.stem}-schema-{found}.db")
    if not kept.exists():
        part = kept.with_suffix(".part")
        part.unlink(missing_ok=True)
        db.execute("vacuum into ?", (str(part),))
        part.replace(kept)
    for number in range(found, schema):
        try:
            db.executescript(f"begin immediate; {steps[number]}; pragma user_version = {number + 1}; commit;")
        except sqlite3.Error:
            db.rollback()
            raise


def check(path: Path, application: int, schema: int, options: str = "mode=ro") -> None:
    """Raises BadStore unless the file is the database we mean, of a schema we know. Nothing is written to a file of others."""
    db = sqlite3.connect(f"file:{quote(str(path))}?{options}", uri=True, timeout=30)
    try:
        found, version = (db.execute(f"pragma {name}").fetchone()[0] for name in ("application_id", "user_version"))
    finally:
        db.close()
    if found != application:
        raise BadStore(f"{path}: is a SQLite database, but not this one of Banwatch", "store-foreign")
    if version > schema:
        raise BadStore(
            f"{path}: schema {version} is newer than this program's {schema}; update Banwatch", "store-newer"
        )


@contextmanager
def _write(db: sqlite3.Connection) -> Iterator[None]:
    if db.in_transaction:
        with part(db):
            yield
        return
    db.execute("begin immediate")
    try:
        yield
    except BaseException:
        db.execute("rollback")
        raise
    db.execute("commit")


@contextmanager
def part(db: sqlite3.Connection) -> Iterator[None]:
    """One write among several that become durable together: all of it or none."""
    db.execute("savepoint part")
    try:
        yield
    except BaseException:
        db.execute("rollback to part")
        db.execute("release part")
        raise
    db.execute("release part")
