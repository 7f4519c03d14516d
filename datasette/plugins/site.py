"""The pages of Banwatch: request -> what reading/ finds, drawn. Reads the one served tracker; holds no query and no word of its own."""

from __future__ import annotations

import contextlib
import hashlib
import re
import sqlite3
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlencode

from datasette import Response, hookimpl
from datasette.utils import sqlite_timelimit
from datasette.utils.asgi import AsgiStream, asgi_send_file

sys.path.append(str(Path(__file__).resolve().parent.parent))  # the folder is no package: Datasette's own name must win

from reading.about import offered
from reading.asked import Arguments, canonical, choices, filtered, lacking, not_here, refused
from reading.cells import said
from reading.download import BATCH, VIEWS, as_csv, as_lines, batch
from reading.drawing import as_html, as_json, environment, equip
from reading.home import home
from reading.kinds import whole_matrix
from reading.look import Look, Shown, arguments
from reading.names import Names
from reading.pages import PAGES
from reading.remembered import Site, names_of, site_of
from reading.rows import Missing, Moved

from feeds.answer import has

ASKED = {
    "side",
    "platform",
    "jurisdiction",
    "kind",
    "topic",
    "status",
    "authority",
    "year",
    "month",
    "since",
    "until",
    "after",
    "on",
    "q",
    "page",
    "view",
}
AFTER = 0.2  # seconds after the start: listening comes first
PATIENCE = 4_000  # milliseconds that the queries of one page may take


def view(load: Any) -> Any:
    """A view of Datasette's for a function of reading/."""

    async def answer(request: Any, datasette: Any) -> Response:
        site, form = site_of(datasette), request.url_vars.get("form") or ""
        state = site.state()
        where = f"{request.scheme}://{request.host}"
        asked = arguments(request.query_string)
        key = (state, request.path, tuple(pair for pair in asked if pair[0] in ASKED), form, where)
        page = site.known(key) or await site.once(key, lambda: drawn(site, load, request, state, form, where))
        if page.status == 200 and has(request.headers.get("if-none-match", ""), page.headers["etag"]):
            return Response("", 304, {"etag": page.headers["etag"], "cache-control": "no-cache"})
        return Response(
            page.body, page.status, dict(page.headers), page.content_type
        )  # Datasette writes into what it is given

    return answer


def marked(response: Response) -> Response:
    """With an ETag, and the word that browsers ask with it each time: what was written since is seen at once."""
    if response.status == 200:
        digest = hashlib.sha256(response.body.encode()).hexdigest()[:32]
        response.headers = response.headers | {"etag": f'"{digest}"', "cache-control": "no-cache"}
    return response


async def drawn(site: Site, load: Any, request: Any, state: tuple[int, str], form: str, where: str) -> Response:
    config = site.datasette.plugin_config("site") or {}
    base = site.datasette.setting("base_url").rstrip("/")
    address = (config.get("address") or where).rstrip("/") + base
    found = {name: unquote(value, errors="replace") for name, value in request.url_vars.items() if name != "form"}

    def read(db: sqlite3.Connection) -> Response:
        look = Look(db, site.names_at(state, db), state[1], arguments(request.query_string), address, request.path,
                    site.shared_at(state))  # fmt: skip
        try:
            with sqlite_timelimit(db, PATIENCE):
                shown = load(look, **found)
        except Moved as moved:
            return Response.redirect(base + moved.path + form, 301)
        except Missing as missing:
            shown = not_here(missing, request.path)
        except sqlite3.OperationalError as error:
            shown = too_slow(error, request.path)
        if form:
            open_ = {"access-control-allow-origin": "*"}
            return marked(Response(as_json(shown, look), shown.status, open_, "application/json; charset=utf-8"))
        return marked(Response.html(as_html(shown, look), shown.status))

    return await site.database.execute_fn(read)


def too_slow(error: Exception, path: str) -> Shown:
    if "interrupted" not in str(error) and "locked" not in str(error):
        raise error
    return Shown("busy.html", "This took too long", path, {}, status=503)


async def download(request: Any, datasette: Any) -> Any:
    """A whole view as CSV or JSON lines, streamed a batch at a time: no row is held back, and none is held long."""
    site, view_, form = site_of(datasette), request.url_vars["view"], request.url_vars["form"]
    if view_ not in VIEWS:
        return Response.text(f"There is no view of that name. There are: {', '.join(VIEWS)}.", 404)

    async def stream(out: Any) -> None:
        after: object = None
        first = True
        while True:
            names, rows, after = await site.database.execute_fn(lambda db, after=after: batch(db, view_, after))
            if form == "csv":
                await out.write(as_csv([names, *rows] if first else rows))
            else:
                await out.write(as_lines(names, rows))
            first = False
            if len(rows) < BATCH:
                return

    kind = "text/csv; charset=utf-8" if form == "csv" else "application/x-ndjson; charset=utf-8"
    headers = {"content-disposition": f'attachment; filename="{view_}.{form}"', "access-control-allow-origin": "*"}
    return AsgiStream(stream, headers=headers, content_type=kind)


async def exported(request: Any, datasette: Any, send: Any) -> Any:
    """A ready-made file of the folder ``exports`` beside the tracker."""
    folder = Path(site_of(datasette).database.path).parent / "exports"
    path = (folder / request.url_vars["name"]).resolve()
    if not path.is_file() or folder.resolve() not in path.parents or not offered(path):
        return Response.text("There is no such file.", 404)
    await asgi_send_file(send, path, filename=path.name)
    return None


