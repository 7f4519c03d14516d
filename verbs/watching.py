"""The verbs about what is watched: sources, health, register."""

from __future__ import annotations

import json
from pathlib import Path

import click

from verbs.common import (
    DONE,
    IN_PART,
    Home,
    as_json,
    counts,
    honest,
    need_tracker,
    open_door,
    pass_home,
    registry,
    report,
    say,
)


@click.group("sources")
def sources_group() -> None:
    """The registry of what is watched."""


@sources_group.command("list")
@as_json
@honest
def sources_list(as_json: bool) -> None:
    """List the sources.

    Example: banwatch sources list --json
    """
    from dataclasses import asdict

    found = registry()
    if as_json:
        click.echo(json.dumps([asdict(s) for s in found], ensure_ascii=False))
        return
    for source in found:
        click.echo(f"{source.id:32} {source.parser:9} {source.tier:13} {source.language or '-':5} {source.url}")


@sources_group.command("check")
@click.option("--folder", type=click.Path(path_type=Path, exists=True, file_okay=False), help="Other than sources/.")
@honest
def sources_check(folder: Path | None) -> None:
    """Check every source file without network; exit 4 names the first fault.

    Example: banwatch sources check
    """
    import parsers
    import sources

    found = sources.load(folder, parsers.PARSERS, parsers.OPTIONS) if folder else registry()
    click.echo(f"{len(found)} sources are well-formed")


@sources_group.command("add")
@click.argument("url")
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), default=Path("sources"), show_default=True)
@click.option(
    "--recordings",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("tests/recordings"),
    show_default=True,
)
@honest
def sources_add(url: str, folder: Path, recordings: Path) -> None:
    """Look at a page and propose its source file: feed by autodiscovery, selectors, language, platform; and record it.

    Example: banwatch sources add https://www.edps.europa.eu/
    """
    from crawler.propose import propose

    known = {source.url: source.id for source in registry()}
    found = propose(url, folder, recordings, _platform_in, known)
    click.echo(found.text)
    say(f"written to {found.file}, recorded in {found.recording}; now check:")
    for doubt in found.doubts:
        say(f"  - {doubt}")
    say("  - the recording holds somebody's text: write it anew after its structure before you commit it")


def _platform_in(words: str) -> str:
    """Canonical name of the first platform named in some words, the host's name first; "" if none is."""
    import re
    from itertools import pairwise

    from claims import names
    from errors import Unrecognised

    *title, host = words.split()
    parts = [*host.split("."), *re.findall(r"[\w'-]+", " ".join(title))]
    for name in [*parts, *(f"{a} {b}" for a, b in pairwise(parts))]:
        try:
            return names.platform(name).name
        except Unrecognised:
            continue
    return ""


@sources_group.command("record")
@click.argument("url")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), default=Path("tests/recordings"), show_default=True
)
@honest
def sources_record(url: str, out: Path) -> None:
    """Fetch a page once, guarded and polite like a crawl, and save it as a recording for tests.

    Example: banwatch sources record https://telegram.org/privacy
    """
    from crawler.record import record

    say(f"recorded in {record(url, out)}")


@click.command()
@click.argument("source", required=False)
@as_json
@pass_home
@honest
def health(home: Home, source: str | None, as_json: bool) -> None:
    """Per source: last success, last new item, failures, count against expectation. Exit 5 if any is broken.

    With the id of a SOURCE: all that is known of it, and its open issues. Example: banwatch health telegram-privacy
    """
    from store.database import read_tracker
    from store.watch import health as health_of

    need_tracker(home)
    found = health_of(read_tracker(home.tracker), source or "")
    if source and not found.sources:
        raise click.UsageError(f"no source {source!r} was ever crawled here; see `banwatch sources list`")
    if source and not as_json:
        click.echo(found.facts())
        raise SystemExit(IN_PART if found.broken else DONE)
    click.echo(json.dumps(found.as_dict(), ensure_ascii=False) if as_json else found.table())
    raise SystemExit(IN_PART if found.broken else DONE)


@click.group("register")
def register_group() -> None:
    """Measures and changes that people read and entered, in data/register/."""


@register_group.command("load")
@click.option(
    "--folder", type=click.Path(path_type=Path, exists=True, file_okay=False), help="Other than data/register/."
)
@as_json
@pass_home
@honest
def register_load(home: Home, folder: Path | None, as_json: bool) -> None:
    """Bring tracker.db in line with the register: new entries in, corrected ones changed, missing ones out.

    Every crawl and reread does this too. A second load does nothing. Example: banwatch register load
    """
    from crawler.lock import crawl_lock
    from store import register
    from store.archive import Archive
    from store.given import save_names

    home.folder.mkdir(parents=True, exist_ok=True)
    with crawl_lock(home.lock), Archive(home.archive) as archive, open_door(home, archive) as door:
        save_names(door.db)
        done = register.load(door.db, folder or register.REGISTER)
        door.settle()
        report(done.as_dict() | counts(door.db), as_json)
