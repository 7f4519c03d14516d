"""Keys of ``Source.options`` that each parser takes; a parser that is not named takes none. Apart from the parsers, so that reading the
registry loads none of them."""

from __future__ import annotations

from types import MappingProxyType

NONE: frozenset[str] = frozenset()
OLDER = frozenset({"older_url"})
"""older_url: address of a further page, {page} standing for its number; the source's own page is number 1."""
LISTING = frozenset({"item", "link", "title", "date", "date_format", "older"})
"""item, link, title, date: CSS; link, title and date stand inside an item. date_format: strptime, where dates read two ways.
older: CSS of the link to the page before, for a back-fill."""
ARTICLE = frozenset({"article_title", "article_date", "date_format"})
"""article_title, article_date: CSS on the article's page. date_format: strptime, where dates read two ways."""
FEED = frozenset({"full_text", "min_text"})
"""full_text: true if the description is the text. min_text: characters from which content counts as the whole text (400)."""
API = frozenset({"items", "title", "url", "published", "text", "guid", "authors", "lang", "date_format", "older"})
"""items: path to the list. The others are paths inside an item; text may be a list of paths, joined as paragraphs.
older: path, in the document, to the address of the page before."""

OPTIONS: MappingProxyType[str, frozenset[str]] = MappingProxyType(
    {
        "listing": LISTING | OLDER,
        "article": ARTICLE,
        "feed": FEED | OLDER,
        "api": API | OLDER,
        "pdf": NONE,
        "sitemap": NONE,
        **dict.fromkeys(("stop", "ooni", "wikidata"), NONE),
    }
)
