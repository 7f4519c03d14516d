"""Sums of money as twelve languages write them: scales, what parts thousands and decimals, currencies of one name."""

from __future__ import annotations

import pytest

from claims.details import amount, sums
from claims.fold import fold


@pytest.mark.parametrize(
    ("language", "text", "told"),
    [
        ("en", "fined Meta €1.2bn and Apple $500m", "1200000000 EUR, 500000000 USD"),
        ("en", "a A$957,780 penalty", "957780 AUD"),
        ("en", "1,250 million euros", "1250000000 EUR"),
        ("en", "a million dollars", "1000000 USD"),
        ("en", "millions of dollars", ""),
        ("en", "€345 million ($368 million)", "345000000 EUR"),
        ("en", "₹213.14 crore", "2131400000 INR"),
        ("ru", "21 миллион 770 тысяч рублей", "21770000 RUB"),
        ("ru", "1,2 млрд. евро", "1200000000 EUR"),
        ("ru", "на миллион рублей", "1000000 RUB"),
        ("uk", "штраф у 610 500 австралійських доларів", "610500 AUD"),
        ("de", "5,125 Millionen Euro", "5125000 EUR"),
        ("de", "2.420 Millionen Euro", "2420000000 EUR"),
        ("de", "250 Mio. Euro", "250000000 EUR"),
        ("fr", "8 M€ ou 10 000 euros", "8000000 EUR, 10000 EUR"),
        ("es", "2.420 millones de euros", "2420000000 EUR"),
        ("pt", "R$ 50 mil", "50000 BRL"),
        ("pt", "1,2 mil milhões de euros", "1200000000 EUR"),
        ("it", "2,4 miliardi di euro", "2400000000 EUR"),
        ("pl", "31 850 281 zł", "31850281 PLN"),
        ("ro", "91 de milioane de euro", "91000000 EUR"),
        ("tr", "1 milyar 200 milyon lira", "1200000000 TRY"),
        ("zh", "5亿3000万欧元", "530000000 EUR"),
        ("zh", "約新台幣5億元", "500000000 TWD"),
        ("zh", "80.26亿元人民币", "8026000000 CNY"),
    ],
)  # fmt: skip
def test_a_sum_is_its_number_and_its_currency(language: str, text: str, told: str) -> None:
    assert ", ".join(f"{one.number} {one.currency}" for one in sums(fold(text), language)) == told


def test_of_several_sums_the_nearest_is_told() -> None:
    text = "apple 500 million euros and meta 200 million euros"
    assert amount(text, beside=(text.index("meta"), text.index("meta") + 4)) == ("200000000", "EUR")
    assert amount(text, beside=(0, 5)) == ("500000000", "EUR")
