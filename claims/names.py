"""Names of platforms, jurisdictions and authorities -> what they stand for: exact, or Unrecognised; never the nearest one.

The tables stand in data/reference/. Case, accents and apostrophes do not matter; a word that mixes scripts is refused.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from claims.fold import fold, mixed_script
from errors import Unrecognised

REFERENCE = Path(__file__).parent.parent / "data" / "reference"


@dataclass(frozen=True, slots=True)
class Platform:
    name: str
    kind: str
    owner: str
    aliases: tuple[str, ...] = ()
    people: tuple[tuple[str, ...], ...] = ()  # who stands for the company in the news: names of one person together
    words_in: tuple[str, ...] = ()  # languages in which the name is a word; () = flags hold in all
    flags: tuple[str, ...] = ()  # ambiguous, strict, case, letter: how it may be found in running text


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    code: str  # ISO 3166-1 alpha-2, ISO 3166-2, or EU
    name: str
    names: dict[str, list[str]]  # by language
    adjectives: dict[str, list[str]]  # stems where the language inflects
    seats: dict[str, list[str]]  # capitals and seats of government, used as names of it


@dataclass(frozen=True, slots=True)
class Authority:
    id: str
    name: str
    kind: str
    jurisdiction: str
    abbreviations: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


def _read(file: str, table: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = tomllib.loads((REFERENCE / file).read_text("utf-8"))[table]
    return rows


@lru_cache(maxsize=1)
def platforms() -> tuple[Platform, ...]:
    """Every platform of data/reference/platforms.toml."""
    return tuple(
        Platform(
            row["name"],
            row["kind"],
            row["owner"],
            tuple(row.get("aliases", ())),
            tuple(tuple(one) for one in row.get("people", ())),
            tuple(row.get("words_in", ())),
            tuple(row.get("flags", ())),
        )
        for row in _read("platforms.toml", "platform")
    )


@lru_cache(maxsize=1)
def jurisdictions() -> tuple[Jurisdiction, ...]:
    """Every country and unit of data/reference/jurisdictions.toml."""
    return tuple(
        Jurisdiction(row["code"], row["name"], *(row.get(key, {}) for key in ("names", "adjectives", "seats")))
        for row in _read("jurisdictions.toml", "jurisdiction")
    )


@lru_cache(maxsize=1)
def authorities() -> tuple[Authority, ...]:
    """Every authority of data/reference/authorities.toml."""
    return tuple(
        Authority(
            row["id"],
            row["name"],
            row["kind"],
            row["jurisdiction"],
            *(tuple(row.get(key, ())) for key in ("abbreviations", "names")),
        )
        for row in _read("authorities.toml", "authority")
    )


def person(of: str, written: str) -> str:
    """The full name of somebody who stands for a platform; as written if it is none listed.

    >>> person("Telegram", "Дуров")
    'Pavel Durov'
    """
    said = fold(written)
    found = [one[0] for one in platform(of).people if any(said.startswith(fold(name)) for name in one)]
    return found[0] if found else written


@lru_cache(maxsize=1)
def store_keepers() -> frozenset[str]:
    """App stores and the companies that keep them."""
    stores = [one for one in platforms() if one.kind == "app store"]
    return frozenset({one.name for one in stores} | {one.owner for one in stores})


def related(some: tuple[str, ...], others: tuple[str, ...]) -> bool:
    """True if the two name a platform in common, or one names the owner of a platform of the other."""
    return bool({*some, *_owners(some)} & set(others) or set(some) & _owners(others))


def with_owners(values: tuple[str, ...]) -> tuple[str, ...]:
    """Platforms, and behind them the companies that own them."""
    return tuple(dict.fromkeys([*values, *sorted(owner for owner in _owners(values) if owner)]))


def _owners(values: tuple[str, ...]) -> set[str]:
    return {platform(value).owner for value in values}


def _key(name: str) -> str:
    return " ".join(fold(name).split())


@lru_cache(maxsize=1)
def _platforms() -> dict[str, Platform]:
    return {_key(name): one for one in platforms() for name in (one.name, *one.aliases)}


@lru_cache(maxsize=1)
def _jurisdictions() -> dict[str, Jurisdiction]:
    found: dict[str, Jurisdiction] = {}
    for one in jurisdictions():
        for name in (one.code, one.name, *(name for names in one.names.values() for name in names)):
            found.setdefault(_key(name), one)
    return found


@lru_cache(maxsize=1)
def _authorities() -> dict[str, list[Authority]]:
    found: dict[str, list[Authority]] = {}
    for one in authorities():
        for key in {_key(name) for name in (one.id, one.name, *one.abbreviations, *one.names)}:
            found.setdefault(key, []).append(one)
    return found


def _refuse_mixed(name: str, kind: str) -> None:
    if any(mixed_script(word) for word in name.split()):
        raise Unrecognised(f"{kind} {name!r} mixes scripts in one word; write it in one", f"mixed-script-{kind}")


def platform(name: str) -> Platform:
    """The platform of that name or alias; Unrecognised if there is none or a word of it mixes scripts.

    >>> platform("Twitter").name
    'X'
    """
    _refuse_mixed(name, "platform")
    found = _platforms().get(_key(name))
    if found is None:
        raise Unrecognised(f"unknown platform {name!r}; add it to data/reference/platforms.toml", "unknown-platform")
    return found


def jurisdiction(name: str) -> Jurisdiction:
    """The jurisdiction of that name (any of twelve languages) or code; Unrecognised if there is none.

    A name that several bear (Georgia) is the state: codes say which.
    """
    _refuse_mixed(name, "jurisdiction")
    found = _jurisdictions().get(_key(name))
    if found is None:
        raise Unrecognised(
            f"unknown jurisdiction {name!r}; add it to data/reference/names.toml", "unknown-jurisdiction"
        )
    return found


def authority(name: str, jurisdiction: str = "") -> Authority:
    """The authority of that name, abbreviation or id; Unrecognised if none or several bear it.

    ``jurisdiction`` (a code) picks among several of one name; a national body serves its subdivisions as well.
    """
    _refuse_mixed(name, "authority")
    found = _authorities().get(_key(name), [])
    if jurisdiction:
        found = [one for one in found if one.jurisdiction in (jurisdiction, jurisdiction.split("-")[0])] or []
    if len(found) == 1:
        return found[0]
    told = "unknown" if not found else "ambiguous"
    raise Unrecognised(
        f"{told} authority {name!r} {jurisdiction}; see data/reference/authorities.toml", f"{told}-authority"
    )
