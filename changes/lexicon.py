"""The word lists of this room (``*.toml`` beside this file), read once: patterns by name, sets of words by name."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

LONGEST_LAND = 4  # words of a name of a country
WEAK = 0.35  # weight of a word that only hints at a topic


@cache
def table(name: str) -> dict[str, Any]:
    """A file of this folder."""
    return tomllib.loads((Path(__file__).parent / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def pattern(name: str) -> re.Pattern[str]:
    """All expressions of ``[patterns] name`` in words.toml as one, case ignored."""
    return re.compile("|".join(f"(?:{part})" for part in table("words")["patterns"][name]), re.I)


@cache
def passing() -> tuple[tuple[str, int, re.Pattern[str]], ...]:
    """What changes while a text stays the same: (a string it holds, longest line it is looked for in, expression)."""
    return tuple(
        (mark, said.get("longest", 1_000_000), re.compile(said["expression"], re.I))
        for said in table("words")["passing"]
        for mark in said["marks"]
    )


@cache
def little() -> dict[str, frozenset[str]]:
    """Language -> words by which it is told apart from others of its script."""
    return {tongue: frozenset(words) for tongue, words in table("words")["little"].items()}


@cache
def words_of(name: str) -> frozenset[str]:
    """``[words] name`` of words.toml."""
    return frozenset(table("words")["words"][name])


@cache
def _same() -> dict[str, list[tuple[tuple[str, ...], str]]]:
    """First word of an expression -> the expressions that begin with it, the longest first, each with what stands for it."""
    found: dict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
    for stands, others in table("words")["same"].items():
        for other in others:
            found[other.split()[0]].append((tuple(other.split()), stands))
    return {first: sorted(ways, key=lambda way: -len(way[0])) for first, ways in found.items()}


def said(words: Sequence[str]) -> tuple[str, ...]:
    """Words with every expression that has another form by one form: six as 6, such as as like."""
    found: list[str] = []
    at = 0
    while at < len(words):
        ways = (way for way in _same().get(words[at], ()) if tuple(words[at : at + len(way[0])]) == way[0])
        way, stands = next(ways, ((words[at],), words[at]))
        found.append(stands)
        at += len(way)
    return tuple(found)


@cache
def hours() -> dict[str, int]:
    """A word for a span of time -> how many hours it is."""
    return {word: int(count) for count, words in table("words")["hours"].items() for word in words}


@cache
def _lands() -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(name.split()) for key, names in table("lands").items() if key != "alias" for name in names)


@cache
def _aliases() -> dict[tuple[str, ...], tuple[str, ...]]:
    """Another name of a land -> the name it is known by here."""
    return {tuple(other.split()): tuple(name.split()) for other, name in table("lands")["alias"].items()}


def lands(words: Sequence[str]) -> frozenset[tuple[str, ...]]:
    """Countries and unions of countries that stand among words in lower case, each as its words."""
    runs = {tuple(words[at : at + long]) for long in range(1, LONGEST_LAND + 1) for at in range(len(words) - long + 1)}
    found = runs & (_lands() | _aliases().keys())
    return frozenset(_aliases().get(name, name) for name in found)


ByBeginning = dict[str, list[tuple[str, float, str]]]
LITERAL = re.compile(r"[^\\\[\](){}?*+|.^$]{1,4}(?![?*{])")  # what an expression surely begins with


@cache
def topics() -> ByBeginning:
    """topics.toml by what its expressions begin with (four letters at most, in lower case), so that of a word only the few are
    tried that can fit: beginning -> [(topic, weight, expressions)]. They are compiled when they are first tried (``compiled``): most
    never are, and all of them take longer than judging ten changes."""
    found: dict[str, dict[tuple[str, float], list[str]]] = defaultdict(lambda: defaultdict(list))
    for name, said in table("topics").items():
        for strength, weight in (("strong", 1.0), ("weak", WEAK)):
            for way in (way for part in said[strength] for way in _ways(part)):
                literal = LITERAL.match(way)
                found[lowered(literal[0] if literal else way[0])][name, weight].append(way)
    return {
        begins: [(name, weight, "|".join(parts)) for (name, weight), parts in ways.items()]
        for begins, ways in found.items()
    }


@cache
def compiled(expressions: str) -> re.Pattern[str]:
    """Any of these expressions, case ignored."""
    return re.compile(f"(?:{expressions})", re.I)


def lowered(text: str) -> str:
    """Lower case, letter for letter."""
    low = text.lower()
    return low if len(low) == len(text) else "".join(char.lower()[0] for char in text)


def _ways(part: str) -> list[str]:
    """An expression that begins with a group, once for every alternative of the group, and of groups these begin with."""
    if not part.startswith("(?:"):
        return [part]
    depth, ends, bars = 0, 0, [2]
    for at, char in enumerate(part):
        depth += (char == "(") - (char == ")")
        if char == "|" and depth == 1:
            bars.append(at)
        if depth == 0:
            ends = at
            break
    rest = part[ends + 1 :]
    inner = [part[a + 1 : b] for a, b in zip(bars, [*bars[1:], ends], strict=True)]
    found = [one for way in inner for one in _ways(way + rest.removeprefix("?"))]
    return [*found, *_ways(rest[1:])] if rest.startswith("?") else found
