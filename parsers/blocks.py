"""Bytes or HTML -> readable blocks, without losing text: a fast walk over lxml's tree, BeautifulSoup's tree where that one lost something.

lxml drops what is nested deeper than 256 levels and needs seconds for a tag with 100,000 attributes; BeautifulSoup with
the lxml builder does neither, at a quarter of the speed.
"""

from __future__ import annotations

import codecs
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString, PreformattedString
from charset_normalizer import from_bytes
from cssselect import HTMLTranslator, SelectorError
from lxml import etree, html
from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, read_bom, resolve_encoding

from records import Block, Selector

Node = Any  # an element of lxml or a Tag of BeautifulSoup: the two trees are walked alike

CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
CONTROL_BYTES = bytes([*range(9), 11, 12, *range(14, 32), 127])
RARE = re.compile("[\ud800-\udfff\ufffe\uffff]")
RAW = re.compile(
    r"<(?:!--|(script|style|noscript|template|title|textarea|iframe|svg|select|object)\b[^>]{0,4000}>)", re.I
)
TAGS = re.compile(r"<[a-zA-Z/!?][^>]*>")
QUOTED_TAGS = re.compile(r"""<[a-zA-Z/!?][^>"']{0,300}(?:(?:"[^"]{0,2000}"|'[^']{0,2000}')[^>"']{0,300}){0,100}>""")
REFERENCES = re.compile(r"&[#\w]{1,20};?")
LONG_TAG = re.compile(r"<[a-zA-Z][^<>]{50000}")
HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
SILENT = frozenset({"script", "style", "noscript", "template", "title", "iframe", "svg", "math", "select", "object", "textarea", "canvas", "audio", "video"})  # fmt: skip
BREAKS = frozenset(
    "address article aside blockquote body button center dd details dialog dir div dl dt fieldset figcaption figure footer form frame "
    "header hr html legend li main menu nav ol option p pre section summary table tbody td tfoot th thead tr ul caption".split()
) | frozenset(HEADINGS)
HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
LAYOUT = 3_000  # characters; a table row that holds more is layout, not a row of data
MANY = 50_000  # tags; with more, attributes that hold a bracket are not looked for
KEPT = 0.97  # share of the text that the fast tree must hold


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
    written = markup if isinstance(markup, str) else decode(markup, content_type)[0]
    written = without_controls(written)
    if not written.strip():
        return ()
    fast = _fast(written)
    if fast is not None:
        chosen = _chosen(fast, selectors, _lxml_select)
        if chosen is not None:
            return _walked(chosen, _lxml_events)
    tree = BeautifulSoup(written, "lxml")
    return _walked(_chosen(tree, selectors, _soup_select) or ([], set()), _soup_events)


def _fast(written: str) -> Node | None:
    """lxml's tree, None where it is dangerous or lost text."""
    if LONG_TAG.search(written):
        return None
    try:
        tree = html.document_fromstring(written.encode("utf-8"), parser=html.HTMLParser(encoding="utf-8"))
    except (etree.LxmlError, ValueError):
        return None
    held = _letters(etree.tostring(tree, method="text", encoding="unicode"))
    held -= sum(_letters(node.text) for node in tree.iter(*SILENT, "title"))
    if held >= KEPT * _size(written, TAGS) or (
        written.count("<") < MANY and held >= KEPT * _size(written, QUOTED_TAGS)
    ):
        return tree
    return None


def without_controls(text: str) -> str:
    """Text less what is no character of a text; a look at the bytes tells at once that there is nothing to take out."""
    written = text.encode("utf-8", "surrogatepass")
    plain = len(written.translate(None, CONTROL_BYTES)) == len(written) and not RARE.search(text)
    return text if plain else CONTROLS.sub("", text)


def _letters(text: str | None) -> int:
    return len("".join(text.split())) if text else 0


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
    return _letters(REFERENCES.sub("x", tags.sub("", "".join(parts))))


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


def _lxml_select(tree: Node, css: str) -> list[Node] | None:
    try:
        return list(tree.xpath(_xpath(css)))
    except (SelectorError, etree.XPathError):
        return None


@cache
def _xpath(css: str) -> str:
    return HTMLTranslator().css_to_xpath(css)


def _soup_select(tree: Node, css: str) -> list[Node] | None:
    return list(tree.select(css))


def _chosen(tree: Node, selectors: Sequence[Selector], select: Any) -> tuple[list[Node], set[Node]] | None:
    """(elements to read in page order, elements to leave out); None if a selector is beyond this tree's means."""
    if not selectors:
        return _main(tree, select)
    kept: dict[int, Node] = {}
    dropped: set[Node] = set()
    for selector in selectors:
        for css in selector.select:
            found = select(tree, css)
            if found is None:
                return None
            kept.update((id(node), node) for node in found)
        for css in selector.remove:
            found = select(tree, css)
            if found is None:
                return None
            dropped.update(map(_key, found))
    return _outermost(tree, list(kept.values())), dropped


