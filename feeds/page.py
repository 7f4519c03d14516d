"""The page of all feeds, and the page for a feed there is not: names and slices -> HTML. Pure; no script, no foreign address."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape

from feeds.addresses import FORMS, Site
from feeds.item import EPOCH
from feeds.opml import GROUPS, grouped
from feeds.slices import FILTERS, Names, NoSuchFeed, Slice, title
from feeds.text import day, link
from feeds.things import NAMED

LABELS = {"atom": "Atom", "rss": "RSS", "json": "JSON"}


def index(
    site: Site, names: Names, slices: Sequence[Slice], questions: Sequence[tuple[str, str]] = ()
) -> tuple[str, str]:
    """What one can subscribe to, and how to combine: (heading, the inside of a page). ``questions``: canned queries as (path of
    the feed with its arguments, words)."""
    all_feeds = link(f"{site.base}/feeds/feeds.opml", "All feeds as one OPML list")
    return "Feeds", (
        "<p>Subscribe in any feed reader. A feed tells what became known after a source was first read; each item carries its "
        f"quotes or the words that changed. {all_feeds}.</p>"
        + '<div class="listed">'
        + "".join(_group(site, names, GROUPS[name], members) for name, members in grouped(slices).items())
        + _group_rows("For maintainers", [("Sources that need a maintainer", _forms(site, "maintainers"))])
        + (_group_rows("Questions", [(said, _forms(site, path)) for path, said in questions]) if questions else "")
        + "</div>"
        + _one_thing(site)
        + _combine(site)
    )


def listing(site: Site, names: Names, slices: Sequence[Slice]) -> bytes:
    """The same for programs."""
    found = [{"title": title(names, one), **{form: site.feed(one.address(form)) for form in FORMS}} for one in slices]
    found.append({"title": "Sources that need a maintainer", **_forms(site, "maintainers")})
    return (
        json.dumps({"feeds": found, "opml": f"{site.base}/feeds/feeds.opml"}, ensure_ascii=False, indent=1).encode()
        + b"\n"
    )


def _forms(site: Site, path: str) -> dict[str, str]:
    stem, mark, query = path.partition("?")
    return {form: site.feed(f"{stem}.{form}{mark}{query}") for form in FORMS}


def _group(site: Site, names: Names, heading: str, members: Sequence[Slice]) -> str:
    return _group_rows(
        heading, [(title(names, one), {form: site.feed(one.address(form)) for form in FORMS}) for one in members]
    )


def _group_rows(heading: str, rows: Sequence[tuple[str, dict[str, str]]]) -> str:
    lines = "".join(
        f'<tr><th scope="row">{escape(said)}</th>'
        + "".join(
            f'<td><a href="{escape(address)}" aria-label="{escape(said)} as {LABELS[form]}">{LABELS[form]}</a></td>'
            for form, address in forms.items()
        )
        + "</tr>"
        for said, forms in rows
    )
    return f"<section><h2>{escape(heading)}</h2><table>{lines}</table></section>"


def _one_thing(site: Site) -> str:
    addresses = ", ".join(f"<code>{escape(site.feed(f'{kind}/ID.atom'))}</code>" for kind in NAMED)
    return (
        "<h2>One thing</h2><p>Each measure, document and source has a feed of its own, which tells its whole life; "
        f"its page links it: {addresses}</p>"
    )


def _combine(site: Site) -> str:
    example = f"{site.base}/feeds/all.atom?platform=telegram&jurisdiction=UA"
    return (
        "<h2>Any combination</h2><p>Add filters to an address: "
        + ", ".join(f"<code>{name}</code>" for name in FILTERS)
        + f". The same filter twice means either. Example: <code>{escape(example)}</code></p>"
        '<form action="' + escape(f"{site.base}/feeds/all.atom") + '"><label>Words <input name="q"></label> '
        '<label>Platform <input name="platform"></label> <label>Jurisdiction <input name="jurisdiction"></label> '
        '<button type="submit">Show this feed</button></form>'
    )


def shown(feed: bytes, form: str) -> tuple[str, str]:
    """A feed (its JSON form) as a page that says what a feed is: (heading, inside). ``form`` is the one that was asked for."""
    found = json.loads(feed)
    address = found["feed_url"].replace(".json", f".{form}", 1)
    older = found.get("next_url", "").replace(".json", f".{form}", 1)
    return found["title"], (
        f"<p>This is a feed: an address that a feed reader looks at for you. Give this one to yours: <code class='address'>{escape(address)}</code></p>"
        f"<p>{escape(found['description'])} {link(found['home_page_url'], 'The page it belongs to')}. </p>"
        + ("".join(_item(item) for item in found["items"]) or "<p>Nothing yet.</p>")
        + (f"<p>{link(older, 'Older items')}</p>" if older else "")
    )


def _item(item: dict[str, str]) -> str:
    at = item["date_published"]
    when = (
        f'<p><time datetime="{escape(at)}">{day(at)}</time></p>' if at != EPOCH.isoformat() else ""
    )  # a sum has no day
    return f"<article><h2>{link(item['url'], item['title'])}</h2>{when}{item['content_html']}</article>"


def missing(site: Site, error: NoSuchFeed) -> tuple[str, str]:
    """What was asked for is not there; what is near it."""
    near = "".join(f"<li>{link(_near(site, address), name)}</li>" for address, name in error.nearest)
    return "No such feed", (
        f"<p>There is no {escape(error.kind)} <code>{escape(error.wanted)}</code> here.</p>"
        + (f"<p>Near it:</p><ul>{near}</ul>" if near else "")
        + f"<p>{link(f'{site.base}/feeds', 'All feeds')}</p>"
    )


def _near(site: Site, address: str) -> str:
    bare = "." not in address.rsplit("/", 1)[-1] and "?" not in address
    return site.feed(f"{address}.atom" if bare else address)


def framed(site: Site, heading: str, inside: str, status: int = 200) -> bytes:
    """A page that stands alone, for files; a served page has the frame of the site's others."""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(heading)} - {escape(site.title)}</title>"
        f'<link rel="alternate" type="application/atom+xml" title="All developments" href="{escape(site.feed("all.atom"))}">'
        f'<link rel="stylesheet" href="index.css"></head>'
        f"<body><main><p>{link(site.base + '/', site.title)}</p><h1>{escape(heading)}</h1>{inside}</main></body></html>\n"
    ).encode()
