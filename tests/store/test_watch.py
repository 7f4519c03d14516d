"""What a maintainer is told: silence, half the fields, another language, moved addresses, passing faults; and that it costs the
same after a million sightings as after a hundred."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errors import NotTheDocument, Unreadable
from feeds import issues
from feeds.addresses import Site
from records import Article, Expect, Link, Page, Record, Source, Tally
from store.archive import Archive
from store.door import Door
from store.rebuild import rebuild
from store.sightings import MOVED
from store.watch import due
from tests.drawn import drawn
from tests.store.conftest import BEGIN, rows

DESK = Source("desk", "Desk", "https://desk.example/feed", "feed", "news", language="", every=3_600, follow="article")
LONG = "They said so today, and then they went home. " * 8


def read(page: Page, source: Source) -> list[Record]:
    """A page of these tests is JSON: {"dated": n, "bare": n, "kept": n, "lang": code}; text that is none cannot be read."""
    try:
        told = json.loads(page.body)
    except ValueError:
        raise Unreadable(f"{source.id}: not JSON", "not-a-feed") from None
    if told.get("wall"):
        raise NotTheDocument("a consent wall", "consent")
    made: list[Record] = [
        Article(f"{page.url}/{n}", f"Title {n}", LONG + str(n), told.get("lang", "en"), "2024-09-01" if n < told["dated"] else "",
                authors=("A. Writer",) if n < told["dated"] else ())
        for n in range(told["dated"] + told.get("bare", 0))
    ]  # fmt: skip
    kept = told.get("kept", len(made))
    return made if kept == len(made) else [*made[:kept], Tally(len(made), len(made), told["dated"])]


class Desk:
    """A source over days: each visit is one archived answer."""

    def __init__(self, folder: Path, source: Source = DESK) -> None:
        self.folder, self.source, self.day = folder, source, 0
        self.archive = Archive(folder / "archive.db")
        self.archive.declare(source)
        self.door = Door(folder / "tracker.db", self.archive, read)
        self.door.declared()

    def visit(
        self, body: str | None, cause: str = "", outcome: str = "fail", settle: bool = True, moved: str = ""
    ) -> None:
        self.day += 1
        at, source = BEGIN + timedelta(days=self.day), self.source
        if body is None:
            self.archive.missed(
                source.id,
                source.parser,
                source.url,
                source.url,
                at,
                f"run {self.day}",
                outcome,
                cause,
                f"it said {cause}",
            )
        else:
            headers = ((MOVED, moved),) if moved else ()
            self.archive.keep(
                Page(source.id, source.parser, source.url, source.url, at, 200, headers, body.encode()),
                f"run {self.day}",
            )
        if settle:
            self.settle()

    def settle(self) -> None:
        for seq in list(self.door.pending()):
            self.door.take(seq)
        self.door.settle()

    def health(self) -> sqlite3.Row:
        found: sqlite3.Row = self.door.db.execute("select * from health where source = 'desk'").fetchone()
        return found

    def open(self) -> list[str]:
        return [r[0] for r in self.door.db.execute("select cause from issues where state = 'open' order by cause")]

    def close(self) -> None:
        self.door.close()
        self.archive.close()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = Desk(tmp_path)
    for _ in range(6):
        made.visit('{"dated": 12}')
    assert made.health()["state"] == "ok"
    return made


@pytest.mark.parametrize(
    ("body", "cause", "state"),
    [
        ('{"dated": 0}', "silent", "failing"),
        ('{"dated": 0, "bare": 12}', "half-its-fields", "failing"),
        ('{"dated": 2}', "too-few", "degraded"),
        ('{"dated": 12, "lang": "fr"}', "other-language", "ok"),
        ('{"wall": 1}', "consent", "failing"),
        ("<html>moved</html>", "not-a-feed", "failing"),
    ],
)
def test_a_page_that_answers_200_can_be_broken(desk: Desk, body: str, cause: str, state: str) -> None:
    desk.visit(body)
    assert (desk.open(), desk.health()["state"]) == ([cause], state)
    desk.visit(body)
    assert desk.open() == [cause], "an issue stays while its cause does"
    desk.visit('{"dated": 12}')
    assert (desk.open(), desk.health()["state"]) == ([], "ok")
    desk.visit(body)
    (issue,) = desk.door.db.execute("select * from issues").fetchall()
    assert (issue["state"], issue["times"], issue["closed_at"]) == ("open", 3, "")


def told(desk: Desk) -> list[tuple[str, str]]:
    """Items of the maintainers' feed: (id, title), the oldest first."""
    site = Site()
    return [(item.id, item.title) for item in reversed(issues.items(desk.door.db, site, 20))]


