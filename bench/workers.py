"""The pages of a bench site by one, two and three workers over a real Redis on this machine -> wall and CPU of each. Prints JSON lines.

usage: workers.py SITE BASE     as for crawl.py

The writer and its reader run on the same machine as the workers, the site and Redis: on two cores they share what one crawl has for itself.
"""

from __future__ import annotations

import json
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from crawl import declared

from verbs.common import Home, now, prepare

WORKER = [sys.executable, "-c", "from banwatch import main; main()"]


def writer(folder: str, base: str) -> None:
    """The crawl of one home by the workers that its scale.toml names; sources on stdin."""
    from crawler import CrawlSettings
    from scale.settings import shared
    from scale.writer import crawl
    from store.declarations import source_from

    home = Home(Path(folder))
    found = shared(home.scale)
    assert found
    sources = [source_from(row) for row in json.loads(sys.stdin.read())]
    report = crawl(
        sources, home.archive, home.tracker, run=now(), settings=CrawlSettings.for_loopback(base), shared=found
    )
    print(report.line())


def measured(site: Path, base: str, workers: int, port: int) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        home.scale.write_text(f'[crawl]\nredis = "redis://127.0.0.1:{port}/0"\nname = "bench{workers}"\n')
        prepare(home)
        begun, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
        told = json.dumps([asdict(source) for source in declared(site, base)])
        writing = subprocess.Popen([sys.executable, __file__, "writer", folder, base], stdin=subprocess.PIPE, text=True)
        assert writing.stdin
        writing.stdin.write(told)
        writing.stdin.close()
        fetching = [subprocess.Popen([*WORKER, "--home", folder, "worker"]) for _ in range(workers)]
        writing.wait()
        wall = time.monotonic() - begun
        for process in fetching:
            process.terminate()
            process.wait()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    pages = len(json.loads(told))
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {
        "workers": workers,
        "pages": pages,
        "wall_s": round(wall, 1),
        "pages_per_s": round(pages / wall, 1),
        "cpu_s": round(cpu, 1),
    }


def main(site: str, base: str) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tempfile.mkdtemp()
    redis = subprocess.Popen(["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--appendonly", "yes", "--save", "", "--dir", folder,
                              "--loglevel", "warning"], stdout=subprocess.DEVNULL)  # fmt: skip
    try:
        time.sleep(1.0)
        for workers in (1, 2, 3):
            print(json.dumps(measured(Path(site), base, workers, port)), flush=True)
    finally:
        redis.kill()
        redis.wait()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    writer(*sys.argv[2:]) if sys.argv[1] == "writer" else main(*sys.argv[1:])
