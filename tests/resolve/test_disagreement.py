"""Claims that differ are shown side by side: which one the row shows and why; copies of one report count once."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims import vocabulary
from records import Claim, When
from store.apart import HELD_APART, SAYS
from store.cases import rules as case_rules
from store.claim import claim_columns, save_claim
from store.database import add, key, open_tracker
from store.files import writing
from store.kinds import family_rules, kinds
from store.settle import settle
from store.voices import sketch
from tests.drawn import drawn
from tests.resolve.conftest import only_action, tell
from tests.resolve.tellings import NONE

REPORT = (
    "Brazil's Supreme Federal Court ordered the nationwide suspension of X on Friday after the company failed to name a legal representative in the "
    "country. Providers have twenty four hours to comply, and people who reach the network by other means face a daily fine. The company said it would "
    "not follow what it called illegal orders. The dispute began in April, when the justice opened an inquiry into accounts the court had told it to close."
)


def conflict(db: sqlite3.Connection) -> tuple[str, str, str]:
    settle(db, NONE)
    (row,) = db.execute("select shown, value, why from conflicts").fetchall()
    return tuple(row)


def test_the_better_tier_is_shown(db: sqlite3.Connection) -> None:
    tell(db, "nationwide_block", ("2024-08-31", "decided"), told="2024-08-31", by="one")
    tell(db, "nationwide_block", ("2024-08-31", "decided"), told="2024-08-31", by="two")
    tell(db, "nationwide_block", ("2024-08-30", "decided"), told="2024-09-02", by="court", tier="court")
    assert conflict(db) == ("2024-08-30", "2024-08-31", "tier court before tier news")


def test_then_more_independent_voices(db: sqlite3.Connection) -> None:
    tell(db, "nationwide_block", ("2024-08-31", "decided"), told="2024-08-30", by="one")
    tell(db, "nationwide_block", ("2024-08-30", "decided"), told="2024-08-31", by="two")
    tell(db, "nationwide_block", ("2024-08-30", "decided"), told="2024-09-01", by="three")
    assert conflict(db) == ("2024-08-30", "2024-08-31", "2 independent voices before 1")


def test_then_the_one_seen_first(db: sqlite3.Connection) -> None:
    tell(db, "nationwide_block", ("2024-08-31", "decided"), told="2024-08-30", by="one")
    tell(db, "nationwide_block", ("2024-08-30", "decided"), told="2024-08-31", by="two")
    assert conflict(db) == ("2024-08-31", "2024-08-30", "seen first")


def test_an_announcement_and_a_decision_do_not_disagree(db: sqlite3.Connection) -> None:
    tell(db, "nationwide_block", ("2024-08-28", "announced"), told="2024-08-30", by="one")
    tell(db, "nationwide_block", ("2024-08-30", "decided"), told="2024-08-31", by="two")
    only_action(db)
    assert not db.execute("select * from conflicts").fetchall()


def test_what_is_less_exact_agrees(db: sqlite3.Connection) -> None:
    tell(db, "nationwide_block", ("2024-08", "decided"), told="2024-08-30", by="one")
    tell(db, "nationwide_block", ("2024-08-30", "decided"), told="2024-08-31", by="two")
    row = only_action(db)
    assert row["announced_on"] == "2024-08-30" and not db.execute("select * from conflicts").fetchall()


def test_sums_scopes_and_authorities_that_differ(db: sqlite3.Connection) -> None:
    tell(
        db,
        "fine",
        ("2024-08-30", "decided"),
        told="2024-08-30",
        by="one",
        amount="10000000",
        currency="BRL",
        authority_id="br-stf",
        scopes=("platform_operator",),
    )
    tell(
        db,
        "fine",
        ("2024-08-30", "decided"),
        told="2024-08-30",
        by="two",
        amount="18000000",
        currency="BRL",
        authority_id="br-anatel",
        scopes=("app_stores",),
    )
    only_action(db)
    assert {r[0] for r in db.execute("select field from conflicts")} == {"amount", "authority_id", "scopes"}


def test_two_bans_of_one_app_in_one_country_in_different_years_are_two(db: sqlite3.Connection) -> None:
    for year in ("2021", "2023"):
        tell(db, "nationwide_block", (f"{year}-04-16", "effective"), told=f"{year}-04-16", by="one")
        tell(db, "nationwide_block", (f"{year}-04-16", "effective"), told=f"{year}-04-17", by="two")
    settle(db, NONE)
    assert [r["claims"] for r in db.execute("select claims from actions")] == [2, 2]


# copies ---------------------------------------------------------------------------------------------------------------
def article(db: sqlite3.Connection, text: str, name: str) -> None:
    at = "2024-08-30T10:00:00+00:00"
    add(db, "page", {"id": name, "source": name, "url": name, "sha256": name, "bytes": 1, "status": 200, "content_type": "", "encoding": "", "replaced": 0,
                     "first_seen": at, "last_seen": at, "fetches": 1})  # fmt: skip
    add(db, "article", {"id": name, "page": name, "source": name, "url": name, "title": "", "text": text, "language": "en", "published": "2024-08-30",
                        "guid": "", "outlet": "", "authors": "[]", "tier": "news", "first_seen": at, "last_seen": at, "current": 1,
                        "voice": key("voice", " ".join(text.casefold().split()))})  # fmt: skip
    sketch(db, name, text)


def voices(folder: Path, texts: dict[str, str]) -> dict[str, str]:
    folder.mkdir(exist_ok=True)
    db = open_tracker(folder / f"{key(*texts)}.db")
    for name, text in texts.items():
        with writing(db):
            article(db, text, name)
        settle(db, NONE)
    found = {r["id"]: r["voice"] for r in db.execute("select id, voice from article")}
    db.close()
    return found


SENTENCES = REPORT.split(". ")
COPIES = {
    "wire": REPORT, "same": REPORT.upper(), "cut": ". ".join(SENTENCES[:3]), "longer": "From our correspondent. " + REPORT + " Read on for what it means for you.",
    "edited": REPORT.replace("on Friday", "late on Friday").replace("people who reach", "anybody who reaches"),
    "own": "X is out of reach in Brazil. A judge of the highest court wants the firm to appoint somebody who answers for it there; until then lines stay cut.",
    "other": "Telegram must leave the work phones of Ukrainian officials, soldiers and operators of critical infrastructure, the cybersecurity centre decided.",
}  # fmt: skip


def test_copies_of_a_report_are_one_voice_and_own_reports_are_not(tmp_path: Path) -> None:
    found = voices(tmp_path, COPIES)
    assert len({found[name] for name in ("wire", "same", "cut", "longer", "edited")}) == 1
    assert len({found["wire"], found["own"], found["other"]}) == 3


@drawn(15)
@given(order=st.permutations(sorted(COPIES)))
def test_voices_do_not_hang_on_the_order_of_arrival(order: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("voices")
    assert voices(folder / "a", {name: COPIES[name] for name in order}) == voices(
        folder / "b", {name: COPIES[name] for name in sorted(COPIES)}
    )


AGENCY = (
    REPORT
    + " The regulator said that it would inform the operators of mobile networks by the evening, and that shops had to take the app out."
)
REPUBLISHED = {
    "agency": AGENCY,
    "paper": "SAO PAULO, Aug 30 - " + AGENCY.replace("on Friday", "on Friday evening").replace("Providers", "Internet providers"),
    "portal": ". ".join(AGENCY.split(". ")[:4]) + ". This report was adapted by the editors of the portal from the words of an agency.",
    "quoted": "What we know so far. " + AGENCY.replace("illegal orders", "secret and illegal orders") + " We will follow the story as it goes on through the night.",
}  # fmt: skip


def claim_in(db: sqlite3.Connection, name: str, text: str, day: str, at: str) -> None:
    with writing(db):
        article(db, text, name)
        claim = Claim(
            "nationwide_block",
            ("X",),
            text[:40],
            0,
            40,
            0.9,
            jurisdiction="BR",
            dates=(When(day, "day", "decided", "stated"),),
        )
        save_claim(db, claim_columns(claim) | {
            "id": key("claim", name), "article": name, "page": name, "source": name, "url": name, "start": 0, "end": 40, "tier": "news", "seen_at": at,
            "baseline": 0, "measure": "", "rank": "published", "standing": "published",
        })  # fmt: skip


@pytest.mark.parametrize("last", ["reports", "copies"])
def test_an_agency_text_that_four_outlets_print_with_edits_is_one_voice_against_two(
    db: sqlite3.Connection, last: str
) -> None:
    """Whichever comes last, by what is counted the two reports of others are shown."""
    copies = [(name, text, "2024-08-31", "2024-08-30T09:00:00+00:00") for name, text in REPUBLISHED.items()]
    own = [(name, COPIES[name], "2024-08-30", "2024-08-30T21:00:00+00:00") for name in ("own", "other")]
    for batch in (copies, own) if last == "reports" else (own, copies):
        for one in batch:
            claim_in(db, *one)
        settle(db, NONE)
    assert conflict(db) == ("2024-08-30", "2024-08-31", "2 independent voices before 1")
    assert db.execute("select voices, claims from actions").fetchone()[:] == (3, 6)
    assert db.execute("select voices from conflicts").fetchone()[0] == 1


# vocabulary -----------------------------------------------------------------------------------------------------------
def test_every_kind_of_the_vocabulary_resolves_and_reads() -> None:
    assert set(kinds()) == set(vocabulary.actions())
    for name, rules in kinds().items():
        assert rules["title"] and (rules.get("ends") or rules.get("life") in ("measure", "case", "act")), name
        assert bool(rules.get("ends")) == vocabulary.action(name).ending, name
        assert bool(rules.get("ends")) != bool(rules.get("family")), name
    assert {r["becomes"] for r in kinds().values() if r.get("becomes")} <= vocabulary.words("statuses")


def test_the_rules_name_families_that_there_are() -> None:
    families = {rules["family"] for rules in kinds().values() if "family" in rules}
    for rules in kinds().values():
        assert set(rules.get("of", [])) <= families and set(rules.get("superseded_by", [])) <= families
    for family, rule in case_rules().items():
        assert family in families and set(rule["after"]) <= families
    assert all(set(family_rules(family)["by"]) <= set(HELD_APART) & set(SAYS) for family in families)


STATUSES = {
    "announced": [("nationwide_block", "2024-01-10", "announced", {})],
    "ordered": [("nationwide_block", "2024-01-10", "ordered", {})],
    "in_force": [("nationwide_block", "2024-01-10", "effective", {})],
    "partly_in_force": [("nationwide_block", "2024-01-10", "effective", {"state": "partly_in_force", "state_on": "2024-01-12"})],
    "not_enforced": [("nationwide_block", "2024-01-10", "effective", {}), ("enforcement_pause", "2024-01-20", "decided", {})],
    "suspended": [("nationwide_block", "2024-01-10", "effective", {}), ("suspended", "2024-01-20", "decided", {})],
    "partly_lifted": [("nationwide_block", "2024-01-10", "effective", {}), ("partly_lifted", "2024-01-20", "lifted", {})],
    "lifted": [("nationwide_block", "2024-01-10", "effective", {}), ("restriction_lifted", "2024-01-20", "lifted", {})],
    "annulled": [("fine", "2024-01-10", "decided", {}), ("annulled", "2024-01-20", "decided", {})],
    "revoked": [("transaction_prohibition", "2024-01-10", "signed", {}), ("revoked", "2024-01-20", "signed", {})],
    "expired": [("nationwide_block", "2024-01-10", "effective", {}), ("expired", "2024-01-20", "lifted", {})],
    "superseded": [("throttling", "2024-01-10", "effective", {}), ("nationwide_block", "2024-01-20", "effective", {})],
    "unknown": [("nationwide_block", "", "", {})],
    "opened": [("investigation", "2024-01-10", "opened", {})],
    "ongoing": [("investigation", "2024-01-10", "opened", {}), ("investigation", "2024-01-10", "opened", {"told": "2024-06-01"})],
    "decided": [("fine", "2024-01-10", "decided", {})],
    "under_appeal": [("fine", "2024-01-10", "decided", {"state": "under_appeal", "state_on": "2024-03-01"})],
    "closed": [("legislation_proposed", "2024-01-10", "announced", {}), ("legislation_withdrawn", "2024-02-10", "decided", {})],
}  # fmt: skip


@pytest.mark.parametrize("status", sorted(vocabulary.words("statuses")))
def test_every_status_follows_from_claims(db: sqlite3.Connection, status: str) -> None:
    for number, (kind, day, role, more) in enumerate(STATUSES[status]):
        told = more.pop("told", day or "2024-01-10") if isinstance(more, dict) else day
        tell(db, kind, *([(day, role)] if day else []), told=str(told), by=f"desk{number}", **more)
    settle(db, NONE)
    rows = db.execute("select status, as_of from actions").fetchall()
    assert status in {r["status"] for r in rows} and all(r["as_of"] for r in rows)
    assert json.loads(db.execute("select json_group_array(stage) from development").fetchone()[0])


def test_an_end_dated_before_the_beginning_is_kept_as_a_conflict_and_not_shown(db: sqlite3.Connection) -> None:
    tell(db, "nationwide_block", ("2024-03-22", "effective"), told="2024-03-23", by="one")
    tell(db, "restriction_lifted", ("2023-09-29", "lifted"), told="2024-03-25", by="two")
    tell(db, "restriction_lifted", ("2024-03-25", "lifted"), told="2024-03-26", by="three")
    row = only_action(db)
    assert (row["in_force_from"], row["in_force_until"]) == ("2024-03-22", "2024-03-25")
    assert [c["value"] for c in db.execute("select value from conflicts where field like 'happened_on%'")] == [
        "2023-09-29"
    ]
