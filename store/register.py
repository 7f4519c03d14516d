"""data/register/*.toml -> claims of tier curated, through the same door as crawled ones. No network, no clock.

The register holds what people read and entered: measures of governments by jurisdiction (``actions/``) and changes of
platforms' documents (``updates/``). An entry has no page in the archive, so its claim has no quote: it carries the entry's own
words in ``note``, the addresses it cites in ``cites``, and says in ``basis`` whether those pages were read.

A file is strict: a key, kind, platform, authority or word that the vocabulary does not hold is refused by name.
"""

from __future__ import annotations

import difflib
import re
import sqlite3
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from claims import names, vocabulary
from errors import BadConfiguration, BanwatchError
from records import Claim, When
from store.claim import claim_columns, save_claim
from store.database import key, many
from store.files import writing
from store.places import drop_claim

REGISTER = Path(__file__).parent.parent / "data" / "register"
SOURCE = "register"
DAY = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
PRECISION = {4: "year", 7: "month", 10: "day"}
SURE = {"high": 0.95, "medium": 0.8, "low": 0.6}
BASES = ("page read", "dataset")
COMMON = {"kind", "platforms", "dates", "note", "cites", "occurred", "who"}
SAID = COMMON | {"authority", "authority_as", "amount", "currency", "binding", "de_facto"}
EVENT = SAID | {
    "id", "scopes", "area", "reasons", "legal_basis", "person", "personal_devices", "exceptions", "ends", "part", "state",
    "state_on", "basis", "sure", "observed", "disagrees",
}  # fmt: skip
KEYS = {
    "actions": {"recorded", "jurisdiction", "measure"},
    "updates": {"recorded", "update"},
    "measure": {"id", "event"},
    "event": EVENT,
    "update": COMMON | {"id", "documents", "direction", "topics", "recorded_in", "basis", "sure"},
    "observed": {"de_facto", "on", "note", "cites"},
    "disagrees": SAID | {"differs"},
    "date": {"value", "role", "basis", "ambiguous"},
    "differs": {"field", "value", "shown"},
}
DE_FACTO = ("blocked", "reachable", "intermittent")


@dataclass(frozen=True, slots=True)
class Loaded:
    """What one loading of the register did, in claims."""

    entries: int
    added: int
    changed: int
    removed: int

    def as_dict(self) -> dict[str, int]:
        return {"register claims": self.entries, "added": self.added, "changed": self.changed, "removed": self.removed}


def load(db: sqlite3.Connection, folder: Path = REGISTER) -> Loaded:
    """Bring the claims of the register in ``db`` in line with its files: new ones in, corrected ones changed under the id they
    have, missing ones out. A second loading does nothing. Raises BadConfiguration before anything is written.
    """
    wanted = {row["id"]: row for row in entries(folder)}
    with writing(db):
        held = {row["id"]: row for row in db.execute("select * from claim where source = ?", (SOURCE,))}
        gone = [held[claim] for claim in sorted(held.keys() - wanted.keys())]
        new = [wanted[claim] for claim in sorted(wanted.keys() - held.keys())]
        moved = [wanted[claim] for claim in sorted(held.keys() & wanted.keys()) if _differs(wanted[claim], held[claim])]
        for row in gone:
            drop_claim(db, row)
        for row in new:
            save_claim(db, row)
        for row in moved:
            drop_claim(db, held[row["id"]])
            save_claim(db, row)
    return Loaded(len(wanted), len(new), len(moved), len(gone))


def _differs(row: dict[str, Any], held: sqlite3.Row) -> bool:
    return any(held[name] != value for name, value in row.items() if name not in ("action", "development"))


# files -> rows --------------------------------------------------------------------------------------------------------
def entries(folder: Path = REGISTER) -> list[dict[str, Any]]:
    """Rows of table ``claim`` for every entry of the register, checked. Raises BadConfiguration naming file, entry and fault."""
    rows: list[dict[str, Any]] = []
    for path in sorted(folder.glob("*/*.toml")):
        rows += _file(path)
    return _once(rows)


