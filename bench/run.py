"""Banwatch beside its peers on one site of real pages over loopback -> docs/explanation/speed.md, as ratios of the same run.

usage: run.py [--pages 200|2000] [--repeat N] [--all] [--write]
The site and the peers' harness are third-party data that is read in place ($BANWATCH_SHARED/bench); without it this ends at once and says so.
--all: changedetection.io and the Open Terms Archive engine besides urlwatch (674 MB of downloads, about 20 minutes).
"""

from __future__ import annotations

import argparse
import io
import json
import os
import shutil
import statistics
import subprocess
import sys
import tarfile
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import zstandard

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "bench" / ".made"
PAGE = ROOT / "docs" / "explanation" / "speed.md"
RUNS = (
    ("all new", "base"),
    ("unchanged", "base"),
    ("raw HTML differs", "noise"),
    ("5 % changed", "changed"),
    ("unchanged after", "changed"),
)
REACH = {200: (0.5, 1.2, 0.4, 1.2, 1.2), 2000: (0.5, 0.7, 0.4, 0.7, 0.7)}
PORT = 8811
BASE = f"http://127.0.0.1:{PORT}"


def shared() -> Path:
    folder = Path(os.environ.get("BANWATCH_SHARED", "")) / "bench"
    if not (folder / "server.py").is_file():
        raise SystemExit(
            "make bench: set BANWATCH_SHARED to the folder that holds bench/ (site, server and peers' harness)"
        )
    return folder


