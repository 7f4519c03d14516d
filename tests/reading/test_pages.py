"""What the pages say, asked over HTTP from a real Datasette process over the shelf."""

from __future__ import annotations

import csv
import hashlib
import html
import io
import json
import re
import sqlite3
from pathlib import Path
from urllib.parse import urlencode

import pytest
import yaml

from store.database import open_tracker
from tests.reading import shelf
from tests.reading.conftest import FOLDER, Served, serve


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
    for said in ("may not be used on devices of state bodies", "armed forces", "national security", "20 September 2024", "SHA-256", "proposed by the tracker",
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


def test_every_ready_question_has_an_answer(site: Served) -> None:
    for question in ready():
        asked = question.get("example", "")
        answer = site.get(f"/tracker/{question['name']}.json?_shape=array" + (f"&{asked}" if asked else ""))
        assert answer.status == 200, (question["name"], answer.text[:200])
        page = site.get(f"/tracker/{question['name']}?{asked}").text
        assert question["title"].replace("'", "&#39;") in page and question["description"].replace("'", "&#39;") in page
        assert answer.json() or question["name"] in {"by_topic", "after_a_change"}, question["name"]


def ready() -> list[dict[str, str]]:
    found = yaml.safe_load((FOLDER / "metadata.yaml").read_text(encoding="utf-8"))["databases"]["tracker"]["queries"]
    return [{"name": name, **query} for name, query in found.items()]


def answers(site: Served, name: str, **args: str) -> list[dict]:
    return site.get(f"/tracker/{name}.json?_shape=array&{urlencode(args)}").json()


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/tracker/in_force?day=nope", 400, "“nope” is no day"),
        ("/tracker/in_force.csv?day=2024-02-30", 400, "“2024-02-30” is no day"),
        ("/tracker/in_force.json?day=1", 400, "“1” is no day"),
        ("/tracker/lifted_within?days=-1", 400, "is no number of days"),
        ("/tracker/measures_against_app?app=telegrm", 404, "/tracker/measures_against_app?app=Telegram"),
        ("/feeds/query/measures_against_app.atom?app=telegrm", 404, "/feeds/query/measures_against_app.atom?app=Telegram"),
        ("/feeds/query/in_force_where.rss?app=Telegram&day=x", 400, "“x” is no day"),
        ("/tracker/by_topic?topic=encrypton", 404, "topic=encryption"),
        ("/tracker/reasons?place=Ukrane", 404, "place=Ukraine"),
        ("/tracker/in_forc", 404, "/tracker/in_force"),
        ("/feeds/query/in_forc.atom", 404, "query/in_force"),
        ("/tracker?sql=drop+table+action", 400, "Only a SELECT is answered here"),
        ("/tracker?sql=with+recursive+c(n)+as+(select+1+union+all+select+n%2B1+from+c)+select+count(*)+from+c", 400, "took too long and was stopped"),
    ],
)  # fmt: skip
def test_what_is_asked_wrongly_is_said_to_be_and_what_is_near_is_offered(
    site: Served, path: str, status: int, said: str
) -> None:
    answer = site.get(path)
    assert (answer.status, "content-security-policy" in answer.headers) == (status, True)
    assert said in html.unescape(answer.text) and "querySelector" not in answer.text


def test_a_question_takes_any_name_of_an_app_or_a_place(tmp_path: Path) -> None:
    tracker = shelf.build(tmp_path / "tracker.db")
    with sqlite3.connect(tracker) as db:
        db.execute("""update platform set aliases = '["Twitter"]' where name = 'X'""")
    running = serve(tracker)
    site = next(running)
    for ask, names in (("measures_against_app.json?app=", ("X", "TWITTER")), ("reasons.json?place=", ("RU", "Russia"))):
        one, other = (site.get(f"/tracker/{ask}{name}&_shape=array").json() for name in names)
        assert one == other != []
    running.close()


