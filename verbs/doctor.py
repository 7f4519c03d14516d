"""The verb that looks at an installation before it runs: machine, folder, databases, sources, settings. Changes nothing, asks no network."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib.util import find_spec

import click

from errors import BanwatchError
from verbs.common import BAD_CONFIGURATION, DONE, Home, as_json, honest, now, pass_home, registry

EXTRAS = {"pyarrow": "parquet", "redis": "scale-crawl", "distributed": "scale-backfill", "scrapy_playwright": "browser"}
MIB = 2**20


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
    except (BanwatchError, OSError, sqlite3.Error) as error:
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
    there = [extra for module, extra in EXTRAS.items() if find_spec(module)]
    yield Finding("ok", "extras", ", ".join(there) or "none installed (`uv sync --frozen --extra NAME`)")


def _folder(home: Home) -> Iterator[Finding]:
    from crawler import CrawlSettings
    from crawler.lock import holder

    place = next(path for path in (home.folder, *home.folder.parents) if path.exists())
    if not os.access(place, os.W_OK | os.X_OK):
        yield Finding("fault", "home", f"{home.folder} may not be written", "give it to the user who runs banwatch")
        return
    free, least = shutil.disk_usage(place).free, CrawlSettings().least_free
    if free < least:
        yield Finding("fault", "home", f"{home.folder}: {free // MIB} MiB free, a crawl begins with {least // MIB}", "make room")  # fmt: skip
    else:
        yield Finding("ok", "home", f"{home.folder}, {free // MIB:,} MiB free")
    crawl = holder(home.lock)
    if crawl:
        yield Finding("note", "lock", f"a crawl is running (process {crawl})")


def _archive(home: Home) -> Iterator[Finding]:
    from store.archive import Archive

    if not home.archive.is_file():
        yield Finding("note", "archive", "not there yet", "`banwatch crawl` begins it")
        return
    with Archive(home.archive, readonly=True) as archive:
        last = archive.last()
        newest = archive.sighting(last).fetched_at if last else ""
    yield Finding("ok", "archive", f"{last:,} fetches, the newest of {newest[:19] or 'no day'}; `banwatch archive verify` holds every body against its hash")  # fmt: skip
    if newest[:19] > now()[:19]:
        yield Finding("note", "clock", f"the newest fetch is of {newest[:19]}, later than now", "look at the clock of this machine")  # fmt: skip


def _tracker(home: Home) -> Iterator[Finding]:
    from store.archive import Archive
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
    if home.archive.is_file():
        with Archive(home.archive, readonly=True) as archive:
            behind = archive.last() - read
        if behind > 0:
            yield Finding("note", "tracker", f"{behind:,} fetches of the archive are not read yet", "the next crawl reads them")  # fmt: skip


def _sources(home: Home) -> Iterator[Finding]:
    from crawler import browser

    found = registry()
    yield Finding("ok", "sources", f"{len(found)} well-formed")
    for name in sorted({one.token_env for one in found if one.token_env and not os.environ.get(one.token_env)}):
        ids = [one.id for one in found if one.token_env == name]
        yield Finding("note", "token", f"{name} is not set: {', '.join(ids)} will be skipped")
    waiting = [one.id for one in found if one.needs_browser]
    if waiting and not browser.available():
        yield Finding("note", "browser", f"not installed: {', '.join(waiting)} will be skipped", "uv sync --frozen --extra browser, and Chromium")  # fmt: skip


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


LOOKS = (_machine, _folder, _archive, _tracker, _sources, _settings)
