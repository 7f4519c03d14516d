"""Sentences that tell one thing -> its dates, the main one first, each with role and basis. Reads dates.py; knows no clock."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

from claims.candidate import Candidate
from claims.dates import Dated, dates, day_of
from claims.reading import Reading, Sentence
from records import When

NEWS = timedelta(days=10)  # a report stands so near to what it reports
PRECISE = {"day": 3.0, "month": 1.5, "year": 0.0}
ENOUGH = 1.5  # below it a date is not taken for the claim's
RIGHT_BEHIND = 24  # characters between the words and a date that is surely theirs
BESIDE = 1.2
QUOTED = 2.0
LATER = {"deadline": 2.0, "effective": 0.4}  # what is to come dates the act less well than the day it was told
SINCE = 60  # characters between what lasts and the date it lasts since
EARLIER = 3  # sentences from which a distance may count
FRONT = 12  # characters before what still stands in front of a sentence
OTHER_CLAUSE = 1.2  # what a date of another clause loses
FOLLOWING = 3  # sentences after the quote that may tell "the ban takes effect on"


@dataclass(frozen=True)
class _Found:
    when: When
    score: float
    sentence: int  # number
    apart: bool = False  # stands in another clause than the words


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, Any]]:
    return tomllib.loads((Path(__file__).parent / "when.toml").read_text("utf-8"))


def when(reading: Reading, told: list[Candidate], others: frozenset[int] = frozenset()) -> tuple[When, ...]:
    """Dates of what ``told`` tells, the best first; () if the text gives none. ``told[0]`` holds the quote; ``others`` are the
    numbers of sentences that tell other acts, whose dates are theirs."""
    day = day_of(reading.article.published)
    best = told[0]
    found = sorted(_all(reading, told, day, others), key=lambda one: -one.score)
    found = _refined(found, {one.sentence.number for one in told})
    kept = {one.when.value: one.when for one in reversed(found) if one.score >= ENOUGH}
    first = tuple(kept.values())[::-1]
    return first or (_memo(reading, day) if best.rule.side == "platform" else ())


def _refined(found: list[_Found], told: set[int]) -> list[_Found]:
    """The best first: of a month or year the day in it that another sentence tells of the same act."""
    best = found[0].when.value if found else ""
    finer = next((one for one in found[1:] if one.sentence in told and one.when.value.startswith(f"{best}-")), None)
    return found if finer is None else [finer, *(one for one in found if one is not finer)]


def _all(reading: Reading, told: list[Candidate], day: date | None, others: frozenset[int]) -> Iterator[_Found]:
    best = told[0]
    numbers = {one.sentence.number for one in told}
    quoted = list(_of(reading, best, best.sentence, day, 4.0))
    yield from quoted
    own = [one.when for one in quoted if one.when.role != "deadline" and not one.apart]
    beside = [_of(reading, one, one.sentence, day, 1.5) for one in told[1:] if one.sentence is not best.sentence]
    beside += [
        _of(reading, best, other, day, value)
        for other, value in _around(reading, best)
        if other.number not in numbers | others
    ]
    yield from (one for one in chain.from_iterable(beside) if not own or _finer(one.when, own))


def _finer(when: When, own: list[When]) -> bool:
    """True for the day in another sentence of the month that the quote itself tells; other dates there are of other things."""
    return any(when.value.startswith(one.value) for one in own)


def _around(reading: Reading, best: Candidate) -> Iterator[tuple[Sentence, float]]:
    """Sentences besides that may date it: one that goes on about it, the one before, those that say who announced it."""
    number = best.sentence.number
    if best.sentence.has("same_time"):
        for other in reading.sentences[max(0, number - 3) : number - 1]:
            yield other, 2.0 + 0.1 * other.number / number
    for other in reading.sentences[number : number + FOLLOWING]:
        if other.has(best.rule.trigger) or other.has("noun_act"):
            yield other, 1.2 - 0.2 * (other.number - number)
        elif other.number <= number + 2 and number <= 2 and other.has("told"):
            yield other, 0.6  # "The regulator said on Monday ..."
    for other in reading.sentences[max(0, number - 3) : number - 1]:
        named = {mark.mention.value for mark in other.of("P", "S") if mark.mention}
        if named & set(best.platforms) or other.has("told") or other.has(best.rule.trigger):
            yield other, 0.9
    for other in reading.sentences[:8]:
        if best.sentence.number <= 3 and other.has("told"):
            yield other, 0.4


def _of(reading: Reading, one: Candidate, sentence: Sentence, day: date | None, value: float) -> Iterator[_Found]:
    at = sentence.origin[one.at] if sentence is one.sentence else 0
    for dated in dates(sentence.folded, reading.language.code, day, _day_before(reading, sentence, day)):
        lasts = sentence is one.sentence and _since(sentence, one, dated, at)
        if (not lasts and _other_time(sentence, dated)) or (
            sentence is one.sentence and _of_other_step(sentence, one, dated, at)
        ):
            continue
        when_ = _when(reading, sentence, dated, one.action)
        apart = sentence is one.sentence and _apart(sentence, dated, at)
        score = value + PRECISE[dated.precision] + _news(dated, day) - (OTHER_CLAUSE if apart else 0.0)
        score += _beside(one, dated, at) if sentence is one.sentence else 0.0
        yield _Found(when_, score - LATER.get(when_.role, 0.0) - _quoted(sentence, dated), sentence.number, apart)


def _beside(one: Candidate, dated: Dated, at: int) -> float:
    """A date right behind the words is theirs ("arrested in France last week"); the farther off, the less."""
    if 0 <= dated.start - one.sentence.origin[one.end] <= RIGHT_BEHIND:
        return BESIDE
    return -min(2.0, abs(dated.start - at) / 120)


def _quoted(sentence: Sentence, dated: Dated) -> float:
    """What the "today" of a quotation loses: it was said on another day than it was reported."""
    before = sentence.folded[: dated.start]
    inside = before.count("“") > before.count("”") or before.count('"') % 2 == 1
    return QUOTED if inside and dated.basis == "derived" else 0.0


def _day_before(reading: Reading, sentence: Sentence, day: date | None) -> date | None:
    """The last day named in the sentences before, from which "the next day" counts."""
    for earlier in reading.sentences[max(0, sentence.number - 1 - EARLIER) : max(0, sentence.number - 1)][::-1]:
        days = [one for one in dates(earlier.folded, reading.language.code, day) if one.precision == "day"]
        if days:
            return date.fromisoformat(days[-1].value)
    return None


def _apart(sentence: Sentence, dated: Dated, at: int) -> bool:
    """True where a word between the words and a date begins another clause: "blocked it, and on 13 August banned". A date in
    front of a sentence dates all its clauses but what is said of a name ("whose court has now ruled")."""
    left, right = sorted((at, dated.start))
    groups = ("boundary", "clause_of") if dated.start <= FRONT else ("boundary", "clause_break", "clause_of")
    return any(sentence.language.pattern(group).search(sentence.folded, left, right) for group in groups)


def _news(dated: Dated, day: date | None) -> float:
    if day is None or dated.precision != "day":
        return 0.0
    return 0.8 if timedelta(0) <= day - date.fromisoformat(dated.value) <= NEWS else 0.0


def _other_time(sentence: Sentence, dated: Dated) -> bool:
    """True for "since 2019", "founded in 2004": the date of something else."""
    before = sentence.folded[max(0, dated.start - 40) : dated.start]
    found = sentence.language.pattern("not_event").finditer(before)
    return any(m.end() >= len(before) - 12 for m in found)


def _since(sentence: Sentence, one: Candidate, dated: Dated, at: int) -> bool:
    """True for the date in "has blocked Facebook since 4 March": what lasts began on it."""
    in_front = dated.start < at and dated.start <= SINCE / 2  # "Since 14 March the app is blocked"
    if one.action not in _table()["lasting"]["actions"] or not (in_front or 0 <= dated.start - at <= SINCE):
        return False
    between = sentence.folded[0 if in_front else at : dated.start]
    return sentence.language.ends_with("since", between, r"(?:\w{1,3}\s)?") and not re.search(r"[,;:]", between)


def _of_other_step(sentence: Sentence, one: Candidate, dated: Dated, at: int) -> bool:
    """True for the date in "arrested last month in an inquiry", "lifted the ban that was imposed in May": that of the step
    before it, which its sentence explains."""
    behind = dated.start > at
    text = sentence.folded[at : dated.start] if behind else sentence.folded[:at]
    table = _table()["dated_behind" if behind else "dated_apart"]
    groups = (*table.get(one.action, ()), *table.get(one.rule.trigger, ()))
    return any(sentence.language.pattern(group).search(text) for group in groups)


def _when(reading: Reading, sentence: Sentence, dated: Dated, action: str) -> When:
    before = sentence.folded[max(0, dated.start - 40) : dated.start]
    role = next((role for role in ("effective", "deadline") if sentence.language.pattern(role).search(before)), "")
    if sentence.language.pattern("deadline_after").match(sentence.folded, dated.end):
        role = "deadline"
    text = reading.article.text[sentence.start + dated.start : sentence.start + dated.end]
    return When(dated.value, dated.precision, role or _role(action), dated.basis, dated.ambiguous, text)


def _role(action: str) -> str:
    roles = _table()["role"]
    return str(roles.get(action, "announced"))


def _memo(reading: Reading, day: date | None) -> tuple[When, ...]:
    """A memo of a change is dated by the change: its day of publication is that of what it tells."""
    address = reading.article.url.split("://", 1)[-1]
    if day is None or not address.startswith(tuple(_table()["memos"]["addresses"])):
        return ()
    return (When(day.isoformat(), "day", "published", "estimated", False, ""),)
