"""Marked claims of one jurisdiction -> its actions, written anew where anything about them changed, and nowhere else.

Work goes by blocks, one for each platform of a side and jurisdiction, and within a block by stretches of time (lanes.py): only
those that a changed claim touches are computed. A stretch's strands (resolve.py) are computed from its own claims; strands of several
platforms that mostly the same claims tell are one action (weave.py). All of that is a function of the set of claims; what is kept of it in
tables ``told`` and ``stretch`` only saves computing it where nothing was touched.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from store.database import many, unindex, unsettled
from store.evidence import attached, save_evidence
from store.kinds import is_over, kinds
from store.lanes import END, OUT, Block, Lanes, lane_of, stand
from store.resolve import strands
from store.strand import Strand
from store.stretches import GONE
from store.told import COLUMNS, Told, told
from store.weave import ENDED_BEFORE, ENDS, NOWHERE, TELLS, TOLD_BEFORE, Place, Weave, told_before
from store.withdrawn import drop_withdrawn, save_withdrawn

STANDS = f"select c.standing as standing, {COLUMNS} from claim c left join article a on a.id = c.article where c.id = ?"
MEMBERS = f"""
select t.sort, t.strand, t.family, t.part, {COLUMNS} from told t join claim c on c.id = t.claim left join article a on a.id = c.article
where t.lane = ? and t.stretch = ? and t.sort >= 0 order by c.id"""
MATES = """
select m.id, m.kind, t.strand, t.family, t.part from claim g join article a on a.id = g.article join article b on b.url = a.url and b.source = a.source
join claim m on m.article = b.id join told t on t.claim = m.id
where g.id = ? and t.side = ? and t.jurisdiction = ? and t.platform = ? and t.sort in (0, 1, 2) order by m.id"""
EDITED = """
select distinct g.id from claim m join article b on b.id = m.article join article a on a.url = b.url and a.source = b.source
join claim g on g.article = a.id where m.id in (select value from json_each(?)) and g.standing = 'superseded'"""


def mark_claim(db: sqlite3.Connection, claim: sqlite3.Row | dict[str, Any]) -> None:
    """Mark that a claim came or changed, so that the actions it may tell are computed again."""
    row = db.execute(STANDS, (claim["id"],)).fetchone()
    one = told(row)
    sort, day, until, known = stand(one, row["standing"])
    _mark_edited(db, claim)
    for platform in json.loads(claim["platforms"]) or [""]:
        block = (claim["side"], claim["jurisdiction"], platform)
        lane = "" if one.ending else lane_of(block, one.family)
        db.execute(TOLD, (*block, one.id, lane, int(one.ending), sort, day, until, known, one.measure))
    unsettled(db, "claim", f"{claim['side']}|{claim['jurisdiction']}|{claim['id']}")


TOLD = """
insert into told (side, jurisdiction, platform, claim, lane, ending, sort, day, until, known, measure) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
on conflict do update set sort = excluded.sort, day = excluded.day, until = excluded.until, known = excluded.known"""


def _mark_edited(db: sqlite3.Connection, claim: sqlite3.Row | dict[str, Any]) -> None:
    """Mark a place of which a text since edited told something: if that comes back or goes, what is withdrawn there is another."""
    if db.execute("select 1 from told where claim = ? and sort = ? limit 1", (claim["id"], GONE)).fetchone():
        unsettled(db, "edited", f"{claim['side']}|{claim['jurisdiction']}|")


def drop_claim(db: sqlite3.Connection, claim: sqlite3.Row) -> None:
    """Take a claim out, and mark what it was part of."""
    place = f"{claim['side']}|{claim['jurisdiction']}"
    _mark_edited(db, claim)
    for row in db.execute("select * from told where claim = ?", (claim["id"],)).fetchall():
        gap = [row["platform"], row["lane"], row["stretch"], claim["id"], claim["kind"], claim["ends"], row["day"], row["change"], claim["measure"]]  # fmt: skip
        unsettled(db, "gap", f"{place}|{many(gap)}")
        unsettled(db, "strand", f"{place}|{row['strand']}")
    unsettled(db, "action", f"{place}|{claim['action'] or told_before(db, claim['id']) or ''}")
    db.execute("delete from told where claim = ?", (claim["id"],))
    db.execute("delete from claim where id = ?", (claim["id"],))
    unindex(db, "claim", claim["id"])


def settle_place(db: sqlite3.Connection, side: str, jurisdiction: str) -> set[str]:
    """Compute what is marked of one side in one jurisdiction; returns the ids of actions that were written or taken out."""
    changed = _marked(db, "claim", side, jurisdiction)
    changed |= {row[0] for row in db.execute(EDITED, (many(sorted(changed)),))}
    gaps = [json.loads(gap) for gap in sorted(_marked(db, "gap", side, jurisdiction))]
    weave = Weave(db, _marked(db, "action", side, jurisdiction))
    weave.touched |= _marked(db, "strand", side, jurisdiction) - {""}
    evidence = _evidence(db, changed) if side == "platform" else set()
    blocks: dict[str, set[str]] = {gap[0]: set() for gap in gaps}
    for row in db.execute(
        "select platform, claim from told where claim in (select value from json_each(?))", (many(sorted(changed)),)
    ):
        blocks.setdefault(row[0], set()).add(row[1])
    edited = bool(_marked(db, "edited", side, jurisdiction))
    for platform, dirty in sorted(blocks.items()):
        edited |= Settled(db, weave, (side, jurisdiction, platform), dirty).settle(
            [gap for gap in gaps if gap[0] == platform]
        )
    if edited:
        drop_withdrawn(db, side, jurisdiction)
    actions = weave.write()
    db.execute(
        "update claim set action = null, development = null where id in (select value from json_each(?))",
        (many(sorted(weave.nowhere)),),
    )
    if edited:
        save_withdrawn(db, side, jurisdiction)
    for change in sorted(evidence | {gap[7] for gap in gaps} - {""}):
        save_evidence(
            db,
            change,
            [
                row[0]
                for row in db.execute("select distinct claim from told where change = ? order by claim", (change,))
            ],
        )
    return actions


def mark_platform(db: sqlite3.Connection, platform: str) -> None:
    """Mark that captured changes of a platform's documents changed: what is said about them may be evidence now, or no more."""
    rows = db.execute(
        "select distinct claim from told where side = 'platform' and jurisdiction = '' and platform = ?", (platform,)
    )
    for (claim,) in rows.fetchall():
        unsettled(db, "claim", f"platform||{claim}")


