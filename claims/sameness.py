"""Two candidates of one text -> whether they tell the same act, or one is but a vaguer word for the other. Chooses no quote."""

from __future__ import annotations

from datetime import date, timedelta

from claims import details, lexicon, names, reality, vocabulary, weigh
from claims.candidate import Candidate
from claims.dates import Dated, dates
from claims.reading import Sentence

Row = tuple[float, Candidate, str]  # how sure, what, where
FAR_SURER = 0.25  # of two readings of a sentence, one side's by so much
ONE_BREATH = 50  # characters: two words so near each other tell one act
CARRIED_OUT = "hide_posts"  # what a platform does at the order of a state
ANOTHER = 3  # sentences
SOCIAL = "social media"  # all networks, whichever are named beside
OLD = timedelta(days=31)  # before a report: what is dated so is none of its news
OF_COURTS = ("nationwide_block", "app_store_removal")  # what a court may itself order
SUM_BESIDE = 24  # characters between a word for a fine and its sum
LIKELY = 0.5  # what is less likely than not takes no other's place
CARRIED = {"target_word", "target_context", "target_later", "target_title"}  # the platform is not named in the sentence


def is_weaker(group: list[Row], than: list[Row]) -> bool:
    row, other = group[0], than[0]
    one, stronger = row[1], other[1]
    if _by_member(row, other):
        return True
    if one.rule.apart:
        return False
    networks = one.rule.side == "government" and SOCIAL in {*one.platforms, *stronger.platforms}
    shared = networks or set(one.platforms) & set(stronger.platforms)
    if _outdone(row, other):
        return True
    if stronger.action not in lexicon.weaker().get(one.action, ()) or not shared:
        return False
    ruled = one.action == "court_ruling" and one.voice != "noun"
    if ruled and stronger.action in OF_COURTS and not stronger.sentence.has("court"):
        return False  # what others had blocked before is not what the court decides
    if one.rule.side == "platform":
        near = abs(one.sentence.number - stronger.sentence.number) <= (1 if stronger.rule.trigger == CARRIED_OUT else 0)
        return near and other[0] >= max(weigh.threshold("publish"), row[0] - FAR_SURER)
    if one.action == "investigation" and stronger.sentence.number - one.sentence.number >= ANOTHER:
        return False  # a fine told so far behind an inquiry is another's
    in_one_place = same_place(row[2].split("-")[0], other[2].split("-")[0])
    one_clause = one.sentence is stronger.sentence and not one.sentence.parted(*sorted((one.at, stronger.at)))
    if one_clause and abs(one.at - stronger.at) <= ONE_BREATH:
        return other[0] >= LIKELY or other[0] >= row[0]
    news = [one, *(told for sure, told, _ in group if sure >= weigh.threshold("publish"))]
    apart = any(map(reality.told_apart, news)) and stronger.action not in lexicon.always_weaker().get(one.action, ())
    return in_one_place and not apart and other[0] >= weigh.threshold("publish")


def same_place(one: str, other: str) -> bool:
    """True for one country, for a union and its member, and where one is not told."""
    return one == other or "" in (one, other) or one in lexicon.members(other) or other in lexicon.members(one)


def _outdone(row: Row, other: Row) -> bool:
    """True for the ban of "Facebook added a ban to its rules": what a platform does is told far more surely there."""
    one, platform = row[1], other[1]
    if one.rule.side != "government" or platform.rule.side != "platform" or one.sentence is not platform.sentence:
        return False
    return one.action in lexicon.weaker().get(platform.action, ()) and other[0] - row[0] > FAR_SURER


def _by_member(row: Row, other: Row) -> bool:
    """True where "European regulators" fined a platform and the text names the authority of a member state that did."""
    one, named = row[1], other[1]
    if other[2] not in lexicon.members(row[2]) or named.authority is None or other[0] < weigh.threshold("publish"):
        return False
    own = one.authority is not None and one.authority.place == row[2]
    return not own and _kind(one.action) == _kind(named.action) and names.related(one.platforms, named.platforms)


