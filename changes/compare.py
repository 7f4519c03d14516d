"""A labelled row of two texts and their history -> the class that ``judge`` gives it: the verb ``compare``.

The text reader comes in as an argument, so that this room need not know a page's form.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from changes import judge
from changes.comparable import comparable
from changes.identity import cause
from records import Block, Past

Reader = Callable[[str], tuple[Block, ...]]
Verbatim = Callable[[str, str], str]


def compare(row: dict[str, Any], folder: Path, blocks: Reader, verbatim: Verbatim) -> dict[str, Any]:
    """{id, class, topics, effective_date, key_sentence_new, key_sentence_old} of a row {id, old_path, new_path, history, ...}.

    ``history`` holds earlier versions, oldest first, the last is the old text: date, sha256 and, where it is there, path.
    Raises BadConfiguration if a text cannot be read.
    """
    old, new = _read(folder, row["old_path"]), _read(folder, row["new_path"])
    past = _past(row, folder, old, blocks)
    found = judge(
        blocks(new), past, _instant(row.get("new_commit_date")), platform=row.get("platform", ""),
        document_type=row.get("document", ""), language=row.get("language", ""),
    )  # fmt: skip
    seen = {entry.get("sha256") for entry in row.get("history", [])[:-1]}
    kind = "flapping" if row.get("new_sha256") in seen and found.kind != "wrong_document_or_error_page" else found.kind
    effective = found.effective or None
    return {
        "id": row["id"],
        "class": {"same_text": "cosmetic_noise", "first": "substantive"}.get(kind, kind),
        "topics": list(found.topics) or ["other"],
        "effective_date": effective.value if effective else None,
        "announced_effective_date": found.announced.value if found.announced else None,
        "direction": found.direction,
        "reason": found.reason,
        "key_sentence_new": verbatim(new, found.key_new) or None,
        "key_sentence_old": verbatim(old, found.key_old) or None,
    }


def _past(row: dict[str, Any], folder: Path, old: str, blocks: Reader) -> list[Past]:
    """The states before, each with whether it was the document; those whose text is not there are left out."""
    found: list[Past] = []
    entries = [entry for entry in row.get("history", [])[:-1] if entry.get("path")]
    texts = [(entry["date"], _read(folder, entry["path"])) for entry in entries]
    for date, text in [*texts, (row.get("old_commit_date", ""), old)]:
        read = blocks(text)
        good = [comparable(state.blocks) for state in found if state.is_version]
        found.append(Past(_instant(date), read, not cause(comparable(read), good)[0]))
    return found


def _read(folder: Path, path: str) -> str:
    return (folder / path).read_bytes().decode("utf-8", "replace")


def _instant(date: str | None) -> str:
    return (date or "").replace("Z", "+00:00")
