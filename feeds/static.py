"""Every feed -> files. A file is written whole beside its place and then moved there, and only where its bytes differ, so that
a build that is killed leaves old files whole, and a server of files keeps their date.
"""

from __future__ import annotations

import os
import re
import sqlite3
import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import MappingProxyType

from feeds.addresses import FORMS, Site
from feeds.detail import Row
from feeds.edition import Edition, Query
from feeds.opml import opml
from feeds.page import framed, index, listing
from feeds.queries import Questions, open_ones, paths
from feeds.walk import documents

PARAMETER = re.compile(r"(?<!:):(\w+)")
MOST_ROWS = 1_000  # of a question, as the server has it (max_returned_rows)
AHEAD = 50  # files that may wait to be written
LEFT_BEHIND = 3_600  # seconds after which an unfinished file belongs to a build that is dead
STYLES = {name: Path(__file__).parent / name for name in ("feed.xsl", "feed.css", "index.css")}


def build(tracker: Path, out: Path, base_url: str = "", questions: Questions = MappingProxyType({})) -> list[Path]:
    """Write all feeds in all forms, their archives, an OPML list and the style sheet below ``out``.

    ``base_url`` is where the site is published (default BANWATCH_BASE_URL, else a local one); ``out`` belongs at its /feeds/.
    ``questions`` are canned queries by name, with title, description and sql; those that say what they ``need`` are left out, for
    a file has no arguments. Returns the files that stand there now.
    """
    asked = open_ones(questions)
    _sweep(out)
    db = sqlite3.connect(f"{tracker.resolve().as_uri()}?mode=ro", uri=True)
    try:
        db.execute("begin")  # one state for all feeds, though a crawl writes meanwhile
        return _written(db, out, base_url, asked)
    except sqlite3.OperationalError as error:
        if "decode" not in str(error):
            raise
        db.text_factory = lambda text: text.decode("utf-8", "replace")  # slow, so only where it is needed
        return _written(db, out, base_url, asked)
    finally:
        db.close()


def _written(db: sqlite3.Connection, out: Path, base_url: str, questions: Questions) -> list[Path]:
    edition = Edition(db, Site.from_environment(base_url))
    return write_all(out, files(edition, questions))


def files(edition: Edition, questions: Questions) -> Iterator[tuple[str, bytes]]:
    """(path below /feeds/, bytes) of everything that is served there and has no arguments."""
    slices = edition.every_slice()
    yield from documents(edition, slices)
    for form in FORMS:
        yield f"maintainers.{form}", edition.maintainers(form)
    said = paths(questions)
    yield "feeds.opml", opml(edition.site, edition.names, slices, said)
    for name, question in questions.items():
        rows = _rows(edition.db, question["sql"])
        asked = Query(name, question.get("title") or name, question.get("description") or "", "", rows)
        yield from ((edition.query_address(form, asked), edition.query(form, asked)) for form in FORMS)
    yield "index.html", framed(edition.site, *index(edition.site, edition.names, slices, said))
    yield "index.json", listing(edition.site, edition.names, slices)
    yield from ((name, path.read_bytes()) for name, path in STYLES.items())


def _rows(db: sqlite3.Connection, sql: str) -> list[Row]:
    """What a canned query finds when nothing is filled in."""
    cursor = db.execute(sql, dict.fromkeys(PARAMETER.findall(sql), ""))
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, values, strict=True)) for values in cursor.fetchmany(MOST_ROWS)]


def _sweep(out: Path) -> None:
    """Take away what a build that was killed had begun; another that runs now is left alone."""
    for part in out.rglob(".*.part"):
        if time.time() - part.stat().st_mtime > LEFT_BEHIND:
            part.unlink(missing_ok=True)


def write_all(out: Path, found: Iterable[tuple[str, bytes]]) -> list[Path]:
    """Write files below ``out``, each while the next are made (a thread that writes leaves the processor to others)."""
    done, begun = list[Path](), deque[Future[Path]]()
    with ThreadPoolExecutor(1) as pen:
        for name, body in found:
            begun.append(pen.submit(write, out / name, body))
            if len(begun) > AHEAD:
                done.append(begun.popleft().result())
        return [*done, *(one.result() for one in begun)]


def write(path: Path, body: bytes) -> Path:
    """Write a file whole, and only if its bytes differ."""
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
