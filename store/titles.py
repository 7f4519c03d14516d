"""Policy change -> its title: what a person can scan. "Telegram: Privacy Policy changed: disclosure to authorities widened (8.3. Law Enforcement)"."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from pathlib import Path

from records import Change, Hunk

LABELS = Path(__file__).parent.parent / "data" / "reference" / "topics.toml"
NAMELESS = {"other"}  # says nothing in a title
MOST_TOPICS = 2
LONGEST_HEADING = 60  # characters; a longer heading is a sentence


@cache
def _labels() -> dict[str, str]:
    return dict(tomllib.loads(LABELS.read_text(encoding="utf-8")))


def title_of(platform: str, document_type: str, change: Change, first: str = "", stage: str = "changed") -> str:
    """``first`` is the topic that gives the change its kind and is named first; ``stage``: changed, rolled_back, canary_removed."""
    if stage == "canary_removed":
        return f"{platform}: warrant canary gone from {document_type}"
    begin = f"{platform}: {document_type} {stage.replace('_', ' ')}"
    about = _about(change, first)
    where = _heading(change)
    if about:
        return f"{begin}: {about}" + (f" ({where})" if where else "")
    return f"{begin}: {where}" if where else begin


def day(instant: str) -> str:
    """An ISO instant or day as a person writes the day: 23 September 2024."""
    found = date.fromisoformat(instant[:10])
    return f"{found.day} {found:%B %Y}"


def _about(change: Change, first: str) -> str:
    ordered = sorted(change.topics, key=lambda topic: topic != first)
    names = [_labels().get(topic, topic.replace("_", " ")) for topic in ordered if topic not in NAMELESS]
    if change.direction and names:  # the direction is that of what is named first
        return f"{names[0]} {change.direction}"
    return " and ".join(names[:MOST_TOPICS])


def _heading(change: Change) -> str:
    """The heading under which the sentence stands that carries the change."""
    hunk = next((h for h in change.hunks if _holds(h, change.key_new, "del") or _holds(h, change.key_old, "ins")), None)
    return hunk.heading if hunk and len(hunk.heading) <= LONGEST_HEADING else ""


def _holds(hunk: Hunk, sentence: str, without: str) -> bool:
    text = " ".join("".join(span.text for span in hunk.spans if span.op != without).split())
    return bool(sentence) and " ".join(sentence.split()) in text
