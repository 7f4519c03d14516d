"""Fetches and pages -> rows: what came from an address, how often, and what it is as far as its records tell."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from errors import BanwatchError
from records import Article, Link, Notice, Record, Source, Tally
from store.archive import Archive, Sighting
from store.database import add, key, put, unsettled
from store.fate import matters
from store.watch import arrived

MOVED = "x-banwatch-moved"  # header the crawl adds to a page that a redirect for good (301, 308) led to
ROBOTS = "x-banwatch-robots"  # header the crawl adds: what the site's robots.txt says to us, in a few words


@dataclass(frozen=True, slots=True)
class Origin:
    """Where what a page says comes from. ``page``: its id; ``baseline``: it is no news, since it came with the first run of its
    source or with a back-fill."""

    sighting: Sighting
    page: str
    source: Source
    baseline: bool


def save_sighting(
    db: sqlite3.Connection,
    s: Sighting,
    page: str | None = None,
    yielded: int = 0,
    trouble: BanwatchError | Notice | None = None,
    records: Sequence[Record] = (),
) -> None:
    """One fetch. ``page``: the id of what it brought, None if nothing; ``yielded``: entries read; ``trouble``: what ended or marred
    its reading; ``records``: all that was read."""
    said = trouble.message if isinstance(trouble, Notice) else str(trouble)
    read_error = f"{trouble.cause}: {said}" if trouble else ""
    add(db, "sighting", {
        "seq": s.seq, "source": s.source, "run": s.run, "url": s.url, "requested_url": s.requested_url, "parser": s.parser,
        "fetched_at": s.fetched_at, "status": s.status, "outcome": s.outcome, "cause": s.cause, "message": s.message,
        "page": page, "yielded": yielded, "read_error": read_error, "items": _items(records, yielded),
        "told": _told(records), "moved": header(s, MOVED), "robots": header(s, ROBOTS),
    })  # fmt: skip
    if matters(s.outcome, s.cause):
        _missed(db, s)
    arrived(db, s.source, s.seq)
    unsettled(db, "source", s.source)


def _missed(db: sqlite3.Connection, s: Sighting) -> None:
    """An address where documents were seen says that there is nothing: what that means for them is to be computed."""
    rows = db.execute(
        "select distinct c.document from page p join capture c on c.page = p.id where p.source = ?", (s.source,)
    )
    for row in rows.fetchall():
        unsettled(db, "document", row[0])


def save_page(db: sqlite3.Connection, archive: Archive, s: Sighting, readable: Callable[[Sighting], str]) -> str:
    """The page of a sighting, new or seen again; returns its id. ``readable``: digest of what may be read of it, "" if that does not tell;
    asked for a new page only, since it takes its body out of the archive."""
    page = page_id(s)
    row = db.execute("select first_seen, last_seen, fetches from page where id = ?", (page,)).fetchone()
    first, last, fetches = row if row else (s.fetched_at, s.fetched_at, 0)
    values = {
        "first_seen": min(first, s.fetched_at), "last_seen": max(last, s.fetched_at), "fetches": fetches + 1,
    }  # fmt: skip
    if row:
        db.execute("update page set first_seen = ?, last_seen = ?, fetches = ? where id = ?", (*values.values(), page))
        return page
    read = readable(s)
    put(db, "page", {
        "id": page, "source": s.source, "url": s.url, "sha256": s.sha256, "bytes": archive.length(s.sha256),
        "status": s.status, "content_type": archive.content_type(s), **_encoding(db, s.source, read), **values,
        "readable": read,
    })  # fmt: skip
    return page


def _encoding(db: sqlite3.Connection, source: str, readable: str) -> dict[str, Any]:
    """How a page is decoded, as far as a page that reads alike tells; else till it is read."""
    alike = db.execute(
        "select encoding, replaced from page where source = ? and readable = ? and readable != '' order by id limit 1",
        (source, readable),
    ).fetchone()
    return {"encoding": alike[0], "replaced": alike[1]} if alike else {"encoding": "", "replaced": 0}


def save_encoding(db: sqlite3.Connection, page: str, encoding: str, replaced: int) -> None:
    """How a page was decoded, and how many characters could not be."""
    db.execute("update page set encoding = ?, replaced = ? where id = ?", (encoding, replaced, page))


def page_id(s: Sighting) -> str:
    return key("page", s.source, s.url, s.sha256)


def header(sighting: Sighting, wanted: str) -> str:
    return next((value for name, value in sighting.headers if name == wanted), "")


def _items(records: Sequence[Record], yielded: int) -> int:
    """Entries of a list before keywords left some out."""
    return next((record.items for record in records if isinstance(record, Tally)), yielded)


def _told(records: Sequence[Record]) -> str:
    """How many records hold which field, and in which languages their texts are; "" for a page without any."""
    tally = next((record for record in records if isinstance(record, Tally)), None)
    entries = [record for record in records if isinstance(record, Link | Article)]
    articles = [record for record in entries if isinstance(record, Article)]
    if not entries and not tally:
        return ""
    listed = [tally.items, tally.titled, tally.dated] if tally else [
        len(entries), sum(bool(e.title) for e in entries), sum(bool(e.published) for e in entries)]  # fmt: skip
    read = [len(articles), sum(bool(a.title) for a in articles), sum(bool(a.published) for a in articles),
            sum(bool(a.authors) for a in articles)]  # fmt: skip
    languages = Counter(article.language for article in articles if article.language)
    return json.dumps({"entries": listed, "articles": read, "languages": languages}, sort_keys=True)
