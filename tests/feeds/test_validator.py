"""The W3C feed validator (https://github.com/w3c/feedvalidator), where a copy of it is at hand, finds no error in any file.

It is in no registry, so it is no dependency: PYTHONPATH names the folder ``src`` of a copy, and what it needs (html5lib, rdflib).
"""

from __future__ import annotations

from pathlib import Path

import pytest

import feeds
from feeds.addresses import Site
from feeds.edition import Edition
from feeds.slices import Slice
from tests.feeds.test_rules import HARD, hostile, spoil  # noqa: F401  (a fixture)

feedvalidator = pytest.importorskip("feedvalidator")
compatibility = pytest.importorskip("feedvalidator.compatibility")

SITE = "https://banwatch.example"
ALLOWED = {"DuplicateUpdated"}  # what one fetch brought became known at one instant


def found(folder: Path, level=compatibility.AA) -> set[tuple[str, str]]:  # type: ignore[no-untyped-def]
    """(message, what it is about) of every file below a folder: errors and warnings, or of another level."""
    said = set()
    for path in sorted(path for path in folder.rglob("*") if path.suffix in {".atom", ".rss"}):
        address = f"{SITE}/feeds/{path.relative_to(folder)}"
        events = feedvalidator.validateString(path.read_bytes(), firstOccurrenceOnly=1, base=address)["loggedEvents"]
        said |= {(type(event).__name__, f"{path.name}: {event.params}") for event in level(events)}
    return {(name, about) for name, about in said if name not in ALLOWED}


def test_every_file_is_valid(tracker: Path, tmp_path: Path) -> None:
    feeds.build(tracker, tmp_path, SITE)
    assert not found(tmp_path)


def test_the_validator_is_asked(tmp_path: Path) -> None:
    text = (
        "<?xml version='1.0' encoding='UTF-8'?>\n<feed xmlns='http://www.w3.org/2005/Atom'><title>no id</title></feed>"
    )
    (tmp_path / "bad.atom").write_text(text)
    assert "MissingElement" in {name for name, _ in found(tmp_path)}


@pytest.mark.parametrize("text", HARD)
def test_feeds_are_valid_whatever_stands_in_the_database(hostile, tmp_path: Path, text: str) -> None:  # type: ignore[no-untyped-def]  # noqa: F811
    spoil(hostile, text, "")
    edition = Edition(hostile, Site(SITE))
    for form in ("atom", "rss"):
        (tmp_path / f"all.{form}").write_bytes(edition.body(Slice(), form))
        (tmp_path / f"maintainers.{form}").write_bytes(edition.maintainers(form))
    assert not found(
        tmp_path, compatibility.A
    )  # warnings it may have: lost characters stand as U+FFFD, text may look like markup
