"""Sightings of one source -> its visits, issues and health. Only what is new since the last time is read.

What a visit is stands in visits.py, what an issue is in troubles.py. A sighting that arrives out of order (a page left
unread by a crash) makes the source be read from its beginning, so that the result does not hang on when it was computed.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from records import Source
from store import troubles, visits
from store.database import key, many, put
from store.developments import save_development
from store.troubles import Troubles
from store.visits import KEPT_OUT, TRANSIENT, Visit

ATTEMPTS_TO_FAIL = 3  # passing faults in a row that make a source failing rather than degraded
SEVERE = {"silent", "half-its-fields"}  # broken although the page answers and can be read
NOTICES = visits.TOLD | {
    "moved",
    "robots-changed",
    "other-language",
    "too-many",
    "flapping",
}  # worth a maintainer's look, but the source does its work
SLOWEST = timedelta(days=7)

NEW = """
select s.*, p.bytes, exists(select 1 from capture c where c.page = s.page and c.seq = s.seq) as judged
from sighting s left join page p on p.id = s.page where s.source = ? and s.seq > ? order by s.seq"""


def settle_source(db: sqlite3.Connection, source: str) -> None:
    """Bring the visits, issues and health of one source up to date."""
    declared = db.execute("select * from source where id = ?", (source,)).fetchone()
    rows = db.execute(NEW, (source, _through(db, source))).fetchall()
    if _reopens(db, source, rows):
        restart(db, source)
        rows = db.execute(NEW, (source, 0)).fetchall()
    _fold(db, source, declared, rows)
    troubles.of_documents(db, source)
    _save_health(db, source, declared)
    _now_tracking(db, source, declared)


def _now_tracking(db: sqlite3.Connection, source: str, declared: sqlite3.Row | None) -> None:
    """One development that says from when a source is read; documents have one each (documents.py)."""
    first = db.execute(
        "select min(fetched_at) from sighting where source = ? and outcome in ('stored', 'unchanged') and page is not null and read_error = ''",
        (source,),
    ).fetchone()[0]
    if first is None or declared is None or db.execute("select 1 from document where source = ?", (source,)).fetchone():
        return
    save_development(db, {
        "id": key("development", "now_tracking", source), "side": "", "kind": "now_tracking", "stage": "first_seen", "action": None,
        "change": None, "document": None, "happened_on": first[:10], "precision": "day", "date_role": "first_seen", "date_basis": "observed",
        "title": f"Now tracking {declared['name']}", "summary": f"First reading of {declared['name']}; what it tells from here on is reported.",
        "platforms": many([declared["platform"]] if declared["platform"] else []), "jurisdiction": declared["jurisdiction"], "authority": "",
        "topics": "[]", "url": declared["url"], "published_at": first, "updated_at": first, "baseline": 0,
    })  # fmt: skip


def restart(db: sqlite3.Connection, source: str) -> None:
    """Forget what was computed of a source: it is read from its beginning next time."""
    for table in ("watch", "visit", "issue"):
        db.execute(f"delete from {table} where source = ?", (source,))


def arrived(db: sqlite3.Connection, source: str, seq: int) -> None:
    """Say that a sighting came in; one older than what was computed already makes the source start anew."""
    if seq <= _through(db, source):
        restart(db, source)


def _through(db: sqlite3.Connection, source: str) -> int:
    row = db.execute("select through from watch where source = ?", (source,)).fetchone()
    return int(row[0]) if row else 0


def _reopens(db: sqlite3.Connection, source: str, rows: Sequence[sqlite3.Row]) -> bool:
    """Whether a row belongs to a visit that was computed already (a crawl that was cut off and went on under its name)."""
    return any(
        db.execute("select 1 from visit where source = ? and run = ?", (source, run)).fetchone()
        for run in {row["run"] for row in rows}
    )


def _fold(db: sqlite3.Connection, source: str, declared: sqlite3.Row | None, rows: Sequence[sqlite3.Row]) -> None:
    own = declared["url"] if declared else ""
    found = Troubles.of(db, source, own)
    for of_run in _runs(rows):
        _fold_visit(db, found, declared, visits.visit(of_run, own), of_run)
    found.save()
    if rows:
        put(db, "watch", {"source": source, "through": max(row["seq"] for row in rows)})


def _runs(rows: Iterable[sqlite3.Row]) -> list[list[sqlite3.Row]]:
    """The rows of each crawl, crawls in the order they began."""
    runs: dict[str, list[sqlite3.Row]] = {}
    for row in rows:
        runs.setdefault(row["run"], []).append(row)
    return list(runs.values())


def _fold_visit(
    db: sqlite3.Connection, found: Troubles, declared: sqlite3.Row | None, visit: Visit, rows: list[sqlite3.Row]
) -> None:
    for row in rows:
        if row["outcome"] != "retry":
            found.note(row["requested_url"], visits.fault(row), row["fetched_at"])
    if declared is not None:
        past = _past(db, visit, json.loads(declared["declared"]))
        for subject, fault in visits.findings(visit, past, declared["expect_min"], declared["expect_max"]):
            found.note(subject, fault, visit.at)
            visit.sound &= fault is None or fault[0] in visits.SOUND_STILL
    found.forget(visit.at)
    put(db, "visit", visit.row())


def _past(db: sqlite3.Connection, visit: Visit, declared: list[int]) -> list[sqlite3.Row]:
    """The sound visits since the source was last declared before this one, newest first: who mends a file starts a new past."""
    since = max((seq for seq in declared if seq < visit.first_seq), default=0)
    return db.execute(
        "select * from visit where source = ? and first_seq between ? and ? and own and sound order by first_seq desc limit ?",
        (visit.source, since + 1, visit.first_seq - 1, visits.HISTORY),
    ).fetchall()


# health ---------------------------------------------------------------------------------------------------------------
def _save_health(db: sqlite3.Connection, source: str, declared: sqlite3.Row | None) -> None:
    last = db.execute("select * from visit where source = ? order by first_seq desc limit 1", (source,)).fetchone()
    failures, passing, success = _streak(db, source)
    issues = db.execute(
        "select * from issue where source = ? and state = 'open' order by last_seen desc, id", (source,)
    ).fetchall()
    last_try = db.execute("select max(at) from visit where source = ?", (source,)).fetchone()[0] or ""
    state, reason = _state(declared, last, failures, issues)
    put(db, "health", {
        "source": source, "state": state, "reason": reason, "last_try": last_try, "last_success": success,
        "last_new": _last_new(db, source), "failures": failures, "failures_passing": passing,
        "items": last["items"] if last else 0, "bytes": last["bytes"] if last else 0,
        "languages": last["languages"] if last else "{}", "coverage": _coverage(last), "moved_to": last["moved"] if last else "",
        "robots": last["robots"] if last else "",
        "pages": db.execute("select count(*) from page where source = ?", (source,)).fetchone()[0],
        "next_try": _next(last, last_try, declared, failures), "since": min((i["first_seen"] for i in issues), default=""),
    })  # fmt: skip


def _streak(db: sqlite3.Connection, source: str) -> tuple[int, int, str]:
    """(visits in a row, up to the last, that brought nothing readable; how many of them failed only in passing; instant of
    the last success)."""
    good = db.execute(
        "select first_seq, good_at from visit where source = ? and good order by first_seq desc limit 1", (source,)
    ).fetchone()
    since = good["first_seq"] if good else 0
    count, passing = db.execute(
        "select count(*), coalesce(sum(transient), 0) from visit where source = ? and first_seq > ?", (source, since)
    ).fetchone()
    return count, passing, _latest_success(db, source) if good else ""


def _latest_success(db: sqlite3.Connection, source: str) -> str:
    return str(db.execute("select max(good_at) from visit where source = ?", (source,)).fetchone()[0])


def _coverage(last: sqlite3.Row | None) -> str:
    """Share of the last visit's records that hold each field, as JSON."""
    shares = json.loads(last["shares"]) if last else {}
    return json.dumps({name: round(some / every, 2) for name, (some, every) in sorted(shares.items()) if every})


