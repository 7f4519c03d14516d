"""Actions of one jurisdiction -> their cases, and what a stronger measure superseded. Reads and writes rows of ``action`` only.

A case holds what belongs together to a reader: an inquiry with the arrest, charge and fine it led to, a law with the rulings
on it. An action joins the latest earlier one of a platform that its kind can follow (cases.toml). The register says for
itself what belongs together.
"""

from __future__ import annotations

import json
import sqlite3
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from heapq import heapify, heappop, heappush
from pathlib import Path
from typing import Any

from store.database import key, many
from store.kinds import case_of, kinds
from store.life import OVER

STEP = """
select a.id, a.kind, a.jurisdiction, a.platforms, a.authority_id, a.measure, a.follows, a.status, a.own_status, a.own_until, a.in_force_from, a.in_force_until,
       a.superseded, (select min(p.began) from action_platform p where p.action = a.id) as began
from action a where a.side = 'government' and """
ANY = "a.id in (select value from json_each(?))"
CASE = (
    'select a.measure, a."case", b."case" as before from action a left join action b on b.id = a.follows where a.id = ?'
)
FOLLOWERS = """
select (select min(p.began) from action_platform p where p.action = a.id), a.id from action a where a.follows = ? and a.follows != '' and a.measure = '' and a."case" != ?"""
EARLIER = """
select p.began, p.action, a.authority_id from action_platform p cross join action a on a.id = p.action
where p.platform = ? and p.jurisdiction = ? and p.family = ? and p.began >= ? and (p.began, p.action) < (?, ?) and a.side = 'government'
order by p.began desc, p.action desc"""
LATER = """
select p.action from action_platform p cross join action b on b.id = p.action
where p.platform = ? and p.jurisdiction = ? and p.family = ? and p.began >= ? and p.began <= ? and b.side = 'government' and b.measure = ''
  and (b.follows = '' or not exists (select 1 from action_platform q where q.action = b.follows and q.began > ?))"""
WEAKER = """
select p.action from action_platform p cross join action w on w.id = p.action
where p.platform = ? and p.jurisdiction = ? and p.family = ? and w.side = 'government' and w.in_force_from < ? and (w.own_until = '' or w.own_until >= ?)
  and (w.superseded = '' or w.in_force_until > ?)"""
STRONGER = """
select a.id, a.platforms, a.in_force_from from action_platform p cross join action a on a.id = p.action
where p.platform = ? and p.jurisdiction = ? and p.family = ? and a.side = 'government' and a.in_force_from > ?"""


@cache
def rules() -> dict[str, dict[str, Any]]:
    """cases.toml: for each family the families it can follow and for how many days."""
    return tomllib.loads((Path(__file__).parent / "cases.toml").read_text("utf-8"))


@cache
def _followed_by(family: str) -> tuple[str, ...]:
    """Families that can follow one."""
    return tuple(sorted(other for other, rule in rules().items() if family in rule["after"]))


@cache
def _weaker_than(family: str) -> tuple[str, ...]:
    """Families of measures that one of this family can supersede."""
    return tuple(sorted({str(k["family"]) for k in kinds().values() if family in k.get("superseded_by", ())}))


@dataclass(frozen=True, slots=True)
class Step:
    """An action as a step of a case."""

    row: sqlite3.Row
    family: str
    platforms: frozenset[str]
    began: str


def settle_cases(db: sqlite3.Connection, jurisdiction: str, actions: Iterable[str]) -> set[str]:
    """Write ``case``, and the status superseded, of the actions of a jurisdiction that were written, and of those that hang on
    them; ``actions`` may be gone. Returns those whose case is another now."""
    actions = set(actions)
    own = _steps(db, ANY, many(sorted(actions)))
    beside = {
        row[0]
        for row in db.execute(
            "select id from action where follows != '' and follows in (select value from json_each(?))",
            (many(sorted(actions)),),
        )
    }
    beside |= {action for step in own for action in _may_follow(db, jurisdiction, step)}
    steps = [*own, *_steps(db, ANY, many(sorted(beside - actions)))]
    for step in steps:
        _save_before(db, step, "" if step.row["measure"] else _before(db, jurisdiction, step))
    moved = _save_cases(db, steps)
    weak = {
        row[0]
        for row in db.execute(
            "select id from action where superseded != '' and superseded in (select value from json_each(?))",
            (many(sorted(actions)),),
        )
    }
    weak |= {action for step in own for action in _may_supersede(db, jurisdiction, step)}
    for step in [*own, *_steps(db, ANY, many(sorted(weak - actions)))]:
        _supersede(db, jurisdiction, step)
    return moved


def _steps(db: sqlite3.Connection, which: str, value: str) -> list[Step]:
    return [_step(row) for row in db.execute(f"{STEP} {which} order by a.id", (value,)).fetchall()]


