"""What readers of such sites value, each tried as that reader does: in a browser, by what the pages say and link."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page
from reading.download import VIEWS

from tests.reading import shelf
from tests.reading.conftest import CHROMIUM, Served, serve

pytestmark = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"{CHROMIUM} is not installed")


@pytest.fixture
def page(browser: Browser, site: Served) -> Iterator[Page]:
    found = browser.new_context(base_url=site.base, viewport={"width": 1280, "height": 900}).new_page()
    yield found
    found.context.close()


def lines(page: Page) -> list[str]:
    return page.locator("table.rows tbody tr").all_inner_texts()


def test_facets_narrow_in_words_and_the_address_shows_another_reader_the_same(page: Page, browser: Browser) -> None:
    page.goto("/tracker/actions")
    before = len(lines(page))
    facets = page.locator(".facets")
    for name in ("platforms", "kind", "jurisdiction", "status", "year"):
        assert facets.get_by_role("heading", name=name, exact=True).is_visible(), name
    facets.get_by_role("link", name="Ukraine", exact=True).click()
    page.locator(".facets").get_by_role("link", name="device ban", exact=True).click()
    found = lines(page)
    assert 0 < len(found) < before and all("device ban" in line and "Ukraine" in line for line in found)
    other = browser.new_context().new_page()
    other.goto(page.url)
    assert lines(other) == found
    other.context.close()


def test_every_view_can_be_filtered_and_taken_away_as_it_is_shown(page: Page, site: Served) -> None:
    page.goto("/tracker")
    views = sorted({urlsplit(href).path for href in page.evaluate(
        "[...document.querySelectorAll('main a[href^=\"/tracker/\"]')].map(a => a.href)")})  # fmt: skip
    tables = [path for path in views if "facets" in site.get(path).text and "_filter_column" in site.get(path).text]
    assert len(tables) > 12
    for path in tables:
        page.goto(path)
        links = {name: page.locator("main").get_by_role("link", name=name, exact=True).first.get_attribute("href") or "" for name in ("JSON", "CSV")}  # fmt: skip
        rows = json.loads(site.get(links["JSON"].removeprefix(site.base)).text)["rows"]
        told = list(csv.reader(io.StringIO(site.get(links["CSV"].removeprefix(site.base)).text)))
        assert len(rows) == len(lines(page)) == min(50, len(told) - 1), path
        if Path(path).name in VIEWS:
            whole = csv.reader(io.StringIO(site.get(f"/data/{Path(path).name}.csv").text))
            assert len(list(whole)) == len(told), path


def test_from_a_fact_to_its_proof_and_a_citation_of_it(page: Page, site: Served) -> None:
    page.goto("/search?q=devices+state+bodies")
    page.get_by_role("link", name="Ukraine: device ban on Telegram").first.click()
    proof = page.locator("details.proof").filter(has_text="SHA-256").first
    proof.locator("summary").click()
    assert "confidence" in proof.inner_text() and "characters" in proof.inner_text()
    sha256 = proof.locator(".hash").inner_text().split()[-1]
    quote = proof.locator("xpath=ancestor::figure").locator("blockquote").inner_text()
    cited = page.locator("section.citing")
    said = [cited.locator(".cite-text").inner_text()]
    for form in ("BibTeX", "CSL-JSON", "Wikipedia"):
        cited.get_by_text(form).click()
        said.append(cited.locator("details[open] pre").last.inner_text())
    assert (
        all(sha256 in text for text in said) and "{{cite web" in said[3] and all(" fetched 20" in text for text in said)
    )
    address = page.url.split("#")[0].removeprefix(site.base)
    assert (
        address in cited.locator(".cite-text").inner_text() and "fetched 20" in cited.locator(".cite-text").inner_text()
    )
    proof.locator("xpath=ancestor::figcaption").get_by_role("link", name="archived page").click()
    assert sha256 in page.locator("header").last.inner_text() and quote in page.locator("main mark").all_inner_texts()


def test_one_press_copies_a_citation_or_an_address(browser: Browser, site: Served) -> None:
    context = browser.new_context(base_url=site.base, permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto("/platform/telegram")
    page.get_by_text("BibTeX").click()
    for name, text in (("Copy: the citation", ".cite-text"), ("Copy: BibTeX", ".citing details[open] pre")):
        page.get_by_role("button", name=name).click()
        page.get_by_role("button", name=name.replace("Copy", "Copied")).wait_for()
        assert page.evaluate("navigator.clipboard.readText()") == page.locator(text).first.text_content()
    page.goto("/feeds/platform/telegram.atom")
    page.get_by_role("button", name="Copy: the address").click()
    page.get_by_role("button", name="Copied: the address").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == f"{site.base}/feeds/platform/telegram.atom"
    context.close()


def test_every_word_that_stands_in_the_data_is_told(page: Page, site: Served) -> None:
    page.goto("/data")
    page.get_by_text("The words that stand in the columns").click()
    told = set(page.locator(".vocabulary dt").all_inner_texts())
    db = sqlite3.connect(site.tracker)
    held = {
        row[0] for column in ("kind", "status", "tier") for row in db.execute(f"select distinct {column} from actions")
    }
    held |= {
        row[0]
        for column in ("stage", "date_role", "date_basis")
        for row in db.execute(f"select distinct {column} from timeline")
    }
    assert held - {""} <= told and len(told) > 100


def test_what_was_in_force_on_a_day_as_a_table_and_as_a_list(page: Page) -> None:
    page.goto("/matrix")
    page.get_by_label("On the day").fill("2024-10-01")
    page.get_by_role("button", name="Show").click()
    assert (
        parse_qs(urlsplit(page.url).query) == {"on": ["2024-10-01"]}
        and "1 October 2024" in page.locator("h1 + p").inner_text()
    )
    told = page.locator(".matrix td a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    page.get_by_role("link", name="The same as a list").click()
    listed = page.locator("main td a[href*='/action/']").evaluate_all("all => all.map(a => new URL(a.href).pathname)")
    assert told and set(told) <= set(listed)


def test_what_is_narrowed_can_be_followed_and_its_feed_tells_the_same(page: Page, site: Served) -> None:
    page.goto("/timeline")
    page.locator("select[name=platform]").select_option(label="Telegram")
    page.locator("select[name=jurisdiction]").select_option(label="Ukraine")
    page.get_by_role("button", name="Show").click()
    told = page.locator(".both .title").all_inner_texts()
    follow = page.get_by_role("link", name="Follow by feed").get_attribute("href") or ""
    items = json.loads(site.get(follow.replace(".atom", ".json")).text)["items"]
    assert told and {item["title"] for item in items} <= set(told)
    assert page.locator("head link[rel=alternate][type='application/atom+xml']").first.get_attribute("href") == follow


def test_the_answer_to_a_question_can_be_followed(page: Page, site: Served) -> None:
    page.goto("/data")
    page.get_by_role("link", name="What was in force on a day").click()
    rows = len(lines(page))
    follow = page.get_by_role("link", name="Follow by feed").get_attribute("href") or ""
    assert page.locator("head link[rel=alternate][type='application/atom+xml']").last.get_attribute("href") == follow
    assert len(json.loads(site.get(follow.replace(".atom", ".json")).text)["items"]) == rows > 5


def test_every_column_says_what_it_means(page: Page) -> None:
    for view in ("actions", "timeline", "quotes", "updates"):
        page.goto(f"/tracker/{view}")
        page.get_by_text("What the columns mean").click()
        said = dict(
            zip(page.locator("details dt").all_inner_texts(), page.locator("details dd").all_inner_texts(), strict=True)
        )
        shown = page.locator("table.rows thead th").evaluate_all(
            "all => all.map(th => th.innerText.split(/[ ▲▼\\n]/)[0])"
        )
        assert shown and all(said.get(column) for column in shown), view


def test_what_says_nothing_new_is_set_apart(tmp_path: Path, browser: Browser) -> None:
    tracker = shelf.build(tmp_path / "tracker.db")
    with sqlite3.connect(tracker) as db:
        db.row_factory = sqlite3.Row
        quiet = dict(db.execute("select * from change").fetchone()) | {"id": "quiet", "class": "cosmetic_noise"}
        db.execute(f"insert into change values ({', '.join('?' * len(quiet))})", list(quiet.values()))
    running = serve(tracker)
    page = browser.new_page()
    page.goto(f"{next(running).base}/document/{quiet['document']}")
    apart = page.get_by_role("group").filter(has_text="says nothing new")
    assert not apart.get_by_text("cosmetic").first.is_visible()
    apart.locator("summary").click()
    assert apart.get_by_text("cosmetic").first.is_visible()
    page.close()
    running.close()


def test_an_error_can_be_reported_from_the_page_it_stands_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser: Browser
) -> None:
    monkeypatch.setenv("BANWATCH_REPORT_URL", "mailto:desk@example.org?subject=")
    running = serve(shelf.build(tmp_path / "tracker.db"))
    served, page = next(running), browser.new_page()
    for path in ("/platform/telegram", "/jurisdiction/UA", "/timeline"):
        page.goto(served.base + path)
        hrefs = [one.get_attribute("href") or "" for one in page.get_by_role("link", name="Report an error").all()]
        assert hrefs and all(href.startswith("mailto:desk@example.org?subject=") and path in href for href in hrefs)
    page.close()
    running.close()


def test_a_table_begins_with_names_that_lead_on(page: Page) -> None:
    for view, kinds in (("actions", {"action"}), ("timeline", {"action", "update"}), ("versions", {"version"})):
        page.goto(f"/tracker/{view}")
        assert page.locator("table.rows thead th").first.inner_text() == "title"
        hrefs = page.locator("table.rows tbody td:first-child a").evaluate_all("all => all.map(a => a.getAttribute('href'))")  # fmt: skip
        assert {href.split("/")[1] for href in hrefs} == kinds, view


@pytest.mark.parametrize("path", ["/tracker/actions", "/conflicts", "/maintainers"])
def test_on_a_phone_wide_tables_are_scrolled_by_the_keyboard(browser: Browser, site: Served, path: str) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 800})
    page.goto(site.base + path)
    box = page.locator(".wide").filter(has=page.locator("table")).last
    assert box.evaluate("box => box.scrollWidth > box.clientWidth")
    for _ in range(400):
        page.keyboard.press("Tab")
        if box.evaluate("box => box === document.activeElement"):
            break
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(400)  # it glides
    assert box.evaluate("box => box === document.activeElement && box.scrollLeft > 0")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.close()
