"""What claims are tried on: own sentences (cases/*.toml) and, where it is there, the labelled set of real articles. Not a test."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from claims import names, vocabulary
from errors import Unrecognised
from records import Article

CASES = Path(__file__).parent / "cases"
ARTICLES = Path(__file__).parent / "articles"
DAY = "2024-09-27"  # a Friday: publication of every sentence of cases/*.toml


@dataclass(frozen=True)
class Wanted:
    """One event a text tells; ``jurisdiction`` "" for platforms' own rules, and where the text does not tell."""

    action: str  # coarse
    platforms: frozenset[str]
    jurisdiction: str
    also_actions: frozenset[str] = frozenset()  # second readings that the annotator would accept
    also_places: frozenset[str] = frozenset()
    day: str = ""  # as precise as the text tells; "" = it tells none

    def accepted(self, action: str, area: str, platforms: tuple[str, ...], place: str) -> bool:
        """Right, or right by a second reading."""
        return (
            vocabulary.coarse(action, area) in {self.action, *self.also_actions}
            and bool(self.platforms & set(platforms))
            and (self.action.startswith("policy_") or place in {self.jurisdiction, *self.also_places})
        )

    def met(self, action: str, area: str, platforms: tuple[str, ...], place: str) -> bool:
        return (
            vocabulary.coarse(action, area) == self.action
            and bool(self.platforms & set(platforms))
            and (self.action.startswith("policy_") or place == self.jurisdiction)
        )


@dataclass(frozen=True)
class Text:
    key: str  # what belongs together in cross-validation
    article: Article
    wanted: tuple[Wanted, ...]


def languages() -> list[str]:
    return sorted(path.stem for path in CASES.glob("*.toml"))


def cases(language: str) -> list[Text]:
    """Own sentences of one language: first those that tell events, then those that tell none."""
    table = tomllib.loads((CASES / f"{language}.toml").read_text("utf-8"))
    told: dict[str, list[Wanted]] = {}
    for action, platforms, place, text in table["positive"]:
        told.setdefault(text, []).append(_wanted(action, platforms.split(","), place))
    told.update({text: [] for text in table["negative"]})
    return [
        Text(f"{language}:{number}", Article("", "", text, language, DAY), tuple(wanted))
        for number, (text, wanted) in enumerate(told.items())
    ]


def articles(language: str) -> list[Text]:
    """Own short articles of one language (articles/*.toml), with and without events."""
    rows = tomllib.loads((ARTICLES / f"{language}.toml").read_text("utf-8"))["article"]
    return [
        Text(
            f"{language}:article:{number}",
            Article("", row["title"], row["text"], language, row["published"]),
            tuple(_wanted(action, platforms.split(","), place, day) for action, platforms, place, day in row["events"]),
        )
        for number, row in enumerate(rows)
    ]


def _wanted(action: str, platforms: list[str], place: str, day: str = "") -> Wanted:
    area = "subnational" if "-" in place else "national"
    known = frozenset(names.platform(name).name for name in platforms)
    return Wanted(vocabulary.coarse(action, area) or action, known, place, day=day)


def labelled(path: Path) -> Iterator[Text]:
    """The labelled real articles (its own guide says how they were labelled)."""
    for line in path.read_text("utf-8").splitlines():
        row: dict[str, Any] = json.loads(line)
        article = Article(row["url"] or "", row["title"] or "", row["text"], row["lang"] or "", row["published"] or "")
        yield Text(row["id"], article, tuple(map(_labelled, row["events"])))


def _labelled(event: dict[str, Any]) -> Wanted:
    known = frozenset(_name(name) for name in event["platforms"])
    also = frozenset(event.get("alt_actions") or ()), frozenset(event.get("alt_jurisdictions") or ())
    return Wanted(event["action"], known, event["jurisdiction"] or "", *also)


def _name(name: str) -> str:
    try:
        return names.platform(name).name
    except Unrecognised:
        return name


def fold_of(key: str, folds: int) -> int:
    """Which part of cross-validation a text belongs to; the same on every machine."""
    return int(hashlib.sha256(key.encode()).hexdigest(), 16) % folds
