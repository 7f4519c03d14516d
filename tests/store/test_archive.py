"""The archive keeps every body once, every fetch one row, and tells when a byte is not what it was."""

from __future__ import annotations

import json
import random
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errors import BadStore
from records import Page, Source
from store.archive import RECENT, Archive
from store.bodies import CHAIN, READ
from tests.drawn import drawn
from tests.store.conftest import full_disk

DAY = datetime(2024, 9, 23, tzinfo=UTC)


def page(
    body: bytes, minute: int = 0, source: str = "telegram-privacy", url: str = "https://telegram.org/privacy"
) -> Page:
    return Page(source, "policy", url, url, DAY + timedelta(minutes=minute), 200, (("etag", '"a"'),), body)


def like(number: int) -> bytes:
    lines = [f"<p>Clause {i}: what we do with your data in case {i % 7}.</p>" for i in range(400)]
    for i in range(number + 1):  # each capture is nearest to the one before it
        lines[i * 6 % 400] = f"<p>Clause changed in capture {i}.</p>"
    return "\n".join(lines).encode()


def test_a_body_is_kept_once_and_every_fetch_is_a_row(tmp_path: Path) -> None:
    with Archive(tmp_path / "archive.db") as archive:
        first, second = archive.keep(page(b"one"), "r1"), archive.keep(page(b"one", 1), "r2")
        assert archive.size()["bodies"] == 1 and archive.size()["sightings"] == 2
        assert [archive.page(seq).body for seq in (first, second)] == [b"one", b"one"]


def test_near_identical_captures_are_deltas_in_bounded_chains(tmp_path: Path) -> None:
    with Archive(tmp_path / "archive.db") as archive:
        for number in range(60):
            archive.keep(page(like(number), number), "r")
        db = sqlite3.connect(tmp_path / "archive.db")
        depths = [row[0] for row in db.execute("select depth from body")]
        assert max(depths) == CHAIN and sum(d > 0 for d in depths) > 50
        assert archive.size()["kept"] < archive.size()["raw"] / 20
        assert [archive.page(seq).body for seq in range(1, 61)] == [like(n) for n in range(60)]


@drawn(30)
@given(bodies=st.lists(st.binary(max_size=300), min_size=1, max_size=12))
def test_any_bytes_come_back(bodies: list[bytes], tmp_path_factory: pytest.TempPathFactory) -> None:
    with Archive(tmp_path_factory.mktemp("a") / "archive.db") as archive:
        seqs = [archive.keep(page(body, i), "r") for i, body in enumerate(bodies)]
        assert [archive.page(seq).body for seq in seqs] == bodies
        assert list(archive.verify()) == []


