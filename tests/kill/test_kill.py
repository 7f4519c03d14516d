"""A crawl, a reread and an import ended by SIGKILL at random instants: nothing is lost, nothing is torn, and what comes out in the
end is what an undisturbed run gives. ``BANWATCH_KILLS`` asks for more than the few of every test run."""

from __future__ import annotations

import os
import pickle
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from crawler import CrawlSettings
from crawler.lock import crawl_lock
from tests.hostile.web import tree
from tests.kill import campaign, site, work

KILLS = int(os.environ.get("BANWATCH_KILLS", "30"))
PAGES = int(os.environ.get("BANWATCH_KILL_PAGES", "300"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kills")


@pytest.fixture(scope="module")
def tallies(folder: Path) -> dict[str, campaign.Tally]:
    """The three campaigns, two at a time."""
    return campaign.run(campaign.JOBS, folder, KILLS, PAGES)


@pytest.mark.parametrize("job", campaign.JOBS)
def test_a_job_that_is_killed_at_any_instant(tallies: dict[str, campaign.Tally], job: str) -> None:
    """After each kill both databases are whole and every body has its hash; the run that comes to its end makes what an undisturbed
    one makes, table by table; the tracker that is served stays as it was until a reread has ended."""
    assert tallies[job].faults == []
    assert tallies[job].kills >= KILLS and tallies[job].lineages


def test_what_the_killed_jobs_are_about(tallies: dict[str, campaign.Tally], folder: Path) -> None:
    """Else the tests above would test little."""
    crawled, imported = (sqlite3.connect(folder / f"{name}-calm" / "tracker.db") for name in ("crawl", "import"))

    def count(db: sqlite3.Connection, table: str) -> int:
        return int(db.execute(f"select count(*) from {table}").fetchone()[0])

    assert (
        count(crawled, "page") == PAGES and count(crawled, "article") + count(crawled, "version") == PAGES - site.LISTS
    )
    assert count(imported, "capture") == PAGES // 10 * 10 and count(imported, "dataset_row") == PAGES
    assert count(crawled, "development") and count(imported, "change")


def test_a_home_that_lost_something_is_found_out(tallies: dict[str, campaign.Tally], folder: Path) -> None:
    """The checks see one row too few, and one flipped byte."""
    home = folder / "crawl-calm"
    before = campaign.read(home)
    db = sqlite3.connect(home / "tracker.db")
    db.execute("delete from claim where id = (select max(id) from claim)")
    db.commit()
    assert {table for table, digest in campaign.read(home).items() if digest != before[table]} == {"claim"}
    db = sqlite3.connect(home / "archive.db")
    db.executescript(
        "drop trigger body_keeps; update body set data = zeroblob(length(data)) where sha256 = (select min(sha256) from body)"
    )
    with pytest.raises(AssertionError):
        work.sound(home)


@pytest.mark.parametrize("apart", [False, True])
def test_a_killed_command_takes_its_crawl_with_it(tmp_path: Path, apart: bool) -> None:
    """SIGKILL to the command alone: whatever it started ends too, so that no second writer is left behind the lock."""
    with site.served() as base:
        job = (tuple(site.sources(base, 300)), CrawlSettings.for_loopback(base, now=site.DAY))
        (tmp_path / "job.pickle").write_bytes(pickle.dumps(job))
        command = [
            sys.executable,
            "-m",
            "tests.hostile.drive",
            str(tmp_path / "job.pickle"),
            *(["apart"] if apart else []),
        ]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while work.count(tmp_path / "archive.db", "sighting") < 20:
            assert process.poll() is None
            time.sleep(0.01)
        family = tree(process.pid)
        assert len(family) == 2 + apart, "the command, the crawl where it is apart, and who reads for it"
        process.kill()
        process.wait()
        for _ in range(100):
            if not any(map(alive, family)):
                break
            time.sleep(0.05)
        assert not any(map(alive, family)), "nobody is left to hold the lock"
        then = work.count(tmp_path / "archive.db", "sighting")
        time.sleep(1.0)
        assert work.count(tmp_path / "archive.db", "sighting") == then < 300
        work.sound(tmp_path)
        with crawl_lock(tmp_path / "crawl.lock"):
            pass


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
