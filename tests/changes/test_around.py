"""What a page puts around or into a text, and what only grew: notices, forms, menus, teasers, machine times, other channels."""

from __future__ import annotations

import pytest

from changes import fingerprint, judge
from records import Block
from tests.changes.test_judge import FILLER, POLICY, judged, past, text

ASKED = [
    "Cookies on this site",
    "We'd like to use cookies to remember what you prefer. You can accept all of them or the necessary ones only.",
    "Accept all cookies",
]


def test_a_notice_that_asks_for_consent_in_the_middle_of_a_text_is_none_of_it() -> None:
    assert fingerprint(text(*ASKED, *POLICY)) == fingerprint(text(*POLICY))


def test_what_a_policy_says_of_cookies_beside_a_button_stays() -> None:
    rule = "We keep a cookie with your telephone number for two years."
    assert fingerprint(text(rule, *ASKED, *POLICY)) == fingerprint(text(rule, *POLICY))
    assert fingerprint(text(rule, *POLICY)) != fingerprint(text(*POLICY))


@pytest.mark.parametrize(
    "teaser",
    [
        "A hospital signs in with our app",
        "Read how our work keeps citizens, companies and society as a whole a little safer every day.",
    ],
)
def test_teasers_under_a_text_are_none_of_it(teaser: str) -> None:
    assert fingerprint(text(*POLICY, "Latest from us", teaser)) == fingerprint(text(*POLICY))


@pytest.mark.parametrize(("head", "link"), [("Voir aussi", "Nos services et le classement des résultats"), ("Siehe auch", "Wie wir Treffer ordnen")])  # fmt: skip
def test_links_after_see_also_are_no_change(head: str, link: str) -> None:
    assert judged(POLICY, [*POLICY, head, link]).kind in ("same_text", "cosmetic_noise")


def test_a_form_that_came_into_a_text_is_no_change() -> None:
    form = [
        "Join today and have your birthday gift.",
        "Hide password",
        "I agree to the terms of the club.",
        "No, thanks",
    ]
    assert judged(POLICY, [*POLICY[:1], *form, *POLICY[1:]]).kind == "cosmetic_noise"
    one = judged(POLICY, [*POLICY[:1], "We share what you type with our partners.", *POLICY[1:]])
    assert one.kind == "substantive"


def test_a_menu_that_changed_is_no_change() -> None:
    menu = ["Media owners", "Publishers", "Resources hub", "Glossary", "Help"]
    assert (
        judged([*menu, *POLICY], [*POLICY, "Insights", "Vertical hub", "Partners", "News", "Podcast"]).kind
        == "cosmetic_noise"
    )


@pytest.mark.parametrize("time", ["2025-01-31T13:23:21Z", "Tue, 30 Jun 2026 12:43:01 GMT"])
def test_the_time_of_a_machine_is_no_text(time: str) -> None:
    assert fingerprint(text(time, *POLICY)) == fingerprint(text(*POLICY))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("We will either delete or anonymize it.", "We will delete it when we have no need for it any more."),
        ("We keep your data in Ireland.", "We keep your data in Ireland as well as with partners in Canada who may read it."),
        ("We may list what you said to us.", "We may list what you said to us in your name, on the page of your phone."),
    ],
)  # fmt: skip
def test_a_sentence_that_grew_or_shrank_was_edited(old: str, new: str) -> None:
    found = judged([old, *POLICY], [new, *POLICY])
    assert (found.key_old, found.key_new) == (old, new)


def test_one_of_two_ways_to_treat_data_fell_away() -> None:
    old = (
        "When we have no ongoing need to use your information, we will either delete or anonymize it, or keep it apart."
    )
    assert judged([old, *POLICY], [old.replace("either delete or anonymize", "delete"), *POLICY]).kind == "substantive"


