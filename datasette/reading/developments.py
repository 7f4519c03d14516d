"""Developments of both sides: the latest, those ahead, and the timeline with its filters, page by page by key (never by offset)."""

from __future__ import annotations

from collections.abc import Iterable

from reading.look import Look
from reading.rows import Row

COLUMNS = """d.id, d.happened_on, d.precision, d.side, d.kind, d.stage, d.date_role, d.date_basis, d.platforms, d.jurisdiction, d.authority, d.title,
 d.summary, d.topics, d.url, d.action, d.change, d.document, d.published_at, d.updated_at, d.baseline"""


# an end or a deadline of this month or year, whose day is not known, is still to come
DUE = "happened_on in (?, ?) and date_role in ('scheduled_expiry', 'deadline')"


def latest(look: Look, each: int) -> list[Row]:
    """The latest ``each`` of either side up to today, in one list, newest first."""
    found = []
    for side in ("government", "platform"):
        found += look.rows(
            f"select {COLUMNS} from development d where side = ? and happened_on between '1' and ? and kind != 'now_tracking' and stage != 'withdrawn'"
            f" and not ({DUE}) order by happened_on desc, id limit ?", side, look.today + "~", look.today[:7], look.today[:4], each)  # fmt: skip
    return sorted(found, key=lambda d: d["happened_on"], reverse=True)


def ahead(look: Look, most: int) -> list[Row]:
    """What has a date to come, the next first."""
    due = look.rows(
        f"select {COLUMNS} from development d where {DUE} and stage != 'withdrawn' limit ?",
        look.today[:7],
        look.today[:4],
        most,
    )
    return [*due, *look.rows(
        f"select {COLUMNS} from development d where happened_on > ? and stage != 'withdrawn' order by happened_on, id limit ?", look.today + "~", most
    )][:most]  # fmt: skip


def of_action(look: Look, action: str) -> list[Row]:
    """The life of an action: day, then stage."""
    return look.rows(
        f"select {COLUMNS} from development d where action = ? order by happened_on = '', happened_on, published_at, id", action
    )  # fmt: skip


OF_ACTION = """
select p.url, p.last_seen as fetched_at, p.sha256 from claim c join page p on p.id = c.page
where c.action = ? order by c.seen_at desc, c.id limit 1"""
OF_CHANGE = """
select p.url, p.last_seen as fetched_at, p.sha256 from change c join version v on v.id = c.new join page p on p.id = v.page
where c.id = ?"""


def newest_evidence(look: Look, rows: Iterable[Row]) -> Row | None:
    """The archived page behind the newest of some developments, or actions, that rests on one: url, fetched_at, sha256."""
    for row in rows:
        change, action = row.get("change"), row.get("action") or row["id"]
        found = look.row(OF_CHANGE, change) if change else look.row(OF_ACTION, action)
        if found:
            return found | {"newest": True}
    return None
