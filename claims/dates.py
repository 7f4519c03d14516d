"""Sentence and day of publication -> the dates it states, each with precision, basis and place. No clock: without a day of
publication a weekday or a month without a year stays undated.

A date without a year is the latest one not after publication (FINDINGS of the project: never the machine's own year).
A date of digits that can be read two ways is marked ambiguous and read in the order of day, month.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

from claims import lexicon
from claims.spans import spans

SOON = (1, 2)  # months ahead in which what is to come may lie
SLIP = timedelta(days=10)  # so near to publication a date is believed, whatever weekday stands beside it
AHEAD = timedelta(days=45)  # a day without a year so far after publication is taken for last year's


@dataclass(frozen=True, slots=True)
class Dated:
    """One date in a sentence; ``start`` and ``end`` are places in the sentence."""

    start: int
    end: int
    value: str
    precision: str
    basis: str
    ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class _Patterns:
    day_month: re.Pattern[str]
    month_day: re.Pattern[str]
    month: re.Pattern[str]
    relative: tuple[tuple[str, re.Pattern[str]], ...]
    weekday: re.Pattern[str]
    year_month: re.Pattern[str]  # "2021 yılı Ocak"
    of_last_year: re.Pattern[str]  # behind a month
    coming: re.Pattern[str]  # beside a weekday: the one that follows
    months: tuple[re.Pattern[str], ...]
    weekdays: tuple[re.Pattern[str], ...]


_ISO = re.compile(r"(?<!\d)(20[0-3]\d|199\d)-(\d{2})-(\d{2})(?!\d)")
_DIGITS = re.compile(r"(?<![\d./])(\d{1,2})([./])(\d{1,2})\2(20[0-3]\d|199\d)(?!\d)")
_ONE_TO = "一二三四五六七八九十"  # "四月十九日"
_HAN = re.compile(
    rf"(?:(20[0-3]\d|199\d) ?年 ?)?((?<!\d)\d{{1,2}}|(?<![{_ONE_TO}個个])[{_ONE_TO}]{{1,2}}) ?月"
    rf"(?!{_ONE_TO[0]}?[個个来來])(?: ?(\d{{1,2}}|[{_ONE_TO}]{{1,3}}) ?[日號号])?"
)
_HAN_YEAR = re.compile(r"(20[0-3]\d|199\d) ?年(?! ?\d)")
_HAN_DAY = re.compile(rf"(?<![月\d]) ?[(（]?(\d{{1,2}})[)）]? ?[日號号][)）]?|(?<=本月)([{_ONE_TO}]{{1,3}})[日號号]")
_YEAR = re.compile(r"(?<![\d.,:/€$£-])(20[0-3]\d|199\d)(?!\d|%|-\d|[.,]\d)")
_SMALL = re.compile(r"[,(（]? ?(?:(?:the|el|den|dem|dia|em|il|le|on|am|pe|data de|de data de|w dniu|dnia) )?|的")
_RELATIVE = ("today", "yesterday", "last_week", "this_week", "this_month", "last_month", "this_year", "last_year")


@lru_cache(maxsize=16)
def _patterns(code: str) -> _Patterns:
    words = lexicon.language(code).date
    months = [lexicon.marked(one) for one in words["months"]]
    any_month = "|".join(f"(?:{one})" for one in months)
    year = r"(?:(?:,|\.|'|de|del|of|din|-)? ?(?:de |del |of |din )?(20[0-3]\d|199\d))?"
    joint = r"(?: |\.|-|ª|º|°)(?:st|nd|rd|th)?,? ?(?:of |de |del |di |- )?"
    return _Patterns(
        day_month=re.compile(
            rf"(?<![\w.,])(\d{{1,2}})(?:st|nd|rd|th|er|-го|-е|º|°|\.)?{joint}({any_month})(?!\w){year}"
        ),
        month_day=re.compile(
            rf"(?<!\w)({any_month}) (\d{{1,2}})(?:st|nd|rd|th)?(?![\d.%]\d|\d)(?: ?- ?\d{{1,2}})?{year}"
        ),
        month=re.compile(rf"(?<!\w)({any_month})(?!\w){year}"),
        year_month=re.compile(
            rf"(?<!\d)(20[0-3]\d|199\d)(?:'\w+)?(?: yil\w*)? ({any_month})(?!\w)"
            if words.get("year_first")
            else r"(?!)"
        ),
        relative=tuple(
            (
                name,
                lexicon.whole_words(
                    "|".join(map(lexicon.marked, words.get(name, ["(?!)"]))), words.get("spaced", True)
                ),
            )
            for name in _RELATIVE
        ),
        weekday=lexicon.whole_words(
            "|".join(f"(?:{lexicon.marked(one)})" for one in words["weekdays"]), words.get("spaced", True)
        ),
        of_last_year=re.compile("|".join(map(lexicon.marked, words["of_last_year"]))),
        coming=lexicon.whole_words("|".join(map(lexicon.marked, words["coming"])), words.get("spaced", True)),
        months=tuple(re.compile(one) for one in months),
        weekdays=tuple(re.compile(lexicon.marked(one)) for one in words["weekdays"]),
    )


def day_of(published: str) -> date | None:
    """The day of an ISO day or instant; None if it is none, or none that a page of the web can bear."""
    try:
        day = date.fromisoformat(published[:10])
    except ValueError:
        return None
    return day if 1990 <= day.year <= 2100 else None


@lru_cache(maxsize=512)
def dates(sentence: str, code: str, published: date | None, before: date | None = None) -> tuple[Dated, ...]:
    """Dates of a folded sentence in order; of two that overlap, the fuller one.

    ``before`` is the last day named in the sentences before: "the next day" counts from it, or from one named in the sentence.
    """
    found = [*_numeric(sentence), *_worded(sentence, code, published), *_derived(sentence, code, published)]
    if code == "zh":
        found.extend(_han(sentence, published))
    found.extend(Dated(m.start(), m.end(), m[1], "year", "stated") for m in _YEAR.finditer(sentence))
    named = _joined(_apart(found), sentence, code, published)
    told = spans(sentence, code, published, lambda at: _last_day(named, at) or before)
    return tuple(_apart([*named, *(Dated(one.start, one.end, one.value, one.precision, "derived") for one in told)]))


def _apart(found: list[Dated]) -> list[Dated]:
    """Those of which none overlaps a fuller one, in order."""
    kept: list[Dated] = []
    for one in sorted(found, key=lambda one: (-len(one.value), one.start)):
        if all(one.end <= other.start or one.start >= other.end for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda one: one.start)


def _last_day(named: tuple[Dated, ...], at: int) -> date | None:
    return next(
        (date.fromisoformat(one.value) for one in named[::-1] if one.end <= at and one.precision == "day"), None
    )


def _joined(found: list[Dated], sentence: str, code: str, published: date | None) -> tuple[Dated, ...]:
    """A weekday beside a date ("Friday, 30 August") is no date of its own, and tells the year where none is written."""
    weekday = _patterns(code).weekday
    days = {one.start: one for one in found if weekday.fullmatch(sentence, one.start, one.end)}
    named: dict[int, Dated] = {}
    for one in found:
        beside = next((day for day in days.values() if _beside(sentence, day, one)), None)
        if beside is not None and one.start not in days and one.precision == "day":
            named[beside.start] = one
    spoken = {one.start: day for day, one in named.items()}
    return tuple(
        _in_year(one, _index(_patterns(code).weekdays, _word(sentence, days[spoken[one.start]])), published)
        if one.start in spoken
        else one
        for one in found
        if one.start not in named
    )


def _word(sentence: str, one: Dated) -> str:
    return sentence[one.start : one.end]


def _beside(sentence: str, day: Dated, other: Dated) -> bool:
    """True where only a comma or a small word parts a weekday and a date."""
    first, last = (day, other) if day.start < other.start else (other, day)
    return last.start >= first.end and _SMALL.fullmatch(sentence, first.end, last.start) is not None


def _in_year(one: Dated, weekday: int, published: date | None) -> Dated:
    """A date whose year is not written, in the last year before in which it fell on that weekday; unchanged if none of seven
    did, or if it is news: then the weekday is a slip."""
    read = date.fromisoformat(one.value)
    if one.basis == "stated" or published is None or abs(published - read) <= SLIP:
        return one
    for back in range(7):
        value = _day(read.year - back, read.month, read.day)
        if value and date.fromisoformat(value).weekday() == weekday - 1:
            return replace(one, value=value)
    return one


def _day(year: int, month: int, day: int) -> str:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return ""


def _numeric(sentence: str) -> Iterator[Dated]:
    for m in _ISO.finditer(sentence):
        value = _day(int(m[1]), int(m[2]), int(m[3]))
        if value:
            yield Dated(m.start(), m.end(), value, "day", "stated")
    for m in _DIGITS.finditer(sentence):
        first, second, year = int(m[1]), int(m[3]), int(m[4])
        value = _day(year, second, first) or _day(year, first, second)
        if value:
            yield Dated(
                m.start(), m.end(), value, "day", "stated", max(first, second) <= 12 and first != second and m[2] == "/"
            )


def _worded(sentence: str, code: str, published: date | None) -> Iterator[Dated]:
    made = _patterns(code)
    for pattern, day_group, month_group in ((made.day_month, 1, 2), (made.month_day, 2, 1)):
        for m in pattern.finditer(sentence):
            dated = _with_day(m, int(m[day_group]), _index(made.months, m[month_group]), m[3], published)
            if dated:
                yield dated
    for m in made.year_month.finditer(sentence):
        yield Dated(m.start(), m.end(), f"{m[1]}-{_index(made.months, m[2]):02d}", "month", "stated")
    for m in made.month.finditer(sentence):
        dated = _month(m, sentence, _index(made.months, m[1]), m[2], published, code)
        if dated:
            yield dated


def _index(patterns: tuple[re.Pattern[str], ...], word: str) -> int:
    """1 for the first pattern that is the word."""
    return next((number for number, pattern in enumerate(patterns, 1) if pattern.fullmatch(word)), 0)


def _with_day(m: re.Match[str], day: int, month: int, year: str | None, published: date | None) -> Dated | None:
    if year:
        value = _day(int(year), month, day)
        return Dated(m.start(), m.end(), value, "day", "stated") if value else None
    value = _latest(published, month, day)
    return Dated(m.start(), m.end(), value, "day", "derived") if value else None


def _latest(published: date | None, month: int, day: int) -> str:
    """The latest such day that is not far after publication."""
    if published is None:
        return ""
    value = _day(published.year, month, day)
    if value and date.fromisoformat(value) > published + AHEAD:
        value = _day(published.year - 1, month, day)
    return value


def _month(
    m: re.Match[str], sentence: str, month: int, year: str | None, published: date | None, code: str
) -> Dated | None:
    if year:
        return Dated(m.start(), m.end(), f"{year}-{month:02d}", "month", "stated")
    if published is not None and _patterns(code).of_last_year.match(sentence[m.end() :].lstrip()):
        return Dated(m.start(), m.end(), f"{published.year - 1}-{month:02d}", "month", "derived")
    before = lexicon.language(code).date.get("before", "")
    if published is None or not re.search(rf"(?:{lexicon.marked(before)})\s(?:the )?$", sentence[: m.start()]):
        return None
    near = published.year if month <= published.month else published.year - 1
    if (month - published.month) % 12 in SOON and lexicon.language(code).pattern("future").search(sentence):
        near = published.year + (month < published.month)
    return Dated(m.start(), m.end(), f"{near}-{month:02d}", "month", "derived")


def _derived(sentence: str, code: str, published: date | None) -> Iterator[Dated]:
    if published is None:
        return
    made = _patterns(code)
    for m in made.weekday.finditer(sentence):
        back = (published.weekday() - (_index(made.weekdays, m[0]) - 1)) % 7
        if made.coming.search(sentence[max(0, m.start() - 16) : m.start()]) or made.coming.match(
            sentence[m.end() :].lstrip()
        ):
            back -= 7
        yield Dated(m.start(), m.end(), (published - timedelta(days=back)).isoformat(), "day", "derived")
    for name, pattern in made.relative:
        for m in pattern.finditer(sentence):
            value, precision = _relative(name, published)
            if value:
                yield Dated(m.start(), m.end(), value, precision, "derived")


def _relative(name: str, published: date) -> tuple[str, str]:
    first = published.replace(day=1)
    table = {
        "today": (published.isoformat(), "day"),
        "yesterday": ((published - timedelta(days=1)).isoformat(), "day"),
        "last_week": _week(published - timedelta(days=published.weekday() + 7)),
        "this_week": _week(published - timedelta(days=published.weekday())),
        "this_month": (published.isoformat()[:7], "month"),
        "last_month": ((first - timedelta(days=1)).isoformat()[:7], "month"),
        "this_year": (str(published.year), "year"),
        "last_year": (str(published.year - 1), "year"),
    }
    return table[name]


def _week(monday: date) -> tuple[str, str]:
    """A week has no precision of its own: its month, or nothing where it lies in two."""
    same = monday.month == (monday + timedelta(days=6)).month
    return (monday.isoformat()[:7], "month") if same else ("", "")


def _counted(written: str) -> int:
    """A number up to 99 in digits or in Chinese: "十九" is 19; 0 for none."""
    if not written or written.isdigit():
        return int(written or 0)
    tens, ten, ones = written.rpartition("十")
    units = _ONE_TO.find(ones) + 1 if ones else 0
    return (10 * (_ONE_TO.find(tens) + 1 if tens else 1) if ten else 0) + units


def _han(sentence: str, published: date | None) -> Iterator[Dated]:
    for m in _HAN.finditer(sentence):
        month, day, year = _counted(m[2]), _counted(m[3] or ""), m[1]
        if not 1 <= month <= 12:
            continue
        if year:
            value = _day(int(year), month, day) if day else f"{year}-{month:02d}"
        elif published is None:
            continue
        else:
            value = _latest(published, month, day or 1)[: 10 if day else 7]
            if sentence[: m.start()].rstrip().endswith("去年") and value:
                value = f"{published.year - 1}{value[4:]}"
        if value:
            yield Dated(m.start(), m.end(), value, "day" if day else "month", "stated" if year else "derived")
    for m in _HAN_YEAR.finditer(sentence):
        yield Dated(m.start(), m.end(), m[1], "year", "stated")
    for m in _HAN_DAY.finditer(sentence):
        value = _day(published.year, published.month, _counted(m[1] or m[2])) if published else ""
        if value:
            yield Dated(m.start(), m.end(), value, "day", "derived")
