"""How reports are worded: where they were written, whose law a court decides on, what was told before. Sentences of our own,
each with everything that must be told of it and nothing besides."""

from __future__ import annotations

import pytest

from claims import extract, published
from claims.details import Sum, differ
from claims.output import events
from records import Article

DAY = "2024-10-08"
Told = set[tuple[str, str, str]]  # action, platforms, place


def told(text: str, title: str = "") -> Told:
    claims = published(extract(Article("https://news.example/1", title, text, "en", DAY)))
    return {(one.action, "+".join(sorted(one.platforms)), one.jurisdiction) for one in claims if one.occurred}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("PARIS, Oct 7 (Reuters) - The government has blocked Signal, the ministry of communications said.", {("nationwide_block", "Signal", "FR")}),
        ("PARIS (Reuters) - Serbia has blocked Signal. The ministry blocked Discord, too.", {("nationwide_block", "Signal", "RS"), ("nationwide_block", "Discord", "RS")}),
        ("PARIS: Meta said on Monday it was introducing restrictions on Instagram.", set()),
        ("VIENNA (APA / Oct 7) The government of Serbia has blocked Signal.", {("nationwide_block", "Signal", "RS")}),
        ("VIENNA\nThe government of Serbia blocked Discord on Monday. The ministry had already ordered providers to block Signal.", {("nationwide_block", "Discord", "RS"), ("nationwide_block", "Signal", "RS")}),
        ("Where it is blocked\nAFGHANISTAN\nThe government blocked Discord on Monday.\nKENYA\nThe government blocked Signal on Monday.", {("nationwide_block", "Discord", "AF"), ("nationwide_block", "Signal", "KE")}),
        ("## Kenya:\nDiscord competes with Telegram in Uganda. Discord was blocked on Monday, its users were told by the ministry.", {("nationwide_block", "Discord", "KE")}),
        ("Kenya and others\nDiscord competes with Telegram in Uganda. Discord was blocked on Monday, its users were told by the ministry.", {("nationwide_block", "Discord", "UG")}),
        ("Uganda and its neighbours\nKenya fined Meta €2 million. The government blocked Discord on Monday.", {("fine", "Meta", "KE"), ("nationwide_block", "Discord", "KE")}),
    ],
)  # fmt: skip
def test_where_a_report_was_written_is_nobody_who_acts(text: str, wanted: Told) -> None:
    assert told(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Italy's authority fined Temu €2 million. The Chinese shopping platform has been removed from app stores, too.", {("fine", "Temu", "IT"), ("app_store_removal", "Temu", "IT")}),
        ("Italy fined Meta. Ireland is examining Chinese platform Temu over its designs.", {("fine", "Meta", "IT"), ("investigation", "Temu", "IE")}),
        ("British regulators fined TikTok £12.7 million; the Chinese app is also banned from official devices.", {("fine", "TikTok", "GB"), ("device_ban", "TikTok", "GB")}),
    ],
)  # fmt: skip
def test_an_adjective_of_a_firm_says_whence_it_comes(text: str, wanted: Told) -> None:
    assert told(text) == wanted


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Nebraska limits social media by law. A federal judge granted a preliminary injunction against the law on Tuesday.", "US-NE"),
        ("A federal judge on Tuesday blocked Georgia's law on social media.", "US-GA"),
        ("The US Supreme Court on Tuesday refused to block Nebraska's law on social media.", "US"),
        ("A federal judge in Nebraska blocked the presidential order that bans WeChat.", "US"),
    ],
)  # fmt: skip
def test_a_federal_judge_rules_on_the_state_whose_law_it_is(text: str, place: str) -> None:
    assert {(action, where) for action, _, where in told(text)} == {("court_ruling", place)}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("The European data protection regulator fined LinkedIn €90 million. The Irish Data Protection Commission said the firm broke the rules.", "IE"),
        ("The European regulator fined LinkedIn €90 million, the European Commission said. The Irish Data Protection Commission was heard.", "EU"),
        ("European regulators fined LinkedIn €90 million. The Irish Data Protection Commission and France's CNIL were heard.", "EU"),
    ],
)  # fmt: skip
def test_the_member_that_leads_is_told_where_nobody_of_the_union_is(text: str, place: str) -> None:
    assert told(text) == {("fine", "LinkedIn", place)}


def test_a_place_is_carried_on_from_the_nearest_sentence_that_names_one_country() -> None:
    text = (
        "Italy has fined Meta.\nTaiwan: The ministry still lets everybody use DeepSeek. The country has banned the app from "
        "public schools and official devices."
    )
    assert told(text) == {("fine", "Meta", "IT"), ("device_ban", "DeepSeek", "TW")}
    beside = "Kenya's regulator opened an inquiry into Discord.\nDiscord has written to Albania and Serbia. A fixed penalty of $5 million was issued on Friday."
    assert ("fine", "Discord", "KE") in told(beside)


def test_a_list_of_each_clause_is_its_own() -> None:
    text = "Albania, Kosovo and Serbia blocked Discord in May, while it remains banned in Kenya and Uganda."
    assert told(text) == {("nationwide_block", "Discord", place) for place in ("AL", "XK", "RS", "KE", "UG")}


