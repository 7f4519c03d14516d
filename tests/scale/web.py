"""A web of lists, reports and policies on loopback for the tests of this room: slow enough to be interrupted, and it counts."""

from __future__ import annotations

import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from records import Selector, Source

REPORTS = 12  # to a list
SENTENCES = (
    "Roskomnadzor blocked Telegram across Russia on 3 September 2024 after the platform did not answer.",
    "Turkey blocked access to Instagram on 2 August 2024 and the regulator BTK gave no reason.",
    "The ministry said it is looking at the rules for messengers and will report in spring.",
)


def report(desk: int, number: int) -> str:
    """A report of four paragraphs, like no other."""
    said = SENTENCES[(desk + number) % 3]
    rest = "".join(f"<p>Paragraph {part} of report {number} of desk {desk}: officials spoke at length about networks, "
                   f"providers, courts and what the law of {1990 + number} allows them to do.</p>" for part in range(3))  # fmt: skip
    return (f"<html lang=en><head><title>Report {desk}-{number}</title></head><body><article><h1>Report {desk}-{number}</h1>"
            f"<time datetime='2024-10-{1 + number:02d}'>then</time><p>{said}</p>{rest}</article></body></html>")  # fmt: skip


def policy(number: int) -> str:
    parts = "".join(f"<h2>Part {part}</h2><p>We may share what part {part} of policy {number} names with authorities that ask "
                    "lawfully, and we tell the person first where the law lets us.</p>" for part in range(6))  # fmt: skip
    return f"<html lang=en><head><title>Policy {number}</title></head><body><main><h1>Policy</h1>{parts}</main></body></html>"


class Web:
    """Serves while the block runs. ``asked`` counts by path; ``times`` are the instants (s) at which pages were asked for."""

    def __init__(self, desks: int, policies: int, slow: float) -> None:
        self.pages = {"/robots.txt": "User-agent: *\nAllow: /\n"}
        for desk in range(desks):
            links = "".join(f"<li><a href='/d{desk}/r{n}'>Report {desk}-{n}</a></li>" for n in range(REPORTS))
            self.pages[f"/d{desk}"] = f"<html><body><ul class=list>{links}</ul></body></html>"
            self.pages |= {f"/d{desk}/r{n}": report(desk, n) for n in range(REPORTS)}
        self.pages |= {f"/policy{n}": policy(n) for n in range(policies)}
        self.desks, self.policies = desks, policies
        self.asked: Counter[str] = Counter()
        self.times: list[float] = []
        web = self

        class Answer(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                """Nothing to say."""

            def do_GET(self) -> None:
                body = web.pages.get(self.path, "").encode()
                web.asked[self.path] += 1
                if self.path != "/robots.txt":
                    web.times.append(time.monotonic())
                    time.sleep(slow)
                self.send_response(200 if body else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.server.daemon_threads = True
        self.base = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self) -> Web:
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def sources(self, delay: float = 0.0) -> list[Source]:
        """A source for every list and every policy."""
        lists = [
            Source(
                f"desk-{n}", f"Desk {n}", f"{self.base}/d{n}", "listing", "news", language="en", delay=delay, follow="article",
                options={"item": "ul.list li", "link": "a"},
            )
            for n in range(self.desks)
        ]  # fmt: skip
        return lists + [
            Source(
                f"policy-{n}", f"Policy {n}", f"{self.base}/policy{n}", "policy", "official", platform=f"Platform {n}",
                document_type="Privacy Policy", selectors=(Selector(("main",)),), delay=delay,
            )
            for n in range(self.policies)
        ]  # fmt: skip
