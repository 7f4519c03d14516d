"""Mail and webhook against a real SMTP server and a real HTTP server on loopback: told once, only what changed, a digest a day."""

from __future__ import annotations

import email
import json
import socket
import sqlite3
import threading
from collections.abc import Iterator
from email.message import Message
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from errors import BadConfiguration
from feeds.notice import STATE, NotTold, Ways, notify

DAY = "2026-03-0{}T08:00:00+00:00"


class Mailbox:
    """What an SMTP server took."""

    def __init__(self) -> None:
        self.letters: list[Message] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.letters.append(email.message_from_bytes(envelope.content, policy=email.policy.default))  # type: ignore[attr-defined]
        return "250 OK"


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, str]]:
    box = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, f"smtp://127.0.0.1:{port}"
    controller.stop()


@pytest.fixture
def hook() -> Iterator[tuple[list[dict[str, Any]], str]]:
    taken: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path == "/hook":
                taken.append(json.loads(body))
            self.send_response(200 if self.path == "/hook" else 302)
            self.send_header("Location", "/hook")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield taken, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


class Tracker:
    """A database with nothing but the view that is read."""

    def __init__(self, folder: Path) -> None:
        self.path, self.state = folder / "tracker.db", folder / STATE
        self.db = sqlite3.connect(self.path)
        self.db.execute("create table source_health (source, name, state, reason, since)")
        self.set(cnil="ok", pib="ok", old="waiting")

    def set(self, **states: str) -> None:
        for source, state in states.items():
            self.db.execute("delete from source_health where source = ?", (source,))
            self.db.execute(
                "insert into source_health values (?, ?, ?, ?, ?)",
                (source, source.upper(), state, f"{source}: it said\n{state}", "2026-02-28T06:00:00+00:00"),
            )
        self.db.commit()

    def tell(self, ways: Ways, day: int, force: bool = False) -> str:
        return notify(self.path, self.state, ways, DAY.format(day), force)


@pytest.fixture
def tracker(tmp_path: Path) -> Tracker:
    return Tracker(tmp_path)


def test_a_letter_goes_out_when_a_state_changed_and_once_only(tracker: Tracker, mailbox: tuple[Mailbox, str]) -> None:
    box, smtp = mailbox
    ways = Ways("keeper@example.org", "banwatch@example.org", smtp)
    assert tracker.tell(ways, 1) == "" and not box.letters, "all is well"
    tracker.set(pib="failing")
    assert tracker.tell(ways, 1) == "1 changes told by mail"
    assert tracker.tell(ways, 2) == "", "still broken is no news"
    (letter,) = box.letters
    assert letter["Subject"] == "Banwatch: 1 source broken" and letter["To"] == "keeper@example.org"
    body = letter.get_content()  # type: ignore[attr-defined]
    assert "pib: well -> broken since 2026-02-28 06:00" in body and "it said failing" in body and "cnil" not in body


def test_at_most_one_digest_a_day_and_what_came_and_went_is_no_news(
    tracker: Tracker, mailbox: tuple[Mailbox, str]
) -> None:
    box, smtp = mailbox
    ways = Ways("keeper@example.org", "keeper@example.org", smtp)
    tracker.set(pib="failing")
    tracker.tell(ways, 1)
    tracker.set(cnil="failing", pib="ok")
    assert tracker.tell(ways, 1) == ""
    tracker.set(cnil="ok")
    assert tracker.tell(ways, 2) == "1 changes told by mail"
    assert [letter["Subject"] for letter in box.letters] == [
        "Banwatch: 1 source broken",
        "Banwatch: 1 source well again",
    ]


def test_a_digest_can_be_had_at_once(tracker: Tracker, mailbox: tuple[Mailbox, str]) -> None:
    ways = Ways("keeper@example.org", "keeper@example.org", mailbox[1])
    tracker.set(pib="failing")
    tracker.tell(ways, 1)
    tracker.set(cnil="blocked")
    assert tracker.tell(ways, 1, force=True) and mailbox[0].letters[-1]["Subject"] == "Banwatch: 1 source blocked"


@pytest.mark.parametrize("state", ["degraded", "deferred", "skipped", "waiting", "by hand"])
def test_what_passes_by_itself_is_told_to_nobody(tracker: Tracker, mailbox: tuple[Mailbox, str], state: str) -> None:
    tracker.set(cnil=state)
    assert tracker.tell(Ways("keeper@example.org", "keeper@example.org", mailbox[1]), 1) == ""


def test_a_webhook_takes_text_and_changes(tracker: Tracker, hook: tuple[list[dict[str, Any]], str]) -> None:
    taken, base = hook
    tracker.set(pib="failing", old="retired")
    assert tracker.tell(Ways(webhook=base + "/hook"), 1) == "2 changes told by webhook"
    (body,) = taken
    assert body["text"].startswith("Banwatch: 1 source broken, 1 source retired") and body["content"] == body["text"]
    assert {change["source"]: change["after"] for change in body["changes"]} == {"pib": "broken", "old": "retired"}


def test_a_way_that_fails_tells_it_next_time_and_hinders_no_other(
    tracker: Tracker, mailbox: tuple[Mailbox, str], hook: tuple[list[dict[str, Any]], str]
) -> None:
    box, smtp = mailbox
    taken, base = hook
    tracker.set(pib="failing")
    with pytest.raises(NotTold, match="webhook"):
        tracker.tell(Ways("keeper@example.org", "keeper@example.org", smtp, "http://127.0.0.1:9/hook"), 1)
    assert len(box.letters) == 1
    assert (
        tracker.tell(Ways("keeper@example.org", "keeper@example.org", smtp, base + "/hook"), 1)
        == "1 changes told by webhook"
    )
    assert len(box.letters) == 1 and len(taken) == 1


def test_a_webhook_is_not_followed_elsewhere(tracker: Tracker, hook: tuple[list[dict[str, Any]], str]) -> None:
    taken, base = hook
    tracker.set(pib="failing")
    with pytest.raises(NotTold, match="302"):
        tracker.tell(Ways(webhook=base + "/elsewhere"), 1)
    assert taken == []


def test_a_rebuilt_database_tells_nothing_again(tracker: Tracker, mailbox: tuple[Mailbox, str]) -> None:
    ways = Ways("keeper@example.org", "keeper@example.org", mailbox[1])
    tracker.set(pib="failing")
    tracker.tell(ways, 1)
    tracker.db.close()
    tracker.path.unlink()
    again = Tracker(tracker.path.parent)
    again.set(pib="failing")
    assert again.tell(ways, 2) == ""


def test_an_address_of_another_kind_is_refused(tracker: Tracker) -> None:
    with pytest.raises(BadConfiguration, match="must be"):
        Ways("keeper@example.org", "x@example.org", "gopher://x")
    tracker.set(pib="failing")
    with pytest.raises(NotTold, match="must be"):
        tracker.tell(Ways(webhook="file:///etc/passwd"), 1)
