"""Groups of claims -> rows of action, development, conflict, link. Writes what resolve.py found; guesses nothing.

What a row shows where claims differ is the value of the best tier, then of most independent voices, then the one seen
first; the others stand in ``conflict``.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from records import TIERS
from store.database import index, key, many, put, unindex
from store.documents import drop_development, save_development
from store.resolve import Group, Told, cases, groups, kinds, told

CLAIMS = """
select c.*, coalesce(nullif(substr(a.published, 1, 10), ''), substr(c.seen_at, 1, 10)) as known, a.voice as voice
from claim c left join article a on a.id = c.article
where c.side = ? and c.jurisdiction = ? and c.standing = 'published' order by c.id"""
FUTURE = {"deadline", "scheduled_expiry"}
STAGE = {
    "effective": "in_force", "observed": "in_force", "lifted": "ended", "deadline": "deadline",
    "scheduled_expiry": "expiry",
}  # fmt: skip
COMPARED = ("happened_on", "authority_id", "amount", "scopes")
LINK_DAYS = 60


def settle_place(db: sqlite3.Connection, side: str, jurisdiction: str) -> None:
    """Compute every action and development of one side in one jurisdiction anew from its claims."""
    _forget(db, side, jurisdiction)
    claims = [told(row) for row in db.execute(CLAIMS, (side, jurisdiction))]
    if side == "platform":
        claims = _attach(db, claims)
    found = groups(claims)
    heads = cases(found)
    ids = [action_id(group) for group in found]
    for group, head, action in zip(found, heads, ids, strict=True):
        _save_action(db, group, action, ids[head], side, jurisdiction)


def _forget(db: sqlite3.Connection, side: str, jurisdiction: str) -> None:
    old = [r[0] for r in db.execute("select id from action where side = ? and jurisdiction = ?", (side, jurisdiction))]
    db.execute(
        "update claim set action = null, development = null where side = ? and jurisdiction = ?", (side, jurisdiction)
    )
    for action in old:
        for (development,) in db.execute("select id from development where action = ?", (action,)).fetchall():
            drop_development(db, development)
        for table in ("alias", "conflict", "action_platform"):
            db.execute(f"delete from {table} where action = ?", (action,))
        db.execute("delete from action where id = ?", (action,))
        unindex(db, "action", action)


# one action -----------------------------------------------------------------------------------------------------------
def action_id(group: Group) -> str:
    """Of the register's measure if one names it, else of the claim that was seen first: no date, no title."""
    measures = sorted({c.measure for c in group.claims if c.measure})
    if measures:
        return key("action", measures[0], group.claims[0].family)
    return key("action", founder(group.claims).id)


def founder(claims: Iterable[Told]) -> Told:
    """The claim that was seen first."""
    return min(claims, key=lambda c: (c.row["seen_at"], c.id))


def voices(claims: Sequence[Told]) -> int:
    """How many independent tellings there are: copies of one report are one."""
    return len({c.row["voice"] or c.row["source"] for c in claims})


def tier(claims: Iterable[Told]) -> str:
    """The best tier among claims."""
    return min((c.row["tier"] for c in claims), key=TIERS.index)


def ranked(claims: Sequence[Told], value: Callable[[Told], str]) -> list[tuple[str, list[Told]]]:
    """Values that claims state, the one to show first: best tier, most voices, seen first."""
    told_by: dict[str, list[Told]] = defaultdict(list)
    for claim in claims:
        if value(claim):
            told_by[value(claim)].append(claim)
    return sorted(
        told_by.items(),
        key=lambda pair: (TIERS.index(tier(pair[1])), -voices(pair[1]), founder(pair[1]).row["seen_at"], pair[0]),
    )


def shown(claims: Sequence[Told], column: str) -> str:
    """The value of a column that the action's row shows; "" if no claim states one."""
    found = ranked(claims, lambda c: str(c.row[column]))
    return found[0][0] if found else ""


def union(claims: Sequence[Told], column: str) -> str:
    """All members of a list column, the ones told most often first."""
    counts: dict[str, int] = defaultdict(int)
    for claim in claims:
        for member in json.loads(claim.row[column]):
            counts[member] += 1
    return many(sorted(counts, key=lambda m: (-counts[m], m)))


