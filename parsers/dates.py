"""Words of a date, as a page prints them -> ISO 8601 day or instant, "" if doubtful.

A date that can be read two ways (02/03/2026), that lies in the future of the page, or before the web is not guessed.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache

EARLIEST = datetime(1991, 8, 6, tzinfo=UTC)  # the first web site
AHEAD = timedelta(days=1)  # time zones and clocks that go wrong
ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(?:[.,]\d+)?\s*(Z|[+-]\d{2}:?\d{2})?)?\Z")
RFC = re.compile(r"(?:[A-Za-z]{3},\s*)?\d{1,2} [A-Za-z]{3} (\d{4}) \d")
SLASHES = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})\b")
DOTS = re.compile(r"\b(\d{1,2})\.\s?(\d{1,2})\.(\d{4})\b")  # dots are day first wherever they are used
WRITTEN = re.compile(
    r"\b\d{1,2}(?:er|re|st|nd|rd|th|\.|º|°)?\s+(?:de\s+)?[^\W\d_]{3,12}\.?,?\s+(?:de\s+)?\d{4}\b"
    r"|\b[^\W\d_]{3,12}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4}\b|\b\d{4}\s?[年.]\s?\d{1,2}\s?[月.]\s?\d{1,2}\s?日?"
)
LONGEST = 200
LANGUAGES = [
    "en",
    "fr",
    "de",
    "es",
    "pt",
    "it",
    "pl",
    "uk",
    "ru",
    "tr",
    "ro",
    "zh",
]  # tried where a page does not say its own


def stated(words: str, seen: datetime, language: str = "", form: str = "") -> str:
    """The date ``words`` state: "2024-09-23" or "2024-09-23T10:00:00+02:00"; "" if none or doubtful.

    ``seen`` is the instant of the page: relative words ("3 hours ago") count from it, later dates are dropped.
    ``form`` is a strptime format for pages whose dates read two ways.
    """
    words = " ".join(words.split())[:LONGEST]
    if not words:
        return ""
    for read in (_formed, _iso, _rfc, _numeric, _worded):
        found = read(words, seen, language, form)
        if found is not None:
            return found if _plausible(found, seen) else ""
    return ""


def first(text: str, seen: datetime, language: str = "") -> str:
    """The first full date written in running ``text``; "" if there is none."""
    for match in re.finditer(f"{WRITTEN.pattern}|{DOTS.pattern}|\\b\\d{{4}}-\\d{{2}}-\\d{{2}}\\b", text[:20_000]):
        found = stated(match[0], seen, language)
        if found:
            return found
    return ""


def _formed(words: str, seen: datetime, language: str, form: str) -> str | None:
    if not form:
        return None
    try:
        return datetime.strptime(words, form).date().isoformat()  # noqa: DTZ007  a day has no zone
    except ValueError:
        return None


def _iso(words: str, seen: datetime, language: str, form: str) -> str | None:
    match = ISO.match(words)
    if not match:
        return None
    try:
        datetime(int(match[1]), int(match[2]), int(match[3]), tzinfo=UTC)
        if not match[4]:
            return words
        return datetime.fromisoformat(f"{words[:10]}T{match[4]}{(match[5] or '').replace('Z', '+00:00')}").isoformat()
    except ValueError:
        return ""


def _rfc(words: str, seen: datetime, language: str, form: str) -> str | None:
    match = RFC.match(words)
    if not match:
        return None
    try:
        found = parsedate_to_datetime(words)
    except ValueError:
        return ""
    return found.isoformat() if found.year == int(match[1]) else ""  # the library makes 2000 of 0000


def _numeric(words: str, seen: datetime, language: str, form: str) -> str | None:
    dots = DOTS.search(words)
    if dots:
        return _day(dots[3], dots[2], dots[1])
    match = SLASHES.search(words)
    if not match:
        return None
    one, two = int(match[1]), int(match[2])
    if one == two or two > 12:
        return _day(match[3], match[1], match[2])
    return _day(match[3], match[2], match[1]) if one > 12 else ""


def _worded(words: str, seen: datetime, language: str, form: str) -> str | None:
    if not re.search(r"\d|[^\W\d_]{4}", words) or len(words.split()) > 12:
        return None
    written = WRITTEN.search(words)
    found = _understood(
        written[0] if written else words,
        seen.replace(tzinfo=None).isoformat(timespec="minutes"),
        language.split("-")[0],
    )
    return found or None


@lru_cache(maxsize=4_096)
def _understood(words: str, seen: str, language: str) -> str:
    import dateparser

    settings = {
        "RELATIVE_BASE": datetime.fromisoformat(seen), "REQUIRE_PARTS": ["day", "month", "year"],
        "PREFER_DATES_FROM": "past", "RETURN_AS_TIMEZONE_AWARE": False,
    }  # fmt: skip
    try:
        found = dateparser.parse(words, languages=[language] if language else LANGUAGES, settings=settings)
    except ValueError:  # a language that dateparser does not know
        found = dateparser.parse(words, languages=LANGUAGES, settings=settings)
    return found.date().isoformat() if found else ""


def _day(year: str, month: str, day: str) -> str:
    try:
        return datetime(int(year), int(month), int(day), tzinfo=UTC).date().isoformat()
    except ValueError:
        return ""


def _plausible(found: str, seen: datetime) -> bool:
    if not found:
        return False
    moment = datetime.fromisoformat(found)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return EARLIEST <= moment <= (seen if seen.tzinfo else seen.replace(tzinfo=UTC)) + AHEAD
