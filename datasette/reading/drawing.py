"""Shown -> HTML or JSON. Templates stand in templates/; every value is escaped unless a filter here says otherwise."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, select_autoescape
from markupsafe import Markup
from reading import cells, grid, words
from reading.calendar import Pile
from reading.documents import blocks_of
from reading.look import Look, Shown
from reading.worldmap import outlines

from feeds.addresses import FORMS
from feeds.slices import Slice, only

HERE = Path(__file__).resolve().parent.parent
FILTERS = {
    "label": words.label, "group": words.group, "mark": words.mark, "day": words.day, "instant": words.instant, "safe_url": words.safe_url,
    "host": words.host, "direction": words.direction, "slug": words.slug, "members": words.members, "listed": words.listed,
    "clip": words.clip, "remedy": words.remedy, "trouble": words.trouble, "read": words.read, "size": words.size, "blocks_of": blocks_of,
}  # fmt: skip

OWN = {"action": "This measure", "document": "This document", "source": "This source", "maintainers": "Issues, for maintainers"}  # fmt: skip


@cache
def environment() -> Environment:
    """The templates of our own pages; Datasette's own pages share base.html and the filters (``equip``)."""
    env = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=select_autoescape(default=True), trim_blocks=True,
                      lstrip_blocks=True, auto_reload=False)  # fmt: skip
    equip(env)
    return env


def equip(env: Environment) -> None:
    """Give an environment the words that our templates speak."""
    env.filters.update(FILTERS)
    env.globals.update(
        live=True,
        shape=shape,
        matrix_cells=grid.cells,
        cell=cells.cell,
        in_order=cells.in_order,
        money=words.money,
        words=words.words,
        outlines=outlines,
        stamp=stamp(),
    )


def shape(cell: object) -> Markup:
    """The class of a cell of a plain table: sentences need width, days and ids must not break."""
    text = Markup(cell).striptags() if isinstance(cell, Markup) else str(cell)
    name = (
        "number"
        if 'class="number"' in str(cell) and isinstance(cell, Markup)
        else "long"
        if len(text) > 24 and " " in text.strip()
        else "id"
        if len(text) <= 24 and " " not in text.strip()
        else ""
    )
    return Markup(' class="{}"').format(name) if name else Markup("")


@cache
def stamp() -> str:
    """Changes whenever a file of static/ does, so that browsers may keep them."""
    files = sorted((HERE / "static").rglob("*.css")) + sorted((HERE / "static").rglob("*.js"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:8]


def as_html(shown: Shown, look: Look, **more: Any) -> str:
    """The page."""
    return environment().get_template(shown.template).render(
        page=shown, look=look, names=look.names, page_feeds=feeds_of(shown, look), **shown.data, **shown.extra, **more
    )  # fmt: skip


def feeds_of(shown: Shown, look: Look) -> list[dict[str, Any]]:
    """The feeds a page belongs to, its own first: {title, forms: [{name, type, href}]}; hrefs begin at the root of the site."""
    own = [_feed(OWN[shown.own.partition("/")[0]], shown.own, "")] if shown.own else []
    narrowed = [_feed(_said(shown.feed, look), *_slice(shown.feed).path)] if shown.feed else []
    return [*own, *narrowed, _feed("All developments", *Slice().path)]


def _said(feed: dict[str, str], look: Look) -> str:
    """A slice in words: "Telegram, Ukraine"."""
    platforms = {ident: name for name, ident in look.names.platforms.items()}
    tables: dict[str, dict[str, str]] = {
        "platform": platforms,
        "jurisdiction": look.names.places,
        "authority": look.names.authorities,
    }
    return ", ".join(
        tables.get(name, {}).get(value) or words.label(value, "topic" if name == "topic" else "kind")
        for name, value in feed.items()
    )


def _slice(feed: dict[str, str]) -> Slice:
    if len(feed) == 1:
        ((name, value),) = feed.items()
        return only(name, value)
    return Slice(**{name: (value,) for name, value in feed.items()})


def _feed(title: str, path: str, query: str) -> dict[str, Any]:
    ends = f"?{query}" if query else ""
    forms = [
        {
            "name": form.upper() if form != "atom" else "Atom",
            "type": kind.split(";")[0],
            "href": f"/feeds/{path}.{form}{ends}",
        }
        for form, kind in FORMS.items()
    ]
    return {"title": title, "forms": forms}


def as_json(shown: Shown, look: Look) -> str:
    """What the page shows, for programs."""
    body = {"title": shown.title, "address": look.site + shown.path, "about": shown.about, **shown.data}
    if shown.cite:
        body["cite"] = {
            "text": shown.cite["text"],
            "bibtex": shown.cite["bibtex"],
            "csl": json.loads(shown.cite["csl"]),
            "wikipedia": shown.cite["wikipedia"],
        }
    return json.dumps(body, ensure_ascii=False, default=_plain)


def _plain(found: object) -> Any:
    """For JSON: what is laid out only when it is read (``Pile``) as a list, anything else as text."""
    return list(found) if isinstance(found, Pile) else str(found)
