"""The verbs that fetch, and those that read again what was fetched: crawl, worker, notify, backfill, reread."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import click

from errors import BadConfiguration, BadStore
from extras import lacking
from verbs.common import (
    CRASHED,
    DONE,
    IN_PART,
    Home,
    as_json,
    counts,
    declare,
    fail,
    honest,
    load_names,
    need_tracker,
    now,
    open_door,
    pass_home,
    prepare,
    progress,
    registry,
    renew_exports,
    report,
    say,
    tell_hub,
)


@click.command()
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
    """Crawl what is due, wait for what is due next, again; the lock is held only while a crawl runs. Where the checkout was updated
    meanwhile, this process begins anew with the code as it stands."""
    from crawler import code
    from crawler.lock import crawl_lock
    from crawler.schedule import Stop
    from store.watch import next_due

    begun = code.whole()
    with Stop() as stop:
        while not stop.asked:
            if code.whole() != begun:
                say("the code was updated; beginning anew with it")
                os.execv(sys.executable, sys.orig_argv)
            try:
                with crawl_lock(home.lock):
                    chosen = _chosen(home, (), True, limit)
                    report = _run_crawl(home, chosen, minutes, 0) if chosen else None
                if report:
                    say(report.line())
                if report and report.interrupted:
                    break
            except BadStore as error:
                if error.cause not in {"busy", "code-version"}:
                    raise
                say(str(error))
            if code.whole() == begun:  # else there is no need to wait
                stop.wait(next_due(home.tracker, _crawled(), now()))
    say("ended")


@click.command()
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
    from crawler.replay import manifest, replay
    from store.archive import Archive
    from store.rebuild import catch_up

    manifest(folder)  # before any database is made
    with Archive(home.archive) as archive, open_door(home, archive) as door:
        kept, known = replay(folder, archive)
        say(f"archived {kept} pages ({known} were there already); reading them")
        with progress("reading") as step:
            catch_up(door, archive, load_names, step)
        report({"kept": kept, "known": known} | counts(door.db), as_json)


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

    prepare(home, registry())
    settings = replace(CrawlSettings.from_environment(), budget=(minutes or 0) * 60.0, pages=pages)
    run = now() + (BACK_FILL if pages else "")
    how = _shared(home) if home.scale.is_file() else crawl
    with progress("fetching") as step:
        report = how(chosen, home.archive, home.tracker, run=run, settings=settings, on_progress=step)
    renew_exports(home)
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
    """Mail, webhook and hub, where they are set up; a crawl does not fail because they do."""
    from feeds import notice

    tell_hub(home)
    try:
        told = notice.notify(home.tracker, home.folder / notice.STATE, notice.Ways.from_environment(), now())
    except notice.NotTold as error:
        say(f"could not notify: {error}")
        return
    if told:
        say(told)


@click.command()
@click.option("--force", is_flag=True, help="Also if a digest went out today already.")
@pass_home
@honest
def notify(home: Home, force: bool) -> None:
    """Tell maintainers which sources broke or mended since the last word, by mail and webhook; at most one digest a day.

    Set BANWATCH_MAIL_TO with BANWATCH_SMTP (smtp://user:password@host:587), BANWATCH_WEBHOOK (an https address), or both.
    Example: banwatch notify
    """
    from feeds import notice

    need_tracker(home)
    ways = notice.Ways.from_environment()
    if not ways:
        raise BadConfiguration("nobody to tell: set BANWATCH_MAIL_TO and BANWATCH_SMTP, or BANWATCH_WEBHOOK")
    try:
        say(notice.notify(home.tracker, home.folder / notice.STATE, ways, now(), force) or "nothing new to tell")
    except notice.NotTold as error:
        fail(str(error), CRASHED)


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

        chosen = due_now(home.tracker, chosen, now())
    return chosen[:limit]


def _crawled() -> list[Any]:
    """The live sources that are crawled: neither retired nor taken by hand."""
    return [source for source in registry() if not source.retired and not source.by_hand]


@click.command()
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
    if lacks := lacking("pyarrow", "a back-fill", "scale-backfill"):
        raise BadConfiguration(lacks)
    from crawler.lock import crawl_lock
    from scale.backfill import read_all
    from scale.load import load
    from scale.settings import engine

    folder, found = parts or home.folder / "backfill", [s for s in registry() if not s.retired]
    with progress("reading parts") as step:
        counts = read_all(files, found, folder, engine(home.scale), step)
    with crawl_lock(home.lock), progress("loading") as step:
        prepare(home)
        counts |= {
            f"loaded_{name}": count for name, count in load(folder, found, home.archive, home.tracker, step).items()
        }
    report(counts, as_json)
    raise SystemExit(IN_PART if counts.get("faults") else DONE)


@click.command()
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
        declare(archive)
        rebuild(archive, home.tracker, parsers.read, load_names, step)
        report(counts(open_tracker(home.tracker)), as_json)
