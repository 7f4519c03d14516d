"""Marked claims of one jurisdiction -> its actions, written anew where anything about them changed, and nowhere else.

Work goes by blocks, one for each platform of a side and jurisdiction. A block's strands (resolve.py) are computed from its own
claims. Strands of several platforms that mostly the same claims tell are one action: a strand leans on the weightiest strand
that shares at least half of its tellings, and what leans on one root is one action. A claim that names platforms of several
actions tells the one most of its platforms are in. All of that is a function of the set of claims; what is kept of it in
table ``told`` only saves computing it for blocks that nothing touched.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from store.actions import drop_action, save_action
from store.database import add, many, unsettled
from store.evidence import attach, save_evidence
from store.resolve import COLUMNS, Strand, Told, kinds, strands, told
from store.withdrawn import save_withdrawn

TELLS, ENDS, TOLD_BEFORE, ENDED_BEFORE = (
    0,
    1,
    2,
    3,
)  # parts a claim has in a strand; the latter two: by a text since edited
BLOCK = f"""
select {COLUMNS} from told t join claim c on c.id = t.claim left join article a on a.id = c.article
where t.side = ? and t.jurisdiction = ? and t.platform = ? and c.standing in ('published', 'superseded') order by c.id"""


def mark_claim(db: sqlite3.Connection, claim: sqlite3.Row | dict[str, Any]) -> None:
    """Mark that a claim came or changed, so that the actions it may tell are computed again."""
    place = f"{claim['side']}|{claim['jurisdiction']}"
    for platform in json.loads(claim["platforms"]) or [""]:
        add(
            db,
            "told",
            {"side": claim["side"], "jurisdiction": claim["jurisdiction"], "platform": platform, "claim": claim["id"]},
        )
        unsettled(db, "block", f"{place}|{platform}")
    unsettled(db, "claim", f"{place}|{claim['id']}")


def drop_claim(db: sqlite3.Connection, claim: sqlite3.Row) -> None:
    """Take a claim out, and mark what it was part of."""
    place = f"{claim['side']}|{claim['jurisdiction']}"
    for platform, strand in db.execute("select platform, strand from told where claim = ?", (claim["id"],)).fetchall():
        unsettled(db, "block", f"{place}|{platform}")
        unsettled(db, "strand", f"{place}|{strand}")
    unsettled(db, "action", f"{place}|{claim['action'] or ''}")
    db.execute("delete from told where claim = ?", (claim["id"],))
    db.execute("delete from claim where id = ?", (claim["id"],))


def settle_place(db: sqlite3.Connection, side: str, jurisdiction: str) -> tuple[set[str], set[str]]:
    """Compute what is marked of one side in one jurisdiction; returns the ids of actions that were written or taken out, and the
    platforms they concern."""
    changed = _marked(db, "claim", side, jurisdiction)
    weave = Weave(db, _marked(db, "action", side, jurisdiction))
    weave.touched |= _marked(db, "strand", side, jurisdiction) - {""}
    evidence: dict[str, list[str]] = {}
    platforms = _marked(db, "block", side, jurisdiction)
    for platform in sorted(platforms):
        evidence |= _settle_block(db, weave, (side, jurisdiction, platform), changed)
    actions = weave.write()
    save_withdrawn(db, side, jurisdiction)
    db.execute(
        "update claim set action = null, development = null where id in (select value from json_each(?))",
        (many(sorted(weave.nowhere)),),
    )
    for change, claims in evidence.items():
        save_evidence(db, change, claims)
    rows = db.execute(
        "select distinct platform from action_platform where action in (select value from json_each(?))",
        (many(sorted(actions)),),
    )
    return actions, platforms | {row[0] for row in rows}


def mark_platform(db: sqlite3.Connection, platform: str) -> None:
    """Mark that captured changes of a platform's documents changed: what is said about them may be evidence now, or no more."""
    rows = db.execute(
        "select distinct o.platform from told t join told o on o.claim = t.claim where t.side = 'platform' and t.jurisdiction = '' and t.platform = ?",
        (platform,),
    ).fetchall()
    for name in {row[0] for row in rows}:
        unsettled(db, "block", f"platform||{name}")


def _marked(db: sqlite3.Connection, kind: str, side: str, jurisdiction: str) -> set[str]:
    """Take the marks of one kind, as what follows the place in them."""
    head = f"{side}|{jurisdiction}|"
    span = (kind, head, head[:-1] + "}")  # "}" comes after "|"
    found = db.execute("select item from unsettled where kind = ? and item >= ? and item < ?", span).fetchall()
    db.execute("delete from unsettled where kind = ? and item >= ? and item < ?", span)
    return {row[0].removeprefix(head) for row in found}


# one block ------------------------------------------------------------------------------------------------------------
Place = tuple[str, str, str, int]  # strand, family, measure, part
NOWHERE: Place = ("", "", "", TELLS)


