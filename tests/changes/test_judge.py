"""What a capture is beside the earlier ones: every class, in several languages, on texts written for these tests."""

from __future__ import annotations

import pytest

from changes import fingerprint, judge, lexicon, topics
from records import Block, Change, Past

FILLER = [
    f"Section {word}: this part of the policy explains how the service treats {word} and whom you can ask about {word}."
    for word in "accounts messages groups channels photographs calls stickers payments bots backups devices languages".split()
]
POLICY = ["We share your telephone number with our hosting partner.", "You must be 16 years old to use the service."]


def text(*lines: str) -> tuple[Block, ...]:
    return tuple(Block("paragraph", line) for line in [*FILLER, *lines])


def past(*states: tuple[Block, ...]) -> list[Past]:
    return [Past(f"2024-0{number}-01T00:00:00+00:00", state) for number, state in enumerate(states, 1)]


def judged(old: list[str], new: list[str], **said: str) -> Change:
    return judge(text(*new), past(text(*old)), "2024-09-24T00:00:00+00:00", **said)


def test_the_first_text_is_first() -> None:
    assert judge(text(*POLICY), [], "2024-01-01T00:00:00+00:00").kind == "first"


@pytest.mark.parametrize(
    ("old", "new", "topic"),
    [
        ("If we receive a court order about a terror suspect, we may disclose your IP address.",
         "If we receive a valid order from judicial authorities about a suspect in any criminal case, we may disclose your IP address.",
         "law_enforcement_disclosure"),
        ("Wir löschen dein Konto nach 6 Monaten ohne Anmeldung.", "Wir löschen dein Konto nach 18 Monaten ohne Anmeldung.", "data_retention"),
        ("Nous ne partageons pas vos messages avec des tiers.", "Nous partageons vos messages avec des tiers.", "data_sharing"),
        ("Вам должно быть 16 лет, детям нельзя.", "Вам должно быть 13 лет, детям нельзя.", "age_or_minors"),
        ("Можете звернутися до суду.", "Усі спори розглядає арбітраж, відповідальність обмежена лише сумою оплати.", "dispute_resolution_or_liability"),
        ("El servicio es gratuito.", "El servicio cuesta 5 euros al mes; no hay reembolso de los pagos.", "payments"),
        ("Our policy is to notify users before we disclose their data to law enforcement.",
         "Where required by law, we will notify users before we disclose their data to law enforcement.", "law_enforcement_disclosure"),
        ("The service is provided by Example Inc., the controller of your data.",
         "The service is provided by Example LLC, the controller of your data.", "jurisdiction_or_entity"),
    ],
)  # fmt: skip
def test_a_rule_that_changes_is_substantive(old: str, new: str, topic: str) -> None:
    found = judged([old, *POLICY], [new, *POLICY])
    assert found.kind == "substantive", found.reason
    assert topic in found.topics
    assert (found.key_old, found.key_new) == (old, new)


def test_more_reasons_to_disclose_is_wider_and_fewer_is_narrower() -> None:
    few = "If we receive a court order about a terror suspect, we may disclose your IP address to the police."
    many = "If we receive a valid order about a suspect in any criminal case, we may disclose your IP address to the authorities."
    assert judged([few], [many]).direction == "widened"
    assert judged([many], [few]).direction == "narrowed"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("More than 400 million people use the service.", "More than 500 million people use the service."),
        ("We recieve many questions about the service.", "We receive many questions about the service."),
        ("Last updated: 1 March 2023", "Last updated: 2 April 2024"),
        ("Write to us: Example, 12 High Street, Dublin.", "Write to us: Example, 40 Low Street, Dublin."),
    ],
)
def test_wording_that_rules_nothing_is_editorial(old: str, new: str) -> None:
    found = judged([old, *POLICY], [new, *POLICY])
    assert found.kind == "editorial", (found.reason, found.hunks)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("We keep “secret chats” on your device.", 'We keep "secret chats" on your device.'),
        ("See https://example.org/help?token=123 for help.", "See https://example.org/help?token=987 for help."),
        ("Updated 2 years ago, we keep your data safe.", "Updated 3 years ago, we keep your data safe."),
        ("We keep your\u200b data safe.", "We keep your data safe."),
        ("1. We keep your data safe.", "a) We keep your data safe."),
        ("Datos seguros, hace 2 días.", "Datos seguros, hace 3 días."),
        ("• Мы храним данные. 5 минут назад", "Мы храним данные. 7 минут назад"),
    ],
)
def test_what_a_reader_does_not_see_leaves_the_fingerprint_alone(old: str, new: str) -> None:
    assert fingerprint(text(old)) == fingerprint(text(new))


