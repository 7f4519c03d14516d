"""What does not come from pages (reference tables, the register) -> tracker, once as it stands: the files' digest is kept in ``note``."""

from __future__ import annotations

import hashlib
import sqlite3
from pathlib import Path

from store.database import put
from store.files import writing

ROOT = Path(__file__).resolve().parent.parent
FILES = (
    "data/register",
    "claims",
    "records.py",
    "store/register.py",
    "store/door.py",
    "store/given.py",
)  # and what reads them
NOTE = "given"


def load(db: sqlite3.Connection) -> None:
    """Bring both in line with their files; does nothing where the tracker has them as they stand. Raises BadConfiguration."""
    digest = _digest()
    held = db.execute("select value from note where key = ?", (NOTE,)).fetchone()
    if held and held[0] == digest:
        return
    from store import register
    from store.door import save_names

    save_names(db)
    register.load(db)
    with writing(db):
        put(db, "note", {"key": NOTE, "value": digest})


def _digest() -> str:
    """Over the names, sizes and bytes of all files that decide."""
    digest = hashlib.sha256()
    for part in FILES:
        path = ROOT / part
        for file in sorted(f for f in path.rglob("*") if f.suffix in {".py", ".toml"}) if path.is_dir() else [path]:
            digest.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:20]
