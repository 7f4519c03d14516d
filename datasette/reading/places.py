"""A jurisdiction: what it restricts today, what it did, who acts there. And the list of all."""

from __future__ import annotations

from typing import Any

from reading import in_force
from reading.cite import citation
from reading.developments import newest_evidence
from reading.look import Look, Shown
from reading.timeline import page_of

LATEST = 25
AUTHORITIES = """
select id, name, kind, abbreviation, (select count(*) from action a where a.authority_id = authority.id) as actions
from authority where jurisdiction = ? order by actions desc, name limit 60"""
KINDS = "select kind, count(*) as actions from action where jurisdiction = ? and side = 'government' group by kind order by 2 desc, 1"


def jurisdiction(look: Look, ident: str) -> Shown:
    """Found by code or English name. Raises Missing with the nearest names."""
    code = look.names.code(ident)
    name, path = look.names.place(code), f"/jurisdiction/{code}"
    found = in_force.cells(look, jurisdiction=code)
    developments = page_of(look, {"jurisdiction": code}, "")
    data: dict[str, Any] = {
        "jurisdiction": look.row("select * from jurisdiction where code = ?", code) or {"code": code, "name": name, "part_of": "", "kind": ""},
        "in_force": found,
        "developments": developments[:LATEST],
        "more": len(developments) > LATEST,
        "authorities": look.rows(AUTHORITIES, code),
        "kinds": look.rows(KINDS, code),
        "parts": look.rows("select code, name from jurisdiction where part_of = ? and exists (select 1 from restriction r where r.jurisdiction = code) order by name", code),
    }  # fmt: skip
    apps = len({c["platform"] for c in found})
    about = f"{name}: {apps} app{'s' if apps != 1 else ''} restricted today; every measure with its date, authority, quote and source."
    cite = citation(
        f"jurisdiction-{code}",
        f"{name}: restrictions of apps",
        look.site + path,
        look.today,
        "",
        newest_evidence(look, developments[:LATEST]),
    )
    above = data["jurisdiction"]["part_of"]
    crumbs = (("/jurisdiction", "Places"), *([(f"/jurisdiction/{above}", look.names.place(above))] if above else []))
    return Shown("jurisdiction.html", name, path, data, about, crumbs, {"jurisdiction": code}, cite)


def jurisdictions(look: Look) -> Shown:
    """All places that anything is told of."""
    by = in_force.strongest(in_force.cells(look), "place")
    lines = [
        {"code": code, "name": name, "apps": len({c["platform"] for c in by.get(code, [])}), "strongest": by[code][0]["kind"] if code in by else ""}
        for code, name in look.names.used_places().items() if code
    ]  # fmt: skip
    data = {"jurisdictions": sorted(lines, key=lambda line: (-line["apps"], line["name"]))}
    return Shown(
        "jurisdictions.html", "Places", "/jurisdiction", data, "Every place that restricts, or restricted, an app."
    )


def authority(look: Look, ident: str) -> Shown:
    """A court, regulator or other body: what it did."""
    found = look.row("select * from authority where id = ?", ident)
    if not found:
        raise look.names.no_authority(ident)
    actions = look.rows(
        "select id, title, kind, status, announced_on, effective_on, platforms from action where authority_id = ?"
        " order by max(announced_on, effective_on) desc, id limit 200", ident)  # fmt: skip
    data = {"authority": found, "actions": actions}
    path, place = f"/authority/{ident}", found["jurisdiction"]
    crumbs = ((f"/jurisdiction/{place}", look.names.place(place)),) if place else ()
    cite = citation(
        f"authority-{ident}",
        f"{found['name']}: actions against apps",
        look.site + path,
        look.today,
        "",
        newest_evidence(look, actions[:LATEST]),
    )
    return Shown(
        "authority.html",
        found["name"],
        path,
        data,
        f"What {found['name']} did about apps.",
        crumbs,
        {"authority": ident},
        cite,
    )
