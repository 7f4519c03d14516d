"""The three jobs the kill tests end, each as one call in a process of its own, and what is held against them afterwards."""

from __future__ import annotations

import multiprocessing
import os
import random
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
        run(found, home / "archive.db", home / "tracker.db", run="kill", settings=bounds)


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


def reread(home: Path) -> None:
    """As `banwatch reread`."""
    with crawl_lock(home / "crawl.lock"), Archive(home / "archive.db", readonly=True) as archive:
        rebuild(archive, home / "tracker.db", parsers.read, common.load_names)


def killed(job: Callable[..., None], *arguments: Any, after: Callable[[], bool] | float) -> bool:
    """Run ``job`` in a process and end it with SIGKILL: after so many seconds, or once ``after()`` says so; False if it was done
    before."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__, "crawler.run", "crawler.spider", "scrapy.crawler"])
    process = context.Process(target=_own_group, args=(job, arguments))
    process.start()
    begun = time.monotonic()
    while process.is_alive():
        if after() if callable(after) else time.monotonic() - begun >= after:
            os.killpg(process.pid or 0, signal.SIGKILL)
            process.join()
            return True
        time.sleep(0.002)
    process.join()
    assert process.exitcode == 0, f"ended by itself with {process.exitcode}"
    return False


def _own_group(job: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    os.setpgrp()
    job(*arguments)


def reached(home: Path, name: str, table: str, number: int, chance: random.Random) -> Callable[[], bool]:
    """Says yes some random milliseconds after a table has grown by ``number`` rows."""
    before = count(home / name, table)
    due = [0.0]

    def yes() -> bool:
        if due[0]:
            return time.monotonic() >= due[0]
        if count(home / name, table) >= before + number:
            due[0] = time.monotonic() + chance.uniform(0, 0.03)
        return False

    return yes


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


def everything(home: Path) -> list[str]:
    """Every row of a tracker but the full-text index's own pages."""
    return sorted(line for line in sqlite3.connect(home / "tracker.db").iterdump() if '"search_' not in line)