def test_moved_text_is_not_removed_text() -> None:
    lines = text(*POLICY)
    found = judge(lines[4:] + lines[:4], past(lines), "2024-09-24T00:00:00+00:00")
    assert found.kind == "cosmetic_noise"
    assert {hunk.op for hunk in found.hunks} == {"move"}


def test_lines_cut_otherwise_are_no_change() -> None:
    whole = "We share your data with partners. We keep it for a year. You may ask us to erase it."
    found = judge(text(*whole.split(". ")), past(text(whole)), "2024-09-24T00:00:00+00:00")
    assert found.kind in {"cosmetic_noise", "same_text"}


def test_a_text_that_comes_back_flaps_and_says_to_when() -> None:
    a, b = text("We share data with Ann."), text("We share data with Bob.")
    found = judge(a, past(a, b), "2024-09-24T00:00:00+00:00")
    assert (found.kind, found.back_to) == ("flapping", 0)
    assert "2024-01-01" in found.reason


def test_a_variant_is_followed_by_itself() -> None:
    """English and British pages take turns; the rule that changes in one is found against that one."""
    american = text("Our organization may analyze colors.", "We keep messages for 6 months.", "Nothing else.")
    british = text("Organisationally: we analyse colours in Britain only by hand.", "We keep messages for 6 months.", "Residents of the United Kingdom: ask the registrar.")  # fmt: skip
    changed = text("Our organization may analyze colors.", "We keep messages for 24 months.", "Nothing else.")
    found = judge(changed, past(american, british), "2024-09-24T00:00:00+00:00")
    assert (found.kind, found.base) == ("substantive", 0)
    assert "24 months" in found.key_new


@pytest.mark.parametrize(
    ("lines", "cause"),
    [
        (["Just a moment...", "Verify you are human to continue."], "challenge"),
        (["Log in to continue", "Forgot your password?"], "login"),
        (["Before you continue", "We use cookies. Accept all. Reject all."], "consent"),
        (["404", "The page was not found."], "error"),
        (["Seite nicht gefunden"], "error"),
        (["Страница не найдена"], "error"),
        (["Redirecting to the new address"], "redirect"),
        ([], "empty"),
        (FILLER[:2], "truncated"),
        (["A recipe for bread", "Flour, water, salt and a warm oven are all you want on a Sunday."], "other_document"),
    ],
)
def test_what_is_not_the_document_is_no_version(lines: list[str], cause: str) -> None:
    page = tuple(Block("paragraph", line) for line in lines)
    found = judge(page, past(text(*POLICY)), "2024-09-24T00:00:00+00:00")
    assert (found.kind, found.cause) == ("wrong_document_or_error_page", cause)


def test_a_document_that_moved_to_a_page_of_its_own_is_not_cut_off() -> None:
    whole = tuple(
        Block("paragraph", line.replace("policy", f"policy {number}")) for number in range(4) for line in FILLER
    )
    page = tuple(Block("paragraph", line.replace("policy", "policy 0")) for line in FILLER)
    addresses = {"url": "https://legal.e.example/privacy", "first_url": "https://e.example/terms"}
    assert judge(page, past(whole), "2024-09-24T00:00:00+00:00").cause == "truncated"
    assert judge(page, past(whole), "2024-09-24T00:00:00+00:00", **addresses).kind == "substantive"


GERMAN = [
    f"Abschnitt {number}: Dieser Teil der Erklärung sagt, wie der Dienst mit {word} umgeht und wen du nach {word} fragen kannst."
    for number, word in enumerate(
        "Konten Nachrichten Gruppen Kanälen Bildern Anrufen Zahlungen Geräten Sprachen".split()
    )
]


