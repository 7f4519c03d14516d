"""job.pickle -> one crawl into the job's folder -> the report as JSON on stdout. Run as a process by the harness."""

from __future__ import annotations

import json
import pickle
import sys
from pathlib import Path


def main(job: Path) -> int:
    from crawler import crawl
    from crawler.lock import crawl_lock
    from verbs import common

    sources, bounds = pickle.loads(job.read_bytes())
    home = job.parent
    with crawl_lock(home / "crawl.lock"):
        common.prepare(common.Home(home))
        report = crawl(sources, home / "archive.db", home / "tracker.db", run=bounds.now.isoformat(), settings=bounds)
    print(json.dumps(report.as_dict()))
    return report.exit_code


if __name__ == "__main__":
    from verbs.common import honest

    sys.exit(honest(main)(Path(sys.argv[1])))
