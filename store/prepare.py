"""Record -> what of its row is dear to compute: clean text, claims. Pure, so that readers in other processes do it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace

from records import Article, Block, Claim, Page, PolicyText, Record, Source
from store.database import Clean, clean

Read = Callable[[Page, Source], list[Record]]
BETWEEN = "\n\n"  # stands between the blocks of a kept text


@dataclass(frozen=True, slots=True)
class Prepared:
    """A record with what the door needs of it. A policy text travels as ``text`` and ``blocks`` (their outline), without its blocks."""

    record: Record
    text: str = ""
    blocks: str = ""
    claims: tuple[Claim, ...] = ()


def prepared(record: Record) -> Prepared:
    """What the door saves of ``record``."""
    if isinstance(record, PolicyText):
        text = Clean(
            clean(BETWEEN.join([block.text for block in record.blocks]))
        )  # as long as it was: the outline fits
        return Prepared(replace(record, blocks=()), text, Clean(outline(record.blocks)))
    if isinstance(record, Article):
        import claims  # a crawl of policies alone has no use for it

        article = replace(record, text=clean(record.text), title=clean(record.title))
        return Prepared(article, claims=tuple(claims.extract(article)))
    return Prepared(record)


def outline(blocks: tuple[Block, ...]) -> str:
    """Kind, level and length of every block as JSON: with their text, which BETWEEN parts, they are the blocks."""
    return "[" + ",".join([f'["{b.kind}",{b.level},{len(b.text)}]' for b in blocks]) + "]"


def outlined(text: str, outline: str) -> tuple[Block, ...]:
    """The blocks of a text that was kept with their outline."""
    found, at = [], 0
    for kind, level, length in json.loads(outline):
        found.append(Block(kind, text[at : at + length], level))
        at += length + len(BETWEEN)
    return tuple(found)


def letters(length: int, outline: str) -> int:
    """Characters of all blocks together, of a text of ``length`` characters that was kept with its outline."""
    return length - len(BETWEEN) * max(0, outline.count("[") - 2)


@dataclass(frozen=True, slots=True)
class Reader:
    """``read`` with every record prepared."""

    read: Read

    def __call__(self, page: Page, source: Source) -> list[Prepared]:
        return [prepared(record) for record in self.read(page, source)]
