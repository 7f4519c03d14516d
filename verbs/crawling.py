"""The verbs that fetch, and those that read again what was fetched: crawl, reread."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import click

from errors import BadStore
from verbs.common import (
    Home,
    as_json,
    counts,
    declare,
    honest,
    leaving,
    load_names,
    now,
    open_door,
    pass_home,
    prepare,
    progress,
    registry,
    renew_exports,
    report,
    say,
)
from verbs.telling import tell


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
@leaving
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
    from crawler.schedule import Stop
    from store.watch import next_due

    begun = code.whole()
    with Stop() as stop:
        while not stop.asked:
            if code.whole() != begun:
                say("the code was updated; beginning anew with it")
                os.execv(sys.executable, sys.orig_argv)
            if _round(home, limit, minutes):
                break
            if code.whole() == begun:  # else there is no need to wait
                stop.wait(next_due(home.tracker, _crawled(), now()))
    say("ended")


def _round(home: Home, limit: int | None, minutes: int) -> bool:
    """One crawl of what is due; whether it was interrupted. What passes by itself is said and no more."""
    from crawler.lock import crawl_lock

    try:
        with crawl_lock(home.lock):
            chosen = _chosen(home, (), True, limit)
            report = _run_crawl(home, chosen, minutes, 0, apart=True) if chosen else None
    except BadStore as error:
        if error.cause not in {"busy", "code-version"}:
            raise
        say(str(error))
        return False
    if report:
        say(report.line())
    return bool(report and report.interrupted)


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
    report = _run_crawl(home, chosen, minutes, pages, apart=not home.whole)
    click.echo(json.dumps(report.as_dict(), ensure_ascii=False) if as_json else report.table())
    raise SystemExit(report.exit_code)


def _run_crawl(home: Home, chosen: list[Any], minutes: int | None, pages: int, apart: bool) -> Any:
    """One crawl of ``chosen``, and word of what changed to whoever is to be told; ``apart`` in a process of its own."""
    from dataclasses import replace
    from functools import partial

    from crawler import CrawlSettings, crawl
    from store.door import BACK_FILL

    prepare(home, registry())
    settings = replace(CrawlSettings.from_environment(), budget=(minutes or 0) * 60.0, pages=pages)
    run = now() + (BACK_FILL if pages else "")
    how = (_shared(home) if home.scale.is_file() else None) or partial(crawl, apart=apart)
    with progress("fetching") as step:
        report = how(chosen, home.archive, home.tracker, run=run, settings=settings, on_progress=step)
    renew_exports(home)
    tell(home)
    return report


def _shared(home: Home) -> Any:
    """How to crawl by the workers that scale.toml names; None where it names none."""
    from functools import partial

    from scale.settings import shared

    settings = shared(home.scale)
    if settings is None:
        return None
    from scale.writer import crawl as crawl_by_workers

    say(f"writing for the workers at {settings.redis.rsplit('@', 1)[-1]}")
    return partial(crawl_by_workers, shared=settings)


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
