"""Words that changed -> what they speak of (17 topics)."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Protocol

from changes.align import Pair
from changes.comparable import NUMBERING, Unit, visible
from changes.lexicon import compiled, lowered, pattern
from changes.lexicon import topics as table


class Worth(Protocol):
    """What a place that differs is worth (worth.Worth)."""

    @property
    def pair(self) -> Pair: ...
    @property
    def kind(self) -> str: ...
    @property
    def score(self) -> float: ...
    @property
    def topics(self) -> Mapping[str, float]: ...


MOST = 3
SHARE = 0.4  # of the heaviest topic: less is told by the way
SECOND = 0.15  # of all that weighs: of many rules one or two do not make a topic beside the heaviest
WEAK, CONTEXT, HEADING = (
    0.35,
    0.3,
    0.35,
)  # weight of words that only hint, of words around the change, of the section's title
STARTS = re.compile(
    r"(?<!\w)\w|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|@"
)  # of words; scripts without blanks have one everywhere
BEGINNING = 4  # letters of a word by which expressions are found
LONGEST = 1_500  # characters of a sentence that are looked at
OFTEN = 3.0  # times; a word that is said more often says no more
DATA = frozenset(("law_enforcement_disclosure", "data_sharing", "data_collection", "data_retention", "ai_training", "advertising"))  # fmt: skip
BOUND = "jurisdiction_or_entity"
ENTITY = "entity"  # the name of a company, in topics.toml
WAY = "way"  # a word of ways to reach somebody that rules of every kind hold, in topics.toml
REACH = "contact_or_format"
NEAR = 4  # words between what is done and the word that forbids it


@lru_cache(maxsize=4_096)
def _hits(text: str) -> tuple[tuple[str, float], ...]:
    found: Counter[str] = Counter()
    text = text[:LONGEST]
    low, ways = lowered(text), table()
    for start in STARTS.finditer(text):
        at = start.start()
        fits = {
            (name, weight): None  # in the order in which they are found: sums of floats hang on it
            for end in range(at + 1, min(at + BEGINNING, len(text)) + 1)
            for name, weight, said in ways.get(low[at:end], ())
            if compiled(said).match(text, at)
        }
        for name, weight in fits:
            found[name] += weight  # type: ignore[assignment]
    return tuple((name, min(OFTEN, value)) for name, value in found.items() if value)


def hits(text: str) -> dict[str, float]:
    """How much a text speaks of each topic."""
    found = dict(_hits(text))
    if way := found.pop(WAY, 0.0):
        found[REACH] = min(OFTEN, found.get(REACH, 0.0) + way)
    return _bound(found, text)


def of(pair: Pair) -> dict[str, float]:
    """Topics of one place: of the words that changed, a little of the sentence and of its section."""
    found: dict[str, float] = defaultdict(float)
    for text, weight in _texts(pair):
        for name, value in _hits(text):
            if name != WAY:
                found[name] += weight * value
    return _bound(dict(found), pair.unit.text)


def _bound(found: dict[str, float], sentence: str) -> dict[str, float]:
    """The name of a company counts as a matter of who is bound where the sentence says so, else it is told by the way."""
    named = found.pop(ENTITY, 0.0)
    if named:
        weight = named * (1.0 if pattern("binds").search(visible(sentence)) else WEAK)
        found[BOUND] = found.get(BOUND, 0.0) + weight
    return found


def _texts(pair: Pair) -> list[tuple[str, float]]:
    """What is looked at, each with its weight: an inserted or removed sentence as it is written; else the changed words."""
    unit = pair.unit
    title = NUMBERING.sub("", unit.heading)
    if pair.alone:
        return [(unit.text, 1.0), (title, HEADING)]
    return [(changed_text(pair), 1.0), (unit.text, CONTEXT), (title, HEADING)]


def changed_text(pair: Pair) -> str:
    """The words that changed; beside a number what it counts."""
    return f"{_counted(pair.removed, pair.old)} | {_counted(pair.added, pair.new)}"


def _counted(changed: Sequence[str], unit: Unit | None) -> str:
    said: list[str] = []
    for word in changed:
        said.append(word)
        if unit and word.isdecimal() and word in unit.words:
            said += unit.words[unit.words.index(word) + 1 :][:1]
    return " ".join(said)


def of_all(weighed: Sequence[tuple[Mapping[str, float], float]], about: str = "") -> tuple[str, ...]:
    """Topics of all places, each with its weight: those that carry a good part of the change, the heaviest first.

    ``about``: what the whole document is about (its type): rules of guidelines for the police concern the police.
    """
    sums: Counter[str] = Counter()
    total = sum(weight for _, weight in weighed)
    for name, value in hits(about).items():
        sums[name] += 0.3 * total * min(value, 1.0)  # type: ignore[assignment]
    for found, weight in weighed:
        whole = max(1.0, sum(found.values()))
        for name, value in found.items():
            sums[name] += weight * value / whole  # type: ignore[assignment]
    top = max(sums.values(), default=0.0)
    if top <= 0:
        return ("other",)
    least = min(top, max(SHARE * top, SECOND * total))
    return tuple(name for name, value in sorted(sums.items(), key=lambda s: (-s[1], s[0]))[:MOST] if value >= least)


def of_places(worths: Sequence[Worth], about: str) -> tuple[str, ...]:
    """Topics of a difference: of its rules, or of its wording where it changes none."""
    rules = [one for one in worths if one.kind == "rule"]
    if rules:
        ways = {one.pair.gap for one in rules}  # how to reach somebody, told beside a rule, is told with it
        beside = [({REACH: 1.0}, 1.5) for one in worths if one.kind == "contact" and one.pair.gap in ways]
        return of_all([*((one.topics, max(0.1, min(one.score, 4.0))) for one in rules), *beside], about)
    worded = [one for one in worths if one.kind != "none"]
    undated = [
        one for one in worded if one.kind != "date"
    ]  # a date that moved beside wording only says that something did
    found = of_all([(_of_wording(one), 1.0) for one in undated or worded])
    return tuple(name for name in found if name != "other") or found


def _of_wording(one: Worth) -> dict[str, float]:
    """Topics of a place that rules nothing: how to reach somebody, else what the changed words themselves name."""
    if one.kind in ("contact", "banner", "date"):
        return {REACH: 1.0}
    if one.kind in ("number", "spelling", "log"):
        return {"other": 1.0}
    return {name: value for name, value in hits(changed_text(one.pair)).items() if value >= 1} or {"other": 0.8}
