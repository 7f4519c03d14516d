"""Datasets of others, with the defects they are known for: what is taken, what is refused and why, and that again is nothing.

The files are written here in the form of the real ones; the facts in them are dated events of public record.
"""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result

import parsers.tables
from banwatch import main
from store.archive import Archive
from store.given import save_names
from store.rows import country

COLUMNS = [
    "start_date_type", "start_date", "country", "geo_scope", "area_name", "shutdown_type", "affected_network", "shutdown_extent", "ordered_by",
    "decision_maker", "actual_cause", "actual_cause_details", "info_source", "info_source_link", "shutdown_status", "end_date", "duration",
    "gov_justification", "gov_ack", "facebook_affected", "twitter_affected", "whatsapp_affected", "instagram_affected", "telegram_affected",
    "other_affected", "sms_affected", "phonecall_affected", "telcos_involved", "election", "violence", "hr_abuse_reported", "users_targeted",
    "users_target_detail", "event", "an_link", "region",
]  # fmt: skip
NATION = "It affected locations in more than one state, province, or region"


@pytest.fixture(autouse=True)
def _without_the_register(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the register says of the same measures would stand beside what a dataset says."""
    for verbs in ("keeping", "crawling"):
        monkeypatch.setattr(f"verbs.{verbs}.load_names", lambda door: save_names(door.db))


def row(**cells: str) -> dict[str, str]:
    return {"geo_scope": NATION, "info_source_link": "https://news.example/1", "shutdown_type": "Shutdown"} | cells


ROWS = [
    row(start_date="8/6/2023", end_date="8/13/2023", country="Iraq ", telegram_affected="Yes"),
    row(start_date="8/20/2023", country="SOMALIA", telegram_affected="Yes", other_affected="TikTok, Parchment"),  # one app nobody knows
    row(start_date="1/12/2021", end_date="ongoing", country="Uganda", facebook_affected="TRUE"),  # end in words
    row(start_date="9/13/2022", end_date="9/16/2021", country="Armenia", other_affected="TikTok"),  # ends before it starts
    row(start_date="8/6/2023", end_date="8/13/2023", country="Iraq", telegram_affected="Yes"),  # told twice
    row(start_date="25/12/2019", country="Iran", whatsapp_affected="Yes"),  # no such month
    row(start_date="3/7/2018", country="Sri Lankka", facebook_affected="Yes"),  # a spelling nobody has
    row(start_date="9/27/2020", country="Azerbaijan", affected_network="Mobile"),  # no app
    row(start_date="2/4/2021", country="Burma", info_source_link="", whatsapp_affected="Yes"),  # names no source
    row(start_date="3/10/2021", country="Russian Federation", shutdown_type="Throttle", twitter_affected="Yes"),
    row(start_date="", country="Chad", whatsapp_affected="Yes", geo_scope="national"),
]  # fmt: skip
REASONS = {
    "ends (2021-09-16) before it starts (2022-09-13)", "the same country, area, apps and start as an earlier row", "start: '25/12/2019' is no day",
    "unknown jurisdiction 'Sri Lankka'", "no app: a whole network",
}  # fmt: skip


def as_csv(path: Path) -> Path:
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    writer.writerows(ROWS)
    path.write_text(out.getvalue(), encoding="utf-8-sig")
    return path


def as_xlsx(path: Path) -> Path:
    """A sheet a year, a heading above the columns, days as days, names of columns as in the older editions."""
    book = openpyxl.Workbook()
    book.active.append(["This is a copy of the public sheet"])
    for year in ("2018", "2019", "2020", "2021", "2022", "2023", ""):
        sheet = book.create_sheet(year or "undated")
        sheet.append(["Tracker of shutdowns"])
        sheet.append([name.replace("_affected", "_affected ").capitalize() for name in COLUMNS])
        for cells in ROWS:
            if cells["start_date"][-4:] == year:
                sheet.append([cells.get(name, "") for name in COLUMNS])
    book.save(path)
    return path


def take(home: Path, *words: str, code: int = 0) -> dict[str, Any]:
    result: Result = CliRunner().invoke(main, ["--home", str(home), "import", *words, "--json"])
    assert result.exit_code == code, result.output + str(result.exception)
    found: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    return found


def query(home: Path, text: str) -> list[sqlite3.Row]:
    db = sqlite3.connect(home / "tracker.db")
    db.row_factory = sqlite3.Row
    return db.execute(text).fetchall()


def nothing_more(home: Path, report: dict[str, Any], *words: str) -> None:
    """The same import again gives the same report and adds no row."""
    tables = ("sighting", "page", "claim", "action", "development", "dataset_row", "article")
    held = {table: len(query(home, f"select 1 from {table}")) for table in tables}
    assert take(home, *words) == report
    assert held == {table: len(query(home, f"select 1 from {table}")) for table in tables}


@pytest.mark.parametrize("form", [as_csv, as_xlsx])
def test_the_spreadsheet_of_shutdowns_with_its_defects(tmp_path: Path, form: Any) -> None:
    file = form(tmp_path / ("stop.csv" if form is as_csv else "stop.xlsx"))
    report = take(tmp_path, "stop", str(file))
    assert (report["rows"], report["taken"]) == (11, 6)
    assert {one["reason"] for one in report["refused"]} == REASONS
    noted = {one["reason"]: one["rows"] for one in report["noted"]}
    assert noted == {"unknown platform 'Parchment'": 1, "end not taken: 'ongoing' is no day": 1, "names no source": 1}
    actions = {
        (r["jurisdiction"], r["kind"], r["platforms"], r["effective_on"], r["lifted_on"])
        for r in query(tmp_path, "select * from actions")
    }
    assert ("IQ", "nationwide_block", '["Telegram"]', "2023-08-06", "2023-08-13") in actions or (
        "IQ",
        "partial_block",
        '["Telegram"]',
        "2023-08-06",
        "2023-08-13",
    ) in actions
    assert {place for place, *_ in actions} == {"IQ", "SO", "UG", "MM", "RU", "TD"}
    assert {r["tier"] for r in query(tmp_path, "select tier from claim")} == {"civil_society"}


def test_the_columns_of_earlier_editions(tmp_path: Path) -> None:
    """Until 2018 the apps stand in words, in a column of their own; a whole network is told by its kind."""
    lines = [
        "year,start_date,end_date,country,geo_scope,area_name,shutdown_type_group,services_affected,service_details,news_link",
        "2016,7/19/2016,7/19/2016,Brazil,National,,Service-based,Internet,WhatsApp,https://news.example/1",
        "2016,10/16/2016,,Montenegro,National,,Service-based,Internet,WhatsApp and Viber only,https://news.example/2",
        '2018,3/7/2018,,SriLanka,National,,Throttling,Internet,"social media (Facebook, Viber: voice calls)",https://news.example/3',
        "2017,9/1/2017,,India,Local,Sirsa,Mobile Internet,Mobile Internet,Facebook,https://news.example/4",
    ]
    (tmp_path / "old.csv").write_text("\n".join(lines), encoding="utf-8")
    report = take(tmp_path, "stop", str(tmp_path / "old.csv"))
    assert [one["reason"] for one in report["refused"]] == ["no app: a whole network"] and report["taken"] == 3
    found = {
        (r["jurisdiction"], r["platforms"])
        for r in query(tmp_path, "select * from claim where kind != 'restriction_lifted'")
    }
    assert found == {
        ("BR", '["WhatsApp"]'),
        ("ME", '["Viber", "WhatsApp"]'),
        ("LK", '["Facebook", "Viber", "social media"]'),
    }


def test_every_claim_of_a_dataset_is_proved_by_the_file(tmp_path: Path) -> None:
    for name, form in (("stop.csv", as_csv), ("stop.xlsx", as_xlsx)):
        home = tmp_path / f"home of {name}"
        home.mkdir()
        take(home, "stop", str(form(tmp_path / name)))
        with Archive(home / "archive.db", readonly=True) as archive:
            page = archive.page(archive.last())
            source = archive.declarations()["stop"]
        text = parsers.tables.text(page, source)
        claims = query(home, 'select quote, start, "end" from claim')
        assert claims
        for quote, start, end in claims:
            assert quote and text[start:end] == quote


def test_a_second_import_adds_nothing_and_a_later_edition_adds_what_is_new(tmp_path: Path) -> None:
    file = as_csv(tmp_path / "stop.csv")
    first = take(tmp_path, "stop", str(file))
    count = {
        table: len(query(tmp_path, f"select 1 from {table}"))
        for table in ("sighting", "claim", "action", "development", "dataset_row")
    }
    assert take(tmp_path, "stop", str(file)) == first
    assert count == {table: len(query(tmp_path, f"select 1 from {table}")) for table in count}
    line = ",".join(
        {"start_date": "11/13/2023", "country": "Nepal", "other_affected": "TikTok", "geo_scope": "national"}.get(
            name, ""
        )
        for name in COLUMNS
    )
    file.write_text(file.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
    take(tmp_path, "stop", str(file))
    assert len(query(tmp_path, "select 1 from claim")) == count["claim"] + 1
    assert len(query(tmp_path, "select 1 from action")) == count["action"] + 1


def edition(path: Path, lines: list[dict[str, str]]) -> Path:
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    writer.writerows(lines)
    path.write_text(out.getvalue(), encoding="utf-8")
    return path


def test_a_row_that_a_later_edition_took_back_stays_marked(tmp_path: Path) -> None:
    """And what that edition corrected; another year's file takes nothing back, and a row that returns stands again."""
    take(tmp_path, "stop", str(edition(tmp_path / "1.csv", ROWS)))
    count = len(query(tmp_path, "select 1 from claim"))
    without = [cells for cells in ROWS if cells["country"] != "Russian Federation"]
    without[0] = without[0] | {"end_date": "8/12/2023"}
    take(tmp_path, "stop", str(edition(tmp_path / "2.csv", without)))
    take(
        tmp_path,
        "stop",
        str(
            edition(
                tmp_path / "other year.csv", [row(start_date="11/13/2023", country="Nepal", other_affected="TikTok")]
            )
        ),
    )
    gone = query(tmp_path, "select jurisdiction, kind, happened_on from claim where standing = 'superseded'")
    assert {tuple(r) for r in gone} == {("RU", "throttling", "2021-03-10"), ("IQ", "restriction_lifted", "2023-08-13")}
    assert len(query(tmp_path, "select 1 from claim")) == count + 2, "nothing that was told is deleted"
    rows = query(tmp_path, "select key, until from dataset_rows where state = 'withdrawn'")
    assert len(rows) == 1 and rows[0]["key"].startswith("2021-03-10|russian") and rows[0]["until"]
    (told,) = query(tmp_path, "select title, stage, action, baseline from development where jurisdiction = 'RU'")
    assert (
        told["stage"] == "withdrawn"
        and told["title"].startswith("Withdrawn")
        and (told["action"], told["baseline"]) == (None, 1)
    )
    assert [r["lifted_on"] for r in query(tmp_path, "select lifted_on from actions where jurisdiction = 'IQ'")] == [
        "2023-08-12"
    ]
    before = {
        name: [tuple(r) for r in query(tmp_path, f"select * from {name} order by id")]
        for name in ("claim", "dataset_row", "development")
    }
    assert CliRunner().invoke(main, ["--home", str(tmp_path), "reread"]).exit_code == 0
    assert before == {name: [tuple(r) for r in query(tmp_path, f"select * from {name} order by id")] for name in before}
    take(tmp_path, "stop", str(edition(tmp_path / "3.csv", [*without, ROWS[9]])))
    assert not query(tmp_path, "select 1 from claim where standing = 'superseded' and jurisdiction = 'RU'")
    assert {r["jurisdiction"] for r in query(tmp_path, "select jurisdiction from actions")} >= {"RU", "NP"}


def test_a_domain_names_the_app_that_the_test_does_not(tmp_path: Path) -> None:
    """The form of api/v1/aggregation with axis_y=domain; counts leave out each other (confirmed is no anomaly there)."""
    counts = {"anomaly_count": 5, "confirmed_count": 90, "failure_count": 0, "ok_count": 5, "measurement_count": 100}
    rows = [
        counts | {"domain": domain, "measurement_start_day": "2022-03-05"}
        for domain in ("twitter.com", "www.facebook.com", "bbc.com")
    ]
    (tmp_path / "sites.json").write_text(json.dumps({"v": 0, "dimension_count": 2, "result": rows}), encoding="utf-8")
    asked = "https://api.ooni.org/api/v1/aggregation?probe_cc=RU&test_name=web_connectivity&axis_x=measurement_start_day&axis_y=domain"
    report = take(tmp_path, "ooni", str(tmp_path / "sites.json"), "--url", asked)
    assert report["taken"] == 2 and [one["reason"] for one in report["refused"]] == ["unknown platform 'bbc'"]
    seen = {(r["platforms"], r["jurisdiction"], r["de_facto"]) for r in query(tmp_path, "select * from claim")}
    assert seen == {('["X"]', "RU", "blocked"), ('["Facebook"]', "RU", "blocked")}


def test_a_window_of_measurements_takes_nothing_back(tmp_path: Path) -> None:
    def days(first: int) -> str:
        seen = [{"measurement_start_day": f"2024-03-{day:02}", "anomaly_count": 90, "confirmed_count": 0, "failure_count": 0, "ok_count": 10,
                 "measurement_count": 100} for day in range(first, first + 20)]  # fmt: skip
        return json.dumps({"v": 0, "dimension_count": 1, "result": seen})

    asked = "https://api.ooni.org/api/v1/aggregation?probe_cc=RU&test_name=telegram&axis_x=measurement_start_day"
    for first in (1, 2):
        (tmp_path / "days.json").write_text(days(first), encoding="utf-8")
        take(tmp_path, "ooni", str(tmp_path / "days.json"), "--url", asked)
    assert not query(tmp_path, "select 1 from claim where standing = 'superseded'")


def test_a_shutdown_that_crossed_a_border_is_told_of_both_countries(tmp_path: Path) -> None:
    both = [row(start_date="5/7/2025", country="India; Pakistan", telegram_affected="Yes")]
    assert take(tmp_path, "stop", str(edition(tmp_path / "two.csv", both)))["taken"] == 1
    assert {r["jurisdiction"] for r in query(tmp_path, "select jurisdiction from actions")} == {"IN", "PK"}


def test_what_an_import_brings_is_no_news(tmp_path: Path) -> None:
    take(tmp_path, "stop", str(as_csv(tmp_path / "stop.csv")))
    assert {
        r["baseline"] for r in query(tmp_path, "select baseline from development where kind != 'now_tracking'")
    } == {1}


def test_an_import_is_read_again_from_the_archive(tmp_path: Path) -> None:
    take(tmp_path, "stop", str(as_xlsx(tmp_path / "stop.xlsx")))
    before = [tuple(r) for r in query(tmp_path, "select * from claim order by id")]
    assert CliRunner().invoke(main, ["--home", str(tmp_path), "reread"]).exit_code == 0
    assert [tuple(r) for r in query(tmp_path, "select * from claim order by id")] == before
    assert len(query(tmp_path, "select 1 from dataset_rows where state = 'refused'")) == 5


@pytest.mark.parametrize(
    ("name", "body", "cause"),
    [
        ("stop.csv", b"name,value\n1,2\n", "columns-missing"),
        ("stop.xlsx", b"PK\x03\x04 and no workbook", "not-a-table"),
        ("stop.csv", b"<html><body>Sign in</body></html>", "columns-missing"),
    ],
)
def test_a_file_that_is_another_is_refused_with_a_reason(tmp_path: Path, name: str, body: bytes, cause: str) -> None:
    (tmp_path / name).write_bytes(body)
    report = take(tmp_path, "stop", str(tmp_path / name), code=1)
    assert report["fault"].startswith(cause) and report["rows"] == 0


@pytest.mark.parametrize("spelling", ["Burma", "DRC", "Congo (Kinshasa)", "Cote d'Ivoire", "Türkiye", "turkiye", "Iran, Islamic Republic of", "The Gambia", "UAE", "Viet Nam", "Syrian Arab Republic", "USA", "India ", "Palestine", "Republic of the Congo", "Kyrgyz Republic"])  # fmt: skip
def test_spellings_of_countries_are_known(spelling: str) -> None:
    assert len(country(spelling)) == 2


# OONI -------------------------------------------------------------------------------------------------------------------
def day(number: int, anomalies: int, confirmed: int = 0, count: int = 100) -> dict[str, Any]:
    return {"anomaly_count": anomalies, "confirmed_count": confirmed, "failure_count": 0, "measurement_count": count,
            "measurement_start_day": f"2026-02-{number:02}", "ok_count": count - anomalies - confirmed}  # fmt: skip


def test_measurements_give_the_state_beside_the_order(tmp_path: Path) -> None:
    days = [day(8, 3), day(9, 5), day(10, 96), day(11, 99), day(12, 50), day(13, 2), day(14, 1, count=5)]
    (tmp_path / "ru.json").write_text(json.dumps({"v": 0, "dimension_count": 1, "result": days}))
    url = "https://api.ooni.org/api/v1/aggregation?probe_cc=RU&test_name=telegram&since=2026-02-01&until=2026-03-01&axis_x=measurement_start_day"
    report = take(tmp_path, "ooni", str(tmp_path / "ru.json"), "--url", url)
    assert (report["rows"], report["taken"]) == (7, 3)
    found = [(r["happened_on"], r["de_facto"]) for r in query(tmp_path, "select * from claim order by happened_on")]
    assert found == [("2026-02-10", "blocked"), ("2026-02-12", "intermittent"), ("2026-02-13", "reachable")]
    (action,) = query(tmp_path, "select * from actions")
    assert (action["jurisdiction"], action["platforms"], action["de_facto"], action["tier"]) == (
        "RU",
        '["Telegram"]',
        "reachable",
        "measurement",
    )
    nothing_more(tmp_path, report, "ooni", str(tmp_path / "ru.json"), "--url", url)


def test_findings_name_apps_by_test_and_by_site(tmp_path: Path) -> None:
    incident = {"id": "1", "title": "t", "short_description": "s", "start_time": "2024-08-09T00:00:00Z", "end_time": None, "published": True, "CCs": ["RU"],
                "test_names": ["signal"], "domains": ["www.tiktok.com"]}  # fmt: skip
    incidents = [
        incident, incident | {"id": "2", "test_names": [], "domains": ["kloop.kg"]}, incident | {"id": "3", "CCs": []},
        incident | {"id": "4", "CCs": ["IQ"], "test_names": ["telegram"], "domains": [], "start_time": "2023-08-06T00:00:00Z", "end_time": "2023-08-13T00:00:00Z"},
    ]  # fmt: skip
    (tmp_path / "f.json").write_text(json.dumps({"incidents": incidents}))
    report = take(tmp_path, "ooni", str(tmp_path / "f.json"))
    assert {one["reason"] for one in report["refused"]} == {"unknown platform 'kloop'", "names no country"}
    found = {
        (r["jurisdiction"], r["platforms"], r["happened_on"], r["de_facto"])
        for r in query(tmp_path, "select * from claim")
    }
    assert found == {
        ("RU", '["Signal", "TikTok"]', "2024-08-09", "blocked"),
        ("IQ", '["Telegram"]', "2023-08-06", "blocked"),
        ("IQ", '["Telegram"]', "2023-08-13", "reachable"),
    }
    nothing_more(tmp_path, report, "ooni", str(tmp_path / "f.json"))


# Wikidata -----------------------------------------------------------------------------------------------------------------
def binding(**values: str) -> dict[str, Any]:
    return {name: {"type": "literal", "value": value} for name, value in values.items()}


def test_a_result_of_wikidata(tmp_path: Path) -> None:
    event = "http://www.wikidata.org/entity/recording"
    rows = [
        binding(event=event + "1", platformLabel="Twitter", countryCode="NG", start="2021-06-04T00:00:00Z", end="2022-01-12T00:00:00Z"),
        binding(event=event + "2", platformLabel="WhatsApp", countryCode="BR", start="2016-05-02T00:00:00Z", action="banning"),
        binding(event=event + "3", platformLabel="Discord", start="2024-10-08T00:00:00Z"),
    ]  # fmt: skip
    (tmp_path / "w.json").write_text(json.dumps({"head": {"vars": []}, "results": {"bindings": rows}}))
    report = take(tmp_path, "wikidata", str(tmp_path / "w.json"))
    assert {one["reason"] for one in report["refused"]} == {"unknown action 'banning'", "binds no countryCode"}
    (action,) = query(tmp_path, "select * from actions")
    assert (
        action["jurisdiction"],
        action["platforms"],
        action["effective_on"],
        action["lifted_on"],
        action["status"],
    ) == ("NG", '["X"]', "2021-06-04", "2022-01-12", "lifted")
    assert action["tier"] == "aggregator"
    nothing_more(tmp_path, report, "wikidata", str(tmp_path / "w.json"))


# DPA ----------------------------------------------------------------------------------------------------------------------
def event(number: int) -> dict[str, Any]:
    return {
        "id": number, "title": "Indonesia blocked Grok", "url": f"https://digitalpolicyalert.org/event/{number}-recording",
        "description": "On 10 January 2026, the Ministry of Communication and Digital Affairs of Indonesia blocked access to Grok nationwide.", "date": "2026-01-10",
        "status": "in force", "event_type": "order", "action_type": "in force", "implementers": [{"name": "Indonesia", "id": 360}], "implementer_groups": [],
        "policy_area": "Content moderation", "policy_instrument": "", "economic_activities": [], "implementation_level": "national",
    }  # fmt: skip


@pytest.fixture
def api() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    asked: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked.append(said | {"key": self.headers["Authorization"]})
            good = self.headers["Authorization"] == "APIKey of mine"
            body = (
                json.dumps([event(n) for n in range(1_000)] if said["offset"] == 0 else [event(2_000)]).encode()
                if good
                else b"Access denied"
            )
            self.send_response(200 if good else 403)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/events/", asked
    server.shutdown()
    server.server_close()


def test_events_of_the_policy_alert_as_a_file(tmp_path: Path) -> None:
    (tmp_path / "dpa.json").write_text(json.dumps([event(1)]))
    report = take(tmp_path, "dpa", str(tmp_path / "dpa.json"))
    assert report["articles"] == 1
    (article,) = query(tmp_path, "select * from article")
    assert (article["tier"], article["url"], article["published"]) == (
        "aggregator",
        "https://digitalpolicyalert.org/event/1-recording",
        "2026-01-10",
    )
    claims = query(tmp_path, 'select quote, start, "end" from claim')
    assert claims and all(article["text"][c["start"] : c["end"]] == c["quote"] for c in claims)
    nothing_more(tmp_path, report, "dpa", str(tmp_path / "dpa.json"))


@pytest.mark.parametrize("body", [{"results": [{"title": "An event"}]}, {"detail": "Invalid token."}, ["An event"]])
def test_an_answer_that_is_no_list_of_events_is_said_to_be_none(tmp_path: Path, body: object) -> None:
    (tmp_path / "dpa.json").write_text(json.dumps(body))
    done = CliRunner().invoke(main, ["--home", str(tmp_path), "import", "dpa", str(tmp_path / "dpa.json")])
    assert done.exit_code == 1 and "options.items" in done.stderr


def test_events_are_asked_for_page_by_page_with_a_key_that_is_kept_nowhere(
    tmp_path: Path, api: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, asked = api
    monkeypatch.setenv("BANWATCH_DPA_KEY", "of mine")
    monkeypatch.setattr("importers.dpa.LIMIT", 1_000)
    take(tmp_path, "dpa", "--since", "2026-01-01", "--until", "2026-02-01", "--api", address)
    assert [said["offset"] for said in asked] == [0, 1_000] and asked[0]["request_data"] == {
        "event_period": ["2026-01-01", "2026-02-01"]
    }
    assert len(query(tmp_path, "select 1 from sighting")) == 2
    for path in tmp_path.glob("*.db*"):
        assert b"of mine" not in path.read_bytes()


def test_a_key_that_is_refused_is_said(tmp_path: Path, api: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BANWATCH_DPA_KEY", "wrong")
    result = CliRunner().invoke(
        main, ["--home", str(tmp_path), "import", "dpa", "--since", "2026-01-01", "--api", api[0]]
    )
    assert result.exit_code == 1 and "is the key valid?" in result.output and "wrong" not in result.output