def test_questions_are_answered_rightly(site: Served) -> None:
    def told(rows: list[dict], *names: str) -> set[tuple]:
        return {tuple(row[name] for name in names) for row in rows}

    on = told(answers(site, "in_force", day="2024-10-01"), "jurisdiction", "kind")
    assert {("UA", "device_ban"), ("BR", "nationwide_block")} <= on and ("AL", "nationwide_block") not in on
    assert ("BR", "nationwide_block") not in told(answers(site, "in_force", day="2024-10-08"), "jurisdiction", "kind")
    assert told(answers(site, "in_force_where", app="telegram", day="2024-10-01"), "jurisdiction") == {("UA",), ("CN",)}
    assert {("MY", 12)} == told(answers(site, "lifted_within", days="12"), "jurisdiction", "days") - told(
        answers(site, "lifted_within", days="7"), "jurisdiction", "days"
    )
    assert told(answers(site, "fines"), "year", "currency", "total") == {
        ("2025", "EUR", 650_000_000.0),
        ("2025", "AUD", 957_780.0),
    }
    assert ("Telegram", "UA") in told(answers(site, "devices_only"), "platform", "jurisdiction")
    assert told(answers(site, "disclosure_widened"), "platform", "changed_on") == {("Telegram", "2024-09-23")}
    after = answers(site, "after_a_change", app="Telegram", days="200")
    assert told(after, "jurisdiction", "days_after") == {("AU", 154)}
    assert 4 in {row["days_after"] for row in answers(site, "before_a_change", app="telegram")}


def test_a_name_leads_to_its_page_and_a_near_one_is_offered(site: Served) -> None:
    assert site.get("/platform/Telegram").status == site.get("/jurisdiction/ukraine").status == 200
    for path, near in (("/platform/telegramm", "/platform/telegram"), ("/jurisdiction/Ukrain", "/jurisdiction/UA"), ("/kind/device_bans", "/kind/device_ban"),
                       ("/source/snap-privacyy", "/source/snap-privacy"), ("/authority/ua-ncc", "/authority/ua-nccc")):  # fmt: skip
        answer = site.get(path)
        assert answer.status == 404 and f'href="{near}"' in answer.text, path
        assert site.get(path + ".json").json()["nearest"][0][0] == near


def test_a_name_of_several_words_or_with_accents_leads_to_its_page(tmp_path: Path) -> None:
    tracker = shelf.build(tmp_path / "tracker.db")
    with sqlite3.connect(tracker) as db:
        db.execute("update jurisdiction set name = 'Côte d''Ivoire' where code = 'UA'")
        db.execute("""update platform set aliases = '["Tele gram"]' where name = 'Telegram'""")
    running = serve(tracker)
    site = next(running)
    told = [
        site.get(path).status
        for path in (
            "/jurisdiction/C%C3%B4te%20d%27Ivoire",
            "/jurisdiction/c%C3%B4te%20d'ivoire.json",
            "/platform/Tele%20gram",
        )
    ]
    running.close()
    assert told == [200, 200, 200]


@pytest.mark.parametrize(
    ("path", "near"),
    [
        ("/timeline?topic=encrypton", "/timeline?topic=encryption"),
        ("/timeline?status=in_forse", "/timeline?status=in_force"),
        ("/timeline?side=governments", "/timeline?side=government"),
        ("/timeline?kind=device_bann", "/timeline?kind=device_ban"),
        ("/timeline?authority=ua-ncc", "/authority/ua-nccc"),
        ("/timeline?platform=telegrm", "/platform/telegram"),
        ("/timeline?jurisdiction=Ukrane", "/jurisdiction/UA"),
        ("/timeline?since=yesterday", ""),
        ("/timeline?month=zz", ""),
        ("/matrix?on=2024-13-45", ""),
    ],
)
def test_a_filter_of_the_timeline_that_is_none_is_not_taken_for_an_empty_answer(
    site: Served, path: str, near: str
) -> None:
    answer = site.get(path)
    assert answer.status == 404 and f'href="{near}' in answer.text


