"""What every verb shares: the home folder, honest exit codes, words for people, progress, the registry. Runs nothing."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache, wraps
from pathlib import Path
from typing import Any, NoReturn, ParamSpec, Protocol, TypeVar

import click

from errors import BadConfiguration, BadStore, BanwatchError

ROOT = Path(__file__).resolve().parent.parent
EXPORTS = "exports"  # folder beside tracker.db whose files the site offers
MOST_COPIED = 500_000_000  # bytes of a tracker that is copied there after each crawl
DONE, CRASHED, USAGE, NO_SPACE, BAD_CONFIGURATION, IN_PART, ALL_FAILED, BUSY, INTERRUPTED = 0, 1, 2, 3, 4, 5, 6, 7, 11
STORE_CODES = {"busy": BUSY, "store-newer": BAD_CONFIGURATION, "no-space": NO_SPACE}
DAMAGED = "a database cannot be used: {}; `banwatch archive verify` tells whether it is the archive, `banwatch reread` makes tracker.db anew"
FULL_DISK = {27, 28, 30, 122}  # EFBIG, ENOSPC, EROFS, EDQUOT
P = ParamSpec("P")
R = TypeVar("R")


class Step(Protocol):
    """Called as work goes on: how many of how many (0: nobody knows), and of what."""

    def __call__(self, count: int, total: int, of: str = ...) -> None: ...


class Home:
    """Where one installation keeps what it makes. ``whole``: the verb has the process for itself, and ends with it."""

    def __init__(self, folder: Path, whole: bool = False) -> None:
        self.folder = folder
        self.whole = whole
        self.archive = folder / "archive.db"
        self.tracker = folder / "tracker.db"
        self.feeds = folder / "feeds"
        self.lock = folder / "crawl.lock"
        self.scale = folder / "scale.toml"  # beyond one machine; nothing of it is loaded without the file


def need_tracker(home: Home) -> None:
    """Raises BadStore where nothing was crawled yet, and for a file that this program does not know."""
    if not home.tracker.is_file():
        raise BadStore(
            f"{home.tracker}: not there yet; run `banwatch crawl` first, or `banwatch demo` for the sample",
            "store-missing",
        )
    from store.database import known

    known(home.tracker)


def leave(code: int) -> NoReturn:
    """End this process at once with all that was written flushed, as a process ends that was forked. A crawl that a second signal
    stopped leaves coroutines suspended, and CPython 3.11 crashes where it meets one while it tidies up."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def leaving(verb: Callable[P, None]) -> Callable[P, None]:
    """Have a verb that crawls in its own process ``leave`` it, with whatever code it ends."""

    @wraps(verb)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            verb(*args, **kwargs)
        except SystemExit as end:
            if any(isinstance(word, Home) and word.whole for word in args):
                leave(int(end.code or 0))
            raise

    return run


def say(text: str) -> None:
    """A line for people: on stderr, so that stdout stays for programs."""
    click.echo(text, err=True)


def fail(text: str, code: int) -> None:
    say(f"banwatch: {text}")
    raise SystemExit(code)


def honest(verb: Callable[P, R]) -> Callable[P, R]:
    """Turn errors that have a name into one line and their exit code."""

    @wraps(verb)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return verb(*args, **kwargs)
        except BadConfiguration as error:
            fail(str(error), BAD_CONFIGURATION)
        except BadStore as error:
            fail(str(error), STORE_CODES.get(error.cause, CRASHED))
        except BanwatchError as error:
            fail(f"{error.cause}: {error}", CRASHED)
        except KeyboardInterrupt:
            fail("interrupted; what was fetched is kept", INTERRUPTED)
        except sqlite3.DatabaseError as error:
            fail(*((_unwritable(error, args), NO_SPACE) if _no_space(error) else (DAMAGED.format(error), CRASHED)))
        except OSError as error:
            fail(_unwritable(error, args), NO_SPACE) if _no_space(error) else fail(
                f"{type(error).__name__}: {error}", CRASHED
            )
        raise AssertionError("fail() does not return")

    return run


def _unwritable(error: Exception, words: Sequence[object]) -> str:
    """Where it was to be written, if a verb said so in its ``words``: SQLite's own message names no file."""
    places = [f"{word.folder}: " for word in words if isinstance(word, Home)]
    return f"{''.join(places)}cannot be written: {error}; nothing that was kept is lost"


def _no_space(error: Exception) -> bool:
    if isinstance(error, OSError):
        return error.errno in FULL_DISK or isinstance(error, PermissionError)
    return any(word in str(error) for word in ("full", "readonly", "disk I/O"))


pass_home = click.make_pass_decorator(Home)
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")


