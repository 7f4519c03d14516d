"""Two comparable texts -> what stands only in one of them, sentence beside sentence. Moved text is no difference.

Exact sentences first (longest common subsequence), then what only moved or was cut otherwise, then the most alike of what is
left. All steps are bounded: what is too much to be paired is told as removed and added.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process
from rapidfuzz.distance import LCSseq

from changes.comparable import Comparable, Unit

ALIKE = 50.0  # per cent of likeness from which two sentences are one that was edited
MOST = 100_000_000  # cells of a table of sentences (bits of memory); more is aligned by unique sentences only
FEW = 12  # sentences
PAIRS = 2_000_000  # likenesses computed for one pair of texts
LEAST = 4  # words; a shorter sentence found elsewhere proves nothing


@dataclass(frozen=True, slots=True)
class Pair:
    """A place that differs: an edited sentence, or one side None where it was added or removed."""

    old: Unit | None
    new: Unit | None
    removed: tuple[str, ...]
    added: tuple[str, ...]
    gap: int = -1  # places of one gap stand between the same sentences of both texts
    runs: tuple[
        tuple[tuple[str, ...], tuple[str, ...]], ...
    ] = ()  # of an edited sentence: words that gave way to others

    @property
    def alone(self) -> bool:
        """Whether a sentence only came or only went."""
        return self.old is None or self.new is None

    @property
    def unit(self) -> Unit:
        """The sentence as it stands now, or, where it went, as it stood."""
        unit = self.new or self.old
        assert unit is not None  # a place has a side
        return unit


@dataclass(frozen=True, slots=True)
class Alignment:
    """``pairs`` in the order of the new text; ``moved`` are sentences that stand elsewhere now."""

    pairs: tuple[Pair, ...]
    moved: tuple[Unit, ...]

    @property
    def words(self) -> int:
        """Words that were removed or added."""
        return sum(len(pair.removed) + len(pair.added) for pair in self.pairs)


def align(old: Comparable, new: Comparable) -> Alignment:
    """What differs between two texts."""
    gaps = _gaps([u.norm for u in old.units], [u.norm for u in new.units])
    left: list[tuple[int, int]] = []  # (gap, index of a sentence of the old text)
    right: list[tuple[int, int]] = []
    for number, (a, b, c, d) in enumerate(gaps):
        if _same_words(old.units[a:b], new.units[c:d]):
            continue
        left += [(number, i) for i in range(a, b)]
        right += [(number, i) for i in range(c, d)]
    left, right, moved = _without_moved(old, new, left, right)
    return Alignment(tuple(_paired(old, new, left, right)), moved)


def _gaps(old: list[str], new: list[str]) -> list[tuple[int, int, int, int]]:
    """Ranges [a, b) of the old and [c, d) of the new text between the sentences both have in one order."""
    begin = 0
    while begin < min(len(old), len(new)) and old[begin] == new[begin]:
        begin += 1
    end = 0
    while end < min(len(old), len(new)) - begin and old[-1 - end] == new[-1 - end]:
        end += 1
    a, b = old[begin : len(old) - end], new[begin : len(new) - end]
    found = LCSseq.opcodes(a, b) if len(a) * len(b) <= MOST else None
    if found is None:
        return _between(_anchors(a, b), len(a), len(b), begin)
    return _merged([(o.src_start + begin, o.src_end + begin, o.dest_start + begin, o.dest_end + begin) for o in found if o.tag != "equal"])  # fmt: skip


def _merged(ranges: list[tuple[int, int, int, int]]) -> list[tuple[int, int, int, int]]:
    """Neighbouring insertions, removals and replacements as one gap."""
    made: list[tuple[int, int, int, int]] = []
    for a, b, c, d in ranges:
        if made and made[-1][1] == a and made[-1][3] == c:
            made[-1] = (made[-1][0], b, made[-1][2], d)
        else:
            made.append((a, b, c, d))
    return made


def _anchors(old: list[str], new: list[str]) -> list[tuple[int, int]]:
    """Sentences that stand once in both, as far as they keep their order: patience diff."""
    once_old, once_new = _once(old), _once(new)
    pairs = sorted((once_old[key], once_new[key]) for key in once_old.keys() & once_new.keys())
    return _rising(pairs)


def _once(norms: list[str]) -> dict[str, int]:
    places: dict[str, int] = {}
    for at, norm in enumerate(norms):
        places[norm] = -1 if norm in places else at
    return {norm: at for norm, at in places.items() if at >= 0}


def _rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Longest run of pairs that rises on both sides."""
    from bisect import bisect_left

    tops: list[int] = []
    at: list[int] = []
    before: list[int] = []
    for index, (_, value) in enumerate(pairs):
        place = bisect_left(tops, value)
        before.append(at[place - 1] if place else -1)
        if place == len(tops):
            tops.append(value)
            at.append(index)
        else:
            tops[place] = value
            at[place] = index
    found: list[tuple[int, int]] = []
    step = at[-1] if at else -1
    while step >= 0:
        found.append(pairs[step])
        step = before[step]
    return found[::-1]