def test_every_page_names_its_feed_and_its_json(site: Served) -> None:
    db = sqlite3.connect(site.tracker)
    document, change = db.execute("select document, id from change").fetchone()
    action = action_of(site, "UA", "device_ban")
    version = db.execute("select id from version").fetchone()[0]
    for path, feed in ((f"/action/{action}", f"/feeds/action/{action}.atom"), (f"/document/{document}", f"/feeds/document/{document}.atom"), (f"/update/{change}", f"/feeds/document/{document}.atom"),
                       (f"/version/{version}", "/feeds/document/"), ("/authority/ua-nccc", "/feeds/authority/ua-nccc.atom"), ("/source/snap-privacy", "/feeds/source/snap-privacy.atom"),
                       ("/timeline?topic=encryption", "/feeds/topic/encryption.atom"),
                       ("/", "/feeds/all.atom"), ("/platform/telegram", "/feeds/platform/telegram.atom"), ("/jurisdiction/UA", "/feeds/jurisdiction/"),
                       ("/kind/device_ban", "/feeds/kind/device"), ("/maintainers", "/feeds/maintainers.atom"), ("/search?q=device+ban", "/feeds/all.atom?q=device%20ban"), ("/tracker/actions", "/feeds/all.atom")):  # fmt: skip
        page = site.get(path).text
        links = re.findall(r'<link rel="alternate" type="application/atom\+xml"[^>]*href="([^"]+)"', page)
        assert any(link.startswith(feed) for link in links), path
        assert all(site.get(link).status == 200 for link in links), links
        assert links[0].startswith(feed) or path.startswith("/tracker"), f"{path}: its own feed is not the first"
        json_ = re.findall(r'<link rel="alternate" type="application/json" href="([^"]+)"', page)
        assert site.get(json_[0].split("?")[0]).json()


CITED = {"action": "select action from claim where page is not null and action is not null", "update": "select id from change", "document": "select id from document",
         "version": "select id from version", "page": "select id from page", "platform": "select 'telegram'", "jurisdiction": "select 'UA'", "authority": "select 'ua-nccc'"}  # fmt: skip


@pytest.mark.parametrize("kind", CITED)
def test_every_form_of_a_citation_names_address_instant_and_hash(site: Served, kind: str) -> None:
    path = f"/{kind}/{sqlite3.connect(site.tracker).execute(CITED[kind]).fetchone()[0]}"
    cite, page = site.get(path + ".json").json()["cite"], html.unescape(site.get(path).text)
    (csl,) = cite["csl"]
    for form, text in (cite | {"csl": csl["note"]}).items():
        assert re.search(r"fetched 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00, SHA-256 \w{64}\.", text), form
        assert form == "csl" or (text in page and f"http://127.0.0.1:{site.port}{path}" in text), form
    assert csl["archive_location"].startswith("sha256:") and csl["URL"] == f"http://127.0.0.1:{site.port}{path}"
    assert "urldate = {20" in cite["bibtex"] and cite["wikipedia"].startswith("{{cite web |")


def test_what_no_archived_page_proves_names_the_address_it_was_entered_from(tmp_path: Path) -> None:
    tracker = shelf.build(tmp_path / "tracker.db")
    with sqlite3.connect(tracker) as db:
        action, url = db.execute("select action, url from claim where action is not null limit 1").fetchone()
        db.execute("update claim set page = null, source = 'register' where action = ?", (action,))
    running = serve(tracker)
    cite = next(running).get(f"/action/{action}.json").json()["cite"]
    running.close()
    assert f"Source named by the register: {url}." in cite["text"] and "SHA-256" not in cite["text"]


def test_what_tells_of_many_things_names_the_newest_it_rests_on(site: Served) -> None:
    for path in ("/platform/telegram", "/jurisdiction/UA", "/authority/ua-nccc"):
        cite = site.get(path + ".json").json()["cite"]
        assert re.search(r"Newest evidence: https?://\S+, fetched 20\d\d-\S+, SHA-256 \w{64}\.", cite["text"]), path
        assert cite["csl"][0]["archive_location"].startswith("sha256:") and "SHA-256" in cite["bibtex"]


