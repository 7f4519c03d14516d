"""Page of a list -> address of the page with older entries: as the page states it, or by the number in its own address."""

from __future__ import annotations

import re

from parsers.addresses import absolute
from records import Older, Page, Record, Source


def stated(page: Page, href: object) -> list[Record]:
    """The address a page gives, if it is one that can be followed and another than its own."""
    url = absolute(page.url, href)
    return [Older(url)] if url and url != page.url else []


def numbered(page: Page, source: Source) -> list[Record]:
    """The next number, where the source declares how its pages are numbered."""
    template = str(source.options.get("older_url", ""))
    if "{page}" not in template or page.parser != source.parser:
        return []
    before, _, after = template.partition("{page}")
    match = re.fullmatch(re.escape(before) + r"(\d{1,6})" + re.escape(after), page.requested_url)
    return [Older(template.replace("{page}", str(int(match[1]) + 1 if match else 2)))]
