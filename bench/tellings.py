"""How well claims that were read from text become one action: pairwise F1 over tellings of the register's events, by seed.

python bench/tellings.py [--seeds 12] [--wrong SEED]

Each event is told in three to five ways (tests/resolve/tellings.py), dates in the words of the language; the extractor reads the texts,
and of each the first claim of its event's family goes into a fresh tracker. --wrong prints, for one seed, the actions that were split or run together.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import defaultdict
from dataclasses import replace
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from babel.dates import format_date

import claims
from records import Article, Claim
from store.kinds import kinds
from tests.resolve.tellings import WORDS, Telling, tellings
from tests.resolve.test_same_action import resolved, score


def read(told: Telling) -> Telling | None:
    """The telling with the claim that the extractor reads in it; None if there is none of its family."""
    when = told.claim.dates[0].value if told.claim.dates else ""
    text = told.text.replace(when, worded(when, told.language)) if when else told.text
    article = Article("https://report.example/a", "", text, told.language, told.published)
    fits = [one for one in claims.extract(article) if _of(one, told)]
    return replace(told, claim=fits[0], text=text) if fits else None


def worded(when: str, language: str) -> str:
    """A day, month or year as a report in a language writes it."""
    place = {10: 0, 7: 1, 4: 2}[len(when)]
    day = format_date(date.fromisoformat((when + "-01-01")[:10]), ("long", "MMMM y", "y")[place], locale=language)
    return str(WORDS[language]["when"][place]).format(day.removesuffix("."))


def _of(claim: Claim, told: Telling) -> bool:
    family, rules = told.fact.gold[1], kinds()[claim.action]
    return family in rules.get("of", ()) if rules.get("ends") else rules.get("family") == family


def measured(seed: int) -> tuple[dict[str, Telling], dict[str, tuple[str, str]]]:
    with tempfile.TemporaryDirectory() as folder:
        return resolved(Path(folder), [one for telling in tellings(seed) if (one := read(telling))])


def told_wrong(by: dict[str, Telling], found: dict[str, tuple[str, str]]) -> None:
    """Print every action of which the tellings are not one, and every one found that tells several."""
    gold, made = defaultdict(set), defaultdict(set)
    for claim, one in by.items():
        action = found.get(claim, (claim, ""))[0]
        gold[one.fact.gold].add(action)
        made[action].add(one.fact.gold)
    for claim, one in sorted(by.items(), key=lambda pair: (pair[1].fact.gold, found.get(pair[0], (pair[0], "")))):
        action = found.get(claim, (claim, ""))[0]
        if len(gold[one.fact.gold]) > 1 or len(made[action]) > 1:
            said = one.claim
            print(action, one.fact.gold, one.how, one.published, said.action, said.jurisdiction, said.platforms, [(d.value, d.role) for d in said.dates],
                  said.authority_id, said.scopes, said.amount, said.person, said.ends, "|", one.fact.row["dates"][:60], "|", one.text[:160])  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=12)
    parser.add_argument("--wrong", type=int, default=0)
    asked = parser.parse_args()
    if asked.wrong:
        told_wrong(*measured(asked.wrong))
        return 0
    every = []
    for seed in range(1, asked.seeds + 1):
        by, found = measured(seed)
        scores = score({c: o.fact.gold for c, o in by.items()}, {c: i[0] for c, i in found.items()})
        every.append(scores[2])
        print(
            f"| {seed} | {len(tellings(seed))} | {len(by)} | " + " | ".join(f"{one:.3f}" for one in scores) + " |",
            flush=True,
        )
    print(f"worst {min(every):.3f}, mean {sum(every) / len(every):.3f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
