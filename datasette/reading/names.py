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
        raise Missing("platform", wanted, self._near(wanted, {n: f"/platform/{i}" for n, i in self.platforms.items()}))

    def code(self, wanted: str) -> str:
        """The code for a code or an English name. Raises Missing with the nearest."""
        if wanted.upper() in self.places:
            return wanted.upper()
        for code, name in self.places.items():
            if name.casefold() == wanted.casefold():
                return code
        known = {name: f"/jurisdiction/{code}" for code, name in self.places.items()}
        raise Missing(
            "jurisdiction", wanted, self._near(wanted, known | {c: f"/jurisdiction/{c}" for c in self.places})
        )

    @staticmethod
    def _near(wanted: str, known: dict[str, str]) -> list[tuple[str, str]]:
        folded = {name.casefold(): name for name in known}
        found = difflib.get_close_matches(wanted.casefold(), folded, 5, 0.5)
        return [(known[folded[name]], folded[name]) for name in found]


def read_names(db: sqlite3.Connection) -> Names:
    """The names of a tracker."""
    names = Names()
    for one in rows(db, "select name, id, aliases from platform order by name"):
        names.platforms[one["name"]] = one["id"]
        names.aliases |= {str(alias).casefold(): one["name"] for alias in one["aliases"]}
    for (name,) in db.execute(
        "select distinct platform from action_platform union select distinct platform from document"
    ):
        names.platforms.setdefault(name, slug(name))
    names.places = {one["code"]: one["name"] for one in rows(db, "select code, name from jurisdiction order by name")}
    for (code,) in db.execute("select distinct jurisdiction from action where jurisdiction != ''"):
        names.places.setdefault(code, code)
    names.authorities = {one["id"]: one["name"] for one in rows(db, "select id, name from authority order by name")}
    return names
