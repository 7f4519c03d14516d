"""Blocks -> what is compared of them: sentences of words, without what changes while the document stays the same."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType

from changes.lexicon import passing, pattern, words_of
from records import Block

INVISIBLE = re.compile("[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufe00-\ufe0f]")  # fmt: skip
ALIKE = str.maketrans({**dict.fromkeys("‘’‚‛`´ʼ′＇", "'"), **dict.fromkeys("“”„‟«»″＂", '"'), **dict.fromkeys("‐‑‒–—―−", "-"), "…": "...", "•": " ", "·": " ", "|": " ", "*": " ", "_": " "})  # fmt: skip
ASCII_ALIKE = str.maketrans("`|*_", "'   ")
SIGNS = str.maketrans("™®©℠", "    ")
ADDRESS = re.compile(r"\bhttps?://([^\s/?#<>\"]+)([^\s?#<>\"]*)[^\s<>\"]*", re.I)
# what is rare comes first and what must stand before it is looked at then: the engine skips to it
RUN_ON = re.compile(
    r"[.!?](?=[A-ZÀ-ÞА-Я][^\W\d_])(?<=[^\W\d_]{3}[.!?])"
)  # a heading and its text without a blank: RULES.You
ENUMERATOR = re.compile(
    r"^\s*(?-i:[a-z]\.(?=[A-ZÀ-Þ][a-zà-þ]{2}))?(?:(?:\(?(?:\d{1,3}|[a-z]|[ivxlc]{1,5})(?:\.(?:\d{1,3}|[a-z])){0,3}[.)]|[-–—•◦▪*])\s+){0,3}",
    re.I,
)
MARK = re.compile(r"\(?(?:\d{1,3}|[a-z]|[ivxlc]{1,5})[.)]", re.I)  # of a list, left alone where a PDF breaks its lines
NUMBERING = re.compile(r"^(?:section|article|§)?\s*\(?[\d.]*\d\)?[.)]?\s*", re.I)
GLUED = re.compile(r"[A-ZА-ЯÀ-Þ](?<=[^\W\d_A-ZА-ЯÀ-Þ][A-ZА-ЯÀ-Þ])")
LONG_JOINT = re.compile(r"[^\W\d_A-ZА-ЯÀ-Þ]{3}[A-ZА-ЯÀ-Þ][^\W\d_A-ZА-ЯÀ-Þ]{3}")
COPYRIGHT = re.compile(r"\W*(?:copyright\s*)?(?:©|\(c\)).{0,100}", re.I)  # a foot, whose sign is no word
STOPS = re.compile(r"[.!?;:](?:\s|\Z)")
LEAD = re.compile(r"([^.:!?]{3,80})[.:]\s")
WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|\w+(?:[.@'/:-]\w+)*")
ASCII_WORD = re.compile(r"\w+(?:[.@'/:-]\w+)*", re.A)  # the same where all is ASCII, in three quarters of the time
# one set of characters comes first, so that the engine skips to it; a run of stops is tried at its first alone: at each, a line of
# 10,000 dots took a second
END = re.compile(
    r"[.!?。！？](?:(?<=[.!?])(?<![.!?]{2})[.!?]*+[\"'”’»)\]]*\s+(?=[^\sa-zа-яà-þ])|(?<=[。！？])[。！？]*[”」』）]*)"
)
LONGEST = 2_000  # characters; what runs on longer is no sentence and is cut at a blank
LONG_WORD = 20  # characters; names of companies are shorter
SHORT = 15  # words; more are no entry of a table of contents
MEMORY = 16_384  # sentences and blocks remembered
FORGETS = (
    MEMORY // 4
)  # blocks; a text that has more, with several sentences each, is forgotten while it is gone through
NO_WIDGET = 200  # characters; more is a text, or a menu run together
WIDEST = 1_000  # characters of a menu
TEASERS = 150  # words of all teasers of other pages under a text
BUTTONS, NOTICE, TITLE = 120, 500, 30  # characters of the buttons, a paragraph and the title of a notice
ABOVE = 3  # blocks of a notice above its buttons
LEAD_END = 300  # characters of what a list stands under
RUN = 3  # entries that make a table of contents


@dataclass(frozen=True, slots=True)
class Unit:
    """One sentence: as a reader sees it, as words, and where it stands."""

    text: str
    words: tuple[str, ...]
    norm: str
    block: int
    heading: str
    kind: str
    lead: str = ""  # of an entry of a list: the block the list stands under


@dataclass(frozen=True, slots=True, eq=False)
class Comparable:
    """A text ready to be compared. ``near`` is the share of ``norms`` two texts have in common."""

    units: tuple[Unit, ...]
    fingerprint: str
    norms: Counter[str] = field(repr=False)
    bag: Counter[str] = field(repr=False)
    size: int  # words
    same_words: str = field(repr=False)  # all of them in one line


class _Held:
    """Blocks as a key of the memory below: the same object, not an equal one, so that nothing is hashed."""

    __slots__ = ("blocks", "like")

    def __init__(self, blocks: tuple[Block, ...], like: Comparable | None = None) -> None:
        self.blocks, self.like = blocks, like

    def __hash__(self) -> int:
        return id(self.blocks)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and self.blocks is other.blocks


def comparable(blocks: tuple[Block, ...], like: Comparable | None = None) -> Comparable:
    """Pure, and remembered as long as the caller keeps ``blocks``: a capture is compared with up to thirty earlier ones. ``like``: a
    text that it will share most sentences with; of a long one their words are taken from there, where they would be forgotten by now."""
    return _made(_Held(blocks, like))


@lru_cache(maxsize=64)
def _made(held: _Held) -> Comparable:
    blocks = held.blocks
    kept = _kept(blocks)
    known = {unit.text: unit.words for unit in held.like.units} if held.like and len(blocks) > FORGETS else {}
    held.like = None
    units = tuple(_units(kept, known))
    bag: Counter[str] = Counter()
    for unit in units:
        bag.update(unit.words)
    written = _written(units)
    return Comparable(
        units,
        _digest(written),
        Counter(unit.norm for unit in units),
        bag,
        sum(bag.values()),
        written,
    )


def fingerprint(blocks: tuple[Block, ...]) -> str:
    """SHA-256 in hexadecimal digits of the comparable text: two captures with the same one say the same."""
    return _digest(
        _written(_units(_kept(tuple(blocks))))
    )  # without what only comparing needs: a tenth of reading a page


def least(blocks: Sequence[Block], enough: int) -> int:
    """Words that are surely compared, counted up to ``enough``: those of long paragraphs, which nothing below leaves out."""
    found = 0
    for block in blocks:
        if len(block.text) > NOTICE and len(block.text.split()) > 2 * SHORT:
            sure = not _is_widget(block.text, block.kind == "row")
            found += sum(len(words(text)) for text in sentences(block.text) if not MARK.fullmatch(text)) if sure else 0
        if found >= enough:
            break
    return found


def _written(units: Sequence[Unit]) -> str:
    return " ".join(unit.norm for unit in units)


def _digest(written: str) -> str:
    return hashlib.sha256(written.encode("utf-8", "replace")).hexdigest()


def visible(text: str) -> str:
    """Text with invisible characters taken out, compatibility forms and typographic variants made one."""
    if text.isascii():
        return text.translate(ASCII_ALIKE)
    text = text.translate(SIGNS)
    return unicodedata.normalize("NFKC", INVISIBLE.sub("", text)).translate(ALIKE)


def _plain(text: str) -> str:
    """A block as it is compared: no list marks, no tokens of addresses, no relative dates, no counters."""
    text = RUN_ON.sub(r"\g<0> ", ENUMERATOR.sub("", visible(text)))
    if "://" in text:
        text = ADDRESS.sub(lambda m: m[1].lower() + m[2].rstrip("/.,;:)"), text)
    for mark, longest, expression in passing():
        if len(text) <= longest and mark in text:
            text = expression.sub(" ", text)
    return " ".join(text.split())


@lru_cache(maxsize=MEMORY)
def words(text: str) -> tuple[str, ...]:
    """Words of a sentence, case folded; remembered, since the captures of a document share most of their sentences."""
    plain = _plain(text).casefold()
    return tuple((ASCII_WORD if plain.isascii() else WORD).findall(plain))


def _kept(blocks: tuple[Block, ...]) -> list[tuple[int, Block]]:
    """Blocks that carry the text: no widgets, no bare numbers, no table of contents."""
    notices = _notices(blocks)
    kept = [(i, b) for i, b in enumerate(blocks) if i not in notices and not _is_widget(b.text, b.kind == "row")]
    if not kept:
        kept = list(enumerate(blocks))
    tails = pattern("after_the_text")
    for at, (_, block) in enumerate(kept):
        if at > len(kept) // 3 and len(block.text) < 60 and tails.fullmatch(_plain(block.text).casefold()):
            if _are_links([b for _, b in kept[at + 1 :]]):
                kept = kept[:at]
            break
    return _without_contents(kept)


def _are_links(rest: Sequence[Block]) -> bool:
    """Ways to other pages, with a line of what they tell at most: no text of this one."""
    sizes = [len(block.text.split()) for block in rest]
    return all(size <= SHORT for size in sizes) or (sum(sizes) <= TEASERS and all(size <= 2 * SHORT for size in sizes))


def _notices(blocks: Sequence[Block]) -> set[int]:
    """Blocks of a notice that asks for consent in the middle of a text: its buttons, and what stands right above them."""
    found: set[int] = set()
    for at, block in enumerate(blocks):
        if len(block.text) <= BUTTONS and _is_button(block.text):
            above = [i for i in range(max(0, at - ABOVE), at) if len(blocks[i].text) <= NOTICE]
            asking = [i for i in above if pattern("asks").search(blocks[i].text)]
            begin = max(asking, default=at)
            begin -= bool(asking and begin and len(blocks[begin - 1].text) <= TITLE)
            if asking and above[above.index(max(asking)) :] == list(range(max(asking), at)):
                found.update(range(begin, at + 1))
    return found


@lru_cache(maxsize=MEMORY)
def _is_button(text: str) -> bool:
    lowered = text.casefold().strip()
    return bool(pattern("buttons").match(lowered)) and bool(pattern("buttons").fullmatch(_plain(lowered)))


@lru_cache(maxsize=MEMORY)
def _is_widget(text: str, in_table: bool) -> bool:
    if len(text) > WIDEST:
        return False
    if len(text) > NO_WIDGET:
        return _is_glued(text)
    if COPYRIGHT.fullmatch(text):
        return True
    plain = _plain(text).casefold().strip(" .:!?-\"'")
    if not plain or _is_glued(text):
        return True
    if not any(map(str.isalpha, plain)):
        return not in_table and len(plain) <= 6
    return bool(pattern("widget").fullmatch(plain))


def _is_glued(text: str) -> bool:
    """Links of a menu run together: EnglishDeutschFrançais."""
    joints = len(GLUED.findall(text))
    if joints < 2 or text.count(",") >= joints:
        return False
    parts = text.split()
    if 3 * joints >= len(parts) and not STOPS.search(text):
        return joints > 2 or max(map(len, parts)) > LONG_WORD
    titled = 5 * sum(part[0].isupper() for part in parts) >= 2 * len(parts)
    return titled and len(LONG_JOINT.findall(text)) > 1 and not text.rstrip().endswith(".")


def _without_contents(kept: list[tuple[int, Block]]) -> list[tuple[int, Block]]:
    """Without runs of short blocks that all stand again, as headings or lines, further on."""
    keys = [_key(block.text) for _, block in kept]
    last = {key: at for at, key in enumerate(keys) if key} | {
        lead: at for at, (_, b) in enumerate(kept) if (lead := _lead(b.text))
    }
    dropped: set[int] = set()
    run: list[int] = []
    for at, key in enumerate([*keys, ""]):
        if key and last[key] > at and (not run or last[key] > run[-1]):
            run.append(at)
            continue
        if len(run) >= RUN:
            dropped.update(run, [run[0] - 1] if run[0] and _is_title(kept[run[0] - 1][1]) else [])
        run = []
    return [pair for at, pair in enumerate(kept) if at not in dropped]


def _is_title(block: Block) -> bool:
    """A heading that says: contents."""
    return len(block.text) < 40 and bool(pattern("contents").search(_plain(block.text)))


@lru_cache(maxsize=MEMORY)
def _lead(text: str) -> str:
    """The words a block begins with before its first full stop or colon: a heading inside the line."""
    head = LEAD.match(NUMBERING.sub("", visible(text[:120])))
    found = WORD.findall(head[1].casefold()) if head else []
    return " ".join(found) if 0 < len(found) <= SHORT else ""


@lru_cache(maxsize=MEMORY)
def _key(text: str) -> str:
    if len(text) > 150:
        return ""
    found = words(NUMBERING.sub("", ENUMERATOR.sub("", visible(text))))
    return " ".join(found) if 0 < len(found) <= SHORT else ""


def _units(kept: list[tuple[int, Block]], known: Mapping[str, tuple[str, ...]] = MappingProxyType({})) -> list[Unit]:
    """``known``: words of sentences."""
    units: list[Unit] = []
    heading = lead = ""
    for index, block in kept:
        if block.kind == "heading":
            heading = block.text
        if block.kind not in ("item", "row") or block.text.endswith(":"):
            lead = block.text[-LEAD_END:]
        for text in sentences(block.text):
            found = known.get(text) or words(text)
            if found and (block.kind == "row" or not MARK.fullmatch(text)):
                units.append(Unit(text, found, " ".join(found), index, heading, block.kind, lead))
    return units


@lru_cache(maxsize=MEMORY)
def sentences(text: str) -> tuple[str, ...]:
    """Sentences of a block, each as it is written; a full stop of an abbreviation, an initial or a number ends none."""
    found: list[str] = []
    begin = 0
    for stop in END.finditer(text):
        before = text[begin : stop.start() + 1].rsplit(None, 1)[-1:] or [""]
        if stop[0][0] == "." and _abbreviated(before[0]) and stop.end() - begin < LONGEST:
            continue
        found += _cut(text[begin : stop.end()].strip())
        begin = stop.end()
    return (*found, *_cut(text[begin:].strip()))


def _abbreviated(word: str) -> bool:
    bare = word.strip("(\"'“‘[").casefold().rpartition("-")[2]  # Swiss-U.S.
    return bare in words_of("abbreviations") or bool(
        re.fullmatch(r"(?:[^\W\d_]\.)+(?:(?:\d{1,2}|[^\W\d_])\.)*|\(?\d{1,2}\.(?:\d+\.)*|[ivx]+\.", bare)
    )


def _cut(text: str) -> list[str]:
    parts: list[str] = []
    while len(text) > LONGEST:
        blank = text.rfind(" ", LONGEST // 2, LONGEST)
        cut = blank if blank > 0 else LONGEST
        parts.append(text[:cut])
        text = text[cut:].strip()
    return [*parts, text] if text else parts
