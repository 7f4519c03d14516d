"""A new capture and the earlier states of its document -> what the difference is. Pure: state comes in as arguments."""

from __future__ import annotations

from collections.abc import Sequence

from changes import dates, diff, history, identity, topics, worth
from changes.align import Alignment, align
from changes.comparable import Comparable, comparable, fingerprint
from records import Block, Change, Past, When

__all__ = ["fingerprint", "judge"]


def judge(
    new: Sequence[Block], past: Sequence[Past], at: str, *, platform: str = "", document_type: str = "", url: str = "",
    first_url: str = "", language: str = "",
) -> Change:  # fmt: skip
    """What ``new``, captured at the ISO instant ``at``, is beside ``past`` (oldest first; the last is the state before it).

    The kind is first, same_text or one of the five classes of TAXONOMY; see docs/explanation/how-changes-are-judged.md.
    Never raises for any text; the time is bounded by the sizes of ``new`` and of the texts of ``past``.
    """
    text = comparable(tuple(new))
    texts = [comparable(tuple(state.blocks)) for state in past]
    counted = [other if state.is_version else None for other, state in zip(texts, past, strict=True)]
    again = history.same(text, counted)
    last = max((i for i, other in enumerate(counted) if other is not None), default=-1)
    if again < 0 and (found := identity.cause(text, [t for t in counted if t is not None]))[0]:
        base = history.variant(text, texts) if found[0] == "language" else -1
        if base < 0:
            return Change("wrong_document_or_error_page", found[1], base=len(past) - 1, cause=found[0])
        return _changed(new, past, at, base, base, texts[base], text)
    if last < 0:
        return Change("first", "the first text of the document", effective=_own(new, at, ""))
    if (again >= 0 and again != last) or (again == last and last < len(past) - 1):
        return _back(new, past, at, again, last, texts)
    base = history.nearest(text, counted, last)
    return _changed(new, past, at, base, last, texts[base], text)


def _own(blocks: Sequence[Block], at: str, since: str) -> When | None:
    return dates.when(dates.own(dates.stated(blocks, at, since), at))


def _back(
    new: Sequence[Block], past: Sequence[Past], at: str, again: int, last: int, texts: Sequence[Comparable]
) -> Change:
    """The same words as an earlier text."""
    found = align(texts[last], texts[again])
    worths = worth.judge(found.pairs, texts[last], texts[again])
    reason = f"goes back to the text seen on {past[again].seen_at[:10]}"
    key = worth.key(worths)
    return Change(
        "flapping", reason, _topics(worths), effective=_own(new, at, ""), base=len(past) - 1, back_to=again,
        hunks=diff.hunks(found), **_sentences(key),
    )  # fmt: skip


def _sentences(key: worth.Worth | None) -> dict[str, str]:
    if key is None:
        return {}
    pair = key.pair
    return {"key_old": pair.old.text if pair.old else "", "key_new": pair.new.text if pair.new else ""}


def _topics(worths: Sequence[worth.Worth]) -> tuple[str, ...]:
    rules = [w for w in worths if w.kind == "rule"] or [w for w in worths if w.kind != "none"]
    return topics.of_all([(w.topics, w.score) for w in rules])


def _changed(
    new: Sequence[Block], past: Sequence[Past], at: str, base: int, last: int, was: Comparable, text: Comparable
) -> Change:
    found = align(was, text)
    worths = worth.judge(found.pairs, was, text)
    kind = worth.class_of(worths)
    if kind != "substantive" and base != last:
        return _variant(new, past, at, base, found, worths)
    key = worth.key(worths)
    before, now = dates.stated(past[base].blocks, past[base].seen_at), dates.stated(new, at, past[-1].seen_at)
    own_before, own = dates.own(before, at), dates.own(now, at)
    log = dates.entry(worth.logged(found.pairs, text), at)
    moved = ("effective",) if own and own_before and own.value != own_before.value else ()
    ahead = dates.announced(now, at)
    names = _topics(worths)
    heavy = [w.pair for w in worths if w.kind == "rule"]
    return Change(
        kind, f"{len(found.pairs)} places differ, {found.words} words", names,
        topics.direction(names, heavy or [w.pair for w in worths]) if kind == "substantive" else "",
        dates.when(own or log), dates.when(ahead), hunks=diff.hunks(found), base=base, fields_moved=moved,
        summary=_summary(key), **_sentences(key),
    )  # fmt: skip


def _variant(
    new: Sequence[Block], past: Sequence[Past], at: str, base: int, found: Alignment, worths: Sequence[worth.Worth]
) -> Change:
    return Change(
        "flapping", f"closest to the text seen on {past[base].seen_at[:10]}: a variant of the page that takes turns",
        _topics(worths), effective=_own(new, at, ""), base=base, back_to=base, hunks=diff.hunks(found), **_sentences(worth.key(worths)),
    )  # fmt: skip


def _summary(key: worth.Worth | None) -> str:
    text = _sentences(key).get("key_new") or _sentences(key).get("key_old") or ""
    return text if len(text) <= 240 else text[:239].rsplit(" ", 1)[0] + "…"
