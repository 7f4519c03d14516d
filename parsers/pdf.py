"""PDF of a press release or decision -> Article."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from statistics import quantiles
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from errors import Unreadable
from parsers import dates, language, markup
from records import Article, Page, Record, Source

if TYPE_CHECKING:
    import pypdfium2

MOST = 200  # pages of a report or decision that are read; what it says stands in front
WHOLE = 1_000  # pages of a document that is read whole or not at all
EDGE = 3  # lines at the top and at the foot of a page among which running heads, feet and page numbers stand
SHORTEST = 40  # characters; less is a scan without text
NUMBER = re.compile(r"\d+|\b[ivxlc]+\b")
STAMP = re.compile(r"(?<!\d)(20\d{2})[-_.]?([01]\d)[-_.]?([0-3]\d)(?!\d)")
ENDED = re.compile(r"[.!?…][»”\"')]?\Z")
BULLET = re.compile(r"[-–—•▪◦*]\s|\d{1,2}[.)]\s")
HYPHEN = re.compile(r"[^\W\d_]-\Z")


def read(page: Page, source: Source) -> list[Record]:
    """One Article. Its date is the one in the file's name, else the first written in the text.

    Raises Unreadable: empty, not-a-pdf, unreadable-pdf (damaged or locked), no-text (a scan).
    """
    lines = _lines(page, source)
    text = "\n\n".join(_paragraphs(lines))
    if len(text) < SHORTEST:
        raise Unreadable(
            f"{markup.place(page, source)}: {len(text)} characters of text: a scan needs a reader", "no-text"
        )
    tongue = language.of(text, source.language)
    return [
        Article(
            url=page.url,
            title=_title(page, lines),
            text=text,
            language=tongue,
            published=_stamped(page) or dates.first(text[:3_000], page.fetched_at, tongue),
            outlet=source.publisher or source.name,
        )
    ]


def paragraphs(page: Page, source: Source) -> list[str]:
    """Paragraphs of a PDF document, all of them. Raises Unreadable as ``read`` does, and too-large for more than WHOLE pages."""
    document = _document(page, source)
    pages = len(document)
    document.close()
    if pages > WHOLE:  # a part of it would be compared with a part of the next edition
        raise Unreadable(f"{markup.place(page, source)}: {pages} pages; at most {WHOLE} are read", "too-large")
    found = _paragraphs(_lines(page, source, WHOLE))
    if sum(map(len, found)) < SHORTEST:
        raise Unreadable(f"{markup.place(page, source)}: a scan without text needs a reader", "no-text")
    return found


def _library() -> Any:
    """Loaded with the first PDF: most sources show none."""
    import pypdfium2

    return pypdfium2


def _document(page: Page, source: Source) -> pypdfium2.PdfDocument:
    if not page.body.strip():
        raise Unreadable(f"{markup.place(page, source)}: the PDF is empty ({len(page.body)} bytes)", "empty")
    if b"%PDF-" not in page.body[:1_024]:
        raise Unreadable(f"{markup.place(page, source)}: no PDF (starts with {page.body[:20]!r})", "not-a-pdf")
    library = _library()
    try:
        return library.PdfDocument(page.body)
    except library.PdfiumError as error:
        raise Unreadable(f"{markup.place(page, source)}: the PDF cannot be read: {error}", "unreadable-pdf") from error


def _lines(page: Page, source: Source, most: int = MOST) -> list[str]:
    document = _document(page, source)
    try:
        written = [_written(document[number]) for number in range(min(len(document), most))]
    except _library().PdfiumError as error:
        raise Unreadable(
            f"{markup.place(page, source)}: a page of the PDF cannot be read: {error}", "unreadable-pdf"
        ) from error
    finally:
        document.close()
    return [line for sheet in _without_edges([_clean(text) for text in written]) for line in sheet]


def _clean(text: str) -> list[str]:
    """Lines of one page, without those that are empty at its ends."""
    plain = markup.CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\ufffe", "-"))
    lines = [" ".join(line.split()) for line in plain.strip().split("\n")]
    return lines if any(lines) else []


def _without_edges(sheets: list[list[str]]) -> list[list[str]]:
    """Without running heads and feet: lines at the edges of a page that stand at the same edge of half the pages, whatever their
    numbers. One that is the same letter by letter is kept where it stands first, since a title or a date may stand there only.
    """
    seen = Counter(mark for sheet in sheets for mark in set(_edges(sheet).values()))
    often = {mark for mark, times in seen.items() if times >= max(2, (len(sheets) + 1) // 2)}
    written: dict[tuple[bool, str], set[str]] = defaultdict(set)
    for sheet in sheets:
        for at, mark in _edges(sheet).items():
            written[mark].add(sheet[at])
    once: set[str] = set()
    found: list[list[str]] = []
    for sheet in sheets:
        marks = _edges(sheet)
        kept = [
            line
            for at, line in enumerate(sheet)
            if marks.get(at) not in often or _is_first(line, written[marks[at]], once)
        ]
        found.append(kept)
    return found


def _edges(sheet: list[str]) -> dict[int, tuple[bool, str]]:
    """Index of a line near the top or the foot of a page -> (whether it is at the foot, the line with every number as one sign)."""
    head, foot = range(min(EDGE, len(sheet) // 2)), range(max(len(sheet) - EDGE, (len(sheet) + 1) // 2), len(sheet))
    return {at: (edge is foot, NUMBER.sub("#", sheet[at])) for edge in (head, foot) for at in edge if sheet[at]}


def _is_first(line: str, written: set[str], once: set[str]) -> bool:
    if len(written) > 1 or line in once:
        return False
    once.add(line)
    return True


def _written(sheet: pypdfium2.PdfPage) -> str:
    layer = sheet.get_textpage()
    words = str(layer.get_text_range())
    layer.close()
    sheet.close()
    return words


def _paragraphs(lines: list[str]) -> list[str]:
    """Lines joined where a sentence runs on: a PDF knows lines, no paragraphs.

    A line runs on if it is full and does not end a sentence, or if the next one begins in lower case.
    """
    widths = sorted(len(line) for line in lines if line)
    full = 0.8 * (quantiles(widths, n=10)[-1] if len(widths) > 1 else 0)
    made: list[str] = []
    last = ""
    for line in lines:
        if last and line and not BULLET.match(line) and _runs_on(last, line, full):
            made[-1] = made[-1][:-1] + line if HYPHEN.search(last) and line[0].islower() else f"{made[-1]} {line}"
        elif line:
            made.append(line)
        last = line
    return made


def _runs_on(last: str, line: str, full: float) -> bool:
    if ENDED.search(last):
        return line[0].islower()
    return len(last) >= full or (line[0].islower() and not last.endswith((":", ";")))


def _title(page: Page, lines: list[str]) -> str:
    document = _library().PdfDocument(page.body)
    try:
        stated = document.get_metadata_value("Title")
    except UnicodeDecodeError:  # half a character in the title: then the first line is it
        stated = ""
    finally:
        document.close()
    named = stated if len(stated.split()) > 2 else ""
    return " ".join(named.split()) or next((line for line in lines if len(line.split()) > 2), "")


def _stamped(page: Page) -> str:
    name = unquote(urlsplit(page.url).path).rsplit("/", 1)[-1]
    match = STAMP.search(name)
    return dates.stated(f"{match[1]}-{match[2]}-{match[3]}", page.fetched_at) if match else ""
