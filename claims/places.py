"""Candidate -> the same with its places: whose authority acts, in the sentence itself, carried on from others, or implied."""

from __future__ import annotations

import re
from collections.abc import Iterable

from claims import lexicon, names
from claims.candidate import LIST, Candidate
from claims.reading import Marked, Reading, Sentence

HEAD = 2.5  # what a place gains that a relative clause with the words is about
MOST_PLACES = 16  # of a sentence that are weighed against each other
CLAUSE_APART = 1.5  # what a place loses that acts in another clause
ACTS_BEHIND = 56  # characters between a list of places and what they do: "France, Italy and other countries are also"
PREFIX = 40  # characters before a place that may say whence somebody comes
BY_MEMBERS = (
    "fine",
    "data_order",
    "processing_ban",
    "compliance_order",
    "investigation",
)  # what members do for a union
PROTECTS_DATA = "data_protection_authority"
BENEATH = 4  # sentences that a heading is above


def brought(made: Candidate) -> bool:
    """True for "a lawsuit from 33 states", "a suit filed by Utah": who brings it stands behind."""
    language = made.sentence.language
    return language.pattern("brought_by").match(made.sentence.masked[made.end :].lstrip()) is not None


def fill(reading: Reading, made: Candidate) -> None:
    sentence = made.sentence
    told = made.voice != "noun" or brought(made) or sentence.near("make", made.at, made.end, 60)
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
    around = [*reading.before(sentence), *([reading.title] if reading.title else []), *reading.sentences[:2]]
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
    before = reading.before(made.sentence)
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
    told = [made.sentence, *reading.before(made.sentence), *([reading.title] if reading.title else [])]
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
    named = [mark for mark in sentence.of("J", "A") if not sentence.parted(*sorted((mark.at, at)))]
    before = _run([mark for mark in named if mark.at < at and not _of_its_parts(sentence, mark)], sentence, last=True)
    if len(before) >= 2 and at - before[-1].at <= ACTS_BEHIND:
        return _places(before)
    after = _run([mark for mark in named if mark.at > at], sentence, last=False)
    if len(after) < 2 or any(mark.at < at and not sentence.parted(mark.at, at) for mark in sentence.of("J", "A", "D")):
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
        if one.mention
        and one.mention.place.startswith(best.mention.place + "-")
        and (made is None or made.action != "court_ruling" or _acts_itself(sentence, one))
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
        if mark.kind == "A" and mark.at > made.at and not sentence.follows_by(mark):
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
    if sentence.language.ends_with("asked_from", before):
        return False  # "in response to a demand from the UK government"
    return sentence.language.ends_with("origin_before", before, r"(?:\w{2,3} ){1,2}")
