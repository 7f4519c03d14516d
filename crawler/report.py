"""What a crawl is told, and what it tells: settings in, report out. Plain values, so that they pass between processes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

DONE, IN_PART, ALL_FAILED, INTERRUPTED = 0, 5, 6, 11


@dataclass(frozen=True, slots=True)
class CrawlSettings:
    """Bounds and manners of one crawl. Sizes are bytes after decompression, times seconds."""

    contact: str = ""  # where publishers reach whoever runs this; part of the user agent
    allow_hosts: frozenset[str] = frozenset()  # "host:port" that may be local: tests and the sample only
    max_body: int = 16 * 2**20
    timeout: float = 30.0  # a whole request, from connect to the last byte
    start_delay: float = 1.0  # AutoThrottle's first guess; a source's own delay is the floor
    retries: int = 2
    patience: float = 10.0  # longest Retry-After that is waited for within the crawl
    longest_defer: float = 86_400.0
    parse_time: float = 10.0
    parse_memory: int = 2 * 2**30
    parsers: int = max(
        1, (os.cpu_count() or 2) - 1
    )  # processes that read pages, beside the one that fetches and writes
    max_depth: int = 3
    source_time: float = 900.0
    budget: float = 0.0  # seconds after which no further page is asked for; 0: none. What is left stays due
    pages: int = 0  # back-fill: how many pages of its list are read of each source; 0: the newest only
    young: int = 7  # days during which a page that was linked is asked for again
    trust: int = 7  # days for which a server's "unchanged" is believed before the page is asked for whole
    least_free: int = 200 * 2**20  # bytes of free disk without which no crawl begins
    now: datetime | None = None  # the instant every page of this crawl counts as fetched at; None: the clock

    @property
    def user_agent(self) -> str:
        """Name and contact address, as good manners ask; the name is also the token of robots.txt."""
        return f"Banwatch/0.1 (+{self.contact})" if self.contact else "Banwatch/0.1"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> CrawlSettings:
        """Live settings; BANWATCH_CONTACT is the address publishers can reach."""
        return cls(contact=environment.get("BANWATCH_CONTACT", ""))

    @classmethod
    def for_loopback(cls, base: str, now: datetime | None = None) -> CrawlSettings:
        """For a web of one's own at ``base``: nobody to be slow for."""
        return cls(allow_hosts=frozenset({urlsplit(base).netloc}), timeout=10.0, start_delay=0.0, patience=2.0, now=now)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one crawl brought from one source."""

    source: str
    pages: int = 0  # kept anew
    unchanged: int = 0  # asked for and not changed
    records: int = 0
    bytes: int = 0
    faults: tuple[str, ...] = ()  # causes, each once
    deferred: bool = False
    skipped: bool = False
    blocked: bool = False  # every fault is one by which the site is known to keep us out

    @property
    def word(self) -> str:
        """ok, degraded (some pages failed), failed, blocked (the site keeps us out), deferred or skipped."""
        if self.faults and self.blocked and not self.pages + self.unchanged:
            return "blocked"
        if self.faults:
            return "degraded" if self.pages + self.unchanged and self.records else "failed"
        return "deferred" if self.deferred else "skipped" if self.skipped else "ok"


@dataclass(frozen=True, slots=True)
class CrawlReport:
    """What a whole crawl brought."""

    run: str
    seconds: float
    outcomes: tuple[Outcome, ...] = field(default=())
    interrupted: bool = False

    @property
    def exit_code(self) -> int:
        """0 done, 5 in part, 6 every source failed, 11 interrupted. A site that keeps us out is no failure of the crawl."""
        words = [outcome.word for outcome in self.outcomes]
        if self.interrupted:
            return INTERRUPTED
        if words and all(word == "failed" for word in words):
            return ALL_FAILED
        return IN_PART if {"failed", "degraded", "deferred"} & set(words) else DONE

    def as_dict(self) -> dict[str, object]:
        return asdict(self) | {"exit_code": self.exit_code}

    def line(self) -> str:
        pages, same = sum(o.pages for o in self.outcomes), sum(o.unchanged for o in self.outcomes)
        broken = [o.source for o in self.outcomes if o.word in {"failed", "degraded"}]
        shut = [o.source for o in self.outcomes if o.word == "blocked"]
        tail = f"; trouble with {', '.join(broken)}" if broken else ""
        tail += f"; kept out by {', '.join(shut)}" if shut else ""
        return f"{len(self.outcomes)} sources, {pages} pages kept, {same} unchanged, {self.seconds:.1f} s{tail}"

    def table(self) -> str:
        head = f"{'source':32} {'result':9} {'kept':>5} {'same':>5} {'records':>7} {'bytes':>11}  causes"
        rows = [
            f"{o.source:32} {o.word:9} {o.pages:>5} {o.unchanged:>5} {o.records:>7} {o.bytes:>11,}  {', '.join(o.faults)}"
            for o in self.outcomes
        ]
        return "\n".join([head, *rows, "", self.line()])
