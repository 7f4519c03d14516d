"""Digital Policy Alert's API, with a key of one's own -> archived pages of up to 1,000 events each.

https://github.com/global-trade-alert: POST /api/v1/dpa/events/ with limit, offset and request_data; the key goes to this host
only, and is kept nowhere.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

from errors import FetchFailed, Unreadable

LIMIT = 1_000
MOST = 200  # pages of one import
LARGEST = 32 * 2**20
PATIENCE = 60.0


class _Stays(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any) -> None:
        return None


def events(address: str, api_key: str, since: str, until: str) -> Iterator[tuple[str, bytes]]:
    """(address of the page, its bytes), until one comes without events. Raises FetchFailed, Unreadable."""
    for offset in range(0, LIMIT * MOST, LIMIT):
        body = _asked(
            address,
            api_key,
            {"limit": LIMIT, "offset": offset, "sorting": "id", "request_data": {"event_period": [since, until]}},
        )
        if not _listed(body):
            return
        yield f"{address}?event_period={since},{until}&offset={offset}", body
        if len(_listed(body)) < LIMIT:
            return


def _asked(address: str, api_key: str, said: dict[str, Any]) -> bytes:
    headers = {"Content-Type": "application/json", "Authorization": f"APIKey {api_key}", "User-Agent": "Banwatch/0.1"}
    request = urllib.request.Request(address, json.dumps(said).encode(), headers)
    try:
        with urllib.request.build_opener(_Stays).open(request, timeout=PATIENCE) as answer:
            body: bytes = answer.read(LARGEST + 1)
    except urllib.error.HTTPError as error:
        told = " (is the key valid?)" if error.code in (401, 403) else ""
        raise FetchFailed(f"{address}: the server answered {error.code}{told}", f"http-{error.code}") from error
    except OSError as error:
        raise FetchFailed(f"{address}: {error}") from error
    if len(body) > LARGEST:
        raise FetchFailed(f"{address}: more than {LARGEST} bytes", "too-large")
    return body


def _listed(body: bytes) -> list[Any]:
    try:
        found = json.loads(body)
    except ValueError as error:
        raise Unreadable(f"not JSON but {body[:60]!r}", "not-json") from error
    found = found.get("results", []) if isinstance(found, dict) else found
    if not isinstance(found, list):
        raise Unreadable(f"no list of events but {body[:60]!r}", "not-json")
    return found
