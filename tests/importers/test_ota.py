"""A versions repository made for the test: its history becomes captures, once; what is no document is refused by name."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from banwatch import main

RULES = "\n\n".join(f"## Part {word}\n\nThe service treats {word} with care and tells you whom to ask about {word}." for word in "accounts messages groups photographs calls stickers payments".split())  # fmt: skip
HISTORY = [
    ("2024-01-01", "First record of Example Privacy Policy", f"{RULES}\n\nWe keep *your* number for [6 months](https://e.example/a?token=1)."),
    ("2024-02-01", "Record new changes of Example Privacy Policy", f"{RULES}\n\nWe keep your number for [6 months](https://e.example/a?token=2)."),
    ("2024-03-01", "Record new changes of Example Privacy Policy", f"{RULES}\n\nWe keep your number for [18 months](https://e.example/a?token=2)."),
    ("2024-04-01", "Apply technical or declaration upgrade on Example Privacy Policy", f"{RULES}\n\nWe keep your number for 18 months.\n\nThis paragraph was always on the page, but nobody read it; we may share your number with partners."),
]  # fmt: skip


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "versions"
    (folder / "Example").mkdir(parents=True)
    git(folder, "init", "-q")
    (folder / "README.md").write_text("About")
    for day, subject, text in HISTORY:
        (folder / "Example" / "Privacy Policy.md").write_text(text)
        git(folder, "add", "-A")
        git(folder, "commit", "-q", "-m", subject, day=day)
    return folder


def git(folder: Path, *words: str, day: str = "2024-01-01") -> None:
    instant = f"{day}T12:00:00+00:00"
    who = {"GIT_AUTHOR_NAME": "t", "GIT_AUTHOR_EMAIL": "t@e.example", "GIT_COMMITTER_NAME": "t", "GIT_COMMITTER_EMAIL": "t@e.example"}  # fmt: skip
    subprocess.run(["git", "-C", str(folder), *words], check=True, env=os.environ | who | {"GIT_AUTHOR_DATE": instant, "GIT_COMMITTER_DATE": instant})  # fmt: skip


def run(tmp_path: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--home", str(tmp_path / "home"), "import", "ota", *words])


def test_the_history_is_read_once_and_reported(tmp_path: Path, repository: Path) -> None:
    result = run(tmp_path, str(repository), "--json")
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    assert (report["documents"], report["changes"]) == (1, 3)
    assert (report["substantive"], report["editorial"]) == (1, 0)
    assert report["suppressed"] == {"same_text": 1, "ours": 1}, (
        "what the archive read otherwise is no update of the platform"
    )
    assert report["published"] == 1
    assert "README.md" in result.stderr
    again = run(tmp_path, str(repository), "--json")
    assert json.loads(again.stdout) == report
    assert "archived 0 versions" in again.stderr


def test_a_type_that_is_none_of_open_terms_archives_is_told(tmp_path: Path, repository: Path) -> None:
    (repository / "Example" / "Systemic Risks.md").write_text(RULES)
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "First record of Example Systemic Risks", day="2024-05-01")
    said = run(tmp_path, str(repository), "--json").stderr
    assert "none of Open Terms Archive's types: Systemic Risks" in said and "types: Privacy" not in said


def test_what_is_no_repository_or_holds_nothing_is_refused(tmp_path: Path, repository: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert run(tmp_path, str(tmp_path / "empty")).exit_code == 4
    result = run(tmp_path, str(repository), "--only", "Nobody")
    assert result.exit_code == 4 and "Nobody" in result.output
