"""An address nobody has described yet -> a source file that the loader takes and that reads the very page, over loopback."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

import parsers
from crawler import CrawlSettings
from crawler.propose import Proposed, propose
from errors import BadConfiguration, FetchFailed
from parsers.shape import Shape, shape
from records import Article, Link, Page, PolicyText, Selector, Source
from sources import loads
from tests.corpus import shared, unpacked
from tests.crawler.web import Web, served
from verbs import watching

PARTS = "".join(
    f"<h2>Part {n}</h2><p>We collect what you give us and hand it over on a valid order of a court, part {n}.</p>"
    for n in range(8)
)
NEWS = "".join(
    f'<li><a href="/newsroom/releases/item-{n}">The regulator opens a case against a messaging app, {n}</a></li>'
    for n in range(8)
)
FEED = '<?xml version="1.0"?><rss version="2.0"><channel><title>Desk of the regulator</title><language>fr</language>' + "".join(
    f"<item><title>Titre {n}</title><link>{{base}}/a/{n}</link><description>Une décision du régulateur est parue ce jour.</description></item>" for n in range(4)
) + "</channel></rss>"  # fmt: skip
PAGES = {
    "/privacy": ("text/html", f'<html lang="en"><head><title>Telegram Privacy Policy</title></head><body><nav><a href="/">Home</a></nav><div class="tl_page_container">{PARTS}</div><footer><p>About us, and more about us and our offices</p></footer></body></html>'),
    "/news": ("text/html", f'<html lang="en"><head><title>Newsroom</title></head><body><nav><a href="/about">About the regulator and its people</a></nav><main><ul>{NEWS}</ul></main></body></html>'),
    "/home": ("text/html", '<html lang="fr"><head><title>Accueil</title><link rel="alternate" type="application/rss+xml" href="/comments/feed"><link rel="alternate" type="application/rss+xml" href="/feed.xml"></head><body><main><p>Bienvenue</p></main></body></html>'),
    "/feed.xml": ("application/rss+xml", FEED),
    "/api": ("application/json", '{"count": 1, "data": {"results": [{"title": "A block of Telegram", "html_url": "https://x.example/1", "publication_date": "2026-01-01", "id": 7}]}}'),
}  # fmt: skip


def look(web: Web, path: str, folder: Path) -> Proposed:
    settings = replace(CrawlSettings.for_loopback(web.base), retries=0, timeout=60.0, parse_time=60.0)
    return propose(
        web.base + path,
        folder / "sources",
        folder / "recordings",
        watching._platform_in,
        {"https://known.example/": "known"},
        settings,
    )


def test_each_shape_is_proposed_and_the_proposal_reads_the_page(tmp_path: Path) -> None:
    """One crawl an address is dear: all shapes stand in one test."""
    wanted = {"/privacy": PolicyText, "/news": Link, "/home": Link, "/api": Article}
    found: dict[str, Proposed] = {}
    with served({**PAGES}) as web:
        for path in wanted:
            found[path] = look(web, path, tmp_path / path[1:])
            known = frozenset(parsers.PARSERS)
            (source,) = loads(
                found[path].file.read_text(encoding="utf-8"), "x.toml", known, parsers.OPTIONS, loopback=True
            )
            body = found[path].recording.read_bytes()
            page = Page(
                source.id, source.parser, source.url, source.url, datetime(2026, 3, 1, tzinfo=UTC), 200, (), body
            )
            records = parsers.read(page, replace(source, keywords=()))
            assert records and isinstance(records[0], wanted[path]), path
    assert (
        'platform = "Telegram"' in found["/privacy"].text
        and 'select = [".tl_page_container"]' in found["/privacy"].text
    )
    assert 'document_type = "Privacy Policy"' in found["/privacy"].text
    assert 'item = "a[href*=\\"/newsroom/releases/\\"]"' in found["/news"].text
    assert (
        "/feed.xml" in found["/home"].text
        and 'language = "fr"' in found["/home"].text
        and '"@fr"' in found["/home"].text
    )
    assert 'items = "data.results"' in found["/api"].text and 'url = "html_url"' in found["/api"].text
    assert any("known_from" in doubt for doubt in found["/news"].doubts)


def test_what_is_known_or_not_to_be_had_is_refused(tmp_path: Path) -> None:
    with served({}) as web:
        with pytest.raises(FetchFailed, match="404"):
            look(web, "/nothing", tmp_path)
        with pytest.raises(BadConfiguration, match="known"):
            propose("https://known.example/", tmp_path, tmp_path, str, {"https://known.example/": "known"})
    with pytest.raises(FetchFailed):
        propose("http://127.0.0.1:9/inside", tmp_path, tmp_path, str, {})


def shaped(body: str, kind: str = "text/html") -> Shape:
    return shape(
        Page(
            "x",
            "article",
            "https://site.example/news",
            "https://site.example/news",
            datetime(2026, 3, 1, tzinfo=UTC),
            200,
            (("content-type", kind),),
            body.encode(),
        )
    )


@pytest.mark.parametrize(
    ("title", "kind"),
    [("Information for law enforcement", "Law Enforcement Guidelines"), ("Transparency Report", "Transparency Report"), ("Terms of Service", "Terms of Service"),
     ("Community Guidelines", "Community Guidelines"), ("Politique de confidentialité", "Privacy Policy")],
)  # fmt: skip
def test_a_document_is_told_by_its_title(title: str, kind: str) -> None:
    found = shaped(f"<html><head><title>{title}</title></head><body><main>{PARTS}</main></body></html>")
    assert (found.parser, found.document_type, found.select) == ("policy", kind, "main")


@pytest.mark.parametrize(
    ("body", "url", "kind"),
    [
        ("<title>Facebook</title><h1>Terms of Service</h1>", "https://site.example/x", "Terms of Service"),
        ("<title>Facebook</title><h1>AI</h1>", "https://site.example/legal/ai-terms", "Terms of Service"),
        ("<title>Site</title><h1>Site</h1>", "https://site.example/legal/privacy_policy.html", "Privacy Policy"),
        ("<title>Site</title><h1>Site</h1>", "https://site.example/legal", ""),
    ],
)
def test_a_document_whose_title_says_nothing_is_told_by_heading_or_address(body: str, url: str, kind: str) -> None:
    page = Page(
        "x",
        "article",
        url,
        url,
        datetime(2026, 3, 1, tzinfo=UTC),
        200,
        (),
        f"<html><body>{body}<main>{PARTS}</main></body></html>".encode(),
    )
    found = shape(page)
    assert found.document_type == kind
    assert found.language == "en", "where the page does not say its language, its words do"


def test_what_the_loader_would_refuse_stops_no_crawl(tmp_path: Path) -> None:
    """A platform nobody named yet: the proposal is a draft, and says what is missing."""
    page = (
        "text/html",
        f'<html lang="en"><head><title>Privacy Policy - Parchment</title></head><body><main>{PARTS}</main></body></html>',
    )
    with served({"/privacy": page}) as web:
        found = look(web, "/privacy", tmp_path)
        assert found.file.name.endswith(".toml.draft") and found.file.is_file() and "platform" in found.doubts[0]
        assert not list((tmp_path / "sources").glob("*.toml"))
        with pytest.raises(BadConfiguration, match="there already"):
            look(web, "/privacy", tmp_path)


def test_real_documents_are_proposed_with_a_selector_that_holds_their_text(tmp_path: Path) -> None:
    """One capture each of the 18 recorded documents: no list, no feed; a selector reads the text of at least 12."""
    folder = unpacked(shared("corpus", "replay", "dev.tar.zst"), tmp_path)
    rows = [json.loads(line) for line in (folder / "manifest.jsonl").read_text(encoding="utf-8").splitlines()]
    first = {(row["service"], row["document"]): row for row in reversed(rows)}
    good = 0
    for row in first.values():
        at = datetime.fromisoformat(row["fetched_at"])
        page = Page("x", "policy", row["url"], row["url"], at, 200, (), (folder / row["path"]).read_bytes())
        found = shape(page)
        assert found.parser in {"policy", "article"}, row
        if found.parser == "policy" and found.select:
            source = Source("x", "x", row["url"], "policy", "official", platform="x", document_type=found.document_type, selectors=(Selector((found.select,)),))  # fmt: skip
            (record,) = parsers.read(page, source)
            good += isinstance(record, PolicyText) and len(record.text) > 5_000
    assert len(first) == 18 and good >= 12


def test_a_page_of_links_to_everywhere_is_no_list() -> None:
    links = "".join(
        f'<a href="https://other{n}.example/news/item">A long enough title of something elsewhere {n}</a>'
        for n in range(9)
    )
    assert shaped(f"<html><body><main>{links}</main></body></html>").parser == "article"
