"""What a document says of its own dates: in force since, last updated, and of a version that is only announced."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from changes.comparable import visible
from changes.lexicon import pattern, table
from records import Block, When

NEAR = 48  # characters between a label and its date
HEAD, TAIL = 45, 25  # blocks at either end in which a document states its dates
SHORT = 260  # characters; elsewhere a date counts in a short block only
LATE = timedelta(days=2)  # a document that is not dated ahead; clocks and zones differ


@dataclass(frozen=True, slots=True)
class Stated:
    """A date with what the words beside it say; ``block`` is where; ``banner``: the sentence only announces."""

    value: str
    precision: str
    label: str  # effective, updated
    block: int
    text: str
    banner: bool
    ambiguous: bool = False


@cache
def _months() -> dict[str, int]:
    return {name: int(number) for number, names in table("dates")["months"].items() for name in names}


@cache
def _date() -> re.Pattern[str]:
    names = "|".join(sorted(map(re.escape, _months()), key=len, reverse=True))
    of = r"(?:\s*(?:de|do|del|di|d')\s*|\s+)"
    return re.compile(
        rf"(?P<d1>\d{{1,2}})(?:st|nd|rd|th|er|º|°|\.)?{of}(?P<m1>{names})\.?,?(?:\s*(?:de|del)\s*|\s+|\s*,\s*)(?P<y1>(?:19|20)\d\d)\b"
        rf"|\b(?P<m2>{names})\.?\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y2>(?:19|20)\d\d)\b"
        r"|(?P<y3>(?:19|20)\d\d)\s?(?:年|년|-|/|\.)\s?(?P<m3>\d{1,2})\s?(?:月|월|-|/|\.)\s?(?P<d3>\d{1,2})(?!\d)"
        r"|(?<![\d/.-])(?P<a4>\d{1,2})(?P<sep>[/.-])(?P<b4>\d{1,2})(?P=sep)(?P<y4>(?:19|20)\d\d)\b"
        rf"|\b(?P<m5>{names})\.?,?\s+(?:de\s+)?(?P<y5>(?:19|20)\d\d)\b",
        re.I,
    )


@cache
def _labels() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((name, re.compile(r"(?<!\w)(?:" + "|".join(parts) + r")(?!\w)", re.I)) for name, parts in table("dates")["labels"].items())  # fmt: skip


def stated(blocks: Sequence[Block], at: str, since: str = "") -> list[Stated]:
    """Every date the document gives itself, in order. ``at``: ISO instant of the capture; ``since``: of the one before."""
    found: list[Stated] = []
    for index, block in enumerate(blocks):
        ends = index < HEAD or index >= len(blocks) - TAIL
        if len(block.text) > (4_000 if ends else SHORT) or not any(map(str.isdigit, block.text)):
            continue
        text = visible(block.text)
        before = visible(blocks[index - 1].text)[-NEAR:] if index and len(blocks[index - 1].text) < 2 * NEAR else ""
        found += _in_block(text, before, index, at[:10], since[:10], ends)
    return found


def _in_block(text: str, before: str, index: int, at: str, since: str, ends: bool) -> list[Stated]:
    found = []
    for match in _date().finditer(text):
        value, precision, ambiguous = _value(match, at, since)
        if not value:
            continue
        label = _label(text, before, match)
        if label:
            banner = bool(pattern("banner").search(text)) and (value > at or label == "effective") and len(text) > 40
            found.append(Stated(value, precision, label, index, match[0], banner, ambiguous))
    return found


def _label(text: str, before: str, match: re.Match[str]) -> str:
    """What the words next to a date call it: the nearest label before it, else one right behind it."""
    ahead = re.split(r"[;)]\s", text[max(0, match.start() - NEAR) : match.start()])[-1]
    if not ahead.strip(" :-([\"'"):
        ahead = before
    nearest = [(m.end(), name) for name, labels in _labels() for m in labels.finditer(ahead)]
    if nearest:
        return max(nearest)[1]
    behind = text[match.end() : match.end() + 24].lstrip(" ,(-:—[")
    effective = dict(_labels())["effective"]
    if effective.match(behind):
        return "effective"
    return "updated" if pattern("dated_behind").match(behind) else ""


def _value(match: re.Match[str], at: str, since: str) -> tuple[str, str, bool]:
    """(ISO value, precision, whether it can be read two ways); value "" if it is no date."""
    if match["m5"]:
        return f"{match['y5']}-{_months()[match['m5'].casefold()]:02d}", "month", False
    for day, month, year in (("d1", "m1", "y1"), ("d2", "m2", "y2")):
        if match[month]:
            return _iso(match[year], _months()[match[month].casefold()], match[day]), "day", False
    if match["y3"]:
        return _iso(match["y3"], match["m3"], match["d3"]), "day", False
    return _two_ways(match, at, since)


def _two_ways(match: re.Match[str], at: str, since: str) -> tuple[str, str, bool]:
    """Day and month as numbers: by what is possible, else by what the instants of the captures allow."""
    day_first = _iso(match["y4"], match["b4"], match["a4"])
    month_first = _iso(match["y4"], match["a4"], match["b4"])
    if match["sep"] == "." or not month_first:
        return day_first, "day", False
    if not day_first or day_first == month_first:
        return month_first, "day", False
    late = _later(at)
    possible = [value for value in (month_first, day_first) if not late or value <= late]
    fresh = [value for value in possible if since and _earlier(since) <= value]
    if len(fresh) == 1 or len(possible) == 1:
        return (fresh or possible)[0], "day", False
    return month_first, "day", True


def _later(at: str) -> str:
    try:
        return (date.fromisoformat(at) + timedelta(days=60)).isoformat()
    except ValueError:
        return ""


def _earlier(since: str) -> str:
    try:
        return (date.fromisoformat(since) - timedelta(days=30)).isoformat()
    except ValueError:
        return "9"


def _iso(year: str, month: int | str, day: str) -> str:
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return ""


def own(found: Sequence[Stated], at: str) -> Stated | None:
    """The date of the document: in force since, else last updated; what is only announced does not count."""
    mine = [s for s in found if not s.banner]
    for label in ("effective", "updated"):
        for one in mine:
            if one.label == label:
                return one
    return None


def announced(found: Sequence[Stated], at: str) -> Stated | None:
    """The date of a version that is only announced: the first that lies ahead of the capture."""
    return next((s for s in found if s.banner and s.value > at[:10]), None) or next((s for s in found if s.banner), None)  # fmt: skip


def entry(added: Sequence[str], at: str) -> Stated | None:
    """The newest dated entry among sentences that were added to a log of changes."""
    dates = []
    for text in added:
        match = _date().match(visible(text).lstrip(" [(*-"))
        if match:
            value, precision, ambiguous = _value(match, at, "")
            if value and value <= _later(at):
                dates.append(Stated(value, precision, "changelog", -1, match[0], False, ambiguous))
    return max(dates, key=lambda d: d.value, default=None)


def when(one: Stated | None) -> When | None:
    """As the records hold it."""
    if one is None:
        return None
    role = {"effective": "effective", "updated": "stated_last_updated", "changelog": "stated_last_updated"}[one.label]
    return When(one.value, one.precision, role, "stated", one.ambiguous, one.text)
