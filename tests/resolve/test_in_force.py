"""What was in force where on a day: one query, over real histories of the register and over made ones for the rare turns."""

from __future__ import annotations

import csv
import os
import sqlite3
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml

from claims import names
from errors import Unrecognised
from store.life import clusters
from tests.resolve.conftest import only_action, tell

ROOM = Path(__file__).parent.parent.parent
QUERY = (ROOM / "store" / "in_force.sql").read_text("utf-8")

# place, app, family of words in the kind, day, state on that day ("" not in force)
HISTORIES = [
    ("BR", "WhatsApp", "block", "2016-05-01", ""), ("BR", "WhatsApp", "block", "2016-05-02", "in_force"), ("BR", "WhatsApp", "block", "2016-05-03", ""),
    ("BR", "WhatsApp", "block", "2016-07-19", "in_force"), ("BR", "WhatsApp", "block", "2016-07-20", ""), ("GQ", "Facebook", "block", "2017-11-10", "in_force"),
    ("GQ", "Facebook", "block", "2017-11-11", ""), ("IR", "Telegram", "block", "2018-01-01", "in_force"), ("TD", "Viber", "block", "2019-07-12", "in_force"),
    ("TD", "Viber", "block", "2019-07-13", ""), ("RU", "Telegram", "block", "2019-06-01", "in_force"), ("RU", "Telegram", "block", "2020-06-18", ""),
    ("LK", "Facebook", "block", "2018-12-01", ""), ("LK", "Telegram", "block", "2019-04-25", "in_force"), ("US", "WeChat", "prohibition", "2021-06-08", "not_enforced"),
    ("US", "WeChat", "prohibition", "2021-06-10", ""), ("RU", "X", "throttling", "2021-12-01", "in_force"), ("RU", "X", "throttling", "2022-03-05", ""),
    ("RU", "X", "block", "2022-03-05", "in_force"), ("NG", "X", "block", "2021-06-04", ""), ("NG", "X", "block", "2021-06-05", "in_force"),
    ("NG", "X", "block", "2022-01-13", ""), ("UZ", "TikTok", "block", "2021-12-01", ""), ("UZ", "WeChat", "block", "2022-01-01", "in_force"),
    ("UZ", "WeChat", "block", "2022-09-01", "partly_lifted"), ("IR", "Instagram", "block", "2024-01-01", "in_force"), ("IR", "WhatsApp", "block", "2025-01-01", "partly_lifted"),
    ("EU", "TikTok", "device", "2023-03-14", ""), ("EU", "TikTok", "device", "2023-03-16", "in_force"), ("IT", "ChatGPT", "processing", "2023-04-15", "in_force"),
    ("IT", "ChatGPT", "processing", "2023-04-29", ""), ("US-MT", "TikTok", "law", "2024-02-01", ""), ("IQ", "Telegram", "block", "2023-08-10", "in_force"),
    ("IQ", "Telegram", "block", "2023-08-14", ""), ("PK", "X", "block", "2024-03-01", "in_force"), ("PK", "X", "block", "2025-05-07", ""),
    ("ES", "Telegram", "block", "2024-03-23", "in_force"), ("ES", "Telegram", "block", "2024-03-26", ""), ("NC", "TikTok", "block", "2024-05-20", "in_force"),
    ("NC", "TikTok", "block", "2024-05-30", ""), ("TR", "Instagram", "block", "2024-08-09", "in_force"), ("TR", "Instagram", "block", "2024-08-10", ""),
    ("NP", "TikTok", "block", "2024-01-01", "in_force"), ("NP", "TikTok", "block", "2024-09-06", ""), ("BR", "X", "block", "2024-09-15", "in_force"),
    ("BR", "X", "block", "2024-10-08", ""), ("UA", "Telegram", "device", "2024-09-19", ""), ("UA", "Telegram", "device", "2024-09-20", "in_force"),
    ("AL", "TikTok", "block", "2025-03-12", ""), ("AL", "TikTok", "block", "2025-12-01", "in_force"), ("AL", "TikTok", "block", "2026-02-05", ""),
    ("US", "TikTok", "law", "2025-01-18", ""), ("US", "TikTok", "law", "2025-01-19", "in_force"), ("US", "TikTok", "law", "2025-03-01", "not_enforced"),
    ("AU", "Kick", "age", "2025-12-09", ""), ("AU", "Kick", "age", "2025-12-10", "in_force"), ("NP", "X", "block", "2025-09-08", "in_force"),
    ("NP", "X", "block", "2025-09-09", ""), ("TW", "Xiaohongshu", "block", "2026-11-30", "in_force"), ("TW", "Xiaohongshu", "block", "2027-01-01", ""),
    ("MY", "Grok", "block", "2026-01-22", "in_force"), ("MY", "Grok", "block", "2026-01-23", ""), ("RU", "Telegram", "block", "2026-05-01", ""),
    ("RU", "WhatsApp", "block", "2026-03-01", "in_force"), ("CA", "TikTok", "divestiture", "2025-06-01", "in_force"), ("CA", "TikTok", "divestiture", "2026-02-01", ""),
]  # fmt: skip
WORDS = {"prohibition": "transaction_prohibition", "law": "legislation_in_force", "processing": "processing_ban", "age": "age_restriction", "divestiture": "divestiture_order",
         "device": "device_ban", "block": "nationwide_block", "throttling": "throttling"}  # fmt: skip


