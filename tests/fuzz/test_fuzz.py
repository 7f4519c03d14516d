"""Any bytes, any text: parsers, claims, changes and source files end with records or a named error, in bounded time.

A few hundred inputs a room in every test run; ``BANWATCH_FUZZ=100000 pytest tests/fuzz`` for a long run by hand.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import changes
import claims
import parsers
from errors import BadConfiguration, BanwatchError
from parsers.blocks import decode
from records import Article, Block, Page, Past, PolicyText, Source
from sources.load import loads

INPUTS = int(os.environ.get("BANWATCH_FUZZ", "1000"))
SLOWEST = 5.0  # seconds of processor time for one input
NOW = datetime(2025, 3, 3, tzinfo=UTC)
TYPES = ("", "text/html", "text/html; charset=utf-8", "text/html; charset=windows-1251", "application/rss+xml", "application/pdf",
         "application/json", "text/plain; charset=zip", "text/html; charset=utf-7")  # fmt: skip
PIECES = (
    "<p>", "</p>", "<div>", "<main>", "<article>", "<h1>", "<a href='/x'>", "<a href=\"javascript:alert(1)\">", "<!--", "-->", "<script>",
    "</script>", "<table><tr><td>", "<li>", "<title>", "<time datetime='2024-09-23'>", "<![CDATA[", "]]>", "<!DOCTYPE html>", "&#xD800;",
    "&amp;", "&nbsp;", "<meta charset=koi8-r>", "<base href='file:///'>", "<rss><channel>", "<item><title>x</title><link>/a</link></item>",
    "<pubDate>Mon, 23 Sep 2024 10:00:00 GMT</pubDate>", "<feed xmlns='http://www.w3.org/2005/Atom'>", "<entry>", "<?xml version='1.0'?>",
    "<!ENTITY a 'b'>", "{\"items\": [", "]}", "{\"results\": [{\"title\": \"x\"}]}", "%PDF-1.4", "\x00", "\u202e", "\ufffe", "\r\n\r\n",
)  # fmt: skip
WORDS = (
    "Telegram", "TikTok", "the government", "of Ukraine", "France", "banned", "has blocked", "fined", "on 23 September 2024", "31.02.2024", "02/03/2026",
    "last Tuesday", "€5 million", "will not", "reportedly", "lifted", "заблокировал", "Роскомнадзор", "запретила", "interdit", "bloqueó", "proibiu",
    "devices of government agencies", "citing national security", ".", "\n\n", "«", "»", "’", "1", "II", "\u0301", "👩‍👩‍👧‍👦", "X", "Signal", "Line",
)  # fmt: skip
markup = st.lists(st.one_of(st.sampled_from(PIECES), st.sampled_from(WORDS), st.text(max_size=30)), max_size=60).map(
    "".join
)
prose = st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=20)), max_size=80).map(" ".join)
bodies = st.one_of(
    st.binary(max_size=3_000),
    markup.map(lambda t: t.encode("utf-8", "surrogatepass")),
    markup.map(lambda t: t.encode("cp1251", "replace")),
)
blocks = st.lists(
    st.builds(Block, st.sampled_from(("heading", "paragraph", "item", "row", "code")), prose, st.integers(0, 6)),
    max_size=12,
)


def few(share: int) -> settings:
    """One room's share of the inputs."""
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    return settings(max_examples=max(1, INPUTS // share), deadline=None, suppress_health_check=checks, database=None)


@contextmanager
def bounded() -> Iterator[None]:
    begun = time.process_time()
    yield
    assert time.process_time() - begun < SLOWEST


@pytest.mark.parametrize("name", sorted(parsers.PARSERS))
def test_parsers(name: str) -> None:
    made = Source(
        "s",
        "S",
        "https://e.example/a",
        name,
        "official",
        platform="Telegram",
        document_type="Privacy Policy",
        follow="article",
    )

    @few(14)
    @given(body=bodies, kind=st.sampled_from(TYPES), follow=st.booleans())
    def reads(body: bytes, kind: str, follow: bool) -> None:
        page = Page("s", name, made.url, made.url, NOW, 200, (("content-type", kind),), body)
        with bounded():
            try:
                records = parsers.read(
                    page, made if follow else Source(**{n: getattr(made, n) for n in made.__slots__} | {"follow": ""})
                )
            except BanwatchError as error:
                assert error.cause and " " not in error.cause
                return
        for record in records:
            url = getattr(record, "url", "")
            assert not url or url.startswith(("http://", "https://"))
            if isinstance(record, PolicyText | Article):
                record.text.encode("utf-8")

    reads()


@few(10)
@given(body=st.binary(max_size=2_000), kind=st.sampled_from(TYPES))
def test_decoding(body: bytes, kind: str) -> None:
    with bounded():
        text, encoding, replaced = decode(body, kind)
    text.encode("utf-8", "surrogatepass")
    assert replaced >= 0 and (encoding or not body)


@few(5)
@given(
    title=prose,
    text=prose,
    language=st.sampled_from(("", "en", "ru", "uk", "fr", "de", "es", "pt", "xx")),
    published=st.one_of(st.just(""), st.just("2024-09-24"), prose),
)
def test_claims(title: str, text: str, language: str, published: str) -> None:
    with bounded():
        found = claims.extract(Article("https://e.example/a", title, text, language, published))
    for claim in found:
        assert text[claim.start : claim.end] == claim.quote and claim.quote


@few(5)
@given(new=blocks, past=st.lists(blocks, max_size=4))
def test_changes(new: list[Block], past: list[list[Block]]) -> None:
    before = [Past(f"2025-01-{n + 1:02d}T00:00:00+00:00", tuple(state)) for n, state in enumerate(past)]
    with bounded():
        judged = changes.judge(
            tuple(new), before, "2025-03-03T00:00:00+00:00", platform="Telegram", document_type="Privacy Policy"
        )
        changes.fingerprint(tuple(new))
    assert judged.kind in {
        "first",
        "same_text",
        "wrong_document_or_error_page",
        "flapping",
        "cosmetic_noise",
        "editorial",
        "substantive",
    }


toml = st.lists(
    st.one_of(
        st.sampled_from((
            "[publisher]", "[[source]]", "[[source.selector]]", "[source.expect]", "[source.options]", 'id = "a"', 'id = "../../x"', 'id = "a"', 'name = "N"',
            'url = "https://e.example/"', 'url = "file:///etc/passwd"', 'url = "http://127.0.0.1/"', 'url = "http://u:p@e.example/"', 'parser = "policy"',
            'parser = "polcy"', 'tier = "official"', 'every = "1d"', 'every = 5', 'select = ["main"]', 'select = ["main["]', 'since = "2024-01-01"',
            "min = 3", "max = 1", 'platform = "X"', 'document_type = "Terms"', 'jurisdiction = "NO"', "retired = true", "parsr = 1", "\tx", "=", "]]",
        )),
        st.text(max_size=20),
    ),
    max_size=14,
).map("\n".join)  # fmt: skip


@few(5)
@given(text=toml)
def test_source_files(text: str) -> None:
    with bounded():
        try:
            found = list(loads(text, "f.toml", frozenset(parsers.PARSERS), parsers.OPTIONS))
        except BadConfiguration as error:
            assert "f.toml" in str(error)
            return
    assert all(source.url.startswith("http") and "/" not in source.id for source in found)
