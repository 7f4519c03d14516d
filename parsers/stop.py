"""Access Now's spreadsheet of shutdowns (#KeepItOn STOP) -> Rows: which apps were cut off where, from when to when.

The columns are those of its public sheet; those of earlier years differ in letters and blanks only. Days are written
month/day/year. Rows about a whole network name no app and are left to those who watch networks.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime

from parsers import tables
from parsers.tables import Line
from records import Page, Record, Row, Source

NEEDED = ("country", "start_date")
APPS = ("facebook", "twitter", "whatsapp", "instagram", "telegram")
YES = {"yes", "true", "1", "y", "x"}
NONE = {"", "no", "false", "0", "n", "na", "n/a", "none", "unknown", "not known"}
FORMS = ("%Y-%m-%d", "%m/%d/%Y", "%m/%d/%y")
NO_APP = re.compile(
    r"internet|network\b|mobile|cellular|throttl|sms|telephon|broadband|bandwi|restriction|calls?\b|curfew|vpn|voip",
    re.I,
)
EARLIEST = 2009  # the first year the dataset speaks of
NATIONAL = re.compile(r"nation|countr|level 3|whole", re.I)


def read(page: Page, source: Source) -> list[Record]:
    """One Row a row; a row that cannot be taken says why. Raises what parsers.tables.lines raises."""
    found = tables.lines(page, source, NEEDED)
    seen: Counter[str] = Counter()
    return [_row(line, seen) for line in found]


def _row(line: Line, seen: Counter[str]) -> Row:
    cells, notes = line.cells, []
    began, fault = _day(cells.get("start_date", ""))
    ended, trouble = _day(cells.get("end_date", ""))
    apps = _apps(cells)
    key = "|".join(
        [
            began,
            cells.get("country", "").casefold(),
            cells.get("area_name", "").casefold(),
            *sorted(a.casefold() for a in apps),
        ]
    )
    seen[key] += 1
    if trouble:
        notes.append(f"end not taken: {trouble}")
    links = cells.get("info_source_link", "") or cells.get("news_link", "") or cells.get("an_link", "")
    if not links:
        notes.append("names no source")
    refused = fault and f"start: {fault}"
    if not refused and not cells.get("country"):
        refused = "names no country"
    if not refused and ended and ended < began:
        refused = f"ends ({ended}) before it starts ({began})"
    if not refused and seen[key] > 1:
        refused = "the same country, area, apps and start as an earlier row"
    if not refused and not apps:
        refused = "no app: a whole network"
    return Row(
        key=key, quote=line.quote[:2_000], start=line.start, end=line.start + len(line.quote[:2_000]), jurisdictions=_countries(cells),
        platforms=apps, action=_action(cells), began=began, basis="estimated" if _guessed(cells) else "stated", ended=ended,
        authority=_said(cells, "decision_maker"), area="national" if _national(cells) else "subnational",
        legal_basis=_said(cells, "legal_method"), url=next(iter(re.findall(r"https?://[^\s,;]+", links)), ""), notes=tuple(notes), refused=refused or "",
    )  # fmt: skip


def _day(written: str) -> tuple[str, str]:
    """(ISO day, "") or ("", why it is none); ("", "") for an end that is not there."""
    if not written:
        return "", ""
    for form in FORMS:
        try:
            day = datetime.strptime(written, form).date()  # noqa: DTZ007  a day has no zone
        except ValueError:
            continue
        return (
            (day.isoformat(), "")
            if EARLIEST <= day.year <= 2100
            else ("", f"{written!r} is not a year of this dataset")
        )
    return "", f"{written!r} is no day"


def _apps(cells: dict[str, str]) -> tuple[str, ...]:
    named = [app.capitalize() for app in APPS if cells.get(f"{app}_affected", "").casefold() in YES]
    other = cells.get("other_affected", "") or cells.get("other_service_details", "")
    if cells.get("shutdown_type_group", "") in {"Service-based", "Throttling"}:  # the editions up to 2018
        other = cells.get("service_details", "")
    if other.casefold() not in NONE | YES:
        parts = (part.strip().strip(" .\"'") for part in re.split(r"[,;:/&()]|\band\b|\bincluding\b|\bonly\b", other))
        named += [part for part in parts if part and not NO_APP.search(part)]
    return tuple({"Whatsapp": "WhatsApp"}.get(name, name) for name in named)


def _countries(cells: dict[str, str]) -> tuple[str, ...]:
    """The country, or several where the shutdown crossed a border ("India; Pakistan")."""
    return tuple(name.strip() for name in cells.get("country", "").split(";") if name.strip())


def _action(cells: dict[str, str]) -> str:
    if (
        "throttl" in cells.get("shutdown_type", "").casefold()
        and "shutdown" not in cells.get("shutdown_type", "").casefold()
    ):
        return "throttling"
    return "nationwide_block" if _national(cells) else "partial_block"


def _national(cells: dict[str, str]) -> bool:
    """Said to be of the whole country, or of more than one region without naming any."""
    scope, area = cells.get("geo_scope", ""), cells.get("area_name", "")
    return bool(NATIONAL.search(scope) or NATIONAL.search(area)) or ("more than one" in scope and not area)


def _guessed(cells: dict[str, str]) -> bool:
    return cells.get("start_date_type", "").casefold() not in {"", "exact", "confirmed", "actual"}


def _said(cells: dict[str, str], name: str) -> str:
    said = cells.get(name, "")
    return "" if said.casefold() in NONE else said[:200]
