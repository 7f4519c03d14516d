"""Row of somebody's dataset -> claims, its names resolved, or the reason why it is refused: the validation report, row by row.

A name that is not known is refused by name, never guessed; a spelling is a line in spellings.toml.
"""

from __future__ import annotations

import json
import sqlite3
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from claims import names, vocabulary
from errors import Unrecognised
from records import Claim, Row, When

OVER = "restriction_lifted"
SEEN = {"blocked": "nationwide_block", "reachable": "nationwide_block", "intermittent": "nationwide_block"}


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of a row: its claims, what of it was left out, and why it was refused ("" if it was taken)."""

    claims: tuple[Claim, ...]
    notes: tuple[str, ...] = ()
    refused: str = ""


def judged(row: Row) -> Judged:
    """Claims of a row, one a jurisdiction, and one more for its end."""
    if row.refused:
        return Judged((), row.notes, row.refused)
    platforms, unknown = _platforms(row.platforms)
    if not platforms:
        return Judged((), row.notes, "; ".join(unknown) or "names no app")
    try:
        places = sorted({country(name) for name in row.jurisdictions})
        action = vocabulary.action(row.action or SEEN[row.measured]).name
        made = [claim for place in places for claim in _claims(row, action, place, platforms)]
    except (Unrecognised, KeyError) as error:
        return Judged((), row.notes, str(error).partition(";")[0])
    return Judged(tuple(made), (*row.notes, *unknown))


def _platforms(written: Sequence[str]) -> tuple[tuple[str, ...], list[str]]:
    found, unknown = [], []
    for name in written:
        try:
            found.append(names.platform(_spellings()["platforms"].get(name.casefold(), name)).name)
        except Unrecognised:
            unknown.append(f"unknown platform {name[:60]!r}")
    return tuple(sorted(set(found))), unknown


def country(written: str) -> str:
    """Code of a country as a dataset spells it. Raises Unrecognised, naming it."""
    spelt = " ".join(written.split()).strip(" .,")
    code = _spellings()["countries"].get(spelt.casefold())
    return code or names.jurisdiction(spelt).code


@cache
def _spellings() -> dict[str, dict[str, str]]:
    return tomllib.loads((Path(__file__).parent / "spellings.toml").read_text(encoding="utf-8"))


def _claims(row: Row, action: str, place: str, platforms: tuple[str, ...]) -> list[Claim]:
    def claim(kind: str, day: str, role: str, basis: str, ends: str = "", seen: str = "") -> Claim:
        dates = (When(day, PRECISION[len(day)], role, basis, text=day),) if day else ()
        return Claim(
            kind, platforms, row.quote, row.start, row.end, 1.0, jurisdiction=place, authority=row.authority, authority_id=_authority(row.authority, place),
            area=row.area, reasons=row.reasons, legal_basis=row.legal_basis, dates=dates, ends=ends, de_facto=seen, fired=("dataset row",),
        )  # fmt: skip

    begun = claim(action, row.began, "observed" if row.measured else "effective", row.basis, seen=row.measured)
    over = [claim(OVER, row.ended, "lifted", "stated", ends=action)] if row.ended else []
    return [begun, *over]


PRECISION = {10: "day", 7: "month", 4: "year"}


def _authority(written: str, place: str) -> str:
    """Id of an authority if it is one we know; a dataset's words for it are kept in any case."""
    if not written:
        return ""
    try:
        return names.authority(written, place).id
    except Unrecognised:
        return ""


# report ---------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class RowReport:
    """What an import took, refused and why, over one page of a dataset."""

    rows: int
    taken: int
    claims: int
    articles: int  # for a dataset of texts
    fault: str  # why a file could not be read; ""
    refused: tuple[tuple[str, int, str], ...]  # reason, rows, an example's place
    noted: tuple[tuple[str, int, str], ...]

    def as_dict(self) -> dict[str, object]:
        def listed(found: tuple[tuple[str, int, str], ...]) -> list[dict[str, object]]:
            return [{"reason": reason, "rows": count, "example": example} for reason, count, example in found]

        return {
            "rows": self.rows,
            "taken": self.taken,
            "claims": self.claims,
            "articles": self.articles,
            "fault": self.fault,
            "refused": listed(self.refused),
            "noted": listed(self.noted),
        }

    def table(self) -> str:
        lines = [
            f"{self.rows:>7}  rows",
            f"{self.taken:>7}  taken, as {self.claims} claims",
            f"{self.rows - self.taken:>7}  refused",
        ]
        if self.articles:
            lines = [f"{self.articles:>7}  texts, with {self.claims} claims"]
        for title, found in (("refused", self.refused), ("taken, but", self.noted)):
            lines += [f"\n{title}:"] if found else []
            lines += [f"{count:>7}  {reason}   (first: {example[:60]})" for reason, count, example in found]
        return "\n".join(lines)


def row_report(db: sqlite3.Connection, pages: Sequence[str]) -> RowReport:
    """The report of archived pages of a dataset (their ids)."""
    marks = ", ".join("?" * len(pages))
    rows = db.execute(
        f"select state, why, notes, claims, key from dataset_row where page in ({marks}) order by page, start, id",
        pages,
    ).fetchall()
    texts = db.execute(f"select count(*) from article where page in ({marks})", pages).fetchone()[0]
    read = db.execute(f"select max(read_error) from sighting where page in ({marks})", pages).fetchone()[0] or ""
    refused, noted, examples = Counter[str](), Counter[str](), dict[str, str]()
    for row in rows:
        for reason in [row["why"]] if row["why"] else json.loads(row["notes"]):
            (refused if row["why"] else noted)[reason] += 1
            examples.setdefault(reason, row["key"])
    taken = [row for row in rows if row["state"] == "taken"]
    claims = len({claim for row in taken for claim in json.loads(row["claims"])})
    if texts:
        claims = db.execute(f"select count(*) from claim where page in ({marks})", pages).fetchone()[0]
    ranked = [
        tuple((reason, n, examples[reason]) for reason, n in sorted(found.items(), key=lambda p: (-p[1], p[0])))
        for found in (refused, noted)
    ]
    return RowReport(len(rows), len(taken), claims, texts, read, ranked[0], ranked[1])
