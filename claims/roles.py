"""Candidate -> the same with its roles: the platform acted upon, who acts, and where. Fills in; judges nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from claims import lexicon, names
from claims.candidate import Candidate
from claims.lexicon import Rule
from claims.reading import Marked, Reading, Sentence

INVERTED = 40  # characters between a passive and its subject
FRONT = 12  # characters before what still stands in front of a sentence
HEAD = 2.5  # what a place gains that a relative clause with the words is about
MOST_PLACES = 16  # of a sentence that are weighed against each other
CLAUSE_APART = 1.5  # what a place loses that acts in another clause
ACTS_BEHIND = 56  # characters between a list of places and what they do: "France, Italy and other countries are also"
ASIDE = re.compile(
    rf"{lexicon.MARKS['P']} [—–-] [^—–]+ [—–-] (?:\w+ ){{0,2}}"
)  # "LinkedIn — a network of Microsoft — has"
ARTICLE = 2  # characters: "A ANPD determinou" begins with no preposition
PREFIX = 40  # characters before a place that may say whence somebody comes
SUBJECT = 20  # characters between a platform and the passive it is the subject of
LISTED = (", ", " and ", ", and ", " or ")
QUOTES = "「『《“„«\"'"  # that open a name: "對「小紅書」發布命令"
NEAR_VERB = 40  # characters before a platform in which its verb may stand
LIST = 30  # characters that may part two platforms of a list
RECEIVED = 60  # characters between "was handed" and what was handed
WHERE_IT_STANDS = ("processing_ban", "other_restriction")  # done to what stands on a platform
OF_STORES = ("ban", "block", "remove", "order", "lift", "sign", "propose")  # what may be done through stores
BY_MEMBERS = (
    "fine",
    "data_order",
    "processing_ban",
    "compliance_order",
    "investigation",
)  # what members do for a union
PROTECTS_DATA = "data_protection_authority"
BENEATH = 4  # sentences that a heading is above
BACK = 3  # sentences a platform or place is carried on from
GOVERNING = frozenset("AJDG")
BARE_SINGULAR = ("ban", "block", "probe", "fine")
BARE = ("ban", "bans", "block", "blocks", "probe", "probes")  # verbs in form: with "on" right behind they are nouns
_SUM_AT_EITHER_END = re.compile(r"\d[^.;\n]{0,28}\n|\n[^.;\n]{0,28}\d")
ACTED_ON = ("block", "ban", "fine", "investigate", "lift")  # what an authority does to a platform or to its rules
ON_FIRMS = ("sue", "fine", "investigate")  # who is meant stands right behind the verb
ADDRESSED = ("compliance_order", "data_order", "fine")  # orders to the platform itself, a keeper of a store too
OF_PLATFORMS = frozenset(
    ("ban", "block", "fine", "investigate", "sue")
)  # words that are said of users and posts as well


def worth(reading: Reading, sentence: Sentence) -> bool:
    """False for sentences far from any platform."""
    return bool(sentence.marks) or bool(reading.title and reading.title.marks) or bool(_carried(reading, sentence))


def fill(reading: Reading, made: Candidate) -> bool:
    """False if the roles that the rule needs stay empty."""
    if not _person(reading, made) or not _needed(made.rule, made):
        return False
    _target(reading, made)
    if not made.platforms:
        return False
    if made.rule.side == "platform":
        _platform_subject(made)
    else:
        _agent(made)
        _place(reading, made)
    return True


# persons and courts that a rule needs ---------------------------------------------------------------------------------
def _person(reading: Reading, made: Candidate) -> bool:
    """Acts against persons need an executive: named, or a word for one beside the platform."""
    if made.rule.needs != "person":
        return True
    people = made.sentence.of("E") or _person_before(reading, made)
    if people:
        made.person = min(people, key=lambda one: abs(one.at - made.at)).mention
        return True
    return bool(made.sentence.near("executive", made.at, made.end, 60)) and bool(made.sentence.of("P"))


def _person_before(reading: Reading, made: Candidate) -> list[Marked]:
    """The executive of the sentences before, for "his arrest"."""
    if not made.sentence.has("person_pronoun") or made.sentence.strange(0, made.at):
        return []  # "Trump made his return after his arrest"
    for earlier in _before(reading, made.sentence):
        if earlier.of("E"):
            return earlier.of("E")
    return []


def _needed(rule: Rule, made: Candidate) -> bool:
    sentence = made.sentence
    if rule.needs == "court":
        return bool(sentence.near("court", made.at, made.end, 150)) or any(
            mark.mention and names.authority(mark.mention.value).kind == "court" for mark in sentence.of("A")
        )
    if rule.needs == "authority":
        return any(one.kind in "AG" or (one.kind == "J" and one.at < made.at) for one in sentence.actors)
    if rule.needs == "prosecution":
        return _prosecutes(made)
    return True


def _brought(made: Candidate) -> bool:
    """True for "a lawsuit from 33 states", "a suit filed by Utah": who brings it stands behind."""
    language = made.sentence.language
    return language.pattern("brought_by").match(made.sentence.masked[made.end :].lstrip()) is not None


def _prosecutes(made: Candidate) -> bool:
    """Somebody who acts for a state stands before the words; "moderators in Kenya" are none."""
    sentence, pattern = made.sentence, made.sentence.language.pattern
    brought = _brought(made)
    if made.voice == "passive" or brought:
        by = [one for one in sentence.actors if one.at >= made.end and one.kind in "AGJ"]
        return bool(by) and (_follows_by(sentence, by[0]) or (brought and by[0].at - made.end <= LIST))
    private = list(pattern("private_party").finditer(sentence.masked, 0, made.at))
    start = private[-1].end() if private else 0
    if pattern("prosecution").search(sentence.masked, start, made.at):
        return True
    return any(
        start <= mark.at < made.at
        for mark in sentence.of("A", "J")
        if not (private and sentence.language.ends_with("located", sentence.masked[: mark.at]))
    )


# what is acted upon -------------------------------------------------------------------------------------------------
def _target(reading: Reading, made: Candidate) -> None:
    """Which platforms it is about, and how far they stand from the words that say it."""
    sentence, platform_side = made.sentence, made.rule.side == "platform"
    named = _named(made)
    if made.person and made.rule.needs == "person":
        made.platforms = _of_person(made, named)
        made.signs.add("target_near")
    elif accused := _accused(made):
        made.platforms = _group(sentence, accused)
        made.signs.add("target_near")
    elif named:
        chosen = _choose(named, made)
        made.platforms = _group(sentence, chosen, _stores(made), apart=r"\d" if made.rule.sums else "")
        made.bridge = (made.end, chosen.at) if chosen.at >= made.end else (chosen.at + 1, made.at)
        made.signs.add("target_near" if abs(chosen.at - made.at) <= 60 else "target_sentence")
        of_platform = made.rule.side == "government" and made.rule.trigger in OF_PLATFORMS
        if of_platform and made.action not in WHERE_IT_STANDS and _place_only(made, chosen):
            made.signs.add("target_place")
        if _turned(made, chosen):
            made.signs.add("subject_missing" if made.voice == "passive" else "target_turned")
    elif platform_side and sentence.of("E"):
        made.platforms = tuple(mark.mention.value for mark in sentence.of("E")[:1] if mark.mention)
        made.signs.add("target_sentence")
    elif _stores(made) and _of_store(made):
        made.platforms = _of_store(made)
        made.signs.add("target_near")
    elif sentence.of("P") and not sentence.of("Q") and not _stores(made):
        made.platforms = tuple(mark.mention.value for mark in sentence.of("P")[:1] if mark.mention)
        made.signs.add("modifier_only")
    else:
        _elsewhere(reading, made)
    if platform_side and made.platforms == ("social media",):
        made.platforms = ()


def _accused(made: Candidate) -> Marked | None:
    """The executive whom an inquiry or a suit is about: he stands right behind the words, before any platform."""
    if made.rule.trigger not in ("investigate", "sue"):
        return None
    behind = [mark for mark in made.sentence.of("P", "E") if 0 <= mark.at - made.end <= LIST]
    return behind[0] if behind and behind[0].kind == "E" and made.voice != "passive" else None


def _turned(made: Candidate, chosen: Marked) -> bool:
    """The platform stands on the side where the one who acts should stand."""
    if (
        made.rule.side == "platform"
        or made.rule.subject
        or made.rule.law
        or made.voice == "noun"
        or made.sentence.language.order != "svo"
        or _impersonal(made, chosen)
    ):
        return False
    if made.at <= chosen.at < made.end or _inverted(made, chosen):
        return False  # "access to Telegram was cut": its place is part of the words
    if made.voice == "active" and chosen.at < made.at and _actor_between(made, chosen):
        return False  # "TikTok, which India banned", "ChatGPT left Italy after the regulator restricted its processing"
    return (chosen.at < made.at) != (made.voice == "passive")


def _actor_between(made: Candidate, chosen: Marked) -> bool:
    between = [one for one in made.sentence.actors if chosen.at < one.at < made.at and one.kind in GOVERNING]
    return any(not origin(made.sentence, one) for one in between)


def _inverted(made: Candidate, chosen: Marked) -> bool:
    """True for "detenido el jefe de Telegram": the subject right behind a passive, in a language that lets it stand there."""
    sentence = made.sentence
    behind = made.voice == "passive" and sentence.language.inverts and 0 <= chosen.at - made.end <= INVERTED
    lead = sentence.masked[max(0, chosen.at - 24) : chosen.at]
    return behind and not sentence.language.ends_with("at_platform", lead)


def _place_only(made: Candidate, chosen: Marked) -> bool:
    """True where the platform is but the place of it: "suspended from Twitter", "verbreitet auf Facebook"."""
    if made.at <= chosen.at < made.end or (made.rule.sums and made.voice == "noun"):
        return False  # "a fine of 50 lakh on Twitter"
    sentence = made.sentence
    before = sentence.masked[max(0, chosen.at - 30) : chosen.at]
    bare = made.voice == "active" and sentence.language.order == "svo" and made.words in BARE
    if (made.voice == "noun" or bare) and 0 <= chosen.at - made.end < len("of the "):
        return False  # "a ban on TikTok"
    return sentence.language.ends_with("at_platform", before)


def _named(made: Candidate) -> list[Marked]:
    """Platforms of the sentence that can be acted upon: no modifiers, no stores where something is taken out of stores."""
    sentence, stores = made.sentence, _stores(made)
    marks = [mark for mark in sentence.of("P") if mark.mention and mark.mention.value not in stores]
    meant = made.rule.of_posts
    plain = [mark for mark in marks if meant or not mark.modifier or (made.rule.holders and _holds(sentence, mark))]
    if made.rule.side == "platform" and _of_others(made, plain):
        return []
    words = sentence.of("Q") if not plain else []
    return plain or ([] if words else sentence.of("S"))


def _of_others(made: Candidate, marks: list[Marked]) -> bool:
    """True where "the company" acts and every platform named stands behind: "decided to ban links to rivals like Facebook"."""
    sentence = made.sentence
    acting = any(0 < made.at - one.at <= SUBJECT for one in sentence.of("Q"))
    return (
        acting
        and bool(marks)
        and all(
            mark.at >= made.end
            and not sentence.language.ends_with("at_platform", sentence.masked[max(0, mark.at - 30) : mark.at])
            for mark in marks
        )
    )


def _holds(sentence: Sentence, mark: Marked) -> bool:
    """True for "Facebook users' data", not for "a TikTok star"."""
    holders = sentence.language.pattern("holders")
    m = holders.search(sentence.masked, mark.at + 1, mark.at + 30)
    return m is not None and m.start() - mark.at <= 4


def _stores(made: Candidate) -> frozenset[str]:
    """Stores and their owners where apps are taken out of stores: they carry the measure out, it is not about them."""
    if made.rule.side == "platform" or not made.rule.trigger.startswith(OF_STORES):
        return frozenset()
    if made.rule.trigger == "order" and made.rule.action in ADDRESSED:
        return frozenset()
    return names.store_keepers() if made.sentence.has("store") else frozenset()


def _of_store(made: Candidate) -> tuple[str, ...]:
    """The store itself, where it is told to drop an app that is none of ours: "pulled the Quran app from its App Store"."""
    sentence = made.sentence
    if made.rule.trigger not in ("remove", "order") or sentence.of("Q"):
        return ()
    behind = next((mark.at for mark in sentence.of("P") if mark.at >= made.end), len(sentence.masked))
    if not sentence.has("an_app") and not sentence.strange(made.end, behind):
        return ()
    return tuple(
        dict.fromkeys(
            mark.mention.value for mark in sentence.of("P") if mark.mention and mark.mention.value in _stores(made)
        )
    )


def _of_person(made: Candidate, named: list[Marked]) -> tuple[str, ...]:
    values = [mark.mention.value for mark in named if mark.mention]
    if made.person and (made.person.value in values or not values):
        return (made.person.value,)
    return _group(made.sentence, _nearest(named, made.at))


def _elsewhere(reading: Reading, made: Candidate) -> None:
    """The platform stands in the sentences before, in the title, or in those that follow."""
    sentence = made.sentence
    if made.rule.trigger in ON_FIRMS and made.voice == "active" and _of_stranger(reading, sentence, made.end):
        return
    carried = _carried(reading, sentence, _stores(made))
    if carried:
        made.platforms = carried
        made.signs.add("target_word" if sentence.of("Q") else "target_context")
        return
    around = [reading.title] if reading.title else []
    if not made.rule.sums:  # who is fined is named in what was told before
        around += reading.sentences[sentence.number : sentence.number + (2 if not made.rule.law else 6)]
    for other in around:
        named = other.platforms or other.of("S")
        if named:
            made.platforms = _group(other, named[0])
            made.signs.add(
                "target_title" if other is reading.title else "target_law" if made.rule.law else "target_later"
            )
            return


def _of_stranger(reading: Reading, sentence: Sentence, at: int) -> bool:
    """True where a name that is none of ours stands right behind the verb: "has sued Roku"; a title may capitalise any word."""
    behind = re.match(r"\s(?:the\s|\w{1,3}['\s])?[^\W\d_]{2,}", sentence.masked[at:])
    return behind is not None and sentence is not reading.title and sentence.strange(at, at + behind.end())


def _nearest(marks: list[Marked], at: int) -> Marked:
    return min(marks, key=lambda one: abs(one.at - at))


def _choose(marks: list[Marked], made: Candidate) -> Marked:
    """After an active verb, before a passive one; for what platforms do themselves, before."""
    within = [mark for mark in marks if made.at <= mark.at < made.end]
    if within:
        return within[-1]
    after = [mark for mark in marks if mark.at >= made.end]
    before = [mark for mark in marks if mark.at < made.at]
    if before and made.voice == "noun" and (made.at - before[-1].at <= 4 or _receives(made, before[-1])):
        return before[-1]  # "the TikTok ban", "Meta was handed a fine"
    first_before = (
        made.voice == "passive"
        or made.rule.subject
        or made.rule.side == "platform"
        or made.sentence.language.order == "sov"
    )
    for side in (before, after) if first_before else (after, before):
        if side and abs(_nearest(side, made.at).at - made.at) <= 160:
            return _nearest(side, made.at)
    return _nearest(marks, made.at)


def _receives(made: Candidate, platform: Marked) -> bool:
    """True for the Meta of "Meta was handed a fine": a noun is done to whom a verb of receiving parts from it."""
    masked = made.sentence.masked
    got = made.sentence.language.pattern("receive").search(masked, platform.at, made.at)
    return (
        got is not None
        and made.at - got.end() <= RECEIVED
        and not re.search(r"[.;:]", masked[platform.at : got.start()])
    )


def _group(
    sentence: Sentence, chosen: Marked, without: frozenset[str] = frozenset(), apart: str = ""
) -> tuple[str, ...]:
    """The platforms named in one breath with the chosen one, and with a company its apps in the same sentence; ``apart`` is
    a pattern that parts them: "fined Apple 500 and Meta 200 million" tells two fines."""
    marks = [chosen]
    if chosen.kind == "P":
        marks = [mark for mark in sentence.of("P") if mark.mention and mark.mention.value not in without]
    first = last = marks.index(chosen)
    while first > 0 and _joined(sentence, marks[first - 1], marks[first], apart):
        first -= 1
    while last + 1 < len(marks) and _joined(sentence, marks[last], marks[last + 1], apart):
        last += 1
    values = [mark.mention.value for mark in marks[first : last + 1] if mark.mention]
    family = _family(sentence, values, chosen.at)
    return tuple(dict.fromkeys([*values, *family, *_kind_before(sentence, marks[first])]))


def _kind_before(sentence: Sentence, first: Marked) -> list[str]:
    """All networks, where the names are examples of them: "26 social media platforms including Facebook"."""
    for mark in sentence.of("S"):
        between = sentence.masked[mark.at + 1 : first.at]
        if mark.at < first.at and sentence.language.pattern("such_as").fullmatch(between.strip(" ,(")):
            return [mark.mention.value] if mark.mention else []
    return []


def further(made: Candidate) -> list[Marked]:
    """Other platforms of a sentence, each with a sum of its own: the Meta of "fined Apple 500 and Meta 200 million"."""
    marks = [one for one in made.sentence.of("P") if one.mention and not one.modifier] if made.rule.sums else []
    own = [number for number, one in enumerate(marks) if one.mention and one.mention.value in made.platforms]
    if not own:
        return []
    after, before = marks[own[-1] :], marks[: own[0] + 1][::-1]
    return [mark for run in (after, before) for mark in _with_sums(made.sentence.masked, run)]


def _with_sums(masked: str, run: list[Marked]) -> list[Marked]:
    """Those of a run of platforms that follow the first with a sum between each two, and one more at either end."""
    found: list[Marked] = []
    for last, mark in pairwise(run):
        start, end = sorted((last.at, mark.at))
        between = masked[start + 1 : end]
        outside = masked[max(0, start - 40) : start] + "\n" + masked[end + 1 : end + 40]
        if len(between) > 80 or not re.search(r"\d[^.;]*$", between) or not _SUM_AT_EITHER_END.search(outside):
            break
        found.append(mark)
    return found


def _joined(sentence: Sentence, left: Marked, right: Marked, apart: str = "") -> bool:
    between = sentence.masked[left.at + 1 : right.at]
    if (apart and re.search(apart, between)) or sentence.parted(left.at, right.at):
        return False
    return len(between) <= 28 and not re.search(r"[.;:!?]", between) and between.count(" ") <= 4


def _family(sentence: Sentence, values: list[str], at: int) -> list[str]:
    """Owner and sister apps named in the clause of a place."""
    owners = {owner for value in values for owner in _owner(value)}
    near = [mark for mark in sentence.of("P") if not sentence.parted(*sorted((mark.at, at)))]
    named = [mark.mention.value for mark in near if mark.mention]
    return [
        value
        for value in named
        if value not in values and (value in owners or owners & set(_owner(value)) & set(values))
    ]


def _owner(value: str) -> list[str]:
    return [names.platform(value).owner] if value != "social media" else []


def _before(reading: Reading, sentence: Sentence) -> list[Sentence]:
    """The sentences before, the nearest first; the title stands before all."""
    numbers = range(sentence.number - 1, max(-1, sentence.number - 1 - BACK), -1)
    return [one for number in numbers if (one := _numbered(reading, number))]


def told_before(reading: Reading, sentence: Sentence) -> list[Sentence]:
    """The title, the sentence and the one right before it: what a short word for a law stands for."""
    titled = [reading.title] if reading.title else []
    return [*titled, sentence, *_before(reading, sentence)[:1]]


def _carried(reading: Reading, sentence: Sentence, without: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Platforms of the nearest sentence before that names one."""
    for earlier in _before(reading, sentence):
        named = [mark for mark in earlier.platforms if mark.mention and mark.mention.value not in without]
        users = [mark for mark in earlier.of("P") if mark.mention and mark.mention.value not in without]
        named = (
            named or (users if sentence.of("Q") else []) or earlier.of("S")
        )  # "Discord users ... banned the platform"
        if named:
            return _group(earlier, named[0], without)
    return ()


