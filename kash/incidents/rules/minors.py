"""Somebody who is under 18, or may be: what is not done with her case, and what its end takes.

Whoever looks younger, or says something that makes it possible, is treated as a child until it is
known that she is none. Of whom nothing was said (`unknown`) nothing is known, and she counts as
grown up.
"""

from __future__ import annotations

from kash.incidents.rules.ages import may_be_minor
from kash.incidents.rules.parts import Person
from kash.incidents.rules.record import Record

PROTECTION = "child_protection"
# What came of a referral: whoever was turned away or did not go is not protected by it.
PROTECTED = frozenset({"reached", "helped"})
# Whether she is held among adults, as far as anybody said.
AMONG_ADULTS = ("", "yes", "no", "unknown")


def minors_of(record: Record) -> list[Person]:
    """The persons of a case who are or may be under 18."""
    return [one for one in record.persons if may_be_minor(one.age_band)]


def unprotected(record: Record) -> list[Person]:
    """Of those who are or may be under 18, whoever was not yet seen or helped by child
    protection: by a referral of her own, or one for everybody in the case."""
    reached = {
        one.person
        for one in record.referrals
        if one.kind == PROTECTION and one.outcome in PROTECTED
    }
    return [one for one in minors_of(record) if not reached & {"", one.id}]


def held_among_adults(held: list[Person]) -> list[Person]:
    """Of those who are held, whoever is or may be under 18 and is held among adults."""
    return [one for one in held if may_be_minor(one.age_band) and one.among_adults == "yes"]


def to_ask_about_adults(held: list[Person]) -> list[Person]:
    """Of those who are held, whoever is or may be under 18 and of whom nobody said yet whether she
    is held among adults."""
    return [one for one in held if may_be_minor(one.age_band) and not one.among_adults]
