"""Changed claims of one block -> the stretches to compute again, and every claim under the one it is in. Writes tables told and
stretch only.

A block is one platform in one jurisdiction; its lanes are the families of kinds (stretches.py). Ends stand in the lane of what they
end: the likeliest family of which something had begun; where none had, in a lane of their own kind.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache

from store.database import key, many
from store.kinds import case_of, families, family_rules, is_over, kinds
from store.stretches import (  # fmt: skip
    CORE,
    EXACT,
    GONE,
    HOSTED,
    LONE,
    LOOSE,
    SIDE,
    SOON,
    UNDATED,
    Spot,
    Stretch,
    cores,
    ended,
    homes,
)
from store.told import LATE, Told, told_by

OUT = -1  # of a claim that tells nothing: in review, a rumour, evidence of a change
LONGEST = 400  # days between the first and the last day one claim tells; one that tells more stands at its own day
Block = tuple[str, str, str]  # side, jurisdiction, platform
Place = tuple[str, str]  # lane, stretch
SPOT = "claim, sort, ending, day, until, known, stretch"
IN_BLOCK = "side = ? and jurisdiction = ? and platform = ?"
IN_BLOCK_T = "t.side = ? and t.jurisdiction = ? and t.platform = ?"
END = "select t.claim, t.sort, t.ending, t.day, t.until, t.known, t.stretch, t.lane, t.measure, c.kind, c.ends from told t join claim c on c.id = t.claim"


@cache
def lane_of(block: Block, family: str) -> str:
    """Name of a lane: its family, and what tells it from that of other blocks."""
    return f"{family}:{key('lane', *block)}"


def family_of(lane: str) -> str:
    return lane.partition(":")[0]


def alone(lane: str) -> bool:
    """Whether a lane is of ends whose beginning nobody told."""
    return "ends" in kinds().get(family_of(lane), {})


def stand(claim: Told, standing: str) -> tuple[int, int, int, int]:
    """(sort, day, until, known) of a claim: how and where it stands in its lane."""
    if claim.low is None or (claim.seen and claim.exact):
        sort, day, until, known = UNDATED, claim.low or claim.known, claim.low or claim.known, claim.low or claim.known
    elif not claim.exact:
        sort, day, until, known = LOOSE, claim.low, told_by(claim) if claim.ending else claim.high, claim.known
    else:
        wide = claim.ending or claim.days[-1] - claim.days[0] > LONGEST
        sort, day, until, known = (
            EXACT,
            claim.low if wide else claim.days[0],
            claim.low if wide else claim.days[-1],
            claim.known,
        )
    return {"published": sort, "superseded": GONE}.get(standing, OUT), day, until, known


def _spot(row: sqlite3.Row) -> Spot:
    return Spot(row["claim"], row["sort"], bool(row["ending"]), row["day"], row["until"], row["known"], row["stretch"])


class Lanes:
    """The lanes of one block while changed claims find their stretches."""

    def __init__(self, db: sqlite3.Connection, block: Block) -> None:
        self._db = db
        self._block = block
        self.run: set[Place] = set()  # stretches to compute again; some may be no more
        self.lost: set[str] = set()  # claims that may be in no stretch any more
        self._found: dict[str, list[Stretch]] = {}
        self._earlier: dict[
            str, tuple[int | None, int | None]
        ] = {}  # family -> first day of its lane before and after, if it moved
        self._changed: set[str] = set()  # lanes whose stretches changed
        self._ends: dict[str, set[str]] = defaultdict(set)  # lane -> ends that came to it or changed

    def settle(self, dirty: Sequence[sqlite3.Row], gone: Iterable[tuple[str, str, str]], measures: set[str]) -> None:
        """Find the stretches of changed claims (rows of told) and of those beside them. ``gone``: (lane, stretch, claim) of claims
        that were taken out, ``measures``: what they named."""
        missing: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for lane, stretch, claim in gone:
            missing[lane].append((stretch, claim))
        by: dict[str, list[Spot]] = defaultdict(list)
        for row in dirty:
            if not row["ending"]:
                by[row["lane"]].append(_spot(row))
        for lane in sorted(by.keys() | {lane for lane in missing if not alone(lane)}):
            self._lane(lane, by.get(lane, []), missing.get(lane, []))
        named = measures | {row["measure"] for row in dirty if row["measure"] and not row["ending"]}
        apart = self._choose([row for row in dirty if row["ending"]], missing, named)
        for lane in sorted(apart.keys() | {lane for lane in missing if alone(lane)}):
            self._lane(lane, apart.get(lane, []), missing.get(lane, []))
        for lane in sorted(self._changed | set(self._ends)):
            if not alone(lane):
                self._attach(lane)

    def stretches(self, lane: str) -> list[Stretch]:
        """Every stretch of a lane, in order of time."""
        if lane not in self._found:
            rows = self._db.execute("select id, first, last, kind from stretch where lane = ?", (lane,))
            self._found[lane] = sorted((Stretch(*row) for row in rows), key=lambda s: (s.first, s.id))
        return self._found[lane]

    def stretch(self, lane: str, ident: str) -> Stretch | None:
        """One stretch of a lane; None if it is no more."""
        return next((s for s in self.stretches(lane) if s.id == ident), None)

    def lifted(self, lane: str, stretch: Stretch) -> list[int]:
        """Days on which something of the lane's family ended, from the beginning of a stretch until the next begins."""
        following = [s.first for s in self.stretches(lane) if s.kind != HOSTED and s.first > stretch.first]
        rows = self._db.execute(
            "select t.day, c.kind, c.ends from told t join claim c on c.id = t.claim"
            f" where {IN_BLOCK_T} and t.ending = 1 and t.sort = {EXACT} and t.day >= ? and t.day < ? order by t.day",
            (*self._block, stretch.first, min(following, default=1 << 30)),
        )
        family = family_of(lane)
        return [day for day, kind, ends in rows if is_over(kind) and family in families(kind, ends)]

    # claims that are no ends ------------------------------------------------------------------------------------------
    def _lane(self, lane: str, dirty: Sequence[Spot], missing: Sequence[tuple[str, str]]) -> None:
        held = {s.id: s for s in self.stretches(lane)}
        rules = family_rules(family_of(lane))
        around = _around(held, dirty, missing, rules["apart"])
        changed = {spot.claim: spot for spot in dirty}
        spots = {s.claim: s for s in self._exact(lane, held, around)} | {s.claim: s for s in dirty if s.sort == EXACT}
        spots = {
            claim: spot
            for claim, spot in spots.items()
            if claim not in changed or spot.sort == changed[claim].sort == EXACT
        }
        made = cores(spots.values(), rules["apart"])
        self.run |= {(lane, s.stretch) for s in dirty if s.stretch} | {
            (lane, stretch) for stretch, _ in missing if stretch
        }
        targets = {spot.claim: stretch.id for stretch, members in made for spot in members}
        before = {(s.id, s.first, s.last, s.kind != CORE) for ident, s in held.items() if ident in around}
        after = {(s.id, s.first, s.last, s.kind != CORE) for s, _ in made}
        moved = dict(spots)
        if before != after or any(s.sort != EXACT for s in dirty) or missing or any(lone for *_, lone in after):
            kept = [s for ident, s in held.items() if ident not in around and s.kind != SIDE]
            rest = {s.claim: s for s in self._rest(lane)}
            lone = {s.id: members[0] for s, members in made if s.kind == LONE} | self._lone(lane, kept)
            every, found = homes([*kept, *(s for s, _ in made)], lone, rest.values(), rules["near"], rules["apart"])
            moved |= rest | {spot.claim: spot for spot in lone.values()}
            targets |= found
            self._write_stretches(lane, held, every)
        moved |= {claim: spot for claim, spot in changed.items() if claim not in targets}
        self._move(lane, [(spot, targets.get(claim, "")) for claim, spot in sorted(moved.items())], changed)

    def _exact(self, lane: str, held: dict[str, Stretch], around: set[str]) -> list[Spot]:
        """The exact claims that make some stretches of a lane."""
        full = [ident for ident in sorted(around) if held[ident].kind == CORE]
        rows = self._db.execute(
            f"select {SPOT} from told where lane = ? and stretch in (select value from json_each(?)) and sort = {EXACT} and ending = ?",
            (lane, many(full), int(alone(lane))),
        ).fetchall()
        elsewhere = {ident for ident, stretch in held.items() if stretch.kind == HOSTED}
        return [_spot(row) for row in rows if row["claim"] not in elsewhere] + list(
            self._lone(lane, (held[ident] for ident in around)).values()
        )

    def _lone(self, lane: str, stretches: Iterable[Stretch]) -> dict[str, Spot]:
        """The claims of lone stretches, which have their ids; one that was taken out is not among them."""
        ids = many(sorted(s.id for s in stretches if s.kind in (LONE, HOSTED)))
        rows = self._db.execute(
            f"select {SPOT} from told where {IN_BLOCK} and claim in (select value from json_each(?)) and sort = {EXACT} and lane = ?",
            (*self._block, ids, lane),
        )
        return {row["claim"]: _spot(row) for row in rows}

    def _rest(self, lane: str) -> list[Spot]:
        """The claims of a lane that make no stretch of their own."""
        rows = self._db.execute(
            f"select {SPOT} from told where lane = ? and sort in (1, 2, 3) and ending = ?", (lane, int(alone(lane)))
        )
        return [_spot(row) for row in rows]

    def _write_stretches(self, lane: str, held: dict[str, Stretch], every: list[Stretch]) -> None:
        before, after = set(held.values()), set(every)
        self._db.executemany(
            "delete from stretch where lane = ? and id = ?",
            [(lane, s.id) for s in sorted(before - after, key=lambda s: s.id)],
        )
        self._db.executemany(
            "insert into stretch (lane, id, first, last, kind) values (?, ?, ?, ?, ?)",
            [(lane, s.id, s.first, s.last, s.kind) for s in sorted(after - before, key=lambda s: s.id)],
        )
        self._found[lane] = every
        if before == after:
            return
        self._changed.add(lane)
        for stretch in before ^ after:  # what ends a stretch's time is where the next begins
            self._run_at(lane, stretch.first - 1)
        self.run |= {(lane, s.id) for s in after - before}
        firsts = [min((s.first for s in group if s.kind != HOSTED), default=None) for group in (before, after)]
        if firsts[0] != firsts[1]:
            self._earlier[family_of(lane)] = (firsts[0], firsts[1])

    def _move(self, lane: str, moved: Iterable[tuple[Spot, str]], dirty: Iterable[str]) -> None:
        """Write under which stretch claims are now."""
        dirty = set(dirty)
        other = [(spot, stretch) for spot, stretch in moved if spot.stretch != stretch]
        self._db.executemany(
            f"update told set stretch = ? where {IN_BLOCK} and claim = ?",
            [(stretch, *self._block, spot.claim) for spot, stretch in other],
        )
        self.run |= {(lane, one) for spot, stretch in other for one in (spot.stretch, stretch) if one}
        self.lost |= {spot.claim for spot, stretch in other if not stretch}
        self.run |= {(lane, stretch) for spot, stretch in moved if stretch and spot.claim in dirty}

    # ends -------------------------------------------------------------------------------------------------------------
    def _choose(
        self, dirty: Sequence[sqlite3.Row], missing: dict[str, list[tuple[str, str]]], measures: set[str]
    ) -> dict[str, list[Spot]]:
        """Find the lanes of ends that changed, or of which the lane may be another now; those that are alone, by lane."""
        rows = {row["claim"]: row for row in self._again(measures)} | {row["claim"]: row for row in dirty}
        changed = {row["claim"] for row in dirty}
        apart: dict[str, list[Spot]] = defaultdict(list)
        for claim, row in sorted(rows.items()):
            lane = self._lane_of_end(row)
            if lane != row["lane"]:
                self._leave(row, missing)
                self.lost.add(claim)
                self._db.execute(f"update told set lane = ?, stretch = '' where {IN_BLOCK} and claim = ?", (lane, *self._block, claim))  # fmt: skip
            spot = (
                _spot(row)
                if lane == row["lane"]
                else Spot(claim, row["sort"], True, row["day"], row["until"], row["known"])
            )
            if lane == row["lane"] and claim not in changed:
                continue
            self._over(row)
            if alone(lane):
                apart[lane].append(spot)
            else:
                self._ends[lane].add(claim)
        return apart

    def _leave(self, row: sqlite3.Row, missing: dict[str, list[tuple[str, str]]]) -> None:
        if row["lane"] and alone(row["lane"]):
            missing[row["lane"]].append((row["stretch"], row["claim"]))
        elif row["stretch"]:
            self.run.add((row["lane"], row["stretch"]))

    def _again(self, measures: set[str]) -> list[sqlite3.Row]:
        """Ends whose lane hangs on when a lane begins, where that moved, or on measures that changed."""
        found: list[sqlite3.Row] = []
        if self._earlier:
            moved = [1 << 30 if day is None else day for days in self._earlier.values() for day in days]
            found += self._db.execute(
                f"{END} where {IN_BLOCK_T} and t.ending = 1 and t.day < ?", (*self._block, max(moved) - SOON)
            ).fetchall()
        for case in sorted({case_of(measure) for measure in measures}):
            found += self._db.execute(
                f"{END} where t.measure >= ? and t.measure < ? and t.measure != '' and {IN_BLOCK_T} and t.ending = 1",
                (case, case + "$", *self._block),
            ).fetchall()
        return found

    def _lane_of_end(self, row: sqlite3.Row) -> str:
        """The lane of what an end ends: of the register's measure that it names, else of the likeliest family that had begun."""
        listed = families(row["kind"], row["ends"])
        own = self._own(row["measure"]) if row["measure"] else {}
        lanes = [lane_of(self._block, family) for family in listed]
        named = next((lane for lane in lanes if lane in own), "")
        by_day = named or next((lane for lane in lanes if self._begun(lane) <= row["until"] + SOON), "")
        late = row["known"] - row["until"] > LATE
        by_news = by_day or next((lane for lane in lanes if late and self._begun(lane) <= row["known"] + SOON), "")
        return by_news or lane_of(self._block, row["kind"])

    def _begun(self, lane: str) -> int:
        return min((s.first for s in self.stretches(lane) if s.kind != HOSTED), default=1 << 40)

    def _own(self, measure: str) -> dict[str, str]:
        """Lane -> stretch of the claims that tell a register measure of the same case."""
        case = case_of(measure)
        rows = self._db.execute(
            "select lane, stretch from told where measure >= ? and measure < ? and measure != '' and ending = 0 and sort in (0, 1, 2)"
            f" and {IN_BLOCK}", (case, case + "$", *self._block),
        ).fetchall()  # fmt: skip
        first = {(lane, s.id): s.first for lane in {row[0] for row in rows} for s in self.stretches(lane)}
        held: dict[str, str] = {}
        for row in sorted(rows, key=lambda r: (first.get((r[0], r[1]), 0), r[1])):
            held.setdefault(row[0], row[1])
        return held

    def _over(self, row: sqlite3.Row) -> None:
        """What ended on a day holds apart what was told before it and after, in every lane it may have ended."""
        if is_over(row["kind"]):
            self.over(row["kind"], row["ends"], row["day"])

    def over(self, kind: str, ends: str, day: int) -> None:
        """Something ended, or ended no more, on a day."""
        for family in families(kind, ends):
            self._run_at(lane_of(self._block, family), day)

    def _run_at(self, lane: str, day: int) -> None:
        """Compute again what was the latest to have begun by a day."""
        begun = [s for s in self.stretches(lane) if s.kind != HOSTED and s.first <= day]
        self.run |= {(lane, s.id) for s in begun if s.first == begun[-1].first}

    def _attach(self, lane: str) -> None:
        """Give the ends of a lane to its stretches."""
        every = self.stretches(lane)
        rows = self._db.execute(f"{END} where t.lane = ? and t.ending = 1", (lane,)).fetchall()
        moved = []
        for row in rows:
            spot = _spot(row)
            own = self._own(row["measure"]).get(lane, "") if row["measure"] else ""
            moved.append((spot, "" if spot.sort == OUT else own or ended(every, spot)))
        self._move(lane, moved, self._ends.get(lane, ()))


