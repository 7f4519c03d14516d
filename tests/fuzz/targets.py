"""Any bytes -> one call of a room, with what must hold of its answer. The rooms: parsers, decoding, dates, claims, changes, feeds out,
source files. Also the seeds of their inputs, and how an input is made of seeds. Reads the project's own recordings; nothing else."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import changes
import claims
import parsers
from claims.dates import dates as dates_told
from errors import BadConfiguration, BanwatchError
from feeds.diff import diff_html
from feeds.forms import Head, join, written
from feeds.item import Category, Item, instant
from feeds.text import plain
from parsers.blocks import decode
from parsers.dates import first, stated
from records import Article, Block, Page, Past, PolicyText, Source
from sources.load import loads
from store.database import clean

ROOT = Path(__file__).parent.parent.parent
NOW = datetime(2025, 3, 3, tzinfo=UTC)
LONGEST = 6_000  # bytes of an input: what is in a page is in its parts too, and more of them are tried
TYPES = ("", "text/html", "text/html; charset=utf-8", "text/html; charset=windows-1251", "application/rss+xml", "application/pdf",
         "application/json", "text/plain; charset=zip", "text/html; charset=utf-7", "text/csv", "application/xml; charset=utf-16")  # fmt: skip
LANGUAGES = ("", "en", "ru", "uk", "fr", "de", "es", "pt", "it", "pl", "tr", "ro", "zh", "xx")
KINDS = ("heading", "paragraph", "item", "row", "code")
CLASSES = {
    "first", "same_text", "wrong_document_or_error_page", "flapping", "cosmetic_noise", "editorial", "substantive",
}  # fmt: skip
Target = Callable[[bytes], None]


def _head(data: bytes) -> tuple[Sequence[int], bytes]:
    """Three numbers that choose among variants, and the rest."""
    return data[:3].ljust(3, b"\0"), data[3:]


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape" if data[:1] == b"\xff" else "replace")


def parser(data: bytes) -> None:
    """A page of any kind, for any parser: records, or an error with a name."""
    (which, kind, follow), body = _head(data)
    name = PARSERS[which % len(PARSERS)]
    source = Source("s", "S", "https://e.example/a", name, "official", platform="Telegram", document_type="Privacy Policy",
                    follow="article" if follow % 2 else "")  # fmt: skip
    page = Page("s", name, source.url, source.url, NOW, 200, (("content-type", TYPES[kind % len(TYPES)]),), body)
    try:
        records = parsers.read(page, source)
    except BanwatchError as error:
        assert error.cause and " " not in error.cause
        return
    for record in records:
        url = getattr(record, "url", "")
        assert not url or url.startswith(("http://", "https://")), url
        if isinstance(record, PolicyText | Article):
            record.text.encode("utf-8")
            assert "ENTITY-RESOLVED" not in record.text


PARSERS = sorted(parsers.PARSERS)


def decoding(data: bytes) -> None:
    """By byte order mark, header, meta or content: text, the encoding it was in, and how much of it could not be read."""
    (_, kind, _), body = _head(data)
    text, encoding, replaced = decode(body, TYPES[kind % len(TYPES)])
    text.encode("utf-8", "surrogatepass")
    assert replaced >= 0 and (encoding or not body)
    assert (
        not text.startswith("\ufeff")
        or body.count(b"\xff\xfe") + body.count(b"\xfe\xff") + body.count(b"\xef\xbb\xbf") > 1
    )


def day(data: bytes) -> None:
    """Words of a date: a day or an instant that exists, not after the page, or nothing."""
    (language, form, _), body = _head(data)
    words = _text(body)[:400]
    code = LANGUAGES[language % len(LANGUAGES)]
    for found in (stated(words, NOW, code, ("", "%d/%m/%Y")[form % 2]), first(words, NOW, code)):
        assert not found or datetime.fromisoformat(found).year <= NOW.year
    for dated in dates_told(words, code, date(2024, 9, 24)):
        assert re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", dated.value), dated
        date.fromisoformat((dated.value + "-01-01")[:10])
    instant(words)


def claim(data: bytes) -> None:
    """An article: claims whose quote stands in it, word by word, at the place they name."""
    (language, when, _), body = _head(data)
    title, _, text = _text(body).partition("\n")
    published = ("", "2024-09-24", title)[when % 3]
    for found in claims.extract(
        Article("https://e.example/a", title, text, LANGUAGES[language % len(LANGUAGES)], published)
    ):
        assert text[found.start : found.end] == found.quote and found.quote


def change(data: bytes) -> None:
    """States of a document: a class of its newest."""
    (_, document, _), body = _head(data)
    states = [
        tuple(Block(KINDS[len(line) % 5], line[:400], len(line) % 7) for line in _text(part).splitlines()[:40])
        for part in body.split(b"\x1e")[:5]
    ]
    past = [Past(f"2025-01-{n + 1:02d}T00:00:00+00:00", state) for n, state in enumerate(states[1:])]
    kind = ("Privacy Policy", "Terms of Service")[document % 2]
    judged = changes.judge(states[0], past, "2025-03-03T00:00:00+00:00", platform="Telegram", document_type=kind)
    changes.fingerprint(states[0])
    assert judged.kind in CLASSES


def feed(data: bytes) -> None:
    """Text of the tracker in every field of an item and its feed: whole XML and JSON that say the same words."""
    parts = [clean(_text(part)) for part in data.split(b"\n") if part.strip()][:9]
    a, b, c, d, e, f, g, h, i = (*parts, *["x"] * 9)[:9]
    hunks = [
        {"heading": a, "spans": [{"op": ("ins", "del", "equal")[len(b) % 3], "text": b}, {"op": "ins", "text": c}]}
    ]
    html, _ = diff_html(hunks, "en", "ltr", 2_000)
    assert "<script" not in html.lower()
    one = Item(
        plain(a),
        plain(b),
        plain(c),
        plain(d),
        html,
        NOW,
        NOW,
        (Category(plain(e), plain(f), plain(g)),),
        plain(h),
        plain(i),
    )
    head = Head(*map(plain, (a, b, c, d, e, f)), "../", NOW)
    for form in ("atom", "rss"):
        tree = ElementTree.fromstring(join(form, head, written(form, [one])))
        said = {(element.text or "") for element in tree.iter()} | {
            v for element in tree.iter() for v in element.attrib.values()
        }
        assert any(" ".join(one.title.split()) == " ".join(text.split()) for text in said), form
    assert json.loads(join("json", head, written("json", [one])))["items"][0].get("title", "") == one.title


def source_file(data: bytes) -> None:
    """A file of sources: sources that may be fetched, or one error that names the file."""
    try:
        found = list(loads(_text(data), "f.toml", frozenset(parsers.PARSERS), parsers.OPTIONS))
    except BadConfiguration as error:
        assert "f.toml" in str(error)
        return
    assert all(source.url.startswith(("http://", "https://")) and "/" not in source.id for source in found)


TARGETS: dict[str, Target] = {
    "parsers": parser, "decoding": decoding, "dates": day, "claims": claim, "changes": change, "feeds": feed, "source files": source_file,
}  # fmt: skip


# what inputs are made of ------------------------------------------------------------------------------------------------
TOKENS: tuple[bytes, ...] = tuple(word.encode("utf-8", "surrogatepass") for word in (
    "<p>", "</p>", "<div>", "<main>", "<h1>", "<a href='/x'>", "<a href=\"javascript:alert(1)\">", "<!--", "-->", "<script>", "</script>", "<table><tr><td>",
    "<iframe>", "<time datetime='2024-09-23'>", "<![CDATA[", "]]>", "&#xD800;", "&#0;", "&amp;", "<meta charset=koi8-r>", "<base href='file:///'>",
    "<item><title>x</title><link>/a</link></item>", "<pubDate>Mon, 23 Sep 2024 10:00:00 GMT</pubDate>", "<entry>", "<?xml version='1.0' encoding='utf-16'?>",
    '<!DOCTYPE r [<!ENTITY c "RESOLVED"><!ENTITY a "ENTITY-&c;"><!ENTITY b SYSTEM "file:///etc/hostname">]>', "&a;", "&b;", '{"items": [', "]}", "%PDF-1.4", "\x00", "\u202e", "\ufffe",
    "\ud800", "\U0001ffff", "\r\n\r\n", "\x1e", "\n", "Telegram", "TikTok", "the government of Ukraine", "France", "has banned", "fined", "on 23 September 2024",
    "31.02.2024", "02/03/2026", "29 February 2023", "last Tuesday", "yesterday", "in 99999", "2024-09-23T25:61:61Z", "Mon, 31 Feb 2024 10:00", "vor drei Tagen",
    "23 вересня 2024 року", "2024年9月23日", "23 Eylül 2024", "€5 million", "1e400", "9" * 40, "заблокировал", "Роскомнадзор", "interdit", "[[source]]", 'id = "../x"',
    'url = "file:///etc/passwd"', 'url = "http://[::1]/"', 'parser = "policy"', 'select = ["main["]', "={", "\u0301" * 30, "👩‍👩‍👧‍👦", "İ", "ß", "\ufeff", "﷽",
))  # fmt: skip
VALUES = (b'""', b'"x"', b"[]", b"{}", b"-1", b"1e400", b"true", b'["main["]', b'"../../x"', b'"file:///etc/passwd"', b'"http://127.0.0.1/"', b'"http://u:p@e.example/"',
          b'"NO"', b"2024-13-01", b"2024-01-01", b'"' + b"a" * 3_000 + b'"', b'["\\u0000"]', b'"\\uD7FF"', b'[[["x"]]]', b'{a = {b = 1}}', b'"(a+)+$"', b"9" * 30)  # fmt: skip
MARKS = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\xff\xfe\0\0", b"\x1f\x8b", b"PK\x03\x04")


@cache
def seeds(name: str) -> tuple[bytes, ...]:
    """Whole inputs of a target, from the project's own recordings, sample web and source files."""
    pages = [
        path.read_bytes()
        for path in sorted((ROOT / "tests" / "recordings").glob("*.*"))
        if path.stat().st_size < 200_000
    ]
    pages += [path.read_bytes() for path in sorted((ROOT / "data" / "sample" / "web").rglob("*.*"))]
    if name == "source files":
        return tuple(path.read_bytes() for path in sorted((ROOT / "sources").glob("*.toml")))
    if name in {"parsers", "decoding"}:
        return tuple(b"\0\0\0" + page for page in pages)
    if name == "dates":
        written = re.findall(rb"[^<>\n]{0,30}\b20[12]\d\b[^<>\n]{0,12}", b"\n".join(pages))
        return tuple(b"\0\0\0" + words for words in written[:2_000])
    return tuple(b"\0\0\0" + re.sub(rb"<[^>]*>|\s*\n\s*", b"\n", page) for page in pages if b"<" in page[:500])


