"""Numbers and a seed -> a tracker.db of that size, with made-up facts, to measure pages and feeds on. The same seed gives the same rows.

usage: fill.py TRACKER [--actions 100000] [--claims 1000000] [--versions 200000] [--seed 1]

Platforms and places are drawn unevenly, as in life: a few are in most rows. Nothing in it is news; never publish it.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from store.database import index, key, many, open_tracker, put
from store.files import writing
from store.given import save_names
from store.kinds import kinds

FIRST, DAYS = date(2015, 1, 1), 4_000
BATCH = 20_000
SOURCES = 200
SCOPES = ("whole_population", "government", "military", "schools", "minors", "platform_operator")
REASONS = ("national_security", "child_protection", "data_protection", "public_order", "fraud_crime", "elections")
WORDS = ("the ministry said that access to the service will be limited while talks with the company go on and the court looks at "
         "what users may share with authorities under the new rules for data retention moderation appeals and transparency").split()  # fmt: skip
Row = dict[str, Any]


class World:
    """Names to draw from, the front ones far more often."""

    def __init__(self, db: Any, seed: int) -> None:
        self.dice = random.Random(seed)
        self.platforms = [r[0] for r in db.execute("select name from platform order by rowid")]
        self.places = [r[0] for r in db.execute("select code from jurisdiction where kind = 'country' order by code")]
        self.dice.shuffle(self.places)
        self.measures = [k for k, word in kinds().items() if word.get("life") == "measure"]
        self.others = [k for k, word in kinds().items() if word.get("life") in {"case", "act"}]

    def one(self, names: list[str]) -> str:
        return names[min(int(self.dice.paretovariate(0.9)) - 1, len(names) - 1) % len(names)]

    def day(self) -> date:
        return FIRST + timedelta(self.dice.randrange(DAYS))

    def text(self, words: int) -> str:
        return " ".join(self.dice.choices(WORDS, k=words))


def fill(path: Path, actions: int, claims: int, versions: int, seed: int) -> None:
    """Write the tracker. Raises FileExistsError if there is one already."""
    if path.exists():
        raise FileExistsError(f"{path}: is there already")
    db = open_tracker(path)
    save_names(db)
    world = World(db, seed)
    _batches(db, _sources(), SOURCES)
    each = max(1, claims // max(1, actions))
    _batches(db, (row for n in range(actions) for row in _action(world, n, each)), actions * (each + 8))
    _batches(db, _documents(world, versions), versions * 4)
    db.execute("analyze")
    db.execute("pragma wal_checkpoint(truncate)")
    db.close()


def _batches(db: Any, rows: Iterator[tuple[str, Row]], total: int) -> None:
    done = 0
    pending: list[tuple[str, Row]] = []
    for pair in rows:
        pending.append(pair)
        if len(pending) >= BATCH:
            done += _write(db, pending)
            sys.stderr.write(f"\r{done} of about {total} rows ")
    _write(db, pending)


def _write(db: Any, pending: list[tuple[str, Row]]) -> int:
    with writing(db):
        for table, row in pending:
            if table == "search":
                index(db, **row)
            else:
                put(db, table, row)
    count = len(pending)
    pending.clear()
    return count


def _sources() -> Iterator[tuple[str, Row]]:
    for n in range(SOURCES):
        yield "source", {
            "id": f"bench-{n}", "name": f"Bench source {n}", "publisher": f"Bench {n}", "parser": "article", "tier": "news", "url": f"https://bench-{n}.invalid/",
            "language": "en", "jurisdiction": "", "authority": "", "platform": "", "document_type": "", "part": "", "every": 86400, "expect_min": 0,
            "expect_max": 99, "known_from": "", "notes": "", "retired": "",
        }  # fmt: skip
        at = "2026-01-01T00:00:00+00:00"
        yield "health", {
            "source": f"bench-{n}", "state": "ok", "reason": "", "last_try": at, "last_success": at, "last_new": at, "failures": 0, "failures_passing": 0,
            "items": 10, "bytes": 1000, "languages": "[]", "coverage": "", "moved_to": "", "pages": 10, "next_try": at, "since": at,
        }  # fmt: skip


def _page(source: str, url: str, at: str) -> Row:
    return {"id": key("page", url), "source": source, "url": url, "sha256": key(url).ljust(64, "0"), "bytes": 20_000, "status": 200, "content_type": "text/html",
            "encoding": "utf-8", "replaced": 0, "first_seen": at, "last_seen": at, "fetches": 1}  # fmt: skip


def _action(world: World, number: int, each: int) -> Iterator[tuple[str, Row]]:
    """An action with its claims; half of the articles tell of two claims."""
    dice = world.dice
    kind = dice.choice(world.measures if dice.random() < 0.75 else world.others)
    platforms = list(dict.fromkeys(world.one(world.platforms) for _ in range(1 + (dice.random() < 0.1))))
    place, day = world.one(world.places), world.day()
    ended = day + timedelta(dice.randrange(3, 900)) if dice.random() < 0.6 else None
    action, at = key("bench", number), f"{day}T08:00:00+00:00"
    measure = kinds()[kind].get("life") == "measure"
    title = f"{place}: " + str(kinds()[kind]["title"]).format(platforms=" and ".join(platforms))
    yield "action", {
        "id": action, "side": "government", "case": key("case", number // 3), "kind": kind, "jurisdiction": place, "area": "national", "authority": "", "authority_id": "",
        "platforms": many(platforms), "scopes": many([dice.choice(SCOPES)]), "exceptions": "", "personal_devices": "", "person": "",
        "status": "lifted" if ended else "in_force", "as_of": str(ended or day), "de_facto": "unknown", "de_facto_evidence": "", "binding": "", "announced_on": str(day),
        "effective_on": str(day), "lifted_on": str(ended or ""), "in_force_from": str(day) if measure else "", "in_force_until": str(ended or ""),
        "reason": many([dice.choice(REASONS)]), "legal_basis": "", "amount": "", "currency": "", "tier": "news", "voices": each, "confirmed": 1, "claims": each,
        "title": title, "first_seen": at, "updated_at": at, "curated": 0,
    }  # fmt: skip
    for platform in platforms:
        yield "action_platform", {"platform": platform, "action": action}
    if measure:
        yield (
            "period",
            {"action": action, "since": str(day), "until": str(ended or ""), "state": "in_force", "basis": "stated"},
        )
    yield "alias", {"id": action, "action": action}
    stages = [("announced", kind, day)] + ([("ended", "restriction_lifted", ended)] if ended else [])
    for stage, name, on in stages:
        development = key("development", action, stage)
        yield "development", {
            "id": development, "side": "government", "kind": name, "stage": stage, "action": action, "change": None, "document": None, "happened_on": str(on),
            "precision": "day", "date_role": "announced", "date_basis": "stated", "title": f"{title} {stage}", "summary": "", "platforms": many(platforms),
            "jurisdiction": place, "authority": "", "topics": "[]", "url": "https://bench.invalid/", "published_at": f"{on}T08:00:00+00:00",
            "updated_at": f"{on}T08:00:00+00:00", "baseline": 0,
        }  # fmt: skip
        for platform in platforms:
            yield "development_platform", {"platform": platform, "development": development}
    quotes = []
    for n in range(0, each, 2):
        source, url = f"bench-{dice.randrange(SOURCES)}", f"https://bench.invalid/{number}/{n}"
        page, text = _page(source, url, at), f"{title}. {world.text(60)}."
        article = key("article", url)
        yield "page", page
        yield "article", {
            "id": article, "page": page["id"], "source": source, "url": url, "title": title, "text": text, "language": "en", "published": str(day), "guid": "", "outlet": "Bench",
            "authors": "[]", "tier": "news", "first_seen": at, "last_seen": at, "current": 1, "voice": article,
        }  # fmt: skip
        if n == 0:
            yield "search", {"kind": "article", "item": article, "title": title, "body": text, "language": "en"}
        for m in range(n, min(n + 2, each)):
            quotes.append(text[: len(title) + 1])
            yield "claim", {
                "id": key("claim", number, m), "article": article, "page": page["id"], "source": source, "url": url, "side": "government", "kind": kind,
                "platforms": many(platforms), "jurisdiction": place, "authority": "", "authority_id": "", "scopes": "[]", "exceptions": "", "personal_devices": "",
                "area": "", "binding": "", "reasons": "[]", "legal_basis": "", "amount": "", "currency": "", "person": "", "ends": "", "direction": "", "happened_on": str(day),
                "precision": "day", "date_role": "announced", "date_basis": "stated", "ambiguous": 0, "dates": "[]", "occurred": 1, "quote": quotes[-1], "start": 0,
                "end": len(quotes[-1]), "confidence": 0.8, "fired": "[]", "tier": "news", "seen_at": at, "baseline": 0, "measure": "", "rank": "published",
                "standing": "published", "action": action, "development": key("development", action, "announced"),
            }  # fmt: skip
            yield (
                "search",
                {"kind": "claim", "item": key("claim", number, m), "title": title, "body": quotes[-1], "language": ""},
            )
    yield "search", {"kind": "action", "item": action, "title": title, "body": " ".join(quotes[:3]), "language": "en"}


def _documents(world: World, versions: int) -> Iterator[tuple[str, Row]]:
    """Documents of a hundred versions each; every second change is substantive."""
    for number in range(-(-versions // 100)):
        platform, source = world.one(world.platforms), f"bench-{number % SOURCES}"
        document, url = key("document", number), f"https://bench.invalid/policy/{number}"
        days = sorted(world.day() for _ in range(min(100, versions - number * 100)))
        ids = [key("version", number, n) for n in range(len(days))]
        yield "document", {
            "id": document, "source": source, "platform": platform, "document_type": "Privacy Policy", "part": str(number), "url": url, "language": "en", "title": "",
            "first_seen": f"{days[0]}T00:00:00+00:00", "last_seen": f"{days[-1]}T00:00:00+00:00", "state": "followed", "variants": 0, "versions": len(ids), "current": ids[-1],
        }  # fmt: skip
        for n, (version, day) in enumerate(zip(ids, days, strict=True)):
            yield from _version(
                world,
                document,
                platform,
                source,
                f"{url}?{n}",
                version,
                ids[n - 1] if n else None,
                f"{day}T{n // 60:02}:{n % 60:02}:00+00:00",
            )


def _version(world: World, document: str, platform: str, source: str, url: str, version: str, before: str | None, at: str) -> Iterator[tuple[str, Row]]:  # fmt: skip
    text = world.text(120)
    yield "page", _page(source, url, at)
    yield "version", {
        "id": version, "document": document, "fingerprint": version, "title": f"{platform} policy", "language": "en", "text": text,
        "blocks": many([{"kind": "paragraph", "text": text, "level": 0}]), "first_seen": at, "last_seen": at, "is_version": 1, "page": key("page", url),
    }  # fmt: skip
    yield (
        "search",
        {"kind": "version", "item": version, "title": f"{platform}: Privacy Policy", "body": text, "language": "en"},
    )
    if before is None:
        return
    change, substantive = key("change", version), world.dice.random() < 0.5
    spans = [{"op": "del", "text": world.text(8)}, {"op": "ins", "text": world.text(9)}]
    yield "change", {
        "id": change, "document": document, "old": before, "new": version, "seen_at": at, "last_not_seen": at, "class": "substantive" if substantive else "cosmetic_noise",
        "reason": "made up", "topics": many(["data_sharing"]), "direction": "", "kind": "policy_terms_change", "effective_on": "", "effective_precision": "",
        "effective_ambiguous": 0, "announced_for": "", "key_sentence_old": "", "key_sentence_new": world.text(12), "summary": "made up", "ours": 0,
        "diff": many([{"op": "edit", "heading": "1. Made up", "spans": spans}]),
    }  # fmt: skip
    if substantive:
        development = key("development", change)
        yield "development", {
            "id": development, "side": "platform", "kind": "policy_terms_change", "stage": "changed", "action": None, "change": change, "document": document,
            "happened_on": at[:10], "precision": "day", "date_role": "first_seen", "date_basis": "observed", "title": f"{platform}: Privacy Policy changed", "summary": "",
            "platforms": many([platform]), "jurisdiction": "", "authority": "", "topics": many(["data_sharing"]), "url": url, "published_at": at, "updated_at": at, "baseline": 0,
        }  # fmt: skip
        yield "development_platform", {"platform": platform, "development": development}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tracker", type=Path)
    for name, number in (("actions", 100_000), ("claims", 1_000_000), ("versions", 200_000), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=number)
    asked = parser.parse_args()
    fill(asked.tracker, asked.actions, asked.claims, asked.versions, asked.seed)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
