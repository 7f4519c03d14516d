"""What does not come from pages (reference tables, the register) -> tracker, once as it stands: the files' digest is kept in ``note``."""

from __future__ import annotations

import hashlib
import sqlite3
from pathlib import Path

from store.database import many, put, slug
from store.files import writing

ROOT = Path(__file__).resolve().parent.parent
FILES = (
    "data/register",
    "claims",
    "records.py",
    "store/register.py",
    "store/claim.py",
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

    save_names(db)
    register.load(db)
    with writing(db):
        put(db, "note", {"key": NOTE, "value": digest})


def save_names(db: sqlite3.Connection) -> None:
    """The reference tables of platforms, jurisdictions and authorities, for readers to join with."""
    from claims import names

    with writing(db):
        for platform in names.platforms():
            put(db, "platform", {"name": platform.name, "id": slug(platform.name), "owner": platform.owner, "kind": platform.kind,
                                 "aliases": many(platform.aliases), "wikidata": ""})  # fmt: skip
        for place in names.jurisdictions():
            country, _, part = place.code.partition("-")
            kind = "subnational" if part else "supranational" if place.code == "EU" else "country"
            put(
                db,
                "jurisdiction",
                {"code": place.code, "name": place.name, "part_of": country if part else "", "kind": kind},
            )
        for body in names.authorities():
            put(db, "authority", {"id": body.id, "name": body.name, "kind": body.kind, "jurisdiction": body.jurisdiction,
                                  "abbreviation": next(iter(body.abbreviations), ""), "url": ""})  # fmt: skip


def _digest() -> str:
    """Over the names, sizes and bytes of all files that decide."""
    digest = hashlib.sha256()
    for part in FILES:
        path = ROOT / part
        for file in sorted(f for f in path.rglob("*") if f.suffix in {".py", ".toml"}) if path.is_dir() else [path]:
            digest.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:20]
