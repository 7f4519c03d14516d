"""A request for a feed -> an answer: status, headers, bytes. Knows HTTP (RFC 9110) and no web framework; reads views only."""

from __future__ import annotations

import difflib
import os
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from urllib.parse import parse_qs, unquote, urlsplit

from feeds import page as pages
from feeds import slices, things
from feeds.addresses import FORMS, Site
from feeds.edition import MAINTAINERS, Edition, Query
from feeds.memory import Made, Memory
from feeds.opml import opml
from feeds.slices import NoSuchFeed
from feeds.static import STYLES

MOST_BASES = 8  # base addresses of this machine (name and port) that are remembered
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
OPEN = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "etag, last-modified, link",
    "x-content-type-options": "nosniff",
}
FRESH = "public, max-age=600"
HTML = "text/html; charset=utf-8"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass
class Live:
    """One running server: what it remembers, and how its pages look."""

    memory: Memory = field(default_factory=Memory)
    questions: Sequence[tuple[str, str]] = ()  # canned queries: (path of the feed with arguments, words)
    open_questions: Sequence[tuple[str, str]] = ()  # those that need no argument: (path of the feed, words)
    frame: Callable[[Site, str, str, int], bytes] = pages.framed  # (site, heading, inside, status) -> page


def answer(
    live: Live, db: sqlite3.Connection, path: str, query: str, headers: Mapping[str, str], method: str = "GET"
) -> Answer:
    """``path`` is what follows /feeds, "" or beginning with "/"; ``headers`` have lower-case names."""
    if method not in {"GET", "HEAD"}:
        said = OPEN | {"allow": "GET, HEAD", "content-type": "text/plain; charset=utf-8"}
        return Answer(405, said, b"Only GET and HEAD.\n")
    site, path = _site(headers), unquote(path.strip("/"), errors="replace")
    found = live.memory.get(db, (site.base, path, query), lambda: _make(live, db, site, path, query))
    if is_browser(headers) and "+xml" in found.kind:
        stem, _, form = path.rpartition(".")
        as_json = live.memory.get(
            db, (site.base, f"{stem}.json", query), lambda: _make(live, db, site, f"{stem}.json", query)
        )
        found = _shown(live, site, as_json, form) or found
    return _conditional(found, headers, method)


def answer_query(
    live: Live, db: sqlite3.Connection, form: str, asked: Query, headers: Mapping[str, str], method: str = "GET"
) -> Answer:
    """The same for what a canned query found; who may ask it, and for how long, the caller has seen to. The rows may hang on the
    day as well as on the tracker, so nothing is kept."""
    site = _site(headers)
    edition = Edition(db, site)
    found = Made(edition.query(form, asked), FORMS[form], links=_links(site, edition.query_address(form, asked)))
    if is_browser(headers) and "+xml" in found.kind:
        found = _shown(live, site, Made(edition.query("json", asked), FORMS["json"]), form) or found
    return _conditional(found, headers, method)


def no_such_query(live: Live, name: str, known: Sequence[str], headers: Mapping[str, str]) -> Answer:
    """404 with the queries that are near."""
    site = _site(headers)
    near = difflib.get_close_matches(name, known, 5, 0.4)
    error = NoSuchFeed("query", name, [(f"query/{one}", one.replace("_", " ")) for one in near])
    return _conditional(Made(live.frame(site, *pages.missing(site, error), 404), HTML, 404), headers, "GET")


def _site(headers: Mapping[str, str]) -> Site:
    return Site.from_environment(trusted_base(headers.get("host", "")))


def trusted_base(host: str) -> str:
    """The base address that a Host header may name: one of this machine; any other is not repeated, "" instead.

    BANWATCH_BASE_URL, where it is set to an address others reach, goes before it.
    """
    setting = os.environ.get("BANWATCH_BASE_URL", "")
    if setting and urlsplit(setting).hostname not in LOOPBACK:
        return ""
    try:
        parts = urlsplit(f"http://{host}")
        plain = parts.hostname in LOOPBACK and parts.netloc == host and not parts.username and (parts.port or 80)
    except ValueError:
        return ""
    return f"http://{host.lower()}" if plain else ""


def _make(live: Live, db: sqlite3.Connection, site: Site, path: str, query: str) -> Made:
    edition = _edition(live, db, site)
    db.execute("begin")  # one state for all queries of an answer
    try:
        if path == "":
            return Made(live.frame(site, *_index(edition, live.questions), 200), HTML)
        if path == "feeds.opml":
            return Made(_opml(edition, live.open_questions), "text/x-opml; charset=utf-8")
        body, kind, address = _body(edition, path, parse_qs(query))
        return Made(body, kind, links=_links(site, address))
    except NoSuchFeed as error:
        return Made(live.frame(site, *pages.missing(site, error), 404), HTML, 404)
    finally:
        if db.in_transaction:
            db.execute("rollback")


def _links(site: Site, address: str) -> str:
    """The Link header of a feed; "" for what is none, and for addresses that HTTP cannot carry."""
    if not address:
        return ""
    hub = f', <{site.hub}>; rel="hub"' if site.hub and slices.heard(address) else ""
    said = f'<{site.feed(address)}>; rel="self"{hub}'
    return said if said.isascii() else ""


def _shown(live: Live, site: Site, found: Made, form: str) -> Made | None:
    """A feed as a page; ``found`` is its JSON form. None where there is no such feed."""
    return None if found.status != 200 else Made(live.frame(site, *pages.shown(found.body, form), 200), HTML)