def _numbered(reading: Reading, number: int) -> Sentence | None:
    return reading.title if number == 0 else reading.sentences[number - 1]


# who acts -----------------------------------------------------------------------------------------------------------
def _agent(made: Candidate) -> None:
    sentence = made.sentence
    before = [one for one in sentence.actors if one.at < made.at]
    after = [one for one in sentence.actors if one.at >= made.end]
    governing = [one for one in before if one.kind in GOVERNING and not origin(sentence, one, of_law=made.rule.law)]
    by = [one for one in after if _follows_by(sentence, one, made.end if sentence.language.order != "sov" else 0)]
    _name_authority(made, before, after)
    acts = made.rule.needs != "person" and (
        _platform_acts(made, before) or (not governing and _platform_leads(made, before))
    )
    if made.voice == "active" and not made.rule.subject and acts:
        made.signs.add("platform_acts")
    if made.voice == "passive":
        made.signs.add("passive")
    if "platform_acts" in made.signs:
        made.signs.discard("target_turned")  # the same said twice
    order = sentence.language.order  # where verbs close the sentence, "by" follows who acts
    by_platform = order != "sov" and by and by[0].kind in "PEQ" and not by[0].modifier and by[0].at - made.end < 40
    by_platform = by_platform and not any(made.end <= one.at < by[0].at for one in sentence.of("P", "Q"))
    processes = made.action == "processing_ban"  # "a limit on the processing of data by OpenAI"
    if made.voice != "active" and by_platform and not processes and not _object_of_noun(made, by[0]):
        made.signs.add("platform_acts")
    if not governing and not by and sentence.has("own_rules"):
        made.signs.add("platform_acts")  # "new rules on TikTok mean under-16s may no longer"
    made.signs.add(_agent_sign(made, before, governing, by, after))


