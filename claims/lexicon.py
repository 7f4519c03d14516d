"""claims/languages/*.toml and claims/rules.toml -> compiled patterns. Knowledge only: it reads no article.

Patterns are written for folded text. A group becomes one pattern; whole words, except in scripts without spaces.
Entity marks stand for names found before: {P} platform, {Q} words for it, {J} place, {D} adjective of a place,
{A} named authority, {E} a platform's executive.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from claims.fold import fold
from claims.openings import openings

HERE = Path(__file__).parent
MARKS = {"P": "\ue000", "Q": "\ue001", "J": "\ue002", "D": "\ue003", "A": "\ue004", "E": "\ue005", "S": "\ue006"}
MARK_NAMES = {mark: name for name, mark in MARKS.items()}
OPENING = 4  # letters
IMPLIES = "implies_"
SHOWS = "shows_"
HEADS = tuple(slice(length) for length in range(1, OPENING + 1))
WORD = re.compile(r"(?<!\w)\S")
HAN = re.compile(r"[\u3400-\u9fff]")
SHORT = 600  # characters that show whether a text is in the language it is said to be in
NEVER = re.compile(r"(?!)")
VOICES = {"a": "active", "p": "passive", "n": "noun"}


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of rules.toml."""

    trigger: str
    action: str  # "" says nothing, "same" repeats the action of the sentence before
    base: float  # log-odds
    all_of: tuple[str, ...] = ()
    none_of: tuple[str, ...] = ()
    bridge: tuple[str, ...] = ()  # groups between the trigger and the platform
    no_bridge: tuple[str, ...] = ()
    near: int = 140  # characters
    after: bool = False  # the groups stand after the trigger
    close: int = 0  # the platform must stand in the words or at most so many characters behind them
    not_before: str = ""  # a group that must not stand close before the trigger
    side: str = "government"
    needs: str = ""  # court, gov, person, prosecution
    law: bool = False  # a step of a law: no platform need be named
    loose: bool = False  # may take its platform from the sentences before
    holders: bool = False  # "Facebook users' data" concerns Facebook
    of_posts: bool = False  # "Twitter accounts" concern Twitter
    sums: bool = False  # each sum is an act of its own
    subject: bool = False  # the platform stands before the words, as who pays does
    users: bool = False  # no act if users, accounts or posts are what it is done to
    swallows: bool = False  # other triggers inside its words are part of it
    apart: bool = False  # an act of its own beside any other: a court that upholds a fine


