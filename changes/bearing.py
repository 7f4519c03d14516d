"""The worth of all places -> the sentences that carry the change, before and after.

Which of several rules an annotator would choose is learned hardly better from labelled pairs than by these weights (docs/explanation/quality.md).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from changes import dates, topics
from changes.align import Pair, likeness
from changes.comparable import Unit
from changes.lexicon import pattern, words_of
from changes.worth import Worth, shown, tells

EARLY = 0.6  # what stands first tells more
OPENS = 0.2  # what opens its paragraph
LATE = 0.04  # for each of the first five rules before it
SHARED = 0.2  # what speaks of what the other rules speak of
LISTS = 0.4  # what says of a list that came or went what it lists
AGAIN = 0.5  # what differs alike in three or more places tells less
LEAD = 8  # words; less before a colon is a label
KIN = 25.0  # per cent of likeness of a sentence with the one that took its place


def key(worths: Sequence[Worth]) -> tuple[Unit | None, Unit | None]:
    """The sentences that carry the change, before and after: those of the heaviest place, rules before wording.

    Beside a sentence that only came or only went stands the most alike of those that went or came at the same place.
    """
    real = [(at, worth) for at, worth in enumerate(worths) if worth.kind != "none"]
    if not real:
        return None, None
    often = Counter(_what(worth.pair) for _, worth in real if worth.kind == "rule")
    beside = _beside([worth for _, worth in real if worth.kind == "rule"])
    best = max(
        real,
        key=lambda w: (
            w[1].kind == "rule",
            _bearing(w[1])
            - EARLY * w[0] / len(worths)
            - AGAIN * (often[_what(w[1].pair)] > 2)
            + beside.get(id(w[1].pair), 0.0),
        ),
    )[1].pair
    if best.old and best.new:
        return best.old, best.new
    unit = best.old or best.new
    assert unit is not None
    others = [w.pair.new if best.new is None else w.pair.old for _, w in real if w.pair.gap == best.gap and w.pair is not best]  # fmt: skip
    held = [other for other in others if other]
    other = max(held, key=lambda o: _about_the_same(o, unit), default=None)
    if other is None or (len(held) > 1 and max(likeness(other, unit), _about_the_same(other, unit)) < KIN):
        return best.old, best.new
    return (other, best.new) if best.old is None else (best.old, other)


def _beside(rules: Sequence[Worth]) -> dict[int, float]:
    """What each rule's place among the others adds, by the identity of its pair."""
    opening = _opening([rule.pair for rule in rules])
    said: Counter[str] = Counter()
    for rule in rules:
        said.update({name: min(1.0, value) for name, value in rule.topics.items()})
    whole = max(1.0, sum(said.values()))
    found: dict[int, float] = {}
    for at, rule in enumerate(rules):
        shared = sum(min(1.0, value) * said[name] for name, value in rule.topics.items()) / whole
        unit = rule.pair.unit
        lists = unit.text.rstrip().endswith(":") and len(unit.words) >= LEAD
        found[id(rule.pair)] = SHARED * shared - LATE * min(at, 5) + OPENS * (id(rule.pair) in opening) + LISTS * lists
    return found


def _opening(pairs: Sequence[Pair]) -> set[int]:
    """The first of several sentences of one paragraph: between two that weigh alike it tells what happened."""
    blocks: dict[tuple[bool, int], list[int]] = defaultdict(list)
    for pair in pairs:
        blocks[pair.new is None, pair.unit.block].append(id(pair))
    return {places[0] for places in blocks.values() if len(places) > 1}


def _what(pair: Pair) -> tuple[frozenset[str], frozenset[str]]:
    """The words that came and went, each once: what differs alike in several places tells of one change."""
    return frozenset(pair.removed), frozenset(pair.added)


def _about_the_same(a: Unit, b: Unit) -> float:
    """0 to 100: share of the beginnings of the words that tell which two sentences have in common, of the shorter one's."""
    first, second = ({word[:5] for word in unit.words if tells(word)} for unit in (a, b))
    return 100 * len(first & second) / max(1, min(len(first), len(second)))


def _bearing(worth: Worth) -> float:
    """How well a place tells what happened: weight up to a point, then what it speaks of; what stands now before what is gone."""
    pair, unit = worth.pair, worth.pair.unit
    if worth.kind == "rename":
        return 0.3  # one is as good as another: the first tells it
    if worth.kind != "rule":
        dated = bool(pattern("banner").search(shown(unit.text)) and dates.find(unit.text))
        return 0.3 * min(worth.score, 1.0) + (
            0.3 if dated else -0.5 if worth.kind in ("date", "log") else -0.2 if worth.kind == "heading" else 0.0
        )
    said = topics.hits(unit.text)
    bearing = min(worth.score, 3.0) - (0.5 if pair.new is None else 0.0)
    bearing += 0.3 if words_of("party") & set(unit.words) else 0.0
    bearing += 0.15 if _is_of_us(unit) else 0.0
    bearing -= 0.3 if pattern("offered").match(shown(unit.text)) else 0.0
    return bearing + (1.0 if said.get("law_enforcement_disclosure", 0) >= 1 else 0.0)


def _is_of_us(unit: Unit) -> bool:
    """Whether a sentence says what the platform may do with users or their data, not what users can do."""
    held = {*unit.words}
    return bool(words_of("platform") & held and held & (words_of("handling") | words_of("acting")))
