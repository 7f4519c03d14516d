"""Sentence -> candidates for claims: which rule fired, who acts on what, where, and every sign for and against."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from claims import lexicon, names
from claims.lexicon import Rule
from claims.mentions import Mention
from claims.reading import Marked, Reading, Sentence

BACK = 3  # sentences a platform or place is carried on from
MOST = 40  # candidates of one sentence
MODIFIED = (
    "fine",
    "investigate",
    "order",
    "subpoena",
    "arrest",
    "charge",
    "processing",
    "preliminary",
)  # "Facebook user data"
GOVERNING = {"A", "J", "D", "G"}


@dataclass
class Candidate:
    rule: Rule
    action: str
    sentence: Sentence
    at: int  # place of the trigger in the masked sentence
    end: int
    words: str
    signs: dict[str, float] = field(default_factory=dict)  # name -> 1.0
    platforms: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    authority: Mention | None = None
    authority_at: int = -1
    person: Mention | None = None


def candidates(reading: Reading, sentence: Sentence) -> list[Candidate]:
    """Every candidate of one sentence; one trigger makes at most one."""
    if not _worth(reading, sentence):
        return []
    made: list[Candidate] = []
    for trigger, family in lexicon.rules().items():
        for m in sentence.language.pattern(trigger).finditer(sentence.masked):
            rule = next((rule for rule in family if _fits(rule, sentence, m)), None)
            if rule is None or not rule.action or len(made) >= MOST:
                continue
            candidate = _candidate(reading, sentence, rule, m)
            if candidate is not None:
                made.append(candidate)
    return made


def _worth(reading: Reading, sentence: Sentence) -> bool:
    """False for sentences far from any platform."""
    return (
        bool(sentence.marks) or bool(reading.title and reading.title.marks) or bool(_carried(reading, sentence, BACK))
    )


def _fits(rule: Rule, sentence: Sentence, m: re.Match[str]) -> bool:
    if rule.not_before and sentence.language.pattern(rule.not_before).search(
        sentence.masked, max(0, m.start() - 30), m.start()
    ):
        return False
    if rule.after and sentence.language.order == "svo":
        return all(
            sentence.language.pattern(group).search(sentence.masked, m.start(), m.end() + rule.near)
            for group in rule.all_of
        )
    if not all(
        sentence.near(group, m.start(), m.end(), rule.near) or sentence.language.pattern(group).search(m[0])
        for group in rule.all_of
    ):
        return False
    return not any(sentence.near(group, m.start(), m.end(), rule.near) for group in rule.none_of)


def _candidate(reading: Reading, sentence: Sentence, rule: Rule, m: re.Match[str]) -> Candidate | None:
    made = Candidate(rule, rule.action, sentence, m.start(), m.end(), m[0])
    voice = _voice(sentence, m)
    if not _person(reading, rule, made) or not _needed(rule, sentence, m):
        return None
    _target(reading, made, voice)
    if not made.platforms:
        return None
    if rule.side == "platform":
        _platform_subject(made)
    else:
        _agent(made, voice)
        _place(reading, made)
    _reality(made, reading.title)
    _surroundings(reading, made)
    return made


def _voice(sentence: Sentence, m: re.Match[str]) -> str:
    """active, passive or noun; a verb form that may be either is told by the words before it."""
    group = m.lastgroup or "verb"
    if group != "verb":
        return group
    before = sentence.masked[max(0, m.start() - 40) : m.start()]
    if sentence.language.ends_with("be", before):
        return "passive"
    if sentence.language.ends_with("noun_before", before):
        return "noun"
    return "active"


def _person_before(reading: Reading, made: Candidate) -> list[Marked]:
    """The executive of the sentences before, for "his arrest"."""
    if not made.sentence.has("person_pronoun"):
        return []
    for number in range(made.sentence.number - 1, max(-1, made.sentence.number - 1 - BACK), -1):
        earlier = _numbered(reading, number)
        if earlier and earlier.of("E"):
            return earlier.of("E")
    return []


def _person(reading: Reading, rule: Rule, made: Candidate) -> bool:
    """Acts against persons need an executive: named, or a word for one beside the platform."""
    if rule.needs != "person":
        return True
    people = made.sentence.of("E") or _person_before(reading, made)
    if people:
        made.person = min(people, key=lambda one: abs(one.at - made.at)).mention
        return True
    return bool(made.sentence.near("executive", made.at, made.end, 60)) and bool(made.sentence.of("P"))


def _needed(rule: Rule, sentence: Sentence, m: re.Match[str]) -> bool:
    if rule.needs == "court":
        return bool(sentence.near("court", m.start(), m.end(), 150)) or any(
            mark.mention and "-" in mark.mention.value
            for mark in sentence.of("A")
            if sentence.language.pattern("court").search(sentence.folded)
        )
    if rule.needs == "prosecution":
        before = sentence.masked[: m.start()]
        return bool(sentence.language.pattern("prosecution").search(before)) or any(
            mark.at < m.start() for mark in sentence.of("A", "J")
        )
    return True


# what is acted upon -------------------------------------------------------------------------------------------------
def _target(reading: Reading, made: Candidate, voice: str) -> None:
    """Which platforms it is about, and how far they stand from the words that say it."""
    sentence, platform_side = made.sentence, made.rule.side == "platform"
    named = _named(made)
    if made.person and made.rule.needs == "person":
        made.platforms, made.signs["target_near"] = _of_person(made, named), 1.0
    elif named:
        chosen = _choose(named, made, voice)
        made.platforms = _group(sentence, chosen, _stores(made))
        made.signs["target_near" if abs(chosen.at - made.at) <= 60 else "target_sentence"] = 1.0
    elif platform_side and sentence.of("E"):
        made.platforms, made.signs["target_sentence"] = (
            tuple(mark.mention.value for mark in sentence.of("E")[:1] if mark.mention),
            1.0,
        )
    elif sentence.of("P") and not _stores(made):
        made.platforms = tuple(mark.mention.value for mark in sentence.of("P")[:1] if mark.mention)
        made.signs["modifier_only"] = 1.0
    else:
        _elsewhere(reading, made)
    if platform_side and made.platforms == ("social media",):
        made.platforms = ()


def _named(made: Candidate) -> list[Marked]:
    """Platforms of the sentence that can be acted upon: no modifiers, no stores where something is taken out of stores."""
    sentence, stores = made.sentence, _stores(made)
    marks = [mark for mark in sentence.of("P") if mark.mention and mark.mention.value not in stores]
    plain = [mark for mark in marks if not mark.modifier or made.rule.trigger in MODIFIED]
    return plain or sentence.of("S")


def _stores(made: Candidate) -> frozenset[str]:
    """Stores and their owners where apps are taken out of stores: they carry the measure out, it is not about them."""
    if (
        made.rule.side == "platform"
        or made.rule.trigger not in ("ban", "block", "remove")
        or not made.sentence.has("store")
    ):
        return frozenset()
    return names.store_keepers()


def _of_person(made: Candidate, named: list[Marked]) -> tuple[str, ...]:
    values = [mark.mention.value for mark in named if mark.mention]
    return (
        (made.person.value,)
        if made.person and (made.person.value in values or not values)
        else _group(made.sentence, _nearest(named, made.at))
    )


def _elsewhere(reading: Reading, made: Candidate) -> None:
    """The platform stands in the sentences before, in the title, or in those that follow."""
    sentence = made.sentence
    carried = _carried(reading, sentence, BACK, _stores(made))
    if carried:
        made.platforms = carried
        made.signs["target_word" if sentence.of("Q") else "target_context"] = 1.0
        return
    around = [reading.title] if reading.title else []
    around += reading.sentences[sentence.number : sentence.number + (2 if not made.rule.law else 6)]
    for other in around:
        named = other.platforms or other.of("S")
        if named:
            made.platforms, made.signs["target_title" if other is reading.title else "target_context"] = (
                _group(other, named[0]),
                1.0,
            )
            return


def _nearest(marks: list[Marked], at: int) -> Marked:
    return min(marks, key=lambda one: abs(one.at - at))


def _choose(marks: list[Marked], made: Candidate, voice: str) -> Marked:
    """After an active verb, before a passive one; for what platforms do themselves, before."""
    after = [mark for mark in marks if mark.at >= made.end]
    before = [mark for mark in marks if mark.at < made.at]
    first_before = voice == "passive" or made.rule.side == "platform" or made.sentence.language.order == "sov"
    ordered = (before, after) if first_before else (after, before)
    for side in ordered:
        if side:
            near = _nearest(side, made.at)
            if abs(near.at - made.at) <= 160:
                return near
    return _nearest(marks, made.at)


def _group(sentence: Sentence, chosen: Marked, without: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """The platforms named in one breath with the chosen one, and with a company its apps in the same sentence."""
    marks = (
        [mark for mark in sentence.of("P") if mark.mention and mark.mention.value not in without]
        if chosen.kind == "P"
        else [chosen]
    )
    index = marks.index(chosen)
    first = last = index
    while first > 0 and _joined(sentence, marks[first - 1], marks[first]):
        first -= 1
    while last + 1 < len(marks) and _joined(sentence, marks[last], marks[last + 1]):
        last += 1
    values = [mark.mention.value for mark in marks[first : last + 1] if mark.mention]
    return tuple(dict.fromkeys([*values, *_family(sentence, values)]))


def _joined(sentence: Sentence, left: Marked, right: Marked) -> bool:
    between = sentence.masked[left.at + 1 : right.at]
    return len(between) <= 28 and not re.search(r"[.;:!?]", between) and between.count(" ") <= 4


def _family(sentence: Sentence, values: list[str]) -> list[str]:
    owners = {owner for value in values for owner in _owner(value)}
    named = [mark.mention.value for mark in sentence.of("P") if mark.mention]
    return [
        value
        for value in named
        if value not in values and (value in owners or owners & set(_owner(value)) & set(values))
    ]


def _owner(value: str) -> list[str]:
    return [names.platform(value).owner] if value != "social media" else []


def _carried(reading: Reading, sentence: Sentence, back: int, without: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Platforms of the nearest sentence before that names one; the title stands before all."""
    for number in range(sentence.number - 1, max(-1, sentence.number - 1 - back), -1):
        earlier = _numbered(reading, number)
        if earlier is None:
            continue
        named = [
            mark for mark in earlier.platforms if mark.mention and mark.mention.value not in without
        ] or earlier.of("S")
        if named:
            return _group(earlier, named[0], without)
    return ()


