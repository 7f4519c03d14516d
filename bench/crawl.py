"""The pages of a bench site -> one crawl of them by Banwatch, as `banwatch crawl` would make it. Prints the report.

usage: crawl.py HOME SITE BASE   (SITE/pages.json: path, select, remove of every page, as the peers get them)
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from records import Selector, Source
from verbs.common import Home, leave, now, prepare


def declared(site: Path, base: str) -> list[Source]:
    """One policy source a page."""
    return [
        Source(
            f"bench-{page['id']}", page["id"], base + page["path"], "policy", "official", platform=page["id"],
            document_type="Terms of Service", selectors=(Selector(tuple(page["select"]), tuple(page["remove"])),), delay=0.0,
        )
        for page in json.loads((site / "pages.json").read_text())
    ]  # fmt: skip


def main(home_folder: str, site: str, base: str) -> int:
    from crawler import CrawlSettings, crawl

    home = Home(Path(home_folder))
    prepare(home)
    settings = CrawlSettings.for_loopback(base)
    report = crawl(declared(Path(site), base), home.archive, home.tracker, run=now(), settings=settings, apart=False)
    print(report.line())
    return report.exit_code


if __name__ == "__main__":
    leave(main(*sys.argv[1:]))