def test_another_language_is_no_change_but_is_followed_by_itself() -> None:
    english = text(*POLICY)
    german = tuple(Block("paragraph", line) for line in [*GERMAN, "Wir geben deine Daten nicht an Behörden weiter."])
    found = judge(german, past(english), "2024-09-24T00:00:00+00:00")
    assert (found.kind, found.cause) == ("wrong_document_or_error_page", "language")
    states = [*past(english), Past("2024-02-01T00:00:00+00:00", german, is_version=False)]
    changed = tuple(Block("paragraph", line) for line in [*GERMAN, "Wir geben deine Daten an alle Behörden weiter."])
    found = judge(changed, states, "2024-09-24T00:00:00+00:00")
    assert (found.kind, found.base) == ("substantive", 1)


def test_a_table_of_contents_is_not_text() -> None:
    headed = [Block("heading", f"Part {word}", 2) for word in ("one", "two", "three", "four")]
    body = [block for head, line in zip(headed, FILLER, strict=False) for block in (head, Block("paragraph", line))]
    contents = [Block("item", head.text, 1) for head in headed]
    assert fingerprint(tuple(body)) == fingerprint(tuple([Block("heading", "Contents", 2), *contents, *body]))


@pytest.mark.parametrize(
    ("line", "effective"),
    [
        ("Effective: June 28, 2024. Last revised: May 29, 2024.", "2024-06-28"),
        ("Last updated: 1 March 2023", "2023-03-01"),
        ("Zuletzt aktualisiert am 3. Mai 2024", "2024-05-03"),
        ("En vigueur depuis le 1er février 2024", "2024-02-01"),
        ("Última actualización: 15 de enero de 2024", "2024-01-15"),
        ("Ultimo aggiornamento: 7 luglio 2024", "2024-07-07"),
        ("Última atualização: 9 de março de 2024", "2024-03-09"),
        ("Последнее обновление: 12 августа 2024", "2024-08-12"),
        ("Останнє оновлення: 12 серпня 2024", "2024-08-12"),
        ("Ostatnia aktualizacja: 4 grudnia 2023", "2023-12-04"),
        ("Son güncelleme: 5 Ocak 2024", "2024-01-05"),
        ("最近更新日期：2024年3月5日", "2024-03-05"),
        ("2024年4月1日 改定", "2024-04-01"),
        ("시행일: 2024년 4월 1일", "2024-04-01"),
        ("Founded on 1 March 2013 in Dubai", None),
        ("As of June 2024, creators can offer paid posts.", None),
    ],
)  # fmt: skip
def test_the_date_a_document_gives_itself(line: str, effective: str | None) -> None:
    found = judge((Block("paragraph", line), *text(*POLICY)), [], "2024-09-24T00:00:00+00:00")
    assert (found.effective.value if found.effective else None) == effective


def test_an_announced_version_has_its_own_date() -> None:
    found = judged(
        POLICY, ["We are updating our Privacy Policy, effective April 30, 2025. You can preview it here.", *POLICY]
    )
    assert found.announced and found.announced.value == "2025-04-30"
    assert found.kind == "editorial" and found.effective is None


def test_a_date_of_effect_that_moved_is_told() -> None:
    found = judged(["Effective: 1 March 2023", *POLICY], ["Effective: 1 April 2024", *POLICY])
    assert found.fields_moved == ("effective",)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Users in EU countries and the United Kingdom must be at least 18 years old to sign up.",
         "Users in EU countries, the United Kingdom and Australia must be at least 18 years old to sign up."),
        ("Spectators in Italy can buy coins and send presents to those who stream.",
         "Spectators in Italy and Taiwan can buy coins and send presents to those who stream."),
        ("Disparaging the looks of another member, including weight, height, or other traits",
         "Disparaging the looks of another member, including gender, weight, height, or other traits"),
        ("Inhalte, die Gewalt gegen Kinder zeigen, sind verboten.", "Inhalte und Handlungen, die Gewalt gegen Kinder zeigen, sind verboten."),
        ("Nous retirons les contenus qui menacent autrui.", "Nous retirons les contenus, les commentaires, qui menacent autrui."),
        ("Мы удаляем сообщения с угрозами в адрес других людей.", "Мы удаляем сообщения и фотографии с угрозами в адрес других людей."),
    ],
)  # fmt: skip
def test_a_rule_that_reaches_further_is_substantive(old: str, new: str) -> None:
    for before, after in ((old, new), (new, old)):
        assert judged([before, *POLICY], [after, *POLICY]).kind == "substantive"


