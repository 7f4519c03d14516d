"""Facts of the register -> three to five tellings of each, in several languages, as different reports would tell them, some wrong.

Each telling is an article of its own with one claim. What it leaves out, blurs or gets wrong is drawn from a seeded generator:
about six in ten give the right day; the others give the day of another step, a day near it, the month, the year, no day at all,
another month or another year. Some name other authorities, fewer platforms, a weaker or vaguer kind, no scope, no sum.
"""

from __future__ import annotations

import json
import random
import sqlite3
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from claims import names
from records import Claim, When
from store import register
from store.claim import claim_columns, save_claim
from store.database import add, key, many
from store.kinds import kinds
from store.walk import Rereader

WORDS = tomllib.loads((Path(__file__).parent / "words.toml").read_text("utf-8"))
VAGUE = {
    "nationwide_block": "partial_block",
    "device_ban": "recommendation",
    "restriction_lifted": "suspended",
    "court_ruling": "court_order",
}
MONTHS = 30
NONE = Rereader(lambda source, day: -1, lambda page, source, day: (), lambda source, day: False)


@dataclass(frozen=True, slots=True)
class Fact:
    """One event of the register. ``gold``: the action it belongs to, whose kind an ending takes over from what it ends."""

    id: str
    gold: tuple[str, str]
    row: dict[str, Any]

    @property
    def case(self) -> str:
        return self.gold[0].partition("#")[0]


@dataclass(frozen=True, slots=True)
class Telling:
    """One report of a fact: its claim, when and where it was published, and how its date was treated."""

    fact: Fact
    claim: Claim
    text: str
    language: str
    published: str
    how: str


def facts() -> list[Fact]:
    """Every event that governments' entries of the register tell, without what others say of it and without rumours."""
    rows = [
        r
        for r in register.entries()
        if r["side"] == "government" and r["occurred"] and not r["de_facto"] and not _beside(r)
    ]
    families: dict[str, list[str]] = {}
    for row in rows:
        if not kinds()[row["kind"]].get("ends"):
            families.setdefault(_case(row), []).append(kinds()[row["kind"]]["family"])
    return [Fact(row["id"], (row["measure"], _family(row, families)), row) for row in rows]


def _beside(row: dict[str, Any]) -> bool:
    return bool(row["confidence"] == register.SURE["low"])


def _case(row: dict[str, Any]) -> str:
    return str(row["measure"].partition("#")[0])


def _family(row: dict[str, Any], families: dict[str, list[str]]) -> str:
    rules = kinds()[row["kind"]]
    if not rules.get("ends"):
        return str(rules["family"])
    mine = families[_case(row)]
    wanted = [kinds()[row["ends"]]["family"]] if row["ends"] else rules["of"]
    return next(family for family in wanted if family in mine)


def tellings(seed: int) -> list[Telling]:
    """Three to five tellings of every fact, shuffled; the same for the same seed."""
    draw = random.Random(seed)
    told = [_telling(fact, number, draw) for fact in facts() for number in range(draw.choice((3, 4, 4, 5)))]
    draw.shuffle(told)
    return told


def _telling(fact: Fact, number: int, draw: random.Random) -> Telling:
    row = fact.row
    dates: list[dict[str, Any]] = json.loads(row["dates"])
    when, how = _when(dates, draw)
    first = _first(dates[0]["value"])
    late = timedelta(days=draw.randint(150, 900)) if draw.random() < 0.1 else timedelta(days=draw.randint(0, 4))
    published = (first + late).isoformat()
    platforms = _platforms(row, draw)
    language = draw.choice(sorted(WORDS))
    kind = VAGUE.get(row["kind"], row["kind"]) if draw.random() < 0.05 else row["kind"]
    text = _text(row, kind, language, platforms, when, draw) + f" ({fact.id}, {number}.)"
    claim = Claim(
        kind, platforms, text, 0, len(text), 0.9, jurisdiction=row["jurisdiction"], authority=row["authority"] if draw.random() < 0.5 else "",
        authority_id=_authority(row, draw), scopes=tuple(_list(row["scopes"])) if draw.random() < 0.6 else (), amount=row["amount"] if draw.random() < 0.8 else "",
        currency=row["currency"], person=row["person"] if draw.random() < 0.8 else "", dates=(when,) if when else (),
        ends=row["ends"] if draw.random() < 0.5 else "",
    )  # fmt: skip
    return Telling(fact, claim, text, language, published, how)


def _list(text: str) -> list[str]:
    found: list[str] = json.loads(text)
    return found


