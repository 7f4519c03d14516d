"""How values read on a page: dates, kinds, amounts, addresses. Pure; the words themselves stand in words.toml."""

from __future__ import annotations

import json
import tomllib
import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from urllib.parse import quote, urlsplit

from feeds.text import money

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")  # fmt: skip
REMEMBERED = 4_096  # values that stand on many lines are read once
RIGHT_TO_LEFT = {"ar", "fa", "he", "ur", "ps", "sd", "ug", "yi", "dv", "ckb"}


@cache
def words() -> dict[str, dict]:
    """words.toml, and how topics and causes of issues read."""
    here = Path(__file__).parent
    said = tomllib.loads((here / "words.toml").read_text(encoding="utf-8"))
    for name, file in (("topic", "topics.toml"), ("cause", "causes.toml")):
        said[name] = tomllib.loads((here.parent.parent / "data" / "reference" / file).read_text(encoding="utf-8"))
    return said


@lru_cache(REMEMBERED)
def label(word: str, table: str = "kind") -> str:
    """A word of the vocabulary as people read it: "device_ban" -> "device ban"."""
    found = words()[table].get(word)
    if isinstance(found, dict):
        return found["label"]
    return found or str(word or "").replace("_", " ")


def remedy(cause: str) -> str:
    """What a maintainer does about a cause of an issue; "" where its message says so."""
    return words()["cause"].get(cause, {}).get("do", "")


def trouble(message: str, *known: str) -> str:
    """What a message says beyond the cause and the names that stand beside it: "selector-empty: news: https://...: matches nothing" ->
    "matches nothing". ``known``: source and address."""
    text = str(message or "")
    for part in (text.partition(": ")[0] if text.partition(": ")[0] in words()["cause"] else "", *known):
        if part and text.startswith(f"{part}: "):
            text = text.removeprefix(f"{part}: ")
    return text


@lru_cache(REMEMBERED)
def group(kind: str) -> str:
    """The group of a kind of action: the key of its colour and mark."""
    return words()["kind"].get(kind, {}).get("group", "duty")


@lru_cache(REMEMBERED)
def mark(name: str) -> str:
    """The sign of a group, so that nothing is told by colour alone."""
    return words()["group"][name]["mark"]


@lru_cache(REMEMBERED)
def strength(kind: str) -> int:
    """How much a kind of measure closes; the higher of several is shown where there is room for one."""
    return words()["group"][group(kind)]["strength"]


@lru_cache(REMEMBERED)
def day(value: str, short: bool = False) -> str:
    """ "2024-09-19" -> "19 September 2024", "2024-09" -> "September 2024"; instants are cut to their day; "" stays."""
    parts = str(value or "")[:10].split("-")
    if not all(part.isdigit() for part in parts) or len(parts) > 3:
        return str(value or "")
    month = MONTHS[int(parts[1]) - 1] if len(parts) > 1 and 1 <= int(parts[1]) <= 12 else ""
    shown = ([str(int(parts[2]))] if len(parts) > 2 else []) + ([month[:3] if short else month] if month else [])
    return " ".join([*shown, parts[0]])


@lru_cache(REMEMBERED)
def instant(value: str, short: bool = False) -> str:
    """ "2024-09-25T08:00:00+00:00" -> "25 September 2024, 08:00 UTC"."""
    text = str(value or "")
    return f"{day(text, short)}, {text[11:16]} UTC" if len(text) > 15 else day(text, short)


@lru_cache(REMEMBERED)
def safe_url(value: str) -> str:
    """The address if a reader may follow it (http or https with a host), else ""."""
    try:
        parts = urlsplit(str(value or "").strip())
    except ValueError:
        return ""
    return str(value).strip() if parts.scheme.lower() in {"http", "https"} and parts.netloc else ""


@lru_cache(REMEMBERED)
def host(value: str) -> str:
    """The host of an address, without "www."; the sample web of the demo, which is served on loopback, by that name."""
    try:
        found = (urlsplit(str(value or "")).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
    return "sample web" if found == "127.0.0.1" else found


@lru_cache(REMEMBERED)
def direction(language: str) -> str:
    """ "rtl" for a language written from right to left, else "ltr"."""
    return "rtl" if str(language or "").split("-")[0].lower() in RIGHT_TO_LEFT else "ltr"


def slug(name: str) -> str:
    """The address of a platform that no table names: lower-case ASCII letters, digits and hyphens, else its own letters quoted."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    kept = "-".join("".join(c if c.isalnum() else " " for c in plain).split())
    return kept or quote(name, safe="")


def members(value: object) -> list[str]:
    """A list column: JSON array as text -> its members; anything else -> []."""
    if isinstance(value, list):
        return value
    try:
        found = json.loads(str(value or "[]"))
    except ValueError:
        return []
    return [str(member) for member in found] if isinstance(found, list) else []


def read(value: str, field: str = "") -> str:
    """A value of a fact as people read it: a day in words, a list without its brackets, an amount, a word of the vocabulary."""
    if field == "amount":
        return money(*value.partition(" ")[::2])
    if value.startswith("["):
        return (
            ", ".join(label(member, "scope" if field == "scopes" else "reason") for member in members(value)) or "none"
        )
    return day(value) if value[:4].isdigit() and value[4:5] in {"", "-"} else value.replace("_", " ")


def listed(names: list[str], most: int = 4) -> str:
    """ "A, B and 4 more"."""
    if len(names) > most:
        return ", ".join(names[: most - 1]) + f" and {len(names) - most + 1} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def clip(text: str, most: int = 160) -> str:
    """A text cut at a word, with an ellipsis."""
    text = str(text or "")
    return text if len(text) <= most else text[:most].rsplit(" ", 1)[0] + "…"


def size(number: int) -> str:
    """18204 -> "17.8 KB"."""
    return (
        f"{number} bytes"
        if number < 1024
        else f"{number / 1024:.1f} KB"
        if number < 1 << 20
        else f"{number / (1 << 20):.1f} MB"
    )
