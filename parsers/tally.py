"""Entries of a list, and how many of them were taken -> Tally, so that a list that fell silent differs from one without news."""

from __future__ import annotations

from collections.abc import Iterable

from records import Record, Tally


def tallied(taken: list[Record], entries: Iterable[tuple[str, str]], total: int = 0) -> list[Record]:
    """``taken`` and, where the list holds more, a Tally of it. ``entries`` are (title, day) of every entry that was read,
    ``total`` how many there are if more than that."""
    read = list(entries)
    most = max(total, len(read))
    if most == len(taken):
        return taken
    return [*taken, Tally(most, sum(bool(title) for title, _ in read), sum(bool(day) for _, day in read))]
