"""Dates told by their distance from another, and weekdays that stand beside a date."""

from __future__ import annotations

from datetime import date

import pytest

from claims import extract
from claims.dates import dates
from claims.fold import fold
from records import Article

FRIDAY = date(2024, 9, 27)
BEFORE = date(2024, 8, 24)


@pytest.mark.parametrize(
    ("language", "text", "value"),
    [
        ("en", "He was charged the next day.", "2024-08-25"),
        ("en", "Two weeks later it was lifted.", "2024-09"),
        ("en", "It was banned three days ago.", "2024-09-24"),
        ("en", "A year later the court ruled.", "2025"),
        ("en", "It was blocked two years earlier.", "2022"),
        ("de", "Am folgenden Tag wurde Anklage erhoben.", "2024-08-25"),
        ("de", "Vor zwei Monaten wurde die Sperre verhängt.", "2024-07"),
        ("fr", "Le lendemain, la justice a levé le blocage.", "2024-08-25"),
        ("fr", "Il y a trois ans, le pays avait bloqué le réseau.", "2021"),
        ("es", "Al día siguiente fue detenido.", "2024-08-25"),
        ("es", "Hace dos días se levantó el veto.", "2024-09-25"),
        ("pt", "No dia seguinte o bloqueio foi suspenso.", "2024-08-25"),
        ("it", "Due giorni dopo il blocco è stato revocato.", "2024-08-26"),
        ("pl", "Następnego dnia postawiono mu zarzuty.", "2024-08-25"),
        ("ro", "A doua zi a fost inculpat.", "2024-08-25"),
        ("ru", "На следующий день доступ восстановили.", "2024-08-25"),
        ("ru", "Через год соцсеть заблокировали.", "2025"),
        ("ru", "Два дня назад суд вынес решение.", "2024-09-25"),
        ("uk", "Наступного дня доступ відновили.", "2024-08-25"),
        ("tr", "Ertesi gün erişim açıldı.", "2024-08-25"),
        ("tr", "Üç gün önce engellendi.", "2024-09-24"),
        ("zh", "次日，禁令解除。", "2024-08-25"),
        ("zh", "两天前，平台被封锁。", "2024-09-25"),
    ],
)  # fmt: skip
def test_a_distance_counts_from_the_day_named_before_or_from_publication(language: str, text: str, value: str) -> None:
    assert [one.value for one in dates(fold(text), language, FRIDAY, BEFORE)] == [value]


def test_without_a_day_to_count_from_a_distance_says_nothing() -> None:
    assert dates("he was charged the next day, two weeks later.", "en", FRIDAY) == ()
    assert dates("it was banned three days ago.", "en", None, BEFORE) == ()


def test_a_day_named_in_the_sentence_is_counted_from_first() -> None:
    found = dates("blocked on 3 may 2024 and, two days later, unblocked.", "en", FRIDAY, BEFORE)
    assert [one.value for one in found] == ["2024-05-03", "2024-05-05"]


@pytest.mark.parametrize(
    ("language", "text", "value"),
    [
        ("es", "ordenó el viernes 22 de marzo el bloqueo", "2024-03-22"),
        ("pt", "determinou na sexta-feira, 30 de agosto, a suspensão", "2024-08-30"),
        ("fr", "interpellé samedi 24 août", "2024-08-24"),
        ("en", "blocked on Thursday, August 24", "2023-08-24"),
        ("en", "blocked on Thursday, September 20", "2024-09-20"),
    ],
)
def test_a_weekday_beside_a_date_is_none_of_its_own_and_tells_the_year(language: str, text: str, value: str) -> None:
    assert [one.value for one in dates(fold(text), language, FRIDAY)] == [value]


def test_a_weekday_that_is_to_come_lies_ahead() -> None:
    assert [one.value for one in dates("the vote is next monday", "en", FRIDAY)] == ["2024-09-30"]
    assert [one.value for one in dates("the vote was on monday", "en", FRIDAY)] == ["2024-09-23"]


@pytest.mark.parametrize(
    ("language", "text", "values"),
    [
        ("zh", "國會去年四月通過法案。", ["2023", "2023-04"]),
        ("zh", "自去年 3 月以來一直在調查。", ["2023", "2023-03"]),
        ("zh", "院長今（3）日表示。", ["2024-09-03"]),
        ("zh", "行政部門本月五日起禁用。", ["2024-09", "2024-09-05"]),
        ("zh", "二十个月后，十四个月内。", []),
        ("tr", "Kurul 2021 yılı Ocak ayında soruşturma başlattı.", ["2021-01"]),
        ("tr", "2023 Ekim ayında getirilen engel sürüyor.", ["2023-10"]),
    ],
)
def test_dates_as_chinese_and_turkish_write_them(language: str, text: str, values: list[str]) -> None:
    assert sorted(one.value for one in dates(fold(text), language, FRIDAY)) == values


def test_a_date_of_what_another_country_did_is_not_taken() -> None:
    text = "South Korea blocked DeepSeek on Monday, its ministry said. Italy's privacy regulator also banned the app."
    told = {
        one.jurisdiction: [when.value for when in one.dates]
        for one in extract(Article("", "", text, "en", "2024-09-27"))
    }
    assert told == {"KR": ["2024-09-23"], "IT": []}