def tells_same(first: Row, other: Row, day: date | None) -> bool:
    left, right = first[1], other[1]
    if ("denied" in left.signs) != ("denied" in right.signs):
        return False
    if _kind(left.action) != _kind(right.action) or (left.rule.side == "government" and first[2] != other[2]):
        return False
    if left.rule.sums and right.rule.sums and _of_other_fine(left, right, day):
        return False
    both = {*left.platforms, *right.platforms}
    government = left.rule.side == "government"
    if set(left.platforms) & set(right.platforms) or (government and SOCIAL in both):
        return True
    if names.related(left.platforms, right.platforms):
        return not _told_in_clauses(left, right)
    near = abs(left.sentence.number - right.sentence.number) <= 1
    return near and left.rule.side == "government" and bool(CARRIED & (left.signs | right.signs))


def _told_in_clauses(left: Candidate, right: Candidate) -> bool:
    """True for an app and its owner of which two clauses of one sentence tell: "WhatsApp is blocked, while Meta has been since"."""
    named = not CARRIED & (left.signs | right.signs)
    return named and left.sentence is right.sentence and left.sentence.parted(*sorted((left.at, right.at)))


def _of_other_fine(left: Candidate, right: Candidate, day: date | None) -> bool:
    """True for two fines of one body: sums that differ, each told beside its words in one sentence, or of two sentences one of
    which says that its own came before, or has another date; and a sum of an app that is not that of its owner."""
    one, other = _own_sum(left), _own_sum(right)
    if one is None or other is None:
        return False
    if any(each.sentence.near("total", each.at, each.end, ONE_BREATH) for each in (left, right)):
        return False
    if _of_other_year(left.sentence, right.sentence):
        return True
    if not details.differ(one, other):
        return False
    if left.sentence is right.sentence:
        return all(each.sentence.near("sum_beside", each.at, each.end, SUM_BESIDE) for each in (left, right))
    if any(each.sentence.has("fined_before") for each in (left, right)):
        return True
    return not set(left.platforms) & set(right.platforms) or _dated_apart(left.sentence, right.sentence, day)


def _own_sum(one: Candidate) -> details.Sum | None:
    """The sum nearest to a fine's words or its platform, None where another word for a fine stands between."""
    sentence = one.sentence
    start, end = sum_beside(one)
    near = details.nearest(sentence.folded, sentence.language.code, (start, end))
    if near is None:
        return None
    between = (end, near.start) if near.start >= end else (near.end, start)
    return None if sentence.language.pattern(one.rule.trigger).search(sentence.folded, *between) else near


def _of_other_year(left: Sentence, right: Sentence) -> bool:
    """True for sentences that tell different years: "fined 100 million in 2021 ... 325 million in September 2025"."""
    years = [{dated.value[:4] for dated in _dates(one, None)} for one in (left, right)]
    return all(years) and not years[0] & years[1]


def _dated_apart(left: Sentence, right: Sentence, day: date | None) -> bool:
    """True where no date of one may be one of the other's, and where one alone is dated, long before the report."""
    told = [[dated.value for dated in _dates(one, day)] for one in (left, right)]
    if not all(told):
        return day is not None and any(max(values) < (day - OLD).isoformat()[:10] for values in told if values)
    return not any(a.startswith(b) or b.startswith(a) for a in told[0] for b in told[1])


def _dates(one: Sentence, day: date | None) -> tuple[Dated, ...]:
    return dates(one.folded, one.language.code, day)


def _kind(action: str) -> str:
    """What one text tells once: the coarse action, but an arrest is no charge and a search no inquiry."""
    known = vocabulary.action(action)
    return action if known.group == "inquiry" else known.coarse or action


def sum_beside(one: Candidate) -> tuple[int, int]:
    """What the sum of a candidate stands beside: its platform where others are fined as well, else the words."""
    marks, origin = [mark for mark in one.sentence.of("P") if mark.mention], one.sentence.origin
    own = [mark.at for mark in marks if mark.mention and mark.mention.value in one.platforms]
    first, last = (own[-1], own[-1] + 1) if own and len(own) < len(marks) else (one.at, one.end)
    return origin[first], origin[last]
