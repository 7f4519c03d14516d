"""Health of sources -> one digest a day by mail and webhook, and only where a state changed since the last one that went out.

What was told is remembered in a file of its own beside the databases, so that a rebuild of tracker.db tells nothing twice.
A source that breaks and mends again between two digests is no news. Reads the database and writes only that file.
"""

from __future__ import annotations

import json
import os
import smtplib
import sqlite3
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from email.message import EmailMessage
from http.client import HTTPMessage
from pathlib import Path
from typing import IO, Any
from urllib.parse import unquote, urlsplit

from errors import BadConfiguration

STATE = "notified.json"
PATIENCE = 20.0  # seconds
GROUPS = {"failing": "broken", "blocked": "blocked", "retired": "retired"}  # every other state is well
MOST = 100  # changes told one by one

Mark = dict[str, Any]


class NotTold(Exception):
    """A way did not work; what it should have told is told the next time."""


@dataclass(frozen=True, slots=True)
class Ways:
    """How maintainers are reached; "" where a way is not used."""

    mail_to: str = ""
    mail_from: str = ""
    smtp: str = ""  # smtp://user:password@host:587 (STARTTLS where the server offers it) or smtps://
    webhook: str = ""

    def __post_init__(self) -> None:
        """Raises BadConfiguration for an address of a mail server that is none."""
        if self.smtp and not _is_server(self.smtp):
            raise BadConfiguration("BANWATCH_SMTP must be smtp://host:port or smtps://host:port")

    def __bool__(self) -> bool:
        return bool(self.webhook or (self.mail_to and self.smtp))

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Ways:
        """BANWATCH_MAIL_TO, BANWATCH_MAIL_FROM, BANWATCH_SMTP, BANWATCH_WEBHOOK."""
        to = environment.get("BANWATCH_MAIL_TO", "")
        return cls(
            to,
            environment.get("BANWATCH_MAIL_FROM", "") or to,
            environment.get("BANWATCH_SMTP", ""),
            environment.get("BANWATCH_WEBHOOK", ""),
        )


@dataclass(frozen=True, slots=True)
class Turn:
    """A source that is in another state than was last told. ``before`` and ``after``: well, broken, blocked, retired."""

    source: str
    name: str
    before: str
    after: str
    reason: str
    since: str


def notify(tracker: Path, state: Path, ways: Ways, now: str, force: bool = False) -> str:
    """Tell what changed; returns what was done in a line, "" if there was nothing to tell (or a digest went out today).

    ``now`` is an ISO instant. Raises NotTold if a way failed; the others are used all the same.
    """
    rows = _rows(tracker)
    held = _held(state)
    done, failed = [], []
    for way, send in _senders(ways).items():
        mark = held.get(way, {})
        turns = _turns(rows, mark.get("states", {}))
        if not turns or (not force and str(mark.get("sent", ""))[:10] == now[:10]):
            continue
        try:
            send(turns, now)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            failed.append(f"{way}: {type(error).__name__}: {error}")
            continue
        held[way] = {"sent": now, "states": {row["source"]: _group(row["state"]) for row in rows}}
        _write(state, held)
        done.append(f"{len(turns)} changes told by {way}")
    if failed:
        raise NotTold("; ".join(failed))
    return "; ".join(done)


def _rows(tracker: Path) -> list[sqlite3.Row]:
    db = sqlite3.connect(f"file:{tracker}?mode=ro", uri=True, timeout=PATIENCE)
    db.row_factory = sqlite3.Row
    rows = db.execute("select source, name, state, reason, since from source_health order by source").fetchall()
    db.close()
    return rows


def _group(state: str | None) -> str:
    return GROUPS.get(state or "", "well")