def test_text_cut_otherwise_is_no_sentence_that_grew() -> None:
    a, b = "The licence is limited and free of any royalty", "If you delete your account we remove what you wrote."
    assert judged([f"{a} {b}", *POLICY], [f"{a}.", b, *POLICY]).kind in ("same_text", "cosmetic_noise")


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("If you see what breaks these rules, report it through our Help Center or at legal@sample.example.",
         "If you see what breaks these rules, report it via the form available at https://sample.com/report.", "editorial"),
        ("If a court asks for data, police officers write to orders@sample.com.",
         "If a court asks for data, police officers use the form available at https://sample.com/orders.", "substantive"),
        ("", "You can report harmful content to us by clicking the three dots.", "editorial"),
        ("", "Az szabályzat angol verziója itt érhető el.", "editorial"),
        ("", "This policy is based on a licensed policy of another company.", "editorial"),
        ("You are not eligible for the club.", "You aren't eligible for the club.", "editorial"),
        ("", "We do not accept requests by telephone, postal mail or fax.", "substantive"),
        ("", "As a precaution our limited team may take longer than usual to answer you.", "editorial"),
        ("Natural persons who live in Sweden must accept these terms.", "Customers who live in Sweden must accept these terms.", "substantive"),
        ("Vi gemmer oplysninger om betalingskort, når du opretter din konto.",
         "Vi gemmer oplysninger om betalingskort eller mobiltelefon, når du opretter din konto.", "substantive"),
    ],
)  # fmt: skip
def test_ways_to_reach_somebody(old: str, new: str, kind: str) -> None:
    assert judged([*([old] if old else []), *POLICY], [new, *POLICY]).kind == kind


def test_a_kind_of_address_in_a_list_of_what_is_forbidden_is_no_address() -> None:
    lead, items = Block("paragraph", "You must not publish any of these:"), [Block("item", "Home addresses of others")]
    new = (*text(*POLICY), lead, *items, Block("item", "Private phone numbers"))
    assert judge(new, past((*text(*POLICY), lead, *items)), "2024-09-24T00:00:00+00:00").kind == "substantive"


@pytest.mark.parametrize(
    ("lines", "day"),
    [
        (["Last updated 2024-01-30."], "2024-01-30"),
        (["Terms of the shop", "July 1, 2024 (View archived version)"], "2024-07-01"),
        (["This version of our questions and answers took effect June 3, 2020."], "2020-06-03"),
        (["Date d’entrée en vigueur : le 01/03/2016", "Vous et nous : les règles des services pour vos amis et les nôtres."], "2016-03-01"),
        (["This agreement is effective from 8 May 2023. The previous version applied until 7 May 2023."], "2023-05-08"),
        (["October 10, 2022", "Terms for shops", "Taxes are those effective as of 1 July 2021 where you live and sell."], "2022-10-10"),
        (["This policy is effective as of December 20, 2022.", "We have updated our November 1, 2022 policy to add a notice."], "2022-12-20"),
        (["Note that under Act No. 2300-1 dated February 7, 1992 your rights as a consumer stay."], None),
        (["Terms of use (2012 to 2014): effective from May 24, 2012 until June 16, 2014"], "2012-05-24"),
        (["Founded in a garage.", "July 1, 2014 was a Tuesday."], None),
    ],
)  # fmt: skip
def test_dates_that_stand_alone_or_without_a_month(lines: list[str], day: str | None) -> None:
    blocks = tuple(Block("paragraph", line) for line in [*lines, *POLICY])
    found = judge(blocks, [], "2026-01-01T00:00:00+00:00").effective
    assert (found.value if found else None) == day


def test_a_short_document_that_was_written_anew_is_the_document() -> None:
    kept = "Legal notice of the archive and who answers for it."
    old = [kept, *[f"The office of the ministry number {n} publishes what stands on these pages." for n in range(15)]]
    new = [
        kept,
        "The collective publishes what stands on these pages from its own office.",
        "Its director is Ms Sample.",
    ]
    blocks = [tuple(Block("paragraph", line) for line in lines) for lines in (old, new)]
    assert judge(blocks[1], past(blocks[0]), "2026-01-01T00:00:00+00:00").kind in ("substantive", "editorial")
    cut = judge(blocks[0][:5], past(blocks[0]), "2026-01-01T00:00:00+00:00")
    assert (cut.kind, cut.cause) == ("wrong_document_or_error_page", "truncated")


def test_of_two_sentences_that_weigh_alike_the_first_of_a_paragraph_is_told() -> None:
    told = "This hotline is for officers of the police of the state only. This address is for officers of the police of the state only."
    assert judged(FILLER[:1], [*FILLER[:1], told]).key_new.startswith("This hotline")


def test_a_company_more_among_those_that_have_a_title_each_is_a_rule() -> None:
    lists = [Block("heading", "Sample Hosting, Inc."), Block("paragraph", "Purpose: hosting")]
    more = [Block("heading", "Example Mail, Inc."), Block("paragraph", "Purpose: mail")]
    found = judge((*text(*POLICY), *lists, *more), past((*text(*POLICY), *lists)), "2024-09-24T00:00:00+00:00")
    assert found.kind == "substantive"