def _numbered(reading: Reading, number: int) -> Sentence | None:
    if number == 0:
        return reading.title
    return reading.sentences[number - 1]


# who acts -----------------------------------------------------------------------------------------------------------
def _agent(made: Candidate, voice: str) -> None:
    sentence = made.sentence
    before = [one for one in sentence.actors if one.at < made.at]
    after = [one for one in sentence.actors if one.at >= made.end]
    governing = [one for one in before if one.kind in GOVERNING and not _origin(sentence, one)]
    by = [one for one in after if one.kind in GOVERNING and _follows_by(sentence, one)]
    _name_authority(made, before, after)
    if voice == "active" and sentence.language.order == "svo" and _platform_subject_of(sentence, made, before):
        made.signs["platform_acts"] = 1.0
    if voice == "passive":
        made.signs["passive"] = 1.0
    if by:
        made.signs["agent_by"] = 1.0
    elif governing:
        kinds = {one.kind for one in governing}
        made.signs["agent_named" if "A" in kinds else "agent_word" if "G" in kinds else "agent_place"] = 1.0
    elif any(one.kind in GOVERNING for one in after):
        made.signs["agent_far"] = 1.0
    else:
        made.signs["agent_none"] = 1.0


def _name_authority(made: Candidate, before: list[Marked], after: list[Marked]) -> None:
    named = [one for one in [*before[::-1], *after] if one.kind == "A"]
    if named:
        made.authority, made.authority_at = named[0].mention, named[0].at


