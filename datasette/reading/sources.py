"""What is watched and how it fares: one source, and all of them for maintainers."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from reading.look import Look, Shown
from reading.rows import Missing

ORDER = ("failing", "degraded", "blocked", "deferred", "skipped", "waiting", "ok", "by hand", "retired")
DAYS = 30
SIGHTINGS = "select fetched_at, status, outcome, cause, message, url, page, yielded, read_error from sighting where source = ? order by fetched_at desc limit 40"
BY_DAY = """
select substr(fetched_at, 1, 10) as day, count(*) as fetches, sum(page is null and outcome not in ('not_modified', 'unchanged')) as without
from sighting where source = ? and fetched_at >= ? group by 1"""


def source(look: Look, ident: str) -> Shown:
    found = look.row("select * from source_health where source = ?", ident)
    if not found:
        near = look.rows("select id, name from source order by id")
        raise Missing("source", ident, look.names.near(ident, {n["id"]: f"/source/{n['id']}" for n in near}))
    last = max(found["last_try"] or "", found["last_success"] or "")[:10] or look.today
    data: dict[str, Any] = {
        "source": found,
        "notes": look.value("select notes from source where id = ?", ident) or "",
        "issues": look.rows("select * from issue where source = ? order by state = 'open' desc, last_seen desc limit 60", ident),
        "sightings": look.rows(SIGHTINGS, ident),
        "days": days(look, ident, last),
        "documents": look.rows("select id, platform, document_type, part, state, versions from document where source = ? order by platform, id limit 100", ident),
        "articles": look.rows("select id, page, title, language, first_seen from article where source = ? order by first_seen desc limit 20", ident),
    }  # fmt: skip
    about = f"{found['name']}: how it fares, its issues and its last fetches."
    return Shown(
        "source.html",
        found["name"] or ident,
        f"/source/{ident}",
        data,
        about,
        (("/maintainers", "Sources"),),
        own=f"source/{ident}",
    )


def days(look: Look, ident: str, last: str) -> list[dict[str, Any]]:
    """The 30 days up to ``last``: {day, fetches, without (a page)}."""
    end = date.fromisoformat(last)
    wanted = [(end - timedelta(days=n)).isoformat() for n in range(DAYS - 1, -1, -1)]
    found = {row["day"]: row for row in look.rows(BY_DAY, ident, wanted[0])}
    return [found.get(day, {"day": day, "fetches": 0, "without": 0}) for day in wanted]


def maintainers(look: Look) -> Shown:
    """All sources, the worst first, and the open issues."""
    found = look.rows("select * from source_health")
    found.sort(key=lambda s: (ORDER.index(s["state"]) if s["state"] in ORDER else len(ORDER), s["source"]))
    counts = {state: sum((s["state"] or "waiting") == state for s in found) for state in ORDER}
    data = {
        "sources": found, "counts": {state: number for state, number in counts.items() if number},
        "issues": look.rows("select * from issue where state = 'open' order by last_seen desc, id limit 200"),
        "closed": look.rows("select * from issue where state != 'open' order by closed_at desc, id limit 30"),
        "review": look.rows("select id, quote, note, source, confidence, kind, standing, page, url from claim where standing in ('review', 'rumour') order by seen_at desc limit 30"),
        "sqlite": look.value("select sqlite_version()"),
    }  # fmt: skip
    return Shown("maintainers.html", "Sources and their health", "/maintainers", data, "Which sources are well, which broke, and what waits for a person.", own="maintainers",
                 extra={"sources_named": {s["source"]: s["name"] for s in found}})  # fmt: skip
