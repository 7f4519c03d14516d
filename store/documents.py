"""Captures of a document in order of time -> kinds, changes, developments. Computes; the texts were saved at the door."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import changes
from changes import canary
from records import Block, Change, Past
from store.database import Clean, index, key, many, put, unindex, unsettled
from store.fate import home_of
from store.lapse import SINGS
from store.prepare import letters, outlined
from store.titles import title_of
from store.variants import save_variants

HISTORY = 30  # earlier states that a capture is compared with
KIND_OF_TOPIC = (
    ("law_enforcement_disclosure", "policy_law_enforcement_disclosure"),
    ("transparency_report", "policy_transparency_report"),
    ("content_moderation", "policy_moderation"),
)
STAYS = timedelta(days=30)  # an earlier text that comes back for longer is no variant that takes turns
NO_VERSION = "wrong_document_or_error_page"
REAL = {"substantive", "editorial"}
CANARY, ROLLED_BACK = "canary_removed", "rolled_back"  # stages of a change that is more than a change of words
SUMMARY = 240  # characters


@dataclass(frozen=True, slots=True)
class Rereader:
    """How an archived page reads on another day: which selector counts then, and the blocks it gives."""

    selector: Callable[[str, str], int]  # source id, ISO day -> index of the selector in force
    blocks: Callable[[str, str, str], tuple[Block, ...]]  # page id, source id, ISO instant -> blocks, () if none match
    upgraded: Callable[
        [str, str], bool
    ]  # source id, ISO instant -> whether an imported text was read otherwise from then on


@dataclass(slots=True)
class State:
    """Where the walk over the captures stands. ``seen`` maps a version to the instant it was last seen, in that order."""

    seen: dict[str, str] = field(default_factory=dict)
    pages: dict[str, tuple[str, str]] = field(default_factory=dict)  # version -> page, instant it was last captured
    previous: sqlite3.Row | None = None
    first_url: str = ""
    texts: dict[str, tuple[Block, ...]] = field(default_factory=dict)  # of the versions in ``seen`` that were read

    kind: str = ""  # of the previous capture, and why
    reason: str = ""
    runs: Counter[str] = field(default_factory=Counter)  # version -> times it came
    arrived: dict[str, str] = field(default_factory=dict)  # version -> kind with which it first came
    left: str = ""  # version that was given up when the document went back to an earlier one
    back_since: str = ""  # since when it has stayed there; "" if it did not go back, or that was told

    def rolled_back(self, capture: sqlite3.Row) -> str:
        """The version that was taken back, if this capture shows that it was: it came once, as news, and has been gone for
        STAYS days. A page that alternates between variants comes back to each.
        """
        if not self.back_since or self.previous is None or capture["version"] != self.previous["version"]:
            return ""
        stayed = datetime.fromisoformat(capture["fetched_at"]) - datetime.fromisoformat(self.back_since)
        news = self.runs[self.left] == 1 and self.arrived.get(self.left) == "substantive"
        return self.left if news and stayed >= STAYS else ""

    def after(self, capture: sqlite3.Row, kind: str, reason: str) -> None:
        if self.rolled_back(capture):
            self.back_since = ""
        if self.previous is None or capture["version"] != self.previous["version"]:
            self.runs[capture["version"]] += 1
            self.arrived.setdefault(capture["version"], kind)
            self.left = self.previous["version"] if self.previous and kind == "flapping" else ""
            self.back_since = capture["fetched_at"] if self.left else ""
        self.kind, self.reason = kind, reason
        self.seen.pop(capture["version"], None)
        self.seen[capture["version"]] = capture["fetched_at"]
        self.pages[capture["version"]] = (capture["page"], capture["fetched_at"])
        self.previous = capture
        self.first_url = self.first_url or capture["url"]


def settle_document(db: sqlite3.Connection, document: str, rereader: Rereader) -> None:
    """Give every capture of ``document`` its kind and write the changes between them, from the first unsettled one on."""
    captures = db.execute(
        "select * from capture where document = ? order by fetched_at, sha256, id", (document,)
    ).fetchall()
    since = min(
        (c["fetched_at"] for c in captures if not c["kind"]), default="~"
    )  # all captures of one instant, or none
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
            _save_change(db, document, walk, capture, judged, ours, old, stage)
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
    told = replace(
        judged, reason=reason, effective=None, announced=None
    )  # a date the old text states is no date of its return
    _save_change(db, document, walk, capture, told, False, left, ROLLED_BACK, walk.back_since)


def _days(since: str, until: str) -> int:
    return (datetime.fromisoformat(until) - datetime.fromisoformat(since)).days


def _plain(walk: State, capture: sqlite3.Row) -> tuple[str, str]:
    """Kinds that need no judgement."""
    if walk.previous is None or capture["version"] != walk.previous["version"]:
        return "", ""
    if walk.kind == NO_VERSION:
        return NO_VERSION, "still: " + walk.reason.removeprefix("still: ")
    return ("same_bytes", "") if capture["sha256"] == walk.previous["sha256"] else ("same_text", "")


def settled_at_once(db: sqlite3.Connection, document: str, version: str, sha256: str, at: str, home: str) -> str:
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
    followed = db.execute(
        "update document set last_seen = ? where id = ? and state = 'followed'"
        " and not exists (select 1 from capture c where c.document = document.id and c.kind = 'flapping')"
        " and not exists (select 1 from version v where v.id = ? and v.text like ?)",
        (at, document, version, f"%{SINGS}%"),
    ).rowcount
    if not followed:
        return ""
    return "same_bytes" if sha256 == previous["sha256"] else "same_text"


def _judge(
    db: sqlite3.Connection, document: sqlite3.Row, walk: State, capture: sqlite3.Row, rereader: Rereader
) -> tuple[Change, bool, str]:
    """(change, whether we caused it, version it was compared with)."""
    versions = list(walk.seen)[-HISTORY:]
    if not versions and _is_long(db, capture["version"]):
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
    (outline,) = db.execute("select blocks from version where id = ?", (version,)).fetchone()
    return letters(outline) > changes.LONG


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


def _save_change(
    db: sqlite3.Connection,
    document: sqlite3.Row,
    walk: State,
    capture: sqlite3.Row,
    judged: Change,
    ours: bool,
    old: str,
    stage: str = "changed",
    since: str = "",
) -> None:
    """``stage``: what the change is to be told as; ``since``: the instant it came about, if that is not the capture's."""
    times = db.execute(
        "select count(*) from change where document = ? and old is ? and new = ?",
        (document["id"], old or None, capture["version"]),
    ).fetchone()[0]
    change = key("change", document["id"], old, capture["version"], times)
    effective = judged.effective
    put(db, "change", {
        "id": change, "document": document["id"], "old": old or None, "new": capture["version"], "seen_at": capture["fetched_at"],
        "last_not_seen": walk.previous["fetched_at"] if walk.previous else "", "class": judged.kind, "reason": judged.reason,
        "topics": many(judged.topics), "direction": judged.direction, "kind": kind_of(judged.topics),
        "effective_on": effective.value if effective else "", "effective_precision": effective.precision if effective else "",
        "effective_ambiguous": int(bool(effective and effective.ambiguous)),
        "announced_for": judged.announced.value if judged.announced else "", "key_sentence_old": judged.key_old,
        "key_sentence_new": judged.key_new, "summary": judged.summary, "diff": many(asdict(h) for h in judged.hunks), "ours": int(ours),
    })  # fmt: skip
    if not ours and judged.kind in REAL:
        words = " ".join([judged.summary, judged.key_old, judged.key_new])
        index(db, "update", change, _title(document, judged, stage), words, document["language"])
    if not ours and (judged.kind == "substantive" or (judged.kind == "editorial" and judged.fields_moved)):
        _save_development(db, document, capture, judged, change, stage, since)


