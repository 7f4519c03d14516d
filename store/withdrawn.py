"""Claims that every text has taken back -> developments marked as withdrawn, under the ids they were told by.

Silence would leave a reader with what is no longer said; so the development stays, says so, and tells no action.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Sequence

from store.actions import CLAIMS, title
from store.database import many
from store.developments import drop_development, save_development
from store.happenings import development_id, happenings
from store.life import life
from store.resolve import strands
from store.shown import founder, kind_shown, shown_day
from store.told import COLUMNS, told

GONE = f"""
select c.platforms as named, {COLUMNS} from claim c left join article a on a.id = c.article
where c.side = ? and c.jurisdiction = ? and c.standing = 'superseded' and c.rank = 'published'
  and not exists (select 1 from told t where t.claim = c.id and t.strand != '') order by c.id"""
CHANGED = """select max(n.first_seen) from claim c join article a on a.id = c.article
join article n on n.source = a.source and n.url = a.url and n.current where c.id in (select value from json_each(?))"""
TAKEN_BACK = """select max(r.until) from claim c join dataset_row r on r.source = c.source, json_each(r.claims) j
where c.id in (select value from json_each(?)) and j.value = c.id"""


def drop_withdrawn(db: sqlite3.Connection, side: str, jurisdiction: str) -> None:
    """Take the withdrawn developments of a place out. Comes before actions are written: one that tells what was withdrawn again has
    its development's id, and would take it over with the claims marked under it."""
    held = db.execute(
        "select id from development where stage = 'withdrawn' and side = ? and jurisdiction = ?", (side, jurisdiction)
    )
    for (development,) in held.fetchall():
        db.execute("update claim set development = null where development = ?", (development,))
        drop_development(db, development)


def save_withdrawn(db: sqlite3.Connection, side: str, jurisdiction: str) -> None:
    """Write the withdrawn developments of a place, which has none."""
    by_platform: dict[str, list[sqlite3.Row]] = defaultdict(list)
    for row in db.execute(GONE, (side, jurisdiction)).fetchall():
        by_platform[(json.loads(row["named"]) or [""])[0]].append(row)
    for _, rows in sorted(by_platform.items()):
        for strand in strands([told(row) for row in rows]):
            ids = [claim.id for claim in (*strand.claims, *strand.ends)]
            _save(db, jurisdiction, db.execute(CLAIMS, (many(sorted(ids)),)).fetchall())


def _save(db: sqlite3.Connection, jurisdiction: str, rows: Sequence[sqlite3.Row]) -> None:
    ids = many(row["id"] for row in rows)
    changed = next(filter(None, (db.execute(query, (ids,)).fetchone()[0] for query in (CHANGED, TAKEN_BACK))), "")
    changed = changed or max(row["seen_at"] for row in rows)
    kind = kind_shown(rows)
    for told_kind, stage, dates, undated in happenings(rows, kind, life(rows, kind, shown_day)):
        first = founder([*(d.row for d in dates), *undated])
        development, day = development_id(first, stage), shown_day(dates)
        save_development(db, {
            "id": development, "side": first["side"], "kind": told_kind, "stage": "withdrawn", "action": None, "change": None, "document": None,
            "happened_on": day, "precision": {4: "year", 7: "month", 10: "day"}.get(len(day), ""), "date_role": first["date_role"],
            "date_basis": first["date_basis"], "title": "Withdrawn: " + title(db, dict(first), told_kind),
            "summary": f"The source changed its text by {changed[:10]} and no longer says so.", "platforms": first["platforms"],
            "jurisdiction": jurisdiction, "authority": first["authority"], "topics": "[]", "url": first["url"], "published_at": first["seen_at"],
            "updated_at": changed, "baseline": int(first["baseline"]),
        })  # fmt: skip
        db.execute("update claim set development = ? where id = ?", (development, first["id"]))
