"""Relations between developments and actions -> rows of ``link``: stated by a source, or proposed by date and marked so.

- A development that ends, pauses or extends an action says so by its kind (kinds.toml: lifts, amends, extends); one that says that
  an action is under appeal ``appeals`` it.
- Other relations are stated where one sentence holds two claims and says in words (links.toml) how they hang together:
  ``responds_to`` of a platform to a government, ``implements``, ``cites`` and ``appeals`` between measures of governments.
- ``implements`` is proposed where a measure follows a law in one case.
- ``responds_to`` is proposed where a platform's development follows an action against it within LINK_DAYS; of many such
  actions the nearest MOST.

Only what hangs on actions and developments written since the last time is computed again.
"""

from __future__ import annotations

import json
import sqlite3
import tomllib
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from store.database import key, many, put
from store.kinds import kinds

LINK_DAYS = 60
MOST = 5
RELATIONS = ("responds_to", "appeals", "implements", "cites")
PAIRS = """
select p.quote, p.development as subject, g.action as object, p.id as evidence, p.side, p.kind, g.kind as other, p.happened_on as day, g.happened_on as before
from claim p join claim g on g.article = p.article and g.id != p.id
where p.article = ? and g.side = 'government' and p.start < g."end" and g.start < p."end" and (p.action is null or p.action != g.action)
  and p.development is not null and g.action is not null and p.standing = 'published' and g.standing = 'published'
order by p.id, g.id"""
STEP = """
select a.kind, a."case", (select min(p.began) from action_platform p where p.action = a.id) as began from action a where a.id = ? and a.side = 'government'"""
LAW = """
select a.id, (select min(p.began) from action_platform p where p.action = a.id) as began from action a
where a."case" = ? and a.side = 'government' and a.kind in (select value from json_each(?)) and a.id != ? order by began desc, a.id desc"""
CARRIED_OUT = """
select a.id from action a where a."case" = ? and a.side = 'government' and a.kind in (select value from json_each(?))"""
FIRST = """
select id from development where action = ? and stage in ('announced', 'decided', 'in_force') order by happened_on, id limit 1"""
ACTED = """
select y.acts as object, max(y.happened_on) as acted
from development_platform p join platform_day y on y.platform = p.platform and y.happened_on between ? and ?
where p.development = ? and y.acts != '' group by y.acts order by acted desc, y.acts limit ?"""
ANSWERED = """
select distinct v.development from development d join development_platform p on p.development = d.id
join platform_day v on v.platform = p.platform and v.happened_on between d.happened_on and date(d.happened_on, ?)
where d.action = ? and d.side = 'government' and d.precision = 'day' and d.stage in ('announced', 'decided', 'in_force') and v.answers"""


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "links.toml").read_text("utf-8"))


def phrases(relation: str) -> tuple[str, ...]:
    """Words that state a relation, in lower case."""
    return tuple(_table()[relation])


def states(relation: str, sentence: str) -> bool:
    """Whether a sentence says that something stands in a relation to something."""
    folded = sentence.casefold()
    return any(phrase in folded for phrase in phrases(relation))


def link(db: sqlite3.Connection, actions: Iterable[str], developments: Iterable[str]) -> None:
    """Write anew every link of these actions (written or gone) and of these developments (written or gone)."""
    actions, answers = sorted(set(actions)), set(developments)
    measures = _measures(db, actions)
    for action in actions:
        answers |= {
            row[0]
            for row in db.execute(
                "select subject from link where object = ? and basis = 'proposed' and relation = 'responds_to'",
                (action,),
            )
        }
        db.execute("delete from link where object = ?", (action,))
        answers |= {row[0] for row in db.execute(ANSWERED, (f"+{LINK_DAYS} days", action))}
        _endings(db, action)
    for answer in sorted(answers):
        db.execute(
            "delete from link where subject = ? and not exists (select 1 from development d where d.id = link.subject)",
            (answer,),
        )
        _propose(db, answer)
    for article in _articles(db, actions, sorted(answers)):
        _state(db, article)
    for measure in measures:
        _carry_out(db, measure)


