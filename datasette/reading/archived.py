"""A page as it was fetched, shown as harmless text with its hash and instants; what was read from it is marked. tracker.db holds no HTML."""

from __future__ import annotations

import itertools
from typing import Any

from reading.actions import CLAIM
from reading.cite import citation
from reading.look import Look, Shown
from reading.rows import Missing, Moved, Row
from reading.words import label

CLAIMS = 'select id, quote, start, "end", kind, action, standing, article from claim where page = ? order by start, id limit 300'
VERSIONS = """
select distinct v.id, v.title, v.language, v.text, v.first_seen, d.platform, d.document_type, d.id as document
from capture c join version v on v.id = c.version join document d on d.id = v.document where c.page = ? limit 5"""
SIGHTINGS = "select fetched_at, status, outcome, cause, message, requested_url, url from sighting where page = ? order by seq desc limit 20"


def page(look: Look, ident: str) -> Shown:
    found = look.row("select * from page where id = ?", ident)
    if not found:
        raise Missing("page", ident)
    claims = look.rows(CLAIMS, ident)
    articles = look.rows(
        "select id, title, language, text, published, outlet, current, first_seen from article where page = ? order by current desc, first_seen limit 20",
        ident,
    )
    versions = look.rows(VERSIONS, ident)
    data: dict[str, Any] = {
        "archived": found, "articles": articles, "versions": versions, "claims": claims, "sightings": look.rows(SIGHTINGS, ident),
    }  # fmt: skip
    named = (
        (articles and articles[0]["title"])
        or (versions and f"{versions[0]['platform']}: {versions[0]['document_type']}")
        or found["url"]
    )
    path = f"/page/{ident}"
    source = look.value("select name from source where id = ?", found["source"]) or found["source"]
    extra = {
        "source_name": source,
        "parts": {a["id"]: marked(a["text"], [c for c in claims if c["article"] == a["id"]]) for a in articles},
    }
    cite = citation(ident, f"{named} (archived page)", look.site + path, look.today, found["last_seen"],
                    {"url": found["url"], "fetched_at": found["last_seen"], "sha256": found["sha256"]})  # fmt: skip
    crumbs = (("/maintainers", "Sources"), (f"/source/{found['source']}", source))
    return Shown(
        "page.html",
        named,
        path,
        data,
        f"The text of {found['url']} as fetched {found['last_seen']}.",
        crumbs,
        {},
        cite,
        extra,
        own=f"document/{versions[0]['document']}" if versions else "",
    )


def marked(text: str, claims: list[Row]) -> list[dict[str, Any]]:
    """The text in pieces: {text, claims that quote it, ids of the claims that begin here}."""
    spans = [c for c in claims if c["start"] is not None and 0 <= c["start"] < c["end"] <= len(text)]
    edges = sorted({0, len(text), *(c["start"] for c in spans), *(c["end"] for c in spans)})
    return [
        {"text": text[a:b], "claims": [c for c in spans if c["start"] <= a and b <= c["end"]], "begin": [c["id"] for c in spans if c["start"] == a]}
        for a, b in itertools.pairwise(edges)
    ]  # fmt: skip


def claim(look: Look, ident: str) -> Shown:
    """A claim stands on the page of its action, or, where it has none, of its change, or on its archived page; one that counts for
    nothing and was read on no page, by itself."""
    found = look.row(
        "select c.action, c.page, d.change from claim c left join development d on d.id = c.development where c.id = ?",
        ident,
    )
    if not found:
        raise Missing("claim", ident)
    where = (
        f"/action/{found['action']}#claim-{ident}"
        if found["action"]
        else f"/update/{found['change']}"
        if found["change"]
        else ""
    )
    if where or found["page"]:
        raise Moved(where or f"/page/{found['page']}#quote-{ident}")
    one = look.row(f"{CLAIM} c.id = ?", ident)
    return Shown("claim.html", f"A claim: {label(one['kind'])}", f"/claim/{ident}", {"claim": one}, "What one source says, and why it counts for nothing here.",
                 (("/maintainers", "Sources"),))  # fmt: skip


def article(look: Look, ident: str) -> Shown:
    """An article stands on its archived page."""
    found = look.value("select page from article where id = ?", ident)
    if not found:
        raise Missing("article", ident)
    raise Moved(f"/page/{found}")
