"""How much hypothesis draws: the same examples in every run, so that a run says of a change alone; ``BANWATCH_DRAW=100`` draws a hundred
times as many, and others each time. What such a run finds is kept as a test of its own."""

from __future__ import annotations

import os
from typing import Any

from hypothesis import settings

TIMES = int(os.environ.get("BANWATCH_DRAW", "0"))
settings.register_profile("banwatch", derandomize=not TIMES, deadline=None, print_blob=True)
settings.load_profile("banwatch")


def drawn(examples: int, **more: Any) -> settings:
    """Settings of a test that draws so many examples in every run."""
    return settings(max_examples=examples * max(1, TIMES), **more)