def _between(anchors: list[tuple[int, int]], old: int, new: int, begin: int) -> list[tuple[int, int, int, int]]:
    gaps: list[tuple[int, int, int, int]] = []
    a = c = 0
    for i, j in [*anchors, (old, new)]:
        if i > a or j > c:
            gaps.append((a + begin, i + begin, c + begin, j + begin))
        a, c = i + 1, j + 1
    return gaps


def _same_words(old: Sequence[Unit], new: Sequence[Unit]) -> bool:
    """Whether a gap is only cut otherwise: lines joined, a list made a sentence. A name written in one word is no other cut."""
    if len(old) == len(new):
        return [w for u in old for w in u.words] == [w for u in new for w in u.words]
    return "".join(w for u in old for w in u.words) == "".join(w for u in new for w in u.words)


Places = list[tuple[int, int]]


def _without_moved(old: Comparable, new: Comparable, left: Places, right: Places) -> tuple[Places, Places, tuple[Unit, ...]]:  # fmt: skip
    """Without sentences that the other text holds elsewhere, whole or as a part of longer ones."""
    places = defaultdict(list)
    for gap, index in left:
        places[old.units[index].norm].append((gap, index))
    gone: set[tuple[int, int]] = set()
    kept: Places = []
    moved: list[Unit] = []
    for gap, index in right:
        twins = places.get(new.units[index].norm)
        if twins:
            gone.add(twins.pop(0))
            moved.append(new.units[index])
        else:
            kept.append((gap, index))
    rest = [place for place in left if place not in gone]
    return _not_within(old, new, rest, kept), _not_within(new, old, kept, rest), tuple(moved)


def _not_within(mine: Comparable, other: Comparable, places: Places, across: Places) -> Places:
    """Those whose words do not stand in one run in the other text; and those that stand in a sentence of it that only grew.

    ``across``: what is left of the other text.
    """
    if not places:
        return places
    whole = f" {other.same_words} "
    budget = 200_000_000 // max(1, len(whole))  # searches; a text of 5 MB is not searched thousands of times
    found: Places = []
    within: Places = []
    for number, (gap, index) in enumerate(places):
        unit = mine.units[index]
        if number > budget or len(unit.words) < LEAST or f" {unit.norm} " not in whole:
            found.append((gap, index))
        else:
            within.append((gap, index))
    return sorted(found + _grown(mine, other, within, across)) if within and across else found


def _grown(mine: Comparable, other: Comparable, within: Places, across: Places) -> Places:
    """Of sentences that stand within others the one that makes up most of a sentence at the same place: it was edited."""
    beside: dict[int, list[Unit]] = defaultdict(list)
    for gap, index in across:
        beside[gap].append(other.units[index])
    best: dict[int, tuple[float, int, int]] = {}
    for gap, index in within:
        unit = mine.units[index]
        for one in beside.get(gap, [])[:FEW]:
            score = likeness(unit, one) if _is_grown(unit, one, mine) else 0.0
            if score >= ALIKE and score > best.get(id(one), (0.0, 0, 0))[0]:
                best[id(one)] = (score, gap, index)
    return [(gap, index) for _, gap, index in {place[1:]: place for place in best.values()}.values()]


