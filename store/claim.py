"""A claim -> its row, by whoever tells it: an article, a dataset, the register."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict
from typing import Any

import claims
from records import Claim
from store.database import add, index, many
from store.places import mark_claim


def claim_columns(claim: Claim) -> dict[str, Any]:
    """The columns of a claim that are the claim's own."""
    main = claim.dates[0] if claim.dates else None
    return {
        "side": claim.side, "kind": claim.action, "platforms": many(claim.platforms), "jurisdiction": claim.jurisdiction,
        "authority": claim.authority, "authority_id": claim.authority_id, "scopes": many(claim.scopes),
        "exceptions": claim.exceptions, "personal_devices": claim.personal_devices, "area": claim.area, "binding": claim.binding,
        "reasons": many(claim.reasons), "legal_basis": claim.legal_basis, "amount": claim.amount, "currency": claim.currency,
        "person": claim.person, "ends": claim.ends, "direction": claim.direction,
        "happened_on": main.value if main else "", "precision": main.precision if main else "",
        "date_role": main.role if main else "", "date_basis": main.basis if main else "",
        "ambiguous": int(main.ambiguous) if main else 0, "dates": many(asdict(d) for d in claim.dates),
        "occurred": int(claim.occurred), "quote": claim.quote, "confidence": claim.confidence, "fired": many(claim.fired),
        "action": None, "development": None, "state": claim.state, "state_on": claim.state_on, "de_facto": claim.de_facto,
        "topics": many(claim.topics), "documents": many(claim.documents),
    }  # fmt: skip


def save_claim(db: sqlite3.Connection, row: dict[str, Any]) -> None:
    """Write a claim unless it is there, and mark the place it speaks of."""
    if add(db, "claim", row):
        mark_claim(db, row)
        platforms, place = ", ".join(json.loads(row["platforms"])), row["jurisdiction"]
        title = f"{platforms}: {row['kind'].replace('_', ' ')}" + (f" ({place})" if place else "")
        index(db, "claim", row["id"], title, " ".join(filter(None, (row["quote"], row.get("note"), row["authority"]))))


def standing(claim: Claim) -> str:
    if not claim.occurred:
        return "rumour"
    return "published" if claims.published([claim]) else "review"