def _save_action(db: sqlite3.Connection, group: Group, action: str, case: str, side: str, jurisdiction: str) -> None:
    kind = shown(group.claims, "kind")
    dates = _dates(group)
    status, as_of = _status(group, kind, dates)
    row = {
        "id": action, "side": side, "case": key("case", case), "kind": kind, "jurisdiction": jurisdiction,
        "area": shown(group.claims, "area"), "authority": shown(group.claims, "authority"),
        "authority_id": shown(group.claims, "authority_id"), "platforms": union(group.claims, "platforms"),
        "scopes": union(group.claims, "scopes"), "exceptions": shown(group.claims, "exceptions"),
        "personal_devices": shown(group.claims, "personal_devices"), "person": shown(group.claims, "person"),
        "status": status, "as_of": as_of, "de_facto": "unknown", "de_facto_evidence": "",
        "binding": shown(group.claims, "binding"), "announced_on": dates["announced"], "effective_on": dates["in_force"],
        "lifted_on": dates["ended"], "in_force_from": _from(kind, dates), "in_force_until": dates["ended"],
        "reason": union(group.claims, "reasons"), "legal_basis": shown(group.claims, "legal_basis"),
        "amount": shown(group.claims, "amount"), "currency": shown(group.claims, "currency"), "tier": tier(group.all),
        "voices": voices(group.claims), "confirmed": int(_confirmed(group.claims)), "claims": len(group.all),
        "title": "", "first_seen": founder(group.all).row["seen_at"], "updated_at": max(c.row["seen_at"] for c in group.all),
        "curated": int(any(c.measure for c in group.claims)),
    }  # fmt: skip
    row["title"] = _title(db, row, kind)
    put(db, "action", row)
    for platform in json.loads(row["platforms"]):
        put(db, "action_platform", {"platform": platform, "action": action})
    for claim in group.all:
        put(db, "alias", {"id": key("action", claim.id), "action": action})
    _save_developments(db, group, row)
    _save_conflicts(db, group, action)
    index(
        db,
        "action",
        action,
        row["title"],
        " ".join([row["authority"], row["scopes"], row["reason"], *(c.row["quote"] for c in group.all[:20])]),
    )


def _confirmed(claims: Sequence[Told]) -> bool:
    """One official or court source, or two independent others."""
    return tier(claims) in {"official", "court"} or voices(claims) >= 2


def _stage(claim: Told) -> str:
    if claim.is_end:
        return "ended"
    return STAGE.get(claim.role, "announced")


def _dates(group: Group) -> dict[str, str]:
    """Day shown for each stage; "" where none is stated."""
    found = {}
    for stage in ("announced", "in_force"):
        found[stage] = shown([c for c in group.claims if _stage(c) == stage], "happened_on")
    over = [c for c in group.ends if kinds()[c.kind].get("becomes") not in {"", "not_enforced", "partly_lifted"}]
    found["ended"] = shown(over, "happened_on")
    return found


def _from(kind: str, dates: dict[str, str]) -> str:
    """Day from which a measure counts as in force: its effect, else its announcement; "" for what is no measure."""
    return (dates["in_force"] or dates["announced"]) if kinds()[kind].get("life") == "measure" else ""


def _status(group: Group, kind: str, dates: dict[str, str]) -> tuple[str, str]:
    """(status, day of the newest evidence): computed, never written by hand."""
    as_of = max(c.row["seen_at"] for c in group.all)[:10]
    ended = max(
        (c for c in group.ends if kinds()[c.kind].get("becomes")), key=lambda c: (c.low or c.known, c.id), default=None
    )
    if ended:
        return str(kinds()[ended.kind]["becomes"]), as_of
    life = kinds()[kind].get("life")
    if life == "case":
        return "opened", as_of
    if life == "act":
        return "decided", as_of
    if dates["in_force"] and dates["in_force"] <= as_of:
        return "in_force", as_of
    ordered = any(c.role in {"ordered", "decided", "signed"} for c in group.claims)
    return ("ordered" if ordered else "announced" if dates["announced"] else "unknown"), as_of


def _title(db: sqlite3.Connection, row: dict[str, Any], kind: str) -> str:
    head = place_name(db, row["jurisdiction"])
    text = str(kinds()[kind]["title"]).format(platforms=listed(json.loads(row["platforms"])))
    return f"{head}: {text}" if head else text[:1].upper() + text[1:]