def _turns(rows: list[sqlite3.Row], told: Mapping[str, str]) -> list[Turn]:
    """Sources never told of count as well, so that the first digest names what is broken and nothing else."""
    turns = [
        Turn(row["source"], row["name"] or "", told.get(row["source"], "well"), _group(row["state"]), row["reason"] or "", row["since"] or "")
        for row in rows
    ]  # fmt: skip
    return [turn for turn in turns if turn.before != turn.after]


# what is remembered -----------------------------------------------------------------------------------------------------
def _held(state: Path) -> dict[str, Mark]:
    try:
        held = json.loads(state.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return held if isinstance(held, dict) else {}


def _write(state: Path, held: dict[str, Mark]) -> None:
    part = state.with_name(state.name + ".part")
    part.write_text(json.dumps(held, indent=1, sort_keys=True), encoding="utf-8")
    part.replace(state)


# telling ----------------------------------------------------------------------------------------------------------------
def _senders(ways: Ways) -> dict[str, Callable[[list[Turn], str], None]]:
    found: dict[str, Callable[[list[Turn], str], None]] = {}
    if ways.mail_to and ways.smtp:
        found["mail"] = lambda turns, now: _mail(ways, turns)
    if ways.webhook:
        found["webhook"] = lambda turns, now: _post(ways.webhook, turns, now)
    return found


def heading(turns: list[Turn]) -> str:
    """ "Banwatch: 2 sources broken, 1 well again"."""
    counts = {word: sum(turn.after == word for turn in turns) for word in ("broken", "blocked", "retired", "well")}
    said = [
        f"{n} {'source' if n == 1 else 'sources'} {'well again' if w == 'well' else w}" for w, n in counts.items() if n
    ]
    return "Banwatch: " + ", ".join(said)


def digest(turns: list[Turn]) -> str:
    """A line a source, the broken ones first."""
    order = ("broken", "blocked", "retired", "well")
    ranked = sorted(turns, key=lambda turn: (order.index(turn.after), turn.source))
    lines = [_line(turn) for turn in ranked[:MOST]]
    return "\n".join(
        lines + ([f"... and {len(ranked) - MOST} more; see `banwatch health`"] if len(ranked) > MOST else [])
    )


def _line(turn: Turn) -> str:
    since = f" since {turn.since[:16].replace('T', ' ')}" if turn.after in {"broken", "blocked"} and turn.since else ""
    reason = "".join(c if c.isprintable() else " " for c in turn.reason)[:300]
    return f"{turn.source}: {turn.before} -> {turn.after}{since}" + (
        f"\n    {reason}" if reason and turn.after != "well" else ""
    )


def _is_server(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return parts.scheme in {"smtp", "smtps"} and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:  # a port that is no number
        return False


def _mail(ways: Ways, turns: list[Turn]) -> None:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = heading(turns), ways.mail_from, ways.mail_to
    message.set_content(digest(turns) + "\n")
    parts = urlsplit(ways.smtp)
    kind = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
    with kind(parts.hostname or "", parts.port or (465 if parts.scheme == "smtps" else 25), timeout=PATIENCE) as server:
        server.ehlo()
        if parts.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls()
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(message)


class Stays(urllib.request.HTTPRedirectHandler):
    """A webhook is where it was said to be; what it answers leads nowhere else."""

    def redirect_request(self, req: Any, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str) -> None:
        return None


def _post(url: str, turns: list[Turn], now: str) -> None:
    if urlsplit(url).scheme not in {"http", "https"}:
        raise ValueError("BANWATCH_WEBHOOK must be an http or https address")
    text = f"{heading(turns)}\n{digest(turns)}"
    body = {"text": text, "content": text[:1_900], "at": now, "changes": [asdict(turn) for turn in turns]}
    request = urllib.request.Request(
        url,
        json.dumps(body, ensure_ascii=False).encode(),
        {"Content-Type": "application/json", "User-Agent": "Banwatch/0.1"},
    )
    with urllib.request.build_opener(Stays).open(request, timeout=PATIENCE) as answer:
        answer.read(1_000)
