"""A new capture and the earlier states of its document -> what the difference is. Pure: state comes in as arguments.

Loaded when it is asked for: what makes a fingerprint holds nothing that judges.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from changes.comparable import fingerprint
    from changes.history import taken_back
    from changes.identity import is_first
    from changes.verdict import LONG, judge

__all__ = ["LONG", "fingerprint", "is_first", "judge", "taken_back"]
PLACES = {
    "LONG": "verdict",
    "fingerprint": "comparable",
    "is_first": "identity",
    "judge": "verdict",
    "taken_back": "history",
}


def __getattr__(name: str) -> Any:
    if name not in PLACES:
        raise AttributeError(name)
    found = getattr(import_module(f"changes.{PLACES[name]}"), name)
    globals()[name] = found
    return found
