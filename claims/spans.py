"""Sentence -> dates told by their distance from another: "two days later", "a year earlier", "three weeks ago". No clock.

"Later" and "earlier" count from the last day that is named before, "ago" from the day of publication. A distance is as precise
as its unit: what was a year later has the precision of a year, what was two weeks ago that of a month.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from claims import lexicon

UNITS = ("day", "week", "month", "year")
MOST = 40  # units: who counts further tells a history


@dataclass(frozen=True, slots=True)
class Span:
    """A date and its place in a sentence; value and precision as in dates.Dated."""

    start: int
    end: int
    value: str
    precision: str


@dataclass(frozen=True)
class _Words:
    next_day: re.Pattern[str]
    told: tuple[tuple[str, str, re.Pattern[str]], ...]  # later, earlier or ago; unit; pattern
    numbers: tuple[re.Pattern[str], ...]


@lru_cache(maxsize=16)
def _words(code: str) -> _Words:
    language = lexicon.language(code)
    words, spaced = language.date, language.spaced
    number = rf"(?:\d{{1,2}}|{'|'.join(map(lexicon.marked, words['numbers'][::-1]))})"
    told = tuple(
        (way, unit, lexicon.whole_words(_filled(phrase, words["units"][unit], number), spaced))
        for way, phrase in words["span"].items()
        for unit in UNITS
    )
    next_day = lexicon.whole_words("|".join(map(lexicon.marked, words["next_day"])), spaced)
    return _Words(next_day, told, tuple(lexicon.whole_words(lexicon.marked(one), spaced) for one in words["numbers"]))


def _filled(phrase: str, unit: str, number: str) -> str:
    counted = lexicon.marked(unit).replace("<n>", number)
    return lexicon.marked(phrase).replace("<u>", f"(?:{counted})")


def spans(sentence: str, code: str, published: date | None, anchor: Callable[[int], date | None]) -> Iterator[Span]:
    """Such dates of a folded sentence; ``anchor`` gives the last day named before a place, None if there is none."""
    words = _words(code)
    for m in words.next_day.finditer(sentence):
        day = anchor(m.start())
        if day is not None:
            yield Span(m.start(), m.end(), (day + timedelta(days=1)).isoformat(), "day")
    for way, unit, pattern in words.told:
        for m in pattern.finditer(sentence):
            count, day = _count(m[0], words.numbers), published if way == "ago" else anchor(m.start())
            if day is not None and 0 < count <= MOST:
                yield Span(m.start(), m.end(), *_moved(day, unit, count if way == "later" else -count))


def _count(phrase: str, numbers: tuple[re.Pattern[str], ...]) -> int:
    """The number in a phrase, in digits or as a word; 1 if it has none ("через год")."""
    digits = re.search(r"\d+", phrase)
    if digits:
        return int(digits[0])
    found = [(m.end() - m.start(), n) for n, one in enumerate(numbers, 1) if (m := one.search(phrase))]
    return max(found)[1] if found else 1


def _moved(day: date, unit: str, count: int) -> tuple[str, str]:
    if unit == "day":
        return (day + timedelta(days=count)).isoformat(), "day"
    if unit == "week":
        return (day + timedelta(days=7 * count)).isoformat()[:7], "month"
    if unit == "year":
        return str(day.year + count), "year"
    months = day.year * 12 + day.month - 1 + count
    return f"{months // 12}-{months % 12 + 1:02d}", "month"
