"""Rows that a canned query found -> the items of its feed. Pure, but for looking up when what a row names became known.

A row's id is made of the query's name and the ids the row holds, so that a changed date or title is no new item; a row that
holds none (a count, a sum) is made of all its values.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from hashlib import sha256
from html import escape
from typing import Any

from feeds.addresses import Site
from feeds.item import EPOCH, Item, instant
from feeds.text import capital, day, label, line, link, listed, members, plain

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


def items(db: sqlite3.Connection, site: Site, name: str, rows: Sequence[Mapping[str, Any]]) -> list[Item]:
    """The newest first; a row that stands twice is one item."""
    once = list({json.dumps(dict(row), default=str, sort_keys=True): row for row in rows}.values())
    counts = Counter(_identity(row) for row in once)
    found = [_item(db, site, name, row, counts[_identity(row)] > 1) for row in once]
    return sorted(found, key=lambda item: (-item.published.timestamp(), item.id))[:MOST]


def _identity(row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(f"{column}={row[column]}" for column in IDS if row.get(column))


def _item(db: sqlite3.Connection, site: Site, name: str, row: Mapping[str, Any], shared: bool) -> Item:
    identity = _identity(row)
    if shared or not identity:
        identity = (
            *identity,
            sha256(json.dumps(dict(row), default=str, sort_keys=True).encode("utf-8", "replace")).hexdigest()[:16],
        )
    published, updated = _when(db, row)
    title = line(row.get("title")) or "; ".join(_said(row[column]) for column in list(row)[:4] if _said(row[column]))
    told = [column for column in row if column not in (*IDS, "title") and _said(row[column])]
    cells = [f"{capital(label(line(column)))}: {_said(row[column])}" for column in told]
    return Item(
        id=site.id("row", name, *identity),
        title=(title or name)[:200],
        url=_page(site, name, row),
        summary="; ".join(cells)[:600] or title,
        html=f"<dl>{''.join(_cell(site, column, row[column]) for column in row)}</dl>",
        published=published,
        updated=max(published, updated),
    )


def _when(db: sqlite3.Connection, row: Mapping[str, Any]) -> tuple[Any, Any]:
    for column, sql in KNOWN.items():
        found = db.execute(sql, (row[column],)).fetchone() if row.get(column) else None
        if found:
            return instant(found[0]), instant(found[1])
    stated = next(
        (instant((str(row[c]) + "-01-01")[:10] if len(str(row[c])) < 10 else row[c]) for c in DATES if row.get(c)),
        EPOCH,
    )
    return stated, stated


def _page(site: Site, name: str, row: Mapping[str, Any]) -> str:
    for column, kind in PAGES.items():
        if row.get(column):
            return site.page(kind, str(row[column]))
    return f"{site.base}/tracker/{name}"


def _said(value: object) -> str:
    text = line(value)
    if text.replace("_", "").isalpha() and text.islower():
        return label(text)
    if text.startswith("["):
        return listed([label(member) for member in members(text)], 20)
    return day(text) if len(text) == 10 else text[:300]


def _cell(site: Site, column: str, value: object) -> str:
    if value in (None, "", "[]"):
        return ""
    shown = link(site.page(PAGES[column], str(value)), str(value)) if column in PAGES else escape(plain(_said(value)))
    return f"<dt>{escape(capital(label(line(column))))}</dt><dd>{shown}</dd>"
