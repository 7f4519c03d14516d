"""Month by month: how many developments either side had, for the chart of the front page. Counted off the index of kinds and days, the last
two years alone, so that it costs the same however long the past is."""

from __future__ import annotations

import json
from typing import Any

from reading.look import Look
from reading.words import group, words

MONTHS = 24
# a stretch of the index for each month: to count its rows takes a quarter of what it takes to group them by the month of each
COUNTED = """select m.value as month, k.value as kind, (select count(*) from development where kind = k.value and happened_on >= m.value
and happened_on <= m.value || '~') as number from json_each(?) k, json_each(?) m"""
WITHDRAWN = "select substr(happened_on, 1, 7) as month, kind, count(*) as number from development indexed by development_withdrawn where stage = 'withdrawn' and happened_on >= ? and happened_on <= ? group by 1, 2"


def rhythm(look: Look, last: str) -> list[dict[str, Any]]:
    """The MONTHS months up to ``last`` ("2026-04"): {month, government, platform}; found once for all looks at one state."""
    if "rhythm" not in look.kept:
        look.kept["rhythm"] = _counted(look, months(last))
    found: list[dict[str, Any]] = look.kept["rhythm"]
    return found


def months(last: str) -> list[str]:
    """ "2024-02" -> the MONTHS months up to it."""
    end = int(last[:4]) * 12 + int(last[5:7]) - 1
    return [f"{number // 12}-{number % 12 + 1:02}" for number in range(end - MONTHS + 1, end + 1)]


def _counted(look: Look, wanted: list[str]) -> list[dict[str, Any]]:
    found = {month: {"month": month, "government": 0, "platform": 0} for month in wanted}
    span = (wanted[0], wanted[-1] + "~")
    kinds = [kind for kind in words()["kind"] if kind != "now_tracking"]
    counted = look.rows(COUNTED, json.dumps(kinds), json.dumps(wanted))
    rows = [(row["month"], row["kind"], row["number"]) for row in counted]
    rows += [
        (row["month"], row["kind"], -row["number"])
        for row in look.rows(WITHDRAWN, *span)
        if row["kind"] != "now_tracking"
    ]
    for month, kind, number in rows:
        if month in found:  # a day that is known to its year alone is in no month
            found[month]["platform" if group(kind) == "policy" else "government"] += number
    return list(found.values())
