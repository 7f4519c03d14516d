"""Claims of one action -> its dates, status and periods. Pure: computed each time, written by nobody.

A status holds as of the newest day that any evidence speaks of. What a measure is on a day follows from its periods: when it
took effect, was suspended, partly lifted, not enforced, and when it was over.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TypeVar

from store.kinds import kinds

STAGES = {
    "announced": "announced", "reported": "announced", "published": "announced", "opened": "announced", "decided": "decided",
    "signed": "decided", "ordered": "decided", "effective": "in_force", "observed": "in_force", "lifted": "ended",
    "deadline": "deadline", "scheduled_expiry": "expiry",
}  # fmt: skip
OVER = {"lifted", "annulled", "revoked", "expired", "superseded", "closed"}
STATES = {"suspended", "not_enforced", "partly_lifted", "in_force", "partly_in_force"}
BEGINNINGS = {"announced", "decided", "in_force"}
ONGOING_AFTER = 30  # days after which evidence that a case goes on makes it ongoing
Shown = Callable[[Sequence["Dated"]], str]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Dated:
    """One date of one claim, under the stage it speaks of."""

    row: sqlite3.Row
    stage: str
    value: str
    role: str
    main: bool
    early: bool = (
        False  # an end dated before any beginning that is told: a mistake, shown only where no other day is told
    )


@dataclass(frozen=True, slots=True)
class Life:
    """What the dates and states of an action come to. Days are cut to their precision; "" is not stated."""

    status: str
    as_of: str
    announced: str
    effective: str
    lifted: str
    over: str  # when it was over, otherwise than by its term
    extended: str  # when its term was first extended
    since: str
    until: str
    periods: tuple[tuple[str, str, str, str], ...]  # since, until, state, basis


def is_ending(row: sqlite3.Row) -> bool:
    """Whether a claim tells the end (or pause, extension) of something."""
    return bool(kinds()[row["kind"]].get("ends"))


def stage_of(row: sqlite3.Row, role: str) -> str:
    """Stage of a date by its role; what happens once (an arrest, a fine) has but one."""
    if is_ending(row):
        return "expiry" if role == "scheduled_expiry" else "ended"
    if kinds()[row["kind"]].get("life") in ("act", "case") and role not in (
        "deadline",
        "scheduled_expiry",
        "effective",
    ):
        return "decided" if "step" in kinds()[row["kind"]] else "announced"
    return STAGES.get(role, "announced")


def dated(rows: Iterable[sqlite3.Row]) -> list[Dated]:
    """Every date that claims give; what was only seen (``de_facto``) gives none."""
    found = []
    for row in rows:
        if row["de_facto"] in ("reachable", "intermittent"):
            continue
        for number, when in enumerate(json.loads(row["dates"])):
            found.append(Dated(row, stage_of(row, when["role"]), when["value"], when["role"], number == 0))
    begun = min((one.value for one in found if one.stage in BEGINNINGS), default="")
    return [
        replace(one, early=True) if one.stage == "ended" and begun and _after(begun, one.value) else one
        for one in found
    ]


def life(rows: Sequence[sqlite3.Row], kind: str, shown: Shown) -> Life:
    """The life of an action told by ``rows``; ``shown`` picks among dates that disagree."""
    dates = dated(rows)
    by = {
        stage: [d for d in dates if d.stage == stage]
        for stage in ("announced", "decided", "in_force", "deadline", "expiry", "ended")
    }
    announced, effective = shown(by["announced"]) or shown(by["decided"]), shown(by["in_force"])
    over = [d for d in by["ended"] if kinds()[d.row["kind"]].get("becomes") in OVER]
    lifted = shown([d for d in over if d.role == "lifted"]) or shown(over)
    stating = [row for row in rows if row["state"] and (row["kind"] == kind or "step" in kinds()[row["kind"]])]
    replaced = min((row["state_on"] or row["known"][:10] for row in stating if row["state"] in OVER), default="")
    gone = shown([d for d in over if d.role == "effective"]) or lifted or replaced
    as_of = max(row["known"] for row in rows)[:10]
    expiry = _expiry(rows, by["expiry"])
    begun, basis = _begun(effective, shown(by["deadline"]), announced)
    measure = _is_measure(kind, effective)
    turns = _turns(stating, by["ended"], shown)
    periods = _periods(begun, basis, gone, expiry, turns) if measure and begun else ()
    status = _status(rows, stating, kind, measure, effective, as_of, gone if over else "", expiry, turns, over)
    held = [p for p in periods if p[2] != "suspended"]
    since, until = (held[0][0], held[-1][1]) if held else ("", "")
    since = begun if since == _whole(begun) else since
    extended = min((row["happened_on"] or row["known"][:10] for row in rows if row["kind"] == "extended"), default="")
    return Life(status, as_of, announced, effective, lifted, gone, extended, since, until, periods)


def overtaken(dates: Sequence[Dated], stage: str, lived: Life, shown: Shown) -> bool:
    """Whether a term or deadline lies after the end of what it is about, or it was extended by then: no event to come, none that came."""
    if stage not in ("deadline", "expiry"):
        return False
    day = shown(dates)
    own = not any(is_ending(d.row) for d in dates)
    ended = lived.over and _after(day, lived.over) and not _after(lived.effective, lived.over)
    return bool(ended or (own and stage == "expiry" and lived.extended and lived.extended <= day))


def _after(day: str, other: str) -> bool:
    """Whether a day, month or year is surely the later one."""
    return day > other and not day.startswith(other)


def _is_measure(kind: str, effective: str) -> bool:
    rules = kinds()[kind]
    return rules.get("life") == "measure" or bool(effective and "step" in rules)


def _begun(effective: str, deadline: str, announced: str) -> tuple[str, str]:
    """From when a measure counts as in force: the day of effect, else presumed from the time allowed or the announcement."""
    if effective:
        return effective, "stated"
    return deadline or announced, "presumed"


def _expiry(rows: Sequence[sqlite3.Row], found: Sequence[Dated]) -> str:
    """Day on which a measure ends by its own term, unless it was extended without a new one."""
    own = [d for d in found if not is_ending(d.row) or d.row["kind"] == "extended"]
    extended = [row for row in rows if row["kind"] == "extended"]
    last = max((row["happened_on"] or row["known"] for row in extended), default="")
    new = [d.value for d in own if d.row["kind"] == "extended"]
    if extended and not new and last <= max((d.value for d in own), default=""):
        return ""
    return max(new or [d.value for d in own], default="")


# turns: what it became and when ---------------------------------------------------------------------------------------
def _turns(stating: Sequence[sqlite3.Row], ended: Sequence[Dated], shown: Shown) -> list[tuple[str, str]]:
    """(day, state) of every turn short of the end, in order."""
    turns = []
    for kind in sorted({d.row["kind"] for d in ended}):
        state = str(kinds()[kind].get("becomes", ""))
        if state in STATES:
            of_kind = [d for d in ended if d.row["kind"] == kind and d.main]
            turns += [(shown(cluster), state) for cluster in clusters(of_kind, lambda d: d.value)]
    for row in stating:
        if row["state"] in STATES:
            turns.append((row["state_on"] or row["known"][:10], row["state"]))
    return sorted(turn for turn in set(turns) if turn[0])


def clusters(items: Iterable[T], day: Callable[[T], str], apart: int = 45) -> list[list[T]]:
    """Items whose days lie near each other, together, in order of time."""
    found: list[list[T]] = []
    for item in sorted(items, key=lambda i: first_day(day(i)) or date.max):
        if found and not _far(day(found[-1][-1]), day(item), apart):
            found[-1].append(item)
        else:
            found.append([item])
    return found


def _far(a: str, b: str, apart: int) -> bool:
    one, other = first_day(a), first_day(b)
    return bool(one and other and (other - one).days > apart)


def first_day(value: str) -> date | None:
    """First day that a day, month or year can mean."""
    return date.fromisoformat((value + "-01-01")[:10]) if value else None


def _whole(value: str) -> str:
    return (value + "-01-01")[:10] if value else ""


def _status(
    rows: Sequence[sqlite3.Row], stating: Sequence[sqlite3.Row], kind: str, measure: bool, effective: str, as_of: str, gone: str, expiry: str, turns: list[tuple[str, str]],
    over: Sequence[Dated],
) -> str:  # fmt: skip
    """The state that the newest evidence gives."""
    told = [(_whole(day), 1, state) for day, state in turns]
    told += [
        (_whole(row["state_on"] or row["known"][:10]), 2, row["state"]) for row in stating if row["state"] not in STATES
    ]
    if effective and effective <= as_of and measure:
        told.append((_whole(effective), 0, "in_force"))
    if gone:
        told.append((_whole(gone), 3, _became(over, gone)))
    if expiry and _whole(expiry) <= as_of and not any(day > _whole(expiry) for day, _, _ in told):
        told.append((_whole(expiry), 3, "expired"))
    if measure and gone:
        told = [t for t in told if t[1] == 3 or (t[0] > _whole(gone) and t[2] == "in_force")] or told
    return max(told)[2] if told else _plain(rows, kind, as_of)


def _became(over: Sequence[Dated], gone: str) -> str:
    return str(
        next(
            (kinds()[d.row["kind"]]["becomes"] for d in over if d.value == gone),
            kinds()[over[0].row["kind"]]["becomes"],
        )
    )


def _plain(rows: Sequence[sqlite3.Row], kind: str, as_of: str) -> str:
    rules = kinds()[kind]
    main = [row for row in rows if not is_ending(row)] or rows
    if rules.get("ends"):
        return str(rules.get("becomes") or "unknown")
    if rules.get("life") == "act" or rules.get("step") == 2:
        return "decided"
    if rules.get("life") == "case":
        begun = first_day(min((row["happened_on"] for row in main if row["happened_on"]), default=""))
        late = begun and date.fromisoformat(_whole(as_of)) > begun + timedelta(days=ONGOING_AFTER)
        return "ongoing" if late and len({row["known"][:10] for row in rows}) > 1 else "opened"
    if any(row["date_role"] in ("ordered", "decided", "signed") for row in main):
        return "ordered"
    return "announced" if any(row["happened_on"] for row in main) else "unknown"


def _periods(
    begun: str, basis: str, gone: str, expiry: str, turns: list[tuple[str, str]]
) -> tuple[tuple[str, str, str, str], ...]:
    """Stretches of one state, until the end, the term, or open."""
    end = _end(begun, gone, expiry)
    until, why = (end, "") if gone else (_whole(expiry), "scheduled")
    marks: dict[str, str] = {}
    before = [state for day, state in turns if _whole(day) <= _whole(begun)]
    marks[_whole(begun)] = before[-1] if before else "in_force"
    for day, state in turns:
        if _whole(begun) < _whole(day) and (not until or _whole(day) < until):
            marks[_whole(day)] = state
    days = sorted(marks)
    merged = [day for number, day in enumerate(days) if not number or marks[day] != marks[days[number - 1]]]
    stretches = []
    for number, day in enumerate(merged):
        last = number + 1 == len(merged)
        stop = until if last else merged[number + 1]
        stretches.append((day, stop, marks[day], why or basis if last and stop and why else basis))
    return tuple(s for s in stretches if not s[1] or s[0] < s[1])


def _end(begun: str, gone: str, expiry: str) -> str:
    """First day that a measure is over; one that ended the day it began was in force that day."""
    if not gone:
        return _whole(expiry)
    if _whole(gone) <= _whole(begun):
        return (
            (date.fromisoformat(_whole(begun)) + timedelta(days=1)).isoformat()
            if gone >= begun[: len(gone)]
            else _whole(begun)
        )
    return _whole(gone)


def de_facto(rows: Sequence[sqlite3.Row]) -> tuple[str, str]:
    """(what was seen last, claim that says so): blocked, reachable, intermittent; ("unknown", "") where nobody looked."""
    seen: list[tuple[str, str, str]] = []
    for row in rows:
        day = _whole(row["happened_on"]) or ""
        if row["de_facto"]:
            seen.append((day, row["id"], row["de_facto"]))
        elif row["date_role"] == "observed" and kinds()[row["kind"]].get("family") in (
            "block",
            "throttling",
            "shutdown",
            "function",
        ):
            seen.append((day, row["id"], "blocked"))
    last = max(seen, default=None)
    return (last[2], last[1]) if last else ("unknown", "")
