"""Feeds in a real browser: a page for a person, readable by all, at two widths; and the files' own style sheet."""

from __future__ import annotations

import functools
import http.server
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

import feeds
from tests.reading.conftest import CHROMIUM, Served
from tests.reading.test_look import RULES, Watch

pytestmark = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"{CHROMIUM} is not installed")
PATHS = ("/feeds", "/feeds/all.atom", "/feeds/platform/telegram.rss", "/feeds/query/in_force.atom?day=2024-10-01", "/feeds/maintainers.atom",
         "/feeds/platform/telegrm.atom", "/feeds/document/telegram.atom", "/feeds/source/snap-privacy.rss", "/feeds/all.atom?platform=viber&jurisdiction=BR")  # fmt: skip


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_a_person_sees_a_page_that_all_can_read(site: Served, browser: Browser, width: int, scheme: str) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    watch, faults = Watch(page, site), []
    for path in PATHS:
        page.goto(site.base + path)
        assert page.locator("h1").count() == 1
        if page.evaluate("document.documentElement.scrollWidth") > width:
            faults.append(f"{path}: scrolls sideways at {width}")
        found = Axe().run(page, options=RULES).response["violations"]
        faults += [f"{path}: {v['id']}: {v['nodes'][0]['html'][:160]}" for v in found]
        faults += [f"{path}: {fault}" for fault in watch.faults]
        watch.faults.clear()
    page.close()
    assert not faults, "\n".join(faults)


@pytest.fixture
def files(tracker: Path, tmp_path: Path) -> Iterator[str]:
    """The built files on a plain server that calls them XML."""
    feeds.build(tracker, tmp_path)

    class Handler(http.server.SimpleHTTPRequestHandler):
        def guess_type(self, path: str | os.PathLike[str]) -> str:
            return {".css": "text/css", ".xsl": "text/xsl"}.get(Path(path).suffix, "application/xml")

        def log_message(self, *args: object) -> None: ...

    with http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Handler, directory=str(tmp_path))
    ) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.mark.parametrize("path", ["all.atom", "jurisdiction/UA.rss"])
def test_a_file_shows_its_titles_and_not_its_source(files: str, browser: Browser, path: str) -> None:
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{files}/{path}")
    page.wait_for_timeout(300)
    if page.evaluate("document.documentElement.localName") == "html":  # XSLT
        text = page.evaluate("document.documentElement.innerText")
        assert "Telegram" in text and "blockquote" not in text
    else:  # a browser that has given it up
        hidden = page.evaluate(
            "getComputedStyle(document.querySelector('content') ?? document.querySelector('guid')).display"
        )
        assert hidden == "none"
    assert all(url.startswith(files) for url in asked) and any(url.endswith("feed.css") for url in asked)
    page.close()
