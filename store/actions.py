"""Claims of one action -> its rows: action, developments, periods, conflicts, aliases. Writes what resolution found; guesses nothing.

What a row shows where claims differ stands in shown.py, what happened in happenings.py, what is disputed in conflicts.py.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from store.conflicts import save_conflicts
from store.database import index, key, many, put, unindex
from store.developments import drop_development, save_development
from store.happenings import Happening, development_id, happenings, tells_of
from store.kinds import case_of, kinds
from store.life import Dated, Life, de_facto, is_ending, life
from store.shown import alike, founder, kind_shown, rank, shown, shown_day, sum_shown, tier, union, voices

NEWEST = 2000  # claims of one action whose quotes the full-text search holds
STAGE_WORDS = {
    "announced": " announced",
    "decided": " decided",
    "in_force": " in force",
    "deadline": " due",
    "expiry": " to expire",
    "appealed": " under appeal",
}

CLAIMS = """
select c.*, coalesce(nullif(substr(a.published, 1, 10), ''), nullif(c.told_on, ''), substr(c.seen_at, 1, 10)) as known, a.voice as voice
from claim c left join article a on a.id = c.article where c.id in (select value from json_each(?)) order by c.id"""


def save_action(db: sqlite3.Connection, claims: Iterable[str], earlier: Iterable[str], family: str) -> str:
    """Write the action that ``claims`` tell; returns its id. ``earlier``: claims of texts since edited, which keep ids stable."""
    rows = db.execute(CLAIMS, (many(claims),)).fetchall()
    past = db.execute(CLAIMS, (many(earlier),)).fetchall()
    telling = [row for row in rows if not is_ending(row)] or rows
    action = action_id(telling, past, family)
    row, lived = _action(db, action, rows, telling)
    put(db, "action", row)
    db.execute(
        "update claim set action = ?, development = null where id in (select value from json_each(?))",
        (action, many(r["id"] for r in rows)),
    )
    began = (row["announced_on"] or row["effective_on"] or row["first_seen"])[:10]
    lane = {
        "jurisdiction": row["jurisdiction"],
        "family": kinds()[row["kind"]].get("family", row["kind"]),
        "began": (began + "-01-01")[:10],
    }
    for platform in json.loads(row["platforms"]):
        put(db, "action_platform", {"platform": platform, "action": action, **lane})
    _save_aliases(db, action, [*rows, *past], family)
    for since, until, state, basis in lived.periods:
        put(db, "period", {"action": action, "since": since, "until": until, "state": state, "basis": basis})
    happened = happenings(rows, row["kind"], lived)
    _save_developments(db, row, happened, past)
    save_conflicts(db, action, happened, rows, alike(telling, row["kind"]))
    told = " ".join(text for claim in rows[:NEWEST] for text in (claim["quote"], claim["note"]) if text)
    words = " ".join([*json.loads(row["scopes"]), *json.loads(row["reason"])]).replace("_", " ")
    index(db, "action", action, row["title"], "; ".join(filter(None, (told, row["authority"], words))))
    return action


def drop_action(db: sqlite3.Connection, action: str) -> None:
    """Take an action and all that hangs on it out; its claims stay, unresolved."""
    db.execute("update claim set action = null, development = null where action = ?", (action,))
    for (development,) in db.execute("select id from development where action = ?", (action,)).fetchall():
        drop_development(db, development)
    for table in ("alias", "conflict", "action_platform", "period"):
        db.execute(f"delete from {table} where action = ?", (action,))
    db.execute("delete from action where id = ?", (action,))
    unindex(db, "action", action)


# identity -------------------------------------------------------------------------------------------------------------
def action_id(telling: Sequence[sqlite3.Row], earlier: Sequence[sqlite3.Row], family: str) -> str:
    """Of the register's measure if one names it, else of the claim that was seen first: no date, no title."""
    measures = sorted({row["measure"] for row in telling if row["measure"]})
    if measures:
        return key("action", measures[0], family)
    past = [row for row in earlier if is_ending(row) == is_ending(telling[0])]
    return key("action", founder([*telling, *past])["id"])