def test_others_that_have_taken_such_steps_are_told_one_by_one() -> None:
    text = "Serbia has banned Discord from official devices. The governments of Albania, Kosovo and Montenegro have also taken such steps."
    assert told(text) == {("device_ban", "Discord", place) for place in ("RS", "AL", "XK", "ME")}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Congress passed a bill in December that bans TikTok from the devices of federal agencies.", {("device_ban", "TikTok", "US")}),
        ("Nebraska's governor signed a bill on social media in May. The law requires platforms to verify the age of every user.", {("age_restriction", "social media", "US-NE")}),
        ("The ministry said that the block of Telegram would be lifted once the company registered in Iraq.", set()),
        ("There is no federal prohibition of TikTok on government devices in Kenya.", set()),
        ("Kenya banned TikTok, following claims that the app promotes gambling.", {("nationwide_block", "TikTok", "KE")}),
        ("Facebook and YouTube have been banned in Kenya for publishing posts of rebels.", {("nationwide_block", "Facebook+YouTube", "KE")}),
        ("India has blocked the X accounts of three newspapers.", {("other_restriction", "X", "IN")}),
        ("TikTok has announced a new rule: users under 16 can no longer send direct messages.", {("policy_feature_restriction", "TikTok", "")}),
        ("Kenya's communications authority has demanded that Apple remove the Nairobi Map app from its App Store.", {("app_store_removal", "App Store+Apple", "KE")}),
        ("A senator of Kenya has demanded that Apple remove Telegram from its App Store.", set()),
        ("Apple has removed its protection feature from iCloud accounts in the United Kingdom, citing a government demand.", {("policy_feature_restriction", "Apple", "")}),
        ("Apple has switched off the option to use encrypted backups. The move is a response to a demand from the UK government. A technical capability notice was issued to Apple, reports say.", {("policy_feature_restriction", "Apple", ""), ("data_order", "Apple", "GB")}),
        ("X said on Monday that it lifts its ban on political advertising. It is overturning the ban, the company wrote.", {("policy_moderation", "X", "")}),
    ],
)  # fmt: skip
def test_what_kind_of_act_it_is(text: str, wanted: Told) -> None:
    assert told(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Turkey's highest court ruled on Thursday in favour of Reddit. The telecommunications authority had blocked Reddit in 2017.", {("court_ruling", "Reddit", "TR"), ("nationwide_block", "Reddit", "TR")}),
        ("A court in Albania upheld the ban on TikTok.", {("court_ruling", "TikTok", "AL")}),
        ("A court in Albania upheld the ban on TikTok on Monday. The government imposed the ban on TikTok in March, the court said.", {("court_ruling", "TikTok", "AL"), ("nationwide_block", "TikTok", "AL")}),
        ("A court in Albania banned TikTok. The court ruled in a case against TikTok.", {("nationwide_block", "TikTok", "AL")}),
        ("A court in Albania ordered the suspension of TikTok on Monday. The court ruled in a case against TikTok.", {("nationwide_block", "TikTok", "AL")}),
        ("Turkey's highest court issued a ruling on Reddit on Monday. The telecommunications authority had blocked Reddit in 2017.", {("nationwide_block", "Reddit", "TR")}),
        ("A court in Albania blocked TikTok. The court ruled in a case against TikTok.", {("nationwide_block", "TikTok", "AL")}),
    ],
)  # fmt: skip
def test_a_ruling_beside_what_others_had_done(text: str, wanted: Told) -> None:
    assert told(text) == wanted


@pytest.mark.parametrize(
    ("text", "sums"),
    [
        ("The Irish regulator fined Meta €405 million on Monday. Last year, it fined WhatsApp €225 million.", ["405000000", "225000000"]),
        ("The Irish regulator fined TikTok €345 million on Monday. In 2021 it fined TikTok €90 million.", ["345000000", "90000000"]),
        ("Ireland fined Meta over $400m on Monday. Last November, it was fined €265m by the Irish regulator.", ["400000000", "265000000"]),
        ("The Irish regulator fined TikTok €345 million on Monday. The $368 million fine is for the first half of 2020.", ["345000000"]),
        ("South Korea's authority fined Google and Facebook's owner Meta 100 billion won. It fined Google $50 million and Meta $22 million.", ["100000000000", "100000000000"]),
        ("Ireland fined TikTok £20,000 on Monday and set a daily fine of £100.", ["20000"]),
    ],
)  # fmt: skip
def test_two_fines_of_one_body_are_two_events(text: str, sums: list[str]) -> None:
    article = Article("https://news.example/1", "", text, "en", DAY)
    fines = [one for one in events(article) if one["action"] == "fine"]
    assert len(fines) == len(sums)
    assert {one.amount for one in published(extract(article)) if one.action == "fine"} >= set(sums)


def test_sums_differ_unless_one_is_the_other_rounded_or_converted() -> None:
    def sum_(number: str, currency: str) -> Sum:
        return Sum(0, 0, number, currency)

    assert differ(sum_("225000000", "EUR"), sum_("405000000", "EUR"))
    assert not differ(sum_("210000000", "EUR"), sum_("200000000", "EUR"))
    assert not differ(sum_("345000000", "EUR"), sum_("368000000", "USD"))
    assert differ(sum_("265000000", "EUR"), sum_("400000000", "USD"))
    assert not differ(sum_("2131400000", "INR"), sum_("25250000", "USD"))


def test_a_common_name_of_a_body_counts_with_its_capital_and_its_cue() -> None:
    """ "The Commission" is that of the Union where the text is about the Union, and then with a capital only."""
    union = "Brussels opened proceedings on Monday. {} fined Temu €2 million."
    assert ("fine", "Temu", "EU") in told(union.format("The Commission"))
    ids = {
        words: [
            one.authority_id for one in extract(Article("", "", union.format(words), "en", DAY)) if one.action == "fine"
        ]
        for words in ("The Commission", "The commission")
    }
    assert ids == {"The Commission": ["eu-european-commission"], "The commission": [""]}
    elsewhere = Article("", "", "Kenya opened proceedings on Monday. The Commission fined Temu €2 million.", "en", DAY)
    assert [one.authority_id for one in extract(elsewhere) if one.action == "fine"] == [""]
