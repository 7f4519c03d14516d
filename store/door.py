"""Archived page -> rows: the only way in. Reads a page through the parsers it is given, cleans, names, and saves in one unit.

Saving is free of order: what a page says is written as it is; everything that depends on other pages is marked unsettled
and computed by ``settle`` (store/settle.py).
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any

import claims
from claims import names
from errors import BadStore, BanwatchError, Unreadable
from records import Article, Block, Claim, Link, Notice, Older, Page, PolicyText, Record, Row, Source, Tally
from store.archive import Archive, Sighting
from store.database import add, index, key, many, open_tracker, put, slug, unsettled
from store.documents import Rereader, settled_at_once
from store.fate import home_of, matters
from store.files import part, writing
from store.places import mark_claim
from store.prepare import Prepared, Read, prepared
from store.readable import BY_PLACE, readable
from store.rows import judged
from store.settle import settle
from store.voices import sketch
from store.watch import arrived, restart

READ = ("stored", "unchanged")  # outcomes of a fetch whose page is read
BACK_FILL = " back-fill"  # ends the name of a run that fetched old pages
# pages of a source whose readable part is the same, read without trouble and too long for a consent wall or a challenge, which are
# known by their scripts; the version's own first sighting is not to be later than this one
ALIKE = (
    "select distinct c.document, c.version from page p join capture c on c.page = p.id join version v on v.id = c.version"
    " where p.source = ? and p.readable = ? and p.readable != '' and v.first_seen <= ? and c.fetched_at <= ?"
    " and c.seq > ? and length(v.text) >= 1000"
    " and not exists (select 1 from sighting s where s.page = p.id and s.read_error != '')"
)
MOVED = "x-banwatch-moved"  # header the crawl adds to a page that a redirect for good (301, 308) led to
ROBOTS = "x-banwatch-robots"  # header the crawl adds: what the site's robots.txt says to us, in a few words


@dataclass(frozen=True, slots=True)
class Reading:
    """What one page gave: links to follow, how many records, and the error that ended its reading, if one did."""

    seq: int
    links: tuple[Link, ...]
    yielded: int
    error: BanwatchError | None = None
    older: str = ""  # address of the page with older entries


class Door:
    """Saves what archived pages say in ``tracker``. ``read`` is parsers.read, handed in so that this room need not know it.

    One process at a time may hold a Door to a tracker (the crawl lock sees to it). ``together`` sightings are committed at a time;
    what a crash takes of them stands in the archive and is caught up on.
    """

    def __init__(self, tracker: Path, archive: Archive, read: Read, together: int = 1) -> None:
        self._archive = archive
        self._together, self._open = together, 0
        self._losses = archive.losses  # when what is not committed yet was begun
        self._read = read
        self.db = open_tracker(tracker)
        self._known: dict[int, list[tuple[str, str]]] = {}  # sightings that need no reading, till they are taken
        self._readables: dict[str, str] = {}  # of bodies that are being taken
        _same_past(self.db, archive, tracker)
        self._sources = archive.declarations()

    def __enter__(self) -> Door:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        with suppress(sqlite3.OperationalError):  # a full disk, told where it was met first
            if self._open:
                self.commit()
        self.db.close()

    def commit(self) -> None:
        """Make durable what was taken: in the archive first, so that the tracker never knows of a fetch that it does not."""
        try:
            self._archive.commit()
        finally:
            if self._archive.losses != self._losses:
                self._take_back()
        self._open = 0
        if self.db.in_transaction:
            self.db.execute("commit")

    def _take_back(self) -> None:
        """Fetches that were taken here may be no more in the archive; those that are there will be taken again."""
        self._known.clear()
        self._open, self._losses = 0, self._archive.losses
        if self.db.in_transaction:
            self.db.execute("rollback")

    @contextmanager
    def _unit(self) -> Iterator[None]:
        """What one sighting brings: all of it, or none."""
        if not self.db.in_transaction:
            self._losses = self._archive.losses
            self.db.execute("begin immediate")
        with part(self.db):
            yield
        self._open += 1
        if self._open >= self._together:
            self.commit()

    def declared(self) -> None:
        """Take over the sources the archive knows now."""
        self.commit()
        self._sources = self._archive.declarations()
        with writing(self.db):
            held = {row["id"]: dict(row) for row in self.db.execute("select * from source")}
            for source in self._sources.values():
                _save_source(self.db, source, self._archive.declared(source.id), held.get(source.id))

    def pending(self) -> Iterable[int]:
        """Sightings the archive holds and the tracker has not taken yet: after a crash, or in a rebuild."""
        held, last = self.db.execute("select count(*), coalesce(max(seq), 0) from sighting").fetchone()
        if held == self._archive.count(last):  # nothing is missing in between, as nearly always
            return (s.seq for s in self._archive.sightings(after=last))
        known = {row[0] for row in self.db.execute("select seq from sighting")}
        return (s.seq for s in self._archive.sightings() if s.seq not in known)

    def take(
        self, seq: int, records: Sequence[Record | Prepared] | None = None, error: BanwatchError | None = None
    ) -> Reading | None:
        """Save sighting ``seq`` and what its page says, all or nothing; None if it is there already.

        ``records`` or ``error``: the outcome of a reading made elsewhere (in a process that can be ended); without them
        the page is read here.
        """
        if self.db.execute("select 1 from sighting where seq = ?", (seq,)).fetchone():
            return None
        sighting = self._archive.sighting(seq)
        source = self._source(sighting)
        if not sighting.sha256:
            with self._unit():
                self._save_sighting(sighting, None, 0, None)
            return Reading(seq, (), 0)
        if sighting.outcome not in READ:
            with self._unit():
                self._save_sighting(sighting, self._save_page(sighting), 0, None)
            return Reading(seq, (), 0)
        if records is None and error is None and self._again(sighting, source):
            return Reading(seq, (), 1)
        if records is None and error is None:
            self._archive.commit()  # nothing is read that is not on disk
            records, error = self.read(self._archive.page(seq), source)
        ready = [record if isinstance(record, Prepared) else prepared(record) for record in records or ()]
        with self._unit():
            return self._save(sighting, source, ready, error)

    def read(self, page: Page, source: Source) -> tuple[list[Record], BanwatchError | None]:
        """Read a page here and now; a parser's fault is handed back, not raised: one page harms no other."""
        try:
            return self._read(page, source), None
        except BanwatchError as error:
            return [], error
        except Exception as error:  # the one edge that turns a parser's crash into an issue
            return [], Unreadable(f"parser {page.parser}: {type(error).__name__}: {error}", "parser")

    def knows(self, seq: int, source: Source) -> bool:
        """Whether ``take(seq)`` needs no reading: a policy document whose bytes, or what may be read of them, were read before."""
        if seq not in self._known:
            found = self._read_before(self._archive.sighting(seq), source)
            if not found:
                return False
            self._known[seq] = found
        return True

    def _read_before(self, s: Sighting, source: Source) -> list[tuple[str, str]]:
        """(document, version) that an earlier page with the same bytes, or with the same readable part, gave."""
        if len(source.selectors) > 1:  # selectors with dates may read the same bytes otherwise on another day
            return []
        same = self.db.execute(
            "select distinct document, version from capture where page = ?", (_page_id(s),)
        ).fetchall()
        return [tuple(row) for row in same] or self._reads_alike(s, source)

    def _reads_alike(self, s: Sighting, source: Source) -> list[tuple[str, str]]:
        readable = self._readable(s)
        if not readable or any(BY_PLACE.search(css) for one in source.selectors for css in (*one.select, *one.remove)):
            return []
        since = max(self._archive.declared(s.source), default=0)  # what was read by an earlier declaration is read anew
        told = (s.source, readable, s.fetched_at, s.fetched_at, since if s.seq > since else 0)
        return [tuple(row) for row in self.db.execute(ALIKE, told)]

    def _readable(self, s: Sighting) -> str:
        if s.parser != "policy" or s.outcome != "stored":
            return ""
        if s.sha256 not in self._readables:
            self._readables[s.sha256] = readable(self._archive.body(s.sha256), self._archive.content_type(s))
        return self._readables[s.sha256]

    def settle(self) -> None:
        """Compute everything that depends on more than one page, as far as it changed."""
        self.commit()
        settle(self.db, Rereader(self._selector, self._reread, self._upgraded))

    def _selector(self, source_id: str, day: str) -> int:
        selectors = self._sources[source_id].selectors
        return next((i for i, s in enumerate(selectors) if s.since <= day and (not s.until or day <= s.until)), -1)

    def _upgraded(self, source_id: str, at: str) -> bool:
        stated = self._sources[source_id].options.get("upgrades", ())
        return isinstance(stated, list | tuple) and at in stated

    def _reread(self, page_id: str, source_id: str, day: str) -> tuple[Block, ...]:
        row = self.db.execute("select min(seq) from sighting where page = ?", (page_id,)).fetchone()
        page = self._archive.page(row[0])
        source = self._sources[source_id]
        records, _ = self.read(replace(page, fetched_at=page.fetched_at.fromisoformat(day)), source)
        return next((record.blocks for record in records if isinstance(record, PolicyText)), ())

    def _source(self, sighting: Sighting) -> Source:
        if sighting.source not in self._sources:
            self.declared()
        return self._sources[sighting.source]

    def _save(self, sighting: Sighting, source: Source, ready: list[Prepared], error: BanwatchError | None) -> Reading:
        page_id = self._save_page(sighting)
        records = [one.record for one in ready]
        for one in ready:
            record = one.record
            if isinstance(record, PolicyText | Article) and record.encoding:
                self.db.execute(
                    "update page set encoding = ?, replaced = ? where id = ?",
                    (record.encoding, record.replaced, page_id),
                )
            if isinstance(record, PolicyText):
                self._save_capture(sighting, page_id, source, record, one)
            elif isinstance(record, Article):
                self._save_article(sighting, page_id, source, record, one.claims)
            elif isinstance(record, Claim):
                self._save_row(sighting, page_id, source, record)
            elif isinstance(record, Row):
                self._save_dataset_row(sighting, page_id, source, record)
        notice = next((record for record in records if isinstance(record, Notice)), None)
        found = reading_of(sighting.seq, records, error)
        self._save_sighting(sighting, page_id, found.yielded, error or notice, records)
        return found

    def _save_sighting(
        self,
        s: Sighting,
        page_id: str | None,
        yielded: int,
        trouble: BanwatchError | Notice | None,
        records: Sequence[Record] = (),
    ) -> None:
        said = trouble.message if isinstance(trouble, Notice) else str(trouble)
        read_error = f"{trouble.cause}: {said}" if trouble else ""
        add(self.db, "sighting", {
            "seq": s.seq, "source": s.source, "run": s.run, "url": s.url, "requested_url": s.requested_url, "parser": s.parser,
            "fetched_at": s.fetched_at, "status": s.status, "outcome": s.outcome, "cause": s.cause, "message": s.message,
            "page": page_id, "yielded": yielded, "read_error": read_error, "items": _items(records, yielded),
            "told": _told(records), "moved": _header(s, MOVED), "robots": _header(s, ROBOTS),
        })  # fmt: skip
        if matters(s.outcome, s.cause):
            self._missed(s)
        arrived(self.db, s.source, s.seq)
        unsettled(self.db, "source", s.source)

    def _missed(self, s: Sighting) -> None:
        """An address where documents were seen says that there is nothing: what that means for them is to be computed."""
        rows = self.db.execute(
            "select distinct c.document from page p join capture c on c.page = p.id where p.source = ?", (s.source,)
        )
        for row in rows.fetchall():
            unsettled(self.db, "document", row[0])

    def _save_page(self, s: Sighting) -> str:
        page_id = _page_id(s)
        row = self.db.execute("select first_seen, last_seen, fetches from page where id = ?", (page_id,)).fetchone()
        first, last, fetches = row if row else (s.fetched_at, s.fetched_at, 0)
        values = {
            "first_seen": min(first, s.fetched_at), "last_seen": max(last, s.fetched_at), "fetches": fetches + 1,
        }  # fmt: skip
        if row:
            self.db.execute(
                "update page set first_seen = ?, last_seen = ?, fetches = ? where id = ?", (*values.values(), page_id)
            )
            return page_id
        put(self.db, "page", {
            "id": page_id, "source": s.source, "url": s.url, "sha256": s.sha256, "bytes": self._archive.length(s.sha256),
            "status": s.status, "content_type": self._archive.content_type(s), **self._encoding(s), **values,
            "readable": self._readable(s),
        })  # fmt: skip
        self._readables.pop(s.sha256, None)
        return page_id

    def _encoding(self, s: Sighting) -> dict[str, Any]:
        """How a page is decoded, as far as a page that reads alike tells; else till it is read."""
        alike = self.db.execute(
            "select encoding, replaced from page where source = ? and readable = ? and readable != '' order by id limit 1",
            (s.source, self._readable(s)),
        ).fetchone()
        return {"encoding": alike[0], "replaced": alike[1]} if alike else {"encoding": "", "replaced": 0}

    # policy documents -------------------------------------------------------------------------------------------------
    def _save_capture(self, s: Sighting, page_id: str, source: Source, text: PolicyText, ready: Prepared) -> None:
        document = key("document", text.platform, text.document_type, text.part)
        version = key("version", document, ready.fingerprint)
        add(self.db, "document", {
            "id": document, "source": source.id, "platform": text.platform, "document_type": text.document_type, "part": text.part,
            "url": text.url or s.url, "language": text.language or source.language, "title": text.title or source.name,
            "first_seen": s.fetched_at, "last_seen": s.fetched_at, "state": "followed", "variants": 0, "versions": 0, "current": None,
        })  # fmt: skip
        self._save_version(version, document, ready, text, s.fetched_at, page_id)
        self._capture(s, page_id, document, version)

    def _capture(self, s: Sighting, page_id: str, document: str, version: str) -> None:
        self.db.execute("update version set last_seen = max(last_seen, ?) where id = ?", (s.fetched_at, version))
        home = home_of(s.requested_url, _header(s, MOVED))
        kind = settled_at_once(self.db, document, version, s.sha256, s.fetched_at, home)
        added = add(self.db, "capture", {
            "id": key("capture", document, s.seq), "seq": s.seq, "document": document, "url": s.url, "fetched_at": s.fetched_at,
            "sha256": s.sha256, "version": version, "kind": kind, "reason": "", "page": page_id,
        })  # fmt: skip
        if added and not kind:
            unsettled(self.db, "document", document)

    def _again(self, s: Sighting, source: Source) -> bool:
        """What was read before comes once more: a capture, without reading it again."""
        rows = self._known.pop(s.seq, None) or self._read_before(s, source)
        if not rows:
            return False
        with self._unit():
            page_id = self._save_page(s)
            for document, version in rows:
                self._capture(s, page_id, document, version)
            self._save_sighting(s, page_id, len(rows), None)
        return True

    def _save_version(self, version: str, document: str, ready: Prepared, text: PolicyText, at: str, page: str) -> None:
        row = self.db.execute("select first_seen, last_seen, page from version where id = ?", (version,)).fetchone()
        if row and (row[0], row[2]) <= (at, page):  # the first sighting's wording stays
            return
        put(self.db, "version", {
            "id": version, "document": document, "fingerprint": ready.fingerprint, "title": text.title, "language": text.language,
            "text": ready.text, "blocks": ready.blocks, "first_seen": at,
            "last_seen": max(at, row[1]) if row else at, "is_version": 1, "page": page,
        })  # fmt: skip

    # articles and claims ----------------------------------------------------------------------------------------------
    def _save_article(self, s: Sighting, page_id: str, source: Source, article: Article, said: Sequence[Claim]) -> None:
        article_id = key("article", source.id, article.url, article.title, article.text)
        row = self.db.execute("select first_seen, page from article where id = ?", (article_id,)).fetchone()
        if row:
            self._article_again(article_id, s, page_id, (s.fetched_at, page_id) < tuple(row))
            return
        add(self.db, "article", {
            "id": article_id, "page": page_id, "source": source.id, "url": article.url, "title": article.title,
            "text": article.text, "language": article.language or source.language, "published": article.published,
            "guid": article.guid, "outlet": article.outlet or source.publisher, "authors": many(article.authors), "tier": source.tier,
            "first_seen": s.fetched_at, "last_seen": s.fetched_at, "current": 1, "voice": key("voice", _words(article.text)),
        })  # fmt: skip
        index(self.db, "article", article_id, article.title, article.text, article.language)
        unsettled(self.db, "article", article_id)
        if said:
            sketch(self.db, article_id, article.text)
        for claim in said:
            self._save_claim(claim, article_id, page_id, source, article.url, s)

    def _save_row(self, s: Sighting, page_id: str, source: Source, claim: Claim) -> None:
        self._save_claim(claim, None, page_id, source, s.url, s)

    def _save_dataset_row(self, s: Sighting, page_id: str, source: Source, row: Row) -> None:
        """A row and its claims; the same row in a later file is the same claims."""
        found, ids = judged(row), []
        for claim in found.claims:
            days = [when.value for when in claim.dates]
            ids.append(
                key(
                    "claim",
                    "row",
                    source.id,
                    row.key,
                    claim.action,
                    claim.de_facto,
                    *claim.platforms,
                    claim.jurisdiction,
                    *days,
                )
            )
            self._put_claim(ids[-1], claim, None, page_id, source, row.url or s.url, s)
        add(self.db, "dataset_row", {
            "id": key("row", page_id, row.key, row.start), "source": source.id, "page": page_id, "key": row.key,
            "state": "refused" if found.refused else "taken", "why": found.refused, "notes": many(found.notes), "start": row.start,
            "end": row.end, "claims": many(ids), "partial": int(row.partial),
        })  # fmt: skip
        unsettled(self.db, "dataset", source.id)

    def _save_claim(
        self, claim: Claim, article: str | None, page: str | None, source: Source, url: str, s: Sighting
    ) -> None:
        name = key(
            "claim", article or page, claim.action, *sorted(claim.platforms), claim.jurisdiction, claim.start, claim.end
        )
        self._put_claim(name, claim, article, page, source, url, s)

    def _put_claim(
        self, name: str, claim: Claim, article: str | None, page: str | None, source: Source, url: str, s: Sighting
    ) -> None:
        save_claim(self.db, {
            "id": name, "article": article, "page": page, "source": source.id, "url": url, **claim_columns(claim),
            "start": claim.start, "end": claim.end, "tier": source.tier, "seen_at": s.fetched_at,
            "baseline": int(self._is_baseline(s)), "measure": "", "rank": standing(claim),
            "standing": standing(claim),
        })  # fmt: skip

    def _article_again(self, article_id: str, s: Sighting, page_id: str, earlier: bool) -> None:
        """The same text once more; ``earlier``: by a page older than the one it was first taken from."""
        self.db.execute("update article set last_seen = max(last_seen, ?) where id = ?", (s.fetched_at, article_id))
        unsettled(self.db, "article", article_id)
        if not earlier:
            return
        baseline = int(self._is_baseline(s))
        self.db.execute("update article set first_seen = ?, page = ? where id = ?", (s.fetched_at, page_id, article_id))
        self.db.execute(
            "update claim set seen_at = ?, page = ?, baseline = ? where article = ?",
            (s.fetched_at, page_id, baseline, article_id),
        )
        for row in self.db.execute("select * from claim where article = ?", (article_id,)).fetchall():
            mark_claim(self.db, row)

    def _is_baseline(self, s: Sighting) -> bool:
        """Whether what a sighting brings is no news: it came with the first run of its source, or with a back-fill."""
        return s.run == self._archive.first_run(s.source) or s.run.endswith(BACK_FILL)


