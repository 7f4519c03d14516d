"""A tracker full of facts, and answers of the feeds over it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from feeds.answer import Answer, Live, answer
from tests.reading import shelf

Ask = Callable[..., Answer]


@pytest.fixture(scope="session")
def tracker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shelf.build(tmp_path_factory.mktemp("shelf") / "tracker.db")


@pytest.fixture
def db(tracker: Path) -> Iterator[sqlite3.Connection]:
    found = sqlite3.connect(f"file:{tracker}?mode=ro", uri=True)
    yield found
    found.close()


@pytest.fixture
def ask(db: sqlite3.Connection) -> Ask:
    """``ask("/all.atom", "platform=telegram", host="evil.example")``."""
    live = Live()
    db.row_factory = sqlite3.Row  # as Datasette has it: rows that are no tuples

    def one(path: str, query: str = "", method: str = "GET", **headers: str) -> Answer:
        return answer(live, db, path, query, {name.replace("_", "-"): value for name, value in headers.items()}, method)

    return one
