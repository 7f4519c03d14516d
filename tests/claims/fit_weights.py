"""Own sentences + labelled real articles -> claims/weights.toml, and how good it is on texts it was not fitted on.

Run by hand from the checkout: ``python -m tests.claims.fit_weights [--write]``. A logistic regression over the signs that
candidates carry, drawn towards the weights that stand in the file; the fold of a text goes by its key, so that no text is
measured by weights that saw it. Fitting takes about a minute; the extractor itself needs nothing of it but the numbers.
"""

from __future__ import annotations

import argparse
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from claims import weigh
from claims.candidate import Candidate
from claims.extract import extract, read_candidates
from claims.output import events
from records import Claim
from tests.claims.material import Text, cases, fold_of, labelled, languages
from tests.corpus import SHARED

FOLDS = 5
ROUNDS = 250
STEP = 0.4
PULL_SIGN = 0.020  # how strongly a weight is drawn to the one in the file, per example
PULL_RULE = 0.050
AGAINST = -1.5  # a sign that speaks so strongly against ("could", "denied") ...
KEPT = 0.85  # ... keeps this much of its force, whatever few texts say
REAL = 2.0  # a candidate of a real article weighs as much as two of own sentences
ARTICLES = SHARED / "corpus" / "articles" / "dev.jsonl"


@dataclass(frozen=True)
class Example:
    key: str
    features: tuple[str, ...]
    base: float
    right: bool
    weight: float


def examples() -> list[Example]:
    texts: list[tuple[Text, float]] = [(text, 1.0) for code in languages() for text in cases(code)]
    if ARTICLES.is_file():
        texts += [(text, REAL) for text in labelled(ARTICLES)]
    return [one for text, weight in texts for one in of_text(text, weight)]


def of_text(text: Text, weight: float) -> Iterable[Example]:
    for candidate in read_candidates(text.article):
        if "denied" in candidate.signs:
            continue
        for place in candidate.places or ("",):
            area = "subnational" if "-" in place else "national"
            right = any(one.met(candidate.action, area, candidate.platforms, place) for one in text.wanted)
            yield Example(text.key, features(candidate), candidate.rule.base, right, weight)


def features(candidate: Candidate) -> tuple[str, ...]:
    signs = candidate.signs - weigh.DENIAL if "denied" in candidate.signs else candidate.signs
    return (*sorted(signs), f"{candidate.rule.trigger}:{candidate.action}")


def odds(one: Example, weights: dict[str, float]) -> float:
    return one.base + sum(weights.get(name, 0.0) for name in one.features)


def fit(rows: list[Example], start: dict[str, float]) -> dict[str, float]:
    """Gradient descent on the log loss, drawn towards ``start``."""
    weights, moved = dict(start), dict.fromkeys({name for one in rows for name in one.features}, 0.0)
    total = sum(one.weight for one in rows)
    for _ in range(ROUNDS):
        slope = dict.fromkeys(moved, 0.0)
        for one in rows:
            miss = one.weight * (1 / (1 + math.exp(-max(-30.0, min(30.0, odds(one, weights))))) - one.right)
            for name in one.features:
                slope[name] += miss
        for name in moved:
            pull = PULL_RULE if ":" in name else PULL_SIGN
            drawn = pull * (weights.get(name, 0.0) - start.get(name, 0.0))
            change = slope[name] / total * 20 + drawn
            value = weights.get(name, 0.0) - STEP * change
            weights[name] = max(-5.0, min(5.0 if start.get(name, 0.0) > AGAINST else start[name] * KEPT, value))
    return weights


def log_loss(rows: list[Example], weights: dict[str, float]) -> float:
    parts = []
    for one in rows:
        sure = 1 / (1 + math.exp(-max(-30.0, min(30.0, odds(one, weights)))))
        parts.append(-math.log(max(1e-9, sure if one.right else 1 - sure)))
    return sum(parts) / len(parts)


def reliability(rows: list[tuple[float, bool]]) -> str:
    """A table: of the candidates given a confidence, how many were right."""
    lines = ["confidence   candidates   right"]
    for low in (0.0, 0.25, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95):
        high = {0.0: 0.25, 0.25: 0.5, 0.5: 0.6, 0.6: 0.7, 0.7: 0.8, 0.8: 0.9, 0.9: 0.95}.get(low, 1.01)
        part = [right for sure, right in rows if low <= sure < high]
        share = f"{sum(part) / len(part):.2f}" if part else "-"
        lines.append(f"{low:.2f}-{min(high, 1.0):.2f}    {len(part):8}     {share}")
    return "\n".join(lines)


def cross_validated(rows: list[Example], start: dict[str, float]) -> list[tuple[Example, float]]:
    """Every example with the log-odds given by weights fitted on the other folds."""
    found: list[tuple[Example, float]] = []
    for fold in range(FOLDS):
        inside = [one for one in rows if fold_of(one.key, FOLDS) != fold]
        weights = fit(inside, start)
        found += [(one, odds(one, weights)) for one in rows if fold_of(one.key, FOLDS) == fold]
    return found