def _follows_by(sentence: Sentence, one: Marked) -> bool:
    return sentence.language.ends_with("by", sentence.masked[max(0, one.at - 40) : one.at], r"(?:\S+\s){0,3}")


def _platform_subject_of(sentence: Sentence, made: Candidate, before: list[Marked]) -> bool:
    """The nearest name before an active verb is the platform or its head, close by: then it is the one who acts."""
    close = [one for one in before if one.kind in "PEQG" or one.kind in "AJ"]
    if not close or close[-1].kind not in "PEQ" or close[-1].modifier:
        return False
    between = sentence.masked[close[-1].at + 1 : made.at]
    return len(between) <= 32 and not re.search(r"[,;:.()]", between) and not re.search(r"^['’]s", between)


def _platform_subject(made: Candidate) -> None:
    """Whether the platform is the one who acts: the nearest before the words that is no object, before any authority."""
    sentence = made.sentence
    before = [one for one in sentence.actors if one.at < made.at]
    free = [
        one
        for one in before
        if not sentence.language.ends_with("preposition", sentence.masked[max(0, one.at - 24) : one.at], r"(?:\w+ )?")
    ]
    owners = [one for one in free if one.kind in "PEQ" and not one.modifier]
    others = [one for one in free if one.kind in "AG"]
    if owners and (not others or owners[-1].at > others[-1].at or owners[0].at < others[0].at):
        made.signs["subject_platform"] = 1.0
    elif others:
        made.signs["subject_other"] = 1.0
    else:
        made.signs["subject_none"] = 1.0


