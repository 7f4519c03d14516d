"""Claims of one action -> its rows: action, developments, periods, conflicts, aliases. Writes what resolution found; guesses nothing.

What a row shows where claims differ is the value of the best rank, then of most independent voices, then the one seen first;
the others stand in ``conflict`` with the reason. Ranks are the tiers in their order, but an entry of the register whose
pages were read counts after official sources and courts and before what a machine read, one taken from a dataset last.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, TypeVar

from records import TIERS
from store.database import index, key, many, put, unindex
from store.documents import drop_development, save_development
from store.life import Dated, Life, clusters, dated, de_facto, first_day, is_ending, life, overtaken
from store.resolve import case_of, kinds

RANKS = ("official", "court", "page read", "measurement", "civil_society", "news", "aggregator", "dataset")
NEWEST = 2000  # claims of one action whose quotes the full-text search holds
STAGE_WORDS = {
    "announced": " announced",
    "decided": " decided",
    "in_force": " in force",
    "deadline": " due",
    "expiry": " to expire",
    "appealed": " under appeal",
}
BESIDE = 30  # days within which an announcement and a decision are one development
T = TypeVar("T")

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
    _save_conflicts(db, action, happened, rows, alike(telling, row["kind"]))
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


def founder(rows: Iterable[sqlite3.Row]) -> sqlite3.Row:
    """The claim that was seen first."""
    return min(rows, key=_seen)


def _seen(row: sqlite3.Row) -> tuple[str, str]:
    return row["seen_at"], row["id"]


def _save_aliases(db: sqlite3.Connection, action: str, rows: Iterable[sqlite3.Row], family: str) -> None:
    """Every id the action may have had before it was known as well as now."""
    ids = {key("action", row["id"]) for row in rows} | {
        key("action", row["measure"], family) for row in rows if row["measure"]
    }
    db.executemany(
        "insert or replace into alias (id, action) values (?, ?)", [(old, action) for old in sorted(ids | {action})]
    )


# what is shown --------------------------------------------------------------------------------------------------------
def rank(row: sqlite3.Row) -> int:
    """Standing of a claim when others differ: 0 is best."""
    return RANKS.index(row["basis"] or row["tier"])


def tier(rows: Iterable[sqlite3.Row]) -> str:
    """The best tier among claims."""
    return str(min((row["tier"] for row in rows), key=TIERS.index))


def voices(rows: Iterable[sqlite3.Row]) -> int:
    """How many independent tellings there are. Copies of one report are one; an entry of the register has those it cites, and
    one of its own where it cites none."""
    told, addresses, silent = set(), set(), set()
    cites: set[str] = set()
    for row in rows:
        if row["voice"]:
            told.add(row["voice"])
            addresses.add(row["url"])
        elif row["cites"] != "[]":
            cites |= set(json.loads(row["cites"]))
        else:
            silent.add(row["id"] if row["basis"] else row["source"])
    return len(told) + len(cites - addresses) + len(silent)


def ranked(
    items: Iterable[T], row: Callable[[T], sqlite3.Row], value: Callable[[T], str]
) -> list[tuple[str, list[sqlite3.Row]]]:
    """Values that are stated with the claims that state them, the one to show first."""
    told_by: dict[str, list[sqlite3.Row]] = defaultdict(list)
    for item in items:
        if value(item):
            told_by[value(item)].append(row(item))
    return sorted(told_by.items(), key=lambda pair: (*_merit(pair[1]), pair[0]))


def _merit(rows: list[sqlite3.Row]) -> tuple[int, int, str, float]:
    best = min(rank(row) for row in rows)
    return best, -voices(rows), min(row["seen_at"] for row in rows), -max(row["confidence"] for row in rows)


def by_column(rows: Iterable[sqlite3.Row], column: str) -> list[tuple[str, list[sqlite3.Row]]]:
    """Values of one column, the one to show first."""
    return ranked(rows, lambda row: row, lambda row: str(row[column]))


def shown(rows: Iterable[sqlite3.Row], column: str) -> str:
    """The value of a column that the action's row shows; "" if no claim states one."""
    found = by_column(rows, column)
    return found[0][0] if found else ""