def states(db: sqlite3.Connection, place: str, app: str, kind: str, day: str) -> list[str]:
    rows = db.execute(QUERY, {"day": day}).fetchall()
    return sorted(
        r["state"]
        for r in rows
        if r["jurisdiction"] == place and f'"{app}"' in r["platforms"] and r["kind"] == WORDS[kind]
    )


@pytest.mark.parametrize(("place", "app", "kind", "day", "state"), HISTORIES, ids=lambda value: str(value))
def test_histories_of_the_register(
    curated: sqlite3.Connection, place: str, app: str, kind: str, day: str, state: str
) -> None:
    found = states(curated, place, app, kind, day)
    assert (state in found and found) if state else not found


def test_the_histories_are_thirty_and_more() -> None:
    assert len({history[:3] for history in HISTORIES}) >= 30


def test_the_question_ready_to_ask_is_this_query() -> None:
    asked = yaml.safe_load((ROOM / "datasette" / "metadata.yaml").read_text("utf-8"))["databases"]["tracker"]["queries"]
    body = "\n".join(line for line in QUERY.splitlines() if not line.startswith("--"))
    assert asked["in_force"]["sql"].split() == body.split()


def turning_days(db: sqlite3.Connection) -> list[str]:
    """Every day on which something begins or ends, and the day before."""
    found = db.execute(
        "select since from period union select until from period union select in_force_until from action"
    )
    days = [date.fromisoformat((row[0] + "-01-01")[:10]) for row in found if row[0]]
    return sorted({(day - timedelta(before)).isoformat() for day in days for before in (0, 1)})


def by_table(db: sqlite3.Connection, day: str) -> set[str]:
    rows = db.execute(
        "select distinct action from restriction where substr(in_force_from || '-01-01', 1, 10) <= ? and (in_force_until = '' or in_force_until > ?)",
        (day, day),
    )
    return {row[0] for row in rows}


def test_pages_and_query_tell_the_same_on_every_day_on_which_anything_turns(curated: sqlite3.Connection) -> None:
    days = turning_days(curated)
    assert len(days) > 200
    for day in days:
        assert {row["action"] for row in curated.execute(QUERY, {"day": day})} == by_table(curated, day), day


BLOCKED = {"access_block": ("nationwide_block", "partial_block"), "throttling": ("throttling",), "device_ban": ("device_ban", "recommendation"),
           "processing_ban": ("processing_ban",), "app_store_removal": ("app_store_removal",), "function_restriction": ("function_restriction",)}  # fmt: skip


def events() -> list[dict[str, str]]:
    """Rows of the list of events that are measures of access with a first day told to the day. Read from the list alone: what is
    in the register has no part in it."""
    path = Path(os.environ.get("BANWATCH_SHARED", "")) / "reference" / "events.csv"
    rows = list(csv.DictReader(path.open(encoding="utf-8"))) if path.is_file() else []
    return [row for row in rows if row["action_type"] in BLOCKED and len(row["effective_date"] or row["date"]) == 10]


