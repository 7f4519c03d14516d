"""Which measures are in force on a day, by app and place: what the map and the matrix are drawn from."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from reading.look import Look
from reading.words import group, strength

CELLS = """
select platform, jurisdiction as place, kind, min(in_force_from) as since, count(*) as measures, action from restriction
where in_force_from <= ? and (in_force_until = '' or in_force_until > ?){narrowed} group by platform, jurisdiction, kind"""
ON_THE_MAP = ("block", "partial", "store", "device", "age", "duty")
Cell = dict[str, Any]


def cells(look: Look, day: str = "", **only: str) -> list[Cell]:
    """One row for each app, place and kind of measure in force on ``day`` (today), the strongest and oldest first; the oldest
    measure stands for several.
    ``only``: platform, jurisdiction or kind."""
    narrowed = "".join(f" and {name} = ?" for name in only)
    on = day or look.today
    found = look.db.execute(CELLS.format(narrowed=narrowed), (on, on, *only.values())).fetchall()
    of = {kind: (-strength(kind), group(kind)) for kind in {row[2] for row in found}}
    found.sort(key=lambda row: (of[row[2]][0], row[3], row[0]))
    return [
        {
            "platform": app,
            "place": place,
            "kind": kind,
            "since": since,
            "measures": measures,
            "action": action,
            "group": of[kind][1],
        }
        for app, place, kind, since, measures, action in found
    ]


def strongest(found: list[Cell], key: str) -> dict[str, list[Cell]]:
    """Cells by ``key`` (platform, place), in the order they have."""
    by: dict[str, list[Cell]] = defaultdict(list)
    for cell in found:
        by[cell[key]].append(cell)
    return by


def matrix(found: list[Cell], apps: int = 0, places: int = 0) -> dict[str, Any]:
    """Apps against places: {"apps": [...], "places": [...], "cells": {place: {app: [cell, ...]}}}, the most restricted first; 0 is all."""
    by_app, by_place = strongest(found, "platform"), strongest(found, "place")
    reach = {app: len({cell["place"] for cell in by}) for app, by in by_app.items()}
    columns = sorted(by_app, key=lambda app: (-reach[app], app))[: apps or None]
    wanted = set(columns)
    kept = {place: [cell for cell in by if cell["platform"] in wanted] for place, by in by_place.items()}
    width = {place: len({cell["platform"] for cell in by}) for place, by in kept.items() if by}
    lines = sorted(width, key=lambda place: (-width[place], place))[: places or None]
    return {
        "apps": columns, "places": lines,
        "cells": {place: dict(strongest(kept[place], "platform")) for place in lines},
        "more_apps": len(by_app) - len(columns), "more_places": len(by_place) - len(lines),
    }  # fmt: skip


def world_now(found: list[Cell]) -> dict[str, Cell]:
    """What the map shows of each country: {code: {group, cells, part}}; a measure of a part of a country is a partial one."""
    shown: dict[str, Cell] = {}
    for place, by in strongest(found, "place").items():
        country, _, part = place.partition("-")
        mine = shown.setdefault(country, {"group": "", "cells": []})
        mine["cells"] += by
        name = "partial" if part and by[0]["group"] == "block" else by[0]["group"]
        if not mine["group"] or ON_THE_MAP.index(name) < ON_THE_MAP.index(mine["group"]):
            mine["group"] = name
    return shown


def figures(found: list[Cell]) -> dict[str, int]:
    """The numbers at the top of the home page."""

    def places(name: str) -> int:
        return len({c["place"] for c in found if c["group"] == name})  # fmt: skip

    return {
        "places": len({c["place"] for c in found}), "apps": len({c["platform"] for c in found}),
        "blocking": places("block"), "devices": places("device"),
    }  # fmt: skip
