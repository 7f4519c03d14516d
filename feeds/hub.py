"""Feeds that changed -> one word to the WebSub hub, after a crawl or a build. Reads the tracker and writes only what it said last.

Publishers tell a hub "hub.mode=publish" with the addresses that changed, as hubs in use take it
(https://www.w3.org/TR/websub/ leaves the way open; https://pubsubhubbub.github.io/PubSubHubbub/pubsubhubbub-core-0.3.html, section 7.1).
"""

from __future__ import annotations

import json
import sqlite3
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

from feeds import slices
from feeds.addresses import FORMS, Site
from feeds.cuts import BASES
from feeds.notice import PATIENCE, NotTold, Stays

STATE = "published.json"
MOST = 60  # addresses in one word
# how many items each feed has, and when one of them was last made or corrected
STATES = """select r.name, r.value, count(*), max(max(r.published_at), coalesce(max(d.updated_at), ''))
from feed_row r left join development d on d.id = r.item group by r.name, r.value"""


def tell(tracker: Path, state: Path, site: Site) -> int:
    """Name every feed that changed since the last word; returns how many addresses. Nothing is said where no hub is set.

    Raises NotTold if the hub did not take it; then the next word names them too.
    """
    if not site.hub:
        return 0
    held, now = _held(state), _states(tracker)
    changed = [path for path, at in now.items() if held.get(path) != at]
    addresses = [site.feed(_address(path, form)) for path in changed for form in FORMS]
    for start in range(0, len(addresses), MOST):
        _say(site.hub, addresses[start : start + MOST])
    if changed:
        part = state.with_name(state.name + ".part")
        part.write_text(json.dumps(now, indent=1, sort_keys=True), encoding="utf-8")
        part.replace(state)
    return len(addresses)


def _address(path: str, form: str) -> str:
    stem, mark, query = path.partition("?")
    return f"{stem}.{form}{mark}{query}"


def _states(tracker: Path) -> dict[str, str]:
    """Path of a feed without its form -> what stands there, in short."""
    with closing(sqlite3.connect(f"{tracker.resolve().as_uri()}?mode=ro", uri=True)) as db:
        names = slices.names_in_news(db, slices.read_names(db))
        rows = {(name, value): f"{items} {at}" for name, value, items, at in db.execute(STATES)}
    idents = {name: ident for ident, name in names.platform.items()}
    found = {base: rows[part] for base, part in BASES.items() if part in rows}
    for (name, value), said in rows.items():
        known = idents.get(value) if name == "platform" else value
        if name in slices.NAMED and known:
            path, query = slices.only(name, known).path
            found[f"{path}?{query}" if query else path] = said
    return found


def _held(state: Path) -> dict[str, str]:
    try:
        held = json.loads(state.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return held if isinstance(held, dict) else {}


def _say(hub: str, addresses: list[str]) -> None:
    body = urlencode([("hub.mode", "publish"), *(("hub.url", address) for address in addresses)]).encode()
    request = urllib.request.Request(hub, body, {"User-Agent": "Banwatch/0.1"})
    try:
        with urllib.request.build_opener(Stays).open(request, timeout=PATIENCE) as answer:
            answer.read(1_000)
    except (OSError, urllib.error.URLError) as error:
        raise NotTold(f"the hub {hub} did not take it: {error}") from error
