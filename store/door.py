"""Archived page -> rows: the only way in. Reads a page through the parsers it is given, cleans, names, and saves in one unit.

Saving is free of order: what a page says is written as it is; everything that depends on other pages is marked unsettled
and computed by ``settle`` (store/settle.py).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any

from errors import BadStore, BanwatchError, Unreadable
from records import Article, Block, Claim, Link, Notice, Older, Page, PolicyText, Record, Row, Source, Tally
from store.archive import Archive, Sighting
from store.before import Before
from store.captures import save_capture, save_policy
from store.database import many, open_tracker, put, unsettled
from store.files import commit, part, writing
from store.prepare import Prepared, Read, prepared
from store.settle import Progress, quiet, settle
from store.sightings import Origin, save_encoding, save_page, save_sighting
from store.walk import Rereader
from store.watch import restart

READ = ("stored", "unchanged")  # outcomes of a fetch whose page is read
BACK_FILL = " back-fill"  # ends the name of a run that fetched old pages


@dataclass(frozen=True, slots=True)
class Reading:
    """What one page gave: links to follow, how many records, and the error that ended its reading, if one did."""

    seq: int
    links: tuple[Link, ...]
    yielded: int
    error: BanwatchError | None = None
    older: str = ""  # address of the page with older entries


class Door:
    """Saves what archived pages say in ``tracker``. ``read`` is parsers.read, handed in so that this room need not know it.

    One process at a time may hold a Door to a tracker (the crawl lock sees to it). ``together`` sightings are committed at a time;
    what a crash takes of them stands in the archive and is caught up on.
    """

    def __init__(self, tracker: Path, archive: Archive, read: Read, together: int = 1) -> None:
        self._archive = archive
        self._together, self._open = together, 0
        self._losses = archive.losses  # when what is not committed yet was begun
        self._read = read
        self.db = open_tracker(tracker)
        self._before = Before(self.db, archive)
        _same_past(self.db, archive, tracker)
        self._sources = archive.declarations()

    def __enter__(self) -> Door:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        with suppress(sqlite3.OperationalError):  # a full disk, told where it was met first
            if self._open:
                self.commit()
        self.db.close()

    def commit(self) -> None:
        """Make durable what was taken: in the archive first, so that the tracker never knows of a fetch that it does not."""
        try:
            self._archive.commit()
        finally:
            if self._archive.losses != self._losses:
                self._take_back()
        self._open = 0
        if self.db.in_transaction:
            commit(self.db)

    def _take_back(self) -> None:
        """Fetches that were taken here may be no more in the archive; those that are there will be taken again."""
        self._before.forget()
        self._open, self._losses = 0, self._archive.losses
        if self.db.in_transaction:
            self.db.execute("rollback")

    @contextmanager
    def _unit(self) -> Iterator[None]:
        """What one sighting brings: all of it, or none."""
        if not self.db.in_transaction:
            self._losses = self._archive.losses
            self.db.execute("begin immediate")
        with part(self.db):
            yield
        self._open += 1
        if self._open >= self._together:
            self.commit()

    def declared(self) -> None:
        """Take over the sources the archive knows now."""
        self.commit()
        self._sources = self._archive.declarations()
        with writing(self.db):
            held = {row["id"]: dict(row) for row in self.db.execute("select * from source")}
            for source in self._sources.values():
                _save_source(self.db, source, self._archive.declared(source.id), held.get(source.id))

    def pending(self) -> Iterable[int]:
        """Sightings the archive holds and the tracker has not taken yet: after a crash, or in a rebuild."""
        held, last = self.db.execute("select count(*), coalesce(max(seq), 0) from sighting").fetchone()
        if held == self._archive.count(last):  # nothing is missing in between, as nearly always
            return (s.seq for s in self._archive.sightings(after=last))
        known = {row[0] for row in self.db.execute("select seq from sighting")}
        return (s.seq for s in self._archive.sightings() if s.seq not in known)

    def take(
        self, seq: int, records: Sequence[Record | Prepared] | None = None, error: BanwatchError | None = None
    ) -> Reading | None:
        """Save sighting ``seq`` and what its page says, all or nothing; None if it is there already.

        ``records`` or ``error``: the outcome of a reading made elsewhere (in a process that can be ended); without them
        the page is read here.
        """
        if self.db.execute("select 1 from sighting where seq = ?", (seq,)).fetchone():
            return None
        sighting = self._archive.sighting(seq)
        source = self._source(sighting)
        if sighting.outcome not in READ or not sighting.sha256:
            return self._unread(sighting)
        if records is None and error is None and self._again(sighting, source):
            return Reading(seq, (), 1)
        if records is None and error is None:
            self._archive.commit()  # nothing is read that is not on disk
            records, error = self.read(self._archive.page(seq), source)
        ready = [record if isinstance(record, Prepared) else prepared(record) for record in records or ()]
        with self._unit():
            return self._save(sighting, source, ready, error)

    def read(self, page: Page, source: Source) -> tuple[list[Record], BanwatchError | None]:
        """Read a page here and now; a parser's fault is handed back, not raised: one page harms no other."""
        try:
            return self._read(page, source), None
        except BanwatchError as error:
            return [], error
        except Exception as error:  # the one edge that turns a parser's crash into an issue
            return [], Unreadable(f"parser {page.parser}: {type(error).__name__}: {error}", "parser")

    def knows(self, seq: int, source: Source) -> bool:
        """Whether ``take(seq)`` needs no reading: a policy document whose bytes, or what may be read of them, were read before."""
        return self._before.knows(seq, source)

    def settle(self, progress: Progress = quiet) -> None:
        """Compute everything that depends on more than one page, as far as it changed."""
        self.commit()
        settle(self.db, Rereader(self._selector, self._reread, self._upgraded), progress)

    def _selector(self, source_id: str, day: str) -> int:
        selectors = self._sources[source_id].selectors
        return next((i for i, s in enumerate(selectors) if s.since <= day and (not s.until or day <= s.until)), -1)

    def _upgraded(self, source_id: str, at: str) -> bool:
        stated = self._sources[source_id].options.get("upgrades", ())
        return isinstance(stated, list | tuple) and at in stated

    def _reread(self, page_id: str, source_id: str, day: str) -> tuple[Block, ...]:
        row = self.db.execute("select min(seq) from sighting where page = ?", (page_id,)).fetchone()
        page = self._archive.page(row[0])
        source = self._sources[source_id]
        records, _ = self.read(replace(page, fetched_at=page.fetched_at.fromisoformat(day)), source)
        return next((record.blocks for record in records if isinstance(record, PolicyText)), ())

    def _source(self, sighting: Sighting) -> Source:
        if sighting.source not in self._sources:
            self.declared()
        return self._sources[sighting.source]

    def _unread(self, s: Sighting) -> Reading:
        """A fetch whose page, if it brought one, nothing reads."""
        with self._unit():
            save_sighting(self.db, s, self._page(s) if s.sha256 else None)
        return Reading(s.seq, (), 0)

    def _again(self, s: Sighting, source: Source) -> bool:
        """What was read before comes once more: a capture, without reading it again."""
        given = self._before.take(s, source)
        if not given:
            return False
        with self._unit():
            page = self._page(s)
            for document, version in given:
                save_capture(self.db, s, page, document, version)
            save_sighting(self.db, s, page, len(given))
        return True

    def _page(self, s: Sighting) -> str:
        page = save_page(self.db, self._archive, s, self._before.readable)
        self._before.taken(s)
        return page

    def _save(self, s: Sighting, source: Source, ready: list[Prepared], error: BanwatchError | None) -> Reading:
        origin = Origin(s, self._page(s), source, self._is_baseline(s))
        for one in ready:
            self._save_record(origin, one)
        records = [one.record for one in ready]
        notice = next((record for record in records if isinstance(record, Notice)), None)
        found = reading_of(s.seq, records, error)
        save_sighting(self.db, s, origin.page, found.yielded, error or notice, records)
        return found

    def _save_record(self, origin: Origin, ready: Prepared) -> None:
        record = ready.record
        if isinstance(record, PolicyText | Article) and record.encoding:
            save_encoding(self.db, origin.page, record.encoding, record.replaced)
        if isinstance(record, PolicyText):
            save_policy(self.db, origin, record, ready)
            return
        from store.articles import save_article, save_row, save_told  # policies have no use for what claims come to

        if isinstance(record, Article):
            save_article(self.db, origin, record, ready.claims)
        elif isinstance(record, Claim):
            save_told(self.db, origin, record)
        elif isinstance(record, Row):
            save_row(self.db, origin, record)

    def _is_baseline(self, s: Sighting) -> bool:
        """Whether what a sighting brings is no news: it came with the first run of its source, or with a back-fill."""
        return s.run == self._archive.first_run(s.source) or s.run.endswith(BACK_FILL)


