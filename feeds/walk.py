"""All items of one state, oldest first -> every document of every feed, in one walk.

Each item is put together once and given to all feeds it stands in. A feed holds only what its next document needs, so that neither
memory nor the cost of an item grows with the past.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from feeds.addresses import FORMS
from feeds.cuts import cut
from feeds.detail import BATCH, rows_of
from feeds.edition import PAGE, Edition, full, latest
from feeds.forms import written
from feeds.slices import Slice

Part = tuple[str, str]  # of the index of items: name and value
Document = tuple[str, bytes]  # address below /feeds/
ORDER = """select published_at, item from feed_row where name = 'all' and value = ''
union select published_at, item from feed_row where name = 'all-changes' and value = '' order by 1, 2 desc"""
STANDS = "select item, name, value from feed_row where item in ({})"


@dataclass(frozen=True)
class Told:
    """An item in all forms."""

    updated: datetime
    texts: tuple[bytes, ...]  # in the order of FORMS


@dataclass
class Growing:
    """A feed, with the items of its next document."""

    slice: Slice
    archives: int
    page: int = 1
    items: list[Told] = field(default_factory=list)

    @property
    def full(self) -> bool:
        """Whether the next archive has all its items."""
        return self.page <= self.archives and len(self.items) == PAGE


def documents(edition: Edition, slices: Iterable[Slice]) -> Iterator[Document]:
    """(address, bytes) of all slices in all forms with all their archives: what ``Edition.body`` gives. A slice must be one part of the index."""
    growing = _begun(edition, slices)
    for ids in _batches(edition.db):
        stands = _stands(edition.db, ids)
        for ident, told in zip(ids, _told(edition, ids), strict=True):
            for feed in (feed for part in stands[ident] for feed in growing.get(part, ())):
                feed.items.append(told)
                if feed.full:
                    yield from _printed(edition, feed, feed.page)
                    feed.page += 1
    for feed in (feed for feeds in growing.values() for feed in feeds):
        yield from _printed(edition, feed, 0)


def _begun(edition: Edition, slices: Iterable[Slice]) -> dict[Part, list[Growing]]:
    found: dict[Part, list[Growing]] = defaultdict(list)
    for one in slices:
        read = cut(edition.db, edition.names, one)
        found[read.part].append(Growing(one, full(read.count(edition.db))))
    return found


def _batches(db: sqlite3.Connection) -> Iterator[list[str]]:
    """Ids of all items in the order of feeds, oldest first."""
    walked = db.execute(ORDER)
    return ([ident for _, ident in keys] for keys in iter(lambda: walked.fetchmany(BATCH), []))


def _stands(db: sqlite3.Connection, ids: Sequence[str]) -> dict[str, list[Part]]:
    found: dict[str, list[Part]] = defaultdict(list)
    for ident, name, value in db.execute(STANDS.format(", ".join("?" * len(ids))), ids):
        found[ident].append((name, value))
    return found


def _told(edition: Edition, ids: Sequence[str]) -> list[Told]:
    rows = rows_of(edition.db, ids)
    items = edition.composed([rows[ident] for ident in ids])
    texts = zip(*(written(form, items) for form in FORMS), strict=True)
    return [Told(one.updated, forms) for one, forms in zip(items, texts, strict=True)]


def _printed(edition: Edition, feed: Growing, page: int) -> Iterator[Document]:
    """A document in all forms; its items are let go."""
    items, feed.items = feed.items[::-1], []
    updated = latest(one.updated for one in items)
    for at, form in enumerate(FORMS):
        texts = [one.texts[at] for one in items]
        yield feed.slice.address(form, page), edition.document(feed.slice, form, page, feed.archives, updated, texts)
