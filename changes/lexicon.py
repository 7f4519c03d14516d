"""The word lists of this room (``*.toml`` beside this file), read once: patterns by name, sets of words by name."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any


@cache
def table(name: str) -> dict[str, Any]:
    """A file of this folder."""
    return tomllib.loads((Path(__file__).parent / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def pattern(name: str) -> re.Pattern[str]:
    """All expressions of ``[patterns] name`` in words.toml as one, case ignored."""
    return re.compile("|".join(f"(?:{part})" for part in table("words")["patterns"][name]), re.I)


@cache
def words_of(name: str) -> frozenset[str]:
    """``[words] name`` of words.toml."""
    return frozenset(table("words")["words"][name])


@cache
def topics() -> tuple[tuple[str, re.Pattern[str], re.Pattern[str] | None], ...]:
    """(topic, words that speak of it by themselves, words that do beside others or None) of every topic."""
    return tuple((name, _beginnings(said["strong"]), _beginnings(said["weak"]) if said["weak"] else None) for name, said in table("topics").items())  # fmt: skip


def _beginnings(parts: list[str]) -> re.Pattern[str]:
    return re.compile(r"(?<!\w)(?:" + "|".join(parts) + ")", re.I)
