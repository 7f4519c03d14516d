"""Any bytes, any text: every room ends with records or a named error, in bounded time and memory.

A thousand inputs a room in every test run, made of the project's own recordings; many more by hand with `tests.fuzz.campaign`.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import parsers
from errors import Unreadable
from records import Article, Page, Source
from tests.fuzz.campaign import SLOWEST, fuzz, made_nth, tried
from tests.fuzz.targets import NOW, TARGETS, parser

INPUTS = int(os.environ.get("BANWATCH_FUZZ", "1000"))
MOST = 64 * 2**20  # bytes that a room may keep of all it was given: its tables and caches


@pytest.mark.parametrize("name", TARGETS)
def test_a_room_stands_whatever_it_is_given(name: str, tmp_path: Path) -> None:
    tally = fuzz(name, INPUTS, tmp_path)
    assert tally.faults == [], [path.read_bytes()[:200] for path in tmp_path.glob("fault-*")]
    assert tally.inputs == INPUTS and tally.slowest < SLOWEST
    assert tally.grown < MOST


@pytest.mark.parametrize("name", TARGETS)
def test_inputs_are_many_and_the_same_every_time(name: str) -> None:
    inputs = [made_nth(name, count) for count in range(200)]
    assert len(set(inputs)) > 150 and inputs == [made_nth(name, count) for count in range(200)]


def test_what_has_no_name_is_found() -> None:
    """A room that raises, and one that loops."""

    def raises(data: bytes) -> None:
        raise IndexError("nothing there")

    def loops(data: bytes) -> None:
        while True:
            pass

    assert tried(raises, b"")[1] == "IndexError: nothing there"
    assert tried(loops, b"")[1].startswith("TooSlow")
    assert tried(lambda data: None, b"")[1] == ""


def test_the_inputs_reach_beyond_refusals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many inputs of the parsers bring records: not everything ends at the door."""
    brought: list[int] = []
    read = parsers.read

    def counted(page: Page, source: Source) -> Sequence[Any]:
        records = read(page, source)
        brought.append(len(records))
        return records

    monkeypatch.setattr(parsers, "read", counted)
    for count in range(400):
        parser(made_nth("parsers", count))
    assert sum(map(bool, brought)) >= 20


def test_an_input_that_was_a_fault_once() -> None:
    """A prefix that nobody declared (a feed that begins in its middle): no feed, and no crash."""
    source = Source("s", "S", "https://e.example/", "feed", "official")
    page = Page("s", "feed", source.url, source.url, NOW, 200, (), b"<dc:creator>a</dc:creator>")
    with pytest.raises(Unreadable):
        parsers.read(page, source)


def test_half_a_character_in_a_feed_is_replaced() -> None:
    """U+D800 to U+DFFF by number, in a feed that has to be mended: each is U+FFFD, and so is nothing else."""
    source = Source("s", "S", "https://e.example/", "feed", "official")
    numbers = "".join(f"&#x{code:X};&#{code};" for code in (0xD7FF, 0xD800, 0xDBFF, 0xDFFF, 0xE000))
    body = f"<rss><channel><item><title>T</title><link>/a</link><description><b>{numbers}</b><i></description></item></channel></rss>"
    records = parsers.read(Page("s", "feed", source.url, source.url, NOW, 200, (), body.encode()), source)
    (text,) = (record.text for record in records if isinstance(record, Article))
    assert "\ud7ff" * 2 + "\ufffd" * 6 + "\ue000" * 2 in text


def test_a_name_that_reaches_over_the_end_of_its_sentence() -> None:
    """A text without an end of a sentence is cut somewhere, also inside a name: every place of a sentence is still one of the text."""
    from claims.reading import read

    for many in range(1_100, 1_210):
        text = "TikTok " + "x" * many + "-Telegram-banned-by-the-United-Arab-Emirates-and-Ukraine " * 3
        for sentence in read(Article("https://e.example/a", "", text, "en", "2024-09-24")).all:
            assert len(sentence.origin) == len(sentence.masked) + 1, many
