"""The vocabulary of actions, scopes, reasons, statuses and dates: claims/vocabulary.toml, loaded; an unknown word is refused."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from errors import Unrecognised


@dataclass(frozen=True, slots=True)
class Action:
    """One word for what a government or platform does. ``coarse`` None: the coarse list has no word for it."""

    name: str
    group: str
    side: str  # government or platform
    coarse: str | None
    coarse_subnational: str | None
    stage: bool  # a step in the life of a law or a case
    ending: bool  # a development of the action it ends


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "vocabulary.toml").read_text("utf-8"))


@lru_cache(maxsize=1)
def actions() -> dict[str, Action]:
    """Every fine action by name."""
    return {name: _action(name, row) for name, row in _table()["actions"].items()}


def _action(name: str, row: dict[str, Any]) -> Action:
    coarse = row.get("coarse", name) or None
    return Action(
        name=name,
        group=row["group"],
        side=row["side"],
        coarse=coarse,
        coarse_subnational=row.get("coarse_subnational", coarse),
        stage=row.get("stage", False),
        ending=row.get("ending", False),
    )


def action(name: str) -> Action:
    """The action of that name; Unrecognised if the vocabulary does not hold it."""
    if name not in actions():
        raise Unrecognised(f"unknown action {name!r}; add it to claims/vocabulary.toml or correct it", "unknown-action")
    return actions()[name]


def words(kind: str) -> frozenset[str]:
    """The words of one list of the vocabulary: scopes, reasons, statuses, date_roles, directions, tiers ..."""
    lists = _table()["words"]
    if kind not in lists:
        raise Unrecognised(f"unknown word list {kind!r}; there are {', '.join(sorted(lists))}", "unknown-list")
    return frozenset(lists[kind])


def check(kind: str, word: str) -> str:
    """``word`` if that list holds it, else Unrecognised."""
    if word not in words(kind):
        raise Unrecognised(
            f"{word!r} is none of the {kind}; add it to claims/vocabulary.toml or correct it", "unknown-word"
        )
    return word


def coarse(name: str, area: str = "") -> str | None:
    """The coarse name of a fine action, None where the coarse list has none; ``area`` tells a regional shutdown apart.

    >>> coarse("arrest"), coarse("shutdown", "subnational"), coarse("supervision_changed")
    ('arrest_or_charge', 'partial_block', None)
    """
    found = action(name)
    return found.coarse_subnational if area in ("subnational", "city") else found.coarse


def coarse_place(code: str) -> str:
    """The place as the coarse list has it: a state of a federation that it names apart, else the country.

    >>> coarse_place("US-MT"), coarse_place("DE-HH"), coarse_place("IE")
    ('US-MT', 'DE', 'IE')
    """
    state = code.partition("-")[0]
    return code if state in _table()["places"]["apart"] else state
