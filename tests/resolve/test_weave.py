"""Strands of several apps that share claims are one action: step by step as claims come, go and are taken back, and all at once."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from store.files import writing
from store.places import drop_claim, mark_claim
from store.settle import settle
from tests.drawn import drawn
from tests.resolve.conftest import tell
from tests.resolve.tellings import NONE
from tests.resolve.test_order import in_memory, rows

APPS = {"T": "Telegram", "X": "X", "F": "Facebook", "V": "Viber"}
HERE, HELD, EDITED, GONE = "published", "review", "superseded", ""
Step = dict[str, tuple[str, str]]
"""Claim -> the apps it names, and how it stands after the step. All tell a block on one day, so an app has one strand."""

# found by drawing: each ended otherwise without what its name says
FOUND: dict[str, list[Step]] = {
    "a telling taken back counts for another app's action now, whose strands nobody touched": [
        {"bb": ("TV", HERE)},
        {"29": ("VX", HERE)},
        {"3b": ("F", HERE), "92": ("X", HERE), "29": ("VX", EDITED)},
        {"a5": ("FT", HERE)},
    ],
    "it left an action that is not written for any other reason": [
        {"04": ("VX", HERE), "c1": ("V", EDITED)},
        {"68": ("FT", HERE), "0c": ("X", HERE), "04": ("VX", EDITED)},
        {"91": ("TX", HERE), "b7": ("V", HERE), "67": ("T", HERE)},
        {"1a": ("FV", HERE), "b0": ("FT", HERE)},
        {"68": ("FT", HELD), "91": ("TX", EDITED), "43": ("X", HERE)},
        {"00": ("F", HERE)},
    ],
    "it goes to an action whose strands moved in no way": [
        {"97": ("FTV", EDITED)},
        {"46": ("TX", HERE), "5f": ("V", HERE)},
        {"9f": ("T", HERE), "97": ("FTV", HELD), "46": ("TX", HELD), "b3": ("X", HERE)},
        {"46": ("TX", EDITED), "99": ("T", HERE)},
        {"9f": ("T", HELD)},
    ],
    "a strand that grows no longer holds one that leaned on it": [
        {"cf": ("FT", HERE), "00": ("T", HERE), "71": ("VX", HERE)},
        {"6c": ("TX", HERE), "80": ("FV", EDITED), "18": ("FX", HERE)},
        {"e7": ("F", HERE)},
    ],
    "what was withdrawn is told by nobody, not even by who took it back": [{"00": ("T", EDITED)}, {"00": ("T", HELD)}],
    "nor by one whose text is gone": [{"00": ("T", EDITED), "01": ("T", EDITED)}, {"00": ("T", GONE)}, {"01": ("T", GONE)}],
    "it stays with the last app that tells anything": [
        {"4c": ("FTV", HERE), "d0": ("TX", EDITED)},
        {"d9": ("X", HERE)},
        {"d9": ("X", EDITED)},
    ],
}  # fmt: skip


def take(db: sqlite3.Connection, claim: str, apps: str, standing: str) -> None:
    held = db.execute("select * from claim where id = ?", (claim,)).fetchone()
    if standing == GONE:
        with writing(db):
            return drop_claim(db, held) if held else None
    if not held:
        names = tuple(APPS[app] for app in apps)
        tell(db, "nationwide_block", ("2021-01-05", "effective"), told="2021-01-05", by=f"desk {claim}", ident=claim, platforms=names)  # fmt: skip
    with writing(db):
        db.execute("update claim set standing = ? where id = ?", (standing, claim))
        mark_claim(db, db.execute("select * from claim where id = ?", (claim,)).fetchone())


def agree(steps: list[Step], folder: Path) -> None:
    with in_memory(folder) as db, in_memory(folder) as other:
        for step in steps:
            for claim, now in step.items():
                take(db, claim, *now)
            settle(db, NONE)
        for claim in sorted({claim for step in steps for claim in step}):
            take(other, claim, *next(step[claim] for step in reversed(steps) if claim in step))
        settle(other, NONE)
        one_way, other_way = rows(db), rows(other)
        for table in one_way:
            assert one_way[table] == other_way[table], table


@pytest.mark.parametrize("steps", FOUND.values(), ids=FOUND)
def test_what_was_found_by_drawing(steps: list[Step], tmp_path: Path) -> None:
    agree(steps, tmp_path)


@st.composite
def drawn_steps(draw: st.DrawFn) -> list[Step]:
    names = st.sets(st.sampled_from("TXFV"), min_size=1, max_size=3).map(lambda apps: "".join(sorted(apps)))
    claims = draw(st.dictionaries(st.text("0123456789abcdef", min_size=2, max_size=2), names, min_size=3, max_size=10))
    standing = st.sampled_from((HERE, HERE, HERE, HELD, EDITED, EDITED, GONE))
    changes = st.dictionaries(st.sampled_from(sorted(claims)), standing, min_size=1, max_size=4)
    return [
        {c: (claims[c], now) for c, now in step.items()} for step in draw(st.lists(changes, min_size=2, max_size=6))
    ]


@drawn(25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=drawn_steps())
def test_actions_step_by_step_are_those_of_the_last_step(steps: list[Step], tmp_path: Path) -> None:
    agree(steps, tmp_path)
