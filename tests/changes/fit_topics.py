"""Fits changes/weights.toml and changes/topic_words.json, from which changes/learned.py tells topics.

uv run --with scikit-learn python -m tests.changes.fit_topics words CLONE...   sentences of policies, by the headings they stand under
uv run --with scikit-learn python -m tests.changes.fit_topics weights CLONE... [--labels labels.jsonl...] [--write]

CLONE: clones of versions repositories of Open Terms Archive (contrib-versions, pga-versions ...), from which nothing but weights is
kept. The labelled changes are facts in drawn.jsonl (which version of which document, and its topics); labels.jsonl: rows as
``banwatch compare`` reads them. Prints F1 of topics with each platform judged by weights that never saw it.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from changes import bearing, learned, topics, worth
from changes.align import align
from changes.comparable import NUMBERING, comparable
from changes.learned import signs
from importers import ota
from parsers import markdown

ROOM = Path(learned.__file__).parent
DRAWN = Path(__file__).parent / "drawn.jsonl"
BY_DOCUMENT = {
    "Law Enforcement Guidelines": "law_enforcement_disclosure", "Community Guidelines": "content_moderation", "Acceptable Use Policy": "content_moderation",
    "Copyright Claims Policy": "content_moderation", "Restricted Use Policy": "content_moderation", "Advertising Content Policy": "advertising",
    "Ad Publishing Policy": "advertising", "Trackers Policy": "data_collection", "Content Monetisation Policy": "payments",
    "General Conditions of Sale": "payments", "Vulnerability Disclosure Policy": "security",
}  # fmt: skip
COLLECTION = re.compile(r"[a-z0-9-]+-versions")  # the name of a clone, wherever it stands
SHORT, LONG = 500, 150_000  # bytes of a document
OF_ONE = 60  # sentences of one document under one topic
SERVICES = 10  # in which a word stands
KEPT = 600  # words of a topic
FOLDS = 8
SECOND = 0.3  # chance of a topic beside the likeliest from which it is told
LIKE_ASKED = 3.0  # weight of changes that were chosen as those to be judged are
Row = dict[str, Any]


def versions(clones: Sequence[Path]) -> Iterator[tuple[str, Path, list[ota.Version]]]:
    for clone in clones:
        held: dict[tuple[str, str], list[ota.Version]] = defaultdict(list)
        for version in ota._versions(clone, [])[0]:
            held[version.service, version.document].append(version)
        for document in held.values():
            yield COLLECTION.findall(str(clone))[-1], clone, document


def rows() -> list[Row]:
    return [json.loads(line) for line in DRAWN.read_text("utf-8").splitlines()]


def under(heading: str) -> frozenset[str]:
    """The topics of a heading that speaks of one or two."""
    found = [name for name, value in topics.hits(heading).items() if value >= 1] if len(heading.split()) < 12 else []
    return frozenset(found) if len(found) in (1, 2) else frozenset()


def sentences(clones: Sequence[Path]) -> Iterator[tuple[str, frozenset[str], set[str]]]:
    """(service, topics, signs) of every sentence under a heading that says what it is about; documents with labelled changes are left out."""
    labelled = {(row["service"], row["document"]) for row in rows()}
    known: set[str] = set()
    for _, clone, document in versions(clones):
        service, name = document[-1].service, document[-1].document
        if (service, name) in labelled:
            continue
        seen: Counter[frozenset[str]] = Counter()
        picked = [document[at] for at in sorted({0, len(document) // 3, 2 * len(document) // 3, len(document) - 1})]
        for body in ota._bodies(clone, picked):
            for unit in comparable(markdown.blocks(body.decode("utf-8", "replace"))).units if SHORT <= len(body) <= LONG else ():  # fmt: skip
                said = under(NUMBERING.sub("", unit.heading)) | ({BY_DOCUMENT[name]} if name in BY_DOCUMENT else set())
                if len(unit.words) < 7 or unit.kind == "heading" or unit.norm in known or not said or seen[said] >= OF_ONE:  # fmt: skip
                    continue
                known.add(unit.norm)
                seen[said] += 1
                yield service, said, signs(unit.words)


def fit_words(clones: Sequence[Path]) -> None:
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression

    found = list(sentences(clones))
    services: dict[str, set[str]] = defaultdict(set)
    for service, _, held in found:
        for sign in held:
            services[sign].add(service)
    known = sorted(sign for sign, of in services.items() if len(of) >= SERVICES)
    table = CountVectorizer(analyzer=list, vocabulary=known, binary=True).fit_transform([held for *_, held in found])
    base: dict[str, float] = {}
    words: dict[str, dict[str, float]] = defaultdict(dict)
    for name in sorted({name for _, said, _ in found for name in said} - {"encryption"}):
        model = LogisticRegression(C=0.05, max_iter=200).fit(table, [name in said for _, said, _ in found])
        base[name] = round(float(model.intercept_[0]), 2)
        for weight, sign in sorted(zip(model.coef_[0], known, strict=True), key=lambda one: -abs(one[0]))[:KEPT]:
            words[sign][name] = round(float(weight), 2)
    write_words(base, words)
    print(f"{len(found)} sentences of {len({service for service, *_ in found})} services, {len(words)} words")


def write_words(base: dict[str, float], words: dict[str, dict[str, float]]) -> None:
    """A line for every word: [which topic of ``base``, weight]."""
    at = {name: index for index, name in enumerate(base)}
    lines = (f"{json.dumps(sign, ensure_ascii=False)}: {json.dumps([[at[name], weight] for name, weight in words[sign].items()], separators=(',', ':'))}" for sign in sorted(words))  # fmt: skip
    text = f'{{"base": {json.dumps(base)},\n"words": {{\n' + ",\n".join(lines) + "\n}}\n"
    (ROOM / "topic_words.json").write_text(text, "utf-8")


def changes(clones: Sequence[Path], labels: Sequence[Path]) -> Iterator[tuple[Row, str, str]]:
    """(row, old, new) of every labelled change."""
    asked = {(row["in"], row["service"], row["document"], row["at"][:19]): row for row in rows()}
    for name, clone, document in versions(clones):
        for before, version in pairwise(document):
            row = asked.get((name, version.service, version.document, version.at[:19]))
            if row:
                old, new = ota._bodies(clone, [before, version])
                yield row, old.decode("utf-8", "replace"), new.decode("utf-8", "replace")
    for path in labels:
        for line in path.read_text("utf-8").splitlines():
            row = json.loads(line)
            if row["class"] in ("substantive", "editorial"):
                texts = ((path.parent / row[side]).read_bytes().decode("utf-8", "replace") for side in ("old_path", "new_path"))  # fmt: skip
                yield {**row, "service": row["platform"], "like_asked": True}, *texts


def described(row: Row, old: str, new: str) -> tuple[dict[str, dict[str, float]] | None, tuple[str, ...]]:
    """(signs by topic or None if nothing is ruled, topics by expressions alone)."""
    before, now = comparable(markdown.blocks(old)), comparable(markdown.blocks(new))
    worths = worth.judge(align(before, now).pairs, before, now)
    by_hand = topics.of_places(worths, row["document"])
    rules = [one for one in worths if one.kind == "rule"][: learned.PLACES]
    reached = any(one.kind == "contact" for one in worths)
    return learned.features(rules, row["document"], bearing.key(worths), by_hand, reached) if rules else None, by_hand


def fit_weights(clones: Sequence[Path], labels: Sequence[Path], write: bool) -> None:
    found = [(row, *described(row, old, new)) for row, old, new in changes(clones, labels)]
    ruled = [(row, held) for row, held, _ in found if held]
    platforms = sorted({row["service"].replace("X/Twitter", "Twitter") for row, _ in ruled})
    fold = {name: at % FOLDS for at, name in enumerate(platforms)}
    told: dict[int, tuple[str, ...]] = {}
    for part in range(FOLDS):
        of = [fold[row["service"].replace("X/Twitter", "Twitter")] == part for row, _ in ruled]
        weights = fitted([one for one, out in zip(ruled, of, strict=True) if not out])
        learned.weights = lambda held=weights: held  # type: ignore[assignment]
        told |= {
            id(row): learned.likeliest(learned.chances(held), SECOND)
            for (row, held), out in zip(ruled, of, strict=True)
            if out
        }
    report("by expressions", [(row, by_hand) for row, _, by_hand in found])
    report("by what others gave", [(row, told.get(id(row), by_hand)) for row, _, by_hand in found])
    if write:
        write_weights(fitted(ruled))


def fitted(ruled: Sequence[tuple[Row, dict[str, dict[str, float]]]]) -> dict[str, Any]:
    from sklearn.linear_model import LogisticRegression

    names, said = list(ruled[0][1]), list(next(iter(ruled[0][1].values())))
    table = [[*(held[name][sign] for sign in said), *(float(name == other) for other in names)] for _, held in ruled for name in names]  # fmt: skip
    right = [name in row["topics"] for row, _ in ruled for name in names]
    heavy = [LIKE_ASKED if row.get("like_asked") else 1.0 for row, _ in ruled for _ in names]
    model = LogisticRegression(C=3.0, max_iter=3_000).fit(table, right, sample_weight=heavy)
    values = [round(float(value), 3) for value in model.coef_[0]]
    return {"threshold": {"second": SECOND}, "base": round(float(model.intercept_[0]), 3), "sign": dict(zip(said, values, strict=False)), "topic": dict(zip(names, values[len(said) :], strict=True))}  # fmt: skip


def write_weights(weights: dict[str, Any]) -> None:
    lines = ["# What each sign adds to the log-odds that a change is about a topic, and the chance from which a second topic is told.", "# Written by tests/changes/fit_topics.py.", f"base = {weights['base']}"]  # fmt: skip
    for part in ("threshold", "sign", "topic"):
        lines += ["", f"[{part}]", *(f"{name} = {value}" for name, value in weights[part].items())]
    (ROOM / "weights.toml").write_text("\n".join(lines) + "\n", "utf-8")


def report(label: str, found: Sequence[tuple[Row, Sequence[str]]]) -> None:
    right = sum(len({*row["topics"]} & {*told}) for row, told in found)
    asked, given = sum(len(row["topics"]) for row, _ in found), sum(len(told) for _, told in found)
    print(f"{label}: {len(found)} changes, precision {right / given:.3f} recall {right / asked:.3f} F1 {2 * right / (asked + given):.3f}")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("words", "weights"))
    parser.add_argument("clones", nargs="+", type=Path)
    parser.add_argument("--labels", nargs="*", type=Path, default=[])
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    fit_words(given.clones) if given.what == "words" else fit_weights(given.clones, given.labels, given.write)


if __name__ == "__main__":
    main()
