"""Feeds of one thing: the whole life of a measure or a document, the troubles of a source; and every kind of feed in three real parsers."""

from __future__ import annotations

import json
import re
import sqlite3
from pathlib import Path
from typing import Any

import atoma
import fastfeedparser
import feedparser
import pytest

from feeds.addresses import FORMS, Site
from feeds.answer import Live, answer
from feeds.edition import Edition
from feeds.slices import Slice
from tests.feeds.conftest import Ask
from tests.feeds.rules import faults
from tests.reading import shelf


def first(db: sqlite3.Connection, sql: str) -> str:
    return str(db.execute(sql).fetchone()[0])


def told(body: bytes) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = json.loads(body)["items"]
    return items


MANY = "select action from development where action is not null group by action order by count(*) desc, action limit 1"


@pytest.mark.parametrize("form", FORMS)
def test_the_life_of_a_measure_is_a_feed(ask: Ask, db: sqlite3.Connection, form: str) -> None:
    action = first(db, MANY)
    found = ask(f"/action/{action}.{form}")
    assert (found.status, found.headers["content-type"], faults(form, found.body)) == (200, FORMS[form], [])
    items = told(ask(f"/action/{action}.json").body)
    life = {f"{Site().tag}development/{row[0]}" for row in db.execute("select id from timeline where action = ?", (action,))}  # fmt: skip
    assert {item["id"] for item in items} == life and len(items) == len(life) > 1
    everywhere = {item["id"]: item for item in told(Edition(db, Site()).body(Slice(), "json"))}
    assert all(everywhere[item["id"]] == item for item in items if item["id"] in everywhere)
    assert ask(f"/action/{action}.{form}", if_none_match=found.headers["etag"]).status == 304


def test_a_life_holds_what_the_first_crawl_found_and_the_whole_feed_does_not(tmp_path: Path) -> None:
    db = sqlite3.connect(shelf.build(tmp_path / "tracker.db"))
    action = first(db, MANY)
    db.execute("update development set baseline = 1 where action = ?", (action,))
    db.commit()
    life, whole = (told(answer(Live(), db, path, "", {}).body) for path in (f"/action/{action}.json", "/all.json"))
    assert len(life) > 1 and not {item["id"] for item in life} & {item["id"] for item in whole}
    db.execute("update development set stage = 'withdrawn', baseline = 0 where id = (select max(id) from development where action = ?)", (action,))  # fmt: skip
    db.commit()
    assert len(told(answer(Live(), db, f"/action/{action}.json", "", {}).body)) == len(life)
    db.close()


def test_an_id_that_another_took_over_has_the_feed_of_that_one(ask: Ask, db: sqlite3.Connection) -> None:
    old, now = db.execute("select id, action from alias where id != action limit 1").fetchone()
    assert ask(f"/action/{old}.atom").body == ask(f"/action/{now}.atom").body
    assert f"/feeds/action/{now}.atom" in ask(f"/action/{old}.atom").headers["link"]


def test_a_document_tells_its_changes_word_by_word(ask: Ask, db: sqlite3.Connection) -> None:
    document = first(db, "select document from change where class = 'substantive'")
    (item, *_) = told(ask(f"/document/{document}.json").body)
    assert item["title"].startswith("Telegram: Privacy Policy changed") and "<del>" in item["content_html"]
    for path in (f"/document/{document}", "/source/snap-privacy"):
        for form in FORMS:
            assert faults(form, ask(f"{path}.{form}").body) == []


def test_a_source_tells_its_own_troubles_and_no_others(tmp_path: Path) -> None:
    db = sqlite3.connect(shelf.build(tmp_path / "tracker.db"))
    db.execute("update issue set told_at = last_seen")
    db.commit()
    (own,), others, every = (
        told(answer(Live(), db, f"/{path}.json", "", {}).body)
        for path in ("source/snap-privacy", "source/sample-news", "maintainers")
    )
    assert own["title"].startswith("Broken: Snapchat privacy policy") and not others and [own] == every
    db.close()


@pytest.mark.parametrize(
    ("path", "near"),
    [
        ("/action/ukraine-device-ban.atom", "Ukraine: device ban on Telegram"),
        ("/action/zz-telegram-ukraine-of-nobody.rss", "Ukraine: device ban on Telegram"),
        ("/document/Telegram privacy.atom", "Telegram: Privacy Policy"),
        ("/source/snap-privcy.json", "Snapchat privacy policy"),
    ],
)
def test_what_is_no_thing_is_404_with_the_nearest(ask: Ask, path: str, near: str) -> None:
    found = ask(path)
    assert found.status == 404 and near in found.body.decode()


def test_a_beginning_of_an_id_leads_to_what_begins_so(ask: Ask, db: sqlite3.Connection) -> None:
    action = first(db, MANY)
    assert f"/feeds/action/{action}.atom" in ask(f"/action/{action[:9]}.atom").body.decode()


def test_a_life_takes_no_filter_and_names_no_hub(
    ask: Ask, db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BANWATCH_HUB", "https://hub.example/")
    action = first(db, MANY)
    assert ask(f"/action/{action}.atom", "kind=fine").status == 404
    found = ask(f"/action/{action}.atom")
    assert 'rel="hub"' not in found.headers["link"] and b'rel="hub"' not in found.body


def test_a_life_is_read_by_indexes(db: sqlite3.Connection) -> None:
    asked: list[str] = []
    action, live = first(db, MANY), Live()
    db.set_trace_callback(asked.append)
    answer(live, db, f"/action/{action}.atom", "", {})
    db.set_trace_callback(None)
    reads = [sql for sql in asked if sql.lstrip().startswith("select")]
    assert len(reads) > 3
    for sql in reads:
        plan = [str(step[3]) for step in db.execute(f"explain query plan {sql}")]
        assert not [step for step in plan if re.match(r"SCAN (development|claim|action|change|version)\b", step)], sql


@pytest.fixture
def kinds(db: sqlite3.Connection) -> list[str]:
    """One address of every kind of feed."""
    change = db.execute("select document from change where class = 'substantive'").fetchone()[0]
    return ["/all", "/updates", "/all-changes", "/actions", "/platform/telegram", "/jurisdiction/UA", "/kind/device_ban", "/topic/law_enforcement_disclosure",
            "/authority/ua-nccc", "/maintainers", "/all?platform=telegram&jurisdiction=UA", "/all?q=telegram", f"/action/{first(db, MANY)}",
            f"/document/{change}", "/source/snap-privacy"]  # fmt: skip


@pytest.mark.parametrize("number", range(15))
def test_three_parsers_read_every_kind_back(ask: Ask, kinds: list[str], number: int) -> None:
    path, _, query = kinds[number].partition("?")
    want = [(item["id"], item["title"], item["content_html"]) for item in told(ask(f"{path}.json", query).body)]
    assert want or path in {"/maintainers", "/source/snap-privacy"}
    atom, rss = (ask(f"{path}.{form}", query).body for form in ("atom", "rss"))
    for body in (atom, rss):
        read = feedparser.parse(body, sanitize_html=False, resolve_relative_uris=False)
        assert not read.bozo and [(e.id, e.title, e.content[0].value) for e in read.entries] == want
        if want:  # fastfeedparser takes a feed without items for none
            fast = fastfeedparser.parse(body).entries
            assert [(e["id"], e["title"], e["content"][0]["value"]) for e in fast] == want
    assert [(e.id_, e.title.value, e.content.value) for e in atoma.parse_atom_bytes(atom).entries] == want
    assert [(e.guid, e.title, e.content_encoded) for e in atoma.parse_rss_bytes(rss).items] == want