def _state(
    declared: sqlite3.Row | None, last: sqlite3.Row | None, failures: int, issues: Sequence[sqlite3.Row]
) -> tuple[str, str]:
    if declared is None or declared["retired"]:
        return "retired", "no longer in the registry" if declared is None else f"retired {declared['retired']}"
    if last is None:
        return ("by hand", declared["by_hand"]) if declared["by_hand"] else ("waiting", "never tried")
    if last["last_outcome"] in {"defer", "skip"}:
        word = "deferred" if last["last_outcome"] == "defer" else "skipped"
        return word, f"{last['last_cause']}: {last['last_message']}"
    wrong = [issue for issue in issues if issue["cause"] not in NOTICES]
    if not wrong:
        return "ok", "".join(f"{issue['cause']}: {issue['message']}" for issue in issues[:1])
    kept_out = KEPT_OUT | set(json.loads(declared["blocked"]))
    worst = next((issue for issue in wrong if issue["cause"] in SEVERE), wrong[0])
    reason = f"{worst['cause']}: {worst['message']}"
    own = {issue["cause"] for issue in wrong if issue["subject"] == declared["url"]}
    if failures and own and own <= kept_out:
        return "blocked", reason
    lasting = failures and (worst["cause"] not in TRANSIENT or failures >= ATTEMPTS_TO_FAIL)
    return ("failing" if lasting or worst["cause"] in SEVERE else "degraded"), reason


