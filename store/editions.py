"""Editions of one dataset -> what the newest of them took back: its claims stand as superseded, and their rows as withdrawn.

Two pages of one address are editions of one dataset where the later one holds nearly all rows of the earlier: a file of another
year or another query at the same address takes nothing back. Pages that show a window of a dataset (counts of some days) never do.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from dataclasses import dataclass, field

from store.places import mark_claim

NEARLY_ALL = 0.8  # share of an edition's rows that a later page holds to be an edition of the same
PAGES = """
select r.page, r.key, r.claims, p.url, p.first_seen, p.last_seen from dataset_row r join page p on p.id = r.page
where r.source = ? and not r.partial order by p.last_seen, p.id, r.start, r.id"""

CLAIMS = "select * from claim where article is null and page in (select page from dataset_row where source = ? and not partial) order by id"


@dataclass(slots=True)
class Edition:
    """One page of a dataset."""

    page: str
    url: str
    since: str
    keys: set[str] = field(default_factory=set)
    claims: set[str] = field(default_factory=set)

    def follows(self, earlier: Edition) -> bool:
        return self.url == earlier.url and len(self.keys & earlier.keys) >= NEARLY_ALL * len(earlier.keys)


def settle_dataset(db: sqlite3.Connection, source: str) -> None:
    """Bring rows and claims of a source's dataset in line with its newest editions; what comes back stands again."""
    over = _taken_back(_editions(db, source))
    for row in db.execute(CLAIMS, (source,)).fetchall():
        standing = "superseded" if row["id"] in over else row["rank"]
        if standing != row["standing"]:
            db.execute("update claim set standing = ? where id = ?", (standing, row["id"]))
            mark_claim(db, row)
    db.execute("update dataset_row set until = '', state = 'taken' where source = ? and state = 'withdrawn'", (source,))
    for page, key, until in _rows(db, source, over):
        db.execute(
            "update dataset_row set until = ?, state = 'withdrawn' where page = ? and key = ? and state = 'taken'",
            (until, page, key),
        )


def _editions(db: sqlite3.Connection, source: str) -> list[Edition]:
    """Pages of the dataset, the one seen last at the end."""
    found: dict[str, Edition] = {}
    for row in db.execute(PAGES, (source,)):
        edition = found.setdefault(row["page"], Edition(row["page"], row["url"], row["first_seen"]))
        edition.keys.add(row["key"])
        edition.claims.update(json.loads(row["claims"]))
    return list(found.values())


def _taken_back(editions: list[Edition]) -> dict[str, str]:
    """Claims that the last page to hold them was followed by an edition without them -> since when."""
    last: dict[str, int] = {}
    for number, edition in enumerate(editions):
        last.update(dict.fromkeys(edition.claims, number))
    gone: dict[str, str] = {}
    by_page: dict[int, list[str]] = defaultdict(list)
    for claim, number in last.items():
        by_page[number].append(claim)
    for number, claims in by_page.items():
        after = next((e for e in editions[number + 1 :] if e.follows(editions[number])), None)
        if after:
            gone.update(dict.fromkeys(claims, after.since))
    return gone


def _rows(db: sqlite3.Connection, source: str, over: dict[str, str]) -> list[tuple[str, str, str]]:
    """(page, key, since when) of rows none of whose claims stands any more."""
    found = []
    for row in db.execute(PAGES, (source,)).fetchall():
        claims = json.loads(row["claims"])
        if claims and all(claim in over for claim in claims):
            found.append((row["page"], row["key"], max(over[claim] for claim in claims)))
    return found