@pytest.mark.parametrize("broken", ['{"dated": 0}', '{"wall": 1}'])
def test_an_issue_that_opens_again_is_told_again_and_one_that_stays_is_not(desk: Desk, broken: str) -> None:
    desk.visit(broken)
    (first,) = told(desk)
    desk.visit(broken)
    assert told(desk) == [first]
    desk.visit('{"dated": 12}')
    mended = told(desk)
    assert [title.partition(":")[0] for _, title in mended] == ["Broken", "Mended"] and mended[0] == first
    desk.visit(broken)
    (again,) = told(desk)
    assert again[0] not in {name for name, _ in mended} and again[1].startswith("Broken again: ")


def test_a_feed_whose_news_do_not_concern_us_is_no_silent_feed(desk: Desk) -> None:
    desk.visit('{"dated": 12, "kept": 0}')
    assert (desk.health()["state"], desk.health()["items"], desk.open()) == ("ok", 12, [])


def test_what_is_broken_does_not_become_usual(desk: Desk) -> None:
    for _ in range(30):
        desk.visit('{"dated": 0}', settle=False)
    desk.settle()
    assert desk.open() == ["silent"]


def test_mending_the_file_of_a_source_starts_a_new_past(desk: Desk) -> None:
    desk.visit('{"dated": 2}')
    assert desk.open() == ["too-few"]
    desk.source = replace(DESK, notes="shorter since the redesign", expect=Expect(min=1))
    desk.archive.declare(desk.source)
    desk.door.declared()
    desk.visit('{"dated": 2}')
    assert desk.open() == []


def test_an_unchanged_page_does_not_wipe_an_issue(desk: Desk) -> None:
    desk.visit('{"dated": 0}')
    said = desk.archive.sighting(desk.archive.last())
    desk.archive.unchanged(
        "desk", "feed", DESK.url, DESK.url, BEGIN + timedelta(days=9), "run 304", 304, (), said.sha256
    )
    desk.settle()
    assert desk.open() == ["silent"]


def test_passing_faults_are_told_apart(desk: Desk) -> None:
    for expected in ("degraded", "degraded", "failing"):
        desk.visit(None, "timeout")
        assert desk.health()["state"] == expected
    assert (desk.health()["failures"], desk.health()["failures_passing"]) == (3, 3)
    desk.visit(None, "http-404")
    assert (desk.health()["failures"], desk.health()["failures_passing"]) == (4, 3)


def test_kept_out_is_blocked_and_not_broken(tmp_path: Path) -> None:
    desk = Desk(tmp_path, replace(DESK, blocked=("http-403", "reset")))
    for cause in ("http-403", "reset", "http-451"):
        desk.visit(None, cause)
        assert desk.health()["state"] == "blocked"
    desk.visit(None, "http-404")
    assert desk.health()["state"] == "failing"


def test_a_page_moved_for_good_is_a_notice_and_no_fault(desk: Desk) -> None:
    desk.visit('{"dated": 12}', moved="https://desk.example/new-feed")
    health = desk.health()
    assert (health["state"], health["moved_to"], desk.open()) == ("ok", "https://desk.example/new-feed", ["moved"])
    assert "new address" in health["reason"]


def test_a_page_that_nothing_links_to_any_more_is_forgotten(desk: Desk) -> None:
    at = BEGIN + timedelta(days=7)
    desk.archive.missed(
        "desk",
        "article",
        "https://desk.example/gone",
        "https://desk.example/gone",
        at,
        "run 7",
        "fail",
        "http-404",
        "gone",
    )
    desk.visit('{"dated": 12}')
    assert (desk.open(), desk.health()["state"]) == (["http-404"], "degraded")
    for _ in range(8):
        desk.visit('{"dated": 12}')
    assert (desk.open(), desk.health()["state"]) == ([], "ok")


