"""Strands of one jurisdiction -> actions: which strands are one, what each claim counts for, and which actions are written anew.

A strand leans on the weightiest strand that shares at least half of its tellings, and what leans on one root is one action. A claim
that names platforms of several actions tells the one most of its platforms are in. It computes no strand (places.py does) and says
nothing of what an action's row holds (actions.py).
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from functools import cache

from store.actions import drop_action, save_action
from store.database import key, many
from store.kinds import kinds

# parts a claim has in a strand; the latter two: by a text since edited
TELLS, ENDS, TOLD_BEFORE, ENDED_BEFORE = range(4)
BEFORE = (TOLD_BEFORE, ENDED_BEFORE)
Place = tuple[str, str, int]  # strand, family, part
NOWHERE: Place = ("", "", TELLS)

SHARED = """
select o.strand, count(*) from told s join told o on o.claim = s.claim and o.strand != s.strand and o.strand != '' and o.part = 0 and o.family = s.family
where s.strand = ? and s.part = 0 group by o.strand"""
Order = tuple[bool, int, str]


def told_before(db: sqlite3.Connection, claim: str) -> str | None:
    """The action that a claim of a text since edited counts for; only the alias it gave that action says so."""
    row = db.execute("select action from alias where id = ?", (key("action", claim),)).fetchone()
    return str(row[0]) if row else None


class Weave:
    """Which strands are one action. What is asked twice is looked up once; nothing in ``told`` may change while it is asked."""

    def __init__(self, db: sqlite3.Connection, gone: Iterable[str] = ()) -> None:
        self._db = db
        self._gone = set(gone) - {""}  # actions that a claim was taken from
        self.touched: set[str] = set()  # strands whose claims changed
        self.claims: set[str] = set()  # claims that moved or changed
        self.before: set[str] = set()  # those of them that told an action by a text since edited
        self.nowhere: set[str] = set()  # claims that tell no action under some platform any more
        self._known: dict[str, tuple[str, str, int]] = {}
        self._shares: dict[str, dict[str, int]] = {}
        self._parents: dict[str, str] = {}
        self._votes: dict[str, list[str]] = {}

    def notice(self, claim: str, was: Place, place: Place, changed: bool) -> bool:
        """Note where a claim was and is, if it moved or changed; returns whether it moved."""
        if was == place and not changed:
            return False
        self.touched |= {was[0], place[0]} - {""}
        self.claims.add(claim)
        if was[2] in BEFORE:
            self.before.add(claim)
        if place == NOWHERE:
            self.nowhere.add(claim)
        return was != place

    def write(self) -> set[str]:
        """Drop and save every action that the touched strands and claims are or were part of; returns their ids."""
        old: set[str] = set()
        done: dict[str, set[str]] = {}
        waiting = {s for touched in self.touched if self.known(touched)[2] for s in (touched, *self.shares(touched))}
        waiting |= self._strands_of(self.claims)  # a claim that left one app's action may count for another's now
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

    def _strands_of(self, claims: Iterable[str]) -> set[str]:
        rows = self._db.execute(
            "select distinct strand from told where strand != '' and claim in (select value from json_each(?))",
            (many(sorted(claims)),),
        )
        return {row[0] for row in rows}

    def _actions_of(self, claims: Iterable[str]) -> set[str]:
        rows = self._db.execute(
            "select distinct action from claim where action is not null and id in (select value from json_each(?))",
            (many(sorted(claims)),),
        )
        return {row[0] for row in rows} | {action for claim in self.before if (action := told_before(self._db, claim))}

    def _claims(self, strands: Iterable[str]) -> list[tuple[str, str | None]]:
        """Claims in strands with the action they had; notes the strands each has everywhere."""
        rows = self._db.execute(
            "select distinct t.claim, c.action, o.strand, t.part from told t join claim c on c.id = t.claim join told o on o.claim = t.claim"
            " where t.strand in (select value from json_each(?)) and o.strand != ''", (many(sorted(strands)),),
        )  # fmt: skip
        found: dict[str, tuple[str | None, list[str]]] = {}
        for claim, action, strand, part in rows:
            if claim not in found:
                found[claim] = (told_before(self._db, claim) if part in BEFORE else action, [])
            found[claim][1].append(strand)
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
            [claim for claim, part in own if part in BEFORE],
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
                    "select distinct strand from told where measure = ? and measure != '' and family = ? and strand != ? and part = 0",
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
