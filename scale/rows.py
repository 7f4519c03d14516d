"""Prepared records <-> JSON, as they travel in Parquet. Nothing in it is executed when it is read back."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import records
from records import Claim, Record, When
from store.prepare import Prepared

KINDS: dict[str, Any] = {
    name: getattr(records, name) for name in ("PolicyText", "Article", "Link", "Claim", "Tally", "Notice", "Older")
}


def to_json(ready: Prepared) -> dict[str, Any]:
    """One prepared record as plain values."""
    return {
        "kind": type(ready.record).__name__, "record": asdict(ready.record), "text": ready.text,
        "blocks": ready.blocks, "claims": [asdict(claim) for claim in ready.claims],
    }  # fmt: skip


def from_json(row: dict[str, Any]) -> Prepared:
    """The prepared record that ``to_json`` was given."""
    claims = tuple(_record("Claim", claim) for claim in row["claims"])
    return Prepared(_record(row["kind"], row["record"]), row["text"], row["blocks"], claims)  # type: ignore[arg-type]


def _record(kind: str, values: dict[str, Any]) -> Record:
    plain = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    if KINDS[kind] is Claim:
        plain["dates"] = tuple(When(**when) for when in values["dates"])
    made: Record = KINDS[kind](**plain)
    return made
