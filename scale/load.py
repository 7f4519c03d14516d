"""Parquet of a back-fill -> archive and tracker. Pages enter the archive first; the tracker changes in one step for its readers."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import parsers
from errors import Unreadable
from records import Source
from scale.backfill import row_page, row_records, stored_rows
from store.archive import Archive
from store.database import slug
from store.door import BACK_FILL, Door
from store.files import publish

TOGETHER = 100  # pages that are made durable together


def load(
    out: Path, sources: Sequence[Source], archive_path: Path, tracker: Path, progress: Callable[[int, int], None]
) -> dict[str, int]:
    """Load all parts in ``out``; what is there already is passed over. Returns counts: kept, known, faults."""
    tracker.parent.mkdir(parents=True, exist_ok=True)
    with (
        Archive(archive_path) as archive,
        tempfile.TemporaryDirectory(prefix="backfill-", dir=tracker.parent) as folder,
    ):
        fresh = Path(folder) / "tracker.db"
        if tracker.is_file():
            publish(tracker, fresh)
        with Door(fresh, archive, parsers.read) as door:
            counts = _Loading(archive, door, {source.id: source for source in sources}).load(out, progress)
            door.settle()
            door.db.execute("pragma wal_checkpoint(truncate)")
        publish(fresh, tracker)
    return counts


class _Loading:
    """One load. A batch of pages is made durable in the archive before what they say is saved."""

    def __init__(self, archive: Archive, door: Door, sources: dict[str, Source]) -> None:
        self.archive, self.door, self.sources = archive, door, sources
        self.run = datetime.now(UTC).isoformat(timespec="seconds") + BACK_FILL
        self.counts = {"kept": 0, "known": 0, "faults": 0}
        self.declared: set[str] = set()
        self.batch: list[tuple[int, dict[str, Any]]] = []

    def load(self, out: Path, progress: Callable[[int, int], None]) -> dict[str, int]:
        for number, row in enumerate(stored_rows(out), 1):
            self._keep(row)
            if len(self.batch) >= TOGETHER:
                self._save()
                progress(number, 0)
        self._save()
        return self.counts

    def _keep(self, row: dict[str, Any]) -> None:
        source = self.sources[row["source"]] if row["source"] else archive_file(row["file"])
        if source.id not in self.declared:
            self._save()
            self.archive.declare(source)
            self.declared.add(source.id)
            self.door.declared()
        self.archive.hold()
        seq = self._page(row) if row["source"] else self._fault(source, row)
        if seq:
            self.batch.append((seq, row))

    def _page(self, row: dict[str, Any]) -> int:
        page = row_page(row)
        if self.archive.holds(page):
            self.counts["known"] += 1
            return 0
        self.counts["kept"] += 1
        return self.archive.keep(page, self.run)

    def _fault(self, source: Source, row: dict[str, Any]) -> int:
        url = f"{source.url}#{row['offset']}"
        if self.archive.first_try(source.id, url):
            self.counts["known"] += 1
            return 0
        self.counts["faults"] += 1
        at = datetime.fromisoformat(self.run.removesuffix(BACK_FILL))
        return self.archive.missed(
            source.id, source.parser, url, url, at, self.run, "fail", row["cause"], row["message"]
        )

    def _save(self) -> None:
        self.archive.commit()
        for seq, row in self.batch:
            error = Unreadable(row["message"], row["cause"]) if row["cause"] and row["source"] else None
            self.door.take(seq, row_records(row) if row["source"] else (), error)
        self.batch.clear()


def archive_file(name: str) -> Source:
    """The source that faults of one web archive are filed under."""
    return Source(
        f"warc-{slug(name)}", name, f"https://warc.invalid/{slug(name)}", "article", "news",
        by_hand="a web archive that `banwatch backfill` read",
    )  # fmt: skip
