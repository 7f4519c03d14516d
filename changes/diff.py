"""An alignment -> what a page shows of it: one hunk for every place that differs, words inside sentences."""

from __future__ import annotations

import re

from rapidfuzz.distance import LCSseq

from changes.align import Alignment, Pair
from records import Hunk, Span

PIECE = re.compile(r"\S+\s*")
MOST = 400  # hunks; a text that was replaced as a whole is read as a whole
LONG = 2_000  # pieces of one sentence


def hunks(found: Alignment) -> tuple[Hunk, ...]:
    """In the order of the new text, removed places at the end; moved sentences are told by their new place."""
    made = [_hunk(pair) for pair in found.pairs[:MOST]]
    made += [Hunk("move", unit.heading, (Span("same", unit.text),)) for unit in found.moved[: MOST // 4]]
    return tuple(made)


def _hunk(pair: Pair) -> Hunk:
    if pair.old is None or pair.new is None:
        unit, op = pair.unit, "ins" if pair.old is None else "del"
        return Hunk(op, unit.heading, (Span(op, unit.text),))
    return Hunk("edit", pair.new.heading, _spans(pair.old.text, pair.new.text))


def _spans(old: str, new: str) -> tuple[Span, ...]:
    a, b = PIECE.findall(old)[:LONG], PIECE.findall(new)[:LONG]
    made: list[Span] = []
    for step in LCSseq.opcodes([x.strip() for x in a], [x.strip() for x in b]):
        if step.tag == "equal":
            made.append(Span("same", "".join(b[step.dest_start : step.dest_end])))
            continue
        if step.src_end > step.src_start:
            made.append(Span("del", "".join(a[step.src_start : step.src_end])))
        if step.dest_end > step.dest_start:
            made.append(Span("ins", "".join(b[step.dest_start : step.dest_end])))
    return tuple(made)