def _object_of_noun(made: Candidate, one: Marked) -> bool:
    """True for "die Sperrung von TikTok": what a noun is done to, behind a word that elsewhere says by whom."""
    between = made.sentence.masked[made.end : one.at]
    return made.voice == "noun" and bool(made.sentence.language.pattern("genitive").fullmatch(between.strip()))


def _agent_sign(
    made: Candidate, before: list[Marked], governing: list[Marked], by: list[Marked], after: list[Marked]
) -> str:
    if any(one.kind in GOVERNING for one in by):
        return "agent_by"
    if governing:
        kinds = {one.kind for one in governing}
        return "agent_named" if "A" in kinds else "agent_word" if "G" in kinds else "agent_place"
    if any(one.kind in GOVERNING for one in after):
        return "agent_far"
    start = before[-1].at + 1 if before else 0
    return "agent_strange" if made.voice == "active" and made.sentence.strange(start, made.at) else "agent_none"


def _name_authority(made: Candidate, before: list[Marked], after: list[Marked]) -> None:
    named = [one for one in [*before[::-1], *after] if one.kind == "A"]
    if named:
        made.authority = _head(made.sentence, named[0]).mention


def _head(sentence: Sentence, one: Marked) -> Marked:
    """In "the Centre of the Council" the centre: the first of two authorities that nothing but small words parts."""
    for other in sentence.of("A"):
        between = sentence.masked[other.at + 1 : one.at]
        if other.at < one.at and len(between) <= 24 and not re.search(r"[,;:]", between):
            return other
    return one


