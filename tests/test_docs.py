"""The docs say what the program does: every verb and option of the command line stands in the reference, and nothing else."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from banwatch import main

ROOT = Path(__file__).parent.parent
REFERENCE = ROOT / "docs" / "reference" / "command-line.md"
HEAD = """# The command line

Made from the program's own help; a test holds the two together (`BANWATCH_WRITE_DOCS=1` rewrites this page).

Exit codes: 0 done, 1 crash or refused, 2 wrong usage, 3 no disk space, 4 bad configuration, 5 done in part, 6 every source failed,
7 another crawl is running, 11 interrupted.
"""


def verbs(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    yield name, command
    if isinstance(command, click.Group):
        for key in sorted(command.commands):
            yield from verbs(command.commands[key], f"{name} {key}")


def _context(command: click.Command, name: str) -> click.Context:
    """As the program makes it: below the roof, whose settings (-h) hold for every verb."""
    roof, _, words = name.partition(" ")
    width: dict[str, Any] = {"max_content_width": 110, "terminal_width": 110}
    above = click.Context(main, info_name=roof, **main.context_settings | width)
    return click.Context(command, info_name=words, parent=above, **width) if words else above


def page() -> str:
    parts = [HEAD]
    for name, command in verbs(main, "banwatch"):
        text = command.get_help(_context(command, name))
        parts.append(
            f"## {name}\n\n"
            + "\n".join(("    " + line).rstrip() for line in text.replace(str(ROOT), "<checkout>").splitlines())
            + "\n"
        )
    return "\n".join(parts)


def test_every_setting_of_the_environment_stands_in_one_table() -> None:
    rooms = ("verbs", "crawler", "feeds", "datasette", "store", "scale", "sources", "importers")
    read = {
        name
        for room in rooms
        for path in (ROOT / room).rglob("*.py")
        for name in re.findall(r'environ(?:ment)?.get\("(BANWATCH_[A-Z_]+)', path.read_text("utf-8"))
    }
    table = (ROOT / "docs" / "how-to" / "go-live.md").read_text("utf-8")
    told = {
        name
        for line in table.splitlines()
        if line.startswith("| `BANWATCH_")
        for name in re.findall(r"`(BANWATCH_[A-Z_]+)`", line)
    }
    assert len(read) > 8 and read <= told


def test_the_reference_is_the_program() -> None:
    if os.environ.get("BANWATCH_WRITE_DOCS"):
        REFERENCE.write_text(page(), encoding="utf-8")
    assert REFERENCE.read_text(encoding="utf-8") == page()


@pytest.mark.parametrize(
    ("name", "command"), list(verbs(main, "banwatch")), ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_verb_has_help_with_an_example(name: str, command: click.Command) -> None:
    assert command.help
    if not isinstance(command, click.Group):
        assert f"Example: {name.split(' import')[0]}" in command.help or "Example: banwatch" in command.help


@pytest.mark.parametrize(
    "path",
    [*sorted(ROOT.glob("docs/**/*.md")), ROOT / "README.md", ROOT / "CONTRIBUTING.md"],
    ids=lambda p: str(p.relative_to(ROOT)),
)
def test_links_and_verbs_in_the_docs_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#\s]+)", text):
        if "://" not in target:
            assert (path.parent / target).exists(), f"{path.name} links to {target}"
    known = {name for name, _ in verbs(main, "banwatch")}
    for words in re.findall(r"`(?:\.venv/bin/)?banwatch ([a-z]+(?: [a-z]+)?)", text):
        first = words.split()[0]
        assert f"banwatch {first}" in known, f"{path.name} names the verb {first!r}"
