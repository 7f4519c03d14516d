"""Terms that were taken back are news; a page that takes turns between two texts is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from store.rebuild import rebuild
from tests.store.conftest import page, read, store

RULES = "\n\n".join(f"Rule {word}: the service treats {word} with care and tells you whom to ask about {word}." for word in "accounts messages groups photographs calls stickers payments".split())  # fmt: skip
OLD = f"{RULES}\n\nWe keep your telephone number for 6 months."
NEW = f"{RULES}\n\nWe keep your telephone number for 18 months and share it with our partners."


def changes_of(folder: Path, pages: list[tuple[int, str]]) -> list[tuple[str, str, str]]:
    with store(folder) as (archive, door):
        for day, text in pages:
            door.take(archive.keep(page("policy", text, day), f"run {day}"))
            door.settle()
        found = door.db.execute("select class, reason, key_sentence_new from change order by seen_at, id").fetchall()
        rebuild(archive, folder / "again.db", read, lambda door: None)
    with store(folder) as (_, door):
        door.db.execute("attach ? as again", (str(folder / "again.db"),))
        assert door.db.execute("select * from change except select * from again.change").fetchall() == []
        assert door.db.execute("select * from again.change except select * from change").fetchall() == []
    return [tuple(row) for row in found]


def test_terms_that_were_taken_back_are_news_after_a_while(tmp_path: Path) -> None:
    found = changes_of(tmp_path, [(0, OLD), (5, NEW), (9, OLD), (20, OLD), (45, OLD), (90, OLD)])
    assert [kind for kind, _, _ in found] == ["substantive", "flapping", "substantive"]
    _, reason, sentence = found[-1]
    assert reason.startswith("rolled back") and "2024-09-10" in reason
    assert sentence == "We keep your telephone number for 6 months."


@pytest.mark.parametrize(
    "pages",
    [
        [(0, OLD), (5, NEW), (9, OLD), (12, NEW), (15, OLD), (60, OLD)],  # takes turns
        [(0, OLD), (5, NEW), (9, OLD), (20, OLD)],  # not yet
        [(0, OLD), (5, "Log in to continue. Forgot your password?"), (9, OLD), (60, OLD)],  # a wall was never news
    ],
)
def test_what_takes_turns_or_was_no_news_is_not(tmp_path: Path, pages: list[tuple[int, str]]) -> None:
    assert not [reason for _, reason, _ in changes_of(tmp_path, pages) if reason.startswith("rolled back")]


@pytest.mark.parametrize(("stated", "two_ways"), [("02/03/2024", 1), ("23/02/2024", 0), ("February 3, 2024", 0)])
def test_a_day_of_effect_that_can_be_read_two_ways_is_marked(tmp_path: Path, stated: str, two_ways: int) -> None:
    with store(tmp_path) as (archive, door):
        for day, text in ((0, OLD), (5, f"Effective date: {stated}\n\n{NEW}")):
            door.take(archive.keep(page("policy", text, day), f"run {day}"))
            door.settle()
        found = door.db.execute("select effective_on != '', effective_ambiguous from change").fetchall()
        told = door.db.execute("select effective_ambiguous from updates").fetchall()
    assert [tuple(row) for row in found] == [(1, two_ways)]
    assert [tuple(row) for row in told] == [(two_ways,)]
