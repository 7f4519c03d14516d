"""The code that runs here -> its version: a worker and a writer of different code do not work together."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FETCHING = ("records.py", "errors.py", "crawler", "scale")
READING = ("records.py", "errors.py", "parsers", "claims", "changes", "store/prepare.py", "scale")


@cache
def version() -> str:
    """Twelve hexadecimal digits over every file that takes part in fetching a page."""
    return _digest(FETCHING)


@cache
def reading() -> str:
    """The same over every file that decides what a page says."""
    return _digest(READING)


def _digest(parts: tuple[str, ...]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        path = ROOT / part
        for file in sorted(f for f in path.rglob("*") if f.suffix in {".py", ".toml"}) if path.is_dir() else [path]:
            digest.update(file.relative_to(ROOT).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:12]