def _title(document: sqlite3.Row, judged: Change, stage: str) -> str:
    first = next((topic for topic, _ in KIND_OF_TOPIC if topic in judged.topics), "")
    return title_of(document["platform"], document["document_type"], judged, first, stage)


def kind_of(topics: tuple[str, ...]) -> str:
    """The kind of policy update that topics make: the first of KIND_OF_TOPIC, else a change of terms."""
    return next((kind for topic, kind in KIND_OF_TOPIC if topic in topics), "policy_terms_change")


def _save_development(
    db: sqlite3.Connection,
    document: sqlite3.Row,
    capture: sqlite3.Row,
    judged: Change,
    change: str,
    stage: str,
    since: str,
) -> None:
    when = judged.effective or judged.announced
    save_development(db, {
        "id": key("development", change), "side": "platform", "kind": kind_of(judged.topics), "stage": stage, "action": None,
        "change": change, "document": document["id"], "happened_on": when.value if when else (since or capture["fetched_at"])[:10],
        "precision": when.precision if when else "day", "date_role": when.role if when else "first_seen",
        "date_basis": when.basis if when else "observed", "title": _title(document, judged, stage),
        "summary": judged.summary, "platforms": many([document["platform"]]), "jurisdiction": "", "authority": "",
        "topics": many(judged.topics), "url": capture["url"], "published_at": capture["fetched_at"],
        "updated_at": capture["fetched_at"], "baseline": 0,
    })  # fmt: skip


def save_development(db: sqlite3.Connection, row: dict[str, Any]) -> None:
    """Write a development with its index by platform."""
    put(db, "development", row)
    _mark_answer(db, row["side"], row["id"])
    db.execute("delete from development_platform where development = ?", (row["id"],))
    for platform in json.loads(row["platforms"]):
        put(db, "development_platform", {"platform": platform, "development": row["id"]})


def _mark_answer(db: sqlite3.Connection, side: str, development: str) -> None:
    if side == "platform":
        unsettled(db, "answer", development)


def drop_development(db: sqlite3.Connection, development: str) -> None:
    """Take a development out."""
    unsettled(db, "answer", development)
    db.execute("delete from development_platform where development = ?", (development,))
    db.execute("delete from development where id = ?", (development,))


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
