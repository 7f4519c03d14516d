"""Where sources disagree: every value that is not shown on an action's page, and why the other one is."""

from __future__ import annotations

from reading.look import Look, Shown

PAGE = 100
SQL = """
select k.id, k.action, k.field, k.shown, k.value, k.why, k.tier, k.voices, a.title, a.kind, a.jurisdiction
from conflict k join action a on a.id = k.action where k.action > ? or (k.action = ? and k.id > ?) order by k.action, k.id limit ?"""


def conflicts(look: Look) -> Shown:
    action, _, ident = look.asked("after").partition("~")
    found = look.rows(SQL, action, action, ident, PAGE + 1)
    more = found.pop() if len(found) > PAGE else None
    data = {"conflicts": found, "next": f"/conflicts?after={found[-1]['action']}~{found[-1]['id']}" if more else ""}
    return Shown(
        "conflicts.html",
        "Where sources disagree",
        "/conflicts",
        data,
        "Claims of one action that differ, side by side.",
    )
