"""An app: where it is restricted and since when, what happened to it, what its policies say and how they changed. And the list of all."""

from __future__ import annotations

from typing import Any

from reading import in_force
from reading.cite import citation
from reading.developments import newest_evidence
from reading.look import Look, Shown
from reading.timeline import page_of
from reading.worldmap import world_map

LATEST = 25
UPDATES = """
select c.id, c.seen_at, c.effective_on, c.class, c.summary, c.topics, c.direction, d.document_type, d.id as document
from document d join change c on c.document = d.id
where d.platform = ? and c.class = 'substantive' and not c.ours order by c.seen_at desc limit 20"""
DOCUMENTS = "select id, document_type, part, url, first_seen, last_seen, state, versions from document where platform = ? order by document_type, part limit 100"


def platform(look: Look, ident: str) -> Shown:
    """Found by id, name or alias. Raises Missing with the nearest names."""
    name = look.names.platform(ident)
    path = f"/platform/{look.names.platform_id(name)}"
    found = in_force.cells(look, platform=name)
    developments = page_of(look, {"platform": name}, "")
    data: dict[str, Any] = {
        "platform": look.row("select * from platform where name = ?", name) or {"name": name, "id": look.names.platform_id(name)},
        "in_force": found,
        "developments": developments[:LATEST],
        "more": len(developments) > LATEST,
        "updates": look.rows(UPDATES, name),
        "documents": look.rows(DOCUMENTS, name),
    }  # fmt: skip
    places = len({c["place"] for c in found})
    about = f"{name}: restricted in {places} place{'s' if places != 1 else ''} today; every measure with its date, authority, quote and source."
    cite = citation(
        f"platform-{look.names.platform_id(name)}",
        f"{name}: restrictions and policy changes",
        look.site + path,
        look.today,
        "",
        newest_evidence(look, developments[:LATEST]),
    )
    return Shown(
        "platform.html",
        name,
        path,
        data,
        about,
        (("/platform", "Apps"),),
        {"platform": look.names.platform_id(name)},
        cite,
        {"map": world_map(look, found), "map_of": name},
    )


def platforms(look: Look) -> Shown:
    """All apps that anything is known of."""
    by = in_force.strongest(in_force.cells(look), "platform")
    known = {row["name"]: row for row in look.rows("select name, id, owner, kind from platform")}
    lines = [
        {"name": name, "id": ident, "kind": known.get(name, {}).get("kind", ""), "owner": known.get(name, {}).get("owner", ""),
         "places": len({c["place"] for c in by.get(name, [])}), "strongest": by[name][0]["kind"] if name in by else ""}
        for name, ident in look.names.platforms.items()
    ]  # fmt: skip
    data = {"platforms": sorted(lines, key=lambda line: (-line["places"], line["name"].casefold()))}
    return Shown(
        "platforms.html",
        "Apps",
        "/platform",
        data,
        "Every app the tracker knows, and in how many places it is restricted today.",
    )
