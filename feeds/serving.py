"""Which port is free, and the command that serves a tracker with the project's configuration. Starts nothing itself."""

from __future__ import annotations

import json
import os
import socket
import sys
from pathlib import Path

from errors import BadConfiguration
from feeds.addresses import Site

TRIES = 50  # ports above the first one


def free_port(host: str, port: int) -> int:
    """The first port from ``port`` on that can be listened on. Raises BadConfiguration if none of the next can."""
    for number in range(port, min(port + TRIES, 65_536)):
        if _free(host, number):
            return number
    raise BadConfiguration(
        f"no free port on {host} from {port} to {port + TRIES - 1}; give another with --port", "no-port"
    )


def _free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def serve_command(folder: Path, tracker: Path, host: str, port: int, public: bool) -> list[str]:
    """The command line of a Datasette that serves ``tracker`` with the configuration in ``folder``.

    Feeds name the addresses they stand at: BANWATCH_BASE_URL where it is set, else host and port.
    """
    settings = _settings(folder) | {"default_allow_sql": "off" if public else "on"}
    command = [sys.executable, "-m", "datasette", "serve", str(tracker), "--host", host, "--port", str(port)]
    for option, path in (
        ("--metadata", "metadata.yaml"),
        ("--template-dir", "templates"),
        ("--plugins-dir", "plugins"),
    ):
        if (folder / path).exists():
            command += [option, str(folder / path)]
    if (folder / "static").is_dir():
        command += ["--static", f"static:{folder / 'static'}"]
    for name, value in settings.items():
        command += ["--setting", name, str(value)]
    return _with_base(command, host, port)


def _with_base(command: list[str], host: str, port: int) -> list[str]:
    Site.from_environment()  # a wrong setting is said now, and not at the first request
    if os.environ.get("BANWATCH_BASE_URL"):
        return command
    reached = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return ["env", f"BANWATCH_BASE_URL=http://{reached}:{port}", *command]


def _settings(folder: Path) -> dict[str, object]:
    path = folder / "settings.json"
    if not path.exists():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise BadConfiguration(f"{path}: not JSON: {error}") from error
    return {
        name: {True: "on", False: "off"}.get(value, value) if isinstance(value, bool) else value
        for name, value in found.items()
    }
