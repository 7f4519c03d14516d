"""scale.toml of the home folder -> settings. Without the file everything runs on one machine, and nothing of this room is loaded."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

from errors import BadConfiguration
from extras import lacking


@dataclass(frozen=True, slots=True)
class Shared:
    """[crawl]: one frontier for many workers. Times in seconds."""

    redis: str  # redis://, rediss:// or unix:// address, with its password
    name: str = "banwatch"  # what all keys begin with: several installations may share a Redis
    lease: float = 60.0  # how long a worker that says nothing keeps what it took
    backlog: int = 1_000  # pages that may wait for the writer; above it workers take nothing
    patience: float = 600.0  # how long a Redis that went away is waited for


@dataclass(frozen=True, slots=True)
class Engine:
    """[backfill]: where parts of web archives are read."""

    dask: str = ""  # tcp:// address of a Dask scheduler; "" = processes of this machine
    processes: int = 0  # 0: as many as there are cores


SECTIONS = ("crawl", "backfill")
TYPES: dict[str, tuple[type, ...]] = {"str": (str,), "int": (int,), "float": (int, float)}
Made = TypeVar("Made", Shared, Engine)


def shared(path: Path) -> Shared | None:
    """The section [crawl] of ``path``; None without the file or the section. Raises BadConfiguration, naming what is wrong."""
    table = _tables(path).get("crawl")
    if table is None:
        return None
    made = _made(Shared, table, path, "crawl")
    if not made.redis.startswith(("redis://", "rediss://", "unix://")):
        raise BadConfiguration(f"{path}: [crawl] redis = {made.redis!r} is no redis://, rediss:// or unix:// address")
    _need("redis", path)
    return made


def engine(path: Path) -> Engine:
    """The section [backfill] of ``path``; processes of this machine without it."""
    made = _made(Engine, _tables(path).get("backfill", {}), path, "backfill")
    if made.dask:
        _need("distributed", path)
    return made


def _tables(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise BadConfiguration(f"{path}: not TOML: {error}") from error
    strange = sorted(name for name in found if name not in SECTIONS or not isinstance(found[name], dict))
    if strange:
        raise BadConfiguration(f"{path}: no section [{strange[0]}] (known: {', '.join(SECTIONS)})")
    return found


def _made(kind: type[Made], table: dict[str, Any], path: Path, section: str) -> Made:
    known = {field.name for field in fields(kind)}
    strange = sorted(set(table) - known)
    if strange:
        raise BadConfiguration(f"{path}: [{section}] has no {strange[0]!r} (known: {', '.join(sorted(known))})")
    for field in fields(kind):
        if field.name in table and not isinstance(table[field.name], TYPES[str(field.type)]):
            raise BadConfiguration(f"{path}: [{section}] {field.name} = {table[field.name]!r} is no {field.type}")
    try:
        return kind(**table)
    except TypeError as error:  # what has no default is missing
        raise BadConfiguration(f"{path}: [{section}]: {error}") from error


def _need(module: str, path: Path) -> None:
    if lacks := lacking(module, str(path)):
        raise BadConfiguration(lacks)
