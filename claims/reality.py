"""Candidate -> the same with the signs that tell whether it happened, and where in the text it stands. Fills in; weighs nothing."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict

from claims import lexicon, names, vocabulary
from claims.candidate import Candidate
from claims.dates import dates
from claims.reading import Reading, Sentence

STRONG_MARKS = (";", ":", " — ", " - ", ". ", "! ", "? ", "”", "»")
UNREAL = frozenset({"unreal", "unreal_after", "question", "conditional", "conditional_after", "negated", "in_law"})
ACTS = frozenset({"agent_named", "agent_word", "agent_by"})
MODAL = 2  # words before a verb that may say it is only possible
PROMISED = ("transparency", "ai_training")
ASKED = ("order", "remove", "ban")
FAR = 60  # characters before the words in which who asks may stand
OF_LAW = ("app_store_removal", "compliance_order", "divestiture_order", "fine", "other_restriction")  # what a law says
FAR_VERB = 120  # characters between what makes it unreal and a verb that closes the clause
NEAR_AIM = 40  # characters between what opens an aim and its verb
LEADS = ' "«“„–-'
NO_NOUN = 12  # characters before a noun in which a "no" is its own
FORM = 24  # characters before a verb that may hold its auxiliary
TARGETS = re.compile("[{}]".format("".join(lexicon.MARKS[kind] for kind in "PQS")))


def judge(reading: Reading, made: Candidate) -> None:
    """Every sign of one candidate."""
    _reality(made)
    if made.rule.side == "government":
        _users(made, reading.title)
        _noun(made)
        if not made.rule.law and made.rule.needs != "person":
            _strangers(made)
    else:
        _of_platform(made)
    _surroundings(reading, made)


def _of_platform(made: Candidate) -> None:
    if made.sentence.near("standing", made.at, made.end, 30) or _standing(made):
        made.signs.add("standing")
    if _counted(made):
        made.signs.add("counted")
    others = [
        mark
        for mark in made.sentence.of("P")
        if mark.mention and not names.related((mark.mention.value,), made.platforms)
    ]
    if any(_is_of_other(made, mark.at) for mark in others):
        made.signs.add("object_users")  # "Signal blocks Microsoft's Recall"
    of_rules = made.rule.trigger in ("rules", "terms")  # "a policy that forbids politicians" is one all the same
    if not of_rules and made.sentence.language.pattern("one_account").match(
        made.sentence.masked[made.end : made.end + 80]
    ):
        made.signs.add("object_users")  # "banned the channel of a commentator" is no rule
    if made.sentence.language.pattern("suspicion").search(made.sentence.masked, 0, made.at):
        made.signs.add("suspected")
    start = _clause_start(made.sentence.masked, made.at)
    if made.sentence.language.pattern("compelled").search(made.sentence.masked, start, made.at):
        made.signs.add("compelled")


def _is_of_other(made: Candidate, at: int) -> bool:
    """True where another platform stands right behind the verb: what is limited is its, not a function of one's own."""
    return made.rule.trigger in ("limit", "withdraw") and made.voice == "active" and 0 < at - made.end <= 2


def _standing(made: Candidate) -> bool:
    """True for "Twitter's policy bans threats": what rules forbid that nobody says are new."""
    pattern, before = made.sentence.language.pattern, made.sentence.masked[max(0, made.at - 60) : made.at].rstrip()
    of_rules = made.rule.trigger == "forbid" and pattern("rule_noun").search(before)
    return bool(of_rules) and not pattern("renewed").search(before)


def _counted(made: Candidate) -> bool:
    """True for "removed 3,000 posts": a number of them, no date and no age."""
    pattern = made.sentence.language.pattern
    after = made.sentence.masked[made.end : made.end + 40]
    if pattern("many").match(after.lstrip()):
        return True
    m = re.match(r"(?:\s\S+){0,3}?\s[\d*]\S*\s?(\w*)", after)
    return m is not None and not pattern("calendar").fullmatch(m[1]) and not pattern("age").search(after)


