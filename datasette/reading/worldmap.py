"""What is in force -> the parts of the world map (drawn by _map.html). Outlines: world.json, made by make_world.py."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from reading.in_force import Cell, world_now
from reading.look import Look
from reading.words import label, listed


@cache
def outlines() -> dict[str, Any]:
    """world.json."""
    return json.loads(Path(__file__).with_name("world.json").read_text(encoding="utf-8"))


def world_map(look: Look, found: list[Cell]) -> list[dict[str, Any]]:
    """Places with something in force: {code, name, group, said, cells}, by name. ``said`` is what a pointer or screen reader tells."""
    shown = world_now(found)
    lines = []
    for code, mine in shown.items():
        name = look.names.place(code)
        apps = listed(list(dict.fromkeys(c["platform"] for c in mine["cells"])))
        said = f"{name}: {label(mine['group'], 'group').lower()}; {apps}"
        lines.append({"code": code, "name": name, "group": mine["group"], "said": said, "cells": mine["cells"]})
    return sorted(lines, key=lambda line: line["name"])
