"""Instants at which something is due -> waiting for them, and ending at once when asked to."""

from __future__ import annotations

import signal
import threading
from datetime import UTC, datetime
from types import FrameType, TracebackType

SHORTEST, LONGEST = 10.0, 900.0  # seconds between two looks at what is due


class Stop:
    """SIGINT and SIGTERM end the waiting; during a crawl they reach the crawl, which ends after the pages in flight."""

    def __init__(self) -> None:
        self._asked = threading.Event()
        self._before: dict[int, object] = {}

    def __enter__(self) -> Stop:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._ask)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self._asked.set()

    @property
    def asked(self) -> bool:
        return self._asked.is_set()

    def wait(self, until: str) -> None:
        """Wait until an ISO instant ("" = the longest), no longer than LONGEST, or until asked to end."""
        self._asked.wait(pause(until, datetime.now(UTC)))


def pause(until: str, now: datetime) -> float:
    """Seconds to wait, within SHORTEST and LONGEST: the registry may change meanwhile."""
    if not until:
        return LONGEST
    return min(max((datetime.fromisoformat(until) - now).total_seconds(), SHORTEST), LONGEST)
