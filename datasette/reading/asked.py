"""What a ready question is asked with, looked at before it is asked: a day that is none, or an app that nobody knows, would find something
else than was meant, or nothing, and say so to nobody. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from urllib.parse import urlencode

from reading.cells import WORDS
from reading.look import Shown
from reading.names import Names
from reading.rows import Missing
from reading.words import label, words

Arguments = list[tuple[str, str]]
SPOKEN = {"platform": "app", "jurisdiction": "place"}  # as pages and questions call them
FIELDS = ("happened_on", "authority_id", "amount", "scopes", "reason")  # that sources may tell differently


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


def filtered(names: Names, asked: Arguments) -> Arguments:
    """The filters of a table with the values that it holds, where one was given the name that it shows: "Ukraine" for UA, "device ban"
    for device_ban. What has no such name is left as it is."""
    return [(name, _held(names, name.partition("__")[0], value)) for name, value in asked]


def _held(names: Names, column: str, value: str) -> str:
    try:
        if column in {"jurisdiction", "platforms", "platform"}:
            return (names.code if column == "jurisdiction" else names.platform)(value)
    except Missing:
        return value
    table = WORDS.get(column, "")
    known = {label(word, table).casefold(): word for word in words()[table]} if table else {}
    return known.get(value.strip().casefold(), value)


def lacking(needs: Iterable[str], asked: Arguments) -> list[str]:
    """What a question cannot do without and was not given."""
    given = {name for name, value in asked if value.strip()}
    return [name for name in needs if name not in given]


def choices(names: Names, parameter: str) -> list[tuple[str, str]]:
    """What a parameter may be: (value, words), in the order of the words; [] where it is no name."""
    known = {
        "app": [(name, name) for name in names.platforms],
        "place": [(name, name) for code, name in names.used_places().items() if code],
        "topic": [(topic, label(topic, "topic")) for topic in words()["topic"]],
        "field": [(field, label(field, "field")) for field in FIELDS],
    }
    return sorted(known.get(parameter, []), key=lambda one: one[1].casefold())


def refused(path: str, asked: Arguments, fault: Missing | ValueError) -> Shown:
    """The page that says what is wrong, with the same question asked of what is near."""
    if not isinstance(fault, Missing):
        return Shown("missing.html", "This cannot be asked so", path, {"nearest": []}, str(fault), status=400)
    name = SPOKEN.get(fault.kind, fault.kind)
    near = [(f"{path}?{urlencode(dict(asked) | {name: text})}", text) for _, text in fault.nearest]
    return not_here(Missing(fault.kind, fault.wanted, near), path)


def not_here(fault: Missing, path: str) -> Shown:
    """The page that says that nothing has this name, with what is near it."""
    data = {"kind": fault.kind, "wanted": fault.wanted, "nearest": fault.nearest}
    title = f"No {SPOKEN.get(fault.kind, fault.kind)} “{fault.wanted[:80]}”"
    return Shown("missing.html", title, path, data, status=404)
