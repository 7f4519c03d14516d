"""Candidate -> confidence: the rule's base and the weight of every sign, through a curve (claims/weights.toml). No rule here."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from claims.candidate import Candidate

SUREST = 0.99  # nothing read is certain
DENIAL = {"denied", "negated", "unreal"}  # a denial says what did not happen, and is none the less sure for it


@lru_cache(maxsize=1)
def table() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "weights.toml").read_text("utf-8"))


def threshold(name: str) -> float:
    """``publish``: claims at or above it are published; ``review``: from here on they wait for a person."""
    return float(table()["threshold"][name])


def log_odds(candidate: Candidate, weights: Mapping[str, float] | None = None) -> float:
    weights = {**table()["sign"], **table().get("rule", {})} if weights is None else weights
    named = (
        *(candidate.signs - DENIAL if "denied" in candidate.signs else candidate.signs),
        candidate.kind,
    )
    return candidate.rule.base + sum(weights.get(name, 0.0) for name in named)


def confidence(candidate: Candidate) -> float:
    """0..1, rounded to hundredths: how often such a candidate was right when measured."""
    curve = table()["curve"]
    odds = curve["slope"] * log_odds(candidate) + curve["shift"]
    return min(SUREST, round(1 / (1 + math.exp(-max(-30.0, min(30.0, odds)))), 2))
