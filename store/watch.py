"""Sightings of one source -> its issues and its health. An issue stays till its cause is gone, and closes itself then.

An issue is (source, cause, subject), the subject being the address it happened at. It is open while the latest try of that
address ended so; the texts of documents add ``not-the-document``, the counts of records ``too-few`` and ``too-many``.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from records import Source
from store.database import key, put

TRANSIENT = {
    "timeout",
    "reset",
    "dns",
    "refused",
    "truncated",
    "http-500",
    "http-502",
    "http-503",
    "http-504",
    "rate-limited",
}
GOOD = {"stored", "unchanged"}
ATTEMPTS_TO_FAIL = 3  # transient faults in a row that make a source failing rather than degraded


@dataclass(slots=True)
class Trouble:
    """One cause at one address over time."""

    message: str
    first: str
    last: str
    times: int = 1
    closed: str = ""


@dataclass(slots=True)
class Watch:
    """What the sightings of a source add up to."""

    troubles: dict[tuple[str, str], Trouble] = field(default_factory=dict)
    runs: dict[str, list[sqlite3.Row]] = field(default_factory=lambda: defaultdict(list))


def settle_source(db: sqlite3.Connection, source: str) -> None:
    """Write the issues and the health of one source anew."""
    declared = db.execute("select * from source where id = ?", (source,)).fetchone()
    watch = Watch()
    for row in db.execute("select * from sighting where source = ? order by seq", (source,)):
        watch.runs[row["run"]].append(row)
        _note(watch, row["requested_url"], _fault(row), row["fetched_at"])
    for row in db.execute(
        "select c.url, c.fetched_at, c.kind, c.reason from capture c join document d on d.id = c.document where d.source = ?"
        " order by c.fetched_at, c.sha256, c.id", (source,),
    ):  # fmt: skip
        wrong = row["kind"] == "wrong_document_or_error_page"
        _note(
            watch, "document " + row["url"], ("not-the-document", row["reason"]) if wrong else None, row["fetched_at"]
        )
    if declared is not None:
        _expect(watch, declared)
    _save_issues(db, source, watch)
    _save_health(db, source, declared, watch)


def _fault(row: sqlite3.Row) -> tuple[str, str] | None:
    if row["outcome"] == "retry":
        return None
    if row["outcome"] not in GOOD:
        return row["cause"] or row["outcome"], row["message"]
    if row["read_error"]:
        cause, _, message = row["read_error"].partition(": ")
        return cause, message
    return None


def _note(watch: Watch, subject: str, fault: tuple[str, str] | None, at: str) -> None:
    """One try at ``subject``: a fault opens or lengthens its issue and closes every other of the same subject."""
    for (cause, where), trouble in watch.troubles.items():
        if where == subject and not trouble.closed and (fault is None or cause != fault[0]):
            trouble.closed = at
    if fault is None:
        return
    cause, message = fault
    known = watch.troubles.get((cause, subject))
    if known is None:
        watch.troubles[cause, subject] = Trouble(message, at, at)
        return
    known.times, known.last, known.message, known.closed = known.times + 1, at, message, ""


def _expect(watch: Watch, declared: sqlite3.Row) -> None:
    """Too few or too many records in a run whose fetches all went well: silence is a fault too."""
    for rows in watch.runs.values():
        if any(_fault(row) for row in rows) or not any(row["outcome"] in GOOD for row in rows):
            continue
        count, at = _records(rows), rows[-1]["fetched_at"]
        fault = None
        if count < declared["expect_min"]:
            fault = (
                "too-few",
                f"{count} records, at least {declared['expect_min']} expected; look whether the page was rebuilt",
            )
        elif count > declared["expect_max"]:
            fault = (
                "too-many",
                f"{count} records, at most {declared['expect_max']} expected; look whether a selector matches too much",
            )
        _note(watch, "run", fault, at)


def _records(rows: list[sqlite3.Row]) -> int:
    """Records of the source's own page in one run (pages it links to are not counted)."""
    return int(rows[0]["yielded"]) if rows else 0


def _save_issues(db: sqlite3.Connection, source: str, watch: Watch) -> None:
    db.execute("delete from issue where source = ?", (source,))
    for (cause, subject), trouble in watch.troubles.items():
        put(db, "issue", {
            "id": key("issue", source, cause, subject), "source": source, "cause": cause, "subject": subject,
            "message": trouble.message, "first_seen": trouble.first, "last_seen": trouble.last, "times": trouble.times,
            "transient": int(cause in TRANSIENT), "state": "closed" if trouble.closed else "open", "closed_at": trouble.closed,
        })  # fmt: skip


def _save_health(db: sqlite3.Connection, source: str, declared: sqlite3.Row | None, watch: Watch) -> None:
    rows = [row for run in watch.runs.values() for row in run]
    good = [row for row in rows if row["outcome"] in GOOD and not row["read_error"]]
    failures = _streak(list(watch.runs.values()))
    open_now = [(cause, t) for (cause, _), t in watch.troubles.items() if not t.closed]
    state, reason = _state(declared, rows, failures, open_now)
    last_try = max((row["fetched_at"] for row in rows), default="")
    put(db, "health", {
        "source": source, "state": state, "reason": reason, "last_try": last_try,
        "last_success": max((row["fetched_at"] for row in good), default=""), "last_new": _last_new(db, source),
        "failures": failures, "items": _records(list(watch.runs.values())[-1]) if watch.runs else 0, "pages": len({r["page"] for r in rows if r["page"]}),
        "next_try": _next(rows, last_try, declared["every"] if declared else 0), "since": min((t.first for _, t in open_now), default=""),
    })  # fmt: skip


