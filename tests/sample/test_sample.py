"""The sample web: nothing in it is unreachable, everything a source points at is there, and every source reads its page."""

from __future__ import annotations

import gzip
import http.client
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pypdfium2
import pytest

import parsers
import sources
from crawler.sampleweb import SampleWeb, manifest
from errors import BadConfiguration, BanwatchError
from records import Article, Link, Page, PolicyText, Record, Source

SAMPLE = Path(__file__).parent.parent.parent / "data" / "sample"
ROUNDS = range(1, len(manifest(SAMPLE).days) + 1)
BROKEN = {"sample-broken": "selector-empty"}
DOWN = {"sample-unavailable"}
WALL = ("sample-discord-privacy", 2)  # a consent wall: refused by the parser, or judged from its text


@pytest.fixture(scope="module")
def web() -> Iterator[SampleWeb]:
    with SampleWeb(SAMPLE) as served:
        yield served


def ask(web: SampleWeb, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(web.base).port or 0, timeout=10)
    connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, body


def declared(web: SampleWeb) -> list[Source]:
    return sources.sample(SAMPLE / "sources", web.base, parsers.PARSERS, parsers.OPTIONS)


def fetched(web: SampleWeb, source: Source, parser: str, url: str) -> Page:
    status, headers, body = ask(web, url.removeprefix(web.base))
    assert status == 200, f"{source.id}: {url} answers {status}"
    return Page(source.id, parser, url, url, web.on, status, tuple(headers.items()), body)


def read_all(web: SampleWeb, source: Source) -> list[Record]:
    """What the source yields in this round, links followed."""
    records: list[Record] = []
    waiting = [(source.parser, source.url)]
    while waiting:
        found = parsers.read(fetched(web, source, *waiting.pop(0)), source)
        waiting += [(record.parser, record.url) for record in found if isinstance(record, Link)]
        records += found
    return records


# the manifest -----------------------------------------------------------------------------------------------------------
def test_every_file_answers_a_path_in_some_round() -> None:
    named = {name for entry in manifest(SAMPLE).entries.values() for name in entry.files if name}
    there = {str(path.relative_to(SAMPLE / "web")) for path in (SAMPLE / "web").rglob("*") if path.is_file()}
    assert named == there
    served = {entry.since(number)[0] for entry in manifest(SAMPLE).entries.values() for number in ROUNDS}
    assert named <= served


def test_the_sample_has_the_size_of_a_small_web_and_several_rounds() -> None:
    assert len(manifest(SAMPLE).entries) >= 30
    assert len(ROUNDS) >= 3
    assert list(manifest(SAMPLE).days) == sorted(manifest(SAMPLE).days)


def test_a_path_that_stands_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "manifest.toml").write_text(
        '[[round]]\non="2024-01-01"\n' + '[[page]]\npath="/a"\nfiles=["a.html"]\n' * 2
    )
    with pytest.raises(BadConfiguration, match="twice"):
        manifest(tmp_path)


