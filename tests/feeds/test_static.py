"""Feeds as files: the same bytes as served, whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml

import feeds
from feeds import edition, static, walk
from feeds.addresses import FORMS, LOCAL, Site
from feeds.detail import Details, Row
from feeds.item import Item, item
from tests.feeds.conftest import Ask
from tests.feeds.rules import faults

ROOT = Path(__file__).parent.parent.parent


def test_files_are_what_is_served(tracker: Path, tmp_path: Path, ask: Ask) -> None:
    written = feeds.build(tracker, tmp_path)
    assert {"all.atom", "all.rss", "all.json", "feeds.opml", "feed.xsl"} <= {path.name for path in written}
    assert sorted(written) == sorted(path for path in tmp_path.rglob("*") if path.is_file())
    for path in written:
        address = "/" + path.relative_to(tmp_path).as_posix()
        assert ask(address, host=LOCAL.removeprefix("http://")).body == path.read_bytes(), address


def test_archives_are_what_is_served_and_each_item_is_put_together_once(
    tracker: Path, tmp_path: Path, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = list[str]()

    def counted(site: Site, found: Details, names: Row) -> Item:
        made.append(found.row["id"])
        return item(site, found, names)

    monkeypatch.setattr(edition, "item", counted)
    for room in (edition, walk):
        monkeypatch.setattr(room, "PAGE", 3)
    monkeypatch.setattr(walk, "BATCH", 7)
    written = feeds.build(tracker, tmp_path)
    assert len(made) == len(set(made)) > 7
    archives = [path for path in written if "archive-" in path.name]
    assert len({path.parent for path in archives}) > 5
    for path in archives:
        address = "/" + path.relative_to(tmp_path).as_posix()
        assert ask(address, host=LOCAL.removeprefix("http://")).body == path.read_bytes(), address
        assert faults(path.suffix[1:], path.read_bytes()) == [], address


def test_a_second_build_touches_nothing(tracker: Path, tmp_path: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in feeds.build(tracker, tmp_path)}
    assert {path: path.stat().st_mtime_ns for path in feeds.build(tracker, tmp_path)} == before


def test_what_a_killed_build_left_is_swept(tracker: Path, tmp_path: Path) -> None:
    dead, alive = tmp_path / ".all.atom.1.part", tmp_path / ".all.rss.2.part"
    for part in (dead, alive):
        part.write_bytes(b"<fee")
    os.utime(dead, (0, 0))
    feeds.build(tracker, tmp_path)
    assert not dead.exists() and alive.exists()


def test_a_build_that_fails_midway_leaves_old_files_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "all.atom"
    path.write_bytes(b"old")
    monkeypatch.setattr(Path, "replace", lambda self, target: (_ for _ in ()).throw(OSError(28, "no space")))
    with pytest.raises(OSError):
        static.write(path, b"new and longer")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_questions_that_need_no_argument_are_files_too(tracker: Path, tmp_path: Path) -> None:
    questions = yaml.safe_load((ROOT / "datasette" / "metadata.yaml").read_text(encoding="utf-8"))["databases"][
        "tracker"
    ]["queries"]
    names = {path.relative_to(tmp_path).as_posix() for path in feeds.build(tracker, tmp_path, questions=questions)}
    left_out = {name for name, one in questions.items() if one.get("needs")}
    assert left_out >= {"measures_against_app", "by_topic"} and len(questions) - len(left_out) > 5
    assert {name for name in names if name.startswith("query/")} == {
        f"query/{q}.{form}" for q in set(questions) - left_out for form in FORMS
    }
    for name in names:
        if name.startswith("query/"):
            assert faults(name.rpartition(".")[2], (tmp_path / name).read_bytes()) == [], name
    assert "/feeds/query/fines.atom" in (tmp_path / "index.html").read_text(encoding="utf-8")
    listed = (tmp_path / "feeds.opml").read_bytes()
    assert b"/feeds/query/fines.atom" in listed and b"query/by_topic" not in listed
