"""Article -> claims: candidates weighed, told twice told once, dated, with their details. The only door of this room.

A claim is told once for an action, its platforms and its jurisdiction; the sentence that says it best is its quote.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import islice

from claims import details, lexicon, names, reality, sameness, vocabulary, weigh
from claims.candidate import Candidate
from claims.candidates import candidates
from claims.dates import day_of
from claims.mentions import Mention
from claims.reading import Reading, Sentence, read
from claims.sameness import Row
from claims.when import when
from records import Article, Claim

ABOUT_AS_SURE = 0.02  # of sentences that tell a thing about as surely the first is quoted: news comes before background
OF_RULES = ("ban", "lift")  # done to one's own rules, too
LIKELY = 0.5  # what is less likely than not takes no other's place
MOST_CLAIMS = 200  # of one text; what tells more is no article
MOST_CANDIDATES = 600  # of one text, likewise


def extract(article: Article) -> list[Claim]:
    """Every claim of an article that is sure enough to keep, in the order of the text; ``text[start:end] == quote`` always.

    Claims below the threshold ``publish`` (claims/weights.toml) are kept for review; nothing is kept below ``review``.
    """
    reading = read(article)
    kept = _without_weaker(_once(_settled(_all(reading)), day_of(article.published)))
    claims = [_claim(reading, group, _others(group, kept)) for group in kept[:MOST_CLAIMS]]
    return sorted(claims, key=lambda claim: (claim.start, claim.action))


def read_candidates(article: Article) -> list[Candidate]:
    """Every candidate of an article, sure or not: what weights are fitted on."""
    return [one for one in _all(read(article)) if one.action != "same"]


def _all(reading: Reading) -> list[Candidate]:
    told = (one for sentence in reading.sentences for one in candidates(reading, sentence))
    found = list(islice(told, MOST_CANDIDATES))
    found = [one for one in found if not _echoes(one, found)]
    reality.place_by_actor(found)
    reality.compare(found)
    return found


def _echoes(one: Candidate, found: list[Candidate]) -> bool:
    """True for "This change was announced in an update to the privacy policy": the rule told right before, once more; and for
    "it is overturning the ban" of a platform that right before lifted its own ban on advertising."""
    if one.rule.trigger in OF_RULES and not reality.ACTS & one.signs and "agent_place" not in one.signs:
        return any(
            other.action == "policy_moderation"
            and "subject_platform" in other.signs
            and other.sentence.number == one.sentence.number - 1
            and other.sentence.has(one.rule.trigger)
            and set(other.platforms) & set(one.platforms)
            for other in found
        )
    if one.rule.side != "platform" or not one.sentence.language.pattern("this_change").match(one.sentence.masked):
        return False
    told = [
        other for other in found if other.rule.side == "platform" and other.sentence.number == one.sentence.number - 1
    ]
    return any(other.action != one.action and set(other.platforms) & set(one.platforms) for other in told)


def published(claims: list[Claim]) -> list[Claim]:
    """Those that need no person's look."""
    return [claim for claim in claims if claim.confidence >= weigh.threshold("publish")]


def _settled(found: list[Candidate]) -> list[tuple[float, Candidate]]:
    """Candidates sure enough to keep with their confidence; "the same" gets the action it repeats, a list of states one each."""
    sure = [(weigh.confidence(one), one) for one in found if one.action != "same"]
    kept = [row for row in sure if row[0] >= weigh.threshold("review")]
    for one in found:
        if one.action == "same" and sure:
            likely = [row for row in sure if row[0] >= LIKELY] or sure
            likely = _of_its_kind(one, likely) or likely
            near = min(likely, key=lambda row: (abs(row[1].sentence.number - one.sentence.number), -row[0]))
            own = one.platforms if "target_near" in one.signs else ()
            settled = replace(one, action=near[1].action, platforms=own or near[1].platforms)
            kept.append((weigh.confidence(settled), settled))
    return [row for row in kept if row[0] >= weigh.threshold("review")]