def _last_new(db: sqlite3.Connection, source: str) -> str:
    row = db.execute(
        "select max(at) from (select max(first_seen) as at from article where source = ?"
        " union all select max(v.first_seen) from version v join document d on d.id = v.document where d.source = ? and v.is_version)",
        (source, source),
    ).fetchone()
    return row[0] or ""


def _next(last: sqlite3.Row | None, last_try: str, declared: sqlite3.Row | None, failures: int) -> str:
    """The server's own time where it gave one ("until ..."), else the source's schedule: spread by up to a tenth, so that
    sources of one schedule drift apart, and slower after each failure, at most a week."""
    if not last_try or last is None or declared is None:
        return ""
    if last["last_outcome"] == "defer" and last["last_message"].startswith("until "):
        return str(last["last_message"])[6:]
    every = timedelta(seconds=declared["every"])
    wait = min(every * 2 ** min(failures, 3), max(every, SLOWEST)) if failures > 1 else every
    begun = datetime.fromisoformat(last_try).replace(microsecond=0)
    return (begun + wait * (0.95 + 0.1 * spread(declared["id"], last_try))).replace(microsecond=0).isoformat()


def spread(*parts: str) -> float:
    """A number in [0, 1) that is always the same for the same words."""
    return int.from_bytes(hashlib.sha256("\x1f".join(parts).encode()).digest()[:4], "big") / 2**32


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

    def facts(self) -> str:
        """Every fact of each source, a line each, and its open issues."""
        lines = [
            f"{name:17} {plain(str(value))}"
            for row in self.sources
            for name, value in row.items()
            if value not in ("", None, "{}")
        ]
        return "\n".join(lines + [f"issue             {_told(issue)}" for issue in self.issues])


def _told(issue: dict[str, object]) -> str:
    seen = "seen once" if issue["times"] == 1 else f"seen {issue['times']} times"
    return f"{issue['cause']}: {plain(str(issue['message']))} ({issue['subject']}, since {issue['opened_at']}, {seen})"


def plain(text: str) -> str:
    """Text of others, fit for a terminal: controls and direction marks shown as escapes."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def health(db: sqlite3.Connection, source: str = "") -> Health:
    """Health of every source, or of one, broken ones first, and the versions that matter."""
    order = "case state when 'failing' then 0 when 'degraded' then 1 when 'deferred' then 2 else 3 end, source"
    one = " where source = ?" if source else " where ? = ''"
    rows = [dict(row) for row in db.execute(f"select * from source_health{one} order by {order}", (source,))]
    issues = [dict(row) for row in db.execute(f"select * from issues{one} and state = 'open'", (source,))]
    parts = {"SQLite": sqlite_state()[1], "schema": str(db.execute("pragma user_version").fetchone()[0])}
    return Health(tuple(rows), tuple(issues), parts)


def sqlite_state() -> tuple[bool, str]:
    """Whether this SQLite is without the WAL-reset bug, and its version in words."""
    version = sqlite3.sqlite_version
    safe = _wal_safe(version)
    return safe, f"{version} ({'ok' if safe else 'has the WAL-reset bug (fixed in 3.51.3): keep one writer'})"


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


def next_due(tracker: Path, sources: Sequence[Source], now: str) -> str:
    """Instant at which the next of ``sources`` is due: ``now`` if one is, "" if there are none."""
    if due(tracker, sources, now):
        return now
    db = sqlite3.connect(f"file:{tracker}?mode=ro", uri=True)
    planned = dict(db.execute("select source, next_try from health").fetchall())
    db.close()
    return min((planned[s.id] for s in sources if planned.get(s.id)), default="")
