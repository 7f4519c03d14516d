"""Third-party test data, read in place where it is there: ``BANWATCH_SHARED`` or the folder ``shared`` beside the checkout."""

from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path
from typing import Any

import pytest
import zstandard

SAFE: dict[str, Any] = (
    {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
)  # Debian 12's Python 3.11.2 has no filters yet
SHARED = Path(os.environ.get("BANWATCH_SHARED", Path(__file__).parent.parent.parent / "shared"))


def shared(*parts: str) -> Path:
    """A path in the shared data; skips the test, and says so, where it is absent."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"third-party test data is not here: {path}")
    return path


def unpacked(archive: Path, folder: Path) -> Path:
    """The folder ``dev`` of a .tar.zst, unpacked into ``folder``."""
    data = zstandard.ZstdDecompressor(max_window_size=2**27).stream_reader(archive.open("rb")).read()
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        tar.extractall(folder, **SAFE)
    return folder / "dev"
