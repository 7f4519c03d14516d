"""A tracker that holds the register and nothing else, made once; and a way to tell it more."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from records import Claim, When
from store import register
from store.claim import claim_columns, save_claim
from store.database import key, open_tracker
from store.files import writing
from store.given import save_names
from store.settle import settle
from tests.resolve.tellings import NONE


@pytest.fixture(scope="session")
def curated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    db = open_tracker(tmp_path_factory.mktemp("register") / "tracker.db")
    save_names(db)
    register.load(db)
    settle(db, NONE)
    yield db
    db.close()


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    held = open_tracker(tmp_path / "tracker.db")
    save_names(held)
    yield held
    held.close()


def tell(
    db: sqlite3.Connection,
    kind: str,
    *dates: tuple[str, str],
    told: str,
    by: str = "",
    tier: str = "news",
    ident: str = "",
    **more: Any,
) -> str:
    """Save a claim that source ``by`` makes on day ``told`` about X in Brazil, unless ``more`` says otherwise. Dates are (day, role)."""
    whens = tuple(When(day, {4: "year", 7: "month", 10: "day"}[len(day)], role, "stated") for day, role in dates)
    claim = Claim(kind, more.pop("platforms", ("X",)), "", 0, 0, 0.9, dates=whens, **{"jurisdiction": "BR"} | more)
    ident = ident or key("claim", kind, dates, told, by, sorted(more.items()))
    row = claim_columns(claim) | {
        "id": ident, "article": None, "page": None, "source": by or "desk", "url": f"https://{by or 'desk'}.example/{ident}", "start": None, "end": None,
        "tier": tier, "seen_at": f"{told}T10:00:00+00:00", "baseline": 0, "measure": "", "rank": "published", "standing": "published",
    }  # fmt: skip
    with writing(db):
        save_claim(db, row)
    return ident


def only_action(db: sqlite3.Connection) -> sqlite3.Row:
    settle(db, NONE)
    (row,) = db.execute("select * from actions").fetchall()
    found: sqlite3.Row = row
    return found
