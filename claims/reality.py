"""Candidate -> the same with the signs that tell whether it happened, and where in the text it stands. Fills in; weighs nothing."""

from __future__ import annotations

import re

from claims import lexicon
from claims.candidate import Candidate
from claims.reading import Reading, Sentence

STRONG_MARKS = (";", ":", " — ", " - ", ". ", "! ", "? ", "”", "»")
TARGETS = re.compile("[{}]".format("".join(lexicon.MARKS[kind] for kind in "PQS")))


def judge(reading: Reading, made: Candidate) -> None:
    """Every sign of one candidate."""
    _reality(made)
    if made.rule.side == "government":
        _users(made, reading.title)
        _noun(made)
        if not made.rule.law:
            _strangers(made)
    _surroundings(reading, made)


def _reality(made: Candidate) -> None:
    pattern, masked = made.sentence.language.pattern, made.sentence.masked
    start = _clause_start(masked, made.at)
    written = masked[max(start, made.at - 75) : made.at]
    before = pattern("real_before").sub(" ", written)
    after = masked[made.end : made.end + 50]
    if pattern("unreal_before").search(before):
        made.signs.add("unreal")
    if not made.rule.law and pattern("law_clause").search(written[-48:]):
        made.signs.add("in_law")
    if pattern("unreal_after").match(after.lstrip()):
        made.signs.add("unreal_after")
    if pattern("negation").search(before[-28:]):
        made.signs.add("negated")
    if masked.rstrip("\"'”»’) ").endswith(("?", "？")):
        made.signs.add("question")
    if made.sentence.has("boilerplate"):
        made.signs.add("boilerplate")
    if made.sentence.near("denied", made.at, made.end, 70):
        made.signs.add("denied")
    if made.sentence.has("ongoing"):
        made.signs.add("ongoing")


def _clause_start(masked: str, at: int) -> int:
    """Where the clause of a trigger begins: after the last strong mark before it."""
    return max((masked.rfind(mark, 0, at) for mark in STRONG_MARKS), default=-1) + 1


def _users(made: Candidate, title: Sentence | None) -> None:
    """Users, accounts or posts are what is acted upon, or a person is, or the act is a firm's own."""
    sentence = made.sentence
    if made.rule.users and (_acts_on_users(sentence, made) or _bridge_of_users(made)):
        made.signs.add("object_users")
    if made.rule.trigger in ("ban", "lift") and (
        sentence.has("private_object") or (sentence.number and title is not None and title.has("private_object"))
    ):
        made.signs.add("object_person")


def _acts_on_users(sentence: Sentence, made: Candidate) -> bool:
    after = sentence.masked[made.end : made.end + 60]
    m = sentence.language.pattern("users").search(after)
    if m is None or re.search(r"[.,;:]", after[: m.start()]):
        return False
    between = after[: m.start()]
    return between.count(" ") <= 4 and not TARGETS.search(between)


def _bridge_of_users(made: Candidate) -> bool:
    start, end = made.bridge
    return bool(made.sentence.language.pattern("users").search(made.sentence.masked, start, end))


def _noun(made: Candidate) -> None:
    """A noun alone ("a ban") is no act yet; "imposed a ban", "the ban took effect" is."""
    if made.voice != "noun":
        return
    made_it = made.sentence.near("make", made.at, made.end, 60)
    made.signs.add("noun_made" if made_it else "noun_bare")


def _strangers(made: Candidate) -> None:
    """Another name stands between the words and the platform: "an inquiry into Media Matters ... on X"."""
    start, end = made.bridge
    if start < end and made.sentence.strange(start, end):
        made.signs.add("stranger_between")
    if end - start > 90:
        made.signs.add("far_between")
    if start < end and made.sentence.language.pattern("boundary").search(made.sentence.masked, start, end):
        made.signs.add("clause_between")


def _surroundings(reading: Reading, made: Candidate) -> None:
    number = made.sentence.number
    if number <= 2:
        made.signs.add("lead")
    elif number > 6:
        made.signs.add("late")
    if reading.title and made.rule.trigger != "similar":
        same = reading.title.language.pattern(made.rule.trigger).search(reading.title.masked)
        made.signs.add("title_same" if same else "title_other")


def told_apart(made: Candidate) -> bool:
    """True where the sentence itself makes the act news: an inquiry that was opened, a block of a whole country."""
    if made.rule.trigger in ("investigate", "preliminary", "sue"):
        named = not {"target_context", "target_word", "target_later"} & made.signs
        return named and made.sentence.near("open_strong", made.at, made.end, 60) is not None
    return not {"agent_none", "agent_far", "agent_strange", "target_context", "target_later"} & made.signs