def made(name: str, chance: random.Random) -> bytes:
    """One input: a piece of a seed with a few things done to it, now and then bytes of nothing."""
    if chance.random() < 0.03:
        return chance.randbytes(chance.randrange(600))
    seed = chance.choice(seeds(name))
    if name == "source files" and chance.random() < 0.8:
        return _lines(seed, chance)
    most = chance.choice((60, 600, LONGEST))
    at = chance.choice((0, chance.randrange(max(1, len(seed)))))
    data = bytearray(bytes(chance.randrange(256) for _ in range(3)) if name != "source files" else b"")
    data += seed[at : at + most]
    for _ in range(chance.choice((0, 1, 2, 4, 8, 20))):
        _mutate(data, name, chance)
    return bytes(data[: 2 * LONGEST])


def _lines(seed: bytes, chance: random.Random) -> bytes:
    """A file that is still one of lines: some gone, told twice, from another file, or with another value."""
    lines = seed.splitlines()
    for _ in range(chance.choice((0, 1, 1, 2, 4))):
        at = chance.randrange(len(lines) + 1)
        other = chance.choice(chance.choice(seeds("source files")).splitlines())
        key = other.partition(b"=")[0]
        lines[at : at + chance.randrange(2)] = chance.choice(
            ([other], [], [key + b"= " + chance.choice(VALUES)], [chance.choice(TOKENS)])
        )
    return b"\n".join(lines)


