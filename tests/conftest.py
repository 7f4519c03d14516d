"""What tests of several rooms share: one served site and one browser. Playwright runs one loop a process, so there is one browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests import drawn  # noqa: F401 - every test draws as it says
from tests.reading import shelf
from tests.reading.conftest import CHROMIUM, FLAGS, Served, serve


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The site over the shelf of facts, on loopback."""
    yield from serve(shelf.build(tmp_path_factory.mktemp("shelf") / "tracker.db"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()
