"""What becomes of a document is told once it has lasted, once, whatever the order in which it came: gone, back, moved, its language lost."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.archive import Archive
from store.captures import STILL
from store.door import Door
from store.rebuild import rebuild
from store.sightings import MOVED
from tests.drawn import drawn
from tests.store.conftest import BEGIN, SOURCES, page, read, rows, store

ROOT = Path(__file__).parents[2]
RULES = "\n\n".join(f"Rule {word}: the service treats {word} with care and tells you whom to ask about {word}." for word in "accounts messages groups photographs calls stickers payments".split())  # fmt: skip
OLD = f"{RULES}\n\nWe keep your telephone number for 6 months."
CANARY = f"{RULES}\n\nAs of this day we have never received a national security letter or any other secret order."
NEWS = (
    "The city council met on Tuesday to discuss the new tram line, the harbour bridge, and the opening hours of swimming pools. "
    * 6
)
FRENCH = "\n\n".join(f"Règle {word} : le service traite {word} avec soin et vous dit à qui vous adresser pour les questions sur {word} dans votre pays." for word in "comptes messages groupes photographies appels autocollants paiements".split())  # fmt: skip
SOURCE = SOURCES["policy"]
Step = tuple[int, str]  # day; a text, or what was found instead: "404", "410", "503", "home", "moved <address>"


def keep(archive: Archive, day: int, what: str) -> int:
    at, run = BEGIN + timedelta(days=day), f"run {day}"
    if what in {"404", "410", "503"}:
        return archive.missed(
            SOURCE.id, "policy", SOURCE.url, SOURCE.url, at, run, "fail", f"http-{what}", f"the server answered {what}", int(what),
        )  # fmt: skip
    if what == "home":
        front = replace(page("policy", "Welcome", day), url="https://t.example/")
        return archive.keep(front, run, "quarantine", "moved-home", "leads to the home page")
    if what.startswith("moved "):
        address, _, text = what.removeprefix("moved ").partition(" ")
        headers = ((MOVED, address), ("content-type", "text/plain"))
        return archive.keep(replace(page("policy", text, day), url=address, headers=headers), run)
    return archive.keep(page("policy", what, day), run)


def told(folder: Path, steps: list[Step], together: bool = False) -> list[dict[str, str]]:
    """Developments beside "now tracking", as an increment gives them; a rebuild must give the same."""
    with store(folder) as (archive, door):
        for day, what in steps:
            door.take(keep(archive, day, what))
            if not together:
                door.settle()
        door.settle()
        found = door.db.execute(
            "select d.stage, d.title, d.summary, d.kind, d.topics, d.happened_on, d.published_at, o.state from development d join document o"
            " on o.id = d.document where d.kind != 'now_tracking' order by d.published_at, d.id"
        ).fetchall()  # fmt: skip
        before = rows(door)
        rebuild(archive, folder / "again" / "tracker.db", read, lambda door: None)
        with Door(folder / "again" / "tracker.db", archive, read) as again:
            after = rows(again)
        assert {name: rows_ for name, rows_ in after.items() if before[name] != rows_} == {}
    return [dict(row) for row in found]


@pytest.mark.parametrize("found", ["404", "410", "home"])
def test_a_document_that_is_gone_for_long_is_told_once(tmp_path: Path, found: str) -> None:
    steps = [(0, OLD), (7, OLD), *((day, found) for day in (8, 15, 21, 22, 29, 60))]
    (gone,) = told(tmp_path, steps)
    assert (gone["stage"], gone["title"], gone["state"]) == ("vanished", "Telegram: Privacy Policy is gone", "vanished")
    assert (gone["happened_on"], gone["published_at"][:10]) == ("2024-09-09", "2024-09-23")
    assert "since 9 September 2024" in gone["summary"] and "last seen there on 8 September 2024" in gone["summary"]


@pytest.mark.parametrize(
    "steps",
    [
        [(0, OLD), (1, "404"), (2, "404"), (3, "404"), (9, "404")],  # not yet
        [(0, OLD), (1, "404"), (20, "404"), (21, OLD), (22, "404"), (40, OLD)],  # twice, never long
        [
            (0, OLD),
            (1, "503"),
            (20, "503"),
            (40, "503"),
            (60, "503"),
        ],  # a server that is down says nothing of the document
        [(0, "404"), (20, "404"), (40, "404"), (60, OLD)],  # it was never there
        [(0, OLD), (1, "BROKEN"), (20, "BROKEN"), (40, "BROKEN")],  # our selector fails
        [(0, OLD), (1, "Log in to continue. Forgot your password?"), (9, OLD)],
    ],
)
def test_what_does_not_last_or_says_nothing_of_the_document_is_not_told(tmp_path: Path, steps: list[Step]) -> None:
    assert told(tmp_path, steps) == []


def test_a_document_that_comes_back_is_told_with_how_long_it_was_gone(tmp_path: Path) -> None:
    gone, back = told(tmp_path, [(0, OLD), (1, "404"), (8, "404"), (15, "404"), (50, OLD), (51, OLD)])
    assert (gone["stage"], back["stage"], back["state"]) == ("vanished", "returned", "followed")
    assert "after 50 days" in back["summary"] and back["published_at"][:10] == "2024-10-21"


def test_another_text_for_long_is_the_end_of_the_document(tmp_path: Path) -> None:
    (gone,) = told(tmp_path, [(0, OLD * 3), *((day, NEWS) for day in (5, 12, 20, 36, 50))])
    assert gone["stage"] == "vanished" and gone["summary"].startswith("Another text stands in its place")


def test_an_address_that_moved_for_good_is_told_once(tmp_path: Path) -> None:
    there = f"moved https://t.example/legal/privacy {OLD}"
    (moved,) = told(tmp_path, [(0, OLD), (1, there), (2, there), (9, OLD), (10, there)])
    assert moved["stage"] == "moved" and "https://t.example/legal/privacy" in moved["summary"]
    assert "it was at https://t.example/privacy" in moved["summary"] and moved["published_at"][:10] == "2024-09-02"


@pytest.mark.parametrize(
    "address", ["http://t.example/privacy", "https://www.t.example/privacy/", "https://t.example/privacy#top"]
)
def test_an_address_written_otherwise_is_no_move(tmp_path: Path, address: str) -> None:
    assert told(tmp_path, [(0, OLD), (1, f"moved {address} {OLD}")]) == []


def test_a_language_that_is_lost_is_told(tmp_path: Path) -> None:
    (lost,) = told(tmp_path, [(0, OLD), *((day, FRENCH) for day in (10, 20, 41, 60))])
    assert (lost["stage"], lost["title"]) == ("language_lost", "Telegram: Privacy Policy is no longer shown in English")


def test_a_warrant_canary_that_falls_silent_is_told_as_what_it_is(tmp_path: Path) -> None:
    (gone,) = told(tmp_path, [(0, CANARY), (30, RULES)])
    assert (gone["stage"], gone["kind"]) == ("canary_removed", "policy_law_enforcement_disclosure")
    assert gone["title"] == "Telegram: warrant canary gone from Privacy Policy"
    assert (
        gone["summary"] == "As of this day we have never received a national security letter or any other secret order."
    )
    assert {"transparency_report", "law_enforcement_disclosure"} <= set(json.loads(gone["topics"]))


def test_a_warrant_canary_with_a_new_day_still_sings(tmp_path: Path) -> None:
    found = told(tmp_path, [(0, CANARY), (30, CANARY.replace("As of this day", "As of 1 October 2024"))])
    assert "canary_removed" not in [row["stage"] for row in found]


def test_a_warrant_canary_that_goes_with_its_page_is_named(tmp_path: Path) -> None:
    (gone,) = told(tmp_path, [(0, CANARY), (10, "410"), (20, "410"), (30, "410")])
    assert (
        gone["title"].endswith("is gone, and with it its warrant canary")
        and "national security letter" in gone["summary"]
    )
    assert "transparency_report" in gone["topics"]


def singing(day: str, more: str = "") -> str:
    """A page with a warrant canary of a day."""
    return f"{RULES}\n\nOur warrant canary. As of {day} we have never received a national security letter or any other secret order.\n\n{more}"


RENEWED = [(0, singing("1 September 2024")), (30, singing("1 October 2024")), (61, singing("1 November 2024"))]


def test_a_warrant_canary_that_is_not_renewed_is_told_once_when_it_is_overdue(tmp_path: Path) -> None:
    (lapsed,) = told(tmp_path, [*RENEWED, *((day, RENEWED[-1][1]) for day in (70, 100, 121, 123, 130, 160))])
    assert (lapsed["stage"], lapsed["title"]) == (
        "canary_lapsed",
        "Telegram: Privacy Policy: warrant canary not renewed",
    )
    assert (lapsed["happened_on"], lapsed["published_at"][:10]) == ("2024-12-01", "2025-01-02")
    assert "of 1 November 2024" in lapsed["summary"] and "national security letter" in lapsed["summary"]
    assert (lapsed["kind"], lapsed["state"]) == ("policy_law_enforcement_disclosure", "followed")


def test_a_warrant_canary_that_is_made_anew_after_a_lapse_is_told_with_the_days_between(tmp_path: Path) -> None:
    steps = [*RENEWED, (130, RENEWED[-1][1]), (200, singing("15 March 2025")), (201, singing("15 March 2025"))]
    lapsed, renewed = told(tmp_path, steps)
    assert (lapsed["stage"], renewed["stage"]) == ("canary_lapsed", "canary_renewed")
    assert renewed["title"] == "Telegram: Privacy Policy: warrant canary renewed after 134 days"
    assert (renewed["happened_on"], renewed["published_at"][:10]) == ("2025-03-15", "2025-03-20")
    assert "of 15 March 2025; the one before was of 1 November 2024" in renewed["summary"]
    assert "It says: “Our warrant canary" in renewed["summary"] or "It says: “As of 15 March" in renewed["summary"]
    assert renewed["kind"] == "policy_law_enforcement_disclosure"


def test_one_that_lapses_twice_is_told_twice_and_renewed_in_between(tmp_path: Path) -> None:
    late = singing("15 March 2025")
    found = told(tmp_path, [*RENEWED, (130, RENEWED[-1][1]), (200, late), (400, late)])
    assert [row["stage"] for row in found] == ["canary_lapsed", "canary_renewed", "canary_lapsed"]


def test_one_that_says_how_often_it_is_renewed_lapses_without_a_history(tmp_path: Path) -> None:
    page = singing("1 September 2024", "This statement is updated every month.")
    (lapsed,) = told(tmp_path, [(day, page) for day in (0, 30, 60, 70, 90)])
    assert (lapsed["stage"], lapsed["published_at"][:10]) == ("canary_lapsed", "2024-11-10")


@pytest.mark.parametrize(
    "steps",
    [
        [*RENEWED, (92, singing("1 December 2024")), (123, singing("1 January 2025"))],  # it was renewed every time
        [*RENEWED, (100, RENEWED[-1][1])],  # late, but not yet overdue
        [(day, CANARY + " This is our canary.") for day in (0, 100, 400)],  # it gives no day
        [(day, singing("1 September 2024")) for day in (0, 100, 400)],  # nothing says that it is ever renewed
    ],
)
def test_a_warrant_canary_that_still_sings_is_not_told_to_have_lapsed(tmp_path: Path, steps: list[Step]) -> None:
    assert "canary_lapsed" not in [row["stage"] for row in told(tmp_path, steps)]


def test_a_document_of_which_only_a_part_is_left_is_told_as_shortened(tmp_path: Path) -> None:
    whole, part = f"{OLD}\n\n{CANARY}\n\n{NEWS}", "\n\n".join(RULES.split("\n\n")[:3])
    (cut,) = told(tmp_path, [(0, whole), *((day, part) for day in (5, 12, 20, 36, 50))])
    assert (cut["stage"], cut["published_at"][:10]) == ("shortened", "2024-10-07")
    assert cut["title"] == "Telegram: Privacy Policy: most of the text is gone, and with it its warrant canary"
    assert cut["summary"].startswith("Only a part of its text is left since 6 September 2024")


def test_a_document_behind_a_login_is_told_as_no_longer_public(tmp_path: Path) -> None:
    wall = "Log in to continue. Forgot your password? Create an account to read on."
    found = told(tmp_path, [(0, OLD), *((day, wall) for day in (5, 12, 20, 36, 50)), (60, OLD)])
    assert [row["stage"] for row in found] == ["walled", "returned"]
    assert (found[0]["title"], found[0]["published_at"][:10]) == (
        "Telegram: Privacy Policy is no longer public",
        "2024-10-07",
    )


@pytest.mark.parametrize("part", [RULES.split("\n\n")[0], "Log in to continue. Forgot your password?"])
def test_a_part_or_a_wall_that_comes_and_goes_is_not_told(tmp_path: Path, part: str) -> None:
    assert told(tmp_path, [(0, OLD), (5, part), (12, part), (20, OLD), (40, part), (41, part), (60, OLD)]) == []


def test_a_roll_back_that_the_document_states_is_told_at_once(tmp_path: Path) -> None:
    new = OLD.replace("6 months", "18 months and share it with our partners")
    said = f"We heard you: we have withdrawn the changes of last week, and our earlier policy applies again.\n\n{OLD}"
    found = told(tmp_path, [(0, OLD), (5, new), (9, said)])
    assert [row["stage"] for row in found] == ["changed", "rolled_back"]
    assert found[1]["title"].startswith("Telegram: Privacy Policy rolled back")


PARTS = st.sampled_from(
    [OLD, CANARY, *(text for _, text in RENEWED), FRENCH, "404", "home", f"moved https://t.example/p {OLD}", NEWS]
)


@drawn(8)
@given(st.lists(st.tuples(st.integers(0, 90), PARTS), min_size=2, max_size=8, unique_by=lambda step: step[0]))
def test_any_order_of_arrival_gives_the_same_turns(tmp_path_factory: pytest.TempPathFactory, steps: list[Step]) -> None:
    one = told(tmp_path_factory.mktemp("a"), sorted(steps))
    other = told(tmp_path_factory.mktemp("b"), steps, together=True)
    assert one == other


def test_a_capture_of_a_text_that_stands_goes_through_no_text() -> None:
    db = sqlite3.connect(":memory:")
    db.executescript((ROOT / "store" / "tables.sql").read_text(encoding="utf-8"))
    plan = [row[3] for row in db.execute(f"explain query plan {STILL}", ("", ""))]
    assert any("version_sings" in line for line in plan) and not any("SCAN" in line for line in plan), plan
