"""Pages that read alike have one hash, and only those: what a reader sees never hides in what is left out."""

from __future__ import annotations

import random
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import parsers
from parsers.blocks import blocks
from records import Page, PolicyText, Record, Selector, Source
from store.archive import Archive
from store.door import Door
from store.readable import readable
from tests.drawn import drawn

RECORDINGS = Path(__file__).parent.parent / "recordings"
PAGES = sorted((path for path in RECORDINGS.glob("*.html")), key=lambda path: path.name)
TEXT = (
    "<p>We share what the law requires.</p>" + "<p>Nothing else is shared with anybody at all, whoever asks.</p>" * 30
)
PAGE = f"<html><head><title>T</title></head><body><main>{TEXT}</main></body></html>".encode()
SOURCE = Source("t", "T", "https://t.example/p", "policy", "official", platform="Telegram", document_type="Privacy Policy",
                selectors=(Selector(("main",), ()),))  # fmt: skip
NOISE = (
    b'<meta name="csrf" content="%d">', b'<script nonce="%d">var t = 1 < 2 && "%d"</script>', b"<style>.a%d > b {top: 0}</style>",
    b"<!-- made in %d ms -->", b'<link rel="preload" href="/a.%d.js">', b'<input type="hidden" value="%d">',
)  # fmt: skip


@pytest.mark.parametrize("noise", NOISE)
def test_a_token_in_every_answer_changes_nothing(noise: bytes) -> None:
    seen = {
        readable(PAGE.replace(b"</head>", noise.replace(b"%d", str(n).encode()) + b"</head>"), "text/html")
        for n in (1, 22)
    }
    assert seen == {readable(PAGE, "text/html")} != {""}


@pytest.mark.parametrize(
    "page",
    [
        '<main><a title="<script>">seen {}</a><p>more</p><script>1</script></main>',
        '<main><p title="<!--">seen {}</p><p>more</p><!-- x --></main>',
        "<main><!-- a --> seen {} --><p>more</p></main>",
        "<main><!--> seen {} --><p>more</p></main>",
        "<main><script>a</script> seen {} </script><p>more</p></main>",
        "<main><style>a</style> seen {} </style><p>more</p></main>",
        "<main><script/>a</script> seen {}<p>more</p></main>",
        "<main><metal>seen {}</metal></main>",
        "<main><inputs>seen {}</inputs></main>",
    ],
)
def test_text_that_hides_behind_what_looks_like_a_script_is_seen(page: str) -> None:
    first, second = (f"<html><body>{page.format(word)}</body></html>".encode() for word in ("one", "two"))
    assert blocks(first) != blocks(second)
    assert readable(first, "") != readable(second, "")


@drawn(60)
@given(st.sampled_from(PAGES), st.randoms(use_true_random=False))
def test_what_has_one_hash_reads_alike(path: Path, dice: random.Random) -> None:
    body = path.read_bytes()
    changed = _mutated(body, dice)
    if readable(changed, "") == readable(body, "") != "":
        assert blocks(changed) == blocks(body)


def _mutated(body: bytes, dice: random.Random) -> bytes:
    """A page with something put in, taken out or put twice, at the edge of a tag or anywhere."""
    edges = [match.start() for match in re.finditer(rb"<|>|-->|</script", body)] or [0]
    at = dice.choice(edges) + dice.choice((0, 1))
    piece = dice.choice((*NOISE, b"<script>", b"</script>", b"<!--", b"-->", b"word ", b"<p>word</p>", b'"', b"'"))
    return dice.choice(
        (body[:at] + piece + body[at:], body[:at] + body[at + dice.randrange(1, 40) :], body[:at] + body[at - 20 :])
    )


def _taken(folder: Path, bodies: list[bytes], source: Source = SOURCE) -> tuple[list[tuple[object, ...]], int]:
    """(captures, pages read) of a document that was fetched with these bodies, one a day."""
    read: list[int] = []

    def counted(page: Page, source: Source) -> list[Record]:
        read.append(1)
        return parsers.read(page, source)

    with Archive(folder / "archive.db") as archive:
        archive.declare(source)
        with Door(folder / "tracker.db", archive, counted) as door:
            door.declared()
            for day, body in enumerate(bodies):
                at = datetime(2024, 9, 1, tzinfo=UTC) + timedelta(days=day)
                page = Page("t", "policy", source.url, source.url, at, 200, (("content-type", "text/html"),), body)
                door.take(archive.keep(page, f"run {day}"))
            door.settle()
            found = door.db.execute("select version, kind, yielded, encoding from capture c join page p on p.id = c.page"
                                    " join sighting s using (seq) order by seq").fetchall()  # fmt: skip
    return [tuple(row) for row in found], len(read)


def _noisy(number: int, page: bytes = PAGE) -> bytes:
    return page.replace(b"</head>", f"<script>{number}</script></head>".encode())


def test_a_page_that_differs_in_scripts_alone_is_not_read_again(tmp_path: Path) -> None:
    changed = PAGE.replace(b"Nothing else", b"Something else", 1)
    found, read = _taken(tmp_path, [PAGE, _noisy(1), _noisy(2), _noisy(3, changed), _noisy(4, changed)])
    assert read == 2
    assert [kind for _, kind, _, _ in found][:3] == ["first", "same_text", "same_text"]
    assert len({version for version, *_ in found[:3]}) == 1 and len({version for version, *_ in found}) == 2
    assert {(yielded, encoding) for _, _, yielded, encoding in found} == {(1, found[0][3])}


def test_what_depends_on_more_is_read_every_time(tmp_path: Path) -> None:
    short = b"<html><head></head><body><main><p>We use cookies.</p></main></body></html>"
    assert _taken(tmp_path / "short", [short, _noisy(1, short)])[1] == 2
    by_place = Source(**{name: getattr(SOURCE, name) for name in SOURCE.__slots__} | {"selectors": (Selector(("main:nth-child(1)",), ()),)})  # fmt: skip
    assert _taken(tmp_path / "place", [PAGE, _noisy(1)], by_place)[1] == 2


def test_a_new_declaration_is_read_anew(tmp_path: Path) -> None:
    _taken(tmp_path, [PAGE])
    changed = Source(**{name: getattr(SOURCE, name) for name in SOURCE.__slots__} | {"selectors": (Selector(("body",), ()),)})  # fmt: skip
    assert isinstance(parsers.read(Page("t", "policy", SOURCE.url, SOURCE.url, datetime(2024, 9, 2, tzinfo=UTC), 200,
                                        (("content-type", "text/html"),), _noisy(9)), changed)[0], PolicyText)  # fmt: skip
    assert _taken(tmp_path, [_noisy(1), _noisy(2)], changed)[1] == 1
