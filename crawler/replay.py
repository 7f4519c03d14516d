"""A folder of recorded pages -> archive, in order of time, no network. The pages then take the road of every crawl.

``manifest.jsonl`` holds one page a line: service, document, url, fetched_at, path (relative to the folder).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from errors import BadConfiguration
from records import Page, Source
from store.archive import Archive, instant
from store.database import slug

RUN = "replay"
TYPES = {".html": "text/html", ".htm": "text/html", ".pdf": "application/pdf", ".txt": "text/plain", ".xml": "application/xml",
         ".json": "application/json"}  # fmt: skip


def replay(folder: Path, archive: Archive) -> tuple[int, int]:
    """Keep every page of ``folder`` that is not kept yet; returns (kept, there already).

    Raises BadConfiguration for a manifest that is missing or wrong, naming the line.
    """
    rows = sorted(_rows(folder), key=lambda row: (row["fetched_at"], row["service"], row["document"], row["path"]))
    held = {(s.source, s.fetched_at, s.sha256) for s in archive.sightings()}
    sources = {row["source"].id: row["source"] for row in rows}
    for source in sources.values():
        archive.declare(source)
    kept = 0
    for row in rows:
        page = _page(folder, row)
        if (page.source, instant(page.fetched_at), page.sha256) in held:
            continue
        archive.keep(page, RUN)
        kept += 1
    return kept, len(rows) - kept


def manifest(folder: Path) -> Path:
    """The list of pages in ``folder``. Raises BadConfiguration if there is none."""
    found = folder / "manifest.jsonl"
    if not found.is_file():
        raise BadConfiguration(f"{found}: not found; a replay folder holds manifest.jsonl and the pages it names")
    return found


def _rows(folder: Path) -> Iterator[dict[str, Any]]:
    path = manifest(folder)
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.strip():
            yield _row(folder, line, f"{path}:{number}")


def _row(folder: Path, line: str, where: str) -> dict[str, Any]:
    try:
        row: dict[str, Any] = json.loads(line)
        fetched = datetime.fromisoformat(row["fetched_at"])
        source = _source(row["service"], row["document"], row.get("url") or "")
    except (ValueError, KeyError, TypeError) as error:
        raise BadConfiguration(f"{where}: {type(error).__name__}: {error}") from error
    path = (folder / row["path"]).resolve()
    if not path.is_relative_to(folder.resolve()) or not path.is_file():
        raise BadConfiguration(f"{where}: {row['path']!r} is no file inside the folder")
    return row | {
        "source": source,
        "fetched_at": fetched if fetched.tzinfo else fetched.replace(tzinfo=UTC),
        "path": path,
    }


def _source(service: str, document: str, url: str) -> Source:
    name = f"{service} {document}"
    return Source(
        id="replay-" + slug(name), name=name, url=url or "https://replay.invalid/" + slug(name), parser="policy", tier="official",
        publisher=service, platform=service, document_type=document,
    )  # fmt: skip


def _page(folder: Path, row: dict[str, Any]) -> Page:
    source, path = row["source"], row["path"]
    url = row.get("url") or source.url
    headers = (("content-type", TYPES.get(path.suffix.lower(), "application/octet-stream")),)
    return Page(source.id, "policy", url, url, row["fetched_at"], 200, headers, path.read_bytes())
