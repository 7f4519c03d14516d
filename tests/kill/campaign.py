"""A job ended by SIGKILL at random instants -> a journal of what was found after each. Goes on where an earlier run of it stopped.

    .venv/bin/python -m tests.kill.campaign crawl reread import --kills 200 --folder /tmp/kills

A home folder lives through a lineage: the job is killed, checked, begun again, killed again, until a run comes to its end by
itself; that one must have made what an undisturbed run makes. The instant is a time of the processor drawn from all that an
undisturbed run takes, early ones more often than late ones, so that a busy machine moves none of them.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import shutil
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from crawler import CrawlSettings
from tests.kill import site, work

PER_FETCH = {
    "sighting",
    "visit",
    "watch",
    "capture",
    "health",
}  # tables that tell how often and in which order was asked
JOBS = ("crawl", "reread", "import")


@dataclass(frozen=True, slots=True)
class Job:
    """What is killed: ``begin`` lays out its home, ``run`` is the job, ``made`` what people read of what it makes."""

    name: str
    begin: Callable[[Path], None]
    run: Callable[..., None]
    arguments: tuple[Any, ...]
    made: Callable[[Path], dict[str, str]]
    served: bool = False  # a tracker was there before, and stays as it is until the job has ended


@dataclass
class Tally:
    """The journal of a campaign: kills survived, lineages that ended as an undisturbed run, and what was wrong."""

    kills: int = 0
    lineages: int = 0
    processor: float = 0.0  # seconds that the killed and the ended runs used
    faults: list[str] = field(default_factory=list)


@contextmanager
def jobs(folder: Path, pages: int) -> Iterator[dict[str, Job]]:
    """The jobs while the site is served: a crawl of ``pages`` pages, a reread of as many, an import of ``pages`` versions of
    documents and a table of ``pages`` rows."""
    with site.served() as base:
        found, bounds = site.sources(base, pages), CrawlSettings.for_loopback(base, now=site.DAY)
        repository, sheet = (
            site.repository(folder / "versions", pages // 10, 10),
            site.sheet(folder / "shutdowns.csv", pages),
        )
        crawled = folder / "crawled"

        def crawled_before(home: Path) -> None:
            if not crawled.exists():
                assert work.ended(work.crawl, crawled, found, bounds)
            shutil.copytree(crawled, home)

        yield {
            "crawl": Job("crawl", _nothing, work.crawl, (found, bounds), read),
            "reread": Job("reread", crawled_before, work.reread, (), whole, served=True),
            "import": Job("import", _nothing, work.take, (repository, sheet), whole),
        }


def _nothing(home: Path) -> None:
    """A crawl and an import begin in an empty folder."""


def survive(job: Job, folder: Path, kills: int, seed: int = 7, until: float = float("inf")) -> Tally:
    """Kill ``job`` until ``kills`` are in its journal; ends early at ``until`` (time.time()), or at the first fault."""
    journal = folder / f"{job.name}.json"
    tally = Tally(**json.loads(journal.read_text(encoding="utf-8"))) if journal.exists() else Tally()
    if tally.kills >= kills:
        return tally
    chance = random.Random(f"{seed} {tally.kills} {job.name}")
    usual, calm = _undisturbed(job, folder / f"{job.name}-calm")
    while tally.kills < kills and not tally.faults and time.time() < until:
        _lineage(job, folder / f"{job.name}-killed", usual, calm, chance, tally, kills)
        journal.write_text(json.dumps(asdict(tally)), encoding="utf-8")
    return tally


def _undisturbed(job: Job, home: Path) -> tuple[float, dict[str, str]]:
    """Seconds of processor time that a run takes, and what it makes."""
    shutil.rmtree(home, ignore_errors=True)
    job.begin(home)
    meter = work.Meter(float("inf"))
    assert not work.killed(job.run, home, *job.arguments, after=meter)
    work.sound(home)
    return meter.spent, job.made(home)


def _lineage(
    job: Job, home: Path, usual: float, calm: dict[str, str], chance: random.Random, tally: Tally, kills: int
) -> None:
    shutil.rmtree(home, ignore_errors=True)
    job.begin(home)
    while True:
        most = usual if tally.kills < kills else float("inf")
        meter = work.Meter(chance.random() ** 2 * most, chance.uniform(0, 0.03))
        was_killed = work.killed(job.run, home, *job.arguments, after=meter)
        tally.processor += meter.spent
        if not was_killed:
            break
        tally.kills += 1
        tally.faults += _faults(home, job.made(home) if job.served else {}, calm)
    tally.lineages += 1
    tally.faults += _faults(home, job.made(home), calm)
    left = [path.name for path in home.glob("reread-*")]
    tally.faults += [f"left behind: {left}"] if left else []


def _faults(home: Path, made: dict[str, str], calm: dict[str, str]) -> list[str]:
    """What is wrong with a home: not sound, or tables (of those in ``made``) that differ from an undisturbed run's."""
    try:
        work.sound(home)
    except AssertionError as error:
        return [str(error)]
    return [f"{table} is not what an undisturbed run makes" for table in made if made[table] != calm[table]]


# what a tracker holds ---------------------------------------------------------------------------------------------------
def whole(home: Path) -> dict[str, str]:
    """Table -> hash of all its rows."""
    return _digests(home, set(), set())


def read(home: Path) -> dict[str, str]:
    """The same without what tells how often and in which order pages were asked for, which a kill changes."""
    return _digests(home, PER_FETCH, {("page", "fetches")}) | {
        "captures": _digest(home, "select distinct document, url, sha256, version, page from capture")
    }


def _digests(home: Path, without: set[str], columns: set[tuple[str, str]]) -> dict[str, str]:
    db = sqlite3.connect(home / "tracker.db")
    tables = [
        row[0]
        for row in db.execute("select name from sqlite_master where type = 'table' and name not glob '*search_*'")
    ]
    found = {}
    for table in sorted(set(tables) - without):
        kept = [row[1] for row in db.execute(f'pragma table_info("{table}")') if (table, row[1]) not in columns]
        found[table] = _digest(home, f'select {", ".join(f"""[{name}]""" for name in kept)} from "{table}"')
    db.close()
    return found


def _digest(home: Path, sql: str) -> str:
    db = sqlite3.connect(home / "tracker.db")
    rows = sorted(map(repr, db.execute(sql)))
    db.close()
    return hashlib.sha256("\n".join(rows).encode("utf-8", "surrogatepass")).hexdigest()


def run(
    names: Sequence[str], folder: Path, kills: int, pages: int, workers: int = 2, until: float = float("inf")
) -> dict[str, Tally]:
    """A campaign of each of ``names``, ``workers`` at a time."""
    folder.mkdir(parents=True, exist_ok=True)
    with jobs(folder, pages) as found, ThreadPoolExecutor(workers) as pool:
        campaigns = {name: pool.submit(partial(survive, found[name], folder, kills, until=until)) for name in names}
        return {name: campaign.result() for name, campaign in campaigns.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="crawl|reread|import")
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--pages", type=int, default=300)
    parser.add_argument("--folder", type=Path, required=True, help="Journals lie here; the same folder goes on.")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=float("inf"), help="Begin no further lineage after so many.")
    said = parser.parse_args()
    tallies = run(
        said.names or JOBS, said.folder, said.kills, said.pages, said.workers, time.time() + said.minutes * 60
    )
    print(json.dumps({name: asdict(tally) for name, tally in tallies.items()}, indent=1))
    return int(any(tally.faults for tally in tallies.values()))


if __name__ == "__main__":
    sys.exit(main())
