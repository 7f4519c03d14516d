"""Tellings of one action under one platform, as they are gathered. Pure."""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import dataclass, field

from store.told import Told


@dataclass(slots=True, eq=False)
class Strand:
    """Tellings of one action under one platform: ``claims`` tell it, ``ends`` its end. ``first`` and ``last`` are the first and
    last day told, or that a telling was known where none gives a day."""

    family: str
    number: int = 0
    claims: list[Told] = field(default_factory=list)
    ends: list[Told] = field(default_factory=list)
    days: list[int] = field(default_factory=list)
    scopes: set[str] = field(default_factory=set)
    authorities: set[str] = field(default_factory=set)
    persons: set[str] = field(default_factory=set)
    amounts: list[tuple[str, float, int]] = field(default_factory=list)
    steps: set[int] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)
    measure: str = ""
    first: int = 0
    last: int = 0
    ended: int | None = None

    def add(self, claim: Told) -> None:
        begun, over = claim.around
        self.first, self.last = (min(self.first, begun), max(self.last, over)) if self.claims else (begun, over)
        self.claims.append(claim)
        for day in claim.days:
            insort(self.days, day)
        if self.days:
            self.first, self.last = self.days[0], self.days[-1]
        self.measure = self.measure or claim.measure
        self.scopes |= claim.scopes
        self.texts.add(claim.text)
        self.steps.add(claim.step)
        self.persons |= {claim.person} - {""}
        self.authorities |= {claim.authority} - {""}
        if claim.amount:
            self.amounts.append((claim.currency, claim.amount, begun))

    def gap(self, low: int, high: int) -> int:
        """Days between the nearest day told and the span ``low`` to ``high``; 0 where they can be the same."""
        if not self.days:
            return max(0, max(self.first, low) - min(self.last, high))
        at = bisect_left(self.days, low)
        after = max(0, self.days[at] - high) if at < len(self.days) else 1 << 30
        return min(after, low - self.days[at - 1]) if at else after
