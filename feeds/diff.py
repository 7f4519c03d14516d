"""Hunks of a change -> HTML that says with words, marks and elements what was removed and added. Pure.

Readers strip style and some strip elements, so a removal is <del> and [-...-], an addition <ins> and [+...+].
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from feeds.text import plain

KEPT = 160  # letters of unchanged text shown on each side of a change
LEGEND = "Removed words stand in [−…−], added words in [+…+]."
MARKS = {"del": ("<del>[−", "−]</del>"), "ins": ("<ins>[+", "+]</ins>")}
MOVED = "Moved, words unchanged: "


def diff_html(hunks: Sequence[Mapping[str, Any]], language: str, direction: str, room: int) -> tuple[str, int]:
    """(HTML of at most ``room`` bytes, how many hunks had no room). Each hunk is shown whole or not at all, but the first is
    cut rather than dropped."""
    parts: list[str] = []
    used, heading = 0, ""
    for number, hunk in enumerate(hunks):
        said = plain(hunk.get("heading"))
        html = (_heading(said) if said and said != heading else "") + _hunk(hunk, language, direction)
        size = len(html.encode())
        if used + size > room:
            if parts:
                return "".join(parts), len(hunks) - number
            html = _cut(hunk, language, direction, room)
        parts.append(html)
        used, heading = used + size, said
    return "".join(parts), 0


def _heading(said: str) -> str:
    return f"<p><b>{escape(said[:300])}</b></p>\n"


def _hunk(hunk: Mapping[str, Any], language: str, direction: str) -> str:
    spans = [s for s in hunk["spans"] if isinstance(s, dict)]
    text = "".join(_span(spans, place) for place in range(len(spans)))
    return _paragraph((MOVED if hunk.get("op") == "move" else "") + text, language, direction)


def _paragraph(html: str, language: str, direction: str) -> str:
    lang = f' lang="{escape(language)}"' if language else ""
    return f'<blockquote{lang} dir="{direction}"><p>{html}</p></blockquote>\n'


def _span(spans: Sequence[Mapping[str, Any]], place: int) -> str:
    op, text = spans[place].get("op"), plain(spans[place].get("text"))
    if not text:
        return ""
    if op in MARKS:
        before, after = MARKS[op]
        return f"{before}{escape(text)}{after}"
    return escape(_shortened(text, place > 0, place < len(spans) - 1))


def _shortened(text: str, after_change: bool, before_change: bool) -> str:
    """Unchanged text with its middle, or the end away from a change, left out."""
    head, tail = KEPT if after_change else 0, KEPT if before_change else 0
    if len(text) <= head + tail + 40:
        return text
    start = text[:head].rsplit(" ", 1)[0] + " " if head else ""
    end = " " + text[-tail:].split(" ", 1)[-1] if tail else ""
    return f"{start}…{end}" if start or end else text[: 2 * KEPT] + "…"


def _cut(hunk: Mapping[str, Any], language: str, direction: str, room: int) -> str:
    """The beginning of a hunk that is longer than an item may be."""
    spans: list[dict[str, str]] = []
    left = max(200, room // 8)  # letters; a letter takes up to six bytes once escaped
    for span in hunk["spans"]:
        text = plain(span.get("text"))
        spans.append({"op": str(span.get("op")), "text": text[:left] + ("…" if len(text) > left else "")})
        left -= len(text)
        if left <= 0:
            break
    return _heading(plain(hunk.get("heading"))) + _hunk({"op": hunk.get("op"), "spans": spans}, language, direction)
