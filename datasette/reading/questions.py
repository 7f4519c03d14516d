"""A canned query -> what it finds without a server: with the arguments of its example where it needs some, else with none."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

PARAMETER = re.compile(r"(?<!:):(\w+)")
MOST_ROWS = 1_000  # as the server has it (max_returned_rows)


@dataclass(frozen=True)
class Found:
    """``given`` are the arguments it was asked with; ``values`` the rows as tuples."""

    given: dict[str, str]
    columns: list[str]
    values: list[tuple[Any, ...]]

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [dict(zip(self.columns, values, strict=True)) for values in self.values]


def answered(db: sqlite3.Connection, one: Mapping[str, Any]) -> Found:
    """``one``: sql, needs, example, as metadata.yaml has them."""
    given = dict(parse_qsl(one.get("example") or "")) if one.get("needs") else {}
    cursor = db.execute(one["sql"], dict.fromkeys(PARAMETER.findall(one["sql"]), "") | given)
    return Found(given, [column[0] for column in cursor.description], cursor.fetchmany(MOST_ROWS))
