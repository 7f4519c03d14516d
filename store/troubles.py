"""Sightings and visits of one source -> its issues, one trouble a cause and subject, open till the cause is gone.

An issue is (source, cause, subject), the subject being the address it happened at, or what of a visit was strange ("items",
"fields"). It is open while the latest try of that subject ended so; it opens again under the same id. It is told to maintainers
from its first try on, or, where its cause passes by itself, from the third try in a row that ended with such a cause: a server
that is out of reach now and then changes its state for nobody.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from store.database import key, put
from store.visits import TRANSIENT

PATIENT = 3  # tries in a row that end with causes that pass, before that is told
FORGOTTEN = timedelta(
    days=7
)  # after which a page that nothing links to any more is no issue; its source's own page always is


@dataclass(slots=True)
class Trouble:
    """One cause at one subject over time."""

    message: str
    first: str
    last: str
    times: int = 1
    closed: str = ""
    opened: str = ""  # when it opened again; "" while it is open for the first time
    run: int = 1  # tries in a row that ended so since it opened, or with another cause that passes
    told: str = ""  # since when it is told to maintainers; "" while it may pass


@dataclass(slots=True)
class Troubles:
    """The issues of one source, read as far as they are needed and written back by ``save``."""

    db: sqlite3.Connection
    source: str
    own: str  # the source's own address
    open: dict[tuple[str, str], Trouble] = field(default_factory=dict)
    touched: dict[tuple[str, str], Trouble] = field(default_factory=dict)

    @classmethod
    def of(cls, db: sqlite3.Connection, source: str, own: str) -> Troubles:
        found = cls(db, source, own)
        rows = db.execute(
            "select * from issue where source = ? and state = 'open' and subject not like 'document %'", (source,)
        )
        found.open = {(row["cause"], row["subject"]): _trouble(row) for row in rows}
        return found

    def note(self, subject: str, fault: tuple[str, str] | None, at: str) -> None:
        """One try at ``subject``: a fault opens or lengthens its issue and closes every other of the same subject."""
        others = [n for n in self.open if n[1] == subject and (fault is None or n[0] != fault[0])]
        closed = [self._close(name, at) for name in others]
        if fault is None:
            return
        name = (fault[0], subject)
        known = self.open.get(name) or self.touched.get(name) or self._held(name)
        if known is None:
            known = Trouble(fault[1], at, at)
        else:
            known.run, known.told = (1, "") if known.closed else (known.run + 1, known.told)
            known.opened = at if known.closed else known.opened
            known.times, known.last, known.message, known.closed = known.times + 1, at, fault[1], ""
        passing = name[0] in TRANSIENT
        if passing:
            _take_over(known, [old for other, old in zip(others, closed, strict=True) if other[0] in TRANSIENT])
        if not passing or known.run >= PATIENT:
            known.told = known.told or at
        self.open[name] = self.touched[name] = known

    def forget(self, now: str) -> None:
        """Close issues of pages that were linked once and are not asked for any more."""
        limit = (datetime.fromisoformat(now) - FORGOTTEN).isoformat()
        for name, trouble in list(self.open.items()):
            if "://" in name[1] and name[1] != self.own and trouble.last < limit:
                self._close(name, now)

    def save(self) -> None:
        for (cause, subject), trouble in self.touched.items():
            save(self.db, self.source, cause, subject, trouble)

    def _close(self, name: tuple[str, str], at: str) -> Trouble:
        trouble = self.open.pop(name)
        trouble.closed = at
        self.touched[name] = trouble
        return trouble

    def _held(self, name: tuple[str, str]) -> Trouble | None:
        row = self.db.execute("select * from issue where id = ?", (key("issue", self.source, *name),)).fetchone()
        return _trouble(row) if row else None


def _take_over(new: Trouble, before: list[Trouble]) -> None:
    """A timeout after a 503 is the same state: it goes on counting, and nothing is told as mended."""
    for old in before:
        new.run, new.told, old.told = new.run + old.run, new.told or old.told, ""
        new.opened = old.opened or old.first


def _trouble(row: sqlite3.Row) -> Trouble:
    return Trouble(
        row["message"], row["first_seen"], row["last_seen"], row["times"], row["closed_at"], row["opened_at"],
        row["in_a_row"], row["told_at"],
    )  # fmt: skip


def save(db: sqlite3.Connection, source: str, cause: str, subject: str, trouble: Trouble) -> None:
    """Write one issue."""
    put(db, "issue", {
        "id": key("issue", source, cause, subject), "source": source, "cause": cause, "subject": subject,
        "message": trouble.message, "first_seen": trouble.first, "last_seen": trouble.last, "times": trouble.times,
        "transient": int(cause in TRANSIENT), "state": "closed" if trouble.closed else "open", "closed_at": trouble.closed,
        "opened_at": trouble.opened or trouble.first, "in_a_row": trouble.run,
        "told_at": trouble.told or ("" if cause in TRANSIENT else trouble.opened or trouble.first),
    })  # fmt: skip


STANDS = {  # cause of changes.judge -> what stood where the document should be
    "consent": "consent-wall", "error": "error-page", "redirect": "redirect-page", "truncated": "too-short", "language": "language-changed",
    "other_document": "unlike-last",
}  # fmt: skip


def of_documents(db: sqlite3.Connection, source: str) -> None:
    """Issues of captures that are not the document: open while the latest capture at the address is one. And of texts that
    take turns."""
    db.execute("delete from issue where source = ? and subject like 'document %'", (source,))
    rows = db.execute(
        "select c.document, c.url, min(c.fetched_at) as first, max(c.fetched_at) as last, count(*) as times from capture c"
        " join document d on d.id = c.document where d.source = ? and c.kind = 'wrong_document_or_error_page'"
        " group by c.document, c.url", (source,),
    ).fetchall()  # fmt: skip
    for row in rows:
        cause, reason = _stood(db, row)
        save(db, source, cause, "document " + row["url"], Trouble(
            reason, row["first"], row["last"], row["times"], _mended(db, row), _opened(db, row)))  # fmt: skip
    _alternating(db, source)


def _stood(db: sqlite3.Connection, row: sqlite3.Row) -> tuple[str, str]:
    """(cause, reason): what stood where the document should be, by the parser's word if it has one, else by the judge's."""
    reason, said = db.execute(
        "select c.reason, s.read_error from capture c join sighting s on s.seq = c.seq where c.document = ?"
        " and c.kind = 'wrong_document_or_error_page' and c.url = ? and c.fetched_at = ? order by c.sha256 desc, c.id desc limit 1",
        (row["document"], row["url"], row["last"]),
    ).fetchone()
    judged, _, why = str(reason).removeprefix("still: ").partition(": ")
    named, _, shown = str(said).partition(": ")
    return (named, shown) if named else (STANDS.get(judged, judged), why)


def _alternating(db: sqlite3.Connection, source: str) -> None:
    rows = db.execute(
        "select d.url, min(c.fetched_at) as first, max(c.fetched_at) as last, count(*) as times from document d join capture c"
        " on c.document = d.id where d.source = ? and d.state = 'alternating' and c.kind = 'flapping' group by d.id", (source,),
    ).fetchall()  # fmt: skip
    for row in rows:
        message = "texts take turns; they are kept as variants, and a change between them is no news"
        save(
            db, source, "flapping", "document " + row["url"], Trouble(message, row["first"], row["last"], row["times"])
        )


def _opened(db: sqlite3.Connection, row: sqlite3.Row) -> str:
    """Instant of the first wrong capture after the last one that was the document."""
    found = db.execute(
        "select min(fetched_at) from capture where document = ? and url = ? and kind = 'wrong_document_or_error_page' and fetched_at >"
        " coalesce((select max(fetched_at) from capture where document = ? and url = ? and fetched_at < ?"
        " and kind != 'wrong_document_or_error_page'), '')", (row["document"], row["url"], row["document"], row["url"], row["last"]),
    ).fetchone()  # fmt: skip
    return str(found[0] or "")


def _mended(db: sqlite3.Connection, row: sqlite3.Row) -> str:
    """Instant of the first capture after the last wrong one that is the document; "" if none is."""
    found = db.execute(
        "select min(fetched_at) from capture where document = ? and url = ? and fetched_at > ?"
        " and kind != 'wrong_document_or_error_page'", (row["document"], row["url"], row["last"]),
    ).fetchone()  # fmt: skip
    return str(found[0] or "")
