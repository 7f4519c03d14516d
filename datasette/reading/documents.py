"""Policy documents: their versions and classed changes; one change with its differences word by word; one version as text."""

from __future__ import annotations

from typing import Any

from reading.cite import citation
from reading.look import Look, Shown
from reading.rows import Missing, Moved, Row
from reading.words import day

CHANGES = """
select id, old, new, seen_at, last_not_seen, class, reason, topics, direction, kind, effective_on, effective_precision, summary, ours
from change where document = ? and class {} ('substantive', 'editorial') order by seen_at desc, id limit {}"""
VERSIONS = "select id, title, first_seen, last_seen, is_version, page from version where document = ? order by first_seen desc, id limit 60"
EVENTS = "select id, stage, title, summary, happened_on, published_at from development where document = ? and +change is null and kind != 'now_tracking' order by happened_on desc, id"
TOLD_AS = "select change, stage, title from development where document = ? and change is not null"
VARIANTS = """
select v.number, v.first_seen, v.last_seen, v.times, v.current, v.url, t.language, length(t.text) as characters,
       (select c.id from change c where c.document = v.document and c.new = v.current order by c.seen_at desc limit 1) as change
from variant v join version t on t.id = v.current where v.document = ? order by v.last_seen desc, v.number"""
ALL = """
select d.id, d.platform, d.document_type, d.part, d.url, d.state, d.versions, d.variants, d.first_seen, d.last_seen,
       (select max(seen_at) from change c where c.document = d.id and c.class = 'substantive' and not c.ours) as changed
from document d where d.platform > ? or (d.platform = ? and d.id > ?) order by d.platform, d.id limit 201"""
CURRENT = "select p.url, p.last_seen as fetched_at, p.sha256 from version v join page p on p.id = v.page where v.id = ?"
LINKED = """
select l.relation, l.basis, l.evidence, l.days, a.id as action, a.title, a.kind, a.status, coalesce(nullif(a.announced_on, ''), a.effective_on) as happened_on
from development d join link l on l.subject = d.id join action a on a.id = l.object where d.change = ?
order by l.basis = 'stated' desc, l.days, a.id limit 60"""
TOLD = """
select c.id, c.quote, c.url, c.page, c.tier, c.source, c.standing, coalesce(a.language, '') as language, coalesce(nullif(a.outlet, ''), s.publisher, '') as outlet,
       coalesce(p.last_seen, c.seen_at) as fetched_at, p.sha256, c.start, c."end", c.confidence, c.ambiguous, c.basis, c.note, c.cites
from development d join claim c on c.development = d.id left join article a on a.id = c.article left join page p on p.id = c.page left join source s on s.id = c.source
where d.change = ? order by c.seen_at, c.id limit 60"""


def name_of(document: Row) -> str:
    return f"{document['platform']}: {document['document_type']}" + (
        f" ({document['part']})" if document["part"] else ""
    )


def news_of(title: str, document: Row) -> str:
    """A title as it reads on the page of its document: "Telegram: Privacy Policy changed: disclosure widened" -> "Disclosure widened"."""
    said = title.removeprefix(name_of(document)).strip().removeprefix("changed:").strip()
    return said[:1].upper() + said[1:]


def document(look: Look, ident: str) -> Shown:
    found = look.row("select * from document where id = ?", ident)
    if not found:
        raise Missing("document", ident)
    data: dict[str, Any] = {
        "document": found, "changes": look.rows(CHANGES.format("in", 60), ident), "suppressed": look.rows(CHANGES.format("not in", 20), ident), "versions": look.rows(VERSIONS, ident),
        "events": look.rows(EVENTS, ident), "variants": look.rows(VARIANTS, ident), "told": {r["change"]: r for r in look.rows(TOLD_AS, ident)},
        "captures": look.rows("select kind, count(*) as captures, min(fetched_at) as first, max(fetched_at) as last from capture where document = ? group by kind order by 2 desc", ident),
    }  # fmt: skip
    for change in data["changes"]:
        change["title"] = news_of(data["told"].get(change["id"], {}).get("title", ""), found)
    path, title, slug = f"/document/{ident}", name_of(found), look.names.platform_id(found["platform"])
    crumbs = (("/document", "Policies"), (f"/platform/{slug}", found["platform"]))
    cite = citation(ident, title, look.site + path, look.today, found["last_seen"], look.row(CURRENT, found["current"]))
    return Shown(
        "document.html",
        title,
        path,
        data,
        f"{title}: every version seen and what changed between them.",
        crumbs,
        {"platform": slug},
        cite,
        own=f"document/{ident}",
    )


