"""Places that differ -> what each is worth: nothing, wording, or a rule; and the class of the whole."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from changes import topics
from changes.align import Pair
from changes.comparable import Unit
from changes.dates import _date
from changes.lexicon import pattern, words_of

RULE = 1.0  # worth from which a place changes what is ruled


@dataclass(frozen=True, slots=True)
class Worth:
    """``kind``: none, date, number, contact, spelling, rename, banner, log, heading, wording, rule. ``score`` grows with weight."""

    pair: Pair
    kind: str
    score: float
    topics: tuple[str, ...] = ()


def judge(pairs: Sequence[Pair]) -> list[Worth]:
    """The worth of every place, in order."""
    renames = _renames(pairs)
    return [_worth(pair, renames) for pair in pairs]


def _renames(pairs: Sequence[Pair]) -> frozenset[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Substitutions that happen in several places: a name that was changed throughout."""
    seen = Counter((pair.removed, pair.added) for pair in pairs if pair.removed and pair.added and len(pair.removed) < 6 and len(pair.added) < 6)  # fmt: skip
    return frozenset(change for change, times in seen.items() if times > 1)


def _worth(pair: Pair, renames: frozenset[tuple[tuple[str, ...], tuple[str, ...]]]) -> Worth:
    unit = pair.new or pair.old
    assert unit is not None
    kind = _kind(pair, unit, renames)
    score = _score(pair, unit)
    if kind == "wording" and score >= RULE:
        kind = "rule"
    return Worth(pair, kind, score, topics.of(pair))


def _kind(pair: Pair, unit: Unit, renames: frozenset[tuple[tuple[str, ...], tuple[str, ...]]]) -> str:
    changed = [*pair.removed, *pair.added]
    content = [word for word in changed if word not in words_of("stop")]
    for name, holds in (
        ("none", not changed),
        ("date", _is_date(pair, unit)),
        ("banner", _is_banner(pair, unit)),
        ("log", _is_log(unit)),
        ("contact", _is_contact(pair, unit, content)),
        ("spelling", _is_spelling(pair)),
        ("number", bool(content) and all(re.fullmatch(r"[\d.,:%-]+", w) for w in content) and _is_counter(unit)),
        ("rename", _is_rename(pair, renames)),
        ("heading", unit.kind == "heading" and len(unit.words) < 15),
    ):
        if holds:
            return name
    return "wording"


def _is_date(pair: Pair, unit: Unit) -> bool:
    """Only a date differs."""
    if pair.old is None or pair.new is None:
        return bool(_date().search(unit.text)) and len(unit.words) < 12
    return _dateless(pair.old) == _dateless(pair.new)


def _dateless(unit: Unit) -> str:
    return " ".join(re.findall(r"\w+", _date().sub(" ", unit.text.casefold())))


def _is_banner(pair: Pair, unit: Unit) -> bool:
    alone = pair.old is None or pair.new is None
    return (alone or len(pair.removed) + len(pair.added) > len(unit.words)) and bool(pattern("banner").search(unit.text)) and len(unit.words) < 60  # fmt: skip


def _is_log(unit: Unit) -> bool:
    return bool(pattern("changelog").search(unit.heading)) and bool(_date().search(unit.text))


def _is_contact(pair: Pair, unit: Unit, content: list[str]) -> bool:
    if not content:
        return False
    joined = " ".join(content)
    if all(pattern("domain").fullmatch(word) for word in content):
        return True
    short = len(unit.words) < 16 and unit.kind != "heading"
    return short and bool(words_of("address") & set(unit.words)) and not pattern("verb").search(joined)


def _is_spelling(pair: Pair) -> bool:
    if pair.old is None or pair.new is None or len(pair.removed) != len(pair.added):
        return False
    return all(_spelt(a, b) for a, b in zip(pair.removed, pair.added, strict=True))


def _spelt(a: str, b: str) -> bool:
    if any(c.isdigit() for c in a + b):
        return False
    for word in (a, b):
        if word in _weighty():
            return False
    if any(a == prefix + b or b == prefix + a for prefix in words_of("opposite")):
        return False
    return min(len(a), len(b)) > 2 and Levenshtein.distance(a, b) <= max(1, min(len(a), len(b)) // 4)


def _is_counter(unit: Unit) -> bool:
    return bool(pattern("user_count").search(unit.text))


def _is_rename(pair: Pair, renames: frozenset[tuple[tuple[str, ...], tuple[str, ...]]]) -> bool:
    if not pair.removed or not pair.added or (pair.removed, pair.added) not in renames or pair.new is None:
        return False
    if words_of("entity") & {*pair.removed, *pair.added} or _weighty() & {*pair.removed, *pair.added}:
        return False
    if any(_before_entity(pair.new, word) for word in pair.added):
        return False
    return all(re.search(rf"(?<!\w){re.escape(word)}", pair.new.text, re.I) and not re.search(rf"(?<!\w){re.escape(word)}", pair.new.text) for word in pair.added[:3])  # fmt: skip


def _before_entity(unit: Unit, word: str) -> bool:
    at = unit.words.index(word) if word in unit.words else -1
    return at >= 0 and bool(words_of("entity") & set(unit.words[at + 1 : at + 4]))


def _weighty() -> frozenset[str]:
    return words_of("permission") | words_of("duty") | words_of("negation") | words_of("limit")


def _score(pair: Pair, unit: Unit) -> float:
    """How much what changed bears on rules: words of permission, duty, limit, time, money, names; sentences as a whole."""
    changed = Counter(pair.removed) + Counter(pair.added)
    score = 0.0
    for name, weight in (("permission", 0.6), ("duty", 0.5), ("negation", 1.0), ("limit", 1.0), ("time_unit", 0.6), ("age", 0.5), ("money", 0.5), ("entity", 1.0)):  # fmt: skip
        score += weight * min(2, sum(changed[word] for word in words_of(name)))
    content = sum(count for word, count in changed.items() if word not in words_of("stop"))
    score += 0.12 * min(content, 15)
    score += 0.3 * len(topics.hits(" ".join(changed)))
    if any(word[:1].isdigit() for word in changed):
        score += 0.5
    if pair.old is None or pair.new is None:
        score += 0.4 if len(unit.words) >= 6 else -0.3
    return score


def class_of(worths: Sequence[Worth]) -> str:
    """substantive, editorial or cosmetic_noise: the strongest that applies."""
    kinds = {worth.kind for worth in worths}
    if "rule" in kinds:
        return "substantive"
    return "editorial" if kinds - {"none"} else "cosmetic_noise"


def key(worths: Sequence[Worth]) -> Worth | None:
    """The place that carries the change: the heaviest, rules before wording."""
    rank = {"rule": 2, "wording": 1}
    real = [worth for worth in worths if worth.kind != "none"]
    return max(real, key=lambda w: (rank.get(w.kind, 0), w.score), default=None)
