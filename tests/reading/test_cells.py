"""Tables as people read them: names for codes, sums with their separators, yes and no; and the bare values for programs."""

from __future__ import annotations

import csv
import html
import io
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from reading.cells import ELSEWHERE, WORDS, cell, in_order
from reading.names import Names
from reading.words import words

from tests.reading.conftest import FOLDER, Served

NAMES = Names(places={"UA": "Ukraine"}, authorities={"ua-nccc": "National Coordination Centre for Cybersecurity"})


@pytest.mark.parametrize(
    ("column", "value", "view", "row", "want"),
    [
        ("jurisdiction", "UA", "actions", {}, "Ukraine"),
        ("authority_id", "ua-nccc", "actions", {}, "National Coordination Centre for Cybersecurity"),
        ("kind", "device_ban", "timeline", {}, "device ban"),
        ("kind", "same_text", "captures", {}, "the same text"),
        ("kind", "messenger", "platforms", {}, "messenger"),
        ("status", "partly_in_force", "actions", {}, "partly in force"),
        ("state", "in_force", "", {}, "in force"),
        ("state", "ok", "source_health", {}, "well"),
        ("scopes", '["military", "critical_infrastructure"]', "actions", {}, "armed forces, operators of critical infrastructure"),
        ("topics", '["law_enforcement_disclosure"]', "updates", {}, "disclosure to authorities"),
        ("total", 650000000, "", {"currency": "EUR"}, "650,000,000 EUR"),
        ("highest", 957780.5, "", {"currency": "AUD"}, "957,780.50 AUD"),
        ("amount", "530000000", "actions", {"currency": "EUR"}, "530,000,000 EUR"),
        ("amount", "unknown", "actions", {"currency": ""}, "unknown"),
        ("value", "1000000 USD", "conflicts", {"field": "amount"}, "1,000,000 USD"),
        ("value", "2025-03-06", "conflicts", {"field": "happened_on (in_force)"}, "2025-03-06"),
        ("fines", 12000, "", {}, "12,000"),
        ("year", 2024, "", {}, "2024"),
        ("confirmed", 1, "actions", {}, "yes"),
        ("confirmed", 0, "actions", {}, "no"),
        ("confidence", 0.86, "claims", {}, "86 %"),
        ("seen_at", "2024-09-25T08:00:00+00:00", "updates", {}, "2024-09-25 08:00"),
        ("kind", "<script>", "actions", {}, "&lt;script&gt;"),
        ("title", "<b>", "actions", {"id": "x"}, "&lt;b&gt;"),
    ],
)  # fmt: skip
def test_a_value_reads_as_people_write_it(column: str, value: Any, view: str, row: dict[str, Any], want: str) -> None:
    found = cell(NAMES, "", {column: value, **row}, column, value, view)
    text = re.sub(r"<[^>]+>", "", str(found)) if found is not None else str(value)
    assert text == want


def test_every_table_of_words_that_a_column_names_is_there() -> None:
    assert {*WORDS.values(), *filter(None, ELSEWHERE.values())} <= set(words())


def test_the_title_comes_first_and_ids_last() -> None:
    assert in_order(["id", "kind", "action", "title"]) == [3, 1, 0, 2]


def test_a_code_stays_beside_its_name_and_in_csv_and_json(site: Served) -> None:
    page = site.get("/tracker/actions?jurisdiction=UA").text
    assert re.search(r'<a href="/jurisdiction/UA"><data value="UA">Ukraine</data></a>', page)
    assert re.search(r'<a href="/kind/device_ban"><data value="device_ban">device ban</data></a>', page)
    (row,) = site.get("/tracker/actions.json?jurisdiction=UA&_shape=array").json()
    assert (row["jurisdiction"], row["kind"]) == ("UA", "device_ban")
    (line,) = csv.DictReader(io.StringIO(site.get("/tracker/actions.csv?jurisdiction=UA").text))
    assert (line["jurisdiction"], line["kind"]) == ("UA", "device_ban")


def test_sums_are_written_out_and_stay_numbers_for_programs(site: Served) -> None:
    assert ">650,000,000 EUR<" in site.get("/tracker/fines").text
    assert "2025,EUR,2,650000000,530000000" in site.get("/tracker/fines.csv").text
    assert {"total": 650_000_000} in [{"total": row["total"]} for row in site.get("/tracker/fines.json?_shape=array").json()]  # fmt: skip
    titles = [item["title"] for item in site.get("/feeds/query/fines.json").json()["items"]]
    assert "2025, EUR: fines 2, total 650,000,000 EUR, highest 530,000,000 EUR" in titles


def test_rows_of_a_question_are_items_in_names(site: Served) -> None:
    (item, *_) = site.get("/feeds/query/in_force_where.json?app=Telegram&day=2024-10-01").json()["items"]
    assert item["title"] == "Ukraine, device ban: in force from 19 September 2024"


def ready() -> dict[str, dict[str, Any]]:
    found = yaml.safe_load(Path(FOLDER / "metadata.yaml").read_text(encoding="utf-8"))
    questions: dict[str, dict[str, Any]] = found["databases"]["tracker"]["queries"]
    return questions


@pytest.mark.parametrize("name", [name for name, one in ready().items() if one.get("needs")])
def test_a_question_that_lacks_something_says_what_and_lets_one_choose(site: Served, name: str) -> None:
    (need,) = ready()[name]["needs"]
    page = html.unescape(site.get(f"/tracker/{name}").text)
    assert f"Choose a{'n' if need == 'app' else ''} {need} above" in page and "Nothing fits" not in page
    assert '<option value="Telegram">' in page if need == "app" else '<option value="encryption">encryption' in page
    for form in ("json", "csv"):
        refused = site.get(f"/tracker/{name}.{form}")
        assert refused.status == 400 and f"Say which {need}: ?{need}=" in refused.text, form
    feed = site.get(f"/feeds/query/{name}.json").json()
    assert feed["items"] == [] and f"add ?{need}=" in feed["description"] and "/feeds/query/" not in page


def test_what_was_asked_and_finds_nothing_says_that(site: Served) -> None:
    page = site.get("/tracker/in_force_where?app=Telegram&day=2000-01-01").text
    assert "Nothing fits" in page and "Choose an app" not in page


@pytest.mark.parametrize(
    ("asked", "same"),
    [
        ("jurisdiction=Ukraine", "jurisdiction=UA"),
        ("kind__exact=Device ban", "kind=device_ban"),
        ("platforms__arraycontains=telegram", "platforms__arraycontains=Telegram"),
    ],
)
def test_a_filter_takes_the_name_that_its_table_shows(site: Served, asked: str, same: str) -> None:
    one, other = (site.get(f"/tracker/actions.json?{query.replace(' ', '+')}&_shape=array").json() for query in (asked, same))  # fmt: skip
    assert one == other != []
