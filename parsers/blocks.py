"""Bytes or HTML -> readable blocks, without losing text: a fast walk over lxml's tree, BeautifulSoup's tree where that one lost something.

lxml drops what is nested deeper than 256 levels and needs seconds for a tag with 100,000 attributes; BeautifulSoup with
the lxml builder does neither, at a quarter of the speed.
"""

from __future__ import annotations

import codecs
import re
import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cssselect import HTMLTranslator, SelectorError
from lxml import etree
from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, read_bom, resolve_encoding

from parsers import walk
from parsers.walk import Node
from records import Block, Selector

if TYPE_CHECKING:
    from parsers.soups import BeautifulSoup

CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
CONTROL_BYTES = bytes([*range(9), 11, 12, *range(14, 32), 127])
RAW = re.compile(
    r"<(?:!--|(?=[sntio])(script|style|noscript|template|title|textarea|iframe|svg|select|object)\b[^>]{0,4000}>)", re.I
)
TAGS = re.compile(r"<[a-zA-Z/!?][^>]*>")
QUOTED_TAGS = re.compile(r"""<[a-zA-Z/!?][^>"']{0,300}(?:(?:"[^"]{0,2000}"|'[^']{0,2000}')[^>"']{0,300}){0,100}>""")
REFERENCES = re.compile(r"&[#\w]{1,20};?")
LONG = 50_000  # characters of a tag
LONG_TAG = re.compile(rf"<[a-zA-Z][^<>]{{{LONG}}}")
MANY = 50_000  # tags; with more, attributes that hold a bracket are not looked for
KEPT = 0.97  # share of the text that the fast tree must hold
NESTED = 30  # times the text of the page; as much of it is measured before names of elements are no longer believed
MEMORY = 8_192  # names of elements remembered


# Bytes -> text ------------------------------------------------------------------------------------------------------
def decode(body: bytes, content_type: str = "") -> tuple[str, str, int]:
    """(text, encoding, characters that could not be decoded).

    In this order: byte-order mark; UTF-8 where it fits and is not plain ASCII (no other encoding fits it by accident);
    the header's and the page's own word where they decode without a fault; a detector. UTF-7 and codecs that are no text
    encodings are not believed (https://encoding.spec.whatwg.org/#security-background).
    """
    encoding, mark = read_bom(body)
    if encoding and mark:
        return _lossy(body[len(mark) :], encoding)
    fits = _fits(body, "utf-8")
    if fits is not None and not body.isascii():
        return fits, "utf-8", 0
    header = http_content_type_encoding(content_type or None)
    declared = html_body_declared_encoding(body)
    names = [str(name) for name in (header, declared, "utf-8" if fits is not None else "") if _is_text(name)]
    for name in _likelier(body, names):
        written = _fits(body, name)
        if written is not None:
            return written, name, 0
    return _guessed(body)


def _likelier(body: bytes, names: list[str]) -> list[str]:
    """The encodings a page was given, the likelier first where header and page disagree: one-byte encodings fit any bytes."""
    if body.isascii() or len({codecs.lookup(name).name for name in names}) < 2:
        return names
    from charset_normalizer import from_bytes

    best = from_bytes(body[:65_536], cp_isolation=names).best()
    return sorted(names, key=lambda name: best is None or codecs.lookup(name).name != codecs.lookup(best.encoding).name)


def _is_text(name: str | None) -> bool:
    try:
        return bool(name) and codecs.lookup(str(name))._is_text_encoding and codecs.lookup(str(name)).name != "utf-7"
    except LookupError:
        return False


def _fits(body: bytes, encoding: str) -> str | None:
    try:
        return body.decode(encoding)
    except (UnicodeError, LookupError):
        return None


def _lossy(body: bytes, encoding: str) -> tuple[str, str, int]:
    written = body.decode(encoding, "replace")
    return written, encoding, written.count("\ufffd") if _fits(body, encoding) is None else 0


def _guessed(body: bytes) -> tuple[str, str, int]:
    """UTF-8 with a few broken bytes, else what the detector says of the beginning."""
    written, _, broken = _lossy(body, "utf-8")
    sound = len(written) - sum(map(str.isascii, written)) - broken
    if broken * 20 <= sound:
        return written, "utf-8", broken
    from charset_normalizer import from_bytes

    best = from_bytes(body[:65_536]).best()
    name = resolve_encoding(best.encoding) if best is not None else ""
    return _lossy(body, name if name and _is_text(name) else "cp1252")


