"""The guards one by one: addresses, ports, names that change, codings, manners, readers; and what a source file may not say."""

from __future__ import annotations

import asyncio
import gzip
import time
import zlib
from datetime import UTC, datetime
from pathlib import Path

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.error import DNSLookupError

import parsers
from crawler.decode import decoded
from crawler.guards import Blocked, PublicResolver, is_public, is_trap, verdict
from crawler.manners import retry_after
from crawler.reader import Readers
from crawler.redirects import address
from errors import BadConfiguration, FetchFailed, Refused
from records import Page, Source
from sources import load

NOW = datetime(2025, 3, 3, tzinfo=UTC)
NONE: frozenset[str] = frozenset()
SOURCE = Source("s", "S", "https://e.example/", "article", "news")
LIMIT = 1_000_000


@pytest.mark.parametrize(
    ("url", "cause"),
    [
        ("http://127.0.0.1/", "blocked-address"), ("http://10.0.0.1/", "blocked-address"), ("http://169.254.169.254/latest", "blocked-address"),
        ("http://100.64.0.1/", "blocked-address"), ("http://[::1]/", "blocked-address"), ("http://[::ffff:127.0.0.1]/", "blocked-address"),
        ("http://[64:ff9b::7f00:1]/", "blocked-address"), ("http://[fd00::1]/", "blocked-address"), ("http://0.0.0.0/", "blocked-address"),
        ("http://2130706433/", "blocked-address"), ("http://0177.0.0.1/", "blocked-address"), ("http://127.1/", "blocked-address"),
        ("http://0x7f.1/", "blocked-address"), ("http://localhost/", "blocked-address"), ("http://a.internal/", "blocked-address"),
        ("http://public.example@127.0.0.1/", "blocked-address"), ("http://224.0.0.1/", "blocked-address"), ("http://1.1.1.1.nip.io:22/", "blocked-port"),
        ("https://e.example:6379/", "blocked-port"), ("ftp://e.example/", "blocked-scheme"), ("file:///etc/passwd", "blocked-scheme"),
        ("http://[::bad/", "bad-url"), ("http:///x", "blocked-address"),
    ],
)  # fmt: skip
def test_an_address_that_may_not_be_fetched(url: str, cause: str) -> None:
    found = verdict(url, NONE)
    assert found is not None and found.cause == cause


@pytest.mark.parametrize(
    "url",
    ["https://telegram.org/privacy", "http://e.example:8080/x", "https://1.1.1.1/", "https://xn--e1afmkfd.example/"],
)
def test_an_address_of_the_web_may_be_fetched(url: str) -> None:
    assert verdict(url, NONE) is None


def test_only_the_very_host_and_port_that_were_given_may_be_local() -> None:
    allowed = frozenset({"127.0.0.1:8000"})
    assert verdict("http://127.0.0.1:8000/", allowed) is None
    assert verdict("http://127.0.0.1:8001/", allowed) and verdict("http://localhost:8000/", allowed)


@given(st.ip_addresses())
def test_no_address_is_public_that_python_does_not_call_global(ip: object) -> None:
    assert not is_public(str(ip)) or ip.is_global  # type: ignore[attr-defined]


def test_a_name_that_turns_inside_at_connect_is_refused() -> None:
    """DNS rebinding: the answer that is checked is the one that is connected to."""
    resolver = PublicResolver.__new__(PublicResolver)
    assert resolver._only_public("93.184.216.34", "e.example") == "93.184.216.34"
    with pytest.raises(DNSLookupError, match="blocked-address"):
        resolver._only_public("127.0.0.1", "e.example")


@pytest.mark.parametrize(
    "url", ["https://e.example/" + "a/" * 3, "https://e.example/" + "x/y/" * 12, "https://e.example/" + "a" * 2_000]
)
def test_an_address_without_end_is_a_trap(url: str) -> None:
    assert is_trap(url)


@pytest.mark.parametrize(
    ("location", "cause"),
    [(b"", "bad-redirect"), (b"http://[::bad", "bad-redirect"), (b"file:/etc/passwd", "blocked-scheme"), (b"javascript:alert(1)", "blocked-scheme"),
     (b"data:text/html,x", "blocked-scheme"), (b"http://", "bad-redirect"), (b"http://e:99999/", "bad-redirect")],
)  # fmt: skip
def test_a_redirect_that_leads_nowhere_good_is_named(location: bytes, cause: str) -> None:
    with pytest.raises(Blocked) as blocked:
        address("https://e.example/a", location)
    assert blocked.value.cause == cause


