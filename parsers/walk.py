"""Chosen elements of a tree -> blocks of readable text, in page order. Two trees are walked alike: lxml's and BeautifulSoup's.

lxml's tree is emptied of what is not read before Python looks at it, which happens in C. Inline elements are walked like others and part no
words: dissolved (``strip_tags``) they would leave pieces of text that lxml joins in time that grows with their square, and save nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lxml import etree

from records import Block

if TYPE_CHECKING:
    from parsers.soups import Tag

Node = Any  # an element of lxml or a Tag of BeautifulSoup

HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
SILENT = frozenset({"script", "style", "noscript", "template", "title", "iframe", "svg", "math", "select", "object", "textarea", "canvas", "audio", "video"})  # fmt: skip
BREAKS = frozenset(
    "address article aside blockquote body button center dd details dialog dir div dl dt fieldset figcaption figure footer form frame "
    "header hr html legend li main menu nav ol option p pre section summary table tbody td tfoot th thead tr ul caption".split()
) | frozenset(HEADINGS)
GONE = "left-out"  # the name that elements are given which are left out
HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
LAYOUT = 3_000  # characters; a table row that holds more is layout, not a row of data
BLANKS = b" \t\n\r\x0b\x0c"


def key(node: Node) -> Node:
    """What tells an element from others in a set: Tags are equal where they look alike."""
    return node if isinstance(node, etree._Element) else id(node)


def letters(written: bytes) -> int:
    """Bytes of a text in UTF-8 that are no white space."""
    return len(written.translate(None, BLANKS))


def held(node: Node) -> int:
    """``letters`` of all text in an element of lxml, its tail left out."""
    return letters(etree.tostring(node, method="text", encoding="utf-8", with_tail=False))


# lxml ---------------------------------------------------------------------------------------------------------------
def without_silent(root: Node) -> None:
    """Takes scripts, styles and their like out of an element of lxml."""
    etree.strip_elements(root, *SILENT, with_tail=False)


def of_lxml(roots: Sequence[Node], dropped: set[Node]) -> tuple[Block, ...]:
    """Blocks of elements of lxml less ``dropped``; the tree is used up. Text hidden by style is read where it is most of what there is."""
    kept = [root for root in roots if root.tag not in SILENT and root not in dropped]
    for root in kept:
        without_silent(root)
    _take_out(kept, dropped)
    hidden = {node for root in kept for node in root.xpath("descendant-or-self::*[@style or @hidden]") if is_hidden(node)}  # fmt: skip
    outer = [node for node in hidden if not any(above in hidden for above in node.iterancestors())]
    if hidden and 2 * sum(map(held, outer)) <= sum(map(held, kept)):
        kept = [root for root in kept if root not in hidden]
        _take_out(kept, hidden)
    walk = Walk()
    for root in kept:
        _lxml_walk(root, walk)
    return tuple(walk.made)


def _take_out(roots: Sequence[Node], nodes: set[Node]) -> None:
    """Takes elements out of ``roots``; what follows them stays."""
    for node in nodes:
        node.tag = GONE
    for root in roots if nodes else ():
        etree.strip_elements(root, GONE, with_tail=False)


def _lxml_walk(root: Node, walk: Walk) -> None:
    parts = walk.parts
    for what, node in etree.iterwalk(root, events=("start", "end")):
        name = node.tag
        if what == "start":
            if name in BREAKS or name == "br":
                walk.start(name)
            if node.text and (parts or walk.kinds or not node.text.isspace()):
                parts.append(node.text)
            continue
        if name in BREAKS:
            walk.end(name)
        if node.tail and (parts or walk.kinds or not node.tail.isspace()) and node is not root:
            parts.append(node.tail)
    walk.close()


# BeautifulSoup ------------------------------------------------------------------------------------------------------
def of_soup(roots: Sequence[Node], dropped: set[Node]) -> tuple[Block, ...]:
    """Blocks of Tags less ``dropped`` (their keys). Text hidden by style is read where it is most of what there is."""
    hidden = {id(node) for root in roots for node in _with_style(root) if is_hidden(node)}
    seen = _soup_read(roots, dropped | hidden)
    if not hidden:
        return seen
    everything = _soup_read(roots, dropped)
    return seen if 2 * _characters(seen) >= _characters(everything) else everything


def _with_style(root: Tag) -> Iterator[Tag]:
    from parsers.soups import Tag

    return (node for node in root.descendants if isinstance(node, Tag) and node.attrs and ("style" in node.attrs or "hidden" in node.attrs))  # fmt: skip


def _characters(made: Sequence[Block]) -> int:
    return sum(len(block.text) for block in made)


def _soup_read(roots: Sequence[Node], dropped: set[Node]) -> tuple[Block, ...]:
    walk = Walk()
    for root in roots:
        for what, _, text in soup_events(root, dropped):
            if what == "text":
                walk.parts.append(text)
            elif text in BREAKS or text == "br":
                (walk.start if what == "start" else walk.end)(text)
        walk.close()
    return tuple(walk.made)


def soup_events(root: Node, dropped: Any) -> Iterator[tuple[str, Node, str]]:
    """("start", element, name), ("text", None, text), ("end", element, name) in page order; no recursion."""
    from parsers.soups import NavigableString, PreformattedString, Tag

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


def is_hidden(node: Node) -> bool:
    """Whether its own attributes hide an element."""
    return node.get("hidden") not in (None, "until-found") or bool(HIDDEN.search(node.get("style") or ""))


# Blocks -------------------------------------------------------------------------------------------------------------
@dataclass(slots=True)
class Walk:
    """Blocks being made. ``rows`` holds, for every open table row, where its cells begin among the blocks."""

    made: list[Block] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    kinds: list[tuple[str, int]] = field(default_factory=list)
    rows: list[list[int]] = field(default_factory=list)
    lists: int = 0

    def flush(self) -> None:
        kind, level = self.kinds[-1] if self.kinds else ("paragraph", 0)
        written = "".join(self.parts)
        self.parts.clear()
        if kind != "code" and written.isprintable() and "  " not in written:  # most are in one line, with single blanks
            if line := written.strip():
                self.made.append(Block(kind, line, level))
            return
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
        if self.parts:
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

    def close(self) -> None:
        """At the end of a root: what is open is closed."""
        if self.parts:
            self.flush()
        self.kinds.clear()

    def end(self, name: str) -> None:
        if name == "br":
            return
        if self.parts:
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
