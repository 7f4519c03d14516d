"""What is an item, from the archive to the feed: the first crawl is one item, a crawl that finds nothing new changes no byte, a corrected
word raises ``updated``, and what newly happened is a new item."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

from feeds.addresses import FORMS, Site
from feeds.edition import Edition
from feeds.slices import Slice
from store.archive import Archive
from store.door import Door
from tests.feeds.rules import faults
from tests.store.conftest import store
from tests.store.test_edited import BAN, TYPO, crawl

LIFTED = "Ukraine lifts its ban on Telegram\n\nThe NCCC of Ukraine lifted its ban of Telegram on official devices on 3 March 2025."
MANY = "\n\n".join(
    f"The NCCC of Ukraine banned {app} on the official devices of government agencies on {day} September 2024."
    for day, app in enumerate(("Telegram", "TikTok", "Signal", "Viber"), 10)
)


def bodies(door: Door) -> dict[str, bytes]:
    db = sqlite3.connect(f"file:{door.db.execute('pragma database_list').fetchone()[2]}?mode=ro", uri=True)
    found = {form: Edition(db, Site()).body(Slice(), form) for form in FORMS}
    db.close()
    return found


def items(door: Door) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = json.loads(bodies(door)["json"])["items"]
    return told


def test_the_first_crawl_of_a_source_is_one_item_however_much_it_finds(tmp_path: Path) -> None:
    with store(tmp_path) as (archive, door):
        crawl(archive, door, "ministry", f"Bans of this month\n\n{MANY}", 0)
        assert door.db.execute("select count(*) from timeline").fetchone()[0] >= 4
        (item,) = items(door)
        assert item["title"].startswith("Now tracking")
        assert [faults(form, body) for form, body in bodies(door).items()] == [[], [], []]


def test_a_crawl_that_finds_nothing_new_changes_no_byte(tmp_path: Path) -> None:
    with store(tmp_path) as (archive, door):
        begin(archive, door)
        before = bodies(door)
        crawl(archive, door, "ministry", BAN, 5)
        crawl(archive, door, "ministry", "Welcome\n\nNothing has happened yet.", 6, "https://gov.example/0")
        assert bodies(door) == before


def test_a_corrected_word_updates_its_item_and_what_newly_happened_is_a_new_one(tmp_path: Path) -> None:
    with store(tmp_path) as (archive, door):
        begin(archive, door, TYPO)
        (first, tracking) = items(door)
        crawl(archive, door, "ministry", BAN, 3)
        (corrected, _) = items(door)
        assert (corrected["id"], corrected["date_published"]) == (first["id"], first["date_published"])
        assert corrected["date_modified"] > first["date_modified"] and "offical" not in json.dumps(corrected)
        crawl(archive, door, "ministry", LIFTED, 5, "https://gov.example/lifted")
        told = items(door)
        assert len(told) == 3 and {first["id"], tracking["id"]} < {item["id"] for item in told}
        assert len({item["id"] for item in told}) == 3 and "lifted" in told[0]["title"]


def begin(archive: Archive, door: Door, body: str = BAN) -> None:
    crawl(archive, door, "ministry", "Welcome\n\nNothing has happened yet.", 0, "https://gov.example/0")
    crawl(archive, door, "ministry", body, 1)
