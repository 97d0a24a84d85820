"""Whatever has left beside statements: figures to other systems, and papers to a funder. Features
above declare it, so that all of it stands on one page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from kash.feature import Part, declared
from kash.workshops.models import Funder


@dataclass(frozen=True)
class Receiver:
    """Another system to which figures went: how many values of it were taken, when the last was
    sent, and the address at which each stands."""

    name: str
    kind: Any
    values: int
    last: datetime
    page: str


@dataclass(frozen=True)
class OtherReceivers(Part):
    """Other systems to which a feature sends figures.

    Of the community it may send nothing but figures of the whole programme that stand in the ledger
    (`told_by_period`) without a star: so whoever has both knows no more than from the ledger, and
    what is attacked before a statement leaves need not hold them once more. A test of the feature
    says so (`tests/dhis2/test_left.py`).
    """

    found: Callable[[], Sequence[Receiver]]


@dataclass(frozen=True)
class TokenReader:
    """A program that reads by a token: of which connection, for what, what it read, when last, and
    the address of its token. `rows_until` is the last day on which it was given people of the
    community one by one, None if it never was."""

    name: str
    purpose: str
    read: Sequence[Any]
    last: datetime
    page: str
    rows_until: date | None = None


@dataclass(frozen=True)
class TokenReaders(Part):
    """Programs that read by tokens of a feature.

    Of the community each may be told nothing but figures as they stand in the ledger
    (`told_by_period`), with their stars: a test of the feature attacks all that a token with every
    scope is told (`tests/api/test_left.py`). One that was given people one by one, as tokens once
    were, knows what is starred of each period that had begun by then.
    """

    found: Callable[[], Sequence[TokenReader]]
    rows_until: Callable[[Session], date | None]


def readers() -> list[TokenReader]:
    """All programs that ever read anything by a token."""
    return [one for part in declared(TokenReaders) for one in part.found()]


def rows_given_until(session: Session) -> date | None:
    """The last day on which any program was given people of the community one by one."""
    days = [day for part in declared(TokenReaders) if (day := part.rows_until(session))]
    return max(days, default=None)


@dataclass(frozen=True)
class LeftPaper:
    """A paper that a funder reads, since when, and its address."""

    title: str
    since: datetime | None
    page: str


@dataclass(frozen=True)
class LeftPapers(Part):
    """Papers of a feature that a funder reads, beside statements."""

    to: Callable[[Funder], Sequence[LeftPaper]]


def other_receivers() -> list[Receiver]:
    """All other systems to which figures went."""
    return [one for part in declared(OtherReceivers) for one in part.found()]


def papers_left(funder: Funder) -> list[LeftPaper]:
    """All papers that a funder reads beside its statements."""
    return [one for part in declared(LeftPapers) for one in part.to(funder)]
