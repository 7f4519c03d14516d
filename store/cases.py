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

from store.actions import CLAIMS, shown_day
from store.database import key, many
from store.life import OVER, Life, first_day, life
from store.resolve import case_of, kinds

MEASURES = """
select a.id, a.kind, a.platforms, a.authority_id, a."case", a.status, a.in_force_from, a.in_force_until, a.curated,
       coalesce(nullif(a.announced_on, ''), nullif(a.effective_on, ''), substr(a.first_seen, 1, 10)) as began,
       (select min(t.measure) from claim c join told t on t.claim = c.id where c.action = a.id and t.part = 0 and t.measure != '') as measure
from action a where a.side = 'government' and a.jurisdiction = ? order by began, a.id"""


@cache
def rules() -> dict[str, dict[str, Any]]:
    """cases.toml: for each family the families it can follow and for how many days."""
    return tomllib.loads((Path(__file__).parent / "cases.toml").read_text("utf-8"))


@dataclass(slots=True)
class Step:
    """An action as a step of a case."""

    id: str
    family: str
    platforms: frozenset[str]
    authority: str
    day: int
    head: str


def settle_cases(db: sqlite3.Connection, jurisdiction: str) -> None:
    """Write ``case`` and the status superseded of every action of a jurisdiction where they changed."""
    rows = db.execute(MEASURES, (jurisdiction,)).fetchall()
    for row, case in zip(rows, _cases(rows), strict=True):
        if row["case"] != case:
            db.execute('update action set "case" = ? where id = ?', (case, row["id"]))
    _supersede(db, rows)


def _cases(rows: Iterable[sqlite3.Row]) -> list[str]:
    by: dict[str, dict[str, list[Step]]] = defaultdict(
        lambda: defaultdict(list)
    )  # platform -> family -> steps in order of time
    found = []
    for row in rows:
        step = _step(row)
        before = None if row["measure"] else _before(by, step)
        step.head = before.head if before else key("case", case_of(row["measure"]) if row["measure"] else step.id)
        for platform in step.platforms:
            by[platform][step.family].append(step)
        found.append(step.head)
    return found


def _step(row: sqlite3.Row) -> Step:
    began = first_day(row["began"])
    family = str(kinds()[row["kind"]].get("family", row["kind"]))
    return Step(
        row["id"],
        family,
        frozenset(json.loads(row["platforms"])),
        row["authority_id"],
        began.toordinal() if began else 0,
        "",
    )


def _before(by: dict[str, dict[str, list[Step]]], step: Step) -> Step | None:
    """The latest earlier step that this one can follow."""
    rule = rules().get(step.family)
    if rule is None:
        return None
    fits = [
        (other.day, other.id, other)
        for platform in sorted(step.platforms)
        for family in rule["after"]
        for other in by[platform][family][-8:]
        if step.day - other.day <= rule["within"] and not (rule.get("same_authority") and _others(step, other))
    ]
    return max(fits, key=lambda fit: fit[:2])[2] if fits else None


def _others(a: Step, b: Step) -> bool:
    return bool(a.authority and b.authority and a.authority != b.authority)


def _supersede(db: sqlite3.Connection, rows: Iterable[sqlite3.Row]) -> None:
    """A weaker measure is superseded when a stronger one on all its platforms begins while it is in force."""
    by: dict[str, list[sqlite3.Row]] = defaultdict(list)
    for row in rows:
        by[str(kinds()[row["kind"]].get("family", ""))].append(row)
    for row in rows:
        stronger = [other for family in kinds()[row["kind"]].get("superseded_by", ()) for other in by[family]]
        if stronger or row["status"] == "superseded":
            _supersede_one(db, row, stronger)


def _supersede_one(db: sqlite3.Connection, row: sqlite3.Row, stronger: Iterable[sqlite3.Row]) -> None:
    told = db.execute(
        CLAIMS, (many(r[0] for r in db.execute("select id from claim where action = ?", (row["id"],))),)
    ).fetchall()
    own = life(told, row["kind"], shown_day)
    first = min((other["in_force_from"] for other in stronger if _supersedes(other, row, own)), default="")
    status, until = ("superseded", first) if first else (own.status, own.until)
    if (status, until) != (row["status"], row["in_force_until"]):
        db.execute("update action set status = ?, in_force_until = ? where id = ?", (status, until, row["id"]))


def _supersedes(strong: sqlite3.Row, weak: sqlite3.Row, own: Life) -> bool:
    if not own.since or not strong["in_force_from"] or own.status in OVER - {"superseded"}:
        return False
    covers = set(json.loads(weak["platforms"])) <= set(json.loads(strong["platforms"]))
    return covers and strong["in_force_from"] > own.since and not (own.until and own.until < strong["in_force_from"])
