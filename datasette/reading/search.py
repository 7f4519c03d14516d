"""Words -> actions, policy changes, articles, versions and claims that hold them, with snippets. Never an error: what cannot be searched for gives a hint."""

from __future__ import annotations

import re
import sqlite3
from typing import Any

from reading.look import Look, Shown
from reading.rows import Row

PAGE = 20
RANKED = 300  # of the matches, so many are weighed; a word that is everywhere is no way to find anything
WEIGHED = 100  # up to so many are put in order by BM25, which reads every row that has one of the words
FREQUENT = 3_000  # rows from which on a word is too frequent to be weighed, or to be taken for the beginning of others
REMEMBERED = 2_000  # words of which it is known whether they are frequent
KINDS = {
    "action": "actions",
    "update": "policy changes",
    "article": "articles",
    "version": "policy texts",
    "claim": "claims",
}
ONE = {"action": "action", "update": "policy change", "article": "article", "version": "policy text", "claim": "claim"}
SAYING = 3  # single claims shown beside the things they tell of
OPEN, CLOSE = "\ue000", "\ue001"  # marks of a hit inside a snippet; no text holds them (private use)
TERM = re.compile(r'(-?)"([^"]*)"|(\S+)')
PLAIN = re.compile(r"[^\W_][\w' ]*")  # what a feed can be asked for: words, without the signs of a search
ASKED = re.compile(r'(NOT )?("[^"]*"\*?)')
FOUND = """
select item, kind, title, language, snippet({table}, 1, ?, ?, ' … ', 28) as snippet
from {table} where {table} match ? and rowid = ?"""
PUBLISHED = """
select c.standing = 'published' as shown, coalesce(a.language, s.language, '') as language
from claim c left join article a on a.id = c.article left join source s on s.id = c.source where c.id = ?"""


def search(look: Look) -> Shown:
    """Arguments: q (words; "a phrase"; -without), kind (action, update, article, version, claim), page. Without a kind, everything
    but claims, and the best few of these beside it."""
    asked, kind = look.asked("q"), look.asked("kind") if look.asked("kind") in KINDS else ""
    number = int(look.asked("page")) if look.asked("page").isdigit() and len(look.asked("page")) < 4 else 1
    wanted = expression(asked)
    hint, hits, many, saying = "", [], False, []
    if wanted:
        hits, many, hint = _found(look, wanted, kind, number)
        saying = _found(look, wanted, "claim", 1, SAYING, begun=not hits)[0] if not kind and number == 1 else []
    elif asked:
        hint = "These signs cannot be searched for. Use words, or a phrase in straight quotes."
    data: dict[str, Any] = {
        "q": asked, "kind": kind, "number": number, "hits": hits[:PAGE], "claims": saying[:SAYING], "more_claims": len(saying) > SAYING, "hint": hint, "many": many, "names_found": named(look, asked),
        "next": look.address("/search", page=str(number + 1)) if len(hits) > PAGE else "",
    }  # fmt: skip
    title = f"Search: {asked[:60]}" if asked else "Search"
    return Shown(
        "search.html",
        title,
        "/search",
        data,
        "Search actions, quotes, articles and every version of every policy.",
        feed={"q": asked} if PLAIN.fullmatch(asked) else {},
        extra={"kinds": KINDS, "one": ONE},
    )


def expression(asked: str, prefix: bool = False) -> str:
    """What FTS5 is asked: every word or phrase quoted, so that no sign of its language is ever meant; "" if no word is left."""
    good, bad = [], []
    for without, phrase, word in TERM.findall(asked.replace("\ue000", " ").replace("\ue001", " ")):
        minus = bool(without) or (word.startswith("-") and len(word) > 1)
        text = (phrase or word.lstrip("-" if minus else "")).replace('"', " ").strip()
        if not any(c.isalnum() for c in text):
            continue
        star = "*" if prefix or (word.endswith("*") and not phrase) or _unspaced(text) else ""
        (bad if minus else good).append(f'"{text.rstrip("*")}"{star}')
    if not good:
        return ""
    return " AND ".join(good[:12]) + "".join(f" NOT {term}" for term in bad[:6])


def _unspaced(text: str) -> bool:
    """Scripts without spaces are one long word to the index: what begins so is meant."""
    return any("\u3040" <= c <= "\u9fff" or "\u0e00" <= c <= "\u0e7f" for c in text)