def _edition(live: Live, db: sqlite3.Connection, site: Site) -> Edition:
    if len(live.memory.editions) > MOST_BASES:
        live.memory.editions.clear()
    edition = live.memory.editions.setdefault(site.base, Edition(db, site))
    edition.db = db
    return edition


def _body(edition: Edition, path: str, asked: Mapping[str, Sequence[str]]) -> tuple[bytes, str, str]:
    """(what stands at a path, its type, the one address it has below /feeds/ if it is a feed)."""
    stem, dot, form = path.rpartition(".")
    for name, make in _FIXED.items():
        if path == name:
            return *make(edition), ""
    if not dot or form not in FORMS:
        raise NoSuchFeed("feed", path, [(f"{path}.{other}", other) for other in FORMS] if not dot else ())
    if stem == MAINTAINERS:
        return edition.maintainers(form), FORMS[form], f"{MAINTAINERS}.{form}"
    kind, _, ident = stem.partition("/")
    if kind in things.NAMED and ident:
        return _thing(edition, kind, ident, form, asked)
    stem, page = _archive(stem)
    before = "".join(asked.get("before", [""])[-1:])
    slice_ = edition.slice_of(stem, {name: values for name, values in asked.items() if name != "before"})
    return edition.body(slice_, form, page, before), FORMS[form], slice_.address(form, page, before)


def _thing(edition: Edition, kind: str, ident: str, form: str, asked: Mapping[str, Sequence[str]]) -> tuple[bytes, str, str]:  # fmt: skip
    thing = things.find(edition.db, kind, ident)
    if asked:
        raise NoSuchFeed("filter", next(iter(asked)), [(thing.path, thing.title)])
    return edition.thing(form, thing), FORMS[form], f"{thing.path}.{form}"


def _archive(stem: str) -> tuple[str, int]:
    """ "all/archive-3" -> ("all", 3)."""
    before, mark, number = stem.rpartition("/archive-")
    return (
        (before, int(number))
        if mark and number.isascii() and number.isdigit() and number.strip("0") and len(number) < 10
        else (stem, 0)
    )


def _index(edition: Edition, questions: Sequence[tuple[str, str]] = ()) -> tuple[str, str]:
    slices = edition.every_slice()
    return pages.index(edition.site, edition.names, slices, questions)


def _list(edition: Edition) -> tuple[bytes, str]:
    slices = edition.every_slice()
    return pages.listing(edition.site, edition.names, slices), "application/json; charset=utf-8"


def _opml(edition: Edition, questions: Sequence[tuple[str, str]]) -> bytes:
    slices = edition.every_slice()
    return opml(edition.site, edition.names, slices, questions)


_FIXED: dict[str, Callable[[Edition], tuple[bytes, str]]] = {
    "index.html": lambda edition: (pages.framed(edition.site, *_index(edition)), HTML),
    "index.json": _list,
    "feed.xsl": lambda edition: (STYLES["feed.xsl"].read_bytes(), "text/xsl; charset=utf-8"),
    "feed.css": lambda edition: (STYLES["feed.css"].read_bytes(), "text/css; charset=utf-8"),
    "index.css": lambda edition: (STYLES["index.css"].read_bytes(), "text/css; charset=utf-8"),
}


def _conditional(found: Made, headers: Mapping[str, str], method: str) -> Answer:
    sent = dict(OPEN) | {
        "content-type": found.kind,
        "cache-control": FRESH if found.status == 200 else "no-cache",
        "vary": "Accept-Encoding, Sec-Fetch-Dest",
    }
    if found.status == 200:
        sent |= {"etag": found.etag}
    if found.links:
        sent |= {"link": found.links}
    if found.modified:
        sent |= {"last-modified": format_datetime(found.modified, usegmt=True)}
    if found.status == 200 and _unchanged(found, headers):
        return Answer(304, {name: value for name, value in sent.items() if name != "content-type"})
    body = found.body
    if len(body) > 1_000 and _takes_gzip(headers.get("accept-encoding", "")):
        body = found.packed
        sent |= {"content-encoding": "gzip"} | ({"etag": f"W/{found.etag}"} if found.status == 200 else {})
    return Answer(found.status, sent | {"content-length": str(len(body))}, b"" if method == "HEAD" else body)


def is_browser(headers: Mapping[str, str]) -> bool:
    """Whether a person is to see the answer. Only browsers send Sec-Fetch-Dest (https://www.w3.org/TR/fetch-metadata/), so no
    feed reader is misled; and browsers show XML of feeds as source, and are giving up XSLT."""
    return headers.get("sec-fetch-dest") == "document"


def _unchanged(found: Made, headers: Mapping[str, str]) -> bool:
    """RFC 9110, section 13.2.2: If-None-Match alone counts where it is sent."""
    tags = headers.get("if-none-match", "")
    if tags:
        return has(tags, found.etag)
    since = _instant(headers.get("if-modified-since", ""))
    return bool(since and found.modified and found.modified <= since)


def has(tags: str, etag: str) -> bool:
    """Whether who asks with If-None-Match ``tags`` has what ``etag`` marks (RFC 9110, section 13.1.2, in the weak comparison)."""
    return tags.strip() == "*" or etag in {tag.strip().removeprefix("W/") for tag in tags.split(",")}


def _instant(text: str) -> datetime | None:
    """A date of HTTP; None for what is none (then it does not count, RFC 9110, section 13.1.3)."""
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def _takes_gzip(accepted: str) -> bool:
    for part in accepted.lower().split(","):
        name, _, weight = part.partition(";")
        if name.strip() == "gzip":
            return weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False
