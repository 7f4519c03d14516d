"""Unsettled marks -> everything that depends on more than one page, each mark in one transaction, in a fixed order.

A room is loaded where something is marked for it: a crawl where nothing changed marks nothing but sources.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from store.database import unsettled
from store.files import writing
from store.walk import Rereader
from store.watch import settle_source

PLACE_MARKS = ("claim", "gap", "action", "strand", "edited")

TOGETHER = 64  # marks that are settled in one transaction
Progress = Callable[[int, int, str], None]  # how many of how many are done, and of what


def quiet(count: int, total: int, what: str) -> None:
    """Tells nobody."""


def settle(db: sqlite3.Connection, rereader: Rereader, progress: Progress = quiet) -> None:
    """Compute what is marked. Safe to end at any instant: a mark goes with the work it stands for."""
    _each(db, "document", lambda item: _document(db, item, rereader), progress)
    _each(db, "voice", lambda item: _voice(db, item), progress)
    _each(db, "article", lambda item: _article(db, item), progress)
    _each(db, "dataset", lambda item: _dataset(db, item), progress)
    places = _places(db)
    for start in range(0, len(places), TOGETHER):
        with writing(db):
            for count, (side, jurisdiction) in enumerate(places[start : start + TOGETHER], start + 1):
                _place(db, side, jurisdiction)
                progress(count, len(places), "settling places")
    _links(db)
    _each(db, "source", lambda item: settle_source(db, item), progress)


def _each(db: sqlite3.Connection, kind: str, work: Callable[[str], None], progress: Progress) -> None:
    items = [row[0] for row in db.execute("select item from unsettled where kind = ? order by item", (kind,))]
    for start in range(0, len(items), TOGETHER):
        with writing(db):
            for number, item in enumerate(items[start : start + TOGETHER], start + 1):
                work(item)
                db.execute("delete from unsettled where kind = ? and item = ?", (kind, item))
                progress(number, len(items), f"settling {kind}s")


def _document(db: sqlite3.Connection, document: str, rereader: Rereader) -> None:
    from store.documents import settle_document
    from store.places import mark_platform
    from store.turns import settle_turns

    settle_document(db, document, rereader)
    settle_turns(db, document)
    (platform,) = db.execute("select platform from document where id = ?", (document,)).fetchone()
    mark_platform(db, platform)


def _voice(db: sqlite3.Connection, voice: str) -> None:
    from store.voices import settle_voice

    settle_voice(db, voice)


def _dataset(db: sqlite3.Connection, dataset: str) -> None:
    from store.editions import settle_dataset

    settle_dataset(db, dataset)


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
    from store.places import mark_claim

    rows = db.execute(
        "select * from claim where article = ? and (standing = 'superseded') = ?", (article, int(current))
    ).fetchall()
    db.execute(
        "update claim set standing = case when not ? then 'superseded' else rank end where article = ?",
        (int(current), article),
    )
    for row in rows:
        mark_claim(db, row)


def _places(db: sqlite3.Connection) -> list[tuple[str, str]]:
    marks = ", ".join("?" * len(PLACE_MARKS))
    rows = db.execute(f"select item from unsettled where kind in ({marks})", PLACE_MARKS)
    found = {(parts[0], parts[1]) for (item,) in rows if (parts := item.split("|"))}
    return sorted(found)


def _place(db: sqlite3.Connection, side: str, jurisdiction: str) -> None:
    from store.cases import settle_cases
    from store.places import settle_place

    actions = settle_place(db, side, jurisdiction)
    if side == "government" and actions:
        actions |= settle_cases(db, jurisdiction, actions)
    for action in actions:
        unsettled(db, "linked", action)


def _links(db: sqlite3.Connection) -> None:
    with writing(db):
        actions = [row[0] for row in db.execute("select item from unsettled where kind = 'linked' order by item")]
        answers = [row[0] for row in db.execute("select item from unsettled where kind = 'answer' order by item")]
        if actions or answers:
            from store.links import link

            link(db, actions, answers)
            db.execute("delete from unsettled where kind in ('linked', 'answer')")