def place_name(db: sqlite3.Connection, code: str) -> str:
    found = db.execute("select name from jurisdiction where code = ?", (code,)).fetchone()
    return str(found[0]) if found else code


def listed(names: Sequence[str], most: int = 3) -> str:
    """ "A, B and 4 more"."""
    if len(names) > most:
        return ", ".join(names[: most - 1]) + f" and {len(names) - most + 1} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


# developments ---------------------------------------------------------------------------------------------------------
def _save_developments(db: sqlite3.Connection, group: Group, action: dict[str, Any]) -> None:
    by_stage: dict[tuple[str, str], list[Told]] = defaultdict(list)
    for claim in group.all:
        kind = claim.kind if claim.is_end else action["kind"]
        by_stage[(kind, _stage(claim))].append(claim)
    for (kind, stage), claims in sorted(by_stage.items()):
        _save_development(db, action, kind, stage, claims)


def _save_development(
    db: sqlite3.Connection, action: dict[str, Any], kind: str, stage: str, claims: list[Told]
) -> None:
    dated = ranked(claims, lambda c: str(c.row["happened_on"]))
    best = dated[0][1][0].row if dated else founder(claims).row
    first = founder(claims)
    development = key("development", first.id)
    abbreviation = _abbreviation(db, action)
    title = _title(db, action, kind) + STAGE_WORDS.get(stage, "") + (f" ({abbreviation})" if abbreviation else "")
    save_development(db, {
        "id": development, "side": action["side"], "kind": kind, "stage": stage, "action": action["id"], "change": None,
        "document": None, "happened_on": best["happened_on"], "precision": best["precision"], "date_role": best["date_role"],
        "date_basis": best["date_basis"], "title": title, "summary": _summary(db, action, best), "platforms": action["platforms"],
        "jurisdiction": action["jurisdiction"], "authority": action["authority"], "topics": "[]", "url": best["url"],
        "published_at": first.row["seen_at"], "updated_at": max(first.row["seen_at"], best["seen_at"]),
        "baseline": int(first.row["baseline"]),
    })  # fmt: skip
    for claim in claims:
        db.execute("update claim set action = ?, development = ? where id = ?", (action["id"], development, claim.id))


STAGE_WORDS = {
    "announced": " announced",
    "in_force": " in force",
    "deadline": " due",
    "expiry": " to expire",
    "ended": "",
}


def _abbreviation(db: sqlite3.Connection, action: dict[str, Any]) -> str:
    found = db.execute("select abbreviation, name from authority where id = ?", (action["authority_id"],)).fetchone()
    return (str(found[0]) or str(found[1])) if found else ""


def _summary(db: sqlite3.Connection, action: dict[str, Any], best: sqlite3.Row) -> str:
    parts = [action["authority"] or place_name(db, action["jurisdiction"])]
    if best["happened_on"]:
        parts.append(f"{best['date_role'] or 'dated'} {best['happened_on']}")
    for name, label in (("scopes", "scope"), ("reason", "reason")):
        members = json.loads(action[name])
        if members:
            parts.append(f"{label}: " + ", ".join(m.replace("_", " ") for m in members))
    return "; ".join(filter(None, parts)) + "."


def _save_conflicts(db: sqlite3.Connection, group: Group, action: str) -> None:
    by_stage: dict[str, list[Told]] = defaultdict(list)
    for claim in group.all:
        by_stage[_stage(claim)].append(claim)
    for field in COMPARED:
        sets = by_stage.items() if field == "happened_on" else [("", group.claims)]
        for stage, claims in sets:
            _save_conflict(db, action, field, stage, claims)


def _save_conflict(db: sqlite3.Connection, action: str, field: str, stage: str, claims: list[Told]) -> None:
    """Values that exclude each other; a date cut shorter ("2024-09" beside "2024-09-19") agrees."""
    found = [pair for pair in ranked(claims, lambda c: str(c.row[field])) if pair[0] != "[]"]
    if len(found) < 2:
        return
    best, rest = found[0], [p for p in found[1:] if not (p[0].startswith(found[0][0]) or found[0][0].startswith(p[0]))]
    for value, by in rest:
        put(db, "conflict", {
            "id": key("conflict", action, field, stage, value), "action": action, "field": f"{field} ({stage})" if stage else field,
            "shown": best[0], "why": _why(best[1], by), "value": value, "claims": many(sorted(c.id for c in by)), "tier": tier(by),
            "voices": voices(by),
        })  # fmt: skip


