"""The hostile web (third-party test data, read in place) -> one source a case, real crawls, and what came of each case."""

from __future__ import annotations

import importlib.util
import json
import os
import pickle
import re
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from crawler import CrawlSettings
from records import Page, Source
from store.archive import Archive
from tests.corpus import shared

ROOT = Path(__file__).parent.parent.parent
BEGIN = datetime(2025, 3, 3, 6, tzinfo=UTC)
CONTACT = "https://hostile.test/about-this-crawler"  # the word "crawler" makes /http/ua-block answer 403
TOKEN = "SECRET-8c1f0e"  # what must never leave for another origin, nor be written anywhere
ALIASES = {  # one host by other names, so that what holds for a whole host does not hold for every case
    "/http/429-forever": "localhost", "/http/429-huge": "127.1", "/http/429-garbage": "2130706433", "robots-delay:/policy": "127.0.1",
}  # fmt: skip
FOLLOWED = {"/trap/calendar", "/trap/session", "/trap/path", "/trap/farm", "/trap/facets"}
SEEDED = (  # cases that speak of a last version: they have one
    "/html/soft-404", "/html/consent", "/html/login", "/html/challenge", "/html/challenge-403", "/html/maintenance", "/html/parked",
    "/html/geo-block", "/html/lang-switch", "/http/empty-200", "/http/space-200", "/http/204", "/http/206-unasked", "/redir/home",
    "/redir/login", "/net/hang-body", "/net/short-body", "/http/gzip-truncated",
)  # fmt: skip
OTHERWISE = {  # cases that end otherwise than the table says, each for a reason told in docs/explanation/reliability.md
    "/http/chunk-huge-size": "fail:truncated",
    "/html/maintenance": "fail:error-page",
    "/html/parked": "fail:error-page",
    "tls-plain:/policy": "skip:robots-unreachable",
}
HEALTHY = ("/good/policy", "/good/policy2", "/good/versioned")


def module() -> Any:
    """hostile_server.py, imported from where it lies; nothing is written beside it."""
    path = shared("hostile", "hostile_server.py")
    spec = importlib.util.spec_from_file_location("hostile_server", path)
    assert spec and spec.loader
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    found = importlib.util.module_from_spec(spec)
    sys.modules["hostile_server"] = found
    spec.loader.exec_module(found)
    sys.dont_write_bytecode = before
    return found


@dataclass
class Case:
    """One row of the table, and the source that stands for it."""

    path: str
    outcome: str
    reason: str
    must: tuple[str, ...]
    must_not: tuple[str, ...]
    source: Source


def cases(server: Any) -> list[Case]:
    """All cases of the running server in the table's order."""
    rows = sys.modules["hostile_server"].index(server)
    return [
        Case(r["path"], r["outcome"], r["reason"], tuple(r["must_contain"]), tuple(r["must_not_contain"]), _source(r))
        for r in rows
    ]


def name(path: str) -> str:
    return "case-" + (re.sub(r"[^a-z0-9]+", "-", path.lower()).strip("-") or "home")


def _source(row: dict[str, Any]) -> Source:
    path, url = row["path"], row["url"]
    if path == "/trap/path":  # its links grow from a folder
        url += "/"
    if path in ALIASES:
        url = url.replace("127.0.0.1", ALIASES[path])
    made = Source(name(path), path, url, "policy", "official", platform="Example", document_type="Privacy Policy", part=name(path),
                  delay=0.0, max_pages=20)  # fmt: skip
    if path.startswith("/feed/"):
        return replace(made, parser="feed")
    if path in FOLLOWED:
        return replace(made, parser="listing", follow="listing", options={"item": "main a"})
    if path == "/sitemap.xml":
        return replace(made, parser="sitemap", follow="article")
    if path in {"/redir/cross-origin", "/redir/post-307"}:
        return replace(made, token_env="BANWATCH_TEST_TOKEN", token_header="X-Api-Key")
    return made


def settings(server: Any, now: datetime, **bounds: Any) -> CrawlSettings:
    """Bounds of a crawl of the hostile web: those of a live one with shorter waits. The canary's port is not allowed."""
    allowed = {f"127.0.0.1:{port}" for listener, port in server.ports.items() if listener != "internal"}
    allowed |= {f"{alias}:{server.ports[name]}" for alias in ALIASES.values() for name in ("main", "robots-delay")}
    return CrawlSettings(contact=CONTACT, allow_hosts=frozenset(allowed), start_delay=0.0, now=now,
                         **{"timeout": 6.0, "patience": 2.5, "max_depth": 30, **bounds})  # fmt: skip


def seed(home: Path, found: Sequence[Case], at: datetime) -> None:
    """An earlier, good capture of every case that speaks of a last version."""
    body = sys.modules["hostile_server"].page().encode()
    with Archive(home / "archive.db") as archive:
        for case in found:
            if case.path in SEEDED:
                archive.declare(case.source)
                url = case.source.url
                archive.keep(
                    Page(case.source.id, "policy", url, url, at, 200, (("content-type", "text/html"),), body),
                    at.isoformat(),
                )


@dataclass
class Crawled:
    """What one crawl's process told, and the most memory its tree of processes held (bytes, proportional set size)."""

    report: dict[str, Any]
    seconds: float
    peak: int
    log: str
    peaks: dict[str, int] = field(default_factory=dict)


