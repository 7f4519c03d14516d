"""The rules of a difference -> its topics, by weights that were learned from labelled changes (weights.toml).

Two kinds of evidence are weighed: the expressions of topics.toml, and words by the headings they stand under in a thousand policies
(topic_words.json). Both files are written by tests/changes/fit_topics.py.
"""

from __future__ import annotations

import json
import math
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from changes import topics
from changes.align import Pair
from changes.comparable import NUMBERING, Unit
from changes.topics import Worth

HERE = Path(__file__).parent
STEM = 9  # letters of a word that count
WORDS = 80  # of a sentence
PLACES = 300  # rules that are looked at; a text that changed throughout speaks of more than can be told
HEAVY, LIGHT = 4.0, 0.1  # the most and the least that a place weighs
KNOWN = 0.45  # of the words; in a text with fewer, as in most languages but English and French, expressions alone count
KINDS = {
    "law_enforcement_disclosure": "data_sharing"
}  # topics that are a kind of another one, which then goes without saying
ENOUGH = 2.0  # times; more of a topic in one sentence says no more


@lru_cache(maxsize=1)
def weights() -> dict[str, Any]:
    return tomllib.loads((HERE / "weights.toml").read_text("utf-8"))


@lru_cache(maxsize=1)
def _words() -> tuple[dict[str, float], dict[str, dict[str, float]]]:
    """(log-odds of a topic where nothing is known, what a word adds to them)."""
    held = json.loads((HERE / "topic_words.json").read_text("utf-8"))
    names = list(held["base"])
    return held["base"], {sign: {names[at]: weight for at, weight in pairs} for sign, pairs in held["words"].items()}


def signs(words: Sequence[str]) -> set[str]:
    """Beginnings of words, and of two that stand side by side; numbers are left out."""
    told = [word[:STEM] for word in words[:WORDS] if not word[0].isdigit()]
    return {word for word in told if len(word) > 1} | {f"{one} {other}" for one, other in pairwise(told)}


@lru_cache(maxsize=4_096)
def _odds(words: tuple[str, ...]) -> Mapping[str, float]:
    base, table = _words()
    sums = dict(base)
    for sign in signs(words):
        for name, weight in table.get(sign, {}).items():
            sums[name] += weight
    return {name: _chance(value) for name, value in sums.items()}


def of_places(worths: Sequence[Worth], about: str, key: tuple[Unit | None, Unit | None]) -> tuple[str, ...]:
    """Topics of a difference, the likeliest first; ``key``: the sentences that carry it. Where nothing is ruled, those of topics.of_places."""
    by_hand = topics.of_places(worths, about)
    rules = [one for one in worths if one.kind == "rule"][:PLACES]
    if not rules or not _is_known(rules):
        return by_hand
    found = chances(features(rules, about, key, by_hand, any(one.kind == "contact" for one in worths)))
    _drop(found, by_hand)
    told = likeliest(found, float(weights()["threshold"]["second"]))
    rare = tuple(name for name in by_hand if name not in found)  # no labelled change speaks of it
    return (*rare, *told)[: topics.MOST] if rare[:1] == by_hand[:1] else (*told, *rare)[: topics.MOST]


def _drop(found: dict[str, float], by_hand: Sequence[str]) -> None:
    """Takes out what only the learned words say: that a rule is about nothing in particular, or what goes without saying."""
    if "other" not in by_hand:
        found.pop("other", None)
    first = max(found, key=lambda name: found[name])
    if KINDS.get(first, "") not in by_hand:
        found.pop(KINDS.get(first, ""), None)


def _is_known(rules: Sequence[Worth]) -> bool:
    """Whether most words of the rules are among those that were learned."""
    _, table = _words()
    told = [word[:STEM] for one in rules for word in one.pair.unit.words if len(word) > 1 and not word[0].isdigit()]
    return sum(word in table for word in told) >= KNOWN * len(told)


def likeliest(found: Mapping[str, float], least: float) -> tuple[str, ...]:
    """The likeliest topic, and those beside it with a chance of ``least``."""
    first, *others = sorted(found, key=lambda name: (-found[name], name))
    return (first, *(name for name in others[: topics.MOST - 1] if found[name] >= least and name != "other"))


def chances(found: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """0 to 1 by topic."""
    weigh = weights()
    odds = {name: weigh["base"] + weigh["topic"].get(name, 0.0) + sum(weigh["sign"][sign] * value for sign, value in held.items()) for name, held in found.items()}  # fmt: skip
    return {name: _chance(value) for name, value in odds.items()}


def _chance(odds: float) -> float:
    """0 to 1 of a sum of log-odds, however far it goes."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, odds))))


def features(
    rules: Sequence[Worth], about: str, key: tuple[Unit | None, Unit | None], by_hand: Sequence[str], reached: bool
) -> dict[str, dict[str, float]]:
    """What speaks for each topic, by name of the sign; ``reached``: a way to reach somebody changed, too."""
    sizes = [max(LIGHT, min(one.score, HEAVY)) for one in rules]
    whole = sum(sizes)
    sums = {name: Counter[str]() for name in ("share", "strong", "held", "heading", "words", "under", "words_most")}
    for one, size in zip(rules, sizes, strict=True):
        _count(sums, one, size / whole)
    carries = next((one for one in rules if _is_key(one.pair, key)), rules[0])
    unit = carries.pair.unit
    lead = {"lead": carries.topics, "lead_sentence": topics.hits(unit.text), "about": topics.hits(about)}
    lead_words, top, most = _odds(unit.words), max(sums["share"].values(), default=0.0) or 1.0, max(sums["words"].values())  # fmt: skip
    return {
        name: {
            **{sign: float(held[name]) for sign, held in sums.items()},
            **{sign: min(ENOUGH, held.get(name, 0.0)) for sign, held in lead.items()},
            "share_of_top": sums["share"][name] / top,
            "words_of_top": sums["words"][name] / most,
            "words_lead": lead_words.get(name, 0.0),
            "by_hand": float(name in by_hand),
            "first_by_hand": float(name == by_hand[0]),
            "reached": float(reached and name == topics.REACH),
            "many": math.log(len(rules)) * (name == "other"),
        }
        for name in weights()["topic"]
    }


def _count(sums: Mapping[str, Counter[str]], one: Worth, share: float) -> None:
    """What one place says, by its share of all that weighs."""
    unit = one.pair.unit
    whole = max(1.0, sum(one.topics.values()))
    for name, value in one.topics.items():
        sums["share"][name] += share * value / whole  # type: ignore[assignment]
        sums["held"][name] += share * min(1.0, value)  # type: ignore[assignment]
        sums["strong"][name] += share * (value >= 1)  # type: ignore[assignment]
    for name, value in topics.hits(NUMBERING.sub("", unit.heading)).items():
        sums["heading"][name] += share * min(1.0, value)  # type: ignore[assignment]
    for name, value in _odds(unit.words).items():
        sums["words"][name] += share * value  # type: ignore[assignment]
        sums["words_most"][name] = max(sums["words_most"][name], value)  # type: ignore[assignment]
    for name, value in _odds(tuple(unit.heading.casefold().split())).items():
        sums["under"][name] += share * value  # type: ignore[assignment]


def _is_key(pair: Pair, key: tuple[Unit | None, Unit | None]) -> bool:
    old, new = key
    return (new is not None and pair.new is new) or (old is not None and pair.old is old)
