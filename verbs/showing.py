"""The verbs that show: demo, serve, feed build, site build."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

import click

from errors import BadConfiguration
from verbs.common import (
    DONE,
    EXPORTS,
    ROOT,
    Home,
    counts,
    honest,
    need_tracker,
    pass_home,
    prepare,
    progress,
    renew_exports,
    say,
    tell_hub,
)


@click.command()
@click.option("--once", is_flag=True, help="Build everything and end, without serving.")
@click.option("--port", type=int, default=8001, show_default=True, help="First port to try for Datasette.")
@pass_home
@honest
def demo(home: Home, once: bool, port: int) -> None:
    """Show everything at work on the sample web that ships with the project: crawl it, build, serve.

    Example: banwatch demo --once
    """
    from dataclasses import replace

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
                prepare(home)
                # the rounds lie weeks apart, and our own web's validators do not lie
                settings = replace(CrawlSettings.for_loopback(web.base, now=day), trust=3_650)
                with progress("fetching") as step:
                    report = crawl(sample_sources(web.base), home.archive, home.tracker, run=day.isoformat(),
                                   settings=settings, on_progress=step)  # fmt: skip
                say(report.line())
        _mark_sample(home)
        _build_feeds(home, home.feeds)
        (home.folder / EXPORTS).mkdir(exist_ok=True)
        renew_exports(home)
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
    from store.database import open_tracker, put
    from store.files import writing

    db = open_tracker(home.tracker)
    with writing(db):
        put(db, "note", {"key": "sample", "value": "1"})
    db.close()


def _demo_summary(home: Home, seconds: float) -> str:
    from store.database import open_tracker

    db = open_tracker(home.tracker)
    lines = [f"{number:>6}  {name}" for name, number in counts(db).items()]
    feeds = sum(1 for _ in home.feeds.rglob("*.atom"))
    db.close()
    return "\n".join([
        "", "Banwatch, on the sample web that ships with it (pages written for the project, on real facts):", "",
        *lines, f"{feeds:>6}  feeds (each as RSS, Atom and JSON) in {home.feeds}", "",
        f"Built in {seconds:.1f} s. To go live: `.venv/bin/banwatch crawl`, then `.venv/bin/banwatch serve`.", "",
    ])  # fmt: skip


@click.command()
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

    from feeds.addresses import Site
    from feeds.serving import free_port, serve_command

    need_tracker(home)
    Site.from_environment()  # a wrong address is said before any is shown
    found = free_port(host, port)
    if found != port:
        say(f"port {port} is taken; using {found}")
    base = f"http://{host}:{found}"
    say(
        f"Datasette:  {base}/\nfeeds:      {base}/feeds   (all: {base}/feeds/all.atom)\nsources:    {base}/maintainers\nCtrl-C ends."
    )
    if public and not os.environ.get("BANWATCH_BASE_URL"):
        say(f"feeds name {base} as their address; set BANWATCH_BASE_URL to where others reach this server")
    process: subprocess.Popen[bytes] | None = None
    asked = False

    def end(number: int, frame: object) -> None:
        nonlocal asked
        asked = True
        # while it is being started nobody could end it: it would stay behind, and keep the port
        if process is not None:
            raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    try:
        process = subprocess.Popen(serve_command(ROOT / "datasette", home.tracker, host, found, public))
        if asked:
            raise KeyboardInterrupt
        raise SystemExit(process.wait())
    except KeyboardInterrupt:
        assert process is not None
        process.terminate()
        process.wait(timeout=10)
        say("ended")
        raise SystemExit(DONE) from None


@click.group()
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
@click.option(
    "--ping/--no-ping",
    default=True,
    help="Tell the hub of BANWATCH_HUB, if one is set; not where files are carried on first.",
)
@pass_home
@honest
def feed_build(home: Home, out: Path | None, base_url: str, ping: bool) -> None:
    """Write all feeds as static files, with an OPML list.

    Example: banwatch feed build --out public/feeds --base-url https://banwatch.example
    """
    say(f"{_build_feeds(home, out or home.feeds, base_url)} files in {out or home.feeds}")
    if ping:
        tell_hub(home, base_url)


@feed.command("ping")
@click.option("--base-url", default="", metavar="URL", help="Where the site is published. Default: BANWATCH_BASE_URL.")
@pass_home
@honest
def feed_ping(home: Home, base_url: str) -> None:
    """Tell the WebSub hub of BANWATCH_HUB which feeds changed since it was last told. A crawl and a build do so by themselves.

    Example: banwatch feed ping --base-url https://banwatch.example
    """
    from feeds.addresses import Site

    need_tracker(home)
    if not Site.from_environment(base_url).hub:
        raise BadConfiguration("no hub to tell: set BANWATCH_HUB")
    if not tell_hub(home, base_url):
        say("nothing changed since the hub was last told")


@click.group()
def site() -> None:
    """The site without a server."""


@site.command("build")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder that is published."
)
@click.option("--base-url", default="", metavar="URL", help="Where it is published. Default: BANWATCH_BASE_URL.")
@pass_home
@honest
def site_build(home: Home, out: Path, base_url: str) -> None:
    """Write every page and all feeds as files that any web server can send, each at its lasting address.

    Search, filters and free SQL need `banwatch serve`. Example: banwatch site build --out public --base-url https://you.example/banwatch
    """
    import sys
    from datetime import UTC, datetime

    from feeds.addresses import Site

    sys.path.append(str(ROOT / "datasette"))  # the folder is no package: Datasette's own name must win
    from reading.publication import build

    where = Site.from_environment(base_url).base
    number = _build_feeds(home, out / "feeds", base_url)
    report = os.environ.get("BANWATCH_REPORT_URL", "")
    pages = build(home.tracker, out, where, datetime.now(UTC).date().isoformat(), _questions(), report)
    say(f"{pages} files of pages and data, {number} of feeds in {out}; to be published at {where}")


def _build_feeds(home: Home, out: Path, base_url: str = "") -> int:
    import feeds

    need_tracker(home)
    return len(feeds.build(home.tracker, out, base_url, _questions()))


def _questions() -> dict[str, Any]:
    """The canned queries of the site."""
    import yaml

    found: dict[str, Any] = yaml.safe_load((ROOT / "datasette" / "metadata.yaml").read_text(encoding="utf-8"))
    return dict(found["databases"]["tracker"]["queries"])
