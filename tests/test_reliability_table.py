"""The page on reliability names for every row of the fault matrix the tests that show it, and the tests are there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "explanation" / "reliability.md"
ROWS = {"A": 19, "B": 27, "C": 19, "D": 16, "E": 10, "F": 8, "G": 10, "H": 20, "I": 19, "J": 14}


def table() -> dict[str, str]:
    """Row of the matrix -> the cell that names its tests."""
    found: dict[str, str] = {}
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if line.startswith("| ") and re.fullmatch(r"[A-J]\d+(?:[-, ]+[A-J]?\d+)*", cells[0]):
            for part in cells[0].split(", "):
                first, _, last = part.partition("-")
                for number in range(int(first[1:]), int((last or first)[1:]) + 1):
                    found[f"{first[0]}{number}"] = cells[-1].rstrip(" |")
    return found


def test_every_row_of_the_matrix_is_answered() -> None:
    assert sorted({f"{k}{n}" for k, most in ROWS.items() for n in range(1, most + 1)} - set(table())) == []


def test_every_test_that_is_named_exists() -> None:
    for row, cell in table().items():
        named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", cell)
        assert named or "not tested" in cell, row
        for path, name in named:
            assert (ROOT / path).is_file() and f"def {name}(" in (ROOT / path).read_text(encoding="utf-8"), (
                f"{row}: {path}::{name}"
            )