def _key(node: Node) -> Node:
    return id(node) if isinstance(node, Tag) else node


def _outermost(tree: Node, nodes: list[Node]) -> list[Node]:
    """In page order, without those that stand in another one."""
    wanted = {_key(node) for node in nodes}
    found = []
    for node in nodes:
        above = node.parent if isinstance(node, Tag) else node.getparent()
        while above is not None and _key(above) not in wanted:
            above = above.parent if isinstance(above, Tag) else above.getparent()
        if above is None:
            found.append(node)
    if len(found) < 2:
        return found
    order = {_key(node): number for number, node in enumerate(_elements(tree))}
    return sorted(found, key=lambda node: order[_key(node)])


def _elements(tree: Node) -> Iterator[Node]:
    if isinstance(tree, Tag):
        return (node for node in tree.descendants if isinstance(node, Tag))
    return iter(tree.iter(etree.Element))


# The part that holds the text ---------------------------------------------------------------------------------------
@cache
def _around() -> dict[str, Any]:
    table = tomllib.loads((Path(__file__).parent / "around.toml").read_text(encoding="utf-8"))
    table["names"] = re.compile(r"(?:^|[\s_-])(?:" + "|".join(table["names"]) + r")(?:$|[\s_-])", re.I)
    return table


def _main(tree: Node, select: Any) -> tuple[list[Node], set[Node]]:
    """The page without what stands around its text. Where a name deceives (it holds most of the text), it is not believed."""
    said = _around()
    sizes = _sizes(tree)
    body = next(iter(select(tree, "body") or [tree]))
    whole = max(sizes.get(_key(body), 0), 1)
    dropped = {
        _key(node)
        for node in _elements(body)
        if _stands_around(node, said) and sizes.get(_key(node), 0) <= said["most"] * whole
    }
    for css in said["roots"]:
        for node in select(tree, css) or ():
            if sizes.get(_key(node), 0) >= said["root"] * (whole - _dropped_size(body, dropped, sizes)):
                return [node], dropped
    return [body], dropped


def _stands_around(node: Node, said: dict[str, Any]) -> bool:
    name = node.name if isinstance(node, Tag) else node.tag
    if name in said["elements"]:
        return name != "header" or not _inside(node, ("main", "article"))
    role = node.get("role")
    if role and role in said["roles"]:
        return True
    named = node.get("class") or ""
    named = " ".join(named) if isinstance(named, list) else named
    named = f"{named} {node.get('id') or ''}"
    return len(named) > 1 and name not in ("html", "body", "main") and bool(said["names"].search(named))


def _inside(node: Node, names: tuple[str, ...]) -> bool:
    above = node.parent if isinstance(node, Tag) else node.getparent()
    while above is not None:
        if (above.name if isinstance(above, Tag) else above.tag) in names:
            return True
        above = above.parent if isinstance(above, Tag) else above.getparent()
    return False


def _sizes(tree: Node) -> dict[Node, int]:
    """Characters of visible text in every element."""
    sizes: dict[Node, int] = {}
    open_: list[tuple[Node, int]] = []
    total, silent = 0, 0
    for what, node, text in (_soup_events if isinstance(tree, Tag) else _lxml_events)(tree, frozenset()):
        if what == "text":
            total += 0 if silent else len(text) - text.count(" ")
        elif what == "start":
            open_.append((node, total))
        else:
            began = open_.pop()
            sizes[_key(began[0])] = total - began[1]
    return sizes


def _dropped_size(body: Node, dropped: set[Node], sizes: dict[Node, int]) -> int:
    def outer(node: Node) -> bool:
        above = node.parent if isinstance(node, Tag) else node.getparent()
        while above is not None:
            if _key(above) in dropped:
                return False
            above = above.parent if isinstance(above, Tag) else above.getparent()
        return True

    return sum(sizes.get(_key(node), 0) for node in _elements(body) if _key(node) in dropped and outer(node))


# Walking ------------------------------------------------------------------------------------------------------------
def _lxml_events(root: Node, dropped: Any) -> Iterator[tuple[str, Node, str]]:
    """("start", element, name), ("text", None, text), ("end", element, name) in page order; no recursion."""
    skipped: Node | None = None
    for what, node in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        if what in ("comment", "pi"):
            if skipped is None and node.tail and node is not root:
                yield "text", None, node.tail
            continue
        if what == "start":
            if skipped is not None:
                continue
            if node.tag in SILENT or node in dropped:
                skipped = node
                continue
            yield "start", node, node.tag
            if node.text:
                yield "text", None, node.text
            continue
        if skipped is not None and node is not skipped:
            continue
        if skipped is None:
            yield "end", node, node.tag
        skipped = None
        if node.tail and node is not root:
            yield "text", None, node.tail


