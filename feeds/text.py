"""Words and text of the feeds: vocabulary -> what people read, text -> what XML may carry. Pure."""

from __future__ import annotations

import json
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from hashlib import sha256
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

SUMS = {"amount", "total", "highest"}  # columns: in the currency of their row
SPANS = {"first_year", "last_year"}
YEARS = {"year", *SPANS}  # columns: numbers that are not counted
MONTHS = "January February March April May June July August September October November December".split()
RIGHT_TO_LEFT = {"ar", "arc", "ckb", "dv", "fa", "he", "ks", "ku-Arab", "ps", "sd", "syr", "ug", "ur", "yi"}
# everything but the Char production of XML 1.0 (https://www.w3.org/TR/xml/#charsets)
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
REFERENCE = Path(__file__).parent.parent / "data" / "reference"
REMEMBERED = 4_096  # values that stand in many items are read once
SAFE_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]*", re.IGNORECASE)


@cache
def words() -> dict[str, dict[str, str]]:
    """words.toml, and how topics read."""
    said: dict[str, dict[str, str]] = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
    return said | {"topics": tomllib.loads((REFERENCE / "topics.toml").read_text(encoding="utf-8"))}


@cache
def causes() -> dict[str, dict[str, str]]:
    """Causes of issues: how each reads (``label``), and what to do about it (``do``)."""
    found: dict[str, dict[str, str]] = tomllib.loads((REFERENCE / "causes.toml").read_text(encoding="utf-8"))
    return found


def plain(text: object) -> str:
    """A text as every form of feed can carry it: line ends as one character, U+FFFD for what XML forbids; None is ""."""
    said = text if isinstance(text, str) else "" if text is None else str(text)
    if said.isprintable():  # nearly always: no control character, no surrogate
        return NOT_XML.sub("\ufffd", said) if not said.isascii() else said
    return NOT_XML.sub("\ufffd", said.replace("\r\n", "\n").replace("\r", "\n"))


def line(text: object) -> str:
    """A text on one line, without space at its ends."""
    if isinstance(text, str) and text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()  # nearly always
    return " ".join(plain(text).split())


@lru_cache(REMEMBERED)
def label(word: str, table: str = "kinds") -> str:
    """A word of the vocabulary as people read it: "device_ban" -> "device ban"."""
    return words()["labels" if table == "kinds" else table].get(word) or word.replace("_", " ")


def listed(names: Sequence[str], most: int = 4, last: str = "and") -> str:
    """ "A, B and 4 more"."""
    if len(names) > most:
        names = [*names[: most - 1], f"{len(names) - most + 1} more"]
    return f" {last} ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


@lru_cache(REMEMBERED)
def members(text: object) -> tuple[str, ...]:
    """A list as the views hold it (JSON) -> its members; anything else -> ()."""
    try:
        found = json.loads(str(text or "[]"))
    except ValueError:
        return ()
    return tuple(line(member) for member in found if line(member)) if isinstance(found, list) else ()


@lru_cache(REMEMBERED)
def day(value: object) -> str:
    """ "2024-09-19" -> "19 September 2024", "2024-09" -> "September 2024"; an instant is cut to its day; other text stays."""
    text = plain(value)[:10]
    if not re.fullmatch(r"\d{4}(-(0[1-9]|1[0-2])(-\d\d)?)?", text, re.ASCII):
        return plain(value)
    year, month, number = [*text.split("-"), "", ""][:3]
    return " ".join(filter(None, (number.lstrip("0"), MONTHS[int(month) - 1] if month else "", year)))


def money(amount: str, currency: str) -> str:
    """ "530000000", "EUR" -> "530,000,000 EUR"; what is no number stays as it is."""
    try:
        said = f"{float(amount):,.2f}".removesuffix(".00")
    except (ValueError, OverflowError):
        said = amount
    return f"{said} {currency}".strip()


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def direction(language: str) -> str:
    """ "rtl" for a language written from right to left, else "ltr"; "auto" where the language is not known."""
    if not language:
        return "auto"
    return "rtl" if language.split("-")[0].lower() in RIGHT_TO_LEFT or "-Arab" in language else "ltr"


@lru_cache(REMEMBERED)
def web(address: object) -> str:
    """The address if a reader may follow it (http or https, a host, nothing that XML or HTML forbids), else ""."""
    text = line(address)
    try:
        parts = urlsplit(text)
        usable = parts.scheme.lower() in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return ""
    return _percent(text) if usable else ""


def _percent(text: str) -> str:
    """Spaces, quotes and brackets that may not stand in a URI, in percent form; other letters stay (IRI, RFC 3987)."""
    return re.sub(r'[ "<>\\^`{|}\ufffd]', lambda m: "".join(f"%{byte:02X}" for byte in m[0].encode()), text)


def host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def link(address: str, words_: str) -> str:
    """An HTML link, or the words alone where there is no address to follow."""
    return f'<a href="{escape(address)}">{escape(words_)}</a>' if address else escape(words_)


def slug(name: str) -> str:
    """A name as it stands in an address: lower-case ASCII letters, digits and hyphens; a hash where none is left."""
    ascii_ = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    kept = re.sub(r"[^a-z0-9]+", "-", ascii_).strip("-")[:80]
    return kept or "x" + sha256(name.encode("utf-8", "replace")).hexdigest()[:12]


def file_name(ident: str) -> str:
    """An id as a part of an address and of a file's name: itself where that is safe, else its slug."""
    return ident if SAFE_NAME.fullmatch(ident) and ".." not in ident and len(ident) < 100 else slug(ident)


def sentence(parts: Iterable[str]) -> str:
    """Parts -> sentences: each begins with a capital and ends with a stop."""
    return " ".join(capital(part if part.endswith((".", "…", "?", "!")) else part + ".") for part in parts if part)
