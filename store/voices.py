"""Articles -> voices: copies of one report, word for word or nearly, count as one.

Two texts are copies when the shorter has SAME of its word sequences in the longer (a wire story cut, or with a line added).
Candidates are found by the smallest hashes of their sequences; articles that are copies of copies are one voice. Which
articles are one voice is a function of the set of articles: it does not hang on which came first.
"""

from __future__ import annotations

import re
import sqlite3
from functools import lru_cache
from hashlib import blake2b
from heapq import nsmallest

from store.database import add, many, unsettled
from store.places import mark_claim

WORDS = 5  # words of one sequence
KEPT = 24  # hashes of an article that others are found by
CANDIDATES = 200  # articles held against a new one; a hash that more share is a phrase of the trade
SAME = 0.5  # share of the shorter text's sequences that the longer one has
WORD = re.compile(r"\w+")
NEAR = """
select article, count(*) as shared from sketch where hash in (select hash from sketch where article = ?) and article != ?
group by article order by shared desc, article limit ?"""


@lru_cache(maxsize=256)  # copies come close together, and an article is held against the same ones again
def sequences(text: str) -> frozenset[str]:
    """Every run of WORDS words; of a shorter text the one run it is. Writing systems without spaces go by letter."""
    words = WORD.findall(text.casefold())
    if len(words) * 12 < len(text):
        words = [letter for letter in text if letter.isalnum()]
    return frozenset(" ".join(words[i : i + WORDS]) for i in range(max(1, len(words) - WORDS + 1)))


def sketch(db: sqlite3.Connection, article: str, text: str) -> None:
    """Keep the hashes by which copies of an article are found, and mark that they are to be looked for."""
    for one in nsmallest(KEPT, map(_hash, sequences(text))):
        add(db, "sketch", {"hash": one, "article": article})
    unsettled(db, "voice", article)


def _hash(run: str) -> int:
    return int.from_bytes(blake2b(run.encode(), digest_size=7).digest(), "big")


def copies(a: frozenset[str], b: frozenset[str]) -> bool:
    """Whether two texts are one report."""
    return len(a & b) >= SAME * min(len(a), len(b))


def settle_voice(db: sqlite3.Connection, article: str) -> None:
    """Join an article with its copies: all of them get the smallest voice among them."""
    own, text = db.execute("select voice, text from article where id = ?", (article,)).fetchone()
    mine = sequences(text)
    near = dict(db.execute(NEAR, (article, article, CANDIDATES)).fetchall())
    texts = db.execute(
        "select id, voice, text from article where id in (select value from json_each(?))", (many(near),)
    )
    maybe = (row for row in texts if _likely(len(text), len(row["text"]), near[row["id"]]))
    voices = {own} | {row["voice"] for row in maybe if copies(mine, sequences(row["text"]))}
    if len(voices) > 1:
        _join(db, voices)


def _likely(length: int, other: int, shared: int) -> bool:
    """Whether texts of these lengths that share so many of KEPT hashes can be copies. Of texts about as long as each other, half of
    whose runs are the same, one pair in ten thousand shares fewer than two; most that share one have a phrase of the trade."""
    return shared > 1 or min(length, other) < 0.8 * max(length, other)


def _join(db: sqlite3.Connection, voices: set[str]) -> None:
    one = min(voices)
    for voice in sorted(voices - {one}):
        rows = db.execute(
            "select c.* from claim c join article a on a.id = c.article where a.voice = ?", (voice,)
        ).fetchall()
        db.execute("update article set voice = ? where voice = ?", (one, voice))
        for row in rows:
            mark_claim(db, row)
