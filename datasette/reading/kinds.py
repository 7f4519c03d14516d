"""A kind of action or policy change: where it is in force, and its latest. The list of all. And the whole matrix."""

from __future__ import annotations

from datetime import date

from reading import in_force
from reading.look import Look, Shown
from reading.rows import Missing
from reading.timeline import page_of
from reading.words import group, label, words

LATEST = 30


def kind(look: Look, ident: str) -> Shown:
    """Raises Missing with the nearest kinds."""
    if ident not in words()["kind"]:
        known = {k: f"/kind/{k}" for k in words()["kind"]} | {label(k): f"/kind/{k}" for k in words()["kind"]}
        raise Missing("kind", ident, look.names.near(ident, known))
    found = in_force.cells(look, kind=ident)
    developments = page_of(look, {"kind": ident}, "")
    data = {
        "kind": ident, "group": group(ident), "matrix": in_force.matrix(found, apps=14, places=60), "cells": len(found),
        "developments": developments[:LATEST], "more": len(developments) > LATEST,
    }  # fmt: skip
    name = label(ident)
    title = name[:1].upper() + name[1:]
    return Shown(
        "kind.html",
        title,
        f"/kind/{ident}",
        data,
        f"Where a {name} is in force, and the latest.",
        (("/kind", "Kinds"),),
        {"kind": ident},
    )


def kinds(look: Look) -> Shown:
    """All kinds by group, with how many measures of each are in force today."""
    counts: dict[str, int] = {}
    for cell in in_force.cells(look):
        counts[cell["kind"]] = counts.get(cell["kind"], 0) + cell["measures"]
    groups = [
        {"group": name, "kinds": [{"kind": k, "in_force": counts.get(k, 0)} for k in words()["kind"] if group(k) == name and k != "now_tracking"]}
        for name in words()["group"]
    ]  # fmt: skip
    return Shown(
        "kinds.html",
        "Kinds",
        "/kind",
        {"groups": groups},
        "The kinds of measures, cases and policy changes, and what is in force of each.",
    )


def whole_matrix(look: Look) -> Shown:
    """Apps against places on any day: arguments ``on`` (an ISO day; today), ``view`` ("all": every app and place)."""
    on = look.asked("on") or look.today
    try:
        on = date.fromisoformat(on).isoformat()
    except ValueError:
        raise Missing("day", on) from None
    matrix, figures = in_force.on_day(look, on, *((0, 0) if look.asked("view") == "all" else (20, 45)))
    data = {"on": on, "matrix": matrix, "figures": figures}
    return Shown(
        "matrix.html", "Who restricts what", "/matrix", data, "Apps against places: what is in force, and since when."
    )