def listed(
    *entries: str, lead: str = "If your advertisement is shown in Algeria, we do not allow:"
) -> tuple[Block, ...]:
    return (*text(*POLICY), Block("paragraph", lead), *(Block("item", entry, 1) for entry in entries))


def test_one_entry_of_a_list_of_what_is_ruled_is_a_rule() -> None:
    at = "2024-09-24T00:00:00+00:00"
    goods = ["Alcohol", "Infant formula", "Medicines sold without a prescription"]
    assert judge(listed(*goods[1:]), past(listed(*goods)), at).kind == "substantive"
    assert judge(listed("Casinos", *goods[1:]), past(listed(*goods)), at).kind == "substantive"
    menu = "Business"
    assert judge(listed(*goods[1:], lead=menu), past(listed(*goods, lead=menu)), at).kind != "substantive"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Our office is at 3180 18th Street, San Francisco.", "Our office is at 1455 3rd Street, San Francisco."),
        ("If you have questions, please send us an e-mail to help@example.org.", "If you want to talk to us, please write to the address help@example.org."),
        ("Of the more than 1 billion claims of 2023, few were disputed.", "Of the more than 2 billion claims of 2024, few were disputed."),
        ("We offer online ads through partners you know.", "We offer online adverts through partners you know."),
        ("You agree with Example International Company, an Irish company.", "You agree with Example International Company (Co. number 503351, VAT number IE9803175Q), an Irish company."),
        ("Average response time: 3 days", "Average response time: 1.1 days"),
        ("You don't have to give your name.", "You dont have to give your name."),
    ],
)  # fmt: skip
def test_addresses_ways_to_reach_and_counts_are_no_rules(old: str, new: str) -> None:
    assert judged([old, *POLICY], [new, *POLICY]).kind == "editorial"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Contact us at [email protected] today.", "Contact us at support@example.org today."),
        ("OverviewBest PracticesSteps to TakePolicy for Commerce FeaturesPolicy on Politics", "Our policies"),
        ("A.1. Overview of the rules of this service", "Overview of the rules of this service"),
        ("Example™ accounts are free for everybody.", "Example® accounts are free for everybody."),
        ("Home > Legal > Terms of use", "Legal > Terms of use"),
    ],
)
def test_what_a_page_adds_around_its_text_is_no_change(old: str, new: str) -> None:
    assert judged([old, *POLICY], [new, *POLICY]).kind in ("cosmetic_noise", "same_text", "editorial")


DIRECTIONS = [
    ("widened", "We share your e-mail address with partners in your country.", "We share your e-mail address with all partners, affiliates and third parties."),
    ("widened", "We keep logs of your data for 30 days.", "We keep logs of your data for 180 days."),
    ("widened", None, "We collect the precise location of your device and share it with advertisers."),
    ("widened", "Wir speichern deine Daten für 6 Monate.", "Wir speichern deine Daten für 18 Monate."),
    ("widened", None, "Nous partageons vos données avec nos partenaires publicitaires."),
    ("narrowed", None, "We do not share your messages with advertisers."),
    ("narrowed", None, "Мы не передаем ваши данные третьим лицам."),
    ("narrowed", "We may disclose data to any authority.", "We may disclose data only to a court."),
    ("tightened", "You must be 13 years old to use the service.", "You must be 16 years old to use the service."),
    ("tightened", None, "You must not post sexual content or harass other people."),
    ("tightened", None, "Es ist nicht erlaubt, rechtswidrige Inhalte zu verbreiten: wir sperren solche Konten."),
    ("relaxed", "You must not post nudity.", None),
    ("relaxed", "You must be 16 years old to use the service.", "You must be 14 years old to use the service."),
    ("", "The service is provided by Example Inc., the controller.", "The service is provided by Example LLC, the controller."),
]  # fmt: skip


@pytest.mark.parametrize(("direction", "old", "new"), DIRECTIONS)
def test_directions(direction: str, old: str | None, new: str | None) -> None:
    rest = "Write to us about anything that you do not understand in this policy."
    found = judged([rest, *([old] if old else [])], [rest, *([new] if new else [])])
    assert (found.kind, found.direction) == ("substantive", direction), found.topics


