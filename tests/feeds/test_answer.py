"""Feeds over HTTP: what is there, what is not, and what it costs to ask again."""

from __future__ import annotations

import html
import re
import sqlite3

import feedparser
import pytest

from feeds.addresses import FORMS
from tests.feeds.conftest import Ask


@pytest.mark.parametrize("form", FORMS)
def test_a_feed_says_what_it_is(ask: Ask, form: str) -> None:
    found = ask(f"/all.{form}")
    assert (found.status, found.headers["content-type"]) == (200, FORMS[form])
    assert found.headers["access-control-allow-origin"] == "*"
    assert "max-age" in found.headers["cache-control"]


@pytest.mark.parametrize("form", FORMS)
def test_what_did_not_change_is_not_sent_again(ask: Ask, form: str) -> None:
    first = ask(f"/all.{form}")
    again = ask(f"/all.{form}", if_none_match=first.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert ask(f"/all.{form}", if_modified_since=first.headers["last-modified"]).status == 304
    assert ask(f"/all.{form}", if_none_match='"other"', if_modified_since=first.headers["last-modified"]).status == 200


def test_an_unknown_host_is_never_repeated(ask: Ask) -> None:
    for host in (
        "evil.example",
        "127.0.0.1@evil.example",
        "127.0.0.1:80/evil.example",
        "localhost.evil.example",
        '"><script>',
    ):
        found = ask("/all.atom", host=host)
        assert b"evil" not in found.body and b"<script" not in found.body
        assert found.status == 200
    assert b"http://localhost:9000/feeds/all.atom" in ask("/all.atom", host="localhost:9000").body


@pytest.mark.parametrize(
    ("path", "query", "near"),
    [
        ("/platform/telegrm.atom", "", "/feeds/platform/telegram.atom"),
        ("/jurisdiction/Ukrane.rss", "", "/feeds/jurisdiction/UA"),
        ("/all.atom", "jurisdiction=Frnce", "/feeds/jurisdiction/FR"),
        ("/kind/device_bann.json", "", "/feeds/kind/device_ban"),
        ("/topic/encrypton.json", "", "/feeds/topic/encryption"),
        ("/authority/ua-ncc.atom", "", "/feeds/authority/ua-nccc"),
        ("/al.atom", "", "/feeds/all.atom"),
        ("/all.atom", "platfrom=telegram", "platform"),
        ("/all.atom", "before=2026-03-02T06:00:00%2B00:00~x", "/feeds/all.atom"),
        ("/actions.atom", "platform=telegram&before=yesterday", "/feeds"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_404_with_the_nearest_names(ask: Ask, path: str, query: str, near: str) -> None:
    found = ask(path, query)
    assert (found.status, found.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert near in found.body.decode()


def test_filters_narrow_and_combine(ask: Ask) -> None:
    def titles(query: str) -> list[str]:
        return [e.title for e in feedparser.parse(ask("/all.atom", query).body).entries]

    assert titles("platform=telegram&jurisdiction=UA") == ["Ukraine: device ban on Telegram announced (NCCC)"]
    both = titles("jurisdiction=UA&jurisdiction=fr&platform=Telegram")
    assert {title.split(":")[0] for title in both} == {"Ukraine", "France"}
    assert titles("q=cybersecurity devices") and titles('q="un(closed AND *') == []


def test_what_has_the_words_in_its_title_and_in_its_quotes_appears_once(ask: Ask) -> None:
    ids = [e.id for e in feedparser.parse(ask("/all.atom", "q=telegram").body).entries]
    assert len(ids) > 3 and len(ids) == len(set(ids))


def test_one_feed_has_one_address_however_it_is_asked_for(ask: Ask) -> None:
    bodies = {
        ask(*where).body
        for where in (("/platform/telegram.atom",), ("/all.atom", "platform=Telegram"), ("/platform/TELEGRAM.atom",))
    }
    assert len(bodies) == 1


@pytest.mark.parametrize("form", FORMS)
def test_an_empty_feed_is_a_feed(ask: Ask, form: str) -> None:
    found = ask(f"/all.{form}", "platform=viber&jurisdiction=BR")
    assert found.status == 200
    if form != "json":
        parsed = feedparser.parse(found.body)
        assert not parsed.bozo and parsed.entries == [] and parsed.feed.title == "Banwatch: Viber; Brazil"


OLDER = {"atom": r'href="[^"]+/feeds([^"]+)" rel="(?:prev-archive|next)"', "rss": r'href="[^"]+/feeds([^"]+)" rel="(?:prev-archive|next)"',
         "json": r'"next_url": "[^"]+/feeds([^"]+)"'}  # fmt: skip
ID = {"atom": r"<entry><id>([^<]+)", "rss": r"<guid[^>]*>([^<]+)", "json": r'\n\{"id": "([^"]+)'}
GOVERNMENT = "side = 'government'"
NARROW = "side=government&platform=telegram&platform=tiktok"
NARROWED = f"""{GOVERNMENT} and (platforms like '%"Telegram"%' or platforms like '%"TikTok"%')"""


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("path", "query", "where"),
    [
        ("/all", "", "1"),
        ("/all", "side=government", GOVERNMENT),
        ("/actions", "", GOVERNMENT),
        ("/all", NARROW, NARROWED),
    ],
)
def test_archives_hold_the_whole_past_once(
    ask: Ask, db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, form: str, path: str, query: str, where: str
) -> None:
    """Of a narrowed feed too, in every form."""
    monkeypatch.setattr("feeds.edition.PAGE", 7)
    ids: list[str] = []
    address, documents = f"{path}.{form}?{query}", 0
    while address:
        body = ask(*html.unescape(address).split("?", 1)).body.decode()
        ids += re.findall(ID[form], body)
        link = re.search(OLDER[form], body)
        address, documents = (link[1] if link else ""), documents + 1
    assert (
        documents > 1
        and len(ids) == len(set(ids)) == db.execute(f"select count(*) from news where {where}").fetchone()[0]
    )
