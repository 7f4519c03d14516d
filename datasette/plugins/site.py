"""The pages of Banwatch: request -> what reading/ finds, drawn. Reads the one served tracker; holds no query and no word of its own."""

from __future__ import annotations

import sqlite3
import sys
import threading
from collections import OrderedDict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from datasette import Response, hookimpl
from datasette.utils import sqlite_timelimit

sys.path.append(str(Path(__file__).resolve().parent.parent))  # the folder is no package: Datasette's own name must win

from reading.drawing import as_html, as_json, environment, equip
from reading.look import Look, Shown, arguments
from reading.names import Names, read_names
from reading.pages import PAGES
from reading.rows import Missing, Moved

KEEP = 400  # pages kept as drawn, until the tracker or the day changes
PATIENCE = 4_000  # milliseconds that the queries of one page may take


class Site:
    """What is remembered between requests: the names, and pages as drawn, for one state of the tracker."""

    def __init__(self, datasette: Any) -> None:
        self.datasette = datasette
        self.name, self.database = next((n, d) for n, d in datasette.databases.items() if not n.startswith("_"))
        self.watch = sqlite3.connect(f"file:{self.database.path}?mode=ro", uri=True, check_same_thread=False)
        self.lock = threading.Lock()
        self.pages: OrderedDict[tuple[object, ...], Response] = OrderedDict()
        self.names: tuple[object, Names] = (None, Names())

    def state(self) -> tuple[int, str]:
        """Another value whenever somebody wrote to the tracker, or the day turned."""
        with self.lock:
            version = self.watch.execute("pragma data_version").fetchone()[0]
        return version, datetime.now(UTC).date().isoformat()

    def known(self, key: tuple[object, ...]) -> Response | None:
        return self.pages.get(key)

    def keep(self, key: tuple[object, ...], response: Response) -> Response:
        self.pages[key] = response
        while len(self.pages) > KEEP or next(iter(self.pages))[0] != key[0]:
            self.pages.popitem(last=False)
        return response

    def names_at(self, state: tuple[int, str], db: sqlite3.Connection) -> Names:
        if self.names[0] != state:
            self.names = (state, read_names(db))
        return self.names[1]


def site_of(datasette: Any) -> Site:
    """The one Site of a running server."""
    if not hasattr(datasette, "_banwatch"):
        datasette._banwatch = Site(datasette)
    return datasette._banwatch


def view(load: Any) -> Any:
    """A view of Datasette's for a function of reading/."""

    async def answer(request: Any, datasette: Any) -> Response:
        site, form = site_of(datasette), request.url_vars.get("form") or ""
        state = site.state()
        where = f"{request.scheme}://{request.host}"
        key = (state, request.path, request.query_string, form, where)
        return site.known(key) or site.keep(key, await drawn(site, load, request, state, form, where))

    return answer


async def drawn(site: Site, load: Any, request: Any, state: tuple[int, str], form: str, where: str) -> Response:
    config = site.datasette.plugin_config("site") or {}
    base = site.datasette.setting("base_url").rstrip("/")
    home = (config.get("address") or where).rstrip("/") + base
    found = {name: value for name, value in request.url_vars.items() if name != "form"}

    def read(db: sqlite3.Connection) -> Response:
        look = Look(db, site.names_at(state, db), state[1], arguments(request.query_string), home, request.path)
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
            return Response(
                as_json(shown, look),
                shown.status,
                {"access-control-allow-origin": "*"},
                "application/json; charset=utf-8",
            )
        return Response.html(as_html(shown, look), shown.status)

    return await site.database.execute_fn(read)


def not_here(missing: Missing, path: str) -> Shown:
    data = {"kind": missing.kind, "wanted": missing.wanted, "nearest": missing.nearest}
    return Shown("missing.html", f"No {missing.kind} “{missing.wanted[:80]}”", path, data, status=404)


def too_slow(error: Exception, path: str) -> Shown:
    if "interrupted" not in str(error) and "locked" not in str(error):
        raise error
    return Shown("busy.html", "This took too long", path, {}, status=503)


@hookimpl
def register_routes() -> list[tuple[str, Any]]:
    form = r"(?P<form>\.json)?"
    return [(rf"{path}{form if path != '/' else ''}/?$" if path != "/" else r"/$", view(load)) for path, load in PAGES]


@hookimpl
def prepare_jinja2_environment(env: Any, datasette: Any) -> None:
    """Datasette's own pages and error pages share base.html with ours."""
    for one in (env, environment()):
        equip(one)
        one.globals.update(base=datasette.setting("base_url").rstrip("/"), config=datasette.plugin_config("site") or {})
