"""The chart of the front page counts what the timeline shows, month by month; and messages of issues say nothing twice."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest
from reading.developments import ahead, latest
from reading.look import Look
from reading.names import read_names
from reading.rhythm import COUNTED, MONTHS, WITHDRAWN, months, rhythm
from reading.timeline import page_of
from reading.words import trouble

from tests.reading import shelf
from tests.reading.conftest import Served


@pytest.fixture
def db(tmp_path: Path) -> sqlite3.Connection:
    return sqlite3.connect(shelf.build(tmp_path / "tracker.db"))


def shown(db: sqlite3.Connection, month: str, side: str) -> int:
    look = Look(db, read_names(db), "2026-03-02")
    return len(page_of(look, {"side": side, "since": month, "until": f"{month}~"}, ""))


def test_every_month_holds_what_the_timeline_shows_of_it(db: sqlite3.Connection) -> None:
    db.execute(
        "update development set stage = 'withdrawn' where id = (select max(id) from development where happened_on like '2025%')"
    )
    found = rhythm(Look(db, read_names(db), "2026-03-02"), "2026-02")
    assert len(found) == MONTHS and sum(one["government"] + one["platform"] for one in found) > 10
    for one in found:
        assert (one["government"], one["platform"]) == (shown(db, one["month"], "government"), shown(db, one["month"], "platform"))  # fmt: skip


def test_an_end_of_this_month_whose_day_is_not_known_is_still_to_come(db: sqlite3.Connection) -> None:
    look = Look(db, read_names(db), "2026-02-10")
    newest = latest(look, 1)[0]["id"]
    db.execute(
        "update development set happened_on = '2026-02', precision = 'month', date_role = 'scheduled_expiry' where id = ?",
        (newest,),
    )
    assert newest not in {one["id"] for one in latest(look, 9)} and newest == ahead(look, 4)[0]["id"]
    db.execute("update development set date_role = 'announced' where id = ?", (newest,))
    assert newest in {one["id"] for one in latest(look, 9)} and newest not in {one["id"] for one in ahead(look, 4)}


def test_the_months_end_with_the_last() -> None:
    assert months("2025-01")[-2:] == ["2024-12", "2025-01"] and months("2025-01")[0] == "2023-02"


def test_it_is_counted_off_indexes(db: sqlite3.Connection) -> None:
    for sql, index in (
        (COUNTED, "USING COVERING INDEX development_kind"),
        (WITHDRAWN, "USING INDEX development_withdrawn"),
    ):
        plan = " ".join(row[3] for row in db.execute(f"explain query plan {sql}", ("fine", "2024", "2026")[: sql.count("?")]))  # fmt: skip
        assert index in plan, plan


def test_a_month_of_the_chart_leads_to_its_developments(site: Served) -> None:
    home = site.get("/").text
    month, said = re.search(
        r'<a href="/timeline\?month=([\d-]+)" aria-label="[^"]*?: (\d+) by governments', home
    ).groups()  # type: ignore[union-attr]
    rows = site.get(f"/timeline.json?month={month}").json()["developments"]
    assert sum(row["side"] == "government" for row in rows) == int(said)
    assert all(row["happened_on"].startswith(month) for row in rows) and rows


@pytest.mark.parametrize(
    ("message", "known", "want"),
    [
        ("selector-empty: news: https://a.example/x: matches nothing", ("news", "https://a.example/x"), "matches nothing"),
        ("news: https://a.example/x: matches nothing", ("news", "https://a.example/x"), "matches nothing"),
        ("the server answered 503", ("news", "https://a.example/x"), "the server answered 503"),
        ("", ("news", ""), ""),
    ],
)  # fmt: skip
def test_a_message_leaves_out_what_stands_beside_it(message: str, known: tuple[str, ...], want: str) -> None:
    assert trouble(message, *known) == want
