"""Which feeds there are: words of an address -> slice. Reads names from the tracker; writes nothing."""

from __future__ import annotations

import difflib
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import quote, urlencode

from errors import Unrecognised
from feeds.text import file_name, label, line, listed, members, slug, words

NAMED = ("platform", "jurisdiction", "kind", "topic", "authority")  # each name with news has a feed of its own
FILTERS = (*NAMED, "side", "q")
BASES = {
    "all": "All developments",
    "updates": "Policy updates",
    "all-changes": "Policy updates, also small changes of wording",
    "actions": "Government actions",
}
HEARD = {*BASES, *NAMED}
SIDES = {"government": "governments", "platform": "platforms"}
MOST_VALUES = 50  # of one query string, so that an address cannot make a query of any size


class NoSuchFeed(Unrecognised):
    """Nothing has this name; ``nearest`` are the addresses (path without form, name) of what is most like it."""

    def __init__(self, kind: str, wanted: str, nearest: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(f"no {kind} {line(wanted)[:100]!r}", "no-such-feed")
        self.kind, self.wanted, self.nearest = kind, line(wanted)[:100], list(nearest)


@dataclass(frozen=True)
class Names:
    """What slices may be asked for: id in an address -> name that people read."""

    platform: Mapping[str, str]
    jurisdiction: Mapping[str, str]
    authority: Mapping[str, str]
    kind: Mapping[str, str]
    topic: Mapping[str, str]
    side: Mapping[str, str] = field(default_factory=lambda: SIDES)
    other: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # filter -> folded other name -> id


@dataclass(frozen=True)
class Slice:
    """One feed: a base and what it is narrowed to. Values of one filter are alternatives, filters add up."""

    base: str = "all"
    platform: tuple[str, ...] = ()
    jurisdiction: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    topic: tuple[str, ...] = ()
    authority: tuple[str, ...] = ()
    side: tuple[str, ...] = ()
    q: tuple[str, ...] = ()

    @property
    def filters(self) -> dict[str, tuple[str, ...]]:
        return {name: getattr(self, name) for name in FILTERS if getattr(self, name)}

    @property
    def path(self) -> tuple[str, str]:
        """(path without form, query string) of the one address this feed has, however it was asked for."""
        chosen = self.filters
        if self.base == "all" and len(chosen) == 1:
            ((name, values),) = chosen.items()
            if len(values) == 1 and name not in {"q", "side"}:
                return f"{name}/{file_name(values[0])}", ""
        return self.base, urlencode([(n, v) for n, values in chosen.items() for v in values], quote_via=quote)

    def address(self, form: str, page: int = 0, before: str = "") -> str:
        """What follows /feeds/: "platform/telegram.atom", "all/archive-3.rss?side=government"."""
        path, query = self.path
        query = "&".join(filter(None, (query, urlencode({"before": before}, quote_via=quote) if before else "")))
        return f"{path}{f'/archive-{page}' if page else ''}.{form}{'?' + query if query else ''}"


def heard(address: str) -> bool:
    """Whether a hub is told when the feed at this address ("kind/fine.atom") changes: the whole ones are, and those of one name. Others
    are as many as there are questions, so none of them may name a hub that would never hear of it."""
    path, _, query = address.partition("?")
    return not query and "/archive-" not in path and path.replace(".", "/").split("/")[0] in HEARD


def only(name: str, *values: str, base: str = "all") -> Slice:
    """The slice of one filter."""
    return of(base, {name: values})


def of(base: str, chosen: Mapping[str, tuple[str, ...]]) -> Slice:
    return Slice(base, *(chosen.get(name, ()) for name in FILTERS))


def read_names(db: sqlite3.Connection) -> Names:
    """The names of a tracker's reference tables."""
    tables = {
        "platform": "select id, name from platforms order by name",
        "jurisdiction": "select code, name from jurisdictions order by name",
        "authority": "select id, name from authorities order by name",
    }
    found = {name: {row[0]: line(row[1]) for row in db.execute(sql)} for name, sql in tables.items()}
    kinds, topics = ({word: label(word, table) for word in words()[table]} for table in ("kinds", "topics"))
    return Names(**found, kind=kinds, topic=topics, other={"platform": _aliases(db)})


def names_in_news(db: sqlite3.Connection, names: Names) -> Names:
    """The same with what news mention and no table names."""
    known = set(names.platform.values())
    platforms = [line(name) for name in told(db, "platform")]
    return replace(
        names,
        platform={**{slug(name): name for name in platforms if name not in known}, **names.platform},
        jurisdiction=_more(told(db, "jurisdiction"), names.jurisdiction),
        authority=_more(told(db, "authority"), names.authority),
        kind=_more(told(db, "kind"), names.kind),
    )


def _more(found: Iterable[str], known: Mapping[str, str]) -> dict[str, str]:
    return {**{ident: label(line(ident)) for ident in found}, **known}


def told(db: sqlite3.Connection, name: str) -> list[str]:
    """The values of a filter that any news have, as the news write them."""
    return [row[0] for row in db.execute("select value from feed_sizes where name = ? order by value", (name,))]


def with_news(db: sqlite3.Connection, names: Names, name: str) -> list[str]:
    """The ids of one filter whose feeds hold anything."""
    known = names.platform if name == "platform" else {ident: ident for ident in getattr(names, name)}
    found = set(told(db, name))
    return sorted(ident for ident, value in known.items() if value in found)


def _aliases(db: sqlite3.Connection) -> dict[str, str]:
    rows = db.execute("select id, aliases from platforms").fetchall()
    return {alias.casefold(): row[0] for row in rows for alias in members(row[1])}


def find(names: Names, name: str, wanted: str) -> str:
    """The id for an id, its slug, a name or an alias, whatever the case. Raises NoSuchFeed with the nearest."""
    known: Mapping[str, str] = getattr(names, name)
    folded = line(wanted).casefold()
    for ident, said in known.items():
        if folded in {ident.casefold(), said.casefold(), file_name(ident).casefold(), slug(said)}:
            return ident
    found = names.other.get(name, {}).get(folded)
    if found:
        return found
    raise NoSuchFeed(name, wanted, _nearest(name, folded, known))


def _nearest(name: str, folded: str, known: Mapping[str, str]) -> list[tuple[str, str]]:
    spelled = {text.casefold(): ident for ident, said in known.items() for text in (ident, said)}
    found = dict.fromkeys(spelled[text] for text in difflib.get_close_matches(folded, spelled, 8, 0.5))
    return [(only(name, ident).path[0], known[ident]) for ident in list(found)[:5]]


def read_slice(names: Names, path: str, asked: Mapping[str, Sequence[str]]) -> Slice:
    """Path (without form) and query string -> slice. Raises NoSuchFeed for a word nothing has, or a filter that is none."""
    chosen: dict[str, list[str]] = {}
    base, _, value = path.partition("/")
    if value:
        chosen, base = {base: [value]}, "all"
    if base not in BASES or any(name not in FILTERS for name in chosen):
        raise NoSuchFeed("feed", path, _nearest_feed(path))
    for name, values in asked.items():
        if name not in FILTERS:
            raise NoSuchFeed(
                "filter", name, [(f"{base}?{near}=", near) for near in difflib.get_close_matches(name, FILTERS, 3)]
            )
        chosen[name] = [*chosen.get(name, []), *values]
    return of(base, {name: _values(names, name, values) for name, values in chosen.items() if any(values)})


def _values(names: Names, name: str, values: Iterable[str]) -> tuple[str, ...]:
    given = [v for v in values if v.strip()][:MOST_VALUES]
    if name == "q":
        return tuple(sorted({line(v)[:200] for v in given}))
    return tuple(sorted({find(names, name, v) for v in given}))


def _nearest_feed(path: str) -> list[tuple[str, str]]:
    return [(near, BASES[near]) for near in difflib.get_close_matches(path, BASES, 3, 0.4)] or [("all", BASES["all"])]


def title(names: Names, slice_: Slice) -> str:
    """ "Telegram", "Government actions: Telegram or TikTok; Ukraine"."""
    said = [_said(names, name, values) for name, values in slice_.filters.items()]
    if slice_.base == "all" and said:
        return "; ".join(said)
    return ": ".join(filter(None, (BASES[slice_.base], "; ".join(said))))


def _said(names: Names, name: str, values: Sequence[str]) -> str:
    if name == "q":
        return " and ".join(f"“{value}”" for value in values)
    known: Mapping[str, str] = getattr(names, name)
    text = listed([known.get(value, value) for value in values], 6, "or")
    return text[:1].upper() + text[1:] if name in {"kind", "topic"} else text
