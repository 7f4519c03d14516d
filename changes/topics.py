"""Words that changed -> what they speak of (17 topics) and in which direction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from changes.align import Pair
from changes.lexicon import topics as table
from changes.lexicon import words_of

MOST = 4


def hits(text: str) -> dict[str, int]:
    """How often a text speaks of each topic."""
    found = {name: len(pattern.findall(text)) for name, pattern in table()}
    return {name: count for name, count in found.items() if count}


def of(pair: Pair) -> tuple[str, ...]:
    """Topics of the words that changed in one place; of the whole sentence where they name none."""
    changed = hits(" ".join((*pair.removed, *pair.added)))
    unit = pair.new or pair.old
    return tuple(changed or (hits(unit.text) if unit else ()))


def of_all(weighed: Sequence[tuple[tuple[str, ...], float]]) -> tuple[str, ...]:
    """Topics of all places, each with its weight: those that carry a good part of the change, the heaviest first."""
    sums: Counter[str] = Counter()
    for names, weight in weighed:
        for name in names:
            sums[name] += weight  # type: ignore[assignment]
    if not sums:
        return ("other",)
    top = max(sums.values())
    return tuple(name for name, value in sums.most_common(MOST) if value >= 0.4 * top)


def direction(topics: Sequence[str], pairs: Sequence[Pair]) -> str:
    """widened or narrowed (what is done with data), tightened or relaxed (what users may do), added, removed, "" if unclear."""
    removed = Counter(word for pair in pairs for word in pair.removed)
    added = Counter(word for pair in pairs for word in pair.added)
    lean = sum((added[w] > 0) - (removed[w] > 0) for w in words_of("wide")) - sum((added[w] > 0) - (removed[w] > 0) for w in words_of("narrow"))  # fmt: skip
    if not removed or not added:
        lean += 2 if added else -2
    data = any(topic in DATA for topic in topics[:2])
    if lean and data:
        return "widened" if lean > 0 else "narrowed"
    if lean:
        return "tightened" if lean > 0 else "relaxed"
    return ""


DATA = frozenset(("law_enforcement_disclosure", "data_sharing", "data_collection", "data_retention", "ai_training", "advertising"))  # fmt: skip
