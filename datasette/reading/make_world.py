"""world-atlas (npm) -> world.json: outlines of countries in the Equal Earth projection, as SVG paths.

Natural Earth's outlines are in the public domain (https://www.naturalearthdata.com/about/terms-of-use/); the package world-atlas
2.0.2 (ISC, https://github.com/topojson/world-atlas) ships them as TopoJSON. Countries too small for the 1:110m map are dots
at the middle of their largest part on the 1:50m map. Run by hand:

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    python datasette/reading/make_world.py package
"""

from __future__ import annotations

import itertools
import json
import sys
from math import asin, cos, radians, sin, sqrt
from pathlib import Path

from babel.core import get_global

WIDTH = 1000
A = (1.340264, -0.081106, 0.000893, 0.003796)  # Šavrič, Patterson, Jenny 2018: The Equal Earth map projection
SPAN = (2 * sqrt(3) * radians(180)) / (3 * A[0])  # half the width of the world
NORTH, SOUTH = 83.7, -56  # Antarctica is left out
UNNUMBERED = {"Kosovo": "XK"}  # no ISO number; N. Cyprus and Somaliland are drawn without a code
Point = tuple[float, float]


def projected(lon: float, lat: float) -> Point:
    """Degrees -> pixels, north up, from the left edge and the top."""
    t = asin(sqrt(3) / 2 * sin(radians(lat)))
    bend = A[0] + 3 * A[1] * t**2 + t**6 * (7 * A[2] + 9 * A[3] * t**2)
    x = 2 * sqrt(3) * radians(lon) * cos(t) / (3 * bend)
    y = A[0] * t + A[1] * t**3 + t**7 * (A[2] + A[3] * t**2)
    return (x + SPAN) * WIDTH / (2 * SPAN), (1.3174 - y) * WIDTH / (2 * SPAN)


def arcs(topology: dict) -> list[list[Point]]:
    """Every arc as degrees (TopoJSON holds them as quantised steps)."""
    (kx, ky), (dx, dy) = topology["transform"]["scale"], topology["transform"]["translate"]
    found = []
    for arc in topology["arcs"]:
        x = y = 0
        line = []
        for step in arc:
            x, y = x + step[0], y + step[1]
            line.append((x * kx + dx, y * ky + dy))
        found.append(line)
    return found


def rings(geometry: dict, lines: list[list[Point]]) -> list[list[Point]]:
    """Outer and inner rings of a country."""
    parts = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
    return [
        [point for arc in ring for point in (lines[arc] if arc >= 0 else lines[~arc][::-1])]
        for part in parts
        for ring in part
    ]


def sides(ring: list[Point]) -> list[list[Point]]:
    """A ring that crosses the 180th meridian, as one ring on each side of it."""
    whole = [ring[0]]
    for lon, lat in ring[1:]:
        turn = round((whole[-1][0] - lon) / 360) * 360
        whole.append((lon + turn, lat))
    if max(lon for lon, _ in whole) <= 180 and min(lon for lon, _ in whole) >= -180:
        return [whole]
    edge = 180 if max(lon for lon, _ in whole) > 180 else -180
    beyond = [(lon - 2 * edge, lat) for lon, lat in cut(whole, edge, -1 if edge < 0 else 1)]
    return [cut(whole, edge, 1 if edge < 0 else -1), beyond]


def cut(ring: list[Point], edge: float, side: int) -> list[Point]:
    """The part of a ring east (1) or west (-1) of a meridian."""
    kept = []
    for (x0, y0), (x1, y1) in zip(ring[-1:] + ring[:-1], ring, strict=True):
        inside, before = side * (x1 - edge) >= 0, side * (x0 - edge) >= 0
        if inside != before:
            kept.append((edge, y0 + (y1 - y0) * (edge - x0) / (x1 - x0)))
        if inside:
            kept.append((x1, y1))
    return kept


def path(ring: list[Point]) -> str:
    """A ring as a path in whole tenths of a pixel, relative; "" if it is too small to be seen."""
    if not ring:
        return ""
    points = [(round(x * 10), round(y * 10)) for x, y in (projected(*point) for point in ring)]
    kept = [points[0]]
    for point in points[1:]:
        if abs(point[0] - kept[-1][0]) + abs(point[1] - kept[-1][1]) >= 10:
            kept.append(point)
    if len(kept) < 3:
        return ""
    steps = [f"{b[0] - a[0]},{b[1] - a[1]}" for a, b in itertools.pairwise(kept)]
    return f"M{kept[0][0]},{kept[0][1]}l{' '.join(steps)}z".replace(",-", "-").replace(" -", "-")


def code(geometry: dict) -> str:
    """ISO 3166-1 alpha-2, or "" for what has none."""
    name = geometry["properties"]["name"]
    found = get_global("territory_aliases").get(str(geometry.get("id", "")).zfill(3))
    return UNNUMBERED.get(name) or (found[0] if found else "")


def middle(geometry: dict, lines: list[list[Point]]) -> list[float]:
    largest = max(rings(geometry, lines), key=len)
    at = [projected(*point) for point in largest]
    return [round(sum(p[i] for p in at) / len(at) * 10) for i in (0, 1)]


def world(folder: Path) -> dict:
    """The map: shapes {code, d} and dots {code, at}, in tenths of a pixel."""
    coarse, fine = (json.loads((folder / f"countries-{scale}.json").read_text()) for scale in ("110m", "50m"))
    lines, fine_lines = arcs(coarse), arcs(fine)
    shapes = []
    for one in coarse["objects"]["countries"]["geometries"]:
        drawn = [ring for ring in rings(one, lines) if max(lat for _, lat in ring) > SOUTH]
        shapes.append({"code": code(one), "d": "".join(path(side) for ring in drawn for side in sides(ring))})
    known = {shape["code"] for shape in shapes}
    small = [one for one in fine["objects"]["countries"]["geometries"] if code(one) and code(one) not in known]
    dots = [{"code": code(one), "at": middle(one, fine_lines)} for one in small if code(one) != "AQ"]
    return {
        "made_by": "make_world.py from world-atlas 2.0.2 (Natural Earth, public domain); do not edit by hand",
        "width": WIDTH * 10, "top": round(projected(0, NORTH)[1] * 10), "bottom": round(projected(0, SOUTH)[1] * 10),
        "shapes": sorted((s for s in shapes if s["d"]), key=lambda s: s["code"]), "dots": sorted(dots, key=lambda d: d["code"]),
    }  # fmt: skip


if __name__ == "__main__":
    target = Path(__file__).with_name("world.json")
    target.write_text(json.dumps(world(Path(sys.argv[1])), separators=(",", ":")) + "\n", encoding="utf-8")