def _endings(db: sqlite3.Connection, action: str) -> None:
    rows = db.execute(
        "select d.id, d.kind, min(c.id) as evidence from development d join claim c on c.development = d.id"
        " where d.action = ? and d.stage = 'ended' group by d.id", (action,),
    ).fetchall()  # fmt: skip
    for row in rows:
        relation = kinds()[row["kind"]].get("relation")
        if relation:
            _put(db, row["id"], str(relation), action, "stated", row["evidence"], None)
    for row in db.execute(APPEALED, (action,)).fetchall():
        _put(db, row["id"], "appeals", action, "stated", row["evidence"], None)


APPEALED = """
select d.id, min(c.id) as evidence from development d join claim c on c.action = d.action and c.state = 'under_appeal'
where d.action = ? and d.stage = 'appealed' group by d.id"""


@cache
def _kinds(what: str) -> str:
    """Kinds of laws ("of"), or of the measures that are proposed to implement one ("by")."""
    return many(kind for kind, rules in kinds().items() if rules.get("family") in _table()["propose_implements"][what])


def _measures(db: sqlite3.Connection, actions: Iterable[str]) -> list[str]:
    """These actions, those that were proposed to implement one of them, and those in the case of one that is a law."""
    found: set[str] = set(actions)
    for action in actions:
        rows = db.execute(
            "select d.action from link l join development d on d.id = l.subject where l.object = ? and l.relation = 'implements'",
            (action,),
        )
        found |= {row[0] for row in rows if row[0]}
        step = db.execute(STEP, (action,)).fetchone()
        if step and json.dumps(step["kind"]) in _kinds("of"):
            found |= {row[0] for row in db.execute(CARRIED_OUT, (step["case"], _kinds("by")))}
    return sorted(found)


def _carry_out(db: sqlite3.Connection, action: str) -> None:
    """Propose that a measure implements the latest law before it in its case."""
    db.execute(
        "delete from link where relation = 'implements' and basis = 'proposed' and subject in (select id from development where action = ?)",
        (action,),
    )
    step = db.execute(STEP, (action,)).fetchone()
    if step is None or json.dumps(step["kind"]) not in _kinds("by"):
        return
    laws = db.execute(LAW, (step["case"], _kinds("of"), action))
    law = next((row["id"] for row in laws if (row["began"], row["id"]) < (step["began"], action)), "")
    first = db.execute(FIRST, (action,)).fetchone()
    if law and first:
        _put(db, first[0], "implements", law, "proposed", "the next step of one case", None)


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
        "delete from link where basis = 'stated' and relation in (select value from json_each(?)) and evidence in (select id from claim where article = ?)"
        " and not exists (select 1 from development d where d.id = link.subject and d.stage = 'appealed')", (many(RELATIONS), article),
    )  # fmt: skip
    for row in db.execute(PAIRS, (article,)).fetchall():
        for relation in RELATIONS:
            if FITS[relation](row) and states(relation, row["quote"]):
                _put(db, row["subject"], relation, row["object"], "stated", row["evidence"], None)


def _family(kind: str) -> str:
    return str(kinds()[kind].get("family", kind))


FITS: dict[str, Callable[[sqlite3.Row], bool]] = {
    "responds_to": lambda row: row["side"] == "platform",
    "appeals": lambda row: row["side"] == "government" and _family(row["kind"]) == "court" != _family(row["other"]),
    "implements": lambda row: row["side"] == "government" and _family(row["other"]) in _table()["propose_implements"]["of"] and _family(row["kind"]) != _family(row["other"]),
    "cites": lambda row: row["side"] == "government" and bool(row["before"]) and row["before"] < row["day"],
}  # fmt: skip


def _put(
    db: sqlite3.Connection, subject: str, relation: str, target: str, basis: str, evidence: str, days: int | None
) -> None:
    """A link that a source states is not proposed as well; of several that state one the first counts."""
    row = {"id": key("link", subject, relation, target), "subject": subject, "relation": relation, "object": target, "basis": basis,
           "evidence": evidence, "days": days}  # fmt: skip
    if basis == "stated":
        db.execute("delete from link where id = ? and basis = 'proposed'", (row["id"],))
    put(db, "link", row, "insert or ignore")