def _why(best: list[Told], other: list[Told]) -> str:
    if tier(best) != tier(other):
        return f"tier {tier(best)} before {tier(other)}"
    if voices(best) != voices(other):
        return f"{voices(best)} independent voices before {voices(other)}"
    return "seen first"


# platforms' answers ---------------------------------------------------------------------------------------------------
def _attach(db: sqlite3.Connection, claims: list[Told]) -> list[Told]:
    """Give claims about a document's change to that change, as its evidence; returns the rest.

    A claim fits a change of the same platform if it was made or dated no more than a fortnight outside the time between
    the capture that did not show the change yet and a month after the one that did.
    """
    rest = []
    told_of: dict[str, list[Told]] = defaultdict(list)
    for claim in claims:
        change = _change_of(db, claim)
        if change:
            told_of[change].append(claim)
        else:
            rest.append(claim)
    for change, by in sorted(told_of.items()):
        _evidence(db, change, by)
    return rest


def _change_of(db: sqlite3.Connection, claim: Told) -> str:
    day = claim.low or claim.known
    rows = db.execute(
        "select c.id, c.kind, c.seen_at, c.last_not_seen, d.platform from change c join document d on d.id = c.document"
        " join development v on v.change = c.id where c.class = 'substantive' and not c.ours order by c.id"
    ).fetchall()
    fits = [
        row for row in rows
        if row["platform"] in claim.platforms
        and _day(row["last_not_seen"]) - timedelta(days=14) <= day <= _day(row["seen_at"]) + timedelta(days=31)
    ]  # fmt: skip
    fits.sort(key=lambda r: (r["kind"] != claim.kind, abs((_day(r["seen_at"]) - day).days), r["id"]))
    return str(fits[0]["id"]) if fits and fits[0]["kind"] == claim.kind else ""


def _day(instant: str) -> date:
    return date.fromisoformat(instant[:10])


def _evidence(db: sqlite3.Connection, change: str, claims: list[Told]) -> None:
    """A document that states no date of its own takes the one its evidence states."""
    development = db.execute("select * from development where change = ?", (change,)).fetchone()
    for claim in claims:
        db.execute("update claim set development = ? where id = ?", (development["id"], claim.id))
    seen = db.execute("select seen_at, effective_on from change where id = ?", (change,)).fetchone()
    dated = ranked(claims, lambda c: str(c.row["happened_on"]))
    if seen["effective_on"] or not dated:
        return
    best = dated[0][1][0].row
    db.execute(
        "update development set happened_on = ?, precision = ?, date_role = ?, date_basis = ? where id = ?",
        (best["happened_on"], best["precision"], best["date_role"], best["date_basis"], development["id"]),
    )


def propose_links(db: sqlite3.Connection) -> None:
    """A platform's development within LINK_DAYS after an action against it may answer it: proposed, and marked so."""
    db.execute("delete from link where basis = 'proposed'")
    rows = db.execute(
        "select p.platform, v.id as subject, v.happened_on as answered, a.id as object, d.happened_on as acted"
        " from development v join development_platform p on p.development = v.id"
        " join development_platform q on q.platform = p.platform join development d on d.id = q.development"
        " join action a on a.id = d.action where v.side = 'platform' and v.kind != 'now_tracking' and a.side = 'government'"
        " and v.precision = 'day' and d.precision = 'day'"
        " and julianday(v.happened_on) - julianday(d.happened_on) between 0 and ?",
        (LINK_DAYS,),
    ).fetchall()
    for row in rows:
        days = (date.fromisoformat(row["answered"]) - date.fromisoformat(row["acted"])).days
        put(db, "link", {
            "id": key("link", row["subject"], "responds_to", row["object"]), "subject": row["subject"], "relation": "responds_to",
            "object": row["object"], "basis": "proposed", "evidence": f"same platform, {days} days later", "days": days,
        }, "insert or ignore")  # fmt: skip
