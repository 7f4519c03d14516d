"""archive.db -> a fresh tracker.db, which enters the served one in one step. No network."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from store.archive import Archive
from store.door import Door
from store.files import publish
from store.prepare import Read
from store.settle import Progress, quiet


def rebuild(
    archive: Archive, tracker: Path, read: Read, load: Callable[[Door], None], progress: Progress = quiet
) -> int:
    """Read every archived page again; returns how many sightings were taken.

    ``load`` puts in what does not come from pages (reference tables, the register). The tracker that is served stays as
    it is until the new one is whole. Raises BadStore if the archive is not sound.
    """
    tracker.parent.mkdir(parents=True, exist_ok=True)
    for left in tracker.parent.glob("reread-*"):  # by a reread that was killed; the crawl lock says that none runs
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="reread-", dir=tracker.parent) as folder:
        fresh = Path(folder) / "tracker.db"
        with Door(fresh, archive, read, together=100) as door:
            count = catch_up(door, archive, load, progress)
            door.db.execute("pragma wal_checkpoint(truncate)")
        publish(fresh, tracker)
    return count


def catch_up(door: Door, archive: Archive, load: Callable[[Door], None], progress: Progress = quiet) -> int:
    """Take what the archive holds and the tracker does not, then settle; returns how many sightings that were."""
    load(door)
    door.declared()
    total, count = archive.last(), 0
    for count, seq in enumerate(door.pending(), 1):
        door.take(seq)
        if count % 20 == 0:
            progress(count, total, "reading")
    door.settle(progress)
    return count
