"""Web archives -> Parquet -> archive and tracker. Parts are read side by side on an engine; loading is one process and one step.

Reading is pure: a part gives the same rows wherever it is read, and however often. So a part whose worker was lost is read again, and
one whose file is there is not. A part that ends its worker twice is a fault like any other.
"""

from __future__ import annotations

import json
import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

import parsers
from crawler.code import reading
from errors import BanwatchError, Unreadable
from records import Article, Page, Source
from scale.addresses import Addresses
from scale.rows import from_json, to_json
from scale.settings import Engine
from scale.warc import Capture, Fault, Part, captures, parts
from store.archive import instant
from store.prepare import Prepared, prepared

ROWS = 100  # rows that are written together
SCHEMA = pa.schema([
    ("source", pa.string()), ("parser", pa.string()), ("url", pa.string()), ("fetched_at", pa.string()), ("status", pa.int32()),
    ("headers", pa.string()), ("body", pa.binary()), ("size", pa.int64()), ("records", pa.string()), ("cause", pa.string()),
    ("message", pa.string()), ("file", pa.string()), ("offset", pa.int64()),
])  # fmt: skip
Progress = Callable[[int, int], None]


# a part, anywhere -----------------------------------------------------------------------------------------------------
def read_part(part: Part, sources: Sequence[Source], out: str) -> dict[str, int]:
    """Read one part and write its rows to ``out``/NAME.parquet, whole or not at all. Returns counts by what became of a record."""
    target = Path(out) / f"{part.name}.parquet"
    done = _done(target)
    if done:
        return done
    addresses = Addresses(sources)
    counts = {"pages": 0, "kept": 0, "unwanted": 0, "faults": 0}
    fresh = target.with_suffix(f".{os.getpid()}.part")
    with pq.ParquetWriter(fresh, SCHEMA, compression="zstd") as writer:
        for rows in _by(ROWS, _rows(part, addresses, counts)):
            writer.write_table(pa.Table.from_pylist(rows, SCHEMA))
        writer.add_key_value_metadata({"counts": json.dumps(counts), "code": reading()})
    fresh.replace(target)
    return counts


def _done(target: Path) -> dict[str, int]:
    if not target.is_file():
        return {}
    said = pq.read_schema(target).metadata or {}
    return dict(json.loads(said[b"counts"])) if said.get(b"code") == reading().encode() else {}


def _rows(part: Part, addresses: Addresses, counts: dict[str, int]) -> Iterator[dict[str, Any]]:
    name = Path(part.path).name
    for found in captures(part):
        if isinstance(found, Fault):
            counts["faults"] += 1
            yield fault_row(name, found)
            continue
        counts["pages"] += 1
        place = addresses.place(found.url)
        row = _row(found, place[0], place[1], name) if place else None
        counts["kept" if row else "unwanted"] += 1
        if row:
            yield row


def fault_row(name: str, fault: Fault) -> dict[str, Any]:
    blank = dict.fromkeys(SCHEMA.names)
    return blank | {"cause": fault.cause, "message": f"{name} at {fault.offset}: {fault.message}", "file": name, "offset": fault.offset}  # fmt: skip


def _row(found: Capture, source: Source, parser: str, name: str) -> dict[str, Any] | None:
    """What is kept of a page; None for a report without any of the source's keywords."""
    page = Page(source.id, parser, found.url, found.url, found.fetched_at, found.status, found.headers, found.body)
    records, error = _read(page, source)
    if parser == source.follow and not _speaks(source, records):
        return None
    return {
        "source": source.id, "parser": parser, "url": found.url, "fetched_at": instant(found.fetched_at), "status": found.status,
        "headers": json.dumps(found.headers), "body": zstandard.ZstdCompressor(level=3).compress(found.body), "size": len(found.body),
        "records": json.dumps([to_json(prepared(record)) for record in records], ensure_ascii=False),
        "cause": error.cause if error else "", "message": str(error) if error else "", "file": name, "offset": found.offset,
    }  # fmt: skip