# HTML -> blocks -----------------------------------------------------------------------------------------------------
def blocks(
    markup: bytes | str, selectors: Sequence[Selector] = (), url: str = "", content_type: str = ""
) -> tuple[Block, ...]:
    """Readable blocks of a page in its order; ``url`` is only for messages.

    With selectors: every match of any of them, nested matches once, less what they remove. Without: the page less
    navigation, banners and what stands around the text (around.toml). Empty if nothing matches or nothing is written.
    Text hidden by style is left out, unless it is most of what there is (panels that open on a click).
    """
    written = without_controls(markup if isinstance(markup, str) else decode(markup, content_type)[0])
    if not written.strip():
        return ()
    tree = fast(written)
    if tree is not None:
        chosen = _chosen(tree, selectors, LXML)
        if chosen is not None:
            return walk.of_lxml(*chosen)
    from parsers import soups

    soup = soups.made(written)
    return walk.of_soup(*(_chosen(soup, selectors, _soup(soup)) or ([], set())))


def fast(written: str) -> Node | None:
    """lxml's tree, None where it is dangerous or lost text."""
    if _has_long_tag(written):
        return None
    try:
        parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
        tree = etree.fromstring(written.encode("utf-8"), parser)
    except (etree.LxmlError, ValueError):
        return None
    if tree is None:
        return None
    held = walk.held(tree) - sum(walk.letters(node.text.encode()) for node in tree.iter(*walk.SILENT) if node.text)
    if held >= KEPT * _size(written, TAGS) or (
        written.count("<") < MANY and held >= KEPT * _size(written, QUOTED_TAGS)
    ):
        return tree
    return None


def _has_long_tag(written: str) -> bool:
    """Whether LONG_TAG is found; looked for where a stretch of half its length holds no bracket, not at every tag."""
    step = LONG // 2
    for at in range(0, len(written) - step, step):
        if written.find("<", at, at + step) < 0 and written.find(">", at, at + step) < 0:
            begin = written.rfind("<", 0, at)
            if begin >= 0 and LONG_TAG.match(written, begin):
                return True
    return False


class Plain(str):
    """A text that ``without_controls`` has seen: a page is not gone through twice."""

    __slots__ = ()


def without_controls(text: str) -> str:
    """Text less what is no character of a text; a look at the bytes tells at once that there is nothing to take out."""
    return text if isinstance(text, Plain) else Plain(_without_controls(text))


def _without_controls(text: str) -> str:
    try:
        written = text.encode("utf-8")
    except UnicodeEncodeError:  # lone surrogates
        return CONTROLS.sub("", text)
    plain = len(written.translate(None, CONTROL_BYTES)) == len(written)
    return text if plain and "\ufffe" not in text and "\uffff" not in text else CONTROLS.sub("", text)


def _size(written: str, tags: re.Pattern[str]) -> int:
    """Characters of text between the tags, counted without a tree; what scripts and their like hold is left out."""
    parts: list[str] = []
    at = 0
    while match := RAW.search(written, at):
        parts.append(written[at : match.start()])
        at = match.end()
        if not match[0].endswith("/>"):
            at = _after(written, at, match[1])
    parts.append(written[at:])
    return walk.letters(REFERENCES.sub("x", tags.sub("", "".join(parts))).encode())


def _after(written: str, at: int, name: str | None) -> int:
    """Where an element of that name, or a comment, that is open at ``at`` has ended."""
    if name is None:
        end = written.find("-->", at)
        return end + 3 if end >= 0 else len(written)
    close = _close(name.lower()).search(written, at)
    return close.end() if close else len(written)


@cache
def _close(name: str) -> re.Pattern[str]:
    return re.compile(rf"</{name}\b[^>]{{0,4000}}>", re.I)


@dataclass(frozen=True, slots=True)
class Tree:
    """What the two kinds of tree do each in its own way."""

    select: Callable[[Node, str], list[Node] | None]  # elements by CSS; None where that is beyond its means
    elements: Callable[[Node], Iterable[Node]]  # those in an element, itself first, in page order
    named: Callable[[Node], Iterable[Node]]  # those of them that may stand around the text
    size: Callable[[Node], int]  # of the text in an element, as ``walk.letters`` counts
    above: Callable[[Node], Iterable[Node]]  # keys of those that hold an element, the innermost first


def _lxml_select(tree: Node, css: str) -> list[Node] | None:
    try:
        return list(_xpath(css)(tree))
    except (SelectorError, etree.XPathError):
        return None


@cache
def _xpath(css: str) -> etree.XPath:
    return etree.XPath(HTMLTranslator().css_to_xpath(css))


def _lxml_named(body: Node) -> list[Node]:
    ways = " or ".join(("@class", "@id", "@role", *(f"self::{name}" for name in _around()["elements"])))
    return list(body.xpath(f"descendant-or-self::*[{ways}]"))


LXML = Tree(
    _lxml_select, lambda tree: tree.iter(etree.Element), _lxml_named, walk.held, lambda node: node.iterancestors()
)


