"""A real Datasette process over the shelf, and a real browser to look at it."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.reading import shelf

FOLDER = Path(__file__).parent.parent.parent / "datasette"


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


def start(tracker: Path, port: int, *more: str) -> subprocess.Popen:
    """Datasette with the project's folder; the settings are those of settings.json."""
    command = [sys.executable, "-m", "datasette", "serve", str(tracker), "--port", str(port), "--metadata", str(FOLDER / "metadata.yaml"),
               "--template-dir", str(FOLDER / "templates"), "--plugins-dir", str(FOLDER / "plugins"), "--static", f"static:{FOLDER / 'static'}"]  # fmt: skip
    for name, value in json.loads((FOLDER / "settings.json").read_text()).items():
        command += ["--setting", name, str(int(value))]
    return subprocess.Popen([*command, *more], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def serve(tracker: Path, *more: str) -> Iterator[Served]:
    served = Served(free_port(), tracker)
    process = start(tracker, served.port, *more)
    try:
        _wait(served, process)
        yield served
    finally:
        process.terminate()
        process.wait(10)


def _wait(served: Served, process: subprocess.Popen) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise AssertionError(process.stderr.read() if process.stderr else "the server ended")
        try:
            served.get("/-/versions.json")
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server does not answer")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The site over the shelf of facts, on loopback."""
    yield from serve(shelf.build(tmp_path_factory.mktemp("shelf") / "tracker.db"))
