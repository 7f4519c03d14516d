"""Markdown as versions repositories hold it -> blocks, and back to the words as written."""

from __future__ import annotations

import pytest

from parsers.markdown import blocks, plain, verbatim
from parsers.parts import part
from records import Block


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("We _may_ **share** [your data](https://e.example/a_(b) \"title\").", "We may share your data."),
        ("1\\. Not a list", "1. Not a list"),
        ("Tom &amp; Ann, snake_case, <https://e.example>", "Tom & Ann, snake_case, https://e.example"),
        ("![logo](a.png) text<br>more", "text more"),
        ('![a](data:image/svg+xml;utf8,<svg viewBox="0 0 1 1" transform="scale(1 2)"></svg>) text (b)', "text (b)"),
        ("![a](two words.png) text", "text"),
        ("A < b and c > d", "A < b and c > d"),
    ],
)  # fmt: skip
def test_marks_are_not_text(line: str, shown: str) -> None:
    assert plain(line) == shown


def test_kinds() -> None:
    text = "# Policy\n\nIntro\n=====\n\n* one\n2. two\n\n| a | b |\n| --- | --- |\n| c | d |\n\nPlain."
    found = [(block.kind, block.text) for block in blocks(text)]
    assert found == [("heading", "Policy"), ("heading", "Intro"), ("item", "one"), ("item", "2. two"), ("row", "a | b"), ("row", "c | d"), ("paragraph", "Plain.")]  # fmt: skip


def test_a_sentence_is_found_as_it_was_written() -> None:
    written = "Before.\nWe may **share** your [data](https://e.example/x). After."
    assert verbatim(written, "We may share your data.") == "We may **share** your [data](https://e.example/x)."
    assert verbatim(written, "Not there.") == "Not there."
    linked = "[Our new policy can be found here and holds from 13 July](https://e.example/new)"
    assert verbatim(linked, "Our new policy can be found here and holds from 13 July") == linked.partition("]")[0][1:]


def test_a_page_of_several_documents_gives_the_one_that_is_watched() -> None:
    titles = ["Terms of Service", "Privacy Policy", "California Privacy Notice", "DMCA Policy", "Cookie Policy"]
    page = [b for title in titles for b in (Block("heading", title, 2), Block("paragraph", f"{title}. " * 60))]
    assert [b.text for b in part(page, "Privacy Policy") if b.kind == "heading"] == titles[1:3]
    assert [b.text for b in part(page, "Copyright Claims Policy") if b.kind == "heading"] == ["DMCA Policy"]
    assert part(page[:4], "Privacy Policy") == tuple(page[:4]), "a document may have a section named like another"
