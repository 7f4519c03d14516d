"""The ready-made workflow, step by step, in a fresh checkout each time and with a stand-in for `gh`: what one run leaves in the
release the next brings back, and what it would publish is served and read as a visitor does. Only the crawl is turned to a web
on loopback."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import feedparser
import pytest
import yaml

from tests.crawler.test_troubles import article, articles, desk, feed
from tests.crawler.web import Web, served

ROOT = Path(__file__).parent.parent
WORKFLOW = ROOT / "deploy" / "github" / "crawl.yml"
BLOCKED = (
    "Indonesia blocked access to Telegram on 14 July 2017, the ministry said. "  # not in the register: so it is news
)
PLACE = "https://owner.example/banwatch"  # what actions/configure-pages would say
GH = """#!/usr/bin/env bash
# gh release view|create|download|upload of one release, kept in $GH_STORE
set -eu
case "$2" in
  view) test -d "$GH_STORE" ;;
  create) mkdir "$GH_STORE" ;;
  upload) cp "$4" "$GH_STORE/" ;;
  download)
    while [ $# -gt 0 ]; do
      case "$1" in --pattern) wanted="${wanted:-} $2" ;; --dir) to=$2 ;; esac
      shift
    done
    for name in $wanted; do test -f "$GH_STORE/$name" || { echo "no assets match" >&2; exit 1; }; done
    for name in $wanted; do cp "$GH_STORE/$name" "$to/"; done ;;
esac
"""
BANWATCH = """#!{python}
import sys
sys.path.insert(0, {root!r})


def crawled():
    import json, os
    from crawler import CrawlSettings, crawl
    from store.declarations import source_from
    from verbs.common import Home, prepare, now
    from pathlib import Path
    home, sources = Home(Path(os.environ["BANWATCH_HOME"])), [source_from(row) for row in json.loads(os.environ["SOURCES"])]
    prepare(home)
    report = crawl(sources, home.archive, home.tracker, run=now(), settings=CrawlSettings.for_loopback(os.environ["BASE"]))
    raise SystemExit(report.exit_code)


if __name__ == "__main__":  # a reader is a process of its own, which loads this file as a module
    if sys.argv[1] == "crawl":
        crawled()
    from banwatch import main
    main()
"""


def test_feeds_name_the_place_where_they_are_published() -> None:
    (job,) = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"].values()
    (build,) = [step for step in job["steps"] if "site build" in step.get("run", "")]
    asked = build["env"]["BANWATCH_BASE_URL"]
    assert [step["id"] for step in job["steps"] if step.get("uses", "").startswith("actions/configure-pages@")] == [
        asked.split(".")[1]
    ]


def steps() -> list[str]:
    """The shell steps after the environment is there, in order."""
    (job,) = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"].values()
    found = [step["run"] for step in job["steps"] if "run" in step]
    assert found[0] == "make env"
    return found[1:]


def run(folder: Path, store: Path, web: Web) -> Path:
    """One run of the workflow in the fresh folder; returns what it would publish."""
    for path, text in (("bin/gh", GH), (".venv/bin/banwatch", BANWATCH.format(python=sys.executable, root=str(ROOT)))):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
        (folder / path).chmod(0o755)
    (folder / "tmp").mkdir()
    shutil.copytree(ROOT / "deploy", folder / "deploy")
    sources = json.dumps([asdict(desk(web, "desk", known_from="a test"))], default=list)
    environment = os.environ | {
        "PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "BANWATCH_HOME": str(folder / "home"), "RUNNER_TEMP": str(folder / "tmp"),
        "GH_STORE": str(store), "SOURCES": sources, "BASE": web.base, "BANWATCH_BASE_URL": PLACE,
    }  # fmt: skip
    for script in steps():
        done = subprocess.run(["bash", "-e", "-o", "pipefail", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, check=False)  # fmt: skip
        assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
    return folder / "site"


@contextmanager
def published(site: Path) -> Iterator[str]:
    """The folder on loopback, as a host of static files serves it."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def got(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as answer:
        body: bytes = answer.read()
    return body


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the second run publishes: the first is the baseline, and an article came between them."""
    folder = tmp_path_factory.mktemp("workflow")
    with served({"/desk/feed": feed("desk", [0]), **articles("desk", [0])}) as web:
        run(folder / "first", folder / "release", web)
        assert (folder / "release" / "archive.db").is_file()
        web.pages |= {"/desk/feed": feed("desk", [0, 1]), "/desk/1": article("Telegram desk 1", BLOCKED * 3)}
        return run(folder / "second", folder / "release", web)


def test_feeds_are_published_with_what_became_known_since_the_run_before(site: Path) -> None:
    with published(site) as base:
        index = json.loads(got(f"{base}/feeds/index.json"))
        pages = [
            path.relative_to(site).as_posix()
            for form in ("atom", "rss")
            for path in (site / "feeds").rglob(f"*.{form}")
        ]
        read = [feedparser.parse(got(f"{base}/{page}")) for page in pages]
    assert index and len(pages) > 5 and all(one.version and not one.bozo for one in read)
    titles = {entry.title for one in read for entry in one.entries}
    assert any("Telegram" in title and "Indonesia" in title for title in titles), titles
    assert {link.href.startswith(PLACE) for one in read for link in one.feed.links if link.rel == "self"} == {True}


def test_the_database_is_published_whole(site: Path, tmp_path: Path) -> None:
    with published(site) as base:
        (tmp_path / "tracker.db").write_bytes(got(f"{base}/data/files/tracker.db"))
        package = json.loads(got(f"{base}/data/files/datapackage.json"))
        assert all(got(f"{base}/data/files/{resource['path']}") for resource in package["resources"])
    db = sqlite3.connect(tmp_path / "tracker.db")
    assert db.execute("pragma integrity_check").fetchone() == ("ok",)
    assert db.execute("select count(*) from articles").fetchone() == (2,)
    assert db.execute("select count(*) from claims where jurisdiction = 'UA'").fetchone()[0] > 0
    assert db.execute("select count(distinct run) from sighting").fetchone() == (2,), "the first run's pages came back"


def test_who_comes_to_the_front_or_follows_an_item_finds_the_page(site: Path) -> None:
    with published(site) as base:
        front = got(f"{base}/").decode()
        assert "Who restricts which app" in front and f'rel="canonical" href="{PLACE}/"' in front
        assert 'href="/banwatch/data/files/tracker.db"' in got(f"{base}/data/").decode()
        links = {
            entry.link
            for path in (site / "feeds").rglob("*.atom")
            for entry in feedparser.parse(path.read_bytes()).entries
        }
        assert links and all(link.startswith(PLACE) for link in links)
        assert all(
            "How to cite" in got(base + link.removeprefix(PLACE)).decode() for link in links if "/action/" in link
        )
        for link in links:
            path = site / link.removeprefix(PLACE).partition("#")[0].lstrip("/")
            assert (path / "index.html").is_file(), link
    assert "There is nothing here" in (site / "404.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("kind", "file"),
    [
        ("vendor.github-workflows", "deploy/github/crawl.yml"),
        ("vendor.compose-spec", "deploy/compose.yaml"),
        ("vendor.github-workflows", ".github/workflows/test.yml"),
    ],
)
def test_the_files_are_valid_to_the_published_schemas(kind: str, file: str) -> None:
    """Schemas of schemastore.org and compose-spec.io, as check-jsonschema ships them."""
    words = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", kind, str(ROOT / file)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