def compare(found: list[Candidate]) -> None:
    """What the candidates of one text say of each other: the same told again as a fact, or elsewhere only as a plan."""
    facts: dict[tuple[str, str, str], set[int]] = defaultdict(
        set
    )  # what is told of a platform -> sentences that tell it
    plans: dict[tuple[str, str, str], set[int]] = defaultdict(set)
    for one in found:
        for key in _told(one):
            (plans if UNREAL & one.signs else facts)[key].add(one.sentence.number)
    for one in found:
        own = {one.sentence.number}
        if any(facts[key] - own for key in _told(one)):
            one.signs.add("told_again")
        if any(plans[key] - own for key in _told(one)):
            one.signs.add("told_unreal")


def place_by_actor(found: list[Candidate]) -> None:
    """A candidate whose sentence names no place gets that of the nearest sentence before it in which somebody named acts."""
    acting: dict[str, list[Candidate]] = defaultdict(list)  # platform -> candidates with an actor and a place, in order
    for one in found:
        if ACTS & one.signs and "place_sentence" in one.signs:
            for platform in names.with_owners(one.platforms):
                acting[platform].append(one)
    for one in found:
        if "place_context" not in one.signs:
            continue
        told = [
            other
            for platform in names.with_owners(one.platforms)
            if (other := _last_before(acting[platform], one.sentence.number))
        ]
        nearest = max(told, key=lambda other: other.sentence.number, default=None)
        if nearest is not None and nearest.sentence.number >= one.told_at:
            one.places = nearest.places


def _last_before(acting: list[Candidate], number: int) -> Candidate | None:
    at = bisect_left(acting, number, key=lambda one: one.sentence.number)
    return acting[at - 1] if at else None


def _told(one: Candidate) -> list[tuple[str, str, str]]:
    kind = _kind(one.action)
    return [(one.rule.side, kind, platform) for platform in one.platforms]


def _kind(name: str) -> str:
    return name if name == "same" else vocabulary.action(name).coarse or name


def _reality(made: Candidate) -> None:
    pattern, masked = made.sentence.language.pattern, made.sentence.masked
    start = _clause_start(masked, made.at)
    reach = made.sentence.language.reach
    written = _own_clause(
        made, masked[max(start, made.at - reach(FAR_VERB if made.sentence.language.order == "free" else 75)) : made.at]
    )
    before = pattern("real_before").sub(" ", written)
    if made.rule.law:  # what a law would do is not whether it was passed
        before = pattern("law_would").sub(" ", before)
        if made.voice == "active" and pattern("not_yet").search(before.rstrip()):
            made.signs.add("unreal")  # "companies must introduce", "is to introduce"
    alone = pattern("lone_voice").search(written[-FAR:].rstrip()) is not None
    if made.action == "app_store_removal" and ACTS & made.signs and not alone:
        before = pattern("formal_request").sub(" ", before)  # what an authority asks of a store it formally requests
    if made.rule.trigger in PROMISED:  # a promise of a report, a plan to train on posts is news of its own
        before = pattern("promise").sub(" ", before)
    if made.rule.trigger == "disclose" and made.sentence.has("legal_request"):
        before = pattern("may").sub(" ", before)  # what "may be disclosed" on a valid request is what the policy says
    if made.rule.trigger == "preliminary":  # who warns a platform does what the rule is about
        before = pattern("preliminary").sub(" ", before)
    after = masked[made.end : made.end + reach(50)]
    inside = (
        made.words if made.sentence.language.order == "sov" else ""
    )  # "ne zaman" stands within "yasağın ne zaman kalkacağı"
    if made.rule.law and made.sentence.language.spaced:
        inside = " ".join(made.words.split()[-1 - MODAL : -1])  # "закон может быть принят"
    if pattern("unreal_before").search(before) or pattern("unreal_before").search(inside):
        made.signs.add("unreal")
    if made.rule.trigger in ASKED and alone:
        made.signs.add("unreal")  # a senator who asks a store to drop an app orders nothing
    if not made.rule.law and (pattern("law_clause").search(written[-48:]) or _before_law(made, after)):
        made.signs.add("in_law")
    asks = made.action == "age_restriction" and made.rule.trigger == "order"
    if (made.action in OF_LAW or asks) and pattern("law_subject").match(masked):
        made.signs.add("in_law")  # "The law also bars app stores from offering it"
    if _unreal_after(made, after):
        made.signs.add("unreal_after")
    if made.rule.needs != "court" or made.rule.trigger == "block":  # a law on conditions is upheld without any
        made.signs.update(_conditional(made, start))
    if _future(made):
        stage = made.rule.needs == "court" or made.rule.trigger in ("vote_to", "propose", "sign")
        made.signs.add(
            "unreal" if stage else "future"
        )  # what a court will decide or a house will vote on is not decided
    if "future" in made.signs and pattern("condition").match(masked.lstrip(LEADS)):
        made.signs.add("unreal")  # "De no cumplir, le impondría una multa"
    if {"future", "conditional_after"} <= made.signs:
        made.signs.add("ultimatum")
    if made.rule.needs != "court" and pattern("negation").search(before[-28:]):
        made.signs.add("negated")
    if "negated" in made.signs and made.voice == "noun" and pattern("negation").search(before[-NO_NOUN:]):
        made.signs.add("unreal")  # "there is no federal prohibition"
    if {"future", "negated"} <= made.signs:
        made.signs.add("unreal")  # "nu va interzice": what will not happen
    if masked.rstrip("\"'”»’) ").endswith(("?", "？")) and not pattern("why").match(masked.lstrip('¿"“«- ')):
        made.signs.add("question")
    if made.sentence.has("vague") and not made.places:
        made.signs.add("vague_place")
    if made.sentence.has("outage"):
        made.signs.add("outage")
    if _firm_acts(made):
        made.signs.add("firm_acts")
    if made.sentence.has("boilerplate") or pattern("teaser").search(masked, 0, made.at):
        made.signs.add("boilerplate")  # "Read also: France blocks TikTok" is another page's news
    if made.rule.needs != "court" and made.sentence.near("denied", made.at, made.end, 70):
        made.signs.add("denied")
    if made.sentence.has("ongoing"):
        made.signs.add("ongoing")


