"""A page that was read before -> what it gave then, without reading it again: the same bytes, or the same readable part."""

from __future__ import annotations

import sqlite3

from records import Source
from store.archive import Archive, Sighting
from store.readable import BY_PLACE, readable
from store.sightings import page_id

# pages of a source whose readable part is the same, read without trouble and too long for a consent wall or a challenge, which are
# known by their scripts; the version's own first sighting is not to be later than this one
ALIKE = (
    "select distinct c.document, c.version from page p join capture c on c.page = p.id join version v on v.id = c.version"
    " where p.source = ? and p.readable = ? and p.readable != '' and v.first_seen <= ? and c.fetched_at <= ?"
    " and c.seq > ? and length(v.text) >= 1000"
    " and not exists (select 1 from sighting s where s.page = p.id and s.read_error != '')"
)
# an older sighting than the version's first is read: it may be the first now
SAME = "select distinct c.document, c.version from capture c join version v on v.id = c.version where c.page = ? and v.first_seen <= ?"
Given = list[tuple[str, str]]  # document, version


class Before:
    """What earlier pages gave, for sightings that are not taken yet. Remembers an answer till it is taken."""

    def __init__(self, db: sqlite3.Connection, archive: Archive) -> None:
        self._db, self._archive = db, archive
        self._found: dict[int, Given] = {}
        self._readables: dict[str, str] = {}  # of bodies that are being taken

    def knows(self, seq: int, source: Source) -> bool:
        """Whether a sighting needs no reading."""
        if seq not in self._found:
            found = self._gave(self._archive.sighting(seq), source)
            if not found:
                return False
            self._found[seq] = found
        return True

    def take(self, s: Sighting, source: Source) -> Given:
        """What an earlier page gave that reads like this one; [] if none is known."""
        return self._found.pop(s.seq, None) or self._gave(s, source)

    def readable(self, s: Sighting) -> str:
        """Digest of what may be read of a sighting's page; "" where that does not tell whether two pages say the same."""
        if s.parser != "policy" or s.outcome != "stored":
            return ""
        if s.sha256 not in self._readables:
            self._readables[s.sha256] = readable(self._archive.body(s.sha256), self._archive.content_type(s))
        return self._readables[s.sha256]

    def taken(self, s: Sighting) -> None:
        """A page was saved: what was worked out for it is of no more use."""
        self._readables.pop(s.sha256, None)

    def forget(self) -> None:
        """Sightings that were asked for may be no more."""
        self._found.clear()

    def _gave(self, s: Sighting, source: Source) -> Given:
        if len(source.selectors) > 1:  # selectors with dates may read the same bytes otherwise on another day
            return []
        same = self._db.execute(SAME, (page_id(s), s.fetched_at)).fetchall()
        return [tuple(row) for row in same] or self._reads_alike(s, source)

    def _reads_alike(self, s: Sighting, source: Source) -> Given:
        readable = self.readable(s)
        if not readable or any(BY_PLACE.search(css) for one in source.selectors for css in (*one.select, *one.remove)):
            return []
        since = max(self._archive.declared(s.source), default=0)  # what was read by an earlier declaration is read anew
        told = (s.source, readable, s.fetched_at, s.fetched_at, since if s.seq > since else 0)
        return [tuple(row) for row in self._db.execute(ALIKE, told)]
