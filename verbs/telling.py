"""What changed -> whoever is to be told: after a crawl, and by the verb notify."""

from __future__ import annotations

import click

from errors import BadConfiguration
from verbs.common import CRASHED, Home, fail, honest, need_tracker, now, pass_home, say, tell_hub


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


def tell(home: Home) -> None:
    """Mail, webhook and hub, where they are set up; a crawl does not fail because they do."""
    from feeds import notice

    tell_hub(home)
    try:
        told = notice.notify(home.tracker, home.folder / notice.STATE, notice.Ways.from_environment(), now())
    except (notice.NotTold, BadConfiguration) as error:
        say(f"could not notify: {error}")
        return
    if told:
        say(told)
