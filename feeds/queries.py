"""Rows that a canned query found -> the items of its feed. Pure, but for looking up when what a row names became known.

A row's id is made of the query's name and the ids the row holds, so that a changed date or title is no new item; a row that
holds none (a count, a sum) is made of all its values.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from hashlib import sha256
from html import escape
from typing import Any

from feeds.addresses import Site
from feeds.detail import Row
from feeds.item import EPOCH, Item, instant
from feeds.text import SPANS, SUMS, YEARS, capital, day, label, line, link, listed, members, money, plain

MOST = 100  # items of such a feed, the newest
PAGES = {
    "action": "action",
    "update": "update",
    "change": "update",
    "document": "document",
    "claim": "claim",
    "page": "page",
    "source": "source",
}
IDS = ("id", "development", "conflict", *PAGES)
KNOWN = {  # when the thing an id names became known, and when it was last corrected
    "development": "select published_at, updated_at from news where id = ?",
    "action": "select first_seen, updated_at from actions where id = ?",
    "update": "select seen_at, seen_at from updates where id = ?",
    "document": "select first_seen, first_seen from documents where id = ?",
}
DAY = re.compile(r"\d{4}-\d\d(-\d\d)?", re.ASCII)
DATES = (
    "published_at",
    "first_seen",
    "seen_at",
    "changed_on",
    "happened_on",
    "announced_on",
    "effective_on",
    "in_force_from",
)


Questions = Mapping[str, Mapping[str, Any]]  # canned queries by name: title, description, sql, needs


def open_ones(questions: Questions) -> dict[str, Mapping[str, Any]]:
    """Those that do without an argument: a file has none."""
    return {name: one for name, one in questions.items() if not one.get("needs")}


def paths(questions: Questions) -> list[tuple[str, str]]:
    """(path of the feed, words) of each."""
    return [(f"query/{name}", one.get("title") or name) for name, one in questions.items()]


def items(db: sqlite3.Connection, site: Site, name: str, rows: Sequence[Row], places: Mapping[str, str]) -> list[Item]:
    """The newest first; a row that stands twice is one item. ``places``: names of jurisdictions by code."""
    once = list({json.dumps(dict(row), default=str, sort_keys=True): row for row in rows}.values())
    counts = Counter(_identity(row) for row in once)
    found = [_item(db, site, name, row, counts[_identity(row)] > 1, places) for row in once]
    return sorted(found, key=lambda item: (-item.published.timestamp(), item.id))[:MOST]


def _identity(row: Row) -> tuple[str, ...]:
    return tuple(f"{column}={row[column]}" for column in IDS if row.get(column))


def _item(db: sqlite3.Connection, site: Site, name: str, row: Row, shared: bool, places: Mapping[str, str]) -> Item:
    identity = _identity(row)
    if shared or not identity:
        identity = (
            *identity,
            sha256(json.dumps(dict(row), default=str, sort_keys=True).encode("utf-8", "replace")).hexdigest()[:16],
        )
    published, updated = _when(db, row)
    told = {column: text for column in row if column not in (*IDS, "title") and (text := _said(row, column, places))}
    title = line(row.get("title")) or _title(row, told) or name
    cells = [f"{_heading(column)}: {text}" for column, text in told.items()]
    url = _page(site, name, row)
    return Item(
        id=site.id("row", name, *identity),
        title=title[:200],
        url=url,
        summary="; ".join(cells)[:600] or title,
        html=f"<dl>{''.join(_cell(*one) for one in (*told.items(), *_others(site, row, url)))}</dl>",
        published=published,
        updated=max(published, updated),
    )


def _title(row: Row, told: Mapping[str, str]) -> str:
    """Of a row without one: what it is about, then its days and numbers: "2025, EUR: fines 2, total 650,000,000 EUR"."""
    counted = [c for c in told if isinstance(row[c], int | float) or c in SPANS or DAY.fullmatch(line(row[c]))]
    about = ", ".join(told[c] for c in told if c not in counted)
    return ": ".join(filter(None, (about, ", ".join(f"{_heading(c).lower()} {told[c]}" for c in counted))))


def _heading(column: str) -> str:
    return capital(label(line(column)))


def _when(db: sqlite3.Connection, row: Row) -> tuple[Any, Any]:
    for column, sql in KNOWN.items():
        found = db.execute(sql, (row[column],)).fetchone() if row.get(column) else None
        if found:
            return instant(found[0]), instant(found[1])
    stated = next(
        (instant((str(row[c]) + "-01-01")[:10] if len(str(row[c])) < 10 else row[c]) for c in DATES if row.get(c)),
        EPOCH,
    )
    return stated, stated


def _page(site: Site, name: str, row: Row) -> str:
    for column, kind in PAGES.items():
        if row.get(column):
            return site.page(kind, str(row[column]))
    return f"{site.base}/tracker/{name}"


def _said(row: Row, column: str, places: Mapping[str, str]) -> str:
    value, text = row[column], line(row[column])
    if column in SUMS and text:
        return money(text, line(row.get("currency")))
    if isinstance(value, int | float) and column not in YEARS:
        return f"{value:,}"
    if column == "jurisdiction":
        return line(places.get(text, text))
    if text.replace("_", "").isalpha() and text.islower():
        return label(text)
    if text.startswith("["):
        return listed([label(member) for member in members(text)], 20)
    return day(text) if DAY.fullmatch(text) else text[:300]


def _others(site: Site, row: Row, url: str) -> list[tuple[str, str]]:
    """What else the row names: (column, link)."""
    pages = ((column, site.page(kind, str(row[column]))) for column, kind in PAGES.items() if row.get(column))
    return [(column, link(page, page)) for column, page in pages if page != url]


def _cell(column: str, text: str) -> str:
    shown = text if column in PAGES else escape(plain(text))
    return f"<dt>{escape(_heading(column))}</dt><dd>{shown}</dd>"
