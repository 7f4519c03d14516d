"""A crawl, a replay and a reread ended by SIGKILL at random instants: nothing is lost, nothing is torn, and what comes out in the
end is what an undisturbed run gives. ``BANWATCH_KILLS`` asks for more than the few of every test run."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler import CrawlSettings
from tests.kill import site, work

KILLS = int(os.environ.get("BANWATCH_KILLS", "9"))
PAGES = int(os.environ.get("BANWATCH_KILL_PAGES", "60"))
EACH = KILLS // 3
SEED = int(os.environ.get("BANWATCH_SEED", "7"))


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with site.served() as address:
        yield address


def bounds(base: str) -> CrawlSettings:
    return CrawlSettings.for_loopback(base, now=site.DAY)


def test_a_crawl_that_is_killed(base: str, tmp_path: Path) -> None:
    found, chance = site.sources(base, PAGES), random.Random(SEED)
    assert not work.killed(work.crawl, tmp_path / "calm", found, bounds(base), after=300.0)
    calm = work.content(tmp_path / "calm")
    assert len(calm["article"]) + len(calm["version"]) == PAGES - site.LISTS and calm["development"]
    home = tmp_path / "killed"
    done = 0
    while done < EACH:
        after = work.reached(home, "archive.db", "sighting", chance.randrange(PAGES), chance)
        done += work.killed(work.crawl, home, found, bounds(base), after=after)
        work.sound(home)
        if done % 5 == 0:
            assert not work.killed(work.crawl, home, found, bounds(base), after=300.0)
            assert work.differing(work.content(home), calm) == {}
            shutil.rmtree(home)
    assert not work.killed(work.crawl, home, found, bounds(base), after=300.0)
    assert work.differing(work.content(home), calm) == {}
    grown = work.everything(home)
    work.reread(home)
    assert work.everything(home) == grown, "what grew between kills is what a rebuild gives"


def test_a_replay_that_is_killed(tmp_path: Path) -> None:
    folder, chance = site.recorded(tmp_path / "pages", PAGES // 10, 10), random.Random(SEED)
    begun = time.monotonic()
    assert not work.killed(work.replay, tmp_path / "calm", folder, after=300.0)
    usual = time.monotonic() - begun
    calm = work.everything(tmp_path / "calm")
    home = tmp_path / "killed"
    done = 0
    while done < EACH:
        done += work.killed(work.replay, home, folder, after=chance.uniform(0, usual))
        work.sound(home)
        if done % 5 == 0:
            assert not work.killed(work.replay, home, folder, after=300.0)
            assert work.everything(home) == calm
            shutil.rmtree(home)
    assert not work.killed(work.replay, home, folder, after=300.0)
    assert work.everything(home) == calm


def test_a_reread_that_is_killed_leaves_the_served_tracker_as_it_was(tmp_path: Path) -> None:
    folder, chance = site.recorded(tmp_path / "pages", PAGES // 10, 10), random.Random(SEED)
    work.replay(tmp_path, folder)
    before = work.everything(tmp_path)
    begun = time.monotonic()
    assert not work.killed(work.reread, tmp_path, after=300.0)
    usual = time.monotonic() - begun
    for _ in range(EACH):
        work.killed(work.reread, tmp_path, after=chance.uniform(0, usual))
        work.sound(tmp_path)
        assert work.everything(tmp_path) == before
    work.reread(tmp_path)
    assert work.everything(tmp_path) == before
    assert not list(tmp_path.glob("reread-*")), "what killed runs left behind is swept"


def test_a_killed_command_takes_its_crawl_with_it(base: str, tmp_path: Path) -> None:
    """SIGKILL to the command alone: the crawling process ends too, so that no second writer is left behind the lock."""
    import pickle

    (tmp_path / "job.pickle").write_bytes(pickle.dumps((tuple(site.sources(base, 300)), bounds(base))))
    command = [sys.executable, "-m", "tests.hostile.drive", str(tmp_path / "job.pickle")]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while work.count(tmp_path / "archive.db", "sighting") < 20:
        assert process.poll() is None
        time.sleep(0.01)
    process.kill()
    process.wait()
    time.sleep(0.5)
    then = work.count(tmp_path / "archive.db", "sighting")
    time.sleep(1.0)
    assert work.count(tmp_path / "archive.db", "sighting") == then < 300
    work.sound(tmp_path)