def crawl(
    home: Path, sources: Sequence[Source], bounds: CrawlSettings, environment: dict[str, str] | None = None
) -> Crawled:
    """One real crawl in a process of its own, as `banwatch crawl` makes it."""
    job = home / "job.pickle"
    home.mkdir(parents=True, exist_ok=True)
    job.write_bytes(pickle.dumps((tuple(sources), bounds)))
    begun = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.hostile.drive", str(job)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=os.environ | {"BANWATCH_TEST_TOKEN": TOKEN} | (environment or {}),
    )  # fmt: skip
    with watched(process.pid) as peak:
        out, err = process.communicate(timeout=900)  # on two idle cores it takes a little more than a minute
    report = json.loads(out.splitlines()[-1]) if out.strip() else {}
    return Crawled(report, time.monotonic() - begun, peak[0], err)


@contextmanager
def watched(pid: int) -> Iterator[list[int]]:
    """Samples the memory of a tree of processes until the block ends."""
    peak, over = [0], threading.Event()

    def sample() -> None:
        while not over.wait(0.25):
            peak[0] = max(peak[0], sum(map(memory, tree(pid))))

    thread = threading.Thread(target=sample, daemon=True)
    thread.start()
    yield peak
    over.set()
    thread.join()


def tree(pid: int) -> list[int]:
    """A process and all that came of it (Linux)."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(below for child in children for below in tree(int(child)))]


def memory(pid: int) -> int:
    """Proportional set size in bytes: what is shared is counted once."""
    try:
        found = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M)
    except OSError:
        return 0
    return int(found[1]) * 1024 if found else 0


def later(days: int) -> datetime:
    return BEGIN + timedelta(days=days)


# What came of it ------------------------------------------------------------------------------------------------------
@dataclass
class Found:
    """What the tracker and `banwatch health --json` say of one case."""

    outcome: str
    reason: str
    text: str = ""  # everything that was taken from the page
    versions: int = 0
    news: int = 0  # developments but the first capture of a document
    held: bool = False  # its bytes are in the archive
    issues: tuple[str, ...] = ()
    message: str = ""


def health(home: Path) -> dict[str, Any]:
    """`banwatch health --json`, as a maintainer's program reads it."""
    done = subprocess.run([sys.executable, "-c", "from banwatch import main; main()", "--home", str(home), "health", "--json"], cwd=ROOT,
                          capture_output=True, text=True, timeout=60)  # fmt: skip
    assert done.returncode in {0, 5}, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def results(home: Path, found: Sequence[Case], told: dict[str, Any]) -> dict[str, Found]:
    """What came of each case, by path."""
    db = sqlite3.connect(home / "tracker.db")
    states = {row["source"]: row for row in told["sources"]}
    issues: dict[str, list[str]] = {}
    for row in told["issues"]:
        issues.setdefault(row["source"], []).append(row["cause"])
    return {
        case.path: _found(db, case, states[case.source.id], tuple(issues.get(case.source.id, ()))) for case in found
    }


def _found(db: sqlite3.Connection, case: Case, state: dict[str, Any], issues: tuple[str, ...]) -> Found:
    source = case.source.id
    texts = [
        r[0]
        for r in db.execute(
            "select v.text from version v join document d on d.id = v.document where d.source = ? and v.is_version",
            (source,),
        )
    ]
    versions = len(texts)
    articles = db.execute("select title, text, url from article where source = ?", (source,)).fetchall()
    texts += [f"{title}\n{text}" for title, text, _ in articles]
    news = db.execute(
        "select count(*) from development v join document d on d.id = v.document where d.source = ? and v.kind != 'now_tracking'",
        (source,),
    ).fetchone()[0]
    held = (
        db.execute("select count(*) from sighting where source = ? and page is not null", (source,)).fetchone()[0] > 0
    )
    message = db.execute(
        "select message from sighting where source = ? order by seq desc limit 1", (source,)
    ).fetchone()
    reason = (state["reason"] or "").partition(":")[0]
    outcome = {
        "ok": "version",
        "deferred": "defer",
        "skipped": "skip",
        "degraded": "fail",
        "failing": "fail",
        "blocked": "fail",
    }.get(state["state"], state["state"])
    return Found(
        outcome, reason, "\n".join(texts), versions + len(articles), news, held, issues, message[0] if message else ""
    )


def differs(case: Case, found: Found) -> str:
    """How what came differs from what the table expects (or OTHERWISE); "" if it does not."""
    if case.path in OTHERWISE:
        told = f"{found.outcome}:{found.reason}"
        return "" if told == OTHERWISE[case.path] and not found.news else f"{told} instead of {OTHERWISE[case.path]}"
    if case.outcome in {"version", "unchanged", "retry"}:
        if found.outcome != "version":
            return f"{found.outcome}:{found.reason} instead of {case.outcome}"
        lost = [text for text in case.must if text not in found.text]
        if lost:
            return f"lost {lost}"
    elif case.outcome == "trap":
        if case.reason not in found.issues:
            return f"no issue says {case.reason!r}, but {found.issues}"
    elif case.outcome == "quarantine" and case.reason == "flapping":
        if "flapping" not in found.issues or found.versions > 2 or found.news > 1:
            return f"{found.issues}, {found.versions} versions, {found.news} developments"
    else:
        expected = "fail" if case.outcome == "quarantine" else case.outcome
        if found.outcome != expected or not (found.reason == case.reason or found.reason.startswith(f"{case.reason}-")):
            return f"{found.outcome}:{found.reason} instead of {case.outcome}:{case.reason}"
        if case.outcome == "quarantine" and not found.held:
            return "its bytes are not kept"
        if found.versions > (case.path in SEEDED) or found.news:
            return f"{found.versions} versions, {found.news} developments"
    wrong = [text for text in case.must_not if text in found.text]
    return f"took {wrong}" if wrong else ""
