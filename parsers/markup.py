"""HTML page -> soup, or a named refusal: bytes that are no HTML, and pages that stand in front of the one we came for."""

from __future__ import annotations

import html
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from lxml import etree

from errors import NotTheDocument, Unreadable
from parsers.addresses import absolute
from parsers.blocks import LXML, blocks, decode, fast, without_controls
from records import Page, Selector, Source

if TYPE_CHECKING:
    from parsers.soups import BeautifulSoup, Tag

CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
INLINE = {
    "a",
    "abbr",
    "b",
    "bdi",
    "cite",
    "code",
    "em",
    "font",
    "i",
    "mark",
    "q",
    "s",
    "small",
    "strong",
    "sub",
    "sup",
    "u",
    "wbr",
}
UNSEEN = ("script", "style", "template", "rt", "rp")  # whose text is none of the page's
UTF7 = re.compile(r"charset\s*=\s*[\"']?utf-?7", re.I)
HOLDERS = re.compile(
    r"<(/?)(?:div|span|section|article|main|blockquote|ul|ol|dl|table|b|i|em|strong|font|center|details)\b", re.I
)
SWALLOWING = (("<script", "</script"), ("<!--", "-->"), ("<style", "</style"))  # open and close
DEEPEST = 20_000  # levels; what nests deeper is an attack, and would hold up the reading for seconds
BINARY = {b"\x89PNG": "PNG", b"PK\x03\x04": "ZIP", b"\x1f\x8b": "gzip", b"GIF8": "GIF", b"\xff\xd8\xff": "JPEG"}


def place(page: Page, source: Source) -> str:
    """How messages name a page: source and address."""
    return f"{source.id}: {page.url}"


@dataclass(frozen=True, slots=True)
class Opened:
    """A page as a tree, the encoding it was decoded by, and how many characters could not be decoded."""

    tree: BeautifulSoup
    encoding: str
    replaced: int


def soup(page: Page, source: Source) -> Opened:
    """The page as a tree, by BeautifulSoup with the lxml builder (keeps text that lxml alone loses on deep pages).

    Raises Unreadable (empty, not-text, not-html) or NotTheDocument (challenge, login, consent-wall, soft-404,
    region-block, empty-shell: the words of walls.toml).
    """
    written, encoding, replaced = text(page, source)
    if written.lstrip()[:1] in {"{", "["}:
        raise Unreadable(f"{place(page, source)}: JSON where HTML was expected; declare parser = 'api'?", "not-html")
    tree = _tree(written)
    refuse_walls(tree, page, source)
    return Opened(tree, encoding, replaced)


def _tree(written: str) -> BeautifulSoup:
    from parsers import soups

    return soups.made(written)


def text(page: Page, source: Source) -> tuple[str, str, int]:
    """The body as text without control characters, its encoding, and the characters lost. Raises Unreadable (empty, not-text, not-html)."""
    if not page.body.strip():
        raise Unreadable(f"{place(page, source)}: the page is empty ({len(page.body)} bytes)", "empty")
    if page.body.lstrip()[:5] == b"%PDF-":
        raise Unreadable(f"{place(page, source)}: a PDF where HTML was expected; declare parser = 'pdf'?", "not-html")
    kind = next((name for magic, name in BINARY.items() if page.body.startswith(magic)), "")
    if kind:
        raise Unreadable(f"{place(page, source)}: {kind} bytes where text was expected", "not-text")
    if UTF7.search(page.header("content-type")):
        raise Unreadable(f"{place(page, source)}: UTF-7, which can hide a script, is not read", "decode")
    decoded, encoding, replaced = decode(page.body, page.header("content-type"))
    if nested_deeper(decoded, DEEPEST):
        raise Unreadable(f"{place(page, source)}: elements nested deeper than {DEEPEST:,}", "too-deep")
    clean = without_controls(decoded)
    if len(decoded) - len(clean) > len(decoded) // 10:
        raise Unreadable(f"{place(page, source)}: {len(decoded) - len(clean)} control characters: no text", "not-text")
    return clean, encoding, replaced


def nested_deeper(written: str, levels: int) -> bool:
    """Whether elements that hold others are opened more than ``levels`` deep; counted without a tree, which would take seconds."""
    if written.count("<") <= levels:
        return False
    here = 0
    for match in HOLDERS.finditer(written):
        here = max(0, here - 1) if match[1] else here + 1
        if here > levels:
            return True
    return False


def refuse_walls(tree: BeautifulSoup, page: Page, source: Source) -> None:
    """Raises NotTheDocument if the page is a consent wall, login, challenge, error page or empty shell."""
    shown = words(tree)
    if len(shown) >= _walls()["short"]:
        return
    cause, sign = _sign(_soup_holds(tree), shown)
    if cause:
        raise NotTheDocument(
            f"{place(page, source)}: not the page but a {cause} ({sign!r} on {len(shown)} characters of text)", cause
        )
    if tree.select_one("frameset") or (not shown and tree.select_one("script")):
        raise NotTheDocument(
            f"{place(page, source)}: a frame or script without text; needs_browser = true?", "empty-shell"
        )


def wall(body: bytes) -> str:
    """The cause of walls.toml that the beginning of an error page shows; "" if it shows none."""
    tree = _tree(body[:65_536].decode("utf-8", "replace"))
    return _sign(_soup_holds(tree), words(tree))[0]


