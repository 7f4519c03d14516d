"""In Datasette's own tables: ids become links to their pages, lists read as lists, and every view says what its columns mean."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from typing import Any

from datasette import hookimpl
from markupsafe import Markup, escape

sys.path.append(str(Path(__file__).resolve().parent.parent))

from reading.dictionary import descriptions
from reading.words import members, safe_url, slug

THINGS = {"action": "action", "update": "update", "change": "update", "page": "page", "claim": "claim", "document_id": "document", "version": "version",
          "source": "source", "jurisdiction": "jurisdiction", "authority_id": "authority", "kind": "kind", "article": "article", "old": "version", "new": "version"}  # fmt: skip
OWN = {"actions": "action", "updates": "update", "documents": "document", "versions": "version", "pages": "page", "claims": "claim", "articles": "article",
       "authorities": "authority", "review": "claim"}  # fmt: skip
CAPTURES = {"document": "", "kind": ""}  # these words mean something else there


@hookimpl
def render_cell(row: Any, value: Any, column: str, table: str | None, datasette: Any) -> Any:
    """HTML of a cell, or None for Datasette's own way."""
    if not isinstance(value, str) or not value:
        return None
    base = datasette.setting("base_url").rstrip("/")
    if column in {"platforms", "scopes", "reason", "reasons", "topics"} and value.startswith("["):
        return Markup(", ").join(
            app(base, member) if column == "platforms" else escape(member.replace("_", " "))
            for member in members(value)
        )
    if column == "title" and (own := OWN.get(table or "")):
        return link(f"{base}/{own}/{row['id']}", value)
    if column == "title":
        of = dict(row)
        about = next((f"{THINGS[name]}/{of[name]}" for name in ("change", "action") if of.get(name)), "")
        return link(f"{base}/{about}", value) if about else None
    if column in {"platform", "service"}:
        return app(base, value)
    if column == "url":
        return link(value, value) if safe_url(value) else escape(value)
    if column == "source" and value == "register":
        return None  # what people read and entered is no source that is fetched
    thing = OWN.get(table or "") if column == "id" else THINGS.get(column)
    if column == "document" and table not in {"captures", None}:
        thing = "document"
    if (table == "captures" and column in CAPTURES) or (
        column == "kind" and table not in {"actions", "timeline", "claims", "quotes", None}
    ):
        return None
    return link(f"{base}/{thing}/{value}", value) if thing else None


def link(href: str, text: str) -> Markup:
    return Markup('<a href="{}">{}</a>').format(href, text[:300])


def app(base: str, name: str) -> Markup:
    return link(f"{base}/platform/{slug(name)}", name)


@cache
def meanings() -> dict[str, dict[str, Any]]:
    said = descriptions()
    return {
        view: {"description": about, "columns": said["column"] | said["only"].get(view, {})}
        for view, about in said["view"].items()
    }


@hookimpl
def get_metadata(key: str | None) -> dict[str, Any]:
    """Descriptions of views and their columns, from dictionary.toml. Asked for very often: copies no more than Datasette changes."""
    if key not in {None, "databases"}:
        return {}
    return {"databases": {"tracker": {"tables": {view: dict(about) for view, about in meanings().items()}}}}
