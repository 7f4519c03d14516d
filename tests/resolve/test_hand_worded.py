"""Reports worded by hand, read by the extractor and resolved: one measure, one action, whatever the language."""

from __future__ import annotations

import sqlite3
import tomllib
from collections import defaultdict
from pathlib import Path
from typing import Any

import claims
from records import Article
from store.files import writing
from store.kinds import kinds
from store.settle import settle
from tests.resolve.tellings import NONE, Fact, Telling, same, save

REPORTS: list[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "hand.toml").read_text("utf-8"))["report"]


def read(report: dict[str, Any]) -> list[Telling]:
    """The claims of a report that are of its measure's family."""
    found = claims.extract(
        Article("https://report.example/a", "", report["text"], report["language"], report["published"])
    )
    fact = Fact(report["measure"], (report["measure"], report["family"]), {})
    return [
        Telling(fact, one, report["text"], report["language"], report["published"], "by hand")
        for one in found
        if kinds()[one.action].get("family") == report["family"]
    ][:1]


def test_reports_of_one_measure_are_one_action_in_any_language(db: sqlite3.Connection) -> None:
    told = [one for report in REPORTS for one in read(report)]
    assert len(told) * 4 >= len(REPORTS) * 3, "the extractor finds the measure in at least three of four reports"
    with writing(db):
        by = {save(db, one): one for one in told}
    settle(db, NONE)
    actions: dict[str, set[str]] = defaultdict(set)
    for claim, (action, _) in same(db, by).items():
        actions[by[claim].fact.id].add(action)
    assert all(len(found) == 1 for found in actions.values()), dict(actions)
    assert len(set().union(*actions.values())) == len(actions), "no two measures are one action"
