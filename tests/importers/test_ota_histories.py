"""Histories that a tracker of every difference gets wrong: written small here, and the real ones where a clone of them is at hand.

BANWATCH_OTA=DIR names a clone of https://github.com/OpenTermsArchive/contrib-versions (ODC-BY 1.0, its contributors).
"""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from tests.importers.test_ota import RULES, git, run

REAL = Path(os.environ.get("BANWATCH_OTA", ""))
needs_real = pytest.mark.skipif(
    not os.environ.get("BANWATCH_OTA"), reason="BANWATCH_OTA names no clone of contrib-versions"
)
ORDER = "If we receive a court order that confirms you are a terror suspect, we may disclose your IP address and phone number to the relevant authorities."
WIDER = "If we receive a valid order from judicial authorities that confirms you are a suspect in a case of criminal activity, we may disclose your IP address and phone number to the relevant authorities."


def history(folder: Path, document: str, texts: list[tuple[str, str]]) -> Path:
    """A versions repository with one document: (day, text) of every commit."""
    (folder / document).parent.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "-q")
    for day, text in texts:
        (folder / document).write_text(text)
        git(folder, "add", "-A")
        git(folder, "commit", "-q", "-m", "Record new changes", day=day)
    return folder


def updates(home: Path, since: str = "", until: str = "~") -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(home / "tracker.db")) as db:
        return db.execute(
            "select class, topics, direction, substr(seen_at, 1, 10), document_type from updates where seen_at >= ? and seen_at < ? order by seen_at",
            (since, until),
        ).fetchall()


def test_tokens_in_links_are_no_change(tmp_path: Path) -> None:
    texts = [(f"2023-03-{n + 1:02}", f"{RULES}\n\nRead [our terms](https://z.example/terms?ampDeviceId=a{n}&SessionId={7 * n}) and [ask us](/contact#_{n}x).") for n in range(14)]  # fmt: skip
    repository = history(tmp_path / "v", "Zoom/Terms of Service.md", texts)
    report = json.loads(run(tmp_path, str(repository), "--json").stdout)
    assert (report["changes"], report["published"], report["suppressed"]) == (13, 0, {"same_text": 13})


def test_terms_that_take_turns_are_told_no_more_once_both_were_seen(tmp_path: Path) -> None:
    one = f"{RULES}\n\nBy signing up you agree that we may close channels that promote violence in public."
    other = f"{RULES}\n\nBy signing up you agree that we may close channels that promote violence in public.\n\nFrequently asked: how do I delete my account? Open the settings and follow the steps there."
    days = ["2024-06-01", "2024-09-01", "2024-10-01"] + [
        f"2025-{m:02}-{d:02}" for m in (2, 3) for d in (2, 7, 12, 18, 25)
    ]
    repository = history(
        tmp_path / "v", "Telegram/Terms of Service.md", [(day, (one, other)[n % 2]) for n, day in enumerate(days)]
    )
    run(tmp_path, str(repository))
    assert updates(tmp_path / "home", "2025-02", "2025-04") == []


def test_a_sentence_that_comes_and_goes_in_a_text_that_is_edited_meanwhile_is_told_once(tmp_path: Path) -> None:
    """No version stands twice; the sentence does. What is really new beside it is told all the same."""
    extra = "\n\nWrite to the data protection officer of the parent company about the data we collect."
    number = iter(range(100, 200))

    def text(with_extra: bool, kept: str = "6 months") -> str:
        return f"{RULES}\n\nWe keep calls for {kept}.{extra if with_extra else ''}\n\n{next(number)} KB download"

    shown = [
        text(False),
        text(True),
        text(False),
        text(True),
        text(False),
        text(True),
        text(False, "2 years"),
        text(True, "2 years"),
    ]
    repository = history(
        tmp_path / "v", "Facebook/Privacy Policy.md", [(f"2025-0{n + 1}-05", one) for n, one in enumerate(shown)]
    )
    run(tmp_path, str(repository))
    assert [day for _, _, _, day, _ in updates(tmp_path / "home")] == ["2025-02-05", "2025-07-05"]


