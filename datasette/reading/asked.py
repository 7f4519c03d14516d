"""What a ready question is asked with, looked at before it is asked: a day that is none, or an app that nobody knows, would find something
else than was meant, or nothing, and say so to nobody. Pure."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from reading.look import Shown
from reading.names import Names
from reading.rows import Missing
from reading.words import label, words

Arguments = list[tuple[str, str]]


def canonical(names: Names, asked: Arguments) -> Arguments:
    """With apps and places by the names that the tables have. Raises Missing, with the nearest, for a name nobody has; ValueError with
    words for a reader for a day or a number that is none."""
    return [(name, _READ[name](names, value) if value and name in _READ else value) for name, value in asked]


def _day(names: Names, value: str) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise ValueError(f"“{value[:40]}” is no day. Write it as 2024-10-01.") from None


def _number(names: Names, value: str) -> str:
    if not (value.isascii() and value.isdigit() and len(value) < 6):
        raise ValueError(f"“{value[:40]}” is no number of days.")
    return value


def _topic(names: Names, value: str) -> str:
    if value in words()["topic"]:
        return value
    known = {text: topic for topic in words()["topic"] for text in (topic, label(topic, "topic"))}
    raise Missing("topic", value, names.near(value, known))


_READ = {"day": _day, "days": _number, "app": Names.platform, "place": Names.code, "topic": _topic}


def refused(path: str, asked: Arguments, fault: Missing | ValueError) -> Shown:
    """The page that says what is wrong, with the same question asked of what is near."""
    if not isinstance(fault, Missing):
        return Shown("missing.html", "This cannot be asked so", path, {"nearest": []}, str(fault), status=400)
    name = {"platform": "app", "jurisdiction": "place"}.get(fault.kind, fault.kind)
    near = {text: f"{path}?{urlencode(dict(asked) | {name: text})}" for _, text in fault.nearest}
    data = {"kind": fault.kind, "wanted": fault.wanted, "nearest": [(href, text) for text, href in near.items()]}
    return Shown("missing.html", f"No {name} “{fault.wanted[:80]}”", path, data, status=404)