def _is_grown(unit: Unit, longer: Unit, mine: Comparable) -> bool:
    """Whether a sentence stands in a longer one whose other words are new: else the text was only cut otherwise."""
    before, stands, behind = f" {longer.norm} ".partition(f" {unit.norm} ")
    rest = [part for part in (before, behind) if part.count(" ") >= LEAST]
    return bool(stands) and not (rest and all(part.strip() in mine.same_words for part in rest))


def _paired(old: Comparable, new: Comparable, left: Places, right: Places) -> list[Pair]:
    """The most alike sentences side by side: inside a gap first, then anywhere."""
    partner: dict[int, int] = {}
    taken: set[int] = set()
    signs = _signs([old.units[i] for _, i in left] + [new.units[j] for _, j in right])
    for near in (True, False):
        for _, i, j in _likenesses(old, new, left, right, partner, taken, signs, near):
            if j not in partner and i not in taken:
                partner[j] = i
                taken.add(i)
    pairs = [_pair(old.units[partner[j]] if j in partner else None, new.units[j], gap) for gap, j in right]
    pairs += [_pair(old.units[i], None, gap) for gap, i in left if i not in taken]
    return [pair for pair in pairs if pair.removed or pair.added]


def _signs(units: Sequence[Unit]) -> dict[str, str]:
    """Every sentence with a character for each word: sentences are then compared as fast as words are."""
    known: dict[str, str] = {}
    return {unit.norm: "".join(known.setdefault(word, chr(0xF0000 + len(known) % 0x1FFF0)) for word in unit.words) for unit in units}  # fmt: skip


def _likenesses(
    old: Comparable, new: Comparable, left: Places, right: Places, partner: dict[int, int], taken: set[int],
    signs: dict[str, str], near: bool,
) -> list[tuple[float, int, int]]:  # fmt: skip
    """(likeness, old, new), best first; ``near`` looks inside one gap only."""
    gaps: dict[int, dict[int, str]] = defaultdict(dict)
    for gap, i in left:
        if i not in taken:
            gaps[gap if near else 0][i] = signs[old.units[i].norm]
    found: list[tuple[float, int, int]] = []
    spent = 0
    for gap, j in right:
        others = gaps.get(gap if near else 0, {})
        if j in partner or not others:
            continue
        spent += len(others)
        if spent > PAIRS:
            break
        found += [(score, i, j) for score, i in _best(old, new.units[j], others, signs)]
    return sorted(found, key=lambda f: (-f[0], abs(f[1] - f[2]), f[2], f[1]))


def _best(old: Comparable, unit: Unit, others: dict[int, str], signs: dict[str, str]) -> list[tuple[float, int]]:
    """(likeness, index) of the old sentences most like ``unit``; a short one, or one among few, is looked at closely."""
    if len(others) <= FEW:
        close = [(likeness(old.units[i], unit), i) for i in others]
        return [(score, i) for score, i in close if score >= ALIKE]
    ranked = process.extract(signs[unit.norm], others, scorer=fuzz.ratio, processor=None, score_cutoff=ALIKE, limit=FEW)
    return [(score, i) for _, score, i in ranked]


def likeness(a: Unit, b: Unit) -> float:
    """0 to 100: share of words in one order, or of characters where the sentences are short."""
    if min(len(a.words), len(b.words)) * 3 < max(len(a.words), len(b.words)):
        return 100 * LCSseq.similarity(a.words, b.words) / max(1, min(len(a.words), len(b.words))) * 0.7
    return fuzz.ratio(a.words, b.words) if len(a.words) > 5 else fuzz.ratio(a.norm, b.norm)


def _pair(old: Unit | None, new: Unit | None, gap: int) -> Pair:
    if old is None or new is None:
        return Pair(old, new, old.words if old else (), new.words if new else (), gap)
    ranges = _merged([(o.src_start, o.src_end, o.dest_start, o.dest_end) for o in LCSseq.opcodes(old.words, new.words) if o.tag != "equal"])  # fmt: skip
    runs = tuple((old.words[a:b], new.words[c:d]) for a, b, c, d in ranges)
    removed = tuple(word for run, _ in runs for word in run)
    added = tuple(word for _, run in runs for word in run)
    return Pair(old, new, removed, added, gap, runs)
