"""Rules over all live sources: each is known from somewhere, has a recording, and reads it as its declaration promises."""

from __future__ import annotations

import json
import time
import tomllib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

import parsers
import sources
from importers import ota
from records import Article, Link, Older, Page, PolicyText, Record, Row, Source, Tally
from tests.parsers.test_recordings import plain

RECORDINGS = Path(__file__).parent.parent / "recordings"
EXPECTED = RECORDINGS / "expected"
ROOT = RECORDINGS.parent.parent
SOURCES = [s for s in sources.register(parsers.PARSERS, parsers.OPTIONS) if not s.by_hand]
KINDS = {
    ".html": "text/html; charset=utf-8",
    ".xml": "application/xml",
    ".json": "application/json",
    ".pdf": "application/pdf",
}


def recording(source: Source) -> Page:
    (path,) = RECORDINGS.glob(f"{source.id}.*")
    seen = datetime(2026, 3, 1, tzinfo=UTC)
    headers = (("content-type", KINDS[path.suffix]),)
    return Page(source.id, source.parser, source.url, source.url, seen, 200, headers, path.read_bytes())


def entries(page: Page, source: Source) -> list[Record]:
    return [record for record in parsers.read(page, source) if not isinstance(record, Tally | Older)]


def test_every_source_has_one_recording_and_one_expectation_and_none_is_left_over() -> None:
    ids = [source.id for source in SOURCES]
    assert sorted(path.stem for path in RECORDINGS.iterdir() if path.is_file()) == ids
    assert sorted(path.stem for path in EXPECTED.iterdir()) == ids


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.id)
def test_a_source_reads_its_recording_as_expected(source: Source) -> None:
    """A wrong selector, path or option reads something else, and fails here."""
    expected = EXPECTED / f"{source.id}.json"
    found = [plain(record) for record in parsers.read(recording(source), source)]
    if not expected.exists():
        expected.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        pytest.fail(f"{expected.name} was written: read it, then run again")
    assert found == json.loads(expected.read_text(encoding="utf-8"))


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.id)
def test_a_source_reads_its_recording(source: Source) -> None:
    page = recording(source)
    begun = time.process_time()
    records = entries(page, source)
    assert time.process_time() - begun < 1
    assert max(source.expect.min, 1) <= len(records) <= source.expect.max
    wanted = PolicyText if source.parser == "policy" else Link | Article if source.follow else Article | Row
    assert all(isinstance(record, wanted) for record in records)


@pytest.mark.parametrize("source", [s for s in SOURCES if s.keywords], ids=lambda source: source.id)
def test_keywords_tell_what_concerns_us_from_the_rest(source: Source) -> None:
    """Each recording of a source with keywords holds an item that is none of our business."""
    page = recording(source)
    everything = entries(page, replace(source, keywords=()))
    assert len(entries(page, source)) < len(everything)
    (tally,) = [record for record in parsers.read(page, source) if isinstance(record, Tally)]
    assert tally.items == len(everything)


@pytest.mark.parametrize("source", [s for s in SOURCES if s.parser == "policy"], ids=lambda source: source.id)
def test_a_policy_keeps_its_text_and_nothing_around_it(source: Source) -> None:
    (record,) = parsers.read(recording(source), source)
    assert isinstance(record, PolicyText)
    assert "Recording of Banwatch" not in record.text and "About" not in record.text and len(record.text) > 60


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.id)
def test_a_source_says_where_its_address_is_known_from(source: Source) -> None:
    assert source.known_from and source.publisher


def test_a_source_that_needs_a_token_says_where_it_is_sent() -> None:
    assert all(bool(source.token_env) == bool(source.token_header) for source in SOURCES)


def test_authorities_of_sources_are_known() -> None:
    listed = tomllib.loads((ROOT / "data" / "reference" / "authorities.toml").read_text(encoding="utf-8"))["authority"]
    known = {entry["id"]: entry.get("jurisdiction") for entry in listed}
    for source in SOURCES:
        if source.authority:
            assert known[source.authority] == source.jurisdiction, source.id


def test_platforms_of_sources_are_known() -> None:
    listed = tomllib.loads((ROOT / "data" / "reference" / "platforms.toml").read_text(encoding="utf-8"))["platform"]
    names = {entry["name"] for entry in listed}
    assert {source.platform for source in SOURCES if source.platform} <= names


def test_types_of_documents_are_open_terms_archives_or_ours() -> None:
    assert len(ota.document_types()) == 45
    assert {source.document_type for source in SOURCES if source.document_type} <= ota.document_types()


def test_no_two_sources_watch_one_document() -> None:
    documents = [(s.platform, s.document_type, s.part) for s in SOURCES if s.parser == "policy" and not s.retired]
    assert len(documents) == len(set(documents))
    assert len({s.url for s in SOURCES}) == len(SOURCES)
