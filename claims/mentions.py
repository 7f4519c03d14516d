"""Text -> the names in it, where they stand: platforms, places, authorities, a platform's executives. Decides nothing else.

One Aho-Corasick automaton a language over folded names (pyahocorasick); a hit counts where the word ends as the language
lets a name end, begins with a capital where the script has one, and is not part of a longer name that means another thing.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain, repeat
from typing import Any

import ahocorasick

from claims import lexicon, names
from claims.fold import fold, script

PLATFORM, SOCIAL, PERSON, AUTHORITY, PLACE, ADJECTIVE, NOTHING = "P", "S", "E", "A", "J", "D", "N"
_RANK = {NOTHING: 0, AUTHORITY: 1, PLATFORM: 2, PERSON: 3, SOCIAL: 4, PLACE: 5, ADJECTIVE: 6}
_REST = re.compile(r"\w+")
ABOUT_X = (
    "gov",
    "ban",
    "block",
    "lift",
    "fine",
    "investigate",
    "throttle",
    "terms",
    "rules",
    "conduct",
)  # beside such words X is the network
CUES_IN = 20_000  # characters at the beginning of a text that tell what an ambiguous name means
_SUFFIX = re.compile(r"'\w{0,6}")
_FIRM = re.compile(  # "TikTok Technology Limited", "Google Ireland Limited": all of it is the platform's name
    r"(?: (?:Technolog(?:y|ies)|Information|Ireland|International|Internet|Platforms|Services|UK|India|US|Unlimited))*,?"
    r" (?:Limited|Ltd|Inc|LLC|L\.L\.C|GmbH|Corp|Unlimited Company|Pte)\b"
)
_DISTRICT = re.compile(r"(?:North|South|East|West|Midd|Cent)(?:ern|le|ral) District of $")  # of a federal court


@dataclass(frozen=True, slots=True)
class Mention:
    """``value`` is a platform's name, a jurisdiction's code or an authority's id; ``place`` the jurisdiction of an authority."""

    start: int
    end: int
    kind: str
    value: str
    place: str = ""
    seat: bool = False  # a capital or palace that stands for its state


OPEN_ENDS = ("ія", "ия")


@dataclass(frozen=True, slots=True)
class _Name:
    kind: str
    value: str
    length: int
    place: str = ""
    endings: str = ""  # "" none, "name" as names of the language end, "word" as its words do
    capital: bool = True
    exact: str = ""  # must be written just so
    flags: tuple[str, ...] = ()
    seat: bool = False
    cut: bool = False  # a stem that is no word by itself: "Нігері" of Nigeria, in which Niger may stand


@lru_cache(maxsize=1)
def _ambiguous() -> dict[str, Any]:
    return tomllib.loads((names.REFERENCE / "ambiguous.toml").read_text("utf-8"))


@lru_cache(maxsize=1)
def _ambiguous_places() -> frozenset[str]:
    return frozenset(fold(row["name"]) for row in _ambiguous()["place"])


@lru_cache(maxsize=1)
def _people() -> frozenset[str]:
    return frozenset(fold(name) for name in _ambiguous()["people"]["names"])


@lru_cache(maxsize=1)
def _called_platform() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{_ambiguous()['platform']['nouns']})\s?$")


def _platform_names(code: str) -> Iterator[tuple[str, _Name]]:
    for one in names.platforms():
        flags_here = one.flags if not one.words_in or code in one.words_in else ()
        social = one.name == "social media"
        for alias in (one.name, *one.aliases):
            plain = alias if alias != one.name or not one.flags else ""
            exact = one.name if alias == one.name and ({"case", "letter"} & set(one.flags)) else ""
            kind = SOCIAL if social else PLATFORM
            flags = () if plain else flags_here
            endings = "" if len(alias) < 3 or exact else "name" if alias.isascii() and not social else "word"
            yield (
                alias,
                _Name(kind, one.name, len(alias), endings=endings, capital=not social, exact=exact, flags=flags),
            )
        for person in (name for names_ in one.people for name in names_):
            yield person, _Name(PERSON, one.name, len(person), endings="name" if person.isascii() else "word")


def _authority_names() -> Iterator[tuple[str, _Name]]:
    for row in _ambiguous()["authority"]:
        yield (
            row["name"],
            _Name(
                AUTHORITY, row["id"], len(row["name"]), names.authority(row["id"]).jurisdiction, "", flags=(row["cue"],)
            ),
        )
    for one in names.authorities():
        for name in {one.name, *one.names}:
            yield name, _Name(AUTHORITY, one.id, len(name), one.jurisdiction, "word", capital=name[0].isupper())
        for short in one.abbreviations:
            exact = short if len(short) < 5 or short.isupper() else ""
            capital = short[0].isupper()
            yield short, _Name(AUTHORITY, one.id, len(short), one.jurisdiction, "name", capital=capital, exact=exact)


def _stem(name: str, language: str) -> str:
    """What is left of a place's name in every case: without its last vowel where the language inflects."""
    if " " in name or len(name) < 5 or language not in ("uk", "ru", "pl", "ro"):
        return name
    stem = re.sub(r"[аяйьіеоaeiyąę]$", "", name)
    return name if fold(stem) in lexicon.language(language).not_names else stem


