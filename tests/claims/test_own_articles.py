"""Own short articles in twelve languages: events told in the middle of other things, and texts that only talk of them."""

from __future__ import annotations

from functools import cache

from claims import extract, published, vocabulary
from claims.output import events
from records import Article, Claim
from tests.claims.fit_weights import Found, matched
from tests.claims.material import Text, articles, languages


@cache
def texts() -> tuple[Text, ...]:
    return tuple(text for code in languages() for text in articles(code))


def told(text: Text) -> list[Claim]:
    return [claim for claim in published(extract(text.article)) if claim.occurred]


def test_events_are_found_and_few_are_made_up() -> None:
    found = {text.key: [Found.of(event) for event in events(text.article)] for text in texts()}
    right = sum(matched(text, found[text.key]) for text in texts())
    said, wanted = sum(map(len, found.values())), sum(len(text.wanted) for text in texts())
    assert right / said >= 0.88 and right / wanted >= 0.72, (right, said, wanted)


def test_texts_that_only_talk_of_it_stay_empty() -> None:
    spoken = [
        f"{claim.action}: {claim.quote}"
        for text in texts()
        if not text.wanted
        for claim in told(text)
        if vocabulary.coarse(claim.action, claim.area)  # what the labels have no word for they do not rule out
    ]
    empty = [text for text in texts() if not text.wanted]
    assert len(empty) >= 60
    assert len(spoken) <= 0.08 * len(empty), "\n".join(spoken)


def test_days_are_those_of_the_event() -> None:
    right = dated = 0
    for text in texts():
        for event in events(text.article):
            wanted = [want for want in text.wanted if want.day and want.action == event["action"]]
            wanted = [want for want in wanted if want.jurisdiction == (event["jurisdiction"] or "")]
            if len(wanted) == 1:
                dated, right = dated + 1, right + (event["date"] == wanted[0].day)
    assert dated >= 60 and right >= 0.8 * dated, (right, dated)


def read(text: str, language: str) -> list[str]:
    return [claim.action for claim in published(extract(Article("", "", text, language, "2025-05-02")))]


def test_what_is_threatened_for_the_case_of_disobedience_is_no_event() -> None:
    decided = "The Irish regulator ordered TikTok to bring its processing into compliance within six months; otherwise the transfers to China will be suspended."
    assert "nationwide_block" not in read(decided, "en")


def test_what_an_ending_depends_on_is_no_ending() -> None:
    fine = "O ministro Alexandre de Moraes, do Supremo Tribunal Federal (STF), aplicou nesta sexta-feira multa de R$ 10 milhões ao X."
    hangs = " A plataforma havia voltado para parte dos usuários por meio de servidores da Cloudflare. O retorno do serviço depende do pagamento dos valores, segundo a decisão publicada hoje pelo tribunal."
    assert read(fine + hangs, "pt") == ["fine"]


def test_a_text_that_names_no_platform_is_not_read_further() -> None:
    assert extract(Article("", "", "The government has banned plastic bags. " * 200, "en", "2025-05-02")) == []
