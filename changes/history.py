"""A capture beside all earlier texts of its document -> the one it goes back to, or the variant it belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import chain

from changes.align import Pair
from changes.comparable import Comparable, comparable
from changes.identity import cosine
from changes.lexicon import pattern
from records import Block, Hunk

PLACES = 60  # that differ; more are no widget or banner that comes and goes
KIN = 0.8  # likeness of content words of two states of one text in one language
CLOSER = 0.6  # of the distance to the latest text: an earlier one that is nearer than this is the one it belongs to


def same(new: Comparable, past: Sequence[Comparable | None]) -> int:
    """Index of the latest earlier text with the same words, -1 if there is none. None stands for a text that does not count."""
    for index in range(len(past) - 1, -1, -1):
        text = past[index]
        if text is not None and (text.fingerprint == new.fingerprint or text.same_words == new.same_words):
            return index
    return -1


def nearest(new: Comparable, past: Sequence[Comparable | None], last: int) -> int:
    """Index of the earlier text this one belongs to: ``last``, unless another is clearly closer."""
    latest = past[last]
    if latest is None or sum(text is not None for text in past) < 2:
        return last
    limit = CLOSER * distance(new, latest)
    found = last
    for index in range(len(past) - 1, -1, -1):
        text = past[index]
        if text is None or index == last or abs(text.size - new.size) > limit:
            continue
        apart = distance(new, text)
        if apart < limit:
            limit, found = apart, index
    return found


def recurs(pairs: Sequence[Pair], past: Sequence[Comparable | None], base: int) -> bool:
    """Whether every place that differs only takes its turn again: what stands there now stood there before and went, or what went
    had come and gone before. One sentence that comes and goes in a text that is edited meanwhile makes no version twice the same.
    """
    if not pairs or len(pairs) > PLACES:
        return False
    texts = [text for text in past[: base + 1] if text is not None]
    return all(_turns(pair, texts) for pair in pairs)


def told(pairs: Sequence[Pair], latest: Comparable) -> bool:
    """Whether every place that differs from one variant is in the latest text as it is now: what changed in one variant was told
    when the other changed."""
    return bool(pairs) and all(
        (pair.new is None or pair.new.norm in latest.norms) and (pair.old is None or pair.old.norm not in latest.norms)
        for pair in pairs
    )


def _turns(pair: Pair, texts: Sequence[Comparable]) -> bool:
    """``texts``: earlier texts, the one compared with last."""
    if pair.new is not None:
        norm = pair.new.norm
        return norm not in texts[-1].norms and any(norm in text.norms for text in texts)
    there = [bool(pair.old and pair.old.norm in text.norms) for text in texts]
    return sum(now and not before for before, now in zip([False, *there], there, strict=False)) > 1


def variant(new: Comparable, past: Sequence[Comparable]) -> int:
    """Index of the latest text in another language that ``new`` is a later state of, -1 if there is none."""
    return next((i for i in range(len(past) - 1, -1, -1) if cosine(new.bag, past[i].bag) > KIN), -1)


def distance(a: Comparable, b: Comparable) -> int:
    """Words that stand in one of two texts only, however they are put together."""
    return len(_each(a) ^ _each(b))


@lru_cache(maxsize=32)  # as many as a capture is compared with
def _each(text: Comparable) -> frozenset[str | tuple[str, int]]:
    """Every word of a text, said once more as another: the difference of two such sets is made in C, of two counters in Python."""
    again = ((word, time) for word, count in text.bag.items() for time in range(1, count))
    return frozenset(chain(text.bag, again))


def taken_back(new: tuple[Block, ...], past: Sequence[tuple[Block, ...]], hunks: Sequence[Hunk]) -> tuple[int, str]:
    """(index of the earlier text that counts again, words put in that say so); (-1, "") if the document says nothing of the
    kind, or is no closer to any earlier text than to the last of ``past``."""
    put_in = (" ".join(span.text for span in hunk.spans if span.op != "del") for hunk in hunks if any(span.op == "ins" for span in hunk.spans))  # fmt: skip
    said = next((" ".join(text.split())[:300] for text in put_in if pattern("taken_back").search(text)), "")
    if not said or len(past) < 2:
        return -1, ""
    text = comparable(new)
    apart = [distance(text, comparable(blocks)) for blocks in past]
    nearest = min(range(len(past) - 1), key=lambda index: (apart[index], -index))
    return (nearest, said) if apart[nearest] < apart[-1] else (-1, "")
