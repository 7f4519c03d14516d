"""The life of an action as a strip from its first day to today: stretches of force, and a mark for each thing that happened. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from reading.rows import Row
from reading.words import day, label

WIDTH = 1000  # units from end to end
LEAST = 60  # days, so that what lasted a day is no strip of one colour


def strip(life: Sequence[Row], periods: Sequence[Row], today: str) -> dict[str, Any] | None:
    """{begin, end (days, as exact as they are known), said, spans: [{x, width, state}], marks: [{x, said, group's kind}], years: [x]}; None where there is nothing
    to draw. ``life``: developments; ``periods``: since, until ("" open), state."""
    dated = [one for one in life if one["happened_on"]]
    days = [_ordinal(one["happened_on"]) for one in dated] + [_ordinal(one["since"]) for one in periods]
    if not days or (len(dated) < 2 and not periods):
        return None
    begin, end = min(days), max(*days, _ordinal(today))
    first = min([one["happened_on"] for one in dated] + [one["since"] for one in periods], key=_ordinal)
    if end - begin < LEAST:
        begin, first = end - LEAST, date.fromordinal(end - LEAST).isoformat()

    def at(when: int) -> float:
        return round((when - begin) / (end - begin) * WIDTH, 1)

    spans = [_span(one, at, end) for one in periods]
    years = [at(new) for year in range(date.fromordinal(begin).year + 1, date.fromordinal(end).year + 1) if (new := date(year, 1, 1).toordinal()) > begin]  # fmt: skip
    marks = [
        {
            "x": at(_ordinal(one["happened_on"])),
            "kind": one["kind"],
            "said": f"{day(one['happened_on'])}: {one['title']}",
        }
        for one in dated
    ]
    return {"begin": first, "end": date.fromordinal(end).isoformat(), "spans": spans, "marks": marks, "years": years,
            "said": "; ".join(_said(one) for one in periods) or f"{len(marks)} days on which something happened"}  # fmt: skip


def _span(period: Row, at: Any, end: int) -> dict[str, Any]:
    x = at(_ordinal(period["since"]))
    return {
        "x": x,
        "width": max(2.0, round(at(_ordinal(period["until"]) if period["until"] else end) - x, 1)),
        "state": period["state"],
    }


def _said(period: Row) -> str:
    until = f"to before {day(period['until'])}" if period["until"] else "until today"
    return f"{label(period['state'], 'status')} {day(period['since'])} {until}"


def _ordinal(when: str) -> int:
    """The first day that a day, month or year can mean."""
    return date.fromisoformat((when + "-01-01")[:10]).toordinal()