def shown_day(dates: Iterable[Dated]) -> str:
    """The day to show. Where the best is cut short ("2024-09") and a better one lies within it, that one; a day on which a measure was
    seen at work only where no day of effect is told."""
    dates = list(dates)
    found = ranked([d for d in dates if d.role != "observed"] or dates, lambda d: d.row, lambda d: d.value)
    if not found:
        return ""
    within = [value for value, _ in found[1:] if value.startswith(found[0][0])]
    return within[0] if len(within) == 1 else found[0][0]


def union(rows: Iterable[sqlite3.Row], column: str) -> str:
    """All members of a list column, the ones told most often first."""
    counts: dict[str, int] = defaultdict(int)
    for row in rows:
        for member in json.loads(row[column]):
            counts[member] += 1
    return many(member for _, member in sorted((-count, member) for member, count in counts.items()))


def kind_shown(telling: Sequence[sqlite3.Row]) -> str:
    """Of a law's kinds the latest step, else the one the best claims name, a weaker one only where no other is told."""
    steps = [(kinds()[row["kind"]]["step"], row["kind"]) for row in telling if "step" in kinds()[row["kind"]]]
    if steps:
        return str(max(steps)[1])
    return shown([row for row in telling if not kinds()[row["kind"]].get("weaker")], "kind") or shown(telling, "kind")


def alike(telling: Sequence[sqlite3.Row], kind: str) -> list[sqlite3.Row]:
    """Claims that tell what the action is shown as: not an earlier step of a law, not the advice before a ban."""
    own = "step" in kinds()[kind]
    return [row for row in telling if row["kind"] == kind or not (own or kinds()[row["kind"]].get("weaker"))]


# the row --------------------------------------------------------------------------------------------------------------
def _action(
    db: sqlite3.Connection, action: str, rows: Sequence[sqlite3.Row], telling: Sequence[sqlite3.Row]
) -> tuple[dict[str, Any], Life]:
    kind = kind_shown(telling)
    lived = life(rows, kind, shown_day)
    seen, evidence = de_facto(rows)
    amount, currency = _sum(telling)
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


def _sum(telling: Sequence[sqlite3.Row]) -> tuple[str, str]:
    found = ranked(
        (row for row in telling if row["amount"]), lambda row: row, lambda row: f"{row['amount']} {row['currency']}"
    )
    amount, _, currency = found[0][0].partition(" ") if found else ("", "", "")
    return amount, currency


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
        earlier = [row for row in past if _tells(row, kind, stage, happened, number)]
        _save_development(db, action, kind, stage, dates, undated, earlier)


def _tells(row: sqlite3.Row, kind: str, stage: str, happened: Sequence[Happening], number: int) -> bool:
    """Whether a claim of a text since edited told of a development: of its stage, or of one that is told no more and is taken for the first."""
    if is_ending(row):
        return stage == "ended" and row["kind"] == kind
    stages, there = set(_own_stages(row)), {h[1] for h in happened}
    stages |= {"announced"} if "decided" in stages and "decided" not in there else set()
    first = next((n for n, h in enumerate(happened) if h[1] not in ("ended", "deadline", "expiry", "appealed")), -1)
    return stage in stages if stages & there else number == first


def _own_stages(row: sqlite3.Row) -> list[str]:
    """The stages a claim tells of, the one it is known by first."""
    told = [one.stage for one in dated([row])] or ["ended" if is_ending(row) else "announced"]
    return [*told, *(["appealed"] if row["state"] == "under_appeal" else [])]


def development_id(held: sqlite3.Row, stage: str) -> str:
    """Of the claim that told it first and the stage which that claim told: what others add moves no id."""
    own = _own_stages(held)
    return key("development", held["id"], next((one for one in (stage, "decided") if one in own), own[0]))


