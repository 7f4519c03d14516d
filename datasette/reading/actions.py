"""A government action or a platform's answer: everything the tracker knows of it, with its proof."""

from __future__ import annotations

from typing import Any

from reading.cite import citation
from reading.developments import of_action
from reading.life import strip
from reading.look import Look, Shown
from reading.rows import Missing, Moved, Row
from reading.words import label

from feeds import things

CLAIM = """
select c.id, c.kind, c.standing, c.quote, c.start, c."end", c.url, c.tier, c.confidence, c.happened_on, c.precision, c.date_role, c.date_basis,
       c.ambiguous, c.seen_at, c.page, c.article, c.source, c.development, c.occurred, c.authority, c.basis, c.note, c.cites, coalesce(a.language, s.language, '') as language,
       coalesce(nullif(a.outlet, ''), s.publisher, '') as outlet, a.published, coalesce(p.last_seen, c.seen_at) as fetched_at, p.sha256
from claim c left join article a on a.id = c.article left join page p on p.id = c.page left join source s on s.id = c.source
where """
CLAIMS = f"""{CLAIM} c.action = ? order by c.tier = 'official' desc, c.tier = 'court' desc, c.seen_at, c.id limit 200"""
LINKS = """
select l.relation, l.basis, l.evidence, l.days, d.id, d.title, d.happened_on, d.change, d.action, d.document, d.side, d.kind, 'to us' as way
from link l join development d on d.id = l.subject where l.object = ? and coalesce(d.action, '') != l.object
union all
select l.relation, l.basis, l.evidence, l.days, '', a.title, coalesce(nullif(a.announced_on, ''), a.effective_on), null, a.id, null, a.side, a.kind, 'from us'
from link l join development d on d.id = l.subject join action a on a.id = l.object where d.action = ? and l.object != d.action
order by 4, 7 limit 100"""


def action(look: Look, ident: str) -> Shown:
    """Raises Moved for an id that another action took over, Missing for one that none ever had."""
    found = look.row("select * from action where id = ?", ident.lower())
    if not found:
        raise _elsewhere(look, ident)
    claims = look.rows(CLAIMS, found["id"])
    found["authority_name"] = look.names.authorities.get(
        found["authority_id"], ""
    )  # in English; what was written stays in the quotes
    data: dict[str, Any] = {
        "action": found,
        "life": of_action(look, found["id"]),
        "claims": claims,
        "periods": look.rows("select since, until, state, basis from period where action = ? order by since", found["id"]),
        "conflicts": look.rows("select * from conflict where action = ? order by field, value", found["id"]),
        "links": look.rows(LINKS, found["id"], found["id"]),
        "case": look.rows('select id, title, kind, status, announced_on, effective_on from action where "case" = ? and id != ?'
                          " order by announced_on, id limit 50", found["case"], found["id"]),
    }  # fmt: skip
    path = f"/action/{found['id']}"
    place = found["jurisdiction"]
    crumbs = ((f"/jurisdiction/{place}", look.names.place(place)),) if place else ()
    feed = {"jurisdiction": place} if place else {}
    cite = citation(found["id"], found["title"], look.site + path, look.today, found["updated_at"], best(claims))
    about = f"{found['title']}: {label(found['status'], 'status')} as of {found['as_of']}."
    return Shown("action.html", found["title"], path, data, about, crumbs, feed, cite, own=f"action/{found['id']}",
                 extra={"strip": strip(data["life"], data["periods"], look.today)})  # fmt: skip


def best(claims: list[Row]) -> Row | None:
    """The claim whose archived page proves the thing; without one, the first that names an address."""
    return next((claim for claim in claims if claim.get("sha256")), None) or next(
        (c for c in claims if c.get("url")), None
    )


def _elsewhere(look: Look, ident: str) -> Exception:
    now = look.value("select action from alias where id = ?", ident.lower())
    if now and now != ident.lower() and look.value("select 1 from action where id = ?", now):
        return Moved(f"/action/{now}")
    return Missing(
        "action", ident, [(f"/action/{near}", title) for near, title in things.near(look.db, "action", ident)]
    )
