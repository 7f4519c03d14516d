"""What the archive costs beside git: the same pages, in order of time, kept by both; every body read back.

python bench/storage.py REPLAY_DIR        # a folder with manifest.jsonl (docs/reference/command-line.md, crawl --replay)
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from crawler.replay import replay
from store.archive import Archive


def in_git(folder: Path, into: Path) -> int:
    """Bytes of the packs after `git gc --aggressive` of a history with one commit a page; one file a document."""

    def git(*words: str) -> str:
        return subprocess.run(["git", "-C", str(into), *words], check=True, capture_output=True, text=True).stdout

    git("init", "-q")
    stream = [_commit(number, folder, json.loads(line)) for number, line in enumerate(_rows(folder))]
    subprocess.run(["git", "-C", str(into), "fast-import", "--quiet"], input=b"".join(stream), check=True)
    git("gc", "--aggressive", "--prune=now", "-q")
    return sum(path.stat().st_size for path in (into / ".git" / "objects").rglob("*.pack"))


def _rows(folder: Path) -> list[str]:
    lines = (folder / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    return sorted(lines, key=lambda line: json.loads(line)["fetched_at"])


def _commit(number: int, folder: Path, row: dict[str, str]) -> bytes:
    body = (folder / row["path"]).read_bytes()
    name = f"{row['service']}/{row['document']}".replace('"', "")
    head = f"commit refs/heads/main\ncommitter b <b@example.org> {1_700_000_000 + number} +0000\ndata 1\nx\n"
    return head.encode() + f'M 644 inline "{name}"\ndata {len(body)}\n'.encode() + body + b"\n"


def _seconds(archive: Archive, sha: str) -> float:
    """CPU time of reading one body back, its hash included."""
    start = time.process_time()
    archive.body(sha)
    return time.process_time() - start


def main() -> None:
    folder = Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch)
        began = time.process_time()
        with Archive(home / "archive.db") as archive:
            kept, _ = replay(folder, archive)
            spent = time.process_time() - began
            size = archive.size()
        with Archive(home / "archive.db", readonly=True) as archive:  # opened anew: nothing is at hand
            times = sorted(min(_seconds(archive, sha) for _ in range(3)) for sha in archive.bodies())
            first = sorted(_seconds(archive, sha) for sha in archive.bodies())
        file = (home / "archive.db").stat().st_size
        (home / "git").mkdir()
        packed = in_git(folder, home / "git")
    print(
        f"{kept} pages, {size['bodies']} bodies, {size['raw']:,} bytes as fetched; {1000 * spent / max(1, kept):.1f} ms CPU to keep one"
    )
    print(f"archive.db {file:,} bytes (bodies {size['kept']:,}); git packed {packed:,}; ratio {file / packed:.2f}")
    for name, found in (("best of three", times), ("one reading", first)):
        middle, late = found[len(found) // 2], found[len(found) * 95 // 100]
        print(
            f"read back, CPU, {name}: median {1000 * middle:.1f} ms, 95 % {1000 * late:.1f} ms, worst {1000 * found[-1]:.1f} ms"
        )


if __name__ == "__main__":
    main()
