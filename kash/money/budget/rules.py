"""Sums of a line: what its head count makes of its price, and who bears which part of it.

The person who decides which head count drives a line must see which it is: people who were invited
are not those who came, and trainers are among neither unless the line says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from kash.money.payouts.rules import OWN_MEANS, shared

# More than any line; what is larger was mistyped.
MOST_UNIT_CENTS = 100_000_000
MOST_LINES = 60


class Driver(StrEnum):
    """Count by which the price of a line is multiplied."""

    FIXED = "fixed"
    DAYS = "days"
    INVITED = "invited"
    CONFIRMED = "confirmed"
    ATTENDED = "attended"
    PERSON_DAYS = "person_days"
    TRAINERS = "trainers"


# Those to which trainers may be added.
OF_PEOPLE = frozenset({Driver.INVITED, Driver.CONFIRMED, Driver.ATTENDED, Driver.PERSON_DAYS})


@dataclass(frozen=True)
class HeadCounts:
    """Counts of a workshop. `invited` are those who were asked and have not said no, the confirmed
    among them; `attended` and `person_days` are None until somebody was marked."""

    days: int
    invited: int = 0
    confirmed: int = 0
    trainers: int = 0
    attended: int | None = None
    person_days: int | None = None


@dataclass(frozen=True)
class Bearer:
    """A funder by name, with the code of its share and how many per cent it bears."""

    funder: str
    code: str
    share: int


@dataclass(frozen=True)
class PaidSum:
    """So many payments of one amount, paid or still to be."""

    cents: int
    paid: bool
    count: int = 1


@dataclass(frozen=True)
class BudgetLineFacts:
    """A line as it was entered. `funder` is a name, empty for the workshop's shares."""

    driver: Driver
    unit_cents: int
    with_trainers: bool = False
    from_payouts: bool = False
    funder: str = ""
    code: str = ""
    spent_cents: int | None = None


@dataclass(frozen=True)
class BudgetPart:
    """Part of a line that one bears under one code, in cents. No funder: the programme's own."""

    funder: str
    code: str
    planned: int
    spent: int


@dataclass(frozen=True)
class LineSums:
    """Sums of a line. `expected` says that nobody was marked yet, so that those with a confirmed
    place stand for those who came; `listed` that lists of payouts stand for the plan."""

    units: int
    planned: int
    spent: int
    parts: tuple[BudgetPart, ...]
    expected: bool = False
    listed: bool = False


def units(driver: Driver, counts: HeadCounts, *, with_trainers: bool = False) -> int:
    """How many units a line has. Before anybody was marked, those with a confirmed place count as
    coming, on each day."""
    trainers = counts.trainers if with_trainers and driver in OF_PEOPLE else 0
    if driver is Driver.FIXED:
        return 1
    if driver is Driver.DAYS:
        return counts.days
    if driver is Driver.TRAINERS:
        return counts.trainers
    if driver is Driver.INVITED:
        return counts.invited + trainers
    if driver is Driver.CONFIRMED:
        return counts.confirmed + trainers
    if driver is Driver.ATTENDED:
        came = counts.confirmed if counts.attended is None else counts.attended
        return came + trainers
    days = counts.confirmed * counts.days if counts.person_days is None else counts.person_days
    return days + trainers * counts.days


def line_sums(
    line: BudgetLineFacts,
    counts: HeadCounts,
    bearers: Sequence[Bearer],
    payouts: Sequence[PaidSum] = (),
    *,
    cancelled: bool = False,
) -> LineSums:
    """Sums of a line; its parts add up to them to the cent.

    Of a line of payouts each payment is shared by itself, as on their own pages. Until there is a
    list, it is planned as any other. A cancelled workshop plans nothing; what was spent stays.
    """
    count = units(line.driver, counts, with_trainers=line.with_trainers)
    awaits = {Driver.ATTENDED: counts.attended, Driver.PERSON_DAYS: counts.person_days}
    expected = line.driver in awaits and awaits[line.driver] is None
    amounts: list[tuple[int, int]] = []
    if line.from_payouts and payouts:
        for payout in payouts:
            amounts += [(payout.cents, payout.cents if payout.paid else 0)] * payout.count
    else:
        spent = 0 if line.from_payouts else (line.spent_cents or 0)
        amounts.append((0 if cancelled else line.unit_cents * count, spent))
    parts: dict[tuple[str, str], list[int]] = {}
    for planned, spent in amounts:
        for place, cents in enumerate((planned, spent)):
            for key, part in _borne(cents, line, bearers).items():
                parts.setdefault(key, [0, 0])[place] += part
    return LineSums(
        units=count,
        planned=sum(planned for planned, _ in amounts),
        spent=sum(spent for _, spent in amounts),
        parts=tuple(BudgetPart(*key, *sums) for key, sums in parts.items()),
        expected=expected and not (line.from_payouts and payouts),
        listed=line.from_payouts and bool(payouts),
    )


def _borne(
    cents: int, line: BudgetLineFacts, bearers: Sequence[Bearer]
) -> dict[tuple[str, str], int]:
    if line.funder:
        own_code = next((bearer.code for bearer in bearers if bearer.funder == line.funder), "")
        return {(line.funder, line.code or own_code): cents}
    codes = {bearer.funder: bearer.code for bearer in bearers}
    return {
        (funder, line.code or codes.get(funder, "")): part
        for funder, part in shared(
            cents, [(bearer.funder, bearer.share) for bearer in bearers]
        ).items()
    }


def total_of(parts: Sequence[BudgetPart]) -> dict[tuple[str, str], BudgetPart]:
    """Parts added up by funder and code, the programme's own means last."""
    sums: dict[tuple[str, str], BudgetPart] = {}
    for part in parts:
        key = (part.funder, part.code)
        before = sums.get(key, BudgetPart(*key, 0, 0))
        sums[key] = BudgetPart(*key, before.planned + part.planned, before.spent + part.spent)
    return dict(
        sorted(
            sums.items(), key=lambda part: (part[0][0] == OWN_MEANS, part[0][0].lower(), part[0][1])
        )
    )
