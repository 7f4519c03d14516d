"""What sites do to those who read them, over HTTP on loopback: an address that leads to another site's front page, a feed of
20,000 items, a list in a sitemap, a site that asks for a pause. One crawl serves them all."""

from __future__ import annotations

import gzip
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler

import brotli
import pytest
import zstandard

from tests.crawler.test_troubles import BAN, Told, article, articles, desk, feed, goes, run
from tests.crawler.web import Answer, served

MANY = 20_000
PACKED = {"gzip": gzip.compress, "br": brotli.compress, "zstd": zstandard.ZstdCompressor().compress}
SITEMAP = '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>{base}/map/telegram-0</loc></url><url><loc>{base}/map/telegram-1</loc></url></urlset>'


def packed(kind: str, text: str) -> object:
    """A page that comes packed by ``kind``, if the client said that it takes that."""

    def answer(request: BaseHTTPRequestHandler) -> Answer:
        assert kind in request.headers["Accept-Encoding"]
        return 200, {"Content-Type": "text/html", "Content-Encoding": kind}, PACKED[kind](text.encode())

    return answer


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Told, dict[str, list[float]]]]:
    """What two crawls left, and when each address was asked for."""
    times: dict[str, list[float]] = {}

    def slow(request: BaseHTTPRequestHandler) -> Answer:
        times.setdefault("slow", []).append(time.monotonic())
        return 200, {"Content-Type": "text/html"}, article("Telegram slow")[1].encode()

    with served({"/": article("Front page of another site")}) as other, served({}) as web:
        place = {name: f"/packed/{name}" for name in PACKED}
        web.pages |= {
            "/far/feed": feed("far", [0, 1]),
            "/far/0": goes(302, other.base + "/"),
            "/far/1": article("Telegram far 1"),
            "/many/feed": feed("many", range(MANY)),
            **articles("many", range(30)),
            "/map/feed": ("application/xml", SITEMAP),
            "/map/telegram-0": article("Telegram map 0"),
            "/map/telegram-1": article("Telegram map 1"),
            "/packed/feed": (
                "application/rss+xml",
                '<rss version="2.0"><channel><title>p</title>'
                + "".join(f"<item><title>Telegram {n}</title><link>{{base}}{p}</link></item>" for n, p in place.items())
                + "</channel></rss>",
            ),
            **{p: packed(n, article(f"Telegram {n}", BAN * 3)[1]) for n, p in place.items()},  # type: ignore[dict-item]
        }
        found = Told(tmp_path_factory.mktemp("bad"))
        gone = desk(
            web,
            "gone",
            parser="policy",
            follow="",
            platform="Telegram",
            document_type="Terms of Service",
            url=f"{web.base}/gone/terms",
        )
        web.pages["/gone/terms"] = goes(302, other.base + "/")
        sources = [
            desk(web, "far"),
            desk(web, "many", max_pages=12),
            desk(web, "map", parser="sitemap"),
            desk(web, "packed"),
            gone,
        ]
        run(found.folder, web, sources, "2026-01-01", allow_hosts=frozenset({web.base[7:], other.base[7:]}))
        found.asked["all"] = list(web.asked)
    with served({"/slow/feed": feed("slow", range(3)), **{f"/slow/{n}": slow for n in range(3)}}) as web:
        run(found.folder, web, [desk(web, "slow", delay=0.6)], "2026-01-02", start_delay=0.1)
    yield found, times


def test_an_address_that_leads_to_another_sites_front_page_is_no_article(
    told: tuple[Told, dict[str, list[float]]],
) -> None:
    found, _ = told
    assert [row["title"] for row in found.rows("select title from article where source = 'far'")] == ["Telegram far 1"]
    (issue,) = found.issues("far").values()
    assert issue["subject"].endswith("/far/0") and issue["cause"] in {"moved-home", "front-page"}


def test_a_document_that_leads_to_another_sites_front_page_is_no_version(
    told: tuple[Told, dict[str, list[float]]],
) -> None:
    found, _ = told
    assert not found.rows("select 1 from version") and found.state("gone")["state"] == "failing"


def test_a_feed_of_20000_items_costs_its_source_its_budget_and_no_more(
    told: tuple[Told, dict[str, list[float]]],
) -> None:
    found, _ = told
    assert len([path for path in found.asked["all"] if path.startswith("/many/")]) == 12
    assert (
        set(found.issues("many")) == {"budget"} and "left for later crawls" in found.issues("many")["budget"]["message"]
    )
    assert (found.state("many")["state"], found.state("many")["items"]) == ("ok", MANY)


def test_what_a_sitemap_lists_is_read(told: tuple[Told, dict[str, list[float]]]) -> None:
    found, _ = told
    assert {row["title"] for row in found.rows("select title from article where source = 'map'")} == {
        "Telegram map 0",
        "Telegram map 1",
    }


def test_pages_come_packed_in_every_way_that_was_offered(told: tuple[Told, dict[str, list[float]]]) -> None:
    found, _ = told
    assert {row["title"] for row in found.rows("select title from article where source = 'packed'")} == {
        f"Telegram {name}" for name in PACKED
    }


def test_a_site_is_asked_no_faster_than_its_source_says(told: tuple[Told, dict[str, list[float]]]) -> None:
    _, times = told
    gaps = [later - sooner for sooner, later in zip(times["slow"], times["slow"][1:], strict=False)]
    assert len(gaps) == 2 and min(gaps) > 0.5, "0.6 s, less what a clock may err"