def on_days(event: dict[str, str]) -> list[tuple[str, bool]]:
    """Days with whether the event's measure is in force on them: the day before the first, the first, and the last and the day of
    the end, or the day on which the list knows it in force."""
    first, end, state = event["effective_date"] or event["date"], event["lifted_date"], event["status_latest_known"]
    days = [(beside(first, -1), False), (first, True)]
    if len(end) == 10 and state == "lifted":
        days += [(max(first, beside(end, -1)), True), (max(end, beside(first, 1)), False)]
    if state == "in_force" and len(event["status_as_of"]) == 10:
        days.append((max(first, event["status_as_of"]), True))
    return days


def beside(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days)).isoformat()


def known_apps(event: dict[str, str]) -> list[str]:
    """The canonical names of the apps an event names; not "59 apps"."""
    found = []
    for written in event["platforms"].split(";"):
        with suppress(Unrecognised):
            found.append(names.platform(written).name)
    return found


@pytest.mark.skipif(not events(), reason="the list of events (events.csv below BANWATCH_SHARED) is not here")
def test_every_measure_of_the_list_of_events_is_in_force_from_its_first_day_until_its_end(
    curated: sqlite3.Connection,
) -> None:
    wrong, told = [], set()
    for event in events():
        for app in known_apps(event):
            for day, expected in on_days(event):
                found = curated.execute(QUERY, {"day": day}).fetchall()
                here = [
                    r
                    for r in found
                    if r["jurisdiction"] == event["jurisdiction_iso"]
                    and r["kind"] in BLOCKED[event["action_type"]]
                    and f'"{app}"' in r["platforms"]
                ]
                told.add(event["event_id"])
                if bool(here) != expected:
                    wrong.append((event["event_id"], app, day, expected))
    assert len(told) >= 80 and {one[0] for one in wrong} == set(OTHERWISE), wrong


# Where the register, for a reason the list's own notes give, says something else than the list's columns.
OTHERWISE = {
    "AL-2024-TT-ANN": "announced alone; the block was decided in March 2025",
    "BR-2024-X-BLOCK": "decided on 30 August 2024, in effect on the 31st",
    "EU-2023-EP-TT": "the Commission's own ban was in force before the Parliament's",
    "GA-2026-SM": "announced on 17 February 2026, the effect seen on the 18th",
    "IN-2020-APPS118": "seen as a removal from stores on 4 September 2020",
    "NP-2023-TT-BLOCK": "lifting decided on 22 August 2024, ordered on 6 September",
    "TW-2025-DEEPSEEK-BAN": "advised against on 31 January 2025, in one row with the ban",
    "UA-2024-TG-DEV": "decided on 19 September 2024, announced and in effect on the 20th",
    "VN-2025-TG": "ordered on 21 May 2025 with time until 2 June",
}


def test_rumours_are_never_in_force(curated: sqlite3.Connection) -> None:
    rumours = curated.execute("select * from claim where not occurred").fetchall()
    assert len(rumours) >= 4
    assert all(r["standing"] == "rumour" and r["action"] is None and r["development"] is None for r in rumours)


# turns that the register has no case of -------------------------------------------------------------------------------
def on(db: sqlite3.Connection, day: str) -> list[str]:
    return [row["state"] for row in db.execute(QUERY, {"day": day})]


def test_a_suspended_block_that_is_put_back_is_in_force_before_and_after(db: sqlite3.Connection) -> None:
    tell(db, "nationwide_block", ("2024-01-10", "effective"), told="2024-01-10")
    tell(db, "suspended", ("2024-02-01", "decided"), told="2024-02-01")
    tell(
        db,
        "nationwide_block",
        ("2024-01-10", "effective"),
        told="2024-03-05",
        by="second",
        state="in_force",
        state_on="2024-03-05",
    )
    row = only_action(db)
    assert (row["status"], row["as_of"]) == ("in_force", "2024-03-05")
    assert (on(db, "2024-01-20"), on(db, "2024-02-15"), on(db, "2024-03-06")) == (["in_force"], [], ["in_force"])