def _follows_by(sentence: Sentence, one: Marked, start: int = 0) -> bool:
    """True for who follows "by", written behind ``start``: what stands before a verb tells nobody behind it."""
    return sentence.language.ends_with("by", sentence.masked[max(start, one.at - 40) : one.at], r"(?:\S+\s){0,3}")


def _platform_acts(made: Candidate, before: list[Marked]) -> bool:
    """The nearest name before an active verb is the platform or its head, close by: then it is the one who acts."""
    if made.sentence.language.order != "svo":
        return False
    if ASIDE.fullmatch(made.sentence.masked[: made.at]):
        return True
    if not before or before[-1].kind not in "PEQ" or before[-1].modifier:
        return False
    if before[-1].mention and before[-1].mention.value in _stores(made):
        return False  # who keeps a store carries the order out
    if _told_to(made.sentence, before[-1]) or _impersonal(made, before[-1]) or _object_before(made.sentence, before):
        return False
    between = made.sentence.language.pattern("and_others").sub("", made.sentence.masked[before[-1].at + 1 : made.at])
    return len(between) <= 32 and not re.search(r"[,;:.()]", between) and not re.search(r"^['’]s", between)


def _platform_leads(made: Candidate, before: list[Marked]) -> bool:
    """Nobody who governs stands before the verb, and the sentence begins with the platform: "Meta expands ..., blocking ..."."""
    sentence = made.sentence
    if sentence.language.order != "svo" or not before or before[0].kind not in "PE" or before[0].modifier:
        return False
    stores = before[0].mention is not None and before[0].mention.value in _stores(made)
    told = _told_to(sentence, before[0]) or _impersonal(made, before[0])
    front = FRONT + len(sentence.masked) - len(sentence.masked.lstrip())
    return before[0].at <= front and not stores and not told


