"""Text -> sentences with their places. Cuts at line ends and at full stops that end a sentence; never changes a letter."""

from __future__ import annotations

import re
from collections.abc import Iterator

LONGEST = 1_200  # characters; what runs on longer is no sentence and is cut at a blank

_LINE = re.compile(r"[^\n]+")
_END = re.compile(r"[.!?…]+[\"'”»’)\]]*(?=\s)|[。！？；]+[”」』）]*")
_PLATFORM_X = re.compile(r"(?:^|\s)[^\W\d_A-Z]\w*\W+X$")  # "fined X." ends a sentence, "Malcolm X." may not
_DATE_DOT = re.compile(r"(?:^|\s)\d{1,2}$")


def sentences(text: str, abbreviations: frozenset[str]) -> Iterator[tuple[int, int]]:
    """(start, end) of each sentence, without blanks around it."""
    for line in _LINE.finditer(text):
        yield from _cut(text, line.start(), line.end(), abbreviations)


def _cut(text: str, start: int, end: int, abbreviations: frozenset[str]) -> Iterator[tuple[int, int]]:
    begin = start
    for stop in _END.finditer(text, start, end):
        if stop.end() - begin <= LONGEST and _goes_on(text, begin, stop, end, abbreviations):
            continue
        yield from _trim(text, begin, stop.end())
        begin = stop.end()
    yield from _trim(text, begin, end)


def _goes_on(text: str, begin: int, stop: re.Match[str], end: int, abbreviations: frozenset[str]) -> bool:
    """True where the stop belongs to an abbreviation, an initial or a day of the month."""
    if stop[0][0] != ".":
        return text[stop.end() : end].lstrip()[:1].islower()
    following = text[stop.end() : stop.end() + 40].lstrip()[:1]
    before = text[max(begin, stop.start() - 12) : stop.start()]
    word = re.search(r"[\w.]+$", before)
    if following.islower() or (word and word[0].lower() in abbreviations):
        return True
    if word and len(word[0]) == 1 and word[0].isalpha() and not word[0].islower():
        return not _PLATFORM_X.search(before)
    return bool(_DATE_DOT.search(before)) and following.isupper() and not stop[0][1:]


def _trim(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while end - start > LONGEST:
        blank = text.rfind(" ", start + LONGEST // 2, start + LONGEST)
        cut = blank if blank > 0 else start + LONGEST
        yield from _trim(text, start, cut)
        start = cut
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if end > start:
        yield start, end
