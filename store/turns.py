"""Turns in the life of a document (fate.py) -> developments, and the document's state where it is gone."""

from __future__ import annotations

import sqlite3
from datetime import date, datetime
from typing import Any

from changes import canary
from store.database import key, many
from store.developments import drop_development, save_development
from store.fate import Turn, fates, looks, numbered, turns
from store.lapse import LAPSED, RENEWED, lapses
from store.prepare import outlined
from store.titles import day
from store.updates import kind_of
from store.walk import NO_VERSION

STANDS = (LAPSED, RENEWED)  # stages of a statement that stands there
MOST_QUOTE = 240  # characters
MUTE = ("transparency_report", "law_enforcement_disclosure")  # topics of a statement that something never happened
HELD = "select * from development where document = ? and change is null and kind != 'now_tracking'"
LAST = """
select v.text, v.blocks from capture c join version v on v.id = c.version where c.document = ? and c.fetched_at <= ? and c.kind != ?
order by c.fetched_at desc, c.sha256 desc, c.id desc limit 1"""


def settle_turns(db: sqlite3.Connection, document: str) -> None:
    """One development for every turn in the life of a document whose captures are settled; what no longer holds is taken out."""
    row = db.execute("select * from document where id = ?", (document,)).fetchone()
    lived = turns(looks(db, document))
    found = [*lived, *lapses(db, document)]
    rows = [_development(db, row, turn, number) for turn, number in numbered(found)]
    held = {one["id"]: dict(one) for one in db.execute(HELD, (document,))}
    for gone in held.keys() - {one["id"] for one in rows}:
        drop_development(db, gone)
    for one in rows:
        if held.get(one["id"]) != one:
            save_development(db, one)
    if lived and lived[-1].stage == "vanished":
        db.execute("update document set state = 'vanished' where id = ?", (document,))


def _development(db: sqlite3.Connection, document: sqlite3.Row, turn: Turn, number: int) -> dict[str, Any]:
    said, mute = fates()["told"][turn.stage], _mute(db, document, turn)
    goes = mute and turn.stage not in STANDS
    topics = MUTE if mute else tuple(fates()["topics"].get(document["document_type"], ()))
    words = _words(document, turn)
    return {
        "id": key("development", "turn", document["id"], turn.stage, number), "side": "platform", "kind": kind_of(topics),
        "stage": turn.stage, "action": None, "change": None, "document": document["id"], "happened_on": turn.since[:10],
        "precision": "day", "date_role": "observed", "date_basis": "observed",
        "title": said["title"].format_map(words) + (", and with it its warrant canary" if goes else ""),
        "summary": said["summary"].format_map(words) + (f" It {'says' if turn.stage == RENEWED else 'had said'}: “{mute}”" if mute else ""),
        "platforms": many([document["platform"]]), "jurisdiction": "", "authority": "", "topics": many(topics), "url": document["url"],
        "published_at": turn.known, "updated_at": turn.known, "baseline": 0,
    }  # fmt: skip


def _words(document: sqlite3.Row, turn: Turn) -> dict[str, Any]:
    """What the sentences of fates.toml are filled with."""
    part = f" ({document['part']})" if document["part"] else ""
    said = fates()["found"].get(turn.found, {}).get("said", "")
    days = _days(turn)
    return {
        "name": f"{document['platform']}: {document['document_type']}{part}", "said": said[:1].upper() + said[1:],
        "since": day(turn.since), "last": day(turn.last), "days": days, "before": day(turn.before) if turn.stage == RENEWED else turn.before,
        "shown": day(turn.shown) if turn.stage in STANDS else fates()["language"].get(turn.shown, turn.shown),
    }  # fmt: skip


def _days(turn: Turn) -> int:
    """Between two statements of a warrant canary, or from the last look that found the document to the turn."""
    if turn.stage == RENEWED:
        return (date.fromisoformat(turn.shown) - date.fromisoformat(turn.before)).days
    return (datetime.fromisoformat(turn.since) - datetime.fromisoformat(turn.last)).days


def _mute(db: sqlite3.Connection, document: sqlite3.Row, turn: Turn) -> str:
    """The first statement that something never happened which is gone with the document, or not renewed, or made anew; "" if it made none."""
    if turn.stage not in {"vanished", "shortened", *STANDS}:
        return ""
    row = db.execute(LAST, (document["id"], turn.last, NO_VERSION)).fetchone()
    blocks = outlined(row["text"], row["blocks"]) if row else ()
    return next(iter(canary.statements(blocks).values()), "")[:MOST_QUOTE]
