"""OONI's findings and its aggregated measurements -> Rows that say how an app could be reached, where and when.

Findings are people's reading of measurements (api/v1/incidents/search); aggregation counts them by day (api/v1/aggregation,
https://api.ooni.org/apidocs/). A site's domain names its app where the
test does not (web_connectivity). A day counts as blocked where blocking was confirmed or nearly all measurements are anomalous.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

from parsers import tables
from parsers.tables import Entry
from records import Page, Record, Row, Source

TESTS = {"telegram": "Telegram", "whatsapp": "WhatsApp", "signal": "Signal", "facebook_messenger": "Messenger"}
ENOUGH = 20  # measurements of a day below which it says nothing
MOSTLY, HARDLY = 0.8, 0.2  # share of anomalies from which an app counts as blocked, up to which as reachable


def read(page: Page, source: Source) -> list[Record]:
    """Findings if the page lists incidents, else days of an aggregation. Raises what parsers.tables.entries raises."""
    if "/incidents/" in page.url or b'"incidents"' in page.body[:2_000]:
        return [row for entry in tables.entries(page, source, "incidents") for row in _finding(entry)]
    asked = {name: values[0] for name, values in parse_qs(urlsplit(page.requested_url).query).items()}
    return _turns([_day(entry, asked) for entry in tables.entries(page, source, "result")])


def _finding(entry: Entry) -> list[Row]:
    """What was seen at its start, and at its end if it has one."""
    said = entry.value
    platforms = tuple(
        dict.fromkeys(
            [TESTS[t] for t in _list(said, "test_names") if t in TESTS] + [_site(d) for d in _list(said, "domains")]
        )
    )
    began, ended = str(said.get("start_time") or "")[:10], str(said.get("end_time") or "")[:10]
    refused = "" if platforms and _list(said, "CCs") else "names no app" if not platforms else "names no country"
    if not refused and said.get("published") is False:
        refused = "not published"
    begun = Row(
        key=str(said.get("id") or entry.start), quote=entry.quote[:2_000], start=entry.start, end=entry.start + len(entry.quote[:2_000]),
        jurisdictions=_list(said, "CCs"), platforms=platforms, began=began, measured="blocked",
        url=f"https://explorer.ooni.org/findings/{said['id']}" if said.get("id") else "", refused=refused or ("" if began else "no start"),
    )  # fmt: skip
    over = ended and not begun.refused
    return [begun, replace(begun, key=begun.key + "|end", began=ended, measured="reachable")] if over else [begun]


def _list(said: dict[str, Any], name: str) -> tuple[str, ...]:
    value = said.get(name)
    return tuple(str(part) for part in value if part) if isinstance(value, list) else ()


def _site(domain: str) -> str:
    """ "www.twitter.com" -> "twitter"; whether that is a platform is the store's to say."""
    parts = domain.removeprefix("www.").split(".")
    return parts[-2] if len(parts) > 1 else domain


def _day(entry: Entry, asked: dict[str, str]) -> Row:
    def told(name: str) -> str:
        """As the row says, else as was asked for."""
        return str(entry.value.get(name) or asked.get(name, ""))

    where, test, domain = told("probe_cc"), told("test_name"), told("domain")
    app = TESTS.get(test) or (_site(domain) if domain and "," not in domain else "")
    day = str(entry.value.get("measurement_start_day") or "")[:10]
    state, why = _state(entry.value)
    missing = (
        ("" if app else f"test {test!r} names no app"),
        ("" if where else "names no country"),
        ("" if day else "no day"),
    )
    return Row(
        key="|".join((f"{test}:{domain}" if domain else test, where, day)), quote=entry.quote, start=entry.start, end=entry.end, jurisdictions=(where,),
        platforms=(app or test,), began=day, measured=state, refused=why or next(filter(None, missing), ""), partial=True,
    )  # fmt: skip


def _turns(days: list[Row]) -> list[Record]:
    """Only days on which a state begins; an app that was never blocked has no state beside a ban."""
    before: dict[tuple[str, ...], str] = {}
    found: list[Record] = []
    for row in sorted(days, key=lambda row: (row.platforms, row.jurisdictions, row.began)):
        place = (*row.platforms, *row.jurisdictions)
        if not row.refused and before.get(place) == row.measured:
            row = replace(row, refused="as on the day before")
        elif not row.refused and place not in before and row.measured != "blocked":
            row = replace(row, refused="not blocked before: no state beside a ban")
        elif not row.refused:
            before[place] = row.measured
        found.append(row)
    return found


def _state(said: dict[str, Any]) -> tuple[str, str]:
    """(state, "") of a day, or ("", why it says nothing)."""
    count = int(said.get("measurement_count") or 0) - int(said.get("failure_count") or 0)
    if count < ENOUGH:
        return "", f"{count} measurements, fewer than {ENOUGH}"
    share = (int(said.get("anomaly_count") or 0) + int(said.get("confirmed_count") or 0)) / count
    if int(said.get("confirmed_count") or 0) * 2 > count or share >= MOSTLY:
        return "blocked", ""
    return ("reachable" if share <= HARDLY else "intermittent"), ""
