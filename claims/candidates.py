"""Sentence -> candidates for claims: which rule fired, who acts on what, where, and every sign for and against."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from claims import lexicon, reality, roles, targets
from claims.candidate import Candidate
from claims.lexicon import Rule
from claims.reading import Reading, Sentence

MOST = 40  # candidates of one sentence
ENDS_ORDER = ("boundary", "otherwise", "until")  # behind these words stands no more of what is ordered
NEAR_ORDER = 60  # characters between an order and what it is to do
VAGUE = "nationwide_block"  # a ban of which nothing more is told
ENDS = {"lift", "suspended_by_court"}
LAWS = ("legislation_adopted", "legislation_in_force")
HIDDEN, ASKED = "hide_posts", ("investigate", "order")
OF_LAW = 140  # characters behind a law in which stands what it bans
LEAD = 48  # characters before a word that may say it only led to what is told ("following a government investigation")
NARROWER = (
    ("device", "device_ban"),
    ("processing", "processing_ban"),
)  # what "the ban" is where the text told so before
OF_FUNCTIONS = "policy_feature_restriction"
REASONS = ("investigate", "preliminary", "accuse")
BARE_SINGULAR = ("ban", "block", "probe", "fine")
OF_PERSONS = ("ban", "block", "lift")


def candidates(reading: Reading, sentence: Sentence) -> list[Candidate]:
    """Every candidate of one sentence; one trigger makes at most one."""
    if not targets.worth(reading, sentence):
        return []
    made: list[Candidate] = []
    begin = sentence.language.beginnings(sentence.masked)
    heads = frozenset(begin)
    for trigger, openings in sentence.language.triggers:
        if openings is not None and not openings & heads:
            continue
        family = lexicon.rules()[trigger]
        places = None if openings is None else sorted({at for head in openings & heads for at in begin[head]})
        for m in _matches(sentence.language.pattern(trigger), sentence.masked, places):
            candidate = _first(reading, sentence, family, m) if len(made) < MOST else None
            if candidate is not None and candidate.rule.action:
                made += [candidate, *_further(candidate)]
    return [one for one in made if not _part_of_other(one, made)]


def _matches(pattern: re.Pattern[str], masked: str, places: list[int] | None) -> Iterator[re.Match[str]]:
    """What ``finditer`` gives, tried only where a word begins as the pattern does."""
    if places is None:
        yield from pattern.finditer(masked)
        return
    end = 0
    for at in places:
        m = pattern.match(masked, at) if at >= end else None
        if m is not None:
            end = m.end()
            yield m


def _further(one: Candidate) -> list[Candidate]:
    """The same told of further platforms, each with a sum of its own."""
    return [replace(one, platforms=(mark.mention.value,)) for mark in targets.further(one) if mark.mention]


def _part_of_other(one: Candidate, made: list[Candidate]) -> bool:
    """True for "ban" in "lifted the ban on": its words are part of those of an ending; or of what a law says."""
    if one.rule.trigger in OF_PERSONS and any(other.action == "supervision_changed" for other in made):
        return True  # who may not leave a country is not a platform that is banned
    if "in_law" in one.signs and any(other.rule.law or other.action == "court_ruling" for other in made):
        return True
    if _is_content(one, made):
        return True
    if one.rule.trigger in ASKED and any(other.rule.trigger == HIDDEN for other in made):
        return True  # "hid tweets after it was sent a legal notice": the notice is what they were hidden for
    if one.action == "legislation_proposed" and any(_passed(other, one) for other in made):
        return True  # "Congress passed a bill that bans it from devices"
    if one.action == "policy_moderation" and _of_minors(one) and any(other.action == OF_FUNCTIONS for other in made):
        return True  # "a new rule stops under-16s from going live": what the young may not do is a matter of functions
    if _reason(one) and any(other.at < one.at and other.rule.side == "government" for other in made):
        return True  # "banned it, accusing the app of breaking the law": why it was banned
    return any(
        other is not one and _swallows(other, one) and one.at < other.end and other.at < one.end for other in made
    )


def _of_minors(one: Candidate) -> bool:
    return any(one.sentence.has(group) for group in ("from_young", "may_not", "age"))


def _passed(other: Candidate, one: Candidate) -> bool:
    """True where the same words of a sentence tell that a law was passed, too."""
    adopted = other.rule.law and other.rule.trigger == "sign" and other.action != one.action
    return adopted and one.at < other.end and other.at < one.end


def _reason(one: Candidate) -> bool:
    pattern = one.sentence.language.pattern
    lead = one.sentence.masked[max(0, one.at - LEAD) : one.at].rstrip()
    said = pattern("reason_participle").match(one.words) or pattern("reason_lead").search(lead)
    return bool(said) and one.rule.trigger in REASONS


def _swallows(other: Candidate, one: Candidate) -> bool:
    """True for endings, and for what a court keeps from taking effect: "kept the ban from", of which "ban" is no act."""
    if other.action == one.action == "court_ruling":
        return other.rule.apart and not one.rule.apart
    if "court_ruling" in (one.action, other.action) and {one.rule.trigger, other.rule.trigger} & ENDS:
        return (
            other.at < one.at
        )  # "refused to lift the block": what it ruled; "lifted the block and dismissed": what it did
    if other.rule.trigger == "lift" and "platform_acts" in other.signs and one.rule.side == "platform":
        return False  # "lifted its ban on political advertising": its own rule
    of_law = other.rule.action == "court_ruling" and one.rule.action != "court_ruling"
    of_ban = of_law and (one.rule.trigger == "block" or (one.rule.trigger == "ban" and one.voice == "noun"))
    asked = other.rule.trigger == "investigate" and one.rule.trigger == "order"  # "asked X to explain"
    return of_ban or asked or (other.rule.swallows and not one.rule.swallows)


def _is_content(one: Candidate, made: list[Candidate]) -> bool:
    """True for what a law asks ("passed a law; it requires ByteDance to sell") and what an order is for ("ordered TikTok to
    suspend its rewards"): it is told with them."""
    if one.rule.trigger == "order" and any(other.rule.law or other.action == "court_ruling" for other in made):
        return one.sentence.language.pattern("law_asks").match(one.words) is not None
    if one.rule.trigger == "ban" and one.voice == "noun" and any(_enjoins(other) for other in made):
        return True  # "an injunction to block Montana's ban"
    return one.rule.trigger in ("ban", "block") and "target_turned" in one.signs and _ordered(one, made)


def _enjoins(one: Candidate) -> bool:
    return one.rule.apart and one.sentence.language.pattern("enjoined").search(one.words) is not None


def _ordered(one: Candidate, made: list[Candidate]) -> bool:
    """True where a platform right before the words is told to do what they say."""
    return any(
        other.rule.trigger == "order" and other.action != one.action and 0 <= one.at - other.end <= NEAR_ORDER
        for other in made
    )


def _first(reading: Reading, sentence: Sentence, family: tuple[Rule, ...], m: re.Match[str]) -> Candidate | None:
    """The candidate of the first rule of a family whose words are all there."""
    voice = _voice(sentence, m)
    for rule in family:
        if not _fits(rule, sentence, m):
            continue
        made = Candidate(rule, rule.action, sentence, m.start(), m.end(), m[0], voice)
        if not rule.action and not rule.bridge:
            return made
        if not roles.fill(reading, made) or not _bridged(made):
            continue
        reality.judge(reading, made)
        _as_titled(reading, made)
        _of_age(reading, made)
        _of_stage(reading, made)
        return made
    return None


def _as_titled(reading: Reading, made: Candidate) -> None:
    """ "The ban" of a text whose title, or the sentence before, tells a ban on devices is that one."""
    if made.rule.trigger != "ban" or made.voice != "noun" or made.rule.action != VAGUE:
        return
    number = made.sentence.number
    told = [*([reading.title] if reading.title else []), *reading.sentences[max(0, number - 2) : number - 1]]
    for group, action in NARROWER:
        if any(one.has(group) and one.has("ban") for one in told):
            made.action = action
            return


def _of_age(reading: Reading, made: Candidate) -> None:
    """A law that was passed is an age limit where the title, its sentence, the one before or "the law" of the one behind says
    that it sets one; and a ban on devices where its sentence says so."""
    if made.action not in LAWS:
        return
    sentence = made.sentence
    following = [one for one in reading.sentences[sentence.number : sentence.number + 1] if one.has("law_subject")]
    if any(one.has("age_law") for one in [*reading.told_before(sentence), *following]):
        made.action = "age_restriction"
    elif sentence.near("ban", made.end, made.end, OF_LAW) and sentence.near("device", made.end, made.end, OF_LAW):
        made.action = "device_ban"


def _of_stage(reading: Reading, made: Candidate) -> None:
    """A bill that "now heads to the Senate", here or in the sentence that follows, has passed one house only."""
    following = reading.sentences[made.sentence.number - 1 : made.sentence.number + 1] if made.sentence.number else []
    if made.rule.trigger == "sign" and made.rule.law and any(one.has("heads_on") for one in following):
        made.action = "legislation_proposed"


def _fits(rule: Rule, sentence: Sentence, m: re.Match[str]) -> bool:
    pattern, masked = sentence.language.pattern, sentence.masked
    if rule.not_before and pattern(rule.not_before).search(masked, max(0, m.start() - 30), m.start()):
        return False
    if rule.after and sentence.language.order == "svo":
        end = _complement(sentence, m.end(), rule.near)
        told = all(pattern(group).search(masked, m.start(), end) for group in rule.all_of)
        return told and not any(sentence.near(group, m.start(), m.end(), rule.near) for group in rule.none_of)
    stop = _told_anew(rule, sentence, m)
    for group in rule.all_of:
        found = sentence.near(group, m.start(), m.end(), rule.near)
        if not (found and found.start() < stop) and not pattern(group).search(m[0]):
            return False
    until = _complement(sentence, m.end(), rule.near) if rule.none_of else 0
    return not any(sentence.near(group, m.start(), m.end(), rule.near, until) for group in rule.none_of)


def _told_anew(rule: Rule, sentence: Sentence, m: re.Match[str]) -> int:
    """Where another clause uses the same word again: "Italy banned it, while Australia banned it from official phones"."""
    for apart in (at for at in sentence.breaks if at >= m.end()):
        again = sentence.language.pattern(rule.trigger).search(sentence.masked, apart)
        if again or _of_other_place(sentence, apart):
            return apart
    return len(sentence.folded)


def _of_other_place(sentence: Sentence, apart: int) -> bool:
    """True for "Italy banned it, and Australia removed it from official phones": the clause behind tells another place."""
    told = [(mark.at < apart, mark.mention.place) for mark in sentence.of("J", "A", "D") if mark.mention]
    before, behind = ({place for first, place in told if first is side} for side in (True, False))
    return bool(before and behind) and not before & behind


def _complement(sentence: Sentence, start: int, reach: int) -> int:
    """Where what is ordered ends: at a word like "after" or "for failing", at a colon, or after ``reach`` characters."""
    reach = sentence.language.reach(reach)
    stops = (sentence.language.pattern(group).search(sentence.masked, start, start + reach) for group in ENDS_ORDER)
    return min([stop.start() for stop in stops if stop], default=start + reach)


def _bridged(made: Candidate) -> bool:
    start, end = made.bridge
    pattern, masked = made.sentence.language.pattern, made.sentence.masked
    within = start > end
    if made.rule.close and not (within or (start == made.end and end - start <= made.rule.close)):
        return False
    if made.rule.no_bridge and start == end:  # the platform stands elsewhere
        return not any(made.sentence.near(group, made.at, made.end, 60) for group in made.rule.no_bridge)
    return all(pattern(group).search(masked, start, end) for group in made.rule.bridge) and not any(
        pattern(group).search(masked, start, end) for group in made.rule.no_bridge
    )


def _headline_passive(sentence: Sentence, m: re.Match[str]) -> bool:
    """True for "TikTok banned in India": a participle right behind the platform, and no object behind it."""
    pattern = sentence.language.pattern
    before = sentence.masked[: m.start()].rstrip(" ,")
    if not before.endswith((lexicon.MARKS["P"], lexicon.MARKS["Q"])):
        return False
    return bool(pattern("participle").fullmatch(m[0]) and pattern("no_object").match(sentence.masked[m.end() :]))


def _and(sentence: Sentence, before: str, m: re.Match[str]) -> bool:
    """True for the "e" that is folded from "é" and may as well be "and": only a participle behind it makes a passive."""
    return before.endswith(" e ") and not sentence.language.pattern("participle").match(m[0])


def _voice(sentence: Sentence, m: re.Match[str]) -> str:
    """active, passive or noun; a verb form that may be either is told by the words before it."""
    group = m.lastgroup or "verb"
    if group != "verb":
        return group
    if sentence.language.pattern("verbal").fullmatch(m[0].split()[0]):
        return "active"  # "is suing", "is looking into", "l'ordre de bloquer"
    before = sentence.masked[max(0, m.start() - 40) : m.start()].removesuffix("geo-")
    if (
        m[0] in BARE_SINGULAR
        and before[-2:-1] in (lexicon.MARKS["P"], lexicon.MARKS["S"])
        and not before[:-2].endswith(("and ", "or "))
    ):
        return "noun"  # "the Twitter ban": one platform "bans"
    if (sentence.language.ends_with("be", before) and not _and(sentence, before, m)) or _headline_passive(sentence, m):
        return "passive"
    if sentence.language.ends_with("noun_before", before):
        told = sentence.language.ends_with("body", before) and sentence.language.pattern("participle").fullmatch(m[0])
        return "active" if told else "noun"  # "the government banned", not "the government ban"
    return "active"