def _once(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    seen: set[str] = set()
    for row in rows:
        if row["id"] in seen:
            raise BadConfiguration(f"register: an id stands twice: {row['note']!r}; ids are never used again")
        seen.add(row["id"])
    places: dict[str, str] = {}
    for row in rows:
        if (
            row["side"] == "government"
            and places.setdefault(row["measure"] + row["kind"], row["jurisdiction"]) != row["jurisdiction"]
        ):
            raise BadConfiguration(f"register: measure {row['measure']} has {row['kind']} in two jurisdictions")
    return rows


def _file(path: Path) -> list[dict[str, Any]]:
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadConfiguration(f"{path}: not TOML: {error}") from error
    room = path.parent.name
    if room not in ("actions", "updates"):
        raise BadConfiguration(f"{path}: the register has the folders actions and updates only")
    where = f"{room}/{path.name}"
    try:
        _known(table, room, where)
        rows = list(_actions(table, where) if room == "actions" else _updates(table, where))
    except BadConfiguration:
        raise
    except (BanwatchError, KeyError, TypeError, ValueError) as error:
        raise BadConfiguration(f"register: {where}: {error}") from error
    return rows


def _known(table: dict[str, Any], kind: str, where: str) -> None:
    for name in table:
        if name not in KEYS[kind]:
            near = difflib.get_close_matches(name, KEYS[kind], 3)
            hint = f"; near: {', '.join(near)}" if near else f"; there are {', '.join(sorted(KEYS[kind]))}"
            raise BadConfiguration(f"register: {where}: unknown key {name!r} of {kind}{hint}")


def _actions(table: dict[str, Any], where: str) -> Iterator[dict[str, Any]]:
    place = names.jurisdiction(table["jurisdiction"]).code
    for measure in table["measure"]:
        _known(measure, "measure", where)
        for event in measure["event"]:
            at = f"{where}: {event.get('id', 'an event without id')}"
            _known(event, "event", at)
            yield from _event(event, measure["id"], place, table["recorded"], at)


def _event(event: dict[str, Any], measure: str, place: str, recorded: str, where: str) -> Iterator[dict[str, Any]]:
    named = measure + (f"#{event['part']}" if event.get("part") else "")
    whole = {"jurisdiction": place, "recorded": recorded, "measure": named, "side": "government"}
    whole["told_on"] = max((day["value"] for day in event["dates"][:1]), default="")
    yield _row(event, "", whole, where)
    for number, seen in enumerate(event.get("observed", ()), 1):
        _known(seen, "observed", where)
        when = {"value": seen["on"], "role": "observed", "basis": "stated"}
        said = {"dates": [when], "de_facto": seen["de_facto"], "note": seen["note"], "cites": seen.get("cites", [])}
        yield _row(_beside(event) | said, f"observed {number}", whole, where)
    for other in event.get("disagrees", ()):
        _known(other, "disagrees", where)
        if not other.get("who"):
            raise BadConfiguration(f"register: {where}: a disagreeing claim names who makes it")
        said = {"dates": [], "cites": []} | other
        yield _row(_beside(event) | said, other["who"], whole, where)


def _beside(event: dict[str, Any]) -> dict[str, Any]:
    """What a further telling of one event shares with it: all but what only the entry itself says."""
    own = {
        "state",
        "state_on",
        "amount",
        "currency",
        "binding",
        "exceptions",
        "legal_basis",
        "disagrees",
        "observed",
        "sure",
    }
    return {name: value for name, value in event.items() if name not in own} | {"sure": "low"}


def _updates(table: dict[str, Any], where: str) -> Iterator[dict[str, Any]]:
    for update in table["update"]:
        at = f"{where}: {update.get('id', 'an update without id')}"
        _known(update, "update", at)
        whole = {"jurisdiction": "", "recorded": table["recorded"], "measure": update["id"], "side": "platform"}
        yield _row(update, "", whole, at)


def _row(entry: dict[str, Any], other: str, whole: dict[str, str], where: str) -> dict[str, Any]:
    try:
        claim = _claim(entry, whole, where)
    except BadConfiguration:
        raise
    except (BanwatchError, KeyError, TypeError, ValueError) as error:
        missing = f"the key {error} is missing" if isinstance(error, KeyError) else error
        raise BadConfiguration(f"register: {where}: {missing}") from error
    cites = [_address(url, where) for url in entry["cites"]]
    if not cites and not other:
        raise BadConfiguration(f"register: {where}: no address is cited")
    if entry["basis"] not in BASES:
        raise BadConfiguration(f"register: {where}: basis is one of {', '.join(BASES)}, not {entry['basis']!r}")
    instant = f"{_day(whole['recorded'], where)}T00:00:00+00:00"
    standing = "published" if claim.occurred else "rumour"
    return claim_columns(claim) | {
        "id": key("claim", SOURCE, entry["id"], other), "article": None, "page": None, "source": SOURCE,
        "url": cites[0] if cites else "", "start": None, "end": None, "tier": "curated", "seen_at": instant, "baseline": 1,
        "measure": whole["measure"], "rank": standing, "standing": standing, "told_on": _told_on(entry, claim) or whole.get("told_on", ""),
        "basis": entry["basis"], "note": _note(entry), "cites": many(cites), "differs": _difference(entry, where),
    }  # fmt: skip


def _claim(entry: dict[str, Any], whole: dict[str, str], where: str) -> Claim:
    kind = vocabulary.action(entry["kind"])
    if kind.side != whole["side"]:
        raise BadConfiguration(f"register: {where}: {kind.name} is none of the kinds of a {whole['side']}")
    body = names.authority(entry["authority"]) if entry.get("authority") else None
    return Claim(
        action=kind.name, platforms=_platforms(entry["platforms"]), quote="", start=0, end=0, confidence=SURE[entry["sure"]],
        side=kind.side, jurisdiction=whole["jurisdiction"], authority=entry.get("authority_as") or (body.name if body else ""),
        authority_id=body.id if body else "", scopes=_words("scopes", entry), exceptions=entry.get("exceptions", ""),
        personal_devices=_one(entry, "personal_devices", ("yes", "no")), area=_word("areas", entry, "area"),
        binding=_word("bindings", entry, "binding"), reasons=_words("reasons", entry), legal_basis=entry.get("legal_basis", ""),
        amount=entry.get("amount", ""), currency=entry.get("currency", ""), person=entry.get("person", ""),
        dates=tuple(_when(day, where) for day in entry["dates"]), ends=vocabulary.action(entry["ends"]).name if entry.get("ends") else "",
        direction=_word("directions", entry, "direction"), occurred=entry.get("occurred", True), state=_word("statuses", entry, "state"),
        state_on=_day(entry["state_on"], where) if entry.get("state_on") else "", de_facto=_one(entry, "de_facto", DE_FACTO),
        topics=_words("topics", entry), documents=tuple(entry.get("documents", ())),
    )  # fmt: skip


def _platforms(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names.platform(name).name for name in found))


