"""What holds two tellings apart though their kind and days fit: other scopes, bodies, persons, sums. families.toml names the rules. Pure."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from claims import names
from store.strand import Strand
from store.told import Told

OWN_STAFF = {"institution_staff", "legislature_staff"}
REGULATORS = {"regulator", "data_protection_authority"}


@cache
def _authority_kinds() -> dict[str, str]:
    return {body.id: body.kind for body in names.authorities()}


def _other_scope(strand: Strand, claim: Told) -> bool:
    return bool(strand.scopes and claim.scopes and not strand.scopes & claim.scopes)


def _other_staff(strand: Strand, claim: Told) -> bool:
    own = strand.scopes & OWN_STAFF & claim.scopes
    return bool(own and claim.authority and strand.authorities and claim.authority not in strand.authorities)


def _other_regulator(strand: Strand, claim: Told) -> bool:
    if _authority_kinds().get(claim.authority) not in REGULATORS or claim.authority in strand.authorities:
        return False
    return any(_authority_kinds().get(body) in REGULATORS for body in strand.authorities)


def _other_person(strand: Strand, claim: Told) -> bool:
    return bool(claim.person and strand.persons and claim.person not in strand.persons)


def _other_amount(strand: Strand, claim: Told) -> bool:
    """Another sum in the same money on another day. On one day two sums are a disagreement."""
    same = [(amount, day) for currency, amount, day in strand.amounts if currency == claim.currency]
    if not claim.amount or not same:
        return False
    day = claim.low or claim.known
    return all(not 0.8 < amount / claim.amount < 1.25 and abs(on - day) > 1 for amount, on in same)


HELD_APART = {
    "scope": _other_scope, "own_staff": _other_staff, "regulator": _other_regulator, "person": _other_person, "amount": _other_amount,
}  # fmt: skip
SAYS: dict[str, Callable[[Told], bool]] = {
    "scope": lambda c: bool(c.scopes), "own_staff": lambda c: bool(c.authority and c.scopes & OWN_STAFF),
    "regulator": lambda c: _authority_kinds().get(c.authority) in REGULATORS, "person": lambda c: bool(c.person),
    "amount": lambda c: bool(c.amount),
}  # fmt: skip
