"""What a claim says besides who did what to whom: each field in several languages."""

from __future__ import annotations

import pytest

from claims import extract, vocabulary
from records import Article, Claim

DAY = "2024-09-27"


def only(text: str, language: str = "en", action: str = "", published: str = DAY, title: str = "") -> Claim:
    """The one claim of a text, or the one with that action."""
    found = [c for c in extract(Article("", title, text, language, published)) if not action or c.action == action]
    assert len(found) == 1, [(c.action, c.confidence, c.quote) for c in found]
    return found[0]


@pytest.mark.parametrize(
    ("language", "text", "scopes"),
    [
        ("en", "Ukraine has banned Telegram on the official devices of government agencies, military units and critical infrastructure.", {"government", "military", "critical_infrastructure"}),
        ("uk", "Україна заборонила Telegram на службових пристроях чиновників, військових та критичної інфраструктури.", {"government", "military", "critical_infrastructure"}),
        ("fr", "La France interdit TikTok sur les téléphones professionnels des fonctionnaires et des militaires.", {"government", "military"}),
        ("de", "Österreich verbietet TikTok auf Diensthandys von Beamten und Soldaten.", {"military"}),
        ("zh", "加拿大政府宣布，禁止在政府设备上使用TikTok。", {"government"}),
    ],
)  # fmt: skip
def test_scopes(language: str, text: str, scopes: set[str]) -> None:
    claim = only(text, language, "device_ban")
    assert scopes <= set(claim.scopes)
    assert all(vocabulary.check("scopes", scope) for scope in claim.scopes)


@pytest.mark.parametrize(
    ("language", "text", "reason"),
    [
        ("en", "India has banned TikTok, citing national security.", "national_security"),
        ("ru", "Роскомнадзор заблокировал Signal из-за терроризма.", "terrorism"),
        ("es", "Italia bloqueó DeepSeek por la protección de datos personales.", "data_protection"),
        ("pl", "Rosja zablokowała Facebooka z powodu dezinformacji.", "disinformation_hate"),
        ("tr", "Türkiye, çocukların korunması için Roblox'a erişimi engelledi.", "child_protection"),
    ],
)
def test_reasons(language: str, text: str, reason: str) -> None:
    assert reason in only(text, language).reasons


@pytest.mark.parametrize(
    ("language", "text", "amount", "currency"),
    [
        ("en", "Ireland's Data Protection Commission fined Meta €1.2 billion.", "1200000000", "EUR"),
        ("en", "Australia's eSafety commissioner has fined Telegram A$957,780.", "957780", "AUD"),
        ("ru", "Суд в Москве оштрафовал Google на 4 млн рублей.", "4000000", "RUB"),
        ("fr", "La CNIL a infligé une amende de 150 millions d'euros à Google.", "150000000", "EUR"),
        ("de", "Das Bundesamt für Justiz verhängte gegen Telegram ein Bußgeld von 5,125 Millionen Euro.", "5125000", "EUR"),
        ("zh", "爱尔兰数据保护委员会对TikTok处以5.3亿欧元罚款。", "530000000", "EUR"),
        ("tr", "İrlanda Veri Koruma Komisyonu TikTok'a 530 milyon euro para cezası kesti.", "530000000", "EUR"),
    ],
)  # fmt: skip
def test_amounts(language: str, text: str, amount: str, currency: str) -> None:
    claim = only(text, language, "fine")
    assert (claim.amount, claim.currency) == (amount, currency)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Telegram founder Pavel Durov was arrested in France."),
        ("ru", "Основателя Telegram Павла Дурова задержали во Франции."),
        ("fr", "Pavel Durov, fondateur de Telegram, a été arrêté en France."),
        ("zh", "电报创始人杜罗夫在法国被捕。"),
    ],
)
def test_persons_have_one_name(language: str, text: str) -> None:
    claim = only(text, language, "arrest")
    assert claim.person == "Pavel Durov" and claim.platforms == ("Telegram",)