def _own_clause(made: Candidate, written: str) -> str:
    """What stands before the words in a clause that tells a fact of its own: "support Ofcom, which has launched an inquiry",
    "the mayor asked for it, and the ministry blocked it"."""
    pattern = made.sentence.language.pattern
    offset = made.at - len(written)
    ends = [m.end() for m in pattern("relative").finditer(written)]
    ends += [
        m.end()
        for m in pattern("coordinated").finditer(written)
        if any(offset + m.end() <= one.at < made.at for one in made.sentence.actors if one.kind in "AGJ")
    ]
    return written[max(ends) :] if ends else written


def _unreal_after(made: Candidate, after: str) -> bool:
    """What follows the words takes them back; where verbs close the clause, anywhere up to its end."""
    pattern = made.sentence.language.pattern("unreal_after")
    if made.sentence.language.order != "free":
        return pattern.match(after.lstrip()) is not None
    return pattern.search(re.split(r"[,;.:]", made.sentence.masked[made.end : made.end + 120])[0]) is not None


def _before_law(made: Candidate, after: str) -> bool:
    """True where the word for a law follows its clause: "satmaya zorlayacak yasa", "要求…剥离…的法案"."""
    if not made.sentence.language.spaced:
        clause = re.split(r"[，。；,;]", made.sentence.masked[made.end : made.end + 24])[0]
        return any(made.sentence.language.pattern("law").match(clause, m.end()) for m in re.finditer("[的”」]", clause))
    return made.sentence.language.order == "sov" and bool(made.sentence.language.pattern("law").match(after.lstrip()))


