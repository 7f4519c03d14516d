"""Every page of one state of the tracker -> files that any web server can send (GitHub Pages, a bucket), each at the address it has on a
live site: what cites it, and items of feeds, lead to it. Draws the same pages by the same functions; asks no network.

What needs a server is left out: search, filters, free SQL. A link that leads to no file of the publication is no link in it.
"""

from __future__ import annotations

import html
import json
import re
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from reading.download import VIEWS, as_csv, as_lines, batch
from reading.drawing import HERE, as_html, as_json, environment
from reading.look import Look, Shown, arguments
from reading.names import Names, read_names
from reading.pages import PAGES
from reading.questions import Found, answered
from reading.rows import Missing, Moved
from reading.words import words

from feeds.static import write, write_all

ALONE = ("/", "/timeline", "/matrix", "/platform", "/jurisdiction", "/kind", "/document", "/maintainers", "/conflicts", "/data", "/methods", "/about")  # fmt: skip
THINGS = {
    "action": "select id from action", "authority": "select id from authority", "document": "select id from document", "update": "select id from change",
    "version": "select id from version", "page": "select id from page", "source": "select id from source",
}  # fmt: skip
ALIASES = "select id, action from alias where id != action and exists (select 1 from action a where a.id = action)"
LINK = re.compile(r'<a\b([^>]*?)\shref="([^"]*)"([^>]*)>(.*?)</a>', re.DOTALL)
ALTERNATE = re.compile(r'<link rel="alternate"[^>]* href="([^"]*)"[^>]*>\n?')
MANIFEST = ".banwatch-site.json"  # what the last build wrote, so that the next takes away what is no more
LEADS = '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Moved</title><link rel="canonical" href="{0}"><meta http-equiv="refresh" content="0; url={0}"><p><a href="{0}">It stands here now.</a></p></html>\n'  # fmt: skip


