"""Extension of feedgen: the links and marks that it has no words for, in both of its forms.

feedgen writes of a feed's links only "self" into RSS, allows an entry few relations, and knows no RFC 5005 (archives) and no
xml:lang. https://www.rfc-editor.org/rfc/rfc5005
"""

from __future__ import annotations

from typing import Any

from feedgen.ext.base import BaseEntryExtension, BaseExtension
from feedgen.util import xml_elem

ATOM = "http://www.w3.org/2005/Atom"
HISTORY = "http://purl.org/syndication/history/1.0"


class FeedLinks(BaseExtension):  # type: ignore[misc]
    """``add`` links that RSS holds as atom:link; ``archive`` marks a document that is no longer added to."""

    def __init__(self) -> None:
        self.links: list[dict[str, str]] = []
        self.archive = False

    def add(self, **link: str) -> None:
        self.links.append(link)

    def extend_ns(self) -> dict[str, str]:
        return {"fh": HISTORY} if self.archive else {}

    def extend_atom(self, feed: Any) -> Any:
        for link in self.links:
            xml_elem("link", feed, **link)
        self._mark(feed)
        return feed

    def extend_rss(self, feed: Any) -> Any:
        for link in self.links:
            xml_elem(f"{{{ATOM}}}link", feed[0], **link)
        self._mark(feed[0])
        return feed

    def _mark(self, parent: Any) -> None:
        if self.archive:
            xml_elem(f"{{{HISTORY}}}archive", parent)


class EntryLinks(BaseEntryExtension):  # type: ignore[misc]
    """Links of an entry with relation, type and title. RSS has no
    place for them; it gets ``updated``, for which it has no word either, in Atom's."""

    def __init__(self) -> None:
        self.links: list[dict[str, str]] = []
        self.updated = ""

    def add(self, **link: str) -> None:
        self.links.append(link)

    def extend_rss(self, entry: Any) -> Any:
        if self.updated:
            xml_elem(f"{{{ATOM}}}updated", entry).text = self.updated
        return entry

    def extend_atom(self, entry: Any) -> Any:
        for link in self.links:
            xml_elem("link", entry, **link)
        return entry
