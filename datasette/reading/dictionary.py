"""The schema itself + dictionary.toml -> the data dictionary: every view and column that readers may rely on."""

from __future__ import annotations

import sqlite3
import tomllib
from functools import cache
from pathlib import Path
from typing import Any


@cache
def descriptions() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("dictionary.toml").read_text(encoding="utf-8"))


def dictionary(db: sqlite3.Connection) -> list[dict[str, Any]]:
    """[{view, about, columns: [{name, type, about}]}], in the order of the descriptions; "" where one is missing."""
    said, order = descriptions(), list(descriptions()["view"])
    names = [name for (name,) in db.execute("select name from sqlite_master where type = 'view'")]
    names.sort(key=lambda name: (order.index(name) if name in order else len(order), name))
    return [{"view": name, "about": said["view"].get(name, ""), "columns": _columns(db, name)} for name in names]


def _columns(db: sqlite3.Connection, view: str) -> list[dict[str, str]]:
    said = descriptions()
    rows = db.execute("select name, type from pragma_table_xinfo(?)", (view,))
    return [
        {"name": name, "type": (kind or "text").lower(), "about": said["only"].get(view, {}).get(name) or said["column"].get(name, "")}
        for name, kind in rows
    ]  # fmt: skip


def as_markdown(found: list[dict[str, Any]]) -> str:
    """docs/reference/data-dictionary.md."""
    lines = ["# Data dictionary", "", "Every view of `tracker.db` that pages, feeds and downloads rely on: columns may be added, never renamed. Made from the schema and",
             "`datasette/reading/dictionary.toml`; the same stands on the page `/data` of a running site.", "",
             "Days are ISO 8601 cut to their precision; instants are UTC; lists are JSON arrays; the empty text means \"not stated\".", ""]  # fmt: skip
    for view in found:
        lines += [f"## {view['view']}", "", view["about"], "", "| column | type | meaning |", "|---|---|---|"]
        lines += [f"| `{column['name']}` | {column['type']} | {column['about']} |" for column in view["columns"]] + [""]
    return "\n".join(lines)


def metadata(found: list[dict[str, Any]]) -> dict[str, Any]:
    """The same for Datasette: descriptions of views and columns, shown beside its tables."""
    return {
        view["view"]: {"description": view["about"], "columns": {c["name"]: c["about"] for c in view["columns"]}} for view in found
    }  # fmt: skip
