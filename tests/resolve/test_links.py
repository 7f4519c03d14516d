"""Relations: stated by a sentence or by what a development is, proposed by date or by the case, and gone with what they hang on."""

from __future__ import annotations

import json
import sqlite3

from claims import vocabulary
from records import Claim, When
from store.claim import claim_columns, save_claim
from store.database import add, key
from store.files import writing
from store.links import FITS, RELATIONS, phrases
from store.places import mark_claim
from store.settle import settle
from tests.resolve.conftest import tell
from tests.resolve.tellings import NONE

Said = tuple[str, str, str]  # kind, day, role


def report(db: sqlite3.Connection, sentence: str, *said: Said, name: str = "report") -> list[str]:
    """Save an article of one sentence that tells each of ``said`` about TikTok in Brazil; returns the ids of the claims."""
    at = "2025-06-01T08:00:00+00:00"
    address = f"https://{name}.example/"
    add(db, "page", {"id": name, "source": name, "url": address, "sha256": name, "bytes": 1, "status": 200, "content_type": "", "encoding": "", "replaced": 0,
                     "first_seen": at, "last_seen": at, "fetches": 1})  # fmt: skip
    add(db, "article", {"id": name, "page": name, "source": name, "url": address, "title": "", "text": sentence, "language": "en", "published": "2025-06-01",
                        "guid": "", "outlet": "", "authors": "[]", "tier": "news", "first_seen": at, "last_seen": at, "current": 1, "voice": name})  # fmt: skip
    ids = []
    for kind, day, role in said:
        action = vocabulary.action(kind)
        claim = Claim(kind, ("TikTok",), sentence, 0, len(sentence), 0.9, side=action.side, jurisdiction="BR" if action.side == "government" else "",
                      dates=(When(day, "day", role, "stated"),))  # fmt: skip
        ids.append(key("claim", name, kind, day))
        save_claim(db, claim_columns(claim) | {
            "id": ids[-1], "article": name, "page": name, "source": name, "url": address, "start": 0, "end": len(sentence), "tier": "news", "seen_at": at,
            "baseline": 0, "measure": "", "rank": "published", "standing": "published",
        })  # fmt: skip
    return ids


def links(db: sqlite3.Connection) -> set[tuple[str, str, str, str]]:
    """(kind of the development, relation, kind of the action, basis) of every link."""
    settle(db, NONE)
    rows = db.execute(
        "select d.kind, l.relation, a.kind, l.basis from links l left join development d on d.id = l.subject left join action a on a.id = l.object"
    )
    return {tuple(row) for row in rows}


LAW, BLOCK = ("legislation_adopted", "2025-01-10", "signed"), ("nationwide_block", "2025-05-20", "effective")


def test_a_sentence_states_what_implements_what(db: sqlite3.Connection) -> None:
    with writing(db):
        report(db, "Brazil blocked TikTok on 20 May under the law that it adopted on 10 January.", LAW, BLOCK)
    assert ("nationwide_block", "implements", "legislation_adopted", "stated") in links(db)


def test_a_sentence_that_only_tells_both_states_nothing(db: sqlite3.Connection) -> None:
    with writing(db):
        report(db, "Brazil adopted a law on 10 January and blocked TikTok on 20 May.", LAW, BLOCK)
    assert not {link for link in links(db) if link[3] == "stated"}


def test_an_appeal_and_a_citation_are_stated_by_their_words(db: sqlite3.Connection) -> None:
    ruling = ("court_ruling", "2025-05-30", "decided")
    fine = ("fine", "2025-02-03", "decided")
    with writing(db):
        report(db, "The court decided on 30 May on the appeal against the fine of 3 February on TikTok.", fine, ruling)
        report(db, "Brazil blocked TikTok on 20 May, citing the fine of 3 February.", fine, BLOCK, name="other")
    found = links(db)
    assert ("court_ruling", "appeals", "fine", "stated") in found and (
        "nationwide_block",
        "cites",
        "fine",
        "stated",
    ) in found
    assert ("fine", "appeals", "court_ruling", "stated") not in found and (
        "fine",
        "cites",
        "nationwide_block",
        "stated",
    ) not in found


def test_an_answer_is_stated_by_its_words_and_else_proposed_within_sixty_days(db: sqlite3.Connection) -> None:
    terms = ("policy_terms_change", "2025-05-28", "effective")
    with writing(db):
        report(db, "TikTok changed its terms on 28 May.", terms)
    tell(db, "nationwide_block", ("2025-05-20", "effective"), told="2025-05-20", platforms=("TikTok",))
    tell(db, "fine", ("2025-03-01", "decided"), told="2025-03-01", platforms=("TikTok",))
    assert links(db) == {("policy_terms_change", "responds_to", "nationwide_block", "proposed")}
    with writing(db):
        report(db, "TikTok changed its terms on 28 May in response to the block of 20 May.", terms, BLOCK, name="other")
    assert links(db) == {("policy_terms_change", "responds_to", "nationwide_block", "stated")}


def test_what_is_under_appeal_has_a_development_that_appeals_it(db: sqlite3.Connection) -> None:
    tell(db, "fine", ("2025-02-03", "decided"), told="2025-03-05", state="under_appeal", state_on="2025-03-05")
    settle(db, NONE)
    (row,) = db.execute(
        "select id, kind, happened_on, precision, title from development where stage = 'appealed'"
    ).fetchall()
    assert tuple(row)[1:4] == ("fine", "2025-03-05", "day") and row["title"].endswith("under appeal")
    assert (
        db.execute("select subject from links where relation = 'appeals' and basis = 'stated'").fetchall()[0][0]
        == row["id"]
    )
    assert db.execute("select status from actions").fetchone()[0] == "under_appeal"


def test_the_register_proposes_what_implements_a_law_and_states_what_is_appealed(curated: sqlite3.Connection) -> None:
    rows = curated.execute(
        "select d.jurisdiction, l.relation, l.basis, d.kind, a.kind from links l join development d on d.id = l.subject join action a on a.id = l.object"
    ).fetchall()
    found = {tuple(row) for row in rows}
    assert ("AU", "implements", "proposed", "age_restriction", "legislation_adopted") in found
    assert ("IE", "appeals", "stated", "fine", "fine") in found
    telegram = [
        json.loads(r[0])
        for r in curated.execute(
            "select d.platforms from links l join development d on d.id = l.subject where l.relation = 'responds_to'"
        )
    ]
    assert any("Telegram" in names for names in telegram)
    assert not curated.execute(
        "select 1 from link where basis = 'proposed' and relation = 'responds_to' and not days between 0 and 60"
    ).fetchall()


def test_links_go_with_the_claims_that_state_them(db: sqlite3.Connection) -> None:
    with writing(db):
        claims = report(db, "Brazil blocked TikTok on 20 May under the law that it adopted on 10 January.", LAW, BLOCK)
    assert links(db)
    with writing(db):
        db.execute("update claim set standing = 'review' where id = ?", (claims[1],))
        mark_claim(db, db.execute("select * from claim where id = ?", (claims[1],)).fetchone())
    assert not links(db)


def test_every_relation_has_words_and_a_rule() -> None:
    assert set(RELATIONS) == set(FITS)
    for relation in RELATIONS:
        assert all(phrase == phrase.casefold() and len(phrase) > 1 for phrase in phrases(relation)), relation