def _complete(
    held: sqlite3.Row, rows: Collection[sqlite3.Row], dates: Sequence[Dated], day: str, authority_id: str
) -> str:
    """The instant from which all that the development shows was known: one more report of the same is no update of it (RFC 4287 4.2.15)."""
    dating = [d.row["seen_at"] for d in dates if d.value == day]
    naming = [row["seen_at"] for row in rows if authority_id and row["authority_id"] == authority_id]
    current = min(row["seen_at"] for row in rows)  # later than ``held`` where the text that first told it was edited
    return str(max(held["seen_at"], current, *(min(seen) for seen in (dating, naming) if seen)))


Happening = tuple[str, str, list[Dated], list[sqlite3.Row]]
"""(kind, stage, dates told of it, claims that tell it without a date)."""


def happenings(rows: Sequence[sqlite3.Row], kind: str, lived: Life) -> list[Happening]:
    """The things that happened to an action, each told by at least one claim, in a fixed order. A claim known only by a term that was
    overtaken by the end counts as one without a date."""
    by: dict[tuple[str, str], list[Dated]] = defaultdict(list)
    for one in dated(rows):
        by[(_kind_told(one.row, one.stage, kind), one.stage)].append(one)
    undone = [by.pop(pair) for pair in sorted(by) if overtaken(by[pair], pair[1], lived, shown_day)]
    loose = {one.row["id"] for dates in undone for one in dates if one.main}
    _join_decisions(by)
    found: list[Happening] = []
    for (told, stage), dates in sorted(by.items()):
        parts = clusters(dates, lambda d: d.value) if kinds()[told].get("repeats") and stage == "ended" else [dates]
        found += [(told, stage, part, []) for part in parts]
    appealed = [
        Dated(row, "appealed", row["state_on"] or row["known"][:10], "reported", False)
        for row in rows
        if row["state"] == "under_appeal"
    ]
    found += [(kind, "appealed", appealed, [])] if appealed else []
    for row in rows:
        if (row["dates"] == "[]" or row["id"] in loose) and row["de_facto"] not in ("reachable", "intermittent"):
            _place_undated(found, row, kind)
    return found


def _kind_told(row: sqlite3.Row, stage: str, kind: str) -> str:
    if is_ending(row):
        return str(row["kind"])
    if "step" not in kinds()[row["kind"]]:
        return kind
    return "legislation_in_force" if stage == "in_force" else str(row["kind"])


def _join_decisions(by: dict[tuple[str, str], list[Dated]]) -> None:
    """An announcement and a decision of about the same day are one development."""
    for kind, stage in sorted(by):
        if stage == "decided" and (kind, "announced") in by:
            one, other = first_day(shown_day(by[(kind, "announced")])), first_day(shown_day(by[(kind, "decided")]))
            if one and other and abs((one - other).days) <= BESIDE:
                by[(kind, "announced")] += by.pop((kind, "decided"))


def _place_undated(found: list[Happening], row: sqlite3.Row, kind: str) -> None:
    ending = is_ending(row)
    told = _kind_told(row, "announced", kind)
    fits = [
        h
        for h in found
        if h[0] == told and (h[1] == "ended") == ending and h[1] not in ("deadline", "expiry", "appealed")
    ]
    if fits:
        fits[-1 if ending else 0][3].append(row)
    else:
        found.append((told, "ended" if ending else "announced", [], [row]))


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