def site(pages: int) -> Path:
    """The site unpacked; for more than 200 pages, the same pages several times with a mark of their own in each."""
    first = WORK / "site"
    if not first.is_dir():
        WORK.mkdir(parents=True, exist_ok=True)
        packed = zstandard.ZstdDecompressor(max_window_size=2**27).stream_reader((shared() / "site.tar.zst").open("rb"))
        with tarfile.open(fileobj=io.BytesIO(packed.read())) as files:
            files.extractall(WORK, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
    return first if pages == 200 else _larger(first, pages // 200)


def _larger(first: Path, times: int) -> Path:
    folder = WORK / f"site{200 * times}"
    if folder.is_dir():
        return folder
    (folder / "pages").mkdir(parents=True)
    held = json.loads((first / "pages.json").read_text())
    changed = set(json.loads((first / "changed.json").read_text()))
    made = []
    for copy in range(times):
        for page in held:
            name = f"{page['id']}x{copy}"
            body = (first / "pages" / f"{page['id']}.html").read_bytes()
            (folder / "pages" / f"{name}.html").write_bytes(
                body.replace(b"</head>", f"<!-- {name} --></head>".encode(), 1)
            )
            made.append(page | {"id": name, "path": f"/{name}.html"})
    (folder / "pages.json").write_text(json.dumps(made))
    (folder / "changed.json").write_text(
        json.dumps([page["id"] for page in made if page["id"].split("x")[0] in changed])
    )
    return folder


def environment(name: str, *packages: str) -> Path:
    """bin/ of a virtual environment with these packages, compiled like ours."""
    folder = WORK / name
    if not folder.is_dir():
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
        uv = [
            ROOT / ".venv" / "bin" / "uv",
            "pip",
            "install",
            "--quiet",
            "--compile-bytecode",
            "--python",
            folder / "bin" / "python",
        ]
        subprocess.run([*uv, *packages], check=True)
    return folder / "bin"


def quiet_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def ask(path: str) -> bytes:
    with urllib.request.urlopen(BASE + path) as answer:
        return bytes(answer.read())


def measured(label: str, folder: Path, command: Sequence[str | Path]) -> dict[str, Any]:
    """One run under the harness's measure.py."""
    tools = environment("tools", "psutil", "rapidfuzz")
    done = subprocess.run(
        [tools / "python", shared() / "measure.py", label, "--cwd", folder, "--server", BASE, "--", *command], cwd=folder,
        capture_output=True, text=True, env=quiet_environment(), check=True,
    )  # fmt: skip
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def ours(folder: Path, pages: Path) -> list[str | Path]:
    return [ROOT / ".venv" / "bin" / "python", ROOT / "bench" / "crawl.py", folder, pages, BASE]


def urlwatch(folder: Path) -> list[str | Path]:
    return [environment("urlwatch", "urlwatch", "html2text", "cssselect") / "urlwatch", "--urls", "urls.yaml", "--config", "urlwatch.yaml",
            "--cache", "cache.db", "--hooks", "hooks.py"]  # fmt: skip


def one_round(pages: Path) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Every run once: Banwatch and urlwatch one after the other, each on the state its own last run left."""
    mine, theirs = WORK / "ours", WORK / "theirs"
    shutil.rmtree(mine, ignore_errors=True)
    shutil.rmtree(theirs, ignore_errors=True)
    mine.mkdir()
    tools = environment("tools", "psutil", "rapidfuzz")
    subprocess.run([tools / "python", shared() / "urlwatch" / "declare.py", pages, theirs, str(PORT)], check=True)
    found = []
    for label, mode in RUNS:
        ask(f"/_mode/{mode}")
        pair = (measured(label, mine, ours(mine, pages)), measured(label, theirs, urlwatch(theirs)))
        pair[0]["disk"] = {path.name: path.stat().st_size for path in sorted(mine.glob("*.db"))}
        pair[1]["disk"] = {"cache.db": (theirs / "cache.db").stat().st_size}
        found.append(pair)
        print(
            label,
            *(f"{p['wall_s']} s wall, {p['cpu_s']} s CPU, {p['peak_tree_rss_mb']} MB" for p in pair),
            sep=" | ",
            flush=True,
        )
    return found


def packed_by_git(pages: Path) -> int:
    """Bytes of a git pack of the same pages, one commit each."""
    folder = WORK / "git"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    run = ["git", "-C", folder, "-c", "user.name=bench", "-c", "user.email=bench@localhost"]
    subprocess.run([*run, "init", "-q"], check=True)
    for path in sorted((pages / "pages").glob("*.html")):
        shutil.copy(path, folder)
        subprocess.run([*run, "add", path.name], check=True)
        subprocess.run([*run, "commit", "-q", "-m", path.name], check=True)
    subprocess.run([*run, "repack", "-adfq"], check=True)
    return sum(path.stat().st_size for path in (folder / ".git" / "objects" / "pack").glob("*.pack"))


def table(rounds: list[list[tuple[dict[str, Any], dict[str, Any]]]], count: int) -> str:
    """Markdown: the median over rounds of each figure and of each ratio."""
    lines = [f"### {count} pages", "", "| run | Banwatch: wall s / CPU s / MB (PSS) / requests / 304s | urlwatch: the same | wall, ratio | CPU, ratio | reach |", "|---|---|---|---|---|---|"]  # fmt: skip
    for number, (label, _) in enumerate(RUNS):
        pairs = [each[number] for each in rounds]
        cells = [" / ".join(_figures([pair[side] for pair in pairs])) for side in (0, 1)]
        ratios = [statistics.median(p[0][key] / p[1][key] for p in pairs) for key in ("wall_s", "cpu_s")]
        lines.append(
            f"| {label} | {cells[0]} | {cells[1]} | {ratios[0]:.2f} | {ratios[1]:.2f} | {REACH[count][number]} |"
        )
    disk = rounds[-1][-1]
    told = "; ".join(f"{name} {size / 1e6:.1f} MB" for side in disk for name, size in side["disk"].items())
    return "\n".join([*lines, "", f"On disk after all runs: {told}.", ""])


def _figures(runs: list[dict[str, Any]]) -> list[str]:
    middle = {
        key: statistics.median(run[key] for run in runs)
        for key in ("wall_s", "cpu_s", "peak_tree_rss_mb", "peak_tree_pss_mb")
    }
    server = runs[-1]["server"]
    return [f"{middle['wall_s']:.2f}", f"{middle['cpu_s']:.2f}", f"{middle['peak_tree_rss_mb']:.0f} ({middle['peak_tree_pss_mb']:.0f})",
            str(server["requests"]), str(server["not_modified"])]  # fmt: skip


def write(text: str, mark: str) -> None:
    """Put ``text`` between the marks of ``mark`` on the page."""
    begin, end = f"<!-- {mark} -->", f"<!-- end of {mark} -->"
    held = PAGE.read_text(encoding="utf-8")
    before, _, rest = held.partition(begin)
    PAGE.write_text(f"{before}{begin}\n{text}{end}{rest.partition(end)[2]}", encoding="utf-8")


def others(pages: Path) -> str:
    """changedetection.io and the Open Terms Archive engine by the harness's own scripts -> a table of what they took."""
    out, harness, tools = WORK / "others.jsonl", shared(), environment("tools", "psutil", "rapidfuzz")
    out.unlink(missing_ok=True)
    cdio = environment("cdio", "changedetection.io")
    told = quiet_environment() | {"PY": str(tools / "python")}
    scripts = (
        [tools / "python", harness / "cdio" / "run.py", cdio, WORK / "cdio-data", pages, str(PORT), out],
        ["sh", harness / "ota" / "setup.sh", WORK / "ota"],
        ["bash", harness / "ota" / "run.sh", WORK / "ota", pages, str(PORT), out],
    )
    ended = [subprocess.run(script, env=told).returncode for script in scripts]
    rows = [json.loads(line) for line in out.read_text().splitlines()] if out.is_file() else []
    lines = ["| peer and run | wall s / CPU s / MB / requests / 304s |", "|---|---|"]
    lines += [
        f"| {row['label']} | {' / '.join(_figures([{'peak_tree_pss_mb': 0} | row]))} |".replace(" (0)", "")
        for row in rows
    ]
    return "\n".join(lines) + ("" if not any(ended) else f"\n\nScripts of the harness ended with {ended}.") + "\n"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--pages", type=int, default=200, choices=(200, 2000))
    options.add_argument("--repeat", type=int, default=3)
    options.add_argument("--all", action="store_true")
    options.add_argument("--write", action="store_true")
    given = options.parse_args()
    pages = site(given.pages)
    tools = environment("tools", "psutil", "rapidfuzz")
    server = subprocess.Popen([tools / "python", shared() / "server.py", pages, str(PORT)], stdout=subprocess.DEVNULL)
    try:
        wait()
        rounds = [one_round(pages) for _ in range(given.repeat)]
        peers = others(pages) if given.all else ""
    finally:
        server.terminate()
        server.wait()
    said = table(rounds, given.pages)
    if given.pages == 200:
        said += f"git packs the 200 pages into {packed_by_git(pages) / 1e6:.2f} MB.\n"
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    said += (
        f"\nLoad of the machine at the end (1, 5, 15 min): {load}; {os.cpu_count()} cores; medians of {given.repeat}.\n"
    )
    print(said)
    print(peers)
    if given.write:
        write(said, f"{given.pages} pages")
    if given.write and peers:
        write(peers, "peers")


def wait() -> None:
    for _ in range(600):
        try:
            ask("/_stats")
            return
        except OSError:
            time.sleep(0.05)
    raise SystemExit("the server of the site did not start")


if __name__ == "__main__":
    main()
