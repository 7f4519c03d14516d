"""Article -> sentences in which names are replaced by marks, so that one pattern fits every name. Decides nothing."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from functools import cached_property

from claims import lexicon
from claims.fold import fold
from claims.lexicon import MARKS, Language
from claims.mentions import Finder, Mention
from claims.sentences import sentences
from records import Article

UNSEEN = (("<script", "</script"), ("<style", "</style"), ("<!--", "-->"))  # in HTML that was left in
LONGEST_TEXT = 400_000  # characters that are read; a book is longer, no article or statement is
NAMED = frozenset("PSE")  # without one of these a text tells nothing of a platform
ACTED = ("ban", "block", "limit", "fine", "investigate")
OF_PLACE = re.compile(r" (?:(?:of|de|del|della|di|do|da|von|des|der) )?(?:the |la |l')?")
OWNED = ("-owned", "-backed")  # "the Google-owned platform" is not Google
NAMED_APP = re.compile(r"\s[A-Z][\w']*\s")
MONEY = frozenset(
    ("eur", "usd", "gbp", "aud", "cad", "inr", "krw", "chf", "rub", "rs", "rmb", "us")
)  # in capitals, and no names
SILENT = "\ue00f"  # a name that only says where something was written ("said on Telegram")
DATELINE = re.compile(  # "PARIS, July 3 (Reuters) -", "Brussels (AFP) –": where a report was written
    r"(?:[A-Z][A-Z.'’ -]{2,30}(?:,[^—–:(\n]{1,30})?(?: ?\([^)\n]{2,30}\))?"
    r"|[A-Z][^\n(—–:]{2,40}\((?:AP|Reuters|AFP|CNN|IANS|ANI|PTI|UPI|DPA|dpa|EFE|Xinhua|Bloomberg|Anadolu|AA)\)) ?(?:—|–|--|-|:)(?=\s)"
    r"|[A-Z][A-Z.'’ -]{2,30},? ?\([^)\n]{2,80}\)(?=\s)"
)
BACK = 3  # sentences that a platform or place is carried on from
MOST_NAMES = 300  # of one sentence


@dataclass(frozen=True, slots=True)
class Marked:
    """A name where it stands in a masked sentence."""

    at: int
    kind: str  # P S E A J D, Q for "the app", G for a word like "regulator"
    mention: Mention | None
    modifier: bool = False  # "Telegram users", "a TikTok star": the platform is not what is acted upon


@dataclass(frozen=True)
class Sentence:
    """One sentence. ``masked`` has one mark for each name; ``origin[i]`` is the place of its character i in ``folded``."""

    number: int  # 0 is the title
    start: int  # in the article's text (title: in the title)
    end: int
    folded: str
    masked: str
    origin: list[int]
    marks: tuple[Marked, ...]
    language: Language
    written: str = ""  # as written: tells capitals
    dateline: str = ""  # the place where the report says it was written, which is none that acts
    _has: dict[str, bool] = field(default_factory=dict, compare=False)  # asked before
    _of: dict[tuple[str, ...], list[Marked]] = field(default_factory=dict, compare=False)
    origins: dict[tuple[int, bool], bool] = field(default_factory=dict, compare=False)  # kept by places.origin

    def strange(self, start: int, end: int) -> bool:
        """True if between two places of ``masked`` a name stands that is none of ours."""
        return self.language.capitals and any(
            self.written[self.origin[m.start() + start]].isupper()
            for m in re.finditer(r"(?<![\w'])[^\W\d_]{2,}", self.masked[start:end])
            if m[0] not in self.language.stop
            and m[0] not in MONEY
            and not self.language.pattern("calendar").fullmatch(m[0])
            and not self._beside(start + m.start(), start + m.end(), end)
        )

    def _beside(self, start: int, end: int, name: int) -> bool:
        """True for what is said with a name: the "Hangzhou" of "Hangzhou DeepSeek", an abbreviation in brackets."""
        bracketed = self.masked[start - 1 : start] == "(" and self.masked[end : end + 1] == ")"
        return bracketed or self.masked[end:name] == " "

    @cached_property
    def actors(self) -> tuple[Marked, ...]:
        """Names and words for those who can act, in order."""
        words = [Marked(m.start(), "G", None) for m in self.language.pattern("gov").finditer(self.masked)]
        return tuple(sorted([*self.marks, *words], key=lambda one: one.at))

    def of(self, *kinds: str) -> list[Marked]:
        """Names of some kinds, in order; nobody changes the list."""
        if kinds not in self._of:
            self._of[kinds] = [mark for mark in self.marks if mark.kind in kinds]
        return self._of[kinds]

    @cached_property
    def platforms(self) -> list[Marked]:
        """Platforms named as such, not as a modifier."""
        return [mark for mark in self.marks if mark.kind == "P" and not mark.modifier]

    @cached_property
    def crowded(self) -> bool:
        """True for a line of more names than any prose has: what compares names with names stays away from it."""
        return len(self.marks) > MOST_NAMES

    @cached_property
    def breaks(self) -> tuple[int, ...]:
        """Where a clause ends and another begins: at "while", ";", and at an "and" that parts two clauses with verbs of
        their own ("Russia blocked Facebook, and Instagram was shut off"), which no list has."""
        if self.crowded:
            return ()
        finite, subject = self.language.pattern("finite"), self.language.pattern("clause_subject")
        found = [m.start() for m in self.language.pattern("clause_break").finditer(self.masked)]
        last = 0
        for m in self.language.pattern("clause_and").finditer(self.masked):
            if finite.search(self.masked, last, m.start()) and subject.match(self.masked, m.end() + 1):
                found.append(m.start())
                last = m.end()
        return tuple(sorted(found))

    def parted(self, left: int, right: int) -> bool:
        """True if a clause ends between two places of ``masked``."""
        return any(left < at < right for at in self.breaks)

    def has(self, group: str) -> bool:
        if group not in self._has:
            pattern = self.language.pattern(group)
            self._has[group] = bool(pattern.search(self.masked) or pattern.search(self.folded))
        return self._has[group]

    def follows_by(self, one: Marked, start: int = 0) -> bool:
        """True for who follows "by", written behind ``start``: what stands before a verb tells nobody behind it."""
        return self.language.ends_with("by", self.masked[max(start, one.at - 40) : one.at], r"(?:\S+\s){0,3}")

    def near(self, group: str, start: int, end: int, reach: int, until: int = 0) -> re.Match[str] | None:
        """The group within ``reach`` characters of a place, not behind ``until`` if given; words inside a name count ("Supreme
        Court")."""
        pattern = self.language.pattern(group)
        reach = self.language.reach(reach)
        first, last = max(0, start - reach), min(len(self.masked), end + reach, until or len(self.masked))
        return pattern.search(self.masked, first, last) or pattern.search(
            self.folded, self.origin[first], self.origin[last]
        )


@dataclass(frozen=True)
class Reading:
    article: Article
    language: Language
    title: Sentence | None
    sentences: list[Sentence] = field(default_factory=list)

    @cached_property
    def all(self) -> list[Sentence]:
        return [self.title, *self.sentences] if self.title else self.sentences

    def before(self, sentence: Sentence) -> list[Sentence]:
        """The sentences before that one is carried on from, the nearest first; the title stands before all."""
        numbers = range(sentence.number - 1, max(-1, sentence.number - 1 - BACK), -1)
        return [one for number in numbers if (one := self.title if number == 0 else self.sentences[number - 1])]

    def told_before(self, sentence: Sentence) -> list[Sentence]:
        """The title, the sentence and the one right before it: what a short word for a law stands for."""
        return [*([self.title] if self.title else []), sentence, *self.before(sentence)[:1]]


def read(article: Article) -> Reading:
    """Sentences of an article, names marked; the language is the article's if there is a lexicon for it, else found out."""
    text = article.text[:LONGEST_TEXT]
    title = article.title[:LONGEST_TEXT]
    folded = _without_scripts(fold(text))
    code = article.language.lower().split("-")[0].split("_")[0]
    code = lexicon.settled(code, folded or fold(title))
    language = lexicon.language(code)
    whole = fold(title) + "\n" + folded
    both = f"{title}\n{text}"
    finder = Finder(both, whole, code)
    found = finder.all()
    if not any(one.kind in NAMED for one in found):
        return Reading(article, language, None)  # whoever acts, no platform is acted upon
    shift = len(title) + 1
    starts = [one.start for one in found]

    def sentence(number: int, start: int, end: int, offset: int) -> Sentence:
        first, last = bisect_left(starts, start + offset), bisect_left(starts, end + offset)
        return _sentence(
            number,
            start,
            end,
            whole[start + offset : end + offset],
            found[first:last],
            start + offset,
            language,
            both[start + offset : end + offset],
        )

    body = [
        sentence(number, start, end, shift)
        for number, (start, end) in enumerate(sentences(text, language.abbreviations), 1)
    ]
    return Reading(article, language, sentence(0, 0, len(title), 0) if title.strip() else None, body)


def _without_scripts(folded: str) -> str:
    """Text with what no reader sees of HTML that was left in blanked out: scripts, styles and comments."""
    for begin, end in UNSEEN:
        parts, at = [], 0
        while (first := folded.find(begin, at)) >= 0 and (last := folded.find(end, first)) >= 0:
            parts += [folded[at:first], " " * (last - first)]
            at = last
        folded = "".join([*parts, folded[at:]])
    return folded


def _sentence(
    number: int, start: int, end: int, folded: str, found: list[Mention], base: int, language: Language, written: str
) -> Sentence:
    found = [one for one in found if not (one.kind == "P" and folded[one.end - base :].startswith(OWNED))]
    masked, origin = _mask(folded, found, base)
    if "\n" in masked:
        masked = masked.replace("\n", " ")
    masked, origin = _words_for_platforms(masked, origin, language, written)
    dateline, asides = _dateline(masked, origin, written, found, base)
    asides += [m.span() for m in language.pattern("aside").finditer(masked)]
    marks = []
    names_ = iter(found)
    for at, char in enumerate(masked):
        if char in lexicon.MARK_NAMES:
            kind = lexicon.MARK_NAMES[char]
            mention = None if kind == "Q" else next(names_)
            aside = kind == "P" and (_modifies(masked, at, language) or _excepted(masked, at, language))
            marks.append(Marked(at, kind, mention, aside))
    if asides:
        marks = [one for one in marks if not any(first <= one.at < last for first, last in asides)]
        masked = _blanked(masked, asides)
    said = [mark for mark in marks if mark.kind in "PS" and _only_medium(masked, mark.at, language)]
    for mark in said:
        masked = masked[: mark.at] + SILENT + masked[mark.at + 1 :]
    kept = tuple(_own(masked, marks, mark) for mark in marks if mark not in said)
    return Sentence(number, start, end, folded, masked, origin, kept, language, written, dateline)


def _dateline(
    masked: str, origin: list[int], written: str, found: list[Mention], base: int
) -> tuple[str, list[tuple[int, int]]]:
    """The place in front of a report that says where it was written, and what it fills of the masked sentence; a country with a
    colon behind it heads what is told of it ("Italy: the authority blocked it")."""
    m = DATELINE.match(written)
    first = found[0] if m and found and found[0].end - base <= m.end() else None
    if m is None or first is None or first.kind != "J" or (m[0].endswith(":") and not first.seat):
        return "", []
    return first.place, [(0, bisect_left(origin, m.end()))]


def _blanked(masked: str, asides: list[tuple[int, int]]) -> str:
    """A sentence without what a law makes papers write beside a name: "(its owner Meta is banned as extremist)"."""
    for first, last in asides:
        masked = masked[:first] + " " * (last - first) + masked[last:]
    return masked


def _own(masked: str, marks: list[Marked], mark: Marked) -> Marked:
    """A common name of authorities belongs to the country right before it: "the Irish data protection authority"."""
    if mark.kind != "A" or mark.mention is None:
        return mark
    beside = next((one for one in marks if one.kind in "JD" and _of_place(masked, mark, one)), None)
    if beside is None or beside.mention is None or _acts_for(beside.mention.place, mark.mention.place):
        return mark
    return Marked(mark.at, "G", None)


def _of_place(masked: str, body: Marked, place: Marked) -> bool:
    """True for a country right before a body, or right behind it: "Министерство цифрового развития Киргизии"."""
    if place.at < body.at:
        return body.at - place.at <= 4 and "," not in masked[place.at + 1 : body.at]
    return place.kind == "J" and OF_PLACE.fullmatch(masked, body.at + 1, place.at) is not None


def _acts_for(place: str, own: str) -> bool:
    """False for the parliament of another state, and for that of a part: "Montana's House of Representatives"."""
    return place == own or own.startswith(place + "-")


def _mask(folded: str, found: list[Mention], base: int) -> tuple[str, list[int]]:
    parts: list[str] = []
    origin: list[int] = []
    at = 0
    for one in found:
        start, end = one.start - base, min(one.end - base, len(folded))  # a name may reach over the end of its sentence
        parts.append(folded[at:start] + MARKS[one.kind])
        origin.extend(range(at, start + 1))
        at = end
    parts.append(folded[at:])
    origin.extend(range(at, len(folded) + 1))
    return "".join(parts), origin


def _words_for_platforms(masked: str, origin: list[int], language: Language, written: str) -> tuple[str, list[int]]:
    parts, places, at = [], [], 0
    for m in language.pattern("the_platform").finditer(masked):
        if any(char in lexicon.MARK_NAMES for char in m[0]):
            continue
        if language.capitals and NAMED_APP.search(written[origin[m.start()] : origin[m.end()]]):
            continue  # "the Quran app" is none that was told of before
        parts.append(masked[at : m.start()] + MARKS["Q"])
        places.extend(origin[at : m.start()])
        places.append(origin[m.start()])
        at = m.end()
    parts.append(masked[at:])
    places.extend(origin[at:])
    return "".join(parts), places


def _modifies(masked: str, at: int, language: Language) -> bool:
    after = re.sub(r"^(?: \([^)]*)?\)", "", masked[at + 1 : at + 60])[:39]  # "X (formerly Twitter) account"
    m = language.pattern("users").search(after)
    return bool(m and re.fullmatch(r"['-]?s? ?", after[: m.start()]))


def _excepted(masked: str, at: int, language: Language) -> bool:
    """True for the Facebook of "all networks except Facebook"."""
    return language.ends_with("excepting", masked[max(0, at - 30) : at])


def _only_medium(masked: str, at: int, language: Language) -> bool:
    before = masked[max(0, at - 60) : at]
    if not language.ends_with("by_means", before):
        return False
    told = before.rstrip().rpartition(" ")[0]  # without the preposition: "announced a ban on" says what was done to it
    return not any(language.ends_with(group, told + " ") for group in ACTED)
