"""Where the walk over the captures of a document stands: what was seen, what came back, what was given up. Reads no table."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from records import Block

NO_VERSION = "wrong_document_or_error_page"
SINGS = (
    "canary"  # a page that renews a statement that something never happened calls it by this name, in whatever language
)
STAYS = timedelta(days=30)  # an earlier text that comes back for longer is no variant that takes turns


@dataclass(frozen=True, slots=True)
class Rereader:
    """How an archived page reads on another day.

    ``selector``: (source id, ISO day) -> index of the selector in force; ``blocks``: (page id, source id, ISO instant) -> blocks, ()
    if none match; ``upgraded``: (source id, ISO instant) -> whether an imported text was read otherwise from then on.
    """

    selector: Callable[[str, str], int]
    blocks: Callable[[str, str, str], tuple[Block, ...]]
    upgraded: Callable[[str, str], bool]


@dataclass(slots=True)
class State:
    """Where the walk over the captures stands. ``seen`` maps a version to the instant it was last seen, in that order."""

    seen: dict[str, str] = field(default_factory=dict)
    pages: dict[str, tuple[str, str]] = field(default_factory=dict)  # version -> page, instant it was last captured
    previous: sqlite3.Row | None = None
    first_url: str = ""
    texts: dict[str, tuple[Block, ...]] = field(default_factory=dict)  # of the versions in ``seen`` that were read

    kind: str = ""  # of the previous capture, and why
    reason: str = ""
    runs: Counter[str] = field(default_factory=Counter)  # version -> times it came
    arrived: dict[str, str] = field(default_factory=dict)  # version -> kind with which it first came
    left: str = ""  # version that was given up when the document went back to an earlier one
    back_since: str = ""  # since when it has stayed there; "" if it did not go back, or that was told

    @property
    def last_seen(self) -> str:
        """Instant of the capture before; "" at the first."""
        return self.previous["fetched_at"] if self.previous else ""

    def rolled_back(self, capture: sqlite3.Row) -> str:
        """The version that was taken back, if this capture shows that it was: it came once, as news, and has been gone for
        STAYS days. A page that alternates between variants comes back to each.
        """
        if not self.back_since or self.previous is None or capture["version"] != self.previous["version"]:
            return ""
        stayed = datetime.fromisoformat(capture["fetched_at"]) - datetime.fromisoformat(self.back_since)
        news = self.runs[self.left] == 1 and self.arrived.get(self.left) == "substantive"
        return self.left if news and stayed >= STAYS else ""

    def after(self, capture: sqlite3.Row, kind: str, reason: str) -> None:
        """Step past a capture whose kind is known."""
        if self.rolled_back(capture):
            self.back_since = ""
        if self.previous is None or capture["version"] != self.previous["version"]:
            self.runs[capture["version"]] += 1
            self.arrived.setdefault(capture["version"], kind)
            self.left = self.previous["version"] if self.previous and kind == "flapping" else ""
            self.back_since = capture["fetched_at"] if self.left else ""
        self.kind, self.reason = kind, reason
        self.seen.pop(capture["version"], None)
        self.seen[capture["version"]] = capture["fetched_at"]
        self.pages[capture["version"]] = (capture["page"], capture["fetched_at"])
        self.previous = capture
        self.first_url = self.first_url or capture["url"]
