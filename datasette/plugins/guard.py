"""What every answer goes through: who may be asked for, which addresses exist, what Datasette trips over, headers that keep pages inert."""

from __future__ import annotations

import ipaddress
import os
import re
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from datasette import Response, hookimpl
from datasette import handle_exception as datasette_errors
from datasette.utils import disallawed_sql_res

sys.path.append(str(Path(__file__).resolve().parent.parent))

from reading.download import Defuser

POLICY = ("default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
          "form-action 'self'; base-uri 'none'; frame-ancestors 'none'")  # fmt: skip
HEADERS = [
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), interest-cohort=()"),
]
OPEN = re.compile(r"/-/(static/.*|versions\.json|logout)$")  # of Datasette's own pages below /-/ no reader needs more
BELOW_A_FILE = re.compile(r"/(?:-/)?static/.*\.\w+/")  # Datasette answers 500 where a file is asked for like a folder
LONGEST = 8_192  # bytes of path and query
VALUE = 8_000_000  # bytes of one value a query may make; the longest text we hold is far shorter
NO_PATHS = (re.compile("database_list"), "pragma_database_list() is closed: it tells where files lie")
LOOPBACK = {"localhost", "localhost.localdomain"}
Scope = dict[str, Any]


# Where rich happens to be installed, Datasette prints every answer that is an error as a trace of several screens with local
# values, and trips over itself (500) where it handles a 404 outside of an except block. One line is printed below instead.
datasette_errors.rich = None


@hookimpl(trylast=True)  # around all others, so that every answer gets its headers
def asgi_wrapper(datasette: Any) -> Callable[..., Any]:
    return lambda app: Guard(app, datasette)


