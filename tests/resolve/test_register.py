"""The register: every entry is sound and cites, conflicts are kept, and a file with a fault is refused by name."""

from __future__ import annotations

import csv
import json
import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from errors import BadConfiguration
from store import register
from store.database import key
from store.settle import settle
from tests.resolve.conftest import tell
from tests.resolve.tellings import NONE

ENTRY = """
recorded = "2026-11-24"
jurisdiction = "BR"

[[measure]]
id = "BR-TEST"

[[measure.event]]
id = "BR-TEST-BLOCK"
kind = "nationwide_block"
platforms = ["X"]
dates = [{ value = "2024-08-30", role = "decided", basis = "stated" }]
note = "A made entry."
cites = ["https://report.example/one"]
basis = "page read"
sure = "high"
"""


def loaded(folder: Path, text: str) -> list[dict[str, object]]:
    (folder / "actions").mkdir(exist_ok=True)
    (folder / "actions" / "br.toml").write_text(text)
    return register.entries(folder)


def test_the_register_holds_the_known_events_and_updates() -> None:
    rows = register.entries()
    own = [r for r in rows if r["confidence"] != register.SURE["low"]]
    assert len({r["measure"].partition("#")[0] for r in own if r["side"] == "government" and r["occurred"]}) == 110
    assert len([r for r in own if r["side"] == "platform"]) == 107
    assert len([r for r in own if r["side"] == "government"]) >= 144
    assert len({r["jurisdiction"] for r in own if r["side"] == "government"}) == 56


def test_every_entry_cites_and_none_has_a_quote() -> None:
    for row in register.entries():
        assert (
            row["quote"] == ""
            and row["start"] is None
            and row["page"] is None
            and row["basis"] in register.BASES
            and row["note"]
        )
        assert row["confidence"] == register.SURE["low"] or json.loads(row["cites"]), row["id"]


def test_curated_evidence_is_marked_in_the_view_of_quotes(curated: sqlite3.Connection) -> None:
    rows = curated.execute("select * from quotes").fetchall()
    assert rows and all(r["basis"] and r["note"] and not r["quote"] and r["page"] is None for r in rows)


SHARED = Path(os.environ.get("BANWATCH_SHARED", "")) / "reference"
WITH_LISTS = pytest.mark.skipif(
    not (SHARED / "events.csv").is_file(),
    reason="the lists of events and updates (reference below BANWATCH_SHARED) are not here",
)


def listed(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((SHARED / name).open(encoding="utf-8")))


def entry(rows: list[dict[str, Any]], ident: str) -> dict[str, Any]:
    return next(row for row in rows if row["id"] == key("claim", register.SOURCE, ident, ""))


@WITH_LISTS
def test_every_event_of_the_list_is_an_entry_that_cites_its_addresses() -> None:
    rows, events = register.entries(), listed("events.csv")
    assert (len(events), len({e["measure_id"] for e in events}), len({e["jurisdiction_iso"] for e in events})) == (
        144,
        110,
        56,
    )
    for event in events:
        row = entry(rows, event["event_id"])
        assert (row["measure"].partition("#")[0], row["jurisdiction"]) == (
            event["measure_id"],
            event["jurisdiction_iso"],
        )
        assert {event["source_url"], event["source2_url"]} - {""} <= set(json.loads(row["cites"])), event["event_id"]
        assert (row["basis"] == "dataset") == event["basis"].startswith("dataset"), event["event_id"]


@WITH_LISTS
def test_every_update_of_the_list_is_an_entry_that_cites_its_memo() -> None:
    rows, updates = register.entries(), listed("platform-updates.csv")
    assert len(updates) == 107
    for update in updates:
        row = entry(rows, update["slug"])
        assert update["memo_url"] in json.loads(row["cites"]), update["slug"]
        assert {day["value"] for day in json.loads(row["dates"])} & set(json.loads(update["dates"])), update["slug"]


ELSEWHERE = {
    "RU-2026-TG-THROTTLE": "RU-TG-BLOCK-RUMOUR-2026"
}  # what the note warns of is an entry under a measure of its own


@WITH_LISTS
def test_every_trap_of_the_list_is_a_claim_that_disagrees_or_a_rumour() -> None:
    rows = register.entries()
    traps = [event for event in listed("events.csv") if "Trap" in event["notes"]]
    assert len(traps) == 16
    for event in traps:
        measure = ELSEWHERE.get(event["event_id"], event["measure_id"])
        beside = [
            row
            for row in rows
            if row["measure"].partition("#")[0] == measure
            and (row["confidence"] == register.SURE["low"] or not row["occurred"])
        ]
        assert beside and all(row["note"] for row in beside), event["event_id"]


