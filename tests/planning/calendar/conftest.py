"""A workshop two weeks from now, with a trainer who runs it."""

from datetime import date, time, timedelta

import pytest

from kash.platform.web.formats import local_today
from tests.workshops.conftest import plan

__all__ = ["plan"]


def day(number: int) -> date:
    """A day of the week that begins in two weeks, 0 is its Monday."""
    today = local_today()
    return today - timedelta(days=today.weekday()) + timedelta(weeks=2, days=number)


@pytest.fixture
def coming(plan):
    """A workshop on the mornings of Tuesday and Wednesday of that week, two sessions each."""
    return plan(title="Kisumu West", starts_on=day(1), ends_on=day(2), day_ends_at=time(12, 30))
