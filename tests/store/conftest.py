"""Pages, sources and a reader made for tests of the store: policy text and articles written as plain lines."""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from errors import PageChanged
from records import Article, Block, Page, PolicyText, Record, Source
from store.archive import Archive
from store.door import Door

BEGIN = datetime(2024, 9, 1, 12, tzinfo=UTC)
SOURCES = {
    "policy": Source("t-privacy", "T privacy", "https://t.example/privacy", "policy", "official", platform="Telegram", document_type="Privacy Policy"),
    "news": Source("desk", "Desk", "https://desk.example/a", "article", "news", language="en"),
    "second": Source("second", "Second desk", "https://second.example/a", "article", "news", language="en"),
    "ministry": Source("ministry", "Ministry", "https://gov.example/a", "article", "official", language="en"),
}  # fmt: skip


def read(page: Page, source: Source) -> list[Record]:
    """A page of these tests: its body is its text, paragraphs apart by an empty line. "BROKEN" reads as a changed page."""
    text = page.body.decode()
    if "BROKEN" in text:
        raise PageChanged(f"{source.id}: selector 'main' matches nothing at {page.url}")
    if page.parser == "policy":
        blocks = tuple(Block("paragraph", part) for part in text.split("\n\n"))
        return [PolicyText(source.platform, source.document_type, blocks, language="en", url=page.url)]
    title, _, rest = text.partition("\n\n")
    return [Article(page.url, title, rest, "en", page.fetched_at.date().isoformat())]


def page(name: str, body: str, day: int = 0, url: str = "") -> Page:
    source = SOURCES[name]
    address = url or source.url
    return Page(
        source.id,
        source.parser,
        address,
        address,
        BEGIN + timedelta(days=day),
        200,
        (("content-type", "text/plain"),),
        body.encode(),
    )


@contextmanager
def store(folder: Path) -> Iterator[tuple[Archive, Door]]:
    with Archive(folder / "archive.db") as archive:
        for source in SOURCES.values():
            archive.declare(source)
        with Door(folder / "tracker.db", archive, read) as door:
            door.declared()
            yield archive, door


@contextmanager
def full_disk(*files: Path) -> Iterator[None]:
    """None of these files may grow, nor any other beyond the largest of them."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (max(file.stat().st_size for file in files), before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[tuple[Archive, Door]]:
    with store(tmp_path) as both:
        yield both


def rows(door: Door) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table a reader may see, in a stable order."""
    tables = [
        r[0]
        for r in door.db.execute(
            "select name from sqlite_master where type = 'table' and name not glob '*search_*' and name not like 'sqlite_%' order by name"
        )
    ]
    return {
        table: sorted((tuple(map(repr, row)) for row in door.db.execute(f"select * from {table}")), key=repr)
        for table in tables
    }


Rows = Callable[[Door], dict[str, list[tuple[object, ...]]]]