def _object_before(sentence: Sentence, before: list[Marked]) -> bool:
    """True for the OpenAI of "it fined ChatGPT maker OpenAI after banning": a verb for what is done to platforms stands before
    the first name of all."""
    first = next(one.at for one in before if one.kind in "PEQ")
    lead = sentence.masked[max(0, first - NEAR_VERB) : first]
    return any(sentence.language.ends_with(group, lead) for group in ACTED_ON)


def _impersonal(made: Candidate, platform: Marked) -> bool:
    """True for "Discord заблокировали": a verb of many beside one platform, which then is what it is done to."""
    language = made.sentence.language
    if platform.kind != "P" or not language.pattern("impersonal").fullmatch(made.words.split()[0]):
        return False
    return not any(abs(one.at - platform.at) < LIST for one in made.sentence.of("P") if one is not platform)


def _told_to(sentence: Sentence, platform: Marked) -> bool:
    """True for "ordered Meta to stop", "对微博实施罚款": the platform is whom it is done to, though it stands before the verb."""
    lead = sentence.masked[max(0, platform.at - 24) : platform.at].rstrip(QUOTES)
    if sentence.language.ends_with("preposition", lead, r"(?:\w+ )?"):
        return True
    told = sentence.language.pattern("order").search(sentence.masked, max(0, platform.at - 60), platform.at + 40)
    told = told if told and told.start() < platform.at else None  # "gave Meta five months to"
    return told is not None and any(one.kind in "AG" and one.at < told.start() for one in sentence.actors)


def _platform_subject(made: Candidate) -> None:
    """Whether the platform is the one who acts: the nearest before the words that is no object, before any authority."""
    sentence = made.sentence
    ends_with = sentence.language.ends_with
    start = _own_clause(made)
    free: list[Marked] = []
    behind: Marked | None = None  # the last name of a list behind a preposition: "links to Facebook, Instagram"
    for one in [one for one in sentence.actors if start <= one.at < made.at]:
        listed = behind is not None and sentence.masked[behind.at + 1 : one.at] in LISTED
        article = one.at <= ARTICLE
        if listed or (
            not article and ends_with("preposition", sentence.masked[max(0, one.at - 24) : one.at], r"(?:\w+ )?")
        ):
            behind = one
        else:
            free.append(one)
    others = [one for one in free if one.kind in "AG" or (one.kind == "J" and one.at == 0)]  # "Australia has expanded"
    owners = [one for one in free if one.kind in "PEQ" and not one.modifier and not _acted_upon(sentence, one, others)]
    if made.voice == "passive" and owners and made.at - owners[-1].at <= SUBJECT:
        made.signs.add("subject_other")  # "Meta has been banned from": it is whom it is done to
        return
    if (owners and (not others or owners[-1].at > others[-1].at or owners[0].at < others[0].at)) or (
        not others
        and (
            sentence.has("own_rules")
            or any(_says(sentence, one) for one in sentence.of("P", "Q", "E") if one.at >= made.end)
        )
    ):
        made.signs.add("subject_platform")
    else:
        made.signs.add("subject_other" if others else "subject_none")


def _own_clause(made: Candidate) -> int:
    """Where the clause of the words begins, if somebody who governs acts in it: "may vanish after a court has banned it"."""
    sentence = made.sentence
    found = [m.end() for m in sentence.language.pattern("boundary").finditer(sentence.masked, 0, made.at)]
    acts = found and any(one.kind in "AG" and found[-1] <= one.at < made.at for one in sentence.actors)
    return found[-1] if acts else 0


def _acted_upon(sentence: Sentence, one: Marked, others: list[Marked]) -> bool:
    """True for the Meta of "the regulator has suspended Meta's new policy", "gave Apple 60 days to change its rules"."""
    acting = [other.at for other in others if other.at < one.at]
    if not acting:
        return False
    done = any(sentence.language.pattern(group).search(sentence.masked, acting[-1], one.at) for group in ACTED_ON)
    return done or _told_to(sentence, one)


def _says(sentence: Sentence, one: Marked) -> bool:
    """True for the company of "..., the company says": whose announcement a sentence without an actor is."""
    told = sentence.language.pattern("told")
    before, after = sentence.masked[max(0, one.at - 30) : one.at], sentence.masked[one.at + 1 : one.at + 24]
    return bool(re.match(r"\W*$", before[-1:])) and bool(told.match(after.lstrip()) or told.search(before))


