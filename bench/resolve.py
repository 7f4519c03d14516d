"""What it costs to resolve claims, and to resolve one more: made claims into a fresh tracker, settled as a whole, then one by one.

python bench/resolve.py [--claims 10000] [--more 100] [--seed 1] [--front]

Actions are spread over eleven years, all apps and all countries, by rank as names are in life (1 in 2, 3, 4 ...): the front app and the front
country each have a tenth of everything, so the fullest block (one app in one country) a hundredth: ten thousand of a million. With
--front a fifth of everything is one block. An action is told once to eighty times, ten times in the mean: three in four tellings give
the right day, the others a day near it, the month, the year, another year or none; one in ten is published long after; two in five
measures are ended. Prints one line of figures; processor time is that of this process.
"""

from __future__ import annotations

import argparse
import json
import resource
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from itertools import accumulate, count, islice
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.fill import BATCH, SCOPES, World
from records import Claim, When
from store.claim import claim_columns, save_claim
from store.database import key, many, open_tracker
from store.files import writing
from store.given import save_names
from store.kinds import kinds
from store.settle import settle
from store.walk import Rereader

TOLD, OFTEN = (
    (1, 2, 5, 12, 30, 80),
    (30, 25, 20, 12, 9, 4),
)  # tellings of an action, and how many actions of a hundred have so many
NONE = Rereader(lambda source, day: -1, lambda page, source, day: (), lambda source, day: False)
Row = dict[str, Any]


class Spread(World):
    """Names of which the first comes twice as often as the third, not half of the time."""

    def one(self, names: list[str]) -> str:
        return self.dice.choices(names, cum_weights=_ranks(len(names)))[0]


@cache
def _ranks(count: int) -> list[float]:
    return list(accumulate(1 / (rank + 2) for rank in range(count)))


def made(world: World) -> Iterator[Row]:
    """Rows of claims without end, those of one action after another."""
    for number in count():
        yield from _action(world, number)


def _action(world: World, number: int) -> Iterator[Row]:
    dice = world.dice
    kind = dice.choice(world.measures if dice.random() < 0.75 else world.others)
    platforms = tuple(dict.fromkeys(world.one(world.platforms) for _ in range(1 + (dice.random() < 0.1))))
    place, day = world.one(world.places), world.day()
    ended = day + timedelta(dice.randrange(3, 900)) if kind in world.measures and dice.random() < 0.4 else None
    scopes = (dice.choice(SCOPES),) if kinds()[kind]["family"] == "device" else ()
    for n in range(dice.choices(TOLD, OFTEN)[0]):
        over = ended is not None and n % 4 == 3
        on = ended if over and ended else day
        role = "lifted" if over else "effective" if kind in world.measures else "decided"
        told = on + timedelta(dice.randint(150, 900) if dice.random() < 0.1 else dice.randint(0, 4))
        yield _claim(
            number, n, "restriction_lifted" if over else kind, platforms, place, _when(dice, on, role), scopes, told
        )


def _when(dice: Any, day: date, role: str) -> tuple[When, ...]:
    luck = dice.random()
    if luck < 0.06:
        return ()
    if luck < 0.11:
        return (When(str(day)[:7], "month", role, "stated"),)
    if luck < 0.13:
        return (When(str(day)[:4], "year", role, "stated"),)
    off = dice.choice((-365, 365)) if luck < 0.15 else dice.choice((-6, -2, -1, 1, 4, 9)) if luck < 0.25 else 0
    return (When(str(day + timedelta(off)), "day", role, "stated"),)


def _claim(number: int, n: int, kind: str, platforms: tuple[str, ...], place: str, dates: tuple[When, ...], scopes: tuple[str, ...], told: date) -> Row:  # fmt: skip
    claim = Claim(kind, platforms, "", 0, 0, 0.8, jurisdiction=place, dates=dates, scopes=scopes)
    source = f"bench-{(number * 7 + n) % 200}"
    return claim_columns(claim) | {
        "id": key("claim", number, n), "article": None, "page": None, "source": source, "url": f"https://{source}.invalid/{number}/{n}", "start": None,
        "end": None, "tier": "news", "seen_at": f"{told}T08:00:00+00:00", "baseline": 0, "measure": "", "rank": "published", "standing": "published",
    }  # fmt: skip


def fill(db: sqlite3.Connection, rows: Iterator[Row]) -> int:
    """Save all rows, in transactions of BATCH; returns how many."""
    done = 0
    while batch := list(islice(rows, BATCH)):
        with writing(db):
            for row in batch:
                save_claim(db, row)
        done += len(batch)
    return done


def fullest(db: sqlite3.Connection) -> tuple[str, str, int]:
    """(place, app, claims) of the fullest block."""
    row = db.execute(
        "select jurisdiction, platform, count(*) as claims from told group by side, jurisdiction, platform order by claims desc limit 1"
    ).fetchone()
    return row[0], row[1], row[2]


def one_by_one(db: sqlite3.Connection, rows: list[Row]) -> list[float]:
    """Milliseconds of processor time that each claim takes to save and settle."""
    found = []
    for row in rows:
        begun = time.process_time()
        with writing(db):
            save_claim(db, row)
        settle(db, NONE)
        found.append((time.process_time() - begun) * 1000)
    return found


def _figures(took: list[float]) -> Row:
    return {
        "median": round(statistics.median(took), 2),
        "mean": round(statistics.mean(took), 2),
        "worst": round(max(took), 1),
    }


def measured(claims: int, more: int, seed: int, front: bool, folder: Path) -> Row:
    db = open_tracker(folder / "tracker.db")
    save_names(db)
    rows = made((World if front else Spread)(db, seed))
    begun = time.process_time()
    fill(db, islice(rows, claims))
    saved = time.process_time()
    settle(db, NONE)
    settled = time.process_time()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    place, app, size = fullest(db)
    drawn = one_by_one(db, list(islice(rows, 0, 20 * more, 20)))
    hot = (dict(row, platforms=many([app]), jurisdiction=place) for row in islice(rows, 0, None, 20))
    full = one_by_one(db, list(islice(hot, more)))
    return {
        "claims": claims, "actions": db.execute("select count(*) from action").fetchone()[0], "save_ms": round((saved - begun) * 1000 / claims, 3),
        "settle_ms": round((settled - saved) * 1000 / claims, 3), "memory_mb": memory, "fullest_block": size, "one_more_ms": _figures(drawn),
        "one_more_in_fullest_ms": _figures(full), "tracker_mb": (folder / "tracker.db").stat().st_size >> 20,
    }  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, number in (("claims", 10_000), ("more", 100), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=number)
    parser.add_argument("--front", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-resolve-") as folder:
        print(json.dumps(measured(asked.claims, asked.more, asked.seed, asked.front, Path(folder))))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
