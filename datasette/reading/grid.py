"""Matrix -> the cells of one of its lines as HTML. Written here and not in a template: a table of another day has a thousand cells."""

from __future__ import annotations

from functools import lru_cache
from html import escape as escaped
from typing import Any

from markupsafe import Markup
from reading.words import day, label, mark

Cell = dict[str, Any]
EMPTY = '<td role="cell"></td>'


@lru_cache(4_096)
def escape(text: str) -> str:
    return escaped(text)


def cells(matrix: dict[str, Any], code: str, place: str, base: str) -> Markup:
    """The cells of the place ``code``, named ``place``, in the order of the matrix' apps."""
    here = matrix["cells"][code]
    return Markup("".join(_cell(app, here[app], place, base) if app in here else EMPTY for app in matrix["apps"]))


def _cell(app: str, held: list[Cell], place: str, base: str) -> str:
    one, more = held[0], len(held) - 1
    kind, group, since = escape(label(one["kind"])), one["group"], one["since"]
    said = f"{escape(app)}, {escape(place)}: {kind}, since {escape(day(since))}{f', and {more} more' if more else ''}"
    return (
        f'<td role="cell"><a class="k-{group}" href="{escape(base)}/action/{escape(one["action"])}" title="{said}"><span class="app">{escape(app)}</span> '
        f'<span aria-hidden="true">{mark(group)}</span><span class="unseen">{kind} since</span> {escape(since[:4])}'
        f"{f'<span class=soft> +{more}</span>' if more else ''}</a></td>"
    )
