"""The code that runs here -> its version: what fetches, reads and writes together is to be of one.

A checkout may be updated while a crawl runs. A process that begins then loads other code than those that are there.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KINDS = {".py", ".toml", ".sql"}
GROUND = ("records.py", "errors.py", "extras.py")
FETCHING = (*GROUND, "crawler", "scale")
READING = (*GROUND, "parsers", "claims", "changes", "store/prepare.py", "scale")
WHOLE = (*READING, "banwatch.py", "verbs", "crawler", "store", "importers", "feeds", "sources/load.py")


@cache
def version() -> str:
    """Twelve hexadecimal digits over every file that takes part in fetching a page."""
    return _digest(FETCHING)


@cache
def reading() -> str:
    """The same over every file that decides what a page says."""
    return _digest(READING)


def whole() -> str:
    """The same over all code, as it stands at this instant."""
    return _digest(WHOLE)


def _digest(parts: tuple[str, ...]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        path = ROOT / part
        for file in sorted(f for f in path.rglob("*") if f.suffix in KINDS) if path.is_dir() else [path]:
            with suppress(FileNotFoundError):  # while a checkout is updated, files come and go
                digest.update(file.relative_to(ROOT).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:12]
