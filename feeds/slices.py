"""Which feeds there are: words of an address -> slice -> SQL condition. Reads names from the tracker; writes nothing."""

from __future__ import annotations

import difflib
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import quote, urlencode

from errors import Unrecognised
from feeds.text import file_name, label, line, listed, members, slug, words

FILTERS = ("platform", "jurisdiction", "kind", "topic", "authority", "side", "q")
BASES = {
    "all": "All developments",
    "updates": "Policy updates",
    "all-changes": "Policy updates, also small changes of wording",
    "actions": "Government actions",
}
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

    def address(self, form: str, page: int = 0) -> str:
        """What follows /feeds/: "platform/telegram.atom", "all/archive-3.rss?side=government"."""
        path, query = self.path
        return f"{path}{f'/archive-{page}' if page else ''}.{form}{'?' + query if query else ''}"


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
    platforms = [line(name) for name in distinct(db, "news_platforms", "platform")]
    return replace(
        names,
        platform={**{slug(name): name for name in platforms if name not in known}, **names.platform},
        jurisdiction=_more(distinct(db, "news", "jurisdiction"), names.jurisdiction),
        authority=_more(distinct(db, "actions", "authority_id"), names.authority),
        kind=_more(distinct(db, "news", "kind"), names.kind),
    )


def _more(found: Iterable[str], known: Mapping[str, str]) -> dict[str, str]:
    return {**{ident: label(line(ident)) for ident in found}, **known}


def distinct(db: sqlite3.Connection, view: str, column: str) -> Iterator[str]:
    """Every value of an indexed column but "", in order: one step in the index for each, however many rows there are."""
    value = ""
    while row := db.execute(
        f"select {column} from {view} where {column} > ? order by {column} limit 1", (value,)
    ).fetchone():
        value = row[0]
        yield value


HAS_NEWS = {
    "jurisdiction": "select 1 from news where jurisdiction = ? limit 1",
    "kind": "select 1 from news where kind = ? limit 1",
    "authority": "select 1 from actions a join news n on n.action = a.id where a.authority_id = ? limit 1",
    "platform": "select 1 from news_platforms p join news n on n.id = p.development where p.platform = ? limit 1",
}
TOPICS = "select distinct value from news, json_each(topics) where topics != '[]'"


def with_news(db: sqlite3.Connection, names: Names, name: str) -> list[str]:
    """The ids of one filter whose feeds hold anything."""
    if name == "topic":
        return sorted({row[0] for row in db.execute(TOPICS)} & set(names.topic))
    known = names.platform if name == "platform" else {ident: ident for ident in getattr(names, name)}
    return sorted(ident for ident, asked in known.items() if db.execute(HAS_NEWS[name], (asked,)).fetchone())


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
    text = listed([known.get(value, value) for value in values], 6).replace(" and ", " or ")
    return text[:1].upper() + text[1:] if name in {"kind", "topic"} else text


def rows_of(slice_: Slice) -> str:
    """The view, or the views together, that a slice is cut from."""
    small = "(select * from news where document is not null union all select * from small_news)"
    return small if slice_.base == "all-changes" else "news"


def condition(names: Names, slice_: Slice) -> tuple[str, list[str]]:
    """(SQL condition over the columns of ``news``, its parameters)."""
    parts, params = list(_BASE[slice_.base]), []
    for name, values in slice_.filters.items():
        of = _listed_platform if name == "platform" and slice_.base == "all-changes" else _FILTER[name]
        sql, given = of(names, values)
        parts.append(sql)
        params += given
    return " and ".join(parts) or "1", params


def _in(column: str, values: Sequence[str]) -> tuple[str, list[str]]:
    return f"{column} in ({', '.join('?' * len(values))})", list(values)


def _platform(names: Names, values: Sequence[str]) -> tuple[str, list[str]]:
    sql, given = _in("platform", [names.platform[value] for value in values])
    return f"(id in (select development from news_platforms where {sql}))", given


def _listed_platform(names: Names, values: Sequence[str]) -> tuple[str, list[str]]:
    sql, given = _in("value", [names.platform[value] for value in values])
    return f"exists (select 1 from json_each(platforms) where {sql})", given


def _authority(names: Names, values: Sequence[str]) -> tuple[str, list[str]]:
    sql, given = _in("authority_id", values)
    return f"action in (select id from actions where {sql})", given


def _topic(names: Names, values: Sequence[str]) -> tuple[str, list[str]]:
    sql, given = _in("value", values)
    return f"topics != '[]' and exists (select 1 from json_each(topics) where {sql})", given


def _text(names: Names, values: Sequence[str]) -> tuple[str, list[str]]:
    """Every word stands in the title or summary, or the action with its quotes is found by full-text search."""
    terms = [term for value in values for term in value.split()][:20]
    said = " and ".join("instr(lower(title || ' ' || summary), ?)" for _ in terms)
    phrase = " AND ".join('"' + term.replace('"', '""') + '"' for term in terms)
    found = "action in (select item from search where search match ? and kind = 'action')"
    return (f"(({said}) or {found})", [*(t.lower() for t in terms), phrase])


_BASE = {
    "all": (),
    "updates": ("document is not null", "kind != 'now_tracking'"),  # changes, and what else became of a document
    "all-changes": ("document is not null", "kind != 'now_tracking'"),
    "actions": ("side = 'government'",),
}
_FILTER = {
    "platform": _platform,
    "jurisdiction": lambda names, values: _in("jurisdiction", values),
    "kind": lambda names, values: _in("kind", values),
    "topic": _topic,
    "authority": _authority,
    "side": lambda names, values: _in("side", values),
    "q": _text,
}