def instead(written: str) -> tuple[str, str]:
    """(cause, message): what a page with little text looks like, where a document was expected; "" if like nothing known."""
    folded = written.lower()
    swallowed = next((mark for mark, end in SWALLOWING if folded.rfind(mark) > folded.rfind(end)), "")
    if swallowed:
        return "too-short", f"{swallowed!r} never closes and swallows the rest of the page"
    holds, shown = _seen(written[:262_144])
    cause, sign = _sign(holds, shown)
    if cause:
        return cause, f"not the page but a {cause} ({sign!r})"
    if holds("frameset, iframe") or (len(shown) < 40 and holds("script")):
        return "empty-shell", "a frame or script with hardly any text; needs_browser = true?"
    return "", ""


Holds = Callable[[str], bool]  # whether a page has an element that a CSS selector matches


def _seen(written: str) -> tuple[Holds, str]:
    """A page, and what a reader sees of it, by lxml: BeautifulSoup is a third of what a reader of pages would have to load."""
    tree = fast(written)
    if tree is None:
        soup = _tree(written)
        return _soup_holds(soup), words(soup)
    shown = deepcopy(tree)
    etree.strip_elements(shown, *UNSEEN, with_tail=False)
    return lambda css: bool(LXML.select(tree, css)), _line(_texts(shown))


def _soup_holds(tree: BeautifulSoup) -> Holds:
    return lambda css: tree.select_one(css) is not None


def _sign(holds: Holds, shown: str) -> tuple[str, str]:
    """(cause, sign) of the first wall that a short page shows."""
    folded = shown.casefold()
    for wall in _walls()["wall"]:
        sign = next((w for w in wall.get("words", ()) if w in folded), "")
        sign = sign or next((css for css in wall.get("select", ()) if holds(css)), "")
        if sign:
            return wall["cause"], sign
    return "", ""


def words(node: Tag) -> str:
    """What a reader sees of a node in one line, white space made single; inline elements do not part words."""
    return _line(_soup_texts(node))


def _soup_texts(node: Tag) -> Iterator[tuple[Any, str]]:
    for string in node.strings:
        around = string.parent
        while around is not None and around.name in INLINE:
            around = around.parent
        yield around, string


def _texts(tree: Any) -> Iterator[tuple[Any, str]]:
    """The texts of an element of lxml."""
    for what, node in etree.iterwalk(tree, events=("start", "end")):
        text, around = (node.text, node) if what == "start" else (node.tail, node.getparent())
        while text and around is not None and around.tag in INLINE:
            around = around.getparent()
        if text:
            yield around, text


def _line(texts: Iterable[tuple[Any, str]]) -> str:
    """Texts in one line, each with the innermost element around it that parts words."""
    parts: list[str] = []
    last: Any = None
    for around, text in texts:
        parts += [text] if around is last else [" ", text]
        last = around
    return " ".join("".join(parts).split())


def prose(written: str) -> str:
    """HTML or plain text out of a feed or API -> paragraphs separated by an empty line."""
    written = CONTROLS.sub("", written)
    if "<" not in written:
        return "\n\n".join(filter(None, (" ".join(p.split()) for p in re.split(r"\n\s*\n", html.unescape(written)))))
    found = blocks(f"<html><body>{written}</body></html>", [Selector(("body",))])
    return "\n\n".join(block.text for block in found)


def line(written: str) -> str:
    """A title out of a feed or API -> one line of text without markup."""
    return " ".join(prose(html.unescape(written) if "<" not in written else written).split())


def metas(tree: BeautifulSoup) -> dict[str, str]:
    """What the page's ``<meta>`` elements say, by name, property, itemprop or http-equiv in lower case; the first wins."""
    found: dict[str, str] = {}
    for tag in tree.find_all("meta"):
        name = next(
            (str(tag[key]).lower() for key in ("property", "name", "itemprop", "http-equiv") if tag.get(key)), ""
        )
        if name and str(tag.get("content") or "").strip():
            found.setdefault(name, str(tag["content"]).strip())
    return found


def meta(said: Mapping[str, str], *names: str) -> str:
    """The first of ``names`` (lower case) that the page's metas hold, "" if there is none."""
    return next((said[name] for name in names if name in said), "")


def _first(tree: BeautifulSoup, name: str, **attributes: Any) -> Tag | None:
    from parsers.soups import Tag

    found = tree.find(name, **attributes)
    return found if isinstance(found, Tag) else None


def said_language(tree: BeautifulSoup, said: Mapping[str, str]) -> tuple[str, str]:
    """What the page says of its language: the html element, and the meta element."""
    root = _first(tree, "html")
    lang = str(root.get("lang") or root.get("xml:lang") or "") if root else ""
    return lang, meta(said, "content-language", "og:locale")


def canonical(tree: BeautifulSoup, said: Mapping[str, str], page: Page) -> str:
    """The address the page gives itself, if it lies on the same host (others are copies or mistakes), else its own."""
    link = _first(tree, "link", rel="canonical")
    url = absolute(page.url, link.get("href")) if link else ""
    url = url or absolute(page.url, meta(said, "og:url"))
    return url if url and urlsplit(url).hostname == urlsplit(page.url).hostname else page.url


def base(tree: BeautifulSoup, page: Page) -> str:
    """What relative links count from: ``<base>`` if it is http(s), else the page."""
    tag = _first(tree, "base", href=True)
    return (absolute(page.url, tag["href"]) if tag else "") or page.url


@cache
def _walls() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "walls.toml").read_text(encoding="utf-8"))
