"""What a crawl, a reread, the feeds, the start of serve and the home page cost in a home that grows -> JSON lines and a plot.

usage: growth.py fill FOLDER [--most 1000000]       a home of 1,000, 10,000, 100,000, 1,000,000 pages each, below FOLDER; those there are kept
       growth.py measure FOLDER [--most 1000000]    a line to FOLDER/growth.jsonl for each of them
       growth.py grow FOLDER [--most 1000000]       both
       growth.py plot FOLDER/growth.jsonl           writes docs/images/growth.svg and prints the table of docs/explanation/speed.md

Half of the pages are captures of policies (a hundred a document, each with one paragraph changed), half are reports that make claims. The
first ten thousand take the road of a crawl (archive, parser, door, settling), without the network, whose cost does not grow; what is more is
multiplied from them (multiply.py). At each size two crawls of CRAWL further pages are made on top: the first is told page for page, of the
second, which the archive holds already, how long the tracker takes to read and settle it. All figures are CPU, so that other work on the
machine tells less. At 1,000,000 the home takes 20 GB and is measured where it is, the others in a copy. Files of feeds are taken away as
they are written, for at 1,000,000 pages they would be 30 GB.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from functools import cache
from math import log10
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from archive import WORDS, report
from multiply import BASE, DAYS, multiply

import parsers
from claims import names
from records import Page, Source
from store.archive import Archive
from store.door import Door
from store.given import save_names
from store.prepare import prepared
from store.rebuild import catch_up
from verbs.common import Home

ROOT = Path(__file__).resolve().parent.parent
PLOT = ROOT / "docs" / "images" / "growth.svg"
BEGIN = datetime(2007, 1, 1, tzinfo=UTC)  # so that a million pages lie in the past
MARKS = (1_000, 10_000, 100_000, 1_000_000)
VERSIONS, PARAGRAPHS = 100, 12  # of a document
CRAWL = 600  # pages between two settlings
PORT, STARTS, WRITES = 8833, 3, 5
CURVES = {
    "crawl": "crawl, ms a page", "settle": "of it settling, ms a page", "reread": "reread, ms a page", "feeds": "feed build, ms a development",
    "serve": "start of serve, ms", "home": "home page after a write, ms",
}  # fmt: skip


def source(number: int) -> Source:
    """A desk (even numbers) or a policy of its own."""
    if number % 2 == 0:
        desk = number // 2 % 50
        return Source(
            f"desk{desk}",
            f"Desk {desk}",
            f"https://desk{desk}.example/feed.xml",
            "feed",
            "news",
            language="en",
            follow="article",
        )
    document = number // (2 * VERSIONS)
    return Source(f"policy{document}", f"Policy {document}", f"https://policy{document}.example/terms", "policy", "official",
                  platform=random.Random(document).choice(platforms()), document_type=f"Terms {document}", language="en")  # fmt: skip


@cache
def platforms() -> list[str]:
    return _ranked([one.name for one in names.platforms()])


@cache
def places() -> list[str]:
    return _ranked([one.name for one in names.jurisdictions() if len(one.code) == 2 and one.code != "EU"])


def _ranked(found: list[str]) -> list[str]:
    """Each name as often as its rank has it in life: the first twice as often as the fourth."""
    return [name for rank, name in enumerate(found) for _ in range(200 // (rank + 2))]


def instant(number: int) -> datetime:
    """Ten minutes a page; every ten thousand begin DAYS days after the last."""
    return BEGIN + timedelta(days=DAYS * (number // BASE), minutes=10 * (number % BASE))


def page(number: int, of: Source) -> Page:
    at = instant(number)
    if of.parser == "feed":
        url, _, text = report(number, 1, at, platforms(), places())
        parser = "article"
    else:
        url, text, parser = of.url, _policy(of.id, number // 2 % VERSIONS), "policy"
    headers = (("content-type", "text/html; charset=utf-8"),)
    return Page(of.id, parser, url, url, at, 200, headers, text.encode())


def _policy(name: str, version: int) -> str:
    """Paragraphs of forty words; in each version another one is written anew."""
    written = [
        version - (version - place) % PARAGRAPHS for place in range(PARAGRAPHS)
    ]  # the version that last wrote the paragraph at a place
    lines = [
        " ".join(random.Random(f"{name} {place} {when}").choices(WORDS, k=40)) for place, when in enumerate(written)
    ]
    body = "".join(f"<p>{line.capitalize()}.</p>" for line in lines)
    return f"<!doctype html><html lang=en><head><title>{name}</title></head><body><main><h1>Terms of {name}</h1>{body}</main></body></html>"


def fill(folder: Path, most: int) -> None:
    """Each home is made beside its place and moved there whole."""
    for mark in (mark for mark in MARKS if mark <= most and not (folder / str(mark)).exists()):
        below = max((done for done in MARKS if done < min(mark, BASE + 1)), default=0)
        home = _copy(Home(folder / str(below)), folder / "making") if below else Home(folder / "making")
        if mark <= BASE:
            _read(home, range(below, mark))
        else:
            multiply(home.archive, home.tracker, range(1, mark // BASE))
        home.folder.rename(folder / str(mark))


def measure(folder: Path, most: int) -> None:
    for mark in (mark for mark in MARKS if mark <= most):
        home = Home(folder / str(mark))
        told = {"pages": mark} | measured(home if mark == MARKS[-1] else _copy(home, folder / "copy"), folder)
        with (folder / "growth.jsonl").open("a") as out:
            out.write(json.dumps(told) + "\n")
        print(told, flush=True)


def _copy(home: Home, folder: Path) -> Home:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for path in (home.archive, home.tracker):
        shutil.copy(path, folder)
    return Home(folder)


def _read(home: Home, numbers: range) -> None:
    """Pages by the road of a crawl."""
    home.folder.mkdir(parents=True, exist_ok=True)
    with Archive(home.archive) as archive, Door(home.tracker, archive, parsers.read, together=100) as door:
        save_names(door.db)
        for start in range(numbers.start, numbers.stop, CRAWL):
            _crawled(archive, door, range(start, min(start + CRAWL, numbers.stop)))
        for db in (door.db, archive._db):
            db.execute("pragma wal_checkpoint(truncate)")


def _crawled(archive: Archive, door: Door, numbers: range) -> dict[str, float]:
    """One crawl -> CPU ms a page, of all of it and of settling."""
    pages = [(of, page(number, of)) for number in numbers for of in [source(number)]]
    begun = time.process_time()
    kept = _kept(archive, pages)
    door.declared()
    for seq in kept:
        door.take(seq)
    taken = time.process_time()
    door.settle()
    ended = time.process_time()
    return {"crawl": 1000 * (ended - begun) / len(pages), "settle": 1000 * (ended - taken) / len(pages)}


def _kept(archive: Archive, pages: list[tuple[Source, Page]]) -> list[int]:
    run = pages[0][1].fetched_at.isoformat(timespec="seconds")
    archive.hold()
    for of, _ in pages:
        archive.declare(of)
    kept = [archive.keep(page, run) for _, page in pages]
    archive.commit()
    return kept


def measured(home: Home, folder: Path) -> dict[str, Any]:
    """Two more crawls, then what is shown."""
    with Archive(home.archive) as archive:
        begin = -(-archive.last() // 1_000) * 1_000
        for number in range(begin, begin + 2):  # loads what reads
            [prepared(record) for record in parsers.read(page(number, source(number)), source(number))]
        with Door(home.tracker, archive, parsers.read, together=100) as door:
            told = _crawled(archive, door, range(begin, begin + CRAWL))
            numbers = range(begin + CRAWL, begin + 2 * CRAWL)
            _kept(archive, [(of, page(number, of)) for number in numbers for of in [source(number)]])
            begun = time.process_time()
            catch_up(door, archive, lambda door: None)
            told["reread"] = 1000 * (time.process_time() - begun) / CRAWL
    return {name: round(value, 2) for name, value in told.items()} | shown(home, folder)


def shown(home: Home, folder: Path) -> dict[str, Any]:
    """CPU milliseconds of all feeds (a development), of the start of serve and of its home page."""
    verb = [sys.executable, "-c", "from banwatch import main; main()", "--home", str(home.folder)]
    developments = _count(home.tracker)
    feeds = _built(verb, folder / "feeds")
    starts, pages = zip(*(_served(verb, home.tracker) for _ in range(STARTS)), strict=True)
    return {
        "developments": developments, "feeds": round(1000 * feeds / developments, 2),
        "serve": round(1000 * median(starts)), "home": round(1000 * median(pages), 1),
    }  # fmt: skip


def _count(tracker: Path) -> int:
    db = sqlite3.connect(tracker)
    found = int(db.execute("select count(*) from development").fetchone()[0])
    db.close()
    return found


def _built(verb: list[str], out: Path) -> float:
    """CPU seconds of all feeds; each file is taken away a while after it was written."""
    shutil.rmtree(out, ignore_errors=True)
    process = subprocess.Popen([*verb, "feed", "build", "--out", str(out)], cwd=ROOT, stdout=subprocess.DEVNULL)
    while True:
        done, status, used = os.wait4(process.pid, os.WNOHANG)
        if done:
            break
        time.sleep(1)
        subprocess.run(["find", out, "-type", "f", "-mmin", "+0.1", "-delete"], check=False, stderr=subprocess.DEVNULL)
    shutil.rmtree(out, ignore_errors=True)
    if status:
        raise SystemExit(f"feed build ended with {status}")
    return used.ru_utime + used.ru_stime


def _served(verb: list[str], tracker: Path) -> tuple[float, float]:
    """CPU seconds till serve answers, and of its home page after a write."""
    process = subprocess.Popen(
        [*verb, "serve", "--port", str(PORT)], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _answered("/-/versions.json")
        started = _spent(process.pid)
        pages = []
        for _ in range(WRITES):
            _written(tracker)
            before = _rested(process.pid)
            _answered("/")
            pages.append(_spent(process.pid) - before)
        return started, median(pages)
    finally:
        process.terminate()
        process.wait()


def _written(tracker: Path) -> None:
    with sqlite3.connect(tracker, timeout=60) as db:
        db.execute("insert or replace into note values ('measured', random())")
    db.close()


def _rested(pid: int) -> float:
    """CPU seconds so far, when nothing is made ahead any more."""
    before = -1.0
    while (now := _spent(pid)) - before > 0.02:
        before = now
        time.sleep(1)
    return now


def _answered(path: str) -> None:
    for _ in range(3_000):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{PORT}{path}", timeout=600) as answer:
                answer.read()
                return
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"serve did not answer {path}")


def _spent(pid: int) -> float:
    """CPU seconds of a process and of the children it has: of their threads, to the nanosecond (proc(5))."""
    tasks = list(Path(f"/proc/{pid}/task").iterdir())
    own = sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9
    return own + sum(_spent(int(child)) for task in tasks for child in (task / "children").read_text().split())


# the plot ---------------------------------------------------------------------------------------------------------------
WIDTH, HEIGHT, LEFT, TOP = 520, 300, 60, 20


def plot(lines: Path) -> None:
    rows = [json.loads(line) for line in lines.read_text().splitlines()]
    PLOT.write_text(svg(rows), encoding="utf-8")
    print("| pages | " + " | ".join(CURVES.values()) + " |\n" + "|---" * (1 + len(CURVES)) + "|")
    for row in rows:
        print(f"| {row['pages']:,} | " + " | ".join(str(row.get(name, "not run")) for name in CURVES) + " |")


def svg(rows: list[dict[str, Any]]) -> str:
    """Each cost by the number of pages, both axes logarithmic: a flat line is a cost that does not grow."""
    values = [row[name] for row in rows for name in CURVES if name in row]
    low, high = int(log10(min(values)) - 1), int(log10(max(values)) + 1)

    def at(pages: int, value: float) -> str:
        x = LEFT + (log10(pages) - 3) / 3 * WIDTH
        return f"{x:.0f},{TOP + (high - log10(value)) / (high - low) * HEIGHT:.0f}"

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDTH + 200} {TOP + HEIGHT + 50}" font-family="sans-serif" font-size="12">'
    ]
    for power in range(low, high + 1):
        y = at(1_000, 10**power).split(",")[1]
        parts.append(
            f'<path d="M{LEFT} {y}H{LEFT + WIDTH}" stroke="#ccc"/><text x="{LEFT - 6}" y="{y}" text-anchor="end">{10**power:g}</text>'
        )
    for mark in (1_000, 10_000, 100_000, 1_000_000):
        x = at(mark, 1).split(",")[0]
        parts.append(f'<text x="{x}" y="{TOP + HEIGHT + 20}" text-anchor="middle">{mark:,}</text>')
    parts.append(f'<text x="{LEFT}" y="{TOP + HEIGHT + 40}">pages in the home; CPU, logarithmic</text>')
    for number, (name, label) in enumerate(CURVES.items()):
        colour = ("#1b6ca8", "#b5442c", "#3a7d44", "#7a4fa3", "#8a6d00", "#444")[number]
        told = [row for row in rows if name in row]
        points = " ".join(at(row["pages"], row[name]) for row in told)
        end = at(told[-1]["pages"], told[-1][name]).split(",")
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.append(f'<text x="{int(end[0]) + 6}" y="{int(end[1]) + 4}" fill="{colour}">{label}</text>')
    return "\n".join([*parts, "</svg>", ""])


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("what", choices=("fill", "measure", "grow", "plot"))
    options.add_argument("where", type=Path)
    options.add_argument("--most", type=int, default=MARKS[-1])
    given = options.parse_args()
    if given.what == "plot":
        return plot(given.where)
    if given.what in {"fill", "grow"}:
        fill(given.where, given.most)
    if given.what in {"measure", "grow"}:
        measure(given.where, given.most)


if __name__ == "__main__":
    main()
