"""Record -> what of its row is dear to compute: clean text, fingerprint, claims. Pure, so that readers in other processes do it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace

import changes
import claims
from records import Article, Block, Claim, Page, PolicyText, Record, Source
from store.database import clean

Read = Callable[[Page, Source], list[Record]]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A record with what the door needs of it. A policy text travels as ``text`` and ``blocks`` (JSON), without its blocks."""

    record: Record
    fingerprint: str = ""
    text: str = ""
    blocks: str = ""
    claims: tuple[Claim, ...] = ()


def prepared(record: Record) -> Prepared:
    """What the door saves of ``record``."""
    if isinstance(record, PolicyText):
        blocks = tuple(Block(b.kind, clean(b.text), b.level) for b in record.blocks)
        return Prepared(replace(record, blocks=()), changes.fingerprint(blocks), "\n\n".join(b.text for b in blocks), as_json(blocks))  # fmt: skip
    if isinstance(record, Article):
        article = replace(record, text=clean(record.text), title=clean(record.title))
        return Prepared(article, claims=tuple(claims.extract(article)))
    return Prepared(record)


def as_json(blocks: tuple[Block, ...]) -> str:
    return json.dumps([{"kind": b.kind, "text": b.text, "level": b.level} for b in blocks], ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Reader:
    """``read`` with every record prepared."""

    read: Read

    def __call__(self, page: Page, source: Source) -> list[Prepared]:
        return [prepared(record) for record in self.read(page, source)]