@pytest.mark.parametrize(
    ("text", "language", "value", "precision", "basis"),
    [
        ("Canada banned TikTok from government devices on 27 February 2023.", "en", "2023-02-27", "day", "stated"),
        ("Canada banned TikTok from government devices on Monday.", "en", "2024-09-23", "day", "derived"),
        ("Canada banned TikTok from government devices in March.", "en", "2024-03", "month", "derived"),
        ("Canada banned TikTok from government devices in November.", "en", "2023-11", "month", "derived"),
        ("Canada banned TikTok from government devices last week.", "en", "2024-09", "month", "derived"),
        ("Kanada hat TikTok am Mittwoch auf Diensthandys verboten.", "de", "2024-09-25", "day", "derived"),
        ("Канада 27 февраля 2023 года запретила TikTok на служебных телефонах чиновников.", "ru", "2023-02-27", "day", "stated"),
        ("加拿大政府2023年2月27日宣布，禁止在政府设备上使用TikTok。", "zh", "2023-02-27", "day", "stated"),
        ("Il Canada ha vietato TikTok sui dispositivi di servizio il 27 febbraio 2023.", "it", "2023-02-27", "day", "stated"),
    ],
)  # fmt: skip
def test_dates(text: str, language: str, value: str, precision: str, basis: str) -> None:
    when = only(text, language, "device_ban").dates[0]
    assert (when.value, when.precision, when.basis, when.ambiguous) == (value, precision, basis, False)


def test_a_date_that_reads_two_ways_is_marked() -> None:
    assert only("Canada banned TikTok from government devices on 02/03/2023.").dates[0].ambiguous


def test_without_a_day_of_publication_a_weekday_stays_undated() -> None:
    assert only("Canada banned TikTok from government devices on Monday.", published="").dates == ()


def test_a_date_of_something_else_is_not_taken() -> None:
    claim = only("Canada has banned TikTok, founded in 2016, from government devices.")
    assert claim.dates == ()


def test_an_inquiry_is_not_dated_by_the_arrest_it_led_to() -> None:
    text = "Durov was arrested in France last month in an investigation into illegal activity on Telegram, among it fraud and drug trafficking."
    assert [when.value for when in only(text, "en", "arrest").dates] == ["2024-08"]
    assert not only(text, "en", "investigation").dates


def test_the_role_of_a_date_is_said() -> None:
    claim = only("Italy's regulator blocked DeepSeek with effect from 3 February 2025.", published="2025-02-10")
    assert claim.dates[0].value == "2025-02-03"
    told = only("Canada banned TikTok from government devices, effective 1 March 2023.").dates[0]
    assert told.role == "effective"


def test_legal_basis_exceptions_and_personal_devices() -> None:
    text = "The European Commission fined X €120 million under article 52 of the Digital Services Act."
    assert only(text, action="fine").legal_basis.startswith("article 52")
    text = "Ukraine banned Telegram on the official devices of state employees, except for those who need it for their duties."
    assert only(text).exceptions.startswith("except for those")
    text = "Ukraine banned Telegram on official devices of officials; the ban does not apply to personal devices."
    assert only(text, action="device_ban").personal_devices == "no"


@pytest.mark.parametrize(
    ("language", "text", "binding"),
    [
        ("en", "The Czech cyber security agency has recommended, in a non-binding notice, banning TikTok on government devices.", "advisory"),
        ("en", "Poland's government banned TikTok on official devices in a decision that is legally binding.", "binding"),
        ("fr", "La Belgique interdit TikTok sur les téléphones de service, une décision contraignante.", "binding"),
    ],
)  # fmt: skip
def test_binding_force(language: str, text: str, binding: str) -> None:
    assert {claim.binding for claim in extract(Article("", "", text, language, DAY))} == {binding}


def test_an_ending_says_what_it_ends() -> None:
    assert only("Nepal has lifted its ban on TikTok.").ends == "nationwide_block"
    assert (
        only("Norway has lifted the ban on TikTok on government devices.", action="restriction_lifted").ends
        == "device_ban"
    )
    assert only("Russia partially lifted the ban on YouTube.").action == "partly_lifted"
    assert only("Nepal has banned TikTok.").ends == ""


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "India has banned Signal, a widely shared post says; the report is false, officials denied the ban."),
        ("ru", "Роскомнадзор опроверг слухи, что заблокировал WhatsApp."),
        ("es", "El Gobierno de España desmintió que haya bloqueado Telegram."),
    ],
)
def test_denials_are_kept_and_never_count_as_done(language: str, text: str) -> None:
    found = extract(Article("", "", text, language, DAY))
    assert found and not any(claim.occurred for claim in found)


