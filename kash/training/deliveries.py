"""Deliveries of session plans: a room above that teaches them says how long each took."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from kash.feature import Part, declared
from kash.platform.database import db
from kash.platform.web.counted import counted
from kash.training.queries import plans_of
from kash.training.rules.delivered import Delivered, WholeTime, of_last, whole_time

# For lineages of session plans: the minutes that each took, the latest first, at most `LAST_TIMES`;
# what was never taught may be left out.
LastMinutes = Callable[[Session, Collection[str]], Mapping[str, Sequence[int]]]


@dataclass(frozen=True)
class Deliveries(Part):
    """A room that knows how long sessions took."""

    last_minutes: LastMinutes


def delivered_of(lineages: Collection[str], session: Session | None = None) -> dict[str, Delivered]:
    """The last deliveries of each plan (its lineage) that was ever taught, whichever version or
    translation it was; one query for each room that teaches."""
    found: dict[str, Delivered] = {}
    if lineages:
        for one in declared(Deliveries):
            for lineage, minutes in one.last_minutes(session or db.session(), lineages).items():
                took = of_last(minutes)
                if took is not None:
                    found[lineage] = took
    return found


def delivered_kept(lineages: Collection[str]) -> dict[str, Delivered]:
    """The same of all plans of a version, which are asked about once while nothing was written."""
    return counted(("delivered", frozenset(lineages)), lambda: delivered_of(lineages))


def whole_times(version_ids: Collection[int]) -> dict[int, WholeTime]:
    """The time of each of these versions (keys), as planned and as taught; three queries, one while
    nothing was written."""
    key = ("whole times", frozenset(version_ids))
    return counted(key, lambda: _whole_times(version_ids))


def _whole_times(version_ids: Collection[int]) -> dict[int, WholeTime]:
    plans = plans_of(version_ids)
    took = delivered_of({lineage for some in plans.values() for lineage, _ in some})
    return {
        version: whole_time((minutes, took.get(lineage)) for lineage, minutes in some)
        for version, some in plans.items()
    }