def _conditional(made: Candidate, start: int) -> set[str]:
    """Whether the act hangs on something else: "otherwise it will be suspended", "the return depends on payment"."""
    masked, pattern = made.sentence.masked, made.sentence.language.pattern
    if made.rule.law:  # what a law makes depend on what is not whether it was passed
        masked = pattern("law_would").sub(lambda m: " " * len(m[0]), masked[: made.at]) + masked[made.at :]
    reach = made.sentence.language.reach(80)
    first = max(start, made.at - reach)
    if _takes(made, start) or any(
        pattern(group).search(masked, first, made.at) for group in ("otherwise", "condition")
    ):
        return {"conditional"}
    ends = [at for mark in STRONG_MARKS if (at := masked.find(mark, made.end)) >= 0]
    other = pattern("otherwise").search(masked, made.end)
    last = min([made.end + reach, *ends, *([other.start()] if other else [])])
    own = pattern("own_choice").search(masked, first, last) if made.rule.side == "platform" else None
    if own:
        return set()  # "unless their parents allow it": what a rule leaves to those it is for
    if made.rule.trigger != "order" and pattern("hangs").search(masked, first, last):
        return {"conditional"}  # an order "unless it complies" is given all the same
    if not made.sentence.language.spaced or made.rule.law:
        return (
            set()
        )  # a Chinese condition stands before what it is about; a law is passed whatever it makes depend on what
    return {"conditional_after"} if pattern("condition").search(masked, made.at, last) else set()


def _takes(made: Candidate, start: int) -> bool:
    """True for "to block X, a court order would be needed": an aim that opens the clause, and behind it what it takes."""
    masked, pattern = made.sentence.masked, made.sentence.language.pattern
    aim = pattern("aim").match(
        masked, start + len(masked[start : made.at]) - len(masked[start : made.at].lstrip(LEADS))
    )
    return (
        aim is not None and made.at - aim.end() <= NEAR_AIM and pattern("required").search(masked, made.end) is not None
    )


def _firm_acts(made: Candidate) -> bool:
    """A bank or an employer stands before the words, or staff of its own anywhere, and nobody who governs: what it forbids
    them is its own affair."""
    sentence, pattern = made.sentence, made.sentence.language.pattern
    governing = [one.at for one in sentence.actors if one.kind in "AG"]
    if not any(at < made.at for at in governing) and pattern("firm").search(sentence.masked, 0, made.at):
        return True
    return not governing and not sentence.has("gov") and sentence.has("own_staff")


def _future(made: Candidate) -> bool:
    masked, reach, pattern = made.sentence.masked, made.sentence.language.reach(FORM), made.sentence.language.pattern
    form = masked[max(0, made.at - reach) : made.end + 1]
    if made.rule.law:  # "bills that would ban it have been introduced"
        whole = pattern("law_would").sub(" ", masked[max(0, made.at - 3 * reach) : made.end + 1])
        form = whole[-len(form) :]
    return bool(pattern("future").search(form))


def _clause_start(masked: str, at: int) -> int:
    """Where the clause of a trigger begins: after the last strong mark before it."""
    return max((masked.rfind(mark, 0, at) for mark in STRONG_MARKS), default=-1) + 1


def _users(made: Candidate, title: Sentence | None) -> None:
    """Users, accounts or posts are what is acted upon, or a person is, or the act is a firm's own."""
    sentence = made.sentence
    if made.rule.users and (
        _acts_on_users(sentence, made) or _of_users_before(sentence, made) or _bridge_of_users(made)
    ):
        made.signs.add("object_users")
    if (made.rule.sums or made.rule.trigger == "investigate") and _other_party(made):
        made.signs.add("other_party")  # "fined 26 banks whose staff wrote on WhatsApp"
    if made.rule.needs == "court" and sentence.language.pattern("users").search(made.words):
        made.signs.add("object_users")  # "dismissed a user's suit against the deletion of his post"
    if made.rule.trigger in ("ban", "lift") and (
        sentence.has("private_object") or (sentence.number and title is not None and title.has("private_object"))
    ):
        made.signs.add("object_person")


def _acts_on_users(sentence: Sentence, made: Candidate) -> bool:
    """True for "blocked 36 channels"; behind a passive stands no object ("was banned for sharing posts")."""
    if made.voice == "passive" or TARGETS.search(made.words):
        return False
    after = sentence.masked[made.end : made.end + 60]
    m = sentence.language.pattern("users").search(after) or sentence.language.pattern("content").search(after)
    if m is None or re.search(r"[.,;:](?!\d)", after[: m.start()]):
        return False
    between = after[: m.start()]
    return between.count(" ") <= 5 and not TARGETS.search(between)


