"""The same claims give the same tracker, whatever their order, in how many batches they come, and whatever came and went meanwhile."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store import register
from store.database import open_tracker, writing
from store.door import save_names
from store.places import mark_claim
from store.settle import settle
from tests.resolve.conftest import tell
from tests.resolve.tellings import NONE, Telling, save, tellings

PLACES = ("BR", "RU", "FR", "EU", "NP", "PK")
TOLD = [one for seed in (1, 2) for one in tellings(seed) if one.claim.jurisdiction in PLACES]
Rows = dict[str, list[tuple[object, ...]]]


@contextmanager
def tracker(folder: Path) -> Iterator[sqlite3.Connection]:
    with closing(open_tracker(folder / "tracker.db")) as db:
        yield db


def rows(db: sqlite3.Connection) -> Rows:
    tables = [
        r[0]
        for r in db.execute(
            "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' and name not like 'search%'"
        )
    ]
    found = {table: sorted(tuple(map(repr, row)) for row in db.execute(f"select * from {table}")) for table in tables}
    return found | {
        "search": sorted(tuple(map(repr, row)) for row in db.execute("select title, body, kind, item from search"))
    }


def grown(
    folder: Path, told: list[Telling], batches: int, first: Callable[[sqlite3.Connection], object] = save_names
) -> Rows:
    with tracker(folder) as db:
        first(db)
        size = -(-len(told) // batches)
        for begin in range(0, len(told), size):
            with writing(db):
                for one in told[begin : begin + size]:
                    save(db, one)
            settle(db, NONE)
        return rows(db)


def with_register(db: sqlite3.Connection) -> None:
    save_names(db)
    register.load(db)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(TOLD), batches=st.integers(1, 9), size=st.integers(10, 160), curated=st.booleans())
def test_order_and_batches_do_not_matter(
    order: list[Telling], batches: int, size: int, curated: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("order")
    (folder / "a").mkdir()
    (folder / "b").mkdir()
    first = with_register if curated else save_names
    some = order[:size]
    by_id = sorted(some, key=lambda one: one.text)
    one, other = grown(folder / "a", some, batches, first), grown(folder / "b", by_id, 1, first)
    for table in one:
        assert one[table] == other[table], table


@settings(max_examples=8, deadline=None)
@given(order=st.permutations(TOLD), gone=st.integers(1, 40), size=st.integers(20, 120))
def test_claims_that_were_withdrawn_leave_no_trace(
    order: list[Telling], gone: int, size: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("gone")
    (folder / "a").mkdir()
    (folder / "b").mkdir()
    with tracker(folder / "a") as db, tracker(folder / "b") as other:
        for held, told in ((db, order[:size]), (other, order[:size])):
            save_names(held)
            with writing(held):
                claims = [save(held, one) for one in told]
        settle(db, NONE)
        for held in (db, other):
            with writing(held):
                for claim in claims[:gone]:
                    held.execute("update claim set standing = 'review' where id = ?", (claim,))
                    mark_claim(held, held.execute("select * from claim where id = ?", (claim,)).fetchone())
            settle(held, NONE)
        one, two = rows(db), rows(other)
        for table in one:
            assert one[table] == two[table], table


def test_an_entry_taken_out_of_the_register_goes(tmp_path: Path) -> None:
    with tracker(tmp_path) as db:
        save_names(db)
        settle(db, NONE)
        before = rows(db)
        register.load(db)
        settle(db, NONE)
        (tmp_path / "empty").mkdir()
        done = register.load(db, tmp_path / "empty")
        settle(db, NONE)
        assert done.removed > 250 and rows(db) == before


def test_a_second_load_of_the_register_does_nothing(tmp_path: Path) -> None:
    with tracker(tmp_path) as db:
        with_register(db)
        settle(db, NONE)
        before = rows(db)
        done = register.load(db)
        settle(db, NONE)
        assert (done.added, done.changed, done.removed) == (0, 0, 0) and rows(db) == before


# made claims: few apps, few days, so that strands meet, part and share claims often ------------------------------------------------
DAYS = (0, 3, 25, 45, 80, 200, 420)
APPS = ("Telegram", "X", "Facebook", "TikTok")
made = st.tuples(
    st.sets(st.sampled_from(APPS), min_size=1, max_size=3),
    st.sampled_from(
        (
            "nationwide_block",
            "nationwide_block",
            "nationwide_block",
            "restriction_lifted",
            "throttling",
            "court_ruling",
            "suspended",
        )
    ),
    st.sampled_from(DAYS),
    st.sampled_from((10, 10, 10, 7, 0)),
    st.integers(0, 40),
)


def tell_made(db: sqlite3.Connection, number: int, one: tuple[set[str], str, int, int, int]) -> str:
    apps, kind, day, precision, late = one
    when = date(2021, 1, 5) + timedelta(days=day)
    dates = (
        [(when.isoformat()[:precision], "lifted" if kind == "restriction_lifted" else "effective")] if precision else []
    )
    return tell(
        db,
        kind,
        *dates,
        told=(when + timedelta(days=late)).isoformat(),
        by=f"desk{number}",
        platforms=tuple(sorted(apps)),
    )


@settings(max_examples=40, deadline=None)
@given(
    claims=st.lists(made, min_size=2, max_size=22),
    cuts=st.sets(st.integers(1, 21)),
    withdrawn=st.sets(st.integers(0, 21), max_size=5),
)
def test_strands_that_meet_and_part_do_so_in_any_order(
    claims: list[tuple[set[str], str, int, int, int]],
    cuts: set[int],
    withdrawn: set[int],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("made")
    (folder / "a").mkdir()
    (folder / "b").mkdir()
    with tracker(folder / "a") as db, tracker(folder / "b") as other:
        ids = []
        for number, one in enumerate(claims):
            ids.append(tell_made(db, number, one))
            if number in cuts:
                settle(db, NONE)
        settle(db, NONE)
        for number, one in reversed(list(enumerate(claims))):
            tell_made(other, number, one)
        for held in (db, other):
            with writing(held):
                for number in withdrawn & set(range(len(ids))):
                    held.execute("update claim set standing = 'review' where id = ?", (ids[number],))
                    mark_claim(held, held.execute("select * from claim where id = ?", (ids[number],)).fetchone())
            settle(held, NONE)
        one_way, other_way = rows(db), rows(other)
        for table in one_way:
            assert one_way[table] == other_way[table], table
