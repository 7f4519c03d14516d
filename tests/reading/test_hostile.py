"""Markup, formulas and odd addresses: text of others is shown and never run, and no request makes a page fail."""

from __future__ import annotations

import csv
import io
import random
import re
import shutil
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from playwright.sync_api import Browser

from tests.drawn import drawn
from tests.reading import shelf
from tests.reading.conftest import Served, serve

EVIL = "<script>document.title='betrayed'</script><img src=x onerror=\"document.title='betrayed'\">\"'><svg onload=document.title='betrayed'>"
KEYS = {"id", "action", "change", "document", "development", "version", "page", "article", "old", "new", "subject", "object", "side", "class", "stage", "state",
        "standing", "rank", "kind", "precision", "platforms", "diff", "blocks", "topics", "scopes", "claim", "source", "platform", "code", "part_of",
        "happened_on", "in_force_from", "in_force_until", "effective_on", "seen_at", "jurisdiction", "case", "current", "item", "direction", "since", "until",
        "last_try", "last_success", "fetched_at", "authority_id", "relation", "field"}  # fmt: skip


@pytest.fixture(scope="module")
def poisoned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The shelf with markup and a script in every column that holds free text."""
    tracker = shelf.build(tmp_path_factory.mktemp("poisoned") / "tracker.db")
    db = sqlite3.connect(tracker)
    for (table,) in db.execute(
        "select name from sqlite_master where type = 'table' and name not like 'search%' and name not like 'sqlite%'"
    ).fetchall():
        columns = [
            row[1]
            for row in db.execute(f'pragma table_info("{table}")')
            if "text" in row[2].lower() and row[1] not in KEYS
        ]
        for column in columns:
            db.execute(
                f'update or ignore "{table}" set "{column}" = ? || case when typeof("{column}") = \'text\' and json_valid("{column}") then \'\' else "{column}" end',
                (EVIL,),
            )
        if not db.execute(f'select 1 from "{table}"').fetchone():
            described = db.execute(f'pragma table_info("{table}")').fetchall()
            db.execute(
                f'insert into "{table}" values ({", ".join("?" * len(described))})',
                [EVIL if "text" in row[2].lower() else 1 for row in described],
            )
    for table, column in (("change", "diff"), ("version", "blocks")):
        db.execute(f"update {table} set {column} = replace({column}, 'Law', ?)", (EVIL.replace('"', "&"),))
    for table in ("action", "development", "claim"):
        db.execute(f"update {table} set platforms = json_array(?, 'Telegram')", (EVIL,))
    db.execute("update action set scopes = json_array(?), reason = json_array(?)", (EVIL, EVIL))
    db.execute("update search set title = ? || title, body = ? || body", (EVIL, EVIL))
    db.execute(
        "update article set url = 'javascript:document.title=1', language = ?", ('"><script>document.title=1</script>',)
    )
    db.execute("update claim set url = 'javascript:document.title=1'")
    db.execute("update page set url = 'javascript:document.title=1'")
    db.commit()
    db.close()
    yield from serve(tracker)


def every_page(tracker: Path) -> list[str]:
    db = sqlite3.connect(tracker)

    def one(sql: str) -> str:
        return str(db.execute(sql).fetchone()[0])

    return ["/", "/timeline", "/matrix", "/platform", "/platform/telegram", "/jurisdiction", "/jurisdiction/UA", "/authority/ua-nccc", "/kind/device_ban", "/document",
            "/source/snap-privacy", "/source/sample-news", "/maintainers", "/conflicts", "/search?q=telegram", "/about", "/data",
            f"/action/{one('select action from conflict')}", f"/update/{one('select id from change')}", f"/update/{one('select id from change')}?view=side",
            f"/document/{one('select id from document')}", f"/version/{one('select id from version')}", f"/page/{one('select page from article')}", "/tracker",
            "/feeds", "/feeds/all.atom", "/feeds/all.rss", "/feeds/all.json", "/feeds/maintainers.atom", "/matrix?on=2024-10-01", "/timeline?platform=telegram",
            *(f"/tracker/{view}" for view in views(tracker))]  # fmt: skip


def test_stored_markup_is_shown_and_never_run(poisoned: Served, browser: Browser) -> None:
    page, betrayed = browser.new_page(), []
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((poisoned.base, "data:")) and not request.url.endswith("/x")
            else betrayed.append(request.url)
        ),
    )
    for path in every_page(poisoned.tracker):
        page.goto(poisoned.base + path)
        evil = page.evaluate("""() => [document.title === 'betrayed' && 'title',
            ...[...document.querySelectorAll('main script, main img, [onerror], [onload]')].map(e => e.outerHTML.slice(0, 80)),
            ...[...document.querySelectorAll('[href^="javascript:"]')].map(e => e.outerHTML.slice(0, 80))].filter(Boolean)""")
        betrayed += [f"{path}: {what}" for what in evil]
    page.close()
    assert not betrayed, "\n".join(betrayed)


def views(tracker: Path) -> list[str]:
    return [row[0] for row in sqlite3.connect(tracker).execute("select name from sqlite_master where type = 'view'")]


def test_stored_markup_in_json_csv_and_feeds_is_no_page(poisoned: Served) -> None:
    """What is not a page says so, and that nobody may guess otherwise; a feed that a browser is shown as a page runs nothing either."""
    kinds = {
        ".json": "application/json",
        ".csv": "text/csv",
        ".atom": "application/atom+xml",
        ".rss": "application/rss+xml",
    }
    paths = [f"/tracker/{view}{form}" for view in views(poisoned.tracker) for form in (".json", ".csv")]
    paths += [
        "/feeds/all.atom",
        "/feeds/all.rss",
        "/feeds/all.json",
        "/feeds/maintainers.atom",
        "/data/actions.csv",
        "/timeline.json",
    ]
    reached = 0
    for path in paths:
        answer = poisoned.get(path)
        assert answer.status == 200, (path, answer.status, answer.text[:200])
        kind = answer.headers["content-type"].partition(";")[0]
        assert kind in {kinds.get(Path(path).suffix), "application/feed+json", "text/plain"}, (path, kind)
        assert (
            answer.headers["x-content-type-options"] == "nosniff"
            and "script-src 'self'" in answer.headers["content-security-policy"]
        ), path
        reached += "document.title" in answer.text
    assert reached >= 30, reached


def test_no_cell_of_any_csv_is_a_formula(tmp_path: Path) -> None:
    """Every text of every view begins like a formula; none does in a CSV of Datasette or of ours."""
    tracker = shelf.build(tmp_path / "tracker.db")
    db = sqlite3.connect(tracker)
    for (table,) in db.execute(
        "select name from sqlite_master where type = 'table' and name not like 'search%' and name not like 'sqlite%'"
    ).fetchall():
        for _, name, kind, *_ in db.execute(f'pragma table_info("{table}")').fetchall():
            if "text" in kind.lower() and name not in KEYS:
                db.execute(
                    f"""update or ignore "{table}" set "{name}" = '=1+1' || "{name}" where not json_valid("{name}")"""
                )
    db.commit()
    db.close()
    site = serve(tracker)
    served, seen = next(site), 0
    for view in views(tracker):
        for path in (f"/tracker/{view}.csv?_size=max", f"/data/{view}.csv"):
            answer = served.get(path)
            cells = (
                [cell for row in csv.reader(io.StringIO(answer.text)) for cell in row] if answer.status == 200 else []
            )
            assert not [
                cell
                for cell in cells
                if cell.startswith(("=", "@", "+", "-", "\t", "\r")) and not re.fullmatch(r"-?[\d.]+", cell)
            ], path
            seen += sum(cell.startswith("'=1+1") for cell in cells)
    assert seen > 200, seen
    site.close()


def test_the_poison_reaches_the_pages(poisoned: Served) -> None:
    """Else the test above would test nothing."""
    told = sum("&lt;script&gt;document.title" in poisoned.get(path).text for path in every_page(poisoned.tracker))
    assert told >= 30


def test_a_formula_in_a_csv_cell_is_defused(tmp_path: Path) -> None:
    tracker = shelf.build(tmp_path / "tracker.db")
    db = sqlite3.connect(tracker)
    db.execute(
        """update action set legal_basis = '=HYPERLINK("http://evil.invalid")', authority = '@SUM(1+1)', exceptions = '-2+3', amount = '-5', title = 'two' || char(10) || '=lines'"""
    )
    db.commit()
    db.close()
    site = serve(tracker)
    served = next(site)
    for path in (
        "/tracker/actions.csv?_size=max",
        "/data/actions.csv",
        "/tracker/measures_against_app.csv?app=Telegram",
    ):
        text = served.get(path).text
        assert "'@SUM(1+1)" in text and ",@SUM" not in text, path
    whole = served.get("/data/actions.csv").text
    assert "\"'=HYPERLINK(" in whole and "'-2+3" in whole and ",-5," in whole and '"two\n=lines"' in whole
    site.close()


BAD = ("/action/%00", "/action/" + "a" * 3000, "/action/..%2f..%2fetc%2fpasswd", "/platform/%F0%9F%92%A9", "/platform/%ff%fe", "/jurisdiction/ZZ", "/kind/nope", "/timeline?after=x",
       "/timeline?after=~", "/timeline?since=nonsense&until=2024-13-45", "/timeline?year=abcd", "/timeline?platform=nope", "/timeline?kind=nope", "/timeline?topic=nope",
       "/matrix?on=yesterday", "/matrix?on=9999-99-99", "/matrix?on=%00", "/search?q=%22", "/search?q=AND", "/search?q=(", "/search?q=c%2B%2B", "/search?q=%00", "/search?q=" + "w+" * 3000,
       "/search?q=NEAR(a+b)&page=99999999999999", "/search?q=a&page=-1", "/search?q=%E5%BE%AE%E4%BF%A1", "/search?kind=nope&q=telegram", "/search?q=-", "/search?q=*", "/search?q=title:telegram",
       "/conflicts?after=zzz", "/document?after=~", "/update/x?view=sideways", "/source/../x", "/data/nope.csv", "/data/files/../tracker.db", "/data/files/..%2ftracker.db",
       "/data/files/%2e%2e/tracker.db", "/static/icon.svg/x", "/static/icon.svg/-1.atom", "/-/static/app.css/null.json", "/static/../plugins/site.py", "/static/..%2fplugins%2fsite.py", "/static/%2e%2e/metadata.yaml", "//evil.invalid/", "/platform/telegram///evil.invalid/.json", "/action/abc///evil.invalid/.csv", "/%2f%2fevil.invalid", "/\\evil.invalid",
       "/%5cevil.invalid", "/action/x/", "/-/databases.json", "/-/threads", "/tracker.db", "/tracker/actions?_sort=nope", "/tracker/actions?_size=-1", "/tracker/actions?_next=%00",
       "/tracker/actions?_search=", "/tracker/actions?_facet=nope", "/tracker/actions?_where=1", "/tracker/actions?id__gt=9223372036854775808", "/tracker/search?_search=%22", "/tracker/search_data",
       "/tracker/action", "/tracker/in_force?day=nope", "/tracker/lifted_within?days=abc", "/tracker/after_a_change?days=1e99&app=%22", "/tracker?sql=drop+table+action", "/tracker?sql=pragma+database_list",
       "/tracker?sql=select+*+from+pragma_database_list", "/tracker?sql=select+load_extension('x')", "/tracker?sql=attach+'x'+as+y", "/tracker?_trace=1", "/?_context=1", "/" + "a" * 9000, "/timeline?" + "a=b&" * 3000)  # fmt: skip


@pytest.mark.parametrize("path", BAD, ids=lambda path: path[:40])
def test_an_odd_request_gets_an_honest_answer(site: Served, path: str) -> None:
    answer = site.get(path)
    assert answer.status < 500, answer.text[:300]
    for told in (
        "Traceback",
        "fts5",
        "sqlite3.",
        "no such column: ",
        str(site.tracker.parent),
        "/site-packages/",
        "jinja2",
    ):
        assert told not in answer.text, told
    if answer.status in {301, 302}:
        assert answer.headers["location"].startswith("/") and not answer.headers["location"].startswith(("//", "/\\"))


PATHS = ("/timeline", "/matrix", "/search", "/action/x", "/platform/x", "/jurisdiction/x", "/kind/x", "/document", "/update/x", "/page/x", "/source/x", "/conflicts", "/tracker/actions",
         "/tracker/in_force", "/data", "/tracker/timeline", "/feeds/all.atom")  # fmt: skip
NAMES = (
    "q",
    "page",
    "after",
    "since",
    "until",
    "year",
    "platform",
    "kind",
    "on",
    "view",
    "_sort",
    "_size",
    "_next",
    "_facet",
    "_search",
    "id",
    "_col",
    "_filter_column",
    "day",
)


@drawn(250, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from(PATHS),
    tail=st.text(max_size=12),
    args=st.lists(st.tuples(st.sampled_from(NAMES), st.text(max_size=24)), max_size=4),
)
def test_no_request_fails(site: Served, path: str, tail: str, args: list[tuple[str, str]]) -> None:
    from urllib.parse import quote, urlencode

    target = path.replace("x", quote(tail, safe="", errors="replace")) if path.endswith("/x") else path
    assert site.get(f"{target}?{urlencode(args, errors='replace')}").status < 500


def test_the_far_end_of_the_timeline_is_reached_by_key(site: Served) -> None:
    seen: list[str] = []
    at = "/timeline.json"
    while at:
        page = site.get(at).json()
        seen += [development["id"] for development in page["developments"]]
        at = page["next"].replace("/timeline?", "/timeline.json?")
    told = sqlite3.connect(site.tracker).execute("select count(*) from timeline where happened_on > ''").fetchone()[0]
    assert len(seen) == len(set(seen)) == told


def test_a_server_for_others_takes_no_sql(tmp_path: Path) -> None:
    from feeds.serving import free_port, serve_command
    from tests.reading.conftest import FOLDER, _run

    tracker = shelf.build(tmp_path / "tracker.db")
    for public, status in ((True, 403), (False, 200)):
        port = free_port("127.0.0.1", random.randrange(20_000, 40_000))
        with _run(serve_command(FOLDER, tracker, "127.0.0.1", port, public), Served(port, tracker)) as served:
            assert served.get("/tracker?sql=select+1").status == status
            assert served.get("/tracker.json?sql=select+1").status == status
            assert served.get("/tracker/actions?_where=1").status == status
            assert served.get("/tracker/in_force").status == 200
            assert served.get("/tracker/action").status == served.get("/tracker/search_content").status == 403
            assert ("Free SQL is closed" in served.get("/tracker").text) == public
    shutil.rmtree(tmp_path)


COSTLY = ("/search?q=" + "+OR+".join(f"{chr(97 + n % 26)}*" for n in range(300)), "/search?q=" + "a*+" * 1_500, "/tracker/claims.json?_size=max", "/data/claims.csv",
          "/tracker/claims?" + "&".join(f"_facet={name}" for name in ("kind", "jurisdiction", "platforms", "authority", "quote", "tier")), "/feeds/all.json")  # fmt: skip
GREEDY = (
    "select zeroblob(200000000)",
    "select length(hex(zeroblob(400000000)))",
    "with recursive c(n) as (select 1 union all select n + 1 from c) select count(*) from c",
)
MOST = 500_000_000  # bytes


def test_what_costs_most_is_refused_or_bounded_and_keeps_no_page_waiting_for_ever(tmp_path: Path) -> None:
    """A server for others: SQL that eats memory is refused; beside twelve costly requests at once a page still comes."""
    from feeds.serving import free_port, serve_command
    from tests.hostile.web import memory
    from tests.reading.conftest import FOLDER, _run

    tracker = shelf.build(tmp_path / "tracker.db")
    port = free_port("127.0.0.1", random.randrange(20_000, 40_000))
    with _run(serve_command(FOLDER, tracker, "127.0.0.1", port, public=True), Served(port, tracker)) as served:
        for sql in GREEDY:
            for form in ("", ".json", ".csv"):
                assert served.get(f"/tracker{form}?sql={quote(sql)}").status == 403
        with ThreadPoolExecutor(12) as pool:
            answers = [pool.submit(served.get, path) for path in COSTLY * 2]
            assert served.get("/timeline").status == 200
            assert all(answer.result().status < 500 for answer in answers)
        assert memory(served.pid) < MOST
