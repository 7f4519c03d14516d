"""What the registry watches, in numbers, and its selectors on real pages where those are there."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from datetime import datetime
from pathlib import Path

import pytest

import parsers
import sources
from records import Page, PolicyText
from tests.corpus import shared, unpacked

SOURCES = sources.register(parsers.PARSERS, parsers.OPTIONS)
LIVE = [source for source in SOURCES if not source.retired]
DATA = {"measurement", "aggregator"}
DATA_PARSERS = {"api"}
KINDS = {
    "Privacy Policy": 30,
    "Terms of Service": 25,
    "Community Guidelines": 15,
    "Law Enforcement Guidelines": 9,
    "Transparency Report": 7,
}
REAL = {  # (service, document) of the recorded pages -> source
    ("DeepSeek", "Privacy Policy"): "deepseek-privacy",
    ("DeepSeek", "Terms of Service"): "deepseek-tos",
    ("Grok", "Privacy Policy #legal-privacy-policy"): "grok-privacy",
    ("Grok", "Terms of Service"): "grok-tos",
    ("Le Chat", "Privacy Policy"): "mistral-privacy",
    ("Meta AI", "Terms of Service"): "meta-ai-tos",
    ("LinkedIn", "Privacy Policy"): "linkedin-privacy",
    ("LinkedIn", "Terms of Service"): "linkedin-tos",
    ("Twitter", "Privacy Policy"): "x-privacy",
    ("Twitter", "Terms of Service"): "x-tos",
}
NOT_THIS_PAGE = ("//mistral.ai/terms/", "twitter.com/fr/")  # addresses before the site was rebuilt


def test_at_least_120_live_sources_beyond_what_is_taken_by_hand() -> None:
    assert len([source for source in LIVE if not source.by_hand]) >= 120


def test_documents_of_25_platforms_of_every_kind() -> None:
    policies = [source for source in LIVE if source.parser == "policy"]
    assert len({source.platform for source in policies}) >= 25
    for kind, least in KINDS.items():
        assert len([source for source in policies if source.document_type == kind]) >= least, kind


def test_30_public_bodies_of_25_jurisdictions() -> None:
    bodies = [source for source in LIVE if source.tier in {"official", "court"} and source.jurisdiction]
    assert len({source.publisher for source in bodies}) >= 30
    assert len({source.jurisdiction.partition("-")[0] for source in bodies}) >= 25


def test_25_newsrooms_and_groups_of_civil_society() -> None:
    assert len([source for source in LIVE if source.tier in {"news", "civil_society"}]) >= 25


def test_10_datasets() -> None:
    assert len([s for s in SOURCES if s.parser in DATA_PARSERS or s.tier in DATA]) >= 10


def test_every_source_of_the_collected_list_is_here() -> None:
    with shared("reference", "sources.csv").open(encoding="utf-8") as rows:
        collected = {row["id"] for row in csv.DictReader(rows)}
    ids = {source.id for source in SOURCES}
    found = {name for name in collected if name in ids or any(one.startswith(f"{name}-") for one in ids)}
    assert collected - found == set()


@pytest.fixture(scope="module")
def captures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Page]]:
    """Up to six real pages a source, spread over their time."""
    folder = unpacked(shared("corpus", "replay", "dev.tar.zst"), tmp_path_factory.mktemp("replay"))
    rows = defaultdict(list)
    for line in (folder / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        name = REAL.get((row["service"], row["document"]))
        if name and not any(part in row["url"] for part in NOT_THIS_PAGE):
            rows[name].append(row)
    return {
        name: [_page(name, row, folder) for row in found[:: max(1, len(found) // 5)]] for name, found in rows.items()
    }


def _page(name: str, row: dict[str, str], folder: Path) -> Page:
    at, headers = datetime.fromisoformat(row["fetched_at"]), (("content-type", "text/html"),)
    return Page(name, "policy", row["url"], row["url"], at, 200, headers, (folder / row["path"]).read_bytes())


@pytest.mark.parametrize("name", sorted(set(REAL.values())))
def test_the_selectors_read_the_real_page(name: str, captures: dict[str, list[Page]]) -> None:
    source = next(source for source in SOURCES if source.id == name)
    assert captures[name]
    for page in captures[name]:
        (record,) = parsers.read(page, source)
        assert isinstance(record, PolicyText) and len(record.text) > 5_000, page.url