def _streak(runs: list[list[sqlite3.Row]]) -> int:
    """How many runs in a row, up to the last, brought nothing that could be read."""
    count = 0
    for rows in reversed(runs):
        if any(row["outcome"] in GOOD and not row["read_error"] for row in rows):
            return count
        count += 1
    return count


def _state(
    declared: sqlite3.Row | None, rows: list[sqlite3.Row], failures: int, open_now: list[tuple[str, Trouble]]
) -> tuple[str, str]:
    if declared is None or declared["retired"]:
        return "retired", "no longer in the registry" if declared is None else f"retired {declared['retired']}"
    if not rows:
        return "waiting", "never tried"
    last = rows[-1]["outcome"]
    if last in {"defer", "skip"}:
        return ("deferred" if last == "defer" else "skipped"), f"{rows[-1]['cause']}: {rows[-1]['message']}"
    if not open_now:
        return "ok", ""
    cause, trouble = max(open_now, key=lambda pair: pair[1].last)
    lasting = failures and (cause not in TRANSIENT or failures >= ATTEMPTS_TO_FAIL)
    return ("failing" if lasting else "degraded"), f"{cause}: {trouble.message}"


def _last_new(db: sqlite3.Connection, source: str) -> str:
    row = db.execute(
        "select max(at) from (select max(first_seen) as at from article where source = ?"
        " union all select max(v.first_seen) from version v join document d on d.id = v.document where d.source = ? and v.is_version)",
        (source, source),
    ).fetchone()
    return row[0] or ""


def _next(rows: list[sqlite3.Row], last_try: str, every: int) -> str:
    """The server's own time where it gave one ("until ..."), else the source's schedule."""
    if not last_try:
        return ""
    if rows[-1]["outcome"] == "defer" and rows[-1]["message"].startswith("until "):
        return str(rows[-1]["message"])[6:]
    return (datetime.fromisoformat(last_try) + timedelta(seconds=every)).isoformat()


# asking ---------------------------------------------------------------------------------------------------------------
BROKEN = {"failing", "degraded"}


@dataclass(frozen=True, slots=True)
class Health:
    """What `banwatch health` shows."""

    sources: tuple[dict[str, object], ...]
    issues: tuple[dict[str, object], ...]
    parts: dict[str, str]

    @property
    def broken(self) -> bool:
        return any(row["state"] in BROKEN for row in self.sources)

    def as_dict(self) -> dict[str, object]:
        return {"broken": self.broken, "sources": self.sources, "issues": self.issues, "parts": self.parts}

    def table(self) -> str:
        lines = [f"{'source':32} {'state':9} {'last success':20} {'last new':20} {'fails':>5} {'items':>6}  reason"]
        for row in self.sources:
            lines.append(
                f"{row['source']!s:32} {row['state'] or 'waiting'!s:9} {str(row['last_success'] or '-')[:19]:20}"
                f" {str(row['last_new'] or '-')[:19]:20} {row['failures'] or 0!s:>5} {row['items'] or 0!s:>6}  {plain(str(row['reason'] or ''))[:100]}"
            )
        lines += ["", f"{len(self.issues)} open issues; " + ", ".join(f"{k} {v}" for k, v in self.parts.items())]
        return "\n".join(lines)


def plain(text: str) -> str:
    """Text of others, fit for a terminal: controls and direction marks shown as escapes."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def health(db: sqlite3.Connection) -> Health:
    """Health of every source, broken ones first, and the versions that matter."""
    order = "case state when 'failing' then 0 when 'degraded' then 1 when 'deferred' then 2 else 3 end, source"
    rows = [dict(row) for row in db.execute(f"select * from source_health order by {order}")]
    issues = [dict(row) for row in db.execute("select * from issues where state = 'open'")]
    version = sqlite3.sqlite_version
    wal = "ok" if _wal_safe(version) else "has the WAL-reset bug (fixed in 3.51.3): keep one writer"
    parts = {"SQLite": f"{version} ({wal})", "schema": str(db.execute("pragma user_version").fetchone()[0])}
    return Health(tuple(rows), tuple(issues), parts)


def _wal_safe(version: str) -> bool:
    """https://sqlite.org/wal.html: the WAL-reset bug is mended in 3.51.3 and in the back-ports 3.50.7 and 3.44.6."""
    number = tuple(int(part) for part in version.split("."))
    return number >= (3, 51, 3) or (3, 50, 7) <= number < (3, 51) or (3, 44, 6) <= number < (3, 45)


def due(tracker: Path, sources: Sequence[Source], now: str) -> list[Source]:
    """Sources whose next try is not later than ``now`` (ISO instant), the longest due first."""
    if not tracker.exists():
        return list(sources)
    db = sqlite3.connect(f"file:{tracker}?mode=ro", uri=True)
    planned = dict(db.execute("select source, next_try from health").fetchall())
    db.close()
    ready = [s for s in sources if not planned.get(s.id) or planned[s.id] <= now]
    return sorted(ready, key=lambda s: (planned.get(s.id) or "", s.id))
