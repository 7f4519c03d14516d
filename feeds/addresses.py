"""Where feeds and pages stand, and the permanent ids of items: names -> addresses. Pure.

An id is a tag URI (RFC 4151): https://www.rfc-editor.org/rfc/rfc4151. It is made of the tracker's own id and the tag alone,
never of an address, title or date. CHANGING THE TAG OR THESE FUNCTIONS SHOWS EVERY ITEM AGAIN TO EVERY SUBSCRIBER.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from urllib.parse import quote

FORMS = {
    "atom": "application/atom+xml; charset=utf-8",
    "rss": "application/rss+xml; charset=utf-8",
    "json": "application/feed+json; charset=utf-8",
}
LOCAL = "http://127.0.0.1:8001"  # where `banwatch serve` stands unless told otherwise


@dataclass(frozen=True)
class Site:
    """Where one installation is published. ``base`` has no slash at its end."""

    base: str = LOCAL
    tag: str = "tag:banwatch.invalid,2026:"  # .invalid belongs to nobody (RFC 2606)
    hub: str = ""  # WebSub hub; "" = none
    title: str = "Banwatch"

    @classmethod
    def from_environment(cls, base: str = "") -> Site:
        """BANWATCH_BASE_URL, BANWATCH_TAG and BANWATCH_HUB; an argument goes before its variable."""
        return cls(
            base=(base or os.environ.get("BANWATCH_BASE_URL") or LOCAL).rstrip("/"),
            tag=_tag(os.environ.get("BANWATCH_TAG", "")) or cls.tag,
            hub=os.environ.get("BANWATCH_HUB", ""),
        )

    def id(self, kind: str, *parts: str) -> str:
        """The permanent id of a thing: ``development``, ``update``, ``issue``, ``feed``, ``row``."""
        return self.tag + "/".join([kind, *(quote(part, safe="-._~") for part in parts)])

    def scheme(self, name: str) -> str:
        """The scheme of a category: platform, jurisdiction, kind, topic, authority, status, side."""
        return f"{self.tag}scheme/{name}"

    def feed(self, path: str) -> str:
        """``path`` as Slice.path gives it, with form and query."""
        return f"{self.base}/feeds/{path}"

    def page(self, kind: str, ident: str) -> str:
        """The page of an action, update, document, page, source, platform, jurisdiction or authority."""
        return f"{self.base}/{kind}/{quote(ident, safe='-._~')}" if ident else ""


def _tag(setting: str) -> str:
    """ "you@example.org,2026" -> "tag:you@example.org,2026:"."""
    return f"tag:{setting.removeprefix('tag:').rstrip(':')}:" if setting else ""
