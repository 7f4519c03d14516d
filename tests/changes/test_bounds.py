"""Whatever a text holds, judging it ends with a class; order and repetition do not matter where they should not."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from changes import fingerprint, judge
from errors import Unreadable
from parsers import policy
from parsers.blocks import blocks as read
from records import Block, Page, Past, Source
from tests.drawn import drawn

AT = "2024-09-24T00:00:00+00:00"
KINDS = {
    "first", "same_text", "cosmetic_noise", "editorial", "substantive", "flapping", "wrong_document_or_error_page"
}  # fmt: skip
LINES = st.lists(
    st.text(alphabet=st.characters(exclude_categories=()), max_size=60) | st.sampled_from(["We share data.", "Wir teilen Daten.", "نشارك البيانات", "データを共有"]),
    max_size=12,
)  # fmt: skip


def blocks(lines: list[str]) -> tuple[Block, ...]:
    return tuple(Block("paragraph", line) for line in lines)


@given(LINES, LINES, LINES)
@drawn(60)
def test_any_text_ends_in_a_class(one: list[str], two: list[str], three: list[str]) -> None:
    found = judge(blocks(three), [Past(AT, blocks(one)), Past(AT, blocks(two))], AT)
    assert found.kind in KINDS
    assert judge(blocks(three), [Past(AT, blocks(one)), Past(AT, blocks(two))], AT) == found


@given(LINES)
@drawn(40)
def test_the_same_again_is_no_change(lines: list[str]) -> None:
    found = judge(blocks(lines), [Past(AT, blocks(lines))], AT)
    assert found.kind in {"same_text", "cosmetic_noise", "wrong_document_or_error_page"}
    assert fingerprint(blocks(lines)) == fingerprint(blocks(list(lines)))


HUGE = {
    "one sentence of a megabyte": ["word " * 200_000],
    "a megabyte without a blank": ["x" * 1_000_000],
    "a line of dots": ["We share your data." + "." * 300_000 + "!?" * 50_000],
    "identical lines": ["We share your data with partners."] * 100_000,
    "no sentence": ["---", "...", "###"],
    "right to left and mixed": ["نشارك بياناتك with partners и партнёрами 数据"] * 200,
    "NUL and lone surrogates": ["We share\0 your \ud800 data", "\udfff"],
    "many different lines": [
        f"Line {number} speaks of matter {number * 7} and nothing else." for number in range(20_000)
    ],
}


@pytest.mark.parametrize("name", HUGE)
def test_hard_texts_end(name: str) -> None:
    plain = blocks(["We keep your data for a year."] * 3)
    hard = blocks(HUGE[name])
    for new, old in (
        (hard, plain),
        (plain, hard),
        (hard, blocks([*HUGE[name][:-1], "An added sentence of the text."])),
    ):
        assert judge(new, [Past(AT, old)], AT).kind in KINDS


@pytest.mark.parametrize("opened", ["<div>", "<div class=nav>", "<b>", "<ul><li>", "<blockquote style='display:none'>"])
def test_elements_nested_ten_thousand_deep_lose_no_text(opened: str) -> None:
    found = read(opened * 10_000 + "We keep your data for a year." + "<p>We share nothing.</p>")
    assert "We keep your data for a year." in " ".join(block.text for block in found)
    assert judge(found, [Past(AT, blocks(["We keep your data for a year.", "We share nothing."]))], AT).kind in KINDS


def test_a_page_nested_deeper_than_any_document_is_an_issue_by_name() -> None:
    body = b"<html><body>" + b"<div>" * 100_000 + b"text"
    page = Page("e", "policy", "https://e.example/", "https://e.example/", datetime.fromisoformat(AT), 200, (), body)
    with pytest.raises(Unreadable) as told:
        policy.read(page, Source("e", "E", "https://e.example/", "policy", "policy"))
    assert told.value.cause == "too-deep"


def test_a_document_that_changes_its_language_is_no_version() -> None:
    english = blocks(
        [f"We share the data of account {n} with our partners and you can ask us for a copy." for n in range(30)]
    )
    german = blocks(
        [
            f"Wir teilen die Daten von Konto {n} mit unseren Partnern und Sie können eine Kopie verlangen."
            for n in range(30)
        ]
    )
    found = judge(german, [Past(AT, english)], AT)
    assert (found.kind, found.cause) == ("wrong_document_or_error_page", "language")
