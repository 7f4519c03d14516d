"""Candidate -> the same with the platforms it acts upon, and how far they stand from the words that say it. No actor, no place."""

from __future__ import annotations

import re
from itertools import pairwise

from claims import names, places
from claims.candidate import GOVERNING, LIST, SUBJECT, Candidate
from claims.reading import Marked, Reading, Sentence

INVERTED = 40  # characters between a passive and its subject
RECEIVED = 60  # characters between "was handed" and what was handed
WHERE_IT_STANDS = ("processing_ban", "other_restriction")  # done to what stands on a platform
OF_STORES = ("ban", "block", "remove", "order", "lift", "sign", "propose")  # what may be done through stores
BARE = ("ban", "bans", "block", "blocks", "probe", "probes")  # verbs in form: with "on" right behind they are nouns
_SUM_AT_EITHER_END = re.compile(r"\d[^.;\n]{0,28}\n|\n[^.;\n]{0,28}\d")
ON_FIRMS = ("sue", "fine", "investigate")  # who is meant stands right behind the verb
ADDRESSED = ("compliance_order", "data_order", "fine")  # orders to the platform itself, a keeper of a store too
OF_PLATFORMS = frozenset(
    ("ban", "block", "fine", "investigate", "sue")
)  # words that are said of users and posts as well


def worth(reading: Reading, sentence: Sentence) -> bool:
    """False for sentences far from any platform."""
    return bool(sentence.marks) or bool(reading.title and reading.title.marks) or bool(_carried(reading, sentence))


def fill(reading: Reading, made: Candidate) -> None:
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
        made.platforms = _group(sentence, chosen, stores(made), apart=r"\d" if made.rule.sums else "")
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
    elif stores(made) and _of_store(made):
        made.platforms = _of_store(made)
        made.signs.add("target_near")
    elif sentence.of("P") and not sentence.of("Q") and not stores(made):
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
        or impersonal(made, chosen)
    ):
        return False
    if made.at <= chosen.at < made.end or _inverted(made, chosen):
        return False  # "access to Telegram was cut": its place is part of the words
    if made.voice == "active" and chosen.at < made.at and _actor_between(made, chosen):
        return False  # "TikTok, which India banned", "ChatGPT left Italy after the regulator restricted its processing"
    return (chosen.at < made.at) != (made.voice == "passive")


def _actor_between(made: Candidate, chosen: Marked) -> bool:
    between = [one for one in made.sentence.actors if chosen.at < one.at < made.at and one.kind in GOVERNING]
    return any(not places.origin(made.sentence, one) for one in between)


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
    sentence, keepers = made.sentence, stores(made)
    marks = [mark for mark in sentence.of("P") if mark.mention and mark.mention.value not in keepers]
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


def stores(made: Candidate) -> frozenset[str]:
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
            mark.mention.value for mark in sentence.of("P") if mark.mention and mark.mention.value in stores(made)
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
    carried = _carried(reading, sentence, stores(made))
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


def _carried(reading: Reading, sentence: Sentence, without: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Platforms of the nearest sentence before that names one."""
    for earlier in reading.before(sentence):
        named = [mark for mark in earlier.platforms if mark.mention and mark.mention.value not in without]
        users = [mark for mark in earlier.of("P") if mark.mention and mark.mention.value not in without]
        named = (
            named or (users if sentence.of("Q") else []) or earlier.of("S")
        )  # "Discord users ... banned the platform"
        if named:
            return _group(earlier, named[0], without)
    return ()


def impersonal(made: Candidate, platform: Marked) -> bool:
    """True for "Discord заблокировали": a verb of many beside one platform, which then is what it is done to."""
    language = made.sentence.language
    if platform.kind != "P" or not language.pattern("impersonal").fullmatch(made.words.split()[0]):
        return False
    return not any(abs(one.at - platform.at) < LIST for one in made.sentence.of("P") if one is not platform)
