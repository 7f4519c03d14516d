"""A served tracker -> what its feeds cost: the first request of each after a write, the same again, and 304, in milliseconds of the
server's processor for one request (the client's clock counts what else the machine does).

usage: feeds.py http://127.0.0.1:8001 TRACKER --pid PID [--again 200]

Ask a server that was started just now: what it has been asked before it answers from memory.
"""

from __future__ import annotations

import argparse
import http.client
import sqlite3
import sys
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.pages import spent
from feeds.text import slug


def addresses(tracker: Path) -> dict[str, list[str]]:
    """Kind of feed -> addresses: whole, one filter, two together, two values, none that fit, words."""
    db = sqlite3.connect(tracker)

    def most(name: str, number: int) -> list[str]:
        sql = "select value from feed_sizes where name = ? order by items desc, value limit ?"
        return [row[0] for row in db.execute(sql, (name, number))]

    apps, places, kinds = [slug(one) for one in most("platform", 4)], most("jurisdiction", 4), most("kind", 4)
    return {
        "whole": ["all", "actions", "updates", "all-changes"],
        "one filter": [f"platform/{a}" for a in apps] + [f"jurisdiction/{p}" for p in places] + [f"kind/{k}" for k in kinds],
        "two filters": [f"all?platform={a}&jurisdiction={p}" for a in apps for p in places] + [f"actions?platform={a}" for a in apps]
        + [f"all?kind={k}&jurisdiction={p}" for k in kinds for p in places],
        "two values": [f"all?platform={a}&platform={b}" for a in apps for b in apps if a < b],
        "nothing fits": [f"updates?jurisdiction={p}" for p in places],
        "words": [f"all?q={q}" for q in ("telegram", "ministry", "court", "zzz", "device+ban", "tiktok")]
        + [f"all?q=telegram&jurisdiction={p}" for p in places],
    }  # fmt: skip


def ask(base: str, path: str, etag: str = "") -> tuple[int, str]:
    """(status, ETag) of the Atom form."""
    stem, mark, query = path.partition("?")
    wire = http.client.HTTPConnection(urlsplit(base).netloc, timeout=60)
    wire.request("GET", f"/feeds/{stem}.atom{mark}{query}", headers={"if-none-match": etag} if etag else {})
    answer = wire.getresponse()
    answer.read()
    wire.close()
    return answer.status, answer.headers.get("etag", "")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base")
    parser.add_argument("tracker", type=Path)
    parser.add_argument("--pid", type=int, required=True)
    parser.add_argument("--again", type=int, default=200)
    asked = parser.parse_args()
    ask(asked.base, "platform/none")
    print(f"{'feed':14} {'asked':>6} {'first':>8} {'worst':>8} {'again':>8} {'304':>8}   ms of processor")
    for kind, paths in addresses(asked.tracker).items():
        first, tags = [], {}
        for path in paths:
            before = spent(asked.pid)
            status, tags[path] = ask(asked.base, path)
            assert status == 200, f"{path}: {status}"
            first.append(spent(asked.pid) - before)
        rounds = -(-asked.again // len(paths))
        costs = []
        for known in (False, True):
            before = spent(asked.pid)
            for path in paths * rounds:
                assert ask(asked.base, path, tags[path] if known else "")[0] == (304 if known else 200)
            costs.append((spent(asked.pid) - before) / rounds / len(paths))
        print(f"{kind:14} {len(paths):6} {1000 * sum(first) / len(first):8.1f} {1000 * max(first):8.1f} {1000 * costs[0]:8.2f} {1000 * costs[1]:8.2f}")  # fmt: skip
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