def test_what_changes_is_seen_at_once(tmp_path: Path) -> None:
    tracker = shelf.build(tmp_path / "tracker.db")
    running = serve(tracker)
    served = next(running)
    assert "Newly named" not in served.get("/").text
    with sqlite3.connect(tracker) as db:
        db.execute("update development set title = 'Newly named' where happened_on = '2026-02-12'")
    assert "Newly named" in served.get("/").text
    running.close()


def test_a_day_of_effect_that_can_be_read_two_ways_is_said_to(tmp_path: Path) -> None:
    tracker = shelf.build(tmp_path / "tracker.db")
    running = serve(tracker)
    served = next(running)
    with sqlite3.connect(tracker) as db:
        (change,) = db.execute("select id from change where effective_on != ''").fetchone()
        assert "can be read two ways" not in served.get(f"/update/{change}").text
        db.execute("update change set effective_ambiguous = 1")
    assert "can be read two ways" in served.get(f"/update/{change}").text
    running.close()


def test_the_whole_of_a_view_can_be_taken(site: Served) -> None:
    rows = list(csv.DictReader(io.StringIO(site.get("/data/claims.csv").text)))
    lines = [json.loads(line) for line in site.get("/data/claims.jsonl").text.splitlines()]
    count = sqlite3.connect(site.tracker).execute("select count(*) from claims").fetchone()[0]
    assert len(rows) == len(lines) == count and rows[0]["quote"]


def test_ready_made_files_are_listed_with_their_hash(tmp_path: Path) -> None:
    tracker = shelf.build(tmp_path / "tracker.db")
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "actions.parquet").write_bytes(b"PAR1")
    running = serve(tracker)
    served = next(running)
    assert hashlib.sha256(b"PAR1").hexdigest() in served.get("/data").text
    assert served.get("/data/files/actions.parquet").text == "PAR1"
    (served.tracker.parent / "exports" / "archive.db").write_bytes(b"pages")
    assert "files/archive.db" not in served.get("/data").text and served.get("/data/files/archive.db").status == 404
    assert served.get("/data/files/../tracker.db").status == served.get("/data/files/%2e%2e/tracker.db").status == 404
    running.close()


def test_a_page_that_did_not_change_is_not_sent_again(site: Served) -> None:
    for path in ("/", "/platform/telegram", "/search?q=telegram", "/platform/telegram.json"):
        first = site.get(path)
        again = site.get(path, If_None_Match=f'W/{first.headers["etag"]}, "other"')
        assert (again.status, again.text) == (304, "") and again.headers["etag"] == first.headers["etag"]
        assert site.get(path, If_None_Match='"other"').text == first.text
    assert "etag" not in site.get("/action/nothing").headers


def test_datasettes_own_pages_that_did_not_change_are_not_sent_again(site: Served) -> None:
    for path in (
        "/tracker/actions",
        "/tracker/actions.json",
        "/tracker/in_force?day=2024-10-01",
    ):
        first = site.get(path)
        again = site.get(path, If_None_Match=first.headers["etag"])
        assert (first.status, again.status, again.text) == (200, 304, "") and again.headers["etag"] == first.headers[
            "etag"
        ], path
        assert again.headers["x-content-type-options"] == "nosniff"
        assert site.get(path, If_None_Match='"other"').status == 200
    assert (
        site.get("/tracker/in_force?day=2024-10-02").headers["etag"]
        != site.get("/tracker/in_force?day=2024-10-01").headers["etag"]
    )
    assert "etag" not in site.get("/tracker/nothing").headers


def test_claims_are_found_by_their_words(site: Served) -> None:
    found = site.get("/search.json?q=devices+state+bodies").json()
    assert found["hits"][0]["kind"] == "action" and "claim" not in {hit["kind"] for hit in found["hits"]}
    (first, *_) = found["claims"]
    assert first["kind"] == "claim" and "devices of state bodies" in first["snippet"]
    alone = site.get("/search.json?q=devices+state+bodies&kind=claim").json()["hits"]
    assert [hit["item"] for hit in alone][: len(found["claims"])] == [hit["item"] for hit in found["claims"]]
    moved = site.get(first["address"])
    assert moved.status == 301 and moved.headers["location"].endswith(f"#claim-{first['item']}")
    page = site.get("/search?q=devices+state+bodies").text
    assert "Claims that say so" in page and page.index("Claims that say so") > page.index(found["hits"][0]["address"])


