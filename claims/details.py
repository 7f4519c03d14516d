"""Sentence -> what a claim says besides who and what: scopes, reasons, exceptions, legal basis, sums, direction, state. Words only."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from claims.lexicon import Language

ROUNDED = 1.1  # of two sums that are not one sum rounded
BRACKET = 16  # characters between a sum and the same in another currency
_DIGITS = r"\d{1,3}(?:[., ']\d{3})+(?:[.,]\d{1,2})?(?![.,]?\d)|\d+(?:[.,]\d{1,3})?(?![.,]?\d)"


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum of money and where it stands in a folded sentence: ``number`` in units of ``currency`` (ISO 4217)."""

    start: int
    end: int
    number: str
    currency: str


@dataclass(frozen=True)
class _Money:
    patterns: tuple[re.Pattern[str], ...]  # words apart, and Chinese
    part: re.Pattern[str]  # digits and their scale
    currencies: tuple[tuple[str, re.Pattern[str]], ...]
    scales: tuple[tuple[int, re.Pattern[str]], ...]
    points: frozenset[str]  # languages whose decimals a point parts
    alike: frozenset[str]  # currencies of about the same worth ...
    rate: float  # ... which is at most so many times that of another


@lru_cache(maxsize=1)
def _money() -> _Money:
    table: dict[str, Any] = tomllib.loads((Path(__file__).parent / "money.toml").read_text("utf-8"))
    rows, scales = table["currency"], table["scale"]
    scale, one = "|".join(row["words"] for row in scales), "|".join(row["one"] for row in scales)
    signs = "|".join(sorted((re.escape(sign) for row in rows for sign in row["signs"]), key=len, reverse=True))
    unit = "|".join(row["words"] for row in rows)
    told = rf"(?:{_DIGITS})(?: ?-?(?:de )?(?:{scale})(?!\w)\.?)?"
    sign, ends = rf"(?:(?<!\w)(?P<sign>{signs}) ?)?", rf"(?:(?P<after>{signs})|(?P<unit>{unit})(?!\w))?"
    spaced = rf"{sign}(?<![\d.,])(?P<sum>{told}(?: (?:y |e |und |et |и |і |i )?{told})?|(?<!\w)(?:{one})(?!\w)) ?-?(?:de |di |d')?{ends}"
    han = rf"(?P<sign>{signs})? ?(?P<sum>(?:(?:{_DIGITS}) ?(?:{scale})?)+)余?多? ?(?P<unit>{unit})"
    return _Money(
        (re.compile(spaced), re.compile(han)),
        re.compile(rf"(?P<digits>{_DIGITS})?(?: ?-?(?:de )?(?P<scale>{scale}|{one})(?:(?<=[亿億万萬])|(?!\w)))?"),
        tuple((row["code"], re.compile("|".join([row["words"], *map(re.escape, row["signs"])]))) for row in rows),
        tuple((row["size"], re.compile(f"{row['words']}|{row['one']}")) for row in scales),
        frozenset(table["decimal_point"]),
        frozenset(table["alike"]["currencies"]),
        table["alike"]["rate"],
    )


def sums(folded: str, code: str = "en") -> list[Sum]:
    """Every sum of money that a folded sentence of a language tells with its currency, in order.

    >>> [(one.number, one.currency) for one in sums("fined apple €500m and meta €1.2 billion")]
    [('500000000', 'EUR'), ('1200000000', 'EUR')]
    """
    money = _money()
    found = [
        Sum(m.start(), m.end(), number, currency)
        for m in money.patterns[code == "zh"].finditer(folded)
        if (currency := _currency(m)) and (number := _number(m["sum"], code))
    ]
    return [one for one, before in zip(found, [None, *found], strict=False) if not _converted(folded, before, one)]


def _converted(folded: str, before: Sum | None, one: Sum) -> bool:
    """True for the dollars of "€345 million ($368 million)": the same sum told in another currency."""
    return before is not None and "(" in folded[before.end : one.start] and one.start - before.end <= BRACKET


def amount(folded: str, code: str = "en", beside: tuple[int, int] = (0, 0)) -> tuple[str, str]:
    """The sum nearest to some words of a folded sentence (their start and end) as (decimal number in units, ISO 4217 code); ("", "") if it has none.

    >>> amount("fined €1.2 billion"), amount("штраф 600 тыс. рублей", "ru"), amount("multa de 2.420 millones de euros", "es")
    (('1200000000', 'EUR'), ('600000', 'RUB'), ('2420000000', 'EUR'))
    """
    near = nearest(folded, code, beside)
    return (near.number, near.currency) if near else ("", "")


def nearest(folded: str, code: str, beside: tuple[int, int]) -> Sum | None:
    """The sum nearest to some words of a folded sentence, their start and end; None if it has none."""
    start, end = beside
    return min(sums(folded, code), key=lambda one: max(one.start - end, start - one.end), default=None)


def differ(one: Sum, other: Sum) -> bool:
    """True for two sums of which neither is the other, rounded or told in another currency of about the same worth; where
    currencies are of unlike worth nothing is known.

    >>> differ(Sum(0, 0, "345000000", "EUR"), Sum(0, 0, "368000000", "USD"))
    False
    """
    rate = 1.0 if one.currency == other.currency else _money().rate
    if one.currency != other.currency and not {one.currency, other.currency} <= _money().alike:
        return False
    low, high = sorted((float(one.number), float(other.number)))
    return high >= ROUNDED * rate * low


def _currency(m: re.Match[str]) -> str:
    written = m.groupdict().get("sign") or m.groupdict().get("after") or m["unit"]
    return next((code for code, pattern in _money().currencies if written and pattern.fullmatch(written)), "")


def _number(written: str, code: str) -> str:
    """Digits and scales added up: "1 milyar 200 milyon", "5亿3000万"; "million" alone is one."""
    total = Decimal(0)
    for m in _money().part.finditer(written):
        if m["digits"] or m["scale"]:
            factor = next(
                (size for size, pattern in _money().scales if m["scale"] and pattern.fullmatch(m["scale"])), 1
            )
            total += _plain(m["digits"], bool(m["scale"]), code) * factor
    return format(total.normalize(), "f") if total else ""


def _plain(digits: str | None, scaled: bool, code: str) -> Decimal:
    """Digits without what parts thousands. Three digits behind the sign for decimals are decimals before a scale alone."""
    if not digits:
        return Decimal(1)
    point = "." if code in _money().points else ","
    plain = re.sub(r"[ ']", "", digits)
    tail = re.search(r"([.,])(\d+)$", plain)
    if tail is None:
        return Decimal(plain)
    decimals = len(tail[2]) != 3 or (scaled and tail[1] == point and len(re.findall(r"[.,]", plain)) == 1)
    whole = plain[: tail.start()] if decimals else plain
    return Decimal(re.sub(r"[.,]", "", whole) + (f".{tail[2]}" if decimals else ""))


def found(language: Language, table: str, folded: str) -> tuple[str, ...]:
    """Words of the vocabulary (scopes, reasons, directions, states) whose signs a text holds."""
    return tuple(word for word, pattern in language.table(table) if pattern.search(folded))


def first(language: Language, group: str, folded: str) -> tuple[int, int]:
    """Where a group first matches; (-1, -1) if nowhere."""
    m = language.pattern(group).search(folded)
    return (m.start(), m.end()) if m else (-1, -1)
