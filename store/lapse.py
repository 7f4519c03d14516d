"""Captures of a document -> when a dated warrant canary in it was not renewed (the statement stands, its day is old), and when it was, after all. Computes.

Told at the first capture that shows it: the day lies further back than twice the time after which the statement used to be made
anew (or says it is). A statement that gives no day, or was never renewed and names no period, cannot lapse.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from statistics import median_low

from changes import canary
from store.fate import Turn
from store.prepare import outlined
from store.walk import SINGS

LAPSED, RENEWED = "canary_lapsed", "canary_renewed"  # stages
LATE = 2  # times the period
GRACE = 14  # days beyond the period, at least
CAPTURES = """
select c.version, c.fetched_at, v.text, v.blocks from capture c join version v on v.id = c.version
where c.document = ? and v.is_version and v.text like ? order by c.fetched_at, c.sha256, c.id"""


def lapses(db: sqlite3.Connection, document: str) -> list[Turn]:
    """One turn for every time that the statement was not renewed in time, and one for its renewal after that, in order."""
    days: list[date] = []
    found: list[Turn] = []
    last = ""
    for row in db.execute(CAPTURES, (document, f"%{SINGS}%")):
        sung = _sung(row["version"], row["text"], row["blocks"], row["fetched_at"])
        if sung is None:
            continue
        if not days or date.fromisoformat(sung.day) > days[-1]:
            found += _renewed(sung, row["fetched_at"], found)
            days.append(date.fromisoformat(sung.day))
        found += _late(days, sung, row["fetched_at"], last, found)
        last = row["fetched_at"]
    return found


@lru_cache(maxsize=256)
def _sung(version: str, text: str, outline: str, at: str) -> canary.Sung | None:
    return canary.sung(outlined(text, outline), at)


def _late(days: list[date], sung: canary.Sung, at: str, last: str, found: list[Turn]) -> Iterator[Turn]:
    """A turn, if the statement of ``days[-1]`` is overdue by the capture ``at`` and that was not told before."""
    period = _usual(days) or sung.period
    if not period or any(turn.stage == LAPSED and turn.shown == days[-1].isoformat() for turn in found):
        return
    due = days[-1] + timedelta(days=period)
    if date.fromisoformat(at[:10]) > days[-1] + timedelta(days=max(LATE * period, period + GRACE)):
        yield Turn(LAPSED, "", f"{due.isoformat()}{at[10:]}", at, last or at, days[-1].isoformat(), str(period))


def _renewed(sung: canary.Sung, at: str, found: list[Turn]) -> Iterator[Turn]:
    """A turn, if the statement was told to have lapsed last: it was made anew after all, of the day ``shown``; ``before`` is the day of the one before."""
    if found and found[-1].stage == LAPSED:
        yield Turn(RENEWED, "", f"{sung.day}{at[10:]}", at, at, sung.day, found[-1].shown)


def _usual(days: list[date]) -> int:
    """Days between two statements as they were made so far; 0 before the third."""
    gaps = [(after - before).days for before, after in pairwise(days)]
    return median_low(gaps) if len(gaps) > 1 else 0
