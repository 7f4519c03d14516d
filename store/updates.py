"""A change between two versions as it was judged -> its row, what search finds of it, and the development it is, if it is one."""

from __future__ import annotations

import sqlite3
from dataclasses import asdict, dataclass

from records import Change
from store.database import index, key, many, put
from store.developments import save_development
from store.titles import title_of
from store.wordings import words_of

CANARY, ROLLED_BACK = "canary_removed", "rolled_back"  # stages of a change that is more than a change of words

KIND_OF_TOPIC = (
    ("law_enforcement_disclosure", "policy_law_enforcement_disclosure"),
    ("transparency_report", "policy_transparency_report"),
    ("content_moderation", "policy_moderation"),
)
REAL = {"substantive", "editorial"}


@dataclass(frozen=True, slots=True)
class Update:
    """A judged change. ``old``: the version it was compared with, "" if none; ``last_not_seen``: instant of the capture before;
    ``ours``: we caused it; ``stage``: what it is to be told as; ``since``: the instant it came about, if that is not the capture's."""

    judged: Change
    old: str
    last_not_seen: str
    ours: bool = False
    stage: str = "changed"
    since: str = ""


def save_update(db: sqlite3.Connection, document: sqlite3.Row, capture: sqlite3.Row, update: Update) -> None:
    """Write an update that ``capture`` of ``document`` showed."""
    judged, ours = update.judged, update.ours
    times = db.execute(
        "select count(*) from change where document = ? and old is ? and new = ?",
        (document["id"], update.old or None, capture["version"]),
    ).fetchone()[0]
    sides = [words_of(db, document["id"], version) for version in (update.old, capture["version"])]
    change = key("change", document["id"], *sides, times)
    effective = judged.effective
    put(db, "change", {
        "id": change, "document": document["id"], "old": update.old or None, "new": capture["version"], "seen_at": capture["fetched_at"],
        "last_not_seen": update.last_not_seen, "class": judged.kind, "reason": judged.reason,
        "topics": many(judged.topics), "direction": judged.direction, "kind": kind_of(judged.topics),
        "effective_on": effective.value if effective else "", "effective_precision": effective.precision if effective else "",
        "effective_ambiguous": int(bool(effective and effective.ambiguous)),
        "announced_for": judged.announced.value if judged.announced else "", "key_sentence_old": judged.key_old,
        "key_sentence_new": judged.key_new, "summary": judged.summary, "diff": many(asdict(h) for h in judged.hunks), "ours": int(ours),
    })  # fmt: skip
    if not ours and judged.kind in REAL:
        words = " ".join([judged.summary, judged.key_old, judged.key_new])
        index(db, "update", change, _title(document, update), words, document["language"])
    if not ours and (judged.kind == "substantive" or (judged.kind == "editorial" and judged.fields_moved)):
        _save_development(db, document, capture, update, change)


def _title(document: sqlite3.Row, update: Update) -> str:
    first = next((topic for topic, _ in KIND_OF_TOPIC if topic in update.judged.topics), "")
    return title_of(document["platform"], document["document_type"], update.judged, first, update.stage)


def kind_of(topics: tuple[str, ...]) -> str:
    """The kind of policy update that topics make: the first of KIND_OF_TOPIC, else a change of terms."""
    return next((kind for topic, kind in KIND_OF_TOPIC if topic in topics), "policy_terms_change")


def _save_development(
    db: sqlite3.Connection, document: sqlite3.Row, capture: sqlite3.Row, update: Update, change: str
) -> None:
    judged = update.judged
    when = judged.effective or judged.announced
    save_development(db, {
        "id": key("development", change), "side": "platform", "kind": kind_of(judged.topics), "stage": update.stage, "action": None,
        "change": change, "document": document["id"], "happened_on": when.value if when else (update.since or capture["fetched_at"])[:10],
        "precision": when.precision if when else "day", "date_role": when.role if when else "first_seen",
        "date_basis": when.basis if when else "observed", "title": _title(document, update),
        "summary": judged.summary, "platforms": many([document["platform"]]), "jurisdiction": "", "authority": "",
        "topics": many(judged.topics), "url": capture["url"], "published_at": capture["fetched_at"],
        "updated_at": capture["fetched_at"], "baseline": 0,
    })  # fmt: skip
