"""The invariants of the design that the store answers for: archive first, rebuild equals increment, again is nothing, quote is
proof, refuse and do not guess, one bad source hurts no other."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errors import BadStore
from store.archive import Archive
from store.door import Door
from store.rebuild import catch_up, rebuild
from tests.drawn import drawn
from tests.store.conftest import SOURCES, full_disk, page, read, rows, store

BEFORE = "8.3 Law enforcement\n\nIf we receive a court order that confirms you are a terror suspect, we may disclose your IP address and phone number."
AFTER = (
    "8.3 Law enforcement\n\nIf we receive a valid order from judicial authorities that confirms you are a suspect in a case of criminal "
    "activity against our terms, we may disclose your IP address and phone number to them."
)
BAN = (
    "Ukraine bans Telegram on official devices\n\nUkraine's National Coordination Centre for Cybersecurity has banned the use of "
    "Telegram on devices of government agencies, the military and critical infrastructure on 19 September 2024, citing national security."
)
BLOCK = "Brazil blocks X\n\nBrazil's Supreme Federal Court ordered the nationwide blocking of X on 30 August 2024."
TEXTS = {
    "policy": [BEFORE, AFTER, BEFORE + " ", "BROKEN"],
    "news": [BAN, BLOCK, "Quiet day\n\nNothing happened."],
    "second": [BAN, BLOCK],
}


def take_all(archive: Archive, door: Door) -> None:
    for seq in list(door.pending()):
        door.take(seq)
    door.settle()


def test_no_page_is_read_that_is_not_kept(opened: tuple[Archive, Door]) -> None:
    _, door = opened
    with pytest.raises(BadStore):
        door.take(1)


def test_every_quote_stands_verbatim_at_its_offsets(opened: tuple[Archive, Door]) -> None:
    archive, door = opened
    for name in ("news", "second"):
        for number, text in enumerate(TEXTS[name]):
            archive.keep(page(name, text, number, f"https://{name}.example/{number}"), "r")
    take_all(archive, door)
    found = door.db.execute(
        'select c.quote, c.start, c."end", a.text, c.page from claim c join article a on a.id = c.article'
    ).fetchall()
    assert len(found) >= 4
    for quote, start, end, text, held in found:
        assert text[start:end] == quote and quote
        assert door.db.execute("select 1 from sighting where page = ?", (held,)).fetchone()


def test_one_ban_told_twice_is_one_action_with_two_claims(opened: tuple[Archive, Door]) -> None:
    archive, door = opened
    archive.keep(page("news", BAN), "r")
    archive.keep(page("second", BAN.replace("has banned", "on Thursday banned"), 1), "r")
    take_all(archive, door)
    found = door.db.execute("select kind, jurisdiction, claims, status, authority_id from actions").fetchall()
    assert [(r["kind"], r["jurisdiction"], r["claims"]) for r in found] == [("device_ban", "UA", 2)]


def test_the_same_again_adds_nothing(opened: tuple[Archive, Door]) -> None:
    archive, door = opened
    kept = [archive.keep(page("policy", BEFORE), "r"), archive.keep(page("news", BAN), "r")]
    take_all(archive, door)
    before = rows(door)
    for seq in kept:
        assert door.take(seq) is None
    door.settle()
    assert rows(door) == before


def test_a_later_fetch_of_the_same_pages_adds_no_development(opened: tuple[Archive, Door]) -> None:
    archive, door = opened
    for day in (0, 1, 2):
        archive.keep(page("policy", BEFORE, day), f"run {day}")
        archive.keep(page("news", BAN, day), f"run {day}")
        take_all(archive, door)
        counts = {
            t: door.db.execute(f"select count(*) from {t}").fetchone()[0]
            for t in ("development", "action", "claim", "article", "version", "change")
        }
        assert counts == {"development": 3, "action": 1, "claim": 1, "article": 1, "version": 1, "change": 0}


def test_the_change_of_section_8_3_is_one_widened_disclosure(opened: tuple[Archive, Door]) -> None:
    archive, door = opened
    archive.keep(page("policy", BEFORE), "1")
    archive.keep(page("policy", AFTER, 14), "2")
    take_all(archive, door)
    (update,) = door.db.execute("select * from updates").fetchall()
    assert (update["class"], update["kind"], update["direction"]) == (
        "substantive",
        "policy_law_enforcement_disclosure",
        "widened",
    )
    assert update["key_sentence_old"] in BEFORE and update["key_sentence_new"] in AFTER


def test_a_broken_page_is_an_issue_that_closes_when_mended(opened: tuple[Archive, Door]) -> None:
    archive, door = opened
    archive.keep(page("policy", BEFORE), "1")
    archive.keep(page("news", BAN), "1")
    archive.keep(page("policy", "BROKEN", 1), "2")
    take_all(archive, door)
    (issue,) = door.db.execute("select * from issues").fetchall()
    assert (issue["source"], issue["cause"], issue["state"]) == ("t-privacy", "selector-empty", "open")
    assert door.db.execute("select state from health where source = 'desk'").fetchone()[0] == "ok"
    assert door.db.execute("select count(*) from version").fetchone()[0] == 1
    archive.keep(page("policy", BEFORE, 2), "3")
    take_all(archive, door)
    assert [r["state"] for r in door.db.execute("select state from issues")] == ["closed"]


fetches = st.lists(
    st.sampled_from([(name, number) for name, texts in TEXTS.items() for number in range(len(texts))]),
    min_size=1,
    max_size=10,
)


@drawn(25)
@given(fetches=fetches, cuts=st.sets(st.integers(1, 9)))
def test_rebuild_equals_increment(
    fetches: list[tuple[str, int]], cuts: set[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("store")
    with store(folder) as (archive, door):
        for day, (name, number) in enumerate(fetches):
            archive.keep(
                page(name, TEXTS[name][number], day, f"https://{name}.example/{number if name != 'policy' else ''}"),
                f"run {day}",
            )
            if day in cuts:
                take_all(archive, door)
        take_all(archive, door)
        grown = rows(door)
        rebuild(archive, folder / "again.db", read, lambda door: None)
        with Door(folder / "again.db", archive, read) as again:
            assert rows(again) == grown


@drawn(25)
@given(data=st.data())
def test_pages_of_one_instant_may_come_in_any_order(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    pages = [page("policy", AFTER, 1), page("news", BAN, 1), page("second", BAN, 1), page("ministry", BLOCK, 1)]
    results = []
    for order in (pages, data.draw(st.permutations(pages))):
        with store(tmp_path_factory.mktemp("store")) as (archive, door):
            archive.keep(page("policy", BEFORE), "1")
            for one in order:
                archive.keep(one, "2")
            take_all(archive, door)
            found = rows(door)
        for table, columns in (("sighting", {0}), ("capture", {1}), ("visit", {2, 3}), ("watch", {1})):
            found[table] = sorted(
                (tuple(value for n, value in enumerate(row) if n not in columns) for row in found[table]), key=repr
            )  # the archive's own numbers, in its own order
        results.append(
            {k: v for k, v in found.items() if k != "capture"} | {"capture": [r[2:] for r in found["capture"]]}
        )
    assert results[0] == results[1]


def test_an_older_page_that_arrives_late_takes_its_place(tmp_path: Path) -> None:
    def grown(order: list[int], folder: Path) -> list[tuple[object, ...]]:
        with store(folder) as (archive, door):
            for day in order:
                archive.keep(
                    page("policy", [BEFORE, AFTER, AFTER + "\n\nNew paragraph on advertising partners."][day], day), "r"
                )
                take_all(archive, door)
            return [tuple(r) for r in door.db.execute("select fetched_at, kind from captures")]

    assert grown([0, 2, 1], tmp_path / "late") == grown([0, 1, 2], tmp_path / "due")


@pytest.mark.parametrize("damage", [b"", b"not a database" * 100])
def test_a_tracker_that_is_no_database_is_refused_and_reread_mends_it(tmp_path: Path, damage: bytes) -> None:
    with store(tmp_path) as (archive, door):
        archive.keep(page("policy", BEFORE), "r")
        take_all(archive, door)
        good = rows(door)
        door.close()
        for suffix in ("-wal", "-shm"):
            (tmp_path / f"tracker.db{suffix}").unlink(missing_ok=True)
        (tmp_path / "tracker.db").write_bytes(damage)
        with pytest.raises(BadStore, match="reread"):
            Door(tmp_path / "tracker.db", archive, read)
        rebuild(archive, tmp_path / "tracker.db", read, lambda door: None)
        with Door(tmp_path / "tracker.db", archive, read) as again:
            assert rows(again) == good


def test_readers_see_a_rebuilt_tracker_without_reconnecting(tmp_path: Path) -> None:
    with store(tmp_path) as (archive, door):
        archive.keep(page("policy", BEFORE), "r")
        take_all(archive, door)
        reader = sqlite3.connect(tmp_path / "tracker.db")
        assert reader.execute("select count(*) from captures").fetchone()[0] == 1
        archive.keep(page("policy", BEFORE, 1), "r")
        rebuild(archive, tmp_path / "tracker.db", read, lambda door: None)
        assert reader.execute("select count(*) from captures").fetchone()[0] == 2


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_a_page_fetched_again_at_the_same_instant_takes_nothing_back(tmp_path: Path, order: tuple[int, ...]) -> None:
    """A crawl that was killed and goes on under its own instant: what the first capture showed is not lost."""
    texts = ["", BEFORE, AFTER]
    with store(tmp_path) as (archive, door):
        for number in order:
            archive.keep(page("policy", texts[number], 1), "r")
            take_all(archive, door)
        grown = rows(door)
        rebuild(archive, tmp_path / "again.db", read, lambda door: None)
        with Door(tmp_path / "again.db", archive, read) as again:
            assert rows(again) == grown


def test_the_tracker_knows_of_no_fetch_that_the_archive_lost(tmp_path: Path) -> None:
    """Invariant 1: the disk is full when the archive is to be made durable, and has room again when both are closed."""
    with store(tmp_path) as (archive, door):
        door._together = 100
        door.take(archive.keep(page("policy", BEFORE), "r"))
        door.commit()
        archive.hold()
        second = page("policy", BEFORE + "\n\n" + random.Random(3).randbytes(200_000).hex(), 1)
        door.take(archive.keep(second, "r"), read(second, SOURCES["policy"]))
        with full_disk(tmp_path / "archive.db-wal", tmp_path / "archive.db"), pytest.raises(sqlite3.OperationalError):
            archive.commit()
        assert door.db.execute("select max(seq) from sighting").fetchone()[0] == 2
    with Archive(tmp_path / "archive.db") as archive, Door(tmp_path / "tracker.db", archive, read) as door:
        assert archive.last() == door.db.execute("select max(seq) from sighting").fetchone()[0] == 1


def test_settling_says_what_it_does(opened: tuple[Archive, Door]) -> None:
    archive, door = opened
    for number, text in enumerate(TEXTS["news"]):
        archive.keep(page("news", text, number, f"https://news.example/{number}"), "r")
    archive.keep(page("policy", BEFORE), "r")
    told: list[tuple[int, int, str]] = []
    catch_up(door, archive, lambda door: None, lambda *step: told.append(step))
    assert {"settling documents", "settling articles", "settling places", "settling sources"} <= {of for *_, of in told}
    assert all(0 < count <= total for count, total, _ in told)
    assert [count for count, total, of in told if of == "settling articles"] == [1, 2, 3]
