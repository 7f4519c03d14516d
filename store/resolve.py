"""Claims that name one platform in one jurisdiction -> strands: the tellings of one action there. Pure, and free of order.

Two claims belong to one strand when their kinds are of one family, nothing holds them apart (families.toml) and their days
are near. Days that are told exactly come first, then months and years, then claims without a day, which join what had
happened when they were published. What ends a measure joins the latest one it can end. Claims of one register measure are
held together. Every step goes through the claims in the order of their days and ids, so the result is a function of the set.

Time: n log n for n claims of one platform in one jurisdiction.
"""

from __future__ import annotations

import json
import sqlite3
import tomllib
from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from claims import names

BUCKET = 64  # days in one bucket of a lane's index
NEWS = 14  # days after a measure in which a report published is taken to speak of it
LATE = 20  # days between the day told and the day published from which the day may be a mistake
ABOUT = 45  # days between two tellings of one end
SETTLED = 14  # days after an end in which a telling still speaks of what ended
STEPS = {
    "announced": 0, "reported": 0, "published": 0, "opened": 0, "decided": 1, "signed": 1, "ordered": 1, "effective": 2,
    "observed": 2, "lifted": 2, "deadline": 1, "scheduled_expiry": 1,
}  # fmt: skip
OWN_STAFF = {"institution_staff", "legislature_staff"}
REGULATORS = {"regulator", "data_protection_authority"}
BEGINS = ("announced", "decided", "signed", "ordered", "effective", "opened", "published", "reported")


@cache
def kinds() -> dict[str, dict[str, Any]]:
    """kinds.toml: how each kind of action resolves and reads."""
    return tomllib.loads((Path(__file__).parent / "kinds.toml").read_text("utf-8"))


@cache
def family_rules(family: str) -> dict[str, Any]:
    """families.toml: what holds two actions of one family apart."""
    table = tomllib.loads((Path(__file__).parent / "families.toml").read_text("utf-8"))
    return dict(table.get(family, table["default"]))


@cache
def _authority_kinds() -> dict[str, str]:
    return {body.id: body.kind for body in names.authorities()}


@cache
def _people() -> dict[str, str]:
    """A name of a person who stands for a platform -> the first one listed."""
    return {alias.casefold(): one[0] for platform in names.platforms() for one in platform.people for alias in one}


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
        begun, over = (claim.low, claim.high) if claim.low is not None else (claim.known, claim.known)
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


def strands(claims: Iterable[Told], lifted: Sequence[int] | None = None) -> list[Strand]:
    """Every claim in exactly one strand. ``lifted``: days, in order, on which something ended there; those of the claims if None."""
    lanes: dict[str, list[Told]] = defaultdict(list)
    ends: list[Told] = []
    for claim in claims:
        (ends if claim.ending else lanes[claim.family]).append(claim)
    found = [
        strand
        for family in sorted(lanes)
        for strand in Lane(family, _over(ends, family) if lifted is None else lifted).run(lanes[family])
    ]
    return found + _end_all(found, ends)


def _over(ends: Iterable[Told], family: str) -> list[int]:
    """Days on which something ended that may have been of this family."""
    return sorted(c.high for c in ends if c.exact and is_over(c.kind) and family in families(c.kind, c.ends))


def is_over(kind: str) -> bool:
    """Whether an ending of this kind leaves nothing in force."""
    return kinds()[kind].get("becomes", "") in ("lifted", "annulled", "revoked", "expired", "closed")