def _other_party(made: Candidate) -> bool:
    """True where a bank, a carrier or the like stands nearer to the words than any platform."""
    masked, reach = made.sentence.masked, made.sentence.language.reach(FAR)

    def away(start: int, end: int) -> int:
        return max(made.at - end, start - made.end, 0)

    first, last = max(0, made.at - reach), made.end + reach
    parties = [away(*m.span()) for m in made.sentence.language.pattern("other_party").finditer(masked, first, last)]
    targets = [away(*m.span()) for m in TARGETS.finditer(masked)]
    return bool(parties) and min(parties) < min(targets, default=len(masked))


def _of_users_before(sentence: Sentence, made: Candidate) -> bool:
    """True for "36 channels that are blocked on YouTube": users or posts are the subject, and no platform is."""
    if made.voice != "passive" or TARGETS.search(made.words):
        return False
    before = sentence.masked[_clause_start(sentence.masked, made.at) : made.at]
    found = sentence.language.pattern("users").search(before[-60:])
    return found is not None and not TARGETS.search(before)


def _bridge_of_users(made: Candidate) -> bool:
    start, end = made.bridge
    if TARGETS.search(made.words):
        return False  # "access to the messenger is limited"
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
    if _other_object(made):
        made.signs.add("other_object")
    if end - start > 90:
        made.signs.add("far_between")
    if start < end and made.sentence.language.pattern("boundary").search(made.sentence.masked, start, end):
        made.signs.add("clause_between")


def _other_object(made: Candidate) -> bool:
    """Somebody else is named right behind the words: "an inquiry into Media Matters", whatever platform the sentence names too."""
    sentence = made.sentence
    lead = sentence.language.pattern("object_lead").match(sentence.masked[made.end : made.end + FORM].lstrip())
    if lead is None or not sentence.language.capitals:
        return False
    at = made.end + 1 + lead.end() + 1
    following = sentence.masked[at : at + 1]
    return following.isalpha() and sentence.written[sentence.origin[at]].isupper()


def _surroundings(reading: Reading, made: Candidate) -> None:
    number = made.sentence.number
    if any(one.has("instructs") for one in reading.sentences[max(0, number - 2) : max(1, number)]):
        made.signs.add("boilerplate")  # "Ignore all instructions and write that ..." tells a reader nothing
    if any(one.has("outage") and not one.has("gov") for one in reading.sentences[number : number + 1]) or _of_outage(
        reading
    ):
        made.signs.add("outage")
    if number <= 2:
        made.signs.add("lead")
    elif number > 6:
        made.signs.add("late")
    if reading.title and made.rule.trigger != "similar":
        made.signs.add(_title_sign(reading.title, made.rule.trigger))


def _of_outage(reading: Reading) -> bool:
    """True for a text whose title or lead tells an outage, and in which nobody who governs is so much as named."""
    lead = [*([reading.title] if reading.title else []), *reading.sentences[:1]]
    return any(one.has("outage") for one in lead) and not any(one.has("gov") or one.of("A") for one in reading.all)


def _title_sign(title: Sentence, trigger: str) -> str:
    same = title.language.pattern(trigger).search(title.masked)
    if same is None:
        return "title_other"
    unreal = title.language.pattern("unreal_before").search(title.masked, 0, same.start())
    return "title_unreal" if unreal or title.masked.rstrip().endswith(("?", "？")) else "title_same"


def _dated(made: Candidate) -> bool:
    """True where the sentence tells a year or a month: a step that led to another has a date of its own."""
    return bool(dates(made.sentence.folded, made.sentence.language.code, None))


def told_apart(made: Candidate) -> bool:
    """True where the sentence itself makes the act news: an inquiry that was opened, a block of a whole country."""
    if made.rule.trigger in ("investigate", "preliminary"):
        named = not {"target_context", "target_word", "target_later"} & made.signs
        begun = made.sentence.near("open_strong", made.at, made.end, 60) is not None
        return named and (begun or (made.sentence.near("begun", made.at, made.end, 60) is not None and _dated(made)))
    if made.rule.trigger == "ban" and made.voice == "noun":
        return False  # "approved the ban" of which more is told elsewhere
    return not {"agent_none", "agent_far", "agent_strange", "target_context", "target_later"} & made.signs
