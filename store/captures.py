"""Text of a policy -> rows: its document, the version that it is, and that it was seen. What follows is computed by settling."""

from __future__ import annotations

import sqlite3

from records import PolicyText
from store.archive import Sighting
from store.database import add, key, put, unsettled
from store.documents import settled_at_once
from store.fate import home_of
from store.prepare import Prepared
from store.sightings import MOVED, Origin, header


def save_policy(db: sqlite3.Connection, origin: Origin, text: PolicyText, ready: Prepared) -> None:
    """A policy as one page shows it; ``ready``: the same, prepared for comparing."""
    s, source = origin.sighting, origin.source
    document = key("document", text.platform, text.document_type, text.part)
    version = key("version", document, ready.fingerprint)
    add(db, "document", {
        "id": document, "source": source.id, "platform": text.platform, "document_type": text.document_type, "part": text.part,
        "url": text.url or s.url, "language": text.language or source.language, "title": text.title or source.name,
        "first_seen": s.fetched_at, "last_seen": s.fetched_at, "state": "followed", "variants": 0, "versions": 0, "current": None,
    })  # fmt: skip
    _save_version(db, version, document, ready, text, s.fetched_at, origin.page)
    save_capture(db, s, origin.page, document, version)


def save_capture(db: sqlite3.Connection, s: Sighting, page: str, document: str, version: str) -> None:
    """That a sighting shows a version which is there."""
    db.execute("update version set last_seen = max(last_seen, ?) where id = ?", (s.fetched_at, version))
    home = home_of(s.requested_url, header(s, MOVED))
    kind = settled_at_once(db, document, version, s.sha256, s.fetched_at, home)
    added = add(db, "capture", {
        "id": key("capture", document, s.seq), "seq": s.seq, "document": document, "url": s.url, "fetched_at": s.fetched_at,
        "sha256": s.sha256, "version": version, "kind": kind, "reason": "", "page": page,
    })  # fmt: skip
    if added and not kind:
        unsettled(db, "document", document)


def _save_version(
    db: sqlite3.Connection, version: str, document: str, ready: Prepared, text: PolicyText, at: str, page: str
) -> None:
    row = db.execute("select first_seen, last_seen, page from version where id = ?", (version,)).fetchone()
    if row and (row[0], row[2]) <= (at, page):  # the first sighting's wording stays
        return
    put(db, "version", {
        "id": version, "document": document, "fingerprint": ready.fingerprint, "title": text.title, "language": text.language,
        "text": ready.text, "blocks": ready.blocks, "first_seen": at,
        "last_seen": max(at, row[1]) if row else at, "is_version": 1, "page": page,
    })  # fmt: skip
