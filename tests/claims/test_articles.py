"""The labelled real articles, read in place: figures must not fall. Skips where the set is absent."""

from __future__ import annotations

from claims.output import events
from tests.claims.fit_weights import Found, matched
from tests.claims.material import labelled
from tests.corpus import shared


def test_figures_on_real_articles_hold() -> None:
    texts = list(labelled(shared("corpus", "articles", "dev.jsonl")))
    found = {text.key: [Found.of(event) for event in events(text.article)] for text in texts}
    right = sum(matched(text, found[text.key]) for text in texts)
    told, wanted = sum(map(len, found.values())), sum(len(text.wanted) for text in texts)
    empty = [not found[text.key] for text in texts if not text.wanted]
    detected = [bool(found[text.key]) for text in texts if text.wanted]
    precision, recall = right / told, right / wanted
    assert 2 * precision * recall / (precision + recall) >= 0.82
    assert sum(empty) / len(empty) >= 0.82
    assert (sum(empty) + sum(detected)) / len(texts) >= 0.90


def test_every_quote_of_a_real_article_is_in_it() -> None:
    for text in labelled(shared("corpus", "articles", "dev.jsonl")):
        for event in events(text.article):
            assert text.article.text[int(str(event["start"])) : int(str(event["end"]))] == event["evidence"]
