"""Slice -> its items, read off the index of items (view feed_rows, kept as the table feed_row). Reads; writes nothing.

A slice that is one part of the index has its count kept beside it, so that its items are numbered and stand in archives. Of any other
the smallest part that holds it is walked from the newest item on, and what else narrows it is asked of each; such a feed goes on by key
("before"), and no page of it walks further than REACH, so that it costs the same however long the past is and however little fits.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from feeds.slices import Names, Slice

BASES = {
    "all": ("all", ""),
    "actions": ("side", "government"),
    "updates": ("updates", ""),
    "all-changes": ("all-changes", ""),
}
ALSO = "exists (select 1 from feed_row s where s.name = ? and s.value in ({}) and s.published_at = r.published_at and s.item = r.item)"
SAYS = "exists (select 1 from {} n where n.id = r.item and {})"
LISTS = {"platform": "platforms", "topic": "topics"}
AFTER = " and r.published_at <= ? and (r.published_at < ? or r.item > ?)"  # in the order of a feed: newest first, then by id
REACH, REACH_OF_TEXT = 3_000, 1_500  # items of a part that one page walks through; fewer where their text is looked at
HELD = 1_000  # things last written that have the words; those that very many have are found by titles
IN_QUOTES = f"""
with held as materialized (select item, kind from search where search match ? order by rowid desc limit {HELD})
select r.published_at, r.item from (
  select published_at, id as item from news where action in (select item from held where kind = 'action')
  union select published_at, id from news where change in (select item from held where kind = 'update')"""
SMALL_IN_QUOTES = (
    " union select published_at, id from small_news where change in (select item from held where kind = 'update')"
)
Key = tuple[str, str]  # (published_at, id) of an item
Condition = tuple[str, Sequence[str]]


@dataclass(frozen=True)
class Page:
    """Ids of items, newest first, and the key that the next page begins behind; None: there are no more."""

    ids: list[str]
    last: Key | None = None


@dataclass(frozen=True)
class Cut:
    """``part`` is walked; ``also`` narrows it, ``words`` too."""

    part: tuple[str, str]  # name and value
    also: tuple[Condition, ...] = ()
    words: tuple[str, ...] = ()

    @property
    def small(self) -> bool:
        """Whether changes of wording stand in it, too: no other part holds them."""
        return self.part == BASES["all-changes"]

    @property
    def whole(self) -> bool:
        """Whether the slice is all of its part, so that its items are counted."""
        return not self.also and not self.words

    def count(self, db: sqlite3.Connection) -> int:
        """How many items a whole part has."""
        return size(db, *self.part)

    def newest(self, db: sqlite3.Connection, most: int) -> list[str]:
        """Ids, newest first; of the same instant in order of their ids."""
        return self.page(db, most).ids

    def page(self, db: sqlite3.Connection, most: int, before: Key | None = None) -> Page:
        """The newest items behind a key."""
        found, horizon = self._walked(db, most + 1, before)
        if self.words:
            found = sorted({*found, *self._held(db, most + 1, before)}, key=lambda key: key[1])
            found.sort(key=lambda key: key[0], reverse=True)
        ids = [ident for _, ident in found[:most]]
        return Page(ids, found[most - 1] if len(found) > most else horizon)

    def span(self, db: sqlite3.Connection, first: int, last: int, total: int) -> list[str]:
        """Ids ``first`` to ``last`` of ``total`` of a whole part (0 is the oldest; the last not included), newest first, counted from
        the nearer end."""
        if first > total // 2:
            order, skip = "r.published_at desc, r.item", total - last
        else:
            order, skip = "r.published_at, r.item desc", first
        sql = f"select r.item from feed_row r where r.name = ? and r.value = ? order by {order} limit ? offset ?"
        ids = [ident for (ident,) in db.execute(sql, (*self.part, last - first, skip))]
        return ids if first > total // 2 else ids[::-1]

    def _walked(self, db: sqlite3.Connection, most: int, before: Key | None) -> tuple[list[Key], Key | None]:
        """(keys of items that fit, the last key walked if there may be more behind it)."""
        narrowed = [*self.also, *([_says(self.words, self.small)] if self.words else [])]
        reach = REACH_OF_TEXT if self.words or self.small else REACH
        sql = (
            f"select r.published_at, r.item, {' and '.join(f'({sql})' for sql, _ in narrowed) or 1} from feed_row r"
            f" where r.name = ? and r.value = ?{AFTER if before else ''} order by r.published_at desc, r.item limit {reach if narrowed else most}"
        )
        found: list[Key] = []
        last, walked = None, 0
        for at, item, fits in db.execute(sql, [*_values(narrowed), *self.part, *_after(before)]):
            last, walked = (at, item), walked + 1
            if fits:
                found.append(last)
            if len(found) == most:
                return found, None
        return found, last if narrowed and walked == reach else None

    def _held(self, db: sqlite3.Connection, most: int, before: Key | None) -> list[Key]:
        """Keys of items whose action or change has the words in its quotes or its title."""
        narrowed = [*self.also, (ALSO.format("?"), self.part)]
        fits = " and ".join(f"({sql})" for sql, _ in narrowed) + (AFTER if before else "")
        sql = f"{IN_QUOTES}{SMALL_IN_QUOTES if self.small else ''}) r where {fits} order by r.published_at desc, r.item limit {most}"
        rows = db.execute(sql, [_phrase(self.words), *_values(narrowed), *_after(before)])
        return [(at, item) for at, item in rows]  # a server's rows are no tuples, and no two of them are the same


def size(db: sqlite3.Connection, name: str, value: str) -> int:
    found = db.execute("select items from feed_sizes where name = ? and value = ?", (name, value)).fetchone()
    return int(found[0]) if found else 0


def cut(db: sqlite3.Connection, names: Names, slice_: Slice) -> Cut:
    """How to read a slice."""
    base, filters = (
        BASES[slice_.base],
        {n: _as_told(names, n, values) for n, values in slice_.filters.items() if n != "q"},
    )
    words = tuple(term for text in slice_.q for term in text.split())[:20]
    if slice_.base == "all-changes":  # small changes stand in no other part
        return Cut(base, tuple(_has(n, values) for n, values in filters.items()), words)
    parts = [(n, values) for n, values in filters.items()] + ([] if slice_.base == "all" else [(base[0], [base[1]])])
    whole = [(n, values[0]) for n, values in parts if len(values) == 1]
    walked = min(whole or [base], key=lambda part: size(db, *part))
    also = [(ALSO.format(", ".join("?" * len(values))), [n, *values]) for n, values in parts if (n, *values) != walked]
    return Cut(walked, tuple(also), words)


def _values(conditions: Sequence[Condition]) -> list[str]:
    return [value for _, values in conditions for value in values]


def _after(before: Key | None) -> list[str]:
    return [before[0], *before] if before else []


def _as_told(names: Names, name: str, values: Sequence[str]) -> list[str]:
    return [names.platform[value] for value in values] if name == "platform" else list(values)


def _has(name: str, values: Sequence[str]) -> Condition:
    """Of an item that stands in no part of the index by this name."""
    marks = ", ".join("?" * len(values))
    if name in LISTS:
        sql = f"exists (select 1 from json_each(n.{LISTS[name]}) where value in ({marks}))"
    else:
        sql = f"n.{'authority_id' if name == 'authority' else name} in ({marks})"
    return _told(sql, values, small=True)


def _says(words: Sequence[str], small: bool) -> Condition:
    """Every word stands in the title or the summary."""
    sql = " and ".join("instr(lower(n.title || ' ' || n.summary), ?)" for _ in words)
    return _told(sql, [word.lower() for word in words], small)


def _told(sql: str, values: Sequence[str], small: bool) -> Condition:
    """What is asked of an item's row of news, or of that of a change of wording."""
    views = ["news", "small_news"] if small else ["news"]
    return " or ".join(SAYS.format(view, sql) for view in views), [*values] * len(views)


def _phrase(words: Sequence[str]) -> str:
    """As full-text search is asked: every word quoted, so that no sign of its language is meant."""
    return " AND ".join('"' + word.replace('"', '""') + '"' for word in words)
