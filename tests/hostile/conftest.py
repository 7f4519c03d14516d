"""The hostile web, crawled once for all tests of this folder: every case beside healthy sources, then some of them again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.hostile import web

AGAIN = ("/http/flap", "/good/versioned", "/http/etag-lies", "/feed/edited-item", "/good/policy")
BUMPED = ("/good/versioned", "/http/etag-lies", "/feed/edited-item")


@dataclass
class Campaign:
    """The server, the cases, the crawls in order, and what the tracker said after the first and after the last."""

    server: Any
    home: Path
    cases: list[web.Case]
    crawls: list[web.Crawled]
    first: dict[str, web.Found]
    last: dict[str, web.Found]
    requests: list[list[dict[str, Any]]]
    canary: int
    leaks: list[str]

    def case(self, path: str) -> web.Case:
        return next(case for case in self.cases if case.path == path)


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    module = web.module()
    with module.HostileServer(hang_max=60, ua_token="Banwatch") as server:
        yield server


@pytest.fixture(scope="session")
def campaign(hostile: Any, tmp_path_factory: pytest.TempPathFactory) -> Campaign:
    home = tmp_path_factory.mktemp("hostile")
    found = web.cases(hostile)
    web.seed(home, found, web.later(-1))
    crawls = [web.crawl(home, [case.source for case in found], web.settings(hostile, web.later(0)))]
    requests = [hostile.requests()]
    first = web.results(home, found, web.health(home))
    again = [case for case in found if case.outcome == "unchanged" or case.path in AGAIN]
    for path in BUMPED:
        hostile.bump(path)
    for day in (1, 2, 3, 9):  # at last beyond the days a server's "unchanged" is trusted
        before = len(hostile.requests())
        crawls.append(web.crawl(home, [case.source for case in again], web.settings(hostile, web.later(day))))
        requests.append(hostile.requests()[before:])
    last = web.results(home, found, web.health(home))
    return Campaign(hostile, home, found, crawls, first, last, requests, len(hostile.canary_hits()), hostile.leaks())
