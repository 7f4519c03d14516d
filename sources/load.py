"""One TOML file a publisher -> frozen Source records; a wrong file is refused by name, before anything is fetched.

A file holds ``[publisher]`` (``name`` and defaults for its sources) and ``[[source]]`` tables, whose keys are the fields
of records.Source. Durations are written "30m", "6h", "1d", "7d". ``[[source.selector]]`` and ``[[source.article]]`` hold
select, remove, since, until; ``[source.expect]`` min and max; ``[source.options]`` what the parser needs besides.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, fields, replace
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from errors import BadConfiguration
from records import TIERS, Expect, Selector, Source

FOLDER = Path(__file__).parent
SECONDS = {"m": 60, "h": 3_600, "d": 86_400}
TABLES = {"selector": "selectors", "article": "article", "expect": "expect", "options": "options"}
FIELDS = {f.name: f for f in fields(Source)}
SCALARS = {name for name in FIELDS if name not in {"selectors", "article", "expect", "options", "publisher"}}
DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")


def register(parsers: Iterable[str], options: Mapping[str, frozenset[str]]) -> list[Source]:
    """The live registry: every source of this folder."""
    return load(FOLDER, parsers, options)


def sample(folder: Path, base: str, parsers: Iterable[str], options: Mapping[str, frozenset[str]]) -> list[Source]:
    """The sources of a sample web served at ``base`` (no trailing slash), which stands for ``{sample}`` in addresses."""
    return load(folder, parsers, options, loopback=True, sample=base)


def load(
    folder: Path,
    parsers: Iterable[str],
    options: Mapping[str, frozenset[str]],
    loopback: bool = False,
    sample: str = "",
) -> list[Source]:
    """Every source in ``folder``/*.toml, in order of id.

    ``parsers`` are the known parser names; ``options`` the option keys each takes. ``loopback`` lets addresses be local
    (tests and the sample only). Raises BadConfiguration naming file and place.
    """
    paths = sorted(folder.glob("*.toml"))
    if not paths:
        raise BadConfiguration(f"{folder}: no source files (*.toml)")
    known = frozenset(parsers)
    found: dict[str, tuple[Source, Path]] = {}
    for path in paths:
        for source in loads(_read(path).replace("{sample}", sample), path.name, known, options, loopback):
            _unique(found, source, path)
    return [source for source, _ in sorted(found.values(), key=lambda pair: pair[0].id)]


def loads(
    text: str,
    name: str,
    parsers: frozenset[str],
    options: Mapping[str, frozenset[str]],
    loopback: bool = False,
) -> Iterator[Source]:
    """The sources of one file's text; ``name`` is what errors call it."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadConfiguration(f"{name}: not TOML: {error}") from error
    _known(data, {"publisher", "source"}, name, "top level")
    publisher = dict(_table(data.get("publisher", {}), f"{name}: [publisher]"))
    _known(publisher, SCALARS | {"name"}, name, "[publisher]")
    title = str(publisher.pop("name", ""))
    tables = data.get("source", [])
    if not isinstance(tables, list):
        raise BadConfiguration(f"{name}: write each source as a table [[source]]")
    for number, table in enumerate(tables, 1):
        where = f"{name}: source {_table(table, f'{name}: source {number}').get('id', number)}"
        source = _source(publisher | table, title, where)
        _checked(source, where, parsers, options, loopback)
        yield source


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadConfiguration(f"{path}: cannot be read: {error}") from error


def _unique(found: dict[str, tuple[Source, Path]], source: Source, path: Path) -> None:
    if source.id in found:
        raise BadConfiguration(
            f"{path.name}: source id {source.id!r} is already in {found[source.id][1].name}; ids are unique"
        )
    found[source.id] = (source, path)


def _known(table: Mapping[str, Any], allowed: Iterable[str], name: str, place: str) -> None:
    for key in table:
        if key not in allowed:
            near = difflib.get_close_matches(key, list(allowed), 1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise BadConfiguration(f"{name}: {place}: unknown key {key!r}{hint}")


def _source(table: Mapping[str, Any], publisher: str, where: str) -> Source:
    _known(table, SCALARS | TABLES.keys(), where, "[[source]]")
    values: dict[str, Any] = {"publisher": publisher}
    for key, value in table.items():
        values[TABLES.get(key, key)] = _value(key, value, where)
    required = [n for n, f in FIELDS.items() if f.default is MISSING and f.default_factory is MISSING]
    missing = [n for n in required if n not in values]
    if missing:
        raise BadConfiguration(f"{where}: missing {', '.join(missing)}")
    return Source(**values)


def _value(key: str, value: Any, where: str) -> Any:
    special: dict[str, Callable[[Any, str], Any]] = {
        "every": _seconds, "selector": _selectors, "article": _selectors, "expect": _expect, "options": _table, "keywords": _keywords,
        "blocked": _strings,
    }  # fmt: skip
    if key in special:
        return special[key](value, where)
    kind = type(FIELDS[key].default) if FIELDS[key].default is not MISSING else str
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) is not kind:
        raise BadConfiguration(f"{where}: {key} must be {kind.__name__}, not {value!r}")
    return value


def _keywords(value: Any, where: str) -> tuple[str, ...]:
    """Words as written; "@name" stands for a list of lists/keywords.toml."""
    found: list[str] = []
    for word in _strings(value, where):
        if word.startswith("@") and word[1:] not in _lists():
            raise BadConfiguration(
                f"{where}: keywords: no list {word!r}; there are {', '.join('@' + n for n in _lists())}"
            )
        found += _lists()[word[1:]] if word.startswith("@") else [word]
    return tuple(dict.fromkeys(found))


@cache
def _lists() -> dict[str, list[str]]:
    return tomllib.loads((FOLDER / "lists" / "keywords.toml").read_text(encoding="utf-8"))


def _seconds(value: Any, where: str) -> int:
    match = re.fullmatch(r"(\d+)([mhd])", str(value))
    if not match:
        raise BadConfiguration(f"{where}: every = {value!r}: write a number and m, h or d, such as '6h'")
    return int(match[1]) * SECONDS[match[2]]


def _strings(value: Any, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise BadConfiguration(f"{where}: expected a list of strings, not {value!r}")
    return tuple(value)


def _table(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise BadConfiguration(f"{where}: expected a table, not {value!r}")
    return value


def _expect(value: Any, where: str) -> Expect:
    _known(_table(value, where), {"min", "max"}, where, "[source.expect]")
    if not all(type(bound) is int for bound in value.values()):
        raise BadConfiguration(f"{where}: expect: min and max are whole numbers, not {value!r}")
    expect = Expect(**value)
    if not 0 <= expect.min <= expect.max:
        raise BadConfiguration(f"{where}: expect: 0 <= min <= max does not hold for {value!r}")
    return expect


def _selectors(value: Any, where: str) -> tuple[Selector, ...]:
    if not isinstance(value, list):
        raise BadConfiguration(f"{where}: write selectors as [[source.selector]] tables")
    return tuple(_selector(table, where) for table in value)


def _selector(table: Any, where: str) -> Selector:
    _known(_table(table, where), {"select", "remove", "since", "until"}, where, "selector")
    selector = Selector(
        _strings(table.get("select", []), where), _strings(table.get("remove", []), where),
        str(table.get("since", "")), str(table.get("until", "")),
    )  # fmt: skip
    for css in selector.select + selector.remove:
        _matches(css, where)
    for day in (selector.since, selector.until):
        if day and not DAY.match(day):
            raise BadConfiguration(f"{where}: selector day {day!r}: write YYYY-MM-DD")
    return selector


def _matches(css: str, where: str) -> None:
    import soupsieve

    try:
        soupsieve.compile(css)
    except soupsieve.SelectorSyntaxError as error:
        raise BadConfiguration(f"{where}: selector {css!r}: {str(error).splitlines()[0]}") from error


def _checked(
    source: Source, where: str, parsers: frozenset[str], options: Mapping[str, frozenset[str]], loopback: bool
) -> None:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", source.id):
        raise BadConfiguration(f"{where}: id {source.id!r} must be of a-z, 0-9 and -")
    if source.tier not in TIERS:
        raise BadConfiguration(f"{where}: tier {source.tier!r} is none of {', '.join(TIERS)}")
    for parser in filter(None, (source.parser, source.follow)):
        if parser not in parsers:
            near = difflib.get_close_matches(parser, sorted(parsers), 1)
            raise BadConfiguration(
                f"{where}: unknown parser {parser!r}" + (f"; did you mean {near[0]!r}?" if near else "")
            )
    if source.parser == "policy" and not (source.platform and source.document_type):
        raise BadConfiguration(f"{where}: a policy source needs platform and document_type")
    _known(
        source.options,
        options.get(source.parser, frozenset()) | options.get(source.follow, frozenset()),
        where,
        "[source.options]",
    )
    if source.retired and not DAY.match(source.retired):
        raise BadConfiguration(f"{where}: retired = {source.retired!r}: write YYYY-MM-DD")
    _address(source.url, where, loopback)


def _address(url: str, where: str, loopback: bool) -> None:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  raises on a bad port
    except ValueError as error:
        raise BadConfiguration(f"{where}: url {url!r}: {error}") from error
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise BadConfiguration(f"{where}: url {url!r}: only http and https addresses with a host are crawled")
    if parts.username is not None:
        raise BadConfiguration(f"{where}: url {url!r}: no user or password in an address")
    if loopback:
        return
    if parts.hostname == "localhost" or _local(parts.hostname):
        raise BadConfiguration(f"{where}: url {url!r}: a local address")


def _local(host: str) -> bool:
    try:
        return not ip_address(host).is_global
    except ValueError:
        return False


def was_registered(source: Source) -> bool:
    """Whether a declared source can have come from a registry, and is not retired: the sample's are local, and what was
    replayed or imported says not where it is known from."""
    host = urlsplit(source.url).hostname or ""
    return bool(source.known_from) and not source.retired and host != "localhost" and not _local(host)


def retire(source: Source, day: str) -> Source:
    """The same source, no longer crawled from ``day`` on."""
    return replace(source, retired=day)
