"""A real Datasette process with the project's configuration: feeds, questions as feeds, and who may write SQL."""

from __future__ import annotations

import gzip
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import feedparser
import pytest

from errors import BadConfiguration
from feeds.serving import free_port, serve_command
from tests.feeds.rules import faults

ROOT = Path(__file__).parent.parent.parent


def get(url: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    request = urllib.request.Request(url, headers={name.replace("_", "-"): value for name, value in headers.items()})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, {k.lower(): v for k, v in error.headers.items()}, error.read()


def serve(tracker: Path, public: bool) -> tuple[subprocess.Popen[bytes], str]:
    port = free_port("127.0.0.1", 8_970)
    process = subprocess.Popen(
        serve_command(ROOT / "datasette", tracker, "127.0.0.1", port, public), stderr=subprocess.DEVNULL
    )
    base = f"http://127.0.0.1:{port}"
    for _ in range(300):
        try:
            get(f"{base}/-/versions.json")
            return process, base
        except OSError:
            time.sleep(0.2)
    process.terminate()
    pytest.fail("Datasette does not answer")


@pytest.fixture(scope="module", params=[False, True], ids=["loopback", "public"])
def served(request: pytest.FixtureRequest, tracker: Path) -> Iterator[tuple[bool, str]]:
    process, base = serve(tracker, request.param)
    yield request.param, base
    process.send_signal(signal.SIGINT)
    process.wait(timeout=20)


def test_a_feed_is_served_with_its_headers_and_304(served: tuple[bool, str]) -> None:
    url = served[1] + "/feeds/all.atom"
    status, headers, body = get(url)
    assert (status, headers["content-type"], headers["access-control-allow-origin"]) == (
        200,
        "application/atom+xml; charset=utf-8",
        "*",
    )
    assert faults("atom", body) == [] and f'href="{url}"'.encode() in body
    assert get(url, If_None_Match=headers["etag"])[0] == 304
    status, headers, packed = get(url, Accept_Encoding="gzip")
    assert headers["content-encoding"] == "gzip" and gzip.decompress(packed) == body
    assert get(url, If_None_Match=headers["etag"])[0] == 304


def test_a_browser_gets_a_page(served: tuple[bool, str]) -> None:
    status, headers, body = get(served[1] + "/feeds/platform/telegram.rss", Sec_Fetch_Dest="document")
    assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert b"This is a feed" in body and b"<del>" in body


def test_questions_are_feeds(served: tuple[bool, str]) -> None:
    status, _, body = get(served[1] + "/feeds/query/measures_against_app.atom?app=Telegram")
    assert status == 200 and faults("atom", body) == []
    titles = [entry.title for entry in feedparser.parse(body).entries]
    assert "Ukraine: device ban on Telegram" in titles
    assert b"measures_against_app" in get(served[1] + "/feeds")[2]
    status, _, body = get(served[1] + "/feeds/query/measures_against_ap.atom")
    assert status == 404 and b"measures_against_app.atom" in body


def test_every_question_of_the_configuration_makes_a_valid_feed(served: tuple[bool, str]) -> None:
    if served[0]:
        pytest.skip("asked once")
    listed = json.loads(get(served[1] + "/tracker.json")[2])["queries"]
    assert len(listed) > 5
    for query in listed:
        for form in ("atom", "rss", "json"):
            status, _, body = get(f"{served[1]}/feeds/query/{query['name']}.{form}")
            assert status == 200 and faults(form, body) == [], query["name"]


def test_the_list_of_all_feeds_holds_the_questions_and_each_of_them_answers(served: tuple[bool, str]) -> None:
    listed = re.findall(r'xmlUrl="([^"]+)"', get(served[1] + "/feeds/feeds.opml")[2].decode())
    assert {
        f"{served[1]}/feeds/{path}.atom" for path in ("all", "maintainers", "query/fines", "platform/telegram")
    } <= set(listed)
    assert len(listed) == len(set(listed)) and {get(url)[0] for url in listed} == {200}


def test_on_loopback_one_may_write_sql_and_on_a_public_server_nobody(served: tuple[bool, str]) -> None:
    status, _, _ = get(served[1] + "/tracker.json?sql=select+1&_shape=array")
    assert status == (403 if served[0] else 200)


def test_a_taken_port_is_passed_over() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert free_port("127.0.0.1", port) > port


def test_no_port_at_all_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feeds.serving._free", lambda host, port: False)
    with pytest.raises(BadConfiguration, match="no free port"):
        free_port("127.0.0.1", 8_001)


def test_a_build_that_is_killed_leaves_every_file_whole(tracker: Path, tmp_path: Path) -> None:
    code = f"import feeds, pathlib; feeds.build(pathlib.Path({str(tracker)!r}), pathlib.Path({str(tmp_path)!r}))"
    for pause in (0.0, 0.02, 0.05, 0.1, 0.2):
        process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)})
        while process.poll() is None and not (tmp_path / "all.atom").exists():
            time.sleep(0.002)
        time.sleep(pause)
        process.kill()
        process.wait()
        for path in tmp_path.rglob("*"):
            if path.suffix[1:] in {"atom", "rss", "json"} and path.name != "index.json":
                assert faults(path.suffix[1:], path.read_bytes()) == [], path
        for path in tmp_path.glob("all.*"):
            path.unlink()


def test_what_takes_too_long_is_stopped_with_a_clear_word(tracker: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In this process, so that its patience can be shortened: the plugin as Datasette loads it."""
    import asyncio

    from datasette.app import Datasette

    async def asked() -> tuple[int, str]:
        site = Datasette([str(tracker)], plugins_dir=str(ROOT / "datasette" / "plugins"))
        await site.invoke_startup()
        plugin = next(module for module in plugins() if hasattr(module, "PATIENCE") and hasattr(module, "TOO_SLOW"))
        monkeypatch.setattr(plugin, "PATIENCE", 0.001)
        found = await site.client.get("/feeds/all.atom?q=telegram", headers={"host": "127.0.0.1"})
        return found.status_code, found.text

    def plugins() -> list[object]:
        from datasette.plugins import pm

        return list(pm.get_plugins())

    with ThreadPoolExecutor(1) as pool:  # a loop of its own: a browser's may be running in this thread
        status, text = pool.submit(lambda: asyncio.run(asked())).result()
    assert status == 503 and "took too long" in text
