"""A real Datasette process over the shelf, and a real browser to look at it."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from feeds.serving import free_port, serve_command

FOLDER = Path(__file__).parent.parent.parent / "datasette"

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    text: str

    def json(self) -> dict:
        return json.loads(self.text)


@dataclass
class Served:
    """A running server: ``get`` speaks HTTP as it is, without following redirects or mending addresses."""

    port: int
    tracker: Path
    pid: int = 0

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str, **headers: str) -> Answer:
        wire = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        wire.putrequest("GET", path, skip_host="Host" in headers)
        for name, value in headers.items():
            wire.putheader(name.replace("_", "-"), value)
        wire.endheaders()
        got = wire.getresponse()
        text = got.read().decode("utf-8", "replace")
        wire.close()
        return Answer(got.status, {name.lower(): value for name, value in got.getheaders()}, text)


@contextmanager
def _run(command: list[str], served: Served) -> Iterator[Served]:
    """A server while it is needed."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    served.pid = process.pid
    try:
        _wait(served, process)
        yield served
    finally:
        process.terminate()
        process.wait(10)


def serve(tracker: Path) -> Iterator[Served]:
    """The site over a tracker, on loopback, as `banwatch serve` starts it."""
    served = Served(free_port("127.0.0.1", 20_000 + os.getpid() % 20_000), tracker)
    with _run(serve_command(FOLDER, tracker, "127.0.0.1", served.port, public=False), served):
        yield served


def _wait(served: Served, process: subprocess.Popen) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise AssertionError("the server ended")
        try:
            served.get("/-/versions.json")
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server does not answer")
