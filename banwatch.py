"""Roof: the verbs of the command line. Each calls one room, prints what came of it, and ends with an honest exit code.

Rooms are imported by the verb that needs them, so that `banwatch health` does not load a crawler.
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import click

from errors import BadConfiguration, BadStore, BanwatchError

ROOT = Path(__file__).resolve().parent
DONE, CRASHED, USAGE, NO_SPACE, BAD_CONFIGURATION, IN_PART, ALL_FAILED, BUSY, INTERRUPTED = 0, 1, 2, 3, 4, 5, 6, 7, 11
STORE_CODES = {"busy": BUSY, "store-newer": BAD_CONFIGURATION, "no-space": NO_SPACE}
DAMAGED = "a database cannot be used: {}; `banwatch archive verify` tells whether it is the archive, `banwatch reread` makes tracker.db anew"
FULL_DISK = {27, 28, 30, 122}  # EFBIG, ENOSPC, EROFS, EDQUOT

P = ParamSpec("P")
R = TypeVar("R")


class Home:
    """Where one installation keeps what it makes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.archive = folder / "archive.db"
        self.tracker = folder / "tracker.db"
        self.feeds = folder / "feeds"
        self.lock = folder / "crawl.lock"
        self.scale = folder / "scale.toml"  # beyond one machine; nothing of it is loaded without the file


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
            fail(*((f"cannot write: {error}", NO_SPACE) if _no_space(error) else (DAMAGED.format(error), CRASHED)))
        except OSError as error:
            fail(f"cannot write: {error}", NO_SPACE) if _no_space(error) else fail(
                f"{type(error).__name__}: {error}", CRASHED
            )
        raise AssertionError("fail() does not return")

    return run


def _no_space(error: Exception) -> bool:
    if isinstance(error, OSError):
        return error.errno in FULL_DISK or isinstance(error, PermissionError)
    return any(word in str(error) for word in ("full", "readonly", "disk I/O"))


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("--home", type=click.Path(path_type=Path, file_okay=False), default=ROOT / "data", envvar="BANWATCH_HOME",
              help="Folder of archive.db, tracker.db and feeds. Default: data/ of the checkout.")  # fmt: skip
@click.version_option(package_name="banwatch")
@click.pass_context
def main(context: click.Context, home: Path) -> None:
    """Who restricts which app, where, since when, on what ground, and how platforms answer."""
    context.obj = Home(home.resolve())


pass_home = click.make_pass_decorator(Home)
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")


# crawling -------------------------------------------------------------------------------------------------------------
@main.command()
@click.option("--only", multiple=True, metavar="ID", help="Only this source; may be given several times.")
@click.option("--due", is_flag=True, help="Only sources whose own schedule says so.")
@click.option("--limit", type=click.IntRange(1), help="At most so many sources, the longest due first.")
@click.option(
    "--minutes", type=click.IntRange(1), help="Ask for nothing more after so many minutes; what is left stays due."
)
@click.option("--watch", is_flag=True, help="Stay up: crawl what is due, wait, again, until stopped.")
@click.option(
    "--back-fill", "back_fill", metavar="ID", help="Read older pages of this source's list; what they bring is no news."
)
@click.option(
    "--pages",
    type=click.IntRange(1, 500),
    default=5,
    show_default=True,
    help="How many pages of the list a back-fill reads.",
)
@click.option("--replay", type=click.Path(path_type=Path, exists=True, file_okay=False), metavar="DIR",
              help="Take recorded pages (DIR/manifest.jsonl) instead of the network.")  # fmt: skip
