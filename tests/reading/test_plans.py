"""The pages that must stay fast with much ask SQLite in ways that use its indexes: no whole table is walked through, nothing large is sorted."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest
from reading import actions, archived, documents, home, in_force, kinds, places, platforms, search, timeline
from reading.look import Look
from reading.names import read_names

from tests.reading import shelf

SMALL = {
    "source",
    "health",
    "platform",
    "jurisdiction",
    "authority",
    "note",
    "issue",
    "standing",
}  # as many rows as there are sources, names, or apps in places


class Spy:
    """A connection that writes down what it is asked."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db, self.asked = db, []

    def execute(self, sql: str, params: object = ()) -> sqlite3.Cursor:
        self.asked.append((sql, params))
        return self.db.execute(sql, params)


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> sqlite3.Connection:
    return sqlite3.connect(shelf.build(tmp_path_factory.mktemp("plans") / "tracker.db"))


def walked(db: sqlite3.Connection, sql: str, params: object) -> list[str]:
    """Tables that the plan of a query walks through without an index."""
    steps = [row[3] for row in db.execute("explain query plan " + sql, params)]
    found = [
        step.split()[1]
        for step in steps
        if step.startswith("SCAN ") and " USING " not in step and "VIRTUAL TABLE" not in step
    ]
    tables = {row[0] for row in db.execute("select name from sqlite_master where type = 'table'")}
    aliases = {alias: table for table, alias in re.findall(r"(?:from|join)\s+(\w+) (?:as )?(\w)\b", sql)}
    return [table for name in found if (table := aliases.get(name, name)) in tables]


def test_a_walk_would_be_noticed(db: sqlite3.Connection) -> None:
    assert walked(db, "select a.id from action a where a.title = ?", ("x",)) == ["action"]
    assert walked(db, "select id from development order by title", ()) == ["development"]


PAGES = {
    "home": (home.home, (), {}),
    "action": (actions.action, ("select action from conflict",), {}),
    "platform": (platforms.platform, ("select 'telegram'",), {}),
    "jurisdiction": (places.jurisdiction, ("select 'UA'",), {}),
    "authority": (places.authority, ("select 'ua-nccc'",), {}),
    "kind": (kinds.kind, ("select 'device_ban'",), {}),
    "timeline": (timeline.timeline, (), {}),
    "timeline of an app": (timeline.timeline, (), {"platform": "Telegram", "after": "2024-10-01~x"}),
    "timeline of a place": (timeline.timeline, (), {"jurisdiction": "UA", "since": "2020-01-01"}),
    "timeline of a side": (timeline.timeline, (), {"side": "platform"}),
    "timeline of a kind": (timeline.timeline, (), {"kind": "device_ban"}),
    "document": (documents.document, ("select id from document",), {}),
    "update": (documents.update, ("select id from change",), {}),
    "page": (archived.page, ("select page from article",), {}),
    "search": (search.search, (), {"q": "telegram ban"}),
}  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_a_page_walks_through_no_table(db: sqlite3.Connection, name: str) -> None:
    load, idents, args = PAGES[name]
    spy = Spy(db)
    load(
        Look(spy, read_names(db), "2026-03-02", list(args.items())), *(db.execute(sql).fetchone()[0] for sql in idents)
    )
    faults = {(table, sql) for sql, params in spy.asked for table in walked(db, sql, params) if table not in SMALL}
    assert spy.asked and not faults


def test_what_is_in_force_is_read_without_walking_through_the_past(db: sqlite3.Connection) -> None:
    for only in ({}, {"platform": "Telegram"}, {"jurisdiction": "UA"}, {"kind": "device_ban"}):
        spy = Spy(db)
        in_force.cells(Look(spy, read_names(db), "2026-03-02"), **only)
        for sql, params in spy.asked:
            plan = " | ".join(row[3] for row in db.execute("explain query plan " + sql, params))
            assert "SCAN r" not in plan and "TEMP B-TREE" not in plan, plan
            assert (
                "COVERING INDEX restriction_oldest" in plan or "in_force_until>?" in plan or "in_force_from>?" in plan
            ), plan


def test_another_day_is_read_off_what_one_walk_in_order_of_the_key_laid_out(db: sqlite3.Connection) -> None:
    spy, kept = Spy(db), {}
    for on in ("2024-10-01", "2019-01-01"):
        kinds.whole_matrix(Look(spy, read_names(db), "2026-03-02", [("on", on)], kept=kept))
    ((sql, params),) = spy.asked
    assert [row[3] for row in db.execute("explain query plan " + sql, params)] == ["SCAN restriction"]


def standing(db: sqlite3.Connection) -> None:
    """What is counted is what is there."""
    sql = "select platform, jurisdiction, kind, count(*) from restricted where in_force_until = '' group by 1, 2, 3 order by 1, 2, 3"
    assert db.execute("select * from standing order by 1, 2, 3").fetchall() == db.execute(sql).fetchall()


def by_day(db: sqlite3.Connection) -> None:
    """What is kept of each day of an app is what its developments say."""
    days = """
        select p.platform, d.happened_on, d.id, case when d.side = 'government' and d.precision = 'day' and d.stage in ('announced', 'decided', 'in_force')
        then d.action else '' end, d.side = 'platform' and d.precision = 'day' from development_platform p join development d on d.id = p.development"""
    assert (
        not db.execute(f"select * from platform_day except {days}").fetchall()
        + db.execute(f"{days} except select * from platform_day").fetchall()
    )


def test_the_shortcut_says_what_the_view_says(db: sqlite3.Connection) -> None:
    assert db.execute("select count(*) from restriction").fetchone()[0] > 40
    assert not db.execute("select * from restriction except select * from restricted").fetchall()
    assert not db.execute("select * from restricted except select * from restriction").fetchall()
    standing(db)
    by_day(db)


def test_the_shortcut_follows_what_changes(tmp_path: Path) -> None:
    tracker = sqlite3.connect(shelf.build(tmp_path / "tracker.db"))
    action = tracker.execute("select id from action where jurisdiction = 'UA' and kind = 'device_ban'").fetchone()[0]
    of = "select in_force_until from restriction where action = ?"
    tracker.execute("update action set in_force_until = '2025-01-01' where id = ?", (action,))
    standing(tracker)
    tracker.execute("update action set in_force_until = '' where id = ?", (action,))
    tracker.execute("insert or replace into period select * from period where action = ?", (action,))
    standing(tracker)
    tracker.execute("update action set in_force_until = '2025-01-01' where id = ?", (action,))
    assert tracker.execute(of, (action,)).fetchall() == [("2025-01-01",)]
    tracker.execute("insert into period values (?, '2024-11-01', '', 'suspended', 'stated')", (action,))
    assert tracker.execute(of, (action,)).fetchall() == [("2025-01-01",)]
    tracker.execute("delete from period where action = ?", (action,))
    assert not tracker.execute(of, (action,)).fetchall()
    standing(tracker)
    for changed in (
        "stage = 'commented'",
        "precision = 'month'",
        "side = 'platform'",
        "precision = 'day'",
        "happened_on = '2020-01-02'",
    ):
        tracker.execute(f"update development set {changed} where action = ?", (action,))
        by_day(tracker)
