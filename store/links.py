"""Sentences that state a link -> rows of ``link`` with basis "stated".

A link is stated where one sentence holds a claim about a platform and a claim about a government, and says in words
(links.toml) that the one answers the other.
"""

from __future__ import annotations

import sqlite3
import tomllib
from functools import cache
from pathlib import Path

from store.database import key, put

PAIRS = """
select p.quote, p.development as subject, g.action as object, p.id as evidence
from claim p join claim g on g.article = p.article
where p.side = 'platform' and g.side = 'government' and p.start < g."end" and g.start < p."end"
  and p.development is not null and g.action is not null and p.standing = 'published' and g.standing = 'published'
order by p.id, g.id"""


@cache
def phrases() -> tuple[str, ...]:
    """Words that state an answer, in lower case."""
    return tuple(tomllib.loads((Path(__file__).parent / "links.toml").read_text())["responds_to"])


def states_answer(sentence: str) -> bool:
    """Whether a sentence says that something answers something."""
    folded = sentence.casefold()
    return any(phrase in folded for phrase in phrases())


def stated_links(db: sqlite3.Connection) -> None:
    """Write every stated link anew; a link that a source states is not proposed as well."""
    db.execute("delete from link where basis = 'stated'")
    for row in db.execute(PAIRS).fetchall():
        if states_answer(row["quote"]):
            put(db, "link", {
                "id": key("link", row["subject"], "responds_to", row["object"]), "subject": row["subject"], "relation": "responds_to",
                "object": row["object"], "basis": "stated", "evidence": row["evidence"], "days": None,
            })  # fmt: skip