def test_a_term_that_ran_out_is_expired_once_anything_later_is_known(db: sqlite3.Connection) -> None:
    tell(db, "nationwide_block", ("2024-01-10", "effective"), ("2024-07-10", "scheduled_expiry"), told="2024-01-10")
    row = only_action(db)
    assert (row["status"], row["in_force_until"]) == ("in_force", "2024-07-10")
    tell(db, "nationwide_block", ("2024-01-10", "effective"), told="2024-08-01", by="second")
    assert only_action(db)["status"] == "expired"
    assert (on(db, "2024-07-09"), on(db, "2024-07-10")) == (["in_force"], [])


def test_an_extension_keeps_a_measure_beyond_its_term(db: sqlite3.Connection) -> None:
    tell(db, "nationwide_block", ("2024-01-10", "effective"), ("2024-07-10", "scheduled_expiry"), told="2024-01-10")
    tell(db, "extended", ("2024-07-01", "decided"), told="2024-07-01")
    assert only_action(db)["status"] == "in_force" and on(db, "2024-09-01") == ["in_force"]


def test_what_is_only_announced_is_presumed_and_what_is_ordered_counts_from_the_time_allowed(
    db: sqlite3.Connection,
) -> None:
    tell(db, "nationwide_block", ("2024-01-10", "ordered"), ("2024-01-20", "deadline"), told="2024-01-10")
    row = only_action(db)
    assert (row["status"], row["in_force_from"]) == ("ordered", "2024-01-20")
    assert [r["basis"] for r in db.execute(QUERY, {"day": "2024-02-01"})] == ["presumed"]


def test_what_was_seen_stands_beside_what_was_ordered(db: sqlite3.Connection) -> None:
    tell(db, "nationwide_block", ("2024-01-10", "effective"), told="2024-01-10")
    seen = tell(
        db,
        "nationwide_block",
        ("2024-05-01", "observed"),
        told="2024-05-02",
        by="prober",
        tier="measurement",
        de_facto="reachable",
    )
    row = only_action(db)
    assert (row["status"], row["de_facto"], row["de_facto_evidence"]) == ("in_force", "reachable", seen)


# one life, told step by step: after each claim, status and state on the day of the claim ------------------------------------------
LIFE = [  # kind, dates, day told, more, status, state in force ("" none)
    ("nationwide_block", [("2024-01-02", "announced")], "2024-01-02", {}, "announced", "in_force"),
    ("nationwide_block", [("2024-01-10", "ordered"), ("2024-01-20", "effective"), ("2025-01-20", "scheduled_expiry")], "2024-01-21", {"tier": "official"}, "in_force", "in_force"),
    ("nationwide_block", [("2024-02-10", "observed")], "2024-02-11", {"de_facto": "reachable", "tier": "measurement"}, "in_force", "in_force"),
    ("suspended", [("2024-03-01", "decided")], "2024-03-02", {"tier": "court"}, "suspended", ""),
    ("nationwide_block", [("2024-01-20", "effective")], "2024-04-05", {"state": "in_force", "state_on": "2024-04-05"}, "in_force", "in_force"),
    ("nationwide_block", [("2024-01-20", "effective")], "2024-05-01", {"state": "under_appeal", "state_on": "2024-05-01"}, "under_appeal", "in_force"),
    ("partly_lifted", [("2024-06-15", "lifted")], "2024-06-16", {}, "partly_lifted", "partly_lifted"),
    ("extended", [("2025-01-10", "decided"), ("2025-07-20", "scheduled_expiry")], "2025-01-25", {}, "partly_lifted", "partly_lifted"),
    ("restriction_lifted", [("2025-05-05", "lifted")], "2025-05-06", {}, "lifted", ""),
]  # fmt: skip


