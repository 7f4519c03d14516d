"""Claims about a platform's documents -> evidence of a change that was captured; what fits none stays an answer of its own."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import date

from store.actions import CLAIMS
from store.database import many, unsettled
from store.shown import ranked
from store.told import Told

BEFORE, AFTER = 14, 31  # days outside the captures around a change in which a claim may speak of it
CHANGES = """
select c.id, c.kind, c.seen_at, c.last_not_seen, c.effective_on, c.announced_for, v.id as development, v.happened_on
from change c join document d on d.id = c.document join development v on v.change = c.id
where d.platform = ? and c.class = 'substantive' and not c.ours order by c.id"""


def attached(db: sqlite3.Connection, claim: Told, known: dict[str, list[sqlite3.Row]]) -> tuple[str, str] | None:
    """(platform, change) that a claim about a platform's documents speaks of; None if none was captured. ``known``: changes by
    platform, as far as they were looked up.

    A claim fits a change of its kind if it was made or dated no more than a fortnight outside the time between the capture
    that did not show the change yet and a month after the one that did. One that names several platforms goes to the first
    that has such a change.
    """
    for platform in _platforms(db, claim):
        if platform not in known:
            known[platform] = db.execute(CHANGES, (platform,)).fetchall()
        change = _fitting(known[platform], claim)
        if change:
            return platform, change
    return None


def _platforms(db: sqlite3.Connection, claim: Told) -> list[str]:
    return [row[0] for row in db.execute("select platform from told where claim = ? order by platform", (claim.id,))]


def _fitting(changes: Iterable[sqlite3.Row], claim: Told) -> str:
    day = claim.low or claim.known
    fits = [
        (abs(_day(row["seen_at"]) - day), row["id"])
        for row in changes
        if row["kind"] == claim.kind
        and _day(row["last_not_seen"] or row["seen_at"]) - BEFORE <= day <= _day(row["seen_at"]) + AFTER
    ]
    return str(min(fits)[1]) if fits else ""


def _day(instant: str) -> int:
    return date.fromisoformat(instant[:10]).toordinal()


def save_evidence(db: sqlite3.Connection, change: str, claims: list[str]) -> None:
    """Write whose evidence claims are. A document that states no date of its own takes the one they state, else the day it was seen."""
    row = db.execute(CHANGES.replace("d.platform = ?", "c.id = ?"), (change,)).fetchone()
    if row is None:  # judged anew, and no update any more
        return
    rows = db.execute(CLAIMS, (many(claims),)).fetchall()
    db.execute(
        "update claim set development = ? where id in (select value from json_each(?))",
        (row["development"], many(claims)),
    )
    if row["effective_on"] or row["announced_for"]:
        return
    dated = ranked((r for r in rows if r["happened_on"]), lambda r: r, lambda r: str(r["happened_on"]))
    best = dated[0][1][0] if dated else None
    values = (
        (best["happened_on"], best["precision"], best["date_role"], best["date_basis"]) if best
        else (row["seen_at"][:10], "day", "first_seen", "observed")
    )  # fmt: skip
    unsettled(db, "answer", row["development"])
    db.execute(
        "update development set happened_on = ?, precision = ?, date_role = ?, date_basis = ? where id = ?",
        (*values, row["development"]),
    )
