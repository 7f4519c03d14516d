"""Unsettled marks -> everything that depends on more than one page, each mark in one transaction, in a fixed order."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from store.actions import propose_links, settle_place
from store.database import unsettled, writing
from store.documents import Rereader, settle_document
from store.links import stated_links
from store.watch import settle_source


def settle(db: sqlite3.Connection, rereader: Rereader) -> None:
    """Compute what is marked. Safe to end at any instant: a mark goes with the work it stands for."""
    _each(db, "document", lambda item: _document(db, item, rereader))
    _each(db, "article", lambda item: _article(db, item))
    if _each(db, "place", lambda item: settle_place(db, *item.split("|", 1))):
        with writing(db):
            propose_links(db)
            stated_links(db)
    _each(db, "source", lambda item: settle_source(db, item))


def _each(db: sqlite3.Connection, kind: str, work: Callable[[str], None]) -> int:
    items = db.execute("select item from unsettled where kind = ? order by item", (kind,)).fetchall()
    for (item,) in items:
        with writing(db):
            work(item)
            db.execute("delete from unsettled where kind = ? and item = ?", (kind, item))
    return len(items)


def _document(db: sqlite3.Connection, document: str, rereader: Rereader) -> None:
    settle_document(db, document, rereader)
    unsettled(db, "place", "platform|")


def _article(db: sqlite3.Connection, article: str) -> None:
    """Of the texts one source showed at one address, the one seen last is current; claims of the others are superseded."""
    source, url = db.execute("select source, url from article where id = ?", (article,)).fetchone()
    rows = db.execute(
        "select id, current from article where source = ? and url = ? order by last_seen, id", (source, url)
    ).fetchall()
    for row in rows:
        current = int(row["id"] == rows[-1]["id"])
        db.execute("update article set current = ? where id = ?", (current, row["id"]))
        _standing(db, row["id"], bool(current))


def _standing(db: sqlite3.Connection, article: str, current: bool) -> None:
    """Claims of a text that is no longer shown stand as superseded, and back again if it returns."""
    places = db.execute(
        "select distinct side, jurisdiction from claim where article = ? and (standing = 'superseded') = ?",
        (article, int(current)),
    ).fetchall()
    if not places:
        return
    db.execute(
        "update claim set standing = case when not ? then 'superseded' else rank end where article = ?",
        (int(current), article),
    )
    for side, jurisdiction in places:
        unsettled(db, "place", f"{side}|{jurisdiction}")
