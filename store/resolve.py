"""Claims of one place -> groups that speak of one action. Pure: a function of the set of claims, whatever their order.

Two claims speak of one action when their kinds are of one family, a platform is common, their scopes and amounts do not
exclude each other, and their dates are near. A claim that ends something joins the latest action it can end. Claims of a
register name their measure, which holds them together and gives the action its id.
"""

from __future__ import annotations

import json
import sqlite3
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

NEAR = 60  # days between two tellings of one measure
ROLES_APART = 400  # days between announcement and effect of one measure
FAR = date(9999, 1, 1)


@cache
def kinds() -> dict[str, dict[str, Any]]:
    """kinds.toml: how each kind of action resolves and reads."""
    return tomllib.loads((Path(__file__).parent / "kinds.toml").read_text())


@dataclass(frozen=True, slots=True)
class Told:
    """A claim as resolution needs it. ``low`` and ``high`` are the first and last day its date can mean; ``known`` the day
    by which it had happened."""

    id: str
    kind: str
    platforms: frozenset[str]
    low: date | None
    high: date | None
    known: date
    role: str
    scopes: frozenset[str]
    authority: str
    amount: str
    person: str
    ends: str
    measure: str
    row: sqlite3.Row

    @property
    def family(self) -> str:
        return str(kinds()[self.kind].get("family", ""))

    @property
    def is_end(self) -> bool:
        return bool(kinds()[self.kind].get("ends"))


@dataclass(slots=True)
class Group:
    """Claims that speak of one action."""

    claims: list[Told] = field(default_factory=list)
    ends: list[Told] = field(default_factory=list)

    @property
    def all(self) -> list[Told]:
        return self.claims + self.ends

    @property
    def dated(self) -> list[Told]:
        return [c for c in self.claims if c.low]

    @property
    def low(self) -> date | None:
        return min((c.low for c in self.dated if c.low), default=None)

    @property
    def ended(self) -> date | None:
        return max((c.low for c in self.ends if c.low and kinds()[c.kind].get("becomes")), default=None)


def told(row: sqlite3.Row) -> Told:
    """A row of table ``claim`` (with the day its article was published as ``known``) as resolution needs it."""
    low, high = span(row["happened_on"], row["precision"])
    return Told(
        row["id"], row["kind"], frozenset(json.loads(row["platforms"])), low, high, _known(row), row["date_role"],
        frozenset(json.loads(row["scopes"])), row["authority_id"], row["amount"], row["person"], row["ends"], row["measure"], row,
    )  # fmt: skip


def span(value: str, precision: str) -> tuple[date | None, date | None]:
    """First and last day that "2024", "2024-09" or "2024-09-23" can mean; (None, None) without a date."""
    if not value:
        return None, None
    year, month, day = (int(part) for part in (value + "-01-01").split("-")[:3])
    first = date(year, month, day)
    if precision == "day":
        return first, first
    return first, (date(year, 12, 31) if precision == "year" else _month_end(first))


def _month_end(first: date) -> date:
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _known(row: sqlite3.Row) -> date:
    text = row["known"] or row["seen_at"]
    return date.fromisoformat(text[:10]) if len(text) >= 10 else FAR


def groups(claims: Iterable[Told]) -> list[Group]:
    """Every claim in exactly one group; the same groups for the same set of claims."""
    ordered = sorted(claims, key=lambda c: (c.low is None, c.low or c.known, c.id))
    found: list[Group] = []
    for claim in (c for c in ordered if not c.is_end):
        _place(found, claim)
    for claim in (c for c in ordered if c.is_end):
        _end(found, claim)
    return found


def _place(found: list[Group], claim: Told) -> None:
    fits = [group for group in found if _fits(group, claim)]
    if not fits:
        found.append(Group([claim]))
        return
    min(fits, key=lambda g: (_distance(g, claim), g.claims[0].id)).claims.append(claim)


def _fits(group: Group, claim: Told) -> bool:
    first = group.claims[0]
    measures = {c.measure for c in group.claims if c.measure}
    if claim.measure and measures and claim.measure not in measures:
        return False
    if first.family != claim.family or not any(c.platforms & claim.platforms for c in group.claims):
        return False
    return _compatible(group, claim) and _timely(group, claim)


def _compatible(group: Group, claim: Told) -> bool:
    """Scopes that exclude each other, two amounts or two persons make two actions."""
    for field_name in ("amount", "person"):
        values = {getattr(c, field_name) for c in group.claims} - {""}
        mine = getattr(claim, field_name)
        if mine and values and mine not in values:
            return False
    scopes = frozenset[str]().union(*(c.scopes for c in group.claims))
    return not (scopes and claim.scopes and claim.family == "device" and not scopes & claim.scopes)


def _timely(group: Group, claim: Told) -> bool:
    if claim.low is None:
        return group.low is None or group.low <= claim.known
    if not group.dated:
        return all(c.known >= claim.low for c in group.claims)
    if any(_gap(c, claim) <= NEAR for c in group.dated):
        return True
    apart = {c.role for c in group.dated} != {claim.role}
    return apart and min(_gap(c, claim) for c in group.dated) <= ROLES_APART


def _gap(a: Told, b: Told) -> int:
    if not (a.low and a.high and b.low and b.high):
        return 0
    return max(0, (max(a.low, b.low) - min(a.high, b.high)).days)


def _distance(group: Group, claim: Told) -> int:
    if claim.low is None:
        return (claim.known - group.low).days if group.low else 0
    return min((_gap(c, claim) for c in group.dated), default=0)


def _end(found: list[Group], claim: Told) -> None:
    day = claim.low or claim.known
    fits = [g for g in found if _ends(g, claim, day)]
    if not fits:
        alone = next((g for g in found if g.claims and g.claims[0].is_end and _same_end(g.claims[0], claim)), None)
        if alone:
            alone.claims.append(claim)
        else:
            found.append(Group([claim]))
        return
    max(fits, key=lambda g: (claim.ends in {c.kind for c in g.claims}, g.low or date.min, g.claims[0].id)).ends.append(
        claim
    )


def _ends(group: Group, claim: Told, day: date) -> bool:
    first = group.claims[0]
    measures = {c.measure for c in group.claims if c.measure}
    if claim.measure and measures:
        return claim.measure in measures and kinds()[first.kind].get("life") == "measure"
    if first.is_end or kinds()[first.kind].get("life") != "measure" or first.family == "policy":
        return False
    if not any(c.platforms & claim.platforms for c in group.claims):
        return False
    began = group.low
    if began and began > day:
        return False
    return group.ended is None or abs((group.ended - day).days) <= NEAR


def _same_end(a: Told, b: Told) -> bool:
    return a.kind == b.kind and bool(a.platforms & b.platforms) and _gap(a, b) <= NEAR


def cases(found: Sequence[Group]) -> list[int]:
    """For every group the index of the first group of its case: inquiries and steps against persons over one platform."""
    heads = list(range(len(found)))
    for i, group in enumerate(found):
        for j in range(i):
            if heads[i] == i and _one_case(found[j], group):
                heads[i] = heads[j]
    return heads


CASE = {"investigation", "raid", "arrest", "charge", "supervision_changed"}


def _one_case(a: Group, b: Group) -> bool:
    measures = {c.measure for c in a.claims if c.measure} & {c.measure for c in b.claims if c.measure}
    if measures:
        return True
    if not (a.claims[0].family in CASE and b.claims[0].family in CASE):
        return False
    if not any(x.platforms & y.platforms for x in a.claims for y in b.claims):
        return False
    return a.low is None or b.low is None or abs((a.low - b.low).days) <= 730
