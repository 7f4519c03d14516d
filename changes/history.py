"""A capture beside all earlier texts of its document -> the one it goes back to, or the variant it belongs to."""

from __future__ import annotations

from collections.abc import Sequence

from changes.comparable import Comparable
from changes.identity import cosine

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
    if latest is None:
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


def variant(new: Comparable, past: Sequence[Comparable]) -> int:
    """Index of the latest text in another language that ``new`` is a later state of, -1 if there is none."""
    return next((i for i in range(len(past) - 1, -1, -1) if cosine(new.bag, past[i].bag) > KIN), -1)


def distance(a: Comparable, b: Comparable) -> int:
    """Words (whole sentences counted) that stand in one of two texts only."""
    differ = {norm for norm, _ in a.norms.items() ^ b.norms.items()}
    return sum(abs(a.norms[norm] - b.norms[norm]) * (1 + norm.count(" ")) for norm in differ)
