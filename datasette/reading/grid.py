"""Matrix -> the cells of one of its lines as HTML. Written here and not in a template: a table of another day has a thousand cells."""

from __future__ import annotations

from functools import lru_cache
from html import escape
from typing import Any

from markupsafe import Markup
from reading.calendar import Pile
from reading.words import day, label, mark

Cell = dict[str, Any]
EMPTY = '<td role="cell"></td>'


def cells(matrix: dict[str, Any], code: str, place: str, base: str) -> Markup:
    """The cells of the place ``code``, named ``place``, in the order of the matrix' apps."""
    here = matrix["cells"][code]
    return Markup("".join(_drawn(here[app], place, base) if app in here else EMPTY for app in matrix["apps"]))


def _drawn(held: Pile | list[Cell], place: str, base: str) -> str:
    if isinstance(held, Pile):
        one, since, action = held.first()
        return _cell(one.platform, one.kind, one.group, since, action, len(held.kinds) - 1, place, base)
    cell = held[0]
    return _cell(
        cell["platform"], cell["kind"], cell["group"], cell["since"], cell["action"], len(held) - 1, place, base
    )


@lru_cache(16_384)
def _cell(app: str, kind: str, group: str, since: str, action: str, more: int, place: str, base: str) -> str:
    said = f"{label(kind)}, since {day(since)}{f', and {more} more' if more else ''}"
    return (
        f'<td role="cell"><a class="k-{group}" href="{escape(base)}/action/{escape(action)}" title="{escape(f"{app}, {place}: {said}")}">'
        f'<span class="app">{escape(app)}</span> <span aria-hidden="true">{mark(group)}</span>'
        f'<span class="unseen">{escape(label(kind))} since</span> {escape(since[:4])}'
        f"{f'<span class=soft> +{more}</span>' if more else ''}</a></td>"
    )