def test_verify_finds_every_flipped_byte(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    with Archive(path) as archive:
        for number in range(5):
            archive.keep(page(bytes([number]) * 5000 + like(number), number, url=f"https://e.org/{number}"), "r")
        hashes = archive.bodies()
    db = sqlite3.connect(path)
    db.execute("drop trigger body_keeps")
    for sha in hashes[:3]:
        data = bytearray(db.execute("select data from body where sha256 = ?", (sha,)).fetchone()[0])
        data[len(data) // 2] ^= 1
        db.execute("update body set data = ? where sha256 = ?", (bytes(data), sha))
    db.commit()
    db.close()
    leaning = dict(sqlite3.connect(path).execute("select sha256, base from body").fetchall())
    with Archive(path, readonly=True) as archive:
        faults = {sha for sha, _ in archive.verify()}
    assert faults >= set(hashes[:3])
    assert all(
        sha in hashes[:3] or leaning[sha] in faults for sha in faults
    )  # what leans on a damaged body is lost too


def test_nothing_is_updated_or_deleted(tmp_path: Path) -> None:
    with Archive(tmp_path / "archive.db") as archive:
        archive.keep(page(b"one"), "r")
    db = sqlite3.connect(tmp_path / "archive.db")
    for statement in ("delete from body", "update sighting set url = ''", "delete from sighting"):
        with pytest.raises(sqlite3.DatabaseError, match="append-only"):
            db.execute(statement)


def test_unchanged_gives_the_page_with_the_headers_that_came_with_it(tmp_path: Path) -> None:
    url = "https://telegram.org/privacy"
    with Archive(tmp_path / "archive.db") as archive:
        archive.keep(page(b"text"), "r1")
        held = archive.validators("telegram-privacy", url)
        assert held["etag"] == '"a"' and held["sha256"] == page(b"text").sha256
        seq = archive.unchanged(
            "telegram-privacy", "policy", url, url, DAY + timedelta(days=1), "r2", 304, (), held["sha256"]
        )
        again = archive.page(seq)
        assert again.body == b"text" and again.status == 200 and again.header("ETag") == '"a"'
        assert again.fetched_at == DAY + timedelta(days=1)
        assert archive.validators("telegram-privacy", url)["etag"] == '"a"'  # the 304 came without any
        archive.keep(replace(page(b"other"), headers=(), fetched_at=DAY + timedelta(days=2)), "r3")
        older = archive.validators("telegram-privacy", url)
        assert (older["etag"], older["sha256"], older["last_modified"]) == ('"a"', page(b"text").sha256, "")
        assert older["stored_at"][:10] == DAY.date().isoformat(), "it is trusted by the day on which its bytes came"
        archive.unchanged(
            "telegram-privacy", "policy", url, url, DAY + timedelta(days=3), "r4", 304, (), older["sha256"]
        )
        assert archive.validators("telegram-privacy", url)["stored_at"] == older["stored_at"]
        for day in range(4, 4 + RECENT):
            archive.keep(
                replace(page(f"text {day}".encode()), headers=(), fetched_at=DAY + timedelta(days=day)), f"r{day}"
            )
        last = archive.validators("telegram-privacy", url)
        assert last["etag"] == "" and last["sha256"] == page(f"text {day}".encode()).sha256


def test_a_miss_is_remembered_without_a_body(tmp_path: Path) -> None:
    with Archive(tmp_path / "archive.db") as archive:
        archive.missed("s", "policy", "https://e.org/", "https://e.org/", DAY, "r", "fail", "http-503", "503", 503)
        (sighting,) = archive.sightings()
        assert (sighting.outcome, sighting.cause, sighting.sha256) == ("fail", "http-503", "")
        assert archive.validators("s", "https://e.org/") == {}


def test_declarations_outlive_the_registry(tmp_path: Path) -> None:
    source = Source("a", "A", "https://e.org/", "policy", "official", options={"title": "h1"}, keywords=("ban",))
    with Archive(tmp_path / "archive.db") as archive:
        archive.declare(source)
        archive.declare(source)
        assert archive.declarations() == {"a": source}


@pytest.mark.parametrize(("content", "cause"), [(b"", "store-empty"), (b"no database at all" * 99, "store-damaged")])
def test_a_file_that_is_no_archive_is_refused(tmp_path: Path, content: bytes, cause: str) -> None:
    path = tmp_path / "archive.db"
    path.write_bytes(content)
    with pytest.raises(BadStore) as refused:
        Archive(path)
    assert refused.value.cause == cause
    assert path.read_bytes() == content


def test_an_archive_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    Archive(path).close()
    db = sqlite3.connect(path)
    db.execute("pragma user_version = 999")
    db.close()
    with pytest.raises(BadStore, match="newer"):
        Archive(path)


def test_headers_and_messages_with_broken_text_are_kept(tmp_path: Path) -> None:
    with Archive(tmp_path / "archive.db") as archive:
        broken = page(b"x")
        seq = archive.keep(
            Page(broken.source, "policy", broken.url, broken.url, DAY, 200, (("x-odd", "a\x00\ud800b"),), b"x"),
            "r",
            message="\ud800",
        )
        assert json.dumps(archive.sighting(seq).headers)


def test_chains_are_bounded_in_steps_and_in_bytes(tmp_path: Path) -> None:
    line = b"<p>" + bytes(range(97, 123)) * 3 + b"</p>"
    long = b"\n".join(line + str(n).encode() for n in range(20_000))
    with Archive(tmp_path / "archive.db") as archive:
        for number in range(6):
            archive.keep(page(long + str(number).encode(), number), "r")
        for number in range(40):
            archive.keep(
                page(b"\n".join(line + b"%d" % n for n in range(60)) + b"%d" % number, number, url="https://e.org/s"),
                "r",
            )
    chains = sqlite3.connect(tmp_path / "archive.db").execute("select depth, size from body").fetchall()
    assert 0 < max(depth for depth, _ in chains) <= CHAIN
    assert all((depth + 1) * size <= READ for depth, size in chains)
    assert any(depth for depth, size in chains if size == len(long) + 1), "a long body leans on another all the same"


def test_nothing_leans_on_what_a_full_disk_took_back(tmp_path: Path) -> None:
    path, body = tmp_path / "archive.db", random.Random(1).randbytes(300_000)
    source = Source(
        "a", "A", "https://a.example/", "policy", "official", platform="Telegram", document_type="Privacy Policy"
    )
    with Archive(path) as archive:
        archive.keep(page(b"kept", source="b"), "first")
        archive.hold()
        archive.keep(page(body, 1), "lost")
        archive.declare(source)
        assert archive.first_run("telegram-privacy") == "lost"
        with full_disk(path, tmp_path / "archive.db-wal"), pytest.raises(sqlite3.OperationalError):
            archive.commit()
        assert (archive.last(), archive.losses, archive.declarations()) == (1, 1, {})
        archive.declare(source)
        seq = archive.keep(page(body + b"more", 2), "second")
        assert archive.first_run("telegram-privacy") == "second"
    with Archive(path) as archive:
        assert archive.page(seq).body == body + b"more" and archive.declarations() == {"a": source}
        assert not list(archive.verify())


def test_a_page_that_could_not_be_written_takes_no_other_with_it(tmp_path: Path) -> None:
    body = random.Random(2).randbytes(300_000)
    with Archive(tmp_path / "archive.db") as archive:
        archive.hold()
        archive.keep(page(b"held"), "r")
        with pytest.raises(sqlite3.Error):
            archive.keep(page(body, 1), "r", outcome=None)  # type: ignore[arg-type]
        assert archive.losses == 0
        archive.keep(page(body + b"more", 2), "r")
    with Archive(tmp_path / "archive.db") as archive:
        assert archive.size()["bodies"] == archive.size()["sightings"] == 2 and not list(archive.verify())
