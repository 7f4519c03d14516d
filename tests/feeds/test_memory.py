"""What was made is kept until somebody writes, and then never shown again."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from feeds.answer import Answer, Live, answer


@pytest.fixture
def copy(tracker: Path, tmp_path: Path) -> Path:
    with closing(sqlite3.connect(tracker)) as db:
        db.execute("vacuum into ?", (str(tmp_path / "tracker.db"),))
    return tmp_path / "tracker.db"


@pytest.fixture
def reader(copy: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"file:{copy}?mode=ro", uri=True, check_same_thread=False)) as db:
        yield db


def write(path: Path, sql: str) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute(sql)
        db.commit()


RETITLE = "update development set title = 'Another title' where kind = 'device_ban' and jurisdiction = 'UA'"
ELSEWHERE = "update development set title = 'Elsewhere' where jurisdiction = 'BR'"


def test_a_write_is_seen_at_once_and_304_ends(copy: Path, reader: sqlite3.Connection) -> None:
    live = Live()
    first = answer(live, reader, "/jurisdiction/UA.atom", "", {})
    asked = {"if-none-match": first.headers["etag"]}, {"if-modified-since": first.headers["last-modified"]}
    assert [answer(live, reader, "/jurisdiction/UA.atom", "", headers).status for headers in asked] == [304, 304]
    write(copy, RETITLE)
    found = [answer(live, reader, "/jurisdiction/UA.atom", "", headers) for headers in asked]
    assert [one.status for one in found] == [200, 200], (
        "also for who asks by date alone, though no item says it was updated"
    )
    assert all(b"Another title" in one.body for one in found)


def test_a_write_elsewhere_changes_nothing_here(copy: Path, reader: sqlite3.Connection) -> None:
    live = Live()
    first = answer(live, reader, "/jurisdiction/UA.atom", "", {})
    write(copy, ELSEWHERE)
    again = answer(live, reader, "/jurisdiction/UA.atom", "", {})
    assert (again.body, again.headers) == (first.body, first.headers)


def test_threads_with_their_own_connections_never_see_an_old_state(copy: Path) -> None:
    live = Live()

    def titles(number: int) -> set[bool]:
        seen = set()
        with closing(sqlite3.connect(f"file:{copy}?mode=ro", uri=True)) as db:
            for _ in range(12):
                before = db.execute(
                    "select title from development where kind = 'device_ban' and jurisdiction = 'UA'"
                ).fetchone()[0]
                body = answer(live, db, "/jurisdiction/UA.json", "", {}).body.decode()
                after = db.execute(
                    "select title from development where kind = 'device_ban' and jurisdiction = 'UA'"
                ).fetchone()[0]
                seen.add(f'"title": "{before}"' in body or f'"title": "{after}"' in body or before != after)
        return seen

    with ThreadPoolExecutor(5) as pool:
        readers = [pool.submit(titles, number) for number in range(4)]
        for number in range(30):
            write(
                copy,
                f"update development set title = 'Title {number}' where kind = 'device_ban' and jurisdiction = 'UA'",
            )
    assert {seen for one in readers for seen in one.result()} == {True}


def test_a_rebuilt_tracker_is_seen(copy: Path, reader: sqlite3.Connection, tmp_path: Path) -> None:
    from store.files import publish

    live = Live()
    answer(live, reader, "/jurisdiction/UA.atom", "", {})
    rebuilt = tmp_path / "rebuilt.db"
    shutil.copy(copy, rebuilt)
    write(rebuilt, RETITLE)
    publish(rebuilt, copy)
    assert b"Another title" in answer(live, reader, "/jurisdiction/UA.atom", "", {}).body


def test_many_addresses_are_not_all_kept(reader: sqlite3.Connection) -> None:
    live = Live()
    for number in range(520):
        found: Answer = answer(live, reader, f"/no-{number}.atom", "", {})
        assert found.status == 404
    assert len(live.memory._made) <= 500
