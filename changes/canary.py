"""Blocks of two versions -> the statements that something never happened to the company ("warrant canary") which are gone. Pure.

Such a statement tells by its absence: a company that may not say that it received a secret order may stop saying that it did not.
The expressions stand in canary.toml.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from changes.lexicon import table
from records import Block

SENTENCE = re.compile(r"[^.!?。]+(?:\.(?=\S)[^.!?。]+)*[.!?。]*")
LONGEST = 2_000  # characters of a sentence that is looked at


def statements(blocks: Sequence[Block]) -> dict[str, str]:
    """What is said never to have happened -> the sentence that says so (the first that does), in the order of the text."""
    found: dict[str, str] = {}
    for block in blocks:
        for match in SENTENCE.finditer(block.text[: 50 * LONGEST]):
            for what in _denied(match[0][:LONGEST]):
                found.setdefault(what, match[0].strip())
    return found


def lost(old: Sequence[Block], new: Sequence[Block]) -> tuple[str, ...]:
    """Sentences of ``old`` that denied something which nothing in ``new`` denies any more; each once, in the order of the text."""
    before = statements(old)
    if not before:
        return ()
    now = statements(new)
    return tuple(dict.fromkeys(sentence for what, sentence in before.items() if what not in now))


def _denied(sentence: str) -> list[str]:
    if not _any("denial").search(sentence) or _any("other").search(sentence):
        return []
    return [what for what, pattern in _things() if pattern.search(sentence)]


@cache
def _any(name: str) -> re.Pattern[str]:
    return re.compile("|".join(part for parts in table("canary")[name].values() for part in parts), re.I)


@cache
def _things() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((what, re.compile("|".join(parts), re.I)) for what, parts in table("canary")["denied"].items())
