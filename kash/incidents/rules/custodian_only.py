"""Cases that go straight to a custodian, and that no documentation officer and no director sees.

They are those with somebody who is or may be under 18 (`minors`), and those with somebody of the
programme on the other side. What tells it is sealed, so it is decided of an opened record, at the
one place where conflicts of interest are (`queries.cases.Sight`).

A screen of a phone that would tell it and does not open counts as if it did.

Where no custodian is free, a child's case is worked on by documentation officers after all, since
she may be in a cell; somebody of the programme might be any of them, so nobody reads that one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from enum import StrEnum
from typing import Protocol

from kash.incidents.rules.conflicts import Concerning

PROGRAMME = "programme"
# The screens of a phone on which it is asked how old somebody is, and who did it.
WHOM, WHO = "whom", "who"


class Seen(Concerning, Protocol):
    """A record, as far as who may see it depends on it."""

    def unread(self) -> Collection[str]:
        """Screens of a phone that nobody could put together with it, by their names."""

    def asks_for_a_decision(self) -> bool:
        """True if the custodian decides about a report of bribery, or a term set aside."""

    def has_minor(self) -> bool:
        """True if somebody on record is under 18, or may be."""


class ForCustodian(StrEnum):
    """Why a case is for a custodian alone."""

    MINOR = "minor"
    PROGRAMME = "programme"


def for_custodian(record: Seen) -> ForCustodian | None:
    """Why a case is for a custodian alone, None if it is not."""
    unread = record.unread()
    if WHO in unread or any(party.kind == PROGRAMME for party in record.parties):
        return ForCustodian.PROGRAMME
    return ForCustodian.MINOR if WHOM in unread or record.has_minor() else None


def may_read(record: Seen, *, custodian: bool, somebody_free: Callable[[], bool]) -> bool:
    """True if somebody without a part in a case may read it, as far as it is for a custodian.

    `custodian`: whether she is one; `somebody_free`: whether any custodian has no part in it, asked
    only where it matters.
    """
    why = for_custodian(record)
    return why is None or custodian or (why is ForCustodian.MINOR and not somebody_free())
