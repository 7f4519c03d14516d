"""Rules that changed -> which way: widened or narrowed (what is done with data), tightened or relaxed (what users may do), "" for neither.

A leaning of words, not a reading. Every rule is about data or about users, by its topics, its document and who acts in it; what
came counts one way, what went the other, and what forbids, limits or gives a choice counts against.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Protocol

from changes.align import Pair
from changes.comparable import Unit
from changes.lexicon import hours, pattern, words_of
from changes.topics import hits


class Rule(Protocol):
    """A place that changes a rule (worth.Worth)."""

    @property
    def pair(self) -> Pair: ...
    @property
    def score(self) -> float: ...
    @property
    def topics(self) -> Mapping[str, float]: ...


DATA = frozenset(("law_enforcement_disclosure", "data_sharing", "data_collection", "data_retention", "ai_training", "advertising"))  # fmt: skip
NEITHER = frozenset(("jurisdiction_or_entity", "contact_or_format", "transparency_report", "other"))
SIDES = {"data": ("widened", "narrowed"), "users": ("tightened", "relaxed")}
MOST = 3.0  # worth of a rule; more makes it no clearer which way a change goes
KIND, ACTOR = 0.5, 0.3  # weight of the kind of document, and of who acts, beside the topics, which weigh 1 together
MOSTLY = 0.6  # share of topics that have no direction
ADDED = 0.7  # leaning of a sentence to which something was only added
NEAR = 4  # words between what is done and the word that forbids it
MANY = 0.3  # of the worth of a further rule: one that weighs tells more than several that do not


def direction(rules: Sequence[Rule], about: str = "", key: Sequence[Unit | None] = ()) -> str:
    """``about``: type of the document; ``key``: the sentences that carry the change. A change whose key sentence is about data or about
    users goes that way, however much else, about neither, came with it."""
    lean = {side: 0.0 for side in SIDES}
    worths: dict[str, list[float]] = {"data": [], "users": [], "neither": []}
    carries = False
    for rule in rules:
        side = _side(rule, about)
        carries = carries or (side in lean and any(unit in key for unit in (rule.pair.old, rule.pair.new) if unit))
        worths[side].append(min(rule.score, MOST))
        if side in lean:
            lean[side] += min(rule.score, MOST) * _lean(rule.pair, side)
    weight = {side: max(found, default=0.0) + MANY * sum(found) for side, found in worths.items()}
    side = max(lean, key=lambda name: weight[name])
    if not lean[side] or (weight[side] < weight["neither"] and not carries):
        return ""
    return SIDES[side][lean[side] < 0]


def _side(rule: Rule, about: str) -> str:
    """Whether a rule is about data, about users, or about neither: who is bound, and how to reach them."""
    unit = rule.pair.unit
    held = {*unit.words}
    conduct = bool(pattern("about_conduct").search(about))
    of_data = not conduct and bool(pattern("about_data").search(about))
    sums = _shares(rule.topics, held, of_data)
    if sums["neither"] > MOSTLY and rule.pair.old and rule.pair.new:
        # where a rule holds changed, not what it says: that is told by the whole sentence
        topics = {name: value for name, value in hits(unit.text).items() if name not in NEITHER}
        sums = _shares(topics, held, of_data) if topics else sums
    if sums["neither"] > MOSTLY:
        return "neither"
    sums["data"] += KIND * of_data + ACTOR * (_is_ours(unit) and bool(words_of("handling") & held))
    sums["users"] += 2 * KIND * conduct + KIND * bool(pattern("about_users").search(about))
    sums["users"] += ACTOR * bool(_subjects(unit) & words_of("addressee"))
    return "users" if sums["users"] > sums["data"] else "data"


def _shares(topics: Mapping[str, float], held: set[str], of_data: bool) -> dict[str, float]:
    """How much of what a place speaks of is about data, about users, or about neither; together 1, or 0."""
    sums = {"data": 0.0, "users": 0.0, "neither": 0.0}
    whole = sum(topics.values()) or 1.0
    for name, value in topics.items():
        sums[_group(name, held, of_data)] += value / whole
    return sums


def _group(topic: str, held: set[str], of_data: bool) -> str:
    """The side of a topic: rights of users over their data are a matter of data where a document is about data; how the police
    may ask is none unless something is handed over."""
    if topic in NEITHER:
        return "neither"
    if topic == "law_enforcement_disclosure":
        return "data" if (words_of("handling") | words_of("told_of")) & held else "neither"
    return "data" if topic in DATA or (of_data and topic == "user_rights") else "users"


def _subjects(unit: Unit) -> frozenset[str]:
    """The words before the first that permits, obliges or forbids: who may or must."""
    rules = words_of("permission") | words_of("duty") | words_of("negation")
    at = next((at for at, word in enumerate(unit.words) if word in rules), len(unit.words))
    return frozenset(unit.words[:at])


def _is_ours(unit: Unit) -> bool:
    """Whether the platform acts: "we" stands before the first word of a rule; where there is none, somewhere."""
    return bool(words_of("speaking") & _subjects(unit))


def _lean(pair: Pair, side: str) -> float:
    """1 where a rule reaches further, over data or over users, -1 where it reaches less far, 0 where that is unclear."""
    if pair.old is None or pair.new is None:
        return _sign(pair.unit, side) * (1.0 if pair.new else -1.0)
    came, went = Counter(pair.added) - Counter(pair.removed), Counter(pair.removed) - Counter(pair.added)
    further, less = _further(side)
    words = sum((word in further) - (word in less) for word in came.elements()) - sum((word in further) - (word in less) for word in went.elements())  # fmt: skip
    if words or (longer := _longer(pair)):
        return float(max(-1, min(1, words))) if words else longer
    return ADDED * _sign(pair.new, side) * (any(map(_tells, came)) - any(map(_tells, went)))


def _tells(word: str) -> bool:
    return len(word) > 2 and word[0].isalpha() and word not in words_of("stop") and word not in words_of("entity")


def _further(side: str) -> tuple[frozenset[str], frozenset[str]]:
    """Words that make a rule reach further, and less far."""
    if side == "data":
        return words_of("wide"), words_of("narrow") | words_of("negation") | words_of("limit")
    return words_of("duty") | words_of("negation") | words_of("limit"), words_of("permission") | words_of("grant")


def _sign(unit: Unit, side: str) -> float:
    """1 if a sentence lets more be done with data, or asks more of users; -1 if less."""
    held = {*unit.words}
    if side == "data":
        return -1.0 if _withholds(unit.words) or words_of("choice") & held else 1.0
    strict = bool((words_of("negation") | words_of("limit")) & held)
    if _is_ours(unit):
        if pattern("against_users").search(unit.text):
            return -1.0 if words_of("negation") & held else 1.0
        return 1.0 if words_of("permission") & held else -1.0
    allows = bool((words_of("permission") | words_of("grant")) & held)
    return -1.0 if allows and not strict and not words_of("duty") & held else 1.0


def _withholds(words: Sequence[str]) -> bool:
    """Whether a sentence says that something is not done with data: a negation, or "only", close to what is done."""
    does, against = words_of("handling") | words_of("acting"), words_of("negation") | words_of("limit")
    return any(against & {*words[max(0, at - NEAR) : at + NEAR]} for at, word in enumerate(words) if word in does)


def _longer(pair: Pair) -> float:
    """1 where the numbers of an edited sentence grew (a period, an age), -1 where they became smaller; spans of time as hours."""
    assert pair.old and pair.new
    old, new = (_numbers(unit.words, changed) for unit, changed in ((pair.old, pair.removed), (pair.new, pair.added)))
    return float((sum(new) > sum(old)) - (sum(new) < sum(old))) if old and new else 0.0


def _numbers(words: Sequence[str], changed: Sequence[str]) -> list[int]:
    """The numbers among the words that changed, each times the hours of the span of time it counts."""
    found = []
    for at, word in enumerate(words):
        if word in changed and word.isdecimal() and len(word) < 7:
            spans = [hours()[after] for after in words[at + 1 : at + 3] if after in hours()]
            found.append(int(word) * (spans[0] if spans else 1))
    return found
