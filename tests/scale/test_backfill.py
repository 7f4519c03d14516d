"""Web archives of our own making -> rows -> archive and tracker: cut, damaged, doubled, big; on lost workers; as a crawl would have it."""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyarrow")

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

import parsers
from records import Page, Selector, Source
from scale import backfill, warc
from scale.addresses import Addresses
from scale.load import load
from scale.settings import Engine
from store.archive import Archive
from store.door import Door
from tests.scale.web import policy, report

ROOT = Path(__file__).resolve().parent.parent.parent
BEGIN = datetime(2024, 10, 1, 8, tzinfo=UTC)
SOURCES = (
    Source("desk", "Desk", "https://desk.example/feed.xml", "feed", "news", language="en", follow="article"),
    Source("desk-tech", "Desk, technology", "https://desk.example/tech/feed.xml", "feed", "news", language="en", follow="article", keywords=("telegram",)),
    Source("policy", "Policy", "https://p.example/privacy", "policy", "official", platform="Telegram", document_type="Privacy Policy", selectors=(Selector(("main",)),)),
)  # fmt: skip


def pages(count: int) -> Iterator[tuple[str, datetime, str]]:
    """Address, instant and body: reports of the desk, the policy now and then, and pages of nobody."""
    for number in range(count):
        at = BEGIN + timedelta(hours=number)
        if number % 10 == 0:
            yield "https://p.example/privacy", at, policy(number // 20)
        elif number % 10 == 1:
            yield f"https://nobody.example/{number}", at, report(9, number % 28)
        else:
            yield f"https://www.desk.example/2024/r{number}", at, report(number, number % 28)


def write(path: Path, count: int, gzip: bool = True) -> list[int]:
    """A web archive of ``count`` responses; returns where each begins."""
    begins = []
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=gzip)
        for url, at, body in pages(count):
            begins.append(file.tell())
            headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
            writer.write_record(writer.create_warc_record(
                url, "response", payload=BytesIO(body.encode()), http_headers=headers,
                warc_headers_dict={"WARC-Date": at.isoformat().replace("+00:00", "Z")},
            ))  # fmt: skip
    return begins


def quiet(*_: int) -> None:
    """No progress to show."""


def found(path: Path) -> tuple[list[warc.Capture], list[warc.Fault]]:
    every = [one for part in warc.parts(path) for one in warc.captures(part)]
    return [o for o in every if isinstance(o, warc.Capture)], [o for o in every if isinstance(o, warc.Fault)]


@pytest.mark.parametrize("gzip", [True, False])
def test_every_page_is_found_whole(tmp_path: Path, gzip: bool) -> None:
    path = tmp_path / "a.warc.gz"
    write(path, 30, gzip)
    captured, faults = found(path)
    assert not faults
    assert [(c.url, c.fetched_at, c.body.decode()) for c in captured] == list(pages(30))


def test_parts_cut_anywhere_give_every_page_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.warc.gz"
    write(path, 30)
    whole = [c.url for c in found(path)[0]]
    for size in (700, 1_000, 4_096, 20_001):
        monkeypatch.setattr(warc, "PART", size)
        assert [c.url for c in found(path)[0]] == whole, size


