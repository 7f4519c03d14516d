"""Places that differ -> what each is worth: nothing, wording, or a rule; and the class of the whole."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial

from rapidfuzz.distance import Levenshtein

from changes import dates, topics
from changes.align import Pair
from changes.comparable import Comparable, Unit, visible
from changes.lexicon import lands, pattern, said, words_of

SCOPE = 0.9  # worth of a rule that reaches further or less far
UNDER = 4  # blocks under a heading that announces
TOP = 8  # blocks in which a page shows its title
POSTAL = 12  # words of a line of a postal address
LEAST_LEAD = 3  # blanks; a shorter title may be that of a menu
SENTENCE = 6  # words; less is a title or a button
FORM, MENU = 150, 5  # words of a form; lines of a menu
TONGUES = 5  # names of languages; fewer may be those a platform answers in
ENDS = ".;:!?。！？؟"  # of sentences
REACHES = 1.45  # of a sentence about ways to reach somebody: more than words that only hint at it
RULE = 1.0  # worth from which a place changes what is ruled

Run = tuple[tuple[str, ...], tuple[str, ...]]  # words that gave way, words that took their place


shown = lru_cache(maxsize=4_096)(visible)  # many expressions are looked for in one sentence


@dataclass(frozen=True, slots=True)
class Worth:
    """``kind``: none, date, number, contact, spelling, rename, banner, log, heading, wording, rule. ``score`` grows with weight."""

    pair: Pair
    kind: str
    score: float
    topics: Mapping[str, float]


def judge(pairs: Sequence[Pair], old: Comparable, new: Comparable) -> list[Worth]:
    """The worth of every place, in order."""
    banners = _banners(pairs)
    around = Around(_renames(pairs), _body(old), _body(new), _log(new), banners, _announced(pairs, banners), _postal(pairs), old.norms, new.norms)  # fmt: skip
    nothing = _twins(pairs) | _forms(pairs)
    found = [_worth(pair, around, at in nothing) for at, pair in enumerate(pairs)]
    return [replace(one, kind="none") for one in found] if _is_menu(found) else found


def _forms(pairs: Sequence[Pair]) -> frozenset[int]:
    """Places of a form that came or went in the middle of a text: short, with two or more of its fields, buttons or consents."""
    runs: dict[tuple[int, bool], list[int]] = defaultdict(list)
    for at, pair in enumerate(pairs):
        if pair.alone:
            runs[pair.gap, pair.old is None].append(at)
    return frozenset(at for run in runs.values() if _is_form([pairs[at] for at in run]) for at in run)


def _is_form(places: Sequence[Pair]) -> bool:
    units = [pair.unit for pair in places]
    if sum(len(unit.words) for unit in units) > FORM:
        return False
    return sum(bool(pattern("form").search(shown(unit.text))) for unit in units) > 1


def _is_menu(worths: Sequence[Worth]) -> bool:
    """Whether all that differs are several short lines that rule nothing: ways to other pages."""
    real = [one for one in worths if one.kind != "none"]
    return len(real) >= MENU and all(one.kind in ("wording", "heading") and _is_bare(one.pair) for one in real)


def _is_bare(pair: Pair) -> bool:
    """A short line on either side, no sentence and no entry of a list of what is ruled."""
    sides = [unit for unit in (pair.old, pair.new) if unit]
    return all(
        len(unit.words) < SENTENCE and unit.text.rstrip()[-1:] not in ".;:" and not _is_of_rules(unit) for unit in sides
    )


def _twins(pairs: Sequence[Pair]) -> frozenset[int]:
    """Lines that went and came again with nothing else in them: a date under a label in another language, an address that was veiled."""
    gone: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for at, pair in enumerate(pairs):
        if pair.old and not pair.new and (core := _core(pair.old, "old")):
            gone[core].append(at)
    found: list[int] = []
    for at, pair in enumerate(pairs):
        if pair.new and not pair.old and (others := gone.get(_core(pair.new, "new"))):
            found += [at, others.pop()]
        elif _is_other_label(pair):
            found.append(at)
    return frozenset(found)


def _is_other_label(pair: Pair) -> bool:
    """One label of a date gave way to another, naming no land; a label that came says more than there was."""
    if pair.old is None or pair.new is None or not pair.removed or not pair.added or lands(pair.removed + pair.added):
        return False
    return _core(pair.old)[:1] == ("date",) and _core(pair.old) == _core(pair.new)


def _core(unit: Unit, side: str = "old") -> tuple[str, ...]:
    """What a short line says apart from the label of its date, or from its e-mail address; () for any other line."""
    if len(unit.words) >= POSTAL:
        return ()
    if dates.YEAR.search(unit.text) and not _rules({*unit.words}):
        return ("date", *sorted(word for word in unit.words if any(map(str.isdecimal, word))), *sorted(dates.months().keys() & {*unit.words}))  # fmt: skip
    veiled = "email protected" in unit.norm
    if veiled or "@" in unit.text:
        hidden = "veiled" if veiled == (side == "new") else "shown"  # an address is a twin of its veil only
        return (hidden, *(word for word in unit.words if "@" not in word and word not in ("email", "protected")))
    return ()


@dataclass(frozen=True, slots=True)
class Around:
    """What the places have in common: names changed throughout, and the blocks where text and log of changes begin."""

    renames: frozenset[Run]
    old_body: int
    new_body: int
    log: int
    banners: frozenset[tuple[bool, int]]  # (of the new text, block) with a sentence that only announces
    announced: frozenset[tuple[bool, int]]  # those of them that are headings
    postal: frozenset[tuple[bool, int]]  # (of the new text, block) with a line of a postal address
    old_norms: Counter[str]  # sentences of either text
    new_norms: Counter[str]


def _banners(pairs: Sequence[Pair]) -> frozenset[tuple[bool, int]]:
    return frozenset((pair.new is not None, unit.block) for pair in pairs if _is_banner(pair, unit := pair.unit))  # fmt: skip


def _bare(run: Run) -> Run:
    """Without the ending of a possession at the end of both: Example's -> Sample's."""
    old, new = run
    if old and new and old[-1].endswith("'s") and new[-1].endswith("'s"):
        return (*old[:-1], old[-1][:-2]), (*new[:-1], new[-1][:-2])
    return run


def _is_renamed(pair: Pair, around: Around) -> bool:
    """Whether all that differs is what differs throughout."""
    return bool(pair.runs) and around.renames.issuperset(map(_bare, pair.runs))


def _announced(pairs: Sequence[Pair], banners: frozenset[tuple[bool, int]]) -> frozenset[tuple[bool, int]]:
    return frozenset(here for pair in pairs if (unit := pair.unit).kind == "heading" and (here := (pair.new is not None, unit.block)) in banners)  # fmt: skip


def _postal(pairs: Sequence[Pair]) -> frozenset[tuple[bool, int]]:
    return frozenset((pair.new is not None, unit.block) for pair in pairs if _is_postal_line(unit := pair.unit))  # fmt: skip


def _is_postal_line(unit: Unit) -> bool:
    """A line with a street or a postal code, and nothing that is done."""
    if len(unit.words) > POSTAL or unit.kind == "heading" or pattern("verb").search(shown(unit.text)):
        return False
    return any(map(_is_street, unit.words)) or bool(pattern("postal_code").search(shown(unit.text)))


def _is_street(word: str) -> bool:
    return word in words_of("place") or bool(pattern("street").fullmatch(word))


def _body(text: Comparable) -> int:
    """The block with the first sentence of some length."""
    return next((unit.block for unit in text.units if len(unit.words) > 12), 0)


def logged(pairs: Sequence[Pair], text: Comparable) -> list[str]:
    """Lines that were added to the log of changes at the end of a document."""
    log = _log(text)
    return [pair.new.text for pair in pairs if pair.new and not pair.old and pair.new.block >= log]


def _log(text: Comparable) -> int:
    """The block from which on a document tells its own changes by date; beyond the last one if it has none."""
    dated = 0
    for unit in reversed(text.units):
        dated += len(unit.words) < 6 and bool(dates.find(unit.text))
        if unit.kind == "heading" and pattern("changelog").search(shown(unit.text)):
            return unit.block if dated > 1 else len(text.units) + unit.block
    return text.units[-1].block + 1 if text.units else 0


def _renames(pairs: Sequence[Pair]) -> frozenset[Run]:
    """Substitutions that happen in three or more sentences, not most of them before a form of company: a brand has a new name."""
    seen: Counter[Run] = Counter()
    bound: Counter[Run] = Counter()
    for pair in pairs:
        for run in {_bare(run) for run in pair.runs if run[0] and run[1] and max(map(len, run)) < 6}:
            seen[run] += 1
            bound[run] += _is_entity(pair)
    return frozenset(run for run, times in seen.items() if times > 2 and 2 * bound[run] < times)


def _worth(pair: Pair, around: Around, twin: bool) -> Worth:
    unit = pair.unit
    kind = "none" if twin or _is_navigation(pair, unit, around) else _kind(pair, unit, around)
    if pair.new and pair.new.block >= around.log and kind == "wording" and not pair.old:
        kind = "log"
    score = _score(pair, unit)
    if kind == "wording" and score >= RULE:
        kind = "rule"
    return Worth(pair, kind, score, topics.of(pair))


def _kind(pair: Pair, unit: Unit, around: Around) -> str:
    changed = [*pair.removed, *pair.added]
    content = [word for word in changed if word not in words_of("stop")]
    for name, holds in (
        (
            "none",
            not changed or _is_unveiled(pair) or _is_blank(pair) or _is_archived(pair, unit) or _is_of_tongues(unit),
        ),
        (
            "rule",
            not _is_renamed(pair, around)
            and (_is_entity(pair) or _is_listed_entity(pair, unit) or _is_report(pair, unit)),
        ),
        ("date", _is_date(pair, unit)),
        ("banner", _is_banner(pair, unit) or _in_banner(pair, unit, around)),
        (
            "contact",
            _is_contact(pair, unit, content) or _is_way_to_reach(pair, unit) or _in_address(pair, unit, around),
        ),
        ("spelling", _is_spelling(pair)),
        ("number", _is_count(unit, content) or _is_of_register(pair)),
        ("rename", _is_rename(pair, around)),
        (
            "heading",
            (unit.kind == "heading" and len(unit.words) < 15) or _is_headline(pair, unit) or _is_line(pair, unit),
        ),
    ):
        if holds:
            return name
    return "wording"


def _is_headline(pair: Pair, unit: Unit) -> bool:
    """A line that came or went whose words begin with capitals, as those of titles do, or that asks: a way to another page."""
    if pair.alone and len(unit.words) < 20 and unit.text.rstrip()[-1:] in "?？؟":
        return True
    if not pair.alone or unit.kind == "row" or not SENTENCE <= len(unit.words) < 20 or unit.text.rstrip()[-1:] in ".;:":
        return False
    told = [word for word in unit.text.split() if len(word) > 3 and word[0].isalpha()]
    return len(told) > 3 and sum(word[0].isupper() and not word.isupper() for word in told) >= 0.8 * len(told)


def _is_line(pair: Pair, unit: Unit) -> bool:
    """A short paragraph that came or went without an end of a sentence, a number or a word of a rule: a link or a teaser."""
    if not pair.alone or unit.kind != "paragraph" or len(unit.words) >= POSTAL or unit.text.rstrip()[-1:] in ENDS:
        return False
    held = {*unit.words}
    return not (_rules(held) or _weighty() & held or _is_of_rules(unit) or lands(unit.words) or any(word[0].isdecimal() for word in held))  # fmt: skip


def _is_of_tongues(unit: Unit) -> bool:
    """A line of names of languages, each in its own: ways to the same text."""
    named = len(words_of("tongue") & {*unit.words})
    return named >= TONGUES and 3 * named >= len(unit.words)


def _is_unveiled(pair: Pair) -> bool:
    """An address that a protection against robots hides in one of the captures (https://developers.cloudflare.com/waf/tools/scrape-shield/email-address-obfuscation/)."""
    sides = [{*side} for side in (pair.removed, pair.added)]
    veiled = {"email", "protected"}
    if any(a and a <= veiled and b and all("@" in word for word in b) for a, b in (sides, sides[::-1])):
        return True
    both = pair.old and pair.new and veiled <= {*pair.old.words} and veiled <= {*pair.new.words}
    return bool(both) and all(len(word) == 1 for word in (*pair.removed, *pair.added))


def _is_blank(pair: Pair) -> bool:
    """Only blanks differ: yourcredit card. A name written in one word is another spelling."""
    alike = (bool(old and new) and "".join(old) == "".join(new) for old, new in pair.runs)
    return bool(pair.runs) and all(alike) and not any(_is_name(pair.new.text, word) for word in pair.added if pair.new)


def _is_archived(pair: Pair, unit: Unit) -> bool:
    """A link to an earlier version of the document came or went."""
    return pair.alone and len(unit.words) < 16 and bool(pattern("archived").match(shown(unit.text)))


def _is_report(pair: Pair, unit: Unit) -> bool:
    """A report on requests, audits or risks, or another part of the terms, was published or taken away: a line with its name and time."""
    if not pair.alone or len(unit.words) >= 16 or not dates.YEAR.search(unit.text):
        return False
    part = unit.kind == "item" and bool(pattern("annex").search(shown(unit.text)))
    return part or topics.hits(unit.text).get("transparency_report", 0) >= 1


def _is_navigation(pair: Pair, unit: Unit, around: Around) -> bool:
    """A short line that came or went above the first paragraph: a way to other pages; or the title of the page, in whatever form."""
    body = around.new_body if pair.new else around.old_body
    if unit.block >= body or dates.find(unit.text):
        return False
    if all(_is_page_title(side) for side in (pair.old, pair.new) if side):
        return unit.block < TOP
    return pair.alone and unit.kind != "heading" and len(unit.words) <= 5


def _is_page_title(unit: Unit) -> bool:
    """What a document calls itself, and no sentence."""
    if len(unit.words) >= POSTAL or unit.text.rstrip()[-1:] in ".!;:" or pattern("verb").search(shown(unit.text)):
        return False
    return bool(pattern("title").search(shown(unit.text))) and not words_of("acting") & {*unit.words}


def _is_date(pair: Pair, unit: Unit) -> bool:
    """Only a date differs, or the year of a copyright."""
    if pair.old is None or pair.new is None:
        return bool(dates.find(unit.text)) and len(unit.words) < 12
    if all(map(dates.YEAR.fullmatch, (*pair.removed, *pair.added))) and pattern("copyright").search(shown(unit.text)):
        return True
    return _dateless(pair.old) == _dateless(pair.new) or (_is_date_line(pair.old) and _is_date_line(pair.new))


def _is_date_line(unit: Unit) -> bool:
    """A short line that is there for its date: Effective date outside the EEA: 1 May 2024."""
    return len(unit.words) < 15 and bool(dates.find(unit.text)) and bool(dates.opening().match(shown(unit.text)))


def _dateless(unit: Unit) -> str:
    text = unit.text
    for match in reversed(dates.find(text)):
        text = text[: match.start()] + text[match.end() :]
    return " ".join(re.findall(r"\w+", text.casefold()))


def _is_banner(pair: Pair, unit: Unit) -> bool:
    if pair.alone and pattern("told_of_itself").match(shown(unit.text)):
        return True
    return (pair.alone or 2 * (len(pair.removed) + len(pair.added)) > len(unit.words)) and bool(pattern("banner").search(shown(unit.text))) and len(unit.words) < 60  # fmt: skip


def _in_banner(pair: Pair, unit: Unit, around: Around) -> bool:
    """A short sentence that came or went with an announcement in one paragraph: Please take a look. Not what it announces of an age."""
    aged = any(word.isdecimal() and words_of("age") & {*_around_word(unit.words, word)} for word in unit.words)
    here = (pair.new is not None, unit.block)
    if pair.alone and unit.kind == "item" and unit.lead and pattern("banner").search(shown(unit.lead)):
        return not aged
    under = {(here[0], unit.block - step) for step in range(1, UNDER)} & around.announced
    return pair.alone and not aged and len(unit.words) < 25 and (here in around.banners or bool(under))


def _is_contact(pair: Pair, unit: Unit, content: list[str]) -> bool:
    if not content:
        return False
    joined = " ".join(content)
    written = " ".join(side.text for side in (pair.old, pair.new) if side).casefold()
    if all(pattern("domain").fullmatch(word) or word == "e.g" or f"@{word}" in written for word in content):
        return True
    if pair.old and pair.new and (_is_postal(pair, unit, content) or _is_other_channel(pair, unit, content)):
        return True
    told = (
        pair.old
        and pair.new
        and pattern("verb").search(shown(unit.text))
        and not any(_is_of_address(word) for word in content)
    )
    short = not told and len(unit.words) < 16 and unit.kind != "heading" and not words_of("handling") & {*unit.words}
    if _is_measure(pair):  # how long a number is kept, not which number it is
        return False
    if pair.alone and topics.hits(unit.text).get("law_enforcement_disclosure", 0) >= 1:
        return False  # a way for authorities was opened or closed
    if pair.alone and words_of("negation") & {*unit.words}:
        return False  # which way is closed
    if _is_listed(pair, unit) and not any(
        word[0].isdigit() or pattern("domain").fullmatch(word) for word in unit.words
    ):
        return False  # a kind of address that a rule is about, none to write to
    return short and bool(words_of("address") & set(unit.words)) and not pattern("verb").search(joined)


def _is_other_channel(pair: Pair, unit: Unit, content: list[str]) -> bool:
    """One way to reach somebody gave way to another: a form for an address; not a way for authorities."""
    if not (pair.removed and pair.added and any(map(_is_address, content))):
        return False
    channels = all(word in words_of("channel") or _is_address(word) for word in content)
    return channels and topics.hits(unit.text).get("law_enforcement_disclosure", 0) < 1


def _is_address(word: str) -> bool:
    return "@" in word or bool(pattern("domain").fullmatch(word))


def _is_of_address(word: str) -> bool:
    return word[0].isdigit() or "@" in word or word in words_of("address") or _is_street(word)


def _is_postal(pair: Pair, unit: Unit, content: list[str]) -> bool:
    """Parts of a postal address were replaced: a word of one changed, or stands beside a number that did; the rest are names."""
    if pair.old and pair.new and _is_postal_line(pair.old) and _is_postal_line(pair.new):
        return True
    if len(unit.words) < 8 and any(re.fullmatch(r"\d{5}", word) for word in pair.added):  # a line with a postal code
        return True
    beside = {word for number in pair.added if number[0].isdigit() for word in _around_word(unit.words, number)}
    if not (any(map(_is_street, content)) or (any(map(_is_street, beside)) and not _is_measure(pair))):
        return False
    return all(
        word[0].isdigit() or word in words_of("stop") or _is_street(word) or _is_name(unit.text, word)
        for word in pair.added
    )


def _in_address(pair: Pair, unit: Unit, around: Around) -> bool:
    """A short line that came or went with a line of a postal address beside it; the name of a company only if it stands elsewhere."""
    if not pair.alone or len(unit.words) > POSTAL or unit.kind == "heading" or pattern("verb").search(shown(unit.text)):  # fmt: skip
        return False
    near = {(pair.new is not None, unit.block + step) for step in (-2, -1, 0, 1, 2)}
    elsewhere = around.old_norms if pair.new else around.new_norms
    named = words_of("entity") & {*unit.words} and not pattern("care_of").match(shown(unit.text))
    return bool(near & around.postal) and (not named or unit.norm in elsewhere)


def _is_way_to_reach(pair: Pair, unit: Unit) -> bool:
    """A sentence that only tells users how to reach somebody, or where to read on, came or went; ways for authorities are rules."""
    if pair.old and pair.new:
        return all(pattern("read_on").match(shown(side.text)) for side in (pair.old, pair.new)) and not _rules(
            {*pair.removed, *pair.added}
        )
    if len(unit.words) > 30:
        return False
    if pattern("read_on").match(shown(unit.text)) and not words_of("limit") & {*unit.words}:
        return not topics.hits(unit.text).get("law_enforcement_disclosure")
    if _rules({*unit.words}) or (words_of("choice") | words_of("grant")) & {*unit.words}:
        return False
    said = topics.hits(unit.text)
    if said.get("law_enforcement_disclosure"):
        return False
    most = max(said.values(), default=0.0)
    return said.get("contact_or_format", 0) >= max(1.0, most) or bool(pattern("reach").search(shown(unit.text)))


def _rules(held: set[str]) -> bool:
    """Whether words hold one of duty, negation, limit, time or handling of data."""
    return any(words_of(name) & held for name in ("duty", "negation", "limit", "time_unit", "handling", "entity"))


def _is_spelling(pair: Pair) -> bool:
    if pair.runs and all(_same_said(said(old), said(new)) for old, new in pair.runs):
        return True
    if pair.old is None or pair.new is None or len(pair.removed) != len(pair.added):
        return False
    return all(_spelt(a, b) for a, b in zip(pair.removed, pair.added, strict=True))


def _same_said(old: Sequence[str], new: Sequence[str]) -> bool:
    return len(old) == len(new) and all(a == b or _spelt(a, b) for a, b in zip(old, new, strict=True))


def _spelt(a: str, b: str) -> bool:
    if a.replace("'", "") == b.replace("'", ""):  # dont
        return True
    if any(c.isdigit() for c in a + b):
        return False
    for word in (a, b):
        if word in _weighty():
            return False
    if any(a == prefix + b or b == prefix + a for prefix in words_of("opposite")):
        return False
    return min(len(a), len(b)) > 2 and Levenshtein.distance(a, b) <= max(1, min(len(a), len(b)) // 4)


def _is_count(unit: Unit, content: list[str]) -> bool:
    """Numbers of users, claims and the like, with the time they were counted in; how long answers took."""
    taken = bool(pattern("statistic").search(shown(unit.text)))
    if not content or not (taken or pattern("user_count").search(shown(unit.text))):
        return False
    beside = words_of("time_unit") if taken else frozenset()
    return all(re.fullmatch(r"[\d.,:%-]+", word) or pattern("user_count").fullmatch(word) or word in dates.months() or word in beside for word in content)  # fmt: skip


def _is_of_register(pair: Pair) -> bool:
    """Under which number a company stands in a register came in beside its name, or went."""
    changed = (*pair.removed, *pair.added)
    told = [word for word in changed if word not in words_of("register")]
    return bool(pair.old and pair.new and told and len(told) < len(changed)) and all(any(map(str.isdigit, word)) for word in told)  # fmt: skip


def _is_rename(pair: Pair, around: Around) -> bool:
    if pair.new is None or not _is_renamed(pair, around):
        return False
    changed = {*pair.removed, *pair.added}
    names = (" ".join(run) for _, run in pair.runs)
    return not (words_of("entity") | _weighty()) & changed and all(map(partial(_is_name, pair.new.text), names))


def _is_name(text: str, name: str) -> bool:
    """Whether words stand side by side in a text with a capital letter, and never without."""
    said = r"[\W_]+".join(map(re.escape, name.split()))
    places = re.findall(rf"(?<!\w){said}(?!\w)", text, re.I)
    return bool(places) and not any(place[0].islower() for place in places)


def _is_entity(pair: Pair) -> bool:
    """A legal entity has another name: words before its form of company were replaced, or the form itself."""
    if pair.new is None or not pair.removed or not pair.added:
        return False
    form = words_of("entity")
    return bool(form & {*pair.removed, *pair.added}) or (len(pair.added) < 6 and any(_before_entity(pair.new, word) for word in pair.added if not word[0].isdigit()))  # fmt: skip


def _is_listed_entity(pair: Pair, unit: Unit) -> bool:
    """A company came into, or went from, a list of those that are told of under a title each."""
    return (
        pair.alone and unit.kind == "heading" and len(unit.words) < POSTAL and bool(words_of("entity") & {*unit.words})
    )


def _before_entity(unit: Unit, word: str) -> bool:
    at = unit.words.index(word) if word in unit.words else -1
    return at >= 0 and bool(words_of("entity") & set(unit.words[at + 1 : at + 4]))


def _weighty() -> frozenset[str]:
    return words_of("permission") | words_of("duty") | words_of("negation") | words_of("limit")


def _score(pair: Pair, unit: Unit) -> float:
    """How much what changed bears on rules: words of permission, duty, limit, time, money, names; sentences as a whole."""
    changed = Counter(pair.removed) + Counter(pair.added)
    score = 0.0
    for name, weight in (("permission", 0.6), ("duty", 0.5), ("negation", 1.0), ("limit", 1.0), ("time_unit", 0.6), ("age", 0.5), ("money", 0.5), ("entity", 1.0), ("handling", 0.4), ("wide", 0.2)):  # fmt: skip
        listed = words_of(name)
        score += weight * min(2, sum(count for word, count in changed.items() if word in listed))
    content = sum(count for word, count in changed.items() if word not in words_of("stop"))
    score += 0.12 * min(content, 15)
    score += 0.3 * sum(value >= 0.9 for value in topics.hits(topics.changed_text(pair)).values())
    if any(word[:1].isdigit() for word in changed):
        score += 1.0 if _is_measure(pair) else 0.5
    if pair.old and pair.new and _is_place_of_party(pair):
        score += 0.8
    if pair.old and pair.new and words_of("condition") & changed.keys():  # a rule holds on another condition
        score += 0.4
    scope = SCOPE * _is_scope(pair, unit)
    if pair.old is None or pair.new is None:
        score += 0.4 if len(unit.words) >= 6 else 0.0 if scope else -0.3
    return score + scope


def _is_scope(pair: Pair, unit: Unit) -> bool:
    """A rule reaches further or less far though no word of a rule changed: another country, one thing more or less in an enumeration."""
    if topics.hits(unit.text).get("contact_or_format", 0) > REACHES or unit.kind == "heading":
        return False
    if pair.old is None or pair.new is None:
        return unit.kind in ("item", "row") and _is_of_rules(unit) and any(map(tells, unit.words))
    if lands(pair.removed) != lands(pair.added):
        return True
    if _is_other_recipient(pair, unit):
        return True
    gone, came = (
        _telling([old for old, _ in pair.runs], pair.added),
        _telling([new for _, new in pair.runs], pair.removed),
    )
    if gone and came:
        return _is_other_party(gone, came) or (unit.kind in ("item", "row") and _is_other_thing(pair, unit))
    if max(len(pair.old.words), len(unit.words)) < SENTENCE and not (
        unit.kind in ("item", "row") and _is_of_rules(unit)
    ):
        return False
    return any(_is_enumerated(run, pair.old) for run in gone) or any(_is_enumerated(run, pair.new) for run in came)


def _is_other_party(gone: Sequence[tuple[str, ...]], came: Sequence[tuple[str, ...]]) -> bool:
    """A rule is about somebody else: natural persons, then customers."""
    old, new = ({word for run in runs for word in run} & words_of("addressee") for runs in (gone, came))
    return bool(old and new and not old & new)


def _telling(runs: Sequence[tuple[str, ...]], other: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Runs of words with one that names something, in no form among the words on the other side."""
    return [run for run in runs if any(tells(word) and not any(_kin(word, o) for o in other) for word in run)]


def _is_other_recipient(pair: Pair, unit: Unit) -> bool:
    """Data go to somebody of another name: it was replaced behind what is done with them."""
    if not pair.runs or topics.hits(unit.text).get("data_sharing", 0) < 1 or words_of("entity") & {*pair.removed, *pair.added}:  # fmt: skip
        return False
    does = next((at for at, word in enumerate(unit.words) if word in words_of("handling")), len(unit.words))
    return all(old and new and new[0] in unit.words[does:] and _is_name(unit.text, " ".join(new)) for old, new in pair.runs)  # fmt: skip


def _is_of_rules(unit: Unit) -> bool:
    """Whether what stands above an entry of a list says that it lists what is ruled."""
    lead = unit.lead.rstrip()
    return lead.endswith(":") or (lead.count(" ") >= LEAST_LEAD and any(value >= 1 for value in topics.hits(lead).values()))  # fmt: skip


def _is_listed(pair: Pair, unit: Unit) -> bool:
    """An entry came into, or went from, a list under a sentence that rules."""
    return pair.alone and unit.kind in ("item", "row") and _is_of_rules(unit)


def _is_other_thing(pair: Pair, unit: Unit) -> bool:
    """A short entry of a list names something else."""
    old, new = [word for word in pair.removed if tells(word)], [word for word in pair.added if tells(word)]
    return bool(old and new) and len(unit.words) < 8 and _is_of_rules(unit) and not any(_kin(a, b) for a in old for b in new)  # fmt: skip


def _kin(a: str, b: str) -> bool:
    """Forms of one word."""
    return a[:4] == b[:4] or _spelt(a, b)


def tells(word: str) -> bool:
    """Whether a word names something: no little word, number or adverb of degree."""
    return len(word) > 2 and word[0].isalpha() and word not in words_of("stop") and word not in words_of("degree")


def _is_enumerated(run: tuple[str, ...], unit: Unit) -> bool:
    """Whether words that came into a sentence, or went, are one thing of several: an "and", an "or", a comma or "such as" joins them."""
    if _before_entity(unit, run[-1]):  # a part of the name of a company
        return False
    if words_of("joining") & {run[0], run[-1]}:
        return True
    first, last = re.escape(run[0]), re.escape(run[-1])
    text = shown(unit.text).casefold()
    return bool(re.search(rf"(?<!\w){last}(?!\w)[\"')]*,|,\s+{first}(?!\w)|\({first}(?!\w)", text))


def _is_measure(pair: Pair) -> bool:
    """A number was replaced that counts time, age or money."""
    return any(_counts(unit.words, word) for unit, changed in ((pair.old, pair.removed), (pair.new, pair.added)) if unit for word in changed if word[:1].isdigit())  # fmt: skip


def _counts(words: tuple[str, ...], number: str) -> bool:
    return bool((words_of("time_unit") | words_of("age") | words_of("money")) & set(_around_word(words, number)))


def _around_word(words: tuple[str, ...], word: str) -> tuple[str, ...]:
    """Two words on either side of the first place where ``word`` stands, and itself."""
    at = words.index(word) if word in words else -1
    return words[max(0, at - 2) : at + 3] if at >= 0 else ()


def _is_place_of_party(pair: Pair) -> bool:
    """A name was replaced in a sentence that says who is bound: where the controller sits."""
    new = pair.new
    if new is None or not pair.removed or not pair.added or len(new.words) < 10:
        return False
    said = words_of("entity") | words_of("party")
    return bool(said & set(new.words)) and all(word not in words_of("stop") and word.title() in new.text for word in pair.added)  # fmt: skip


def class_of(worths: Sequence[Worth]) -> str:
    """substantive, editorial or cosmetic_noise: the strongest that applies."""
    kinds = {worth.kind for worth in worths}
    if "rule" in kinds:
        return "substantive"
    return "editorial" if kinds - {"none"} else "cosmetic_noise"
