"""File of a dataset -> archived page of its source; what the file says is read from the archive like any page.

The same file again is nothing new. Fetches nothing.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from errors import BadConfiguration
from records import Page, Source
from store.archive import Archive
from store.database import key

LARGEST = 64 * 2**20  # bytes
KINDS = {
    ".csv": "text/csv",
    ".json": "application/json",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def need_dataset(path: Path) -> None:
    """Raises BadConfiguration for a file that is empty, too large, or of another kind than CSV, JSON and XLSX."""
    if path.suffix.lower() not in KINDS:
        raise BadConfiguration(f"{path}: a file ending in {', '.join(KINDS)} is read")
    if not 0 < path.stat().st_size <= LARGEST:
        raise BadConfiguration(f"{path}: {path.stat().st_size} bytes; between 1 and {LARGEST} are read")


def keep_file(path: Path, source: Source, archive: Archive, url: str, at: datetime) -> tuple[str, bool]:
    """Archive a file; (id of its page, whether it is new). ``url``: where it comes from, "" = the source's own address.

    Raises BadConfiguration as ``need_dataset`` does.
    """
    need_dataset(path)
    return keep_body(path.read_bytes(), KINDS[path.suffix.lower()], source, archive, url or source.url, at)


def keep_body(body: bytes, kind: str, source: Source, archive: Archive, url: str, at: datetime) -> tuple[str, bool]:
    """Archive what came of a dataset, unless the source has this very body already."""
    archive.declare(source)
    page = Page(source.id, source.parser, url, url, at, 200, (("content-type", kind),), body)
    held = next((s for s in archive.sightings(source=source.id) if s.sha256 == page.sha256), None)
    if held:
        return key("page", source.id, held.url, page.sha256), False
    archive.keep(page, run(source))
    return key("page", source.id, url, page.sha256), True


def run(source: Source) -> str:
    """Name of the run of every import of a source: what it brings is the past, and no news."""
    return f"import-{source.id}"
