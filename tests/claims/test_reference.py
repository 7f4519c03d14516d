"""The tables of names: complete, and no name means two things."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from babel import Locale

from claims import lexicon, names, vocabulary
from claims.fold import fold, mixed_script

NO_STATE = {
    "AQ",
    "BV",
    "HM",
    "UM",
    "CC",
    "CX",
    "NF",
    "GS",
    "IO",
    "TF",
    "PN",
    "SJ",
    "BQ",
    "MF",
    "BL",
}  # nobody rules there, or from elsewhere
PRIVATE = {
    "AC",
    "CP",
    "CQ",
    "DG",
    "EA",
    "EU",
    "EZ",
    "IC",
    "QO",
    "TA",
    "UN",
    "XA",
    "XB",
    "ZZ",
}  # codes that are no country of ISO 3166-1


def test_there_are_enough_of_each() -> None:
    assert len(names.platforms()) >= 80 + 1
    assert len(names.authorities()) >= 200


def test_every_alias_means_one_platform() -> None:
    owner: dict[str, str] = {}
    for one in names.platforms():
        for alias in {fold(one.name), *map(fold, one.aliases)}:
            assert owner.setdefault(alias, one.name) == one.name, alias


def test_no_name_mixes_scripts() -> None:
    for one in names.platforms():
        assert not any(mixed_script(word) for name in (one.name, *one.aliases) for word in re.split(r"[ -]", name))


def test_authorities_are_somewhere_and_of_a_kind() -> None:
    places = {one.code for one in names.jurisdictions()}
    for one in names.authorities():
        assert one.jurisdiction in places, one.id
        assert one.kind in vocabulary.words("authority_kinds"), one.id
    assert max(Counter(one.id for one in names.authorities()).values()) == 1


def test_every_country_of_iso_3166_is_there() -> None:
    listed = {code for code in Locale.parse("en").territories if re.fullmatch("[A-Z]{2}", code)}
    have = {one.code for one in names.jurisdictions() if "-" not in one.code}
    assert listed - NO_STATE - PRIVATE == have - {"EU"}


@pytest.mark.parametrize("language", lexicon.languages())
def test_every_country_has_a_name_in_every_language(language: str) -> None:
    missing = [one.code for one in names.jurisdictions() if "-" not in one.code and not one.names.get(language)]
    assert not missing


@pytest.mark.parametrize("language", lexicon.languages())
def test_every_rule_has_its_words_in_every_language(language: str) -> None:
    spoken = lexicon.language(language)
    core = {"ban", "block", "lift", "fine", "investigate", "arrest", "charge", "order", "remove", "rule", "sign", "propose", "terms", "rules", "disclose", "transparency", "device", "store", "age", "gov", "court", "unreal_before", "negation", "boundary", "make", "told", "denied", "the_platform", "users"}  # fmt: skip
    assert core <= set(spoken.groups)
    for group in spoken.groups:
        assert spoken.pattern(group) is not None
    for table, kind in (("scope", "scopes"), ("reason", "reasons"), ("direction", "directions"), ("state", "statuses")):
        assert {word for word, _ in spoken.table(table)} <= vocabulary.words(kind)


def test_every_rule_makes_an_action_of_the_vocabulary() -> None:
    for family in lexicon.rules().values():
        for rule in family:
            assert rule.action in {"", "same"} or vocabulary.action(rule.action).side == rule.side
    for action, stronger in lexicon.weaker().items():
        assert vocabulary.action(action) and all(vocabulary.action(one) for one in stronger)
