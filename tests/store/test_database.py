"""What tracker.db holds after a unit of work, and after one that was taken back."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from store.database import index, open_tracker, unindex
from store.files import part, writing


def test_search_finds_what_was_committed_and_nothing_that_was_taken_back(tmp_path: Path) -> None:
    db = open_tracker(tmp_path / "tracker.db")

    def found(word: str) -> list[str]:
        return [row[0] for row in db.execute("select item from search where search match ? order by item", (word,))]

    with writing(db):
        for item in "abc":
            index(db, "article", item, "Ban", f"first {item}")
        with suppress(ValueError), part(db):
            index(db, "article", "a", "Ban", "second")
            index(db, "article", "d", "Ban", "second")
            raise ValueError
    assert found("ban") == found("first") == ["a", "b", "c"] and not found("second")
    with writing(db):
        index(db, "article", "a", "Ban", "third")
        unindex(db, "article", "b")
        index(db, "article", "c", "Ban", "third")
        unindex(db, "article", "c")
    assert found("ban") == found("third") == ["a"]
    with suppress(ValueError), writing(db):
        unindex(db, "article", "a")
        raise ValueError
    with writing(db):
        index(db, "claim", "e", "Ban", "fourth")
    assert found("ban") == ["a"]
    assert db.execute("select item from claim_search where claim_search match 'fourth'").fetchall()[0][0] == "e"
    db.close()