def reading_of(seq: int, records: Sequence[Record], error: BanwatchError | None) -> Reading:
    """What the records of a page come to."""
    links = tuple(record for record in records if isinstance(record, Link))
    entries = [record for record in records if not isinstance(record, Tally | Notice | Older)]
    older = next((record.url for record in records if isinstance(record, Older)), "")
    return Reading(seq, links, len(entries), error, older)


def _same_past(db: sqlite3.Connection, archive: Archive, tracker: Path) -> None:
    """Raises BadStore if the tracker holds fetches that the archive does not: an older archive was put in its place, or one
    that was copied without its -wal file. Going on would give new fetches the numbers of lost ones."""
    known = db.execute("select coalesce(max(seq), 0) from sighting").fetchone()[0]
    if known > archive.last():
        raise BadStore(
            f"{tracker}: knows {known} fetches, {archive.path.name} only {archive.last()}: the archive is an older one, or was copied"
            " without its -wal file; put the newer one back, or run `banwatch reread`", "store-ahead",
        )  # fmt: skip


def _save_source(db: sqlite3.Connection, source: Source, declared: Sequence[int], held: dict[str, Any] | None) -> None:
    columns = ("id", "name", "publisher", "parser", "tier", "url", "language", "jurisdiction", "authority", "platform",
               "document_type", "part", "every", "known_from", "notes", "retired")  # fmt: skip
    row = {name: getattr(source, name) for name in columns} | {
        "expect_min": source.expect.min, "expect_max": source.expect.max, "by_hand": source.by_hand,
        "blocked": many(source.blocked), "declared": many(declared),
    }  # fmt: skip
    if held == row:
        return
    put(db, "source", row)
    restart(db, source.id)
    unsettled(db, "source", source.id)
