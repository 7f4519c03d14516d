"""Developments: what the timeline and the feeds are made of. Writes and takes out their rows, with their index by platform."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from store.database import put, unsettled


def save_development(db: sqlite3.Connection, row: dict[str, Any]) -> None:
    """Write a development with its index by platform."""
    put(db, "development", row)
    _mark_answer(db, row["side"], row["id"])
    db.execute("delete from development_platform where development = ?", (row["id"],))
    for platform in json.loads(row["platforms"]):
        put(db, "development_platform", {"platform": platform, "development": row["id"]})


def _mark_answer(db: sqlite3.Connection, side: str, development: str) -> None:
    if side == "platform":
        unsettled(db, "answer", development)


def drop_development(db: sqlite3.Connection, development: str) -> None:
    """Take a development out."""
    unsettled(db, "answer", development)
    db.execute("delete from development_platform where development = ?", (development,))
    db.execute("delete from development where id = ?", (development,))
