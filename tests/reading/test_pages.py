"""What the pages say, asked over HTTP from a real Datasette process over the shelf."""

from __future__ import annotations

import sqlite3

from tests.reading.conftest import Served


def action_of(site: Served, place: str, kind: str) -> str:
    db = sqlite3.connect(site.tracker)
    return str(db.execute("select id from action where jurisdiction = ? and kind = ?", (place, kind)).fetchone()[0])


def test_home_shows_both_sides_the_map_and_the_matrix(site: Served) -> None:
    home = site.get("/").text
    assert "Malaysia: nationwide block of Grok lifted" in home
    assert "Telegram: Privacy Policy changed" in home
    assert 'aria-label="Russia: nationwide block; Facebook' in home
    assert "Telegram, Ukraine: device ban, since 19 September 2024" in home


def test_an_action_shows_its_proof(site: Served) -> None:
    ident = action_of(site, "UA", "device_ban")
    page = site.get(f"/action/{ident}").text
    for said in ("may not be used on devices of state bodies", "armed forces", "national security", "2024-09-20", "SHA-256", "proposed by the tracker",
                 "How to cite", "@misc{banwatch-"):  # fmt: skip
        assert said in page
    given = site.get(f"/action/{ident}.json").json()
    assert given["action"]["scopes"] == ["government", "military", "critical_infrastructure"]


def test_an_old_id_of_an_action_leads_to_it_for_ever(site: Served) -> None:
    old, now = sqlite3.connect(site.tracker).execute("select id, action from alias limit 1").fetchone()
    moved = site.get(f"/action/{old}")
    assert (moved.status, moved.headers["location"]) == (301, f"/action/{now}")


def test_an_unknown_action_is_not_here(site: Served) -> None:
    assert site.get("/action/nothing").status == 404
    assert site.get("/action/nothing.json").json()["wanted"] == "nothing"


def test_every_answer_carries_the_headers_that_keep_it_inert(site: Served) -> None:
    for path in (
        "/",
        "/nope",
        "/static/page.css",
        "/tracker",
        "/action/nothing.json",
        "//evil.invalid/",
        "/-/databases.json",
    ):
        headers = site.get(path).headers
        assert (
            "script-src 'self'" in headers["content-security-policy"]
            and "unsafe" not in headers["content-security-policy"]
        ), path
        assert (headers["x-content-type-options"], headers["x-frame-options"]) == ("nosniff", "DENY"), path


def test_a_foreign_host_name_is_refused(site: Served) -> None:
    assert site.get("/", Host="evil.invalid").status == 421
    assert site.get("/", Host=f"127.0.0.1:{site.port}").status == 200
