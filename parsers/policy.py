"""Page of a policy document -> PolicyText. HTML, PDF, Markdown or plain text; where the text stands may differ from day to day."""

from __future__ import annotations

import json
import re

from errors import PageChanged, Unreadable
from parsers import language, markdown, markup, parts, pdf
from parsers.blocks import TAGS, blocks, valid
from records import Block, Notice, Page, PolicyText, Record, Source

LARGEST = 4_000_000  # characters of text; the longest policy known has 300,000
SHORT = 600  # characters; on a page with less, what stands in front of a text is named
JSON = re.compile(r"\s*[\[{]")
TITLE = re.compile(r"<title[^>]{0,200}>([^<]{1,400})", re.I)


def read(page: Page, source: Source) -> list[Record]:
    """One PolicyText: the blocks that the selectors of the page's day give, or the page less what stands around it.

    Raises PageChanged (selector-empty) if none of the day's selectors match, Unreadable for what is no text or too much
    (too-large). Whether the text is the document at all (and no consent wall or error page) is judged later, beside its
    earlier texts; a Notice beside a short text says what it looks like.
    """
    if b"%PDF-" in page.body[:1_024]:
        return [_record(page, source, _of_pdf(page, source), "", "", 0)]
    text, encoding, replaced = markup.text(page, source)
    if len(text) > 2 * LARGEST and len(text) - sum(m.end() - m.start() for m in TAGS.finditer(text)) > 2 * LARGEST:
        raise Unreadable(
            f"{markup.place(page, source)}: {len(text):,} characters, hardly any of them tags", "too-large"
        )
    if _is_json(text):
        raise Unreadable(f"{markup.place(page, source)}: JSON where a document was expected", "not-html")
    if _is_plain(page, text):
        found = markdown.blocks(text) if "markdown" in page.header("content-type") else _of_plain(text)
        return [_record(page, source, found, "", encoding, replaced)]
    selectors = valid(source.selectors, page.fetched_at.date().isoformat())
    found = blocks(text, selectors, page.url)
    if not found and source.selectors:
        tried = ", ".join(css for selector in selectors for css in selector.select) or "none is valid on that day"
        raise PageChanged(
            f"{source.id}: {page.url}: the selectors ({tried}) give no text; look at the page and add a [[source.selector]] "
            f'with since = "{page.fetched_at.date().isoformat()}"',
            "selector-empty",
        )
    if not source.selectors:
        found = parts.part(found, source.document_type)
    title = TITLE.search(text[:200_000])
    shown = sum(len(block.text) for block in found)
    if shown > LARGEST:
        raise Unreadable(
            f"{markup.place(page, source)}: {shown:,} characters of text; at most {LARGEST:,} are read", "too-large"
        )
    record = _record(page, source, found, " ".join(markup.prose(title[1]).split()) if title else "", encoding, replaced)
    cause, message = markup.instead(text) if shown < SHORT else ("", "")
    return [record, Notice(cause, f"{markup.place(page, source)}: {message}")] if cause else [record]


def _record(
    page: Page, source: Source, found: tuple[Block, ...], title: str, encoding: str, replaced: int
) -> PolicyText:
    shown = "\n".join(block.text for block in found[:200])
    return PolicyText(
        platform=source.platform,
        document_type=source.document_type,
        blocks=found,
        title=title,
        language=language.found(shown) or source.language,
        part=source.part,
        url=page.url,
        encoding=encoding,
        replaced=replaced,
    )


def _is_json(text: str) -> bool:
    if not JSON.match(text):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _is_plain(page: Page, text: str) -> bool:
    kind = page.header("content-type").partition(";")[0].strip().lower()
    return kind in ("text/plain", "text/markdown") and not re.search(r"<(?:html|body|p|div|h1)\b", text[:20_000], re.I)


def _of_plain(text: str) -> tuple[Block, ...]:
    """Paragraphs are parted by empty lines; a short line without a full stop above another is a heading."""
    parts = [" ".join(part.split()) for part in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n"))]
    return tuple(Block("paragraph", part) for part in parts if part)


def _of_pdf(page: Page, source: Source) -> tuple[Block, ...]:
    try:
        return tuple(Block("paragraph", part) for part in pdf.paragraphs(page, source))
    except Unreadable as error:
        if "html" not in page.header("content-type"):
            raise
        raise Unreadable(f"{error}; the server calls it HTML", "not-html") from error
