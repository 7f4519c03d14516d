"""One crawl by many workers over a real Redis: workers die, stall and come back, Redis goes and comes; nothing is lost or doubled."""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from crawler import CrawlSettings, crawl
from errors import BadStore
from records import Source
from scale.frontier import Frontier
from scale.settings import Shared
from tests.scale.web import REPORTS, Web
from verbs.common import Home, prepare

pytest.importorskip("redis")
pytestmark = pytest.mark.skipif(not shutil.which("redis-server"), reason="redis-server is not installed")

DAY = datetime(2024, 11, 1, 12, tzinfo=UTC)
RUN = "2024-11-01T12:00:00+00:00"
VERB = [sys.executable, "-c", "from banwatch import main; main()"]
WRITER = """
import sys, json
from datetime import datetime
from pathlib import Path
from verbs.common import Home, prepare
from crawler import CrawlSettings
from scale.settings import shared
from scale.writer import crawl
from store.declarations import source_from
home = Home(Path(sys.argv[1]))
prepare(home)
given = json.loads(sys.stdin.read())
settings = CrawlSettings.for_loopback(given["base"], now=datetime.fromisoformat(given["now"]))
report = crawl([source_from(row) for row in given["sources"]], home.archive, home.tracker, run=given["run"], settings=settings, shared=shared(home.scale))
print(report.line(), [o for o in report.outcomes if o.faults])
"""


