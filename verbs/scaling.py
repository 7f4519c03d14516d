"""The verbs beyond one machine: worker, backfill."""

from __future__ import annotations

from pathlib import Path

import click

from errors import BadConfiguration
from extras import lacking
from verbs.common import DONE, IN_PART, Home, as_json, honest, pass_home, prepare, progress, registry, report, say


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
