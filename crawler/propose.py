"""Address -> a proposed source file and a recording of its page, fetched once with the guards and manners of every crawl.

What is proposed is for a person to check: nothing is crawled before the file stands in sources/.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import parsers
import sources
from crawler.record import ending, fetched, need_address
from crawler.report import CrawlSettings
from errors import BadConfiguration, BanwatchError
from parsers.shape import Shape, shape
from records import Page, Source
from store.database import slug


@dataclass(frozen=True, slots=True)
class Proposed:
    """What ``propose`` wrote, and what a person must look at."""

    file: Path
    recording: Path
    text: str
    doubts: tuple[str, ...]


def propose(
    url: str,
    folder: Path,
    recordings: Path,
    platform_of: Callable[[str], str],
    known: dict[str, str],
    settings: CrawlSettings | None = None,
) -> Proposed:
    """Look at ``url``, and at the feed it names, and write ``folder``/<id>.toml and a recording of what is to be crawled.

    ``platform_of`` gives the canonical name of a platform named in some words, "" if none is; ``known`` are addresses of the
    registry by source. Raises BadConfiguration for an address the registry has, or a file that is there; FetchFailed.
    """
    settings = settings or CrawlSettings.from_environment()
    page = _fetch(need_address(url), known, settings)
    found = shape(page)
    if found.parser in {"article", "listing"} and found.feeds:
        page, found = _feed_instead(page, found, known, settings)
    name = _id(page.url, found)
    target, recording = folder / f"{name}.toml", recordings / f"{name}{ending(page)}"
    taken = next(
        (path for path in (target, target.with_name(f"{target.name}.draft"), recording) if path.exists()), None
    )
    if taken:
        raise BadConfiguration(f"{taken}: there already; remove it or give other folders")
    text, doubts = _toml(name, url, page, found, platform_of)
    wrong = _wrong(text, target.name, bool(settings.allow_hosts))
    if wrong:  # in sources/ it would stop every crawl
        target, doubts = (
            target.with_name(f"{target.name}.draft"),
            (f"{wrong}: mend it, then take .draft off its name", *doubts),
        )
    for path, body in ((target, text.encode()), (recording, page.body)):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    return Proposed(target, recording, text, doubts)


def _wrong(text: str, name: str, loopback: bool) -> str:
    """Why the loader does not take a proposed file; "" if it does."""
    try:
        list(sources.loads(text, name, frozenset(parsers.PARSERS), parsers.OPTIONS, loopback))
    except BadConfiguration as error:
        return str(error)
    return ""


def _fetch(url: str, known: dict[str, str], settings: CrawlSettings) -> Page:
    if url in known:
        raise BadConfiguration(f"{url}: source {known[url]!r} watches it already")
    name = slug(f"{urlsplit(url).hostname} {urlsplit(url).path}")[:60].strip("-")
    return fetched(Source(name, name, url, "article", "news", max_pages=1), settings)


def _feed_instead(page: Page, found: Shape, known: dict[str, str], settings: CrawlSettings) -> tuple[Page, Shape]:
    """The feed that a page names, where it can be had: it changes less than the page."""
    for address in found.feeds[:3]:
        try:
            behind = _fetch(address, known, settings)
            read = shape(behind)
        except BanwatchError:
            continue
        if read.parser == "feed":
            return behind, read
    return page, found


def _id(url: str, found: Shape) -> str:
    host = (urlsplit(url).hostname or "").removeprefix("www.").rpartition(".")[0]
    return slug(f"{host} {found.document_type}" if found.document_type else host)[:40].strip("-")


def _toml(
    name: str, asked: str, page: Page, found: Shape, platform_of: Callable[[str], str]
) -> tuple[str, tuple[str, ...]]:
    doubts = list(found.doubts)
    official = ".gov." in f".{urlsplit(page.url).hostname}." or ".gouv." in f".{urlsplit(page.url).hostname}."
    values: dict[str, object] = {"id": name, "name": found.title or name, "url": page.url, "parser": found.parser}
    values["tier"] = "official" if official or found.parser == "policy" else "news"
    if found.parser == "policy":
        values["platform"] = platform_of(f"{found.title} {urlsplit(page.url).hostname}")
        values["document_type"] = found.document_type
        doubts += [f"{key} is not known: write it" for key in ("platform", "document_type") if not values[key]]
    elif found.parser != "article":
        values |= {
            "follow": "article",
            "keywords": ["@names", f"@{found.language[:2]}"] if found.language else ["@names"],
        }
    if found.parser == "api":
        values.pop("follow")
    values |= {
        "language": found.language[:2],
        "every": "12h" if found.parser == "policy" else "6h",
        "known_from": f"looked at by hand: {asked}",
    }
    doubts += [
        "tier is a guess: official, court, civil_society, news ...",
        "known_from: say where you found the address",
    ]
    lines = ["[publisher]", f"name = {_q(found.title.partition(' - ')[0] or name)}", "", "[[source]]"]
    lines += [f"{key} = {_q(value)}" for key, value in values.items() if value not in ("", [])]
    lines += (
        ["[source.options]", *(f"{key} = {_q(value)}" for key, value in found.options.items())] if found.options else []
    )
    if found.select and found.parser == "policy":
        lines += ["[[source.selector]]", f"select = [{_q(found.select)}]"]
    lines += ["[source.expect]", "min = 1", *(["max = 1"] if found.parser == "policy" else [])]
    return "\n".join(lines) + "\n", tuple(doubts)


def _q(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
