"""Owners of registers: attendance knows no feature, and asks its owner what only the owner knows.

A room that keeps registers declares for its purpose who may mark one, and what becomes of somebody
who came to the door.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from kash.feature import Part, declared
from kash.policy import Actor


@dataclass(frozen=True)
class Right:
    """The right to mark a register. What was made from `cancelled_at` on is not taken any more."""

    cancelled_at: datetime | None = None


# Whether an actor may mark a register (its key) at this moment; None if not.
MayMark = Callable[[Session, int, Actor], Right | None]
# Gives a person (her key), who stands on a register (its key) already, her place with the owner,
# at a moment; returns the public ids that the action concerns.
AdmitWalkIn = Callable[[Session, int, int, datetime], Sequence[str]]


@dataclass(frozen=True)
class Owner(Part):
    """The owner of all registers of a purpose, such as "workshop", and what it answers."""

    purpose: str
    may_mark: MayMark
    admit_walk_in: AdmitWalkIn


def owner_of(purpose: str) -> Owner | None:
    """Owner of the registers of a purpose; None where no phone may take them along."""
    return next((one for one in declared(Owner) if one.purpose == purpose), None)
