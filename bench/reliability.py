"""What Banwatch survives, measured: hostile cases, kills, fuzzed inputs, requests -> the table of docs/explanation/reliability.md.

    .venv/bin/python bench/reliability.py                      # everything, small
    .venv/bin/python bench/reliability.py --kills 200 --inputs 100000 --requests 10000 --seconds 60 --write

``--only cases|delay|kills|inputs|reader|requests|worst|load`` measures one part; ``--write`` puts the figures into the page, beside those of parts that were
not measured now. ``--folder DIR`` makes kills and inputs go on where an earlier run stopped. The hostile web is third-party test data (``BANWATCH_SHARED``); without it that row says so.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote

import httpx

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
PAGE = ROOT / "docs" / "explanation" / "reliability.md"
BEGIN, END = "<!-- figures: bench/reliability.py -->", "<!-- end of figures -->"
BANWATCH = [sys.executable, "-c", "from banwatch import main; main()"]
POISON = ("", "'", '"', "\\", "%00", "%ff", "<script>alert(1)</script>", "../../etc/passwd", "-1", "99999999999999999999", "null", "{{7*7}}",
          "%E2%80%AE", "AND", "(", "*", "a" * 3_000, ";drop table action", "1e400", "//evil.example/", "\\evil.example")  # fmt: skip
PARAMETERS = ("_search", "_sort", "_sort_desc", "_size", "_next", "_facet", "_where", "_shape", "_col", "_nocol", "_trace", "_through", "_json", "sql",
              "platform", "jurisdiction", "kind", "on_day", "q", "page", "from", "to", "tag")  # fmt: skip
SQL = ("select zeroblob(200000000)", "select length(hex(zeroblob(400000000)))", "with recursive c(n) as (select 1 union all select n + 1 from c) select count(*) from c",
       "select group_concat(a.text) from claims a, claims b, claims c", "attach 'x' as y", "select load_extension('x')", "pragma cache_size = 100000000")  # fmt: skip
WORST = (
    *(f"/tracker{form}?sql={quote(sql)}" for sql in SQL for form in ("", ".json", ".csv")), "/tracker/actions?_where=" + quote("1 in (select zeroblob(100000000))"),
    "/search?q=" + "+OR+".join(f"{chr(97 + n % 26)}*" for n in range(400)), "/search?q=" + "a*+" * 2_000, "/search?q=" + "word+" * 1_500,
    "/tracker/claims.json?_size=max", "/tracker/claims.csv?_size=max&_stream=on", "/tracker/timeline?_size=max", "/data/claims.csv", "/data/articles.csv",
    "/tracker/claims?" + "&".join(f"_facet={name}" for name in ("kind", "jurisdiction", "platforms", "authority", "quote", "url", "happened_on", "tier", "source", "title")),
    "/tracker/timeline?_search=" + "a*+" * 500, "/feeds/all.atom", "/feeds/all.json", "/matrix?on=2024-10-01",
)  # fmt: skip


def cases() -> str:
    """All cases of the hostile web in one crawl with healthy sources."""
    from tests.hostile import web

    module = web.module()
    with tempfile.TemporaryDirectory() as folder, module.HostileServer(hang_max=60, ua_token="Banwatch") as server:
        home, found = Path(folder), web.cases(server)
        web.seed(home, found, web.later(-1))
        crawled = web.crawl(home, [case.source for case in found], web.settings(server, web.later(0)))
        told = web.results(home, found, web.health(home))
        wrong = [case.path for case in found if case.reason != "flapping" and web.differs(case, told[case.path])]
        hits = len(server.canary_hits())
    judged = len(found) - 1  # flapping needs three crawls: tests/hostile
    return (
        f"{judged - len(wrong)} of {judged} ({len(web.OTHERWISE)} of them under another word, below); canary hits {hits};"
        f" peak memory {crawled.peak / 1e6:.0f} MB; {crawled.seconds:.0f} s{'; wrong: ' + ', '.join(wrong) if wrong else ''}"
    )


def delay() -> str:
    """The longest wait of a chain of small pages beside pages that are slow to read."""
    from tests.hostile import web

    module = web.module()
    heavy = {
        "/html/attrs-100k",
        "/html/nested-100k",
        "/html/many-links",
        "/html/redos",
        "/text/long-line",
        "/html/text-12mb",
    }
    with tempfile.TemporaryDirectory() as folder, module.HostileServer(hang_max=60, ua_token="Banwatch") as server:
        found = [case.source for case in web.cases(server) if case.path in heavy | {"/trap/session"}]
        web.crawl(Path(folder), found, web.settings(server, web.later(0), timeout=20.0))
        times = [request["t"] for request in server.requests("/trap/session")]
    longest = max(later - earlier for earlier, later in pairwise(times))
    return f"{longest:.1f} s beside {len(heavy)} heavy pages (load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores)"


def kills(number: int, pages: int, folder: Path) -> str:
    """SIGKILL at random instants of a crawl, a reread and an import."""
    from tests.kill import campaign

    tallies = campaign.run(campaign.JOBS, folder / "kills", number, pages)
    faults = sorted({fault for tally in tallies.values() for fault in tally.faults})
    told = ", ".join(f"{name} {tally.kills}" for name, tally in tallies.items())
    ended = sum(tally.lineages for tally in tallies.values())
    outcome = faults or "all survived, and each time what an undisturbed run makes"
    return f"{told} ({pages} pages each), {ended} times run to the end: {outcome}"


def inputs(number: int, folder: Path) -> str:
    """Random inputs to every room that reads or writes text of others."""
    from tests.fuzz.campaign import fuzz
    from tests.fuzz.targets import TARGETS

    (folder / "inputs").mkdir(parents=True, exist_ok=True)
    tallies = {name: fuzz(name, number, folder / "inputs") for name in TARGETS}
    faults = [fault for tally in tallies.values() for fault in tally.faults]
    told = ", ".join(f"{name} {tally.inputs:,}" for name, tally in tallies.items())
    slowest, grown = max(t.slowest for t in tallies.values()), max(t.grown for t in tallies.values())
    return f"{told}: {faults or 'no error without a name'}; the slowest {slowest:.1f} s of processor time; memory grew by {grown / 1e6:.0f} MB at most"


def reader(seconds: int, pages: int) -> str:
    """A reader's transaction held for ``seconds`` while crawl follows crawl, and a reread after them."""
    from crawler import CrawlSettings
    from tests.kill import campaign, site, work
    from verbs import common

    with tempfile.TemporaryDirectory() as folder, site.served() as base:
        home, calm = Path(folder) / "home", Path(folder) / "calm"
        found, bounds = site.sources(base, pages), CrawlSettings.for_loopback(base, now=site.DAY)
        work.ended(work.crawl, calm, found, bounds)
        home.mkdir()
        common.prepare(common.Home(home))
        held = [sqlite3.connect(home / name) for name in ("archive.db", "tracker.db")]
        seen = [_opened(db) for db in held]
        until, crawls = time.monotonic() + seconds, 0
        while time.monotonic() < until:
            work.ended(work.crawl, home, found, bounds)
            crawls += 1
        still = [db.execute("select count(*) from sighting").fetchone()[0] for db in held]
        grown = sum((home / f"{name}.db-wal").stat().st_size for name in ("archive", "tracker"))
        for db in held:
            db.close()
        same = campaign.read(home) == campaign.read(calm)
        work.sound(home)
        before = campaign.whole(home)
        work.reread(home)
        same_again = campaign.whole(home) == before
    assert still == seen, "a reader saw what was written after it began"
    told = "the tracker is that of an undisturbed crawl" if same else "THE TRACKER DIFFERS"
    told += ", and a reread's" if same_again else ", A REREAD DIFFERS"
    return (
        f"both databases held for {seconds} s while {crawls} crawls of {pages} pages wrote: none refused, {told}; the readers saw their own"
        f" moment to the end; the -wal files grew to {grown / 1e6:.0f} MB"
    )