def _save_aliases(db: sqlite3.Connection, action: str, rows: Iterable[sqlite3.Row], family: str) -> None:
    """Every id the action may have had before it was known as well as now."""
    ids = {key("action", row["id"]) for row in rows} | {
        key("action", row["measure"], family) for row in rows if row["measure"]
    }
    db.executemany(
        "insert or replace into alias (id, action) values (?, ?)", [(old, action) for old in sorted(ids | {action})]
    )


# the row --------------------------------------------------------------------------------------------------------------
def _action(
    db: sqlite3.Connection, action: str, rows: Sequence[sqlite3.Row], telling: Sequence[sqlite3.Row]
) -> tuple[dict[str, Any], Life]:
    kind = kind_shown(telling)
    lived = life(rows, kind, shown_day)
    seen, evidence = de_facto(rows)
    amount, currency = sum_shown(telling)
    measures = sorted({row["measure"] for row in telling if row["measure"]})
    row = {
        "id": action, "side": rows[0]["side"], "case": key("case", case_of(measures[0])) if measures else key("case", action),
        "kind": kind, "jurisdiction": rows[0]["jurisdiction"], "area": shown(telling, "area"), "authority": shown(telling, "authority"),
        "authority_id": shown(telling, "authority_id"), "platforms": union(telling, "platforms"), "scopes": union(telling, "scopes"),
        "exceptions": shown(telling, "exceptions"), "personal_devices": shown(telling, "personal_devices"), "person": shown(telling, "person"),
        "status": lived.status, "as_of": lived.as_of, "de_facto": seen, "de_facto_evidence": evidence, "binding": shown(telling, "binding"),
        "announced_on": lived.announced, "effective_on": lived.effective, "lifted_on": lived.lifted, "in_force_from": lived.since,
        "in_force_until": lived.until, "reason": union(telling, "reasons"), "legal_basis": shown(telling, "legal_basis"), "amount": amount,
        "currency": currency, "tier": tier(rows), "voices": voices(telling), "confirmed": int(_confirmed(telling)), "claims": len(rows),
        "title": "", "first_seen": founder(rows)["seen_at"], "updated_at": max(row["seen_at"] for row in rows),
        "curated": int(any(row["measure"] for row in rows)), "measure": measures[0] if measures else "", "follows": "",
        "own_status": lived.status, "own_until": lived.until,
    }  # fmt: skip
    row["title"] = title(db, row, kind)
    return row, lived


def _confirmed(rows: Sequence[sqlite3.Row]) -> bool:
    """One official or court source, or two independent others."""
    return tier(rows) in {"official", "court"} or voices(rows) >= 2


def title(db: sqlite3.Connection, row: dict[str, Any], kind: str) -> str:
    """ "Ukraine: device ban on Telegram", "TikTok: terms changed"."""
    platforms = listed(json.loads(row["platforms"]))
    text = str(kinds()[kind]["title"]).format(platforms=platforms)
    head = place_name(db, row["jurisdiction"]) if row["side"] == "government" else platforms
    return f"{head}: {text}" if head else text[:1].upper() + text[1:]


def place_name(db: sqlite3.Connection, code: str) -> str:
    """A jurisdiction's name, its code where the table has none."""
    found = db.execute("select name from jurisdiction where code = ?", (code,)).fetchone()
    return str(found[0]) if found else code


def listed(names: Sequence[str], most: int = 3) -> str:
    """ "A, B and 4 more"."""
    if len(names) > most:
        return ", ".join(names[: most - 1]) + f" and {len(names) - most + 1} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


# developments ---------------------------------------------------------------------------------------------------------
def _save_developments(
    db: sqlite3.Connection, action: dict[str, Any], happened: Sequence[Happening], past: Sequence[sqlite3.Row]
) -> None:
    for number, (kind, stage, dates, undated) in enumerate(happened):
        earlier = [row for row in past if tells_of(row, kind, stage, happened, number)]
        _save_development(db, action, kind, stage, dates, undated, earlier)


