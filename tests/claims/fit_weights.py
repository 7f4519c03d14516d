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

from claims import reality, weigh
from claims.candidate import Candidate
from claims.extract import extract, read_candidates
from claims.output import told
from records import Claim
from tests.claims.material import Text, Wanted, articles, cases, fold_of, labelled, languages
from tests.corpus import SHARED

FOLDS = 5
ROUNDS = 250
STEP = 0.4
PULL_SIGN = 0.020  # how strongly a weight is drawn to the one in the file, per example
PULL_RULE = 0.050
AGAINST = -1.5  # a sign that speaks so strongly against ("could", "denied") ...
KEPT = 0.85  # ... keeps this much of its force, whatever few texts say
OWN = 2.0  # and one of an own article, as two
PRECISE = 0.875  # of published claims that must be right, cross-validated
NOISE = 0.012  # of F1 over some 260 events
REAL = 4.0  # a candidate of a real article weighs as much as four of own sentences
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
    texts += [(text, OWN) for code in languages() for text in articles(code)]
    if ARTICLES.is_file():
        texts += [(text, REAL) for text in labelled(ARTICLES)]
    return [one for text, weight in texts for one in of_text(text, weight)]


def of_text(text: Text, weight: float) -> Iterable[Example]:
    """Candidates, right or wrong. A plan or a question that a fact of the same text outdoes teaches nothing, and is left out."""
    spread = [
        (one, [want for want in text.wanted if met(want, one, place)])
        for one in read_candidates(text.article)
        if "denied" not in one.signs
        for place in one.places or ("",)
    ]
    told = {id(want) for one, wants in spread if not reality.UNREAL & one.signs for want in wants}
    for one, wants in spread:
        if wants and reality.UNREAL & one.signs and all(id(want) in told for want in wants):
            continue
        yield Example(text.key, features(one), one.rule.base, bool(wants), weight)


def met(want: Wanted, one: Candidate, place: str) -> bool:
    return want.met(one.action, "subnational" if "-" in place else "national", one.platforms, place)


def features(candidate: Candidate) -> tuple[str, ...]:
    signs = candidate.signs - weigh.DENIAL if "denied" in candidate.signs else candidate.signs
    return (*sorted(signs), candidate.kind)


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


def read_anew(texts: list[Text], fitted: list[dict[str, float]]) -> list[tuple[Text, list[Claim]]]:
    """The claims of every text, each read with the weights that saw none of its fold."""
    read: list[tuple[Text, list[Claim]]] = []
    for fold, weights in enumerate(fitted):
        use(weights)
        read += [(text, extract(text.article)) for text in texts if fold_of(text.key, FOLDS) == fold]
    return read


@dataclass(frozen=True)
class Figures:
    """Whole events of texts at one threshold."""

    right: int
    said: int
    wanted: int
    kept_empty: int
    empty: int
    answered: int  # texts with an event of which any is told
    texts: int

    @property
    def f1(self) -> float:
        return 2 * self.right / max(1, self.said + self.wanted)

    @property
    def precision(self) -> float:
        return self.right / max(1, self.said)

    @property
    def accuracy(self) -> float:
        return (self.kept_empty + self.answered) / max(1, self.texts)

    def __str__(self) -> str:
        recall = self.right / max(1, self.wanted)
        return (
            f"precision {self.precision:.3f}  recall {recall:.3f}  F1 {self.f1:.3f}  "
            f"kept empty {self.kept_empty}/{self.empty}  document accuracy {self.accuracy:.3f}"
        )


def figures(read: list[tuple[Text, list[Claim]]], publish: float) -> Figures:
    right = said = kept_empty = answered = 0
    for text, claims in read:
        found = [Found.of(event) for event in told([one for one in claims if one.confidence >= publish])]
        right, said = right + matched(text, found), said + len(found)
        kept_empty += not text.wanted and not found
        answered += bool(text.wanted and found)
    wanted = sum(len(text.wanted) for text, _ in read)
    return Figures(right, said, wanted, kept_empty, sum(not text.wanted for text, _ in read), answered, len(read))