def _marked(db: sqlite3.Connection, kind: str, side: str, jurisdiction: str) -> set[str]:
    """Take the marks of one kind, as what follows the place in them."""
    head = f"{side}|{jurisdiction}|"
    span = (kind, head, head[:-1] + "}")  # "}" comes after "|"
    found = db.execute("select item from unsettled where kind = ? and item >= ? and item < ?", span).fetchall()
    db.execute("delete from unsettled where kind = ? and item >= ? and item < ?", span)
    return {row[0].removeprefix(head) for row in found}


def _evidence(db: sqlite3.Connection, changed: Iterable[str]) -> set[str]:
    """Find the captured changes that claims about documents are evidence of; returns those whose claims may be others now."""
    touched: set[str] = set()
    known: dict[str, list[sqlite3.Row]] = {}
    for claim in sorted(changed):
        row = db.execute(STANDS, (claim,)).fetchone()
        if row is None:
            continue
        one = told(row)
        home = attached(db, one, known) if row["standing"] == "published" else None
        touched |= {r[0] for r in db.execute("select change from told where claim = ? and change != ''", (claim,))}
        touched |= {home[1]} if home else set()
        db.execute(
            "update told set change = '', sort = ? where claim = ?",
            (OUT if home else stand(one, row["standing"])[0], claim),
        )
        if home:
            db.execute("update told set change = ? where claim = ? and platform = ?", (home[1], claim, home[0]))
    return touched


# one block ------------------------------------------------------------------------------------------------------------


