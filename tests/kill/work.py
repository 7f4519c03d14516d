"""The three jobs the kill tests end, each as one call in a process of its own, and what is held against them afterwards."""

from __future__ import annotations

import multiprocessing
import os
import re
import signal
import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import parsers
from crawler import CrawlSettings
from crawler.lock import crawl_lock
from records import Source
from store.archive import Archive
from store.door import Door
from store.rebuild import catch_up, rebuild
from tests.hostile.web import tree
from tests.kill import site
from verbs import common

READERS = (  # what people read of a tracker; how often a page was asked for is not in it
    "article", "claim", "action", "action_platform", "alias", "development", "development_platform", "document", "version", "change", "link",
    "conflict", "platform", "authority", "jurisdiction",
)  # fmt: skip


def crawl(home: Path, found: Sequence[Source], bounds: CrawlSettings) -> None:
    """As `banwatch crawl`: what was left unread is read, then everything is crawled."""
    from crawler import crawl as run

    with crawl_lock(home / "crawl.lock"):
        common.prepare(common.Home(home))
        run(found, home / "archive.db", home / "tracker.db", run="kill", settings=bounds, apart=False)


def replay(home: Path, folder: Path) -> None:
    """As `banwatch crawl --replay`."""
    from crawler.replay import replay as keep

    with (
        crawl_lock(home / "crawl.lock"),
        Archive(home / "archive.db") as archive,
        Door(home / "tracker.db", archive, parsers.read) as door,
    ):
        keep(folder, archive)
        catch_up(door, archive, common.load_names)


def take(home: Path, repository: Path, sheet: Path) -> None:
    """As `banwatch import ota` and, after it, `banwatch import stop`."""
    from importers import ota
    from importers.files import keep_file

    stop = next(source for source in common.registry() if source.id == "stop")
    with (
        crawl_lock(home / "crawl.lock"),
        Archive(home / "archive.db") as archive,
        Door(home / "tracker.db", archive, parsers.read) as door,
    ):
        ota.take(repository, archive, (), "https://versions.example")
        catch_up(door, archive, common.load_names)
        keep_file(sheet, stop, archive, "", site.DAY)
        catch_up(door, archive, common.load_names)


def reread(home: Path) -> None:
    """As `banwatch reread`."""
    with crawl_lock(home / "crawl.lock"), Archive(home / "archive.db", readonly=True) as archive:
        rebuild(archive, home / "tracker.db", parsers.read, common.load_names)


def killed(job: Callable[..., None], *arguments: Any, after: Callable[[int], bool]) -> bool:
    """Run ``job`` in a process and end it, and all that came of it, with SIGKILL once ``after(pid)`` says so; False if it was done
    before."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(
        [
            __name__,
            "crawler.run",
            "crawler.spider",
            "scrapy.crawler",
            "claims",
            "changes",
            "importers.ota",
            "store.rebuild",
        ]
    )
    process = context.Process(target=_own_group, args=(job, arguments))
    process.start()
    pid = process.pid or 0
    while process.is_alive():
        if after(pid):
            try:
                os.killpg(pid, signal.SIGKILL)
            except ProcessLookupError:  # it has not come to make a group of its own, or is done
                process.kill()
            process.join()
            return True
        time.sleep(0.02)
    process.join()
    assert process.exitcode == 0, f"ended by itself with {process.exitcode}"
    return False


def ended(job: Callable[..., None], *arguments: Any) -> bool:
    """Run ``job`` in a process until it ends by itself."""
    return not killed(job, *arguments, after=lambda pid: False)


class Meter:
    """Says yes once a process and what came of it have used ``seconds`` of processor time, ``more`` seconds after that."""

    def __init__(self, seconds: float, more: float = 0.0) -> None:
        self._seconds, self._more = seconds, more
        self.spent = 0.0

    def __call__(self, pid: int) -> bool:
        self.spent = max(self.spent, used(pid))
        if self.spent < self._seconds:
            return False
        time.sleep(self._more)
        return True


def used(pid: int) -> float:
    """Seconds of processor time that a process and what came of it have used."""
    return sum(map(_spent, tree(pid)))


def _spent(pid: int) -> float:
    """Processor time of a process and of those of its children that have ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def _own_group(job: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    os.setpgrp()
    job(*arguments)


def count(path: Path, table: str) -> int:
    if not path.exists():
        return 0
    try:
        db = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=1)
        found: int = db.execute(f"select max(rowid) from {table}").fetchone()[0] or 0
        db.close()
    except sqlite3.Error:
        return 0
    return found


def sound(home: Path) -> None:
    """Both databases are whole, every body has its hash, every sighting its body, every version its place in the search."""
    for name in ("archive.db", "tracker.db"):
        if (home / name).exists():
            db = sqlite3.connect(home / name)
            assert db.execute("pragma integrity_check").fetchall() == [("ok",)], name
            assert db.execute("pragma foreign_key_check").fetchall() == [], name
            if name == "tracker.db":
                assert unfindable(db) == [], "rows outside the full-text index"
            db.close()
    if not (home / "archive.db").exists():
        return
    with Archive(home / "archive.db", readonly=True) as archive:
        assert list(archive.verify()) == []
        held = set(archive.bodies())
        assert all(s.sha256 in held for s in archive.sightings() if s.sha256)
        known = archive.last()
    if (home / "tracker.db").exists():
        db = sqlite3.connect(home / "tracker.db")
        assert (db.execute("select max(seq) from sighting").fetchone()[0] or 0) <= known, (
            "no row that the archive does not hold"
        )
        db.close()


def content(home: Path) -> dict[str, list[str]]:
    """What readers see of a tracker, table by table."""
    db = sqlite3.connect(home / "tracker.db")
    return {table: sorted(repr(row) for row in db.execute(f"select * from {table}")) for table in READERS}


def differing(one: dict[str, list[str]], other: dict[str, list[str]]) -> dict[str, list[str]]:
    """Rows that only one of two trackers has, by table."""
    found = {table: sorted(set(one[table]) ^ set(other[table])) for table in one}
    return {table: rows[:4] for table, rows in found.items() if rows}


def unfindable(db: sqlite3.Connection) -> list[str]:
    """What the full-text index should find and does not. Raises sqlite3.DatabaseError for an index that contradicts itself."""
    db.execute("insert into search (search) values ('integrity-check')")
    db.rollback()
    told = "select 'article ' || id from article union select 'action ' || id from action"
    return [row[0] for row in db.execute(f"{told} except select kind || ' ' || item from search")]


def everything(home: Path) -> list[str]:
    """Every row of a tracker but the full-text index's own pages."""
    return sorted(
        line for line in sqlite3.connect(home / "tracker.db").iterdump() if not re.search('"(claim_)?search_', line)
    )
