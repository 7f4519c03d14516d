"""What was learned from labelled changes: that its files fit the code, and where it counts."""

from __future__ import annotations

from changes import judge, learned, topics, worth
from changes.align import align
from changes.comparable import comparable
from changes.worth import Worth
from records import Block
from tests.changes.test_judge import POLICY, judged, past, text


def worths(old: str, new: str) -> list[Worth]:
    before, now = (comparable((Block("paragraph", line),)) for line in (old, new))
    return worth.judge(align(before, now).pairs, before, now)


def test_every_sign_has_a_weight_and_every_weight_a_sign() -> None:
    found = worths("You pay nothing.", "You must pay a fee of 5 euros a month for the service.")
    for held in learned.features(found, "Terms of Service", (None, None), ("payments",), False).values():
        assert held.keys() == learned.weights()["sign"].keys()


def test_expressions_alone_count_in_a_language_whose_words_were_not_learned() -> None:
    found = worths(
        "Du zahlst nichts für den Dienst.",
        "Du zahlst eine Gebühr von 5 Euro im Monat, und wir löschen dein Konto nicht.",
    )
    assert learned.of_places(found, "", (None, None)) == topics.of_places(found, "")


def test_words_that_no_expression_knows_tell_a_topic() -> None:
    new = "The tribunal shall apply the rules of the chamber, and its award is final and binding upon you."
    assert "dispute_resolution_or_liability" not in topics.hits(new)
    assert "dispute_resolution_or_liability" in judged(POLICY, [*POLICY, new]).topics


def test_what_says_what_a_list_holds_carries_the_change() -> None:
    rules = ["You must not use the service to do any of the following with our brand:", "pretend to be our partner;", "sell our name;"]  # fmt: skip
    new = (*text(*POLICY), Block("paragraph", rules[0]), *(Block("item", rule) for rule in rules[1:]))
    assert judge(new, past(text(*POLICY)), "2024-09-24T00:00:00+00:00").key_new == rules[0]


def test_a_rule_in_a_long_paragraph_is_told_without_it() -> None:
    rest = " ".join(f"Another sentence of this paragraph speaks of matter number {number}." for number in range(9))
    found = judged([f"We keep data for 6 months. {rest}", *POLICY], [f"We keep data for 18 months. {rest}", *POLICY])
    assert found.key_new == "We keep data for 18 months."
    found = judged(["We keep data for 6 months. Ask us.", *POLICY], ["We keep data for 18 months. Ask us.", *POLICY])
    assert found.key_new == "We keep data for 18 months. Ask us."