def best_threshold(read: list[tuple[Text, list[Claim]]]) -> float:
    """The confidence from which claims are published: of those from which seven in eight claims are right the highest whose F1
    is no less than the best but for noise, because a false claim costs a reader more than one that is missing. Where none is so
    precise, the highest tried."""
    tried = {step / 100: figures(read, step / 100) for step in range(40, 81)}
    precise = {at: found.f1 for at, found in tried.items() if found.precision >= PRECISE}
    return max((at for at, f1 in precise.items() if f1 >= max(precise.values()) - NOISE), default=max(tried))


def is_right(text: Text, claim: Claim) -> bool:
    said = (claim.action, claim.area, claim.platforms, claim.jurisdiction)
    return any(one.accepted(*said) for one in text.wanted)


def logit(confidence: float) -> float:
    """Log-odds of a confidence."""
    sure = min(0.995, max(0.005, confidence))
    return math.log(sure / (1 - sure))


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


def write(weights: dict[str, float], curve: tuple[float, float], publish: float) -> None:
    path = Path(weigh.__file__).parent / "weights.toml"
    written = path.read_text("utf-8")
    for name, value in (("slope", curve[0]), ("shift", curve[1]), ("publish", publish)):
        written = re.sub(rf"(?m)^{name} = \S+", f"{name} = {value:.2f}", written)
    head, _, rest = written.partition("[sign]\n")
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
    fitted = [fit([one for one in rows if fold_of(one.key, FOLDS) != fold], start) for fold in range(FOLDS)]
    tried = [(one, odds(one, fitted[fold_of(one.key, FOLDS)])) for one in rows]
    for name, real in (("real articles", True), ("own sentences", False)):
        part = [(1 / (1 + math.exp(-value)), one.right) for one, value in tried if (one.weight == REAL) == real]
        print(f"\n{name}, cross-validated over {FOLDS} folds\n{reliability(part)}")
    if not ARTICLES.is_file():
        raise SystemExit("the labelled real articles are absent: no curve and no threshold can be found without them")
    curve, publish = settle([text for code in languages() for text in articles(code)], list(labelled(ARTICLES)), fitted)
    if asked.write:
        write(fit(rows, start), curve, publish)


def settle(own: list[Text], real: list[Text], fitted: list[dict[str, float]]) -> tuple[tuple[float, float], float]:
    """The curve and the threshold, from texts read with weights that saw none of them; nothing of the file is kept."""
    bend((1.0, 0.0))
    curve = calibrated([(logit(sure), right) for sure, right in judged(read_anew([*real, *own], fitted))])
    bend(curve)
    read = read_anew(real, fitted)
    read_own = read_anew(own, fitted)
    publish = best_threshold([*read, *read_own])
    for at in (0.45, 0.50, 0.55, 0.60, 0.65, 0.70, 0.75, 0.80):
        print(f"from {at:.2f}: real {figures(read, at)}\n           own  {figures(read_own, at)}")
    print(f"\ncurve {curve[0]:.2f} {curve[1]:.2f}; whole events, cross-validated, from {publish:.2f}")
    for name, texts in (("real articles", read), ("own articles", read_own)):
        print(f"\n{name}: {figures(texts, publish)}\n{reliability(judged(texts))}")
    return curve, publish


def judged(read: list[tuple[Text, list[Claim]]]) -> list[tuple[float, bool]]:
    """Claims that are said to have occurred: how sure, and whether right."""
    return [(one.confidence, is_right(text, one)) for text, claims in read for one in claims if one.occurred]


def bend(curve: tuple[float, float]) -> None:
    """Read with this curve from now on."""
    weigh.table()["curve"] = {"slope": curve[0], "shift": curve[1]}


if __name__ == "__main__":
    main()
