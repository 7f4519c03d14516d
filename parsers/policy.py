"""Page of a policy document -> PolicyText. HTML, PDF or plain text; where the text stands may differ from day to day."""

from __future__ import annotations

import re

from errors import PageChanged
from parsers import language, markup, pdf
from parsers.blocks import blocks, valid
from records import Block, Page, PolicyText, Record, Source

TITLE = re.compile(r"<title[^>]{0,200}>([^<]{1,400})", re.I)
CANONICAL = re.compile(r"<link\b(?=[^>]{0,400}\brel\s*=\s*[\"']?canonical)[^>]{0,400}\bhref\s*=\s*[\"']?([^\"'\s>]{1,2000})", re.I)  # fmt: skip


def read(page: Page, source: Source) -> list[Record]:
    """One PolicyText: the blocks that the selectors of the page's day give, or the page less what stands around it.

    Raises PageChanged (selector-empty) if none of the day's selectors match, Unreadable for what is no text. Whether the
    text is the document at all (and no consent wall or error page) is judged later, beside its earlier texts.
    """
    if b"%PDF-" in page.body[:1_024]:
        return [_record(page, source, _of_pdf(page, source), "", "", 0)]
    text, encoding, replaced = markup.text(page, source)
    if _is_plain(page, text):
        return [_record(page, source, _of_plain(text), "", encoding, replaced)]
    selectors = valid(source.selectors, page.fetched_at.date().isoformat())
    found = blocks(text, selectors, page.url)
    if not found and source.selectors:
        tried = ", ".join(css for selector in selectors for css in selector.select) or "none is valid on that day"
        raise PageChanged(
            f"{source.id}: {page.url}: the selectors ({tried}) give no text; look at the page and add a [[source.selector]] "
            f'with since = "{page.fetched_at.date().isoformat()}"',
            "selector-empty",
        )
    title = TITLE.search(text[:200_000])
    return [_record(page, source, found, " ".join(markup.prose(title[1]).split()) if title else "", encoding, replaced)]


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


def _is_plain(page: Page, text: str) -> bool:
    kind = page.header("content-type").partition(";")[0].strip().lower()
    return kind in ("text/plain", "text/markdown") and not re.search(r"<(?:html|body|p|div|h1)\b", text[:20_000], re.I)


def _of_plain(text: str) -> tuple[Block, ...]:
    """Paragraphs are parted by empty lines; a short line without a full stop above another is a heading."""
    parts = [" ".join(part.split()) for part in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n"))]
    return tuple(Block("paragraph", part) for part in parts if part)


def _of_pdf(page: Page, source: Source) -> tuple[Block, ...]:
    return tuple(Block("paragraph", part) for part in pdf.paragraphs(page, source))
