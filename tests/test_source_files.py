"""The reference of source files names every key that the loader takes, every option, and nothing else."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

import parsers
import sources
from errors import BadConfiguration
from records import Expect, Selector, Source

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docs" / "reference" / "source-files.md").read_text(encoding="utf-8")
SOURCE = """[publisher]
name = "P"
[[source]]
id = "a"
name = "A"
url = "https://a.example/"
parser = "feed"
tier = "news"
"""


def first_cells(heading: str) -> list[str]:
    """First cells of the table after ``heading``."""
    table = TEXT.partition(heading)[2].strip().split("\n\n")[0]
    return [line.split("|")[1].strip() for line in table.splitlines()[2:]]


def named(cells: list[str]) -> set[str]:
    return {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}


def test_every_key_of_a_source_is_told_and_no_other() -> None:
    tables = {"selectors", "article", "expect", "options", "publisher"}
    assert named(first_cells('days "2026-03-01".')) == {f.name for f in fields(Source)} - tables


def test_every_key_of_a_table_is_told() -> None:
    rows = TEXT.partition("Tables inside a source:")[2].partition("Options by parser")[0]
    for kind in (Selector, Expect):
        for one in fields(kind):
            assert f"`{one.name}`" in rows


def test_every_option_of_a_parser_is_told_and_no_other() -> None:
    rows = TEXT.partition("Options by parser:")[2].strip().splitlines()[2:]
    told = {re.findall(r"`(\w+)`", line)[0]: set(re.findall(r"`(\w+)`", line.split("|")[2])) for line in rows}
    assert told == {name: set(options) for name, options in parsers.OPTIONS.items() if options}


def test_every_parser_is_told() -> None:
    line = next(line for line in TEXT.splitlines() if line.startswith("| `parser`"))
    assert set(re.findall(r"`(\w+)`", line)) - {"parser"} == set(parsers.PARSERS)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ('blokced = ["reset"]', "did you mean 'blocked'"),
        ('keywords = ["@klingon"]', "no list '@klingon'"),
        ("by_hand = true", "by_hand must be str"),
        ('every = "soon"', "every"),
        ('[source.options]\nolder_uri = "x"', "unknown key"),
    ],
)
def test_a_wrong_key_is_refused_by_name(more: str, said: str) -> None:
    with pytest.raises(BadConfiguration, match=re.escape(said)):
        list(sources.loads(SOURCE + more, "a.toml", frozenset(parsers.PARSERS), parsers.OPTIONS))


def test_lists_of_keywords_are_taken_in_and_words_stay() -> None:
    (source,) = sources.loads(
        SOURCE + 'keywords = ["@de", "Wolke"]', "a.toml", frozenset(parsers.PARSERS), parsers.OPTIONS
    )
    assert "soziale Netzwerke" in source.keywords and source.keywords[-1] == "Wolke" and "@de" not in source.keywords


@pytest.mark.parametrize(
    ("url", "known_from", "retired", "registered"),
    [
        ("https://a.example/", "a list", "", True),
        ("https://a.example/", "a list", "2026-01-01", False),
        ("http://127.0.0.1:8000/feed", "the sample", "", False),
        ("https://replay.invalid/x", "", "", False),
    ],
)
def test_only_a_source_that_came_from_a_registry_can_leave_it(
    url: str, known_from: str, retired: str, registered: bool
) -> None:
    assert (
        sources.was_registered(Source("a", "A", url, "feed", "news", known_from=known_from, retired=retired))
        is registered
    )
