"""tracker.db -> how many of the recorded differences of documents are real, and what the others are."""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import dataclass

REAL = ("substantive", "editorial")
NOT_TOLD = {  # kinds of captures that tell nothing, and what they are in words
    "same_text": "the same words",
    "same_bytes": "the same bytes",
    "flapping": "goes back to, or takes turns with, an earlier text",
    "cosmetic_noise": "no word a reader sees",
    "wrong_document_or_error_page": "not the document",
    "ours": "read otherwise by us or the archive it comes from",
}


@dataclass(frozen=True, slots=True)
class Report:
    """``kinds``: captures by kind, per document ("ours" where a real class was our doing); a change is every capture but a
    document's first."""

    kinds: dict[str, Counter[str]]

    @property
    def whole(self) -> Counter[str]:
        return sum(self.kinds.values(), Counter())

    @property
    def changes(self) -> int:
        return self.whole.total() - self.whole["first"]

    @property
    def published(self) -> int:
        return sum(self.whole[kind] for kind in REAL)

    @property
    def suppressed(self) -> dict[str, int]:
        return {kind: self.whole[kind] for kind in NOT_TOLD if self.whole[kind]}

    def as_dict(self) -> dict[str, object]:
        return {"documents": len(self.kinds), "changes": self.changes, "published": self.published,
                "substantive": self.whole["substantive"], "editorial": self.whole["editorial"], "suppressed": self.suppressed,
                "by_document": {name: dict(kinds) for name, kinds in self.kinds.items()}}  # fmt: skip

    def table(self) -> str:
        every = max(1, self.changes)
        rows = [("recorded changes", self.changes, f"of {len(self.kinds)} documents"), ("published", self.published, "updates of a document"),
                *((f"  {kind}", self.whole[kind], said) for kind, said in zip(REAL, ("items of the feeds", "wording, contact data"), strict=True)),
                ("suppressed", self.changes - self.published, ""), *((f"  {kind}", count, NOT_TOLD[kind]) for kind, count in self.suppressed.items())]  # fmt: skip
        return "\n".join(f"{count:>8,} {count / every:>5.0%}  {name:<30} {said}".rstrip() for name, count, said in rows)


def document_report(db: sqlite3.Connection, prefix: str) -> Report:
    """Of all documents whose source's id begins with ``prefix``."""
    rows = db.execute(
        "select d.platform || ' ' || d.document_type || ' ' || d.part, case when exists (select 1 from change x where x.document = c.document"
        " and x.seen_at = c.fetched_at and x.new = c.version and x.ours and x.class in ('substantive', 'editorial')) then 'ours' else c.kind end, count(*)"
        " from capture c join document d on d.id = c.document where substr(d.source, 1, ?) = ? group by 1, 2 order by 1, 2",
        (len(prefix), prefix),
    )
    kinds: dict[str, Counter[str]] = {}
    for name, kind, count in rows:
        kinds.setdefault(name.strip(), Counter())[kind] = count
    return Report(kinds)