# conflicts ------------------------------------------------------------------------------------------------------------
def _save_conflicts(
    db: sqlite3.Connection,
    action: str,
    happened: Sequence[Happening],
    rows: Sequence[sqlite3.Row],
    telling: Sequence[sqlite3.Row],
) -> None:
    """A row for each value that the shown one, or another, excludes. ``telling``: claims that tell what the action is shown as."""
    for kind, stage, dates, _ in happened:
        if stage == "appealed":  # days on which it was so, not days of an event
            continue
        day = shown_day(dates)
        for told in _comparable(kind, dates):
            found = sorted(ranked(told, lambda d: d.row, lambda d: d.value), key=lambda pair: pair[0] != day)
            _save_disagreement(db, action, f"happened_on ({stage})", found, _same_day)
    binding = [row for row in rows if not is_ending(row)]
    _save_disagreement(db, action, "binding", by_column(binding, "binding"), lambda a, b: "unknown" in (a, b))
    _save_disagreement(db, action, "authority_id", by_column(telling, "authority_id"), lambda a, b: a == b)
    _save_disagreement(db, action, "scopes", [p for p in by_column(telling, "scopes") if p[0] != "[]"], _same_scopes)
    sums = ranked((r for r in telling if r["amount"]), lambda r: r, lambda r: f"{r['amount']} {r['currency']}".strip())
    _save_disagreement(db, action, "amount", sums, lambda a, b: a == b)
    for row in rows:
        if row["differs"]:
            field, value, known = json.loads(row["differs"])
            _put_conflict(db, action, field, known, value, [row], "the register holds this to be the better founded")


def _comparable(kind: str, dates: Sequence[Dated]) -> list[list[Dated]]:
    """Dates that speak of one step: an announcement and a decision may rightly differ, two days of one arrest not. Of a claim that
    gives several days for a step the first counts: it does not disagree with itself."""
    once = kinds()[kind].get("life") == "act"
    by: dict[tuple[str, bool], dict[str, Dated]] = defaultdict(dict)
    for one in dates:
        step = "" if once else "seen" if one.role == "observed" else _step(one.role)
        by[(step, bool(kinds()[one.row["kind"]].get("weaker")))].setdefault(one.row["id"], one)
    return [list(told.values()) for _, told in sorted(by.items())]


def _step(role: str) -> str:
    return {
        "reported": "announced",
        "published": "announced",
        "opened": "announced",
        "signed": "decided",
        "ordered": "decided",
    }.get(role, role)


def _same_day(a: str, b: str) -> bool:
    return a.startswith(b) or b.startswith(a)


def _same_scopes(a: str, b: str) -> bool:
    one, other = set(json.loads(a)), set(json.loads(b))
    return one <= other or other <= one


def _save_disagreement(
    db: sqlite3.Connection,
    action: str,
    field: str,
    found: Sequence[tuple[str, list[sqlite3.Row]]],
    agree: Callable[[str, str], bool],
) -> None:
    """The first value is shown; what is only less exact agrees with it."""
    for value, told in found[1:]:
        best, by = found[0]
        if not agree(best, value):
            _put_conflict(db, action, field, best, value, told, _why(by, told))
        elif any(not agree(value, other) for other, _ in found):
            _put_conflict(db, action, field, best, value, told, "less exact, and agrees with each of those that differ")


def _put_conflict(
    db: sqlite3.Connection, action: str, field: str, best: str, value: str, told: list[sqlite3.Row], why: str
) -> None:
    put(db, "conflict", {
        "id": key("conflict", action, field, value), "action": action, "field": field, "shown": best, "why": why, "value": value,
        "claims": many(sorted(row["id"] for row in told)), "tier": tier(told), "voices": voices(told),
    })  # fmt: skip


def _why(best: list[sqlite3.Row], other: list[sqlite3.Row]) -> str:
    one, two = min(map(rank, best)), min(map(rank, other))
    if one != two:
        return f"{_rank_name(one)} before {_rank_name(two)}"
    if voices(best) != voices(other):
        return f"{voices(best)} independent voices before {voices(other)}"
    if min(r["seen_at"] for r in best) != min(r["seen_at"] for r in other):
        return "seen first"
    return (
        "the entry itself before a differing report it names" if best[0]["basis"] else "seen at once; the lower value"
    )


def _rank_name(number: int) -> str:
    name = RANKS[number]
    return {"page read": "register, pages read", "dataset": "register, from a dataset"}.get(name, f"tier {name}")
