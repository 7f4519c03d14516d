"""Claims that differ -> the value a row shows, and who stands behind it. Pure.

What is shown is the value of the best rank, then of most independent voices, then the one seen first. Ranks are the tiers in their
order, but an entry of the register whose pages were read counts after official sources and courts and before what a machine read,
one taken from a dataset last.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from records import TIERS
from store.database import many
from store.kinds import kinds
from store.life import Dated

RANKS = ("official", "court", "page read", "measurement", "civil_society", "news", "aggregator", "dataset")
T = TypeVar("T")


def founder(rows: Iterable[sqlite3.Row]) -> sqlite3.Row:
    """The claim that was seen first."""
    return min(rows, key=_seen)


def _seen(row: sqlite3.Row) -> tuple[str, str]:
    return row["seen_at"], row["id"]


def rank(row: sqlite3.Row) -> int:
    """Standing of a claim when others differ: 0 is best."""
    return RANKS.index(row["basis"] or row["tier"])


def tier(rows: Iterable[sqlite3.Row]) -> str:
    """The best tier among claims."""
    return str(min((row["tier"] for row in rows), key=TIERS.index))


def voices(rows: Iterable[sqlite3.Row]) -> int:
    """How many independent tellings there are. Copies of one report are one; an entry of the register has those it cites, and
    one of its own where it cites none."""
    told, addresses, silent = set(), set(), set()
    cites: set[str] = set()
    for row in rows:
        if row["voice"]:
            told.add(row["voice"])
            addresses.add(row["url"])
        elif row["cites"] != "[]":
            cites |= set(json.loads(row["cites"]))
        else:
            silent.add(row["id"] if row["basis"] else row["source"])
    return len(told) + len(cites - addresses) + len(silent)


def ranked(
    items: Iterable[T], row: Callable[[T], sqlite3.Row], value: Callable[[T], str]
) -> list[tuple[str, list[sqlite3.Row]]]:
    """Values that are stated with the claims that state them, the one to show first."""
    told_by: dict[str, list[sqlite3.Row]] = defaultdict(list)
    for item in items:
        if value(item):
            told_by[value(item)].append(row(item))
    if len(told_by) < 2:  # nearly always: nothing to weigh
        return list(told_by.items())
    return sorted(told_by.items(), key=lambda pair: (*_merit(pair[1]), pair[0]))


def _merit(rows: list[sqlite3.Row]) -> tuple[int, int, str, float]:
    best = min(rank(row) for row in rows)
    return best, -voices(rows), min(row["seen_at"] for row in rows), -max(row["confidence"] for row in rows)


def by_column(rows: Iterable[sqlite3.Row], column: str) -> list[tuple[str, list[sqlite3.Row]]]:
    """Values of one column, the one to show first."""
    return ranked(rows, lambda row: row, lambda row: str(row[column]))


def shown(rows: Iterable[sqlite3.Row], column: str) -> str:
    """The value of a column that the action's row shows; "" if no claim states one."""
    found = by_column(rows, column)
    return found[0][0] if found else ""


def shown_day(dates: Iterable[Dated]) -> str:
    """The day to show. Where the best is cut short ("2024-09") and a better one lies within it, that one; a day on which a measure was
    seen at work only where no day of effect is told, and one before the beginning only where no other end is."""
    dates = list(dates)
    dates = [d for d in dates if not d.early] or dates
    found = ranked([d for d in dates if d.role != "observed"] or dates, lambda d: d.row, lambda d: d.value)
    if not found:
        return ""
    within = [value for value, _ in found[1:] if value.startswith(found[0][0])]
    return within[0] if len(within) == 1 else found[0][0]


def union(rows: Iterable[sqlite3.Row], column: str) -> str:
    """All members of a list column, the ones told most often first."""
    counts: dict[str, int] = defaultdict(int)
    for row in rows:
        for member in json.loads(row[column]):
            counts[member] += 1
    return many(member for _, member in sorted((-count, member) for member, count in counts.items()))


def kind_shown(telling: Sequence[sqlite3.Row]) -> str:
    """Of a law's kinds the latest step, else the one the best claims name, a weaker one only where no other is told."""
    steps = [(kinds()[row["kind"]]["step"], row["kind"]) for row in telling if "step" in kinds()[row["kind"]]]
    if steps:
        return str(max(steps)[1])
    return shown([row for row in telling if not kinds()[row["kind"]].get("weaker")], "kind") or shown(telling, "kind")


def alike(telling: Sequence[sqlite3.Row], kind: str) -> list[sqlite3.Row]:
    """Claims that tell what the action is shown as: not an earlier step of a law, not the advice before a ban."""
    own = "step" in kinds()[kind]
    return [row for row in telling if row["kind"] == kind or not (own or kinds()[row["kind"]].get("weaker"))]


def sum_shown(telling: Sequence[sqlite3.Row]) -> tuple[str, str]:
    """(amount, currency) that the action's row shows; empty if no claim states one."""
    found = ranked(
        (row for row in telling if row["amount"]), lambda row: row, lambda row: f"{row['amount']} {row['currency']}"
    )
    amount, _, currency = found[0][0].partition(" ") if found else ("", "", "")
    return amount, currency
