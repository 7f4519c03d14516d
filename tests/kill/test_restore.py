"""What the how-to on backups tells, done: a stream of changes by Litestream, cut off by a crash, and restored elsewhere."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from banwatch import main
from store.archive import Archive
from tests.kill import site, work

ROOT = Path(__file__).parent.parent.parent
LITESTREAM = shutil.which("litestream", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")


def run(home: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--home", str(home), *words])


@pytest.mark.skipif(not LITESTREAM, reason="litestream is not here")
def test_a_stream_of_changes_is_restored_elsewhere(tmp_path: Path) -> None:
    """The configuration that ships, with a folder for the object storage: crawls go on while it streams; then the machine is gone."""
    home, other = tmp_path / "home", tmp_path / "other"
    environment = os.environ | {"BANWATCH_HOME": str(home), "LITESTREAM_REPLICA_URL": f"file://{tmp_path / 'bucket'}"}
    assert run(home, "crawl", "--replay", str(site.recorded(tmp_path / "few", 2, 4))).exit_code == 0
    command = [LITESTREAM or "", "replicate", "-config", str(ROOT / "deploy" / "litestream.yml")]
    streaming = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        assert run(home, "crawl", "--replay", str(site.recorded(tmp_path / "more", 5, 6))).exit_code == 0
        with Archive(home / "archive.db", readonly=True) as archive:
            known, bodies = archive.last(), archive.bodies()
        before = work.everything(home)
        for _ in range(100):
            if restored(tmp_path, other, environment) == known:
                break
            assert streaming.poll() is None, streaming.communicate()[1]
            time.sleep(0.2)
    finally:
        streaming.send_signal(signal.SIGKILL)
        streaming.wait()
    shutil.rmtree(home)
    assert run(other, "archive", "verify").exit_code == 0
    with Archive(other / "archive.db", readonly=True) as archive:
        assert (archive.last(), archive.bodies()) == (known, bodies)
    assert run(other, "reread").exit_code == 0
    assert work.everything(other) == before


def restored(folder: Path, home: Path, environment: dict[str, str]) -> int:
    """Restore as the how-to says; the newest sighting that came back."""
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    words = [LITESTREAM or "", "restore", "-o", str(home / "archive.db"), f"file://{folder / 'bucket'}"]
    if subprocess.run(words, env=environment, capture_output=True, check=False).returncode:
        return 0
    return work.count(home / "archive.db", "sighting")
