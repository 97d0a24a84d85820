"""Periods: a quarter, a year, a month, or any days from one to another, as they stand in an
address."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

# Outside of these years a period is a slip of the pen.
FIRST_YEAR, LAST_YEAR = 2000, 2199
LONGEST_TEXT = 22
_YEAR = re.compile(r"(\d{4})")
_QUARTER = re.compile(r"(\d{4})-Q([1-4])")
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_DAYS = re.compile(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})")


class PeriodFault(StrEnum):
    """Fault of a period that cannot be used."""

    UNREADABLE = "unreadable"
    BACKWARDS = "backwards"


class PeriodProblem(ValueError):
    """A period that ends before it starts, or cannot be read; `fault` says which."""

    def __init__(self, fault: PeriodFault) -> None:
        super().__init__(str(fault))
        self.fault = fault


@dataclass(frozen=True, order=True)
class Period:
    """Days from the first to the last, both among them. Raises PeriodProblem."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise PeriodProblem(PeriodFault.BACKWARDS)
        if self.first.year < FIRST_YEAR or self.last.year > LAST_YEAR:
            raise PeriodProblem(PeriodFault.UNREADABLE)

    def contains(self, day: date) -> bool:
        """True if a day is one of them."""
        return self.first <= day <= self.last

    def overlaps(self, other: Period) -> bool:
        """True if a day is in both."""
        return self.first <= other.last and other.first <= self.last

    @property
    def text(self) -> str:
        """The one form in which these days are written, whatever form they were read from."""
        first, last = self.first, self.last
        whole_months = first.day == 1 and last.day == monthrange(last.year, last.month)[1]
        if whole_months and first.year == last.year:
            if (first.month, last.month) == (1, 12):
                return f"{first.year}"
            if first.month % 3 == 1 and last.month == first.month + 2:
                return f"{first.year}-Q{last.month // 3}"
            if first.month == last.month:
                return f"{first:%Y-%m}"
        return f"{first.isoformat()}..{last.isoformat()}"

    @property
    def kind(self) -> str:
        """Kind of period: "year", "quarter", "month", or "days"."""
        text = self.text
        if ".." in text:
            return "days"
        return {4: "year", 7: "quarter" if "Q" in text else "month"}[len(text)]

    @property
    def before(self) -> Period:
        """The period of the same kind just before; of other days, as many days just before. Raises
        PeriodProblem where there is none."""
        year_before, quarter_of = self.first.year - 1, (self.first.month + 2) // 3
        if self.kind == "year":
            return year(year_before)
        if self.kind == "quarter":
            return (
                quarter(self.first.year, quarter_of - 1)
                if quarter_of > 1
                else quarter(year_before, 4)
            )
        if self.kind == "month":
            before = self.first.month - 1
            return month(self.first.year, before) if before else month(year_before, 12)
        length = self.last - self.first
        try:
            last = date.fromordinal(self.first.toordinal() - 1)
            return Period(last - length, last)
        except (ValueError, OverflowError) as error:
            raise PeriodProblem(PeriodFault.UNREADABLE) from error


def year(number: int) -> Period:
    """A calendar year. Raises PeriodProblem."""
    return _months(number, 1, 12)


def quarter(number: int, part: int) -> Period:
    """A quarter of a year, from 1 to 4. Raises PeriodProblem."""
    return _months(number, 3 * part - 2, 3 * part)


def month(number: int, part: int) -> Period:
    """A month of a year, from 1 to 12. Raises PeriodProblem."""
    return _months(number, part, part)


def quarter_holding(day: date) -> Period:
    """The quarter in which a day lies."""
    return quarter(day.year, (day.month + 2) // 3)


def _months(number: int, first: int, last: int) -> Period:
    try:
        return Period(date(number, first, 1), date(number, last, monthrange(number, last)[1]))
    except PeriodProblem:
        raise
    except ValueError as error:
        raise PeriodProblem(PeriodFault.UNREADABLE) from error


def read_period(text: str) -> Period:
    """A period as it stands in an address: "2026", "2026-Q3", "2026-01", or
    "2026-01-01..2026-03-31". Raises PeriodProblem."""
    plain = text.strip().upper()
    if not plain.isascii():
        raise PeriodProblem(PeriodFault.UNREADABLE)
    if found := _YEAR.fullmatch(plain):
        return year(int(found[1]))
    if found := _QUARTER.fullmatch(plain):
        return quarter(int(found[1]), int(found[2]))
    if found := _MONTH.fullmatch(plain):
        return month(int(found[1]), int(found[2]))
    if found := _DAYS.fullmatch(plain):
        try:
            first, last = date.fromisoformat(found[1]), date.fromisoformat(found[2])
        except ValueError as error:
            raise PeriodProblem(PeriodFault.UNREADABLE) from error
        return Period(first, last)
    raise PeriodProblem(PeriodFault.UNREADABLE)
