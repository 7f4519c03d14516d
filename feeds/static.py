"""Every feed -> files. A file is written whole beside its place and then moved there, and only where its bytes differ, so that
a build that is killed leaves old files whole, and a server of files keeps their date.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from feeds.addresses import FORMS, Site
from feeds.edition import Edition
from feeds.opml import opml
from feeds.page import framed, index, listing

LEFT_BEHIND = 3_600  # seconds after which an unfinished file belongs to a build that is dead
STYLES = {path.name: path for path in (Path(__file__).parent / "feed.xsl", Path(__file__).parent / "feed.css")}


def build(tracker: Path, out: Path, base_url: str = "") -> list[Path]:
    """Write all feeds in all forms, their archives, an OPML list and the style sheet below ``out``.

    ``base_url`` is where the site is published (default BANWATCH_BASE_URL, else a local one); ``out`` belongs at its /feeds/.
    Returns the files that stand there now.
    """
    _sweep(out)
    db = sqlite3.connect(f"{tracker.resolve().as_uri()}?mode=ro", uri=True)
    try:
        db.execute("begin")  # one state for all feeds, though a crawl writes meanwhile
        return _written(db, out, base_url)
    except sqlite3.OperationalError as error:
        if "decode" not in str(error):
            raise
        db.text_factory = lambda text: text.decode("utf-8", "replace")  # slow, so only where it is needed
        return _written(db, out, base_url)
    finally:
        db.close()


def _written(db: sqlite3.Connection, out: Path, base_url: str) -> list[Path]:
    return [_write(out / name, body) for name, body in files(Edition(db, Site.from_environment(base_url)))]


def files(edition: Edition) -> Iterator[tuple[str, bytes]]:
    """(path below /feeds/, bytes) of everything that is served there."""
    slices = edition.every_slice()
    for one in slices:
        yield from edition.every_body(one, FORMS)
    for form in FORMS:
        yield f"maintainers.{form}", edition.maintainers(form)
    yield "feeds.opml", opml(edition.site, edition.names, slices)
    yield "index.html", framed(edition.site, *index(edition.site, edition.names, slices))
    yield "index.json", listing(edition.site, edition.names, slices)
    yield from ((name, path.read_bytes()) for name, path in STYLES.items())


def _sweep(out: Path) -> None:
    """Take away what a build that was killed had begun; another that runs now is left alone."""
    for part in out.rglob(".*.part"):
        if time.time() - part.stat().st_mtime > LEFT_BEHIND:
            part.unlink(missing_ok=True)


def _write(path: Path, body: bytes) -> Path:
    if path.is_file() and path.stat().st_size == len(body) and path.read_bytes() == body:
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(body)
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    return path
