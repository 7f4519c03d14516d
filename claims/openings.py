"""Regular expression -> the letters its matches can begin with: most patterns need not be tried on most sentences.

Only a way to be fast: a pattern whose openings cannot be told is always tried, so nothing is ever lost by it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

MOST = 4_000  # openings of one pattern; with more it is always tried
ZERO_WIDTH = (op.ASSERT, op.ASSERT_NOT, op.AT)


def openings(pattern: re.Pattern[str], length: int) -> frozenset[str] | None:
    """Beginnings, of at most ``length`` characters, one of which every match has; None if a match may begin with anything."""
    found = _begin(list(_parser.parse(pattern.pattern, pattern.flags & ~re.UNICODE)), length)
    return frozenset(found) if found is not None and len(found) <= MOST and "" not in found else None


def _begin(tokens: Sequence[tuple[Any, Any]], length: int) -> set[str] | None:
    begun = {""}
    for token in tokens:
        open_ = {one for one in begun if len(one) < length}
        if not open_:
            return begun
        following = _one(token, length)
        if following is None:
            return begun if "" not in open_ else None
        begun = (begun - open_) | {(one + more)[:length] for one in open_ for more in following}
        if len(begun) > MOST:
            return None
    return begun


def _one(token: tuple[Any, Any], length: int) -> set[str] | None:
    kind, value = token
    if kind is op.LITERAL:
        return {chr(value)}
    if kind in ZERO_WIDTH:
        return {""}
    if kind is op.SUBPATTERN:
        return _begin(list(value[3]), length)
    if kind is op.BRANCH:
        return _union([_begin(list(branch), length) for branch in value[1]])
    if kind is op.IN:
        return {chr(one[1]) for one in value} if all(one[0] is op.LITERAL for one in value) else None
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT):
        inner = _begin(list(value[2]), length)
        return None if inner is None else inner | ({""} if value[0] == 0 else set())
    return None


def _union(sets: list[set[str] | None]) -> set[str] | None:
    known = [one for one in sets if one is not None]
    return set().union(*known) if len(known) == len(sets) else None
