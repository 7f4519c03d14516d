"""`banwatch crawl --watch` as a process of its own: it crawls what is due, tells it, waits, and ends with the first SIGTERM."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from crawler import code, schedule
from store.watch import next_due
from tests.crawler.test_troubles import Told, articles, desk, feed
from tests.crawler.web import served
from verbs import crawling
from verbs.common import IN_PART, Home

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
    if "code" in given:
        from crawler import reader
        reader.reading = lambda: given["code"]
    from banwatch import main, program
    sys.argv[1:] = ["--home", sys.argv[1], "crawl", *sys.argv[3:]]
    if given.get("program"):
        from crawler import run
        run._apart = None  # so that a second process would be an error
        program()
    main()
"""


def test_a_crawl_that_stays_up_crawls_what_is_due_and_ends_when_asked_to(tmp_path: Path) -> None:
    (tmp_path / "watch.py").write_text(SCRIPT, encoding="utf-8")
    with served({"/desk/feed": feed("desk", [0]), **articles("desk", [0])}) as web:
        sources = [desk(web, "desk"), desk(web, "paper", by_hand="a CAPTCHA")]
        given = json.dumps({"base": web.base, "sources": [asdict(source) for source in sources]}, default=list)
        process = subprocess.Popen(
            [sys.executable, str(tmp_path / "watch.py"), str(tmp_path / "home"), given, "--watch", "--minutes", "1"], cwd=ROOT, text=True,
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


def test_the_command_crawls_in_its_own_process_and_leaves_it_with_the_code_of_the_crawl(tmp_path: Path) -> None:
    (tmp_path / "crawl.py").write_text(SCRIPT, encoding="utf-8")
    with served({"/desk/feed": feed("desk", [0]), **articles("desk", [0])}) as web:
        sources = [desk(web, "desk"), desk(web, "gone")]
        given = json.dumps(
            {"base": web.base, "sources": [asdict(source) for source in sources], "program": True}, default=list
        )
        done = subprocess.run(
            [sys.executable, str(tmp_path / "crawl.py"), str(tmp_path / "home"), given, "--json"], cwd=ROOT, capture_output=True, text=True,
            env=os.environ | {"PYTHONPATH": str(ROOT)}, timeout=60,
        )  # fmt: skip
    assert done.returncode == IN_PART and not done.stderr
    assert [outcome["pages"] for outcome in json.loads(done.stdout)["outcomes"]] == [2, 0], "written before it was left"


def test_what_reads_is_of_the_code_that_saves(tmp_path: Path) -> None:
    """The checkout is updated while a crawl runs: it ends, keeps what was fetched, and the next one reads it."""
    home = tmp_path / "home"
    (tmp_path / "crawl.py").write_text(SCRIPT, encoding="utf-8")
    with served({"/desk/feed": feed("desk", [0, 1]), **articles("desk", [0, 1])}) as web:
        given = {"base": web.base, "sources": [asdict(desk(web, "desk"))]}

        def crawled(**more: str) -> subprocess.CompletedProcess[str]:
            return subprocess.run(
                [sys.executable, str(tmp_path / "crawl.py"), str(home), json.dumps(given | more, default=list)], cwd=ROOT,
                text=True, capture_output=True, env=os.environ | {"PYTHONPATH": str(ROOT)}, timeout=120,
            )  # fmt: skip

        ended = crawled(code="0123456789ab")
        assert ended.returncode == 1 and "0123456789ab, now" in ended.stderr and "Traceback" not in ended.stderr
        assert not Told(home).rows("select 1 from sighting where page is not null"), "nothing reads what it may not"
        again = crawled()
    assert again.returncode == 0 and "read 1 pages that an earlier crawl had left unread" in again.stderr
    assert len(Told(home).rows("select 1 from article where source = 'desk'")) == 2


def test_a_crawl_that_stays_up_begins_anew_where_its_code_was_updated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions = iter(["first", "first", "first", "second"])
    monkeypatch.setattr(code, "whole", lambda: next(versions))
    monkeypatch.setattr(crawling, "_chosen", lambda *words: [])
    monkeypatch.setattr(schedule.Stop, "wait", lambda self, until: None)
    monkeypatch.setattr(os, "execv", lambda program, words: pytest.fail(f"begun anew: {words == sys.orig_argv}"))
    with pytest.raises(pytest.fail.Exception, match="begun anew: True"):
        crawling._watch(Home(tmp_path), None, 1)
    assert not list(versions), "it went round once before"


def test_the_version_of_code_follows_every_file_that_takes_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (
        *code.GROUND,
        "banwatch.py",
        "store/prepare.py",
        "sources/load.py",
        "store/views.sql",
        "claims/rules.toml",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("one")
    monkeypatch.setattr(code, "ROOT", tmp_path)
    found = {code.whole()}
    for file in sorted(path for path in tmp_path.rglob("*") if path.is_file()):
        file.write_text("two")
        assert code.whole() not in found, file
        found.add(code.whole())