class RedisServer:
    """A redis-server of the system on a port of its own, with its log of writes kept."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--appendonly", "yes", "--save", "",
             "--dir", str(self.folder), "--loglevel", "warning"], stdout=subprocess.DEVNULL,
        )  # fmt: skip

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    folder = tmp_path / "redis"
    folder.mkdir()
    server = RedisServer(folder)
    yield server
    server.kill()


def home_for(folder: Path, redis: RedisServer, lease: float = 2.0) -> Home:
    folder.mkdir()
    (folder / "scale.toml").write_text(f'[crawl]\nredis = "redis://127.0.0.1:{redis.port}/0"\nlease = {lease}\n')
    return Home(folder)


def start_writer(home: Home, web: Web, sources: list[Source], run: str = RUN) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(home.folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin
    process.stdin.write(json.dumps({"base": web.base, "now": DAY.isoformat(), "run": run, "sources": [asdict(s) for s in sources]}))  # fmt: skip
    process.stdin.close()
    return process


def start_worker(home: Home) -> subprocess.Popen[str]:
    return subprocess.Popen([*VERB, "--home", str(home.folder), "worker"], stderr=subprocess.PIPE, text=True)


def until(web: Web, pages: int) -> None:
    """Wait until the web was asked for so many pages."""
    end = time.monotonic() + 60
    while len(web.times) < pages:
        assert time.monotonic() < end, f"only {len(web.times)} pages were asked for"
        time.sleep(0.02)


def ends(process: subprocess.Popen[str], seconds: float = 60) -> int:
    try:
        return process.wait(seconds)
    finally:
        process.kill()


def rows(home: Home) -> dict[str, list[str]]:
    """Every row a reader may see, but for the number a fetch got: that is the order in which pages happened to come."""
    db = sqlite3.connect(home.tracker)
    tables = [r[0] for r in db.execute("select name from sqlite_master where type = 'table' and name not like '%search%' and name not like 'sqlite_%'")]  # fmt: skip
    found = {}
    for table in tables:
        if table == "watch":
            continue
        names = [r[1] for r in db.execute(f"select * from pragma_table_info('{table}')")]
        shown = [n for n in names if n not in {"seq", "first_seq", "last_seq", "declared"} and not (table == "capture" and n == "id")]  # fmt: skip
        quoted = ", ".join(f'"{n}"' for n in shown)
        found[table] = sorted(repr(row) for row in db.execute(f"select {quoted} from {table}"))
    return found


def alone(folder: Path, web: Web, sources: list[Source]) -> Home:
    """The same crawl by one machine."""
    folder.mkdir()
    home = Home(folder)
    prepare(home)
    crawl(sources, home.archive, home.tracker, run=RUN, settings=CrawlSettings.for_loopback(web.base, now=DAY))
    return home


def test_three_workers_with_every_mishap_equal_one_machine(tmp_path: Path, redis: RedisServer) -> None:
    with Web(desks=4, policies=6, slow=0.12) as web:
        sources = web.sources()
        single = alone(tmp_path / "single", web, sources)
        web.asked.clear()
        web.times.clear()
        home = home_for(tmp_path / "many", redis)
        writer = start_writer(home, web, sources)
        workers = [start_worker(home) for _ in range(3)]
        until(web, 10)
        workers[0].send_signal(signal.SIGKILL)
        workers[1].send_signal(signal.SIGSTOP)  # cut off: it says nothing for longer than its lease ...
        until(web, 22)
        redis.kill()
        time.sleep(0.7)
        redis.start()
        until(web, 36)
        workers[1].send_signal(signal.SIGCONT)  # ... and comes back with what others have done by now
        assert ends(writer) == 0
        for process in workers[1:]:
            process.terminate()
            ends(process)
    many, one = rows(home), rows(single)
    assert many.keys() == one.keys()
    for table in one:
        assert many[table] == one[table], table
    assert len(one["article"]) == 4 * REPORTS and len(one["document"]) == 6 and one["claim"]
    assert all(web.asked[f"/d{d}/r{n}"] for d in range(4) for n in range(REPORTS))


def test_a_writer_that_is_killed_is_taken_over_by_the_next(tmp_path: Path, redis: RedisServer) -> None:
    with Web(desks=2, policies=2, slow=0.1) as web:
        sources = web.sources()
        single = alone(tmp_path / "single", web, sources)
        web.times.clear()
        home = home_for(tmp_path / "many", redis)
        writer, worker = start_writer(home, web, sources), start_worker(home)
        until(web, 8)
        writer.kill()
        writer.wait()
        subprocess.run(["redis-cli", "-p", str(redis.port), "del", "banwatch:writer"], check=True, capture_output=True)
        assert ends(start_writer(home, web, sources, run="2024-11-02T00:00:00+00:00")) == 0
        worker.terminate()
        ends(worker)
    assert rows(home) == rows(single)


def test_a_site_rests_between_two_requests_whoever_makes_them(tmp_path: Path, redis: RedisServer) -> None:
    with Web(desks=1, policies=2, slow=0.0) as web:
        sources = web.sources(delay=0.3)
        home = home_for(tmp_path / "many", redis, lease=30.0)
        writer = start_writer(home, web, sources)
        workers = [start_worker(home) for _ in range(2)]
        assert ends(writer) == 0
        for process in workers:
            process.terminate()
            ends(process)
    times = sorted(web.times)
    assert len(times) == 3 + REPORTS
    assert min(b - a for a, b in pairwise(times)) > 0.25


def test_a_frontier_has_one_writer_whoever_dies_or_stalls(redis: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """So no source is crawled twice at once by two homes either: a home has a lock of its own (crawler/lock.py)."""
    monkeypatch.setattr("scale.frontier.HOLD", 300)
    shared = Shared(redis=f"redis://127.0.0.1:{redis.port}/0", name="one-writer")

    async def told() -> None:
        first, second, third = (Frontier(shared, who, "1") for who in ("first", "second", "third"))
        await first.hold()
        await first.hold()
        with pytest.raises(BadStore, match="first") as busy:
            await second.hold()
        assert busy.value.cause == "busy"
        await asyncio.sleep(0.4)  # the first says nothing any more: it is dead, or stalls
        await second.hold()
        with pytest.raises(BadStore, match="second"):
            await first.hold()
        await first.let_go()
        with pytest.raises(BadStore, match="second"):
            await third.hold()
        await second.let_go()
        await third.hold()
        for one in (first, second, third):
            await one.close()

    with ThreadPoolExecutor(1) as aside:  # a browser test of the same run may have left a loop in this thread
        aside.submit(asyncio.run, told()).result()


def test_a_worker_of_other_code_is_refused_by_name(tmp_path: Path, redis: RedisServer) -> None:
    with Web(desks=1, policies=1, slow=0.0) as web:
        home = home_for(tmp_path / "many", redis)
        writer = start_writer(home, web, web.sources())
        command = ["redis-cli", "-p", str(redis.port)]
        end = time.monotonic() + 30
        while not subprocess.run([*command, "exists", "banwatch:task"], capture_output=True, text=True).stdout.startswith("1"):  # fmt: skip
            assert time.monotonic() < end
            time.sleep(0.1)
        subprocess.run([*command, "hset", "banwatch:run", "version", "0123456789ab"], check=True, capture_output=True)
        worker = start_worker(home)
        said = worker.communicate(timeout=60)[1]
        writer.kill()
    assert worker.returncode == 1
    assert "code-version" in said and "0123456789ab" in said and f":{worker.pid}" in said
