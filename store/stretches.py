"""Where the claims of one lane stand in time -> stretches: runs of tellings near enough to hang together, which are computed alone.

A lane is one family of kinds under one platform in one jurisdiction. Claims with an exact day make stretches: where nothing is
told for longer than the family's ``apart``, one ends and the next begins. Where a lane is so full that this never happens, it is
cut at the widest gap between KEPT days told on either side. Every other claim goes to one stretch: a month or year to the nearest
that it touches, a claim without a day to the latest that had begun, a lone day far from its publication to what was news then.
All of that is a function of the set of claims, and hangs on what is near alone: a cut on no more than KEPT days around it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from store.told import LATE, slips

EXACT, LOOSE, UNDATED, GONE = 0, 1, 2, 3  # how a claim stands in time; GONE: of a text since edited
CORE, LONE, SIDE, HOSTED = (
    0,
    1,
    2,
    3,
)  # a stretch of exact days; one lone day far from its publication; of other claims; a lone one that is told elsewhere
KEPT = 64  # days told on either side of a cut in a lane without gaps
SOON = 7  # days before a measure begins in which its end may be told
MIX = 2654435761  # spreads days over 32 bits: which of equal gaps is the widest


@dataclass(frozen=True, slots=True)
class Spot:
    """A claim as its lane knows it. ``day`` to ``until``: days it tells, or the days its date can mean; ``known`` where it has none."""

    claim: str
    sort: int
    ending: bool
    day: int
    until: int
    known: int
    stretch: str = ""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A run of tellings; ``id`` is the smallest id of the claims that make it."""

    id: str
    first: int
    last: int
    kind: int = CORE


def cores(spots: Iterable[Spot], apart: int) -> list[tuple[Stretch, list[Spot]]]:
    """Stretches of the exact claims of a lane, or of some of its neighbouring stretches, in order of time."""
    ordered = sorted(spots, key=lambda s: (s.day, s.claim))
    begins = [0, *_begins(ordered, apart), len(ordered)] if ordered else []
    return [_core(ordered[a:b]) for a, b in pairwise(begins)]


def _core(spots: list[Spot]) -> tuple[Stretch, list[Spot]]:
    lone = len(spots) == 1 and abs(spots[0].known - spots[0].day) > LATE
    first, last = spots[0].day, max(s.until for s in spots)
    return Stretch(min(s.claim for s in spots), first, last, LONE if lone else CORE), spots


def _begins(ordered: Sequence[Spot], apart: int) -> list[int]:
    """Places in the order of days at which a stretch begins. A claim that tells a later day too holds together what lies between, but
    undoes no cut of a full lane."""
    found: list[int] = []
    chain: list[tuple[int, int, int]] = []  # (gap, its share of chance, place) within one chain
    reach = ordered[0].until
    for place, (before, spot) in enumerate(pairwise(ordered), 1):
        gap = spot.day - before.day
        if gap > apart:
            found += [*_widest(chain), *([place] if spot.day - reach > apart else [])]
            chain = []
        elif gap > 0:
            chain.append((gap, spot.day * MIX & 0xFFFFFFFF, place))
        reach = max(reach, spot.until)
    return found + _widest(chain)


def _widest(chain: Sequence[tuple[int, int, int]]) -> list[int]:
    """Places of the gaps that are wider than the KEPT before and the KEPT after them."""
    if len(chain) <= 2 * KEPT:
        return []
    found, at = [], KEPT
    while at < len(chain) - KEPT:
        around = chain[at - KEPT : at + KEPT + 1]
        best = max(range(len(around)), key=lambda i: around[i][:2])
        if best == KEPT:
            found.append(chain[at][2])
        at += max(1, best - KEPT)  # nothing before a wider one can be the widest
    return found


