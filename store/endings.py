"""Tellings of an end -> the strand it ends: the likeliest family, the latest that had begun by then and is open. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence

from store.kinds import case_of, families, family_rules, is_over
from store.strand import Strand
from store.told import LATE, Told, told_by

ABOUT = 45  # days between two tellings of one end


def end_all(found: Sequence[Strand], ends: Iterable[Told]) -> list[Strand]:
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
    low, high = claim.around
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
    low, high = claim.around
    return low - ABOUT <= strand.ended <= high + ABOUT
