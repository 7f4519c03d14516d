"""A tracker.db with a few dozen rows of everything, for the tests of the pages: real facts, told in the project's own words."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from store.actions import listed
from store.database import add, index, key, many, open_tracker, put, slug
from store.files import writing
from store.kinds import kinds

NOW = "2026-03-02T06:00:00+00:00"
PLACES = {
    "AL": "Albania", "AU": "Australia", "BR": "Brazil", "CA": "Canada", "CN": "China", "EU": "European Union", "FR": "France",
    "GB": "United Kingdom", "ID": "Indonesia", "IE": "Ireland", "IN": "India", "IR": "Iran", "IT": "Italy", "KR": "South Korea",
    "MY": "Malaysia", "NP": "Nepal", "PK": "Pakistan", "RU": "Russia", "TR": "Türkiye", "TW": "Taiwan", "UA": "Ukraine",
    "US": "United States", "US-MT": "Montana", "VN": "Vietnam", "NZ": "New Zealand",
}  # fmt: skip
PLATFORMS = {
    "Telegram": "messenger", "TikTok": "video", "WhatsApp": "messenger", "X": "social network", "Signal": "messenger",
    "Facebook": "social network", "Instagram": "social network", "DeepSeek": "AI assistant", "Discord": "messenger",
    "Roblox": "games", "Grok": "AI assistant", "Viber": "messenger", "WeChat": "messenger", "Threads": "social network",
    "Snapchat": "social network", "YouTube": "video",
}  # fmt: skip
AUTHORITIES = {
    "ua-nccc": ("National Coordination Centre for Cybersecurity", "security_council", "UA", "NCCC"),
    "ru-roskomnadzor": ("Roskomnadzor", "regulator", "RU", "RKN"),
    "br-stf": ("Supreme Federal Court", "court", "BR", "STF"),
    "ie-dpc": ("Data Protection Commission", "data_protection_authority", "IE", "DPC"),
    "it-garante": ("Garante per la protezione dei dati personali", "data_protection_authority", "IT", "Garante"),
    "au-esafety": ("eSafety Commissioner", "regulator", "AU", "eSafety"),
    "fr-tj-paris": ("Paris prosecutor", "prosecutor", "FR", ""),
    "eu-commission": ("European Commission", "executive", "EU", "EC"),
}


@dataclass(frozen=True)
class Fact:
    """One measure as the tests tell it; dates are ISO days cut to their precision."""

    kind: str
    place: str
    platforms: tuple[str, ...]
    told: str
    url: str
    announced: str = ""
    effective: str = ""
    lifted: str = ""
    status: str = "in_force"
    authority: str = ""
    authority_id: str = ""
    scopes: tuple[str, ...] = ("whole_population",)
    reasons: tuple[str, ...] = ()
    basis: str = ""
    amount: str = ""
    currency: str = ""
    person: str = ""
    binding: str = ""
    tier: str = "news"
    language: str = "en"


FACTS = (
    Fact("device_ban", "UA", ("Telegram",), "The centre decided that Telegram may not be used on devices of state bodies, the military and operators of critical infrastructure.",
         "https://menafn.com/1108698468/Ukraine-Restricts-Use-Of-Telegram-By-Military-And-Government", "2024-09-19", authority="National Coordination Centre for Cybersecurity",
         authority_id="ua-nccc", scopes=("government", "military", "critical_infrastructure"), reasons=("national_security",), binding="disputed"),
    Fact("arrest", "FR", ("Telegram",), "Pavel Durov was arrested at Le Bourget airport on Saturday.", "https://www.hani.co.kr/arti/english_edition/e_national/1156776.html",
         "2024-08-24", status="decided", authority="Paris prosecutor", authority_id="fr-tj-paris", scopes=("named_person",), person="Pavel Durov"),
    Fact("investigation", "FR", ("Telegram",), "A judicial investigation was opened on 8 July.", "https://binance.com/fr/square/post/12720489558426", "2024-07-08", status="opened",
         authority="Paris prosecutor", authority_id="fr-tj-paris", scopes=("platform_operator",), reasons=("non_cooperation_with_requests",)),
    Fact("nationwide_block", "BR", ("X",), "The justice ordered the suspension of X throughout the country.", "https://en.mercopress.com/2024/10/09/de-moraes-allows-x-back-in-brazil",
         "2024-08-30", "2024-08-31", "2024-10-08", "lifted", "Supreme Federal Court", "br-stf", reasons=("no_local_representative",), tier="court"),
    Fact("nationwide_block", "RU", ("Facebook",), "Access to Facebook was blocked.", "https://digitalpolicyalert.org/event/3727-roskomnadzor-blocks-access-to-facebook-due-to-censorship-allegations",
         "2022-03-04", "2022-03-04", authority="Roskomnadzor", authority_id="ru-roskomnadzor", basis="Federal law 272-FZ", tier="aggregator"),
    Fact("nationwide_block", "RU", ("Signal",), "Signal was blocked for breaking Russian law.", "https://maombi.com/en/platform-mobile/os-android/pages/signal-2861", "2024-08-09", "2024-08-09",
         authority="Roskomnadzor", authority_id="ru-roskomnadzor"),
    Fact("nationwide_block", "RU", ("Viber",), "Viber is no longer available.", "https://hi-tech.ua/en/viber-is-no-longer-available-in-russia-roskomnadzor-has-restricted-t", "2024-12",
         authority="Roskomnadzor", authority_id="ru-roskomnadzor"),
    Fact("throttling", "RU", ("Telegram",), "Обмеження почали діяти 10 лютого.", "https://www.pravda.com.ua/eng/news/2026/02/17/8021405/index.amp", "2026-02-10", "2026-02-10",
         authority="Roskomnadzor", authority_id="ru-roskomnadzor", reasons=("non_cooperation_with_requests",), language="uk"),
    Fact("nationwide_block", "RU", ("WhatsApp",), "The block of WhatsApp was confirmed.", "https://cybersecurity88.com/news/russia-moves-to-block-whatsapp-and-restrict-telegram", "2026-02-12", "2026-02-12",
         authority="Roskomnadzor", authority_id="ru-roskomnadzor"),
    Fact("function_restriction", "RU", ("WhatsApp", "Telegram"), "Voice calls are restricted.", "https://particle.news/story/russia-restricts-voice-calls-on-whatsapp-and-telegram", "2025-08-13", "2025-08-11",
         authority="Roskomnadzor", authority_id="ru-roskomnadzor", reasons=("fraud_crime",)),
    Fact("nationwide_block", "NP", ("TikTok",), "The cabinet decided to ban TikTok.", "https://ictkhabar.com/posts/2023-11-15-04-13-34", "2023-11-13", "2023-11-13", "2024-08-22", "lifted", "Cabinet of Nepal",
         reasons=("public_order",)),
    Fact("nationwide_block", "NP", ("Facebook", "Instagram", "WhatsApp", "YouTube", "X"), "Twenty-six services were shut off.", "https://hindi.gadgets360.com/topic/social", "2025-09-04", "2025-09-04",
         "2025-09-09", "lifted", "Ministry of Communication"),
    Fact("nationwide_block", "AL", ("TikTok",), "TikTok was switched off for a year.", "https://menafn.com/1110702656/Albania-Lifts-Tiktok-Ban", "2025-03-06", "2025-03-13", "2026-02-05", "lifted", "Council of Ministers",
         reasons=("child_protection",)),
    Fact("nationwide_block", "IN", ("TikTok", "WeChat"), "The ministry banned 59 apps.", "https://www.thehindu.com/news/national/india-bans-59-chinese-apps/article31953147.ece/amp/", "2020-06-29",
         authority="Ministry of Electronics and Information Technology", reasons=("national_security", "public_order"), basis="IT Act s.69A"),
    Fact("nationwide_block", "IR", ("Signal",), "Iran blocked Signal.", "https://www.aljazeera.com/news/2021/1/26/iran-blocks-signal-messaging-app-after-whatsapp-exodus", "2021-01-25", "2021-01-25"),
    Fact("nationwide_block", "PK", ("X",), "X could not be reached from 17 February on.", "https://mmnews.tv/x-twitter-restored-in-pakistan", "", "2024-02-17", "2025-05-07", "lifted", "Ministry of Interior", reasons=("national_security",)),
    Fact("nationwide_block", "VN", ("Telegram",), "Operators were told to block Telegram.", "https://www.devdiscourse.com/article/law-order/3422240-vietnam-cracks-down-on-telegram-to-", "2025-05-21", status="ordered",
         authority="Telecommunications Department", reasons=("fraud_crime",)),
    Fact("nationwide_block", "TR", ("Discord",), "Erişim engeli getirildi.", "https://www.dailysabah.com/business/tech/turkiye-blocks-discord-amid-child-abuse-crimes", "2024-10-09", "2024-10-09", language="tr",
         authority="Ankara court", reasons=("child_protection",)),
    Fact("nationwide_block", "RU", ("Discord",), "Discord was blocked.", "https://brusselssignal.eu/2024/10/turkey-blocks-instant-messaging-platform-discord", "2024-10-08", "2024-10-08", authority="Roskomnadzor",
         authority_id="ru-roskomnadzor"),
    Fact("nationwide_block", "TR", ("Roblox",), "Access to Roblox was closed.", "https://www.thenationalnews.com/lifestyle/2025/08/27/is-roblox-safe-as-gulf-countries-ban-", "2024-08-07", "2024-08-07", reasons=("child_protection",)),
    Fact("nationwide_block", "ID", ("Grok",), "Grok was closed off for now.", "https://www.channelnewsasia.com/commentary/grok-indonesia-malaysia-philippines-ai-regulation-5870651", "2026-01-10", "2026-01-10",
         reasons=("sexual_content",)),
    Fact("nationwide_block", "MY", ("Grok",), "Access was restricted from Sunday.", "https://telegraph.ng/news/2026/01/23/malaysia-lifts-suspension-on-elon-musks-grok-chatbot", "", "2026-01-11", "2026-01-23", "lifted",
         reasons=("sexual_content",)),
    Fact("app_store_removal", "CN", ("WhatsApp", "Threads", "Signal", "Telegram"), "Apple took four apps out of its store.", "https://www.macrumors.com/2024/04/19/apple-pulls-whatsapp-telegram-signal-threads-china/",
         "2024-04-19", "2024-04-19", authority="Cyberspace Administration of China", reasons=("national_security",), scopes=("app_stores",)),
    Fact("device_ban", "US", ("WhatsApp",), "WhatsApp may not stay on any House device.", "https://particle.news/story/house-bans-whatsapp-from-congressional-devices-over-security-r", "2025-06-23",
         authority="House of Representatives", scopes=("legislature_staff",)),
    Fact("device_ban", "GB", ("TikTok",), "TikTok is banned from government devices with immediate effect.", "https://thedailyupdates.net/which-countries-have-banned-tiktok-and-why/", "2023-03-16", "2023-03-16",
         authority="Cabinet Office", scopes=("government",), reasons=("national_security",), tier="official"),
    Fact("device_ban", "CA", ("TikTok",), "TikTok was removed from government phones.", "https://www.gizmodo.com.au/2023/03/how-many-countries-have-banned-tiktok/", "2023-02-27", authority="Government of Canada", scopes=("government",)),
    Fact("device_ban", "EU", ("TikTok",), "Staff have to remove the app by 15 March.", "https://www.irishexaminer.com/business/technology/arid-41078222.html", "2023-02-23", "2023-03-15", authority="European Commission",
         authority_id="eu-commission", scopes=("institution_staff",), tier="official"),
    Fact("device_ban", "TW", ("DeepSeek",), "Agencies may not use DeepSeek.", "https://econotimes.com/Taiwan-Bans-Chinese-AI-Startup-DeepSeek-Over-Security-Concerns-1700", "2025-02-03", scopes=("government", "schools")),
    Fact("device_ban", "NZ", ("TikTok",), "Parliament's devices lose TikTok at the end of March.", "https://california18.com/tik-tok-security-concerns-new-zealand-blocks-app-on-mps-devices/9627032023/", "2023-03-17", "2023-03-31",
         authority="Parliamentary Service", scopes=("legislature_staff",)),
    Fact("device_ban", "AU", ("DeepSeek",), "All products are to come off government systems.", "https://leadership.ng/australia-bans-chinas-deepseek-on-govt-devices-over-security-risks", "2025-02-04", "2025-02-04",
         authority="Department of Home Affairs", scopes=("government",), reasons=("national_security",)),
    Fact("processing_ban", "IT", ("DeepSeek",), "Il Garante ha disposto la limitazione del trattamento.", "https://za.lapresse.it/news-za/2025/01/30/ai-privacy-guarantor-blocks-deepseek/amp", "2025-01-30", "2025-01-30",
         authority="Garante per la protezione dei dati personali", authority_id="it-garante", basis="GDPR", reasons=("data_protection",), language="it", tier="official"),
    Fact("app_store_removal", "KR", ("DeepSeek",), "Downloads were stopped.", "https://www.privacylaws.com/news/italy-and-south-korea-ban-deepseek-and-start-investigatio", "2025-02-15", "2025-02-15", reasons=("data_protection",),
         scopes=("app_stores",)),
    Fact("fine", "IE", ("TikTok",), "The decision includes fines totalling €530 million.", "https://www.assemblyresearch.co.uk/tracker-updates/fines-for-breaching-data-protection-rul", "2025-05-02", status="decided",
         authority="Data Protection Commission", authority_id="ie-dpc", scopes=("platform_operator",), basis="GDPR", amount="530000000", currency="EUR", reasons=("data_protection",), tier="official"),
    Fact("fine", "AU", ("Telegram",), "The commissioner gave Telegram an infringement notice of A$957,780.", "https://digitalpolicyalert.org/event/35616-telegram-withdrew-its-case-against-esafety-comm", "2025-02-24", status="decided",
         authority="eSafety Commissioner", authority_id="au-esafety", scopes=("platform_operator",), amount="957780", currency="AUD", reasons=("non_cooperation_with_requests",)),
    Fact("fine", "EU", ("X",), "The Commission fined X €120 million.", "https://cna.org.cy/en/press_releases/article/9496993/press-release-european-commission", "2025-12-05", status="decided", authority="European Commission",
         authority_id="eu-commission", scopes=("platform_operator",), basis="Digital Services Act", amount="120000000", currency="EUR", tier="official"),
    Fact("investigation", "GB", ("X", "Grok"), "Ofcom opened a formal investigation.", "https://pubt.io/view/6EF16E5E37007A9DF5F841DD9E2CA0F7CC03E200", "2026-01-12", status="opened", authority="Ofcom", scopes=("platform_operator",)),
    Fact("age_restriction", "AU", ("Facebook", "Instagram", "Snapchat", "TikTok", "X", "YouTube"), "Under-16s may not hold an account.", "https://owiki.org/wiki/Online_Safety_Amendment", "2024-11-29", "2025-12-10",
         authority="eSafety Commissioner", authority_id="au-esafety", scopes=("minors",), reasons=("child_protection",)),
    Fact("legislation_adopted", "US-MT", ("TikTok",), "The governor signed SB 419.", "https://www.techpolicy.press/tracker/an-act-banning-tiktok-in-montana/", "2023-05-17", status="suspended", authority="Governor of Montana",
         basis="SB 419"),
)  # fmt: skip

OLD = (
    "If Telegram receives a court order that confirms you are a terror suspect, we may hand your IP address and phone number to the authorities concerned.",
    "So far, this has never happened.",
)
NEW = (
    "If Telegram receives a valid order from the judicial authorities concerned that confirms you are a suspect in a criminal case that breaks our terms, "
    "we will do a legal analysis and may hand your IP address and phone number to these authorities.",
    "Every such disclosure is counted in the next transparency report.",
)
HUNKS = [
    {"op": "edit", "heading": "8.3. Law Enforcement Authorities", "spans": [
        {"op": "same", "text": "If Telegram receives a "}, {"op": "del", "text": "court order"}, {"op": "ins", "text": "valid order from the judicial authorities concerned"},
        {"op": "same", "text": " that confirms you are a "}, {"op": "del", "text": "terror suspect, we"}, {"op": "ins", "text": "suspect in a criminal case that breaks our terms, we will do a legal analysis and"},
        {"op": "same", "text": " may hand your IP address and phone number to "}, {"op": "del", "text": "the authorities concerned"}, {"op": "ins", "text": "these authorities"}, {"op": "same", "text": "."}]},
    {"op": "del", "heading": "8.3. Law Enforcement Authorities", "spans": [{"op": "del", "text": OLD[1]}]},
    {"op": "ins", "heading": "8.3. Law Enforcement Authorities", "spans": [{"op": "ins", "text": NEW[1]}]},
]  # fmt: skip


def build(path: Path) -> Path:
    """Write the tracker at ``path`` and return it."""
    db = open_tracker(path)
    with writing(db):
        _reference(db)
        actions = [_fact(db, fact) for fact in FACTS]
        _conflict(db, actions[0])
        _policies(db, actions)
        _maintenance(db)
    db.close()
    return path


def _reference(db: sqlite3.Connection) -> None:
    for code, name in PLACES.items():
        put(
            db,
            "jurisdiction",
            {
                "code": code,
                "name": name,
                "part_of": "US" if code == "US-MT" else "",
                "kind": "supranational" if code == "EU" else "country",
            },
        )
    for name, kind in PLATFORMS.items():
        put(
            db, "platform", {"name": name, "id": slug(name), "owner": "", "kind": kind, "aliases": "[]", "wikidata": ""}
        )
    for ident, (name, kind, place, short) in AUTHORITIES.items():
        put(
            db,
            "authority",
            {"id": ident, "name": name, "kind": kind, "jurisdiction": place, "abbreviation": short, "url": ""},
        )
    for key_, value in {"built_at": NOW, "schema_version": "1", "site_title": "Banwatch"}.items():
        put(db, "note", {"key": key_, "value": value})
    _source(db, "sample-news", "Sample news desk", "news")
    _source(
        db,
        "telegram-privacy",
        "Telegram privacy policy",
        "official",
        platform="Telegram",
        document_type="Privacy Policy",
    )
    _source(
        db, "snap-privacy", "Snapchat privacy policy", "official", platform="Snapchat", document_type="Privacy Policy"
    )


def _source(db: sqlite3.Connection, ident: str, name: str, tier: str, **more: str) -> None:
    row = {"id": ident, "name": name, "publisher": name, "parser": "article", "tier": tier, "url": f"https://example.org/{ident}", "language": "en",
           "jurisdiction": "", "authority": "", "platform": "", "document_type": "", "part": "", "every": 86400, "expect_min": 1, "expect_max": 50,
           "known_from": "", "notes": "", "retired": ""}  # fmt: skip
    put(db, "source", row | more)


def _page(db: sqlite3.Connection, source: str, url: str, at: str) -> str:
    page = key("page", source, url)
    add(db, "page", {"id": page, "source": source, "url": url, "sha256": (key(url) * 4).ljust(64, "0")[:64], "bytes": 18_204, "status": 200,
                     "content_type": "text/html", "encoding": "utf-8", "replaced": 0, "first_seen": at, "last_seen": at, "fetches": 1})  # fmt: skip
    put(db, "sighting", {"seq": None, "source": source, "run": at, "url": url, "requested_url": url, "parser": "article", "fetched_at": at, "status": 200,
                         "outcome": "stored", "cause": "", "message": "", "page": page, "yielded": 1, "read_error": ""})  # fmt: skip
    return page


def _fact(db: sqlite3.Connection, fact: Fact) -> str:
    day = fact.announced or fact.effective
    at = (day + "-01-01")[:10] + "T09:30:00+00:00"
    page = _page(db, "sample-news", fact.url, at)
    claim = key("claim", fact.kind, fact.place, fact.url, *fact.platforms)
    action = key("action", claim)
    title = f"{PLACES[fact.place]}: " + kinds()[fact.kind]["title"].format(platforms=listed(fact.platforms))
    article = key("article", fact.url)
    text = f"{title}.\n\n{fact.told}\n\nThe report was read by the tracker."
    start = text.index(fact.told)
    add(db, "article", {"id": article, "page": page, "source": "sample-news", "url": fact.url, "title": title, "text": text, "language": fact.language,
                        "published": day, "guid": "", "outlet": "Sample news desk", "authors": "[]", "tier": fact.tier, "first_seen": at, "last_seen": at,
                        "current": 1, "voice": article})  # fmt: skip
    index(db, "article", article, title, text, fact.language)
    life = kinds()[fact.kind].get("life")
    put(db, "action", {
        "id": action, "side": "government", "case": key("case", fact.place, fact.platforms[0]), "kind": fact.kind, "jurisdiction": fact.place, "area": "national",
        "authority": fact.authority, "authority_id": fact.authority_id, "platforms": many(fact.platforms), "scopes": many(fact.scopes), "exceptions": "",
        "personal_devices": "no" if fact.kind == "device_ban" else "", "person": fact.person, "status": fact.status, "as_of": "2026-03-01", "de_facto": "unknown",
        "de_facto_evidence": "", "binding": fact.binding, "announced_on": fact.announced, "effective_on": fact.effective, "lifted_on": fact.lifted,
        "in_force_from": (fact.effective or fact.announced) if life == "measure" else "", "in_force_until": fact.lifted, "reason": many(fact.reasons),
        "legal_basis": fact.basis, "amount": fact.amount, "currency": fact.currency, "tier": fact.tier, "voices": 1, "confirmed": int(fact.tier in {"official", "court"}),
        "claims": 2 if fact.lifted else 1, "title": title, "first_seen": at, "updated_at": at, "curated": 0,
    })  # fmt: skip
    for platform in fact.platforms:
        put(db, "action_platform", {"platform": platform, "action": action})
    if life == "measure":
        since = ((fact.effective or fact.announced) + "-01-01")[:10]
        put(
            db,
            "period",
            {"action": action, "since": since, "until": fact.lifted, "state": "in_force", "basis": "stated"},
        )
    put(db, "alias", {"id": key("action", "earlier", claim), "action": action})
    index(db, "action", action, title, f"{fact.authority} {fact.told}")
    stages = [
        ("announced", fact.announced, "announced"),
        ("in_force", fact.effective, "effective"),
        ("ended", fact.lifted, "lifted"),
    ]
    for number, (stage, happened, role) in enumerate(s for s in stages if s[1]):
        _development(
            db,
            fact,
            action,
            title,
            claim if number == 0 else key(claim, stage),
            stage,
            happened,
            role,
            article,
            page,
            start,
            at,
        )
    return action


def _development(db: sqlite3.Connection, fact: Fact, action: str, title: str, claim: str, stage: str, day: str, role: str, article: str, page: str,
                 start: int, at: str) -> None:  # fmt: skip
    kind = "restriction_lifted" if stage == "ended" else fact.kind
    development = key("development", claim)
    words = {"announced": " announced", "in_force": " in force", "ended": " lifted"}[stage]
    short = AUTHORITIES.get(fact.authority_id, ("", "", "", ""))[3]
    precision = {4: "year", 7: "month", 10: "day"}[len(day)]
    put(db, "development", {
        "id": development, "side": "government", "kind": kind, "stage": stage, "action": action, "change": None, "document": None, "happened_on": day,
        "precision": precision, "date_role": role, "date_basis": "stated", "title": title + words + (f" ({short})" if short else ""),
        "summary": f"{fact.authority or PLACES[fact.place]}; {role} {day}.", "platforms": many(fact.platforms), "jurisdiction": fact.place,
        "authority": fact.authority, "topics": "[]", "url": fact.url, "published_at": at, "updated_at": at, "baseline": 0,
    })  # fmt: skip
    for platform in fact.platforms:
        put(db, "development_platform", {"platform": platform, "development": development})
    put(db, "claim", _claim(claim, fact, action, development, article, page, start, at, kind, day, precision, role))
    index(db, "claim", claim, f"{', '.join(fact.platforms)}: {kind.replace('_', ' ')} ({fact.place})", fact.told)


def _claim(claim: str, fact: Fact, action: str | None, development: str, article: str, page: str, start: int, at: str, kind: str, day: str, precision: str,
           role: str) -> dict[str, object]:  # fmt: skip
    when = [{"value": day, "precision": precision, "role": role, "basis": "stated", "ambiguous": False, "text": day}]
    return {
        "id": claim, "article": article, "page": page, "source": "sample-news", "url": fact.url, "side": "government", "kind": kind, "platforms": many(fact.platforms),
        "jurisdiction": fact.place, "authority": fact.authority, "authority_id": fact.authority_id, "scopes": many(fact.scopes), "exceptions": "", "personal_devices": "",
        "area": "national", "binding": fact.binding, "reasons": many(fact.reasons), "legal_basis": fact.basis, "amount": fact.amount, "currency": fact.currency,
        "person": fact.person, "ends": "", "direction": "", "happened_on": day, "precision": precision, "date_role": role, "date_basis": "stated", "ambiguous": 0,
        "dates": many(when), "occurred": 1, "quote": fact.told, "start": start, "end": start + len(fact.told), "confidence": 0.86, "fired": "[]", "tier": fact.tier,
        "seen_at": at, "baseline": 0, "measure": "", "rank": "published", "standing": "published", "action": action, "development": development,
    }  # fmt: skip


def _conflict(db: sqlite3.Connection, action: str) -> None:
    put(db, "conflict", {"id": key("conflict", action), "action": action, "field": "happened_on (announced)", "shown": "2024-09-19", "why": "seen first",
                         "value": "2024-09-20", "claims": many([]), "tier": "news", "voices": 1})  # fmt: skip


def _policies(db: sqlite3.Connection, actions: list[str]) -> None:
    change = _document(
        db,
        "telegram-privacy",
        "Telegram",
        "Privacy Policy",
        "https://telegram.org/privacy",
        "2024-09-17T08:00:00+00:00",
        "2024-09-25T08:00:00+00:00",
    )
    development = key("development", change)
    for action, basis, days in ((actions[0], "proposed", 4), (actions[1], "stated", None)):
        put(db, "link", {"id": key("link", action), "subject": development, "relation": "responds_to", "object": action, "basis": basis,
                         "evidence": "same platform, 4 days later" if days else "", "days": days})  # fmt: skip


def _document(db: sqlite3.Connection, source: str, platform: str, kind: str, url: str, first: str, second: str) -> str:
    document = key("document", source)
    versions = [key("version", document, n) for n in (1, 2)]
    put(db, "document", {"id": document, "source": source, "platform": platform, "document_type": kind, "part": "", "url": url, "language": "en", "title": "",
                         "first_seen": first, "last_seen": second, "state": "followed", "variants": 0, "versions": 2, "current": versions[1]})  # fmt: skip
    for version, at, words in zip(versions, (first, second), (OLD, NEW), strict=True):
        page = _page(db, source, f"{url}?{at[:10]}" if at == first else url, at)
        blocks = [
            {"kind": "heading", "text": "8.3. Law Enforcement Authorities", "level": 2},
            *({"kind": "paragraph", "text": w, "level": 0} for w in words),
        ]
        put(db, "version", {"id": version, "document": document, "fingerprint": version, "title": f"{platform} {kind}", "language": "en",
                            "text": "\n\n".join(str(b["text"]) for b in blocks), "blocks": many([b["kind"], b["level"], len(str(b["text"]))] for b in blocks), "first_seen": at, "last_seen": at, "is_version": 1, "page": page})  # fmt: skip
        index(db, "version", version, f"{platform}: {kind}", " ".join(words), "en")
        sighting = db.execute("select max(seq), sha256 from sighting join page on page.id = sighting.page").fetchone()
        put(db, "capture", {"id": key("capture", version), "seq": sighting[0], "document": document, "url": url, "fetched_at": at, "sha256": sighting[1], "version": version,
                            "kind": "first" if at == first else "substantive", "reason": "", "page": page})  # fmt: skip
    change = key("change", document)
    put(db, "change", {
        "id": change, "document": document, "old": versions[0], "new": versions[1], "seen_at": second, "last_not_seen": first, "class": "substantive",
        "reason": "a rule about disclosure to authorities changed", "topics": many(["law_enforcement_disclosure", "transparency_report"]), "direction": "widened",
        "kind": "policy_law_enforcement_disclosure", "effective_on": "2024-09-23", "effective_precision": "day", "effective_ambiguous": 0, "announced_for": "", "key_sentence_old": OLD[0],
        "key_sentence_new": NEW[0], "summary": "§8.3, disclosure to authorities widened", "diff": many(HUNKS), "ours": 0,
    })  # fmt: skip
    put(db, "development", {
        "id": key("development", change), "side": "platform", "kind": "policy_law_enforcement_disclosure", "stage": "changed", "action": None, "change": change,
        "document": document, "happened_on": "2024-09-23", "precision": "day", "date_role": "effective", "date_basis": "stated",
        "title": f"{platform}: {kind} changed: §8.3, disclosure to authorities widened", "summary": "§8.3, disclosure to authorities widened", "platforms": many([platform]),
        "jurisdiction": "", "authority": "", "topics": many(["law_enforcement_disclosure"]), "url": url, "published_at": second, "updated_at": second, "baseline": 0,
    })  # fmt: skip
    put(db, "development_platform", {"platform": platform, "development": key("development", change)})
    return change


def _maintenance(db: sqlite3.Connection) -> None:
    put(db, "issue", {"id": key("issue", 1), "source": "snap-privacy", "cause": "selector-empty", "subject": "https://example.org/snap-privacy",
                      "message": "main article matched nothing", "first_seen": NOW, "last_seen": NOW, "times": 3, "transient": 0, "state": "open", "closed_at": ""})  # fmt: skip
    for source, state in (("sample-news", "ok"), ("telegram-privacy", "ok"), ("snap-privacy", "failing")):
        put(db, "health", {"source": source, "state": state, "reason": "" if state == "ok" else "selector-empty", "last_try": NOW, "last_success": NOW, "last_new": NOW,
                           "failures": 0 if state == "ok" else 3, "failures_passing": 0, "items": 40, "bytes": 18_204, "languages": "[]", "coverage": "{}",
                           "moved_to": "", "pages": 41, "next_try": NOW, "since": NOW})  # fmt: skip
