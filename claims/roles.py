"""Candidate -> the same with its roles: the platform acted upon, who acts, and where. Fills in; judges nothing."""

from __future__ import annotations

import re

from claims import lexicon, names, places, targets
from claims.candidate import GOVERNING, LIST, SUBJECT, Candidate
from claims.lexicon import Rule
from claims.reading import Marked, Reading, Sentence

FRONT = 12  # characters before what still stands in front of a sentence
ASIDE = re.compile(
    rf"{lexicon.MARKS['P']} [—–-] [^—–]+ [—–-] (?:\w+ ){{0,2}}"
)  # "LinkedIn — a network of Microsoft — has"
ARTICLE = 2  # characters: "A ANPD determinou" begins with no preposition
LISTED = (", ", " and ", ", and ", " or ")
QUOTES = "「『《“„«\"'"  # that open a name: "對「小紅書」發布命令"
NEAR_VERB = 40  # characters before a platform in which its verb may stand
ACTED_ON = ("block", "ban", "fine", "investigate", "lift")  # what an authority does to a platform or to its rules


def fill(reading: Reading, made: Candidate) -> bool:
    """False if the roles that the rule needs stay empty."""
    if not _person(reading, made) or not _needed(made.rule, made):
        return False
    targets.fill(reading, made)
    if not made.platforms:
        return False
    if made.rule.side == "platform":
        _platform_subject(made)
    else:
        _agent(made)
        places.fill(reading, made)
    return True


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
    for earlier in reading.before(made.sentence):
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


def _prosecutes(made: Candidate) -> bool:
    """Somebody who acts for a state stands before the words; "moderators in Kenya" are none."""
    sentence, pattern = made.sentence, made.sentence.language.pattern
    brought = places.brought(made)
    if made.voice == "passive" or brought:
        by = [one for one in sentence.actors if one.at >= made.end and one.kind in "AGJ"]
        return bool(by) and (sentence.follows_by(by[0]) or (brought and by[0].at - made.end <= LIST))
    private = list(pattern("private_party").finditer(sentence.masked, 0, made.at))
    start = private[-1].end() if private else 0
    if pattern("prosecution").search(sentence.masked, start, made.at):
        return True
    return any(
        start <= mark.at < made.at
        for mark in sentence.of("A", "J")
        if not (private and sentence.language.ends_with("located", sentence.masked[: mark.at]))
    )


def _agent(made: Candidate) -> None:
    sentence = made.sentence
    before = [one for one in sentence.actors if one.at < made.at]
    after = [one for one in sentence.actors if one.at >= made.end]
    governing = [
        one for one in before if one.kind in GOVERNING and not places.origin(sentence, one, of_law=made.rule.law)
    ]
    by = [one for one in after if sentence.follows_by(one, made.end if sentence.language.order != "sov" else 0)]
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


def _platform_acts(made: Candidate, before: list[Marked]) -> bool:
    """The nearest name before an active verb is the platform or its head, close by: then it is the one who acts."""
    if made.sentence.language.order != "svo":
        return False
    if ASIDE.fullmatch(made.sentence.masked[: made.at]):
        return True
    if not before or before[-1].kind not in "PEQ" or before[-1].modifier:
        return False
    if before[-1].mention and before[-1].mention.value in targets.stores(made):
        return False  # who keeps a store carries the order out
    if (
        _told_to(made.sentence, before[-1])
        or targets.impersonal(made, before[-1])
        or _object_before(made.sentence, before)
    ):
        return False
    between = made.sentence.language.pattern("and_others").sub("", made.sentence.masked[before[-1].at + 1 : made.at])
    return len(between) <= 32 and not re.search(r"[,;:.()]", between) and not re.search(r"^['’]s", between)


def _platform_leads(made: Candidate, before: list[Marked]) -> bool:
    """Nobody who governs stands before the verb, and the sentence begins with the platform: "Meta expands ..., blocking ..."."""
    sentence = made.sentence
    if sentence.language.order != "svo" or not before or before[0].kind not in "PE" or before[0].modifier:
        return False
    stores = before[0].mention is not None and before[0].mention.value in targets.stores(made)
    told = _told_to(sentence, before[0]) or targets.impersonal(made, before[0])
    front = FRONT + len(sentence.masked) - len(sentence.masked.lstrip())
    return before[0].at <= front and not stores and not told


def _object_before(sentence: Sentence, before: list[Marked]) -> bool:
    """True for the OpenAI of "it fined ChatGPT maker OpenAI after banning": a verb for what is done to platforms stands before
    the first name of all."""
    first = next(one.at for one in before if one.kind in "PEQ")
    lead = sentence.masked[max(0, first - NEAR_VERB) : first]
    return any(sentence.language.ends_with(group, lead) for group in ACTED_ON)


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
