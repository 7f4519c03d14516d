"""The timeline: developments of both sides with filters, page by page by key (never by offset), so that far pages cost what near ones do."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from reading.developments import COLUMNS
from reading.look import Look, Shown
from reading.rows import Missing
from reading.words import label, words

PAGE = 50
DAY = re.compile(r"\d{4}(-\d\d(-\d\d)?)?", re.ASCII)
WORDS: dict[str, tuple[str, ...]] = {
    "kind": (),
    "topic": (),
    "status": (),
    "side": ("government", "platform"),
}  # (): those of words.toml
PLAIN = {
    "side": "d.side = ?",
    "jurisdiction": "d.jurisdiction = ?",
    "kind": "d.kind = ?",
    "topic": "d.side = 'platform' and exists (select 1 from json_each(d.topics) where value = ?)",
    "status": "exists (select 1 from action a where a.id = d.action and a.status = ?)",
    "authority": "d.action in (select id from action where authority_id = ?)",
    "since": "d.happened_on >= ?",
    "until": "d.happened_on <= ?",
}


def timeline(look: Look) -> Shown:
    """Arguments: side, platform, jurisdiction, kind, topic, status, authority, year, month, since, until (ISO days), after (key of the last row)."""
    asked = chosen(look)
    found = page_of(look, asked, look.asked("after"))
    more = found.pop() if len(found) > PAGE else None
    data: dict[str, Any] = {
        "filters": asked, "developments": found,
        "next": look.address("/timeline", after=f"{found[-1]['happened_on']}~{found[-1]['id']}") if more else "",
    }  # fmt: skip
    feed = {
        name: asked[name]
        for name in ("platform", "jurisdiction", "kind", "topic", "authority", "side")
        if name in asked
    }
    if "platform" in feed:
        feed["platform"] = look.names.platform_id(feed["platform"])
    title = "Timeline" if not asked else "Timeline: " + ", ".join(spoken(look, asked))
    extra = {"choices": choices(look), "path": look.address("/timeline", after=""), "table": table(asked)}
    return Shown(
        "timeline.html",
        title,
        "/timeline",
        data,
        "What governments did and platforms changed, newest first.",
        feed=feed,
        extra=extra,
    )


COLUMN = {
    "platform": "platforms__arraycontains",
    "topic": "topics__arraycontains",
    "since": "happened_on__gte",
    "until": "happened_on__lte",
    "authority": "",
}


def table(asked: dict[str, str]) -> str:
    """The address of the same rows in Datasette's table of the view."""
    pairs = [(COLUMN.get(name, name), value) for name, value in asked.items()]
    return f"/tracker/timeline?{urlencode([(name, value) for name, value in pairs if name])}".rstrip("?")


def chosen(look: Look) -> dict[str, str]:
    """The filters that were asked for, names in their canonical form. Raises Missing for one there is not."""
    asked = {name: look.asked(name) for name in (*PLAIN, "platform") if look.asked(name)}
    for name, length in (("year", 4), ("month", 7)):
        if span := look.asked(name):
            asked |= {"since": span[:length], "until": span[:length] + "~"}
    for name in ("since", "until"):
        if name in asked and not DAY.fullmatch(asked[name].removesuffix("~")):
            raise Missing("day", asked[name].removesuffix("~"))
    if "platform" in asked:
        asked["platform"] = look.names.platform(asked["platform"])
    if "jurisdiction" in asked:
        asked["jurisdiction"] = look.names.code(asked["jurisdiction"])
    if "authority" in asked and asked["authority"] not in look.names.authorities:
        raise look.names.no_authority(asked["authority"])
    for name, known in WORDS.items():
        if name in asked and asked[name] not in (found := known or words()[name]):
            raise Missing(
                name, asked[name], look.names.near(asked[name], {one: f"/timeline?{name}={one}" for one in found})
            )
    return asked


def spoken(look: Look, asked: dict[str, str]) -> list[str]:
    """The filters in words."""
    named = {"jurisdiction": look.names.place, "kind": label, "topic": lambda t: label(t, "topic"), "authority": lambda a: look.names.authorities.get(a, a),
             "side": lambda s: {"government": "governments", "platform": "platforms"}.get(s, s), "since": lambda d: f"from {d}",
             "until": lambda d: f"until {d.rstrip('~')}", "status": lambda s: label(s, "status")}  # fmt: skip
    return [named.get(name, str)(value) for name, value in asked.items()]


def page_of(look: Look, asked: dict[str, str], after: str) -> list[dict[str, Any]]:
    """PAGE + 1 developments after the key of the last one shown ("day~id"), newest first."""
    parts, params = ["d.kind != 'now_tracking' and d.stage != 'withdrawn'"], []
    table, day = "development d", "d.happened_on"
    if "platform" in asked:
        table, day = "platform_day p join development d on d.id = p.development", "p.happened_on"
        parts.append("p.platform = ?")
        params.append(asked["platform"])
    for name, condition in PLAIN.items():
        if name in asked:
            parts.append(condition.replace("d.happened_on", day))
            params.append(asked[name])
    if after:
        on, _, ident = after.partition("~")
        parts.append(f"({day} < ? or ({day} = ? and d.id > ?)) and {day} <= ?")
        params += [on, on, ident, on]
    where = " and ".join(parts)
    return look.rows(f"select {COLUMNS} from {table} where {where} order by {day} desc, d.id limit {PAGE + 1}", *params)


def choices(look: Look) -> dict[str, list[tuple[str, str]]]:
    """What the form offers: (value, words)."""
    kinds = sorted(
        ((kind, label(kind)) for kind in words()["kind"] if kind != "now_tracking"), key=lambda pair: pair[1]
    )
    return {
        "side": [("government", "governments and courts"), ("platform", "platforms")],
        "platform": [(ident, name) for name, ident in sorted(look.names.platforms.items(), key=lambda p: p[0].casefold())],
        "jurisdiction": sorted(look.names.used_places().items(), key=lambda p: p[1]),
        "kind": kinds,
        "topic": [(topic, label(topic, "topic")) for topic in words()["topic"]],
    }  # fmt: skip
