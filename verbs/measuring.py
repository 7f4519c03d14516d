"""The verbs that measuring tools call: extract and compare, JSON lines in, JSON lines out."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from errors import BadConfiguration
from verbs.common import honest, progress


def files(verb: Callable[..., Any]) -> Callable[..., Any]:
    """--in and --out of a verb that reads and writes JSON lines."""
    out = click.option("--out", "target", type=click.Path(path_type=Path, dir_okay=False), required=True)
    return click.option("--in", "source", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=True)(
        out(verb)
    )


@click.command()
@files
@honest
def extract(source: Path, target: Path) -> None:
    """Claims from texts: JSON lines {id, title, text, published, lang, url} -> {id, events}.

    Example: banwatch extract --in articles.jsonl --out claims.jsonl
    """
    from claims.output import events
    from records import Article

    def one(row: dict[str, Any]) -> dict[str, Any]:
        article = Article(row.get("url") or "", row.get("title") or "", row.get("text") or "", row.get("lang") or "",
                          row.get("published") or "")  # fmt: skip
        return {"id": row["id"], "events": events(article)}

    _each_line(source, target, one)


@click.command()
@files
@honest
def compare(source: Path, target: Path) -> None:
    """Classes of changes: JSON lines {id, old_path, new_path, history, ...} -> {id, class, topics, ...}.

    Paths are relative to the input file. Example: banwatch compare --in labels.jsonl --out classes.jsonl
    """
    from changes.compare import compare as compare_row
    from parsers import markdown

    _each_line(source, target, lambda row: compare_row(row, source.parent, markdown.blocks, markdown.verbatim))


def _each_line(source: Path, target: Path, one: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    with source.open(encoding="utf-8") as lines, target.open("w", encoding="utf-8") as out, progress("reading") as step:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError as error:
                raise BadConfiguration(f"{source}:{number}: not JSON: {error}") from error
            out.write(json.dumps(one(row), ensure_ascii=False) + "\n")
            step(number, 0)
