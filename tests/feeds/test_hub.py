"""WebSub: a feed names its hub in itself and in its header, and the hub hears of each feed that changed, once."""

from __future__ import annotations

import http.server
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from click.testing import CliRunner

from banwatch import main
from feeds import hub
from feeds.addresses import Site
from feeds.notice import NotTold
from tests.feeds.conftest import Ask

BASE = "https://banwatch.example"


class Hub:
    """A hub on loopback: what it was told, and how it answers."""

    def __init__(self) -> None:
        self.told: list[list[str]] = []
        self.status = 204
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                pairs = parse_qsl(self.rfile.read(int(self.headers["content-length"])).decode())
                assert ("hub.mode", "publish") in pairs
                if outer.status == 204:
                    outer.told.append([value for name, value in pairs if name == "hub.url"])
                self.send_response(outer.status)
                self.send_header("location", "http://127.0.0.1:9/elsewhere")
                self.end_headers()

            def log_message(self, *args: object) -> None: ...

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/"

    def paths(self) -> set[str]:
        found = {address.removeprefix(f"{BASE}/feeds/") for word in self.told for address in word}
        self.told.clear()
        return found


@pytest.fixture
def loopback() -> Iterator[Hub]:
    found = Hub()
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture
def copy(tracker: Path, tmp_path: Path) -> Path:
    with closing(sqlite3.connect(tracker)) as db:
        db.execute("vacuum into ?", (str(tmp_path / "tracker.db"),))
    return tmp_path / "tracker.db"


def write(path: Path, sql: str) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute(sql)
        db.commit()


def test_the_hub_hears_of_what_changed_and_of_nothing_else(copy: Path, tmp_path: Path, loopback: Hub) -> None:
    site, state = Site(base=BASE, hub=loopback.url), tmp_path / hub.STATE
    assert hub.tell(copy, state, site) == sum(len(word) for word in loopback.told) > 100
    assert max(map(len, loopback.told)) <= hub.MOST
    assert {
        "all.atom",
        "all.json",
        "platform/telegram.rss",
        "jurisdiction/UA.atom",
        "authority/ua-nccc.json",
    } <= loopback.paths()
    assert (hub.tell(copy, state, site), loopback.told) == (0, [])
    of = "jurisdiction = 'UA' and kind = 'device_ban'"
    write(copy, f"update development set updated_at = '2031-01-01T00:00:00+00:00', title = 'Corrected' where {of}")
    hub.tell(copy, state, site)
    told = loopback.paths()
    assert {path.rpartition(".")[0] for path in told} == {
        "all", "actions", "jurisdiction/UA", "platform/telegram", "kind/device_ban", "authority/ua-nccc"
    }  # fmt: skip


SOME = [
    "all.atom", "actions.json", "kind/device_ban.rss", "platform/telegram.atom", "maintainers.atom", "all.atom?side=government",
    "actions.atom?kind=device_ban&platform=telegram",
]  # fmt: skip


def test_a_feed_names_the_hub_where_the_hub_hears_of_it(
    copy: Path, tmp_path: Path, loopback: Hub, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.tell(copy, tmp_path / hub.STATE, Site(base=BASE, hub=loopback.url))
    told = loopback.paths()
    monkeypatch.setenv("BANWATCH_HUB", loopback.url)
    answers = {one: ask(*f"/{one}".split("?")) for one in SOME}
    assert {answer.status for answer in answers.values()} == {200}
    in_body = {address for address, answer in answers.items() if loopback.url.encode() in answer.body}
    in_header = {address for address, answer in answers.items() if loopback.url in answer.headers["link"]}
    assert in_body == in_header == told & set(SOME) == set(SOME[:4])


@pytest.mark.parametrize("status", [500, 302])
def test_what_the_hub_did_not_take_it_hears_the_next_time(
    copy: Path, tmp_path: Path, loopback: Hub, status: int
) -> None:
    site, state = Site(base=BASE, hub=loopback.url), tmp_path / hub.STATE
    loopback.status = status
    with pytest.raises(NotTold, match="hub"):
        hub.tell(copy, state, site)
    loopback.status = 204
    assert hub.tell(copy, state, site) > 0 and "all.atom" in loopback.paths()


def test_a_build_tells_the_hub_once_it_is_done(
    copy: Path, tmp_path: Path, loopback: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BANWATCH_HUB", loopback.url)
    command = ["--home", str(tmp_path), "feed", "build", "--base-url", BASE]
    assert CliRunner().invoke(main, [*command, "--no-ping"]).exit_code == 0 and loopback.told == []
    built = CliRunner().invoke(main, command)
    assert built.exit_code == 0 and "told to the hub" in built.output and "all.atom" in loopback.paths()
    loopback.status = 500
    write(copy, "delete from development where jurisdiction = 'UA'")
    failed = CliRunner().invoke(main, command)
    assert failed.exit_code == 0 and "could not tell the hub" in failed.output
    loopback.status = 204
    again = CliRunner().invoke(main, ["--home", str(tmp_path), "feed", "ping", "--base-url", BASE])
    assert again.exit_code == 0 and "jurisdiction/UA.atom" not in loopback.paths() and again.output


def test_a_feed_names_its_hub_in_itself_and_in_its_header(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BANWATCH_HUB", "https://hub.example/")
    monkeypatch.setenv("BANWATCH_BASE_URL", BASE)
    want = f'<{BASE}/feeds/platform/telegram.atom>; rel="self", <https://hub.example/>; rel="hub"'
    found = ask("/all.atom", "platform=Telegram")
    assert found.headers["link"] == want and b'href="https://hub.example/" rel="hub"' in found.body
    assert ask("/platform/telegram.atom", if_none_match=found.headers["etag"]).headers["link"] == want
    assert "link" not in ask("/feeds.opml").headers