def _soup_events(root: Node, dropped: Any) -> Iterator[tuple[str, Node, str]]:
    stack: list[tuple[Tag, Iterator[Any]]] = []
    if isinstance(root, Tag):
        stack.append((root, iter(root.contents)))
        yield "start", root, root.name
    while stack:
        node, children = stack[-1]
        child = next(children, None)
        if child is None:
            stack.pop()
            yield "end", node, node.name
        elif isinstance(child, Tag):
            if child.name not in SILENT and id(child) not in dropped:
                yield "start", child, child.name
                stack.append((child, iter(child.contents)))
        elif isinstance(child, NavigableString) and not isinstance(child, PreformattedString):
            yield "text", None, str(child)


@dataclass(slots=True)
class _Walk:
    """Blocks being made. ``rows`` holds, for every open table row, where its cells begin among the blocks."""

    made: list[Block] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    kinds: list[tuple[str, int]] = field(default_factory=list)
    rows: list[list[int]] = field(default_factory=list)
    lists: int = 0

    def flush(self) -> None:
        if not self.parts:
            return
        kind, level = self.kinds[-1] if self.kinds else ("paragraph", 0)
        written = "".join(self.parts)
        self.parts.clear()
        if kind == "code":
            if written.strip():
                self.made.append(Block(kind, written.strip("\n"), level))
            return
        for part in written.split("\n\0") if "\0" in written else (written,):
            line = " ".join(part.replace("\0", " ").split())
            if line:
                self.made.append(Block(kind, line, level))

    def start(self, name: str) -> None:
        if name == "br":
            self.parts.append("\0" if not self.parts or self.parts[-1] not in ("\0", "\n\0") else "\n\0")
            return
        self.flush()
        if name in HEADINGS:
            self.kinds.append(("heading", HEADINGS[name]))
        elif name == "li":
            self.kinds.append(("item", self.lists))
        elif name == "pre":
            self.kinds.append(("code", 0))
        elif name in ("ul", "ol", "menu", "dir"):
            self.lists += 1
        elif name == "tr":
            self.rows.append([len(self.made)])
        elif name in ("td", "th") and self.rows:
            self.rows[-1].append(len(self.made))

    def end(self, name: str) -> None:
        if name == "br":
            return
        self.flush()
        if name in HEADINGS or name in ("li", "pre"):
            if self.kinds:
                self.kinds.pop()
        elif name in ("ul", "ol", "menu", "dir"):
            self.lists = max(0, self.lists - 1)
        elif name == "tr" and self.rows:
            self._row(self.rows.pop())

    def _row(self, cells: list[int]) -> None:
        """The blocks of a row as one, cells parted by a bar; a row of one cell, or one that lays out a page, stays as it is."""
        first, held = cells[0], self.made[cells[0] :]
        starts = cells[1:]
        size = sum(len(block.text) for block in held)
        if len(starts) < 2 or size > LAYOUT or any(block.kind in ("row", "code") for block in held):
            return
        if sum(block.kind == "heading" for block in held) > 1:
            return
        ends = [*starts[1:], len(self.made)]
        texts = [" ".join(block.text for block in self.made[a:b]) for a, b in zip(starts, ends, strict=True)]
        if any(texts):
            self.made[first:] = [Block("row", " | ".join(texts))]


def _walked(chosen: tuple[list[Node], set[Node]], events: Any) -> tuple[Block, ...]:
    roots, dropped = chosen
    hidden = {_key(node) for root in roots for node in _elements_with(root) if _is_hidden(node)}
    seen = _read(roots, dropped | hidden, events)
    if not hidden:
        return seen
    everything = _read(roots, dropped, events)
    return seen if 2 * _characters(seen) >= _characters(everything) else everything


def _elements_with(root: Node) -> Iterator[Node]:
    if isinstance(root, Tag):
        return (
            n
            for n in root.descendants
            if isinstance(n, Tag) and n.attrs and ("style" in n.attrs or "hidden" in n.attrs)
        )
    return iter(root.xpath("descendant-or-self::*[@style or @hidden]"))


def _is_hidden(node: Node) -> bool:
    return node.get("hidden") not in (None, "until-found") or bool(HIDDEN.search(node.get("style") or ""))


def _characters(made: Sequence[Block]) -> int:
    return sum(len(block.text) for block in made)


def _read(roots: list[Node], dropped: Any, events: Any) -> tuple[Block, ...]:
    walk = _Walk()
    for root in roots:
        for what, _, text in events(root, dropped):
            if what == "text":
                walk.parts.append(text)
            elif text in BREAKS or text == "br":
                (walk.start if what == "start" else walk.end)(text)
        walk.flush()
        walk.kinds.clear()
    return tuple(walk.made)


def valid(selectors: Sequence[Selector], day: str) -> tuple[Selector, ...]:
    """Those that count on ``day`` (ISO)."""
    return tuple(s for s in selectors if (s.since or "0") <= day <= (s.until or "9"))
