"""The schema itself + dictionary.toml -> the data dictionary: every view and column that readers may rely on."""

from __future__ import annotations

import re
import sqlite3
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

COMMENT = re.compile(r"create table \w+ \(\s*--\s*(.*(?:\n\s*--.*)*)", re.IGNORECASE)
SHADOW = re.compile(r"(claim_)?search_\w+")  # what full-text search keeps for itself


@cache
def descriptions() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("dictionary.toml").read_text(encoding="utf-8"))


def dictionary(db: sqlite3.Connection) -> list[dict[str, Any]]:
    """[{view, about, columns: [{name, type, about}]}], in the order of the descriptions; "" where one is missing."""
    said, order = descriptions(), list(descriptions()["view"])
    names = [name for (name,) in db.execute("select name from sqlite_master where type = 'view'")]
    names.sort(key=lambda name: (order.index(name) if name in order else len(order), name))
    return [{"view": name, "about": said["view"].get(name, ""), "columns": _columns(db, name)} for name in names]


def tables(db: sqlite3.Connection) -> list[dict[str, Any]]:
    """The same of the tables behind the views: what the schema itself says of each, and of a column what a view says of one so named."""
    said = descriptions()["table"]
    found = db.execute(
        "select name, sql from sqlite_master where type = 'table' and name not like 'sqlite_%' order by name"
    )
    made = [(name, sql) for name, sql in found.fetchall() if not SHADOW.fullmatch(name)]
    return [
        {"view": name, "about": said.get(name) or _comment(sql), "columns": _columns(db, name)} for name, sql in made
    ]


def _comment(sql: str) -> str:
    """The words beside the first line of a table's definition; "" where there are none."""
    found = COMMENT.match(sql)
    return re.sub(r"\s*\n\s*--\s*", " ", found[1]).strip() if found else ""


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
             "`datasette/reading/dictionary.toml`; the same stands on the page `/data` of a running site, with the tables behind the views.", "",
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
