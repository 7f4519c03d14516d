"""tracker.db and archive.db -> files that others read: CSV, Parquet, a data package, WARC. Reads only.

Every target is written beside its place and renamed when whole. Cells of CSV that a spreadsheet would run as a formula get a
leading apostrophe (https://owasp.org/www-community/attacks/CSV_Injection); JSON and Parquet hold the text as it is.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from errors import BadConfiguration
from extras import lacking
from store.archive import Archive, Sighting

VIEWS = ("timeline", "actions", "answers", "cases", "claims", "quotes", "conflicts", "links", "updates", "documents", "versions",
         "captures", "articles", "pages", "source_health", "issues", "dataset_rows")  # fmt: skip
FORMULA = ("=", "+", "-", "@", "\t", "\r")
BATCH = 5_000
TYPES = {"INTEGER": "integer", "REAL": "number", "TEXT": "string", "": "string"}


def export_csv(tracker: Path, out: Path) -> dict[str, int]:
    """One UTF-8 file a view; returns rows by view."""
    out.mkdir(parents=True, exist_ok=True)
    db = _reading(tracker)
    return {view: _csv(db, view, out / f"{view}.csv") for view in VIEWS}


def export_datapackage(tracker: Path, out: Path) -> dict[str, int]:
    """CSV files and ``datapackage.json`` (https://specs.frictionlessdata.io/data-package/): field types, bytes, SHA-256."""
    counts = export_csv(tracker, out)
    db = _reading(tracker)
    package = {
        "name": "banwatch", "title": "Banwatch: who restricts which app, where, since when, and how platforms answer",
        "profile": "tabular-data-package", "resources": [_resource(db, view, out / f"{view}.csv", counts[view]) for view in VIEWS],
    }  # fmt: skip
    _whole(out / "datapackage.json", json.dumps(package, indent=1, ensure_ascii=False).encode())
    return counts


def export_parquet(tracker: Path, out: Path) -> dict[str, int]:
    """One Parquet file a view. Raises BadConfiguration where the extra ``parquet`` is not installed."""
    if lacks := lacking("pyarrow", "Parquet"):
        raise BadConfiguration(lacks)
    import pyarrow as pa
    from pyarrow import parquet

    out.mkdir(parents=True, exist_ok=True)
    db, counts = _reading(tracker), {}
    kinds = {"integer": pa.int64(), "number": pa.float64(), "string": pa.string()}
    for view in VIEWS:
        schema = pa.schema([(name, kinds[kind]) for name, kind in _fields(db, view)])
        part, counts[view] = out / f"{view}.parquet.part", 0
        with parquet.ParquetWriter(part, schema, compression="zstd") as writer:
            for rows in _batches(db.execute(f'select * from "{view}"')):
                counts[view] += len(rows)
                columns = list(zip(*rows, strict=True))
                writer.write_table(
                    pa.table(
                        [pa.array(_fitting(c, t), t) for c, t in zip(columns, schema.types, strict=True)], schema=schema
                    )
                )
        part.rename(out / f"{view}.parquet")
    return counts


def export_warc(archive: Archive, target: Path) -> int:
    """Every fetch that brought a page as a WARC 1.1 response record (gzip, one member a record); a body seen before as a
    revisit record by its payload digest. Returns how many records."""
    from warcio.warcwriter import WARCWriter

    target.parent.mkdir(parents=True, exist_ok=True)
    part, count, seen = target.with_name(target.name + ".part"), 0, dict[str, Sighting]()
    with part.open("wb") as stream:
        writer = WARCWriter(stream, gzip=True, warc_version="WARC/1.1")
        for sighting in archive.sightings():
            if sighting.sha256:
                _warc_record(writer, archive, sighting, seen.get(sighting.sha256))
                seen.setdefault(sighting.sha256, sighting)
                count += 1
    part.rename(target)
    return count


def _warc_record(writer: Any, archive: Archive, sighting: Sighting, first: Sighting | None) -> None:
    from warcio.statusandheaders import StatusAndHeaders

    page = archive.page(sighting.seq)
    kept = [(k, v) for k, v in page.headers if k not in {"content-encoding", "transfer-encoding", "content-length"}]
    headers = StatusAndHeaders(
        f"{page.status} OK", [*kept, ("content-length", str(len(page.body)))], protocol="HTTP/1.1"
    )
    date = page.fetched_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    extra = {"WARC-Date": date, "WARC-Payload-Digest": f"sha256:{sighting.sha256}", "Banwatch-Source": sighting.source,
             "Banwatch-Parser": sighting.parser, "Banwatch-Requested-URI": sighting.requested_url}  # fmt: skip
    if first:
        record = writer.create_revisit_record(
            page.url,
            f"sha256:{sighting.sha256}",
            first.url,
            first.fetched_at,
            http_headers=headers,
            warc_headers_dict=extra,
        )
    else:
        record = writer.create_warc_record(
            page.url, "response", payload=io.BytesIO(page.body), http_headers=headers, warc_headers_dict=extra
        )
    writer.write_record(record)


# tables ---------------------------------------------------------------------------------------------------------------
def _reading(tracker: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{tracker}?mode=ro", uri=True)


def _csv(db: sqlite3.Connection, view: str, target: Path) -> int:
    part, count = target.with_name(target.name + ".part"), 0
    with part.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        cursor = db.execute(f'select * from "{view}"')
        writer.writerow(column[0] for column in cursor.description)
        for rows in _batches(cursor):
            writer.writerows([_cell(value) for value in row] for row in rows)
            count += len(rows)
    part.rename(target)
    return count


def _cell(value: object) -> object:
    return "'" + value if isinstance(value, str) and value.startswith(FORMULA) else value


def _batches(cursor: sqlite3.Cursor) -> Iterator[list[tuple[Any, ...]]]:
    while rows := cursor.fetchmany(BATCH):
        yield rows


def _fitting(column: Iterable[object], kind: object) -> list[object]:
    return [None if value is None else str(value) if str(kind) == "string" else value for value in column]


def _fields(db: sqlite3.Connection, view: str) -> list[tuple[str, str]]:
    """(column, frictionless type); a column that is computed has the type of what stands in it."""
    declared = [(row[1], row[2].upper()) for row in db.execute(f'pragma table_info("{view}")')]
    return [(name, TYPES.get(kind, "string") if kind else _found(db, view, name)) for name, kind in declared]


def _found(db: sqlite3.Connection, view: str, column: str) -> str:
    kinds = {row[0] for row in db.execute(f'select distinct typeof("{column}") from "{view}" limit 1000')} - {"null"}
    return {frozenset({"integer"}): "integer", frozenset({"real"}): "number"}.get(frozenset(kinds), "string")


def _resource(db: sqlite3.Connection, view: str, path: Path, rows: int) -> dict[str, object]:
    fields = [{"name": name, "type": kind} for name, kind in _fields(db, view)]
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return {"name": view.replace("_", "-"), "path": path.name, "profile": "tabular-data-resource", "encoding": "utf-8", "format": "csv",
            "mediatype": "text/csv", "bytes": path.stat().st_size, "hash": f"sha256:{digest}", "rows": rows,
            "schema": {"fields": fields}}  # fmt: skip


def _whole(target: Path, data: bytes) -> None:
    part = target.with_name(target.name + ".part")
    part.write_bytes(data)
    part.rename(target)
