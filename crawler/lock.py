"""One crawl a home at a time: a lock of the operating system, which goes with the process that holds it, however it ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from errors import BadStore


@contextmanager
def crawl_lock(path: Path) -> Iterator[None]:
    """Hold ``path`` while the block runs. Raises BadStore with cause "busy", naming the process that holds it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise BadStore(f"another crawl is running here (process {_written(file)})", "busy") from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def holder(path: Path) -> str:
    """The process that holds ``path``; "" if none does. Takes nothing and makes nothing."""
    if not path.is_file():
        return ""
    with path.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return _written(file)
    return ""


def _written(file: TextIO) -> str:
    """The number that the holder wrote."""
    file.seek(0)
    return file.read().strip() or "unknown"
