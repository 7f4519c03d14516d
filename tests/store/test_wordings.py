"""A version is its words: whichever wording of them comes first, comes late or comes again, the rows are the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.archive import Archive
from store.door import Door
from store.rebuild import rebuild
from tests.drawn import drawn
from tests.store.conftest import page, read, rows, store

RULE = "We share your data with partners for thirty days. You can object at any time."
OTHER = "We never share your data with partners, and we keep it for ninety days. You can object at any time."
WORDINGS = [RULE, RULE.upper(), f"{RULE} ", OTHER, f"“{OTHER}”"]  # three of the same words, two of others
SAME = [0, 0, 0, 1, 1]
LEFT_OUT = {"capture": {"id", "seq"}}  # the archive's own numbers
TABLES = ("version", "wording", "change", "capture", "variant")


def _take(archive: Archive, door: Door) -> None:
    for seq in list(door.pending()):
        door.take(seq)
    door.settle()


def _told(door: Door) -> dict[str, list[tuple[object, ...]]]:
    found = {}
    for table in TABLES:
        names = [row[1] for row in door.db.execute(f"pragma table_info('{table}')")]
        kept = ", ".join(f'"{name}"' for name in names if name not in LEFT_OUT.get(table, set()))
        found[table] = sorted(tuple(row) for row in door.db.execute(f'select {kept} from "{table}"'))
    found["search"] = sorted(
        tuple(row)
        for row in door.db.execute("select kind, item, title, body from search where kind in ('version', 'update')")
    )
    return found


def test_words_are_not_compared_before_there_is_a_second_wording(opened: tuple[Archive, Door]) -> None:
    archive, door = opened
    for day in (0, 1):
        archive.keep(page("policy", RULE, day), "r")
        _take(archive, door)
    assert [tuple(row) for row in door.db.execute("select fingerprint from version")] == [("",)]
    archive.keep(page("policy", OTHER, 2), "r")
    _take(archive, door)
    marks = [row[0] for row in door.db.execute("select fingerprint from version")]
    assert len(set(marks)) == 2 and all(marks)


def test_an_earlier_wording_is_what_a_version_is_known_by_and_the_other_leads_to_it(
    opened: tuple[Archive, Door],
) -> None:
    archive, door = opened
    archive.keep(page("policy", WORDINGS[1], 5), "r")
    archive.keep(page("policy", OTHER, 9), "r")
    _take(archive, door)
    was, changed = (
        [row[0] for row in door.db.execute("select id from version where text = ?", (WORDINGS[1],))],
        _changes(door),
    )
    archive.keep(page("policy", WORDINGS[0], 1), "r")
    _take(archive, door)
    (now,) = [row[0] for row in door.db.execute("select id from version where text = ?", (WORDINGS[0],))]
    assert [tuple(row) for row in door.db.execute("select id, version from wording")] == [(was[0], now)]
    assert _changes(door) == changed and changed, "what is told of a change keeps its id"
    assert [row[0] for row in door.db.execute("select kind from captures")] == ["first", "same_text", "substantive"]


def _changes(door: Door) -> list[str]:
    return [row[0] for row in door.db.execute("select id from change")]


@drawn(40)
@given(data=st.data())
def test_wordings_may_come_in_any_order(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    shown = data.draw(st.lists(st.integers(0, len(WORDINGS) - 1), min_size=1, max_size=6))
    pages = [page("policy", WORDINGS[number], day) for day, number in enumerate(shown)]
    results = []
    for order in (pages, data.draw(st.permutations(pages))):
        folder = tmp_path_factory.mktemp("store")
        with store(folder) as (archive, door):
            for one in order:
                archive.keep(one, "r")
                if data.draw(st.booleans()):
                    _take(archive, door)
            _take(archive, door)
            results.append(_told(door))
            grown = rows(door)
            rebuild(archive, folder / "again.db", read, lambda door: None)
            with Door(folder / "again.db", archive, read) as again:
                assert rows(again) == grown
    assert results[0] == results[1]
    assert len(results[0]["version"]) == len({SAME[number] for number in shown})


def test_a_version_that_gave_way_is_found_no_more(tmp_path: Path) -> None:
    with store(tmp_path) as (archive, door):
        for number, day in ((2, 5), (0, 1)):
            archive.keep(page("policy", WORDINGS[number], day), "r")
            _take(archive, door)
        (found,) = door.db.execute("select item from search where kind = 'version'").fetchall()
        assert found[0] == door.db.execute("select id from version").fetchone()[0]
