"""Relations between developments and actions -> rows of ``link``: stated by a source, or proposed by date and marked so.

- A development that ends, pauses or extends an action says so by its kind (kinds.toml: lifts, amends, extends).
- ``responds_to`` is stated where one sentence holds a claim about a platform and one about a government, and says in words
  (links.toml) that the one answers the other.
- ``responds_to`` is proposed where a platform's development follows an action against it within LINK_DAYS; of many such
  actions the nearest MOST.

Only what hangs on actions and developments written since the last time is computed again.
"""

from __future__ import annotations

import sqlite3
import tomllib
from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from store.database import key, many, put
from store.resolve import kinds

LINK_DAYS = 60
MOST = 5
PAIRS = """
select p.quote, p.development as subject, g.action as object, p.id as evidence
from claim p join claim g on g.article = p.article
where p.article = ? and p.side = 'platform' and g.side = 'government' and p.start < g."end" and g.start < p."end"
  and p.development is not null and g.action is not null and p.standing = 'published' and g.standing = 'published'
order by p.id, g.id"""
ACTED = """
select d.action as object, max(d.happened_on) as acted
from development_platform p join platform_day y on y.platform = p.platform and y.happened_on between ? and ?
join development d on d.id = y.development
where p.development = ? and d.side = 'government' and d.precision = 'day' and d.stage in ('announced', 'decided', 'in_force')
group by d.action order by acted desc, d.action limit ?"""
ANSWERED = """
select distinct v.id from development d join development_platform p on p.development = d.id
join platform_day y on y.platform = p.platform and y.happened_on between d.happened_on and date(d.happened_on, ?)
join development v on v.id = y.development
where d.action = ? and d.side = 'government' and d.precision = 'day' and d.stage in ('announced', 'decided', 'in_force')
  and v.side = 'platform' and v.precision = 'day'"""


@cache
def phrases() -> tuple[str, ...]:
    """Words that state an answer, in lower case."""
    return tuple(tomllib.loads((Path(__file__).parent / "links.toml").read_text("utf-8"))["responds_to"])


def states_answer(sentence: str) -> bool:
    """Whether a sentence says that something answers something."""
    folded = sentence.casefold()
    return any(phrase in folded for phrase in phrases())


def link(db: sqlite3.Connection, actions: Iterable[str], developments: Iterable[str]) -> None:
    """Write anew every link of these actions (written or gone) and of these developments of platforms (written or gone)."""
    actions, answers = sorted(set(actions)), set(developments)
    for action in actions:
        answers |= {
            row[0] for row in db.execute("select subject from link where object = ? and basis = 'proposed'", (action,))
        }
        db.execute("delete from link where object = ?", (action,))
        answers |= {row[0] for row in db.execute(ANSWERED, (f"+{LINK_DAYS} days", action))}
        _endings(db, action)
    for answer in sorted(answers):
        _propose(db, answer)
    for article in _articles(db, actions, sorted(answers)):
        _state(db, article)


def _endings(db: sqlite3.Connection, action: str) -> None:
    rows = db.execute(
        "select d.id, d.kind, min(c.id) as evidence from development d join claim c on c.development = d.id"
        " where d.action = ? and d.stage = 'ended' group by d.id", (action,),
    ).fetchall()  # fmt: skip
    for row in rows:
        relation = kinds()[row["kind"]].get("relation")
        if relation:
            _put(db, row["id"], str(relation), action, "stated", row["evidence"], None)


def _propose(db: sqlite3.Connection, development: str) -> None:
    db.execute("delete from link where subject = ? and basis = 'proposed'", (development,))
    row = db.execute(
        "select side, kind, happened_on, precision from development where id = ?", (development,)
    ).fetchone()
    if row is None or row["side"] != "platform" or row["precision"] != "day" or row["kind"] == "now_tracking":
        return
    day = date.fromisoformat(row["happened_on"])
    span = ((day - timedelta(days=LINK_DAYS)).isoformat(), row["happened_on"])
    for found in db.execute(ACTED, (*span, development, MOST)).fetchall():
        days = (day - date.fromisoformat(found["acted"])).days
        _put(db, development, "responds_to", found["object"], "proposed", f"same platform, {days} days later", days)


def _articles(db: sqlite3.Connection, actions: list[str], developments: list[str]) -> list[str]:
    """Articles whose claims tell of both a platform and a government, where either side was written."""
    rows = db.execute(
        "select distinct article from claim where article is not null and (action in (select value from json_each(?))"
        " or development in (select value from json_each(?)))", (many(actions), many(developments)),
    ).fetchall()  # fmt: skip
    return sorted(row[0] for row in rows)


def _state(db: sqlite3.Connection, article: str) -> None:
    db.execute(
        "delete from link where basis = 'stated' and relation = 'responds_to' and evidence in (select id from claim where article = ?)",
        (article,),
    )
    for row in db.execute(PAIRS, (article,)).fetchall():
        if states_answer(row["quote"]):
            _put(db, row["subject"], "responds_to", row["object"], "stated", row["evidence"], None)


def _put(
    db: sqlite3.Connection, subject: str, relation: str, target: str, basis: str, evidence: str, days: int | None
) -> None:
    """A link that a source states is not proposed as well; of several that state one the first counts."""
    row = {"id": key("link", subject, relation, target), "subject": subject, "relation": relation, "object": target, "basis": basis,
           "evidence": evidence, "days": days}  # fmt: skip
    if basis == "stated":
        db.execute("delete from link where id = ? and basis = 'proposed'", (row["id"],))
    put(db, "link", row, "insert or ignore")