@dataclass(frozen=True)
class Language:
    """One language: its patterns by group, made when first asked for."""

    code: str
    order: str  # svo, sov
    spaced: bool
    latin: bool
    inverts: bool  # the subject may follow a passive
    capitals: bool  # names alone begin with a capital
    groups: Mapping[str, list[str]]
    tables: Mapping[str, Mapping[str, list[str]]]  # scope, reason, direction, state
    date: Mapping[str, Any]
    stop: frozenset[str]
    abbreviations: frozenset[str]
    name_endings: str
    word_endings: str
    not_names: frozenset[str]
    _made: dict[str, re.Pattern[str]] = field(default_factory=dict)

    def pattern(self, group: str) -> re.Pattern[str]:
        """The pattern of a group; one that never matches if the language has none."""
        if group not in self._made:
            self._made[group] = self._compile(self.groups.get(group, ()))
        return self._made[group]

    @cached_property
    def triggers(self) -> tuple[tuple[str, frozenset[str] | None], ...]:
        """Triggers of the rules that this language has words for, with the letters their words begin with."""
        length = OPENING if self.spaced else 1
        return tuple((name, openings(self.pattern(name), length)) for name in rules() if name in self.groups)

    def beginnings(self, masked: str) -> dict[str, list[int]]:
        """Every beginning of every word of a sentence, and where it stands; in a script without spaces every character."""
        found: dict[str, list[int]] = {}
        if not self.spaced:
            for at, char in enumerate(masked):
                found.setdefault(char, []).append(at)
            return found
        for m in WORD.finditer(masked):
            word = masked[m.start() : m.start() + OPENING]
            for head in map(word.__getitem__, HEADS):
                found.setdefault(head, []).append(m.start())
        return found

    def reach(self, characters: int) -> int:
        """A distance in characters of a spaced script, as long in this one."""
        return characters if self.spaced else characters // 3

    def ends_with(self, group: str, text: str, between: str = "") -> bool:
        """True if ``text`` ends with a word of the group, a blank, and at most ``between`` (a pattern)."""
        key = f"{group}$ {between}"
        if key not in self._made:
            pattern = self.pattern(group)
            gap = r"(?:\s|(?<='))" if self.spaced else r"\s?"
            self._made[key] = NEVER if pattern is NEVER else re.compile(rf"{pattern.pattern}{gap}(?:{between})?$")
        return bool(self._made[key].search(text))

    def table(self, name: str) -> list[tuple[str, re.Pattern[str]]]:
        """(word of the vocabulary, pattern) of scopes, reasons, directions or states."""
        rows = self.tables.get(name, {})
        for word in rows:
            if f"{name}:{word}" not in self._made:
                self._made[f"{name}:{word}"] = self._compile(rows[word])
        return [(word, self._made[f"{name}:{word}"]) for word in rows]

    @cached_property
    def implied(self) -> tuple[tuple[str, re.Pattern[str]], ...]:
        """(country, pattern) of the groups ``implies_us`` ...: words that without a name tell which country is meant."""
        return self._countries(IMPLIES)

    @cached_property
    def shown(self) -> tuple[tuple[str, re.Pattern[str]], ...]:
        """(country, pattern) of the groups ``shows_us`` ...: words of what only one country has."""
        return self._countries(SHOWS)

    def _countries(self, prefix: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
        names = [name for name in self.groups if name.startswith(prefix)]
        return tuple((name.removeprefix(prefix).upper(), self.pattern(name)) for name in names)

    def _compile(self, entries: list[str] | tuple[str, ...]) -> re.Pattern[str]:
        voiced: dict[str, list[str]] = {}
        for entry in entries:
            voice, rest = (VOICES[entry[0]], entry[2:]) if entry[1:2] == ":" and entry[0] in VOICES else ("verb", entry)
            voiced.setdefault(voice, []).append(marked(rest))
        parts = [f"(?P<{voice}>{'|'.join(list_)})" for voice, list_ in voiced.items()]
        return whole_words("|".join(parts), self.spaced) if parts else NEVER


def marked(pattern: str) -> str:
    """Folded pattern, entity marks put in; escapes (``\\S``) keep their case."""
    named = re.sub(r"\{([PQJDAES])\}", lambda match: MARKS[match[1]], pattern)
    return "".join(part if part.startswith("\\") else fold(part) for part in re.split(r"(\\.)", named))


def whole_words(pattern: str, spaced: bool) -> re.Pattern[str]:
    """Words end where no letter follows, or at an apostrophe: the "d'" of "d'Instagram"."""
    return re.compile(rf"(?<!\w)(?:{pattern})(?:(?!\w)|(?<='))" if spaced else rf"(?:{pattern})")


@lru_cache(maxsize=32)
def language(code: str) -> Language:
    """The lexicon of a language; KeyError-free: an unknown code gets that of English."""
    path = HERE / "languages" / f"{code}.toml"
    if not path.is_file():
        return language("en")
    row = tomllib.loads(path.read_text("utf-8"))
    return Language(
        code=row["code"],
        order=row.get("order", "svo"),
        spaced=row.get("spaced", True),
        latin=row.get("latin", True),
        inverts=row.get("inverts", False),
        capitals=row.get("capitals", True),
        groups={**_date_groups(row["date"]), **row["group"]},
        tables={name: row.get(name, {}) for name in ("scope", "reason", "direction", "state")},
        date=row["date"],
        stop=frozenset(row["stop"]),
        abbreviations=frozenset(row.get("abbreviations", ())),
        name_endings=row.get("name_endings", ""),
        word_endings=row.get("word_endings", ""),
        not_names=frozenset(fold(name) for name in row.get("not_names", ())),
    )


def _date_groups(date: Mapping[str, Any]) -> dict[str, list[str]]:
    """Words about dates as groups: months and weekdays, and what stands before a date and says what it is."""
    told = {name: list(date.get(name, ())) for name in ("not_event", "effective", "deadline")}
    return {"calendar": [*date["months"], *date["weekdays"]], **told}


@lru_cache(maxsize=1)
def languages() -> tuple[str, ...]:
    """Codes of the languages that have a lexicon."""
    return tuple(sorted(path.stem for path in (HERE / "languages").glob("*.toml")))


@lru_cache(maxsize=1)
def _rules() -> dict[str, Any]:
    return tomllib.loads((HERE / "rules.toml").read_text("utf-8"))


@lru_cache(maxsize=1)
def weaker() -> dict[str, frozenset[str]]:
    """Action -> the actions beside which it is but another word for them (of the same platform and place in one text)."""
    return {name: frozenset(stronger) for name, stronger in _rules()["weaker"].items()}


@lru_cache(maxsize=1)
def always_weaker() -> dict[str, frozenset[str]]:
    """Action -> those beside which it is weaker even where its own sentence makes news of it."""
    return {name: frozenset(stronger) for name, stronger in _rules()["always_weaker"].items()}


@lru_cache(maxsize=1)
def federations() -> frozenset[str]:
    """Countries whose states act for themselves: what one of them blocks is no part of a block of the whole."""
    return frozenset(_rules()["federations"])


def members(union: str) -> frozenset[str]:
    """Countries of a union of states; none for a country."""
    return frozenset(_rules()["members"].get(union, ()))


def has_scope(action: str, scope: str) -> bool:
    """False for a scope that acts of this kind have not: a fine is not limited to the staff of ministries."""
    return action in _rules()["scopes"].get(scope, (action,))


def highest_courts() -> frozenset[str]:
    """Ids of courts that rule for a whole federation."""
    return frozenset(_rules()["highest_courts"])


def namesake(place: str, states: set[str]) -> str:
    """The state of a federation that bears the name of a country, where others of its states stand beside it.

    >>> namesake("GE", {"US"}), namesake("GE", set())
    ('US-GA', 'GE')
    """
    other = str(_rules()["namesakes"].get(place, place))
    return other if other.split("-")[0] in states else place


def home(domain: str, language: str) -> str:
    """The country a top-level domain belongs to, else the only one whose press writes the language; "" if there is none."""
    table = _rules()["home"]
    return str(table["domains"].get(domain, "") or table["languages"].get(language, ""))


@lru_cache(maxsize=1)
def rules() -> dict[str, tuple[Rule, ...]]:
    """Rules by trigger, in their order."""
    families: dict[str, list[Rule]] = {}
    for row in _rules()["rule"]:
        row["all_of"], row["none_of"] = tuple(row.pop("with", ())), tuple(row.pop("without", ()))
        row["bridge"], row["no_bridge"] = tuple(row.pop("bridge", ())), tuple(row.pop("no_bridge", ()))
        families.setdefault(row["trigger"], []).append(Rule(**row))
    return {trigger: tuple(family) for trigger, family in families.items()}


@lru_cache(maxsize=1)
def stop_words() -> dict[str, frozenset[str]]:
    return {code: frozenset(fold(word) for word in language(code).stop) for code in languages()}


def settled(code: str, folded: str) -> str:
    """The language a text is read in: the one it is said to be in, unless hardly a common word of that stands in it and far more
    of another's do; found out where none or an unknown one is said."""
    if code not in languages():
        return detect(folded)
    if code == "zh":
        return code if HAN.search(folded[:SHORT]) else detect(folded)
    tokens = re.findall(r"\w+", folded[:SHORT])
    own = _common(code, tokens)
    if own * 12 >= len(tokens):
        return code
    other = detect(folded[:SHORT])
    return other if other == "zh" or _common(other, tokens) >= own + 3 else code


def _common(code: str, tokens: list[str]) -> int:
    stop = stop_words()[code]
    return sum(token in stop for token in tokens)


def detect(folded: str) -> str:
    """The language whose commonest words fill most of a text; by letters for Chinese, Russian and Ukrainian; "en" if none does."""
    sample = folded[:4000]
    if len(HAN.findall(sample)) * 8 > len(sample):
        return "zh"
    tokens = re.findall(r"\w+", sample)
    if not tokens:
        return "en"
    counts = {code: _common(code, tokens) for code in stop_words()}
    return max(counts, key=lambda code: (counts[code], code == "en"))
