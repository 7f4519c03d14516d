"""What is in force on any day, found by runs, is what the index says of that day."""

from __future__ import annotations

import sqlite3
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading import in_force
from reading.look import Look
from reading.names import read_names

from tests.reading import shelf

TABLES = (Path(__file__).parents[2] / "store" / "tables.sql").read_text(encoding="utf-8")
DAYS = [f"20{year:02}-{month:02}-15" for year in range(14, 28) for month in (1, 4, 7, 10)]
DAY = st.dates(min_value=date(2019, 12, 30), max_value=date(2020, 1, 20)).map(str)
CUT = DAY.flatmap(lambda day: st.sampled_from([day, day[:7], day[:4]]))  # a day may be known to its month or year alone
STRETCH = st.tuples(
    st.sampled_from("AB"),
    st.sampled_from(["UA", "RU"]),
    st.sampled_from(["device_ban", "throttling"]),
    CUT,
    st.one_of(CUT, st.just("")),
)


def compare(look: Look, day: str, apps: int = 0, places: int = 0) -> None:
    cells = in_force.cells(look, day)
    matrix, figures = in_force.on_day(look, day, apps, places)
    assert matrix == in_force.matrix(cells, apps, places)
    for pile in (pile for line in matrix["cells"].values() for pile in line.values()):
        held, since, action = pile.first()
        assert (held.kind, since, action) == tuple(next(iter(pile))[name] for name in ("kind", "since", "action"))
    assert figures == in_force.figures(cells)


@pytest.mark.parametrize("shown", [(0, 0), (3, 2)])
def test_every_day_of_the_shelf_reads_the_same(tmp_path: Path, shown: tuple[int, int]) -> None:
    db = sqlite3.connect(shelf.build(tmp_path / "tracker.db"))
    look = Look(db, read_names(db), "2026-03-02")
    assert any(in_force.cells(look, day) for day in DAYS)
    for day in DAYS:
        compare(look, day, *shown)


@given(st.lists(STRETCH, max_size=12), DAY)
def test_measures_that_overlap_touch_or_follow_read_the_same(stretches: list[tuple[str, ...]], day: str) -> None:
    db = sqlite3.connect(":memory:")
    db.executescript(TABLES)
    kept = [one for one in stretches if not one[4] or one[3] < one[4]]
    seen = {
        one[:4]: one for one in kept
    }.values()  # which of two that begin the same day stands for both is nobody's matter
    db.executemany(
        "insert into restriction values (?, ?, ?, ?, ?, ?)", [(*one, str(number)) for number, one in enumerate(seen)]
    )
    compare(Look(db, None, day), day)


def test_looks_at_one_state_share_the_calendar_and_others_do_not(tmp_path: Path) -> None:
    db = sqlite3.connect(shelf.build(tmp_path / "tracker.db"))
    names, kept = read_names(db), {}
    first = in_force.on_day(Look(db, names, "2026-03-02", kept=kept), "2025-01-01", 0, 0)
    db.execute("delete from restriction")
    assert in_force.on_day(Look(db, names, "2026-03-02", kept=kept), "2025-01-01", 0, 0) == first
    assert not in_force.on_day(Look(db, names, "2026-03-02"), "2025-01-01", 0, 0)[0]["apps"]