def test_a_claim_that_is_not_published_is_not_found(tmp_path: Path) -> None:
    tracker = shelf.build(tmp_path / "tracker.db")
    with sqlite3.connect(tracker) as db:
        db.execute("update claim set standing = 'rumour'")
    running = serve(tracker)
    found = next(running).get("/search.json?q=devices+state+bodies").json()
    running.close()
    assert found["hits"] and not found["claims"]


def test_what_has_not_all_the_words_is_looked_for_by_their_beginnings(site: Served) -> None:
    found = site.get("/search.json?q=devic+bodie").json()
    assert found["hits"] and "begin so" in found["hint"]
    assert not site.get("/search.json?q=devic+bodie+-telegram").json()["hits"]
    assert site.get("/search.json?q=%22devices+NOT+bodies+AND+x%22").json()["hint"] == ""


def test_a_measure_is_not_linked_to_itself(tmp_path: Path) -> None:
    tracker = shelf.build(tmp_path / "tracker.db")
    with sqlite3.connect(tracker) as db:
        development, action = db.execute(
            "select id, action from development where action is not null limit 1"
        ).fetchone()
        db.execute("insert into link (id, subject, relation, object, basis, evidence) values ('x', ?, 'amends', ?, 'stated', '')", (development, action))  # fmt: skip
    running = serve(tracker)
    links = next(running).get(f"/action/{action}.json").json()["links"]
    running.close()
    assert not [link for link in links if link["relation"] == "amends"]


def test_what_is_to_come_is_said_to_be(tmp_path: Path) -> None:
    tracker = shelf.build(tmp_path / "tracker.db")
    with sqlite3.connect(tracker) as db:
        db.execute("update development set happened_on = '2999-01' where id = (select max(id) from development)")
    running = serve(tracker)
    page = next(running).get("/timeline").text
    running.close()
    assert page.count(">to come<") == 1


def test_the_methods_page_begins_with_what_stands_on_it(site: Served) -> None:
    page = site.get("/methods").text
    links = re.findall(r'<li[^>]*><a href="#([^"]+)">', page)
    assert len(links) > 5 and all(page.count(f'id="{ident}"') == 1 for ident in links)


def test_a_title_in_another_language_says_which(site: Served) -> None:
    page, language = sqlite3.connect(site.tracker).execute("select page, language from article where language != 'en' limit 1").fetchone()  # fmt: skip
    assert f'<h1 lang="{language}"' in site.get(f"/page/{page}").text


def test_a_claim_of_no_action_and_no_page_stands_by_itself(tmp_path: Path) -> None:
    tracker = shelf.build(tmp_path / "tracker.db")
    with sqlite3.connect(tracker) as db:
        claim, told = db.execute("select id, quote from claim where quote != '' limit 1").fetchone()
        db.execute("update claim set action = null, page = null, development = null, article = null, standing = 'rumour', source = 'register' where id = ?", (claim,))  # fmt: skip
    running = serve(tracker)
    page = next(running).get(f"/claim/{claim}")
    running.close()
    assert page.status == 200 and told[:40] in html.unescape(page.text) and "rumoured" in page.text


def test_a_tracker_that_holds_nothing_yet_has_every_page_and_says_so(tmp_path: Path) -> None:
    open_tracker(tmp_path / "tracker.db").close()
    running = serve(tmp_path / "tracker.db")
    site = next(running)
    said = {path: site.get(path) for path in ("/", "/timeline", "/matrix", "/platform", "/jurisdiction", "/kind", "/document", "/conflicts", "/maintainers", "/feeds", "/data",
            "/tracker/actions", "/tracker/in_force", "/feeds/all.atom", "/feeds/all.rss", "/feeds/all.json", "/feeds/feeds.opml")}  # fmt: skip
    running.close()
    assert {path: one.status for path, one in said.items() if one.status != 200} == {}
    assert "Nothing is known yet" in said["/"].text and "Nothing is known to have been in force" in said["/matrix"].text
