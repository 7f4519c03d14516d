"""The pages about the tracker itself: its data, its methods with their measured quality, what it is."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, datetime
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from markupsafe import Markup
from reading.dictionary import dictionary, tables
from reading.download import VIEWS
from reading.look import Look, Shown
from reading.words import label, words

HEADING = re.compile('<h([23]) id="([^"]+)">(.*?)</h[23]>')  # level, id, words
VOCABULARY = {
    "kind": "Kinds of measures, cases and policy changes", "status": "Status of an action", "stage": "What happened to it", "role": "What a date is the date of",
    "basis": "How a date or a state is known", "tier": "Who says it", "standing": "Whether a claim counts", "class": "Class of a change", "direction": "Direction of a change",
    "topic": "Topics of a change", "relation": "Relation of a link", "scope": "Whom a measure binds", "reason": "Stated reasons that read otherwise than they are written",
    "health": "State of a source", "cause": "Cause of an issue",
}  # fmt: skip
DOCS = Path(__file__).resolve().parent.parent.parent / "docs"


def data(look: Look) -> Shown:
    """Downloads and the data dictionary. ``files``: ready-made exports in the folder ``exports`` beside the tracker."""
    folder = exports(look)
    shown: dict[str, Any] = {
        "downloads": [{"view": view, "csv": f"/data/{view}.csv", "jsonl": f"/data/{view}.jsonl"} for view in VIEWS],
        "files": files(folder) if folder else [],
        "dictionary": dictionary(look.db),
        "tables": tables(look.db),
        "vocabulary": vocabulary(),
    }  # fmt: skip
    shown["parquet"] = any(one["name"].endswith(".parquet") for one in shown["files"])
    return Shown(
        "data.html", "Data", "/data", shown, "Everything the tracker holds, to take away, and what every column means."
    )


def vocabulary() -> dict[str, dict[str, str]]:
    """The words that stand in the columns, by what they are words of: {title: {word: how it reads}}."""
    return {title: {word: label(word, table) for word in words()[table]} for table, title in VOCABULARY.items()}


def exports(look: Look) -> Path | None:
    """The folder of ready-made exports of the served tracker, if there is one."""
    path = look.value("select file from pragma_database_list where name = 'main'")
    folder = Path(path).parent / "exports" if path else None
    return folder if folder and folder.is_dir() else None


def files(folder: Path) -> list[dict[str, Any]]:
    """Ready-made files: name, bytes, SHA-256, when they were made, rows where the data package says so."""
    found = sorted(path for path in folder.rglob("*") if path.is_file() and offered(path))[:200]
    rows = _rows(folder)
    return [
        {"name": str(p.relative_to(folder)), "bytes": p.stat().st_size, "sha256": _sha256(str(p), p.stat().st_mtime_ns), "rows": rows.get(p.name),
         "made": datetime.fromtimestamp(p.stat().st_mtime, UTC).isoformat(timespec="seconds")} for p in found
    ]  # fmt: skip


def offered(path: Path) -> bool:
    """The archive is never given away, though a backup puts it beside the tracker: its pages belong to those who wrote them."""
    return not path.name.startswith((".", "archive.db"))


@cache
def _sha256(path: str, changed: int) -> str:
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _rows(folder: Path) -> dict[str, Any]:
    packages = sorted(folder.rglob("datapackage.json"))
    try:
        resources = json.loads(packages[0].read_text(encoding="utf-8"))["resources"] if packages else []
    except (ValueError, KeyError):
        return {}
    return {Path(r.get("path", "")).name: r.get("rows") or r.get("count") for r in resources}


def methods(look: Look) -> Shown:
    """How the tracker works and how well, as measured."""
    parts = {name: written(name) for name in ("how-it-works", "quality", "reliability")}
    return Shown("methods.html", "Methods and measured quality", "/methods", {"documents": {name: str(text) for name, text in parts.items() if text}},
                 "How facts come about here, what the words mean, and how often the machine is right, as measured.",
                 extra={"parts": [text for text in parts.values() if text], "contents": [one for text in parts.values() for one in HEADING.findall(text)]})  # fmt: skip


def about(look: Look) -> Shown:
    data = {
        "counts": {"sources": look.value("select count(*) from source"), "platforms": look.value("select count(*) from platform"),
                   "jurisdictions": len([code for code in look.names.used if code])},
        "as_of": look.value("select max(last_try) from health") or "",
    }  # fmt: skip
    return Shown(
        "about.html", "About Banwatch", "/about", data, "What Banwatch is, for whom, and how to reach its maintainers."
    )


def written(name: str) -> Markup:
    """A page of docs/explanation as HTML; markup inside it is shown, not run; "" if it is not there."""
    path = DOCS / "explanation" / f"{name}.md"
    if not path.is_file():
        return Markup("")
    return _html(path.read_text(encoding="utf-8"), name)


@cache
def _html(text: str, name: str) -> Markup:
    html = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
    for level in (3, 2, 1):  # one level down: the page has its own first heading
        html = html.replace(f"<h{level}>", f"<h{level + 1}>").replace(f"</h{level}>", f"</h{level + 1}>")
    numbers = count(1)
    html = re.sub("<h([23])>", lambda found: f'<h{found[1]} id="{name}-{next(numbers)}">', html)
    number = count(1)  # each region has a name of its own
    html = re.sub(
        "<table>",
        lambda _: (
            f'<div class="wide" role="region" aria-label="{name.capitalize()}, table {next(number)}" tabindex="0"><table>'
        ),
        html,
    )
    html = html.replace("</table>", "</table></div>")
    html = re.sub(
        "<pre>",
        lambda _: f'<pre role="region" aria-label="{name.capitalize()}, text {next(number)}" tabindex="0">',
        html,
    )
    return Markup(html)
