"""A text of a document -> the version it is: a new one, or the one that has its words already, under the wording seen first.

Words are compared by their fingerprint, which is made when a document shows a second wording, not before: most pages never do. So an
id is made of the wording, and what hangs on a version (the ids of changes) of its words.
"""

from __future__ import annotations

import hashlib
import sqlite3

import changes
from records import PolicyText
from store.database import add, key, put, unindex
from store.prepare import Prepared, outlined


def save_version(db: sqlite3.Connection, document: str, text: PolicyText, ready: Prepared, at: str, page: str) -> str:
    """Id of the version that ``text`` is, written if it is new, or earlier than the wording its words were known by."""
    own = key("version", document, hashlib.sha256(f"{ready.blocks}\0{ready.text}".encode()).hexdigest())
    version, words = _of_words(db, document, own, ready)
    row = db.execute("select first_seen, last_seen, page from version where id = ?", (version,)).fetchone()
    if row and (row["first_seen"], row["page"]) <= (at, page):  # the first sighting's wording stays
        if version != own:
            add(db, "wording", {"id": own, "version": version})
        return version
    put(db, "version", {
        "id": own, "document": document, "fingerprint": words, "title": text.title, "language": text.language,
        "text": ready.text, "blocks": ready.blocks, "first_seen": at,
        "last_seen": max(at, row["last_seen"]) if row else at, "is_version": 1, "page": page,
    })  # fmt: skip
    if version != own:
        _give_way(db, document, version, own)
    return own


def words_of(db: sqlite3.Connection, document: str, version: str | None) -> str:
    """What tells the words of a version from others of its document: the same whichever wording it goes by. "" for none."""
    row = db.execute("select fingerprint from version where id = ?", (version,)).fetchone()
    return key("version", document, row["fingerprint"]) if row and row["fingerprint"] else version or ""


def _of_words(db: sqlite3.Connection, document: str, own: str, ready: Prepared) -> tuple[str, str]:
    """(version with the words of a text, their fingerprint): ``own`` where there is none; "" where it is the only wording."""
    known = db.execute(
        "select id, fingerprint from version where id = ? or id = (select version from wording where id = ?)",
        (own, own),
    ).fetchone()
    if known:
        return known["id"], known["fingerprint"]
    if not db.execute("select 1 from version where document = ?", (document,)).fetchone():
        return own, ""
    _mark_the_first(db, document)
    words = _fingerprint(ready.text, ready.blocks)
    same = db.execute("select id from version where document = ? and fingerprint = ?", (document, words)).fetchone()
    return same["id"] if same else own, words


def _mark_the_first(db: sqlite3.Connection, document: str) -> None:
    for row in db.execute(
        "select id, text, blocks from version where document = ? and fingerprint = ''", (document,)
    ).fetchall():
        words = _fingerprint(row["text"], row["blocks"])
        db.execute("update version set fingerprint = ? where id = ?", (words, row["id"]))


def _fingerprint(text: str, outline: str) -> str:
    return changes.fingerprint(outlined(text, outline))


def _give_way(db: sqlite3.Connection, document: str, old: str, new: str) -> None:
    """An earlier wording of the same words turned up: the version is known by that one from now on, and found by the other, too."""
    db.execute("update capture set version = ? where document = ? and version = ?", (new, document, old))
    db.execute("update change set old = ? where document = ? and old = ?", (new, document, old))
    db.execute("update change set new = ? where document = ? and new = ?", (new, document, old))
    db.execute("update document set current = ? where id = ? and current = ?", (new, document, old))
    db.execute("update variant set current = ? where document = ? and current = ?", (new, document, old))
    db.execute("delete from wording where id = ?", (new,))
    db.execute("update wording set version = ? where version = ?", (new, old))
    add(db, "wording", {"id": old, "version": new})
    db.execute("delete from version where id = ?", (old,))
    unindex(db, "version", old)
