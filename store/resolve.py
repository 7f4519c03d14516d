"""Claims that name one platform in one jurisdiction -> strands: the tellings of one action there. Pure, and free of order.

Two claims belong to one strand when their kinds are of one family, nothing holds them apart (families.toml) and their days
are near. Days that are told exactly come first, then months and years, then claims without a day, which join what had
happened when they were published. What ends a measure joins the latest one it can end. Claims of one register measure are
held together. Every step goes through the claims in the order of their days and ids, so the result is a function of the set.

Time: n log n for n claims of one platform in one jurisdiction.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from store.apart import HELD_APART, SAYS
from store.endings import end_all
from store.kinds import families, family_rules, is_over
from store.strand import Strand
from store.told import LATE, Told, slips

BUCKET = 64  # days in one bucket of a lane's index
NEWS = 14  # days after a measure in which a report published is taken to speak of it
SETTLED = 14  # days after an end in which a telling still speaks of what ended


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
    return found + end_all(found, ends)


def _over(ends: Iterable[Told], family: str) -> list[int]:
    """Days on which something ended that may have been of this family."""
    return sorted(c.high for c in ends if c.exact and is_over(c.kind) and family in families(c.kind, c.ends))


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
