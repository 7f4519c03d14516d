"""Which measures are in force on a day, by app and place: what the map and the matrix are drawn from."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from reading.calendar import Pile, calendar
from reading.look import Look
from reading.words import group, strength

# measures without an end, counted, and the oldest of them; then what ends after the day, and what begins after it: few, whatever the past holds
STANDING = """
select platform, jurisdiction, kind, measures, (select r.in_force_from || ' ' || r.action from restriction r where r.platform = s.platform
and r.jurisdiction = s.jurisdiction and r.kind = s.kind and r.in_force_until = '' order by r.in_force_from, r.action limit 1)
from standing s where {narrowed}"""
ENDING = """
select platform, jurisdiction, kind, 1, in_force_from || ' ' || action from restriction indexed by restriction_ends
where in_force_until != '' and in_force_until > ? and in_force_from <= ? and {narrowed}"""
AHEAD = """
select platform, jurisdiction, kind, -1, in_force_from || ' ' || action from restriction indexed by restriction_begins
where in_force_from > ? and in_force_until = '' and {narrowed}"""
ON_THE_MAP = ("block", "partial", "store", "device", "age", "duty")
Cell = dict[str, Any]


def cells(look: Look, day: str = "", **only: str) -> list[Cell]:
    """One row for each app, place and kind of measure in force on ``day`` (today), the strongest and oldest first; the oldest
    measure stands for several.
    ``only``: platform, jurisdiction or kind. All of today are found once for all looks at one state."""
    if only or day:
        return _cells(_found(look, day or look.today, only))
    if "cells" not in look.kept:
        look.kept["cells"] = _cells(_found(look, look.today, {}))
    return list(look.kept["cells"])


def _found(look: Look, on: str, only: dict[str, str]) -> list[tuple[Any, ...]]:
    narrowed, values = " and ".join(["1", *(f"{name} = ?" for name in only)]), list(only.values())
    found = dict[tuple[str, str, str], tuple[int, str]]()
    for sql, days in ((STANDING, []), (ENDING, [on, on]), (AHEAD, [on])):
        for app, place, kind, number, oldest in look.db.execute(sql.format(narrowed=narrowed), [*days, *values]):
            measures, before = found.get((app, place, kind), (0, oldest))
            found[app, place, kind] = measures + number, min(before, oldest)
    return [(*cell, measures, *oldest.split(" ")) for cell, (measures, oldest) in found.items() if measures]


def _cells(found: list[tuple[Any, ...]]) -> list[Cell]:
    of = {kind: (-strength(kind), group(kind)) for kind in {row[2] for row in found}}
    found.sort(key=lambda row: (of[row[2]][0], row[4], row[0], row[1], row[2]))
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
        for app, place, kind, measures, since, action in found
    ]


def strongest(found: list[Cell], key: str) -> dict[str, list[Cell]]:
    """Cells by ``key`` (platform, place), in the order they have."""
    by: dict[str, list[Cell]] = defaultdict(list)
    for cell in found:
        by[cell[key]].append(cell)
    return by


def on_day(look: Look, day: str, apps: int, places: int) -> tuple[dict[str, Any], dict[str, int]]:
    """(matrix, figures) of any day: what ``matrix`` and ``figures`` make of its cells, reading only those that are shown."""
    held = calendar(look)
    restricted = held.restricted.on(day)
    frame = corner(restricted, apps, places)
    columns, lines = set(frame["apps"]), {place: dict[str, Pile]() for place in frame["places"]}
    for app, place in restricted:
        if app in columns and place in lines:
            lines[place][app] = held.pairs[app, place].on(day)
    return frame | {"cells": lines}, _figures(restricted, held.groups.on(day))


def matrix(found: list[Cell], apps: int = 0, places: int = 0) -> dict[str, Any]:
    """Apps against places: {"apps": [...], "places": [...], "cells": {place: {app: [cell, ...]}}}, the most restricted first; 0 is all."""
    frame = corner([(cell["platform"], cell["place"]) for cell in found], apps, places)
    return frame | {"cells": filled(found, frame)}


def corner(pairs: Iterable[tuple[str, str]], apps: int, places: int) -> dict[str, Any]:
    """The apps that most places restrict, and the places that restrict most of these."""
    by_app: dict[str, set[str]] = defaultdict(set)
    for app, place in pairs:
        by_app[app].add(place)
    columns = sorted(by_app, key=lambda app: (-len(by_app[app]), app))[: apps or None]
    width = Counter(place for app in columns for place in by_app[app])
    lines = sorted(width, key=lambda place: (-width[place], place))[: places or None]
    every = set().union(*by_app.values())
    return {
        "apps": columns,
        "places": lines,
        "more_apps": len(by_app) - len(columns),
        "more_places": len(every) - len(lines),
    }


def filled(found: list[Cell], frame: dict[str, Any]) -> dict[str, dict[str, list[Cell]]]:
    wanted, made = set(frame["apps"]), {place: dict[str, list[Cell]]() for place in frame["places"]}
    for cell in found:
        if cell["place"] in made and cell["platform"] in wanted:
            made[cell["place"]].setdefault(cell["platform"], []).append(cell)
    return made


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


def figures(found: Collection[Cell]) -> dict[str, int]:
    """The numbers at the top of the home page."""
    return _figures(
        [(cell["platform"], cell["place"]) for cell in found], {(cell["place"], cell["group"]) for cell in found}
    )


def _figures(restricted: Iterable[tuple[str, str]], groups: Collection[tuple[str, str]]) -> dict[str, int]:
    """Of each (app, place) and each (place, group of kinds) once."""
    apps, places = zip(*restricted, strict=True) if restricted else ((), ())
    return {
        "places": len(set(places)),
        "apps": len(set(apps)),
        "blocking": sum(name == "block" for _, name in groups),
        "devices": sum(name == "device" for _, name in groups),
    }