def _soup(tree: BeautifulSoup) -> Tree:
    sizes: dict[int, int] = {}

    def size(node: Node) -> int:
        if not sizes:
            sizes.update(_soup_sizes(tree))
        return sizes.get(id(node), 0)

    def elements(node: Node) -> list[Node]:
        return [node, *node.find_all(True)]

    return Tree(lambda node, css: list(node.select(css)), elements, elements, size, lambda node: map(id, node.parents))


def _soup_sizes(tree: BeautifulSoup) -> dict[int, int]:
    """Of the visible text in every element."""
    sizes: dict[int, int] = {}
    open_: list[tuple[Node, int]] = []
    total = 0
    for what, node, text in walk.soup_events(tree, frozenset()):
        if what == "text":
            total += walk.letters(text.encode("utf-8", "replace"))
        elif what == "start":
            open_.append((node, total))
        else:
            began = open_.pop()
            sizes[id(began[0])] = total - began[1]
    return sizes


def _above(node: Node) -> Iterable[Node]:
    """Elements that hold an element, the innermost first."""
    above: Iterable[Node] = node.iterancestors() if isinstance(node, etree._Element) else node.parents
    return above


def _chosen(tree: Node, selectors: Sequence[Selector], kind: Tree) -> tuple[list[Node], set[Node]] | None:
    """(elements to read in page order, keys of elements to leave out); None if a selector is beyond this tree's means."""
    if not selectors:
        return _main(tree, kind)
    kept: dict[int, Node] = {}
    dropped: set[Node] = set()
    for selector in selectors:
        for css in selector.select:
            found = kind.select(tree, css)
            if found is None:
                return None
            kept.update((id(node), node) for node in found)
        for css in selector.remove:
            found = kind.select(tree, css)
            if found is None:
                return None
            dropped.update(map(walk.key, found))
    return _outermost(tree, list(kept.values()), kind), dropped


def _outermost(tree: Node, nodes: list[Node], kind: Tree) -> list[Node]:
    """In page order, without those that stand in another one."""
    wanted = {walk.key(node) for node in nodes}
    found = [node for node in nodes if wanted.isdisjoint(kind.above(node))]
    if len(found) < 2:
        return found
    order = {walk.key(node): number for number, node in enumerate(kind.elements(tree))}
    return sorted(found, key=lambda node: order[walk.key(node)])


# The part that holds the text ---------------------------------------------------------------------------------------
@cache
def _around() -> dict[str, Any]:
    table = tomllib.loads((Path(__file__).parent / "around.toml").read_text(encoding="utf-8"))
    table["names"] = re.compile(r"(?:^|[\s_-])(?:" + "|".join(table["names"]) + r")(?:$|[\s_-])", re.I)
    return table


def _main(tree: Node, kind: Tree) -> tuple[list[Node], set[Node]]:
    """The page without what stands around its text. Where a name deceives (it holds most of the text), it is not believed."""
    said = _around()
    if kind is LXML:
        walk.without_silent(tree)
    body = next(iter(kind.select(tree, "body") or [tree]))
    whole = max(kind.size(body), 1)
    dropped, size = _surroundings(body, kind, whole)
    for css in said["roots"]:
        for node in kind.select(tree, css) or ():
            if kind.size(node) >= said["root"] * (whole - size):
                return [node], dropped
    return [body], dropped


def _surroundings(body: Node, kind: Tree, whole: int) -> tuple[set[Node], int]:
    """(keys of the elements that stand around the text, outermost only; size of their text)."""
    said = _around()
    dropped: set[Node] = set()
    size = measured = 0
    for node in kind.named(body):
        if not _stands_around(node, said) or not dropped.isdisjoint(kind.above(node)):
            continue
        own = kind.size(node)
        measured += own
        if measured > NESTED * whole:
            break
        if own <= said["most"] * whole:
            dropped.add(walk.key(node))
            size += own
    return dropped, size


def _stands_around(node: Node, said: dict[str, Any]) -> bool:
    name = _name(node)
    if name in said["elements"]:
        return name != "header" or not _inside(node, ("main", "article"))
    role = node.get("role")
    if role and role in said["roles"]:
        return True
    named = node.get("class") or ""
    named = " ".join(named) if isinstance(named, list) else named
    return name not in ("html", "body", "main") and _is_named(f"{named} {node.get('id') or ''}")


@lru_cache(maxsize=MEMORY)
def _is_named(said: str) -> bool:
    """Whether class and id hold a word of around.toml; remembered, since the elements of a site are named alike."""
    return bool(_around()["names"].search(said))


def _inside(node: Node, names: tuple[str, ...]) -> bool:
    return any(_name(above) in names for above in _above(node))


def _name(node: Node) -> str:
    return str(node.tag if isinstance(node, etree._Element) else node.name)


def valid(selectors: Sequence[Selector], day: str) -> tuple[Selector, ...]:
    """Those that count on ``day`` (ISO)."""
    return tuple(s for s in selectors if (s.since or "0") <= day <= (s.until or "9"))
