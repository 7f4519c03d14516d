"""A new capture and the earlier states of its document -> what the difference is. Pure: state comes in as arguments."""

from __future__ import annotations

from changes.comparable import fingerprint
from changes.history import taken_back
from changes.verdict import LONG, judge

__all__ = ["LONG", "fingerprint", "judge", "taken_back"]
