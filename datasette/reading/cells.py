"""A cell of a table -> what people read in it, with a link to what it names; None where it reads as it is. CSV and JSON keep the bare
value, and so does the page: ``<data value>`` holds the code that a filter takes. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape
from reading.names import Names
from reading.words import label, members, money, read, safe_url, slug, words

from feeds.text import SUMS, YEARS

THINGS = {"action": "action", "update": "update", "change": "update", "page": "page", "claim": "claim", "document_id": "document", "version": "version",
          "source": "source", "jurisdiction": "jurisdiction", "authority_id": "authority", "kind": "kind", "article": "article", "old": "version", "new": "version",
          "de_facto_evidence": "claim"}  # fmt: skip
OWN = {"actions": "action", "updates": "update", "documents": "document", "versions": "version", "pages": "page", "claims": "claim", "articles": "article",
       "authorities": "authority", "review": "claim", "answers": "action"}  # fmt: skip
# column -> the table of words.toml its values stand in; where a view has another meaning for a word, by view and column
WORDS = {"kind": "kind", "kinds": "kind", "status": "status", "stage": "stage", "date_role": "role", "date_basis": "basis", "tier": "tier", "standing": "standing",
         "class": "class", "direction": "direction", "relation": "relation", "scopes": "scope", "reason": "reason", "reasons": "reason", "topics": "topic",
         "cause": "cause", "field": "field", "basis": "basis", "state": "status", "rank": "standing"}  # fmt: skip
ELSEWHERE = {("captures", "kind"): "class", ("authorities", "kind"): "authority_kind", ("platforms", "kind"): "", ("jurisdictions", "kind"): "",
             ("source_health", "state"): "health", ("documents", "state"): "state", ("issues", "state"): "", ("dataset_rows", "state"): "",
             ("issues", "reason"): "", ("updates", "reason"): "", ("captures", "reason"): "", ("source_health", "reason"): ""}  # fmt: skip
FLAGS = {"confirmed", "curated", "baseline", "occurred", "ambiguous", "effective_ambiguous", "transient", "current", "by_hand"}  # fmt: skip
IDS = {*THINGS, "id", "development", "case", "fingerprint", "sha256", "seq"} - {"kind", "jurisdiction", "authority_id", "source"}  # fmt: skip
INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(:\d\d)?(\.\d+)?(\+00:00|Z)")


def said(names: Names, column: str, value: object, view: str = "") -> str:
    """A value as people read it: a place or an authority by its name, a word of the vocabulary as its label; else itself."""
    text = str(value)
    if column == "jurisdiction":
        return names.place(text)
    if column == "authority_id":
        return names.authorities.get(text, text)
    table = ELSEWHERE.get((view, column), WORDS.get(column, ""))
    return label(text, table) if table in words() else text


def cell(names: Names, base: str, row: Mapping[str, Any], column: str, value: Any, view: str = "") -> Markup | None:
    """HTML of a cell; ``view`` is "" for what a question found."""
    if column in SUMS and value not in (None, ""):
        return Markup('<data class="number" value="{}">{}</data>').format(
            value, money(str(value), _of(row, "currency"))
        )
    if isinstance(value, int | float):
        return _number(column, value)
    if not isinstance(value, str) or not value:
        return None
    if column in {"shown", "value"} and (field := _of(row, "field")):
        return _stated(names, value, field)
    if value.startswith("["):
        return _list(names, base, column, value, view)
    found = INSTANT.fullmatch(value)
    if found:
        return Markup('<time datetime="{}">{} {}</time>').format(value, found[1], found[2])
    if column in {"title", "summary", "action_title", "change_title"}:
        return _title(base, row, column, value, view)
    if column in {"platform", "service"} or (view, column) == ("platforms", "name"):
        return _app(base, value)
    if column == "url":
        return _link(value, value) if safe_url(value) else escape(value)
    return _linked(names, base, column, value, view)


def _stated(names: Names, value: str, field: str) -> Markup | None:
    """What a claim states of a field, where it differs from what is shown; days stay as they can be sorted."""
    text = names.authorities.get(value, value) if field == "authority_id" else value if value[:4].isdigit() and field != "amount" else read(value, field)  # fmt: skip
    return Markup('<data value="{}">{}</data>').format(value, text) if text != value else None


def _linked(names: Names, base: str, column: str, value: str, view: str) -> Markup | None:
    thing = OWN.get(view, "") if column == "id" else THINGS.get(column, "")
    if column == "document" and view not in {"captures", ""}:
        thing = "document"
    if (view, column) in ELSEWHERE or (column == "source" and value == "register") or (column == "code" and view == "jurisdictions"):  # fmt: skip
        thing = "jurisdiction" if column == "code" else ""  # what people read and entered is no source that is fetched
    text = said(names, column, value, view)
    shown = Markup('<data value="{}">{}</data>').format(value, text) if text != value else escape(text)
    if thing:
        return Markup('<a href="{}">{}</a>').format(f"{base}/{thing}/{value}", shown)
    return shown if text != value else None


def _title(base: str, row: Mapping[str, Any], column: str, value: str, view: str) -> Markup | None:
    """A title leads to what it is the title of; the summary of a change, which has none, to the change."""
    if column == "summary" and view not in {"", "updates"}:
        return None
    of = {"action_title": ("action",), "change_title": ("update",), "summary": ("update",)}.get(column, ("change", "action", "update"))  # fmt: skip
    about = next((f"{THINGS[name]}/{_of(row, name)}" for name in of if _of(row, name)), "")
    about = f"{OWN[view]}/{_of(row, 'id')}" if view in OWN else about
    return _link(f"{base}/{about}", value) if about else None


def _list(names: Names, base: str, column: str, value: str, view: str) -> Markup | None:
    if column == "platforms":
        return Markup(", ").join(_app(base, member) for member in members(value))
    if column in WORDS:
        return Markup(", ").join(escape(said(names, column, member, view)) for member in members(value))
    return None


def _number(column: str, value: float) -> Markup | None:
    if column in FLAGS and value in (0, 1):
        return Markup('<data value="{}">{}</data>').format(value, "yes" if value else "no")
    if column == "confidence":
        return Markup('<data class="number" value="{}">{:.0f} %</data>').format(value, value * 100)
    if column in {*YEARS, "seq", "status"}:
        return None
    return Markup('<data class="number" value="{}">{}</data>').format(value, f"{value:,}")


def _of(row: Mapping[str, Any], column: str) -> str:
    """A field of a row that may have none of that name."""
    return str(row[column] or "") if column in row.keys() else ""  # noqa: SIM118 - a row of Datasette's tells its names so


def _link(href: str, text: str) -> Markup:
    return Markup('<a href="{}">{}</a>').format(href, text[:300])


def _app(base: str, name: str) -> Markup:
    return _link(f"{base}/platform/{slug(name)}", name)


def in_order(columns: Sequence[str]) -> list[int]:
    """The columns of a table, by their number, in the order a reader wants: the title first, ids last."""
    return sorted(range(len(columns)), key=lambda at: (columns[at] != "title", columns[at] in IDS))
