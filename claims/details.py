"""Sentence -> what a claim says besides who and what: scopes, reasons, exceptions, legal basis, amounts, direction, state. Words only."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from claims.lexicon import Language

_SIGNS = {
    "€": "EUR",
    "$": "USD",
    "£": "GBP",
    "₹": "INR",
    "₽": "RUB",
    "¥": "JPY",
    "₩": "KRW",
    "₺": "TRY",
    "us$": "USD",
    "a$": "AUD",
    "c$": "CAD",
    "r$": "BRL",
    "zł": "PLN",
}
_WORDS = [("EUR", r"euro\w*|eur|евро|євро|欧元|歐元"), ("USD", r"(?:us[- ])?dol[lł]?ar\w*|usd|доллар\w*|долар\w*|dolar\w*|美元"), ("GBP", r"pounds?|gbp|фунт\w*|libr\w+|sterlin\w*|英镑"), ("RUB", r"rou?bles?|rubl\w*|rublos|rubel|rubli|rub|руб\w*|卢布"), ("INR", r"(?:indian )?rupees?|rupi\w*|рупи\w*"), ("TRY", r"(?:turkish )?lira\w*|лир\w*"), ("BRL", r"reais|real|реал\w*|雷亚尔"), ("UAH", r"hryvn\w*|грив\w*|uah"), ("KRW", r"won|вон|韩元"), ("CNY", r"yuan|юан\w*|元"), ("PLN", r"zlot\w*|pln"), ("RON", r"lei"), ("JPY", r"yen")]  # fmt: skip
_SCALE = [(10**12, r"trillions?|трлн|bilhoes de|biliony"), (10**9, r"billions?|bn|milliards?|milliarden?|mrd|мільярд\w*|миллиард\w*|млрд|miliard\w*|miliarde|milyar|miliardi|bilhoes|bilhao|mil millones|mld|十亿"), (10**8, r"亿|億"), (10**7, r"crores?"), (10**6, r"millions?|millionen|mn|mio|m|миллион\w*|мільйон\w*|млн|milion\w*|mln|milyon|milioni|milhoes|milhao|millones|millon|milioane"), (10**5, r"lakh"), (10**4, r"万|萬"), (10**3, r"thousand|k|тыс\w*|тис\w*|tys\w*|mil|mila|bin|mii|tausend|mille")]  # fmt: skip
_SCALES = "|".join(f"(?:{words})" for _, words in _SCALE)
_UNITS = "|".join(f"(?:{words})" for _, words in _WORDS)
_AMOUNT = re.compile(
    rf"(?P<sign>us\$|a\$|c\$|r\$|[€$£₹₽¥₩₺])? ?(?<![\d.,])(?P<number>\d{{1,3}}(?:[.,  ]\d{{3}})+(?![.,]?\d)|\d+(?:[.,]\d{{1,2}})?) ?-?(?P<scale>{_SCALES})?(?!\w)(?: de| di| d')? ?(?:(?P<after>[€$£₽₺])|(?P<unit>{_UNITS})(?!\w))?"
)
_AMOUNT_HAN = re.compile(
    r"(?P<number>\d+(?:[.,]\d+)*) ?(?P<scale>亿|億|万|萬)? ?(?P<unit>美元|欧元|歐元|卢布|元|英镑|韩元|雷亚尔)"
)


def amount(folded: str) -> tuple[str, str]:
    """The first sum of money of a sentence as (decimal number in units, ISO 4217 code); ("", "") if there is none.

    >>> amount("fined €1.2 billion"), amount("штраф 600 тыс. рублей")
    (('1200000000', 'EUR'), ('600000', 'RUB'))
    """
    text = re.sub(r"(?<=тыс|млн|лрд|тис)\.", "", folded)
    for m in [*_AMOUNT.finditer(text), *_AMOUNT_HAN.finditer(text)]:
        sign = m.groupdict().get("sign") or m.groupdict().get("after")
        currency = _SIGNS.get(sign, "") if sign else _currency(m["unit"])
        number = _number(m["number"], m["scale"])
        if currency and number:
            return number, currency
    return "", ""


def _currency(word: str | None) -> str:
    return next((code for code, pattern in _WORDS if word and re.fullmatch(pattern, word)), "")


def _number(digits: str, scale: str | None) -> str:
    plain = re.sub(r"[ \u00a0]", "", digits)
    grouped = re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", plain) and not (scale and plain.count(plain[-4]) == 1)
    plain = re.sub(r"[.,]", "", plain) if grouped else plain.replace(",", ".")
    factor = next((size for size, pattern in _SCALE if scale and re.fullmatch(pattern, scale)), 1)
    try:
        value = Decimal(plain) * factor
    except InvalidOperation:
        return ""
    return format(value.normalize(), "f")


def found(language: Language, table: str, folded: str) -> tuple[str, ...]:
    """Words of the vocabulary (scopes, reasons, directions, states) whose signs a text holds."""
    return tuple(word for word, pattern in language.table(table) if pattern.search(folded))


def first(language: Language, group: str, folded: str) -> tuple[int, int]:
    """Where a group first matches; (-1, -1) if nowhere."""
    m = language.pattern(group).search(folded)
    return (m.start(), m.end()) if m else (-1, -1)