def _opened(db: sqlite3.Connection) -> int:
    db.execute("begin")
    return int(db.execute("select count(*) from sighting").fetchone()[0])


# serving --------------------------------------------------------------------------------------------------------------
@contextmanager
def served(folder: Path) -> Iterator[tuple[str, int, Path]]:
    """The sample, crawled once into ``folder`` and served to the public: (address, process, home of the sample)."""
    home = folder / "sample" / "demo"
    if not (home / "feeds").exists():
        subprocess.run([*BANWATCH, "--home", str(home.parent), "demo", "--once"], check=True, capture_output=True)
    command = [*BANWATCH, "--home", str(home), "serve", "--public", "--port", "8961"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        yield _base(server), server.pid, home
    finally:
        server.terminate()
        server.wait()


def requests(number: int, folder: Path) -> str:
    """Random requests over all routes that links lead to."""
    with served(folder) as (base, pid, _):
        return asyncio.run(_random(base, asyncio.run(_routes(base)), number, pid))


def worst(folder: Path) -> str:
    """What costs a public server most: SQL that it must refuse, searches, facets and exports; then twelve of them beside a page."""
    with served(folder) as (base, pid, _):
        return asyncio.run(_worst(base, pid))


async def _worst(base: str, pid: int) -> str:
    from tests.hostile.web import watched
    from tests.kill.work import used

    async with httpx.AsyncClient(base_url=base, timeout=60) as client:
        for path in (*WORST, "/", "/timeline"):
            await client.get(path)
        before = _memory(pid)
        with watched(pid) as peak:
            dearest, refused, faults = (0.0, ""), 0, 0
            for path in WORST * 5:
                begun = used(pid)
                status = (await client.get(path)).status_code
                dearest = max(dearest, (used(pid) - begun, path[:40]))
                refused, faults = refused + (status in {400, 403}), faults + (status >= 500)
            alone = await _timed(client, "/timeline")
            pages = asyncio.gather(*(client.get(path) for path in WORST[-12:]))
            beside = await _timed(client, "/timeline")
            await pages
        after = _memory(pid)
    return (
        f"{len(WORST) * 5} requests: {refused} refused, {faults} server errors, the dearest {dearest[0]:.1f} s of processor time (`{dearest[1]}…`); memory {before / 1e6:.0f} MB before, {peak[0] / 1e6:.0f} MB at"
        f" most, {after / 1e6:.0f} MB after; a page in {alone * 1000:.0f} ms alone, in {beside * 1000:.0f} ms beside twelve of them"
    )


async def _timed(client: httpx.AsyncClient, path: str) -> float:
    begun = time.monotonic()
    assert (await client.get(path)).status_code == 200
    return time.monotonic() - begun


def load(seconds: int, clients: int, folder: Path) -> str:
    """Many clients while a crawl writes."""
    with served(folder) as (base, _, home):
        return _loaded(base, asyncio.run(_routes(base)), seconds, clients, home)


def _base(server: subprocess.Popen[str]) -> str:
    assert server.stderr
    for line in server.stderr:
        if match := re.search(r"Datasette:\s+(http://127\.0\.0\.1:\d+)/", line):
            threading.Thread(target=server.stderr.read, daemon=True).start()
            for _ in range(200):
                try:
                    httpx.get(match[1] + "/-/versions.json", timeout=5)
                    return match[1]
                except httpx.HTTPError:
                    time.sleep(0.1)
    raise SystemExit("the server did not start")


async def _routes(base: str) -> list[str]:
    """Paths that links lead to, from the home page on."""
    found, todo = {"/"}, ["/"]
    async with httpx.AsyncClient(base_url=base, timeout=30) as client:
        while todo and len(found) < 400:
            answer = await client.get(todo.pop(0))
            for path in re.findall(
                r'href="(/[^"#]*)"', answer.text if "html" in answer.headers.get("content-type", "") else ""
            ):
                path = path.replace("&amp;", "&")
                if path not in found and len(found) < 400:
                    found.add(path)
                    todo.append(path)
    return sorted(found)


def _odd(routes: list[str], chance: random.Random) -> str:
    path = chance.choice(routes)
    if chance.random() < 0.3:
        path = (
            path.rstrip("/")
            + "/"
            + quote(chance.choice(POISON), safe="%/")
            + chance.choice(("", ".json", ".csv", ".atom"))
        )
    pairs = [
        f"{chance.choice(PARAMETERS)}={quote(chance.choice(POISON), safe='%')}" for _ in range(chance.randrange(4))
    ]
    return path + ("&" if "?" in path else "?") + "&".join(pairs) if pairs else path


async def _random(base: str, routes: list[str], number: int, pid: int) -> str:
    chance, statuses, faults = random.Random(11), Counter[int](), []
    before = 0
    async with httpx.AsyncClient(base_url=base, timeout=60) as client:
        for count in range(number):
            if count == min(500, number // 10):
                before = _memory(pid)
            path = _odd(routes, chance)
            try:
                answer = await client.get(path)
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                if isinstance(error, httpx.TransportError):
                    faults.append(f"{type(error).__name__} {path[:80]}")
                continue
            statuses[answer.status_code] += 1
            if answer.status_code >= 500 or "Traceback (most recent" in answer.text:
                faults.append(f"{answer.status_code} {path[:120]}")
    told = ", ".join(f"{status}: {n}" for status, n in sorted(statuses.items()))
    grown = (_memory(pid) - before) / 1e6
    for fault in faults[:20]:
        print("  fault:", fault, file=sys.stderr)
    return f"{sum(statuses.values()):,} over {len(routes)} routes; answers {told}; server errors or traces: {len(faults)}; memory {grown:+.0f} MB"


def _memory(pid: int) -> int:
    from tests.hostile import web

    return sum(map(web.memory, web.tree(pid)))


def _loaded(base: str, routes: list[str], seconds: int, clients: int, home: Path) -> str:
    from tests.kill import site

    folder = site.recorded(Path(tempfile.mkdtemp()) / "recorded", 40, 10)
    writer = subprocess.Popen(
        [*BANWATCH, "--home", str(home), "crawl", "--replay", str(folder)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    times, errors = asyncio.run(_clients(base, [r for r in routes if "?" not in r], seconds, clients))
    writer.wait()
    cuts = statistics.quantiles(times, n=100)
    return (
        f"{clients} clients for {seconds} s while a crawl writes ({'done' if writer.returncode == 0 else 'FAILED'}): {len(times):,} requests,"
        f" errors {errors}, median {cuts[49] * 1000:.0f} ms, p95 {cuts[94] * 1000:.0f} ms"
    )


async def _clients(base: str, routes: list[str], seconds: int, clients: int) -> tuple[list[float], int]:
    times: list[float] = []
    errors = [0]
    until = time.monotonic() + seconds

    async def one(number: int) -> None:
        chance = random.Random(number)
        async with httpx.AsyncClient(base_url=base, timeout=60) as client:
            while time.monotonic() < until:
                begun = time.monotonic()
                try:
                    answer = await client.get(chance.choice(routes))
                    errors[0] += answer.status_code >= 500
                except httpx.HTTPError:
                    errors[0] += 1
                times.append(time.monotonic() - begun)
                await asyncio.sleep(chance.uniform(0.5, 1.5))  # a person reads

    await asyncio.gather(*(one(number) for number in range(clients)))
    return times, errors[0]


# the table ------------------------------------------------------------------------------------------------------------
def _kept() -> dict[str, tuple[str, str]]:
    """Rows that the page holds now: what -> (figure, measured on)."""
    text = PAGE.read_text(encoding="utf-8")
    if BEGIN not in text:
        return {}
    rows = [
        line.strip("| ").split(" | ")
        for line in text.partition(BEGIN)[2].partition(END)[0].splitlines()
        if line.startswith("| ")
    ]
    return {row[0]: (row[1], row[2]) for row in rows[1:] if len(row) == 3}


def write(found: dict[str, str]) -> None:
    """Put the figures into the page."""
    rows = _kept() | {name: (figure, f"{datetime.now(UTC):%Y-%m-%d}") for name, figure in found.items()}
    table = "\n".join(
        ["| what | figure | measured |", "|---|---|---|", *(f"| {n} | {f} | {d} |" for n, (f, d) in rows.items())]
    )
    text = PAGE.read_text(encoding="utf-8")
    head, _, tail = text.partition(END)
    PAGE.write_text(f"{head.partition(BEGIN)[0]}{BEGIN}\n\n{table}\n\n{END}{tail}", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=("cases", "delay", "kills", "inputs", "reader", "requests", "worst", "load"))
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--pages", type=int, default=300)
    parser.add_argument("--inputs", type=int, default=1_000)
    parser.add_argument("--requests", type=int, default=1_000)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--write", action="store_true")
    parser.add_argument(
        "--folder", type=Path, help="Journals of kills and inputs: with the same folder they go on where they stopped."
    )
    said = parser.parse_args()
    folder = said.folder or Path(tempfile.mkdtemp(prefix="reliability-"))
    parts: dict[str, Callable[[], dict[str, str]]] = {
        "cases": lambda: {"hostile cases that end as expected": cases()},
        "delay": lambda: {"longest wait of a healthy source": delay()},
        "kills": lambda: {"kills": kills(said.kills, said.pages, folder)},
        "inputs": lambda: {"fuzzed inputs": inputs(said.inputs, folder)},
        "reader": lambda: {"a reader that holds on": reader(said.seconds, said.pages)},
        "requests": lambda: {"random requests": requests(said.requests, folder)},
        "worst": lambda: {"worst requests to a public server": worst(folder)},
        "load": lambda: {"load": load(said.seconds, said.clients, folder)},
    }
    found: dict[str, str] = {}
    for name, measure in parts.items():
        if said.only in {None, name}:
            found |= measure()
    print(json.dumps(found, indent=1, ensure_ascii=False))
    if said.write:
        write(found)


if __name__ == "__main__":
    main()