class Publication:
    """``site`` is the address it will stand at, without a slash at its end; ``today`` an ISO day (UTC)."""

    def __init__(
        self,
        db: sqlite3.Connection,
        site: str,
        today: str,
        questions: Mapping[str, Mapping[str, Any]],
        beside: Iterable[str] = (),
    ) -> None:
        self.db, self.site, self.today, self.questions = db, site, today, questions
        self.beside = frozenset(beside)  # paths of what others make: feeds, exports
        self.names: Names = read_names(db)
        self.base = urlsplit(site).path.rstrip("/")
        self.kept: dict[str, Any] = {}
        self.stands: dict[str, str] = {}  # address on a live site -> path here, for what has arguments there
        self.built: set[str] = set()  # paths here of pages and files
        self.answers: dict[str, Found] = {}  # to the questions

    def files(self) -> Iterator[tuple[str, bytes]]:
        """(path below ``site``, bytes). Where links may lead is known before the first page is drawn; what a page asks is asked once."""
        self.stands |= {address: path for path, address in self._pages()}
        self.built |= {*self.stands.values(), *(f"/tracker/{name}/" for name in self.questions), *self._others()}
        for address, path in list(self.stands.items()):
            for here, shown, look in self._series(address, path):
                yield from self._files_of(here, *self._drawn(shown, look))
        for name in self.questions:
            yield from self._files_of(f"/tracker/{name}/", self._question(name), "")
        for ident, action in self.db.execute(ALIASES):
            yield f"action/{ident}/index.html", LEADS.format(html.escape(f"{self.site}/action/{action}")).encode()
        none = Shown("missing.html", "There is nothing here", "/404", {"nearest": []}, status=404)
        yield "404.html", self._linked(self._drawn(none, self._look("/404"))[0]).encode()
        yield from self._data()

    def _files_of(self, path: str, text: str, data: str) -> Iterator[tuple[str, bytes]]:
        yield f"{path}index.html".lstrip("/"), self._linked(text).encode()
        if data:
            yield f"{path.rstrip('/') or '/index'}.json".lstrip("/"), data.encode()

    # which pages ----------------------------------------------------------------------------------------------------------
    def _pages(self) -> Iterator[tuple[str, str]]:
        """(path here, address on a live site) of every page; of those that go on, the first."""
        yield from ((f"{address.rstrip('/')}/", address) for address in (*ALONE, *self._things()))
        for about, idents in self._timelines().items():
            for value, ident in idents:
                yield (
                    f"/{about}/{quote(ident)}/timeline/",
                    f"/timeline?{urlencode({about: value}, quote_via=quote)}",
                )
        for (change,) in self.db.execute("select id from change").fetchall():
            yield f"/update/{change}/side/", f"/update/{change}?view=side"
        yield "/matrix/all/", f"/matrix?on={self.today}&view=all"

    def _things(self) -> Iterator[str]:
        for kind, sql in THINGS.items():
            yield from (f"/{kind}/{quote(ident)}" for (ident,) in self.db.execute(sql).fetchall())
        yield from (f"/platform/{quote(ident)}" for ident in self.names.platforms.values())
        yield from (f"/jurisdiction/{quote(code)}" for code in self.names.used_places() if code)
        yield from (f"/kind/{kind}" for kind in words()["kind"])

    def _timelines(self) -> dict[str, list[tuple[str, str]]]:
        """The filtered timelines that pages link to: filter -> (value, id in the path)."""
        codes = [code for code in self.names.used_places() if code]
        return {
            "platform": list(self.names.platforms.items()),
            "jurisdiction": [(code, code) for code in codes],
            "kind": [(kind, kind) for kind in words()["kind"]],
            "topic": [(topic, topic) for topic in words()["topic"]],
        }

    def _series(self, address: str, path: str) -> Iterator[tuple[str, Shown, Look]]:
        """(path here, what it shows, the look) of a page and of those that go on from it."""
        here, number = path, 1
        while address:
            shown, look = self._loaded(address), self._look(address)
            assert shown is not None  # it is made of what the tracker holds
            if here != f"{shown.path.rstrip('/')}/":
                shown = replace(shown, path=here.rstrip("/"), extra=shown.extra | {"path": here.rstrip("/")})
            address = shown.data.get("next") or ""
            if address:
                number += 1
                self.stands[address] = after = shown.data["next"] = f"{path}page-{number}/"
                self.built.add(after)
            yield here, shown, look
            here = after if address else ""

    def _others(self) -> Iterator[str]:
        yield "/index.json"  # of the front page
        yield from (f"/data/{view}.{form}" for view in VIEWS for form in ("csv", "jsonl"))
        yield from (
            f"/static/{file.relative_to(HERE / 'static')}" for file in (HERE / "static").rglob("*") if file.is_file()
        )
        yield from (f"/tracker/{name}.{form}" for name in self.questions for form in ("csv", "json"))

    # drawing --------------------------------------------------------------------------------------------------------------
    def _look(self, address: str) -> Look:
        path, _, query = address.partition("?")
        return Look(self.db, self.names, self.today, arguments(query), self.site, path, self.kept)

    def _loaded(self, address: str) -> Shown | None:
        """None for what is no page. Raises Missing and Moved as the pages do."""
        look = self._look(address)
        for pattern, load in PAGES:
            if found := re.fullmatch(pattern, html.unescape(look.path)):
                shown: Shown = load(look, **found.groupdict())
                return shown
        return None

    def _drawn(self, shown: Shown, look: Look) -> tuple[str, str]:
        return as_html(shown, look), as_json(shown, look) if shown.status == 200 else ""

    def _question(self, name: str) -> str:
        one, found = self.questions[name], self._answer(name)
        shown = Shown("answer.html", one.get("title") or name, f"/tracker/{name}", {"rows": found.rows}, one.get("description") or "",
                      (("/data", "Data"),), extra={"found": found, "sql": one["sql"], "name": name})  # fmt: skip
        return as_html(shown, self._look(shown.path))

    def _answer(self, name: str) -> Found:
        if name not in self.answers:
            self.answers[name] = answered(self.db, self.questions[name])
        return self.answers[name]

    def _linked(self, text: str) -> str:
        """With every link of ours leading to what is here, and no other of ours left."""

        def put(match: re.Match[str]) -> str:
            before, href, after, inside = match.groups()
            found = self._here(html.unescape(href))
            return f'<a{before} href="{html.escape(found)}"{after}>{inside}</a>' if found else inside

        text = ALTERNATE.sub(lambda match: match[0] if self._here(html.unescape(match[1])) else "", text)
        return LINK.sub(put, text)

    def _here(self, href: str) -> str:
        """Where a link leads here; "" for what is not here."""
        if not href.startswith(f"{self.base}/") or href.startswith("//"):
            return href  # to another site, or within the page
        address, mark, part = href.removeprefix(self.base).partition("#")
        if address in self.built or address in self.beside:
            return href
        if address == "/feeds":
            return f"{self.base}/feeds/"
        found = self.stands.get(address) or self.stands.get(
            address.partition("?")[0] if address.startswith("/tracker/") else ""
        )
        if address.startswith(("/claim/", "/article/")):
            found, mark, part = self._moved(address, mark, part)
        if found is None and address.endswith(".json") and f"{address.removesuffix('.json')}/" in self.built:
            found = address
        if found is None and f"{address}/" in self.built:
            found = f"{address}/"
        return f"{self.base}{found}{mark}{part}" if found else ""

    def _moved(self, address: str, mark: str, part: str) -> tuple[str | None, str, str]:
        """Claims and articles stand on the pages of others."""
        try:
            self._loaded(address)
        except Moved as moved:
            path, sign, where = moved.path.partition("#")
            if f"{path}/" in self.built:
                return f"{path}/", sign or mark, where or part
        except Missing:
            pass
        return None, "", ""

    # what is not a page ---------------------------------------------------------------------------------------------------
    def _data(self) -> Iterator[tuple[str, bytes]]:
        for file in sorted((HERE / "static").rglob("*")):
            if file.is_file():
                yield f"static/{file.relative_to(HERE / 'static')}", file.read_bytes()
        for view in VIEWS:
            names, rows = self._view(view)
            yield f"data/{view}.csv", as_csv([names, *rows]).encode()
            yield f"data/{view}.jsonl", as_lines(names, rows).encode()
        for name in self.questions:
            found = self._answer(name)
            yield f"tracker/{name}.csv", as_csv([found.columns, *found.values]).encode()
            yield f"tracker/{name}.json", json.dumps(found.rows, ensure_ascii=False).encode()

    def _view(self, view: str) -> tuple[list[str], list[tuple[object, ...]]]:
        rows: list[tuple[object, ...]] = []
        names, more, after = batch(self.db, view, None)
        while more:
            rows += more
            names, more, after = batch(self.db, view, after)
        return names, rows


