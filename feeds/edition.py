"""One state of the tracker at one address -> the bytes of a feed. Reads views only; each item is written once.

The feed itself holds the newest 50 to 99 items; all before stands in archive documents of 50 that are full and final, so that
each item stands in one document and a reader may walk back through the whole past (RFC 5005, section 4). A feed that several filters or
words narrow is not counted: it holds 50 items and a link to the next page (section 3). https://www.rfc-editor.org/rfc/rfc5005
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from feeds import issues, queries, slices, things
from feeds.addresses import FORMS, Site
from feeds.cuts import Cut, Key, cut
from feeds.detail import Row, details, rows_of
from feeds.forms import Head, join, written
from feeds.item import EPOCH, Item, item
from feeds.slices import NoSuchFeed, Slice
from feeds.things import Thing

PAGE = 50  # items of an archive document; a feed has at least so many where there are
KEPT = 20_000  # items kept in memory, each in the forms that were asked for
MAINTAINERS = "maintainers"
KEY = re.compile(r"\d{4}-[\d:T.+-]{6,40}~\w{1,64}", re.ASCII)


@dataclass(frozen=True)
class Query:
    """A canned query with the arguments it was asked with (as a query string) and the rows it found."""

    name: str
    title: str
    description: str
    arguments: str
    rows: Sequence[Row]


class Edition:
    """Give it a connection that sees one state while it is used. ``db`` may be exchanged for another one of the same state."""

    def __init__(self, db: sqlite3.Connection, site: Site) -> None:
        self.db = db
        self.site = site
        self._items: dict[str, Item] = {}
        self._written: dict[str, dict[str, bytes]] = {form: {} for form in FORMS}

    @cached_property
    def names(self) -> slices.Names:
        return slices.read_names(self.db)

    def slice_of(self, path: str, asked: Mapping[str, Sequence[str]]) -> Slice:
        """The slice of an address. Raises NoSuchFeed where neither the reference tables nor the news know a name."""
        try:
            return slices.read_slice(self.names, path, asked)
        except NoSuchFeed:
            self.names = slices.names_in_news(self.db, self.names)
            return slices.read_slice(self.names, path, asked)

    def every_slice(self) -> list[Slice]:
        """The feeds that are listed and built: the four whole ones, and one for each name that has news."""
        self.names = slices.names_in_news(self.db, self.names)
        found = [Slice(base) for base in slices.BASES]
        for name in slices.NAMED:
            found += [slices.only(name, ident) for ident in slices.with_news(self.db, self.names, name)]
        return list({one.path: one for one in reversed(found)}.values())[
            ::-1
        ]  # where two names make one address, the first has it

    # which items ----------------------------------------------------------------------------------------------------
    def newest(self, slice_: Slice, most: int) -> list[Row]:
        """The newest rows of a slice, newest first."""
        return self._rows(cut(self.db, self.names, slice_).newest(self.db, most))

    def _rows(self, ids: Sequence[str]) -> list[Row]:
        found = rows_of(self.db, ids)
        return [found[ident] for ident in ids]

    def items(self, rows: Sequence[Row]) -> list[Item]:
        """What the rows tell; each is put together once."""
        new = [row for row in rows if row["id"] not in self._items]
        if len(self._items) + len(new) > KEPT:
            self._items.clear()
            for texts in self._written.values():
                texts.clear()
            new = list(rows)
        self._items.update(zip((row["id"] for row in new), self.composed(new), strict=True))
        return [self._items[row["id"]] for row in rows]

    def composed(self, rows: Sequence[Row]) -> list[Item]:
        """What the rows tell; nothing is kept."""
        return [item(self.site, found, self.names.jurisdiction) for found in details(self.db, rows)]

    # bytes ----------------------------------------------------------------------------------------------------------
    def body(self, slice_: Slice, form: str, page: int = 0, before: str = "") -> bytes:
        """The feed of a slice, one of its archive documents, or, where it has none, its items ``before`` a key. Raises NoSuchFeed for a
        document there is not."""
        read = cut(self.db, self.names, slice_)
        if not read.whole and not page:
            return self._page(read, slice_, form, before)
        if before:
            raise NoSuchFeed("page", before, [(slice_.path[0], slices.title(self.names, slice_))])
        total = read.count(self.db) if read.whole else 0
        archives = full(total)
        if page > archives:
            near = [(slice_.path[0], slices.title(self.names, slice_))]
            raise NoSuchFeed("archive", f"{page} of {slice_.path[0]}", near)
        first, last = span(total, page)
        ids = read.span(self.db, first, last, total)
        return self.feed(slice_, form, self._rows(ids), page, archives)

    def _page(self, read: Cut, slice_: Slice, form: str, before: str) -> bytes:
        """Fifty items in order of a key: a paged feed (RFC 5005, section 3)."""
        found = read.page(self.db, PAGE, _key(before))
        rows = self._rows(found.ids)
        older = self.site.feed(slice_.address(form, before="~".join(found.last))) if found.last else ""
        items = self.items(rows)
        head = replace(
            self._head(slice_, form, 0, 0, latest(one.updated for one in items)),
            self=self.site.feed(slice_.address(form, before=before)),
            next=older,
        )
        return join(form, head, self._fragments(form, items))

    def feed(self, slice_: Slice, form: str, rows: Sequence[Row], page: int, archives: int) -> bytes:
        """The rows as one document."""
        items = self.items(rows)
        return self.document(
            slice_, form, page, archives, latest(one.updated for one in items), self._fragments(form, items)
        )

    def document(
        self, slice_: Slice, form: str, page: int, archives: int, updated: datetime, items: Sequence[bytes]
    ) -> bytes:
        """A feed (page 0) or one of its ``archives`` of items that are written already, newest first."""
        return join(form, self._head(slice_, form, page, archives, updated), items)

    def _fragments(self, form: str, items: Sequence[Item]) -> list[bytes]:
        texts = self._written[form]
        new = [one for one in items if one.id not in texts]
        for one, text in zip(new, written(form, new), strict=True):
            texts[one.id] = text
        return [texts[one.id] for one in items]

    def _head(self, slice_: Slice, form: str, page: int, archives: int, updated: datetime) -> Head:
        site, said = self.site, slices.title(self.names, slice_)
        address = slice_.address(form, page)

        def archive(number: int) -> str:
            return site.feed(slice_.address(form, number)) if 1 <= number <= archives else ""

        return Head(
            id=site.id("feed", *filter(None, slice_.path)), title=f"{site.title}: {said}" + (f" (archive {page})" if page else ""),
            description=DESCRIPTIONS[slice_.base], home=home(site, slice_), self=site.feed(address), site=site.title,
            up=_up(address), updated=updated, hub=site.hub if slices.heard(address) else "",
            older=archive(page - 1) if page else archive(archives), newer=archive(page + 1) if page else "",
            current=site.feed(slice_.address(form)) if page else "",
        )  # fmt: skip

    def maintainers(self, form: str) -> bytes:
        """The feed of issues: one item when an issue opens, one when it is mended."""
        items = issues.items(self.db, self.site, PAGE)
        return self._of_items(
            form, f"{MAINTAINERS}.{form}", issues.TITLE, issues.DESCRIPTION, f"{self.site.base}/maintainers", items
        )

    def thing(self, form: str, thing: Thing) -> bytes:
        """The feed of one action, document or source."""
        if thing.kind == things.SOURCE:
            items = issues.items(self.db, self.site, things.MOST, thing.ident)
        else:
            items = self.items(things.life(self.db, thing))
        page = self.site.page(thing.kind, thing.ident)
        return self._of_items(form, f"{thing.path}.{form}", thing.title, things.ABOUT[thing.kind], page, items)

    def query(self, form: str, asked: Query) -> bytes:
        """The feed of what a canned query found."""
        items = queries.items(self.db, self.site, asked.name, asked.rows, self.names.jurisdiction)
        ends = f"?{asked.arguments}" if asked.arguments else ""
        home_ = f"{self.site.base}/tracker/{asked.name}{ends}"
        return self._of_items(form, self.query_address(form, asked), asked.title, asked.description, home_, items)

    def query_address(self, form: str, asked: Query) -> str:
        """What follows /feeds/."""
        return f"query/{asked.name}.{form}" + (f"?{asked.arguments}" if asked.arguments else "")

    def _of_items(self, form: str, address: str, said: str, about: str, home_: str, items: Sequence[Item]) -> bytes:
        stem, _, query = address.partition("?")
        head = Head(
            id=self.site.id("feed", *filter(None, (stem.removesuffix(f".{form}"), query))), title=f"{self.site.title}: {said}",
            description=about or said, home=home_, self=self.site.feed(address), site=self.site.title, up=_up(address),
            updated=latest(one.updated for one in items),
        )  # fmt: skip
        return join(form, head, written(form, items))


def latest(instants: Iterable[datetime]) -> datetime:
    """When a document with items of these instants was last updated."""
    return max(instants, default=EPOCH)


def _key(before: str) -> Key | None:
    """ "2026-03-02T06:00:00+00:00~id", as ``next`` links have it. Raises NoSuchFeed for what is none."""
    at, _, ident = before.partition("~")
    if before and not (KEY.fullmatch(before) and ident):
        raise NoSuchFeed("page", before)
    return (at, ident) if before else None


def full(total: int) -> int:
    """How many archive documents ``total`` items fill, so that the feed itself keeps at least PAGE (and fewer than twice that)."""
    return max(0, total - PAGE) // PAGE


def span(total: int, page: int) -> tuple[int, int]:
    """(first, last + 1) of the items of a document, the oldest item being 0; page 0 is the feed: what no archive holds."""
    return ((page - 1) * PAGE, page * PAGE) if page else (full(total) * PAGE, total)


DESCRIPTIONS = {
    "all": "What governments do about apps and what platforms change in their policies, each with its source.",
    "updates": "Changes of platforms' policies that matter to a reader, with what was removed and added.",
    "all-changes": "Every change of platforms' policies, also of wording, with what was removed and added.",
    "actions": "Bans, blocks, fines, investigations and other measures of governments, each with its quotes and sources.",
}


def home(site: Site, slice_: Slice) -> str:
    """The page for people that a feed belongs to."""
    path, query = slice_.path
    name, _, value = path.partition("/")
    if value and name in {"platform", "jurisdiction", "authority"}:
        return site.page(name, value)
    return f"{site.base}/feeds" + (f"?{query}" if query else "")


def _up(address: str) -> str:
    """From a feed's address to /feeds/: "../" for each folder."""
    return "../" * address.split("?")[0].count("/")
