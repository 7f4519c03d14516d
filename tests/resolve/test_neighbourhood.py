"""One more claim reads and writes what is near it, however much is told of the same app in the same place."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from unittest.mock import patch

import pytest

from store import places
from store.database import open_tracker
from store.files import writing
from store.given import save_names
from store.places import mark_claim
from store.settle import settle
from store.stretches import KEPT, LONE, Spot, cores
from store.told import Told, told
from tests.resolve.conftest import tell
from tests.resolve.tellings import NONE

FIRST = date(1960, 1, 1)


def filled(folder: Path, actions: int) -> sqlite3.Connection:
    """A tracker with blocks of one app, five months apart, each told by four desks and lifted after a month."""
    db = open_tracker(folder / f"{actions}.db")
    save_names(db)
    for number in range(actions):
        begun = FIRST + timedelta(150 * number)
        for desk in range(4):
            tell(db, "nationwide_block", (str(begun), "effective"), told=str(begun + timedelta(desk)), by=f"desk{desk}")
        tell(
            db, "restriction_lifted", (str(begun + timedelta(30)), "lifted"), told=str(begun + timedelta(30)), by="desk"
        )
    settle(db, NONE)
    assert db.execute("select count(*) from action").fetchone()[0] == actions
    return db


@pytest.fixture(scope="module")
def sizes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[sqlite3.Connection]]:
    folder = tmp_path_factory.mktemp("neighbourhood")
    made = [filled(folder, actions) for actions in (6, 60)]
    yield made
    for db in made:
        db.close()


def work(db: sqlite3.Connection, kind: str, day: str, role: str) -> tuple[int, int]:
    """(claims looked at, rows written) when one more claim is told, in the middle of what is there."""
    looked: list[str] = []

    def seen(row: sqlite3.Row) -> Told:
        looked.append(row["id"])
        return told(row)

    tell(db, kind, (day, role), told=day, by=f"late {kind}")
    before = db.total_changes
    with patch.object(places, "told", seen):
        settle(db, NONE)
    return len(looked), db.total_changes - before


@pytest.mark.parametrize(("kind", "days", "role"), [("nationwide_block", 302, "effective"), ("restriction_lifted", 331, "lifted"), ("nationwide_block", 375, "effective"),
                                                    ("fine", 310, "decided")])  # fmt: skip
def test_one_more_claim_looks_at_no_more_in_a_block_ten_times_as_full(
    sizes: list[sqlite3.Connection], kind: str, days: int, role: str
) -> None:
    small, large = (work(db, kind, str(FIRST + timedelta(days)), role) for db in sizes)
    assert (
        small[0] == large[0] < 30 and large[1] < 200
    )  # of what is written a part is the full-text index, which joins its pages at times


OWN = {"temp.waiting", "sqlite_temp_master"}  # hold what the unit of work itself wrote, not what was there before


def scans(db: sqlite3.Connection, statements: list[str]) -> set[str]:
    """Tables that statements read from one end to the other. A row of a full-text index found by its number is called a scan too."""
    plans = [row[3] for one in sorted(set(statements)) for row in db.execute(f"explain query plan {one}")]
    read = {plan.split()[1] for plan in plans if plan.startswith("SCAN ") and "VIRTUAL TABLE" not in plan}
    return read - {"CONSTANT"} - OWN


def test_one_more_claim_reads_no_table_from_end_to_end(sizes: list[sqlite3.Connection]) -> None:
    """A claim of each kind comes, is taken back and goes, each settled by itself."""
    db, said = sizes[1], list[str]()
    day = str(FIRST + timedelta(460))
    db.set_trace_callback(said.append)
    for kind, role in (("nationwide_block", "effective"), ("restriction_lifted", "lifted"), ("throttling", "effective"), ("fine", "decided"), ("court_ruling", "decided"),
                       ("policy_terms_change", "effective")):  # fmt: skip
        more = {"side": "platform", "jurisdiction": ""} if kind.startswith("policy") else {}
        claim = tell(db, kind, (day, role), told=day, by=f"plan {kind}", **more)
        settle(db, NONE)
        for standing in ("superseded", "review"):
            with writing(db):
                db.execute("update claim set standing = ? where id = ?", (standing, claim))
                mark_claim(db, db.execute("select * from claim where id = ?", (claim,)).fetchone())
            settle(db, NONE)
    db.set_trace_callback(None)
    asked = [one for one in said if one.split()[0].lower() in ("select", "insert", "update", "delete", "with")]
    assert len(asked) > 500 and not scans(db, asked)


def spots(seed: int, count: int, span: int) -> list[Spot]:
    draw = random.Random(seed)
    days = [draw.randrange(700_000, 700_000 + span) for _ in range(count)]
    return [
        Spot(f"c{number:06}", 0, False, day, day + draw.choice((0, 0, 0, 30)), day + 3)
        for number, day in enumerate(days)
    ]


def test_a_lane_without_gaps_is_cut_where_what_is_near_says_so() -> None:
    every = spots(1, 6000, 4000)
    found = cores(every, 120)
    assert 10 < len(found) < 100 and sum(len(members) for _, members in found) == 6000
    assert all(len({s.day for s in members}) >= KEPT for _, members in found)
    for one in random.Random(2).sample(every, 40):  # without one claim only cuts around it move
        other = cores([s for s in every if s is not one], 120)
        moved = {s.first for s, _ in found} ^ {s.first for s, _ in other}
        assert all(abs(first - one.day) < 3 * KEPT for first in moved)


def test_a_lone_day_far_from_its_publication_is_told_apart() -> None:
    ((stretch, _),) = cores([Spot("a", 0, False, 700_000, 700_000, 700_400)], 120)
    assert stretch.kind == LONE
