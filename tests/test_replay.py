"""Recorded pages take the same road as crawled ones: archive, versions, updates; again adds nothing; reread gives the same rows."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from banwatch import main
from tests.corpus import shared, unpacked

PAGES = [("2024-09-01", "Old"), ("2024-09-10", "Old"), ("2024-09-24", "New")]


def run(home: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--home", str(home), *words])


def folder(tmp_path: Path, pages: list[tuple[str, str]] = PAGES) -> Path:
    base = tmp_path / "pages"
    base.mkdir()
    lines = []
    for day, word in pages:
        (base / f"{day}.html").write_text(
            f"<main><h1>Privacy Policy</h1><p>{word} rules: we share your address with our partners.</p></main>"
        )
        lines.append(
            {
                "service": "Example",
                "document": "Privacy Policy",
                "url": "https://e.example/privacy",
                "fetched_at": f"{day}T00:00:00Z",
                "path": f"{day}.html",
            }
        )
    (base / "manifest.jsonl").write_text("\n".join(json.dumps(line) for line in lines))
    return base


def dump(path: Path) -> list[str]:
    return sorted(line for line in sqlite3.connect(path).iterdump() if "search" not in line)


def test_captures_come_in_order_with_their_kind(tmp_path: Path) -> None:
    assert run(tmp_path, "crawl", "--replay", str(folder(tmp_path))).exit_code == 0
    db = sqlite3.connect(tmp_path / "tracker.db")
    found = db.execute("select service, document, fetched_at, kind from captures").fetchall()
    assert [(f[0], f[1]) for f in found] == [("Example", "Privacy Policy")] * 3
    assert [f[3] for f in found][:2] == ["first", "same_bytes"] and found[2][3] not in {
        "first",
        "same_bytes",
        "same_text",
    }


@pytest.mark.parametrize(
    "fault",
    [
        "no json",
        '{"service": "a"}',
        '{"service":"a","document":"b","fetched_at":"2024-01-01T00:00:00Z","path":"../../etc/passwd"}',
    ],
)
def test_a_wrong_manifest_is_refused_with_its_line(tmp_path: Path, fault: str) -> None:
    base = folder(tmp_path)
    (base / "manifest.jsonl").write_text(fault)
    result = run(tmp_path, "crawl", "--replay", str(base))
    assert result.exit_code == 4 and "manifest.jsonl:1" in result.output


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home folder after all real pages."""
    archive = shared("corpus", "replay", "dev.tar.zst")
    home = tmp_path_factory.mktemp("replay")
    result = run(home, "crawl", "--replay", str(unpacked(archive, home / "pages")))
    assert result.exit_code == 0, result.output
    return home


def test_every_real_page_becomes_a_capture(real: Path) -> None:
    manifest = (real / "pages" / "dev" / "manifest.jsonl").read_text().splitlines()
    db = sqlite3.connect(real / "tracker.db")
    seen = {(r[0], r[1], r[2][:19]) for r in db.execute("select service, document, fetched_at from captures")}
    failed = {(r[0], r[1][:19]) for r in db.execute("select source, fetched_at from sighting where read_error != ''")}
    rows = [json.loads(line) for line in manifest]
    assert len(seen) + len(failed) == len(rows) == 405
    assert len(failed) <= 4


def test_did_the_text_change_is_answered_as_the_record_says(real: Path) -> None:
    """Truth as the corpus defines it: the recorded words changed, on rows that follow the preceding snapshot."""
    rows = [json.loads(line) for line in (real / "pages" / "dev" / "manifest.jsonl").read_text().splitlines()]
    db = sqlite3.connect(real / "tracker.db")
    kinds = {
        (r[0], r[1], r[2][:19]): r[3] for r in db.execute("select service, document, fetched_at, kind from captures")
    }
    counts = Counter(
        (changed(row), said(kinds, row)) for row in rows if row["follows_previous"] and not row["path"].endswith(".pdf")
    )
    hit, extra, missed = counts[True, True], counts[False, True], counts[True, False]
    assert 2 * hit / (2 * hit + extra + missed) >= 0.93, counts


def changed(row: dict[str, object]) -> bool:
    words = row["ota_words_changed"] or [1]
    return bool(row["ota_version_changed"] and not row["ota_first_record"] and sum(words) > 0)  # type: ignore[call-overload]


def said(kinds: dict[tuple[str, str, str], str], row: dict[str, str]) -> bool:
    kind = kinds.get((row["service"], row["document"], row["fetched_at"][:19]), "")
    return kind not in {"", "first", "same_bytes", "same_text"}


def test_a_second_replay_adds_nothing(real: Path) -> None:
    before = dump(real / "tracker.db")
    result = run(real, "crawl", "--replay", str(real / "pages" / "dev"), "--json")
    assert json.loads(result.stdout)["kept"] == 0
    assert dump(real / "tracker.db") == before


def test_reread_gives_the_same_tracker_row_for_row(real: Path) -> None:
    before = dump(real / "tracker.db")
    result = run(real, "reread")
    assert result.exit_code == 0, result.output
    assert dump(real / "tracker.db") == before