def end_to_end(texts: list[Text], rows: list[Example], start: dict[str, float]) -> tuple[str, list[tuple[float, bool]]]:
    """Precision, recall and F1 of whole events of real articles, each read with weights that saw none of its fold;
    and every claim kept, as (log-odds, right)."""
    right = told = wanted = kept_empty = empty = 0
    claimed: list[tuple[float, bool]] = []
    for fold in range(FOLDS):
        use(fit([one for one in rows if fold_of(one.key, FOLDS) != fold], start))
        for text in (one for one in texts if fold_of(one.key, FOLDS) == fold):
            found = [Found.of(event) for event in events(text.article)]
            right, told, wanted = right + matched(text, found), told + len(found), wanted + len(text.wanted)
            empty, kept_empty = empty + (not text.wanted), kept_empty + (not text.wanted and not found)
            claimed += [(logit(one.confidence), is_right(text, one)) for one in extract(text.article) if one.occurred]
    use(start)
    precision, recall = right / max(1, told), right / max(1, wanted)
    f1 = 2 * precision * recall / max(1e-9, precision + recall)
    figures = f"precision {precision:.3f}  recall {recall:.3f}  F1 {f1:.3f}  kept empty {kept_empty}/{empty}"
    return figures, claimed


def is_right(text: Text, claim: Claim) -> bool:
    said = (claim.action, claim.area, claim.platforms, claim.jurisdiction)
    return any(one.accepted(*said) for one in text.wanted)


def logit(confidence: float) -> float:
    """Back through the curve of the file."""
    sure, curve = min(0.995, max(0.005, confidence)), weigh.table()["curve"]
    return float((math.log(sure / (1 - sure)) - curve["shift"]) / curve["slope"])


def calibrated(claimed: list[tuple[float, bool]]) -> tuple[float, float]:
    """Slope and shift of the curve by which confidences of claims in real articles come true (Platt's method)."""
    slope, shift = 1.0, 0.0
    for _ in range(3000):
        misses = [(value, 1 / (1 + math.exp(-(slope * value + shift))) - right) for value, right in claimed]
        slope -= 0.05 * sum(value * miss for value, miss in misses) / len(claimed)
        shift -= 0.05 * sum(miss for _, miss in misses) / len(claimed)
    return slope, shift


@dataclass(frozen=True)
class Found:
    action: str
    platforms: frozenset[str]
    place: str

    @classmethod
    def of(cls, event: dict[str, Any]) -> Found:
        return cls(event["action"], frozenset(event["platforms"]), event["jurisdiction"] or "")


def matched(text: Text, found: list[Found]) -> int:
    """How many wanted events are found, one for one; greedy, which differs from the best matching in rare cases only."""
    left = list(found)
    for want in text.wanted:
        for one in left:
            place = want.action.startswith("policy_") or one.place == want.jurisdiction
            if one.action == want.action and one.platforms & want.platforms and place:
                left.remove(one)
                break
    return len(found) - len(left)


def use(weights: dict[str, float]) -> None:
    """Read with these weights from now on."""
    table = weigh.table()
    table["sign"] = {name: value for name, value in weights.items() if ":" not in name}
    table["rule"] = {name: value for name, value in weights.items() if ":" in name}


def write(weights: dict[str, float], curve: tuple[float, float]) -> None:
    path = Path(weigh.__file__).parent / "weights.toml"
    written = re.sub(r"(?m)^slope = .*$", f"slope = {curve[0]:.2f}", path.read_text("utf-8"))
    path.write_text(re.sub(r"(?m)^shift = .*$", f"shift = {curve[1]:.2f}", written), "utf-8")
    head, _, rest = path.read_text("utf-8").partition("[sign]\n")
    notes = dict(re.findall(r"^(\w+) = [-\d.]+ *(#.*)$", rest, re.M))
    signs = sorted(name for name in weights if ":" not in name)
    rules = sorted(name for name in weights if ":" in name and abs(weights[name]) >= 0.05)
    lines = [f"{name} = {weights[name]:.2f}" + (f"  {notes[name]}" if name in notes else "") for name in signs]
    lines += ["", "[rule] # what a rule's base is corrected by", *(f'"{name}" = {weights[name]:.2f}' for name in rules)]
    path.write_text(head + "[sign]\n" + "\n".join(lines) + "\n", "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    rows, start = examples(), dict(weigh.table()["prior"])
    print(f"{len(rows)} candidates, {sum(one.right for one in rows)} right; log loss {log_loss(rows, start):.3f}")
    tried = cross_validated(rows, start)
    for name, real in (("real articles", True), ("own sentences", False)):
        part = [(1 / (1 + math.exp(-value)), one.right) for one, value in tried if (one.weight > 1) == real]
        print(f"\n{name}, cross-validated over {FOLDS} folds\n{reliability(part)}")
    curve = (1.0, 0.0)
    if ARTICLES.is_file():
        figures, claimed = end_to_end(list(labelled(ARTICLES)), rows, start)
        curve = calibrated(claimed)
        sure = [(1 / (1 + math.exp(-(curve[0] * value + curve[1]))), right) for value, right in claimed]
        print(f"\nwhole events of real articles, cross-validated: {figures}")
        print(f"\nclaims of real articles, cross-validated, after the curve {curve}\n{reliability(sure)}")
    if asked.write:
        write(fit(rows, start), curve)


if __name__ == "__main__":
    main()