def _complete(
    held: sqlite3.Row, rows: Collection[sqlite3.Row], dates: Sequence[Dated], day: str, authority_id: str
) -> str:
    """The instant from which all that the development shows was known: one more report of the same is no update of it (RFC 4287 4.2.15)."""
    dating = [d.row["seen_at"] for d in dates if d.value == day]
    naming = [row["seen_at"] for row in rows if authority_id and row["authority_id"] == authority_id]
    current = min(row["seen_at"] for row in rows)  # later than ``held`` where the text that first told it was edited
    return str(max(held["seen_at"], current, *(min(seen) for seen in (dating, naming) if seen)))


def _save_development(
    db: sqlite3.Connection, action: dict[str, Any], kind: str, stage: str, dates: list[Dated], undated: list[sqlite3.Row],
    earlier: Sequence[sqlite3.Row],
) -> None:  # fmt: skip
    rows = {d.row["id"]: d.row for d in dates} | {row["id"]: row for row in undated}
    main = {d.row["id"] for d in dates if d.main} | {row["id"] for row in undated}
    first = founder(rows.values())
    held = founder([*rows.values(), *earlier])
    development = development_id(held, stage)
    day = shown_day(dates)
    body = shown(rows.values(), "authority_id") or (
        "" if shown(rows.values(), "authority") or stage == "ended" else action["authority_id"]
    )
    best = next((d for d in sorted(dates, key=lambda d: (rank(d.row), d.row["id"])) if d.value == day), None)
    source = best.row if best else first
    when: dict[str, Any] = next(
        (w for w in json.loads(source["dates"]) if best and w["value"] == day and w["role"] == best.role), {}
    )
    save_development(db, {
        "id": development, "side": action["side"], "kind": kind, "stage": stage, "action": action["id"], "change": None,
        "document": None, "happened_on": day, "precision": when.get("precision", ""), "date_role": when.get("role", ""),
        "date_basis": when.get("basis", ""), **_said_of(stage, day), "title": _headline(db, action, kind, stage, body, rows.values()),
        "summary": _summary(db, action, when, rows.values()),
        "platforms": action["platforms"], "jurisdiction": action["jurisdiction"], "authority": shown(rows.values(), "authority") or action["authority"],
        "topics": union(rows.values(), "topics"), "url": source["url"] or first["url"], "published_at": held["seen_at"],
        "updated_at": _complete(held, rows.values(), dates, day, body), "baseline": int(held["baseline"]),
    })  # fmt: skip
    db.execute(
        "update claim set development = ? where id in (select value from json_each(?))",
        (development, many(sorted(main))),
    )


def _said_of(stage: str, day: str) -> dict[str, str]:
    """Of a state, not of an event, the day is the one it is told for."""
    if stage != "appealed":
        return {}
    return {"precision": {4: "year", 7: "month", 10: "day"}[len(day)], "date_role": "reported", "date_basis": "stated"}


def _headline(
    db: sqlite3.Connection, action: dict[str, Any], kind: str, stage: str, authority: str, rows: Iterable[sqlite3.Row]
) -> str:
    once = kinds()[kind].get("life") == "act" or "step" in kinds()[kind]
    found = db.execute("select abbreviation, name from authority where id = ?", (authority,)).fetchone()
    documents = json.loads(union(rows, "documents"))
    if documents:
        return f"{listed(json.loads(action['platforms']))}: {listed(documents)} changed"
    body = (str(found[0]) or str(found[1])) if found else ""
    words = "" if once and stage not in ("deadline", "expiry", "appealed") else STAGE_WORDS.get(stage, "")
    return title(db, action, kind) + words + (f" ({body})" if body else "")


def _summary(db: sqlite3.Connection, action: dict[str, Any], when: dict[str, Any], rows: Iterable[sqlite3.Row]) -> str:
    rows = list(rows)
    parts = [shown(rows, "authority") or action["authority"] or place_name(db, action["jurisdiction"])]
    if when:
        parts.append(f"{when['role'] or 'dated'} {when['value']}")
    for name, label in (("scopes", "scope"), ("reason", "reason")):
        members = json.loads(action[name])
        if members:
            parts.append(f"{label}: " + ", ".join(m.replace("_", " ") for m in members))
    notes = [row["note"] for row in rows if row["note"] and row["cites"] != "[]"]
    return " ".join(filter(None, ["; ".join(filter(None, parts)) + ".", *notes[:1]]))
