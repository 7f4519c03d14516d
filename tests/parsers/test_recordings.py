"""Recorded pages and what their parser makes of them, side by side: recordings/<parser>/<name>.toml and .expected.json.

A recording without an expectation gets one written, and fails until somebody has read it. A parse slower than a second fails.
"""

from __future__ import annotations

import dataclasses
import json
import time
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import parsers
from errors import BanwatchError
from parsers import dates, language
from records import Page, Record, Selector, Source

FOLDER = Path(__file__).parent / "recordings"
CASES = sorted(FOLDER.glob("*/*.toml"))
SLOWEST = 1.0  # seconds


def page_and_source(path: Path) -> tuple[Page, Source]:
    case = tomllib.loads(path.read_text(encoding="utf-8"))
    body = (path.parent / case["file"]).read_bytes()
    if path.parent.name != "pdf" and not case["file"].endswith(".pdf"):
        body = body.replace(b"{sample}", b"https://sample.invalid")
    said = case.get("source", {})
    said["article"] = tuple(Selector(**{**s, "select": tuple(s["select"])}) for s in said.get("article", ()))
    said["keywords"] = tuple(said.get("keywords", ()))
    source = Source(id=path.stem, name=path.stem, url=case["url"], parser=path.parent.name, tier="news", **said)
    headers = (("content-type", case.get("content_type", "")),)
    page = Page(source.id, source.parser, case["url"], case["url"], case["fetched_at"], 200, headers, body)
    return page, source


def reading(path: Path) -> dict[str, Any]:
    page, source = page_and_source(path)
    try:
        return {"records": [plain(record) for record in parsers.read(page, source)]}
    except BanwatchError as error:
        return {"error": type(error).__name__, "cause": error.cause, "message": str(error)}


def plain(record: Record) -> dict[str, Any]:
    stated = {key: value for key, value in dataclasses.asdict(record).items() if value not in ("", (), 0)}
    found: dict[str, Any] = json.loads(json.dumps({"is": type(record).__name__, **stated}))
    return found


@pytest.fixture(scope="module", autouse=True)
def _imported() -> None:
    """What is imported late is no part of a parse's time."""
    language.found("Цей текст досить довгий, щоб знайти його мову.")
    dates.stated("24 вересня 2024", datetime(2025, 1, 1, tzinfo=UTC), "uk")


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_recording_is_read_as_expected(path: Path) -> None:
    expected = path.with_suffix(".expected.json")
    begun = time.process_time()
    found = reading(path)
    assert time.process_time() - begun < SLOWEST
    if not expected.exists():
        expected.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        pytest.fail(f"{expected.relative_to(FOLDER)} was written: read it, then run again")
    assert found == json.loads(expected.read_text(encoding="utf-8"))


def test_every_parser_has_recordings() -> None:
    recorded = {path.parent.name for path in CASES}
    assert recorded >= set(parsers.PARSERS) - {"policy"}


def test_no_expectation_is_left_over() -> None:
    assert {p.name.removesuffix(".expected.json") for p in FOLDER.glob("*/*.expected.json")} <= {p.stem for p in CASES}


def test_recordings_use_only_options_their_parser_takes() -> None:
    for path in CASES:
        _, source = page_and_source(path)
        known = parsers.OPTIONS[source.parser] | parsers.OPTIONS.get(source.follow, frozenset())
        assert set(source.options) <= known, path