def _mutate(data: bytearray, name: str, chance: random.Random) -> None:
    at = chance.randrange(len(data) + 1)
    match chance.randrange(7):
        case 0 if data:
            data[at % len(data)] ^= 1 << chance.randrange(8)
        case 1:
            del data[at : at + chance.choice((1, 4, 40, 400))]
        case 2:
            data[at:at] = data[at : at + 60] * chance.choice((1, 2, 20))
        case 3 | 4:
            data[at:at] = chance.choice(TOKENS) * chance.choice((1, 1, 1, 30))
        case 5:
            other = chance.choice(seeds(name))
            start = chance.randrange(len(other) + 1)
            data[at:at] = other[start : start + 200]
        case _:
            data[3:3] = chance.choice(MARKS)


def dated(chance: random.Random) -> str:
    """A date as people write it, by a grammar: right, wrong, of two meanings, in several languages."""
    months = chance.choice(MONTHS)
    day, month, year = (
        chance.randrange(-1, 40),
        chance.randrange(-1, 15),
        chance.choice((24, 1899, 2024, 2025, 99999, chance.randrange(1900, 2100))),
    )
    word = months[month % 12]
    shape = chance.choice((
        "{d} {w} {y}", "{w} {d}, {y}", "{w} {y}", "{d}/{m}/{y}", "{d}.{m}.{y}", "{y}-{m:02d}-{d:02d}", "{y}-{m:02d}-{d:02d}T{d:02d}:{m:02d}:61Z",
        "Mon, {d} {w} {y} 10:00:00 GMT", "{d}º de {w} de {y}", "{d} {w} {y} року", "{y}年{m}月{d}日", "{d} {w}", "{w} {d}", "{d}th of {w} {y}", "Q{m} {y}", "{y}",
        "{d}-{w}-{y}", "{d} days ago", "last {w}", "{d}. {w} {y}", "le {d} {w} {y} à {m}h", "{d} {w} {y} {d} {w} {y}",
    ))  # fmt: skip
    return shape.format(d=day, m=month, y=year, w=word)


MONTHS = tuple(tuple(names.split()) for names in (
    "January February March April May June July August September October November December", "Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec",
    "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня", "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre", "Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık",
    "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro", "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
))  # fmt: skip
