"""`banwatch sources record`: one guarded, polite fetch becomes one file, named after its source, and nothing is written over."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from banwatch import main
from crawler import CrawlSettings
from crawler.record import ending, record
from crawler.sampleweb import SampleWeb
from errors import BadConfiguration, FetchFailed
from records import Page
from verbs.common import ROOT


def test_a_page_is_saved_as_it_came(tmp_path: Path) -> None:
    with SampleWeb(ROOT / "data" / "sample") as web:
        path = next(p for p in web.manifest.entries if p.endswith("/privacy"))
        saved = record(web.base + path, tmp_path, CrawlSettings.for_loopback(web.base))
        answer = web.answer(path)
        assert answer and saved.read_bytes() == answer.body and saved.suffix == ".html"
        assert ("GET", "/robots.txt", 200) in web.requests
        with pytest.raises(BadConfiguration, match="there already"):
            record(web.base + path, tmp_path, CrawlSettings.for_loopback(web.base))
        with pytest.raises(FetchFailed) as failed:
            record(web.base + "/no-such-page", tmp_path, CrawlSettings.for_loopback(web.base))
        assert failed.value.cause == "http-404"
        assert [p.name for p in tmp_path.iterdir()] == [saved.name]


@pytest.mark.parametrize("url", ["file:///etc/passwd", "no address", "http:///path"])
def test_what_is_no_address_of_the_web_is_refused(url: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["sources", "record", url, "--out", str(tmp_path)])
    assert result.exit_code == 4 and not list(tmp_path.iterdir())


def test_a_local_address_is_refused_by_the_guard(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["sources", "record", "http://127.0.0.1:9/x", "--out", str(tmp_path)])
    assert result.exit_code == 1 and "blocked-address" in result.output and not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("body", "kind", "name"),
    [(b"%PDF-1.4", "text/html", ".pdf"), (b"\n<?xml version", "", ".xml"), (b'{"a": 1}', "text/plain", ".json"),
     (b"<!doctype html>", "text/html; charset=x", ".html"), (b"plain", "application/rss+xml", ".xml")],
)  # fmt: skip
def test_the_ending_follows_the_bytes(body: bytes, kind: str, name: str) -> None:
    from datetime import UTC, datetime

    page = Page("s", "feed", "u", "u", datetime(2025, 1, 1, tzinfo=UTC), 200, (("content-type", kind),), body)
    assert ending(page) == name
