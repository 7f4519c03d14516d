"""`banwatch doctor`: says what is wrong with an installation and what to do, in words and as JSON, and changes nothing."""

from __future__ import annotations

import fcntl
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from banwatch import main
from store.archive import Archive
from tests.kill import site
from verbs import common

SETTINGS = ("BANWATCH_CONTACT", "BANWATCH_BASE_URL", "BANWATCH_TAG", "BANWATCH_MAIL_TO", "BANWATCH_SMTP", "BANWATCH_WEBHOOK")  # fmt: skip


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A home folder after a replay."""
    folder = tmp_path / "home"
    pages = site.recorded(tmp_path / "pages", 2, 2)
    assert CliRunner().invoke(main, ["--home", str(folder), "crawl", "--replay", str(pages)]).exit_code == 0
    yield folder


def told(home: Path) -> tuple[int, dict[str, list[dict[str, Any]]]]:
    done = CliRunner().invoke(main, ["--home", str(home), "doctor", "--json"])
    found: dict[str, list[dict[str, Any]]] = {}
    for one in json.loads(done.stdout):
        found.setdefault(one["what"], []).append(one)
    return done.exit_code, found


def test_a_fresh_installation_has_notes_and_no_faults(tmp_path: Path) -> None:
    code, found = told(tmp_path / "none")
    assert code == common.DONE
    assert {one["state"] for several in found.values() for one in several} == {"ok", "note"}
    assert "crawl" in found["archive"][0]["to_do"] and found["contact"][0]["state"] == "note"
    assert not (tmp_path / "none").exists(), "looking makes nothing"


def test_a_sound_home_is_left_as_it_is(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BANWATCH_CONTACT", "mailto:desk@banwatch.example")
    monkeypatch.setenv("BANWATCH_BASE_URL", "https://banwatch.example")
    before = {path.name: path.read_bytes() for path in home.iterdir() if path.suffix == ".db"}
    code, found = told(home)
    assert code == common.DONE and found["archive"][0]["state"] == found["tracker"][0]["state"] == "ok"
    assert found["address"][0] | {"to_do": ""} == {"state": "ok", "what": "address", "text": "https://banwatch.example", "to_do": ""}  # fmt: skip
    assert "contact" not in found
    assert {path.name: path.read_bytes() for path in home.iterdir() if path.suffix == ".db"} == before


def test_what_is_wrong_is_said_with_what_to_do(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BANWATCH_BASE_URL", "banwatch")
    db = sqlite3.connect(home / "tracker.db")
    db.execute("pragma user_version = 1")
    db.close()
    (home / "archive.db").write_bytes(b"no database at all" * 500)
    code, found = told(home)
    assert code == common.BAD_CONFIGURATION
    faults = {what: one["text"] for what, several in found.items() for one in several if one["state"] == "fault"}
    assert set(faults) == {"archive", "tracker", "settings"}
    assert "banwatch reread" in faults["tracker"] and "BANWATCH_BASE_URL" in faults["settings"]


@pytest.mark.parametrize("server", ["mail.example:587", "http://mail.example", "smtp://", "smtp://mail.example:many"])
def test_a_mail_server_that_is_none_is_told_before_it_is_needed(
    home: Path, monkeypatch: pytest.MonkeyPatch, server: str
) -> None:
    monkeypatch.setenv("BANWATCH_SMTP", server)
    code, found = told(home)
    assert code == common.BAD_CONFIGURATION
    assert any("BANWATCH_SMTP must be smtp://" in one["text"] for one in found["settings"])
    done = CliRunner().invoke(main, ["--home", str(home), "notify"])
    assert done.exit_code == common.BAD_CONFIGURATION and "BANWATCH_SMTP must be smtp://" in done.stderr


def test_fetches_that_are_not_read_and_a_running_crawl_are_told(home: Path) -> None:
    (home / "tracker.db").unlink()
    _, found = told(home)
    assert "reread" in found["tracker"][0]["to_do"]
    with (home / "crawl.lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.truncate(0)
        lock.write("4711")
        lock.flush()
        assert "4711" in told(home)[1]["lock"][0]["text"]
    assert "lock" not in told(home)[1]


def test_a_password_in_the_settings_of_scale_is_not_shown(home: Path) -> None:
    (home / "scale.toml").write_text('[crawl]\nredis = "redis://:secret@127.0.0.1:6379/0"\n', encoding="utf-8")
    done = CliRunner().invoke(main, ["--home", str(home), "doctor"])
    assert "Redis" in done.stdout and "secret" not in done.output


def test_what_a_crawl_would_skip_is_told_with_what_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the crawl's own conditions: a token that is set is asked for no more, what is taken by hand is not waited for."""
    monkeypatch.setenv("PATH", "/nowhere")
    needed = {source.token_env for source in common.registry() if source.token_env and not source.retired}
    for name in needed:
        monkeypatch.delenv(name, raising=False)
    _, found = told(tmp_path / "none")
    assert needed and all(any(name in one["to_do"] for one in found["no-token"]) for name in needed)
    assert "by-hand" not in found
    for name in needed:
        monkeypatch.setenv(name, "secret")
    assert "no-token" not in told(tmp_path / "none")[1]


def test_an_archive_that_is_older_than_the_tracker_is_a_fault(home: Path) -> None:
    (home / "archive.db").unlink()
    with Archive(home / "archive.db"):
        pass
    code, found = told(home)
    (fault,) = [one for one in found["tracker"] if one["state"] == "fault"]
    assert code == common.BAD_CONFIGURATION and "the archive only 0" in fault["text"] and "reread" in fault["to_do"]
