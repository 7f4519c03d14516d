"""A web archive -> how fast it is read and loaded here. Prints one JSON line.

usage: backfill.py FILE.warc.gz FOLDER PROCESSES [noload]
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from records import Source
from scale.backfill import read_all
from scale.load import load
from scale.settings import Engine

SOURCES = [
    Source(f"desk{n}", f"Desk {n}", f"https://desk{n}.example/feed.xml", "feed", "news", language="en", follow="article") for n in range(50)
]  # fmt: skip


def main(file: str, folder: str, processes: str, *rest: str) -> None:
    home = Path(folder)
    begun = time.monotonic()
    counts = read_all([Path(file)], SOURCES, home / "parts", Engine(processes=int(processes)), lambda done, total: None)
    read, spent = time.monotonic() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu, pages = spent.ru_utime + spent.ru_stime, counts["pages"]
    told = {"pages": pages, "processes": int(processes), "read_s": round(read, 1), "read_cpu_s": round(cpu, 1), "pages_per_cpu_s": round(pages / cpu, 1),
            "peak_worker_mb": round(spent.ru_maxrss / 1024, 1), "bytes": Path(file).stat().st_size}  # fmt: skip
    if "noload" not in rest:
        begun, before = time.monotonic(), time.process_time()
        load(home / "parts", SOURCES, home / "archive.db", home / "tracker.db", lambda done, total: None)
        told |= {"load_s": round(time.monotonic() - begun, 1), "load_cpu_s": round(time.process_time() - before, 1)}
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
