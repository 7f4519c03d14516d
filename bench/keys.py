"""Key sentences of `banwatch compare` beside labelled ones: exact, or sharing 80 % of the words of both, or of the labelled one.

python bench/keys.py labels.jsonl predictions.jsonl
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from pathlib import Path

SHARE = 0.8


def rows(path: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines() if line]


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text.casefold()))


def main() -> None:
    found = {row["id"]: row for row in rows(sys.argv[2])}
    counts: Counter[str] = Counter()
    for row in rows(sys.argv[1]):
        if row["class"] not in ("substantive", "editorial"):
            continue
        for side in ("key_sentence_new", "key_sentence_old"):
            gold, said = row[side], found.get(row["id"], {}).get(side) or ""
            if not gold:
                counts["nothing asked, something said"] += bool(said)
                continue
            shared = (words(gold) & words(said)).total()
            counts["asked"] += 1
            counts["of both"] += gold == said or shared >= SHARE * max(words(gold).total(), words(said).total())
            counts["of the labelled"] += gold == said or shared >= SHARE * words(gold).total()
            counts["of the shorter"] += bool(said) and shared >= SHARE * min(words(gold).total(), words(said).total())
    for name in ("of both", "of the labelled", "of the shorter"):
        print(
            f"{SHARE:.0%} of the words {name}: {counts[name]} of {counts['asked']} = {counts[name] / counts['asked']:.3f}"
        )
    print(f"a sentence where none is labelled: {counts['nothing asked, something said']}")


if __name__ == "__main__":
    main()
