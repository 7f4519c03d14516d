"""The labelled changes of real policies, read in place: the figures of docs/explanation/quality.md hold."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from changes.compare import compare
from parsers import markdown
from tests.corpus import shared, unpacked

REACHED = {"macro_f1": 0.93, "binary": 0.93, "topics": 0.75, "date": 0.95}  # a little under what is measured


@pytest.fixture(scope="module")
def scores(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = unpacked(shared("corpus", "changes", "dev.tar.zst"), tmp_path_factory.mktemp("changes"))
    scorer = _module(shared("corpus", "changes", "score.py"))
    rows = [json.loads(line) for line in (folder / "labels.jsonl").read_text(encoding="utf-8").splitlines()]
    found = {row["id"]: compare(row, folder, markdown.blocks, markdown.verbatim) for row in rows}
    result: dict[str, Any] = scorer.score(rows, found)
    return result


def _module(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location("changes_scorer", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_classes(scores: dict[str, Any]) -> None:
    assert scores["macro_f1"] >= REACHED["macro_f1"]
    assert scores["binary"]["f1"] >= REACHED["binary"]


def test_topics_and_dates(scores: dict[str, Any]) -> None:
    assert scores["topics"]["f1"] >= REACHED["topics"]
    assert scores["date"]["accuracy"] >= REACHED["date"]