# where --------------------------------------------------------------------------------------------------------------
def _place(reading: Reading, made: Candidate) -> None:
    sentence = made.sentence
    told = made.voice != "noun" or _brought(made) or sentence.near("make", made.at, made.end, 60)
    inquires = made.rule.needs == "prosecution" or made.rule.trigger == "investigate"
    if told and inquires and sentence.has("joint_states"):
        made.places = tuple(sorted(lexicon.federations()))[
            :1
        ]  # "42 attorneys general", "13 states" act for the federation
        made.signs.add("place_sentence")
        return
    joined = _joined_ones(made)
    listed = joined or _listed(sentence, made.at)
    found = _of_member(reading, made, _of_pronoun(reading, made) or _best_place(sentence, made))
    if joined or len(listed) > 1 or found:
        made.places = listed if joined or len(listed) > 1 else (found,)
        made.signs.add("place_sentence")
        _regional(made)
        _of_governor(reading, made)
        return
    if own := _without_name(sentence, sentence.language.shown) or _headed(reading, sentence):
        made.places = (own,)
        made.signs.add("place_sentence")
        return
    if sentence.has("vague"):
        made.signs.add("place_none")
        return
    around = [*_before(reading, sentence), *([reading.title] if reading.title else []), *reading.sentences[:2]]
    for other in [*around, *reading.sentences[sentence.number : sentence.number + 3]]:
        found = _best_place(other, None)
        if found:
            made.places = (found,)
            made.told_at = other.number if other.number < sentence.number and _of_one_country(other) else 0
            made.signs.add("place_context")
            _of_governor(reading, made)
            return
    implied = next(
        (place for other in [sentence, *around] if (place := _without_name(other, other.language.implied))), ""
    ) or next((other.dateline for other in reading.sentences if other.dateline), "")
    home = _home(reading) if not implied and {"agent_word", "agent_named"} & made.signs else ""
    made.places = tuple(place for place in (implied, home) if place)
    made.signs.add("place_context" if implied else "place_home" if home else "place_none")


def _of_one_country(sentence: Sentence) -> bool:
    marks = [mark for mark in sentence.of("A", "J", "D") if not origin(sentence, mark)]
    return len({mark.mention.place.split("-")[0] for mark in marks if mark.mention}) == 1


def _headed(reading: Reading, sentence: Sentence) -> str:
    """The place that a line of its own above a sentence names: "AFGHANISTAN", and what was done there beneath."""
    for earlier in reading.sentences[max(0, sentence.number - 1 - BENEATH) : sentence.number - 1][::-1]:
        dateline = (
            earlier.number == 1 and earlier.written.isupper()
        )  # "SINGAPORE" above a report is where it was written
        alone = earlier.of("J")[:1] if len(earlier.marks) == 1 and not dateline else []
        if alone and alone[0].mention and earlier.masked.strip(" :*#-–—.") == lexicon.MARKS["J"]:
            return alone[0].mention.place
    return ""


def _without_name(sentence: Sentence, words: Iterable[tuple[str, re.Pattern[str]]]) -> str:
    """The place that ``words`` tell without a name: what one place alone has, so that their own sentence is enough ("attorneys
    general of 14 states"), or what implies one where nothing else tells it ("both houses of Congress")."""
    return next((place for place, pattern in words if pattern.search(sentence.folded)), "")


def _home(reading: Reading) -> str:
    """Where a text that names no place at all is at home: a paper calls its own ministry just "the ministry"."""
    if any(mark.mention and mark.mention.place for one in reading.all for mark in one.of("J", "D", "A")):
        return ""
    host = reading.article.url.partition("://")[2].partition("/")[0].partition(":")[0]
    return lexicon.home(host.rpartition(".")[2], reading.language.code)


def _of_pronoun(reading: Reading, made: Candidate) -> str:
    """The place of whoever the sentence before is about, where this one begins with a word for it: "It fined WhatsApp"; "the
    agency" is the nearest body named before."""
    pattern, lead = made.sentence.language.pattern, made.sentence.masked[: made.at].strip()
    before = _before(reading, made.sentence)
    if made.voice == "active" and pattern("it_subject").fullmatch(lead):
        before = [one for one in before[:1] if one.of("A", "G", "J")]
    elif pattern("body_subject").search(lead) and not made.sentence.of("A", "J", "D"):
        before = [one for one in before if one.of("A")]
    else:
        return ""
    return next((place for one in before if (place := _best_place(one, None))), "")


def _of_member(reading: Reading, made: Candidate, place: str) -> str:
    """The member state whose authority for data protection the text names, where "the European regulator" acts and nobody of
    the union is named: it is the one that leads."""
    members = lexicon.members(place)
    if not members or made.action not in BY_MEMBERS or made.sentence.has("of_union"):
        return place
    named = [mark.mention for one in reading.all for mark in one.of("A") if mark.mention]
    leading = {one.place for one in named if one.place in members and names.authority(one.value).kind == PROTECTS_DATA}
    return leading.pop() if len(leading) == 1 and all(one.place != place for one in named) else place


def _of_governor(reading: Reading, made: Candidate) -> None:
    """A governor acts for the state that is named nearest before, whatever federal bodies stand beside it; and a federal
    judge's ruling on a law of a state is told of that state."""
    federal = bool(made.places) and set(made.places) <= lexicon.federations()
    if not federal or not (made.sentence.has("governor") or made.action == "court_ruling"):
        return
    told = [made.sentence, *_before(reading, made.sentence), *([reading.title] if reading.title else [])]
    named = [(one, mark) for one in told for mark in one.of("J")]
    if not made.sentence.has("governor") and not made.sentence.has("state_law"):
        named = [row for row in named if _on_state_law(made, told) and _acts_itself(*row)]
    states = [mark.mention.place for _, mark in named if mark.mention]
    made.places = next(((state,) for state in states if state.startswith(made.places[0] + "-")), made.places)


