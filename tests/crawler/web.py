"""A web of one's own on loopback for tests: path -> (content type, body) or a function of the request."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = tuple[int, Mapping[str, str], bytes]
Page = tuple[str, str] | Callable[[BaseHTTPRequestHandler], Answer]


class Web:
    """Serves ``pages`` and remembers what was asked for."""

    def __init__(self, pages: dict[str, Page]) -> None:
        self.pages, self.asked = pages, list[str]()
        self.base = ""

    def answer(self, request: BaseHTTPRequestHandler) -> Answer:
        self.asked.append(request.path)
        page = self.pages.get(request.path)
        if page is None:
            return 404, {"Content-Type": "text/plain"}, b"not here"
        if callable(page):
            return page(request)
        return 200, {"Content-Type": page[0]}, page[1].replace("{base}", self.base).encode()


@contextmanager
def served(pages: dict[str, Page]) -> Iterator[Web]:
    web = Web(pages)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = web.answer(self)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    web.base = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield web
    finally:
        server.shutdown()
        server.server_close()
