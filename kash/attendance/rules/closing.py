"""A register is closed by one person and confirmed by another; then it is locked."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kash.platform.approvals.rules import Standing, standing_of


class Stand(StrEnum):
    """Where the register of one slot stands."""

    OPEN = "open"
    CLOSED = "closed"
    LOCKED = "locked"


@dataclass(frozen=True)
class Signed:
    """Signatures of a slot's register: who closed and who confirmed it, by public id; None while
    nobody did."""

    closed_by: str | None = None
    confirmed_by: str | None = None

    @property
    def stand(self) -> Stand:
        """Open, closed, or locked."""
        if self.confirmed_by is not None:
            return Stand.LOCKED
        return Stand.OPEN if self.closed_by is None else Stand.CLOSED


class Hindrance(StrEnum):
    """Why a step is not taken."""

    NONE = ""
    NOT_CLOSED = "not_closed"
    CLOSED_BY_HERSELF = "closed_by_herself"
    NOT_BEGUN = "not_begun"
    TIED = "tied"
    CHANGED = "changed"
    SINGLY = "singly"
    LOCKED = "locked"
    DIFFERENCES = "differences"


def hindrance_to_confirm(
    signed: Signed,
    by: str,
    differences: int = 0,
    *,
    begun: bool = True,
    independent: bool = True,
) -> Hindrance:
    """Why this person does not confirm; `differences` are those that nobody has settled.

    `begun` is whether the session has begun, `independent` whether her account is so of the one
    that closed: nobody confirms herself by a second account of hers. Confirming what is confirmed
    changes nothing, so nothing hinders it.
    """
    if signed.stand is Stand.LOCKED:
        return Hindrance.NONE
    if signed.stand is Stand.OPEN:
        return Hindrance.NOT_CLOSED
    stands = standing_of(by, signed.closed_by, independent=independent)
    if stands is Standing.ASKED:
        return Hindrance.CLOSED_BY_HERSELF
    if not begun:
        return Hindrance.NOT_BEGUN
    if stands is Standing.TIED:
        return Hindrance.TIED
    return Hindrance.DIFFERENCES if differences else Hindrance.NONE


def hindrance_to_reopen(signed: Signed) -> Hindrance:
    """Why a register is not opened again: once it was confirmed there are only corrections."""
    return Hindrance.LOCKED if signed.stand is Stand.LOCKED else Hindrance.NONE
