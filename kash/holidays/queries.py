"""Holidays that the programme added."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Select, func, select

from kash.holidays.models import LocalHoliday
from kash.platform.database import db
from kash.platform.web.errors import one_or_404


def local_holidays(year: int) -> Sequence[LocalHoliday]:
    """Those of a year, in order."""
    return local_holidays_between(date(year, 1, 1), date(year, 12, 31))


def local_holidays_between(first: date, last: date) -> Sequence[LocalHoliday]:
    """Those from one day to another, in order."""
    return db.session.scalars(
        select(LocalHoliday).where(LocalHoliday.day.between(first, last)).order_by(LocalHoliday.day)
    ).all()


def local_days() -> frozenset[date]:
    """The days of all years."""
    return frozenset(db.session.scalars(select(LocalHoliday.day)))


def local_holiday(public_id: str) -> LocalHoliday:
    """One of them. Raises NotFound."""
    return one_or_404(
        db.session.scalar(select(LocalHoliday).where(LocalHoliday.public_id == public_id))
    )


def count_from(day: date) -> Select[int]:
    """How many there are from a day on, to be asked."""
    return select(func.count(LocalHoliday.id)).where(LocalHoliday.day >= day)