def _read(page: Page, source: Source) -> tuple[list[Any], BanwatchError | None]:
    try:
        return list(parsers.read(page, source)), None
    except BanwatchError as error:
        return [], error
    except Exception as error:  # a parser's crash is an issue of its page
        return [], Unreadable(f"parser {page.parser}: {type(error).__name__}: {error}", "parser")


def _speaks(source: Source, records: Iterable[Any]) -> bool:
    if not source.keywords:
        return True
    text = " ".join(f"{r.title} {r.text}" for r in records if isinstance(r, Article)).casefold()
    return any(word.casefold() in text for word in source.keywords)


def _by(count: int, rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    held: list[dict[str, Any]] = []
    for row in rows:
        held.append(row)
        if len(held) == count:
            yield held
            held = []
    if held:
        yield held


# all parts, on an engine ----------------------------------------------------------------------------------------------
def read_all(
    files: Sequence[Path], sources: Sequence[Source], out: Path, engine: Engine, progress: Progress
) -> dict[str, int]:
    """Read every part of ``files`` into ``out``. Returns the counts of all."""
    out.mkdir(parents=True, exist_ok=True)
    todo = [part for path in files for part in parts(path)]
    total: dict[str, int] = {}
    for number, counts in enumerate(_results(todo, tuple(sources), out, engine), 1):
        for name, count in counts.items():
            total[name] = total.get(name, 0) + count
        progress(number, len(todo))
    return total


def _results(todo: list[Part], sources: tuple[Source, ...], out: Path, engine: Engine) -> Iterator[dict[str, int]]:
    waiting = list(reversed(todo))
    while waiting:
        lost: list[Part] = []
        with _executor(engine) as (executor, abreast):
            running: dict[Future[dict[str, int]], Part] = {}
            while (waiting and not lost) or running:
                while waiting and not lost and len(running) < 2 * abreast:
                    part = waiting.pop()
                    running[executor.submit(read_part, part, sources, str(out))] = part
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    part = running.pop(future)
                    try:
                        yield future.result()
                    except (BrokenProcessPool, MemoryError, OSError):
                        lost.append(part)
        for part in lost:
            yield _alone(part, sources, out)


def _alone(part: Part, sources: tuple[Source, ...], out: Path) -> dict[str, int]:
    """A part whose worker was lost, by itself: once more, and if its worker is lost again the part is a fault."""
    try:
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as executor:
            return executor.submit(read_part, part, sources, str(out)).result()
    except BrokenProcessPool:
        fault = Fault("part-lost", f"reading bytes {part.start} to {part.end} ended the process twice", part.start)
        pq.write_table(
            pa.Table.from_pylist([fault_row(Path(part.path).name, fault)], SCHEMA), out / f"{part.name}.parquet"
        )
        return {"faults": 1}


@contextmanager
def _executor(engine: Engine) -> Iterator[tuple[Executor, int]]:
    """Processes of this machine, or of the machines a Dask scheduler knows; both take the same calls."""
    if engine.dask:
        from distributed import Client

        with Client(engine.dask) as client:  # type: ignore[no-untyped-call]
            yield client.get_executor(pure=False, retries=2), max(1, len(client.scheduler_info()["workers"]))
        return
    number = engine.processes or os.cpu_count() or 1
    with ProcessPoolExecutor(number, multiprocessing.get_context("spawn")) as executor:
        yield executor, number


# loading --------------------------------------------------------------------------------------------------------------
def stored_rows(out: Path) -> Iterator[dict[str, Any]]:
    """Rows of all parts, in the order of their names, a batch in memory at a time."""
    for path in sorted(out.glob("*.parquet")):
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=ROWS):
                yield from batch.to_pylist()


def row_page(row: dict[str, Any]) -> Page:
    """The page of a row."""
    body = zstandard.ZstdDecompressor().decompress(row["body"], max_output_size=max(1, row["size"]))
    headers = tuple((name, value) for name, value in json.loads(row["headers"]))
    at = datetime.fromisoformat(row["fetched_at"])
    return Page(row["source"], row["parser"], row["url"], row["url"], at, row["status"], headers, body)


def row_records(row: dict[str, Any]) -> list[Prepared]:
    """What the page of a row says."""
    return [from_json(one) for one in json.loads(row["records"])]
