"""Sightings of one crawl of one source -> a visit: what it asked, what came, and whether it looks like the visits before.

A page can answer 200 and be broken: its list empty, half its fields gone, a tenth of its size, another language. So a
visit is held against the source's own sound visits since it was last declared, never against a rule for all sources.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from statistics import median
from typing import Any

GOOD = {"stored", "unchanged"}
HISTORY = 20  # sound visits a visit is held against
ENOUGH = 4  # sound visits before one can be judged
FEW = 3  # records below which shares say nothing
FIELDS = ("entry titles", "entry dates", "article titles", "article dates", "article authors")
TRANSIENT = {
    "timeout", "reset", "dns", "refused", "truncated", "http-500", "http-502", "http-503", "http-504", "http-522", "http-524",
    "rate-limited",
}  # fmt: skip
PERMANENT = {"301", "308"}
KEPT_OUT = {"http-451"}  # https://www.rfc-editor.org/rfc/rfc7725
SOUND_STILL = {"moved", "robots-changed"}  # findings after which a visit still counts as like the others
TOLD = {"budget", "depth", "degraded"}  # said of a page or crawl that brought all the same what it could


@dataclass(slots=True)
class Visit:
    """One crawl of one source. ``shares`` are [records with the field, records] by field; ``items`` counts the entries of the
    source's own page before keywords; ``own`` says whether that page was read."""

    source: str
    run: str
    first_seq: int
    last_seq: int
    at: str
    good_at: str = ""
    good: int = 0
    faults: int = 0
    transient: int = 0  # 1: every fault was of the passing kind
    own: int = 0
    items: int = 0
    bytes: int = 0
    shares: dict[str, list[int]] = field(default_factory=dict)
    languages: dict[str, int] = field(default_factory=dict)
    moved: str = ""
    robots: str = ""
    last_outcome: str = ""
    last_cause: str = ""
    last_message: str = ""
    sound: int = 1

    def row(self) -> dict[str, Any]:
        return {each.name: getattr(self, each.name) for each in fields(self)} | {
            "shares": json.dumps(self.shares),
            "languages": json.dumps(self.languages, sort_keys=True),
        }


def fault(row: sqlite3.Row) -> tuple[str, str] | None:
    """(cause, message) of a sighting that brought nothing readable; None for one that did, or that was tried again."""
    if row["outcome"] == "retry":
        return None
    if row["outcome"] not in GOOD:
        return row["cause"] or row["outcome"], row["message"]
    if row["read_error"] and not row["judged"]:  # a captured document is judged beside its past (troubles.of_documents)
        cause, _, message = row["read_error"].partition(": ")
        return cause, message
    return None


def read(row: sqlite3.Row) -> bool:
    """Whether a sighting brought something readable."""
    found = fault(row)
    return row["outcome"] in GOOD and (found is None or found[0] in TOLD)


def visit(rows: Sequence[sqlite3.Row], url: str) -> Visit:
    """The visit that ``rows`` (in order) are; ``url`` is the source's own address."""
    first, last, own = rows[0], rows[-1], _own(rows, url)
    found = Visit(
        first["source"], first["run"], first["seq"], last["seq"], max(row["fetched_at"] for row in rows),
        last_outcome=own["outcome"], last_cause=own["cause"], last_message=own["message"],
    )  # fmt: skip
    causes = [wrong[0] for wrong in map(fault, rows) if wrong and wrong[0] not in TOLD]
    found.faults, found.transient = len(causes), int(bool(causes) and set(causes) <= TRANSIENT)
    for row in rows:
        if read(row):
            found.good, found.good_at = found.good + 1, max(found.good_at, row["fetched_at"])
            _add(found, row, row is own)
    return found


def _own(rows: Sequence[sqlite3.Row], url: str) -> sqlite3.Row:
    """The sighting of the source's own page: the last try of its address, else the first of all."""
    return next((row for row in reversed(rows) if row["requested_url"] == url), rows[0])


def _add(found: Visit, row: sqlite3.Row, own: bool) -> None:
    told = json.loads(row["told"] or "{}")
    if own:
        found.own, found.items, found.bytes, found.moved = 1, row["items"], row["bytes"] or 0, row["moved"]
        found.robots = row["robots"]
        _share(found, "entry", told.get("entries"), ("titles", "dates"))
    _share(found, "article", told.get("articles"), ("titles", "dates", "authors"))
    for language, count in told.get("languages", {}).items():
        found.languages[language] = found.languages.get(language, 0) + count