def reading_of(seq: int, records: Sequence[Record], error: BanwatchError | None) -> Reading:
    """What the records of a page come to."""
    links = tuple(record for record in records if isinstance(record, Link))
    entries = [record for record in records if not isinstance(record, Tally | Notice | Older)]
    older = next((record.url for record in records if isinstance(record, Older)), "")
    return Reading(seq, links, len(entries), error, older)


def _page_id(s: Sighting) -> str:
    return key("page", s.source, s.url, s.sha256)


def _items(records: Sequence[Record], yielded: int) -> int:
    """Entries of a list before keywords left some out."""
    return next((record.items for record in records if isinstance(record, Tally)), yielded)


def _told(records: Sequence[Record]) -> str:
    """How many records hold which field, and in which languages their texts are; "" for a page without any."""
    tally = next((record for record in records if isinstance(record, Tally)), None)
    entries = [record for record in records if isinstance(record, Link | Article)]
    articles = [record for record in entries if isinstance(record, Article)]
    if not entries and not tally:
        return ""
    listed = [tally.items, tally.titled, tally.dated] if tally else [
        len(entries), sum(bool(e.title) for e in entries), sum(bool(e.published) for e in entries)]  # fmt: skip
    read = [len(articles), sum(bool(a.title) for a in articles), sum(bool(a.published) for a in articles),
            sum(bool(a.authors) for a in articles)]  # fmt: skip
    languages = Counter(article.language for article in articles if article.language)
    return json.dumps({"entries": listed, "articles": read, "languages": languages}, sort_keys=True)


