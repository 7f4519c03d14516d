"""Blocks of a page that shows several documents -> those of one of them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from records import Block

SEVERAL = 4  # documents under headings of one level; a document may well hold sections named like two others
LEAST = 600  # characters; a shorter section is a link to the document, not the document


def part(blocks: Sequence[Block], document_type: str) -> tuple[Block, ...]:
    """The section of ``document_type`` and those of its supplements, headings included; all blocks if the page shows one document, or
    none of that type.
    """
    named = [(at, block.level, _types(block.text)) for at, block in enumerate(blocks) if block.kind == "heading"]
    levels = {level for _, level, types in named if document_type in types}
    for level in sorted(levels):
        said = set[str]().union(*(types for _, own, types in named if own == level))
        if len(said) < SEVERAL:
            continue
        goes_on = frozenset((document_type, *_table()["supplements"].get(document_type, ())))
        found = [
            _section(blocks, at, level, goes_on) for at, own, types in named if own == level and document_type in types
        ]
        best = max(found, key=lambda section: sum(len(block.text) for block in section))
        if sum(len(block.text) for block in best) >= LEAST:
            held = {id(block) for block in best}
            more = [at for at, own, types in named if own == level and goes_on & types and id(blocks[at]) not in held and document_type not in types]  # fmt: skip
            return (*best, *(block for at in more for block in _section(blocks, at, level, frozenset())))
    return tuple(blocks)


def _section(blocks: Sequence[Block], at: int, level: int, goes_on: frozenset[str]) -> tuple[Block, ...]:
    """From the heading at ``at`` to the next that is no less, and that begins no part of the same document."""
    for end in range(at + 1, len(blocks)):
        block = blocks[end]
        if block.kind == "heading" and block.level <= level and not goes_on & _types(block.text):
            return tuple(blocks[at:end])
    return tuple(blocks[at:])


def _types(heading: str) -> frozenset[str]:
    text = " ".join(heading.split()).strip(" .:#")
    if len(text) > 80:
        return frozenset()
    return frozenset(name for name, pattern in _patterns() if pattern.fullmatch(text))


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((name, re.compile("|".join(parts), re.I)) for name, parts in _table()["documents"].items())


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "documents.toml").read_text(encoding="utf-8"))
