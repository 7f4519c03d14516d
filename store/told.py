"""A claim's row -> what resolution needs of it: kinds, days, and what tells one action from another. Pure."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from datetime import date
from functools import cache

from claims import names
from store.kinds import kinds

LATE = 20  # days between the day told and the day published from which the day may be a mistake

STEPS = {
    "announced": 0, "reported": 0, "published": 0, "opened": 0, "decided": 1, "signed": 1, "ordered": 1, "effective": 2,
    "observed": 2, "lifted": 2, "deadline": 1, "scheduled_expiry": 1,
}  # fmt: skip
BEGINS = ("announced", "decided", "signed", "ordered", "effective", "opened", "published", "reported")


@dataclass(frozen=True, slots=True)
class Told:
    """A claim as resolution needs it. Days are proleptic ordinals. ``low`` and ``high``: first and last day its date can mean,
    None without one; ``days``: every exact day it gives for the action's steps; ``known``: the day by which it had happened.
    """

    id: str
    kind: str
    family: str
    ending: bool
    low: int | None
    high: int
    days: tuple[int, ...]
    known: int
    step: int
    seen: bool  # its day is one on which the measure was seen at work
    scopes: frozenset[str]
    authority: str
    amount: float
    currency: str
    person: str
    ends: str
    measure: str
    text: str  # the article it stands in, else the claim itself
    address: str

    @property
    def around(self) -> tuple[int, int]:
        """First and last day its date can mean; without one the day by which it had happened."""
        return (self.known, self.known) if self.low is None else (self.low, self.high)

    @property
    def exact(self) -> bool:
        return self.low is not None and self.low == self.high


COLUMNS = """c.id, c.kind, c.happened_on, c.precision, c.date_role, c.dates, c.scopes, c.authority_id, c.amount, c.currency, c.person, c.ends,
c.measure, c.article, c.source, c.url, c.standing, c.de_facto, coalesce(nullif(substr(a.published, 1, 10), ''), nullif(c.told_on, ''), substr(c.seen_at, 1, 10)) as known"""


def told(row: sqlite3.Row) -> Told:
    """A row with COLUMNS as resolution needs it."""
    kind = kinds()[row["kind"]]
    low, high = span(row["happened_on"])
    known = span(row["known"])[1]
    if row["de_facto"]:  # what was seen on a day tells no step of the action: it speaks of what was in force then
        low, high, known = None, 0, high or known
    person = row["person"]
    return Told(
        row["id"], row["kind"], kind.get("family", ""), bool(kind.get("ends")), low, high, _days(row, low, high),
        known, 3 * int(kind.get("step", 0)) + STEPS.get(row["date_role"], 0), row["date_role"] == "observed" and kind.get("life") == "measure", _members(row["scopes"]), row["authority_id"], _number(row["amount"]),
        row["currency"], _people().get(person.casefold(), person.casefold()) if person else "", row["ends"], row["measure"],
        row["article"] or row["id"], f"{row['source']} {row['url']}",
    )  # fmt: skip


@cache
def _members(text: str) -> frozenset[str]:
    return frozenset(json.loads(text))


@cache
def _people() -> dict[str, str]:
    """A name of a person who stands for a platform -> the first one listed."""
    return {alias.casefold(): one[0] for platform in names.platforms() for one in platform.people for alias in one}


def _days(row: sqlite3.Row, low: int | None, high: int) -> tuple[int, ...]:
    exact = {high} if low == high else set()
    if row["dates"].count("value") > 1:
        for when in json.loads(row["dates"])[1:]:
            if when["role"] in BEGINS and len(when["value"]) == 10:
                exact.add(span(when["value"])[1])
    return tuple(sorted(exact))


def _number(text: str) -> float:
    try:
        return float(text) if text else 0.0
    except ValueError:
        return 0.0


@cache
def span(value: str) -> tuple[int | None, int]:
    """First and last day, as ordinals, that "2024", "2024-09" or "2024-09-23" can mean; (None, 0) without a date."""
    if not value:
        return None, 0
    year, month, day = (int(part) for part in (value + "-01-01").split("-")[:3])
    first = date(year, month, day).toordinal()
    if len(value) >= 10:
        return first, first
    after = date(year + 1, 1, 1) if len(value) == 4 or month == 12 else date(year, month + 1, 1)
    return first, after.toordinal() - 1


def told_by(claim: Told) -> int:
    """The last day on which an end can have come: of a month or year none after the publication of who tells it."""
    if claim.low is None:
        return claim.known
    return claim.high if claim.exact else min(claim.high, max(claim.low, claim.known))


def slips(day: int) -> list[int]:
    """Days that differ from this one by a year or a month alone."""
    right = date.fromordinal(day)
    months = [right.year * 12 + right.month - 1 + step for step in (-12, 12, -1, 1)]
    return [date(month // 12, month % 12 + 1, right.day).toordinal() for month in months if right.day <= 28]
