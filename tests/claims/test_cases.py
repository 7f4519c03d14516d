"""Own sentences in twelve languages: what tells an event is found, what tells none stays empty."""

from __future__ import annotations

import pytest

from claims import extract, published
from claims.lexicon import languages as lexicons
from records import Claim
from tests.claims.material import Text, cases, languages

FOUND = 0.86  # share of the events of one language that must be found
FALSE = 0.10  # share of the claims that may be none of them
EMPTY = 0.90  # share of the texts without event that must stay empty


def told(text: Text) -> list[Claim]:
    return [claim for claim in published(extract(text.article)) if claim.occurred]


def is_told(text: Text, claim: Claim) -> bool:
    said = (claim.action, claim.area, claim.platforms, claim.jurisdiction)
    return any(want.met(*said) for want in text.wanted)


def test_every_language_with_a_lexicon_is_tried() -> None:
    assert languages() == sorted(lexicons()) == sorted("de en es fr it pl pt ro ru tr uk zh".split())


@pytest.mark.parametrize("language", languages())
def test_events_are_found(language: str) -> None:
    texts = [text for text in cases(language) if text.wanted]
    wanted = [(text, want) for text in texts for want in text.wanted]
    missed = [
        f"{want.action} {sorted(want.platforms)} {want.jurisdiction}: {text.article.text}"
        for text, want in wanted
        if not any(want.met(c.action, c.area, c.platforms, c.jurisdiction) for c in told(text))
    ]
    assert len(missed) <= (1 - FOUND) * len(wanted), "\n".join(missed)


@pytest.mark.parametrize("language", languages())
def test_nothing_is_made_up(language: str) -> None:
    claims = [(text, claim) for text in cases(language) if text.wanted for claim in told(text)]
    wrong = [
        f"{claim.action} {claim.jurisdiction}: {claim.quote}" for text, claim in claims if not is_told(text, claim)
    ]
    assert len(wrong) <= FALSE * len(claims), "\n".join(wrong)


@pytest.mark.parametrize("language", languages())
def test_calls_threats_questions_and_other_meanings_are_no_events(language: str) -> None:
    texts = [text for text in cases(language) if not text.wanted]
    spoken = [f"{claim.action}: {claim.quote}" for text in texts for claim in told(text)]
    assert len(texts) >= 10
    assert len(spoken) <= (1 - EMPTY) * len(texts) + 0.5, "\n".join(spoken)


@pytest.mark.parametrize("language", languages())
def test_every_claim_says_why_and_quotes_the_text(language: str) -> None:
    for text in cases(language):
        for claim in extract(text.article):
            assert text.article.text[claim.start : claim.end] == claim.quote
            assert claim.fired and ": " in claim.fired[0]
            assert 0 < claim.confidence < 1