def _settle_block(
    db: sqlite3.Connection, weave: Weave, block: tuple[str, str, str], changed: set[str]
) -> dict[str, list[str]]:
    rows = db.execute(BLOCK, block).fetchall()
    now = [told(row) for row in rows if row["standing"] == "published"]
    now, evidence = attach(db, block[2], now) if block[0] == "platform" else (now, {})
    found = strands(now)
    places = _places(found, block[2])
    gone = [told(row) for row in rows if row["standing"] == "superseded"]
    _earlier(places, found, gone)
    _taken_back(places, now, [claim for claim in gone if claim.id not in places])
    held = db.execute(
        "select claim, strand, family, measure, part from told where side = ? and jurisdiction = ? and platform = ?",
        block,
    ).fetchall()
    moved = [row for row in held if weave.notice(row, places.get(row["claim"], NOWHERE), row["claim"] in changed)]
    db.executemany(
        "update told set strand = ?, family = ?, measure = ?, part = ? where side = ? and jurisdiction = ? and platform = ? and claim = ?",
        [(*places.get(row["claim"], NOWHERE), *block, row["claim"]) for row in moved],
    )
    return evidence


def _places(found: Iterable[Strand], platform: str) -> dict[str, Place]:
    places: dict[str, Place] = {}
    for strand in found:
        name = _name(strand, platform)
        for part, claims in ((TELLS, strand.claims), (ENDS, strand.ends)):
            for claim in claims:
                places[claim.id] = (name, strand.family, strand.measure, part)
    return places


def _name(strand: Strand, platform: str) -> str:
    return f"{platform}|{min(claim.id for claim in strand.claims)}"


def _earlier(places: dict[str, Place], found: Iterable[Strand], gone: Iterable[Told]) -> None:
    """A telling of a text since edited keeps to the strand that the text at that address tells now."""
    by: dict[tuple[str, str], str] = {}
    for one in found:
        for claim in (*one.claims, *one.ends):
            by.setdefault((claim.address, claim.family or claim.kind), claim.id)
    for claim in gone:
        now = by.get((claim.address, claim.family or claim.kind))
        if now:
            strand, family, measure, part = places[now]
            places[claim.id] = (strand, family, measure, TOLD_BEFORE if part == TELLS else ENDED_BEFORE)


def _taken_back(places: dict[str, Place], now: Sequence[Told], gone: Sequence[Told]) -> None:
    """What one text has taken back and another still tells keeps to that strand: the measure keeps the id it was first told by."""
    for one in strands([*now, *gone]) if gone else ():
        members = [*((c, TOLD_BEFORE) for c in one.claims), *((c, ENDED_BEFORE) for c in one.ends)]
        held = next((places[claim.id] for claim, _ in members if claim.id in places), None)
        for claim, part in members:
            if held and claim.id not in places:
                places[claim.id] = (*held[:3], part)


# strands -> actions ---------------------------------------------------------------------------------------------------
SHARED = """
select o.strand, count(*) from told s join told o on o.claim = s.claim and o.strand != s.strand and o.strand != '' and o.part = 0 and o.family = s.family
where s.strand = ? and s.part = 0 group by o.strand"""
Order = tuple[bool, int, str]


