"""The shapes that travel through Banwatch. Ground floor: imports nothing of the project, does nothing.

Days are ISO 8601 strings cut to their precision ("2024-09-23", "2024-09", "2024"); instants are aware UTC datetimes;
jurisdictions are ISO 3166-1 alpha-2, ISO 3166-2 ("US-MT") or "EU"; languages are BCP 47; text is ``str`` without
NUL or lone surrogates (the store's door cleans it); bytes stay bytes until a parser.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

TIERS = ("official", "court", "measurement", "civil_society", "news", "aggregator", "curated")  # best first


# What we watch ------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Selector:
    """Where the text of a page stands, and from which day to which. Days are inclusive; "" means open."""

    select: tuple[str, ...]  # CSS; every match is kept, in page order
    remove: tuple[str, ...] = ()  # CSS; taken out of what was selected
    since: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True)
class Expect:
    """How many records one reading of a source yields when it is well."""

    min: int = 0
    max: int = 1_000_000


@dataclass(frozen=True, slots=True)
class Source:
    """An entry of what we watch: one table ``[[source]]`` in ``sources/*.toml``."""

    id: str  # [a-z0-9-]+, never reused
    name: str
    url: str
    parser: str  # key of parsers.PARSERS: how the page at ``url`` is read
    tier: str  # official, court, measurement, civil_society, news, aggregator, curated
    publisher: str = ""
    language: str = ""  # "" = the parser finds out
    every: int = 86_400  # seconds between crawls
    jurisdiction: str = ""  # where the publisher sits; "" for platforms and news
    authority: str = ""  # id in data/reference/authorities.toml
    platform: str = ""  # canonical platform name (policy sources)
    document_type: str = ""  # OTA terms type (policy sources)
    part: str = ""  # identity of a part, where a document has several
    selectors: tuple[Selector, ...] = ()
    follow: str = ""  # key of PARSERS for pages this source links to; "" = links are not followed
    article: tuple[Selector, ...] = ()  # selectors for the followed page
    options: Mapping[str, object] = field(default_factory=dict)  # what the parser needs besides; its keys are checked
    keywords: tuple[str, ...] = ()  # only links or items that hold one of them are followed; () = all
    expect: Expect = Expect()
    delay: float = 1.0  # seconds between two requests to the site
    max_pages: int = 50  # budget of one crawl
    token_env: str = ""  # name of the environment variable with a token; without it the source is skipped, and says so
    token_header: str = ""  # header the token is sent in, to this source's host only
    needs_browser: bool = False
    by_hand: str = (
        ""  # why it is not crawled but taken by hand: a CAPTCHA, a key of one's own, a file to import; "" = crawled
    )
    blocked: tuple[
        str, ...
    ] = ()  # causes that mean it keeps us out (geo-blocked), not that it is broken; http-451 always does
    known_from: str = ""  # where the address was seen
    notes: str = ""
    retired: str = ""  # day from which it is no longer crawled


# What was fetched ---------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Page:
    """Bytes as fetched. ``url`` is the final address; ``parser`` is the one it was fetched for."""

    source: str
    parser: str
    url: str
    requested_url: str
    fetched_at: datetime
    status: int
    headers: tuple[tuple[str, str], ...]  # names in lower case
    body: bytes

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.body).hexdigest()

    def header(self, name: str) -> str:
        """First value of a header, "" if absent."""
        return next((value for key, value in self.headers if key == name.lower()), "")


# What parsers read from a page --------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Block:
    """One block of readable text: kind is heading, paragraph, item, row or code; level is that of a heading or list."""

    kind: str
    text: str
    level: int = 0


@dataclass(frozen=True, slots=True)
class PolicyText:
    """One capture of a policy document, read."""

    platform: str
    document_type: str
    blocks: tuple[Block, ...]
    title: str = ""
    language: str = ""
    part: str = ""
    url: str = ""  # address of the document (canonical if the page states one)
    encoding: str = ""  # the one the page was decoded by
    replaced: int = 0  # characters that could not be decoded

    @property
    def text(self) -> str:
        """The readable text: blocks joined by an empty line. Offsets of quotes refer to this."""
        return "\n\n".join(block.text for block in self.blocks)


@dataclass(frozen=True, slots=True)
class Article:
    """A news report or official statement. Paragraphs of ``text`` are separated by an empty line."""

    url: str
    title: str
    text: str
    language: str = ""  # "" = unknown
    published: str = ""  # day or full instant as stated; "" = not stated or doubtful
    guid: str = ""
    outlet: str = ""
    authors: tuple[str, ...] = ()
    encoding: str = ""
    replaced: int = 0


@dataclass(frozen=True, slots=True)
class Link:
    """A page to fetch next, for the same source."""

    url: str
    parser: str
    title: str = ""
    published: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of somebody's dataset, its names as written there; the store names them, or refuses the row by name.

    ``quote`` stands at ``start`` to ``end`` in the dataset's text (parsers.tables.text). Days are ISO 8601, "" if not stated.
    A row with ``measured`` says how a platform was reachable on a day, and nothing of who ordered what.
    """

    key: str  # the dataset's own key, or what makes the row itself
    quote: str
    start: int
    end: int
    jurisdictions: tuple[str, ...]
    platforms: tuple[str, ...]
    action: str = ""  # fine name of TAXONOMY
    began: str = ""
    basis: str = "stated"
    ended: str = ""
    authority: str = ""
    area: str = ""
    reasons: tuple[str, ...] = ()
    legal_basis: str = ""
    url: str = ""  # what the row cites, "" if nothing
    measured: str = ""  # blocked, reachable, intermittent
    notes: tuple[str, ...] = ()  # what of the row was not taken, and why
    refused: str = ""  # why nothing of it can be taken
    partial: bool = False  # its page shows a window of the dataset: what is not there any more was not taken back


@dataclass(frozen=True, slots=True)
class Older:
    """Address of the page that holds the entries before those of this one; followed in a back-fill, or after a long silence."""

    url: str


@dataclass(frozen=True, slots=True)
class Tally:
    """How many entries a list held where fewer were taken: keywords left some out, or there are more than one reading takes."""

    items: int
    titled: int
    dated: int


@dataclass(frozen=True, slots=True)
class Notice:
    """What a maintainer should know of a page that was read all the same: a feed that breaks off, a wall before the text."""

    cause: str
    message: str


# What is said to have happened --------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class When:
    """A date, never bare. Vocabularies of role and basis: TAXONOMY."""

    value: str  # "2024-09-23", "2024-09" or "2024"
    precision: str  # day, month, year
    role: str  # opened, announced, decided, signed, ordered, published, effective, deadline, observed, reported, lifted, scheduled_expiry
    basis: str  # stated, derived (from a weekday or "last week"), estimated
    ambiguous: bool = False  # 02/03/2026
    text: str = ""  # the words it was read from


@dataclass(frozen=True, slots=True)
class Claim:
    """What one text says a government or platform did. ``text[start:end] == quote``, always."""

    action: str  # fine name of TAXONOMY, government or policy_*
    platforms: tuple[str, ...]  # canonical names
    quote: str
    start: int
    end: int
    confidence: float  # 0..1, calibrated
    side: str = "government"  # or platform
    jurisdiction: str = ""
    authority: str = ""  # as written
    authority_id: str = ""  # resolved, "" if not
    scopes: tuple[str, ...] = ()
    exceptions: str = ""
    personal_devices: str = ""  # yes, no, "" unknown
    area: str = ""  # national, supranational, subnational, city
    binding: str = ""  # binding, advisory, disputed, "" unknown
    reasons: tuple[str, ...] = ()
    legal_basis: str = ""
    amount: str = ""  # decimal number in units of currency
    currency: str = ""  # ISO 4217
    person: str = ""  # whom an arrest, charge or personal measure concerns
    dates: tuple[When, ...] = ()  # the main one first
    ends: str = ""  # for an ending (restriction_lifted, suspended ...): the action it ends, where the text says so
    direction: str = ""  # policy claims
    occurred: bool = True  # False: denied, rumoured or withdrawn; kept, never in force
    fired: tuple[str, ...] = ()  # the words and rules that made it
    state: str = ""  # status that the text says the action has (under_appeal, not_enforced ...), "" if it says none
    state_on: str = ""  # the day it had it
    de_facto: str = ""  # what was seen, whatever was ordered: blocked, reachable, intermittent; "" not said
    topics: tuple[str, ...] = ()  # policy claims
    documents: tuple[str, ...] = ()  # policy claims: OTA terms types


# What changed between two versions ----------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Past:
    """An earlier state of a document, as ``changes`` needs it."""

    seen_at: str  # ISO instant
    blocks: tuple[Block, ...]
    is_version: bool = True  # False: a capture that was judged not to be the document


@dataclass(frozen=True, slots=True)
class Span:
    """One run of a diff: op is same, del or ins."""

    op: str
    text: str


@dataclass(frozen=True, slots=True)
class Hunk:
    """One aligned place of a diff: op is del, ins, edit or move; spans are words inside blocks; heading says where."""

    op: str
    heading: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """What a new capture is, beside what came before it."""

    kind: str  # first, same_text, or one of the five classes of TAXONOMY
    reason: str  # why, in words a maintainer reads
    topics: tuple[str, ...] = ()
    direction: str = ""
    effective: When | None = None  # date the new text states for itself
    announced: When | None = None  # date of effect of a version that is only announced
    key_old: str = ""
    key_new: str = ""
    summary: str = ""
    hunks: tuple[Hunk, ...] = ()
    base: int = -1  # index into history of the text it was compared with; -1 none
    back_to: int = -1  # flapping: index of the earlier state; -1 none
    cause: str = ""  # wrong document: consent, login, challenge, error, other_document, truncated, empty, language
    fields_moved: tuple[str, ...] = ()  # dates of the document that moved


Record = PolicyText | Article | Link | Claim | Tally | Notice | Older | Row
