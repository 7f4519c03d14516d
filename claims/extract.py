"""Article -> claims: candidates weighed, told twice told once, dated, with their details. The only door of this room.

A claim is told once for an action, its platforms and its jurisdiction; the sentence that says it best is its quote.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from claims import details, lexicon, names, reality, vocabulary, weigh
from claims.candidate import Candidate
from claims.candidates import candidates
from claims.dates import Dated, dates, day_of
from claims.mentions import Mention
from claims.reading import Reading, Sentence, read
from records import Article, Claim, When

MOST_CLAIMS = 200  # of one text; what tells more is no article
ROLES = {
    "investigation": "opened", "raid": "observed", "arrest": "observed", "charge": "decided", "supervision_changed": "decided", "court_ruling": "decided",
    "court_order": "decided", "fine": "decided", "data_order": "ordered", "compliance_order": "ordered", "processing_ban": "ordered", "device_ban": "ordered",
    "app_store_removal": "ordered", "other_restriction": "ordered", "divestiture_order": "ordered", "restriction_lifted": "lifted", "expired": "lifted",
    "legislation_proposed": "announced", "legislation_adopted": "signed", "legislation_in_force": "effective", "nationwide_block": "effective",
    "partial_block": "effective", "throttling": "effective", "shutdown": "effective",
}  # fmt: skip


def extract(article: Article) -> list[Claim]:
    """Every claim of an article that is sure enough to keep, in the order of the text; ``text[start:end] == quote`` always.

    Claims below the threshold ``publish`` (claims/weights.toml) are kept for review; nothing is kept below ``review``.
    """
    reading = read(article)
    kept = _without_weaker(_once(_settled(_all(reading))))
    claims = [_claim(reading, group) for group in kept[:MOST_CLAIMS]]
    return sorted(claims, key=lambda claim: (claim.start, claim.action))


def read_candidates(article: Article) -> list[Candidate]:
    """Every candidate of an article, sure or not: what weights are fitted on."""
    return [one for one in _all(read(article)) if one.action != "same"]


def _all(reading: Reading) -> list[Candidate]:
    return [one for sentence in reading.sentences for one in candidates(reading, sentence)]


def published(claims: list[Claim]) -> list[Claim]:
    """Those that need no person's look."""
    return [claim for claim in claims if claim.confidence >= weigh.threshold("publish")]


def _settled(found: list[Candidate]) -> list[tuple[float, Candidate]]:
    """Candidates sure enough to keep with their confidence; "the same" gets the action it repeats, a list of states one each."""
    sure = [(weigh.confidence(one), one) for one in found if one.action != "same"]
    kept = [row for row in sure if row[0] >= weigh.threshold("review")]
    for one in found:
        if one.action == "same" and sure:
            near = min(sure, key=lambda row: (abs(row[1].sentence.number - one.sentence.number), -row[0]))
            settled = replace(one, action=near[1].action, platforms=one.platforms or near[1].platforms)
            kept.append((weigh.confidence(settled), settled))
    return [row for row in kept if row[0] >= weigh.threshold("review")]


def _once(rows: list[tuple[float, Candidate]]) -> list[list[tuple[float, Candidate, str]]]:
    """Candidates that tell one thing, together, the surest first."""
    spread = [(sure, one, place) for sure, one in rows for place in (one.places or ("",))]
    groups: list[list[tuple[float, Candidate, str]]] = []
    for row in sorted(spread, key=lambda row: (-row[0], row[1].sentence.number, row[1].at)):
        home = next((group for group in groups if _tells_same(group[0], row)), None)
        if home is None:
            groups.append([row])
        else:
            home.append(row)
    return groups


def _without_weaker(groups: list[list[tuple[float, Candidate, str]]]) -> list[list[tuple[float, Candidate, str]]]:
    """Leaves out what is but a vaguer word for another act told of the same platform and place."""
    return [
        group for group in groups if not any(_is_weaker(group[0], other[0]) for other in groups if other is not group)
    ]


def _is_weaker(row: tuple[float, Candidate, str], other: tuple[float, Candidate, str]) -> bool:
    one, stronger = row[1], other[1]
    if stronger.action not in lexicon.weaker().get(one.action, ()) or not set(one.platforms) & set(stronger.platforms):
        return False
    if one.rule.side == "platform":
        return one.sentence is stronger.sentence
    same_place = row[2].split("-")[0] == other[2].split("-")[0] or {row[2], other[2]} & {"EU", ""}
    return bool(same_place) and not reality.told_apart(one) and other[0] >= 0.4


def _tells_same(first: tuple[float, Candidate, str], other: tuple[float, Candidate, str]) -> bool:
    left, right = first[1], other[1]
    if _kind(left.action) != _kind(right.action) or (left.rule.side == "government" and first[2] != other[2]):
        return False
    both = {*left.platforms, *right.platforms}
    if set(left.platforms) & set(right.platforms) or (left.rule.side == "government" and "social media" in both):
        return True
    return left.rule.side == "government" and abs(left.sentence.number - right.sentence.number) <= 1


