"""Names and addresses of platforms, places and authorities, read from the tracker; nearest names for what is not there."""

from __future__ import annotations

import difflib
import sqlite3
from dataclasses import dataclass, field

from reading.rows import Missing, rows
from reading.words import slug


@dataclass
class Names:
    """Reference tables as the pages need them."""

    platforms: dict[str, str] = field(default_factory=dict)  # name -> id
    places: dict[str, str] = field(default_factory=dict)  # code -> name
    authorities: dict[str, str] = field(default_factory=dict)  # id -> name
    aliases: dict[str, str] = field(default_factory=dict)  # other name of a platform, folded -> name
    used: list[str] = field(default_factory=list)  # codes of places that an action or development is told of

    def platform_id(self, name: str) -> str:
        return self.platforms.get(name) or slug(name)

    def place(self, code: str) -> str:
        return self.places.get(code) or code

    def platform(self, wanted: str) -> str:
        """The canonical name for an id, a name or an alias. Raises Missing with the nearest."""
        folded = wanted.casefold()
        for name, ident in self.platforms.items():
            if folded in (ident, name.casefold()):
                return name
        if folded in self.aliases:
            return self.aliases[folded]
        raise Missing("platform", wanted, self.near(wanted, {n: f"/platform/{i}" for n, i in self.platforms.items()}))

    def code(self, wanted: str) -> str:
        """The code for a code or an English name. Raises Missing with the nearest."""
        if wanted.upper() in self.places:
            return wanted.upper()
        for code, name in self.places.items():
            if name.casefold() == wanted.casefold():
                return code
        known = {name: f"/jurisdiction/{code}" for code, name in self.places.items()}
        raise Missing("jurisdiction", wanted, self.near(wanted, known | {c: f"/jurisdiction/{c}" for c in self.places}))

    def no_authority(self, wanted: str) -> Missing:
        known = {name: f"/authority/{ident}" for ident, name in self.authorities.items()}
        return Missing("authority", wanted, self.near(wanted, known | {i: f"/authority/{i}" for i in self.authorities}))

    def used_places(self) -> dict[str, str]:
        """The places that anything is told of, by code."""
        return {code: self.place(code) for code in self.used}

    @staticmethod
    def near(wanted: str, known: dict[str, str]) -> list[tuple[str, str]]:
        """(address, name) of what is most like a name; ``known``: name -> address."""
        folded = {name.casefold(): name for name in known}
        found = difflib.get_close_matches(wanted.casefold(), folded, 5, 0.5)
        return [(known[folded[name]], folded[name]) for name in found]


def read_names(db: sqlite3.Connection) -> Names:
    """The names of a tracker."""
    names = Names()
    for one in rows(db, "select name, id, aliases from platform order by name"):
        names.platforms[one["name"]] = one["id"]
        names.aliases |= {str(alias).casefold(): one["name"] for alias in one["aliases"]}
    for name in {*_steps(db, "platform_day", "platform"), *_steps(db, "document", "platform")}:
        names.platforms.setdefault(name, slug(name))
    names.places = {one["code"]: one["name"] for one in rows(db, "select code, name from jurisdiction order by name")}
    names.used = _steps(db, "development", "jurisdiction")
    for code in names.used:
        names.places.setdefault(code, code)
    names.authorities = {one["id"]: one["name"] for one in rows(db, "select id, name from authority order by name")}
    return names


def _steps(db: sqlite3.Connection, table: str, column: str) -> list[str]:
    """The distinct values of an indexed column, found by one step in the index for each instead of a walk over all rows."""
    sql = (
        f"with recursive s(v) as (select min({column}) from {table} where {column} > ''"
        f" union all select (select min({column}) from {table} where {column} > v) from s where v is not null)"
        " select v from s where v is not null"
    )
    return [value for (value,) in db.execute(sql)]
