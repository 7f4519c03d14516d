"""Every measure of one state of the tracker, laid out so that what was in force on any day is found without walking through all.

The measures of one app, place and kind overlap; a run is a stretch of days in which at least one of them is in force. Runs in order of
their first day are cut at the day asked for; only the apps and places that a page then shows are looked at kind by kind.
"""

from __future__ import annotations

import gc
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby, islice
from operator import itemgetter
from threading import Lock
from typing import Any

from reading.look import Look
from reading.words import group, strength

ALL = "select platform, jurisdiction, kind, in_force_from, in_force_until, action from restriction order by platform, jurisdiction, kind, in_force_from, in_force_until, action"
OPEN = "~"  # behind every day
BUILDING = Lock()
Measure = tuple[str, str, str]  # first day, first day after it (OPEN: none), action
Stretch = tuple[str, str]  # first day, first day after it


@dataclass(slots=True)
class Held:
    """What one place does to one app in one kind of measure, over all days. The oldest measure in force on a day is the first, in order
    of beginning, that ends later; it is always one that outlasts all before it."""

    platform: str
    place: str
    kind: str
    group: str
    weight: int  # the lowest is the strongest
    sinces: list[str]  # of all measures, in order
    untils: list[str]  # of all measures, in order
    lasting: list[tuple[str, str]]  # (since, action) of those that outlast all before them
    lasting_until: list[str]

    def oldest(self, day: str) -> tuple[str, str]:
        """(first day, action) of the oldest measure in force."""
        return self.lasting[bisect_right(self.lasting_until, day)]

    def on(self, day: str) -> dict[str, Any]:
        """As a cell of the matrix: the oldest measure in force stands for all of them."""
        since, action = self.oldest(day)
        number = bisect_right(self.sinces, day) - bisect_right(self.untils, day)
        return {"platform": self.platform, "place": self.place, "kind": self.kind, "since": since, "measures": number,
                "action": action, "group": self.group}  # fmt: skip


@dataclass(slots=True)
class Pile:
    """What one place does to one app on a day, in every kind: the cells of a matrix, the strongest and oldest first. A page shows the
    first and how many more there are; the others are laid out only for who reads them all."""

    kinds: Sequence[Held]  # the strongest first
    day: str

    def __len__(self) -> int:
        return len(self.kinds)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        cells = [(held.weight, cell["since"], held.kind, cell) for held in self.kinds for cell in (held.on(self.day),)]
        return (cell for *_, cell in sorted(cells, key=lambda one: one[:3]))

    def first(self) -> tuple[Held, str, str]:
        """(held, first day, action) of the strongest and oldest: what a cell of the matrix shows."""
        strongest = self.kinds[0]
        since, action = strongest.oldest(self.day)
        for other in islice(self.kinds, 1, None):
            if other.weight != strongest.weight:
                break
            found = other.oldest(self.day)
            if (found[0], other.kind) < (since, strongest.kind):
                strongest, (since, action) = other, found
        return strongest, since, action

    def __eq__(self, other: object) -> bool:
        return list(self) == list(other) if isinstance(other, Iterable) else NotImplemented


@dataclass(slots=True)
class Runs:
    """Stretches of days in order of their first: three lists side by side. Those of one thing neither overlap nor touch."""

    begins: list[str] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)  # each the first day after it
    things: list[Any] = field(default_factory=list)

    def on(self, day: str) -> list[Any]:
        """The things that have a stretch with this ISO day in it, each once."""
        last = bisect_right(self.begins, day)
        return [thing for end, thing in zip(islice(self.ends, last), self.things, strict=False) if end > day]


@dataclass
class Pair:
    """What one place does to one app, over all days; laid out when it is first asked for."""

    pair: tuple[str, str]  # app and place
    kinds: list[tuple[str, list[Measure], list[Stretch]]]  # kind, its measures, its runs
    between: dict[int, list[Held]] = field(default_factory=dict)  # what was asked for already

    @cached_property
    def held(self) -> list[tuple[Held, list[Stretch]]]:
        """Each kind with its runs, the strongest first."""
        found = [(_held(*self.pair, kind, measures), runs) for kind, measures, runs in self.kinds]
        return sorted(found, key=lambda one: one[0].weight)

    @cached_property
    def edges(self) -> list[str]:
        """Days on which another set of kinds is in force."""
        return sorted({day for *_, runs in self.kinds for run in runs for day in run})

    def on(self, day: str) -> Pile:
        at = bisect_right(self.edges, day)
        if at not in self.between:
            self.between[at] = [held for held, runs in self.held if any(begin <= day < end for begin, end in runs)]
        return Pile(self.between[at], day)


@dataclass(slots=True)
class Calendar:
    pairs: dict[tuple[str, str], Pair]  # by app and place
    restricted: Runs  # of (app, place)
    groups: Runs  # of (place, group of kinds)


def calendar(look: Look) -> Calendar:
    """The calendar of the state that is looked at; made once for each."""
    with BUILDING:
        if "calendar" not in look.kept:
            gc.disable()  # a hundred thousand things are made here, and none is garbage
            try:
                look.kept["calendar"] = _made(look.db.execute(ALL))
            finally:
                gc.enable()
    made: Calendar = look.kept["calendar"]
    return made


def _made(rows: Iterable[tuple[str, ...]]) -> Calendar:
    pairs: dict[tuple[str, str], Pair] = {}
    stretches: dict[tuple[str, str], list[Stretch]] = defaultdict(list)
    by_group: dict[tuple[str, str], list[Stretch]] = defaultdict(list)
    for (platform, place), mine in groupby(rows, itemgetter(0, 1)):
        pair = pairs[platform, place] = Pair((platform, place), [])
        for kind, theirs in groupby(mine, itemgetter(2)):
            measures = [(since, until or OPEN, action) for _, _, _, since, until, action in theirs]
            runs = _runs(measures)
            pair.kinds.append((kind, measures, runs))
            stretches[platform, place] += runs
            by_group[place, group(kind)] += runs
    return Calendar(pairs, _laid(stretches), _laid(by_group))


def _held(platform: str, place: str, kind: str, measures: list[Measure]) -> Held:
    lasting, until = [], ""
    for measure in measures:
        if measure[1] > until:
            lasting.append(measure)
            until = measure[1]
    return Held(platform, place, kind, group(kind), -strength(kind), [since for since, *_ in measures], sorted(end for _, end, _ in measures),
                [(since, action) for since, _, action in lasting], [end for _, end, _ in lasting])  # fmt: skip


def _runs(stretches: Iterable[Sequence[str]]) -> list[Stretch]:
    """Stretches (first day, first day after it, ...) in order of their first day -> the same days without overlap."""
    found, begin, end = list[Stretch](), "", ""
    for since, until, *_ in stretches:
        if since > end:
            found.append((begin, end))
            begin, end = since, until
        elif until > end:
            end = until
    return [*found[1:], (begin, end)] if begin else []


def _laid(stretches: Mapping[Any, Iterable[Stretch]]) -> Runs:
    runs = [(*run, thing) for thing, mine in stretches.items() for run in _runs(sorted(mine))]
    runs.sort(key=lambda run: run[0])
    return Runs(*(list(column) for column in zip(*runs, strict=True))) if runs else Runs()