def build(
    tracker: Path, out: Path, site: str, today: str, questions: Mapping[str, Mapping[str, Any]], report: str = ""
) -> int:
    """Write the publication below ``out``, where its feeds stand already (in feeds/); files whose bytes did not change are not touched,
    and what an earlier build wrote and this one does not is taken away. ``questions``: canned queries by name. Returns the number of files."""
    exports = tracker.parent / "exports"
    if exports.is_dir():
        shutil.copytree(
            exports, out / "data" / "files", dirs_exist_ok=True, ignore=shutil.ignore_patterns("archive.db*", ".*")
        )
    beside = [
        f"/{file.relative_to(out)}"
        for part in ("feeds", "data/files")
        for file in (out / part).rglob("*")
        if file.is_file()
    ]
    db = sqlite3.connect(f"{tracker.resolve().as_uri()}?mode=ro", uri=True)
    try:
        db.execute("begin")  # one state for all pages, though a crawl writes meanwhile
        publication = Publication(db, site.rstrip("/"), today, questions, beside)
        environment().globals.update(live=False, base=publication.base, config={"report": report}, questions=lambda: [
            {"name": name, "example": "", **one} for name, one in questions.items()])  # fmt: skip
        made = [str(path.relative_to(out)) for path in write_all(out, publication.files())]
    finally:
        db.close()
    _take_away(out, made)
    return len(made)


def _take_away(out: Path, made: list[str]) -> None:
    """Pages that an earlier build wrote and this one did not; nothing that others put there."""
    manifest = out / MANIFEST
    before = json.loads(manifest.read_text(encoding="utf-8")) if manifest.is_file() else []
    for path in set(before) - set(made):
        (out / path).unlink(missing_ok=True)
    write(manifest, json.dumps(sorted(made)).encode())
