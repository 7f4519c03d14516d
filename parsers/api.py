"""JSON document of an API -> Articles, or Links to the pages behind its items.

Where things stand is declared as paths: "results", "data.list", "agencies.*.name", "" for the document itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from errors import PageChanged, Unreadable
from parsers import dates, language, markup, older, tree
from parsers.addresses import absolute, wanted
from parsers.tally import tallied
from records import Article, Link, Page, Record, Source

MOST = 1_000  # items of one reading


def read(page: Page, source: Source) -> list[Record]:
    """Links if the source follows them, else Articles; items without one of the source's keywords are left out.

    Raises Unreadable("not-json" or "empty"), PageChanged if the items, or every title and text, are not where declared.
    """
    document = _document(page, source)
    items = _items(document, page, source)
    if items and not any(_value(item, source, "title") or _text(item, source) for item in items):
        raise PageChanged(_message(page, source, "title"))
    made = (
        _record(item, page, source) for item in items[:MOST] if wanted(source, json.dumps(item, ensure_ascii=False))
    )
    taken: list[Record] = [record for record in made if record]
    said = ((_value(item, source, "title"), _value(item, source, "published")) for item in items[:MOST])
    before = next(_words(document, str(source.options.get("older", ""))), "") if "older" in source.options else ""
    return [*tallied(taken, said, len(items)), *older.stated(page, before)]


def _document(page: Page, source: Source) -> Any:
    try:
        return json.loads(tree.decoded(page, source), strict=False)
    except (ValueError, RecursionError) as error:
        start = page.body[:60].decode("utf-8", "replace")
        raise Unreadable(
            f"{markup.place(page, source)}: not JSON ({error}); it starts with {start!r}", "not-json"
        ) from error


def _items(document: Any, page: Page, source: Source) -> list[Any]:
    path = str(source.options.get("items", ""))
    for found in _at(document, path):
        if found is None:
            return []
        entries = list(found.values()) if isinstance(found, dict) else found
        # a list in another envelope, or words of refusal, are no entries
        if isinstance(entries, list) and (not entries or any(isinstance(entry, dict) for entry in entries)):
            return entries
    raise PageChanged(_message(page, source, "items"))


def _record(item: Any, page: Page, source: Source) -> Article | Link | None:
    title, url = markup.line(_value(item, source, "title")), absolute(page.url, _value(item, source, "url"))
    form = str(source.options.get("date_format", ""))
    published = dates.stated(_value(item, source, "published"), page.fetched_at, source.language, form)
    if source.follow:
        return Link(url, source.follow, title, published) if url else None
    text = _text(item, source) or title
    if not text:
        return None
    return Article(
        url=url or page.url,
        title=title,
        text=text,
        language=language.of(text, source.language, _value(item, source, "lang")),
        published=published,
        guid=_value(item, source, "guid"),
        outlet=source.publisher or source.name,
        authors=tuple(_words(item, str(source.options.get("authors", "")))) if source.options.get("authors") else (),
    )


def _text(item: Any, source: Source) -> str:
    declared = source.options.get("text", ())
    paths = declared if isinstance(declared, list | tuple) else [declared]
    parts = [markup.prose(words) for path in paths for words in _words(item, str(path))]
    return "\n\n".join(filter(None, parts))


def _value(item: Any, source: Source, option: str) -> str:
    path = source.options.get(option)
    return next(_words(item, str(path)), "") if path else ""


def _words(item: Any, path: str) -> Iterator[str]:
    for found in _at(item, path):
        if isinstance(found, str | int | float) and not isinstance(found, bool) and str(found).strip():
            yield str(found).strip()


def _at(value: Any, path: str) -> Iterator[Any]:
    """Everything that stands at ``path``; ``*`` is every entry of a list or object."""
    if not path:
        yield value
        return
    key, _, rest = path.partition(".")
    if key == "*":
        for entry in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            yield from _at(entry, rest)
    elif isinstance(value, dict) and key in value:
        yield from _at(value[key], rest)
    elif isinstance(value, list) and key.isdigit() and int(key) < len(value):
        yield from _at(value[int(key)], rest)


def _message(page: Page, source: Source, option: str) -> str:
    return (
        f"{markup.place(page, source)}: nothing stands at options.{option} = {source.options.get(option, '')!r}; "
        f"the API changed: look at the answer and mend the path (banwatch sources record {source.url})"
    )