class Guard:
    """ASGI: refuses a request, mends it, or passes it on; puts HEADERS on every answer."""

    def __init__(self, app: Any, datasette: Any) -> None:
        self.app, self.datasette = app, datasette
        config = datasette.plugin_config("site") or {}
        named = {str(config.get("address") or ""), *os.environ.get("BANWATCH_HOSTS", "").split()}
        self.hosts = LOOPBACK | {urlsplit(name if "//" in name else f"//{name}").hostname or "" for name in named}

    async def __call__(self, scope: Scope, receive: Any, send: Callable[..., Awaitable[None]]) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)

        csv: list[Defuser] = []

        async def guarded(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message = message | {"headers": with_headers(message.get("headers", []), scope)}
                if is_csv(message["headers"], scope) and not scope["path"].startswith("/data/"):
                    csv.append(Defuser())
            elif csv:
                text, last = message.get("body", b"").decode("utf-8", "replace"), not message.get("more_body")
                message = message | {"body": csv[0].take(text, last).encode()}
            await send(message)

        refused = self.refusal(scope)
        if refused:
            return await refused.asgi_send(guarded)
        return await self.app(mended(scope), receive, guarded)

    def refusal(self, scope: Scope) -> Response | None:
        path = scope["path"]
        if not self.welcome(host_of(scope)):
            return Response.text(
                "This server does not answer for that name. Set BANWATCH_BASE_URL to the address it is reached at.", 421
            )
        if len(scope.get("raw_path", b"")) + len(scope["query_string"]) > LONGEST:
            return Response.text("This address is too long.", 414)
        if (
            path.startswith(("//", "/\\"))
            or "\\" in path
            or "\0" in path
            or "\ufffd" in path
            or ".." in path.split("/")
            or BELOW_A_FILE.match(path)
        ):
            return Response.text("There is nothing at this address.", 404)
        if "/-/" in path and not OPEN.search(path):
            return Response.text("There is nothing at this address.", 404)
        return None

    def welcome(self, host: str) -> bool:
        """Names must be known (a foreign name that leads here is DNS rebinding); bare numbers cannot be rebound."""
        try:
            return bool(ipaddress.ip_address(host.strip("[]")))
        except ValueError:
            return host in self.hosts


def is_csv(headers: list[tuple[bytes, bytes]], scope: Scope) -> bool:
    """Datasette sends CSV that is to be looked at as plain text."""
    kinds = [value for name, value in headers if name.lower() == b"content-type"]
    return any(b"text/csv" in kind for kind in kinds) or (
        scope["path"].endswith(".csv") and any(b"text/plain" in kind for kind in kinds)
    )


def host_of(scope: Scope) -> str:
    named = next((value for key, value in scope["headers"] if key == b"host"), b"").decode("latin-1")
    try:
        return (urlsplit(f"//{named}").hostname or "").lower()
    except ValueError:
        return ""


def with_headers(given: list[tuple[bytes, bytes]], scope: Scope) -> list[tuple[bytes, bytes]]:
    names = (
        {name for name, _ in HEADERS}
        | {b"content-security-policy"}
        | ({b"content-length"} if is_csv(given, scope) else set())
    )
    kept = [(name, value) for name, value in given if name.lower() not in names]
    if scope["path"].startswith("/static/") and scope["query_string"]:
        kept.append((b"cache-control", b"public, max-age=31536000, immutable"))
    return kept + HEADERS


def mended(scope: Scope) -> Scope:
    """Without what Datasette answers with an error though nobody meant it: an empty search, an empty sort, raw search syntax."""
    if b"_s" not in scope["query_string"]:
        return scope
    pairs = parse_qsl(
        scope["query_string"].decode("latin-1"), keep_blank_values=True, encoding="utf-8", errors="replace"
    )
    kept = [
        (key, value)
        for key, value in pairs
        if not (key.startswith(("_search", "_sort")) and not value.strip()) and key != "_searchmode"
    ]
    kept = [(key, value.replace("\0", " ")[:500] if key.startswith("_search") else value) for key, value in kept]
    return scope | {"query_string": urlencode(kept).encode()} if kept != pairs else scope


@hookimpl
def handle_exception(datasette: Any, request: Any, exception: Exception) -> Any:
    """A wrong argument is the asker's matter (400), and no word of SQLite's or of a file reaches a reader."""
    text = str(getattr(exception, "message", "") or exception)
    if any(sign in text for sign in HINTS):
        return said(datasette, request, 400, "This cannot be asked so", hint(text))
    print(
        f"{request.path}: {type(exception).__name__}: {text}", file=sys.stderr
    )  # the maintainer sees what the reader does not
    if isinstance(exception, (OverflowError, ValueError, sqlite3.OperationalError)):
        return said(
            datasette,
            request,
            400,
            "This cannot be asked so",
            "A number or name in the address is not one that this page knows.",
        )
    return None


HINTS = {
    "took too long": "This took too long and was stopped. Ask for less: narrow it, add a limit, or take the data home and ask it there.",
    "must be a SELECT": "Only a SELECT is answered here: nothing can be changed.",
    "Cannot sort": "There is no such column to sort by.",
    "no such column": "There is no such column.",
    "fts5": "The search has signs that cannot be searched for. Use words, or a phrase in straight quotes.",
    "unterminated string": "The search has signs that cannot be searched for. Use words, or a phrase in straight quotes.",
}


def hint(text: str) -> str:
    return next(words for sign, words in HINTS.items() if sign in text)


async def said(datasette: Any, request: Any, status: int, title: str, words: str) -> Response:
    if request.path.split("?")[0].endswith(".json"):
        return Response.json({"ok": False, "error": words, "status": status, "title": title}, status)
    page = await datasette.render_template(
        "error.html", {"title": title, "status": status, "error": words}, request=request
    )
    return Response.html(page, status)


@hookimpl
def permission_allowed(datasette: Any, action: str, resource: Any) -> Any:
    """Tables stay behind the views, those that full-text search is made of too."""
    return is_view(datasette.get_database(resource[0]), resource[1]) if action == "view-table" and resource else None


async def is_view(database: Any, name: str) -> bool | None:
    found = await database.execute(
        "select 1 from sqlite_master where type = 'view' and name = ? collate nocase", [name]
    )
    return None if found.rows else False


@hookimpl
def prepare_connection(conn: sqlite3.Connection) -> None:
    conn.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, VALUE)


@hookimpl
def startup() -> None:
    if NO_PATHS not in disallawed_sql_res:
        disallawed_sql_res.append(NO_PATHS)