class Settled:
    """Changed claims of one block -> their places and those of the claims beside them, written to ``told``."""

    def __init__(self, db: sqlite3.Connection, weave: Weave, block: Block, dirty: set[str]) -> None:
        self._db = db
        self._weave = weave
        self._block = block
        self._dirty = dirty
        self._gone: dict[
            str, Place
        ] = {}  # claims of texts since edited -> where they were told, if no text at the address tells it now

    def settle(self, gaps: list[list[Any]]) -> bool:
        """Whether anything changed about texts since edited."""
        lanes = Lanes(self._db, self._block)
        dirty = self._db.execute(
            f"{END} where t.side = ? and t.jurisdiction = ? and t.platform = ? and t.claim in (select value from json_each(?)) order by t.claim",
            (*self._block, many(sorted(self._dirty))),
        ).fetchall()
        lanes.settle(dirty, [(gap[1], gap[2], gap[3]) for gap in gaps], {gap[8] for gap in gaps} - {""})
        for gap in gaps:
            if is_over(gap[4]):
                lanes.over(gap[4], gap[5], gap[6])
        moved = self._nowhere(self._dirty | lanes.lost)
        for lane, stretch in sorted(lanes.run):
            moved += self._stretch(lanes, lane, stretch)
        return self._edited(moved)

    def _nowhere(self, claims: Iterable[str]) -> list[str]:
        """Claims that are in no stretch tell nothing any more."""
        rows = self._db.execute(
            "select claim, sort, strand, family, part from told where side = ? and jurisdiction = ? and platform = ?"
            f" and claim in (select value from json_each(?)) and (sort = {OUT} or stretch = '')", (*self._block, many(sorted(claims))),
        ).fetchall()  # fmt: skip
        self._gone |= {row["claim"]: NOWHERE for row in rows if row["sort"] == GONE}
        return self._write([row for row in rows if row["sort"] != GONE], {})

    def _stretch(self, lanes: Lanes, lane: str, stretch: str) -> list[str]:
        """Compute the strands of one stretch; returns the claims that moved."""
        rows = self._db.execute(MEMBERS, (lane, stretch)).fetchall()
        one = lanes.stretch(lane, stretch)
        if one is None or not rows:
            return []
        now = [told(row) for row in rows if row["sort"] != GONE]
        lifted = lanes.lifted(lane, one)
        places = _places(strands(now, lifted), self._block[2])
        gone = [told(row) for row in rows if row["sort"] == GONE]
        if gone:
            self._taken_back(places, now, [claim for claim in gone if not self._mates(claim)], lifted)
            self._gone |= {claim.id: places.pop(claim.id, NOWHERE) for claim in gone}
        return self._write([row for row in rows if row["sort"] != GONE], places)

    def _write(self, rows: Iterable[sqlite3.Row], places: dict[str, Place]) -> list[str]:
        names = "claim" if not places else "id"
        moved = [
            row for row in rows
            if self._weave.notice(row[names], (row["strand"], row["family"], row["part"]), places.get(row[names], NOWHERE), row[names] in self._dirty)
        ]  # fmt: skip
        self._db.executemany(
            "update told set strand = ?, family = ?, part = ? where side = ? and jurisdiction = ? and platform = ? and claim = ?",
            [(*places.get(row[names], NOWHERE), *self._block, row[names]) for row in moved],
        )
        return [row[names] for row in moved]

    # claims of texts since edited -------------------------------------------------------------------------------------
    def _edited(self, moved: Iterable[str]) -> bool:
        """Place claims of texts since edited: with what the text at their address tells now, else where they were told before."""
        beside = {row[0] for row in self._db.execute(EDITED, (many(sorted(moved)),))}
        rows = self._db.execute(
            f"select t.sort, t.strand, t.family, t.part, {COLUMNS} from told t join claim c on c.id = t.claim left join article a on a.id = c.article"
            f" where t.side = ? and t.jurisdiction = ? and t.platform = ? and t.sort = {GONE} and c.id in (select value from json_each(?)) order by c.id",
            (*self._block, many(sorted(beside | set(self._gone) | self._dirty))),
        ).fetchall()  # fmt: skip
        places = {row["id"]: self._of_edited(row) for row in rows}
        return bool(self._write(rows, places)) or bool(self._dirty & places.keys())

    def _of_edited(self, row: sqlite3.Row) -> Place:
        mates = self._mates(told(row))
        if mates:
            return mates[0]["strand"], mates[0]["family"], TOLD_BEFORE if mates[0]["part"] == TELLS else ENDED_BEFORE
        return self._gone.get(row["id"], (row["strand"], row["family"], row["part"]))

    def _mates(self, claim: Told) -> list[sqlite3.Row]:
        """What the text at the address of a claim tells now of the same family."""
        rows = self._db.execute(MATES, (claim.id, *self._block)).fetchall()
        return [
            row for row in rows if (kinds()[row["kind"]].get("family") or row["kind"]) == (claim.family or claim.kind)
        ]

    def _taken_back(
        self, places: dict[str, Place], now: Sequence[Told], gone: Sequence[Told], lifted: Sequence[int]
    ) -> None:
        """What one text has taken back and another still tells keeps to that strand: the measure keeps the id it was first told by."""
        for one in strands([*now, *gone], lifted) if gone else ():
            members = [*((c, TOLD_BEFORE) for c in one.claims), *((c, ENDED_BEFORE) for c in one.ends)]
            held = next((places[claim.id] for claim, _ in members if claim.id in places), None)
            for claim, part in members:
                if held and claim.id not in places:
                    places[claim.id] = (*held[:2], part)


def _places(found: Iterable[Strand], platform: str) -> dict[str, Place]:
    places: dict[str, Place] = {}
    for strand in found:
        name = f"{platform}|{min(claim.id for claim in strand.claims)}"
        for part, claims in ((TELLS, strand.claims), (ENDS, strand.ends)):
            for claim in claims:
                places[claim.id] = (name, strand.family, part)
    return places