def _on_state_law(made: Candidate, told: list[Sentence]) -> bool:
    """True for a ruling on a law by a court that is not the highest of the federation."""
    courts = {mark.mention.value for mark in made.sentence.of("A") if mark.mention}
    return not courts & lexicon.highest_courts() and any(one.has("law") or one.has("ban") for one in told)


def _acts_itself(sentence: Sentence, mark: Marked) -> bool:
    """False for the Pennsylvania of "a judge in Pennsylvania" and of "R-Pennsylvania"."""
    before = sentence.masked[: mark.at]
    return not sentence.language.ends_with("located", before) and not origin(sentence, mark, of_law=True)


def _regional(made: Candidate) -> None:
    """What a state does in some of its regions it does to a part of its people; a state of a federation acts for itself,
    and a court that stays its ban rules on a law."""
    states = {place.split("-")[0] for place in made.places}
    if made.action == "suspended" and any("-" in place for place in made.places) and states <= lexicon.federations():
        made.action = "court_ruling"
    regions = len(states) == 1 and all("-" in place for place in made.places)
    if made.action == "nationwide_block" and regions and not states & lexicon.federations():
        made.action, made.places = "partial_block", tuple(states)


def _listed(sentence: Sentence, at: int) -> tuple[str, ...]:
    """Places in a list before the verb: "South Dakota, Maryland and Wisconsin have also ..." are several actors; or, where none
    stands before it, in a list after it: "is banned in India, Iran and Nepal"."""
    before = _run(
        [mark for mark in sentence.of("J", "A") if mark.at < at and not _of_its_parts(sentence, mark)],
        sentence,
        last=True,
    )
    if len(before) >= 2 and at - before[-1].at <= ACTS_BEHIND:
        return _places(before)
    after = _run([mark for mark in sentence.of("J", "A") if mark.at > at], sentence, last=False)
    if len(after) < 2 or any(mark.at < at for mark in sentence.of("J", "A", "D")):
        return ()
    apart = sentence.language.pattern("boundary").search(sentence.masked, at, after[0].at)
    return () if apart else _places(after)  # "blocked after quakes hit Turkey and Syria" tells where the earth shook


def _joined_ones(made: Candidate) -> tuple[str, ...]:
    """The states of "Utah is the latest to sue, joining Montana, Indiana and Arkansas": those whom somebody joins."""
    if made.rule.action != "same" or not any(made.at <= mark.at < made.end for mark in made.sentence.of("J")):
        return ()
    return _places(_run([mark for mark in made.sentence.of("J", "A") if mark.at >= made.at], made.sentence, last=False))


def _of_its_parts(sentence: Sentence, mark: Marked) -> bool:
    """True for the US of "Texas and Ohio are the latest US states to ban": it says what the others are."""
    before, following = sentence.masked[max(0, mark.at - 30) : mark.at], sentence.masked[mark.at + 1 : mark.at + 30]
    some = sentence.language.ends_with("some_of", before, "(?:the )?")
    return some or bool(sentence.language.pattern("its_parts").match(following.lstrip()))


def _run(marks: list[Marked], sentence: Sentence, *, last: bool) -> list[Marked]:
    """The last (or first) run of names that only commas and small words part; two that only a comma parts are none ("after it
    invaded Ukraine, Moscow said")."""
    run: list[Marked] = []
    for mark in marks:
        parted = bool(run) and sentence.parted(run[-1].at, mark.at)
        if run and (parted or not _in_list(sentence, sentence.masked[run[-1].at + 1 : mark.at])):
            if not last:
                break
            run = []
        run.append(mark)
    return [] if len(run) == 2 and sentence.masked[run[0].at + 1 : run[1].at] == ", " else run


def _in_list(sentence: Sentence, between: str) -> bool:
    """True for what parts the names of a list; "the court in Luxembourg" is one name and where it sits."""
    gap = " " if sentence.language.spaced else " ?"
    small = re.fullmatch(rf",? ?(?:\w{{1,4}},?{gap}){{0,3}}(?:the )?", between)
    if small is None:
        return sentence.language.pattern("list_gap").fullmatch(between.strip()) is not None
    return not sentence.language.pattern("located").fullmatch(between.strip())


def _places(marks: list[Marked]) -> tuple[str, ...]:
    """Their places, each once; of a state and its part ("In Arkansas, U.S. District Judge ...") the part."""
    named = [mark.mention.place or mark.mention.value for mark in marks if mark.mention]
    states = {one.split("-")[0] for one in named if "-" in one}
    places = tuple(dict.fromkeys(lexicon.namesake(one, states) for one in named))
    return tuple(one for one in places if not any(other.startswith(f"{one}-") for other in places))


def _places_near(sentence: Sentence, made: Candidate | None) -> list[Marked]:
    """Names of places and authorities in their order; of a sentence that is a list of them those nearest to the words."""
    marks = sentence.of("A", "J", "D")
    if len(marks) <= MOST_PLACES:
        return marks
    at = made.at if made is not None else 0
    return sorted(sorted(marks, key=lambda one: abs(one.at - at))[:MOST_PLACES], key=lambda one: one.at)