def _step(row: sqlite3.Row) -> Step:
    family = str(kinds()[row["kind"]].get("family", row["kind"]))
    return Step(row, family, frozenset(json.loads(row["platforms"])), row["began"] or "")


# what follows what ----------------------------------------------------------------------------------------------------
def _before(db: sqlite3.Connection, jurisdiction: str, step: Step) -> str:
    """The latest earlier step that this one can follow."""
    rule = rules().get(step.family, {"after": ()})
    fits = [
        found
        for platform in sorted(step.platforms)
        for family in rule["after"]
        if (found := _earlier(db, (platform, jurisdiction, family), step, rule))
    ]
    return max(fits)[1] if fits else ""


def _earlier(
    db: sqlite3.Connection, lane: tuple[str, str, str], step: Step, rule: dict[str, Any]
) -> tuple[str, str] | None:
    since = _later(step.began, -int(rule["within"]))
    for row in db.execute(EARLIER, (*lane, since, step.began, step.row["id"])):
        if not (rule.get("same_authority") and _others(step.row["authority_id"], row["authority_id"])):
            return row["began"], row["action"]
    return None


def _later(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days)).isoformat() if day else ""


def _others(one: str, other: str) -> bool:
    return bool(one and other and one != other)


def _may_follow(db: sqlite3.Connection, jurisdiction: str, step: Step) -> set[str]:
    """Actions that may follow this one now: later, and following none that is later than it."""
    found: set[str] = set()
    for family in _followed_by(step.family):
        until = _later(step.began, int(rules()[family]["within"]))
        for platform in sorted(step.platforms):
            rows = db.execute(LATER, (platform, jurisdiction, family, step.began, until, step.began))
            found |= {row[0] for row in rows}
    return found


def _save_before(db: sqlite3.Connection, step: Step, before: str) -> None:
    if step.row["follows"] != before:
        db.execute("update action set follows = ? where id = ?", (before, step.row["id"]))


def _save_cases(db: sqlite3.Connection, steps: Iterable[Step]) -> set[str]:
    """The case of each step: that of the one it follows. What follows a step is looked at only where it has another case; each comes
    after what it follows, which began earlier. Returns the actions whose case changed."""
    waiting = [(step.began, str(step.row["id"])) for step in steps]
    heapify(waiting)
    queued, moved = set(waiting), set[str]()
    while waiting:
        action = heappop(waiting)[1]
        row = db.execute(CASE, (action,)).fetchone()
        case = key("case", case_of(row["measure"])) if row["measure"] else row["before"] or key("case", action)
        if case != row["case"]:
            db.execute('update action set "case" = ? where id = ?', (case, action))
            moved.add(action)
        for follower in {tuple(row) for row in db.execute(FOLLOWERS, (action, case))} - queued:
            heappush(waiting, follower)
            queued.add(follower)
    return moved


# what a stronger measure superseded -----------------------------------------------------------------------------------
def _may_supersede(db: sqlite3.Connection, jurisdiction: str, step: Step) -> set[str]:
    """Weaker measures that were in force when this one began, and that nothing had superseded by then."""
    since = step.row["in_force_from"]
    lanes = (
        [
            (platform, jurisdiction, family)
            for platform in sorted(step.platforms)
            for family in _weaker_than(step.family)
        ]
        if since
        else []
    )
    return {row[0] for lane in lanes for row in db.execute(WEAKER, (*lane, since, since, since))}


def _supersede(db: sqlite3.Connection, jurisdiction: str, weak: Step) -> None:
    """A weaker measure is superseded when the first stronger one on all its platforms begins while it is in force."""
    by = kinds()[weak.row["kind"]].get("superseded_by", ())
    if not by:
        return
    later = [
        (row["in_force_from"], row["id"])
        for family in by
        for row in db.execute(
            STRONGER, (min(weak.platforms, default=""), jurisdiction, family, weak.row["in_force_from"])
        )
        if _supersedes(row, weak)
    ]
    _save_superseded(db, weak.row, *min(later, default=("", "")))


def _supersedes(strong: sqlite3.Row, weak: Step) -> bool:
    since, until = weak.row["in_force_from"], weak.row["own_until"]
    if not since or weak.row["own_status"] in OVER - {"superseded"}:
        return False
    return weak.platforms <= set(json.loads(strong["platforms"])) and not (until and until < strong["in_force_from"])


def _save_superseded(db: sqlite3.Connection, row: sqlite3.Row, since: str, by: str) -> None:
    status, until = ("superseded", since) if since else (row["own_status"], row["own_until"])
    if (status, until, by) != (row["status"], row["in_force_until"], row["superseded"]):
        db.execute(
            "update action set status = ?, in_force_until = ?, superseded = ? where id = ?",
            (status, until, by, row["id"]),
        )
