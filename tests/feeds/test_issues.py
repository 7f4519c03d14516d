"""Tries of a source -> the maintainers' feed: an item when its state changes, none because a crawl ran."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from feeds.addresses import Site
from feeds.issues import items
from feeds.text import causes
from store.database import open_tracker
from store.files import writing
from store.troubles import STANDS, Troubles
from store.visits import KEPT_OUT, TRANSIENT

ROOT = Path(__file__).parent.parent.parent
URL = "https://ministry.example/news"


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    db = open_tracker(tmp_path / "tracker.db")
    yield db
    db.close()


def tell(db: sqlite3.Connection, causes: str, first: int = 1) -> list[str]:
    """One try a day, each read and written by itself as a crawl does ("-" went well) -> what the feed tells, newest first."""
    for day, cause in enumerate(causes.split(), first):
        with writing(db):
            found = Troubles.of(db, "ministry", URL)
            found.note(
                URL, None if cause == "-" else (cause, f"it ended with {cause}"), f"2026-03-{day:02}T06:00:00+00:00"
            )
            found.save()
    return [
        f"{item.title.partition(':')[0]}: {item.categories[1].term}".removeprefix("Broken: ")
        for item in items(db, Site(), 50)
    ]


def test_a_fault_that_stays_is_told_once_and_mended_once(db: sqlite3.Connection) -> None:
    assert tell(db, "selector-empty selector-empty selector-empty") == ["selector-empty"]
    first = [item.id for item in items(db, Site(), 50)]
    assert tell(db, "selector-empty", 4) == ["selector-empty"] and [item.id for item in items(db, Site(), 50)] == first
    assert tell(db, "- -", 5) == ["Mended: selector-empty", "selector-empty"]


def test_what_passes_now_and_then_is_never_told(db: sqlite3.Connection) -> None:
    assert tell(db, "timeout - timeout timeout - http-503 - timeout - timeout timeout -") == []
    assert db.execute("select times from issue where cause = 'timeout'").fetchone()[0] == 6


def test_what_does_not_pass_is_told_with_the_third_try_in_a_row(db: sqlite3.Connection) -> None:
    assert tell(db, "timeout timeout") == []
    assert tell(db, "timeout", 3) == ["timeout"]
    (item,) = items(db, Site(), 50)
    assert item.published.day == 3
    assert tell(db, "timeout timeout -", 4) == ["Mended: timeout", "timeout"]
    assert tell(db, "timeout timeout", 7) == []  # it opened again and may pass
    assert tell(db, "timeout", 9) == ["Broken again: timeout"]


def test_another_cause_that_passes_is_the_same_state(db: sqlite3.Connection) -> None:
    assert tell(db, "timeout http-503 reset") == ["reset"]
    ids = [item.id for item in items(db, Site(), 50)]
    assert tell(db, "timeout reset timeout reset", 4) == ["reset"]
    assert [item.id for item in items(db, Site(), 50)] == ids
    assert tell(db, "-", 8) == ["Mended: reset", "reset"]


def test_a_lasting_fault_after_a_passing_one_is_told_at_once(db: sqlite3.Connection) -> None:
    assert tell(db, "timeout timeout selector-empty") == ["selector-empty"]


def test_a_cause_is_told_in_words_with_what_to_do(db: sqlite3.Connection) -> None:
    tell(db, "selector-empty")
    (item,) = items(db, Site(), 50)
    assert item.title == "Broken: ministry: a selector matches nothing" and "mend the selectors" in item.html
    tell(db, "-", 2)
    assert "mend the selectors" not in items(db, Site(), 50)[0].html


def test_every_cause_that_passes_keeps_out_or_is_judged_of_a_visit_reads_in_words() -> None:
    judged = set(re.findall(r'return \(?"([a-z-]+)"', (ROOT / "store" / "visits.py").read_text("utf-8")))
    wanted = TRANSIENT | KEPT_OUT | set(STANDS.values()) | judged
    assert len(wanted) > 20 and wanted <= set(causes())
    assert all(one["label"] and one["do"].endswith(".") for one in causes().values())
