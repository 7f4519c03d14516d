"""PDF files that say odd things of themselves."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO

import pytest
from reportlab.pdfgen.canvas import Canvas

import parsers
from changes import judge
from parsers import pdf
from records import Article, Block, Page, Past, Source

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


RULES = [
    f"{n}. Authorities that ask for {what} send a request in writing that names the account and the legal basis, and we check every one of them with care."
    for n, what in enumerate(
        ("names", "numbers", "messages", "pictures", "addresses", "payments", "calls", "places"), 1
    )
]


def edition(
    per_page: int, head: str = "Example Guidelines", foot: str = "Example Ltd, confidential", day: str = "1 May 2024"
) -> bytes:
    """Pages of ``per_page`` rules, each with a running head, a foot, a day and the number of the page."""
    written = BytesIO()
    sheet = Canvas(written, invariant=1)
    pages = [RULES[at : at + per_page] for at in range(0, len(RULES), per_page)]
    for number, rules in enumerate(pages, 1):
        sheet.setFont("Helvetica", 7)
        lines = [head, *rules, f"Effective {day}", foot, f"Page {number} of {len(pages)}"]
        for at, line in enumerate(lines):
            sheet.drawString(30, 800 - 40 * at, line)
        sheet.showPage()
    sheet.save()
    return written.getvalue()


def told(body: bytes) -> list[str]:
    return pdf.paragraphs(
        Page("court", "policy", SOURCE.url, SOURCE.url, datetime(2024, 9, 1, tzinfo=UTC), 200, (), body), SOURCE
    )


def test_running_heads_feet_and_numbers_of_pages_are_no_text() -> None:
    found = told(edition(2))
    joined = " ".join(found)
    assert "Page" not in joined
    assert [
        joined.count(line) for line in ("Example Guidelines", "Example Ltd, confidential", "Effective 1 May 2024")
    ] == [1, 1, 1]
    assert all(rule in joined for rule in RULES)


@pytest.mark.parametrize("per_page", [1, 3, 4])
def test_an_edition_broken_into_other_pages_says_the_same(per_page: int) -> None:
    blocks = [tuple(Block("paragraph", line) for line in told(edition(n))) for n in (2, per_page)]
    at = "2024-09-01T00:00:00+00:00"
    assert judge(blocks[1], [Past(at, blocks[0])], at).kind in {"same_text", "cosmetic_noise"}


def test_a_day_that_stands_in_the_foot_only_is_read_and_compared() -> None:
    old, new = (
        tuple(Block("paragraph", line) for line in told(edition(2, day=day))) for day in ("1 May 2024", "1 June 2024")
    )
    found = judge(new, [Past("2024-05-02T00:00:00+00:00", old)], "2024-06-02T00:00:00+00:00")
    assert (found.kind, found.effective.value if found.effective else "") == ("editorial", "2024-06-01")


def test_a_line_that_repeats_inside_the_pages_is_text() -> None:
    assert " ".join(told(edition(4, head="Contents", foot="End"))).count("with care") == len(RULES)
