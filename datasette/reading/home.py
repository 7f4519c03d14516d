"""The home page: what changed lately on both sides, what is in force today on a map and in a table, and the ways on."""

from __future__ import annotations

from reading import in_force
from reading.developments import ahead, latest
from reading.look import Look, Shown
from reading.rhythm import rhythm
from reading.worldmap import world_map

WAYS = 12
NEWEST = 2  # of each side, beside the map: whoever comes must see at once what is new


def home(look: Look) -> Shown:
    found = in_force.cells(look)
    lately = latest(look, 9)
    newest = [one for side in ("government", "platform") for one in [d for d in lately if d["side"] == side][:NEWEST]]
    data = {
        "figures": in_force.figures(found),
        "rhythm": rhythm(look, max((d["happened_on"] for d in lately), default=look.today)[:7]) if lately else [],
        "latest": lately,
        "ahead": ahead(look, 4),
        "matrix": in_force.matrix(found, apps=11, places=18),
        "map": world_map(look, found),
        "ways": ways(found),
        "sample": bool(look.value("select value from note where key = 'sample'")),
        "as_of": look.value("select max(last_try) from health") or "",
    }
    about = "Who restricts which app, where, since when and on what ground, and how the platforms answer: dated, quoted, archived."
    extra = {
        "newest": sorted(newest, key=lambda d: d["happened_on"], reverse=True),
        "earlier": [one for one in lately if one not in newest],
    }
    return Shown("home.html", "Banwatch", "/", data, about, extra=extra)


def ways(found: list[in_force.Cell]) -> dict[str, list[tuple[str, int]]]:
    """The three ways on: places, apps and kinds with most in force, and how many measures each has."""
    counts: dict[str, dict[str, int]] = {"place": {}, "platform": {}, "kind": {}}
    for cell in found:
        for key, by in counts.items():
            by[cell[key]] = by.get(cell[key], 0) + cell["measures"]
    return {key: sorted(by.items(), key=lambda pair: (-pair[1], pair[0]))[:WAYS] for key, by in counts.items()}