@as_json
@pass_home
@honest
def crawl(
    home: Home, only: tuple[str, ...], due: bool, limit: int | None, minutes: int | None, watch: bool, back_fill: str | None,
    pages: int, replay: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Crawl live sources, or recorded pages.

    Safe to kill and to run twice at once: whoever comes second ends with 7. Example: banwatch crawl --due --minutes 30
    """
    from crawler.lock import crawl_lock

    if watch:
        _watch(home, limit, minutes or 30)
        return
    with crawl_lock(home.lock):
        if replay:
            _replay(home, replay, as_json)
        elif back_fill:
            _crawl(home, _chosen(home, (back_fill,), False, None), as_json, minutes, pages)
        else:
            _crawl(home, _chosen(home, only, due, limit), as_json, minutes)


def _watch(home: Home, limit: int | None, minutes: int) -> None:
    """Crawl what is due, wait for what is due next, again; the lock is held only while a crawl runs."""
    from crawler.lock import crawl_lock
    from crawler.schedule import Stop
    from store.watch import next_due

    with Stop() as stop:
        while not stop.asked:
            try:
                with crawl_lock(home.lock):
                    chosen = _chosen(home, (), True, limit)
                    report = _run_crawl(home, chosen, minutes, 0) if chosen else None
                if report:
                    say(report.line())
                if report and report.interrupted:
                    break
            except BadStore as error:
                if error.cause != "busy":
                    raise
                say(str(error))
            stop.wait(next_due(home.tracker, _crawled(), _now()))
    say("ended")


@main.command()
@click.option("--once", is_flag=True, help="End with the crawl that runs, at once if none does.")
@pass_home
@honest
def worker(home: Home, once: bool) -> None:
    """Fetch for a crawl that many machines share. `banwatch crawl` with the same scale.toml is its writer.

    Needs scale.toml in the home folder with the address of a Redis. Example: banwatch --home /srv/banwatch worker
    """
    from scale.settings import shared

    settings = shared(home.scale)
    if settings is None:
        raise BadConfiguration(f"{home.scale}: no [crawl] with the address of a Redis; see docs/how-to/scale-out.md")
    from scale.worker import work

    handed = work(settings, wait=not once)
    say("no crawl runs" if handed < 0 else f"handed in {handed} pages")


def _replay(home: Home, folder: Path, as_json: bool) -> None:
    from crawler.replay import replay
    from store.archive import Archive
    from store.rebuild import catch_up

    with Archive(home.archive) as archive, _door(home, archive) as door:
        kept, known = replay(folder, archive)
        say(f"archived {kept} pages ({known} were there already); reading them")
        with progress("reading") as step:
            catch_up(door, archive, load_names, step)
        _report({"kept": kept, "known": known} | _counts(door.db), as_json)


def _crawl(home: Home, chosen: list[Any], as_json: bool, minutes: int | None = None, pages: int = 0) -> None:
    if not chosen:
        say("nothing is due")
        return
    report = _run_crawl(home, chosen, minutes, pages)
    click.echo(json.dumps(report.as_dict(), ensure_ascii=False) if as_json else report.table())
    raise SystemExit(report.exit_code)


def _run_crawl(home: Home, chosen: list[Any], minutes: int | None, pages: int) -> Any:
    """One crawl of ``chosen``, and word of what changed to whoever is to be told."""
    from dataclasses import replace

    from crawler import CrawlSettings, crawl
    from store.door import BACK_FILL

    _prepare(home)
    settings = replace(CrawlSettings.from_environment(), budget=(minutes or 0) * 60.0, pages=pages)
    run = _now() + (BACK_FILL if pages else "")
    how = _shared(home) if home.scale.is_file() else crawl
    with progress("fetching") as step:
        report = how(chosen, home.archive, home.tracker, run=run, settings=settings, on_progress=step)
    _tell(home)
    return report


def _shared(home: Home) -> Any:
    """How to crawl by the workers that scale.toml names; the usual crawl where it names none."""
    from functools import partial

    from crawler import crawl
    from scale.settings import shared

    settings = shared(home.scale)
    if settings is None:
        return crawl
    from scale.writer import crawl as crawl_by_workers

    say(f"writing for the workers at {settings.redis.rsplit('@', 1)[-1]}")
    return partial(crawl_by_workers, shared=settings)


def _tell(home: Home) -> None:
    """Mail and webhook, where they are set up; a crawl does not fail because they do."""
    from feeds import notice

    try:
        told = notice.notify(home.tracker, home.folder / notice.STATE, notice.Ways.from_environment(), _now())
    except notice.NotTold as error:
        say(f"could not notify: {error}")
        return
    if told:
        say(told)


@main.command()
@click.option("--force", is_flag=True, help="Also if a digest went out today already.")
@pass_home
@honest
def notify(home: Home, force: bool) -> None:
    """Tell maintainers which sources broke or mended since the last word, by mail and webhook; at most one digest a day.

    Set BANWATCH_MAIL_TO with BANWATCH_SMTP (smtp://user:password@host:587), BANWATCH_WEBHOOK (an https address), or both.
    Example: banwatch notify
    """
    from feeds import notice

    if not home.tracker.is_file():
        raise BadStore(f"{home.tracker}: not there yet; crawl first", "store-missing")
    ways = notice.Ways.from_environment()
    if not ways:
        raise BadConfiguration("nobody to tell: set BANWATCH_MAIL_TO and BANWATCH_SMTP, or BANWATCH_WEBHOOK")
    try:
        say(notice.notify(home.tracker, home.folder / notice.STATE, ways, _now(), force) or "nothing new to tell")
    except notice.NotTold as error:
        fail(str(error), CRASHED)


def _prepare(home: Home) -> None:
    """Reference tables and register in place, and what an earlier crawl archived but could not read any more."""
    from store.archive import Archive
    from store.rebuild import catch_up

    with Archive(home.archive) as archive, _door(home, archive) as door:
        _retire_the_gone(archive)
        taken = catch_up(door, archive, load_names)
        if taken:
            say(f"read {taken} pages that an earlier crawl had left unread")


def _chosen(home: Home, only: tuple[str, ...], due: bool, limit: int | None) -> list[Any]:
    found = {source.id: source for source in registry()}
    unknown = [name for name in only if name not in found]
    if unknown:
        import difflib

        near = difflib.get_close_matches(unknown[0], found, 3)
        raise click.UsageError(f"no source {unknown[0]!r}" + (f"; near: {', '.join(near)}" if near else ""))
    chosen = [found[name] for name in only] if only else _crawled()
    if due:
        from store.watch import due as due_now

        chosen = due_now(home.tracker, chosen, _now())
    return chosen[:limit]


def _crawled() -> list[Any]:
    """The live sources that are crawled: neither retired nor taken by hand."""
    return [source for source in registry() if not source.retired and not source.by_hand]


def registry() -> list[Any]:
    """The live sources, checked."""
    import parsers
    import sources

    return sources.register(parsers.PARSERS, parsers.OPTIONS)


def load_names(door: Any) -> None:
    """What does not come from pages: reference tables and the register."""
    from store import register
    from store.door import save_names

    save_names(door.db)
    register.load(door.db)


def _door(home: Home, archive: Any) -> Any:
    import parsers
    from store.door import Door

    return Door(home.tracker, archive, parsers.read)


@main.command()
@click.argument(
    "files", nargs=-1, required=True, metavar="WARC...", type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@click.option(
    "--parts",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where Parquet files go and are taken up again. Default: backfill/ of the home folder.",
)
@as_json
@pass_home
@honest
def backfill(home: Home, files: tuple[Path, ...], parts: Path | None, as_json: bool) -> None:
    """Read web archives (WARC) through the same parsers, and load what belongs to a source.

    Safe to kill and to run again. Example: banwatch backfill CC-NEWS-20240923.warc.gz
    """
    import importlib.util

    if importlib.util.find_spec("pyarrow") is None:
        raise BadConfiguration("backfill writes Parquet: install it with `uv sync --frozen --extra scale-backfill`")
    from crawler.lock import crawl_lock
    from scale.backfill import read_all
    from scale.load import load
    from scale.settings import engine

    folder, found = parts or home.folder / "backfill", [s for s in registry() if not s.retired]
    with progress("reading parts") as step:
        counts = read_all(files, found, folder, engine(home.scale), step)
    with crawl_lock(home.lock), progress("loading") as step:
        _prepare(home)
        counts |= {
            f"loaded_{name}": count for name, count in load(folder, found, home.archive, home.tracker, step).items()
        }
    _report(counts, as_json)
    raise SystemExit(IN_PART if counts.get("faults") else DONE)


@main.command()
@as_json
@pass_home
@honest
def reread(home: Home, as_json: bool) -> None:
    """Rebuild tracker.db from the archive, without network, in one step for readers.

    Example: banwatch reread
    """
    import parsers
    from crawler.lock import crawl_lock
    from store.archive import Archive
    from store.database import open_tracker
    from store.rebuild import rebuild

    with crawl_lock(home.lock), Archive(home.archive, readonly=True) as archive, progress("reading") as step:
        _declare(archive)
        rebuild(archive, home.tracker, parsers.read, load_names, step)
        _report(_counts(open_tracker(home.tracker)), as_json)


def _declare(archive: Any) -> None:
    """The registry's word on a source counts before the archive's memory of it."""
    held = archive.declarations()
    for source in registry():
        if source.id in held:
            archive.declare(source)
    _retire_the_gone(archive)


def _retire_the_gone(archive: Any) -> None:
    """A source that left the registry keeps its history, and is marked retired from today on."""
    import sources

    known = {source.id for source in registry()}
    for source in archive.declarations().values():
        if source.id not in known and sources.was_registered(source):
            archive.declare(sources.retire(source, _now()[:10]))


@main.command()
@click.option("--once", is_flag=True, help="Build everything and end, without serving.")
@click.option("--port", type=int, default=8001, show_default=True, help="First port to try for Datasette.")
@pass_home
@honest
def demo(home: Home, once: bool, port: int) -> None:
    """Show everything at work on the sample web that ships with the project: crawl it, build, serve.

    Example: banwatch demo --once
    """
    from crawler import CrawlSettings, crawl
    from crawler.lock import crawl_lock
    from crawler.sampleweb import SampleWeb

    begun = time.monotonic()
    home = Home(home.folder / "demo")
    with crawl_lock(home.lock):
        _fresh(home)
        with SampleWeb(ROOT / "data" / "sample") as web:
            for number, day in enumerate(web.days, 1):
                web.round = number
                say(f"round {number} of {len(web.days)}: the sample web as of {day:%d %B %Y}, at {web.base}")
                _prepare(home)
                settings = CrawlSettings.for_loopback(web.base, now=day)
                with progress("fetching") as step:
                    report = crawl(sample_sources(web.base), home.archive, home.tracker, run=day.isoformat(),
                                   settings=settings, on_progress=step)  # fmt: skip
                say(report.line())
        _mark_sample(home)
        _build_feeds(home, home.feeds)
        click.echo(_demo_summary(home, time.monotonic() - begun))
    if not once:
        _serve(home, "127.0.0.1", port, public=False)


def sample_sources(base: str) -> list[Any]:
    """The sources of the sample web served at ``base``."""
    import parsers
    import sources

    return sources.sample(ROOT / "data" / "sample" / "sources", base, parsers.PARSERS, parsers.OPTIONS)


def _fresh(home: Home) -> None:
    """The demo begins anew each time, so that what it shows does not depend on earlier ones."""
    home.folder.mkdir(parents=True, exist_ok=True)
    for path in home.folder.glob("*.db*"):
        path.unlink()


def _mark_sample(home: Home) -> None:
    from store.database import open_tracker, put, writing

    db = open_tracker(home.tracker)
    with writing(db):
        put(db, "note", {"key": "sample", "value": "1"})
    db.close()


def _demo_summary(home: Home, seconds: float) -> str:
    from store.database import open_tracker

    db = open_tracker(home.tracker)
    lines = [f"{number:>6}  {name}" for name, number in _counts(db).items()]
    feeds = sum(1 for _ in home.feeds.rglob("*.atom"))
    db.close()
    return "\n".join([
        "", "Banwatch, on the sample web that ships with it (pages written for the project, on real facts):", "",
        *lines, f"{feeds:>6}  feeds (each as RSS, Atom and JSON) in {home.feeds}", "",
        f"Built in {seconds:.1f} s. To go live: `.venv/bin/banwatch crawl`, then `.venv/bin/banwatch serve`.", "",
    ])  # fmt: skip


# reading --------------------------------------------------------------------------------------------------------------
@main.command()
@click.option("--public", is_flag=True, help="For a server others reach: nobody may write SQL.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=int, default=8001, show_default=True, help="First port to try.")
@pass_home
@honest
def serve(home: Home, public: bool, host: str, port: int) -> None:
    """Serve tracker.db through Datasette, feeds included.

    On loopback its one user may write SQL; with --public nobody may. Example: banwatch serve --public --port 8080
    """
    _serve(home, host, port, public)


def _serve(home: Home, host: str, port: int, public: bool) -> None:
    import subprocess

    from feeds.serving import free_port, serve_command

    if not home.tracker.is_file():
        raise BadStore(f"{home.tracker}: not there yet; run `banwatch demo` or `banwatch crawl` first", "store-missing")
    found = free_port(host, port)
    if found != port:
        say(f"port {port} is taken; using {found}")
    base = f"http://{host}:{found}"
    say(
        f"Datasette:  {base}/\nfeeds:      {base}/feeds   (all: {base}/feeds/all.atom)\nsources:    {base}/maintainers\nCtrl-C ends."
    )
    if public and not os.environ.get("BANWATCH_BASE_URL"):
        say(f"feeds name {base} as their address; set BANWATCH_BASE_URL to where others reach this server")
    process = subprocess.Popen(serve_command(ROOT / "datasette", home.tracker, host, found, public))
    try:
        raise SystemExit(process.wait())
    except KeyboardInterrupt:
        process.terminate()
        process.wait(timeout=10)
        say("ended")
        raise SystemExit(DONE) from None


@main.group()
def feed() -> None:
    """Feeds of developments."""


@feed.command("build")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Default: feeds/ of the home folder.")
@click.option(
    "--base-url",
    default="",
    metavar="URL",
    help="Where the site is published. Default: BANWATCH_BASE_URL, else this machine.",
)
@pass_home
@honest
def feed_build(home: Home, out: Path | None, base_url: str) -> None:
    """Write all feeds as static files, with an OPML list.

    Example: banwatch feed build --out public/feeds --base-url https://banwatch.example
    """
    say(f"{_build_feeds(home, out or home.feeds, base_url)} files in {out or home.feeds}")


def _build_feeds(home: Home, out: Path, base_url: str = "") -> int:
    import feeds

    if not home.tracker.is_file():
        raise BadStore(f"{home.tracker}: not there yet; crawl first", "store-missing")
    return len(feeds.build(home.tracker, out, base_url))


# watching -------------------------------------------------------------------------------------------------------------
@main.group("sources")
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


@main.command()
@as_json
@pass_home
@honest
def health(home: Home, as_json: bool) -> None:
    """Per source: last success, last new item, failures, count against expectation. Exit 5 if any is broken.

    Example: banwatch health --json
    """
    from store.database import read_tracker
    from store.watch import health as health_of

    if not home.tracker.exists():
        raise BadStore(f"{home.tracker}: not there yet; crawl first", "store-missing")
    found = health_of(read_tracker(home.tracker))
    click.echo(json.dumps(found.as_dict(), ensure_ascii=False) if as_json else found.table())
    raise SystemExit(IN_PART if found.broken else DONE)


@main.group("register")
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
    from store.door import save_names

    home.folder.mkdir(parents=True, exist_ok=True)
    with crawl_lock(home.lock), Archive(home.archive) as archive, _door(home, archive) as door:
        save_names(door.db)
        done = register.load(door.db, folder or register.REGISTER)
        door.settle()
        _report(done.as_dict() | _counts(door.db), as_json)


# measuring ------------------------------------------------------------------------------------------------------------
def files(verb: Callable[..., Any]) -> Callable[..., Any]:
    """--in and --out of a verb that reads and writes JSON lines."""
    out = click.option("--out", "target", type=click.Path(path_type=Path, dir_okay=False), required=True)
    return click.option("--in", "source", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=True)(
        out(verb)
    )


@main.command()
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


@main.command()
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


# keeping --------------------------------------------------------------------------------------------------------------
@main.group("archive")
def archive_group() -> None:
    """The pages as fetched."""


@archive_group.command("verify")
@pass_home
@honest
def archive_verify(home: Home) -> None:
    """Hold every stored body against its hash. Exit 1 names those that differ.

    Example: banwatch archive verify
    """
    from store.archive import Archive

    with Archive(home.archive, readonly=True) as archive:
        faults = list(archive.verify())
        for sha, fault in faults:
            click.echo(f"{sha}  {fault}")
        size = archive.size()
    say(f"{size['bodies'] - len(faults)} of {size['bodies']} bodies have their hash; {size['sightings']} sightings")
    raise SystemExit(CRASHED if faults else DONE)


@main.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@pass_home
@honest
def backup(home: Home, folder: Path) -> None:
    """Write a consistent, checked copy of both databases into FOLDER, also while a crawl runs.

    Example: banwatch backup /mnt/backup/2026-11-24
    """
    from store.database import copy

    folder.mkdir(parents=True, exist_ok=True)
    for path in (home.archive, home.tracker):
        if path.exists():
            copy(path, folder / path.name)
            say(f"{folder / path.name}: {(folder / path.name).stat().st_size:,} bytes, integrity ok")


@main.group("import")
def import_group() -> None:
    """Datasets of others, archived first, with a report of what was taken."""


@import_group.command("ota")
@click.argument("repository", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--only", multiple=True, metavar="SERVICE", help="Only this service; may be given several times.")
@click.option("--url", default="", help="Where readers find the repository. Default: the remote it was cloned from.")
@as_json
@pass_home
@honest
def import_ota(home: Home, repository: Path, only: tuple[str, ...], url: str, as_json: bool) -> None:
    """A versions repository of Open Terms Archive, with its whole history; says how many recorded changes are real.

    Example: banwatch import ota ../contrib-versions --only Telegram --only Zoom
    """
    from crawler.lock import crawl_lock
    from importers import ota
    from store.archive import Archive
    from store.rebuild import catch_up
    from store.report import document_report

    with crawl_lock(home.lock), Archive(home.archive) as archive, _door(home, archive) as door:
        taken = ota.take(repository, archive, only, url)
        say(f"archived {taken.kept} versions of {taken.documents} documents ({taken.known} were there already)")
        for path, why in taken.refused:
            say(f"refused {path}: {why}")
        with progress("reading") as step:
            catch_up(door, archive, load_names, step)
        report = document_report(door.db, "ota-")
    click.echo(json.dumps(report.as_dict(), ensure_ascii=False) if as_json else report.table())


def _dataset(name: str, what: str, example: str) -> None:
    """A verb that takes a file of a dataset of the registry."""

    @click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
    @click.option("--url", default="", help="Where the file comes from. Default: the address of the source.")
    @as_json
    @pass_home
    @honest
    def verb(home: Home, file: Path, url: str, as_json: bool) -> None:
        from datetime import UTC, datetime

        from importers.files import keep_file

        source = _registered("ooni-aggregation" if name == "ooni" else name)
        _import(home, lambda archive: [keep_file(file, source, archive, url, datetime.now(UTC))], as_json)

    verb.__doc__ = f"{what}\n\nSays row by row what was taken, and what was refused and why; the same file again adds nothing. Example: {example}"
    import_group.command(name)(verb)


_dataset("stop", "Access Now's spreadsheet of shutdowns (CSV or XLSX): which apps were cut off where, from when to when.",
         "banwatch import stop STOP_data.xlsx")  # fmt: skip
_dataset("ooni", "OONI's findings or aggregation (JSON): how an app could be reached, beside what was ordered.",
         'banwatch import ooni telegram-ru.json --url "https://api.ooni.org/api/v1/aggregation?probe_cc=RU&test_name=telegram"')  # fmt: skip
_dataset("wikidata", "A SPARQL result of Wikidata (JSON) that binds event, platformLabel, countryCode, start, end.",
         "banwatch import wikidata blocks.json")  # fmt: skip


@import_group.command("dpa")
@click.argument("file", required=False, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--since", default="", metavar="DAY", help="First day of the events that are asked for.")
@click.option("--until", default="", metavar="DAY", help="Last day. Default: today.")
@click.option("--api", default="", hidden=True)
@as_json
@pass_home
@honest
def import_dpa(home: Home, file: Path | None, since: str, until: str, api: str, as_json: bool) -> None:
    """Digital Policy Alert's events: an answer of its API as FILE, or asked for with your own key in BANWATCH_DPA_KEY.

    The key stands in the environment, on no command line. Example: banwatch import dpa --since 2026-01-01
    """
    import os
    from datetime import UTC, datetime

    from importers import dpa
    from importers.files import keep_body, keep_file

    source, now = _registered("dpa"), datetime.now(UTC)
    secret = os.environ.get("BANWATCH_DPA_KEY", "")
    if not file and not (secret and since):
        raise BadConfiguration("give a FILE, or set BANWATCH_DPA_KEY and --since")
    if file:
        _import(home, lambda archive: [keep_file(file, source, archive, "", now)], as_json)
        return
    pages = dpa.events(api or source.url, secret, since, until or _now()[:10])
    _import(
        home,
        lambda archive: [keep_body(body, "application/json", source, archive, url, now) for url, body in pages],
        as_json,
    )


def _registered(name: str) -> Any:
    return next(source for source in registry() if source.id == name)


def _import(home: Home, keep: Callable[[Any], list[tuple[str, bool]]], as_json: bool) -> None:
    """Archive first, read from there, report."""
    from crawler.lock import crawl_lock
    from store.archive import Archive
    from store.rebuild import catch_up
    from store.rows import row_report

    with crawl_lock(home.lock), Archive(home.archive) as archive, _door(home, archive) as door:
        pages = keep(archive)
        say(f"{sum(new for _, new in pages)} of {len(pages)} files are new")
        with progress("reading") as step:
            catch_up(door, archive, load_names, step)
        report = row_report(door.db, [page for page, _ in pages])
    click.echo(json.dumps(report.as_dict(), ensure_ascii=False) if as_json else report.table())
    if report.fault:
        fail(report.fault, CRASHED)


@main.command()
@click.argument("form", type=click.Choice(["csv", "parquet", "warc", "datapackage"]))
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="A folder; for warc a file ending in .warc.gz."
)
@pass_home
@honest
def export(home: Home, form: str, out: Path) -> None:
    """Write everything out again, in formats others read.

    Example: banwatch export datapackage --out public/data
    """
    from store import export as writing_out
    from store.archive import Archive

    if form == "warc":
        with Archive(home.archive, readonly=True) as archive:
            say(f"{writing_out.export_warc(archive, out)} records in {out}")
        return
    if not home.tracker.is_file():
        raise BadStore(f"{home.tracker}: not there yet; crawl first", "store-missing")
    forms = {
        "csv": writing_out.export_csv,
        "parquet": writing_out.export_parquet,
        "datapackage": writing_out.export_datapackage,
    }
    counts = forms[form](home.tracker, out)
    say(f"{sum(counts.values())} rows of {len(counts)} views in {out}")


# printing -------------------------------------------------------------------------------------------------------------
@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """A line that is rewritten on a terminal; elsewhere one plain line every ten seconds."""
    tty, last = sys.stderr.isatty(), [time.monotonic()]

    def step(count: int, total: int) -> None:
        text = f"{what} {count}" + (f" of {total}" if total else "")
        if tty:
            sys.stderr.write(f"\r{text} ")
        elif time.monotonic() - last[0] > 10:
            say(text)
            last[0] = time.monotonic()

    yield step
    if tty:
        sys.stderr.write("\r" + " " * 40 + "\r")


def _counts(db: sqlite3.Connection) -> dict[str, int]:
    views = (
        "sightings",
        "pages",
        "documents",
        "versions",
        "updates",
        "articles",
        "claims",
        "actions",
        "timeline",
        "issues",
    )
    names = {"sightings": "sighting", "timeline": "timeline"}
    return {view: db.execute(f"select count(*) from {names.get(view, view)}").fetchone()[0] for view in views}


def _report(found: dict[str, int], as_json: bool) -> None:
    click.echo(json.dumps(found) if as_json else "\n".join(f"{number:>8}  {name}" for name, number in found.items()))


def _now() -> str:
    from datetime import UTC, datetime

    return datetime.now(UTC).isoformat(timespec="seconds")
