"""The main job, end to end: a real crawl of the sample web over HTTP, a real Datasette process, feeds in a real parser."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import feedparser
import pytest

BANWATCH = [sys.executable, "-c", "from banwatch import main; main()"]
ENV = os.environ | {"PYTHONUNBUFFERED": "1"}


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """(address of the served demo, its home folder)."""
    home = tmp_path_factory.mktemp("demo")
    process = subprocess.Popen(
        [*BANWATCH, "--home", str(home), "demo", "--port", "8941"],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=ENV,
    )
    base = _address(process)
    yield base, home / "demo"
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=20) == 0


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stderr
    said = []
    for line in process.stderr:
        said.append(line)
        if match := re.search(r"Datasette:\s+(http://127\.0\.0\.1:\d+)/", line):
            _await(match[1])
            return match[1]
    pytest.fail("the demo did not serve:\n" + "".join(said))


def _await(base: str) -> None:
    for _ in range(150):
        try:
            urllib.request.urlopen(base + "/-/versions.json", timeout=5).read()
            return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"nothing answers at {base}")


def get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=20) as answer:
        data: bytes = answer.read()
        return data


def rows(demo: tuple[str, Path], view: str, **where: str) -> list[dict[str, Any]]:
    query = "&".join(["_shape=array", "_size=max", *(f"{k}={v}" for k, v in where.items())])
    found: list[dict[str, Any]] = json.loads(get(f"{demo[0]}/tracker/{view}.json?{query}"))
    return found


def test_the_policy_change_is_served_with_its_key_sentences(demo: tuple[str, Path]) -> None:
    (update,) = rows(demo, "updates", platform="Telegram", kind="policy_law_enforcement_disclosure")
    assert update["direction"] == "widened" and update["class"] == "substantive"
    assert "terror" in update["key_sentence_old"] and "judicial" in update["key_sentence_new"]
    (dated,) = [
        r for r in rows(demo, "timeline", kind="policy_law_enforcement_disclosure") if r["change"] == update["id"]
    ]
    assert (dated["happened_on"], dated["side"]) == ("2024-09-23", "platform")


@pytest.mark.parametrize(("kind", "jurisdiction"), [("arrest", "FR"), ("investigation", "FR"), ("device_ban", "UA")])
def test_the_government_actions_are_served_with_proof(demo: tuple[str, Path], kind: str, jurisdiction: str) -> None:
    found = [a for a in rows(demo, "actions", kind=kind, jurisdiction=jurisdiction) if "Telegram" in a["platforms"]]
    assert len(found) == 1, f"one {kind}, one action: {[a['title'] for a in found]}"
    quotes = rows(demo, "quotes", action=found[0]["id"])
    db = sqlite3.connect(demo[1] / "tracker.db")
    assert len(quotes) == found[0]["claims"] >= 1
    assert any(not quote["basis"] for quote in quotes), "a page of the sample tells it"
    for quote in quotes:
        if quote["basis"]:  # an entry of the register: it has no page, so it quotes nothing, and says what it cites
            assert quote["quote"] == "" and quote["page"] is None and quote["note"]
            continue
        (text,) = db.execute("select text from article where id = ?", (quote["article"],)).fetchone()
        assert text[quote["start"] : quote["end"]] == quote["quote"]
        assert db.execute(
            "select 1 from sighting s join page p on p.id = s.page where p.id = ?", (quote["page"],)
        ).fetchone()


def test_the_ukrainian_ban_says_who_for_whom_and_why(demo: tuple[str, Path]) -> None:
    (ban,) = rows(demo, "actions", kind="device_ban", jurisdiction="UA")
    assert "NCCC" in ban["authority"] or "nccc" in ban["authority_id"]
    assert {"government", "military", "critical_infrastructure"} <= set(json.loads(ban["scopes"]))
    assert "national_security" in json.loads(ban["reason"])
    assert ban["claims"] >= 3, "however many pages tell it"


def test_both_sides_stand_in_one_timeline(demo: tuple[str, Path]) -> None:
    assert {r["side"] for r in rows(demo, "timeline")} == {"government", "platform"}


def test_a_link_that_a_source_states_is_kept_apart_from_proposed_ones(demo: tuple[str, Path]) -> None:
    assert {"stated", "proposed"} <= {r["basis"] for r in rows(demo, "links")}


def test_what_is_no_news_makes_no_action(demo: tuple[str, Path]) -> None:
    text = " ".join(r["quote"].lower() for r in rows(demo, "quotes"))
    assert "calls for" not in text and "called for a ban" not in text


def test_feeds_hold_the_same_facts(demo: tuple[str, Path]) -> None:
    for form in ("rss", "atom"):
        feed = feedparser.parse(get(f"{demo[0]}/feeds/all.{form}"))
        assert not feed.bozo
        titles = [entry.title for entry in feed.entries]
        assert any("Ukraine" in t and "Telegram" in t for t in titles), titles
        assert any(t.startswith("Telegram: Privacy Policy") for t in titles), titles
        assert len({entry.id for entry in feed.entries}) == len(feed.entries)
    static = {p.name for p in (demo[1] / "feeds").rglob("*") if p.is_file()}
    assert {"all.rss", "all.atom", "all.json"} <= static


def test_sources_that_are_broken_on_purpose_are_seen(demo: tuple[str, Path]) -> None:
    found = subprocess.run(
        [*BANWATCH, "--home", str(demo[1]), "health", "--json"], capture_output=True, text=True, env=ENV
    )
    assert found.returncode == 5
    causes = {issue["cause"] for issue in json.loads(found.stdout)["issues"]}
    assert "selector-empty" in causes and causes & {"http-503", "rate-limited"}


def test_no_difference_that_is_noise_is_an_update(demo: tuple[str, Path]) -> None:
    kinds = {r["kind"] for r in rows(demo, "captures")}
    assert {
        "first",
        "same_bytes",
        "cosmetic_noise",
        "editorial",
        "flapping",
        "wrong_document_or_error_page",
        "substantive",
    } <= kinds
    assert {r["class"] for r in rows(demo, "updates")} == {"substantive", "editorial"}


def test_a_taken_port_is_passed_over_and_said(demo: tuple[str, Path]) -> None:
    port = demo[0].rsplit(":", 1)[1]
    process = subprocess.Popen(
        [*BANWATCH, "--home", str(demo[1]), "serve", "--port", port], stderr=subprocess.PIPE, text=True, env=ENV
    )
    assert process.stderr
    assert "is taken" in process.stderr.readline()
    assert not _address(process).endswith(port)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=20) == 0


def test_a_page_that_did_not_change_is_asked_for_by_its_validators(demo: tuple[str, Path]) -> None:
    db = sqlite3.connect(demo[1] / "tracker.db")
    (unchanged,) = db.execute("select count(*) from sighting where status = 304 and outcome = 'unchanged'").fetchone()
    assert unchanged > 10