@WITH_LISTS
def test_a_loaded_register_shows_every_measure_of_the_list(curated: sqlite3.Connection) -> None:
    shown = {
        row[0].partition("#")[0] for row in curated.execute("select measure from action where side = 'government'")
    }
    assert {event["measure_id"] for event in listed("events.csv")} <= shown
    assert curated.execute("select count(*) from answers").fetchone()[0] + curated.execute(
        "select count(*) from claim where side = 'platform' and action is not null").fetchone()[0] >= 107  # fmt: skip


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (('kind = "nationwide_block"', 'kind = "nationwide_blok"'), "nationwide_blok"),
        (('platforms = ["X"]', 'platforms = ["Xx"]'), "Xx"),
        (('note = "A made', 'nota = "A made'), "near: note"),
        (('jurisdiction = "BR"', 'jurisdiction = "Brasilia Norte"'), "Brasilia Norte"),
        (('platforms = ["X"]', 'platforms = ["X"]\nauthority = "br-nobody"'), "br-nobody"),
        (('role = "decided"', 'role = "decreed"'), "decreed"),
        (('value = "2024-08-30"', 'value = "2024-13-30"'), "2024-13"),
        (('value = "2024-08-30"', 'value = "30/08/2024"'), "is no date"),
        (("https://report.example/one", "report.example"), "is no address"),
        (('cites = ["https://report.example/one"]', "cites = []"), "no address"),
        (('basis = "page read"', 'basis = "heard"'), "heard"),
        (('kind = "nationwide_block"', 'kind = "policy_terms_change"'), "none of the kinds of a government"),
        (('sure = "high"', 'sure = "high"\nscopes = ["everybody"]'), "everybody"),
        (('sure = "high"', 'sure = "high"\n[[measure.event.disagrees]]\nnote = "Who says so?"'), "names who"),
    ],
)  # fmt: skip
def test_a_fault_is_refused_by_name(tmp_path: Path, change: tuple[str, str], told: str) -> None:
    assert change[0] in ENTRY
    with pytest.raises(BadConfiguration, match=told) as error:
        loaded(tmp_path, ENTRY.replace(*change))
    assert "br.toml" in str(error.value)


def test_an_id_that_stands_twice_is_refused(tmp_path: Path) -> None:
    event = ENTRY[ENTRY.index("[[measure.event]]") :]
    with pytest.raises(BadConfiguration, match="twice"):
        loaded(tmp_path, ENTRY + event)


def test_a_corrected_entry_changes_the_row_and_keeps_its_ids(tmp_path: Path, db: sqlite3.Connection) -> None:
    def rows() -> list[tuple[str, ...]]:
        settle(db, NONE)
        return [
            tuple(r)
            for r in db.execute("select a.id, d.id, a.announced_on from action a join development d on d.action = a.id")
        ]

    loaded(tmp_path, ENTRY)
    register.load(db, tmp_path)
    (before,) = rows()
    loaded(tmp_path, ENTRY.replace("2024-08-30", "2024-08-31").replace("A made entry", "A corrected entry"))
    done = register.load(db, tmp_path)
    (after,) = rows()
    assert (done.added, done.changed, done.removed) == (0, 1, 0)
    assert after[:2] == before[:2] and (before[2], after[2]) == ("2024-08-30", "2024-08-31")


def test_an_action_known_before_the_register_named_it_keeps_its_old_address(
    tmp_path: Path, db: sqlite3.Connection
) -> None:
    tell(db, "nationwide_block", ("2024-08-30", "decided"), told="2024-08-30")
    settle(db, NONE)
    (old,) = [r[0] for r in db.execute("select id from action")]
    loaded(tmp_path, ENTRY)
    register.load(db, tmp_path)
    settle(db, NONE)
    (row,) = db.execute("select id, claims from action").fetchall()
    assert row["claims"] == 2 and db.execute("select action from alias where id = ?", (old,)).fetchone()[0] == row["id"]


TRAPS = [
    ("AU", "device_ban", "happened_on (decided)", "2025-02-04", "2025-01-04"), ("FR", "arrest", "happened_on (announced)", "2024-08-24", "2024-08-28"),
    ("TR", "nationwide_block", "happened_on (ended)", "2024-08-10", "2024-08-12"), ("CA", "divestiture_order", "happened_on (decided)", "2024-11", "2023-12"),
    ("VN", "nationwide_block", "authority_id", "vn-ministry-of-science-and-technology-of-vietnam", "vn-mic"), ("AU", "fine", "amount", "957780 AUD", "1000000 USD"),
    ("NP", "nationwide_block", "happened_on (decided)", "2025-09-04", "2025-09-05"), ("NP", "nationwide_block", "platforms blocked", "26", "23"),
    ("IN", "nationwide_block", "apps on the list", "118", "119"), ("UA", "device_ban", "binding", "disputed", "advisory"),
    ("ID", "nationwide_block", "happened_on (announced)", "2026-01-10", "2026-01-12"), ("KG", "nationwide_block", "happened_on (announced)", "2024-04-17", "2023"),
    ("IR", "nationwide_block", "happened_on (in_force)", "2022-09-21", "2022-10"), ("US", "device_ban", "happened_on (announced)", "2025-06-23", "2025-06-24"),
    ("DZ", "nationwide_block", "happened_on (announced)", "2025-09", "2025-09-16"),
]  # fmt: skip


@pytest.mark.parametrize(("place", "kind", "field", "shown", "value"), TRAPS)
def test_known_conflicts_between_sources_are_shown(
    curated: sqlite3.Connection, place: str, kind: str, field: str, shown: str, value: str
) -> None:
    rows = curated.execute(
        "select k.* from conflicts k join actions a on a.id = k.action where a.jurisdiction = ? and a.kind = ? and k.field = ? and k.value = ?",
        (place, kind, field, value),
    ).fetchall()
    assert [row["shown"] for row in rows] == [shown] and rows[0]["why"] and json.loads(rows[0]["claims"])


def test_the_case_of_telegrams_founder_is_one_with_five_steps(curated: sqlite3.Connection) -> None:
    (case,) = curated.execute("select * from cases where jurisdiction = 'FR' and kinds like '%arrest%'").fetchall()
    assert (
        set(json.loads(case["kinds"])) == {"investigation", "arrest", "charge", "supervision_changed"}
        and case["actions"] == 5
    )


def test_links_say_what_an_ending_ends(curated: sqlite3.Connection) -> None:
    rows = curated.execute("select distinct relation, basis from links").fetchall()
    assert {("lifts", "stated"), ("amends", "stated"), ("extends", "stated"), ("responds_to", "proposed")} <= {
        tuple(r) for r in rows
    }