# the claims that make no stretch of their own -------------------------------------------------------------------------
def homes(stretches: Iterable[Stretch], lone: dict[str, Spot], rest: Iterable[Spot], near: int, apart: int) -> tuple[list[Stretch], dict[str, str]]:  # fmt: skip
    """(every stretch of a lane in order of time, claim -> the stretch it goes to). ``lone``: the claims of lone stretches, by id."""
    rest = list(rest)
    own = sorted(stretches, key=lambda s: (s.first, s.id))
    settled = [s for s in own if s.kind == CORE]
    hosts = {s.id: _host(settled, lone[s.id]) for s in own if s.kind != CORE}
    own = [s if s.kind == CORE else replace(s, kind=HOSTED if hosts[s.id] else LONE) for s in own]
    found = {lone[ident].claim: host or ident for ident, host in hosts.items()}
    begun = [s for s in own if s.kind != HOSTED]
    loose, undated = [s for s in rest if s.sort == LOOSE], [s for s in rest if s.sort == UNDATED]
    touching = {s.claim: _touching(begun, s, apart) for s in loose}
    beside = _beside([s for s in loose if not touching[s.claim]], apart)
    every = sorted([*begun, *(stretch for stretch, _ in beside)], key=lambda s: (s.first, s.id))
    found |= touching | {s.claim: stretch.id for stretch, spots in beside for s in spots}
    found |= {s.claim: latest(every, s.known + near) for s in undated}
    early = [s for s in undated if not found[s.claim]]
    if early:
        first = Stretch(min(s.claim for s in early), min(s.known for s in early), max(s.known for s in early), SIDE)
        every, found = [first, *every], found | {s.claim: first.id for s in early}
    found |= {s.claim: _touching(begun, s, apart) or latest(every, s.known + near) for s in rest if s.sort == GONE}
    return sorted([*every, *(s for s in own if s.kind == HOSTED)], key=lambda s: (s.first, s.id)), found


def latest(stretches: Sequence[Stretch], day: int) -> str:
    """The latest stretch that had begun by a day; "" if none had."""
    at = bisect_right(stretches, day, key=lambda s: s.first)
    return stretches[at - 1].id if at else ""


def _host(stretches: Sequence[Stretch], spot: Spot) -> str:
    """Of a lone day far from its publication: the stretch that was news then, or one that the same day of another month or year is in."""
    at = bisect_right(stretches, spot.known + LATE, key=lambda s: s.first) - 1
    if at >= 0 and stretches[at].last >= spot.known - LATE:
        return stretches[at].id
    for day in slips(spot.day):
        at = bisect_right(stretches, day, key=lambda s: s.first) - 1
        if at >= 0 and stretches[at].last >= day:
            return stretches[at].id
    return ""


def _touching(stretches: Sequence[Stretch], spot: Spot, apart: int) -> str:
    """The nearest stretch within ``apart`` of what a date can mean; of several it touches the one nearest to its publication."""
    fits = []
    for stretch in reversed(stretches[: bisect_right(stretches, spot.until + apart, key=lambda s: s.first)]):
        if stretch.last < spot.day - apart:
            break
        gap = max(0, stretch.first - spot.until, spot.day - stretch.last)
        fits.append((gap, max(0, stretch.first - spot.known, spot.known - stretch.last), stretch.id))
    return min(fits)[2] if fits else ""


def _beside(spots: Iterable[Spot], apart: int) -> list[tuple[Stretch, list[Spot]]]:
    """Stretches of months and years that touch no other."""
    groups: list[list[Spot]] = []
    reach = 0
    for spot in sorted(spots, key=lambda s: (s.day, s.claim)):
        if groups and spot.day <= reach + apart:
            groups[-1].append(spot)
        else:
            groups.append([spot])
        reach = max(reach, spot.until) if len(groups[-1]) > 1 else spot.until
    return [(Stretch(min(s.claim for s in g), g[0].day, max(s.until for s in g), SIDE), g) for g in groups]


def ended(stretches: Sequence[Stretch], spot: Spot) -> str:
    """The stretch that an end speaks of: the latest that had begun by its day, else by its publication if its day is long before."""
    begun = [s for s in stretches if s.kind != HOSTED]
    return latest(begun, spot.until + SOON) or (
        latest(begun, spot.known + SOON) if spot.known - spot.until > LATE else ""
    )
