"""Text -> the same text folded for comparison: lower case, Latin letters without accents, one letter for one letter.

The length never changes, so offsets into folded text are offsets into the text.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_APOSTROPHES = {
    "’": "'",
    "‘": "'",
    "ʼ": "'",
    "`": "'",
    "´": "'",
    "‑": "-",
    "–": "-",
    "\u00a0": " ",
    "\u202f": " ",
    "\u2009": " ",
}
_PLAIN = {"ё": "е", "ł": "l", "ı": "i", "İ": "i", "đ": "d", "ø": "o", "ς": "σ"}


def _letter(char: str) -> str:
    """One letter, folded; what would grow or vanish stays as it is."""
    if char in _PLAIN:
        return _PLAIN[char]
    lower = char.lower()
    if len(lower) != 1:
        return char
    base = unicodedata.normalize("NFD", lower)[0]
    folded = base if "a" <= base <= "z" else lower
    return _PLAIN.get(folded, folded)


class _Table(dict[int, str]):
    """Translation table that is filled as characters turn up."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        self[code] = _APOSTROPHES.get(char) or _letter(char)
        return self[code]


_table = _Table()


def fold(text: str) -> str:
    """Folded text of the same length.

    >>> fold("Türkiye’nin Françaises ТІКТОК")
    "turkiye'nin francaises тікток"
    """
    return text.translate(_table)


@lru_cache(maxsize=65_536)
def script(char: str) -> str:
    """Latin, Cyrillic, Greek, Han or "" of one letter."""
    code = ord(char)
    if (char.isascii() and char.isalpha()) or 0xC0 <= code <= 0x24F:
        return "Latin"
    if 0x400 <= code <= 0x52F:
        return "Cyrillic"
    if 0x370 <= code <= 0x3FF:
        return "Greek"
    return "Han" if 0x3400 <= code <= 0x9FFF else ""


def mixed_script(word: str) -> bool:
    """True for a word that hides letters of another script among its own, as a counterfeit name does."""
    return len({script(char) for char in word} & {"Latin", "Cyrillic", "Greek"}) > 1
