"""Claims of one action -> the things that happened to it, each told by at least one claim, and the ids they keep. Pure.

What a development is called hangs on the claim that told it first and on the stage which that claim told: what others add moves no id.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Sequence

from store.database import key
from store.kinds import kinds
from store.life import Dated, Life, clusters, dated, first_day, is_ending, overtaken
from store.shown import shown_day

BESIDE = 30  # days within which an announcement and a decision are one development
Happening = tuple[str, str, list[Dated], list[sqlite3.Row]]
"""(kind, stage, dates told of it, claims that tell it without a date)."""


def happenings(rows: Sequence[sqlite3.Row], kind: str, lived: Life) -> list[Happening]:
    """The things that happened to an action, each told by at least one claim, in a fixed order. A claim known only by a term that was
    overtaken by the end counts as one without a date."""
    by: dict[tuple[str, str], list[Dated]] = defaultdict(list)
    for one in dated(rows):
        by[(_kind_told(one.row, one.stage, kind), one.stage)].append(one)
    undone = [by.pop(pair) for pair in sorted(by) if overtaken(by[pair], pair[1], lived, shown_day)]
    loose = {one.row["id"] for dates in undone for one in dates if one.main}
    _join_decisions(by)
    found: list[Happening] = []
    for (told, stage), dates in sorted(by.items()):
        parts = clusters(dates, lambda d: d.value) if kinds()[told].get("repeats") and stage == "ended" else [dates]
        found += [(told, stage, part, []) for part in parts]
    appealed = [
        Dated(row, "appealed", row["state_on"] or row["known"][:10], "reported", False)
        for row in rows
        if row["state"] == "under_appeal"
    ]
    found += [(kind, "appealed", appealed, [])] if appealed else []
    for row in rows:
        if (row["dates"] == "[]" or row["id"] in loose) and row["de_facto"] not in ("reachable", "intermittent"):
            _place_undated(found, row, kind)
    return found


def _kind_told(row: sqlite3.Row, stage: str, kind: str) -> str:
    if is_ending(row):
        return str(row["kind"])
    if "step" not in kinds()[row["kind"]]:
        return kind
    return "legislation_in_force" if stage == "in_force" else str(row["kind"])


def _join_decisions(by: dict[tuple[str, str], list[Dated]]) -> None:
    """An announcement and a decision of about the same day are one development."""
    for kind, stage in sorted(by):
        if stage == "decided" and (kind, "announced") in by:
            one, other = first_day(shown_day(by[(kind, "announced")])), first_day(shown_day(by[(kind, "decided")]))
            if one and other and abs((one - other).days) <= BESIDE:
                by[(kind, "announced")] += by.pop((kind, "decided"))


def _place_undated(found: list[Happening], row: sqlite3.Row, kind: str) -> None:
    ending = is_ending(row)
    told = _kind_told(row, "announced", kind)
    fits = [
        h
        for h in found
        if h[0] == told and (h[1] == "ended") == ending and h[1] not in ("deadline", "expiry", "appealed")
    ]
    if fits:
        fits[-1 if ending else 0][3].append(row)
    else:
        found.append((told, "ended" if ending else "announced", [], [row]))


# ids -----------------------------------------------------------------------------------------------------------------
def own_stages(row: sqlite3.Row) -> list[str]:
    """The stages a claim tells of, the one it is known by first."""
    told = [one.stage for one in dated([row])] or ["ended" if is_ending(row) else "announced"]
    return [*told, *(["appealed"] if row["state"] == "under_appeal" else [])]


def development_id(held: sqlite3.Row, stage: str) -> str:
    """Of the claim that told it first and the stage which that claim told: what others add moves no id."""
    own = own_stages(held)
    return key("development", held["id"], next((one for one in (stage, "decided") if one in own), own[0]))


def tells_of(row: sqlite3.Row, kind: str, stage: str, happened: Sequence[Happening], number: int) -> bool:
    """Whether a claim of a text since edited told of a development: of its stage, or of one that is told no more and is taken for the first."""
    if is_ending(row):
        return stage == "ended" and row["kind"] == kind
    stages, there = set(own_stages(row)), {h[1] for h in happened}
    stages |= {"announced"} if "decided" in stages and "decided" not in there else set()
    first = next((n for n, h in enumerate(happened) if h[1] not in ("ended", "deadline", "expiry", "appealed")), -1)
    return stage in stages if stages & there else number == first