# where --------------------------------------------------------------------------------------------------------------
def _place(reading: Reading, made: Candidate) -> None:
    sentence = made.sentence
    listed = _listed(sentence, made.at)
    if len(listed) > 1:
        made.places, made.signs["place_sentence"] = listed, 1.0
        return
    found = _best_place(sentence, made)
    if found:
        made.places, made.signs["place_sentence"] = (found,), 1.0
        return
    for number in [*range(sentence.number - 1, max(-1, sentence.number - 1 - BACK), -1), 0, 1, 2]:
        earlier = _numbered(reading, number) if number <= len(reading.sentences) else None
        found = _best_place(earlier, None) if earlier else ""
        if found:
            made.places, made.signs["place_context"] = (found,), 1.0
            return
    for later in reading.sentences[sentence.number : sentence.number + 3]:
        found = _best_place(later, None)
        if found:
            made.places, made.signs["place_context"] = (found,), 1.0
            return
    made.signs["place_none"] = 1.0


def _listed(sentence: Sentence, at: int) -> tuple[str, ...]:
    """Places in a list before the verb: "South Dakota, Maryland and Wisconsin have also ..." are several actors."""
    places = [mark for mark in sentence.of("J") if mark.at < at]
    run: list[Marked] = []
    for mark in places:
        if run and not re.fullmatch(r",? ?(?:\w{1,3}|,)? ?", sentence.masked[run[-1].at + 1 : mark.at]):
            run = []
        run.append(mark)
    if len(run) < 2 or at - run[-1].at > 40:
        return ()
    return tuple(dict.fromkeys(mark.mention.value for mark in run if mark.mention))


def _best_place(sentence: Sentence, made: Candidate | None) -> str:
    """The place whose authority acts: a named authority's, an adjective before a word for one, a subject, "in" a place."""
    scored = [
        (_place_score(sentence, mark, made), -number, mark) for number, mark in enumerate(sentence.of("A", "J", "D"))
    ]
    scored = [row for row in scored if row[0] > 0]
    if not scored:
        return ""
    best = max(scored, key=lambda row: row[:2])[2]
    if best.mention is None:
        return ""
    finer = [
        one.mention.place
        for one in sentence.of("J")
        if one.mention and one.mention.place.startswith(best.mention.place + "-")
    ]
    return finer[0] if finer and best.kind != "A" and made is None else best.mention.place