def _place_names(code: str) -> Iterator[tuple[str, _Name]]:
    spaced = lexicon.language(code).spaced
    for one in names.jurisdictions():
        for language in dict.fromkeys((code, "en") if lexicon.language(code).latin else (code,)):
            for name in one.names.get(language, ()):
                stem = _stem(name, language)
                short = (name.isupper() and len(name) <= 4) or "." in name
                yield (
                    stem,
                    _Name(
                        PLACE,
                        one.code,
                        len(stem),
                        endings="" if short else "word",
                        exact=name if short else "",
                        capital=spaced,
                        cut=stem != name and name.endswith(OPEN_ENDS),
                    ),
                )
            for name in one.seats.get(language, ()):
                stem = _stem(name, language)
                yield (
                    stem,
                    _Name(PLACE, one.code, len(stem), endings="word", capital=spaced and name[0].isupper(), seat=True),
                )
        for adjective in chain.from_iterable(map(_forms, one.adjectives.get(code, ()), repeat(code))):
            english = code == "en"
            yield (
                adjective,
                _Name(ADJECTIVE, one.code, len(adjective), endings="" if english else "word", capital=english),
            )


def _forms(adjective: str, language: str) -> tuple[str, ...]:
    """Stems of an adjective: Polish softens that of many men ("brytyjski", "brytyjscy"); English names the people by it."""
    soft = language == "pl" and adjective.endswith("sk")
    people = language == "en" and adjective.endswith(("an", "i"))  # "Iranians lost access"
    return (adjective, f"{adjective[:-1]}c") if soft else (adjective, f"{adjective}s") if people else (adjective,)


@lru_cache(maxsize=16)
def _automaton(code: str) -> ahocorasick.Automaton:
    """Every name that may stand in a text of that language."""
    language = lexicon.language(code)
    found: dict[str, list[_Name]] = {}
    listed = ((name, _Name(NOTHING, "", len(name))) for name in _ambiguous()["not_a_name"])
    for source in (_platform_names(code), _authority_names(), _place_names(code), listed):
        for name, what in source:
            key = fold(name)
            if key not in language.not_names:
                found.setdefault(key, []).append(what)
    automaton = ahocorasick.Automaton()
    for key, all_ in found.items():
        automaton.add_word(key, (len(key), tuple(sorted(all_, key=lambda one: _RANK[one.kind]))))
    automaton.make_automaton()
    return automaton


def _names_next(hit: Mention, then: Mention | None) -> bool:
    """True for what is no name, and for the word before one ("the social network X")."""
    return hit.kind == NOTHING or (
        hit.kind == SOCIAL and then is not None and then.kind == PLATFORM and then.start - hit.end <= 2
    )