class Lane:
    """Strands of one family, found by the days they tell. ``lifted``: days on which something ended here, in order."""

    def __init__(self, family: str, lifted: Sequence[int]) -> None:
        self.family, self.lifted = family, lifted
        self.rules = family_rules(family)
        self.strands: list[Strand] = []
        self.buckets: dict[int, set[int]] = defaultdict(set)
        self.begun: list[tuple[int, int]] = []

    def run(self, claims: list[Told]) -> list[Strand]:
        """Strands of ``claims``, which are all of this family."""
        self._measures([c for c in claims if c.measure])
        free = [c for c in claims if not c.measure]
        for claim in sorted((c for c in free if c.exact), key=lambda c: (not self._telling(c), c.low, c.id)):
            self._put(claim, self._near(claim) or self._seen(claim))
        self._mend()
        loose = [c for c in free if c.low is not None and not c.exact]
        for claim in sorted(loose, key=lambda c: (c.high - (c.low or 0), c.low, c.id)):
            self._put(claim, self._within(claim) or self._step_of(claim, claim.low or 0, claim.high))
        self.begun = sorted((strand.first, strand.number) for strand in self.strands if strand.claims)
        for claim in sorted((c for c in free if c.low is None), key=lambda c: (c.known, c.id)):
            strand = self._put(claim, self._undated(claim))
            if len(strand.claims) == 1:
                insort(self.begun, (strand.first, strand.number))
        self._mend()
        return [strand for strand in self.strands if strand.claims]

    def _telling(self, claim: Told) -> bool:
        """Whether a claim has what tells actions of this family apart; such claims are placed before the others."""
        return any(SAYS[rule](claim) for rule in self.rules["by"])

    def _measures(self, claims: list[Told]) -> None:
        by: dict[str, Strand] = {}
        for claim in sorted(claims, key=lambda c: (c.measure, c.id)):
            by[claim.measure] = self._put(claim, by.get(claim.measure))

    def _put(self, claim: Told, strand: Strand | None) -> Strand:
        if strand is None:
            strand = Strand(self.family, len(self.strands))
            self.strands.append(strand)
        strand.add(claim)
        for day in claim.days or (strand.first, strand.last):
            self.buckets[day // BUCKET].add(strand.number)
        return strand

    def _around(self, low: int, high: int) -> Iterator[Strand]:
        """Strands that tell a day of the span, and perhaps some beside it."""
        numbers: set[int] = set()
        for bucket in range(low // BUCKET, high // BUCKET + 1):
            numbers |= self.buckets.get(bucket, set())
        return (self.strands[number] for number in sorted(numbers) if self.strands[number].claims)

    def _near(self, claim: Told) -> Strand | None:
        """The strand nearest in days of the same step, else one whose step this claim follows or leads to."""
        near = self.rules["near"]
        fits = []
        for strand in self._around(claim.days[0] - near, claim.days[-1] + near):
            gap = min(strand.gap(day, day) for day in claim.days)
            if gap <= near and not self._ended_between(strand, claim) and self._fits(strand, claim):
                fits.append((gap, strand.number))
        return self.strands[min(fits)[1]] if fits else self._step_of(claim, claim.days[0], claim.days[-1])

    def _step_of(self, claim: Told, low: int, high: int) -> Strand | None:
        """The nearest strand of an earlier step before the claim, or of a later one after it: a ban announced, then decided."""
        apart = self.rules["apart"]
        fits = []
        for strand in self._around(low - apart, high + apart):
            on = self._steps_on(strand, claim, strand.first <= low) and strand.gap(low, high) <= apart
            if on and not self._ended_between(strand, claim) and self._fits(strand, claim):
                fits.append((strand.gap(low, high), strand.number))
        return self.strands[min(fits)[1]] if fits else None

    def _seen(self, claim: Told) -> Strand | None:
        """The strand that a block which was merely seen on a day is: the latest that had begun and was not ended."""
        if not claim.seen:
            return None
        begun = [strand for strand in self.strands if strand.claims and strand.first <= (claim.low or 0)]
        fits = [strand for strand in begun if not self._ended_between(strand, claim) and self._fits(strand, claim)]
        return max(fits, key=lambda strand: (strand.first, -strand.number), default=None)

    def _steps_on(self, strand: Strand, claim: Told, after: bool) -> bool:
        """Whether a claim tells a later step than the strand, or an earlier one. A law's steps may each be told of many times."""
        every = self.rules.get("steps", False)
        if after:
            return claim.step > (min(strand.steps) if every else max(strand.steps))
        return claim.step < (max(strand.steps) if every else min(strand.steps))

    def _ended_between(self, strand: Strand, claim: Told) -> bool:
        """Whether something ended well between the days of the strand and of the claim, and before the claim was published."""
        one, other = sorted((strand.first, claim.low or claim.known))
        at = bisect_left(self.lifted, one)
        return (
            at < len(self.lifted)
            and self.lifted[at] < min(other, claim.known) - SETTLED
            and other - strand.last > SETTLED
        )

    def _fits(self, strand: Strand, claim: Told) -> bool:
        return not any(HELD_APART[rule](strand, claim) for rule in self.rules["by"])

    def _mend(self) -> None:
        """A lone telling of a day far from the day it was published may have the wrong day. It speaks of the strand whose news its
        text came with (and tells nothing else of), or of one whose day differs by a slip of the pen: another year, another month."""
        whole = [s for s in self.strands if len(s.claims) > 1]
        news = sorted((c.known, s.number) for s in whole for c in s.claims)
        days = {day: s.number for s in reversed(whole) for day in s.days}
        for strand in self.strands:
            if len(strand.claims) == 1 and not strand.measure and abs(strand.claims[0].known - strand.first) > LATE:
                home = self._news(news, strand.claims[0]) or self._slip(days, strand.claims[0])
                if home is not None:
                    home.add(strand.claims.pop())

    def _slip(self, days: dict[int, int], claim: Told) -> Strand | None:
        """The strand that tells the same day of another year or month."""
        numbers = [days[day] for day in slips(claim.low) if day in days] if claim.exact and claim.low else []
        return next((self.strands[number] for number in numbers if self._fits(self.strands[number], claim)), None)

    def _news(self, news: list[tuple[int, int]], claim: Told) -> Strand | None:
        """The strand whose tellings were published about when this one was, by a text that tells nothing else of it."""
        low, high = bisect_left(news, (claim.known - NEWS, -1)), bisect_right(news, (claim.known + NEWS, 1 << 30))
        fits = []
        for known, number in news[low:high]:
            strand = self.strands[number]
            if abs(strand.last - claim.known) <= LATE and claim.text not in strand.texts and self._fits(strand, claim):
                fits.append((abs(known - claim.known), number))
        return self.strands[min(fits)[1]] if fits else None

    def _within(self, claim: Told) -> Strand | None:
        """The strand that tells a day within the month or year of the claim, or near a month; published about the same time."""
        low, high = claim.low or 0, claim.high
        slack = self.rules["near"] // 3 if high - low < 32 else 0
        fits = [
            (strand.gap(low, high), abs(claim.known - strand.last), strand.number)
            for strand in self._around(low - slack, high + slack)
            if strand.gap(low, high) <= slack and self._fits(strand, claim)
        ]
        return self.strands[min(fits)[2]] if fits else None

    def _undated(self, claim: Told) -> Strand | None:
        """The latest strand that had begun when the claim was known, or one that began soon after."""
        at = bisect_right(self.begun, (claim.known + self.rules["near"], 1 << 30))
        for _, number in reversed(self.begun[max(0, at - 8) : at]):
            if self._fits(self.strands[number], claim):
                return self.strands[number]
        return None


def slips(day: int) -> list[int]:
    """Days that differ from this one by a year or a month alone."""
    right = date.fromordinal(day)
    months = [right.year * 12 + right.month - 1 + step for step in (-12, 12, -1, 1)]
    return [date(month // 12, month % 12 + 1, right.day).toordinal() for month in months if right.day <= 28]


# what holds apart -----------------------------------------------------------------------------------------------------
def _other_scope(strand: Strand, claim: Told) -> bool:
    return bool(strand.scopes and claim.scopes and not strand.scopes & claim.scopes)


def _other_staff(strand: Strand, claim: Told) -> bool:
    own = strand.scopes & OWN_STAFF & claim.scopes
    return bool(own and claim.authority and strand.authorities and claim.authority not in strand.authorities)


def _other_regulator(strand: Strand, claim: Told) -> bool:
    if _authority_kinds().get(claim.authority) not in REGULATORS or claim.authority in strand.authorities:
        return False
    return any(_authority_kinds().get(body) in REGULATORS for body in strand.authorities)


def _other_person(strand: Strand, claim: Told) -> bool:
    return bool(claim.person and strand.persons and claim.person not in strand.persons)


def _other_amount(strand: Strand, claim: Told) -> bool:
    """Another sum in the same money on another day. On one day two sums are a disagreement."""
    same = [(amount, day) for currency, amount, day in strand.amounts if currency == claim.currency]
    if not claim.amount or not same:
        return False
    day = claim.low or claim.known
    return all(not 0.8 < amount / claim.amount < 1.25 and abs(on - day) > 1 for amount, on in same)


HELD_APART = {
    "scope": _other_scope, "own_staff": _other_staff, "regulator": _other_regulator, "person": _other_person, "amount": _other_amount,
}  # fmt: skip


SAYS: dict[str, Callable[[Told], bool]] = {
    "scope": lambda c: bool(c.scopes), "own_staff": lambda c: bool(c.authority and c.scopes & OWN_STAFF),
    "regulator": lambda c: _authority_kinds().get(c.authority) in REGULATORS, "person": lambda c: bool(c.person),
    "amount": lambda c: bool(c.amount),
}  # fmt: skip


# endings --------------------------------------------------------------------------------------------------------------
def _end_all(found: Sequence[Strand], ends: Iterable[Told]) -> list[Strand]:
    """Give every ending to the strand it ends; returns strands of endings whose beginning nobody told."""
    lanes: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for number, strand in enumerate(found):
        lanes[strand.family].append((strand.first, number))
    for lane in lanes.values():
        lane.sort()
    alone: dict[str, list[Strand]] = defaultdict(list)
    for claim in sorted(ends, key=lambda c: (c.low is None, c.high - (c.low or c.high), c.low or c.known, c.id)):
        home = _ended(found, lanes, claim)
        if home is None:
            _alone(alone[claim.kind], claim)
        else:
            home.ends.append(claim)
            if is_over(claim.kind) and home.ended is None and claim.low is not None:
                home.ended = claim.high
    return [strand for kind in sorted(alone) for strand in alone[kind]]


def _alone(lane: list[Strand], claim: Told) -> None:
    low, high = (claim.low, claim.high) if claim.low is not None else (claim.known, claim.known)
    near = family_rules("")["near"]
    home = next((strand for strand in lane if strand.first - near <= high and low <= strand.last + near), None)
    if home is None:
        home = Strand(claim.kind, len(lane))
        lane.append(home)
    home.add(claim)


def _ended(found: Sequence[Strand], lanes: dict[str, list[tuple[int, int]]], claim: Told) -> Strand | None:
    """The strand an ending ends. One dated long before it was published, when nothing had begun or all was over, has the wrong day."""
    if claim.measure:
        own = [
            s
            for family in families(claim.kind, claim.ends)
            for s in found
            if s.family == family and case_of(s.measure) == case_of(claim.measure)
        ]
        if own:
            return own[0]
    day = told_by(claim)
    home = _begun_by(found, lanes, claim, day)
    if claim.known - day > LATE and (home is None or (home.ended is not None and home.ended < day - ABOUT)):
        return _begun_by(found, lanes, claim, claim.known)
    return home


def told_by(claim: Told) -> int:
    """The last day on which an end can have come: of a month or year none after the publication of who tells it."""
    if claim.low is None:
        return claim.known
    return claim.high if claim.exact else min(claim.high, max(claim.low, claim.known))


def _begun_by(found: Sequence[Strand], lanes: dict[str, list[tuple[int, int]]], claim: Told, day: int) -> Strand | None:
    """Of the likeliest family the strand that had begun by a day: one known to end about then, else still open, else the latest."""
    for family in families(claim.kind, claim.ends):
        lane = lanes.get(family, [])
        at = bisect_right(lane, (day + 7, 1 << 30))
        near = [
            found[number] for _, number in lane[max(0, at - 16) : at] if not (claim.measure and found[number].measure)
        ]
        if near:
            return max(near, key=lambda s: (_ends_about(s, claim), s.ended is None, s.first, s.number))
    return None


def _ends_about(strand: Strand, claim: Told) -> bool:
    if strand.ended is None:
        return False
    low, high = (claim.low, claim.high) if claim.low is not None else (claim.known, claim.known)
    return low - ABOUT <= strand.ended <= high + ABOUT


@cache
def families(kind: str, ends: str) -> list[str]:
    """Families that an ending of this kind can end, the likeliest first; that of the kind the text says it ends before all."""
    said = kinds()[ends].get("family", "") if ends else ""
    listed = kinds()[kind].get("of", [])
    return [said, *(family for family in listed if family != said)] if said else list(listed)


def case_of(measure: str) -> str:
    """The case a register measure belongs to: its id without the part that tells several acts of one kind apart."""
    return measure.partition("#")[0]
