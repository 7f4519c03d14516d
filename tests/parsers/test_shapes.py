"""Rules over all page shapes, and the rooms they share: dates, addresses, languages, XML, what stands in front of a page."""

from __future__ import annotations

import gzip
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urljoin

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

import parsers
from errors import BanwatchError, NotTheDocument, Unreadable, Unrecognised
from parsers import addresses, dates, language, markup
from records import Article, Link, Page, Source, Tally
from tests.drawn import drawn
from tests.parsers.test_recordings import CASES, page_and_source

SEEN = datetime(2024, 9, 25, 6, tzinfo=UTC)
SHAPES = [name for name in parsers.PARSERS if name != "policy"]


def page(body: bytes | str, parser: str = "article", url: str = "https://paper.invalid/a", kind: str = "") -> Page:
    data = body.encode() if isinstance(body, str) else body
    return Page("paper", parser, url, url, SEEN, 200, (("content-type", kind),), data)


def source(parser: str = "article", **said: object) -> Source:
    return Source(id="paper", name="Paper", url="https://paper.invalid/", parser=parser, tier="news", **said)  # type: ignore[arg-type]


# rules over all shapes ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("shape", SHAPES)
@given(body=st.one_of(st.binary(max_size=400), st.text(max_size=400).map(str.encode)))
@drawn(60)
def test_whatever_comes_a_parser_ends_in_records_or_in_a_named_error(shape: str, body: bytes) -> None:
    try:
        parsers.read(page(body, shape), source(shape))
    except BanwatchError as error:
        assert error.cause and "paper: https://paper.invalid/a" in str(error)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("body", [b"", b" \n\t "])
def test_an_empty_page_is_called_empty(shape: str, body: bytes) -> None:
    with pytest.raises(BanwatchError) as caught:
        parsers.read(page(body, shape), source(shape))
    assert caught.value.cause in {"empty", "not-json"}


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_reading_twice_gives_the_same(path: Path) -> None:
    taken, declared = page_and_source(path)
    try:
        assert parsers.read(taken, declared) == parsers.read(taken, declared)
    except BanwatchError:
        with pytest.raises(BanwatchError):
            parsers.read(taken, declared)


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_only_addresses_that_may_be_followed_come_out(path: Path) -> None:
    try:
        records = parsers.read(*page_and_source(path))
    except BanwatchError:
        return
    assert all(r.url.startswith(("http://", "https://")) for r in records if isinstance(r, Link | Article))


def test_an_unknown_parser_is_named() -> None:
    with pytest.raises(Unrecognised, match="no parser 'newz'"):
        parsers.read(page("x", "newz"), source())


# what stands in front of a page ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("cause", "body"),
    [
        ("challenge", "<title>Just a moment...</title><p>Checking your browser before accessing the site.</p>"),
        ("login", "<form method=post><input name=user><input type=password name=pw><button>Log in</button></form>"),
        ("consent-wall", "<h1>Before you continue</h1><p>We use cookies and data.</p><button>Accept all</button>"),
        ("soft-404", "<title>Page not found</title><p>Sorry, the page you were looking for does not exist.</p>"),
        ("soft-404", "<h1>Сторінку не знайдено</h1>"),
        ("region-block", "<p>This content is not available in your country or region.</p>"),
        ("empty-shell", "<div id=root></div><script src=x.js></script>"),
        ("empty-shell", "<frameset><frame src=/a></frameset>"),
    ],
)
def test_a_wall_is_told_from_the_page(cause: str, body: str) -> None:
    with pytest.raises(NotTheDocument) as caught:
        parsers.read(page(f"<html><body>{body}</body></html>"), source())
    assert caught.value.cause == cause


def test_a_long_report_about_log_in_pages_is_a_report() -> None:
    text = "The regulator fined a company because of its log-in page. " * 40
    (article,) = parsers.read(
        page(f"<html><body><main><h1>Page not found</h1><p>{text}</p></main></body></html>"), source()
    )
    assert isinstance(article, Article) and "fined" in article.text


@pytest.mark.parametrize(
    ("cause", "body"),
    [
        ("not-text", b"\x89PNG\r\n\x1a\n\x00\x00"),
        ("not-text", b"PK\x03\x04\x14\x00"),
        ("not-html", b'{"a": 1}'),
        ("not-text", b"\x01\x02\x03" * 50),
    ],
)
def test_bytes_that_are_no_page_are_named(cause: str, body: bytes) -> None:
    with pytest.raises(Unreadable) as caught:
        parsers.read(page(body), source())
    assert caught.value.cause == cause


def test_an_element_nested_beyond_reason_is_refused() -> None:
    with pytest.raises(Unreadable) as caught:
        parsers.read(page("<div>" * (markup.DEEPEST + 10) + "x"), source())
    assert caught.value.cause == "too-deep"


def test_words_are_parted_by_blocks_not_by_inline_elements() -> None:
    from bs4 import BeautifulSoup

    tree = BeautifulSoup(
        "<div><!-- note --><h2>One</h2>An <b>a</b><i>pp</i>.<p>Two</p><script>x()</script></div>", "lxml"
    )
    assert markup.words(tree) == "One An app. Two"


