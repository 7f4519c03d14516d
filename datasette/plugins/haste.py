"""Datasette's own pages over much: tables that nobody may see are not counted, and a view is counted only while that is quick.

Where the count is left out, the page says so by showing none; filters bring it back."""

from __future__ import annotations

from typing import Any

from datasette import hookimpl

QUICK = 150  # milliseconds that the rows of a view may be counted


@hookimpl
def startup(datasette: Any) -> None:
    for name, database in datasette.databases.items():
        if not name.startswith("_"):
            database.table_counts = no_counts  # every table is closed (guard.py)
            database.execute = bounded(database.execute)


async def no_counts(limit: int = 0) -> dict[str, int]:
    return {}


def bounded(execute: Any) -> Any:
    """``Database.execute``, with less patience for the counts of table pages; what people ask is asked with ``truncate``."""

    async def asked(sql: str, params: Any = None, **how: Any) -> Any:
        if sql.startswith("select count(*) from ") and not how:
            how = {"custom_time_limit": QUICK, "log_sql_errors": False}
        return await execute(sql, params, **how)

    return asked
