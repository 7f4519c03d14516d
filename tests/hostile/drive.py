"""job.pickle [apart] -> one crawl into its folder, in this process or apart -> the report as JSON on stdout. Run as a process by the harness."""

from __future__ import annotations

import json
import pickle
import sys
from pathlib import Path

from verbs.common import Home, honest, leave


def main(home: Home) -> int:
    from crawler import crawl
    from crawler.lock import crawl_lock
    from verbs import common

    sources, bounds = pickle.loads((home.folder / "job.pickle").read_bytes())
    with crawl_lock(home.lock):
        common.prepare(home)
        report = crawl(
            sources, home.archive, home.tracker, run=bounds.now.isoformat(), settings=bounds, apart="apart" in sys.argv
        )
    print(json.dumps(report.as_dict()))
    return report.exit_code


if __name__ == "__main__":
    leave(honest(main)(Home(Path(sys.argv[1]).parent)))
