"""Bytes of an XML document (feed, sitemap) -> element tree. Nothing in it is expanded, fetched or trusted.

An entity that could blow up is refused; every other document type is cut away before reading, so that no entity,
external DTD or XInclude is ever resolved (https://owasp.org/www-community/vulnerabilities/XML_External_Entity_(XXE)_Processing).
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from lxml import etree

from errors import Unreadable
from parsers import markup
from parsers.blocks import decode
from records import Page, Source

DOCTYPE = re.compile(r"<!DOCTYPE[^\[>]*(?:\[(.*?)\]\s*)?>", re.DOTALL | re.IGNORECASE)
ENTITY = re.compile(r"<!ENTITY\s+(?:%\s*)?[^\s>]+\s+(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]+)""")
NAMED = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z][A-Za-z0-9]{0,30};)")
LOOSE = re.compile(r"&(?!(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]*);)")
HALVES = re.compile(
    r"&#(?:[xX]0*[dD][89a-fA-F][0-9a-fA-F]{2}|0*5(?:529[6-9]|5[3-9]\d\d|6\d{3}|7[0-2]\d\d|73[0-3]\d|734[0-3]));"
)
HARMLESS = 64  # characters; a longer entity, or one that holds another, may blow up


@dataclass(frozen=True, slots=True)
class Document:
    """A tree, its text, and where it stops being well-formed ("" if it is)."""

    root: etree._Element
    text: str
    fault: str


def read(page: Page, source: Source) -> Document:
    """The page as a tree; a malformed one is read as far as it goes. Namespaces stay in the names: use ``local``.

    Raises Unreadable: empty, not-text, xml-bomb, too-deep, not-a-feed (no XML at all).
    """
    text = _undeclared(markup.CONTROLS.sub("", decoded(page, source)).lstrip("\ufeff \t\r\n"), page, source)
    text = HALVES.sub(
        "\ufffd", text
    )  # halves of a character: lxml takes them where it mends, and cannot give them back
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True)
    try:
        root = etree.fromstring(text.encode("utf-8"), parser)
    except etree.XMLSyntaxError:
        root = None
    faults = [entry for entry in parser.error_log if entry.level_name in {"ERROR", "FATAL"} and "xmlns" not in entry.message and "Namespace" not in entry.message]  # fmt: skip
    if any("depth" in entry.message for entry in faults):
        raise Unreadable(f"{markup.place(page, source)}: elements nested too deep", "too-deep")
    if root is None:
        raise Unreadable(f"{markup.place(page, source)}: no XML document (starts with {text[:40]!r})", "not-a-feed")
    first = f"line {faults[0].line}, column {faults[0].column}: {faults[0].message}" if faults else ""
    return Document(root, text, first)


def local(element: etree._Element) -> str:
    """Name of an element without its namespace, "" for comments and instructions.

    By hand: lxml refuses to take apart a name whose prefix was never declared (`dc:creator` in a cut feed).
    """
    return element.tag.rpartition("}")[2].rpartition(":")[2] if isinstance(element.tag, str) else ""


def decoded(page: Page, source: Source) -> str:
    """The body as text: byte-order mark, UTF-8 where it fits, the XML declaration, then as any page.

    Servers label feeds UTF-8 whatever they hold, and windows-1251 is never valid UTF-8 by accident.
    """
    if not page.body.strip():
        raise Unreadable(f"{markup.place(page, source)}: the feed is empty ({len(page.body)} bytes)", "empty")
    declared = DECLARED.match(page.body.lstrip()[:400])
    for name in ("utf-8-sig", declared[1].decode("ascii") if declared else ""):
        try:
            if name and name.lower() not in {"utf-7", "utf7"}:
                return page.body.decode(name)
        except (LookupError, UnicodeError):
            continue
    text, _, _ = decode(page.body, page.header("content-type"))
    return text


def _undeclared(text: str, page: Page, source: Source) -> str:
    """Without XML declaration and document type; HTML's named entities written out, loose ampersands escaped."""
    found = DOCTYPE.search(text[:4_000_000])
    values = [a or b for a, b in ENTITY.findall(found[1] or "")] if found else []
    if any(len(value) > HARMLESS or re.search(r"[&%][^#\s;]+;", value) for value in values):
        raise Unreadable(f"{markup.place(page, source)}: entities that expand: refused", "xml-bomb")
    if found:
        text = text[: found.start()] + text[found.end() :]
    text = re.sub(r"\A<\?xml[^>]*\?>", "", text)
    return LOOSE.sub("&amp;", NAMED.sub(_character, text))


def _character(match: re.Match[str]) -> str:
    """The character of an entity of HTML; nothing for an unknown one (an external entity, which nobody fetches)."""
    meant = html.unescape(match[0])
    return meant if meant != match[0] else ""
