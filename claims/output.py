"""Article -> events in the form of ``banwatch extract``; JSON null where the text does not tell. Decides nothing but the form."""

from __future__ import annotations

from claims import vocabulary
from claims.extract import extract, published
from records import Article, Claim

PROLONGED, BLOCK = "extended", "nationwide_block"


def events(article: Article) -> list[dict[str, object]]:
    """What a text reports as having happened, surely enough to publish; what the coarse list has no word for is left out."""
    return told(published(extract(article)))


def told(claims: list[Claim]) -> list[dict[str, object]]:
    """The events of claims: those that occurred and have a coarse name, each once."""
    kept: list[Claim] = []
    for claim in (one for one in claims if one.occurred and coarse(one)):
        same = next((at for at, other in enumerate(kept) if _told(claim, other)), None)
        if same is None:
            kept.append(claim)
        elif _dated(claim) and not _dated(kept[same]):
            kept[same] = claim
    return [event(claim) for claim in kept]


def _dated(claim: Claim) -> bool:
    """True where the quote itself says when."""
    return bool(claim.dates) and bool(claim.dates[0].text) and claim.dates[0].text in claim.quote


def _told(one: Claim, other: Claim) -> bool:
    """The coarse list has one word for both, as for an arrest and the charge that follows."""
    same = coarse(one) == coarse(other) and one.jurisdiction == other.jurisdiction and not _two_sums(one, other)
    return same and bool(set(one.platforms) & set(other.platforms))


def _two_sums(one: Claim, other: Claim) -> bool:
    """True for fines told in two sentences, each with its sum: a daily penalty beside a fixed one is one fine."""
    return bool(one.amount and other.amount) and one.amount != other.amount and one.start != other.start


def coarse(claim: Claim) -> str | None:
    """Its name in the coarse list, None where that has none; a ban that was prolonged is told as that ban."""
    return vocabulary.coarse((claim.ends or BLOCK) if claim.action == PROLONGED else claim.action, claim.area)


def event(claim: Claim) -> dict[str, object]:
    """Coarse action under ``action`` (null where the coarse list has no word), fine one under ``action_detail``; the same for
    the place."""
    when = claim.dates[0] if claim.dates else None
    return {
        "action": coarse(claim),
        "action_detail": claim.action,
        "platforms": list(claim.platforms),
        "jurisdiction": vocabulary.coarse_place(claim.jurisdiction) or None,
        "jurisdiction_detail": claim.jurisdiction or None,
        "authority": claim.authority or None,
        "scope": list(claim.scopes),
        "date": when.value if when else None,
        "precision": when.precision if when else None,
        "evidence": claim.quote,
        "start": claim.start,
        "end": claim.end,
        "confidence": claim.confidence,
    }
