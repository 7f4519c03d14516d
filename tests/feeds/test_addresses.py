"""Where feeds stand is configured, checked, and never part of an id."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from claims.vocabulary import actions
from errors import BadConfiguration
from feeds.addresses import Site
from feeds.text import words
from tests.feeds.conftest import Ask

ROOT = Path(__file__).parent.parent.parent


def test_ids_hold_no_address() -> None:
    assert (
        Site("https://a.example").id("development", "x")
        == Site("https://b.example").id("development", "x")
        == "tag:banwatch.invalid,2026:development/x"
    )


def test_ids_of_the_first_release_stay(ask: Ask) -> None:
    """A change of these is a change for every subscriber: do not mend the test, mend the code."""
    site = Site()
    assert site.id("update", "abc") == "tag:banwatch.invalid,2026:update/abc"
    assert site.id("row", "in_force", "action=abc") == "tag:banwatch.invalid,2026:row/in_force/action%3Dabc"
    assert b"<id>tag:banwatch.invalid,2026:feed/platform%2Ftelegram</id>" in ask("/platform/telegram.atom").body


@pytest.mark.parametrize(
    "base", ["banwatch.example", "javascript:alert(1)", "http://", "https://a.example/?x=1", "https://a.example/<b>"]
)
def test_a_base_that_is_no_address_is_refused(base: str) -> None:
    with pytest.raises(BadConfiguration):
        Site.from_environment(base)


def test_a_tag_and_a_hub_come_from_the_environment(monkeypatch: pytest.MonkeyPatch, ask: Ask) -> None:
    monkeypatch.setenv("BANWATCH_TAG", "you@example.org,2026")
    monkeypatch.setenv("BANWATCH_HUB", "https://hub.example/")
    monkeypatch.setenv("BANWATCH_BASE_URL", "https://banwatch.example/app/")
    body = ask("/all.atom", host="localhost:8001").body
    assert b"tag:you@example.org,2026:development/" in body and b'href="https://hub.example/" rel="hub"' in body
    assert b'href="https://banwatch.example/app/feeds/all.atom" rel="self"' in body and b"localhost" not in body
    monkeypatch.setenv("BANWATCH_TAG", "no tag")
    with pytest.raises(BadConfiguration):
        Site.from_environment()


def test_the_command_line_says_what_is_wrong_with_a_base(tracker: Path, tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-c",
        "from banwatch import main; main()",
        "--home",
        str(tracker.parent),
        "feed",
        "build",
        "--out",
        str(tmp_path),
        "--base-url",
        "nonsense",
    ]
    found = subprocess.run(
        command, capture_output=True, text=True, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )
    assert found.returncode == 4 and "nonsense" in found.stderr and "Traceback" not in found.stderr


def test_the_feeds_have_a_word_for_every_kind() -> None:
    kinds = set(actions()) | {"now_tracking"}
    assert set(words()["kinds"]) == kinds


def test_every_topic_of_the_vocabulary_reads_in_words_and_no_other() -> None:
    vocabulary = tomllib.loads((ROOT / "claims" / "vocabulary.toml").read_text(encoding="utf-8"))
    assert list(words()["topics"]) == vocabulary["words"]["topics"] and all(words()["topics"].values())
