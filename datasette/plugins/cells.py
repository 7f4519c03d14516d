"""In Datasette's own tables: cells as people read them (reading/cells.py), and every view says what its columns mean."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from typing import Any

from datasette import hookimpl

sys.path.append(str(Path(__file__).resolve().parent.parent))

from reading.cells import cell
from reading.dictionary import descriptions
from reading.remembered import names_of


@hookimpl
def render_cell(row: Any, value: Any, column: str, table: str | None, datasette: Any) -> Any:
    """HTML of a cell, or None for Datasette's own way."""
    return cell(names_of(datasette), datasette.setting("base_url").rstrip("/"), row, column, value, table or "")


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