def documents(look: Look) -> Shown:
    platform, _, ident = look.asked("after").partition("~")
    found = look.rows(ALL, platform, platform, ident)
    more = found.pop() if len(found) > 200 else None
    data = {"documents": found, "next": f"/document?after={found[-1]['platform']}~{found[-1]['id']}" if more else ""}
    return Shown(
        "documents.html",
        "Policies",
        "/document",
        data,
        "The policy documents of platforms that are followed, and when they last changed.",
    )


def update(look: Look, ident: str) -> Shown:
    """One change between two versions. Argument ``view``: "side" for side by side."""
    found = look.row("select * from change where id = ?", ident)
    if not found:
        raise Missing("policy update", ident)
    of = look.row("select * from document where id = ?", found["document"]) or {}
    sides = {side: look.row("select v.id, v.first_seen, v.language, v.page, p.sha256, p.url, p.last_seen as fetched_at from version v left join page p on p.id = v.page where v.id = ?",
                            found[side]) for side in ("old", "new") if found[side]}  # fmt: skip
    data: dict[str, Any] = {
        "change": found, "document": of, "old": sides.get("old"), "new": sides.get("new"), "links": look.rows(LINKED, ident), "claims": look.rows(TOLD, ident),
        "earlier": look.row("select id, seen_at, summary from change where document = ? and seen_at < ? and class = 'substantive' order by seen_at desc limit 1", found["document"], found["seen_at"]),
        "later": look.row("select id, seen_at, summary from change where document = ? and seen_at > ? and class = 'substantive' order by seen_at limit 1", found["document"], found["seen_at"]),
    }  # fmt: skip
    title = (
        look.value("select title from development where change = ?", ident)
        or f"{name_of(of)} {'changed' if found['class'] == 'substantive' else 'edited'}"
    )
    path, slug = f"/update/{ident}", look.names.platform_id(of["platform"])
    crumbs = ((f"/platform/{slug}", of["platform"]), (f"/document/{of['id']}", of["document_type"]))
    cite = citation(ident, title, look.site + path, look.today, found["seen_at"], sides.get("new"))
    extra = {"view": "side" if look.asked("view") == "side" else "inline"}
    return Shown("update.html", title, path, data, title, crumbs, {"platform": slug}, cite, extra,
                 own=f"document/{of['id']}")  # fmt: skip


def version(look: Look, ident: str) -> Shown:
    found = look.row("select * from version where id = ?", ident)
    if not found:
        now = look.value("select version from wording where id = ?", ident)
        raise Moved(f"/version/{now}") if now else Missing("version", ident)
    of = look.row("select * from document where id = ?", found["document"]) or {}
    evidence = look.row("select url, sha256, last_seen as fetched_at from page where id = ?", found["page"])
    data = {"version": found, "document": of, "evidence": evidence}
    title = f"{name_of(of)}, as first seen {day(found['first_seen'])}"
    path = f"/version/{ident}"
    crumbs = (
        (f"/platform/{look.names.platform_id(of['platform'])}", of["platform"]),
        (f"/document/{of['id']}", of["document_type"]),
    )
    cite = citation(ident, title, look.site + path, look.today, found["first_seen"], evidence)
    feed, own = {"platform": look.names.platform_id(of["platform"])}, f"document/{of['id']}"
    return Shown("version.html", title, path, data, title, crumbs, feed, cite, own=own)


def blocks_of(found: Row) -> list[dict[str, Any]]:
    """The blocks of a version, cut from its text by their outline; the text as one paragraph each where that does not fit. A heading
    comes with its ``rank`` on the page: 2 for the first and the highest of the text, 3 for those below."""
    made, at = [], 0
    for kind, level, length in found["blocks"] if isinstance(found["blocks"], list) else ():
        made.append({"kind": kind, "level": level, "text": found["text"][at : at + length]})
        at += length + 2
    whole = at == len(found["text"]) + 2
    levels = [block["level"] or 2 for block in made if block["kind"] == "heading"]
    for number, block in enumerate(b for b in made if b["kind"] == "heading"):
        block["rank"] = 2 if not number or levels[number] == min(levels) else 3
    return made if whole else [{"kind": "paragraph", "text": text, "level": 0} for text in found["text"].split("\n\n")]