# dates ----------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("words", "tongue", "form", "expected"),
    [
        ("2024-09-23", "", "", "2024-09-23"),
        ("2024-09-23T10:00:00Z", "", "", "2024-09-23T10:00:00+00:00"),
        ("2024-09-23T10:00:00.123+0300", "", "", "2024-09-23T10:00:00+03:00"),
        ("Mon, 23 Sep 2024 10:00:00 GMT", "", "", "2024-09-23T10:00:00+00:00"),
        ("20.09.2024 | 13:20", "uk", "", "2024-09-20"),
        ("28 août 2024", "fr", "", "2024-08-28"),
        ("Vendredi 1er mars 2024", "fr", "", "2024-03-01"),
        ("24 вересня 2024", "uk", "", "2024-09-24"),
        ("8 октября 2023 года", "ru", "", "2023-10-08"),
        ("30 de agosto de 2024", "pt-BR", "", "2024-08-30"),
        ("2 Ağustos 2024", "tr", "", "2024-08-02"),
        ("September 23rd, 2024", "", "", "2024-09-23"),
        ("11th September 2024", "en-IE", "", "2024-09-11"),
        ("3 hours ago", "en", "", "2024-09-25"),
        ("24/02/2024", "", "", "2024-02-24"),
        ("05/05/2024", "", "", "2024-05-05"),
        ("02/03/2024", "", "", ""),
        ("02/03/2024", "", "%d/%m/%Y", "2024-03-02"),
        ("02/03/2024", "", "%m/%d/%Y", "2024-02-03"),
        ("2024-02-30", "", "", ""),
        ("31.09.2023", "", "", ""),
        ("Sept 31st, noon", "", "", ""),
        ("Mon, 23 Sep 3024 10:00:00 GMT", "", "", ""),
        ("Mon, 01 Jan 0000 00:00:00 GMT", "", "", ""),
        ("1970-01-01T00:00:00Z", "", "", ""),
        ("1 January 2031", "en", "", ""),
        ("Read more", "en", "", ""),
        ("", "", "", ""),
    ],
)  # fmt: skip
def test_a_date_is_read_or_dropped_never_guessed(words: str, tongue: str, form: str, expected: str) -> None:
    assert dates.stated(words, SEEN, tongue, form) == expected


@given(st.text(max_size=60), st.sampled_from(["", "en", "uk", "xx"]))
@drawn(150)
def test_no_words_break_the_reading_of_dates(words: str, tongue: str) -> None:
    assert dates.stated(words, SEEN, tongue)[:4].isdigit() or dates.stated(words, SEEN, tongue) == ""


def test_the_first_date_of_a_text_is_found() -> None:
    assert dates.first("Au tribunal, salle 12, le 26 août 2024, puis le 28 août 2024.", SEEN, "fr") == "2024-08-26"
    assert dates.first("No day here, only 2024 and 12 people.", SEEN, "en") == ""


# addresses, languages ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("/b#part", "https://paper.invalid/b"), ("b?x=1", "https://paper.invalid/b?x=1"), ("//other.invalid/x", "https://other.invalid/x"),
        ("java\tscript:alert(1)", ""), ("JaVaScRiPt:alert(1)", ""), ("data:text/html,x", ""), ("file:///etc/passwd", ""), ("ftp://x.invalid/", ""),
        ("http://[::bad", ""), ("http://user:pw@x.invalid/", ""), ("https://x.invalid:99999/", ""), ("a" * 3_000, ""), ("", ""), (None, ""),
    ],
)  # fmt: skip
def test_an_address_is_absolute_or_nothing(href: str | None, expected: str) -> None:
    assert addresses.absolute("https://paper.invalid/a", href) == expected


def test_keywords_are_found_in_any_case_and_script() -> None:
    asking = source(keywords=("telegram", "Месенджер"))
    assert addresses.wanted(asking, "TELEGRAM banned") and addresses.wanted(asking, "", "цей месенджер")
    assert not addresses.wanted(asking, "Weather") and addresses.wanted(source(), "Weather")


def test_what_is_said_of_the_language_goes_before_what_is_found() -> None:
    ukrainian = "Національний координаційний центр кібербезпеки ухвалив рішення про обмеження."
    assert language.of(ukrainian) == "uk"
    assert language.of(ukrainian, "", "en_GB") == "en-GB"
    assert language.of(ukrainian, "not a tag!") == "uk"
    assert language.of("Ban") == ""


# single shapes ------------------------------------------------------------------------------------------------------------------
FEEDS = [path for path in CASES if path.parent.name == "feed" and path.stem in {"desk", "stf", "atom", "rdf", "xhtml"}]