@pytest.mark.parametrize("backwards", [False, True])
def test_a_measure_that_is_announced_suspended_put_back_appealed_partly_lifted_extended_and_lifted(
    db: sqlite3.Connection, backwards: bool
) -> None:
    steps = list(enumerate(LIFE))
    if backwards:  # all at once, the last claim first: the same life in the end
        for number, (kind, dates, told, more, *_) in reversed(steps):
            tell(db, kind, *dates, told=told, by=f"desk{number}", **more)
        row = only_action(db)
    else:
        for number, (kind, dates, told, more, status, state) in steps:
            tell(db, kind, *dates, told=told, by=f"desk{number}", **more)
            row = only_action(db)
            assert (row["status"], row["as_of"], on(db, told)) == (status, told, [state] if state else []), number
    assert (row["status"], row["de_facto"], row["in_force_from"], row["in_force_until"]) == (
        "lifted",
        "reachable",
        "2024-01-20",
        "2025-05-05",
    )
    held = db.execute("select since, until, state from periods order by since").fetchall()
    assert [tuple(one) for one in held] == [
        ("2024-01-20", "2024-03-01", "in_force"), ("2024-03-01", "2024-04-05", "suspended"), ("2024-04-05", "2024-06-15", "in_force"),
        ("2024-06-15", "2025-05-05", "partly_lifted"),
    ]  # fmt: skip
    stages = {row[0] for row in db.execute("select stage from development")}
    assert stages == {
        "announced",
        "in_force",
        "ended",
        "appealed",
    }  # no expiry: the first term was extended, the second overtaken by the lift


@pytest.mark.parametrize(
    ("lifted", "told"), [("2025-03-02", False), ("2025-02", False), ("2025-03", True), ("2025-03-20", True), ("", True)]
)
def test_a_term_that_the_end_overtook_is_no_development(db: sqlite3.Connection, lifted: str, told: bool) -> None:
    tell(db, "nationwide_block", ("2025-02-20", "effective"), ("2025-03-13", "scheduled_expiry"), told="2025-02-21")
    by_term = tell(db, "nationwide_block", ("2025-03-13", "scheduled_expiry"), told="2025-02-22", by="late")
    if lifted:
        tell(db, "restriction_lifted", (lifted, "lifted"), told="2025-04-02")
    row = only_action(db)
    assert stages_told(db) - {"ended"} == ({"in_force", "expiry"} if told else {"in_force"})
    query = "select c.action, d.stage from claim c join development d on d.id = c.development where c.id = ?"
    assert tuple(db.execute(query, (by_term,)).fetchone()) == (row["id"], "expiry" if told else "in_force")


def test_a_deadline_that_the_end_overtook_is_no_development(db: sqlite3.Connection) -> None:
    tell(db, "divestiture_order", ("2024-03-13", "ordered"), ("2025-03-13", "deadline"), told="2024-03-14")
    assert (only_action(db), stages_told(db))[1] == {"decided", "deadline"}
    tell(db, "annulled", ("2025-01-05", "decided"), told="2025-01-06", tier="court")
    assert (only_action(db), stages_told(db))[1] == {"decided", "ended"}


def stages_told(db: sqlite3.Connection) -> set[str]:
    return {row[0] for row in db.execute("select stage from development")}


def test_a_block_that_a_court_annuls_is_over_from_that_day(db: sqlite3.Connection) -> None:
    tell(db, "nationwide_block", ("2024-01-10", "effective"), told="2024-01-10")
    tell(db, "annulled", ("2024-03-01", "decided"), told="2024-03-02", tier="court")
    assert only_action(db)["status"] == "annulled" and (on(db, "2024-02-28"), on(db, "2024-03-01")) == (
        ["in_force"],
        [],
    )


def test_what_the_law_says_and_what_is_seen_are_told_apart_after_a_lift_as_well(db: sqlite3.Connection) -> None:
    tell(db, "nationwide_block", ("2024-01-10", "effective"), told="2024-01-10")
    tell(db, "restriction_lifted", ("2024-03-01", "lifted"), told="2024-03-01", tier="official")
    tell(
        db,
        "nationwide_block",
        ("2024-03-20", "observed"),
        told="2024-03-21",
        by="prober",
        tier="measurement",
        de_facto="blocked",
    )
    row = only_action(db)
    assert (row["status"], row["de_facto"], on(db, "2024-03-20")) == ("lifted", "blocked", [])


def test_days_near_each_other_are_one_turn_and_one_without_a_day_stands_with_the_last() -> None:
    days = ["2024-06-01", "2024-03-10", "", "2024-01-01", "2024-02-01"]
    assert clusters(days, str) == [["2024-01-01", "2024-02-01", "2024-03-10"], ["2024-06-01", ""]]
    assert clusters(days[:2], str, apart=83) == [["2024-03-10", "2024-06-01"]]
