"""What goes out comes back whole, read by other tools; no cell runs in a spreadsheet."""

from __future__ import annotations

import csv
import hashlib
import json
import sqlite3
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator as FastIterator
from fastwarc.warc import WarcRecordType
from frictionless import validate
from pyarrow import parquet
from warcio.archiveiterator import ArchiveIterator

from store.archive import Archive
from store.database import put
from store.door import Door
from store.export import VIEWS, export_datapackage, export_parquet, export_warc
from store.files import writing
from tests.store.conftest import page, store


@pytest.fixture
def home(tmp_path: Path) -> Path:
    with store(tmp_path) as (archive, door):
        for day, text in enumerate(["Rules\n\nOne.", "Rules\n\nOne.", "Rules\n\nTwo, wholly other words."]):
            archive.keep(page("policy", text, day), f"run {day}")
        archive.keep(page("news", '=HYPERLINK("http://x.invalid")\n\nA text.\n\n"Quoted", with, commas'), "run 0")
        for seq in list(door.pending()):
            door.take(seq)
        door.settle()
    return tmp_path


def test_a_data_package_names_every_file_with_its_rows_and_hash(home: Path) -> None:
    counts = export_datapackage(home / "tracker.db", home / "out")
    package = json.loads((home / "out" / "datapackage.json").read_text())
    assert [r["name"].replace("-", "_") for r in package["resources"]] == list(VIEWS)
    for resource in package["resources"]:
        data = (home / "out" / resource["path"]).read_bytes()
        assert resource["hash"] == "sha256:" + hashlib.sha256(data).hexdigest()
        with (home / "out" / resource["path"]).open(newline="", encoding="utf-8") as stream:
            header, *rows = list(csv.reader(stream))
        assert header == [f["name"] for f in resource["schema"]["fields"]]
        assert len(rows) == resource["rows"] == counts[resource["path"][:-4]]
    assert counts["captures"] == 3 and not list((home / "out").glob("*.part"))


def test_a_data_package_is_valid_to_frictionless(home: Path) -> None:
    """Every cell against its declared type, sizes and hashes, by the standard's own tool."""
    export_datapackage(home / "tracker.db", home / "out")
    report = validate(str(home / "out" / "datapackage.json"))
    assert report.valid, report.to_summary()
    assert len(report.tasks) == len(VIEWS)


def test_a_formula_is_defused_in_csv_and_kept_in_parquet(home: Path) -> None:
    export_datapackage(home / "tracker.db", home / "out")
    with (home / "out" / "articles.csv").open(newline="", encoding="utf-8") as stream:
        (row,) = csv.DictReader(stream)
    assert row["title"].startswith("'=HYPERLINK")
    assert export_parquet(home / "tracker.db", home / "out")["articles"] == 1
    table = parquet.read_table(home / "out" / "articles.parquet")
    assert table.column("title")[0].as_py().startswith("=HYPERLINK")


def test_parquet_holds_what_the_view_holds(home: Path) -> None:
    export_parquet(home / "tracker.db", home / "out")
    db = sqlite3.connect(home / "tracker.db")
    for view in VIEWS:
        rows = db.execute(f"select count(*) from {view}").fetchone()[0]
        assert parquet.read_table(home / "out" / f"{view}.parquet").num_rows == rows


def test_warc_is_read_back_by_a_standard_reader(home: Path) -> None:
    with Archive(home / "archive.db", readonly=True) as archive:
        assert export_warc(archive, home / "out.warc.gz") == 4
        bodies = {archive.page(s.seq).sha256 for s in archive.sightings()}
    kinds, found = [], set()
    with (home / "out.warc.gz").open("rb") as stream:
        for record in ArchiveIterator(stream, check_digests=True):
            kinds.append(record.rec_type)
            if record.rec_type == "response":
                found.add(hashlib.sha256(record.content_stream().read()).hexdigest())
    assert sorted(kinds) == ["response", "response", "response", "revisit"] and found == bodies


def test_warc_is_read_back_by_a_second_reader(home: Path) -> None:
    """FastWARC holds every digest against its content, and finds each payload's source in the headers."""
    with Archive(home / "archive.db", readonly=True) as archive:
        export_warc(archive, home / "out.warc.gz")
    with (home / "out.warc.gz").open("rb") as stream:
        records = [
            (
                record.record_type,
                record.verify_block_digest(consume=False),
                record.headers["Banwatch-Source"],
                record.record_date,
            )
            for record in FastIterator(stream, parse_http=False)
        ]
    assert [kind for kind, *_ in records].count(WarcRecordType.response) == 3 and [kind for kind, *_ in records].count(
        WarcRecordType.revisit
    ) == 1
    assert all(whole for kind, whole, *_ in records if kind == WarcRecordType.response)
    assert {source for *_, source, _ in records} == {"t-privacy", "desk"} and all(at for *_, at in records)


def test_a_failed_write_leaves_the_old_file(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    export_datapackage(home / "tracker.db", home / "out")
    before = (home / "out" / "timeline.csv").read_bytes()
    monkeypatch.setattr("store.export._cell", lambda value: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        export_datapackage(home / "tracker.db", home / "out")
    assert (home / "out" / "timeline.csv").read_bytes() == before


def test_control_characters_never_enter(home: Path) -> None:
    with (
        Archive(home / "archive.db") as archive,
        Door(home / "tracker.db", archive, lambda p, s: []) as door,
        writing(door.db),
    ):
        put(door.db, "note", {"key": "k", "value": "a\x00b\ud800c\uffffd\x1be"})
        assert (
            door.db.execute("select value from note where key = 'k'").fetchone()[0] == "a\ufffdb\ufffdc\ufffdd\ufffde"
        )
