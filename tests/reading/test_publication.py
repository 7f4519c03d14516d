"""The site as files: every link leads to a file, what cites a thing or tells it in a feed finds its page, nothing is left behind."""

from __future__ import annotations

import html
import json
import re
import sqlite3
from pathlib import Path
from urllib.parse import unquote

import pytest
import yaml
from reading.drawing import environment
from reading.publication import build

import feeds
from tests.reading import shelf
from tests.reading.conftest import FOLDER

SITE, TODAY = "https://you.example/banwatch", "2026-03-02"


def questions() -> dict:
    return yaml.safe_load((FOLDER / "metadata.yaml").read_text(encoding="utf-8"))["databases"]["tracker"]["queries"]


def publish(tracker: Path, out: Path) -> Path:
    before = dict(environment().globals)
    feeds.build(tracker, out / "feeds", SITE, questions())
    build(tracker, out, SITE, TODAY, questions())
    environment().globals.update(before)
    return out


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("publication")
    return publish(shelf.build(folder / "tracker.db"), folder / "out")


def stands(out: Path, address: str) -> bool:
    """Whether a plain web server answers: a file, or a folder with an index."""
    path = out / unquote(address.removeprefix("/banwatch").partition("?")[0]).lstrip("/")
    return path.is_file() or (path / "index.html").is_file()


def test_every_link_leads_to_a_file(out: Path) -> None:
    missing, seen = set(), 0
    for page in out.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        ids = set(re.findall(r'\bid="([^"]+)"', text))
        for found in map(html.unescape, re.findall(r'\b(?:href|src|action)="([^"]*)"', text)):
            address = found.removeprefix("https://you.example")
            if address.startswith("#"):
                missing |= set() if address[1:] in ids else {f"{page.name}: {address}"}
            elif address.startswith("/"):
                seen += 1
                plain = "?" not in address or address.startswith("/banwatch/static/")
                missing |= set() if plain and stands(out, address.partition("#")[0]) else {f"{page}: {address}"}
    assert seen > 3_000 and not missing


def test_what_a_feed_tells_has_its_page(out: Path) -> None:
    links = {
        item["url"]
        for feed in (out / "feeds").rglob("*.json")
        if feed.name != "index.json"
        for item in json.loads(feed.read_text())["items"]
    }
    assert len(links) > 20 and not {
        link for link in links if not stands(out, link.removeprefix("https://you.example").partition("#")[0])
    }


def test_a_page_says_the_same_as_on_a_live_site_without_what_needs_one(out: Path) -> None:
    platform = (out / "platform" / "telegram" / "index.html").read_text(encoding="utf-8")
    assert (
        'href="/banwatch/platform/telegram/timeline/"' in platform
        and f'rel="canonical" href="{SITE}/platform/telegram"' in platform
    )
    assert "Restricted today in" in platform and "How to cite" in platform and "<form" not in platform
    assert (
        json.loads((out / "platform" / "telegram.json").read_text(encoding="utf-8"))["address"]
        == f"{SITE}/platform/telegram"
    )
    assert not [
        page
        for page in out.rglob("*.html")
        if "<form" in page.read_text(encoding="utf-8") and "feeds" not in page.parts
    ]


def test_a_question_that_needs_an_argument_is_asked_with_its_example(out: Path) -> None:
    page = (out / "tracker" / "measures_against_app" / "index.html").read_text(encoding="utf-8")
    assert "Asked with app" in page and "/banwatch/action/" in page
    assert json.loads((out / "tracker" / "measures_against_app.json").read_text(encoding="utf-8"))


def test_an_old_id_leads_to_its_action(out: Path) -> None:
    old, now = (
        sqlite3.connect(out.parent / "tracker.db")
        .execute("select id, action from alias where id != action limit 1")
        .fetchone()
    )
    assert f'url={SITE}/action/{now}"' in (out / "action" / old / "index.html").read_text(encoding="utf-8")


def test_the_timeline_goes_on_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reading.timeline.PAGE", 10)
    out = publish(shelf.build(tmp_path / "tracker.db"), tmp_path / "out")
    path, ids = out / "timeline", []
    while path:
        text = (path / "index.html").read_text(encoding="utf-8")
        ids += re.findall(r'class="title" href="/banwatch/([^"]+)"', text)
        found = re.search(r'<a href="/banwatch/([^"]+)" rel="next"', text)
        path = out / found[1] if found else None
    told = sqlite3.connect(tmp_path / "tracker.db").execute("select count(*) from timeline").fetchone()[0]
    assert len(ids) == told > 30


def test_again_writes_nothing_and_what_is_gone_goes(tmp_path: Path) -> None:
    tracker = shelf.build(tmp_path / "tracker.db")
    out = publish(tracker, tmp_path / "out")
    (out / "CNAME").write_text("you.example")
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file()}
    publish(tracker, out)
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file()} == before
    with sqlite3.connect(tracker) as db:
        (gone,) = db.execute("select id from page where id not in (select page from claim) limit 1").fetchone()
        db.execute("delete from page where id = ?", (gone,))
    publish(tracker, out)
    assert not (out / "page" / gone / "index.html").exists() and (out / "CNAME").exists()
