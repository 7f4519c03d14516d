"""How well many claims become one action: pairwise F1 over tellings of every measure of the register, and where it fails."""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping
from pathlib import Path

import pytest

from store.database import open_tracker
from store.files import writing
from store.given import save_names
from store.settle import settle
from tests.resolve.conftest import tell
from tests.resolve.tellings import NONE, Telling, facts, same, save, tellings


def pairs(groups: Mapping[Hashable, int]) -> int:
    return sum(size * (size - 1) // 2 for size in groups.values())


def score(gold: Mapping[str, Hashable], found: Mapping[str, Hashable]) -> tuple[float, float, float]:
    """(precision, recall, F1) over pairs of claims that are one action; a claim that is missing is alone."""
    both = pairs(Counter((gold[claim], found.get(claim, claim)) for claim in gold))
    right, made = pairs(Counter(gold.values())), pairs(Counter(found.get(claim, claim) for claim in gold))
    precision, recall = both / made, both / right
    return precision, recall, 2 * precision * recall / (precision + recall)


def resolved(folder: Path, told: list[Telling]) -> tuple[dict[str, Telling], dict[str, tuple[str, str]]]:
    db = open_tracker(folder / "tracker.db")
    save_names(db)
    with writing(db):
        by = {save(db, one): one for one in told}
    settle(db, NONE)
    return by, same(db, by)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_tellings_of_one_action_are_one_action(tmp_path: Path, seed: int, capsys: pytest.CaptureFixture[str]) -> None:
    by, found = resolved(tmp_path, tellings(seed))
    assert len({one.fact.case for one in by.values()}) >= 110 and len(by) >= 3 * len(facts())
    actions = score({c: one.fact.gold for c, one in by.items()}, {c: ids[0] for c, ids in found.items()})
    cases = score({c: one.fact.case for c, one in by.items()}, {c: ids[1] for c, ids in found.items()})
    with capsys.disabled():
        print(
            f"\nseed {seed}: {len(by)} claims of {len({o.fact.gold for o in by.values()})} actions in {len({o.fact.case for o in by.values()})} measures"
        )
        for name, (precision, recall, f1) in (("same action", actions), ("same measure", cases)):
            print(f"  {name:13} precision {precision:.3f}  recall {recall:.3f}  F1 {f1:.3f}")
        print(
            "  lost, by how the date was told: " + ", ".join(f"{how} {share}" for how, share in lost(by, found).items())
        )
    assert actions[2] >= 0.97


def lost(by: Mapping[str, Telling], found: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """For each way of telling a date the claims that are not with most of their action's claims."""
    home: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for claim, one in by.items():
        home[one.fact.gold][found.get(claim, (claim, ""))[0]] += 1
    most = {gold: counts.most_common(1)[0][0] for gold, counts in home.items()}
    every, away = (
        Counter(o.how for o in by.values()),
        Counter(o.how for c, o in by.items() if found.get(c, ("", ""))[0] != most[o.fact.gold]),
    )
    return {how: f"{away[how]}/{every[how]}" for how in sorted(every)}


TWICE = [  # blocked for a day in May and for a day in July, both told and both ended
    ("nationwide_block", ("2016-05-02", "effective"), "2016-05-03"), ("restriction_lifted", ("2016-05-03", "lifted"), "2016-05-04"),
    ("nationwide_block", ("2016-07-19", "effective"), "2016-07-20"), ("restriction_lifted", ("2016-07-19", "lifted"), "2016-07-21"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("day", "told", "month"),
    [
        ("2016", "2016-05-07", "05"),  # a year, told when July was to come
        ("2016", "2016-08-01", "07"),
        ("2016-06-19", "2016-07-22", "07"),  # nothing was in force that day: the month is wrong
        ("2016-05-06", "2016-07-22", "05"),  # told late, but about when May's ended
    ],
)
def test_an_end_goes_to_what_can_have_ended_by_its_publication(
    db: sqlite3.Connection, day: str, told: str, month: str
) -> None:
    for number, (kind, when, published) in enumerate(TWICE):
        tell(db, kind, when, told=published, by=f"desk{number}")
    end = tell(db, "restriction_lifted", (day, "lifted"), told=told, by="late")
    settle(db, NONE)
    (began,) = db.execute(
        "select a.effective_on from claim c join action a on a.id = c.action where c.id = ?", (end,)
    ).fetchone()
    assert began[5:7] == month
