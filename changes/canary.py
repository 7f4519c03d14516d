"""Blocks of two versions -> the statements that something never happened to the company ("warrant canary") which are gone. Pure.

Such a statement tells by its absence: a company that may not say that it received a secret order may stop saying that it did not.
The expressions stand in canary.toml.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from changes import dates
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
    stays = {block.text for block in new}  # what it denies is denied still
    before = statements([block for block in old if block.text not in stays])
    if not before:
        return ()
    now = statements(new)
    return tuple(dict.fromkeys(sentence for what, sentence in before.items() if what not in now))


@dataclass(frozen=True, slots=True)
class Sung:
    """A statement with its day: ``day`` is ISO, ``period`` how many days it says to hold (0 if it does not say)."""

    day: str
    sentence: str
    period: int


def sung(blocks: Sequence[Block], at: str) -> Sung | None:
    """The newest statement of a text captured at the ISO instant ``at`` that gives its day, or that stands in a text which
    gives its own day and says how often it is renewed; None if there is none."""
    made = statements(blocks)
    if not made:
        return None
    period = _period(blocks)
    found = [Sung(day, sentence, period) for sentence in made.values() for day in dates.days(sentence, at)]
    own = dates.own(dates.stated(blocks, at)) if period and not found else None
    if own and own.precision == "day":
        found = [Sung(own.value, next(iter(made.values())), period)]
    return max(found, key=lambda one: one.day, default=None)


def _period(blocks: Sequence[Block]) -> int:
    """Days after which the statement is made anew, as the text says; 0 if it does not."""
    for block in blocks:
        for match in SENTENCE.finditer(block.text[: 50 * LONGEST]):
            if _any_of("renewed").search(match[0]):
                for days, pattern in _periods():
                    if pattern.search(match[0]):
                        return days
    return 0


@cache
def _periods() -> tuple[tuple[int, re.Pattern[str]], ...]:
    return tuple((int(days), re.compile("|".join(parts), re.I)) for days, parts in table("canary")["period"].items())


def _denied(sentence: str) -> list[str]:
    if not _any_of("denial").search(sentence) or _any_of("other").search(sentence):
        return []
    return [what for what, pattern in _things() if pattern.search(sentence)]


@cache
def _any_of(name: str) -> re.Pattern[str]:
    return re.compile("|".join(part for parts in table("canary")[name].values() for part in parts), re.I)


@cache
def _things() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((what, re.compile("|".join(parts), re.I)) for what, parts in table("canary")["denied"].items())