def _same_past(db: sqlite3.Connection, archive: Archive, tracker: Path) -> None:
    """Raises BadStore if the tracker holds fetches that the archive does not: an older archive was put in its place, or one
    that was copied without its -wal file. Going on would give new fetches the numbers of lost ones."""
    known = db.execute("select coalesce(max(seq), 0) from sighting").fetchone()[0]
    if known > archive.last():
        raise BadStore(
            f"{tracker}: knows {known} fetches, {archive.path.name} only {archive.last()}: the archive is an older one, or was copied"
            " without its -wal file; put the newer one back, or run `banwatch reread`", "store-ahead",
        )  # fmt: skip


def claim_columns(claim: Claim) -> dict[str, Any]:
    """The columns of a claim that are the claim's own."""
    main = claim.dates[0] if claim.dates else None
    return {
        "side": claim.side, "kind": claim.action, "platforms": many(claim.platforms), "jurisdiction": claim.jurisdiction,
        "authority": claim.authority, "authority_id": claim.authority_id, "scopes": many(claim.scopes),
        "exceptions": claim.exceptions, "personal_devices": claim.personal_devices, "area": claim.area, "binding": claim.binding,
        "reasons": many(claim.reasons), "legal_basis": claim.legal_basis, "amount": claim.amount, "currency": claim.currency,
        "person": claim.person, "ends": claim.ends, "direction": claim.direction,
        "happened_on": main.value if main else "", "precision": main.precision if main else "",
        "date_role": main.role if main else "", "date_basis": main.basis if main else "",
        "ambiguous": int(main.ambiguous) if main else 0, "dates": many(asdict(d) for d in claim.dates),
        "occurred": int(claim.occurred), "quote": claim.quote, "confidence": claim.confidence, "fired": many(claim.fired),
        "action": None, "development": None, "state": claim.state, "state_on": claim.state_on, "de_facto": claim.de_facto,
        "topics": many(claim.topics), "documents": many(claim.documents),
    }  # fmt: skip


