"""What has an address keeps it: ids of actions lead on when actions join or part, and no development is told a second time."""

from __future__ import annotations

import sqlite3
from itertools import groupby

from store.database import key
from store.files import writing
from store.settle import settle
from tests.resolve.conftest import tell
from tests.resolve.tellings import NONE, save, tellings

STAGES = ("announced", "decided", "in_force", "deadline", "expiry", "ended", "appealed")


def actions(db: sqlite3.Connection) -> set[str]:
    settle(db, NONE)
    return {row[0] for row in db.execute("select id from action")}


def leads_to(db: sqlite3.Connection, address: str) -> str:
    row = db.execute("select a.id from alias l join action a on a.id = l.action where l.id = ?", (address,)).fetchone()
    return str(row[0]) if row else ""


def developments(db: sqlite3.Connection) -> dict[str, str]:
    """Id -> stage of every development."""
    return {row[0]: row[1] for row in db.execute("select id, stage from development")}


def block(db: sqlite3.Connection, day: str, told: str, role: str = "effective", **more: object) -> str:
    return tell(db, "nationwide_block", (day, role), told=told, by=f"desk {told}", **more)


def test_two_actions_that_a_later_claim_joins_are_found_under_both_ids(db: sqlite3.Connection) -> None:
    block(db, "2024-01-10", "2024-01-10")
    block(db, "2024-02-25", "2024-02-25")
    before = actions(db)
    block(db, "2024-02-02", "2024-02-26")
    after = actions(db)
    assert len(before) == 2 and len(after) == 1
    assert {leads_to(db, address) for address in before} == after


def test_an_action_that_a_later_claim_parts_is_found_under_its_id_with_the_claim_that_told_it_first(
    db: sqlite3.Connection,
) -> None:
    block(db, "2024-01-10", "2024-01-10", "announced")
    late = block(db, "2024-03-05", "2024-03-05")
    (before,) = actions(db)
    tell(db, "restriction_lifted", ("2024-01-20", "lifted"), told="2024-01-20")
    after = actions(db)
    assert len(after) == 2 and leads_to(db, before) == before
    assert leads_to(db, key("action", late)) in after - {before}


def test_an_action_that_the_register_comes_to_know_is_found_under_its_old_id(db: sqlite3.Connection) -> None:
    claim = block(db, "2024-01-10", "2024-01-10")
    (before,) = actions(db)
    with writing(db):
        db.execute("update claim set measure = 'BR-TEST' where id = ?", (claim,))
        db.execute("update told set measure = 'BR-TEST' where claim = ?", (claim,))
        db.execute("insert or ignore into unsettled values ('claim', ?)", (f"government|BR|{claim}",))
    (after,) = actions(db)
    assert after != before and leads_to(db, before) == after


def test_a_case_has_the_id_of_its_first_step_whatever_comes_after(db: sqlite3.Connection) -> None:
    tell(db, "investigation", ("2024-01-10", "opened"), told="2024-01-10")
    actions(db)
    (before,) = {row[0] for row in db.execute('select "case" from actions')}
    tell(db, "fine", ("2024-06-10", "decided"), told="2024-06-10")
    actions(db)
    assert {row[0] for row in db.execute('select "case" from actions')} == {before}


def test_a_day_without_a_date_then_dated_is_one_development_under_one_id(db: sqlite3.Connection) -> None:
    tell(db, "nationwide_block", told="2024-01-10")
    actions(db)
    before = developments(db)
    block(db, "2024-01-10", "2024-01-12")
    actions(db)
    assert developments(db).keys() == before.keys()


def test_a_decision_that_is_also_announced_stays_one_development_under_one_id(db: sqlite3.Connection) -> None:
    block(db, "2024-01-12", "2024-01-12", "decided")
    actions(db)
    before = developments(db)
    block(db, "2024-01-10", "2024-01-13", "announced")
    actions(db)
    assert developments(db).keys() == before.keys()


def test_nothing_is_told_twice_while_reports_come_in_as_they_are_published(db: sqlite3.Connection) -> None:
    """A development that is new is new by a claim that came with it. One that is not can only be a part of one that was told."""
    told = sorted(
        (one for one in tellings(1) if one.claim.jurisdiction in ("BR", "FR", "NP", "US")),
        key=lambda one: (one.published, one.text),
    )
    seen: set[str] = set()
    again = []
    for day, reports in groupby(told, key=lambda one: one.published[:7]):
        with writing(db):
            claims = [save(db, one) for one in reports]
        settle(db, NONE)
        fresh = {key("development", claim, stage) for claim in claims for stage in STAGES}
        now = set(developments(db))
        again += [(day, ident) for ident in sorted(now - seen - fresh)]
        seen |= now
    assert len(seen) > 30 and len(again) <= 1
