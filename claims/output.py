"""Claim -> one event in the form of ``banwatch extract``; JSON null where the text does not tell."""

from __future__ import annotations

from claims import vocabulary
from records import Claim


def event(claim: Claim) -> dict[str, object]:
    """Coarse action under ``action`` (null where the coarse list has no word), fine one under ``action_detail``."""
    when = claim.dates[0] if claim.dates else None
    return {
        "action": vocabulary.coarse(claim.action, claim.area),
        "action_detail": claim.action,
        "platforms": list(claim.platforms),
        "jurisdiction": claim.jurisdiction or None,
        "authority": claim.authority or None,
        "scope": list(claim.scopes),
        "date": when.value if when else None,
        "precision": when.precision if when else None,
        "evidence": claim.quote,
        "start": claim.start,
        "end": claim.end,
        "confidence": claim.confidence,
    }
