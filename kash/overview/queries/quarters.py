"""Counts of several quarters at once, for the chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, literal, select, union_all

from kash.indicators.models import Completion
from kash.indicators.queries.rows import conditions, of_funder
from kash.indicators.rules.keys import IndicatorKey
from kash.indicators.rules.periods import Period, quarter_holding
from kash.people.models import Group
from kash.platform.database import db

QUARTERS = 8


@dataclass(frozen=True)
class QuarterCounts:
    """People who completed a course in a quarter, by the letters of groups; each counts once in the
    quarter. A group without anybody is not in it."""

    period: Period
    groups: Mapping[str, int]

    @property
    def total(self) -> int:
        """People of all groups."""
        return sum(self.groups.values())


def quarters_until(period: Period) -> Sequence[Period]:
    """The last quarters up to that in which a period ends, the oldest first."""
    found = [quarter_holding(period.last)]
    while len(found) < QUARTERS:
        found.append(found[-1].before)
    return found[::-1]


def completed_by_quarter(period: Period, funder: str | None = None) -> list[QuarterCounts]:
    """People who completed a course in each of the last quarters, of all workshops or of those that
    a funder (public id) pays in part; two queries."""
    quarters = quarters_until(period)
    # Each quarter by itself: the index of days gives its facts together, and nothing is sorted.
    rows = db.session.execute(
        union_all(
            *(
                select(
                    literal(place),
                    Completion.group_id,
                    func.count(Completion.person_id.distinct()),
                )
                .where(
                    *conditions(IndicatorKey.COMPLETED, one),
                    *of_funder(Completion.workshop_id, funder),
                )
                .group_by(Completion.group_id)
                for place, one in enumerate(quarters)
            )
        )
    ).all()
    letters = dict(db.session.execute(select(Group.id, Group.letter)).all())
    counts: dict[Period, dict[str, int]] = {one: {} for one in quarters}
    for place, group, count in rows:
        counts[quarters[place]][letters[group]] = count
    return [QuarterCounts(one, dict(sorted(groups.items()))) for one, groups in counts.items()]
