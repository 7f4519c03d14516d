"""Actions of one jurisdiction -> their cases, and what a stronger measure superseded. Reads and writes rows of ``action`` only.

A case holds what belongs together to a reader: an inquiry with the arrest, charge and fine it led to, a law with the rulings
on it. An action joins the latest earlier one of a platform that its kind can follow (cases.toml). The register says for
itself what belongs together.
"""

from __future__ import annotations

import json
import sqlite3
import tomllib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from store.database import key, many
from store.life import OVER, first_day
from store.resolve import case_of, kinds

AROUND = """
select a.id, a.kind, a.platforms, a.authority_id, a.measure, a.follows, a.status, a.own_status, a.own_until, a.in_force_from, a.in_force_until,
       coalesce(nullif(a.announced_on, ''), nullif(a.effective_on, ''), substr(a.first_seen, 1, 10)) as began
from action a where a.side = 'government' and a.jurisdiction = ? and a.id in (
  select action from action_platform where platform in (select value from json_each(?))) order by began, a.id"""
FOLLOWERS = """
with recursive down(id) as (select value from json_each(?) union select a.id from action a join down on a.follows = down.id)
select id from down"""


@cache
def rules() -> dict[str, dict[str, Any]]:
    """cases.toml: for each family the families it can follow and for how many days."""
    return tomllib.loads((Path(__file__).parent / "cases.toml").read_text("utf-8"))


@dataclass(frozen=True, slots=True)
class Step:
    """An action as a step of a case."""

    row: sqlite3.Row
    family: str
    platforms: frozenset[str]
    day: int


def settle_cases(db: sqlite3.Connection, jurisdiction: str, platforms: Iterable[str]) -> None:
    """Write ``case``, and the status superseded, of the actions of a jurisdiction that concern any of these platforms."""
    platforms = set(platforms)
    own = [_step(row) for row in db.execute(AROUND, (jurisdiction, many(sorted(platforms)))).fetchall()]
    beside = platforms.union(*(step.platforms for step in own))
    every = [_step(row) for row in db.execute(AROUND, (jurisdiction, many(sorted(beside)))).fetchall()]
    chosen = {step.row["id"] for step in own}
    moved = [
        step.row["id"]
        for step, before in _befores(every)
        if step.row["id"] in chosen and _save_before(db, step, before)
    ]
    _save_cases(db, chosen if moved else set())
    _supersede(db, [step for step in every if step.row["id"] in chosen], every)


def _step(row: sqlite3.Row) -> Step:
    began = first_day(row["began"])
    family = str(kinds()[row["kind"]].get("family", row["kind"]))
    return Step(row, family, frozenset(json.loads(row["platforms"])), began.toordinal() if began else 0)


# what follows what ----------------------------------------------------------------------------------------------------
def _befores(steps: Iterable[Step]) -> list[tuple[Step, str]]:
    """Steps in order of time, each with the id of the one it follows, "" if none."""
    by: dict[tuple[str, str], list[Step]] = defaultdict(list)  # platform, family -> steps so far
    found = []
    for step in steps:
        found.append((step, "" if step.row["measure"] else _before(by, step)))
        for platform in step.platforms:
            by[platform, step.family].append(step)
    return found


def _before(by: dict[tuple[str, str], list[Step]], step: Step) -> str:
    """The latest earlier step that this one can follow."""
    rule = rules().get(step.family, {"after": ()})
    fits = [
        (other.day, str(other.row["id"]))
        for platform in sorted(step.platforms)
        for family in rule["after"]
        for other in by[platform, family][-8:]
        if step.day - other.day <= rule["within"] and not (rule.get("same_authority") and _others(step, other))
    ]
    return max(fits)[1] if fits else ""


def _others(a: Step, b: Step) -> bool:
    one, other = a.row["authority_id"], b.row["authority_id"]
    return bool(one and other and one != other)


def _save_before(db: sqlite3.Connection, step: Step, before: str) -> bool:
    """Write what a step follows; whether its case has to be computed (a case is written where an action is saved, as its own)."""
    if step.row["follows"] != before:
        db.execute("update action set follows = ? where id = ?", (before, step.row["id"]))
    return bool(before or step.row["follows"])


def _save_cases(db: sqlite3.Connection, actions: Iterable[str]) -> None:
    """The case of each action, and of what follows it: that of the action at the head of the chain."""
    ids = [row[0] for row in db.execute(FOLLOWERS, (many(sorted(actions)),))]
    rows = {
        row["id"]: row
        for row in db.execute(
            'select id, follows, measure, "case" from action where id in (select value from json_each(?))', (many(ids),)
        )
    }
    heads: dict[str, str] = {}
    for action in rows:
        case = _head(db, rows, heads, action)
        if rows[action]["case"] != case:
            db.execute('update action set "case" = ? where id = ?', (case, action))


def _head(db: sqlite3.Connection, rows: dict[str, sqlite3.Row], heads: dict[str, str], action: str) -> str:
    chain = []
    while action not in heads:
        row = (
            rows.get(action) or db.execute("select id, follows, measure from action where id = ?", (action,)).fetchone()
        )
        chain.append(action)
        if row is None or row["measure"] or not row["follows"]:
            heads[action] = key("case", (case_of(row["measure"]) if row else "") or action)
            break
        action = row["follows"]
    for one in chain:
        heads[one] = heads[action]
    return heads[action]


# what a stronger measure superseded -----------------------------------------------------------------------------------
def _supersede(db: sqlite3.Connection, own: Iterable[Step], every: Iterable[Step]) -> None:
    """A weaker measure is superseded when a stronger one on all its platforms begins while it is in force."""
    strong: dict[tuple[str, str], list[Step]] = defaultdict(list)
    for step in every:
        for platform in step.platforms if step.row["in_force_from"] else ():
            strong[platform, step.family].append(step)
    for step in own:
        families = kinds()[step.row["kind"]].get("superseded_by", ())
        if families:
            later = [
                other
                for family in families
                for other in strong[min(step.platforms, default=""), family]
                if _supersedes(other, step)
            ]
            _save_superseded(db, step.row, min((other.row["in_force_from"] for other in later), default=""))


def _supersedes(strong: Step, weak: Step) -> bool:
    since, until = weak.row["in_force_from"], weak.row["own_until"]
    if not since or weak.row["own_status"] in OVER - {"superseded"} or strong.row["in_force_from"] <= since:
        return False
    return weak.platforms <= strong.platforms and not (until and until < strong.row["in_force_from"])


def _save_superseded(db: sqlite3.Connection, row: sqlite3.Row, since: str) -> None:
    status, until = ("superseded", since) if since else (row["own_status"], row["own_until"])
    if (status, until) != (row["status"], row["in_force_until"]):
        db.execute("update action set status = ?, in_force_until = ? where id = ?", (status, until, row["id"]))
