"""tracker.db -> how many of the recorded differences of documents are real, and what the others are."""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Report:
    """``kinds``: captures by kind, per document; a change is every capture but a document's first."""

    kinds: dict[str, Counter[str]]
    published: int

    @property
    def whole(self) -> Counter[str]:
        return sum(self.kinds.values(), Counter())

    def as_dict(self) -> dict[str, object]:
        return {"documents": len(self.kinds), "changes": self.changes, "published": self.published,
                "kinds": dict(self.whole), "by_document": {name: dict(kinds) for name, kinds in self.kinds.items()}}  # fmt: skip

    @property
    def changes(self) -> int:
        return self.whole.total() - self.whole["first"]

    def table(self) -> str:
        share = self.published / max(1, self.changes)
        lines = [f"{count:>8}  {kind}" for kind, count in self.whole.most_common()]
        return "\n".join([*lines, f"{self.changes} recorded changes of {len(self.kinds)} documents; {self.published} ({share:.0%}) are real"])  # fmt: skip


def document_report(db: sqlite3.Connection, prefix: str) -> Report:
    """Of all documents whose source's id begins with ``prefix``."""
    rows = db.execute(
        "select d.platform || ' ' || d.document_type || ' ' || d.part, c.kind, count(*) from capture c"
        " join document d on d.id = c.document where substr(d.source, 1, ?) = ? group by 1, 2 order by 1, 2",
        (len(prefix), prefix),
    )
    kinds: dict[str, Counter[str]] = {}
    for name, kind, count in rows:
        kinds.setdefault(name.strip(), Counter())[kind] = count
    published = db.execute(
        "select count(*) from change c join document d on d.id = c.document where substr(d.source, 1, ?) = ? and not c.ours"
        " and c.class in ('editorial', 'substantive')", (len(prefix), prefix),
    ).fetchone()[0]  # fmt: skip
    return Report(kinds, published)
