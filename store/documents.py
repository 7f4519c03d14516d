"""Captures of a document in order of time -> kinds, changes, developments. Computes; the texts were saved at the door."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import datetime

import changes
from changes import canary
from records import Block, Change, Past
from store.database import Clean, index, key, many, unindex
from store.developments import drop_development, save_development
from store.prepare import letters, outlined
from store.updates import CANARY, REAL, ROLLED_BACK, Update, save_update
from store.variants import save_variants
from store.walk import NO_VERSION, Rereader, State

HISTORY = 30  # earlier states that a capture is compared with
SUMMARY = 240  # characters


def settle_document(db: sqlite3.Connection, document: str, rereader: Rereader) -> None:
    """Give every capture of ``document`` its kind and write the changes between them, from the first unsettled one on."""
    captures = db.execute(
        "select * from capture where document = ? order by fetched_at, sha256, id", (document,)
    ).fetchall()
    # all captures of one instant, or none
    since = min((c["fetched_at"] for c in captures if not c["kind"]), default="~")
    start = next((i for i, c in enumerate(captures) if c["fetched_at"] >= since), len(captures))
    _forget(db, document, captures[start:])
    row = db.execute("select * from document where id = ?", (document,)).fetchone()
    walk = State()
    for capture in captures[:start]:
        walk.after(capture, capture["kind"], capture["reason"])
    for capture in captures[start:]:
        walk.after(capture, *_settle_capture(db, row, walk, capture, rereader))
    _summarise(db, row, captures)
    known = {capture["version"] for capture in captures[:start]}
    _index(db, row, {capture["version"] for capture in captures[start:]}, known)


def _forget(db: sqlite3.Connection, document: str, captures: list[sqlite3.Row]) -> None:
    """Take back what was computed from these captures: an older one arrived after them."""
    if not captures:
        return
    for row in db.execute(
        "select id from change where document = ? and seen_at >= ?", (document, captures[0]["fetched_at"])
    ).fetchall():
        db.execute("delete from change where id = ?", (row[0],))
        unindex(db, "update", row[0])
        drop_development(db, key("development", row[0]))
    for capture in captures:
        db.execute("update capture set kind = '', reason = '' where id = ?", (capture["id"],))
        db.execute(
            "update version set is_version = 1 where id = ? and first_seen = ?",
            (capture["version"], capture["fetched_at"]),
        )


def _settle_capture(
    db: sqlite3.Connection, document: sqlite3.Row, walk: State, capture: sqlite3.Row, rereader: Rereader
) -> tuple[str, str]:
    """(kind, why) of a capture, as written."""
    kind, reason = _plain(walk, capture)
    if left := walk.rolled_back(capture):
        _save_roll_back(db, document, walk, capture, left)
    if not kind:
        judged, ours, old = _judge(db, document, walk, capture, rereader)
        stage = "changed"
        if judged.kind in REAL and old and not ours:
            judged, stage = _more_than_words(db, walk, capture, judged, old)
        kind, reason = judged.kind, judged.reason
        if kind == NO_VERSION:
            db.execute("update version set is_version = 0 where id = ?", (capture["version"],))
            reason = f"{judged.cause}: {reason}"
        if kind not in {"first", "same_text"}:
            save_update(db, document, capture, Update(judged, old, walk.last_seen, ours, stage))
    db.execute("update capture set kind = ?, reason = ? where id = ?", (kind, reason, capture["id"]))
    return kind, reason


def _more_than_words(
    db: sqlite3.Connection, walk: State, capture: sqlite3.Row, judged: Change, old: str
) -> tuple[Change, str]:
    """(change, stage) of a change that lets a warrant canary fall, or in which the document says that an earlier text counts
    again; as it was judged, and "changed", if it is neither."""
    gone = canary.lost(_blocks(db, walk, old), _blocks(db, walk, capture["version"]))
    if gone:
        return _silent(judged, gone), CANARY
    versions = list(walk.seen)[-HISTORY:]
    again, said = changes.taken_back(
        _blocks(db, walk, capture["version"]), [_blocks(db, walk, version) for version in versions], judged.hunks
    )
    if said:
        reason = f"goes back to the text last seen on {walk.seen[versions[again]][:10]}, and says so: {said}"
        return replace(judged, kind="substantive", reason=reason), ROLLED_BACK
    return judged, "changed"


def _silent(judged: Change, gone: tuple[str, ...]) -> Change:
    """A change that lets such a statement fall, told by that statement; it is never a matter of wording."""
    topics = tuple(dict.fromkeys((*judged.topics, "transparency_report", "law_enforcement_disclosure")))
    reason = f"a statement that something never happened is gone; {judged.reason}"
    now = judged.key_new if judged.key_old in gone else ""
    return replace(
        judged, kind="substantive", reason=reason, topics=topics, direction="removed", key_old=gone[0], key_new=now, summary=gone[0][:SUMMARY],
    )  # fmt: skip


def _save_roll_back(
    db: sqlite3.Connection, document: sqlite3.Row, walk: State, capture: sqlite3.Row, left: str
) -> None:
    """The earlier text came back and stayed: what had come in between was taken back, and that is news."""
    new = _blocks(db, walk, capture["version"])
    judged = changes.judge(
        new, [Past(walk.seen[left], _blocks(db, walk, left))], capture["fetched_at"], document_type=document["document_type"],
    )  # fmt: skip
    if judged.kind != "substantive":
        return
    (came,) = db.execute("select first_seen from version where id = ?", (left,)).fetchone()
    reason = (
        f"rolled back after {_days(came, walk.back_since)} days: the text that came on {came[:10]} and was last seen on {walk.seen[left][:10]}"
        f" gave way on {walk.back_since[:10]} to the one before it, which has stood for {_days(walk.back_since, capture['fetched_at'])} days;"
        " the text that was taken back came once, as a change of substance, so this is no page that takes turns"
    )
    # a date the old text states is no date of its return
    told = replace(judged, reason=reason, effective=None, announced=None)
    save_update(db, document, capture, Update(told, left, walk.last_seen, stage=ROLLED_BACK, since=walk.back_since))


def _days(since: str, until: str) -> int:
    return (datetime.fromisoformat(until) - datetime.fromisoformat(since)).days


def _plain(walk: State, capture: sqlite3.Row) -> tuple[str, str]:
    """Kinds that need no judgement."""
    if walk.previous is None or capture["version"] != walk.previous["version"]:
        return "", ""
    if walk.kind == NO_VERSION:
        return NO_VERSION, "still: " + walk.reason.removeprefix("still: ")
    return ("same_bytes", "") if capture["sha256"] == walk.previous["sha256"] else ("same_text", "")


def _judge(
    db: sqlite3.Connection, document: sqlite3.Row, walk: State, capture: sqlite3.Row, rereader: Rereader
) -> tuple[Change, bool, str]:
    """(change, whether we caused it, version it was compared with)."""
    versions = list(walk.seen)[-HISTORY:]
    if not versions and (_is_long(db, capture["version"]) or changes.is_first(_blocks(db, walk, capture["version"]))):
        return Change("first", "the first text of the document"), False, ""
    walk.texts = {version: text for version, text in walk.texts.items() if version in versions}
    past = [_past(db, walk, version) for version in versions]
    ours = False
    new = _blocks(db, walk, capture["version"])
    if versions:
        page, at = walk.pages[versions[-1]]
        again = _again(document["source"], page, at, capture["fetched_at"], rereader)
        if again:
            ours = changes.fingerprint(again) == changes.fingerprint(new)
            past[-1] = Past(past[-1].seen_at, again, past[-1].is_version)
    judged = changes.judge(
        new, past, capture["fetched_at"], platform=document["platform"], document_type=document["document_type"],
        url=capture["url"], first_url=walk.first_url, language=document["language"],
    )  # fmt: skip
    ours = ours or rereader.upgraded(document["source"], capture["fetched_at"])
    return judged, ours, versions[judged.base] if versions and judged.base < len(versions) else ""


def _is_long(db: sqlite3.Connection, version: str) -> bool:
    """Whether a first text is so long that judging would call it the first at once."""
    row = db.execute("select length(text) as letters, blocks from version where id = ?", (version,)).fetchone()
    return letters(row["letters"], row["blocks"]) > changes.LONG


def _again(source: str, page: str, old_at: str, new_at: str, rereader: Rereader) -> tuple[Block, ...]:
    """The old page as the selector of the new day reads it, where that is another selector."""
    if rereader.selector(source, old_at[:10]) == rereader.selector(source, new_at[:10]):
        return ()
    return rereader.blocks(page, source, new_at)


def _past(db: sqlite3.Connection, walk: State, version: str) -> Past:
    row = db.execute("select is_version from version where id = ?", (version,)).fetchone()
    return Past(walk.seen[version], _blocks(db, walk, version), bool(row[0]))


def _blocks(db: sqlite3.Connection, walk: State, version: str) -> tuple[Block, ...]:
    if version not in walk.texts:
        walk.texts[version] = outlined(
            *db.execute("select text, blocks from version where id = ?", (version,)).fetchone()
        )
    return walk.texts[version]


def _summarise(db: sqlite3.Connection, document: sqlite3.Row, captures: list[sqlite3.Row]) -> None:
    kinds = [
        (row["kind"], row["version"], row["fetched_at"])
        for row in db.execute(
            "select kind, version, fetched_at from capture where document = ? order by fetched_at, sha256, id",
            (document["id"],),
        )
    ]
    good = [version for kind, version, _ in kinds if kind != NO_VERSION]
    alternating = sum(kind == "flapping" for kind, _, _ in kinds[-10:]) >= 2
    state = "not_the_document" if kinds[-1][0] == NO_VERSION else "alternating" if alternating else "followed"
    db.execute(
        "update document set source = ?, first_seen = ?, last_seen = ?, state = ?, variants = ?, versions = ?, current = ? where id = ?",
        (document["source"], kinds[0][2], kinds[-1][2], state,
         save_variants(db, document["id"], NO_VERSION), len(set(good)), good[-1] if good else None, document["id"]),
    )  # fmt: skip
    _now_tracking(db, document, captures[0])


def _index(db: sqlite3.Connection, document: sqlite3.Row, versions: set[str], known: set[str]) -> None:
    """What search finds of these versions: their text (``known`` ones are in already), unless they are not the document."""
    what = f"{document['platform']}: {document['document_type']}"
    for version in sorted(versions):
        row = db.execute("select text, title, language, is_version from version where id = ?", (version,)).fetchone()
        if row["is_version"] and version not in known:
            index(db, "version", version, f"{what} {row['title']}", Clean(row["text"]), row["language"])
        elif not row["is_version"]:
            unindex(db, "version", version)


def _now_tracking(db: sqlite3.Connection, document: sqlite3.Row, first: sqlite3.Row) -> None:
    what = f"{document['platform']}: {document['document_type']}"
    save_development(db, {
        "id": key("development", "now_tracking", document["id"]), "side": "platform", "kind": "now_tracking", "stage": "first_seen",
        "action": None, "change": None, "document": document["id"], "happened_on": first["fetched_at"][:10], "precision": "day",
        "date_role": "first_seen", "date_basis": "observed", "title": f"Now tracking {what}",
        "summary": f"First capture of {what}; changes from here on are reported.", "platforms": many([document["platform"]]),
        "jurisdiction": "", "authority": "", "topics": "[]", "url": document["url"], "published_at": first["fetched_at"],
        "updated_at": first["fetched_at"], "baseline": 0,
    })  # fmt: skip
