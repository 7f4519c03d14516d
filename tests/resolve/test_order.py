"""The same claims give the same tracker, whatever their order, in how many batches they come, and whatever came and went meanwhile."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from store import register, stretches
from store.database import open_tracker
from store.files import writing
from store.given import save_names
from store.places import drop_claim, mark_claim
from store.settle import settle
from tests.drawn import drawn
from tests.resolve.conftest import tell
from tests.resolve.tellings import NONE, Telling, save, tellings

PLACES = ("BR", "RU", "FR", "EU", "NP", "PK")
TOLD = [one for seed in (1, 2) for one in tellings(seed) if one.claim.jurisdiction in PLACES]
Rows = dict[str, list[tuple[object, ...]]]


@contextmanager
def tracker(folder: Path) -> Iterator[sqlite3.Connection]:
    with closing(open_tracker(folder / "tracker.db")) as db:
        yield db


def rows(db: sqlite3.Connection) -> Rows:
    tables = [
        r[0]
        for r in db.execute(
            "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' and name not like '%search%'"
        )
    ]
    found = {table: sorted(tuple(map(repr, row)) for row in db.execute(f"select * from {table}")) for table in tables}
    return found | {
        "search": sorted(
            tuple(map(repr, row))
            for row in db.execute(
                "select title, body, kind, item from search union all select title, body, kind, item from claim_search"
            )
        )
    }


BLANK: dict[bool, sqlite3.Connection] = {}


@contextmanager
def in_memory(folder: Path, curated: bool = False) -> Iterator[sqlite3.Connection]:
    """A tracker with the names, and the register if ``curated``, as a copy of one that is made once: most of the time of a small case
    would go into that."""
    if curated not in BLANK:
        BLANK[curated] = open_tracker(folder / f"blank-{curated}.db")
        (with_register if curated else save_names)(BLANK[curated])
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        BLANK[curated].backup(db)
        db.row_factory = BLANK[curated].row_factory
        yield db


def grown(folder: Path, told: list[Telling], batches: int, curated: bool = False) -> Rows:
    with in_memory(folder, curated) as db:
        size = -(-len(told) // batches)
        for begin in range(0, len(told), size):
            with writing(db):
                for one in told[begin : begin + size]:
                    save(db, one)
            settle(db, NONE)
        return rows(db)


def with_register(db: sqlite3.Connection) -> None:
    save_names(db)
    register.load(db)


@drawn(6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(TOLD), batches=st.integers(1, 9), size=st.integers(10, 160), curated=st.booleans())
def test_order_and_batches_do_not_matter(
    order: list[Telling], batches: int, size: int, curated: bool, tmp_path: Path
) -> None:
    some = order[:size]
    by_id = sorted(some, key=lambda one: one.text)
    one, other = grown(tmp_path, some, batches, curated), grown(tmp_path, by_id, 1, curated)
    for table in one:
        assert one[table] == other[table], table


@drawn(8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(TOLD), gone=st.integers(1, 40), size=st.integers(20, 120))
def test_claims_that_were_withdrawn_leave_no_trace(order: list[Telling], gone: int, size: int, tmp_path: Path) -> None:
    with in_memory(tmp_path) as db, in_memory(tmp_path) as other:
        for held, told in ((db, order[:size]), (other, order[:size])):
            with writing(held):
                claims = [save(held, one) for one in told]
        settle(db, NONE)
        for held in (db, other):
            with writing(held):
                for claim in claims[:gone]:
                    held.execute("update claim set standing = 'review' where id = ?", (claim,))
                    mark_claim(held, held.execute("select * from claim where id = ?", (claim,)).fetchone())
            settle(held, NONE)
        one, two = rows(db), rows(other)
        for table in one:
            assert one[table] == two[table], table


def test_an_entry_taken_out_of_the_register_goes(tmp_path: Path) -> None:
    with tracker(tmp_path) as db:
        save_names(db)
        settle(db, NONE)
        before = rows(db)
        register.load(db)
        settle(db, NONE)
        (tmp_path / "empty").mkdir()
        done = register.load(db, tmp_path / "empty")
        settle(db, NONE)
        assert done.removed > 250 and rows(db) == before


def test_a_second_load_of_the_register_does_nothing(tmp_path: Path) -> None:
    with tracker(tmp_path) as db:
        with_register(db)
        settle(db, NONE)
        before = rows(db)
        done = register.load(db)
        settle(db, NONE)
        assert (done.added, done.changed, done.removed) == (0, 0, 0) and rows(db) == before


# made claims: few apps, few kinds, days near each other, so that strands meet, part and share claims often, and so do stretches ------
APPS = ("Telegram", "X", "Facebook")
KINDS = (*["nationwide_block"] * 4, "restriction_lifted", "restriction_lifted", "throttling", "court_ruling", "suspended", "fine", "device_ban", "annulled", "investigation")  # fmt: skip
MORE: dict[str, list[dict[str, object]]] = {
    "fine": [{"amount": amount, "currency": "EUR"} for amount in ("", "100", "500")],
    "investigation": [{"authority_id": body} for body in ("", "gb-ofcom", "gb-ico")],
    "device_ban": [{"scopes": scopes} for scopes in ((), ("government",), ("schools",))],
}


@dataclass(frozen=True)
class Made:
    """A claim as it is drawn. ``day``: days after the first; ``exact``: letters of its date that are told; ``late``: days until it was
    published; ``then``: days until, or since, a second day that it tells; ``end``: review, superseded or dropped at last, "" if it stays."""

    apps: frozenset[str]
    kind: str
    day: int
    exact: int
    late: int
    role: str
    then: int
    pick: int
    end: str


made = st.builds(
    Made,
    st.frozensets(st.sampled_from(APPS), min_size=1, max_size=2),
    st.sampled_from(KINDS),
    st.one_of(st.integers(0, 60), st.integers(0, 400), st.sampled_from((0, 3, 25, 45, 80, 200, 420, 1200))),
    st.sampled_from((10, 10, 10, 10, 7, 4, 0)),
    st.sampled_from((0, 0, 1, 3, 25, 40, 200, 400)),
    st.sampled_from(("effective", "effective", "announced", "decided", "observed")),
    st.sampled_from((0, 0, 0, 0, 20, 90, 300, -90)),
    st.integers(0, 2),
    st.sampled_from(("", "", "", "", "review", "superseded", "dropped")),
)


def tell_made(db: sqlite3.Connection, number: int, one: Made) -> str:
    when = date(2021, 1, 5) + timedelta(days=one.day)
    role = "lifted" if one.kind == "restriction_lifted" else one.role
    dates = [(when.isoformat()[: one.exact], role)] if one.exact else []
    if one.then and one.exact == 10:
        dates.append(((when + timedelta(days=one.then)).isoformat(), "effective"))
    told, apps = (when + timedelta(days=one.late)).isoformat(), tuple(sorted(one.apps))
    return tell(
        db, one.kind, *dates, told=told, by=f"desk{number}", platforms=apps, **(MORE.get(one.kind, [{}] * 3)[one.pick])
    )


def take_away(db: sqlite3.Connection, claim: str, how: str) -> None:
    if how == "dropped":
        drop_claim(db, db.execute("select * from claim where id = ?", (claim,)).fetchone())
    elif how:
        db.execute("update claim set standing = ? where id = ?", (how, claim))
        mark_claim(db, db.execute("select * from claim where id = ?", (claim,)).fetchone())


def one_app(
    kinds: tuple[str, ...],
    days: st.SearchStrategy[int],
    exact: tuple[int, ...] = (10,),
    then: tuple[int, ...] = (0, 0, 0, 100),
) -> st.SearchStrategy[Made]:
    """Claims on one app, told for days that are drawn from few: they meet in one lane."""
    return st.builds(
        Made, st.just(frozenset({"Telegram"})), st.sampled_from(kinds), days, st.sampled_from(exact), st.sampled_from((0, 0, 100)),
        st.just("effective"), st.sampled_from((0, 0, 0, 100)), st.just(0), st.sampled_from(("", "", "dropped", "review")),
    )  # fmt: skip


def one_day(apps: tuple[str, ...]) -> st.SearchStrategy[Made]:
    """Claims of one kind and day on a few of ``apps``: strands that share claims, of weights near each other."""
    named = st.frozensets(st.sampled_from(apps), min_size=1, max_size=3)
    return st.builds(
        Made, named, st.just(BLOCK), st.just(0), st.just(10), st.just(0), st.just("effective"), st.just(0), st.just(0),
        st.sampled_from(("", "", "dropped", "review")),
    )  # fmt: skip


BLOCK, LIFTED = "nationwide_block", "restriction_lifted"
FULL = st.lists(one_app((BLOCK,), st.integers(0, 9).map(lambda n: n * 61)), min_size=5, max_size=12)
TURNS = st.lists(one_app((BLOCK, "throttling", LIFTED), st.integers(0, 9).map(lambda n: n * 7)), min_size=3, max_size=9)
LOOSE = st.lists(
    one_app((BLOCK, BLOCK, LIFTED), st.integers(0, 9).map(lambda n: n * 37), (10, 10, 7, 4, 0)), min_size=3, max_size=9
)
SHARED = st.lists(one_day(("Telegram", "X", "Facebook", "Viber")), min_size=4, max_size=12)


@pytest.mark.parametrize(
    ("lists", "examples"),
    [(st.lists(made, min_size=2, max_size=16), 25), (FULL, 15), (TURNS, 20), (LOOSE, 15), (SHARED, 20)],
    ids=["any", "full", "turns", "loose", "shared"],
)
def test_strands_and_stretches_that_meet_and_part_do_so_in_any_order(
    lists: st.SearchStrategy[list[Made]], examples: int, tmp_path: Path
) -> None:
    """One tracker takes the claims in a drawn order and settles at drawn moments, the other takes all at once, and what is taken
    away at last was never in it. ``kept`` is small, so that lanes are cut as only the fullest are."""

    @drawn(examples)
    @given(claims=lists, data=st.data(), kept=st.sampled_from((1, 2, 64)))
    def check(claims: list[Made], data: st.DataObject, kept: int) -> None:
        numbers = list(range(len(claims)))
        order = data.draw(st.permutations(numbers))
        pauses = data.draw(st.sets(st.sampled_from(numbers)))
        agree(claims, order, pauses, kept, tmp_path)

    check()


def agree(claims: list[Made], order: list[int], pauses: set[int], kept: int, folder: Path) -> None:
    with patch.object(stretches, "KEPT", kept), in_memory(folder) as db, in_memory(folder) as other:
        ids = {}
        for number in order:
            ids[number] = tell_made(db, number, claims[number])
            if number in pauses:
                settle(db, NONE)
        settle(db, NONE)
        for number in reversed(order):
            with writing(db):
                take_away(db, ids[number], claims[number].end)
            if number in pauses:
                settle(db, NONE)
        for number in sorted(order):
            if claims[number].end != "dropped":
                held = tell_made(other, number, claims[number])
                with writing(other):
                    take_away(other, held, claims[number].end)
        settle(db, NONE)
        settle(other, NONE)
        one_way, other_way = rows(db), rows(other)
        for table in one_way:
            assert one_way[table] == other_way[table], table


def told_of(
    day: int, kind: str = BLOCK, end: str = "", late: int = 0, exact: int = 10, then: int = 0, apps: str = "Telegram"
) -> Made:
    return Made(frozenset(apps.split()), kind, day, exact, late, "effective", then, 0, end)


LAST: dict[str, list[Made]] = {
    "a day beside one told": [told_of(0), told_of(10)],
    "a lift, which stands with the block, parts tellings of the throttling": [
        told_of(0), told_of(0, "throttling"), told_of(25, "throttling"), told_of(5, LIFTED),
    ],
    "where a stretch of a full lane begins, which ends count for one that reaches into it": [
        told_of(0), told_of(150, then=-140), told_of(105), told_of(108), told_of(103, LIFTED), told_of(100),
    ],
}  # fmt: skip


@pytest.mark.parametrize("claims", LAST.values(), ids=LAST)
@pytest.mark.parametrize("end", ["", "dropped", "review"])
@pytest.mark.parametrize("kept", [1, 64])
def test_what_comes_last_or_goes_again_moves_what_stood(
    claims: list[Made], end: str, kept: int, tmp_path: Path
) -> None:
    """What rarely is drawn: the last claim comes to, and goes from, a tracker that is settled."""
    order = list(range(len(claims)))
    agree([*claims[:-1], replace(claims[-1], end=end)], order, set(order), kept, tmp_path)


def test_a_day_that_comes_or_goes_moves_the_cuts_of_a_full_lane_beside_it(tmp_path: Path) -> None:
    """Found by drawing: a lane that is cut at two days told on either side hangs on the stretches next to the one that changed."""
    days = (60, 140, 145, 245, 345, 405)
    claims = [told_of(day, end="review" if day == 145 else "") for day in days]
    agree(claims, [5, 0, 4, 2, 1, 3], {0, 3, 4, 5}, 2, tmp_path)


def test_a_withdrawn_telling_that_others_tell_again_is_no_claim_of_their_development(tmp_path: Path) -> None:
    """Found by drawing: what was marked as withdrawn lends its development's id to the strand it comes back to, not its claim."""
    claims = [
        told_of(0, exact=0), told_of(0, end="review"), told_of(0, end="review"), told_of(0, end="superseded"),
        replace(told_of(1), role="observed"), told_of(0, LIFTED), told_of(0, LIFTED), told_of(32, end="review"),
    ]  # fmt: skip
    agree(claims, [0, 7, 1, 3, 4, 5, 6, 2], {1}, 1, tmp_path)


def test_a_claim_taken_back_and_told_again_under_another_keeps_nothing_of_its_withdrawal(tmp_path: Path) -> None:
    """Found by the test above: what was marked as withdrawn and then joined what others tell still named the mark."""
    told = [
        Made(frozenset({"Telegram", "Facebook"}), "throttling", 3, 10, 0, "effective", 0, 1, ""),
        Made(frozenset({"Facebook"}), "throttling", 211, 7, 40, "announced", 0, 1, "superseded"),
        Made(frozenset({"Facebook"}), "suspended", 280, 7, 25, "decided", 0, 0, ""),
        Made(frozenset({"X", "Facebook"}), "nationwide_block", 0, 0, 0, "effective", 0, 0, "superseded"),
    ]
    with tracker(tmp_path) as db:
        ids = {}
        for number in (2, 3, 0, 1):
            ids[number] = tell_made(db, number, told[number])
        settle(db, NONE)
        for number in (1, 0, 3, 2):
            with writing(db):
                take_away(db, ids[number], told[number].end)
            settle(db, NONE)
        gone = db.execute(
            "select c.development from claim c left join development d on d.id = c.development where c.development is not null and d.id is null"
        )
        assert not gone.fetchall()
