"""Articles and rows of datasets -> rows, and the claims they tell. What claims come to is computed by settling."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from records import Article, Claim, Row
from store.claim import claim_columns, save_claim, standing
from store.database import add, index, key, many, unsettled
from store.places import mark_claim
from store.rows import judged
from store.sightings import Origin
from store.voices import sketch


def save_article(db: sqlite3.Connection, origin: Origin, article: Article, said: Sequence[Claim]) -> None:
    """An article and the claims ``said`` in it; the same text once more is no second article."""
    s, source = origin.sighting, origin.source
    name = key("article", source.id, article.url, article.title, article.text)
    row = db.execute("select first_seen, page from article where id = ?", (name,)).fetchone()
    if row:
        _again(db, name, origin, (s.fetched_at, origin.page) < tuple(row))
        return
    add(db, "article", {
        "id": name, "page": origin.page, "source": source.id, "url": article.url, "title": article.title,
        "text": article.text, "language": article.language or source.language, "published": article.published,
        "guid": article.guid, "outlet": article.outlet or source.publisher, "authors": many(article.authors), "tier": source.tier,
        "first_seen": s.fetched_at, "last_seen": s.fetched_at, "current": 1, "voice": key("voice", _words(article.text)),
    })  # fmt: skip
    index(db, "article", name, article.title, article.text, article.language)
    unsettled(db, "article", name)
    if said:
        sketch(db, name, article.text)
    for claim in said:
        _save_claim(db, _name(name, claim), origin, claim, name, article.url)


def _again(db: sqlite3.Connection, article: str, origin: Origin, earlier: bool) -> None:
    """The same text once more; ``earlier``: by a page older than the one it was first taken from."""
    at = origin.sighting.fetched_at
    db.execute("update article set last_seen = max(last_seen, ?) where id = ?", (at, article))
    unsettled(db, "article", article)
    if not earlier:
        return
    db.execute("update article set first_seen = ?, page = ? where id = ?", (at, origin.page, article))
    db.execute(
        "update claim set seen_at = ?, page = ?, baseline = ? where article = ?",
        (at, origin.page, int(origin.baseline), article),
    )
    for row in db.execute("select * from claim where article = ?", (article,)).fetchall():
        mark_claim(db, row)


def save_told(db: sqlite3.Connection, origin: Origin, claim: Claim) -> None:
    """A claim that a page makes outside any article."""
    _save_claim(db, _name(origin.page, claim), origin, claim, None, origin.sighting.url)


def save_row(db: sqlite3.Connection, origin: Origin, row: Row) -> None:
    """A row of a dataset and its claims; the same row in a later file is the same claims."""
    found, ids, source = judged(row), [], origin.source
    for claim in found.claims:
        days = [when.value for when in claim.dates]
        made_of = (row.key, claim.action, claim.de_facto, *claim.platforms, claim.jurisdiction, *days)
        ids.append(key("claim", "row", source.id, *made_of))
        _save_claim(db, ids[-1], origin, claim, None, row.url or origin.sighting.url)
    add(db, "dataset_row", {
        "id": key("row", origin.page, row.key, row.start), "source": source.id, "page": origin.page, "key": row.key,
        "state": "refused" if found.refused else "taken", "why": found.refused, "notes": many(found.notes), "start": row.start,
        "end": row.end, "claims": many(ids), "partial": int(row.partial),
    })  # fmt: skip
    unsettled(db, "dataset", source.id)


def _name(told_by: str, claim: Claim) -> str:
    """Id of a claim that an article or a page tells."""
    return key("claim", told_by, claim.action, *sorted(claim.platforms), claim.jurisdiction, claim.start, claim.end)


def _save_claim(db: sqlite3.Connection, name: str, origin: Origin, claim: Claim, article: str | None, url: str) -> None:
    rank = standing(claim)
    save_claim(db, {
        "id": name, "article": article, "page": origin.page, "source": origin.source.id, "url": url, **claim_columns(claim),
        "start": claim.start, "end": claim.end, "tier": origin.source.tier, "seen_at": origin.sighting.fetched_at,
        "baseline": int(origin.baseline), "measure": "", "rank": rank, "standing": rank,
    })  # fmt: skip


def _words(text: str) -> str:
    return " ".join(text.casefold().split())