@pytest.mark.parametrize("path", FEEDS, ids=lambda path: path.stem)
def test_well_formed_feeds_read_as_feedparser_reads_them(path: Path) -> None:
    taken, declared = page_and_source(path)
    theirs = feedparser.parse(io.BytesIO(taken.body)).entries
    ours = [r for r in parsers.read(taken, declared) if isinstance(r, Link | Article)]
    assert [r.url for r in ours] == [urljoin(taken.url, e.get("link") or e.id) for e in theirs]
    days = [e.get("published_parsed") or e.get("updated_parsed") for e in theirs]
    assert [datetime.fromisoformat(r.published).utctimetuple()[:3] for r in ours] == [day[:3] for day in days]
    assert [r.title for r in ours] == [markup.line(e.title) for e in theirs]


def test_an_item_is_told_by_its_own_guid_and_nothing_is_lost_where_guids_repeat() -> None:
    items = "".join(f"<item><title>Item {n}</title><link>/n/{n}</link><guid>same</guid></item>" for n in range(3))
    records = parsers.read(page(f"<rss><channel>{items}</channel></rss>", "feed"), source("feed"))
    assert [r.title for r in records if isinstance(r, Article)] == ["Item 0", "Item 1", "Item 2"]


def test_a_feed_of_twenty_thousand_items_is_bounded() -> None:
    items = "".join(f"<item><title>Item {n}</title><link>/n/{n}</link></item>" for n in range(20_000))
    records = parsers.read(page(f"<rss><channel>{items}</channel></rss>", "feed"), source("feed", follow="article"))
    *links, tally = records
    assert len(links) == 1_000 and links[0].url == "https://paper.invalid/n/0"  # type: ignore[union-attr]
    assert isinstance(tally, Tally) and tally.items == 20_000, "what was left out is told"


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE rss [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x.dtd"> %x;]>',
        '<!DOCTYPE rss SYSTEM "http://127.0.0.1:9/x.dtd">',
    ],
)
def test_nothing_a_feed_declares_is_fetched_or_expanded(doctype: str) -> None:
    body = f'<?xml version="1.0"?>{doctype}<rss><channel><item><title>App</title><link>/1</link><description>a&x;b</description></item></channel></rss>'
    (article,) = parsers.read(page(body, "feed"), source("feed"))
    assert isinstance(article, Article) and article.text == "ab"


@pytest.mark.parametrize("entities", ['<!ENTITY a "lol"><!ENTITY b "&a;&a;">', f"<!ENTITY b '{'x' * 100_000}'>"])
def test_entities_that_blow_up_are_refused(entities: str) -> None:
    with pytest.raises(Unreadable) as caught:
        parsers.read(
            page(f"<!DOCTYPE rss [{entities}]><rss><channel><item><title>&b;</title></item></channel></rss>", "feed"),
            source("feed"),
        )
    assert caught.value.cause == "xml-bomb"


def test_a_packed_sitemap_is_unpacked_and_a_bomb_refused() -> None:
    urlset = "<urlset><url><loc>https://paper.invalid/1</loc></url></urlset>"
    (link,) = parsers.read(page(gzip.compress(urlset.encode()), "sitemap"), source("sitemap", follow="article"))
    assert link == Link("https://paper.invalid/1", "article")
    with pytest.raises(Unreadable) as caught:
        parsers.read(page(gzip.compress(b" " * 40_000_000), "sitemap"), source("sitemap"))
    assert caught.value.cause == "too-large"


def test_an_api_may_answer_nothing() -> None:
    asking = source("api", options={"items": "results", "title": "title"})
    assert parsers.read(page(json.dumps({"results": []}), "api"), asking) == []
    assert parsers.read(page(json.dumps({"results": None}), "api"), asking) == []


def test_an_article_keeps_its_text_where_the_page_is_full_of_other_things() -> None:
    around = "".join(f'<li><a href="/{n}">Another headline of the day, number {n}</a></li>' for n in range(80))
    body = f"<html lang=en><body><nav><ul>{around}</ul></nav><div><div><h1>App blocked</h1><p>{'The ministry blocked the app. ' * 8}</p><p>{'It gave no reason. ' * 8}</p></div><div><ul>{around}</ul></div></div><footer>{'All rights. ' * 90}</footer></body></html>"
    (article,) = parsers.read(page(body), source())
    assert isinstance(article, Article)
    assert (
        article.text.startswith("The ministry blocked")
        and "headline" not in article.text
        and "rights" not in article.text
    )


def test_a_canonical_address_on_another_host_is_not_believed() -> None:
    text = f"<p>{'The ministry blocked the app. ' * 8}</p>"
    for host, expected in [("paper.invalid", "https://paper.invalid/b"), ("other.invalid", "https://paper.invalid/a")]:
        (article,) = parsers.read(
            page(f'<head><link rel="canonical" href="https://{host}/b"></head><main>{text}</main>'), source()
        )
        assert isinstance(article, Article) and article.url == expected


def test_a_name_that_deceives_does_not_empty_the_page() -> None:
    text = f"<p>{'The ministry blocked the app. ' * 8}</p>"
    for named in ('class="container sidebar"', 'class="sidebar-layout"', 'id="how-we-share-your-data"'):
        (article,) = parsers.read(page(f"<html><body><h1>Ban</h1><div {named}>{text}</div></body></html>"), source())
        assert isinstance(article, Article) and article.text.startswith("The ministry")