def _of_its_kind(one: Candidate, rows: list[tuple[float, Candidate]]) -> list[tuple[float, Candidate]]:
    """Inquiries, where "similar proceedings" are told: what is repeated is none of the fines beside them."""
    if not one.sentence.language.pattern("investigate").search(one.words):
        return []
    return [row for row in rows if row[1].action == "investigation"]


def _each_with_its_sum(rows: list[tuple[float, Candidate]]) -> list[tuple[float, Candidate]]:
    """ "Fines for Apple and Meta" of a text that elsewhere tells the sum of each is a fine of each."""
    fines = {frozenset(one.platforms) for _, one in rows if one.rule.sums}
    told: list[tuple[float, Candidate]] = []
    for sure, one in rows:
        parts = {other & set(one.platforms) for other in (fines if one.rule.sums else ())}
        parts = {part for part in parts if part and len(part) < len(one.platforms)}
        parts = _with_related(parts, set(one.platforms))
        apart = len(parts) > 1 and not any(left & right for left in parts for right in parts if left != right)
        whole = frozenset(one.platforms) == frozenset().union(*parts)
        told += (
            [(sure, replace(one, platforms=tuple(sorted(part)))) for part in sorted(parts, key=sorted)]
            if apart and whole
            else [(sure, one)]
        )
    return told


def _with_related(parts: set[frozenset[str]], whole: set[str]) -> set[frozenset[str]]:
    """Parts of a list of platforms, each with the owners and apps of the list that belong to it alone."""
    left = whole - frozenset().union(*parts)
    owners = {name: [part for part in parts if names.related((name,), tuple(part))] for name in left}
    return {part | {name for name, homes in owners.items() if homes == [part]} for part in parts}


def _once(rows: list[tuple[float, Candidate]], day: date | None) -> list[list[Row]]:
    """Candidates that tell one thing, together, the surest first."""
    spread = [(sure, one, place) for sure, one in _each_with_its_sum(rows) for place in (one.places or ("",))]
    groups: list[list[Row]] = []
    for row in sorted(spread, key=lambda row: (-row[0], row[1].sentence.number, row[1].at)):
        home = next((group for group in groups if sameness.tells_same(group[0], row, day)), None)
        if home is None:
            groups.append([row])
        else:
            home.append(row)
    return groups


def _without_weaker(groups: list[list[Row]]) -> list[list[Row]]:
    """Leaves out what is but a vaguer word for another act told of the same platform and place; of two that are words for each
    other the surer stays, of equals the first."""

    def gives_way(at: int, to: int) -> bool:
        if not sameness.is_weaker(groups[at], groups[to]):
            return False
        return not sameness.is_weaker(groups[to], groups[at]) or (groups[to][0][0], -to) > (groups[at][0][0], -at)

    numbers = range(len(groups))
    return [groups[at] for at in numbers if not any(gives_way(at, to) for to in numbers if to != at)]


def _quoted(group: list[Row]) -> Row:
    """What is quoted of candidates that tell one thing: a fact before a plan, and of those about as sure the first."""
    facts = [row for row in group if not reality.UNREAL & row[1].signs] or group
    near = [row for row in facts if row[0] >= facts[0][0] - ABOUT_AS_SURE]
    return min(near, key=lambda row: row[1].sentence.number)


def _others(group: list[Row], kept: list[list[Row]]) -> frozenset[int]:
    """Numbers of the sentences that tell acts on other platforms, or of other places."""
    own, place = set(group[0][1].platforms), group[0][2]
    told = (other[0] for other in kept if other is not group and other[0][0] >= weigh.threshold("publish"))
    return frozenset(
        one.sentence.number
        for _, one, where in told
        if not own & set(one.platforms) or (place and where and not sameness.same_place(place, where))
    )


