"""The verb that looks at an installation before it runs: machine, folder, databases, sources, settings. Changes nothing, asks no network."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from errors import BanwatchError
from extras import INSTALL, installed
from verbs.common import BAD_CONFIGURATION, DONE, Home, as_json, honest, now, pass_home, registry

MIB = 2**20
FAULTS = (BanwatchError, OSError, sqlite3.Error)


@dataclass(frozen=True, slots=True)
class Finding:
    """``state``: ok, note (works, but a person should know) or fault (a verb will refuse)."""

    state: str
    what: str
    text: str
    to_do: str = ""

    def line(self) -> str:
        return f"{self.state:6} {self.what:10} {self.text}" + (f"; {self.to_do}" if self.to_do else "")


@click.command()
@as_json
@pass_home
@honest
def doctor(home: Home, as_json: bool) -> None:
    """Look at this installation: what works, what is worth knowing, what is wrong and what to do. Exit 4 if anything is wrong.

    Asks no network and changes nothing. Example: banwatch doctor --json
    """
    found = [finding for look in LOOKS for finding in _safely(look, home)]
    click.echo(json.dumps([asdict(one) for one in found]) if as_json else "\n".join(one.line() for one in found))
    raise SystemExit(BAD_CONFIGURATION if any(one.state == "fault" for one in found) else DONE)


def _safely(look: Callable[[Home], Iterator[Finding]], home: Home) -> Iterator[Finding]:
    """What a look finds; what it raises by name is a finding too."""
    try:
        yield from look(home)
    except FAULTS as error:
        yield Finding("fault", look.__name__.strip("_"), str(error))


def _machine(home: Home) -> Iterator[Finding]:
    yield Finding("ok", "python", sys.version.split()[0])
    from store.watch import sqlite_state

    options = {row[0] for row in sqlite3.connect(":memory:").execute("pragma compile_options")}
    safe, words = sqlite_state()
    if "ENABLE_FTS5" not in options:
        yield Finding("fault", "sqlite", f"{words}, without ENABLE_FTS5", "use a Python whose SQLite has it")
    else:
        yield Finding("ok" if safe else "note", "sqlite", words)
    yield Finding("ok", "extras", ", ".join(installed()) or f"none installed (`{INSTALL.format('NAME')}`)")


def _folder(home: Home) -> Iterator[Finding]:
    from crawler import CrawlSettings
    from crawler.lock import holder
    from crawler.ready import short_of_room

    place = next(path for path in (home.folder, *home.folder.parents) if path.exists())
    if not os.access(place, os.W_OK | os.X_OK):
        yield Finding("fault", "home", f"{home.folder} may not be written", "give it to the user who runs banwatch")
        return
    short = short_of_room(place, CrawlSettings().least_free)
    if short:
        yield Finding("fault", "home", short, "make room")
    else:
        yield Finding("ok", "home", f"{home.folder}, {shutil.disk_usage(place).free // MIB:,} MiB free")
    crawl = holder(home.lock)
    if crawl:
        yield Finding("note", "lock", f"a crawl is running (process {crawl})")


def _databases(home: Home) -> Iterator[Finding]:
    """The archive, and the tracker beside it; a fault of one hides nothing of the other."""
    fetches: int | None = None
    try:
        fetches, newest = _fetches(home.archive)
        yield from _archive(home.archive, fetches, newest)
    except FAULTS as error:
        yield Finding("fault", "archive", str(error))
    try:
        yield from _tracker(home, fetches)
    except FAULTS as error:
        yield Finding("fault", "tracker", str(error))


def _fetches(path: Path) -> tuple[int, str]:
    """How many fetches the archive holds, and the instant of the newest; (0, "") where there is none yet."""
    from store.archive import Archive

    if not path.is_file():
        return 0, ""
    with Archive(path, readonly=True) as archive:
        last = archive.last()
        return last, archive.sighting(last).fetched_at[:19] if last else ""


def _archive(path: Path, fetches: int, newest: str) -> Iterator[Finding]:
    if not path.is_file():
        yield Finding("note", "archive", "not there yet", "`banwatch crawl` begins it")
        return
    yield Finding("ok", "archive", f"{fetches:,} fetches, the newest of {newest or 'no day'}; `banwatch archive verify` holds every body against its hash")  # fmt: skip
    if newest > now()[:19]:
        yield Finding("note", "clock", f"the newest fetch is of {newest}, later than now", "look at the clock of this machine")  # fmt: skip


def _tracker(home: Home, fetches: int | None) -> Iterator[Finding]:
    """``fetches``: those of the archive, None where it cannot be read."""
    from store.database import read_tracker

    if not home.tracker.is_file():
        to_do = "`banwatch reread` makes it" if home.archive.is_file() else ""
        yield Finding("note", "tracker", "not there yet", to_do)
        return
    db = read_tracker(home.tracker)
    read = int(db.execute("select coalesce(max(seq), 0) from sighting").fetchone()[0])
    version = db.execute("pragma user_version").fetchone()[0]
    db.close()
    yield Finding("ok", "tracker", f"schema {version}, read up to fetch {read:,}")
    if fetches and fetches > read:
        yield Finding("note", "tracker", f"{fetches - read:,} fetches of the archive are not read yet", "the next crawl reads them")  # fmt: skip
    if fetches is not None and fetches < read:
        yield Finding("fault", "tracker", f"knows {read:,} fetches, the archive only {fetches:,}", "put the newer archive back, or run `banwatch reread`")  # fmt: skip


def _sources(home: Home) -> Iterator[Finding]:
    from crawler.ready import lacks

    found = [source for source in registry() if not source.retired]
    yield Finding("ok", "sources", f"{len(found)} well-formed")
    waiting: dict[tuple[str, str], list[str]] = {}
    for source in found:
        reason = lacks(source)
        if reason and not source.by_hand:
            waiting.setdefault(reason, []).append(source.id)
    for (cause, words), ids in sorted(waiting.items()):
        yield Finding("note", cause, f"skipped: {', '.join(ids)}", words)


def _settings(home: Home) -> Iterator[Finding]:
    from feeds.addresses import LOCAL, Site
    from feeds.notice import Ways

    site = Site.from_environment()
    if not os.environ.get("BANWATCH_CONTACT"):
        yield Finding("note", "contact", "BANWATCH_CONTACT is not set", "publishers cannot reach you")
    if site.base == LOCAL:
        yield Finding("note", "address", f"feeds name {LOCAL}", "set BANWATCH_BASE_URL before the first subscriber")
    else:
        yield Finding("ok", "address", site.base)
    if site.tag == Site.tag:
        yield Finding("note", "tag", f"ids of items are made of {site.tag}", "set BANWATCH_TAG before the first subscriber, and never again")  # fmt: skip
    if not Ways.from_environment():
        yield Finding("note", "notices", "nobody is told when a source breaks", "set BANWATCH_MAIL_TO and BANWATCH_SMTP, or BANWATCH_WEBHOOK")  # fmt: skip
    if home.scale.is_file():
        from scale.settings import engine, shared

        told = ["one frontier in Redis"] if shared(home.scale) else []  # its address may hold a password
        told += ["back-fill on Dask"] if engine(home.scale).dask else []
        yield Finding("ok", "scale", f"{home.scale.name}: {', '.join(told) or 'nothing turned on'}")


LOOKS = (_machine, _folder, _databases, _sources, _settings)
