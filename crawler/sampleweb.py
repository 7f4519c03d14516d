"""data/sample -> a small web on loopback, in rounds: what the demo and the tests crawl over real HTTP.

It knows robots.txt, ETag, Last-Modified, 304, gzip, HEAD and Retry-After; it serves the files of its manifest and nothing
else, on 127.0.0.1 only.
"""

from __future__ import annotations

import gzip
import hashlib
import threading
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from urllib.parse import unquote, urlsplit

from errors import BadConfiguration

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".xml": "application/xml",
    ".json": "application/json",
    ".txt": "text/plain; charset=utf-8",
    ".pdf": "application/pdf",
}
PLACE = b"{sample}"  # stands in the files for the address of the server


@dataclass(frozen=True, slots=True)
class Entry:
    """What answers one path: a file a round ("" = not there yet), the last one stays."""

    path: str
    files: tuple[str, ...]
    type: str = ""
    status: int = 200
    retry_after: int = 0

    def since(self, number: int) -> tuple[str, int]:
        """The file of round ``number`` (1..) and the round that first served it without a break; ("", 0) if none."""
        last = min(number, len(self.files))
        name = self.files[last - 1]
        first = last
        while first > 1 and self.files[first - 2] == name:
            first -= 1
        return (name, first) if name else ("", 0)


@dataclass(frozen=True, slots=True)
class Manifest:
    """The pages of the sample web by path, and the instant each round stands for."""

    days: tuple[datetime, ...]
    entries: dict[str, Entry]


def manifest(folder: Path) -> Manifest:
    """Reads ``folder``/manifest.toml. Raises BadConfiguration if it is missing, no TOML, or names one path twice."""
    path = folder / "manifest.toml"
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise BadConfiguration(f"{path}: cannot be read: {error}") from error
    entries = [Entry(**{**page, "files": tuple(page["files"])}) for page in data.get("page", [])]
    found = {entry.path: entry for entry in entries}
    if len(found) < len(entries) or not data.get("round"):
        raise BadConfiguration(f"{path}: a path stands twice, or there are no rounds")
    return Manifest(tuple(datetime.fromisoformat(r["on"]).replace(hour=6, tzinfo=UTC) for r in data["round"]), found)


class SampleWeb:
    """Context manager: serves the sample web while it is open.

    ``base`` is its address without a slash at the end; ``round`` (1..``rounds``) says which capture is served, and may be
    set while it runs; ``on`` is the instant it stands for. ``requests`` are (method, path, status) as answered.
    Port 0 takes a free one; OSError if the port is taken.
    """

    def __init__(self, folder: Path, port: int = 0) -> None:
        self.web, self.manifest = folder / "web", manifest(folder)
        self.requests: list[tuple[str, str, int]] = []
        self._round = 1
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, name="sample web", daemon=True)
        self.base = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> SampleWeb:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def days(self) -> tuple[datetime, ...]:
        """The instants the rounds stand for, oldest first (aware UTC)."""
        return self.manifest.days

    @property
    def rounds(self) -> int:
        """How many captures the sample web has."""
        return len(self.manifest.days)

    @property
    def round(self) -> int:
        """The capture that is served now, from 1."""
        return self._round

    @round.setter
    def round(self, number: int) -> None:
        if not 1 <= number <= self.rounds:
            raise ValueError(f"the sample web has rounds 1 to {self.rounds}, not {number}")
        self._round = number

    @property
    def on(self) -> datetime:
        """The instant that the round stands for."""
        return self.manifest.days[self._round - 1]

    def answer(self, path: str) -> Answer | None:
        """What a path (decoded, without query) answers in this round; None if it is not there."""
        entry = self.manifest.entries.get(path)
        name, first = entry.since(self._round) if entry else ("", 0)
        if entry is None or not name:
            return None
        body = (self.web / name).read_bytes()
        if not name.endswith(".pdf"):
            body = body.replace(PLACE, self.base.encode("ascii"))
        kind = entry.type or TYPES[Path(name).suffix]
        return Answer(body, kind, self.days[first - 1], entry.status, entry.retry_after)


@dataclass(frozen=True, slots=True)
class Answer:
    """Body, content type, instant of the last change, status and seconds of Retry-After (0 = none)."""

    body: bytes
    type: str
    changed: datetime
    status: int
    retry_after: int

    @property
    def etag(self) -> str:
        return f'"{hashlib.sha256(self.body).hexdigest()[:16]}"'

    def known(self, etag: str, since: str) -> bool:
        """Whether the client has this already (RFC 9110, 13.1: If-None-Match goes before If-Modified-Since)."""
        if etag:
            return self.etag in etag or etag.strip() == "*"
        try:
            return bool(since) and parsedate_to_datetime(since) >= self.changed
        except (ValueError, TypeError):
            return False


def _handler(web: SampleWeb) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version, sys_version = "BanwatchSample", ""

        def do_GET(self) -> None:
            answer = web.answer(unquote(urlsplit(self.path).path))
            if answer is None:
                self._send(
                    404, b"<!DOCTYPE html><title>Not found</title><h1>Not found</h1>", {"Content-Type": TYPES[".html"]}
                )
            elif answer.status != 200:
                self._send(
                    answer.status,
                    b"not available\n",
                    {"Content-Type": TYPES[".txt"], "Retry-After": str(answer.retry_after)},
                )
            elif answer.known(self.headers.get("If-None-Match", ""), self.headers.get("If-Modified-Since", "")):
                self._send(304, b"", _validators(answer))
            else:
                self._whole(answer)

        do_HEAD = do_GET

        def _whole(self, answer: Answer) -> None:
            headers = {"Content-Type": answer.type, "Vary": "Accept-Encoding", **_validators(answer)}
            body = answer.body
            if "gzip" in self.headers.get("Accept-Encoding", "") and answer.type != TYPES[".pdf"]:
                body, headers["Content-Encoding"] = gzip.compress(body, mtime=0), "gzip"
            self._send(200, body, headers)

        def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            web.requests.append((self.command, self.path, status))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if status != 304:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: who asks reads ``SampleWeb.requests``."""

    return Handler


def _validators(answer: Answer) -> dict[str, str]:
    return {
        "ETag": answer.etag,
        "Last-Modified": format_datetime(answer.changed, usegmt=True),
        "Cache-Control": "no-cache",
    }