@pytest.mark.parametrize(
    "path", sorted((SAMPLE / "web").rglob("*.html")), ids=lambda path: f"{path.parent.name}/{path.stem}"
)
def test_every_page_says_that_it_is_a_sample(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "Banwatch" in text and re.search(r"[Ss]ample", text)


def test_every_feed_and_pdf_says_that_it_is_a_sample() -> None:
    for path in (SAMPLE / "web").rglob("*"):
        if path.suffix in {".xml", ".json"} and "sitemap" not in path.name:
            text = path.read_bytes().decode("cp1251" if "uanews" in str(path) else "utf-8")
            assert re.search(r"(?i)banwatch|\((esempio|образец|sample)\)", text), path
        if path.suffix == ".pdf":
            document = pypdfium2.PdfDocument(path)
            assert "Banwatch" in document[0].get_textpage().get_text_range(), path


# serving ----------------------------------------------------------------------------------------------------------------
def test_it_serves_on_loopback_only(web: SampleWeb) -> None:
    assert web.base.startswith("http://127.0.0.1:") and not web.base.endswith("/")


def test_what_a_client_has_is_not_sent_again(web: SampleWeb) -> None:
    web.round = 1
    status, headers, body = ask(web, "/telegram/privacy")
    assert status == 200 and body
    assert ask(web, "/telegram/privacy", If_None_Match=headers["etag"])[0] == 304
    assert ask(web, "/telegram/privacy", If_Modified_Since=headers["last-modified"])[0] == 304
    web.round = 2
    status, changed, _ = ask(
        web, "/telegram/privacy", If_None_Match=headers["etag"], If_Modified_Since=headers["last-modified"]
    )
    assert status == 200 and changed["etag"] != headers["etag"]
    assert ask(web, "/telegram/faq", If_Modified_Since=headers["last-modified"])[0] == 304


def test_text_is_packed_for_whom_asks(web: SampleWeb) -> None:
    _, headers, packed = ask(web, "/telegram/faq", Accept_Encoding="gzip")
    _, plain_headers, plain = ask(web, "/telegram/faq")
    assert headers["content-encoding"] == "gzip" and gzip.decompress(packed) == plain
    assert "content-encoding" not in plain_headers


def test_head_sends_the_head_only(web: SampleWeb) -> None:
    status, headers, body = ask(web, "/telegram/faq", method="HEAD")
    assert (status, body) == (200, b"") and int(headers["content-length"]) > 1_000


def test_what_is_not_in_the_manifest_is_not_served(web: SampleWeb) -> None:
    for path in (
        "/manifest.toml",
        "/../manifest.toml",
        "/%2e%2e/manifest.toml",
        "/web/index.html",
        "/telegram/privacy/",
    ):
        assert ask(web, path)[0] == 404


def test_the_server_that_is_not_available_says_when_to_come_back(web: SampleWeb) -> None:
    status, headers, _ = ask(web, "/unavailable/feed")
    assert status == 503 and int(headers["retry-after"]) > 0


def test_a_round_that_does_not_exist_is_refused(web: SampleWeb) -> None:
    for number in (0, len(ROUNDS) + 1):
        with pytest.raises(ValueError, match="rounds 1 to"):
            web.round = number


def test_pages_name_the_address_they_are_served_at(web: SampleWeb) -> None:
    assert b"{sample}" not in ask(web, "/desk/feed")[2]
    assert web.base.encode() in ask(web, "/desk/feed")[2]


def test_robots_allow_what_the_sources_ask_for(web: SampleWeb) -> None:
    from protego import Protego

    rules = Protego.parse(ask(web, "/robots.txt")[2].decode())
    assert all(rules.can_fetch(source.url, "Banwatch") for source in declared(web))
    assert not rules.can_fetch(web.base + "/desk/search?q=x", "Banwatch")


# reading ----------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("number", ROUNDS)
def test_every_source_reads_its_pages_in_every_round(web: SampleWeb, number: int) -> None:
    web.round = number
    for source in declared(web):
        if source.id in BROKEN:
            with pytest.raises(BanwatchError) as caught:
                read_all(web, source)
            assert caught.value.cause == BROKEN[source.id]
        elif source.id not in DOWN and (source.id, number) != WALL:
            records = read_all(web, source)
            first = [r for r in records if isinstance(r, Link)] or records
            assert source.expect.min <= len(first) <= source.expect.max


def test_an_article_is_dated_before_the_round_that_shows_it(web: SampleWeb) -> None:
    web.round = len(ROUNDS)
    for source in declared(web):
        if source.id in BROKEN.keys() | DOWN:
            continue
        for record in read_all(web, source):
            if isinstance(record, Article):
                assert "2000" < record.published[:10] <= f"{web.on:%Y-%m-%d}", record.url
                assert record.title and record.language and len(record.text) > 60, record.url


def test_three_pages_in_two_languages_tell_of_the_ukrainian_ban(web: SampleWeb) -> None:
    web.round = len(ROUNDS)
    told = [
        record
        for source in declared(web) if source.id not in BROKEN.keys() | DOWN
        for record in read_all(web, source)
        if isinstance(record, Article) and re.search(r"ban(ned|s)|заборон", record.text) and re.search(r"Ukrain|Україн", record.text)
    ]  # fmt: skip
    assert len(told) >= 3 and {record.language[:2] for record in told} >= {"uk", "en"}
    assert len({record.outlet for record in told}) >= 3


def test_the_telegram_policy_changes_between_the_first_two_rounds(web: SampleWeb) -> None:
    source = next(s for s in declared(web) if s.id == "sample-telegram-privacy")
    texts = []
    for number in (1, 2, 3):
        web.round = number
        (record,) = read_all(web, source)
        assert isinstance(record, PolicyText)
        texts.append(record.text)
    assert "terrorism" in texts[0] and "valid order from the competent judicial authorities" in texts[1]
    assert texts[1] == texts[2] != texts[0]


def test_sources_are_written_one_file_a_publisher() -> None:
    names = [
        tomllib.loads(path.read_text(encoding="utf-8"))["publisher"]["name"]
        for path in (SAMPLE / "sources").glob("*.toml")
    ]
    assert len(names) == len(set(names))
