"""Address of a page in a web archive -> the source it belongs to and the parser that reads it, or nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from urllib.parse import urlsplit

from records import Source

Place = tuple[Source, str]


class Addresses:
    """The sources by address. A page is a source's own where the addresses are the same but for scheme, "www.", a last slash and
    what stands behind "#"; else it is a report of the source on its host that follows links, the one whose address has most in
    common with it."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._own = {_plain(source.url): source for source in reversed(sources)}
        self._hosts: dict[str, list[Source]] = defaultdict(list)
        for source in sources:
            if source.follow:
                self._hosts[_host(source.url)].append(source)

    def place(self, url: str) -> Place | None:
        """(source, parser), None for an address of no source. Never raises."""
        try:
            own = self._own.get(_plain(url))
            near = self._hosts.get(_host(url), [])
        except ValueError:
            return None
        if own:
            return own, own.parser
        if not near:
            return None
        best = min(near, key=lambda source: (-_common(source.url, url), source.url.count("/"), source.id))
        return best, best.follow


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


def _plain(url: str) -> str:
    parts = urlsplit(url)
    return f"{_host(url)}{parts.path.rstrip('/')}?{parts.query}"


def _common(a: str, b: str) -> int:
    """Segments of the path that two addresses begin with alike."""
    count = 0
    for one, two in zip(urlsplit(a).path.split("/"), urlsplit(b).path.split("/"), strict=False):
        if one != two:
            break
        count += 1
    return count
