"""Text of a policy -> rows: its document, the version that it is, and that it was seen. What follows is computed by settling."""

from __future__ import annotations

import sqlite3

from records import PolicyText
from store.archive import Sighting
from store.database import add, key, unsettled
from store.fate import home_of
from store.prepare import Prepared
from store.sightings import MOVED, Origin, header
from store.walk import NO_VERSION, SINGS
from store.wordings import save_version

# the index version_sings holds this very expression: else every text would be gone through at every capture
STILL = f"""
update document set last_seen = ? where id = ? and state = 'followed'
 and not exists (select 1 from capture c where c.document = document.id and c.kind = 'flapping')
 and not exists (select 1 from version v where v.document = document.id and v.text like '%{SINGS}%')"""


def save_policy(db: sqlite3.Connection, origin: Origin, text: PolicyText, ready: Prepared) -> None:
    """A policy as one page shows it; ``ready``: the same, prepared for comparing."""
    s, source = origin.sighting, origin.source
    document = key("document", text.platform, text.document_type, text.part)
    add(db, "document", {
        "id": document, "source": source.id, "platform": text.platform, "document_type": text.document_type, "part": text.part,
        "url": text.url or s.url, "language": text.language or source.language, "title": text.title or source.name,
        "first_seen": s.fetched_at, "last_seen": s.fetched_at, "state": "followed", "variants": 0, "versions": 0, "current": None,
    })  # fmt: skip
    version = save_version(db, document, text, ready, s.fetched_at, origin.page)
    save_capture(db, s, origin.page, document, version)


def save_capture(db: sqlite3.Connection, s: Sighting, page: str, document: str, version: str) -> None:
    """That a sighting shows a version which is there."""
    db.execute("update version set last_seen = max(last_seen, ?) where id = ?", (s.fetched_at, version))
    home = home_of(s.requested_url, header(s, MOVED))
    kind = _settled_at_once(db, document, version, s.sha256, s.fetched_at, home)
    added = add(db, "capture", {
        "id": key("capture", document, s.seq), "seq": s.seq, "document": document, "url": s.url, "fetched_at": s.fetched_at,
        "sha256": s.sha256, "version": version, "kind": kind, "reason": "", "page": page,
    })  # fmt: skip
    if added and not kind:
        unsettled(db, "document", document)


def _settled_at_once(db: sqlite3.Connection, document: str, version: str, sha256: str, at: str, home: str) -> str:
    """Kind of the latest capture of a document, where it repeats the one before and nothing else follows from it; else "".
    ``home``: the address it has by this capture.

    Nothing of such a document changes but the instant it was last seen, which is written here. One that ever went back to an
    earlier text is left to the walk: how long it stays there matters; so is one with a warrant canary, which can lapse.
    """
    previous = db.execute(
        "select c.version, c.sha256, c.kind, c.fetched_at, s.requested_url, s.moved from capture c join sighting s on s.seq = c.seq"
        " where c.document = ? order by c.fetched_at desc, c.sha256 desc, c.id desc limit 1",
        (document,),
    ).fetchone()
    if previous is None or previous["kind"] in {"", NO_VERSION}:
        return ""
    if previous["version"] != version or previous["fetched_at"] >= at:
        return ""
    if home_of(previous["requested_url"], previous["moved"]) != home:
        return ""
    followed = db.execute(STILL, (at, document)).rowcount
    if not followed:
        return ""
    return "same_bytes" if sha256 == previous["sha256"] else "same_text"
