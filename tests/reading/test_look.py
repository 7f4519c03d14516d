"""Every kind of page in a real browser: wide and narrow, light and dark. Looked at by axe (WCAG 2.2 AA), with no error in the console,
no request to another host and nothing to scroll sideways.

BANWATCH_PICTURE=http://127.0.0.1:8001, where `banwatch demo` serves the sample web, writes the README's picture anew (docs/images/home.png).
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.reading.conftest import CHROMIUM, Served

RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    "resultTypes": ["violations"],
}
LONG = "/search?q=" + "Donaudampfschifffahrt" * 20
PLAIN = ("/", "/timeline", "/matrix", "/search?q=telegram", "/search", LONG, "/platform", "/platform/telegram", "/jurisdiction", "/jurisdiction/RU", "/authority/ua-nccc",
         "/kind", "/kind/device_ban", "/document", "/source/snap-privacy", "/maintainers", "/conflicts", "/data", "/methods", "/about", "/tracker",
         "/tracker/actions", "/tracker/in_force?day=2024-10-01", "/tracker/by_topic", "/tracker?sql=select+1", "/action/none", "/feeds")  # fmt: skip
LIKE_OTHERS = {
    LONG,
    "/feeds",
    "/search",
    "/platform",
    "/kind",
    "/methods",
    "/tracker?sql=select+1",
    "/action/none",
    "/jurisdiction/RU",
}  # drawn from parts that others show too
PICTURE = Path(__file__).parent.parent.parent / "docs" / "images" / "home.png"

pytestmark = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"{CHROMIUM} is not installed")


@pytest.fixture(scope="session")
def paths(site: Served) -> list[str]:
    """One address of every kind of page."""
    db = sqlite3.connect(site.tracker)

    def one(sql: str) -> str:
        return str(db.execute(sql).fetchone()[0])

    change = one("select id from change")
    return [*PLAIN, f"/action/{one('select action from conflict')}", f"/update/{change}", f"/update/{change}?view=side",
            f"/document/{one('select id from document')}", f"/version/{one('select id from version')}",
            f"/page/{one('select page from article where language = (select max(language) from article)')}"]  # fmt: skip


class Watch:
    """What goes wrong while pages are looked at."""

    def __init__(self, page: Page, site: Served) -> None:
        self.faults: list[str] = []
        page.on(
            "console",
            lambda said: (
                self.faults.append(said.text) if said.type in {"error", "warning"} and "404" not in said.text else None
            ),
        )
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on(
            "request",
            lambda request: (
                None if request.url.startswith((site.base, "data:")) else self.faults.append(f"asks {request.url}")
            ),
        )


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (360, "light"), (360, "dark")])
def test_every_page_fits_and_asks_nobody_else(
    site: Served, browser: Browser, paths: list[str], width: int, scheme: str
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    watch, faults = Watch(page, site), []
    for path in paths:
        page.goto(site.base + path)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            faults.append(f"{path}: scrolls sideways at {width}")
        faults += [f"{path}: {fault}" for fault in watch.faults]
        watch.faults.clear()
    page.close()
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_every_page_can_be_read_by_all(
    site: Served, browser: Browser, paths: list[str], width: int, scheme: str
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    axe, faults = Axe(), []
    for path in [path for path in paths if width > 500 or path not in LIKE_OTHERS]:
        page.goto(site.base + path)
        page.evaluate(
            "document.querySelectorAll('details').forEach(one => one.open = true)"
        )  # what is folded is read, too
        found = axe.run(page, options=RULES)
        faults += [f"{path} ({scheme}): {v['id']}: {v['nodes'][0]['html'][:160]}" for v in found.response["violations"]]
    page.close()
    assert not faults, "\n".join(faults)


def test_the_first_tab_skips_to_the_content(site: Served, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(site.base + "/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.close()


def test_everything_is_there_without_javascript(site: Served, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site.base + "/")
    page.get_by_role("searchbox").fill("device ban")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Ukraine: device ban on Telegram").first.click()
    page.get_by_text("CSL-JSON").click()
    assert page.get_by_text('"container-title": "Banwatch"').is_visible()
    context.close()


@pytest.mark.skipif(not os.environ.get("BANWATCH_PICTURE"), reason="BANWATCH_PICTURE names no demo that is served")
def test_the_picture_of_the_readme_is_of_the_demo(browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 1000, "height": 1120}, color_scheme="light")
    page.goto(os.environ["BANWATCH_PICTURE"])
    assert page.get_by_text("This is the sample that ships with Banwatch").is_visible()
    PICTURE.parent.mkdir(exist_ok=True)
    page.screenshot(path=PICTURE)
    page.close()
    assert PICTURE.stat().st_size < 300_000
