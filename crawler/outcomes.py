"""What a crawl saved -> its outcome, source by source. Reads the tracker."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from crawler.report import Outcome
from records import Source
from store.visits import KEPT_OUT


def outcomes(tracker: Path, sources: Sequence[Source], run: str) -> tuple[Outcome, ...]:
    """What one run brought from each of ``sources``."""
    db = sqlite3.connect(f"file:{tracker}?mode=ro", uri=True)
    db.row_factory = sqlite3.Row
    rows: dict[str, list[sqlite3.Row]] = defaultdict(list)
    for row in db.execute(
        "select s.source, s.outcome, s.cause, s.read_error, s.yielded, p.bytes from sighting s left join page p on p.id = s.page where run = ?",
        (run,),
    ):
        rows[row["source"]].append(row)
    db.close()
    return tuple(_outcome(source, rows[source.id]) for source in sources)


def _outcome(source: Source, rows: list[Any]) -> Outcome:
    faults = {row["cause"] for row in rows if row["outcome"] in {"fail", "quarantine"}}
    faults |= {row["read_error"].split(":")[0] for row in rows if row["read_error"]}
    kept = [row for row in rows if row["outcome"] == "stored"]
    return Outcome(
        source.id, len(kept), sum(row["outcome"] == "unchanged" for row in rows), sum(row["yielded"] for row in rows),
        sum(row["bytes"] or 0 for row in kept), tuple(sorted(faults)), any(row["outcome"] == "defer" for row in rows),
        bool(rows) and all(row["outcome"] == "skip" for row in rows), bool(faults) and faults <= KEPT_OUT | set(source.blocked),
    )  # fmt: skip
