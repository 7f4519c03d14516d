"""Rows of ``news`` -> everything their items tell, in a fixed number of queries. Reads views only; writes nothing."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Row = Mapping[str, Any]
BATCH = 500
QUOTES = 5  # quotes of one item, best tier first
TIERS = "official court measurement civil_society news aggregator curated".split()


@dataclass(frozen=True)
class Details:
    """What a development's row does not hold itself."""

    row: Row
    action: Row = field(default_factory=dict)
    update: Row = field(default_factory=dict)
    hunks: Sequence[Mapping[str, Any]] = ()
    quotes: Sequence[Row] = ()  # at most QUOTES
    more_quotes: int = 0
    conflicts: Sequence[Row] = ()
    answers: Sequence[Row] = ()  # links from this development: relation, object, basis, title
    authority: Row = field(default_factory=dict)


def rows_of(db: sqlite3.Connection, ids: Sequence[str]) -> dict[str, Row]:
    """The rows of news, small ones too, by id."""
    found = _by(db, "select * from news where id in ({})", ids, "id")
    left = [ident for ident in ids if ident not in found]
    return found | _by(db, "select * from small_news where id in ({})", left, "id")


def details(db: sqlite3.Connection, rows: Sequence[Row]) -> list[Details]:
    """One Details for each row, in the order given."""
    ids = {
        column: [row[column] for row in rows if row[column]] for column in ("id", "action", "change", "authority_id")
    }
    begun = [row["url"] for row in rows if row["stage"] == "first_seen" and not row["document"]]
    sources = _by(db, "select source, url from source_health where url in ({})", begun, "url")
    actions = _by(db, ACTIONS, ids["action"], "id")
    actions |= _by(db, "select id, status, as_of from answers where id in ({})", ids["action"], "id")
    updates = _by(db, UPDATES, ids["change"], "id")
    diffs = _by(db, 'select "update" as id, diff from diffs where "update" in ({})', ids["change"], "id")
    quotes = _many(db, QUOTES_OF, ids["id"], "development")
    conflicts = _many(db, "select * from conflicts where action in ({}) order by id", ids["action"], "action")
    links = _many(db, LINKS, ids["id"], "subject")
    authorities = _by(db, "select id, name, abbreviation from authorities where id in ({})", ids["authority_id"], "id")
    return [
        Details(
            {**row, "source": sources.get(row["url"], {}).get("source", "")}, action=actions.get(row["action"], {}), update=updates.get(row["change"], {}),
            hunks=_hunks(diffs.get(row["change"], {})), quotes=_best(quotes[row["id"]])[:QUOTES],
            more_quotes=max(0, len(quotes[row["id"]]) - QUOTES), conflicts=conflicts[row["action"]], answers=links[row["id"]],
            authority=authorities.get(row["authority_id"], {}),
        )
        for row in rows
    ]  # fmt: skip


ACTIONS = """select id, status, as_of, scopes, exceptions, person, reason, binding, amount, currency, legal_basis from actions
where id in ({})"""
UPDATES = """select u.*, n.page as new_page, n.language, o.page as old_page, d.part as document_part from updates u
join versions n on n.id = u.new left join versions o on o.id = u.old left join documents d on d.id = u.document where u.id in ({})"""
# a page is fetched again and again: what an item says of it is when it was first seen, or each crawl would change the item
QUOTES_OF = """select q.development, q.quote, q.tier, q.language, q.url, q.page, q.note, coalesce(p.first_seen, q.fetched_at) as seen_at
from quotes q left join pages p on p.id = q.page
where q.development in ({}) and q.standing = 'published' order by seen_at, q.claim"""
LINKS = """select l.subject, l.relation, l.object, l.basis, l.days, a.title from links l join actions a on a.id = l.object
where l.subject in ({}) order by l.basis desc, l.days, l.id"""


def _best(quotes: Sequence[Row]) -> list[Row]:
    """Best tier first; one quote for each wording."""
    ranked = sorted(quotes, key=lambda q: TIERS.index(q["tier"]) if q["tier"] in TIERS else len(TIERS))
    return list({q["quote"]: q for q in reversed(ranked)}.values())[::-1]


def _hunks(found: Row) -> list[Mapping[str, Any]]:
    try:
        hunks = json.loads(found.get("diff") or "[]")
    except ValueError:
        return []
    return (
        [h for h in hunks if isinstance(h, dict) and isinstance(h.get("spans"), list)]
        if isinstance(hunks, list)
        else []
    )


def _rows(db: sqlite3.Connection, sql: str, ids: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Rows of a query over ids, BATCH at a time (SQLite limits parameters)."""
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), BATCH):
        part = wanted[start : start + BATCH]
        cursor = db.execute(sql.format(", ".join("?" * len(part))), part)
        names = [column[0] for column in cursor.description]
        yield from (dict(zip(names, values, strict=False)) for values in cursor)  # checked once by SQLite


def _by(db: sqlite3.Connection, sql: str, ids: Iterable[str], column: str) -> dict[str, Row]:
    return {row[column]: row for row in _rows(db, sql, ids)}


def _many(db: sqlite3.Connection, sql: str, ids: Iterable[str], column: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in _rows(db, sql, ids):
        found[row[column]].append(row)
    return found
