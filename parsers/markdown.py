"""Markdown of a policy document (as Open Terms Archive keeps it) -> blocks of readable text, and back to the words as written.

A small subset on purpose: headings, lists, tables, paragraphs, links, emphasis. Every line is a block of its own, because the
extraction that wrote the file puts a paragraph on one line and marks a line break by two blanks.
"""

from __future__ import annotations

import html
import re

from records import Block

HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*\s*\Z")
ITEM = re.compile(r"([-*+•●◦▪·]|\(?\d{1,3}[.)])\s+(?=\S)")
RULE = re.compile(r"[\s|:=_*-]+\Z")
MARKED = re.compile(r"[\\\[\]<&*_`~]")
INLINE = re.compile(
    r"(?P<escape>\\[\\`*_{}\[\]()#+.!~|<>&-])"
    r"|(?P<image>!\[[^\[\]]*\]\((?:(?:[^()\s]|\([^()]*\))*(?:\s+\"[^\"]*\")?\s*|(?:[^()]|\([^()]*\))*)\))"
    r"|(?P<target>\]\(\s*(?:<[^<>]*>|(?:[^()\s]|\([^()]*\))*)(?:\s+(?:\"[^\"]*\"|'[^']*'))?\s*\))"
    r"|(?P<address><(?:https?://|mailto:)[^<>\s]*>)"
    r"|(?P<tag></?[a-zA-Z][^<>]{0,500}>)"
    r"|(?P<entity>&(?:#\d{1,6}|#x[0-9a-fA-F]{1,6}|[a-zA-Z]{2,12});)"
    r"|(?P<strong>\*{1,3}|(?<!\w)_{1,3}(?=\S)|(?<=\S)_{1,3}(?!\w)|~~|`+)"
    r"|(?P<open>\[)"
)
MARKS = 8  # characters that a mark of a heading or list takes
FEW = 7  # blanks of a sentence; what is shorter may be the name of a page
LINKED = re.compile(r"\[[^\[\]]+\]\([^()\s]+\)")
HEADED = re.compile(r"\A\s*(?:#{1,6}|[-*+•])\s+")


def blocks(written: str) -> tuple[Block, ...]:
    """Readable blocks of a Markdown text, in order."""
    made: list[Block] = []
    lines = written.replace("\r\n", "\n").split("\n")
    for number, line in enumerate(lines):
        after = lines[number + 1].strip() if number + 1 < len(lines) else ""
        made += _blocks_of(line, after)
    return tuple(made)


def _blocks_of(line: str, after: str) -> list[Block]:
    bare = line.strip().lstrip("> ").strip()
    if not bare or RULE.match(bare):
        return []
    if bare.startswith("|"):
        return _row(bare)
    kind, level = "paragraph", 0
    if match := HEADING.match(bare):
        kind, level, bare = "heading", len(match[1]), match[2]
    elif after and len(after) >= 3 and set(after) in ({"="}, {"-"}):
        kind, level = "heading", 1 if after[0] == "=" else 2
    elif match := ITEM.match(bare):
        kind, level = "item", 1 + (len(line) - len(line.lstrip())) // 4
        bare = bare[match.end() :] if not match[1][0].isalnum() and match[1][0] != "(" else bare
    text = plain(bare)
    return [Block(kind, text, level)] if text else []


def _row(line: str) -> list[Block]:
    """The cells of a table row; cells that hold several lines give several blocks."""
    cells = [plain(cell) for cell in re.split(r"(?<!\\)\|", line.strip("|"))]
    cells = [cell for cell in cells if cell]
    if not cells:
        return []
    if len(cells) == 1 or sum(map(len, cells)) > 600:
        return [
            Block("item" if "<br" in line else "row", part)
            for cell in re.split(r"(?<!\\)\|", line.strip("|"))
            for part in filter(None, map(plain, re.split(r"<br\s*/?>", cell)))
        ]
    return [Block("row", " | ".join(cells))]


def plain(line: str) -> str:
    """A line as a reader sees it: no marks, link texts without their targets."""
    return " ".join((INLINE.sub(_shown, line) if MARKED.search(line) else line).split())


def _shown(match: re.Match[str]) -> str:
    """What a reader sees of a mark."""
    kind = match.lastgroup
    if kind == "escape":
        return match[0][1]
    if kind == "entity":
        return html.unescape(match[0])
    if kind == "address":
        return match[0][1:-1]
    return " " if kind == "tag" and match[0].lower().startswith("<br") else ""


def _mapped(line: str) -> tuple[str, list[int]]:
    """(readable text, where each of its characters stands in the line)."""
    parts: list[str] = []
    places: list[int] = []

    def put(text: str, at: int, step: int = 1) -> None:
        for number, char in enumerate(text):
            if char.isspace():
                if not parts or parts[-1] == " ":
                    continue
                char = " "
            parts.append(char)
            places.append(at + number * step)

    end = 0
    for match in INLINE.finditer(line):
        put(line[end : match.start()], end)
        end = match.end()
        inside = 1 if match.lastgroup in ("escape", "address") else 0
        put(_shown(match), match.start() + inside, 0 if match.lastgroup == "entity" else 1)
    put(line[end:], end)
    while parts and parts[-1] == " ":
        parts.pop()
        places.pop()
    return "".join(parts), places


def verbatim(written: str, sentence: str) -> str:
    """The words of ``written`` that read as ``sentence``, within one line, the whole line with its marks where it says no more,
    but without the address where all of it is one link; ``sentence`` itself if none do."""
    found = _verbatim(written, sentence)
    return sentence if LINKED.fullmatch(found) and sentence.count(" ") >= FEW else found


def _verbatim(written: str, sentence: str) -> str:
    if not sentence:
        return sentence
    lines = written.split("\n")
    if sentence in written:
        return next(
            (line.strip() for line in lines if sentence in line and HEADED.sub("", _mapped(line)[0]) == sentence),
            sentence,
        )
    for line in lines:
        text, places = _mapped(line)
        if len(text) <= len(sentence) + MARKS and HEADED.sub("", text) == sentence:
            return line.strip()
        at = text.find(sentence)
        if at >= 0:
            begin, end = places[at], places[at + len(sentence) - 1] + 1
            closing = re.match(r"\]\((?:[^()\s]|\([^()]*\))*(?:\s+\"[^\"]*\")?\)", line[end:])
            if closing and line.rfind("[", begin, end) >= 0:
                end += closing.end()
            return line[begin:end]
    return sentence
