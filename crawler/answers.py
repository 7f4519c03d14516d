"""What a server answered -> what it is: a page, a refusal with its cause, headers worth keeping. Writes nothing."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from scrapy.http import Response

from store.sightings import MOVED, ROBOTS
from store.visits import PERMANENT

SECRET = {"set-cookie", "set-cookie2", "authorization", "proxy-authenticate", "www-authenticate"}
QUARANTINE = {204: "empty", 205: "empty", 206: "partial"}
MOST_HEADERS = 1_000
WALLED = {401, 403, 429, 503}  # statuses under which a challenge may stand


def kept_headers(response: Response) -> tuple[tuple[str, str], ...]:
    """Headers worth keeping, names in lower case; nothing that opens a session. Where redirects for good led here (RFC 9110
    15.4: 301, 308), the address is added; and what the site's robots.txt says to us, in a few words."""
    reasons = {str(reason) for reason in response.meta.get("redirect_reasons", ())}
    moved = ((MOVED, response.url[:2_000]),) if reasons and reasons <= PERMANENT else ()
    robots = response.meta.get("robots")
    return moved + (((ROBOTS, robots),) if robots else ()) + _said(response)


def _said(response: Response) -> tuple[tuple[str, str], ...]:
    pairs = ((name.decode("latin-1").lower(), value) for name, values in response.headers.items() for value in values)
    return tuple(
        (name, value.decode("latin-1")[:4_000])
        for name, value in pairs
        if name not in SECRET and name not in {MOVED, ROBOTS}
    )[:100]


def refusal(response: Response) -> tuple[str, str]:
    """(cause, message) of an answer that is no page."""
    status = response.status
    if status == 429:
        return "rate-limited", ""
    if status in WALLED and _challenges(response.body):
        return "challenge", f"the server answered {status} with a test for robots; it is not worked round"
    if 300 <= status < 400 and status != 304:
        return "bad-redirect", f"the server answered {status} without an address"
    return f"http-{status}", f"the server answered {status}"


def _challenges(body: bytes) -> bool:
    """Whether a page is a test for robots; what reads pages is loaded for it alone here."""
    from parsers.markup import wall

    return wall(body) == "challenge"


def home_instead(requested: str, url: str) -> bool:
    """Whether we were sent from a page to the front door."""
    return urlsplit(url).path in {"", "/"} and not urlsplit(url).query and urlsplit(requested).path not in {"", "/"}


def tries(meta: dict[str, Any]) -> str:
    tries = 1 + meta.get("retry_times", 0) + meta.get("waited", 0)
    return f"came at try {tries}" if tries > 1 else ""
