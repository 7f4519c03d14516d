"""Result of a SPARQL query to Wikidata, as JSON (https://www.w3.org/TR/sparql11-results-json/) -> Rows.

The query binds ?event, ?platformLabel and ?countryCode (P297), and where they are stated ?start (P580), ?end (P582), ?action
(a word of the taxonomy; without it a nationwide block) and ?source.
"""

from __future__ import annotations

from parsers import tables
from parsers.tables import Entry
from records import Page, Record, Row, Source


def read(page: Page, source: Source) -> list[Record]:
    """One Row a binding. Raises what parsers.tables.entries raises."""
    return [_row(entry) for entry in tables.entries(page, source, "bindings")]


def _row(entry: Entry) -> Row:
    def said(name: str) -> str:
        value = entry.value.get(name)
        return str(value.get("value", "")) if isinstance(value, dict) else ""

    began, ended = said("start")[:10], said("end")[:10]
    missing = [name for name in ("event", "platformLabel", "countryCode") if not said(name)]
    refused = (
        f"binds no {', '.join(missing)}"
        if missing
        else f"ends ({ended}) before it starts ({began})"
        if ended and ended < began
        else ""
    )
    return Row(
        key=f"{said('event')}|{said('platformLabel')}|{said('countryCode')}", quote=entry.quote, start=entry.start, end=entry.end,
        jurisdictions=(said("countryCode"),), platforms=(said("platformLabel"),), action=said("action") or "nationwide_block", began=began, ended=ended,
        area="national", url=said("source") or said("event"), refused=refused, notes=() if began else ("no start",),
    )  # fmt: skip
