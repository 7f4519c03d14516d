"""PDF files that say odd things of themselves."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO

from reportlab.pdfgen.canvas import Canvas

import parsers
from records import Article, Page, Source

SOURCE = Source("court", "A court", "https://court.example/p.pdf", "pdf", "authority")


def test_half_a_character_in_the_title_gives_way_to_the_first_line() -> None:
    written = BytesIO()
    sheet = Canvas(written, pageCompression=0)
    sheet.setTitle("A title of its own")
    sheet.drawString(72, 700, "The court of the capital decided on the appeal today.")
    sheet.save()
    whole = written.getvalue()
    broken = whole.replace(b"(A title of its own)", b"<FEFFD800>")
    assert whole != broken
    assert _title(whole) == "A title of its own"
    assert _title(broken) == "The court of the capital decided on the appeal today."


def _title(body: bytes) -> str:
    page = Page("court", "pdf", SOURCE.url, SOURCE.url, datetime(2024, 9, 1, tzinfo=UTC), 200, (), body)
    (article,) = parsers.read(page, SOURCE)
    assert isinstance(article, Article)
    return article.title