def test_a_cut_file_and_a_bad_checksum_are_faults_with_their_place(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    begins = write(path, 20)
    data = bytearray(path.read_bytes())
    data[begins[6] - 6] ^= 0xFF  # in the checksum at the end of the sixth record
    path.write_bytes(data[: begins[15] + 40])
    captured, faults = found(path)
    assert [(f.cause, f.offset) for f in faults] == [("bad-checksum", begins[5]), ("truncated", begins[15])]
    assert [c.url for c in captured] == [url for n, (url, _, _) in enumerate(pages(15)) if n != 5]


def test_an_address_finds_its_source() -> None:
    addresses = Addresses(SOURCES)
    where = {url: (place[0].id, place[1]) if (place := addresses.place(url)) else None for url in (
        "http://www.p.example/privacy/#top", "https://desk.example/2024/a", "https://desk.example/tech/b", "https://other.example/", "http://[",
    )}  # fmt: skip
    assert list(where.values()) == [("policy", "policy"), ("desk", "article"), ("desk-tech", "article"), None, None]


def tracker_rows(folder: Path) -> dict[str, list[str]]:
    db = sqlite3.connect(folder / "tracker.db")
    wanted = {
        "article": "id, url, text, first_seen", "claim": "id, kind, quote, start, platforms, jurisdiction, seen_at", "version": "id, text, first_seen, last_seen",
        "capture": "document, fetched_at, sha256, version, kind", "change": "id, class, seen_at, topics", "action": "id, kind, claims", "development": "id, happened_on, title",
    }  # fmt: skip
    return {table: sorted(map(repr, db.execute(f"select {names} from {table}"))) for table, names in wanted.items()}


def crawled(folder: Path, count: int) -> Path:
    """The same pages as a crawl would have kept them, one by one."""
    addresses = Addresses(SOURCES)
    folder.mkdir()
    with Archive(folder / "archive.db") as archive:
        for source in SOURCES:
            archive.declare(source)
        with Door(folder / "tracker.db", archive, parsers.read) as door:
            door.declared()
            for url, at, body in pages(count):
                place = addresses.place(url)
                if place:
                    source, parser = place
                    page = Page(
                        source.id,
                        parser,
                        url,
                        url,
                        at,
                        200,
                        (("content-type", "text/html; charset=utf-8"),),
                        body.encode(),
                    )
                    door.take(archive.keep(page, "run back-fill"))
            door.settle()
    return folder


def test_a_backfill_equals_a_crawl_and_again_is_nothing(tmp_path: Path) -> None:
    write(tmp_path / "a.warc.gz", 60)
    home = tmp_path / "home"
    home.mkdir()
    counts = backfill.read_all([tmp_path / "a.warc.gz"], SOURCES, tmp_path / "out", Engine(processes=1), quiet)
    assert counts == {"pages": 60, "kept": 54, "unwanted": 6, "faults": 0}
    once = load(tmp_path / "out", SOURCES, home / "archive.db", home / "tracker.db", quiet)
    assert once == {"kept": 54, "known": 0, "faults": 0}
    rows = tracker_rows(home)
    assert rows == tracker_rows(crawled(tmp_path / "crawled", 60))
    assert rows["claim"] and rows["change"] and rows["action"]
    again = load(tmp_path / "out", SOURCES, home / "archive.db", home / "tracker.db", quiet)
    assert again == {"kept": 0, "known": 54, "faults": 0}
    assert tracker_rows(home) == rows


def test_a_bad_record_is_an_issue_by_name(tmp_path: Path) -> None:
    path, home = tmp_path / "a.warc.gz", tmp_path / "home"
    begins = write(path, 20)
    path.write_bytes(path.read_bytes()[: begins[15] + 40])
    home.mkdir()
    backfill.read_all([path], SOURCES, tmp_path / "out", Engine(processes=1), quiet)
    load(tmp_path / "out", SOURCES, home / "archive.db", home / "tracker.db", quiet)
    issues = (
        sqlite3.connect(home / "tracker.db")
        .execute("select source, cause, message from issue where cause = 'truncated'")
        .fetchall()
    )
    assert [(s, c) for s, c, _ in issues] == [("warc-a-warc-gz", "truncated")]
    assert str(begins[15]) in issues[0][2]


def die_once(part: warc.Part, sources: tuple[Source, ...], out: str) -> dict[str, int]:
    """Stands for ``read_part`` on a worker that is lost the first time."""
    mark = Path(out) / f"{part.name}.died"
    if not mark.exists():
        mark.touch()
        os._exit(9)
    return backfill.read_part(part, sources, out)


def die_always(part: warc.Part, sources: tuple[Source, ...], out: str) -> dict[str, int]:
    os._exit(9)


def test_the_part_of_a_lost_worker_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "a.warc.gz", 12)
    monkeypatch.setattr(backfill, "read_part", die_once)
    counts = backfill.read_all([tmp_path / "a.warc.gz"], SOURCES, tmp_path / "out", Engine(processes=1), quiet)
    assert counts["pages"] == 12 and not counts["faults"]


def die_first(part: warc.Part, sources: tuple[Source, ...], out: str) -> dict[str, int]:
    """Stands for ``read_part`` where the first worker that takes one is lost."""
    try:
        (Path(out) / "died").touch(exist_ok=False)
    except FileExistsError:
        return backfill.read_part(part, sources, out)
    os._exit(9)


@contextmanager
def dask(workers: int) -> Iterator[str]:
    """Address of a scheduler with so many workers, none of which is started again."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    verb = [sys.executable, "-m", "dask"]
    told: dict[str, Any] = {"cwd": ROOT, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    started = [subprocess.Popen([*verb, "scheduler", "--host", address, "--no-dashboard"], **told)]
    alone = ["--nworkers", "1", "--nthreads", "1", "--no-nanny", "--no-dashboard"]
    started += [subprocess.Popen([*verb, "worker", address, *alone], **told) for _ in range(workers)]
    try:
        yield address
    finally:
        for process in started:
            process.kill()
            process.wait()


def test_the_part_of_a_lost_dask_worker_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    distributed = pytest.importorskip("distributed")
    write(tmp_path / "a.warc.gz", 30)
    monkeypatch.setattr(warc, "PART", 4_096)
    local = backfill.read_all([tmp_path / "a.warc.gz"], SOURCES, tmp_path / "local", Engine(processes=1), quiet)
    monkeypatch.setattr(backfill, "read_part", die_first)
    with dask(2) as address:
        with distributed.Client(address, timeout=60) as client:
            client.wait_for_workers(2, timeout=60)
        counts = backfill.read_all([tmp_path / "a.warc.gz"], SOURCES, tmp_path / "out", Engine(dask=address), quiet)
    assert (tmp_path / "out" / "died").exists() and counts == local and counts["pages"] == 30
    assert list(backfill.stored_rows(tmp_path / "out")) == list(backfill.stored_rows(tmp_path / "local"))


def test_a_part_that_ends_every_worker_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "a.warc.gz", 3)
    monkeypatch.setattr(backfill, "read_part", die_always)
    counts = backfill.read_all([tmp_path / "a.warc.gz"], SOURCES, tmp_path / "out", Engine(processes=1), quiet)
    assert counts == {"faults": 1}
    assert [row["cause"] for row in backfill.stored_rows(tmp_path / "out")] == ["part-lost"]


def test_memory_is_flat_whatever_the_size_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "big.warc.gz"
    write(path, 40)
    once = path.read_bytes()

    def peak(times: int) -> int:
        path.write_bytes(once * times)
        count = 0
        tracemalloc.start()
        for part in warc.parts(path):
            for _ in warc.captures(part):
                count += 1
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert count == 40 * times
        return top

    top = peak(120)
    assert top < 600_000 < path.stat().st_size / 4