def _found(look: Look, wanted: str, kind: str, number: int, most: int = PAGE, begun: bool = True) -> tuple[list[Row], bool, str]:  # fmt: skip
    """(rows, whether there are many more, a hint). ``begun``: where nothing has the words, what has words that begin so."""
    try:
        ids, many = _ranked(look, wanted, kind)
        hint = ""
        if begun and not ids and not wanted.endswith("*"):
            wanted = _begun(look, wanted, _table(kind))
            ids, many = _ranked(look, wanted, kind)
            hint = "Nothing has all these words; these have words that begin so." if ids else ""
        start = (number - 1) * most
        sql = FOUND.format(table=_table(kind))
        rows = [look.row(sql, OPEN, CLOSE, wanted, rowid) for rowid in ids[start : start + most + 1]]
    except sqlite3.OperationalError as error:
        if "interrupted" in str(error):
            return [], False, "This took too long. Add a word that fewer pages have."
        return [], False, "This cannot be searched for. Use words, or a phrase in straight quotes."
    return [shown for row in rows if row and (shown := _shown(look, row))], many, hint


def _begun(look: Look, wanted: str, table: str) -> str:
    """The same with every word that is not frequent taken for the beginning of one; what is to be left out stays."""
    terms = [term if term.endswith("*") or _frequent(look, term, table) else f"{term}*" for term in _terms(wanted)]
    return " AND ".join(terms) + "".join(f" NOT {term}" for term in _terms(wanted, without=True))


def _frequent(look: Look, term: str, table: str) -> bool:
    """Counted once for all looks at one state, as far as there is room."""
    known: dict[tuple[str, str], bool] = look.kept.setdefault("frequent", {})
    if (term, table) not in known:
        if len(known) >= REMEMBERED:
            known.clear()
        rows = f"select 1 from {table} where {table} match ? limit {FREQUENT}"
        known[term, table] = bool(look.value(f"select count(*) = {FREQUENT} from ({rows})", term))
    return known[term, table]


def _table(kind: str) -> str:
    return "claim_search" if kind == "claim" else "search"


def _ranked(look: Look, wanted: str, kind: str) -> tuple[list[int], bool]:
    """Row ids, the best first, and whether more matched than were looked at."""
    table = _table(kind)
    only, given = (" and kind = ?", (wanted, kind)) if kind not in {"", "claim"} else ("", (wanted,))
    found = look.rows(f"select rowid, kind, title from {table} where {table} match ?{only} limit {RANKED}", *given)
    if len(found) < WEIGHED and not any(_frequent(look, term, table) for term in _terms(wanted)):
        weighed = look.db.execute(
            f"select rowid, bm25({table}, 6.0, 1.0) from {table} where {table} match ?{only}", given
        )
        return [row[0] for row in sorted(weighed, key=lambda r: (r[1], r[0]))], False
    words, order = [term.strip('"*').casefold() for term in _terms(wanted)], list(KINDS)

    def place(row: Row) -> tuple[int, int, int]:
        title = row["title"].casefold()
        return -sum(word in title for word in words), order.index(row["kind"]), row["rowid"]

    return [row["rowid"] for row in sorted(found, key=place)], len(found) == RANKED


def _terms(wanted: str, without: bool = False) -> list[str]:
    """The words and phrases of an expression that must be there, or (``without``) must not."""
    return [term for sign, term in ASKED.findall(wanted) if bool(sign) == without]


def _shown(look: Look, row: Row) -> Row | None:
    """With its address, and the snippet in ``parts``: (text, whether it is a hit). None for a claim that is not published."""
    address = f"/{row['kind']}/{row['item']}"
    if row["kind"] == "claim":
        of = look.row(PUBLISHED, row["item"])
        if not of or not of["shown"]:
            return None
        row = row | {"language": of["language"]}
    parts = [(text, bool(hit)) for hit, text in _pieces(row["snippet"])]
    return row | {"snippet": "".join(text for text, _ in parts), "parts": parts, "address": address}


def _pieces(snippet: str) -> list[tuple[int, str]]:
    pieces = [(0, snippet.split(OPEN)[0])]
    for part in snippet.split(OPEN)[1:]:
        hit, _, rest = part.partition(CLOSE)
        pieces += [(1, hit), (0, rest)]
    return [(hit, text) for hit, text in pieces if text]


def named(look: Look, asked: str) -> list[tuple[str, str]]:
    """Pages whose very name is asked for: (address, name)."""
    folded = asked.strip().strip('"').casefold()
    if not folded:
        return []
    names = look.names
    found = [
        (f"/platform/{ident}", name) for name, ident in names.platforms.items() if folded in (name.casefold(), ident)
    ]
    found += [
        (f"/platform/{names.platform_id(name)}", name) for alias, name in names.aliases.items() if alias == folded
    ]
    found += [
        (f"/jurisdiction/{code}", name)
        for code, name in names.places.items()
        if folded in (name.casefold(), code.casefold())
    ]
    found += [(f"/authority/{ident}", name) for ident, name in names.authorities.items() if folded == name.casefold()]
    return list(dict.fromkeys(found))[:6]
