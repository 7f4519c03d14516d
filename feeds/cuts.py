"""Slice -> its items, read off the index of items (view feed_rows, kept as the table feed_row). Reads; writes nothing.

The part that is walked is the smallest one that holds the whole slice; what else narrows it is asked of each of its items. How many
items a part has is counted as they come (feed_sizes), so that the newest of a feed cost the same however long its past is.
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
ALSO = " and exists (select 1 from feed_row s where s.name = ? and s.value in ({}) and s.published_at = r.published_at and s.item = r.item)"
SAYS = (
    " and exists (select 1 from (select id, side, kind, platforms, jurisdiction, topics, title, summary, action from news"
    " union all select id, side, kind, platforms, jurisdiction, topics, title, summary, action from small_news) n where n.id = r.item and {})"
)
LISTS = {"platform": "platforms", "topic": "topics"}


@dataclass(frozen=True)
class Cut:
    """``part`` is walked; ``where`` narrows it."""

    part: tuple[str, str]  # name and value
    where: str = ""
    params: tuple[str, ...] = ()

    def count(self, db: sqlite3.Connection) -> int:
        if not self.where:
            return size(db, *self.part)
        return int(db.execute(f"select count(*) {self._sql}", self._params).fetchone()[0])

    def newest(self, db: sqlite3.Connection, most: int) -> list[str]:
        """Ids, newest first; of the same instant in order of their ids."""
        found = db.execute(
            f"select r.item {self._sql} order by r.published_at desc, r.item limit ?", (*self._params, most)
        )
        return [ident for (ident,) in found]

    def span(self, db: sqlite3.Connection, first: int, last: int, total: int) -> list[str]:
        """Ids ``first`` to ``last`` of ``total`` (0 is the oldest; the last not included), newest first, counted from the nearer end."""
        if first > total // 2:
            order, skip = "r.published_at desc, r.item", total - last
        else:
            order, skip = "r.published_at, r.item desc", first
        found = db.execute(
            f"select r.item {self._sql} order by {order} limit ? offset ?", (*self._params, last - first, skip)
        )
        ids = [ident for (ident,) in found]
        return ids if first > total // 2 else ids[::-1]

    @property
    def _sql(self) -> str:
        return f"from feed_row r where r.name = ? and r.value = ?{self.where}"

    @property
    def _params(self) -> tuple[str, ...]:
        return (*self.part, *self.params)


def size(db: sqlite3.Connection, name: str, value: str) -> int:
    found = db.execute("select items from feed_sizes where name = ? and value = ?", (name, value)).fetchone()
    return int(found[0]) if found else 0


def cut(db: sqlite3.Connection, names: Names, slice_: Slice) -> Cut:
    """How to read a slice."""
    base, filters = (
        BASES[slice_.base],
        {n: _as_told(names, n, values) for n, values in slice_.filters.items() if n != "q"},
    )
    if slice_.base == "all-changes":  # small changes stand in no other part
        return _narrowed(base, [_says(n, values) for n, values in filters.items()], slice_.q)
    parts = [(n, values) for n, values in filters.items()] + ([] if slice_.base == "all" else [(base[0], [base[1]])])
    whole = [(n, values[0]) for n, values in parts if len(values) == 1]
    walked = min(whole or [base], key=lambda part: size(db, *part))
    also = [(ALSO.format(", ".join("?" * len(values))), [n, *values]) for n, values in parts if (n, *values) != walked]
    return _narrowed(walked, also, slice_.q)


def _narrowed(part: tuple[str, str], by: Sequence[tuple[str, Sequence[str]]], words: Sequence[str]) -> Cut:
    by = [*by, _words(words)] if words else by
    return Cut(part, "".join(sql for sql, _ in by), tuple(value for _, values in by for value in values))


def _as_told(names: Names, name: str, values: Sequence[str]) -> list[str]:
    return [names.platform[value] for value in values] if name == "platform" else list(values)


def _says(name: str, values: Sequence[str]) -> tuple[str, Sequence[str]]:
    marks = ", ".join("?" * len(values))
    if name in LISTS:
        return SAYS.format(f"exists (select 1 from json_each(n.{LISTS[name]}) where value in ({marks}))"), values
    if name == "authority":
        return SAYS.format(f"n.action in (select id from actions where authority_id in ({marks}))"), values
    return SAYS.format(f"n.{name} in ({marks})"), values


def _words(asked: Sequence[str]) -> tuple[str, list[str]]:
    """Every word stands in the title or summary, or the action with its quotes is found by full-text search."""
    terms = [term for text in asked for term in text.split()][:20]
    said = " and ".join("instr(lower(n.title || ' ' || n.summary), ?)" for _ in terms)
    phrase = " AND ".join('"' + term.replace('"', '""') + '"' for term in terms)
    found = "n.action in (select item from search where search match ? and kind = 'action')"
    return SAYS.format(f"(({said}) or {found})"), [*(term.lower() for term in terms), phrase]
