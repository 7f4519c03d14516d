"""A site of made-up reports and policies on loopback, and the same as a folder of recorded pages: what the kill tests read."""

from __future__ import annotations

import csv
import json
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from records import Source

DAY = datetime(2025, 3, 3, 6, tzinfo=UTC)
PLACES = ("Ukraine", "Brazil", "France", "India", "Turkey", "Vietnam", "Pakistan", "Nepal")
PLATFORMS = ("Telegram", "TikTok", "WhatsApp", "Signal", "Discord", "X")
LISTS = 3


def article(number: int) -> str:
    place, platform = PLACES[number % len(PLACES)], PLATFORMS[number % len(PLATFORMS)]
    day = f"{number % 28 + 1} March 2025"
    text = (
        f"{place}'s government has banned the use of {platform} on devices of government agencies on {day}, citing national security. "
        f"Report {number} of the desk says the order was signed on {day}."
    )
    return f"<html lang=en><title>Report {number}</title><main><article><h1>{place} bans {platform}</h1><p>{text}</p></article></main></html>"


def policy(number: int, version: int = 0) -> str:
    clauses = "".join(
        f"<h2>{n}. Clause</h2><p>We keep your data for {n + (version if n == number % 9 else 0) + 10} days in case {number} and tell you why.</p>"
        for n in range(12)
    )
    return f"<html lang=en><title>Policy {number}</title><main><h1>Privacy Policy {number}</h1>{clauses}</main></html>"


def listing(number: int, links: int) -> str:
    items = "".join(
        f'<li><a href="/article/{number * links + n}">Report {number * links + n}</a></li>' for n in range(links)
    )
    return f"<html lang=en><title>News {number}</title><main><h1>News</h1><ul>{items}</ul></main></html>"


def sources(base: str, pages: int) -> list[Source]:
    """Sources whose one crawl is ``pages`` pages: LISTS lists with articles behind them, and policies."""
    links = (pages - LISTS) * 4 // 5 // LISTS
    policies = pages - LISTS - links * LISTS
    lists = [
        Source(f"news-{n}", f"News {n}", f"{base}/list/{n}?links={links}", "listing", "news", language="en", follow="article", delay=0.0,
               max_pages=links + 1)
        for n in range(LISTS)
    ]  # fmt: skip
    return lists + [
        Source(f"policy-{n}", f"Policy {n}", f"{base}/policy/{n}", "policy", "official", platform=PLATFORMS[n % len(PLATFORMS)],
               document_type="Privacy Policy", part=f"part {n}", delay=0.0)
        for n in range(policies)
    ]  # fmt: skip


@contextmanager
def served() -> Iterator[str]:
    """The address of the site while the block runs."""
    server = _Server(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that was killed in the middle is no error here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        kind, _, number = path.strip("/").partition("/")
        made = {
            "article": lambda: article(int(number)),
            "policy": lambda: policy(int(number)),
            "list": lambda: listing(int(number), int(query.partition("=")[2])),
        }
        body = made[kind]().encode() if kind in made else b""
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


def repository(folder: Path, documents: int, captures: int) -> Path:
    """A repository as `banwatch import ota` takes it: every document in ``captures`` versions, one commit each."""
    if folder.exists():
        return folder
    subprocess.run(["git", "init", "-q", "-b", "main", str(folder)], check=True)
    history = b"".join(
        _commit(
            f"{PLATFORMS[number % len(PLATFORMS)]}/Policy {number}.md",
            prose(number, capture),
            DAY + timedelta(days=capture, minutes=number),
        )
        for capture in range(captures)
        for number in range(documents)
    )
    subprocess.run(["git", "-C", str(folder), "fast-import", "--quiet"], input=history, check=True)
    return folder


def _commit(path: str, text: str, at: datetime) -> bytes:
    """One commit as git fast-import reads it; git itself goes on from the one before."""
    body, said = text.encode(), f"Record new changes of {path}".encode()
    head = f"commit refs/heads/main\ncommitter t <t@e.example> {int(at.timestamp())} +0000\ndata {len(said)}\n".encode()
    return head + said + f'\nM 100644 inline "{path}"\ndata {len(body)}\n'.encode() + body + b"\n"


def prose(number: int, version: int) -> str:
    """The text of a policy as Markdown; one clause says another number in each version."""
    clauses = (
        f"## {n}. Clause\n\nWe keep your data for {n + (version if n == number % 9 else 0) + 10} days in case {number} and tell you why."
        for n in range(12)
    )
    return f"# Privacy Policy {number}\n\n" + "\n\n".join(clauses) + "\n"


def sheet(path: Path, rows: int) -> Path:
    """A table as `banwatch import stop` takes it: ``rows`` shutdowns."""
    columns = (
        "start_date",
        "end_date",
        "country",
        "geo_scope",
        "shutdown_type",
        "info_source_link",
        *(f"{app}_affected" for app in ("telegram", "whatsapp", "twitter")),
    )
    apps = (("Yes", "", ""), ("", "Yes", ""), ("", "", "Yes"), ("Yes", "Yes", ""))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for number in range(rows):
            begun = DAY + timedelta(days=number)
            days = (f"{day.month}/{day.day}/{day.year}" for day in (begun, begun + timedelta(days=number % 5)))
            writer.writerow(
                (
                    *days,
                    PLACES[number % len(PLACES)],
                    "It affected locations in more than one state, province, or region",
                    "Shutdown",
                    f"https://news.example/{number}",
                    *apps[number % len(apps)],
                )
            )
    return path


def recorded(folder: Path, documents: int, captures: int) -> Path:
    """A folder as `banwatch crawl --replay` takes it: every document in ``captures`` captures, some of them unchanged."""
    folder.mkdir(parents=True)
    rows = []
    for number in range(documents):
        for capture in range(captures):
            name = f"{number}-{capture}.html"
            (folder / name).write_text(policy(number, capture // 2), encoding="utf-8")
            rows.append({
                "service": PLATFORMS[number % len(PLATFORMS)], "document": f"Policy {number}", "url": f"https://p.example/{number}",
                "fetched_at": (DAY + timedelta(days=capture, minutes=number)).isoformat(), "path": name,
            })  # fmt: skip
    (folder / "manifest.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return folder
