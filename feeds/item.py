"""Details of a development -> the item every form of feed is made of. Pure; addresses come from the site."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape

from feeds.addresses import Site
from feeds.detail import Details, Row
from feeds.diff import LEGEND, diff_html
from feeds.text import (
    capital,
    day,
    direction,
    host,
    label,
    line,
    link,
    listed,
    members,
    money,
    plain,
    sentence,
    slug,
    web,
    words,
)

MOST_BYTES = 10_000  # of an item's content; the rest stands on the page
MOST_QUOTE = 1_200  # letters of one quote
MOST_TITLE = 250  # letters
VERBS = {  # by stage of a development
    "edited": "changed small wordings of",
    "rolled_back": "took back a change of",
    "canary_removed": "dropped a statement that something never happened (a warrant canary) from",
}
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)  # stands for an instant that cannot be read


@dataclass(frozen=True)
class Category:
    scheme: str
    term: str
    label: str


@dataclass(frozen=True)
class Item:
    """One item. ``id`` never changes; ``published`` is when it became known, ``updated`` when it was last corrected."""

    id: str
    title: str
    url: str  # its page
    summary: str  # plain text: what, who, since when, scope
    html: str
    published: datetime
    updated: datetime
    categories: tuple[Category, ...] = ()
    source: str = ""  # address of the original page, "" = none to follow
    source_title: str = ""


def instant(text: object) -> datetime:
    """ISO 8601 -> aware UTC to the second; a bare day is its midnight; EPOCH for what is neither."""
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return EPOCH
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)


def item(site: Site, found: Details, names: Row) -> Item:
    """``names`` are those of jurisdictions by code."""
    row = found.row
    said = summary(found, names) or line(row["title"]) or "Nothing is stated."
    source = web(row["url"])
    published = instant(row["published_at"])
    return Item(
        id=site.id("update" if row["stage"] == "edited" else "development", row["id"]),
        title=_short(line(row["title"])) or _short(said),
        url=_page(site, row),
        summary=said,
        html=_html(site, found, said).rstrip(),
        published=published,
        updated=max(published, instant(row["updated_at"])),
        categories=tuple(c for c in _categories(site, found, names) if c.term and c.label),
        source=source,
        source_title=host(source),
    )


def _short(text: str) -> str:
    return text if len(text) <= MOST_TITLE else text[:MOST_TITLE].rsplit(" ", 1)[0] + " …"


def _page(site: Site, row: Row) -> str:
    if row["change"]:
        return site.page("update", row["change"])
    if row["action"]:
        return site.page("action", row["action"]) + f"#{row['id']}"
    return (
        site.page("document", row["document"] or "")
        or site.page("source", row.get("source") or "")
        or f"{site.base}/maintainers"
    )


# what, who, since when, scope -------------------------------------------------------------------------------------------
def summary(found: Details, names: Row) -> str:
    """The first paragraph, as plain text."""
    if found.update:
        return sentence(_update_words(found))
    if found.action:
        return sentence(_action_words(found, names))
    return sentence([line(found.row["summary"]) or line(found.row["title"])])


def _action_words(found: Details, names: Row) -> Iterator[str]:
    row, action = found.row, found.action
    platforms = listed([plain(p) for p in members(row["platforms"])]) or "platforms"
    what = words()["kinds"].get(row["kind"], label(row["kind"])).format_map({"platforms": platforms})
    place = line(names.get(row["jurisdiction"], row["jurisdiction"]))
    yield f"{place}: {what}" if place else what
    authority = _authority(found)
    if authority:
        yield f"By {authority}"
    yield _when(row)
    yield from _extent(action)
    amount = line(action.get("amount"))
    if amount:
        yield f"Amount: {money(amount, line(action.get('currency')))}"
    if action.get("legal_basis"):
        yield f"Legal basis: {line(action['legal_basis'])[:300]}"
    if action.get("status"):
        yield f"Status: {label(line(action['status']))}" + (
            f" as of {day(action['as_of'])}" if action.get("as_of") else ""
        )


def _authority(found: Details) -> str:
    name = line(found.authority.get("name")) or line(found.row["authority"])
    short = line(found.authority.get("abbreviation"))
    return f"{name} ({short})" if short and short != name else name


def _when(row: Row) -> str:
    if not row["happened_on"]:
        return "Date not stated"
    role = words()["roles"].get(row["date_role"], label(line(row["date_role"])) or "dated")
    doubt = {"derived": " (derived)", "estimated": " (estimated)"}.get(row["date_basis"], "")
    return f"{role} {day(row['happened_on'])}{doubt}"


def _extent(action: Row) -> Iterator[str]:
    scopes = [label(s) for s in members(action.get("scopes"))]
    if scopes:
        yield "Concerns: " + listed(scopes, 8)
    if action.get("exceptions"):
        yield f"Exceptions: {line(action['exceptions'])[:300]}"
    if action.get("person"):
        yield f"Person: {line(action['person'])}"
    reasons = [label(r) for r in members(action.get("reason")) if r != "none_given"]
    if reasons:
        yield "Reason stated: " + listed(reasons, 8)
    if action.get("binding") in {"advisory", "disputed"}:
        yield "Not binding" if action["binding"] == "advisory" else "Whether it is binding is disputed"


def _update_words(found: Details) -> Iterator[str]:
    row, update = found.row, found.update
    part = f" ({line(update['part'])})" if update["part"] else ""
    what = VERBS.get(row["stage"], "changed")
    name = f"{line(update['platform'])} {what} its {line(update['document_type'])}{part}"
    told = line(row["title"]).partition(f" {label(row['stage'])}: ")[2] or line(update["summary"])
    yield f"{name}: {told}" if told else name
    if row["stage"] == "rolled_back":
        yield capital(line(update["reason"]))
    if update["effective_on"]:
        yield f"In effect from {day(update['effective_on'])}"
    elif update["announced_for"]:
        yield f"Announced for {day(update['announced_for'])}"
    elif row["date_role"] not in {"first_seen", ""}:
        yield _when(row)
    yield f"First seen {day(update['seen_at'])}" + (
        f", not yet there on {day(update['last_not_seen'])}" if update["last_not_seen"] else ""
    )
    topics = [label(t, "topics") for t in members(update["topics"])]
    if topics:
        yield "Topics: " + listed(topics, 8)


# content ----------------------------------------------------------------------------------------------------------------
def _html(site: Site, found: Details, said: str) -> str:
    head = f"<p>{escape(said)}</p>\n"
    tail = "".join(_paragraphs(_related(site, found), _conflicts(found), _links(site, found)))
    room = MOST_BYTES - len((head + tail).encode()) - 200
    return head + (_diff(site, found, room) if found.update else _quotes(site, found, room)) + tail


def _paragraphs(*texts: str) -> Iterator[str]:
    return (f"<p>{text}</p>\n" for text in texts if text)


def _diff(site: Site, found: Details, room: int) -> str:
    """The key sentence first, then every place that changed, as far as there is room."""
    update, language = found.update, line(found.update.get("language"))
    key_headings = {hunk.get("heading") for hunk in found.hunks if _holds_key(hunk, update)}
    hunks = sorted(
        found.hunks, key=lambda hunk: (hunk.get("heading") not in key_headings, not _holds_key(hunk, update))
    )
    if not hunks:
        return _key_sentences(update, language, room)
    html, left = diff_html(hunks, language, direction(language), room - 400)
    more = f"{left} more place{'s' * (left != 1)} changed: see all" if left else ""
    return f"<p>{LEGEND}</p>\n{html}" + "".join(
        _paragraphs(link(site.page("update", update["id"]), more) if more else "")
    )


def _holds_key(hunk: Row, update: Row) -> bool:
    text = {
        op: "".join(plain(s.get("text")) for s in hunk["spans"] if s.get("op") in ("same", op)) for op in ("del", "ins")
    }
    keys = (("del", update["key_sentence_old"]), ("ins", update["key_sentence_new"]))
    return any(key and line(key)[:80] in line(text[op]) for op, key in keys)


def _key_sentences(update: Row, language: str, room: int) -> str:
    most = max(200, room // 14)
    pairs = (("del", update["key_sentence_old"]), ("ins", update["key_sentence_new"]))
    spans = [{"op": op, "text": plain(text)[:most]} for op, text in pairs if text]
    return (
        f"<p>{LEGEND}</p>\n" + diff_html([{"op": "edit", "spans": spans}], language, direction(language), room)[0]
        if spans
        else ""
    )


def _quotes(site: Site, found: Details, room: int) -> str:
    parts, used = [], 0
    for quote in found.quotes:
        html = _quote(site, quote)
        if used + len(html.encode()) > room:
            break
        parts.append(html)
        used += len(html.encode())
    left = len(found.quotes) - len(parts) + found.more_quotes
    more = link(_page(site, found.row), f"{left} more source{'s' * (left != 1)}: see all") if left else ""
    return "".join(parts) + "".join(_paragraphs(more))


def _quote(site: Site, quote: Row) -> str:
    language, address = line(quote["language"]), web(quote["url"])
    lang = f' lang="{escape(language)}"' if language else ""
    cite = f' cite="{escape(address)}"' if address else ""
    text = plain(quote["quote"])
    text = text if len(text) <= MOST_QUOTE else text[:MOST_QUOTE].rsplit(" ", 1)[0] + " …"
    credit = [
        link(address, host(address) or "source"),
        words()["tiers"].get(quote["tier"], ""),
        escape(f"seen {day(quote['seen_at'])}"),
    ]
    if quote["page"]:
        credit.append(link(site.page("page", quote["page"]), "archived copy"))
    said = f"<p>— {', '.join(filter(None, credit))}</p>\n"
    if not text.strip():  # an entry of the register that tells in its own words
        note = plain(quote["note"])[:MOST_QUOTE]
        return (f"<p>{escape(note)}</p>\n" if note else "") + said
    body = "<br>".join(escape(text).split("\n"))
    return f'<blockquote{lang} dir="{direction(language)}"{cite}><p>{body}</p></blockquote>\n{said}'


def _related(site: Site, found: Details) -> str:
    said = [
        f"{'Answers' if link_['basis'] == 'stated' else 'May answer'} {link(site.page('action', link_['object']), line(link_['title']))}"
        + (f" ({int(link_['days'])} days earlier)" if link_["days"] else "")
        for link_ in found.answers[:5]
        if link_["relation"] == "responds_to"
    ]
    return "<br>".join(said)


def _conflicts(found: Details) -> str:
    said = [
        f"{escape(label(line(c['field'])))}: {escape(_shown(c['shown']))} or {escape(_shown(c['value']))}"
        for c in found.conflicts[:5]
    ]
    return "Sources differ. " + "; ".join(said) + "." if said else ""


def _shown(value: object) -> str:
    text = line(value)
    return listed([label(m) for m in members(text)]) if text.startswith("[") else day(text)[:200]


def _links(site: Site, found: Details) -> str:
    row, update = found.row, found.update
    page = _page(site, row)
    links = [(page, "Full diff" if update else "Everything about this"), (page.split("#")[0] + "#cite", "Cite")]
    if update:
        links[1:1] = [
            (site.page("page", update.get(f"{which}_page") or ""), f"Archived copy {word}")
            for which, word in (("old", "before"), ("new", "after"))
        ]
    links.insert(1, (web(row["url"]), "Original page"))
    return " · ".join(link(address, words_) for address, words_ in links if address)


# categories -------------------------------------------------------------------------------------------------------------
def _categories(site: Site, found: Details, names: Row) -> Iterator[Category]:
    row = found.row
    for platform in members(row["platforms"]):
        yield Category(site.scheme("platform"), slug(platform), platform)
    if row["jurisdiction"]:
        yield Category(
            site.scheme("jurisdiction"),
            line(row["jurisdiction"]),
            line(names.get(row["jurisdiction"], row["jurisdiction"])),
        )
    if row["kind"]:
        yield Category(site.scheme("kind"), line(row["kind"]), label(line(row["kind"])))
    for topic in members(row["topics"]):
        yield Category(site.scheme("topic"), topic, label(topic, "topics"))
    authority = line(row["authority"]) or line(found.authority.get("name"))
    if authority:
        yield Category(
            site.scheme("authority"),
            line(row["authority_id"]) or slug(authority),
            line(found.authority.get("name")) or authority,
        )
    if row["status"]:
        yield Category(site.scheme("status"), line(row["status"]), capital(label(line(row["status"]))))
