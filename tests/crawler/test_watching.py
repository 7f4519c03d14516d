"""`banwatch crawl --watch` as a process of its own: it crawls what is due, tells it, waits, and ends with the first SIGTERM."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from store.watch import next_due
from tests.crawler.test_troubles import Told, articles, desk, feed
from tests.crawler.web import served

ROOT = Path(__file__).parents[2]
SCRIPT = """
import json, sys
from crawler import CrawlSettings
from store.declarations import source_from
from verbs import common, crawling
if __name__ == "__main__":
    given = json.loads(sys.argv[2])
    found = [source_from(row) for row in given["sources"]]
    common.registry = crawling.registry = lambda: found
    CrawlSettings.from_environment = classmethod(lambda cls, environment=None: cls.for_loopback(given["base"]))
    from banwatch import main
    main(["--home", sys.argv[1], "crawl", "--watch", "--minutes", "1"])
"""


def test_a_crawl_that_stays_up_crawls_what_is_due_and_ends_when_asked_to(tmp_path: Path) -> None:
    (tmp_path / "watch.py").write_text(SCRIPT, encoding="utf-8")
    with served({"/desk/feed": feed("desk", [0]), **articles("desk", [0])}) as web:
        sources = [desk(web, "desk"), desk(web, "paper", by_hand="a CAPTCHA")]
        given = json.dumps({"base": web.base, "sources": [asdict(source) for source in sources]}, default=list)
        process = subprocess.Popen(
            [sys.executable, str(tmp_path / "watch.py"), str(tmp_path / "home"), given], cwd=ROOT, text=True,
            stderr=subprocess.PIPE, env=os.environ | {"PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        assert process.stderr
        line = next(line for line in process.stderr if "sources," in line)
        assert line.startswith("1 sources, 2 pages kept") and process.poll() is None
        process.send_signal(signal.SIGTERM)
        _, left = process.communicate(timeout=60)
    assert process.returncode == 0 and left.strip().endswith("ended")
    told = Told(tmp_path / "home")
    assert told.state("desk")["state"] == "ok" and told.state("paper")["state"] == "by hand"
    assert (
        next_due(tmp_path / "home" / "tracker.db", sources[:1], told.state("desk")["last_try"])
        > told.state("desk")["last_try"]
    )
    assert [path for path in web.asked if path != "/robots.txt"] == ["/desk/feed", "/desk/0"], (
        "nothing was due a second time"
    )