NOTHING_NEW = [  # what differs, and says nothing new
    (["Dated: June 9, 2010"], ["Tarix: June 9, 2010"]),
    (["Effective as of June 9, 2010 (view previous version)"], ["June 9, 2010 tarihinden itibaren geçerli (önceki sürümü görüntüle)"]),
    (["Email: rights@example.com"], ["Email: [email protected]"]),
    (["Write to us at s[email protected]."], ["Write to us at [email protected]."]),
    (["Previous Privacy Policy PDF version, March 2022"], []),
    (["Give us yourcredit card number when you buy something from us."], ["Give us your credit card number when you buy something from us."]),
    (["AR - Example 20250101.pdf"], ["AR - Example 20250101.pdf", "JA - Example 20250401.pdf"]),
    (["p.p1 {margin: 0.0px; font: 12.0px Times} li.li3 {margin: 0.0px} We are glad that you are here."], ["We are glad that you are here."]),
    (["Updated yesterday"], ["Updated over a week ago"]),
    (["© 2024 Example Ltd."], ["© 2025 Example Ltd."]),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new"), NOTHING_NEW)
def test_labels_veils_links_and_titles_are_no_news(old: list[str], new: list[str]) -> None:
    assert judged([*old, *POLICY], [*new, *POLICY]).kind in ("cosmetic_noise", "same_text")


def test_the_title_above_a_text_is_no_news() -> None:
    opening = "Welcome to Example, a service by which you write to whom you like, and which these terms are about."
    old, new = (
        tuple(Block("paragraph", line) for line in [title, opening, *POLICY])
        for title in ("Terms of Service", "Terms of Service | Example Policies")
    )
    assert judge(new, past(old), "2024-09-24T00:00:00+00:00").kind == "cosmetic_noise"
    old, new = (
        tuple(Block("paragraph", line) for line in [said, opening, *POLICY])
        for said in ("You agree to these terms", "You must agree to these terms and pay a fee")
    )
    assert judge(new, past(old), "2024-09-24T00:00:00+00:00").kind == "substantive"


WORDED = [  # what is told, but rules nothing
    (["Email: rights@example.com"], ["Email: legal@example.com"]),
    (["January 5, 2026"], ["Effective January 5, 2026"]),
    (["Last updated: July 24, 2023"], ["Effective date: August 25, 2023"]),
    (["Effective date outside the EEA: March 13, 2024"], ["Effective date outside the EEA and Switzerland: March 13, 2024"]),
    ([], ["We have added language to clarify how we collect pictures for certain features."]),
    ([], ["We’re updating our Terms of Service on 30 July 2026 to make it easier for you to know what to expect."]),
    (["Click here to read more that you are owed under the law of California."], ["Visit the page on California to read more that you are owed under the law of California."]),
    ([], ["We have added information about how we will check the age of accounts."]),
    ([], ["Until the effective date, you can view our current Privacy Policy here."]),
    (["Rheinsberger Str. 76, 10115 Berlin"], ["Karl-Marx-Straße 101, 12043 Berlin"]),
    (["Write to us at c/o Sample and Partners LLP, 40 Bank Street, London E14 5DS."], ["Write to us at c/o Sample and Partners LLP, 22 Bishopsgate Street, London EC2N 4BQ."]),
    ([], ["For more information about how we collect cookies, please see our Help Center."]),
    (["We delete an account that nobody used for six months."], ["We delete an account that nobody used for 6 months."]),
    (["You give us a license for content like photos and videos."], ["You give us a licence for content such as photos and videos."]),
    ([], ["You may also refer to our guidelines, which further explain what is allowed and what you must not post."]),
    ([], ["How can I tell whether a shop collects my payment data?"]),
    ([], ["We’re adding more details to our Terms of Service.", "Here’s when these changes will go into effect:"]),
    (["Our office is at Gustav Mahlerplein 2, 1082 MA Amsterdam, and our doors are open."], ["Our office is at Buitenveldertselaan 5, 1082 VA Amsterdam, and our doors are open."]),
    (["Example Files lets you send files.", "Example Files's servers keep them.", "You use Example Files without an account."], ["Instant Share lets you send files.", "Instant Share's servers keep them.", "You use Instant Share without an account."]),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new"), WORDED)
def test_wording_is_no_rule(old: list[str], new: list[str]) -> None:
    assert judged([*POLICY, *old], [*POLICY, *new]).kind == "editorial"


RULED = [
    (["Developers must show sponsored messages."], ["If your app shows channels of ours, you must show sponsored messages."]),
    (["We share your passport data with Sample, who checks it for us."], ["We share your passport data with Persona, who checks it for us."]),
    (["You may not use the service from Cuba, Syria or the Crimea region."], ["You may not use the service from Cuba, Syria, the Crimea, Donetsk and Luhansk regions."]),
    (["We delete an account that nobody used for six months."], ["We delete an account that nobody used for 18 months."]),
    ([], ["We changed how we share information about you with partners who sell advertising."]),
    ([], ["You can review, correct and delete the data that we keep of you."]),
    ([], ["The telephone hotline is reserved for the police of Colorado."]),
    ([], ["We are updating our rules for streams. From 17 November 2024 you need to be at least 18 years old to host one."]),
    (["Content that supports harming oneself or the exploitation of others is removed."], ["Content that supports the exploitation of others is removed."]),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new"), RULED)
def test_small_edits_that_rule(old: list[str], new: list[str]) -> None:
    assert judged([*POLICY, *old], [*POLICY, *new]).kind == "substantive"


MATTERS = "names numbers messages pictures addresses payments calls places contacts devices cookies searches".split()


def region(law: str, per_matter: int) -> list[str]:
    """A policy that says so many sentences of every matter, under one law."""
    return [
        f"Under {law} we collect {matter} of yours, keep {matter} for {10 + n} days, and share {matter} with partners who help us with point {n} of our service."
        for matter in MATTERS
        for n in range(per_matter)
    ]


def test_a_shorter_variant_in_its_own_words_is_the_document() -> None:
    whole, shorter = region("the law of your country", 7), region("the privacy law of Canada", 2)
    found = judged(whole, shorter)
    assert found.kind == "substantive", found.reason


def test_a_capture_that_was_cut_is_not_the_document_however_long() -> None:
    whole = region("the law of your country", 7)
    found = judged(whole, whole[:24])
    assert (found.kind, found.cause) == ("wrong_document_or_error_page", "truncated")


KINDS_OF_DOCUMENT = [  # what a rule is about depends on who acts in it and on the document it stands in
    ("widened", "Privacy Policy", "We keep data of our advertising partners for 90 days.", "We keep data of our advertising partners for 12 months."),
    ("tightened", "Terms of Service", "You must cancel your subscription at least 24 hours before the next period.", "You must cancel your subscription at least 14 days before the next period."),
    ("narrowed", "Privacy Policy", "We keep logs of your data for 2 years.", "We keep logs of your data for 6 months."),
    ("narrowed", "Privacy Policy", None, "You have the right to opt out of the sale of your personal data."),
    ("narrowed", "Privacy Policy", "We collect your device model and its MAC address.", "We collect your device model."),
    ("widened", "Privacy Policy", None, "Apps that you connect may receive your interface language and your phone number."),
    ("widened", "Privacy Policy", "We do not share your number with partners, affiliates or advertisers.", "We do not share your number with partners or affiliates."),
    ("tightened", "Community Guidelines", None, "Sexually suggestive content or behaviour, including clothes and emotes of avatars."),
    ("tightened", "Community Guidelines", None, "If your account shares the live location of others, we will suspend your account."),
    ("tightened", "Community Guidelines", "You may not trade weapons on the service.", "You may not trade weapons, drugs or tobacco on the service."),
    ("relaxed", "Restricted Use Policy", "Advertisers may not run personalised ads on content for children.", None),
    ("relaxed", "Terms of Service", "Members in the European Union may cancel with a full refund.", "Members in the European Union or the United Kingdom may cancel with a full refund."),
    ("relaxed", "Terms of Service", None, "We will refund the fees of your subscription when you cancel it within two weeks."),
    ("tightened", "Terms of Service", None, "We may charge a fee for accounts that exceed their bandwidth."),
    ("tightened", "Terms of Service", "You may give coins that you bought to other users as a gift.", None),
    ("tightened", "Terms of Service", None, "User will not violate the security of the site nor read messages of other users by any means."),
    ("", "Law Enforcement Guidelines", None, "The telephone hotline is reserved for the police of Colorado."),
]  # fmt: skip


@pytest.mark.parametrize(("direction", "document_type", "old", "new"), KINDS_OF_DOCUMENT)
def test_direction_by_who_acts_and_in_which_document(
    direction: str, document_type: str, old: str | None, new: str | None
) -> None:
    rest = "Write to us about anything that you do not understand here."
    found = judged([rest, *([old] if old else [])], [rest, *([new] if new else [])], document_type=document_type)
    assert (found.kind, found.direction) == ("substantive", direction), found.topics


def test_words_of_ways_to_reach_somebody_make_no_topic_of_a_rule() -> None:
    kept = "We keep the address of the page, the website and the e-mail form you use for 12 months."
    found = judged([kept.replace("12", "6")], [kept])
    assert found.kind == "substantive" and "data_retention" in found.topics
    assert "contact_or_format" not in found.topics
    alone = (
        "We must keep every link, page, site and form that you click for 9 months at our address, website and phone."
    )
    assert "contact_or_format" not in judged([], [alone]).topics


def test_one_rule_of_many_makes_no_topic_beside_the_heaviest() -> None:
    few = [({"payments": 1.0}, 2.0), ({"data_collection": 1.0}, 1.0)]
    assert topics.of_all(few) == ("payments", "data_collection")
    assert topics.of_all([*few, *[({}, 1.0)] * 8]) == ("payments",)


def test_a_price_is_no_age() -> None:
    assert "age_or_minors" not in judged(["The fee is 13.90 euros."], ["The fee is 16.90 euros."]).topics


@pytest.mark.parametrize(
    ("rule", "topic"),
    [
        ("Za každou platbu účtujeme poplatek.", "payments"),
        ("A jogellenes hirdetést eltávolítjuk, a tiltott tartalom nem jelenhet meg.", "content_moderation"),
        ("Vaše osobne podatke prikupljamo i čuvamo.", "data_collection"),
        ("Vi lagrar dina personuppgifter och samlar in din adress.", "data_collection"),
    ],
)  # fmt: skip
def test_other_languages_have_topics(rule: str, topic: str) -> None:
    assert topic in judged([], [rule]).topics


@pytest.mark.parametrize(
    "line",
    [
        "Informationen rund um unser Angebot und die Reihenfolge unserer Ergebnisse",
        "Available in Català, Čeština, Dansk, Deutsch, Eesti, English, Español, Français, Hrvatski",
    ],
)
def test_lines_that_only_lead_elsewhere_are_no_rules(line: str) -> None:
    assert judged([], [line]).kind != "substantive"


def test_one_more_language_of_a_text_is_no_news() -> None:
    tongues = "In other languages: Català · Čeština · Dansk · Deutsch · Eesti · Français · Hrvatski"
    assert judged([tongues], [f"{tongues} · Українська"]).kind == "cosmetic_noise"


def test_another_part_of_the_terms_is_a_rule() -> None:
    added = Block("item", "Addendum for Brazil at privacy.example.com/lgpd (dated 16 August 2020)")
    found = judge((*text(*POLICY), added), past(text(*POLICY)), "2020-09-24T00:00:00+00:00")
    assert found.kind == "substantive"


def test_a_firm_that_moved_is_no_rule_in_a_sentence_about_rights() -> None:
    said = "Vous pouvez exercer vos droits en écrivant à Exemple Service Clients – {} Paris."
    assert (
        judged([said.format("28 avenue de Flandre 75949")], [said.format("61-69 rue de Bercy 75012")]).kind
        == "editorial"
    )


@pytest.mark.parametrize(
    "line",
    [
        "Last adjustment: 11.11.2023",
        "MISE A JOUR LE 11/11/2023",
        "à jour du 11/11/2023",
        "Actualización: 11 de noviembre de 2023",
    ],
)
def test_more_labels_of_dates(line: str) -> None:
    found = judge((Block("paragraph", line), *text(*POLICY)), [], "2024-09-24T00:00:00+00:00")
    assert found.effective and found.effective.value == "2023-11-11"


def test_every_expression_of_a_topic_can_be_found_by_its_beginning() -> None:
    """What begins with anything but a word would never be tried, and nobody would notice."""
    assert [begins for begins in lexicon.topics() if not topics.STARTS.match(begins)] == []