def test_disclosure_to_authorities_widened_is_exactly_one_update(tmp_path: Path) -> None:
    before, after = (f"{RULES}\n\n## 8.3. Law Enforcement Authorities\n\n{text}" for text in (ORDER, WIDER))
    repository = history(tmp_path / "v", "Telegram/Privacy Policy.md", [("2024-09-01", before), ("2024-09-12", before + "\n"), ("2024-09-23", after), ("2024-10-01", after + "\n")])  # fmt: skip
    run(tmp_path, str(repository))
    assert updates(tmp_path / "home") == [
        ("substantive", '["law_enforcement_disclosure"]', "widened", "2024-09-23", "Privacy Policy")
    ]


def test_an_import_that_was_killed_goes_on_and_ends_as_an_undisturbed_one(tmp_path: Path) -> None:
    texts = [(f"2023-{1 + n // 28:02}-{1 + n % 28:02}", f"{RULES}\n\nWe keep calls for {n} days, and [more](https://e.example/?t={n}).") for n in range(60)]  # fmt: skip
    repository = history(tmp_path / "v", "Example/Terms of Service.md", texts)
    whole = json.loads(run(tmp_path, str(repository), "--json").stdout)
    killed = tmp_path / "killed"
    for wait in (0.9, 1.3, 1.8):
        command = [
            sys.executable,
            "-c",
            "from banwatch import main; main()",
            "--home",
            str(killed),
            "import",
            "ota",
            str(repository),
        ]
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=Path(__file__).parents[2]
        )
        time.sleep(wait)
        process.send_signal(signal.SIGKILL)
        process.wait()
    command = [
        sys.executable,
        "-c",
        "from banwatch import main; main()",
        "--home",
        str(killed),
        "import",
        "ota",
        str(repository),
        "--json",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert json.loads(done.stdout) == whole
    assert updates(killed) == updates(tmp_path / "home")


# real histories -------------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("real")
    for service, kind in (
        ("Zoom", "Terms of Service"),
        ("Telegram", "Terms of Service"),
        ("Telegram", "Privacy Policy"),
    ):
        result = run(folder, str(REAL), "--only", service, "--type", kind)
        assert result.exit_code == 0, result.output
    return folder / "home"


def words(service: str, document: str) -> list[tuple[str, str]]:
    """(instant, text without addresses and marks) of every recorded version, in order: a yardstick that knows nothing of Banwatch."""
    path = f"{service}/{document}.md"
    said = subprocess.run(
        ["git", "-C", str(REAL), "log", "--reverse", "--format=%H %cI", "--", path],
        capture_output=True,
        text=True,
        check=True,
    )
    found = []
    for commit, at in (line.split() for line in said.stdout.splitlines()):
        shown = subprocess.run(["git", "-C", str(REAL), "show", f"{commit}:{path}"], capture_output=True, text=True)
        text = re.sub(r"\]\([^)]*\)", "]", shown.stdout)
        found.append((at, " ".join(re.findall(r"\w+", re.sub(r"https?://\S+", " ", text)))))
    return found


@needs_real
def test_of_zooms_changes_in_links_only_none_is_told(imported: Path) -> None:
    texts = words("Zoom", "Terms of Service")
    same = {at[:19] for (_, before), (at, after) in pairwise(texts) if before == after}
    assert len(same) >= 480, "the history that this is about"
    with closing(sqlite3.connect(imported / "tracker.db")) as db:
        told = {
            row[0][:19]
            for row in db.execute(
                "select seen_at from updates where platform = 'Zoom' and document_type = 'Terms of Service'"
            )
        }
    assert same & told == set()


@needs_real
def test_telegrams_terms_of_early_2025_give_nothing(imported: Path) -> None:
    assert [row for row in updates(imported, "2025-02", "2025-04") if row[4] == "Terms of Service"] == []


@needs_real
def test_telegrams_policy_of_23_september_2024_is_exactly_one(imported: Path) -> None:
    found = [row for row in updates(imported, "2024-09-23", "2024-09-24") if row[4] == "Privacy Policy"]
    assert [(row[0], row[2]) for row in found] == [
        ("substantive", "widened")
    ] and "law_enforcement_disclosure" in found[0][1]
