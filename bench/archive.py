"""A seed and a number -> a web archive (WARC) of generated reports, the same for the same arguments.

usage: archive.py FILE.warc.gz PAGES [SEED]
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from io import BytesIO
from itertools import product
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
PLACES = ("Russia", "Turkey", "India", "Pakistan", "Brazil", "Iran", "Vietnam", "Kenya", "Nepal", "Ethiopia")
PLATFORMS = ("Telegram", "WhatsApp", "TikTok", "Signal", "Instagram", "YouTube", "Discord", "Viber")
DEEDS = (
    "blocked {0} across {1} on {2}",
    "fined {0} on {2} in {1}",
    "banned {0} on official devices in {1} on {2}",
    "said it was looking at {0} in {1}, where talks went on until {2}",
)
PLAIN = (
    "officials ministry providers networks users court order access notice appeal rule company statement lawyers parliament committee security "
    "public data traffic deadline spokesperson operators regulator letter measure week process report members review region service"
).split()  # fmt: skip
# with a few dozen words alone, strangers would share whole runs of them, as no two real reports do
WORDS = PLAIN + ["".join(pair) for pair in product("ba co de fi gu le mo na pi ro su te vi za".split(), repeat=3)]


def report(
    number: int, seed: int, at: datetime | None = None, platforms: Sequence[str] = PLATFORMS, places: Sequence[str] = PLACES
) -> tuple[str, datetime, str]:  # fmt: skip
    """Address, instant and HTML of one report of about 6 KB; ``at``: None for one every five minutes."""
    chance = random.Random(f"{seed} {number}")
    at = at or BEGIN + timedelta(minutes=5 * number)
    deed = chance.choice(DEEDS).format(chance.choice(platforms), chance.choice(places), f"{at:%d %B %Y}")
    paragraphs = [f"The government {deed}."] + [
        " ".join(chance.choices(WORDS, k=14)).capitalize()
        + ". "
        + " ".join(chance.choices(WORDS, k=18)).capitalize()
        + "."
        for _ in range(12)
    ]
    nav = "".join(f"<li><a href='/s{n}'>{chance.choice(WORDS)}</a></li>" for n in range(40))
    body = "".join(f"<p>{text}</p>" for text in paragraphs)
    page = (f"<!doctype html><html lang=en><head><title>Report {number}</title></head><body><nav><ul>{nav}</ul></nav><article><h1>Report {number}: {chance.choice(platforms)}</h1>"
            f"<time datetime='{at:%Y-%m-%d}'>{at:%d %B %Y}</time>{body}</article><footer>about us, contact, legal</footer></body></html>")  # fmt: skip
    return f"https://desk{number % 50}.example/{at:%Y/%m}/report-{number}", at, page


def write(path: Path, count: int, seed: int = 1) -> None:
    """``count`` responses, each in a gzip member of its own."""
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for url, at, page in reports(count, seed):
            headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
            said = {"WARC-Date": f"{at:%Y-%m-%dT%H:%M:%SZ}"}
            writer.write_record(writer.create_warc_record(
                url, "response", payload=BytesIO(page.encode()), http_headers=headers, warc_headers_dict=said,
            ))  # fmt: skip


def reports(count: int, seed: int) -> Iterator[tuple[str, datetime, str]]:
    return (report(number, seed) for number in range(count))


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 1)
