"""A new capture beside the earlier states of its document -> its class, with everything a reader is told of it.

The order of decision: is it the document at all; does it go back to an earlier state; does anything differ for a reader; is
what differs a rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from changes import bearing, dates, diff, history, identity, learned, worth
from changes.align import Alignment, Pair, align
from changes.comparable import Comparable, Unit, comparable
from changes.direction import direction
from records import Block, Change, Past

PARAGRAPH = 110  # words; a longer one is not shown with its sentence
RULED = 50  # words of a paragraph that is shown with the sentence of a rule: the rule is what is looked for
LONG = 20_000  # characters; what stands in front of a document is never that long
SUMMARY = 240  # characters
Key = tuple[Unit | None, Unit | None]  # the sentences that carry a change, before and after


@dataclass(frozen=True, slots=True)
class Case:
    """What is judged: the new capture, the states before, and both as they are compared."""

    new: tuple[Block, ...]
    text: Comparable
    past: tuple[Past, ...]
    texts: tuple[Comparable, ...]
    at: str
    about: str  # document type
    last: int  # index of the latest state that was the document, -1 if there is none

    @property
    def counted(self) -> list[Comparable | None]:
        """The earlier texts; None for those that were not the document."""
        return [text if state.is_version else None for text, state in zip(self.texts, self.past, strict=True)]


def judge(
    new: Sequence[Block], past: Sequence[Past], at: str, *, platform: str = "", document_type: str = "", url: str = "",
    first_url: str = "", language: str = "",
) -> Change:  # fmt: skip
    """What ``new``, captured at the ISO instant ``at``, is beside ``past`` (oldest first; the last is the state before it).

    The kind is first, same_text or one of the five classes of TAXONOMY; docs/explanation/how-changes-are-judged.md tells how.
    Never raises for any text; the time is bounded by the sizes of ``new`` and of the texts of ``past``.
    """
    if not past and sum(len(block.text) for block in new) > LONG:
        return Change("first", "the first text of the document")
    case = _case(tuple(new), tuple(past), at, document_type)
    counted = case.counted
    again = history.same(case.text, counted)
    if again < 0:
        cause, reason = identity.cause(case.text, [text for text in counted if text is not None], url, first_url)
        base = history.variant(case.text, case.texts) if cause == "language" else -1
        if cause and base < 0:
            return Change("wrong_document_or_error_page", reason, base=len(past) - 1, cause=cause)
        if cause:
            return _changed(case, base)
    if case.last < 0:
        return _dated(Change("first", "the first text of the document"), case)
    if again >= 0 and (again != case.last or case.last < len(past) - 1):
        return _back(case, again)
    base = history.nearest(case.text, counted, case.last)
    return _changed(case, base)


def _case(new: tuple[Block, ...], past: tuple[Past, ...], at: str, about: str) -> Case:
    texts = tuple(comparable(state.blocks) for state in past)
    last = max((index for index, state in enumerate(past) if state.is_version), default=-1)
    return Case(new, comparable(new, texts[-1] if texts else None), past, texts, at, about, last)


@lru_cache(maxsize=32)
def _difference(old: Comparable, new: Comparable) -> tuple[Alignment, list[worth.Worth]]:
    """Remembered: a page that takes turns shows the same two texts again and again."""
    found = align(old, new)
    return found, worth.judge(found.pairs, old, new)


def _changed(case: Case, base: int) -> Change:
    """The difference from state ``base``: a change of the document, or one variant of a page that takes turns."""
    found, worths = _difference(case.texts[base], case.text)
    kind, key = worth.class_of(worths), bearing.key(worths)
    news = {"banner", "date"} & {one.kind for one in worths}
    if kind != "substantive" and not news and case.past[base].is_version and base != case.last:
        reason = f"a variant of the page that takes turns: closest to the text seen on {_day(case, base)}"
        return replace(_told(case, base, found, worths, key), kind="flapping", reason=reason, back_to=base)
    told = _told(case, base, found, worths, key)
    again = (
        ""
        if kind == "cosmetic_noise" or news
        else _again(case, base, [one.pair for one in worths if one.kind != "none"])
    )
    if again:
        return replace(told, kind="flapping", reason=f"{again}; {told.reason}", back_to=base)
    if kind != "substantive":
        return replace(told, kind=kind)
    rules = [one for one in worths if one.kind == "rule"]
    return replace(told, kind=kind, direction=direction(rules, case.about, key))


def _again(case: Case, base: int, pairs: Sequence[Pair]) -> str:
    """Why what differs from state ``base`` is nothing new, though the text as a whole is; "" if it is new."""
    if history.recurs(pairs, case.counted, base):
        return "what differs stood in an earlier text, and comes and goes"
    if base != case.last and history.told(pairs, case.texts[case.last]):
        return f"a variant of the page that takes turns, closest to the text seen on {_day(case, base)}; another variant showed the change before"
    return ""


def _back(case: Case, again: int) -> Change:
    """The same words as an earlier state: what it took back is told by what differs from the latest one."""
    found, worths = _difference(case.texts[case.last], case.text)
    told = replace(_told(case, case.last, found, worths, bearing.key(worths)), kind="flapping", back_to=again)
    return replace(told, reason=f"goes back to the text seen on {_day(case, again)}", base=len(case.past) - 1)


def _told(case: Case, base: int, found: Alignment, worths: list[worth.Worth], key: Key) -> Change:
    """All that is said of a difference, whatever its class."""
    longest = RULED if any(one.kind == "rule" for one in worths) else PARAGRAPH
    old, new = _sentences(key, case.past[base].blocks, case.new, longest)
    log = worth.logged(found.pairs, case.text)
    before = dates.own(dates.stated(case.past[base].blocks, case.past[base].seen_at))
    told = Change(
        "cosmetic_noise", _reason(found), learned.of_places(worths, case.about, key), key_old=old, key_new=new, summary=_cut(new or old),
        hunks=diff.hunks(found), base=base,
    )  # fmt: skip
    return _dated(told, case, log, before)


def _dated(told: Change, case: Case, log: Sequence[str] = (), before: dates.Stated | None = None) -> Change:
    """With the dates that the new text states for itself; ``log``: lines added to its log of changes."""
    found = dates.stated(case.new, case.at, case.past[-1].seen_at if case.past else "")
    own = dates.own(found)
    moved = ("effective",) if own and before and own.value != before.value else ()
    effective = dates.when(own or dates.entry(log, case.at))
    return replace(told, effective=effective, announced=dates.when(dates.announced(found, case.at)), fields_moved=moved)


def _sentences(key: Key, before: Sequence[Block], now: Sequence[Block], longest: int) -> tuple[str, str]:
    """The sentence that carries the change, before and after; with its paragraph, of at most ``longest`` words, where nothing else in it changed."""
    old, new = key
    if old and new and _alone(old, new, before, now, longest):
        return before[old.block].text, now[new.block].text
    return old.text if old else "", new.text if new else ""


def _alone(old: Unit, new: Unit, before: Sequence[Block], now: Sequence[Block], longest: int) -> bool:
    """Whether the rest of both paragraphs is the same, and both are short enough to be shown."""
    sides = [(unit, block.text) for unit, block in ((old, before[old.block]), (new, now[new.block]))]
    gone, came = (text.replace(unit.text, "", 1) for unit, text in sides)
    return gone == came and max(len(text.split()) for _, text in sides) <= longest


def _reason(found: Alignment) -> str:
    places = "1 place differs" if len(found.pairs) == 1 else f"{len(found.pairs)} places differ"
    moved = f"; {len(found.moved)} sentences stand elsewhere" if found.moved else ""
    return f"{places}, {found.words} words{moved}"


def _day(case: Case, index: int) -> str:
    return case.past[index].seen_at[:10]


def _cut(text: str) -> str:
    return text if len(text) <= SUMMARY else text[: SUMMARY - 1].rsplit(" ", 1)[0] + "…"
