"""The index of items says what the views say, whatever is written in whatever order; and it is what feeds are read off."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from feeds import slices
from feeds.cuts import BASES, cut
from feeds.detail import BATCH, details, rows_of
from feeds.slices import Slice, only
from tests.drawn import drawn

WRITES = (
    "update development set published_at = '2031-01-02T03:04:05+00:00' where id = :development",
    "update development set baseline = 1 - baseline where id = :development",
    "update development set jurisdiction = 'FR', kind = 'fine', side = 'government' where id = :development",
    'update development set topics = \'["encryption", "encryption", "payments"]\' where id = :development',
    "update development set change = null where id = :development",
    "insert or replace into development select * from development where id = :development",
    "delete from development where id = :development",
    "insert or ignore into development_platform values ('Threads', :development)",
    "delete from development_platform where development = :development",
    "update action set authority_id = 'fr-arcom' where id = :action",
    "insert or replace into action select * from action where id = :action",
    "update change set class = 'editorial' where id = :change",
    "update change set class = 'substantive', ours = 1 where id = :change",
    "delete from development where change = :change",
    "delete from change where id = :change",
)


def copy(tracker: Path) -> sqlite3.Connection:
    db = sqlite3.connect(":memory:")
    with closing(sqlite3.connect(tracker)) as held:
        held.backup(db)
    return db


def agree(db: sqlite3.Connection) -> None:
    kept, told = (
        set(db.execute(f"select name, value, published_at, item from {table}")) for table in ("feed_row", "feed_rows")
    )
    assert kept == told
    sizes = set(db.execute("select name, value, count(*) from feed_row group by name, value"))
    assert set(db.execute("select name, value, items from feed_sizes")) == sizes


@drawn(40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_is_kept_follows_what_is_written(tracker: Path, data: st.DataObject) -> None:
    with closing(copy(tracker)) as db:
        agree(db)
        ids = {
            table: [row[0] for row in db.execute(f"select id from {table} order by id")]
            for table in ("development", "action", "change")
        }
        changed = [row[0] for row in db.execute("select id from development where change is not null")]
        ids["development"] = changed + ids["development"][:12]
        for _ in range(data.draw(st.integers(1, 6))):
            db.execute(
                data.draw(st.sampled_from(WRITES)),
                {table: data.draw(st.sampled_from(found)) for table, found in ids.items()},
            )
            agree(db)


@pytest.mark.parametrize(
    "one", [*map(Slice, BASES), only("platform", "telegram"), only("jurisdiction", "UA"), only("authority", "ua-nccc")]
)
def test_a_feed_is_read_off_the_index(db: sqlite3.Connection, one: Slice) -> None:
    read, asked = cut(db, slices.read_names(db), one), []
    assert read.whole
    db.set_trace_callback(asked.append)
    read.page(db, 50)
    read.span(db, 0, 50, 100)
    read.span(db, 50, 100, 100)
    db.set_trace_callback(None)
    assert len(asked) == 3
    for sql in asked:
        plan = " ".join(step[3] for step in db.execute(f"explain query plan {sql}"))
        assert "USING PRIMARY KEY (name=? AND value=?)" in plan and "TEMP B-TREE" not in plan and "SCAN" not in plan


def test_what_many_items_tell_is_found_by_their_ids(db: sqlite3.Connection) -> None:
    """Of few ids the planner looks up each; of many it may prefer any other index, and read all there is."""
    asked = list[str]()
    row = rows_of(db, [db.execute("select id from news").fetchone()[0]]).popitem()[1]
    many = [dict(row) | {key: f"{key}{n}" for key in ("id", "action", "change", "authority_id")} for n in range(BATCH)]
    db.set_trace_callback(asked.append)
    details(db, many)
    rows_of(db, [one["id"] for one in many])
    db.set_trace_callback(None)
    assert len(asked) > 8
    for sql in asked:
        plan = [str(step[3]) for step in db.execute(f"explain query plan {sql}")]
        found = [step for step in plan if re.match(r"(SCAN|SEARCH) ", step)]
        assert all(re.search(r"\((id|development|action|subject|change)=\?\)", step) for step in found), (
            sql[:300],
            plan,
        )


def test_both_ends_of_a_feed_meet(db: sqlite3.Connection) -> None:
    names = slices.read_names(db)
    for one in (Slice(), Slice("actions"), only("platform", "telegram")):
        read = cut(db, names, one)
        total = read.count(db)
        newest = read.newest(db, total)
        assert total == len(set(newest)) > 0
        assert [
            ident for first in range(0, total, 7) for ident in read.span(db, first, min(first + 7, total), total)[::-1]
        ] == newest[::-1]


NARROWED = {
    "platform and place": (Slice(platform=("telegram",), jurisdiction=("UA",)), "platforms like '%\"Telegram\"%' and jurisdiction = 'UA'"),
    "side and platform": (Slice("actions", platform=("telegram",)), "side = 'government' and platforms like '%\"Telegram\"%'"),
    "two places": (Slice(jurisdiction=("RU", "UA")), "jurisdiction in ('RU', 'UA')"),
    "words": (Slice(q=("device",)), "lower(title || summary) like '%device%'"),
    "nothing": (Slice("updates", jurisdiction=("UA",)), "0"),
}  # fmt: skip


@pytest.mark.parametrize("name", NARROWED)
@pytest.mark.parametrize(("reach", "page"), [(5_000, 50), (5_000, 2), (3, 2), (1, 1)])
def test_a_narrowed_feed_goes_on_to_its_end(
    db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, name: str, reach: int, page: int
) -> None:
    """However little a page walks through and holds, each item comes, once, newest first."""
    monkeypatch.setattr("feeds.cuts.REACH", reach)
    monkeypatch.setattr("feeds.cuts.REACH_OF_TEXT", reach)
    one, where = NARROWED[name]
    read, ids, last = cut(db, slices.read_names(db), one), [], None
    assert not read.whole
    while True:
        found = read.page(db, page, last)
        ids += found.ids
        if found.last is None:
            break
        assert last is None or found.last != last
        last = found.last
    told = [row[0] for row in db.execute(f"select id from news where {where} order by published_at desc, id")]
    if name == "words":  # also those whose quotes have them; they come with every page that is newer
        assert set(told) <= set(ids)
    else:
        assert ids == told and (told or name == "nothing")


def test_words_are_found_in_quotes_however_old(db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first page has them though it walks through one item only."""
    monkeypatch.setattr("feeds.cuts.REACH_OF_TEXT", 1)
    (quote,) = db.execute(
        "select quote from quotes where action != '' and instr(quote, 'state bodies') limit 1"
    ).fetchone() or ("",)
    assert quote
    found = cut(db, slices.read_names(db), Slice(q=("state bodies",))).page(db, 50)
    assert found.ids and found.last is not None


def test_a_page_of_a_narrowed_feed_is_walked_by_the_key(db: sqlite3.Connection) -> None:
    asked: list[str] = []
    db.set_trace_callback(asked.append)
    read = cut(db, slices.read_names(db), Slice("actions", platform=("telegram",), q=("ban",)))
    read.page(db, 50, ("2026-01-01T00:00:00+00:00", "x"))
    db.set_trace_callback(None)
    for sql in (one for one in asked if "feed_row" in one):
        plan = " | ".join(step[3] for step in db.execute(f"explain query plan {sql}"))
        assert "SCAN feed_row" not in plan and "SCAN development" not in plan and "SCAN action" not in plan, plan
