"""Routes of the feeds: hands requests below /feeds to ``feeds.answer`` with a connection to the tracker, or with what a canned query
found. Asks Datasette who may ask it, and ends it when it takes too long."""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from datasette import Forbidden, Response, hookimpl
from datasette.database import QueryInterrupted
from datasette.utils import derive_named_parameters, sqlite_timelimit

sys.path.append(str(Path(__file__).resolve().parent.parent))

from reading.asked import lacking
from reading.drawing import as_html
from reading.look import Look, Shown
from reading.names import Names

from feeds.addresses import FORMS, Site
from feeds.answer import Answer, Live, answer, answer_query, no_such_query
from feeds.edition import Query
from feeds.queries import open_ones, paths

PATIENCE = 4_000  # milliseconds that the queries of one feed may take
TOO_SLOW = "This took too long and was stopped. Ask for something narrower.\n"


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    return [
        (r"/feeds/query/(?P<name>[^/]+)\.(?P<form>\w+)$", of_query),
        (r"/feeds\.json$", index),
        (r"/feeds(?P<path>/.*)?$", feeds),
    ]


def live_of(datasette: Any) -> Live:
    """What is remembered of one running server."""
    if not hasattr(datasette, "_banwatch_feeds"):
        datasette._banwatch_feeds = Live(
            frame=frame, questions=questions(datasette), open_questions=open_questions(datasette)
        )
    found: Live = datasette._banwatch_feeds
    return found


def questions(datasette: Any) -> list[tuple[str, str]]:
    """The canned queries of the configuration, each with the arguments of its example."""
    found = datasette.metadata("queries", database="tracker", fallback=False) or {}
    return [
        (f"query/{name}" + (f"?{one['example']}" if one.get("example") else ""), one.get("title") or name)
        for name, one in found.items()
    ]


def open_questions(datasette: Any) -> list[tuple[str, str]]:
    """Those that need no argument, as files of feeds have them."""
    found = datasette.metadata("queries", database="tracker", fallback=False) or {}
    return paths(open_ones(found))


def frame(site: Site, heading: str, inside: str, status: int) -> bytes:
    """A page of feeds as the site's other pages look."""
    shown = Shown("feeds.html", heading, "/feeds", {}, status=status, extra={"inside": inside})
    return as_html(shown, Look(None, Names(), "", site=site.base)).encode()


async def feeds(request: Any, datasette: Any) -> Response:
    return await sent(request, datasette, request.url_vars["path"] or "")


async def index(request: Any, datasette: Any) -> Response:
    return await sent(request, datasette, "index.json")


async def sent(request: Any, datasette: Any, path: str) -> Response:
    live, query, headers, method = live_of(datasette), request.query_string, request.headers, request.method

    def read(db: sqlite3.Connection) -> Answer:
        try:
            with sqlite_timelimit(db, PATIENCE):
                return answer(live, db, path, query, headers, method)
        except sqlite3.OperationalError as error:
            if "interrupted" not in str(error):
                raise
            return Answer(503, {"content-type": "text/plain; charset=utf-8", "retry-after": "60"}, TOO_SLOW.encode())

    return response(await tracker(datasette).execute_fn(read))


async def of_query(request: Any, datasette: Any) -> Response:
    """A canned query as a feed: /feeds/query/in_force.atom?day=2024-10-01"""
    name, form, live, database = (
        request.url_vars["name"],
        request.url_vars["form"],
        live_of(datasette),
        tracker(datasette),
    )
    known = await datasette.get_canned_queries(database.name, request.actor)
    if name not in known or form not in FORMS or known[name].get("write"):
        return response(no_such_query(live, name, list(known), request.headers))
    try:
        await datasette.ensure_permissions(
            request.actor, [("view-query", (database.name, name)), ("view-database", database.name), "view-instance"]
        )
        asked = await ask(database, name, known[name], request.query_string)
    except Forbidden:
        return Response.text("You may not ask this.", 403)
    except QueryInterrupted:
        return Response.text(TOO_SLOW, 503)
    return response(
        await database.execute_fn(lambda db: answer_query(live, db, form, asked, request.headers, request.method))
    )


async def ask(database: Any, name: str, query: dict[str, Any], arguments: str) -> Query:
    """Run it with the arguments given, "" for those that are not; in a fixed order, so that one question has one address."""
    given = dict(parse_qsl(arguments, keep_blank_values=True, errors="replace"))
    names = query.get("params") or await derive_named_parameters(database, query["sql"])
    values = {one: given.get(one, "")[:500] for one in names}
    found = await database.execute(query["sql"], values, truncate=True)
    unsaid = lacking(query.get("needs", []), list(values.items()))
    shown = urlencode({one: value for one, value in values.items() if value})
    return Query(
        name,
        query.get("title") or name.replace("_", " "),
        " ".join(
            filter(None, (query.get("description"), *(f"Say which: add ?{one}=... to the address." for one in unsaid)))
        ),
        shown,
        [dict(row) for row in found.rows],
    )


def response(found: Answer) -> Response:
    headers = dict(found.headers)
    kind = headers.pop("content-type", "text/plain; charset=utf-8")
    return Response(found.body, status=found.status, headers=headers, content_type=kind)


def tracker(datasette: Any) -> Any:
    """The database that is served."""
    names = [name for name in datasette.databases if not name.startswith("_")]
    return datasette.get_database("tracker" if "tracker" in names else names[0])
