"""A capture beside the earlier texts of its document -> whether it is the document at all, and if not, what stands there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import sqrt
from urllib.parse import urlsplit

from changes.comparable import Comparable, least
from changes.lexicon import little, pattern, words_of
from records import Block

WALLS = ("challenge", "redirect", "error", "login", "consent")  # the first that shows wins
SHORT = 220  # words; a page that stands in front of a document holds no more, if nothing earlier tells better
FEW = 4  # words; fewer are no first text of a document
SHRUNK = 0.4  # of the usual length: less is no edit
STRANGE = 0.35  # likeness of content words (cosine); a rewrite of one document keeps more
WHOLE = 600  # words; a shorter text is no variant of a document that is more than twice as long
KIN, MOSTLY = (
    0.85,
    0.8,
)  # likeness of words of a shorter variant, and the share of its sentences that it may have from the longer one
SMALL, KEPT = 300, 0.2  # words of a short document, and the share of its sentences that a new edition of it keeps
PART = 0.5  # share of sentences known from the document: a part of it


def cause(new: Comparable, past: Sequence[Comparable], url: str = "", first_url: str = "") -> tuple[str, str]:
    """(cause, reason), both "" if this is the document. Causes: empty, challenge, redirect, error, login, consent, truncated,
    language, other_document. ``past``: earlier texts that were the document, the latest last; ``url``: the final address now, ``first_url`` at first.
    """
    if not new.size:
        return "empty", "the page holds no text"
    if not past and new.size >= SHORT:
        return "", ""
    wall = _wall(new)
    if not past and new.size < FEW:
        return "truncated", f"first seen with {new.size} words: no document is so short"
    if not past:
        return (wall, f"first seen with {new.size} words that speak of a {wall} page") if wall else ("", "")  # fmt: skip
    usual = sorted(text.size for text in past[-5:])[len(past[-5:]) // 2]
    known = max(_known(new, text) for text in past[-3:])
    alike = max(cosine(new.bag, text.bag) for text in past[-3:])
    if new.size < SHRUNK * usual and not _is_shorter_variant(new, known, alike):
        if wall and known < PART:
            return wall, f"{new.size} words instead of about {usual}, and they speak of a {wall} page"
        if known >= PART and _moved(url, first_url):
            return "", ""  # a page of its own for what was a part of a longer one
        if known >= PART:
            return "truncated", f"{new.size} words of about {usual}: a part of the document"
        if usual < SMALL and known >= KEPT and not wall:
            return "", ""  # a short document that was written anew
        if usual > 80 and (found := _strange(new, past[-1], alike))[0] == "language":
            return found
        if usual > 80:
            return "other_document", f"{new.size} words instead of about {usual}, {known:.0%} of its sentences known"
    if alike < STRANGE and known < 0.2:
        return _strange(new, past[-1], alike)
    return "", ""


def is_first(blocks: Sequence[Block]) -> bool:
    """Whether ``cause`` finds none for a first text, told without looking at all of it."""
    return least(blocks, SHORT) >= SHORT


def _is_shorter_variant(new: Comparable, known: float, alike: float) -> bool:
    """A document of its own beside a longer one, as for another region: long, on the same matters, and in good part in its own
    words. A capture that was cut says nothing of its own.
    """
    return new.size >= WHOLE and alike >= KIN and known <= MOSTLY


def _moved(url: str, first_url: str) -> bool:
    """Whether the document is found at another address: another host, or another last part of the path."""
    now, first = urlsplit(url), urlsplit(first_url)
    last = [address.path.rstrip("/").rsplit("/", 1)[-1] for address in (now, first)]
    return bool(url and first_url) and (now.hostname != first.hostname or last[0] != last[1])


def _strange(new: Comparable, last: Comparable, alike: float) -> tuple[str, str]:
    if _tongue(new) != _tongue(last) and _tongue(new) and _tongue(last):
        return "language", f"the text is in another language ({_tongue(new)} instead of {_tongue(last)})"
    return "other_document", f"its words are those of another text (likeness {alike:.2f})"


def _wall(new: Comparable) -> str:
    """What a page that stands in front of a document says of itself, "" if nothing."""
    text = " ".join(unit.text for unit in new.units[:60])[:4_000]
    for name in WALLS:
        if pattern(name).search(text):
            return name
    return ""


def _known(new: Comparable, old: Comparable) -> float:
    """Share of the new text's sentences (by words) that the old one holds."""
    held = sum(len(unit.words) for unit in new.units if unit.norm in old.norms)
    return held / max(1, new.size)


def cosine(a: Counter[str], b: Counter[str]) -> float:
    """Likeness of two bags of words without the little ones, 0 to 1."""
    stop = words_of("stop")
    shared = sum(count * b[word] for word, count in a.items() if word in b and word not in stop)
    return shared / max(1.0, _length(a, stop) * _length(b, stop))


def _length(bag: Counter[str], stop: frozenset[str]) -> float:
    return sqrt(sum(count * count for word, count in bag.items() if word not in stop))


def _tongue(text: Comparable) -> str:
    """Script or language of a text by its little words, "" if unclear."""
    scripts = Counter(_script(word[0]) for word in text.bag)
    script, count = scripts.most_common(1)[0] if scripts else ("", 0)
    if script != "latin" and count > len(text.bag) // 2:
        return script
    held = {tongue: sum(text.bag[word] for word in words) for tongue, words in little().items()}
    best = max(held, key=lambda tongue: held[tongue])
    return best if held[best] * 20 > text.size else ""


def _script(char: str) -> str:
    code = ord(char)
    for name, low, high in (("latin", 0, 0x24F), ("greek", 0x370, 0x3FF), ("cyrillic", 0x400, 0x52F), ("hebrew", 0x590, 0x5FF), ("arabic", 0x600, 0x6FF), ("devanagari", 0x900, 0x97F), ("thai", 0xE00, 0xE7F), ("kana", 0x3040, 0x30FF), ("han", 0x3400, 0x9FFF), ("hangul", 0xAC00, 0xD7AF)):  # fmt: skip
        if low <= code <= high:
            return name
    return "other"