def _claim(reading: Reading, group: list[Row], others: frozenset[int]) -> Claim:
    sure = group[0][0]
    _, best, place = _quoted(group)
    sentence, language = best.sentence, reading.language
    text = reading.article.text
    platforms = tuple(
        dict.fromkeys(name for row in group if row[0] >= 0.5 or row[1] is best for name in row[1].platforms)
    )
    around = sentence.folded
    authority = (
        best.authority
        if best.authority and (not place or best.authority.place.split("-")[0] == place.split("-")[0])
        else None
    )
    money = _sum(language, group, best) if best.action == "fine" else ("", "")
    government = best.rule.side == "government"
    return Claim(
        action=best.action,
        platforms=platforms,
        quote=text[sentence.start : sentence.end],
        start=sentence.start,
        end=sentence.end,
        confidence=sure,
        side=best.rule.side,
        jurisdiction=place if government else "",
        authority=_written(reading, authority),
        authority_id=authority.value if authority else "",
        scopes=_scopes(language, best.action, around) if government else (),
        exceptions=_piece(reading, sentence, "exception"),
        personal_devices=_personal(sentence, best.action),
        area=_area(place) if government else "",
        binding=_binding(sentence) if government else "",
        reasons=details.found(language, "reason", around) if government else (),
        legal_basis=_piece(reading, sentence, "legal_basis") if government else "",
        amount=money[0],
        currency=money[1],
        person=_person(reading, best.person),
        dates=when(reading, [best, *(row[1] for row in group if row[1] is not best)], others),
        ends=_ends(best),
        direction=next(iter(details.found(language, "direction", around)), "") if not government else "",
        occurred="denied" not in best.signs,
        state=_state(language, best, around) if government else "",
        fired=(f"{best.rule.trigger}: {best.words}", *sorted(best.signs)),
    )


def _scopes(language: lexicon.Language, action: str, around: str) -> tuple[str, ...]:
    return tuple(scope for scope in details.found(language, "scope", around) if lexicon.has_scope(action, scope))


def _sum(language: lexicon.Language, group: list[Row], best: Candidate) -> tuple[str, str]:
    """The sum of a fine: that of the quote, else of the surest sentence that tells one."""
    told = [best, *(row[1] for row in group if row[1].sentence is not best.sentence)]
    found = (details.amount(one.sentence.folded, language.code, sameness.sum_beside(one)) for one in told)
    return next((money for money in found if money[1]), ("", ""))


def _written(reading: Reading, mention: Mention | None) -> str:
    if mention is None:
        return ""
    return f"{reading.article.title}\n{reading.article.text}"[mention.start : mention.end]


def _person(reading: Reading, mention: Mention | None) -> str:
    return names.person(mention.value, _written(reading, mention)) if mention else ""


def _piece(reading: Reading, sentence: Sentence, group: str) -> str:
    start, end = details.first(reading.language, group, sentence.folded)
    return reading.article.text[sentence.start + start : sentence.start + end] if start >= 0 else ""


def _binding(sentence: Sentence) -> str:
    return "advisory" if sentence.has("advisory") else "binding" if sentence.has("binding") else ""


def _ends(best: Candidate) -> str:
    """The action an ending ends, where its sentence says which."""
    if not vocabulary.action(best.action).ending:
        return ""
    kinds = {
        "device": "device_ban",
        "store": "app_store_removal",
        "throttle": "throttling",
        "processing": "processing_ban",
    }
    said = next((action for group, action in kinds.items() if best.sentence.has(group)), "")
    return said or ("nationwide_block" if best.sentence.has("ban") or best.sentence.has("block") else "")


def _state(language: lexicon.Language, best: Candidate, around: str) -> str:
    """The state of what a sentence tells, where it says one: a fine that "has been appealed". An end is none itself."""
    if vocabulary.action(best.action).ending:
        return ""
    return next(iter(details.found(language, "state", around)), "")


def _personal(sentence: Sentence, action: str) -> str:
    if action != "device_ban":
        return ""
    return "no" if sentence.has("personal_no") else "yes" if sentence.has("personal_yes") else ""


def _area(place: str) -> str:
    return "supranational" if place == "EU" else "subnational" if "-" in place else "national" if place else ""
