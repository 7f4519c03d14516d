"""What a document says of its own dates: in force since, last updated, and of a version that is only announced."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache

from changes.comparable import visible
from changes.lexicon import little, pattern, table
from records import Block, When

NEAR = 48  # characters between a label and its date
HEAD, TAIL = 45, 25  # blocks at either end in which a document states its dates
SAMPLE = 80  # blocks by which the language of a text is told
TOP = 5  # blocks in which a date may stand without a label
ALONE = re.compile(r"[\s.)]*(?:[(\[][^()\[\]]{3,40}[)\]])?\W*")  # behind such a date: no more than a link in brackets
UNTIL = re.compile(r"(?<!\w)(?:until|till|bis|jusqu'au|hasta|fino al|até|до)(?: zum)?\s*\Z", re.I)
LAW = re.compile(r"(?<!\w)(?:Act|Law|Code|Directive|Regulation|Ordinance|Decision|Decree)(?!\w)")
NAMED = 4  # words with a capital letter between a label and a date: the name of a law, revised on some day
FEW = 2  # letters of what may stand between a label that opens a block and its date: le, am
STOP = re.compile(r"[.!?]\s+(?=[^\sa-z\d])")
OPENING = 12  # characters into a block; a label that stands there makes it a line of dates
SHORT = 260  # characters; elsewhere a date counts in a short block only
YEAR = re.compile(r"(?:19|20)\d\d(?!\d)")
NAME = r"[^\W\d_]{3,14}"
OF = r"(?:\s*(?:de|do|del|di|d'|of)\s*|\s+)"
DATE = re.compile(
    rf"(?<!\d)(?P<d1>\d{{1,2}})(?:st|nd|rd|th|er|º|°|\.)?{OF}(?P<m1>{NAME})\.?,?(?:\s*(?:de|del)\s*|\s+|\s*,\s*)(?P<y1>(?:19|20)\d\d)(?!\d)"
    rf"|(?<!\w)(?P<m2>{NAME})\.?\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y2>(?:19|20)\d\d)(?!\d)"
    r"|(?<!\d)(?P<y3>(?:19|20)\d\d)\s?(?:年|년|-|/|\.)\s?(?P<m3>\d{1,2})\s?(?:月|월|-|/|\.)\s?(?P<d3>\d{1,2})(?!\d)(?:\s?日|\s?일)?"
    r"|(?<![\d/.-])(?P<a4>\d{1,2})(?P<sep>[/.-])(?P<b4>\d{1,2})(?P=sep)(?P<y4>(?:19|20)\d\d)(?!\d)"
    rf"|(?<!\w)(?P<m5>{NAME})\.?,?\s+(?:de\s+)?(?P<y5>(?:19|20)\d\d)(?!\d)"
)


@dataclass(frozen=True, slots=True)
class Stated:
    """A date with what the words beside it say; ``block`` is where; ``banner``: the sentence only announces; ``opens``: the label opens its block."""

    value: str
    precision: str
    label: str  # effective, updated
    block: int
    text: str
    banner: bool
    ambiguous: bool = False
    opens: bool = True


@cache
def months() -> dict[str, int]:
    """Name of a month -> its number."""
    return {name: int(number) for number, names in table("dates")["months"].items() for name in names}


def find(text: str) -> list[re.Match[str]]:
    """Every date written in a text, in order, once each."""
    found: list[re.Match[str]] = []
    for year in YEAR.finditer(text):
        at, end = max(0, year.start() - 32), year.end() + 16
        while match := DATE.search(text, at, end):
            fits = _is_month(match)
            if fits and (not found or match.start() >= found[-1].end()):
                found.append(match)
            at = match.end() if fits else match.start() + 1  # "updated 2024-01-30": no month, but a date
    return found


def days(text: str, at: str) -> list[str]:
    """Every day written in a text, ISO, up to the ISO instant ``at``."""
    read = [_value(match, at[:10], "") for match in find(visible(text))]
    return [
        value
        for value, precision, ambiguous in read
        if precision == "day" and not ambiguous and value and value <= at[:10]
    ]


def _is_month(match: re.Match[str]) -> bool:
    name = match["m1"] or match["m2"] or match["m5"]
    return not name or name.casefold() in months()


@cache
def _labels() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((name, re.compile(r"(?<!\w)(?:" + "|".join(parts) + r")(?!\w)", re.I)) for name, parts in table("dates")["labels"].items())  # fmt: skip


@cache
def opening() -> re.Pattern[str]:
    """A label of a date at the beginning of a line."""
    return re.compile(r"\W*(?:" + "|".join(labels.pattern for _, labels in _labels()) + ")", re.I)


def stated(blocks: Sequence[Block], at: str, since: str = "") -> list[Stated]:
    """Every date the document gives itself, in order. ``at``: ISO instant of the capture; ``since``: of the one before."""
    return [_settled(one, blocks) if one.ambiguous else one for one in _stated(blocks, at, since)]


def _stated(blocks: Sequence[Block], at: str, since: str) -> list[Stated]:
    found: list[Stated] = []
    for index, block in enumerate(blocks):
        ends = index < HEAD or index >= len(blocks) - TAIL
        if len(block.text) > (4_000 if ends else SHORT) or not YEAR.search(block.text):
            continue
        text = visible(block.text)
        before = visible(blocks[index - 1].text)[-NEAR:] if index and len(blocks[index - 1].text) < 2 * NEAR else ""
        found += _in_block(text, before, index, at[:10], since[:10], ends)
    bare = _bare(blocks, at[:10], since[:10])
    return bare + found if all(one.value < bare[0].value for one in found if bare) else found


def _settled(one: Stated, blocks: Sequence[Block]) -> Stated:
    """A date of two readings in a text that is not English is written day first."""
    held = Counter(word for block in blocks[:SAMPLE] for word in visible(block.text[:SHORT]).casefold().split())
    tongues = {tongue: sum(held[word] for word in words) for tongue, words in little().items()}
    best = max(tongues, key=lambda tongue: tongues[tongue])
    match = find(visible(one.text))
    if best == "en" or not tongues[best] or not match:
        return one
    value = _iso(match[0]["y4"], match[0]["b4"], match[0]["a4"])
    return replace(one, value=value, ambiguous=False)


def _bare(blocks: Sequence[Block], at: str, since: str) -> list[Stated]:
    """A date that stands alone under the title of a document that labels none."""
    for index, block in enumerate(blocks[:TOP]):
        text = visible(block.text) if len(block.text) < 2 * NEAR else ""
        for match in find(text)[:1]:
            value, precision, ambiguous = _value(match, at, since)
            alone = not text[: match.start()].strip(" (-") and ALONE.fullmatch(text[match.end() :])
            if value and alone and (not at or value <= _later(at)):
                return [Stated(value, precision, "updated", index, match[0], False, ambiguous)]
    return []


def _in_block(text: str, before: str, index: int, at: str, since: str, ends: bool) -> list[Stated]:
    found = []
    for match in find(text):
        value, precision, ambiguous = _value(match, at, since)
        if not value:
            continue
        label, opens = _label(text, before, match)
        if label:
            banner = not opens and bool(pattern("banner").search(_around(text, match)))
            found.append(Stated(value, precision, label, index, match[0], banner, ambiguous, opens))
    return found


def _around(text: str, match: re.Match[str]) -> str:
    """The sentence a date stands in."""
    begin = max((stop.end() for stop in STOP.finditer(text, 0, match.start())), default=0)
    end = STOP.search(text, match.end())
    return text[begin : end.end() if end else len(text)]


def _label(text: str, before: str, match: re.Match[str]) -> tuple[str, bool]:
    """What the words next to a date call it, and whether that opens the block: the nearest label before the date (in the
    block before, if the date opens its own), else one right behind it.
    """
    begin = max(0, match.start() - NEAR)
    ahead = text[begin : match.start()]
    if not ahead.strip(" :-([\"'"):
        ended = before.rstrip(" :-")
        found = [name for name, labels in _labels() for m in labels.finditer(ended) if m.end() == len(ended)]
        return (found[0], True) if found else (_behind(text, match), True)
    ahead = re.split(r"[;)]\s", ahead)[-1]
    labelled = [(m.end(), name, m.start()) for name, labels in _labels() for m in labels.finditer(ahead)]
    nearest = [one for one in labelled if sum(word[0].isupper() for word in ahead[one[0] :].split()) < NAMED]
    if not nearest:
        return _behind(text, match), False
    end, name, start = max(nearest)
    if UNTIL.search(ahead) or LAW.search(_around(text, match).partition(match[0])[0]):
        return "", False  # of an earlier version, or of a law
    return name, len(text[: match.start()]) - len(ahead) + start < OPENING and all(
        len(word) <= FEW for word in re.findall(r"\w+", ahead[end:])
    )


def _behind(text: str, match: re.Match[str]) -> str:
    behind = text[match.end() : match.end() + 24].lstrip(" ,(-:—[")
    if dict(_labels())["effective"].match(behind):
        return "effective"
    return "updated" if pattern("dated_behind").match(behind) else ""


def _value(match: re.Match[str], at: str, since: str) -> tuple[str, str, bool]:
    """(ISO value, precision, whether it can be read two ways); value "" if it is no date."""
    if match["m5"]:
        return f"{match['y5']}-{months()[match['m5'].casefold()]:02d}", "month", False
    for day, month, year in (("d1", "m1", "y1"), ("d2", "m2", "y2")):
        if match[month]:
            return _iso(match[year], months()[match[month].casefold()], match[day]), "day", False
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


def own(found: Sequence[Stated]) -> Stated | None:
    """The date of the document: in force since, else last updated; what is only announced does not count."""
    mine = [s for s in found if not s.banner]
    ranked = sorted(mine, key=lambda s: (not s.opens, s.label != "effective"))
    return ranked[0] if ranked else None


def announced(found: Sequence[Stated], at: str) -> Stated | None:
    """The date of a version that is only announced: the first that lies ahead of the capture."""
    return next((s for s in found if s.banner and s.value > at[:10]), None) or next((s for s in found if s.banner), None)  # fmt: skip


def entry(added: Sequence[str], at: str) -> Stated | None:
    """The newest date that opens one of the lines added to a log of changes."""
    opened = [(text, match) for text in map(visible, added) for match in find(text[:60])[:1] if not text[: match.start()].strip(" [(*-")]  # fmt: skip
    read = [(*_value(match, at, ""), match[0]) for _, match in opened]
    late = _later(at)
    dates = [Stated(value, precision, "changelog", -1, words, False, two) for value, precision, two, words in read if value and (not late or value <= late)]  # fmt: skip
    return max(dates, key=lambda d: d.value, default=None)


def when(one: Stated | None) -> When | None:
    """As the records hold it."""
    if one is None:
        return None
    role = {"effective": "effective", "updated": "stated_last_updated", "changelog": "stated_last_updated"}[one.label]
    return When(one.value, one.precision, role, "stated", one.ambiguous, one.text)
