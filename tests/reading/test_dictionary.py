"""The data dictionary names every view and column, and the page in docs/ is the one the schema makes.

BANWATCH_WRITE=1 writes docs/reference/data-dictionary.md anew.
"""

from __future__ import annotations

import os
import sqlite3

import pytest
from reading.dictionary import as_markdown, dictionary, tables
from reading.download import VIEWS

from store.database import open_tracker
from tests.reading.conftest import FOLDER, Served

PAGE = FOLDER.parent / "docs" / "reference" / "data-dictionary.md"


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> sqlite3.Connection:
    path = tmp_path_factory.mktemp("empty") / "tracker.db"
    open_tracker(path).close()
    return sqlite3.connect(path)


def test_every_view_and_column_has_a_meaning(db: sqlite3.Connection) -> None:
    found = dictionary(db)
    mute = [view["view"] for view in found if not view["about"]] + [
        f"{v['view']}.{c['name']}" for v in found for c in v["columns"] if not c["about"]
    ]
    assert not mute, f"say what these mean in datasette/reading/dictionary.toml: {mute}"
    assert {view["view"] for view in found} >= set(VIEWS)


def test_every_table_and_its_columns_are_told_from_the_schema(db: sqlite3.Connection) -> None:
    found = {table["view"]: table for table in tables(db)}
    held = {
        name for (name,) in db.execute("select name from sqlite_master where type = 'table'") if "search_" not in name
    }
    assert set(found) == held and len(held) > 30
    assert not [name for name, table in found.items() if not table["about"] or not table["columns"]]
    assert found["claim"]["about"].startswith("what one article") and {"quote", "start"} <= {
        c["name"] for c in found["claim"]["columns"]
    }


def test_the_page_in_docs_is_the_schema(db: sqlite3.Connection) -> None:
    text = as_markdown(dictionary(db))
    if os.environ.get("BANWATCH_WRITE"):
        PAGE.write_text(text, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == text, (
        "make it anew: BANWATCH_WRITE=1 pytest tests/reading/test_dictionary.py"
    )


def test_every_table_is_kept_behind_the_views(site: Served) -> None:
    names = [
        name for (name,) in sqlite3.connect(site.tracker).execute("select name from sqlite_master where type = 'table'")
    ]
    open_ = [
        name for name in names for form in ("", ".json", ".csv") if site.get(f"/tracker/{name}{form}").status != 403
    ]
    assert len(names) > 20 and not open_
    assert {site.get(f"/tracker/{name}").status for name in ("ACTION", "Search_Content", "[action]")} <= {403, 404}
    assert {name for name in names if f'/tracker/{name}"' in site.get("/tracker").text} == set()
