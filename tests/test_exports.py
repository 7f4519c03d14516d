"""What a site offers to take away is made anew after each crawl, where there is a folder for it: CSV, a data package, the SQLite file."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from tests.reading import shelf
from verbs import common
from verbs.common import Home, renew_exports


def test_the_folder_holds_every_form_and_the_whole_tracker(tmp_path: Path) -> None:
    tracker = shelf.build(tmp_path / "tracker.db")
    (tmp_path / "exports").mkdir()
    for _ in range(2):
        renew_exports(Home(tmp_path))
    names = {path.name for path in (tmp_path / "exports").iterdir()}
    assert {"actions.csv", "datapackage.json", "tracker.db"} <= names and not [
        name for name in names if ".part" in name
    ]
    one, other = (sqlite3.connect(path).execute("select count(*) from claims").fetchone() for path in (tracker, tmp_path / "exports" / "tracker.db"))  # fmt: skip
    assert one == other != (0,)
    package = json.loads((tmp_path / "exports" / "datapackage.json").read_text())
    assert {resource["path"] for resource in package["resources"]} <= names


def test_a_large_tracker_is_left_to_who_wants_a_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf.build(tmp_path / "tracker.db")
    (tmp_path / "exports").mkdir()
    monkeypatch.setattr(common, "MOST_COPIED", 1_000)
    renew_exports(Home(tmp_path))
    assert not (tmp_path / "exports" / "tracker.db").exists() and (tmp_path / "exports" / "actions.csv").exists()


def test_without_a_folder_nothing_is_made(tmp_path: Path) -> None:
    shelf.build(tmp_path / "tracker.db")
    renew_exports(Home(tmp_path))
    assert not (tmp_path / "exports").exists()
