"""Every measure of one state of the tracker, laid out so that what was in force on any day is found without walking through all.

The measures of one app, place and kind overlap; a run is a stretch of days in which at least one of them is in force. Runs in order of
their first day are cut at the day asked for; only what a page then shows is looked at measure by measure.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby, islice
from threading import Lock
from typing import Any

from reading.look import Look
from reading.words import group, strength

ALL = "select platform, jurisdiction, kind, in_force_from, in_force_until, action from restriction order by platform, jurisdiction, kind, in_force_from, in_force_until, action"
OPEN = "~"  # behind every day
BUILDING = Lock()
Measure = tuple[str, str, str]  # first day, first day after it (OPEN: none), action


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

    def on(self, day: str) -> dict[str, Any]:
        """As a cell of the matrix: the oldest measure in force stands for all of them."""
        since, action = self.lasting[bisect_right(self.lasting_until, day)]
        number = bisect_right(self.sinces, day) - bisect_right(self.untils, day)
        return {"platform": self.platform, "place": self.place, "kind": self.kind, "since": since, "measures": number,
                "action": action, "group": self.group}  # fmt: skip


@dataclass(slots=True)
class Calendar:
    """Runs in order of their first day: three lists side by side."""

    begins: list[str] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)

    def on(self, day: str) -> list[Held]:
        """What is in force on an ISO day; each app, place and kind once."""
        last = bisect_right(self.begins, day)
        return [held for end, held in zip(islice(self.ends, last), self.held, strict=False) if end > day]


def calendar(look: Look) -> Calendar:
    """The calendar of the state that is looked at; made once for each."""
    with BUILDING:
        if "calendar" not in look.kept:
            look.kept["calendar"] = _made(look.db.execute(ALL))
    made: Calendar = look.kept["calendar"]
    return made


def _made(rows: Iterable[tuple[str, ...]]) -> Calendar:
    runs: list[tuple[str, str, Held]] = []
    for (platform, place, kind), mine in groupby(rows, lambda row: row[:3]):
        measures = [(since, until or OPEN, action) for *_, since, until, action in mine]
        held = _held(platform, place, kind, measures)
        runs += [(begin, end, held) for begin, end in _runs(measures)]
    runs.sort(key=lambda run: run[0])
    return Calendar(*(list(column) for column in zip(*runs, strict=True))) if runs else Calendar()


def _held(platform: str, place: str, kind: str, measures: list[Measure]) -> Held:
    lasting, until = [], ""
    for measure in measures:
        if measure[1] > until:
            lasting.append(measure)
            until = measure[1]
    return Held(platform, place, kind, group(kind), -strength(kind), [since for since, *_ in measures], sorted(end for _, end, _ in measures),
                [(since, action) for since, _, action in lasting], [end for _, end, _ in lasting])  # fmt: skip


def _runs(measures: list[Measure]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for since, until, _ in measures:
        if found and since <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], until))
        else:
            found.append((since, until))
    return found
