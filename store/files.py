"""SQLite files: laid out, checked, migrated, opened, copied; units of work. Knows no table of either database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from errors import BadStore


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


def check(path: Path, application: int, schema: int, options: str = "mode=ro") -> int:
    """The schema of the database we mean. Raises BadStore for another's, and one that is newer. Nothing is written to a file of others."""
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
    return int(version)


def fits_its_wal(path: Path) -> None:
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


@contextmanager
def part(db: sqlite3.Connection) -> Iterator[None]:
    """One write among several that become durable together: all of it or none."""
    db.execute("savepoint part")
    try:
        yield
    except BaseException:
        if db.in_transaction:  # else SQLite has taken all of it back by itself: a full disk
            db.execute("rollback to part")
            db.execute("release part")
        raise
    db.execute("release part")


# what full-text search is to find or, without a title, find no more. It waits for the end of a unit of work, for FTS5 writes out all it
# holds in memory at each savepoint and at each rowid less than the last
WAITING = """create temp table if not exists waiting (place text, number integer, title text, body text, kind text, item text, language text,
primary key (place, number)) without rowid"""


def commit(db: sqlite3.Connection) -> None:
    """End a unit of work of either database."""
    if db.execute("select 1 from sqlite_temp_master where name = 'waiting'").fetchone():
        for (place,) in db.execute("select distinct place from temp.waiting").fetchall():
            db.execute(
                f"delete from {place} where rowid in (select number from temp.waiting where place = ?)", (place,)
            )
            db.execute(
                f"insert into {place} (rowid, title, body, kind, item, language) select number, title, body, kind, item, language"
                " from temp.waiting where place = ? and title is not null order by number", (place,),
            )  # fmt: skip
        db.execute("delete from temp.waiting")
    db.execute("commit")


@contextmanager
def writing(db: sqlite3.Connection) -> Iterator[None]:
    """One unit of work, durable when it ends: all of it, or none, also where the disk has no room for it."""
    db.execute("begin immediate")
    try:
        yield
        commit(db)
    except BaseException:
        if db.in_transaction:  # SQLite may have taken it back by itself
            db.execute("rollback")
        raise


def publish(built: Path, served: Path) -> None:
    """Bring a rebuilt database into the served file in one step for its readers (SQLite's backup API).

    A served file that is no database any more is replaced.
    """
    if served.exists() and not sound(served):
        remove(served)
    source = sqlite3.connect(built)
    target = sqlite3.connect(served, timeout=30)
    with source, target:
        target.execute("pragma journal_mode = wal")
        source.backup(target)
    source.close()
    target.close()


def sound(path: Path) -> bool:
    if path.stat().st_size == 0:
        return False
    try:
        db = sqlite3.connect(path)
        sound: bool = db.execute("pragma quick_check").fetchone()[0] == "ok"
        db.close()
        return sound
    except sqlite3.DatabaseError:
        return False


def remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)


def copy(path: Path, target: Path) -> None:
    """A consistent copy of a database that may be in use, checked. Raises BadStore if it is not sound."""
    part = target.with_suffix(".part")
    part.unlink(missing_ok=True)
    source = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=30)
    try:
        source.execute("vacuum into ?", (str(part),))
    finally:
        source.close()
    if not sound(part):
        raise BadStore(f"{path}: its copy is not sound; run `banwatch archive verify`", "store-damaged")
    part.replace(target)
