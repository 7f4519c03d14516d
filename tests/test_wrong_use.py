"""What a person gets wrong at the command line ends in one sentence and an exit code of its own; nothing is made on the way."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from banwatch import main
from tests.kill import site
from verbs.common import BAD_CONFIGURATION, CRASHED, USAGE

ALONE = ("health", "serve", "notify", "reread", "feed build", "feed ping", "export csv --out {0}/x", "export parquet --out {0}/x",
         "site build --out {0}/x", "archive verify")  # fmt: skip


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BANWATCH_BASE_URL", "BANWATCH_HUB", "BANWATCH_MAIL_TO", "BANWATCH_SMTP", "BANWATCH_WEBHOOK"):
        monkeypatch.delenv(name, raising=False)


def run(home: Path, words: str) -> Result:
    done = CliRunner().invoke(main, ["--home", str(home), *words.format(home.parent).split()])
    assert isinstance(done.exception, SystemExit | None), f"{words}: {done.exception!r}"
    return done


def sentence(done: Result) -> str:
    """The one line that it ends with."""
    (line,) = done.stderr.strip().splitlines()
    assert line.startswith("banwatch: ")
    return line


@pytest.mark.parametrize("words", ALONE)
def test_without_a_crawl_it_says_what_to_do_first(tmp_path: Path, words: str) -> None:
    done = run(tmp_path / "home", words)
    assert done.exit_code == CRASHED and "crawl" in sentence(done)
    assert not list(tmp_path.rglob("*.db")) and not (tmp_path / "x").exists()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("crawl --only telegram-privcy", USAGE, "near: telegram-privacy"), ("crwal", USAGE, "Did you mean 'crawl'?"),
        ("crawl --replay {0}", BAD_CONFIGURATION, "manifest.jsonl: not found"), ("crawl --back-fill nobody", USAGE, "no source 'nobody'"),
        ("sources add not-an-address", BAD_CONFIGURATION, "begins with https://"), ("sources add http://[", BAD_CONFIGURATION, "begins with https://"),
        ("sources record ftp://e.example/", BAD_CONFIGURATION, "begins with https://"), ("sources check --folder {0}", BAD_CONFIGURATION, "no source files"),
        ("import stop {0}/list.txt", BAD_CONFIGURATION, ".csv, .json, .xlsx"), ("import ota {0}/list", BAD_CONFIGURATION, "not a git repository"),
        ("import dpa", BAD_CONFIGURATION, "BANWATCH_DPA_KEY"), ("extract --in {0}/list.txt --out {0}/x", BAD_CONFIGURATION, "list.txt:1: not JSON"),
        ("register load --folder {0}/nowhere", USAGE, "does not exist"), ("worker --once", BAD_CONFIGURATION, "scale-out.md"),
    ],
)  # fmt: skip
def test_a_wrong_word_is_named(tmp_path: Path, words: str, code: int, said: str) -> None:
    (tmp_path / "list.txt").write_text("no list\n", encoding="utf-8")
    (tmp_path / "list").mkdir()
    done = run(tmp_path / "home", words)
    assert (done.exit_code, said in done.stderr) == (code, True), done.stderr
    assert not list(tmp_path.rglob("*.db"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = = 1", "not TOML"), ("[crwal]\nredis = 'x'", "no section [crwal] (known: crawl, backfill)"), ("crawl = 1", "no section [crawl]"),
        ("[crawl]\nredis = 1", "redis = 1 is no str"), ("[crawl]\nname = 'x'", "redis"), ("[crawl]\nredis = 'here'", "redis://"),
        ("[crawl]\nreddis = 'x'", "no 'reddis'"), ("[backfill]\nprocesses = 'two'", "processes = 'two' is no int"),
    ],
)  # fmt: skip
def test_a_wrong_scale_file_is_refused_by_crawl_and_told_by_doctor(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "scale.toml").write_text(text, encoding="utf-8")
    if "backfill" not in text.partition("=")[0]:
        done = run(tmp_path / "home", "worker --once")
        assert done.exit_code == BAD_CONFIGURATION and said in sentence(done)
    assert said in run(tmp_path / "home", "doctor").stdout


@pytest.mark.parametrize(("schema", "said"), [(1, "banwatch reread"), (999, "newer than this program")])
def test_a_tracker_of_another_program_is_refused_by_whoever_shows_it(tmp_path: Path, schema: int, said: str) -> None:
    home, pages = tmp_path / "home", site.recorded(tmp_path / "pages", 2, 2)
    assert run(home, f"crawl --replay {pages}").exit_code == 0
    db = sqlite3.connect(home / "tracker.db")
    db.execute(f"pragma user_version = {schema}")
    db.close()
    for words in ALONE[:2] + ALONE[4:5] + ALONE[6:9]:
        done = run(home, words)
        assert done.exit_code in {CRASHED, BAD_CONFIGURATION} and said in sentence(done), words