@pytest.mark.parametrize(
    ("coding", "pack"),
    [("gzip", gzip.compress), ("deflate", zlib.compress), ("br", brotli.compress), ("zstd", zstandard.compress)],
)
def test_a_body_that_is_cut_never_passes_for_a_short_one(coding: str, pack: object) -> None:
    whole = pack(b"<p>clause</p>" * 5_000 + bytes(range(256)) * 20)  # type: ignore[operator]
    assert len(decoded(whole, [coding], LIMIT)) == 70_120
    for cut in range(1, len(whole), max(1, len(whole) // 40)):
        with pytest.raises(FetchFailed):
            decoded(whole[:cut] if coding != "gzip" or cut > 1 else whole[:3], [coding], LIMIT)
    with pytest.raises(Refused):
        decoded(pack(b"0" * (LIMIT + 1)), [coding], LIMIT)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("120", 120.0), ("99999999999", 99999999999.0), ("soon", None), ("", None), ("-5", None), ("Mon, 03 Mar 2025 00:02:00 GMT", 120.0),
     ("Fri, 31 Dec 1999 23:59:59 GMT", 0.0)],
)  # fmt: skip
def test_retry_after_is_a_number_or_a_date(value: str, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


def loops(page: Page, source: Source) -> list[object]:
    while True:
        time.sleep(0.01)


def eats(page: Page, source: Source) -> list[object]:
    return [bytearray(2**32)]


def raises(page: Page, source: Source) -> list[object]:
    raise KeyError("nobody thought of this")


def dies(page: Page, source: Source) -> list[object]:
    import os

    os._exit(3)


@pytest.mark.parametrize(
    ("read", "cause"), [(loops, "parse-time"), (eats, "parse-memory"), (raises, "parser"), (dies, "parse-memory")]
)
def test_a_parser_that_misbehaves_costs_its_page_and_no_other(read: object, cause: str) -> None:
    page = Page("s", "article", SOURCE.url, SOURCE.url, NOW, 200, (), b"x")

    async def both() -> list[str]:
        readers = Readers(read, 1, 1.0 if read is loops else 20.0, 2**31)  # type: ignore[arg-type]
        found = [await readers.read(page, SOURCE) for _ in range(2)]
        readers.close()
        return [error.cause for _, error in found if error]

    assert asyncio.run(both()) == [cause, cause]


FILE = '[publisher]\nname = "P"\n[[source]]\nid = "a"\nname = "A"\nurl = "https://e.example/"\nparser = "article"\ntier = "news"\n'


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (FILE + "\t= 1", "not TOML"), (FILE + 'id = "b"', "not TOML"), (FILE.replace("parser =", "parsr ="), "did you mean 'parser'"),
        (FILE.replace('"article"', '"artcle"'), "did you mean 'article'"), (FILE.replace('id = "a"', 'id = "../../x"'), "a-z"),
        (FILE.replace('id = "a"', 'id = "A"'), "a-z"), (FILE.replace("https://e.example/", "file:///etc/passwd"), "http"),
        (FILE.replace("https://e.example/", "e.example"), "http"), (FILE.replace("https://e.example/", "http://127.0.0.1:1/"), "local"),
        (FILE.replace("https://e.example/", "https://u:p@e.example/"), "password"), (FILE + '[[source.article]]\nselect = ["main["]', "selector"),
    ],
)  # fmt: skip
def test_a_wrong_source_file_is_refused_with_its_place(tmp_path: Path, text: str, word: str) -> None:
    (tmp_path / "p.toml").write_text(text, encoding="utf-8")
    with pytest.raises(BadConfiguration, match=word) as refused:
        load(tmp_path, parsers.PARSERS, parsers.OPTIONS)
    assert "p.toml" in str(refused.value)


def test_two_sources_with_one_id_are_refused_with_both_files(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.toml").write_text(FILE, encoding="utf-8")
    with pytest.raises(BadConfiguration, match=r"one\.toml") as refused:
        load(tmp_path, parsers.PARSERS, parsers.OPTIONS)
    assert "two.toml" in str(refused.value)


def test_norway_is_a_country_and_no_truth_value(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text(FILE + 'jurisdiction = "NO"', encoding="utf-8")
    assert load(tmp_path, parsers.PARSERS, parsers.OPTIONS)[0].jurisdiction == "NO"


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe"])
def test_a_folder_without_readable_files_is_refused(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "p.toml").write_bytes(content)
    if content == b"":
        assert load(tmp_path, parsers.PARSERS, parsers.OPTIONS) == []
        return
    with pytest.raises(BadConfiguration):
        load(tmp_path, parsers.PARSERS, parsers.OPTIONS)


def test_five_thousand_sources_are_checked(tmp_path: Path) -> None:
    table = FILE.partition("[[source]]")[2]
    text = '[publisher]\nname = "P"\n' + "".join(
        "[[source]]" + table.replace('"a"', f'"a{n}"').replace("e.example/", f"e.example/{n}") for n in range(5_000)
    )
    (tmp_path / "p.toml").write_text(text, encoding="utf-8")
    assert len(load(tmp_path, parsers.PARSERS, parsers.OPTIONS)) == 5_000