def prepare(home: Home, watched: Sequence[Any] = ()) -> None:
    """Reference tables and register in place, ``watched`` sources known (never tried: waiting), and what an earlier crawl
    archived but could not read any more."""
    from store.archive import Archive
    from store.rebuild import catch_up

    with Archive(home.archive) as archive, open_door(home, archive) as door:
        archive.hold()
        for source in watched:
            archive.declare(source)
        archive.commit()
        retire_the_gone(archive)
        taken = catch_up(door, archive, load_names)
        if taken:
            say(f"read {taken} pages that an earlier crawl had left unread")


def registry() -> list[Any]:
    """The live sources, checked."""
    from sources import FOLDER

    return _registry(
        tuple((path, path.stat().st_mtime_ns, path.stat().st_size) for path in sorted(FOLDER.rglob("*.toml")))
    )


@lru_cache(maxsize=1)
def _registry(files: tuple[object, ...]) -> list[Any]:
    """The registry of ``files`` as they stand: a crawl asks for it three times."""
    import parsers
    import sources

    return sources.register(parsers.PARSERS, parsers.OPTIONS)


def load_names(door: Any) -> None:
    """What does not come from pages: reference tables and the register; nothing is done where they are in place as they stand."""
    from store.given import load

    load(door.db)


def open_door(home: Home, archive: Any) -> Any:
    from crawler.reading import read_page
    from store.door import Door

    return Door(home.tracker, archive, read_page)


def declare(archive: Any) -> None:
    """The registry's word on a source counts before the archive's memory of it."""
    held = archive.declarations()
    for source in registry():
        if source.id in held:
            archive.declare(source)
    retire_the_gone(archive)


def retire_the_gone(archive: Any) -> None:
    """A source that left the registry keeps its history, and is marked retired from today on."""
    import sources

    live = [source for source in archive.declarations().values() if sources.was_registered(source)]
    known = {source.id for source in registry()} if live else set()
    for source in live:
        if source.id not in known:
            archive.declare(sources.retire(source, now()[:10]))


@contextmanager
def progress(what: str) -> Iterator[Step]:
    """A line that is rewritten on a terminal; elsewhere one plain line every ten seconds. A step may be of something else than ``what``."""
    tty, last = sys.stderr.isatty(), [time.monotonic()]

    def step(count: int, total: int, of: str = what) -> None:
        if time.monotonic() - last[0] < (0.1 if tty else 10):
            return
        last[0] = time.monotonic()
        text = f"{of} {count}" + (f" of {total}" if total else "")
        click.echo(f"\r{text:40}" if tty else text, nl=not tty, err=True)

    yield step
    if tty:
        click.echo("\r" + " " * 40 + "\r", nl=False, err=True)


VIEWS = ("pages", "documents", "versions", "updates", "articles", "claims", "actions", "timeline", "issues")


def counts(db: sqlite3.Connection) -> dict[str, int]:
    """How much there is of what a reader looks for."""
    tables = {"sightings": "sighting"} | {view: view for view in VIEWS}
    return {name: db.execute(f"select count(*) from {table}").fetchone()[0] for name, table in tables.items()}


def report(found: dict[str, int], as_json: bool) -> None:
    click.echo(json.dumps(found) if as_json else "\n".join(f"{number:>8}  {name}" for name, number in found.items()))


def now() -> str:
    from datetime import UTC, datetime

    return datetime.now(UTC).isoformat(timespec="seconds")


def tell_hub(home: Home, base_url: str = "") -> bool:
    """Name the feeds that changed to the WebSub hub, if one is set up; nothing fails because it does not answer. Returns whether
    anything was said."""
    from feeds import hub
    from feeds.addresses import Site
    from feeds.notice import NotTold

    try:
        named = hub.tell(home.tracker, home.folder / hub.STATE, Site.from_environment(base_url))
    except NotTold as error:
        say(f"could not tell the hub: {error}")
        return True
    if named:
        say(f"{named} addresses told to the hub")
    return bool(named)


def renew_exports(home: Home) -> None:
    """Make the files of the folder ``exports`` anew, where there is one: what the page of data offers beside its views.

    Parquet only where the extra for it is installed; the tracker itself, as one SQLite file, only up to MOST_COPIED bytes: a larger one is
    copied by who wants to (``banwatch backup``).
    """
    from store.export import export_datapackage, export_parquet
    from store.files import copy

    out = home.folder / EXPORTS
    if not out.is_dir():
        return
    export_datapackage(home.tracker, out)
    if home.tracker.stat().st_size <= MOST_COPIED:
        copy(home.tracker, out / home.tracker.name)
    with suppress(BadConfiguration):
        export_parquet(home.tracker, out)