ASKED_AT = re.compile(r"(/tracker|/feeds/query)/(\w+)(?:\.(\w+))?$")


@hookimpl
def asgi_wrapper(datasette: Any) -> Callable[..., Any]:
    """Names of ready questions, and what they are asked with, are known before they are asked."""

    def wrapper(app: Any) -> Any:
        async def asking(scope: dict[str, Any], receive: Any, send: Any) -> None:
            found = ASKED_AT.fullmatch(scope.get("path", "").removeprefix(datasette.setting("base_url").rstrip("/")))
            if scope["type"] != "http" or not found:
                return await app(scope, receive, send)
            scope, fault = await looked_at(datasette, scope, found)
            if not fault:
                return await app(scope, receive, send)
            await answer_to(fault, found[3], datasette).asgi_send(send)

        return asking

    return wrapper


async def looked_at(datasette: Any, scope: dict[str, Any], found: re.Match[str]) -> tuple[dict[str, Any], Shown | None]:
    """The request with what it asks in the words of the tables, or what is wrong with it."""
    path, name = found[0], found[2]
    asked = arguments(scope["query_string"].decode("latin-1"))
    question = question_of(datasette, name)
    if not question:
        return with_query(scope, asked, filtered(names_of(datasette), asked)), await unknown(datasette, found[1], name)
    try:
        meant = canonical(names_of(datasette), asked)
        missing = lacking(question.get("needs", []), asked)
        if missing and found[3] and found[1] == "/tracker":  # a page lets its reader choose, a program is told
            raise ValueError(f"Say which {' and '.join(missing)}: ?{question['example']}")
    except (Missing, ValueError) as fault:
        return scope, refused(path, asked, fault)
    return with_query(scope, asked, meant), None


def with_query(scope: dict[str, Any], asked: Arguments, meant: Arguments) -> dict[str, Any]:
    return scope if meant == asked else scope | {"query_string": urlencode(meant).encode()}


async def unknown(datasette: Any, at: str, name: str) -> Shown | None:
    """A view or question that is not there, with the nearest; None for a table or view (feeds find their own nearest)."""
    database = site_of(datasette).database
    views = [row[0] for row in await database.execute("select name from sqlite_master where type in ('view', 'table')")]
    if at != "/tracker" or name in views:
        return None
    known = {one: f"/tracker/{one}" for one in [*(one["name"] for one in questions(datasette)), *VIEWS]}
    return not_here(Missing("view or question", name, Names.near(name, known)), f"/tracker/{name}")


def answer_to(shown: Shown, form: str | None, datasette: Any) -> Response:
    look = Look(None, Names(), "", site=(datasette.plugin_config("site") or {}).get("address") or "")
    if form == "json":
        return Response(as_json(shown, look), shown.status, {}, "application/json; charset=utf-8")
    if form == "csv":
        near = "".join(f"\nNear: {text}" for _, text in shown.data.get("nearest", []))
        return Response.text(f"{shown.title}. {shown.about}{near}\n", shown.status)
    return Response.html(as_html(shown, look), shown.status)


HOME = r"/(?P<form>index\.json)?$"


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    whole = [(r"/data/(?P<view>\w+)\.(?P<form>csv|jsonl)$", download), (r"/data/files/(?P<name>.+)$", exported)]
    return whole + [(HOME if path == "/" else rf"{path}(?P<form>\.json)?/?$", view(load)) for path, load in PAGES]


@hookimpl
def startup(datasette: Any) -> None:
    """Templates are compiled before the first reader waits for them; what the pages of one state share is made while the server begins
    to listen."""
    for name in environment().list_templates():
        if name not in DATASETTES:
            environment().get_template(name)
    begun = threading.Timer(AFTER, warm, [site_of(datasette)])
    begun.daemon = True
    begun.start()


def warm(site: Site) -> None:
    """Make what the first readers of the front page, the lists and the matrix would wait for. A tracker that cannot be read now is left
    to them."""
    state = site.state()
    with contextlib.suppress(sqlite3.Error), contextlib.closing(site.connected()) as db:
        look = Look(db, site.names_at(state, db), state[1], kept=site.shared_at(state))
        for load in (home, whole_matrix):
            as_html(load(look), look)


DATASETTES = {"database.html", "query.html", "row.html", "table.html", "_table.html"}  # drawn in its environment


@hookimpl
def prepare_jinja2_environment(env: Any, datasette: Any) -> None:
    """Datasette's own pages and error pages share base.html with ours."""
    for one in (env, environment()):
        equip(one)
        one.globals.update(base=datasette.setting("base_url").rstrip("/"), config=datasette.plugin_config("site") or {},
                           questions=lambda: questions(datasette), choices=lambda name: choices(names_of(datasette), name), lacking=lacking, worded=lambda column, value, view: worded(datasette, column, value, view))  # fmt: skip


def worded(datasette: Any, column: str, value: object, view: str = "") -> str:
    """A value of a facet as people read it."""
    return said(names_of(datasette), column, value, view) or "(not stated)"


def question_of(datasette: Any, name: str) -> dict[str, Any]:
    """The canned query of a name; {} if there is none."""
    return next((one for one in questions(datasette) if one["name"] == name), {})


def questions(datasette: Any) -> list[dict[str, Any]]:
    """The canned queries: name, title, description, example."""
    found = datasette.metadata("queries", database="tracker", fallback=False) or {}
    return [{"name": name, "example": "", **query} for name, query in found.items()]