def _place_score(sentence: Sentence, mark: Marked, made: Candidate | None) -> float:
    if mark.mention is None or not mark.mention.place or _origin(sentence, mark):
        return 0.0
    score = {"A": 3.0, "J": 1.6, "D": 1.2}[mark.kind]
    after = sentence.masked[mark.at + 1 : mark.at + 45]
    m = sentence.language.pattern("gov").search(after)
    if mark.kind in "JD" and m and after[: m.start()].count(" ") <= 3:
        score += 1.6
    if mark.mention.seat:
        score -= 0.4
    if made is not None:
        score -= abs(mark.at - made.at) / 200
        if mark.kind == "A" and mark.at > made.at and not _follows_by(sentence, mark):
            score -= 1.6
        score += 0.4 if mark.at < made.at else 0.0
    return max(score, 0.1)


def _origin(sentence: Sentence, mark: Marked) -> bool:
    """True where a place only tells where a firm is from or where data go: "Chinese-owned", "transfers to China"."""
    if mark.kind not in "JD":
        return False
    after = sentence.masked[mark.at + 1 : mark.at + 60]
    if sentence.language.pattern("origin_after").match(after):
        return True
    before = sentence.masked[max(0, mark.at - 50) : mark.at]
    return sentence.language.ends_with("origin_before", before, r"\w{2,3} ")


# whether it happened ------------------------------------------------------------------------------------------------
def _reality(made: Candidate, title: Sentence | None) -> None:
    sentence, masked = made.sentence, made.sentence.masked
    start = _clause_start(masked, made.at)
    before = masked[max(start, made.at - 75) : made.at]
    after = masked[made.end : made.end + 50]
    real = sentence.language.pattern("real_before").search(before)
    if (sentence.language.pattern("unreal_before").search(before) and not real) or sentence.language.pattern(
        "unreal_after"
    ).match(after.lstrip()):
        made.signs["unreal"] = 1.0
    if sentence.language.pattern("negation").search(before[-28:]):
        made.signs["negated"] = 1.0
    if masked.rstrip("\"'”»’) ").endswith(("?", "？")):
        made.signs["question"] = 1.0
    if sentence.has("denied"):
        made.signs["denied"] = 1.0
    if (
        made.rule.side == "government"
        and made.rule.trigger in ("ban", "block", "similar", "lift", "remove")
        and _acts_on_users(sentence, made)
    ):
        made.signs["object_users"] = 1.0
    if made.rule.trigger in ("ban", "lift") and (
        sentence.has("private_object") or (made.sentence.number and title is not None and title.has("private_object"))
    ):
        made.signs["object_users"] = 1.0


def _clause_start(masked: str, at: int) -> int:
    """Where the clause of a trigger begins: after the last strong mark before it."""
    return (
        max((masked.rfind(mark, 0, at) for mark in (";", ":", " — ", " - ", ". ", "! ", "? ", "”", "»")), default=-1)
        + 1
    )


def _acts_on_users(sentence: Sentence, made: Candidate) -> bool:
    after = sentence.masked[made.end : made.end + 60]
    m = sentence.language.pattern("users").search(after)
    if m is None or re.search(r"[.,;:]", after[: m.start()]):
        return False
    between = after[: m.start()]
    return between.count(" ") <= 4 and not any(
        mark in between for mark in (lexicon.MARKS["P"], lexicon.MARKS["Q"], lexicon.MARKS["S"])
    )


def _surroundings(reading: Reading, made: Candidate) -> None:
    number = made.sentence.number
    if _told_apart(made):
        made.signs["told_apart"] = 1.0
    if number <= 2:
        made.signs["lead"] = 1.0
    elif number > 6:
        made.signs["late"] = 1.0
    if reading.title and made.rule.trigger != "similar":
        same = reading.title.language.pattern(made.rule.trigger).search(reading.title.masked)
        made.signs["title_same" if same else "title_other"] = 1.0


def _told_apart(made: Candidate) -> bool:
    """True where the sentence itself makes the act news: an inquiry that was opened, a block of a whole country."""
    if made.rule.trigger in ("investigate", "preliminary", "sue"):
        return made.sentence.near("open_strong", made.at, made.end, 60) is not None
    return "agent_none" not in made.signs and "agent_far" not in made.signs and "target_context" not in made.signs
