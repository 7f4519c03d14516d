"""What the first readers of a fresh server would wait for is made while it begins to listen."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from datasette.app import Datasette
from datasette.plugins import pm

from tests.reading import shelf
from tests.reading.conftest import FOLDER


def begun(tracker: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A server that has started (in this process, with a loop of its own: a browser's may be running in this thread), once it is warm."""

    async def start() -> Datasette:
        served = Datasette([str(tracker)], plugins_dir=str(FOLDER / "plugins"), template_dir=str(FOLDER / "templates"))
        plugin = next(module for module in pm.get_plugins() if hasattr(module, "warm"))
        monkeypatch.setattr(plugin, "AFTER", 0)
        await served.invoke_startup()
        return served

    with ThreadPoolExecutor(1) as pool:
        served = pool.submit(lambda: asyncio.run(start())).result()
    for thread in [one for one in threading.enumerate() if isinstance(one, threading.Timer)]:
        thread.join(20)
    return served


def test_what_the_pages_of_one_state_share_is_there_before_anybody_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = begun(shelf.build(tmp_path / "tracker.db"), monkeypatch)._banwatch
    assert {"cells", "calendar"} <= set(site.shared_at(site.state())) and site.names[1].platforms


def test_a_tracker_that_cannot_be_read_yet_is_left_to_the_first_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tracker = shelf.build(tmp_path / "tracker.db")
    with sqlite3.connect(tracker) as db:
        db.execute("drop table restriction")
    served = begun(tracker, monkeypatch)
    site = served._banwatch
    assert "calendar" not in site.shared_at(site.state())
