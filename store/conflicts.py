"""Claims of one action that exclude each other -> rows of ``conflict``: what is shown, what others say, and why. Nothing is averaged."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Sequence

from store.database import key, many, put
from store.happenings import Happening
from store.kinds import kinds
from store.life import Dated, is_ending
from store.shown import RANKS, by_column, rank, ranked, shown_day, tier, voices


def save_conflicts(
    db: sqlite3.Connection,
    action: str,
    happened: Sequence[Happening],
    rows: Sequence[sqlite3.Row],
    telling: Sequence[sqlite3.Row],
) -> None:
    """A row for each value that the shown one, or another, excludes. ``telling``: claims that tell what the action is shown as."""
    for kind, stage, dates, _ in happened:
        if stage == "appealed":  # days on which it was so, not days of an event
            continue
        day = shown_day(dates)
        for told in _comparable(kind, dates):
            found = sorted(ranked(told, lambda d: d.row, lambda d: d.value), key=lambda pair: pair[0] != day)
            _save_disagreement(db, action, f"happened_on ({stage})", found, _same_day)
    binding = [row for row in rows if not is_ending(row)]
    _save_disagreement(db, action, "binding", by_column(binding, "binding"), lambda a, b: "unknown" in (a, b))
    _save_disagreement(db, action, "authority_id", by_column(telling, "authority_id"), lambda a, b: a == b)
    _save_disagreement(db, action, "scopes", [p for p in by_column(telling, "scopes") if p[0] != "[]"], _same_scopes)
    sums = ranked((r for r in telling if r["amount"]), lambda r: r, lambda r: f"{r['amount']} {r['currency']}".strip())
    _save_disagreement(db, action, "amount", sums, lambda a, b: a == b)
    for row in rows:
        if row["differs"]:
            field, value, known = json.loads(row["differs"])
            _put_conflict(db, action, field, known, value, [row], "the register holds this to be the better founded")


def _comparable(kind: str, dates: Sequence[Dated]) -> list[list[Dated]]:
    """Dates that speak of one step: an announcement and a decision may rightly differ, two days of one arrest not. Of a claim that
    gives several days for a step the first counts: it does not disagree with itself."""
    once = kinds()[kind].get("life") == "act"
    by: dict[tuple[str, bool], dict[str, Dated]] = defaultdict(dict)
    for one in dates:
        step = "" if once else "seen" if one.role == "observed" else _step(one.role)
        by[(step, bool(kinds()[one.row["kind"]].get("weaker")))].setdefault(one.row["id"], one)
    return [list(told.values()) for _, told in sorted(by.items())]


def _step(role: str) -> str:
    return {
        "reported": "announced",
        "published": "announced",
        "opened": "announced",
        "signed": "decided",
        "ordered": "decided",
    }.get(role, role)


def _same_day(a: str, b: str) -> bool:
    return a.startswith(b) or b.startswith(a)


def _same_scopes(a: str, b: str) -> bool:
    one, other = set(json.loads(a)), set(json.loads(b))
    return one <= other or other <= one


def _save_disagreement(
    db: sqlite3.Connection,
    action: str,
    field: str,
    found: Sequence[tuple[str, list[sqlite3.Row]]],
    agree: Callable[[str, str], bool],
) -> None:
    """The first value is shown; what is only less exact agrees with it."""
    for value, told in found[1:]:
        best, by = found[0]
        if not agree(best, value):
            _put_conflict(db, action, field, best, value, told, _why(by, told))
        elif any(not agree(value, other) for other, _ in found):
            _put_conflict(db, action, field, best, value, told, "less exact, and agrees with each of those that differ")


def _put_conflict(
    db: sqlite3.Connection, action: str, field: str, best: str, value: str, told: list[sqlite3.Row], why: str
) -> None:
    put(db, "conflict", {
        "id": key("conflict", action, field, value), "action": action, "field": field, "shown": best, "why": why, "value": value,
        "claims": many(sorted(row["id"] for row in told)), "tier": tier(told), "voices": voices(told),
    })  # fmt: skip


def _why(best: list[sqlite3.Row], other: list[sqlite3.Row]) -> str:
    one, two = min(map(rank, best)), min(map(rank, other))
    if one != two:
        return f"{_rank_name(one)} before {_rank_name(two)}"
    if voices(best) != voices(other):
        return f"{voices(best)} independent voices before {voices(other)}"
    if min(r["seen_at"] for r in best) != min(r["seen_at"] for r in other):
        return "seen first"
    return (
        "the entry itself before a differing report it names" if best[0]["basis"] else "seen at once; the lower value"
    )


def _rank_name(number: int) -> str:
    name = RANKS[number]
    return {"page read": "register, pages read", "dataset": "register, from a dataset"}.get(name, f"tier {name}")
