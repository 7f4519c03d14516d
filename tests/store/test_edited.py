"""An article that is edited: what it still says keeps its id, what it takes back is marked, what is new is new."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from store.archive import Archive
from store.door import Door
from store.rebuild import rebuild
from tests.store.conftest import page, read, rows, store

BAN = "Ukraine bans Telegram on official devices\n\nThe NCCC of Ukraine banned Telegram on the official devices of government agencies on 19 September 2024."
TYPO = BAN.replace("official devices of", "offical devices of")
DENIAL = "Correction\n\nAn earlier text of this page was wrong; the office apologises to its readers for the mistake."


def told(door: Door) -> list[sqlite3.Row]:
    found: list[sqlite3.Row] = door.db.execute(
        "select * from news where kind != 'now_tracking' order by published_at, id"
    ).fetchall()
    return found


def first_crawl(archive: Archive, door: Door) -> None:
    """A baseline, so that what follows is news."""
    crawl(archive, door, "ministry", "Welcome\n\nNothing has happened yet.", 0, "https://gov.example/0")


def crawl(archive: Archive, door: Door, source: str, body: str, day: int, url: str = "https://gov.example/ban") -> None:
    archive.keep(page(source, body, day, url), f"run {day}")
    for seq in list(door.pending()):
        door.take(seq)
    door.settle()


def test_a_corrected_word_keeps_id_and_published_and_raises_updated(opened: tuple[Archive, Door]) -> None:
    first_crawl(*opened)
    crawl(*opened, "ministry", TYPO, 1)
    (before,) = told(opened[1])
    crawl(*opened, "ministry", BAN, 3)
    (after,) = told(opened[1])
    assert (after["id"], after["published_at"]) == (before["id"], before["published_at"])
    assert after["updated_at"] > before["updated_at"]
    assert after["action"] == before["action"]


def test_what_is_taken_back_stays_marked_under_its_id(opened: tuple[Archive, Door]) -> None:
    first_crawl(*opened)
    crawl(*opened, "ministry", BAN, 1)
    (before,) = told(opened[1])
    crawl(*opened, "ministry", DENIAL, 3)
    (after,) = told(opened[1])
    assert after["id"] == before["id"] and after["stage"] == "withdrawn"
    assert after["title"].startswith("Withdrawn: ")
    assert opened[1].db.execute("select count(*) from timeline").fetchone()[0] == 0
    crawl(*opened, "ministry", BAN, 4)
    (again,) = told(opened[1])
    assert (again["id"], again["stage"]) == (before["id"], before["stage"])


def test_one_source_taking_it_back_leaves_what_another_still_says(opened: tuple[Archive, Door]) -> None:
    first_crawl(*opened)
    crawl(*opened, "second", "Hello\n\nNothing.", 0, "https://second.example/0")
    crawl(*opened, "ministry", BAN, 1)
    crawl(
        *opened,
        "second",
        "Told again\n\nUkraine's NCCC banned Telegram on official devices of government agencies on 19 September 2024.",
        2,
        "https://second.example/b",
    )
    crawl(*opened, "ministry", DENIAL, 3)
    (left,) = told(opened[1])
    assert left["stage"] != "withdrawn"


def test_an_edit_rebuilds_to_the_same_rows(tmp_path: Path) -> None:
    with store(tmp_path / "a") as (archive, door):
        first_crawl(archive, door)
        for day, body in ((1, TYPO), (2, BAN), (3, DENIAL)):
            crawl(archive, door, "ministry", body, day)
        rebuild(archive, tmp_path / "again.db", read, lambda door: None)
        with Door(tmp_path / "again.db", archive, read) as fresh:
            assert rows(fresh) == rows(door)