def save_claim(db: sqlite3.Connection, row: dict[str, Any]) -> None:
    """Write a claim unless it is there, and mark the place it speaks of."""
    if add(db, "claim", row):
        mark_claim(db, row)
        platforms, place = ", ".join(json.loads(row["platforms"])), row["jurisdiction"]
        title = f"{platforms}: {row['kind'].replace('_', ' ')}" + (f" ({place})" if place else "")
        index(db, "claim", row["id"], title, " ".join(filter(None, (row["quote"], row.get("note"), row["authority"]))))


def standing(claim: Claim) -> str:
    if not claim.occurred:
        return "rumour"
    return "published" if claims.published([claim]) else "review"


def _header(sighting: Sighting, wanted: str) -> str:
    return next((value for name, value in sighting.headers if name == wanted), "")


def _save_source(db: sqlite3.Connection, source: Source, declared: Sequence[int], held: dict[str, Any] | None) -> None:
    columns = ("id", "name", "publisher", "parser", "tier", "url", "language", "jurisdiction", "authority", "platform",
               "document_type", "part", "every", "known_from", "notes", "retired")  # fmt: skip
    row = {name: getattr(source, name) for name in columns} | {
        "expect_min": source.expect.min, "expect_max": source.expect.max, "by_hand": source.by_hand,
        "blocked": many(source.blocked), "declared": many(declared),
    }  # fmt: skip
    if held == row:
        return
    put(db, "source", row)
    restart(db, source.id)
    unsettled(db, "source", source.id)


def save_names(db: sqlite3.Connection) -> None:
    """The reference tables of platforms, jurisdictions and authorities, for readers to join with."""
    with writing(db):
        for platform in names.platforms():
            put(db, "platform", {"name": platform.name, "id": slug(platform.name), "owner": platform.owner, "kind": platform.kind,
                                 "aliases": many(platform.aliases), "wikidata": ""})  # fmt: skip
        for place in names.jurisdictions():
            country, _, part = place.code.partition("-")
            kind = "subnational" if part else "supranational" if place.code == "EU" else "country"
            put(
                db,
                "jurisdiction",
                {"code": place.code, "name": place.name, "part_of": country if part else "", "kind": kind},
            )
        for body in names.authorities():
            put(db, "authority", {"id": body.id, "name": body.name, "kind": body.kind, "jurisdiction": body.jurisdiction,
                                  "abbreviation": next(iter(body.abbreviations), ""), "url": ""})  # fmt: skip


def _words(text: str) -> str:
    return " ".join(text.casefold().split())
