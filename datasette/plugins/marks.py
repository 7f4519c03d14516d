"""Datasette's own pages with an ETag of their bytes, and 304 for who has them: pages of tables and questions are asked again and again by
programs. An answer that comes in pieces (a streamed CSV) goes as it is."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import Any

from datasette import hookimpl

from feeds.answer import has

TIMING = re.compile(rb'"query_ms": *[\d.e-]+')  # how long it took is no part of what it says
MARKED = ("/tracker",)  # where Datasette answers by itself; the pages of reading/ and the feeds bring an ETag


@hookimpl
def asgi_wrapper(datasette: Any) -> Callable[..., Any]:
    base = datasette.setting("base_url").rstrip("/")
    return lambda app: marker(app, tuple(f"{base}{path}" for path in MARKED))


def marker(app: Any, paths: tuple[str, ...]) -> Any:
    async def marked(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or not scope["path"].startswith(paths):
            return await app(scope, receive, send)
        asked = next((value for name, value in scope["headers"] if name == b"if-none-match"), b"").decode("latin-1")
        held: list[dict[str, Any]] = []

        async def put(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                held.append(message)
                return
            if held:
                message = await begun(held.pop(), message, asked, send)
            await send(message)

        await app(scope, receive, put)

    return marked


async def begun(start: dict[str, Any], body: dict[str, Any], asked: str, send: Any) -> dict[str, Any]:
    """Send the head of an answer; returns its body as it is to be sent."""
    if start["status"] != 200 or body.get("more_body"):
        await send(start)
        return body
    etag = f'"{hashlib.sha256(TIMING.sub(b"", body.get("body", b""))).hexdigest()[:32]}"'
    headers = [*start["headers"], (b"etag", f"W/{etag}".encode()), (b"cache-control", b"no-cache")]
    if has(asked, etag):
        await send(
            start
            | {
                "status": 304,
                "headers": [pair for pair in headers if pair[0] not in {b"content-length", b"content-type"}],
            }
        )
        return body | {"body": b""}
    await send(start | {"headers": headers})
    return body
