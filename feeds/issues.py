"""Issues -> items for maintainers: one when an issue opens, one when it is mended. Never one because a crawl ran, and none for a
fault that passes by itself before it was told (store/troubles.py)."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from html import escape
from typing import Any

from feeds.addresses import Site
from feeds.item import Category, Item, instant
from feeds.text import causes, line, link, plain, web

TITLE = "sources that need a maintainer"
DESCRIPTION = "Sources that broke and sources that were mended. Faults that pass by themselves are told from the third try in a row on."
ISSUES = """select i.*, h.name, h.url as source_url, 'open' as told, i.told_at as at
  from issues i left join source_health h on h.source = i.source where i.told_at != '' {0}
union all
select i.*, h.name, h.url as source_url, 'mended' as told, i.closed_at as at
  from issues i left join source_health h on h.source = i.source where i.state = 'closed' and i.told_at != '' {0}
order by at desc, id, told limit :most"""


def items(db: sqlite3.Connection, site: Site, most: int, source: str = "") -> list[Item]:
    """The newest changes of state, newest first; of one source, or ("") of all."""
    sql = ISSUES.format("and i.source = :source" if source else "")
    cursor = db.execute(sql, {"most": most, "source": source})
    names = [column[0] for column in cursor.description]
    return [_item(site, dict(zip(names, values, strict=True))) for values in cursor]


def _item(site: Site, row: Mapping[str, Any]) -> Item:
    name, cause = line(row["name"]) or line(row["source"]), line(row["cause"])
    word = "Mended" if row["told"] == "mended" else "Broken again" if row["opened_at"] > row["first_seen"] else "Broken"
    known = causes().get(cause, {})
    reads, todo = known.get("label", cause), known.get("do", "") if row["told"] == "open" else ""
    said = f"{name} ({line(row['source'])}): {reads}" + (
        " mended" if row["told"] == "mended" else f". {line(row['message'])}"
    )
    at, address = instant(row["at"]), web(row["subject"])
    page = site.page("source", line(row["source"])) or site.base
    return Item(
        id=site.id("issue", line(row["id"]), row["told"], at.strftime("%Y%m%dT%H%M%SZ")),
        title=f"{word}: {name}: {reads}",
        url=page,
        summary=said,
        html="\n".join(
            f"<p>{part}</p>"
            for part in (escape(said), escape(todo), escape(plain(row["subject"])), link(page, "This source"))
            if part
        ),
        published=at,
        updated=at,
        categories=tuple(
            Category(site.scheme(s), t, t)
            for s, t in (("source", line(row["source"])), ("cause", cause), ("state", row["told"]))
            if t
        ),
        source=address,
        source_title=name,
    )
