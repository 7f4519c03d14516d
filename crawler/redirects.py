"""An answer that points elsewhere -> the next request, or a named refusal. Redirects and stubs that refresh take the same rules."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.http import Response
from w3lib.html import get_meta_refresh
from w3lib.url import safe_url_string

from crawler.guards import PORTS, Blocked

STATUSES = {301, 302, 303, 307, 308}
STUB = 16 * 1024  # bytes; a page that refreshes at once and is longer has a text of its own
AT_ONCE = 5.0  # seconds; a page that waits longer is meant to be read


class Redirects(RedirectMiddleware):
    """Downloader middleware in place of Scrapy's: a loop, too many hops, a bad address and a foreign scheme have each a name.

    The address itself is the guard's to judge, when the next request passes it.
    """

    def process_response(self, request: Request, response: Response, spider: Any = None) -> Request | Response:
        if response.status not in STATUSES or "Location" not in response.headers:
            return response
        target = address(request.url, response.headers["Location"] or b"")
        return self._to(request, response, target, response.status)

    def _to(self, request: Request, response: Response, target: str, reason: Any) -> Request:
        been = [*request.meta.get("redirect_urls", ()), request.url]
        if target in been:
            raise Blocked("redirect-loop", f"{target[:200]} leads back to itself in {len(been)} steps")
        if len(been) > self.max_redirect_times:
            raise Blocked(
                "too-many-redirects", f"more than {self.max_redirect_times} redirects; the last to {target[:200]}"
            )
        return self._redirect(self._build_redirect_request(request, response, url=target), request, reason)


class Refreshes(Redirects):
    """Downloader middleware: a page that is nothing but a refresh is followed as a redirect (after its codings are off)."""

    def process_response(self, request: Request, response: Response, spider: Any = None) -> Request | Response:
        if response.status != 200 or not 0 < len(response.body) <= STUB:
            return response
        start = response.body[:4096].decode("latin-1")
        if "refresh" not in start.lower():
            return response
        seconds, target = get_meta_refresh(start, response.url, "utf-8", ignore_tags=("script", "noscript"))
        if not target or seconds is None or seconds > AT_ONCE:
            return response
        return self._to(request, response, address(response.url, target.encode()), "meta refresh")


def address(base: str, written: bytes) -> str:
    """Where a Location leads. Raises Blocked: bad-redirect, blocked-scheme."""
    shown = repr(written[:200].decode("latin-1"))
    if not written.strip():
        raise Blocked("bad-redirect", "a redirect to nowhere")
    try:
        target = urljoin(base, safe_url_string(written.strip()))
        parts = urlsplit(target)
        parts.port  # noqa: B018  raises on a bad port
    except ValueError as error:
        raise Blocked("bad-redirect", f"a redirect to {shown}: {error}") from error
    if parts.scheme not in PORTS:
        raise Blocked("blocked-scheme", f"a redirect to an address of scheme {parts.scheme!r}, which is not fetched")
    if not parts.hostname:
        raise Blocked("bad-redirect", f"a redirect to {shown}")
    return target
