"""Kinds of actions and their families, as kinds.toml and families.toml tell them: how each kind resolves and reads."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any


@cache
def kinds() -> dict[str, dict[str, Any]]:
    """kinds.toml: how each kind of action resolves and reads."""
    return tomllib.loads((Path(__file__).parent / "kinds.toml").read_text("utf-8"))


@cache
def family_rules(family: str) -> dict[str, Any]:
    """families.toml: what holds two actions of one family apart."""
    table = tomllib.loads((Path(__file__).parent / "families.toml").read_text("utf-8"))
    return dict(table.get(family, table["default"]))


def is_over(kind: str) -> bool:
    """Whether an ending of this kind leaves nothing in force."""
    return kinds()[kind].get("becomes", "") in ("lifted", "annulled", "revoked", "expired", "closed")


@cache
def families(kind: str, ends: str) -> list[str]:
    """Families that an ending of this kind can end, the likeliest first; that of the kind the text says it ends before all."""
    said = kinds()[ends].get("family", "") if ends else ""
    listed = kinds()[kind].get("of", [])
    return [said, *(family for family in listed if family != said)] if said else list(listed)


def case_of(measure: str) -> str:
    """The case a register measure belongs to: its id without the part that tells several acts of one kind apart."""
    return measure.partition("#")[0]
