"""Roof: the command line. The verbs stand in verbs/; no logic here.

Rooms are imported by the verb that needs them, so that `banwatch health` does not load a crawler.
"""

from __future__ import annotations

from pathlib import Path

import click

from verbs import crawling, doctor, keeping, measuring, scaling, showing, telling, watching
from verbs.common import ROOT, Home

PROGRAM = "program"


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("--home", type=click.Path(path_type=Path, file_okay=False), default=ROOT / "data", envvar="BANWATCH_HOME",
              help="Folder of archive.db, tracker.db and feeds. Default: data/ of the checkout.")  # fmt: skip
@click.version_option(package_name="banwatch")
@click.pass_context
def main(context: click.Context, home: Path) -> None:
    """Who restricts which app, where, since when, on what ground, and how platforms answer."""
    context.obj = Home(home.resolve(), whole=context.obj is PROGRAM)


for verb in (
    crawling.crawl,
    scaling.worker,
    telling.notify,
    scaling.backfill,
    crawling.reread,
    showing.demo,
    showing.serve,
    showing.feed,
    showing.site,
    watching.sources_group,
    watching.health,
    watching.register_group,
    doctor.doctor,
    measuring.extract,
    measuring.compare,
    keeping.archive_group,
    keeping.backup,
    keeping.import_group,
    keeping.export,
):
    main.add_command(verb)


def program() -> None:
    """What the command of an installation runs: a process for one verb."""
    main(obj=PROGRAM)