@pytest.mark.parametrize(
    ("language", "text", "state"),
    [
        ("en", "Ireland's Data Protection Commission fined TikTok 530 million euros in May 2025, and the company has appealed the decision.", "under_appeal"),
        ("en", "Ireland's Data Protection Commission fined TikTok 530 million euros in May 2025; TikTok said it will appeal the fine.", ""),
        ("fr", "L'Italie a infligé une amende de 3 millions d'euros à Meta le 2 mai 2025 ; l'entreprise a fait appel.", "under_appeal"),
        ("de", "Italien hat gegen Meta eine Geldbuße von 3 Millionen Euro verhängt; das Unternehmen hat dagegen Berufung eingelegt.", "under_appeal"),
        ("es", "Italia multó a Meta con 3 millones de euros el 2 de mayo de 2025 y la empresa ha recurrido la sanción.", "under_appeal"),
        ("pt", "A Itália multou a Meta em 3 milhões de euros em 2 de maio de 2025, e a empresa recorreu da decisão.", "under_appeal"),
        ("it", "Il Garante italiano ha multato Meta per 3 milioni di euro il 2 maggio 2025 e la società ha presentato ricorso.", "under_appeal"),
        ("pl", "Włochy nałożyły na Meta karę 3 mln euro 2 maja 2025 r., a spółka odwołała się od decyzji.", "under_appeal"),
        ("ro", "Italia a amendat Meta cu 3 milioane de euro pe 2 mai 2025, iar compania a contestat amenda.", "under_appeal"),
        ("tr", "İtalya, Meta'ya 3 milyon avro para cezası verdi; şirket karara itiraz etti.", "under_appeal"),
        ("uk", "Італія оштрафувала Meta на 3 млн євро 2 травня 2025 року, компанія оскаржила рішення.", "under_appeal"),
        ("ru", "Италия оштрафовала Meta на 3 млн евро 2 мая 2025 года, компания обжаловала решение.", "under_appeal"),
        ("zh", "意大利于2025年5月2日对Meta处以300万欧元罚款，该公司已提起上诉。", "under_appeal"),
        ("zh", "意大利于2025年5月2日对Meta处以300万欧元罚款，该公司表示将提起上诉。", ""),
    ],
)  # fmt: skip
def test_what_is_under_appeal_and_what_somebody_means_to_appeal(language: str, text: str, state: str) -> None:
    assert only(text, language, "fine", published="2025-06-10").state == state


def test_direction_of_a_change_of_rules() -> None:
    text = (
        "Telegram will now provide the IP addresses of any criminal suspect to the authorities on valid legal requests."
    )
    assert only(text, action="policy_law_enforcement_disclosure").direction == "widened"


def test_authority_is_written_and_resolved() -> None:
    claim = only("Ukraine's National Coordination Centre for Cybersecurity (NCCC) banned Telegram on official devices.")
    assert claim.authority_id == "ua-nccc" and claim.authority in claim.quote and claim.jurisdiction == "UA"


def test_an_authority_of_common_name_belongs_to_the_country_before_it() -> None:
    claim = only("Die irische Datenschutzbehörde hat Meta zu einer Strafe von 1,2 Milliarden Euro verurteilt.", "de")
    assert claim.jurisdiction == "IE" and claim.authority_id != "at-dsb"


def test_areas() -> None:
    assert only("Montana has banned TikTok on state-issued devices.").area == "subnational"
    assert only("The European Commission fined Apple €500m.").area == "supranational"


def test_the_app_and_the_company_are_the_ones_named_before() -> None:
    text = "TikTok is popular in Nepal. The government has banned the app."
    assert only(text).platforms == ("TikTok",)
    text = "Meta collected the data of millions. The Irish Data Protection Commission fined the company €91 million."
    assert only(text).platforms == ("Meta",)


def test_a_list_of_states_is_several_claims() -> None:
    text = "Texas banned TikTok on state-issued devices. South Dakota, Maryland and Wisconsin have also issued similar directives."
    places = {claim.jurisdiction for claim in extract(Article("", "", text, "en", DAY))}
    assert {"US-TX", "US-SD", "US-MD", "US-WI"} <= places


def test_a_platform_that_bans_a_politician_is_no_ban_of_the_platform() -> None:
    text = "Twitter has banned the former president of the United States."
    assert not [c for c in extract(Article("", "", text, "en", DAY)) if c.side == "government" and c.confidence >= 0.5]