def _around(
    held: dict[str, Stretch], dirty: Iterable[Spot], missing: Iterable[tuple[str, str]], apart: int
) -> set[str]:
    """Stretches of exact claims that the changed claims are, were or come near to, with the next on either side."""
    made = [s for s in held.values() if s.kind != SIDE]
    found = {name for spot in dirty for name in (spot.stretch, spot.claim)} | {
        name for pair in missing for name in pair
    }
    found &= {s.id for s in made}
    for spot in dirty:
        if spot.sort == EXACT:
            found |= {s.id for s in made if s.first <= spot.until + apart and s.last >= spot.day - apart}
    ordered = sorted(made, key=lambda s: (s.first, s.id))
    places = [place for place, s in enumerate(ordered) if s.id in found]
    if not places:
        return found
    low, high = _closed(ordered, min(places), max(places))
    low, high = _closed(ordered, max(0, low - 1), min(len(ordered) - 1, high + 1))
    return {s.id for s in ordered[low : high + 1]}


def _closed(ordered: Sequence[Stretch], low: int, high: int) -> tuple[int, int]:
    """A run of stretches with all that reach into it."""
    while True:
        first, last = ordered[low].first, max(s.last for s in ordered[low : high + 1])
        reaching = [place for place, s in enumerate(ordered) if s.first <= last and s.last >= first]
        wider = min(low, *reaching), max(high, *reaching)
        if wider == (low, high):
            return wider
        low, high = wider