class Weave:
    """Which strands are one action. What is asked twice is looked up once; nothing in ``told`` may change while it is asked."""

    def __init__(self, db: sqlite3.Connection, gone: Iterable[str] = ()) -> None:
        self._db = db
        self._gone = set(gone) - {""}  # actions that a claim was taken from
        self.touched: set[str] = set()  # strands whose claims changed
        self.claims: set[str] = set()  # claims that moved or changed
        self.nowhere: set[str] = set()  # claims that tell no action under some platform any more
        self._known: dict[str, tuple[str, str, int]] = {}
        self._shares: dict[str, dict[str, int]] = {}
        self._parents: dict[str, str] = {}
        self._votes: dict[str, list[str]] = {}

    def notice(self, row: sqlite3.Row, place: Place, changed: bool) -> bool:
        """Note where a claim was and is, if it moved or changed; returns whether it moved."""
        was = (row["strand"], row["family"], row["measure"], row["part"])
        if was == place and not changed:
            return False
        self.touched |= {was[0], place[0]} - {""}
        self.claims.add(row["claim"])
        if place == NOWHERE:
            self.nowhere.add(row["claim"])
        return was != place

    def write(self) -> set[str]:
        """Drop and save every action that the touched strands and claims are or were part of; returns their ids."""
        old: set[str] = set()
        done: dict[str, set[str]] = {}
        waiting = {s for touched in self.touched if self.known(touched)[2] for s in (touched, *self.shares(touched))}
        self._take(self._actions_of(self.claims) | self._gone, old, waiting)
        while waiting:
            self._gather(waiting, done, old)
            waiting = self._unsaved(done, old)
        for action in sorted(old):
            drop_action(self._db, action)
        return old | {self._save(root, strands) for root, strands in sorted(done.items())} - {""}

    def _gather(self, waiting: set[str], done: dict[str, set[str]], old: set[str]) -> None:
        """Every action the waiting strands make, and those that its claims were part of before."""
        while waiting:
            root = self.root(waiting.pop())
            if root not in done:
                done[root] = self.members(root)
                for claim, action in self._claims(done[root]):
                    if action and action not in old and self.home(claim) == root:
                        self._take({action}, old, waiting)

    def _unsaved(self, done: dict[str, set[str]], old: set[str]) -> set[str]:
        """Roots that claims went to from an action that is written anew."""
        return {
            home
            for strands in list(done.values())
            for claim, action in self._claims(strands)
            if (home := self.home(claim)) not in done and (claim in self.claims or action is None or action in old)
        }

    def _take(self, actions: Iterable[str], old: set[str], waiting: set[str]) -> None:
        for action in set(actions) - old:
            old.add(action)
            rows = self._db.execute(
                "select distinct t.strand from claim c join told t on t.claim = c.id where c.action = ? and t.strand != ''",
                (action,),
            )
            waiting |= {row[0] for row in rows}

    def _actions_of(self, claims: Iterable[str]) -> set[str]:
        rows = self._db.execute(
            "select distinct action from claim where action is not null and id in (select value from json_each(?))",
            (many(sorted(claims)),),
        )
        return {row[0] for row in rows}

    def _claims(self, strands: Iterable[str]) -> list[tuple[str, str | None]]:
        """Claims in strands with the action they had; notes the strands each has everywhere."""
        rows = self._db.execute(
            "select distinct t.claim, c.action, o.strand from told t join claim c on c.id = t.claim join told o on o.claim = t.claim"
            " where t.strand in (select value from json_each(?)) and o.strand != ''", (many(sorted(strands)),),
        )  # fmt: skip
        found: dict[str, tuple[str | None, list[str]]] = {}
        for claim, action, strand in rows:
            found.setdefault(claim, (action, []))[1].append(strand)
        self._votes |= {claim: voted for claim, (_, voted) in found.items()}
        return [(claim, action) for claim, (action, _) in sorted(found.items())]

    def _save(self, root: str, strands: set[str]) -> str:
        rows = self._db.execute(
            "select claim, min(part) from told where strand in (select value from json_each(?)) group by claim order by claim",
            (many(sorted(strands)),),
        ).fetchall()
        own = [(claim, part) for claim, part in rows if self.home(claim) == root]
        tellings = [claim for claim, part in own if part in (TELLS, ENDS)]
        if not tellings:
            return ""
        return save_action(
            self._db,
            tellings,
            [claim for claim, part in own if part in (TOLD_BEFORE, ENDED_BEFORE)],
            self.known(root)[0],
        )

    # asked of strands -------------------------------------------------------------------------------------------------
    def known(self, strand: str) -> tuple[str, str, int]:
        """(family, measure, number of tellings)."""
        if strand not in self._known:
            row = self._db.execute(
                "select max(family), max(measure), count(*) from told where strand = ? and part = 0", (strand,)
            ).fetchone()
            self._known[strand] = (row[0] or "", row[1] or "", row[2])
        return self._known[strand]

    def order(self, strand: str) -> Order:
        """What leans on what: the register's before others, then the oftener told."""
        _, measure, size = self.known(strand)
        return bool(measure), size, strand

    def shares(self, strand: str) -> dict[str, int]:
        """Strands of other platforms with the number of tellings they share with this one."""
        if strand not in self._shares:
            found = dict(self._db.execute(SHARED, (strand,)).fetchall())
            family, measure, _ = self.known(strand)
            if measure:
                same = self._db.execute(
                    "select distinct strand from told where measure = ? and family = ? and strand != ? and part = 0",
                    (measure, family, strand),
                )
                found |= {row[0]: found.get(row[0], 0) for row in same}
            self._shares[strand] = found
        return self._shares[strand]

    def parent(self, strand: str) -> str:
        """The strand this one leans on; "" for a root."""
        if strand not in self._parents:
            _, measure, size = self.known(strand)
            fits = [
                (shared, self.order(other), other)
                for other, shared in self.shares(strand).items()
                if self.order(other) > self.order(strand)
                and (self.known(other)[1] == measure if measure else 2 * shared >= size)
            ]
            self._parents[strand] = max(fits)[2] if fits else ""
        return self._parents[strand]

    def root(self, strand: str) -> str:
        while above := self.parent(strand):
            strand = above
        return strand

    def members(self, root: str) -> set[str]:
        """Every strand that leans on a root, and the root."""
        found, waiting = {root}, [root]
        while waiting:
            at = waiting.pop()
            below = [other for other in self.shares(at) if other not in found and self.parent(other) == at]
            found |= set(below)
            waiting += below
        return found

    def home(self, claim: str) -> str:
        """The root a claim tells of: the one most of its platforms are in, an end's own beginning before an end alone."""
        votes: dict[str, int] = defaultdict(int)
        for strand in self._votes[claim]:
            votes[self.root(strand)] += 1
        if len(votes) == 1:
            return next(iter(votes))
        return max(
            votes,
            key=lambda root: (self.known(root)[0] not in kinds_that_end(), votes[root], self.order(root)),
            default="",
        )


@cache
def kinds_that_end() -> frozenset[str]:
    """Kinds that end something; they are their own family where what they end is unknown."""
    return frozenset(kind for kind, rules in kinds().items() if rules.get("ends"))
