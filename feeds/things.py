"""A feed of one thing: the life of a measure, what became of a document, the troubles of a source. Reads views and the ids that lead on
to others; writes nothing.

It tells the whole life, what the first crawl found too: who follows one thing asks what became of it, and one life is no flood. Items
are those of the other feeds, with the same ids. There are as many such feeds as things, so none is listed, and none is built as a file.
"""

from __future__ import annotations

import difflib
import re
import sqlite3
from dataclasses import dataclass

from feeds.detail import Row
from feeds.slices import NoSuchFeed
from feeds.text import line

MOST = 100  # items of such a feed, the newest
SOURCE = "source"
NAMED = {
    "action": "select title from actions where id = :id union all select title from answers where id = :id",
    "document": "select platform || ': ' || document_type || case part when '' then '' else ' (' || part || ')' end from documents where id = :id",
    SOURCE: "select coalesce(nullif(name, ''), source) from source_health where source = :id",
}  # fmt: skip
ABOUT = {
    "action": "The life of one measure: each thing that happened to it, with its quotes and sources.",
    "document": "What one document of a platform lost and gained, and what became of it.",
    SOURCE: "One source: when it broke and when it was mended.",
}
COLUMNS = """t.id, t.side, t.kind, t.stage, t.action, t.change, t.document, t.happened_on, t.precision, t.date_role, t.date_basis, t.title, t.summary,
 t.platforms, t.jurisdiction, t.authority, t.topics, t.url, t.published_at, t.updated_at, t.status"""
LIFE = f"""
select {COLUMNS}, coalesce((select a.authority_id from actions a where a.id = t.action), '') as authority_id from timeline t where t.{{0}} = :id
union all select {COLUMNS}, t.authority_id from news t where t.{{0}} = :id and (t.stage = 'withdrawn' or t.kind = 'now_tracking')
order by 19 desc, 8 desc, 1 limit {MOST}"""
WORDS = "select item, title from search where search match ? and kind = 'action' limit 300"
BESIDE = "select id, title from actions where id between :begin and :begin || '~' limit 5"
ALL = {
    "document": "select id, platform || ': ' || document_type from documents",
    SOURCE: "select source, name from source_health",
}


@dataclass(frozen=True)
class Thing:
    """``ident`` is the id it has now."""

    kind: str
    ident: str
    title: str

    @property
    def path(self) -> str:
        """What follows /feeds/, without the form."""
        return f"{self.kind}/{self.ident}"


def find(db: sqlite3.Connection, kind: str, wanted: str) -> Thing:
    """The thing of an id, also of one that another took over. Raises NoSuchFeed with the nearest."""
    for ident in (wanted, wanted.lower(), _now(db, kind, wanted.lower())):
        found = db.execute(NAMED[kind], {"id": ident}).fetchone() if ident else None
        if found:
            return Thing(kind, ident, line(found[0]))
    raise NoSuchFeed(kind, wanted, [(f"{kind}/{ident}", line(name)) for ident, name in near(db, kind, wanted)])


def life(db: sqlite3.Connection, thing: Thing) -> list[Row]:
    """What happened to an action or a document, as rows of ``news``, what became known last first."""
    cursor = db.execute(LIFE.format(thing.kind), {"id": thing.ident})
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, values, strict=True)) for values in cursor]


def _now(db: sqlite3.Connection, kind: str, ident: str) -> str:
    """The id that took over an action's; "" if none did."""
    found = db.execute("select action from alias where id = ?", (ident,)).fetchone() if kind == "action" else None
    return str(found[0]) if found else ""


def near(db: sqlite3.Connection, kind: str, wanted: str) -> list[tuple[str, str]]:
    """(id, name) of what is most like an id that nothing has: of actions those whose id begins alike, or that have its words."""
    if kind == "action":
        return _begun(db, wanted) or _worded(db, wanted, " AND ") or _worded(db, wanted, " OR ")
    known = {row[0]: row[1] or row[0] for row in db.execute(ALL[kind])}
    spelled = {text.casefold(): ident for ident, name in known.items() for text in (name, ident)}
    close = difflib.get_close_matches(wanted.casefold(), spelled, 5, 0.5)
    return [(ident, known[ident]) for ident in dict.fromkeys(spelled[text] for text in close)]


def _begun(db: sqlite3.Connection, wanted: str) -> list[tuple[str, str]]:
    rows = db.execute(BESIDE, {"begin": wanted[:4].lower()}) if len(wanted) > 3 else ()
    return [(row[0], row[1]) for row in rows]


def _worded(db: sqlite3.Connection, wanted: str, between: str) -> list[tuple[str, str]]:
    """The five that have most of the words in their title."""
    words = [word.casefold() for word in re.findall(r"[^\W_]{3,}", wanted)[:8]]
    asked = between.join(f'"{word}"' for word in words)
    found = [(row[0], row[1]) for row in db.execute(WORDS, (asked,))] if words else []
    return sorted(found, key=lambda one: -sum(word in one[1].casefold() for word in words))[:5]