def _best_place(sentence: Sentence, made: Candidate | None) -> str:
    """The place whose authority acts: a named authority's, an adjective before a word for one, a subject, "in" a place."""
    scored = [
        (_place_score(sentence, mark, made), -number, mark) for number, mark in enumerate(_places_near(sentence, made))
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
    joined = [one for one in sentence.of("J") if 0 < one.at - best.at <= 3 and one.mention]
    within = [
        one.mention.place for one in joined if one.mention and one.mention.place.startswith(f"{best.mention.place}-")
    ]
    if within:
        return within[0]
    highest = best.mention.value in lexicon.highest_courts()
    of_law = made is not None and made.action == "court_ruling" and not highest  # a federal judge on a law of Utah
    return finer[0] if finer and (of_law or (best.kind != "A" and made is None)) else best.mention.place


def _place_score(sentence: Sentence, mark: Marked, made: Candidate | None) -> float:
    about_law = made is not None and (made.rule.law or made.action == "court_ruling")
    heads = made is not None and _heads_clause(sentence, made, mark)
    if mark.mention is None or not mark.mention.place or (origin(sentence, mark, of_law=about_law) and not heads):
        return 0.0
    if made is not None and made.rule.needs == "prosecution" and made.voice != "passive" and mark.at > made.at:
        return 0.0  # "filed suit in California federal court": who sues stands before
    score = {"A": 3.0, "J": 1.6, "D": 1.2}[mark.kind]
    after = sentence.masked[mark.at + 1 : mark.at + 45]
    m = sentence.language.pattern("gov").search(after)
    if mark.kind in "JD" and m and after[: m.start()].count(" ") <= 3:
        score += 1.6
    if mark.mention.seat:
        score -= 0.4
    if made is not None and _in_reason(sentence, made, mark):
        return 0.0
    if made is not None and made.rule.law and sentence.language.pattern("law").search(after[:LIST]):
        score += 2.0  # "a Canadian bill passed the House of Commons"
    if made is not None:
        score -= abs(mark.at - made.at) / sentence.language.reach(200)
        score -= CLAUSE_APART if _in_other_clause(sentence, made, mark) else 0.0
        if mark.kind == "A" and mark.at > made.at and not _follows_by(sentence, mark):
            score -= 1.6
        score += 0.4 if mark.at < made.at else 0.0
        if made.voice == "noun" and mark.kind in "JD" and 0 < made.at - mark.at <= LIST:
            score += 1.6 if sentence.masked[mark.at + 1 : made.at].count(" ") <= 2 else 0.0  # "upheld Texas' ban"
        score += HEAD if heads else 0.0
    return max(score, 0.1)


def _heads_clause(sentence: Sentence, made: Candidate, mark: Marked) -> bool:
    """True for the Turkey of "follows a step by Turkey, which blocked it": who acts in the clause of the words."""
    between = sentence.masked[mark.at + 1 : made.at].strip()
    return bool(between) and sentence.language.pattern("heads").fullmatch(between) is not None


def _in_other_clause(sentence: Sentence, made: Candidate, mark: Marked) -> bool:
    """True for the Arizona of "Arizona issued an order, while Nevada banned it": another place acts in the clause of the words."""
    if sentence.crowded:
        return False
    if mark.at > made.end:
        first = max((at for at in sentence.breaks if at < made.at), default=-1)
        own = any(first < one.at < made.at for one in sentence.of("A", "J", "D"))
        return own and sentence.parted(made.end, mark.at)
    found = [at for at in sentence.breaks if mark.at < at < made.at]
    if found and any(found[-1] < one.at < made.at for one in sentence.of("A", "J", "D")):
        return True
    more = list(sentence.language.pattern("verb_more").finditer(sentence.masked, mark.at, made.at))
    return (bool(found) or bool(more)) and _stands_in(sentence, made, mark)


def _stands_in(sentence: Sentence, made: Candidate, mark: Marked) -> bool:
    """True for the China of "banned in China and slowed down in Russia": the words have a place of their own right behind."""
    own = [one for one in sentence.of("J") if 0 <= one.at - made.end <= LIST]
    return (
        bool(own)
        and not sentence.parted(made.end, own[0].at)
        and all(
            sentence.language.ends_with("located", sentence.masked[: one.at], "(?:the )?") for one in (mark, own[0])
        )
    )


def _in_reason(sentence: Sentence, made: Candidate, mark: Marked) -> bool:
    """True for the China of "banned it for fear of the Chinese government": it says why, not where."""
    between = sentence.masked[made.end : mark.at]
    return bool(between and mark.kind in "JD" and sentence.language.pattern("boundary").search(between))


def origin(sentence: Sentence, mark: Marked, *, of_law: bool = False) -> bool:
    """True where a place only tells where a firm is from, where data go, or whose law was broken: "Chinese-owned", "transfers
    to China", "breaches of EU law"; with ``of_law`` the law is what the act is about, and its place counts."""
    if mark.kind not in "JD":
        return False
    key = (mark.at, of_law)
    if key not in sentence.origins:
        sentence.origins[key] = _origin(sentence, mark, of_law)
    return sentence.origins[key]


def _origin(sentence: Sentence, mark: Marked, of_law: bool) -> bool:
    if mark.kind == "D" and lexicon.MARKS["Q"] in sentence.masked[max(0, mark.at - 2) : mark.at + 3]:
        return True  # "esta red social china"
    if mark.kind == "D" and lexicon.MARKS["S"] in sentence.masked[max(0, mark.at - 2) : mark.at]:
        return True  # "le réseau social chinois TikTok"
    if mark.kind == "D" and sentence.language.pattern("firm_after").match(sentence.masked, mark.at + 1):
        return True  # "the Chinese AI platform", "Chinese marketplace Temu"
    after = sentence.masked[mark.at + 1 : mark.at + 60]
    if sentence.language.pattern("origin_after").match(after):
        return True
    if not of_law and sentence.language.pattern("origin_law").match(after):
        return True
    prefix, first = sentence.language.pattern("origin_prefix"), max(0, mark.at - PREFIX)
    if any(m.end() == mark.at for m in prefix.finditer(sentence.masked, first, mark.at)):
        return True  # "R-Texas": where a lawmaker was elected
    if mark.mention and mark.mention.place == "EU" and sentence.language.pattern("member_after").match(after):
        return True
    law = of_law and sentence.language.pattern("law").search(after[:LIST])
    if law or sentence.language.pattern("acting_after").match(after):
        return False  # "an injunction against Utah's law", "attorneys general from 13 US states"
    if sentence.language.pattern("holder_after").match(after):
        return False  # "protests against the Ethiopian government's ban"
    before = sentence.masked[max(0, mark.at - 70) : mark.at]
    return sentence.language.ends_with("origin_before", before, r"(?:\w{2,3} ){1,2}")