def _words(column: str, entry: dict[str, Any]) -> tuple[str, ...]:
    return tuple(vocabulary.check(column, word) for word in entry.get(column, ()))


def _word(column: str, entry: dict[str, Any], name: str) -> str:
    return vocabulary.check(column, entry[name]) if entry.get(name) else ""


def _one(entry: dict[str, Any], name: str, of: tuple[str, ...]) -> str:
    found = str(entry.get(name, ""))
    if found and found not in of:
        raise ValueError(f"{name} is one of {', '.join(of)}, not {found!r}")
    return found


def _when(told: dict[str, Any], where: str) -> When:
    _known(told, "date", where)
    value = _day(told["value"], where)
    role, basis = vocabulary.check("date_roles", told["role"]), vocabulary.check("date_bases", told["basis"])
    return When(value, PRECISION[len(value)], role, basis, told.get("ambiguous", False))


def _day(value: str, where: str) -> str:
    """A day, month or year that the calendar holds."""
    if not DAY.fullmatch(value):
        raise BadConfiguration(f"register: {where}: {value!r} is no date (2024-09-19, 2024-09 or 2024)")
    try:
        date.fromisoformat((value + "-01-01")[:10])
    except ValueError as error:
        raise BadConfiguration(f"register: {where}: {value!r} is no day of the calendar") from error
    return value


def _address(url: str, where: str) -> str:
    if not re.fullmatch(r"https?://[^\s/]+\.[^\s/]+/?\S*", url):
        raise BadConfiguration(f"register: {where}: {url!r} is no address")
    return url


def _told_on(entry: dict[str, Any], claim: Claim) -> str:
    """The last day the entry's sources speak of."""
    days = [claim.state_on, *(d.value for d in claim.dates if d.role not in ("deadline", "scheduled_expiry"))]
    return max(days, default="")


def _note(entry: dict[str, Any]) -> str:
    told = str(entry["note"])
    who = f"{entry['who']}: " if entry.get("who") else ""
    kept = "; ".join(entry.get("recorded_in", ()))
    return f"{who}{told}" + (f" Recorded in Open Terms Archive as {kept}." if kept else "")


def _difference(entry: dict[str, Any], where: str) -> str:
    found = entry.get("differs")
    if not found:
        return ""
    _known(found, "differs", where)
    return many((found["field"], found["value"], found["shown"]))
