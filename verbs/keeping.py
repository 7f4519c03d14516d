"""The verbs that keep and take: archive verify, backup, import, export."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from errors import BadConfiguration
from verbs.common import (
    CRASHED,
    DONE,
    Home,
    as_json,
    fail,
    honest,
    load_names,
    need_tracker,
    open_door,
    pass_home,
    progress,
    registry,
    say,
)


@click.group("archive")
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


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@pass_home
@honest
def backup(home: Home, folder: Path) -> None:
    """Write a consistent, checked copy of both databases into FOLDER, also while a crawl runs.

    Example: banwatch backup /mnt/backup/2026-11-24
    """
    from store.files import copy

    folder.mkdir(parents=True, exist_ok=True)
    for path in (home.archive, home.tracker):
        if path.exists():
            copy(path, folder / path.name)
            say(f"{folder / path.name}: {(folder / path.name).stat().st_size:,} bytes, integrity ok")


@click.group("import")
def import_group() -> None:
    """Datasets of others, archived first, with a report of what was taken."""


@import_group.command("ota")
@click.argument("repository", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--only", multiple=True, metavar="SERVICE", help="Only this service; may be given several times.")
@click.option(
    "--type", "types", multiple=True, metavar="TYPE", help="Only this type of document; may be given several times."
)
@click.option("--url", default="", help="Where readers find the repository. Default: the remote it was cloned from.")
@as_json
@pass_home
@honest
def import_ota(
    home: Home, repository: Path, only: tuple[str, ...], types: tuple[str, ...], url: str, as_json: bool
) -> None:
    """A versions repository of Open Terms Archive, with its whole history; says how many recorded changes are real.

    Example: banwatch import ota ../contrib-versions --only Telegram --only Zoom
    """
    from crawler.lock import crawl_lock
    from importers import ota
    from store.archive import Archive
    from store.rebuild import catch_up
    from store.report import document_report

    ota.need_repository(repository)  # before any database is made
    with crawl_lock(home.lock), Archive(home.archive) as archive, open_door(home, archive) as door:
        with progress("archiving") as step:
            taken = ota.take(repository, archive, only, url, types, step)
        say(f"archived {taken.kept} versions of {taken.documents} documents ({taken.known} were there already)")
        for path, why in taken.refused:
            say(f"refused {path}: {why}")
        if taken.unknown:
            say(f"kept under their own names, none of Open Terms Archive's types: {', '.join(taken.unknown)}")
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

        from importers.files import keep_file, need_dataset

        need_dataset(file)  # before any database is made
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
    from datetime import UTC, datetime

    from importers import dpa
    from importers.files import keep_body, keep_file, need_dataset

    source, now = _registered("dpa"), datetime.now(UTC)
    secret = os.environ.get("BANWATCH_DPA_KEY", "")
    if not file and not (secret and since):
        raise BadConfiguration("give a FILE, or set BANWATCH_DPA_KEY and --since")
    if file:
        need_dataset(file)
        _import(home, lambda archive: [keep_file(file, source, archive, "", now)], as_json)
        return
    pages = dpa.events(api or source.url, secret, since, until or f"{now:%Y-%m-%d}")
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

    with crawl_lock(home.lock), Archive(home.archive) as archive, open_door(home, archive) as door:
        pages = keep(archive)
        say(f"{sum(new for _, new in pages)} of {len(pages)} files are new")
        with progress("reading") as step:
            catch_up(door, archive, load_names, step)
        report = row_report(door.db, [page for page, _ in pages])
    click.echo(json.dumps(report.as_dict(), ensure_ascii=False) if as_json else report.table())
    if report.fault:
        fail(report.fault, CRASHED)


@click.command()
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
    need_tracker(home)
    forms = {
        "csv": writing_out.export_csv,
        "parquet": writing_out.export_parquet,
        "datapackage": writing_out.export_datapackage,
    }
    counts = forms[form](home.tracker, out)
    say(f"{sum(counts.values())} rows of {len(counts)} views in {out}")
