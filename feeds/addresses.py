"""Where feeds and pages stand, and the permanent ids of items: names -> addresses. Pure.

An id is a tag URI (RFC 4151): https://www.rfc-editor.org/rfc/rfc4151. It is made of the tracker's own id and the tag alone,
never of an address, title or date. CHANGING THE TAG OR THESE FUNCTIONS SHOWS EVERY ITEM AGAIN TO EVERY SUBSCRIBER.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from urllib.parse import quote

from errors import BadConfiguration
from feeds.text import web

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
            base=_web(base or os.environ.get("BANWATCH_BASE_URL") or LOCAL, "BANWATCH_BASE_URL").rstrip("/"),
            tag=_tag(os.environ.get("BANWATCH_TAG", "")) or cls.tag,
            hub=_web(os.environ.get("BANWATCH_HUB", ""), "BANWATCH_HUB"),
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
        return (
            f"{self.base}/{kind}/{ident if ident.isascii() and ident.isalnum() else quote(ident, safe='-._~')}"
            if ident
            else ""
        )


def _web(setting: str, name: str) -> str:
    """An http(s) address without query, or "". Raises BadConfiguration for anything else: every link would be broken."""
    if setting and (web(setting) != setting or set(setting) & set("?#")):
        raise BadConfiguration(f"{name}: {setting!r} is no address like https://banwatch.example", "bad-base-url")
    return setting


def _tag(setting: str) -> str:
    """ "you@example.org,2026" -> "tag:you@example.org,2026:". Raises BadConfiguration for what is no authority and date."""
    name = setting.removeprefix("tag:").rstrip(":")
    if setting and not re.fullmatch(r"[\w.-]+(@[\w.-]+)?,\d{4}(-\d\d(-\d\d)?)?", name, re.ASCII):
        raise BadConfiguration(f"BANWATCH_TAG: {setting!r} is no name and year like you@example.org,2026", "bad-tag")
    return f"tag:{name}:" if setting else ""
