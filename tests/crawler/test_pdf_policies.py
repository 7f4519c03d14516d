"""Guidelines published as PDF, over real crawls on loopback: two editions, the same edition set anew, and files that cannot be read.

The files are made by reportlab, with its clock held still; their words are the project's own.
"""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from reportlab.lib.pagesizes import A4, LETTER
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate

from crawler import CrawlSettings, crawl
from records import Source
from tests.crawler.web import Answer, served

BEGIN = datetime(2025, 3, 3, 6, tzinfo=UTC)
BEFORE = "We notify the user before we disclose anything, unless a court forbids it."
AFTER = "Where the law requires it, we may notify the user after we have disclosed account data, and in an emergency we do not notify at all."
TOPICS = "subscriber records,message content,connection logs,payment data,device identifiers,location data,preservation requests,emergency requests".split(",")  # fmt: skip


def guidelines(notice: str, size: tuple[float, float] = A4, points: int = 11, locked: str | None = None) -> bytes:
    """Guidelines for authorities of two or three pages."""
    style = getSampleStyleSheet()["BodyText"].clone("b", fontSize=points, leading=1.4 * points)
    told = [
        f"{n}. {topic.capitalize()}. Authorities that ask for {topic} send a request in writing, signed by the officer in charge, that names the account "
        f"and the legal basis. We check every request for {topic} and refuse what is too broad. " * 2
        for n, topic in enumerate(TOPICS, 1)
    ]
    texts = [
        "Law Enforcement Guidelines",
        "How authorities ask for data, and what they get.",
        *told,
        f"Notice to users. {notice}",
    ]
    out = io.BytesIO()
    lock = StandardEncryption(locked, ownerPassword="owner", canPrint=1) if locked is not None else None
    SimpleDocTemplate(out, pagesize=size, invariant=1, encrypt=lock).build([Paragraph(text, style) for text in texts])
    return out.getvalue()


def scan() -> bytes:
    """A page that is a picture, without a text layer."""
    from PIL import Image

    picture, out = io.BytesIO(), io.BytesIO()
    Image.new("L", (400, 600), 200).save(picture, "PNG")
    canvas = Canvas(out, A4, invariant=1)
    canvas.drawImage(ImageReader(picture), 0, 0, *A4)
    canvas.save()
    return out.getvalue()


def many_pages(number: int) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, A4, invariant=1)
    for page in range(number):
        canvas.drawString(72, 720, f"Page {page} of guidelines without end, which go on about requests for data.")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


FIRST = guidelines(BEFORE)
FILES: dict[str, list[bytes]] = {
    "/edition": [FIRST, guidelines(AFTER)],
    "/set-anew": [FIRST, guidelines(BEFORE, LETTER, 9), guidelines(BEFORE, A4, 13)],
    "/owner-locked": [guidelines(BEFORE, locked="")],
    "/scan": [FIRST, scan()],
    "/locked": [FIRST, guidelines(BEFORE, locked="secret")],
    "/broken": [FIRST, FIRST[: len(FIRST) // 2]],
    "/endless": [FIRST, many_pages(1_200)],
    "/page-instead": [FIRST, b"<html><body><h1>Log in</h1><p>Log in to read this file.</p></body></html>"],
}


def sources(base: str) -> list[Source]:
    return [
        Source(f"pdf-{path[1:]}", path[1:], base + path, "policy", "official", platform="Signal", document_type="Law Enforcement Guidelines",
               part=path[1:], delay=0.0)
        for path in FILES
    ]  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("pdf")
    at = [0]

    def file(path: str) -> Callable[[BaseHTTPRequestHandler], Answer]:
        def said(request: BaseHTTPRequestHandler) -> Answer:
            body = FILES[path][min(at[0], len(FILES[path]) - 1)]
            kind = "text/html" if body.startswith(b"<html") else "application/pdf"
            return 200, {"Content-Type": kind}, body

        return said

    with served({path: file(path) for path in FILES}) as web:
        for number in range(3):
            at[0] = number
            settings = CrawlSettings.for_loopback(web.base, BEGIN + timedelta(days=number))
            crawl(
                sources(web.base),
                folder / "archive.db",
                folder / "tracker.db",
                run=f"round {number}",
                settings=settings,
            )
        yield folder


def asked(home: Path, sql: str, *values: str) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(home / "tracker.db")) as db:
        return db.execute(sql, values).fetchall()


def test_a_new_edition_is_one_update_with_its_sentence_and_its_words(home: Path) -> None:
    found = asked(
        home, "select class, key_sentence_old, key_sentence_new, topics, id from updates where part = 'edition'"
    )
    ((kind, old, new, topics, update),) = found
    assert kind == "substantive" and "law_enforcement_disclosure" in topics
    assert "We notify the user before" in old and "in an emergency we do not notify" in new
    ((diff,),) = asked(home, 'select diff from diffs where "update" = ?', update)
    assert '"ins"' in diff and '"del"' in diff and "subscriber records" not in diff


@pytest.mark.parametrize("part", ["set-anew", "owner-locked"])
def test_the_same_words_set_anew_or_locked_against_printing_are_no_change(home: Path, part: str) -> None:
    assert {kind for (kind,) in asked(home, "select kind from captures where part = ?", part)} <= {
        "first",
        "same_text",
        "same_bytes",
    }
    ((text,),) = asked(
        home, "select v.text from versions v join documents d on d.current = v.id where d.part = ?", part
    )
    assert BEFORE in " ".join(text.split()) and "location data" in text


@pytest.mark.parametrize(
    ("part", "cause"),
    [("scan", "no-text"), ("locked", "unreadable-pdf"), ("broken", "unreadable-pdf"), ("endless", "too-large")],
)
def test_what_cannot_be_read_is_an_issue_by_name_and_no_change(home: Path, part: str, cause: str) -> None:
    found = asked(home, "select cause, state from issues where source = ?", f"pdf-{part}")
    assert found == [(cause, "open")]
    assert asked(home, "select 1 from updates where part = ?", part) == []
    assert asked(home, "select versions, state from documents where part = ?", part) == [(1, "followed")]


def test_a_page_in_place_of_the_file_is_not_the_document(home: Path) -> None:
    assert (
        asked(home, "select kind from captures where part = 'page-instead' order by fetched_at")[1:]
        == [("wrong_document_or_error_page",)] * 2
    )