def _share(found: Visit, kind: str, counts: list[int] | None, names: tuple[str, ...]) -> None:
    """``counts``: how many records, then how many of them hold each named field."""
    for name, count in zip(names, counts[1:] if counts else (), strict=False):
        before = found.shares.setdefault(f"{kind} {name}", [0, 0])
        found.shares[f"{kind} {name}"] = [before[0] + count, before[1] + counts[0] if counts else 0]


# judging --------------------------------------------------------------------------------------------------------------
Finding = tuple[str, tuple[str, str] | None]
"""What was looked at ("items", "fields" ...) and (cause, message), or None where it is as it should be."""


def findings(found: Visit, past: Sequence[sqlite3.Row], least: int, most: int) -> list[Finding]:
    """What a visit shows beside its past (sound visits, newest first); nothing for a visit that did not read its own page."""
    if not found.own:
        return []
    checks: tuple[tuple[str, Callable[[], tuple[str, str] | None]], ...] = (
        ("items", lambda: _items(found, past, least, most)),
        ("fields", lambda: _fields(found, past)),
        ("size", lambda: _size(found, past)),
        ("language", lambda: _language(found, past)),
        ("address", lambda: _address(found)),
        ("robots", lambda: _robots(found, past)),
    )
    return [(subject, check()) for subject, check in checks]


def _items(found: Visit, past: Sequence[sqlite3.Row], least: int, most: int) -> tuple[str, str] | None:
    if found.items < least:
        return "too-few", f"{found.items} records, at least {least} expected; look whether the page was rebuilt"
    if found.items > most:
        return "too-many", f"{found.items} records, at most {most} expected; look whether a selector matches too much"
    usual = [row["items"] for row in past]
    if len(usual) < ENOUGH or not all(usual):
        return None
    if not found.items:
        return "silent", f"no entries, where its last {len(usual)} visits had {median(usual):.0f}; look at the page"
    if found.items * 5 < median(usual) >= 10:
        return "too-few", f"{found.items} entries, where its last {len(usual)} visits had {median(usual):.0f}"
    return None


def _fields(found: Visit, past: Sequence[sqlite3.Row]) -> tuple[str, str] | None:
    known = {name: usual for name in FIELDS if (usual := _usual(name, past)) >= 0.6}
    now = {name: counts[0] / counts[1] for name, counts in found.shares.items() if counts[1] >= FEW}
    lost = [name for name in known if name in now and now[name] < known[name] / 2]
    if not lost:
        return None
    told = ", ".join(f"{name} {now[name]:.0%} (was {known[name]:.0%})" for name in lost)
    half = 2 * len(lost) >= sum(name in now for name in known)
    return ("half-its-fields" if half else "fields-missing"), f"{told}; look whether the page was rebuilt"


def _usual(name: str, past: Sequence[sqlite3.Row]) -> float:
    """Median share of a field; -1 where the past says too little."""
    counts = [json.loads(row["shares"]).get(name, [0, 0]) for row in past]
    shares = [some / every for some, every in counts if every >= FEW]
    return median(shares) if len(shares) >= ENOUGH else -1.0


def _size(found: Visit, past: Sequence[sqlite3.Row]) -> tuple[str, str] | None:
    sizes = [row["bytes"] for row in past if row["bytes"]]
    if len(sizes) < ENOUGH or not 0 < found.bytes * 5 < median(sizes):
        return None
    return "page-shrunk", f"{found.bytes:,} bytes, where it had {median(sizes):,.0f}; look at the page"


def _language(found: Visit, past: Sequence[sqlite3.Row]) -> tuple[str, str] | None:
    """A source of one language that turned to another. A feed of several never had one and is left alone."""
    usual: Counter[str] = Counter()
    for row in past:
        usual.update(json.loads(row["languages"]))
    was, now = _main(usual), _main(Counter(found.languages))
    if len(past) < ENOUGH or not was or not now or was == now:
        return None
    return "other-language", f"{now}, where it was {was}; look whether the site sends us to another edition"


def _main(languages: Counter[str]) -> str:
    total = languages.total()
    top, count = max(languages.items(), key=lambda pair: (pair[1], pair[0]), default=("", 0))
    return top if total >= FEW and count * 10 >= total * 9 else ""


def _address(found: Visit) -> tuple[str, str] | None:
    return ("moved", f"moved for good to {found.moved}; write the new address into its file") if found.moved else None


def _robots(found: Visit, past: Sequence[sqlite3.Row]) -> tuple[str, str] | None:
    """What robots.txt says to us is not what it said at the oldest of the visits it is held against."""
    was = next((row["robots"] for row in reversed(past) if row["robots"]), "")
    if not was or not found.robots or was == found.robots:
        return None
    return "robots-changed", f"robots.txt says otherwise to us: {found.robots}, where it was {was}; read it again"