def test_coverage_is_told(desk: Desk) -> None:
    desk.visit('{"dated": 9, "bare": 3}')
    assert json.loads(desk.health()["coverage"])["entry dates"] == 0.75
    assert json.loads(desk.health()["languages"]) == {"en": 12}


def test_failures_make_the_next_try_later_and_schedules_drift_apart(desk: Desk) -> None:
    soon = desk.health()["next_try"]
    for _ in range(3):
        desk.visit(None, "http-404")
    late, last = desk.health()["next_try"], desk.health()["last_try"]
    assert soon < last < late and late > (BEGIN + timedelta(days=9, hours=7)).isoformat()
    assert due(desk.folder / "tracker.db", [DESK], last) == []
    assert due(desk.folder / "tracker.db", [DESK], late) == [DESK]


BODIES = ['{"dated": 5}', '{"dated": 0}', '{"dated": 0, "bare": 5}', "{", '{"dated": 5, "lang": "fr"}', None]


@drawn(12)
@given(
    visits=st.lists(st.sampled_from(BODIES), min_size=1, max_size=14),
    cuts=st.sets(st.integers(0, 13)),
    late=st.booleans(),
)
def test_health_is_the_same_however_often_it_was_computed(
    visits: Sequence[str | None], cuts: set[int], late: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    desk = Desk(tmp_path_factory.mktemp("desk"))
    for number, body in enumerate(visits):
        desk.visit(body, "timeout", settle=False)
        if number in cuts:
            waiting = list(desk.door.pending())
            for seq in waiting[1:] if late else waiting:  # a page that a crash left unread comes later
                desk.door.take(seq)
            desk.door.settle()
    desk.settle()
    grown = rows(desk.door)
    rebuild(desk.archive, desk.folder / "again.db", read, lambda door: None)
    with Door(desk.folder / "again.db", desk.archive, read) as again:
        found = rows(again)
        assert {t: found[t] for t in ("visit", "watch", "issue", "health")} == {
            t: grown[t] for t in ("visit", "watch", "issue", "health")
        }
    desk.close()


def test_a_visit_costs_the_same_after_a_long_past(tmp_path: Path) -> None:
    """Steps of SQLite's machine, so that it does not hang on the clock."""

    def steps(past: int) -> int:
        (folder := tmp_path / str(past)).mkdir()
        desk = Desk(folder)
        for number in range(past):
            desk.visit('{"dated": 3}' if number % 3 else "{", settle=False)
        desk.settle()
        desk.visit('{"dated": 3}', settle=False)
        (seq,) = desk.door.pending()
        count = [0]
        desk.door.db.set_progress_handler(lambda: count.__setitem__(0, count[0] + 1), 20)
        desk.door.take(seq)
        desk.door.settle()
        desk.door.db.set_progress_handler(None, 0)
        desk.close()
        return count[0]

    assert steps(480) < 1.5 * steps(60)


def test_links_count_as_entries(tmp_path: Path) -> None:
    with Archive(tmp_path / "a.db") as archive:
        archive.declare(DESK)
        with Door(
            tmp_path / "t.db",
            archive,
            lambda page, source: [Link("https://x.example/1", "article", "T", "2024-09-01"), Tally(9, 9, 3)],
        ) as door:
            door.declared()
            door.take(archive.keep(Page("desk", "feed", DESK.url, DESK.url, BEGIN, 200, (), b"x"), "1"))
            door.settle()
            row = door.db.execute("select yielded, items, told from sighting").fetchone()
            assert (row[0], row[1], json.loads(row[2])["entries"]) == (1, 9, [9, 9, 3])


def test_pages_left_unread_are_found_between_others_and_behind_them(desk: Desk) -> None:
    seqs = [
        desk.archive.keep(
            Page("desk", "feed", DESK.url, DESK.url, BEGIN + timedelta(days=20 + n), 200, (), b'{"dated": 1}'), f"r{n}"
        )
        for n in range(3)
    ]
    assert list(desk.door.pending()) == seqs
    desk.door.take(seqs[1])
    assert list(desk.door.pending()) == [seqs[0], seqs[2]]
    desk.settle()
    assert list(desk.door.pending()) == []