def _first(value: str) -> date:
    return date.fromisoformat((value + "-01-15")[:10] if len(value) == 7 else (value + "-01-01")[:10])


def _when(dates: Sequence[dict[str, Any]], draw: random.Random) -> tuple[When | None, str]:
    main = dates[0]
    value, role = main["value"], main["role"]
    luck = draw.random()
    if len(value) < 10:
        return (
            (When(value, register.PRECISION[len(value)], role, "stated"), "as known")
            if luck < 0.85
            else (None, "no date")
        )
    day = date.fromisoformat(value)
    if luck < 0.52:
        return When(value, "day", role, "stated"), "right"
    if luck < 0.64:
        other = draw.choice(
            [d for d in dates if len(d["value"]) == 10 and d["role"] not in ("scheduled_expiry", "deadline")] or [main]
        )
        return When(other["value"], "day", other["role"], "stated"), "another step"
    if luck < 0.78:
        near = day + timedelta(days=draw.choice((-6, -3, -2, -1, 1, 2, 4, 9)))
        return When(near.isoformat(), "day", role, "stated"), "wrong by days"
    if luck < 0.84:
        return When(value[:7], "month", role, "stated"), "month"
    if luck < 0.87:
        return When(value[:4], "year", role, "stated"), "year"
    if luck < 0.93:
        return None, "no date"
    if luck < 0.97:
        month = day + timedelta(days=draw.choice((-MONTHS, MONTHS)))
        return When(month.isoformat(), "day", role, "stated"), "wrong month"
    wrong = day.replace(year=day.year + draw.choice((-1, 1)), day=min(day.day, 28))
    return When(wrong.isoformat(), "day", role, "stated"), "wrong year"


def _platforms(row: dict[str, Any], draw: random.Random) -> tuple[str, ...]:
    known = _list(row["platforms"])
    if len(known) > 1 and draw.random() < 0.4:
        known = sorted(draw.sample(known, max(1, len(known) - draw.randint(1, len(known) // 2 + 1))))
    return tuple(known)


def _authority(row: dict[str, Any], draw: random.Random) -> str:
    luck = draw.random()
    if luck < 0.4 or not row["authority_id"]:
        return ""
    others = [
        body.id for body in names.authorities() if body.jurisdiction == row["jurisdiction"] and body.kind == "executive"
    ]
    return draw.choice(others) if luck > 0.95 and others else str(row["authority_id"])


def _text(
    row: dict[str, Any], kind: str, language: str, platforms: Sequence[str], when: When | None, draw: random.Random
) -> str:
    words = WORDS[language]
    place = names.jurisdiction(row["jurisdiction"])
    return str(draw.choice(words.get(kind, words["other"]))).format(
        p=", ".join(platforms), j=(place.names.get(language) or [place.name])[0], d=when.value if when else "", a=row["authority"] or place.name,
        n=f"{row['amount']} {row['currency']}", w=row["person"] or "the founder",
    )  # fmt: skip


# into a tracker -------------------------------------------------------------------------------------------------------
def save(db: sqlite3.Connection, told: Telling) -> str:
    """Save one telling as an article with its claim; returns the claim's id."""
    article = key("article", told.text, told.published)
    at = f"{told.published}T08:00:00+00:00"
    url = f"https://report.example/{article}"
    add(db, "page", {
        "id": article, "source": "desk", "url": url, "sha256": article, "bytes": len(told.text), "status": 200, "content_type": "text/html", "encoding": "utf-8",
        "replaced": 0, "first_seen": at, "last_seen": at, "fetches": 1,
    })  # fmt: skip
    add(db, "article", {
        "id": article, "page": article, "source": "desk", "url": url, "title": "", "text": told.text, "language": told.language, "published": told.published,
        "guid": "", "outlet": "", "authors": "[]", "tier": "news", "first_seen": at, "last_seen": at, "current": 1, "voice": article,
    })  # fmt: skip
    claim = key("claim", article)
    save_claim(db, claim_columns(told.claim) | {
        "id": claim, "article": article, "page": article, "source": "desk", "url": url, "start": 0, "end": len(told.text), "tier": "news", "seen_at": at,
        "baseline": 0, "measure": "", "rank": "published", "standing": "published",
    })  # fmt: skip
    return claim


def same(db: sqlite3.Connection, told: dict[str, Telling]) -> dict[str, tuple[str, str]]:
    """For every claim the action and the case it was resolved to."""
    rows = db.execute(
        'select c.id, a.id, a."case" from claim c join action a on a.id = c.action where c.id in (select value from json_each(?))',
        (many(told),),
    )
    return {row[0]: (row[1], row[2]) for row in rows}