class Finder:
    """Names of one text: made once an article, because an ambiguous name needs the whole text to be judged."""

    def __init__(self, text: str, folded: str, code: str) -> None:
        self.text, self.folded, self.language = text, folded, lexicon.language(code)
        self._automaton = _automaton(code)
        self._head = folded[:CUES_IN]
        self._called_platform = _called_platform()
        self._people = _people()
        self._place_end = -9  # where the last place or authority ended
        self._name_end = re.compile(rf"(?:{self.language.name_endings})" if self.language.name_endings else "")
        self._word_end = re.compile(rf"(?:{self.language.word_endings})" if self.language.word_endings else "")

    @cached_property
    def _about_platforms(self) -> bool:
        return bool(re.search(_ambiguous()["platform"]["cues"], self._head))

    @cached_property
    def _about_x(self) -> bool:
        return bool(
            re.search(_ambiguous()["platform"]["x"], self._head)
            or any(self.language.pattern(group).search(self._head) for group in ABOUT_X)
        )

    @cached_property
    def _other(self) -> set[str]:
        """Platforms whose name means another thing in this text."""
        return {row["name"] for row in _ambiguous()["other"] if re.search(row["cue"], self._head)}

    @cached_property
    def _places(self) -> dict[str, str]:
        """What an ambiguous name of a place stands for in this text."""
        found: dict[str, str] = {}
        for row in _ambiguous()["place"]:
            fits = [place for place, cue in row["choices"].items() if re.search(cue, self._head)]
            found[fold(row["name"])] = fits[0] if fits else row["default"]
        return found

    def all(self) -> list[Mention]:
        """Mentions in order, none over another; of two that overlap the longer one stays."""
        hits: list[tuple[Mention, int]] = []
        for last, (length, candidates) in self._automaton.iter(self.folded):
            start = last - length + 1
            if start and self._inside_word(start):
                continue
            for what in candidates:
                mention = self._accept(what, start, last + 1)
                if mention is not None:
                    hits.append((mention, length))
                    self._place_end = mention.end if mention.kind in (PLACE, AUTHORITY) else self._place_end
                    break
        hits.sort(key=lambda one: (one[0].start, one[0].start - one[0].end, _RANK[one[0].kind], -one[1]))
        kept: list[Mention] = []
        for hit, _ in hits:  # "Нігерія" is Nigeria's whole name, and Niger's only with an ending
            if not kept or hit.start >= kept[-1].end:
                kept.append(hit)
        return [hit for hit, then in zip(kept, [*kept[1:], None], strict=False) if not _names_next(hit, then)]

    def _inside_word(self, start: int) -> bool:
        before, first = self.folded[start - 1], self.folded[start]
        return (before.isalnum() or before == "_") and not (script(before) == "Han" or script(first) == "Han")

    def _accept(self, what: _Name, start: int, end: int) -> Mention | None:
        written = self.text[start:end]
        if what.exact and written != what.exact:
            return None
        if what.capital and written[0].islower():
            return None
        end = self._end(what, end)
        if (
            what.kind == SOCIAL
            and end > 0
            and self.language.pattern("social_singular").match(self.folded[end : end + 20].lstrip(" -"))
        ):
            return None
        if end < 0 or (what.flags and not self._is_meant(what, start, end)):
            return None
        if what.kind in (PLACE, ADJECTIVE):
            return self._place(what, start, end)
        firm = _FIRM.match(self.text, end) if what.kind == PLATFORM else None
        return Mention(start, firm.end() if firm else end, what.kind, what.value, what.place)

    def _end(self, what: _Name, end: int) -> int:
        """Where the word ends, or -1 if it goes on as no form of the name does."""
        text = self.folded
        if what.cut and not text[end : end + 1].isalpha():
            return -1
        if end >= len(text):
            return end
        if not self.language.spaced:
            return -1 if script(text[end]) == "Latin" == script(text[end - 1]) else end
        if text[end] == "'":
            match = _SUFFIX.match(text, end)
            return match.end() if match and what.kind != ADJECTIVE else end
        if not (text[end].isalnum() or text[end] == "_") or script(text[end]) == "Han":
            return end
        pattern = {"name": self._name_end, "word": self._word_end}.get(what.endings)
        rest = _REST.match(text, end)
        whole = rest and pattern is not None and pattern.fullmatch(rest[0])
        return rest.end() if rest and whole else -1

    def _is_meant(self, what: _Name, start: int, end: int) -> bool:
        if "letter" in what.flags:
            return self._letter(start, end)
        if "strict" in what.flags:
            return bool(self._called_platform.search(self.folded, max(0, start - 30), start))
        if what.kind == AUTHORITY:
            return self.text[start:end].split(" ")[-1][0].isupper() and bool(re.search(what.flags[0], self._head))
        written = self.text[start:end]
        if not written[0].isupper() or what.value in self._other:
            return False
        if self._called_platform.search(self.folded, max(0, start - 30), start):
            return True
        return self._about_platforms or ("capital" in what.flags and self._amid_sentence(start))

    def _letter(self, start: int, end: int) -> bool:
        """True for a letter that stands alone among small words or behind who governs, in a text about platforms or powers."""
        if self._called_platform.search(self.folded, max(0, start - 30), start):
            return True
        after = self.text[end : end + 3]
        if (after[:1] and after[0] in "-0123456789") or re.match(r"\.\w| [A-Z0-9]\w", after):
            return False
        before = re.search(r"[^\W\d_][\w'’]*[ ,]+$", self.text[max(0, start - 20) : start])
        alone = (
            before is None
            or before[0][0].islower()
            or before[0].rstrip().endswith(",")
            or "'" in before[0]
            or "’" in before[0]
            or before[0].strip(" ,").lower() in self.language.stop
            or self._governs(start)
        )
        return self._about_x and (alone or not self.language.capitals)

    def _governs(self, start: int) -> bool:
        """True where a word for who governs, or a place, ends right before: "AB Komisyonu X", "Brezilya X"."""
        if start - self._place_end <= len(", "):
            return True
        return self.language.ends_with("gov", self.folded[max(0, start - 40) : start])

    def _amid_sentence(self, start: int) -> bool:
        """True where a capital letter is no habit of writing: within a sentence, in a language that leaves nouns small."""
        return self.language.capitals and bool(re.search(r"[\w,'’\"] $|['’\"(]$", self.text[max(0, start - 2) : start]))

    def _place(self, what: _Name, start: int, end: int) -> Mention | None:
        key = self.folded[start : start + what.length]
        value = self._places[key] if what.kind == PLACE and key in _ambiguous_places() else what.value
        possessive = self.folded[start + what.length : end][:1] == "'"
        if not value or (key in self._people and not possessive and self._beside_name(start, end)):
            return None
        if value.startswith("US-") and _DISTRICT.search(self.text, max(0, start - 24), start):
            value = "US"
        return Mention(start, end, what.kind, value, value, what.seat)

    def _beside_name(self, start: int, end: int) -> bool:
        """True where a capitalised word follows or comes before within the sentence, as beside a person's name."""
        before = re.search(r"[^.\n] ([A-Z][a-z]+) $", self.text[max(0, start - 25) : start])
        after = re.match(r" ([A-Z][a-z]+)", self.text[end : end + 25])
        titles = _ambiguous()["people"]["titles"]
        return any(match is not None and match[1] not in titles for match in (before, after))