def _kind(action: str) -> str:
    """What one text tells once: the coarse action, but an arrest is no charge and a search no inquiry."""
    known = vocabulary.action(action)
    return action if known.group == "inquiry" else known.coarse or action


def _claim(reading: Reading, group: list[tuple[float, Candidate, str]]) -> Claim:
    sure, best, place = group[0]
    sentence, language = best.sentence, reading.language
    text = reading.article.text
    platforms = tuple(
        dict.fromkeys(name for row in group if row[0] >= 0.5 or row is group[0] for name in row[1].platforms)
    )
    around = sentence.folded
    authority = (
        best.authority
        if best.authority and (not place or best.authority.place.split("-")[0] == place.split("-")[0])
        else None
    )
    money = details.amount(around) if best.action == "fine" else ("", "")
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
        scopes=details.found(language, "scope", around) if government else (),
        exceptions=_piece(reading, sentence, "exception"),
        personal_devices=_personal(sentence, best.action),
        area=_area(place) if government else "",
        binding="advisory" if government and sentence.has("advisory") else "",
        reasons=details.found(language, "reason", around) if government else (),
        legal_basis=_piece(reading, sentence, "legal_basis") if government else "",
        amount=money[0],
        currency=money[1],
        person=_person(reading, best.person),
        dates=_dates(reading, group),
        direction=next(iter(details.found(language, "direction", around)), "") if not government else "",
        occurred="denied" not in best.signs and "negated" not in best.signs,
        fired=(f"{best.rule.trigger}: {best.words}", *sorted(best.signs)),
    )


def _written(reading: Reading, mention: Mention | None) -> str:
    if mention is None:
        return ""
    return f"{reading.article.title}\n{reading.article.text}"[mention.start : mention.end]


def _person(reading: Reading, mention: Mention | None) -> str:
    return names.person(mention.value, _written(reading, mention)) if mention else ""


def _piece(reading: Reading, sentence: Sentence, group: str) -> str:
    start, end = details.first(reading.language, group, sentence.folded)
    return reading.article.text[sentence.start + start : sentence.start + end] if start >= 0 else ""


def _personal(sentence: Sentence, action: str) -> str:
    if action != "device_ban":
        return ""
    return "no" if sentence.has("personal_no") else "yes" if sentence.has("personal_yes") else ""


def _area(place: str) -> str:
    return "supranational" if place == "EU" else "subnational" if "-" in place else "national" if place else ""


# when ---------------------------------------------------------------------------------------------------------------
def _dates(reading: Reading, group: list[tuple[float, Candidate, str]]) -> tuple[When, ...]:
    """Dates near what happened, the main one first: of the quote, else of another sentence that tells it, else of the next."""
    day = day_of(reading.article.published)
    seen: list[When] = []
    best = group[0][1]
    for one in dict.fromkeys(id(row[1]) for row in group):
        candidate = next(row[1] for row in group if id(row[1]) == one)
        seen.extend(_stated(reading, candidate, candidate.sentence, day))
    if not seen:
        following = [
            s
            for s in reading.sentences[best.sentence.number : best.sentence.number + 1]
            if s.language.pattern(best.rule.trigger).search(s.masked) or s.has("noun_act")
        ]
        seen.extend(when for s in following for when in _stated(reading, best, s, day))
    seen.sort(key=lambda when: when.precision == "year")
    return tuple({when.value: when for when in reversed(seen)}.values())[::-1]


def _stated(reading: Reading, candidate: Candidate, sentence: Sentence, day: date | None) -> list[When]:
    folded = sentence.folded
    at = sentence.origin[candidate.at] if sentence is candidate.sentence else 0
    found = [one for one in dates(folded, reading.language.code, day) if not _other_time(reading, folded, one)]
    found.sort(key=lambda one: abs(one.start - at))
    return [_when(reading, sentence, one, candidate.action) for one in found]


def _other_time(reading: Reading, folded: str, one: Dated) -> bool:
    words = "|".join(reading.language.date.get("not_event", ["(?!)"]))
    before = folded[max(0, one.start - 40) : one.start]
    return any(
        m.end() >= len(before) - 12 for m in lexicon.whole_words(words, reading.language.spaced).finditer(before)
    )


def _when(reading: Reading, sentence: Sentence, one: Dated, action: str) -> When:
    before = sentence.folded[max(0, one.start - 40) : one.start]
    effective = lexicon.whole_words(
        "|".join(reading.language.date.get("effective", ["(?!)"])), reading.language.spaced
    ).search(before)
    role = "effective" if effective else ROLES.get(action, "announced")
    text = reading.article.text[sentence.start + one.start : sentence.start + one.end]
    return When(one.value, one.precision, role, one.basis, one.ambiguous, text)
