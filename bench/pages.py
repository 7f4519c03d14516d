"""A served tracker -> how fast its pages are with several clients at once. Every address is asked once, so nothing is answered from memory.

usage: pages.py http://127.0.0.1:8001 TRACKER [--clients 8] [--each 60] [--pid PID]

Prints, for each kind of page, median and 95th percentile in milliseconds as a client sees them, and, with --pid, what the server's
process spent of the processor for one page: on a machine that does other work only that figure can be compared.
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import sqlite3
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote, urlsplit


def addresses(tracker: Path, each: int, seed: int) -> dict[str, list[str]]:
    """Kind of page -> addresses to ask for."""
    db, dice = sqlite3.connect(tracker), random.Random(seed)

    def some(sql: str) -> list[str]:
        found = [str(row[0]) for row in db.execute(sql)]
        dice.shuffle(found)
        return found[:each]

    words = [
        "telegram",
        "ministry",
        "court",
        "retention",
        "moderation",
        "device ban",
        "tiktok block",
        "signal",
        "whatsapp russia",
        "transparency rules",
    ]
    return {
        "home": [f"/?again={n}" for n in range(each)],
        "map and matrix": [f"/matrix?on=20{dice.randrange(16, 26)}-{dice.randrange(1, 13):02}-{dice.randrange(1, 29):02}" for _ in range(each)],
        "timeline": [f"/timeline?until=20{dice.randrange(16, 26)}-{dice.randrange(1, 13):02}-{dice.randrange(1, 29):02}" for _ in range(each)],
        "action": [f"/action/{i}" for i in some(f"select id from action order by random() limit {each}")],
        "platform": [f"/platform/{quote(i)}" for i in some("select id from platform where name in (select platform from restriction)")],
        "jurisdiction": [f"/jurisdiction/{i}" for i in some("select distinct jurisdiction from restriction")],
        "update": [f"/update/{i}" for i in some(f"select id from change where class = 'substantive' limit {each}")],
        "document": [f"/document/{i}" for i in some(f"select id from document limit {each}")],
        "page": [f"/page/{i}" for i in some(f"select page from article limit {each}")],
        "search": [f"/search?q={quote(' '.join(dice.sample(words, 1 + n % 2)))}&n={n}" for n in range(each)],
    }  # fmt: skip


def ask(base: str, path: str) -> float:
    """Milliseconds till the whole page is there. Raises AssertionError if it is no page."""
    wire, begun = http.client.HTTPConnection(urlsplit(base).netloc, timeout=60), time.perf_counter()
    wire.request("GET", path)
    answer = wire.getresponse()
    body = answer.read()
    wire.close()
    assert answer.status == 200 and len(body) > 1_000, f"{path}: {answer.status}"
    return (time.perf_counter() - begun) * 1000


def spent(pid: int) -> float:
    """Seconds of processor that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base")
    parser.add_argument("tracker", type=Path)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--each", type=int, default=60)
    parser.add_argument("--pid", type=int)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    print(
        f"{'page':16} {'asked':>6} {'median':>8} {'p95':>8} {'worst':>8}  {'cpu/page':>8}   ms, {asked.clients} clients"
    )
    for kind, paths in addresses(asked.tracker, asked.each, asked.seed).items():
        before = spent(asked.pid) if asked.pid else 0.0
        with ThreadPoolExecutor(asked.clients) as clients:
            took = sorted(clients.map(lambda path: ask(asked.base, path), paths))
        cpu = (spent(asked.pid) - before) * 1000 / len(took) if asked.pid else 0.0
        p95 = took[min(len(took) - 1, int(len(took) * 0.95))]
        print(f"{kind:16} {len(took):6} {statistics.median(took):8.1f} {p95:8.1f} {took[-1]:8.1f}  {cpu:8.1f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
