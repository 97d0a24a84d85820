"""The plan of a period: workshops to come and those held, meetings and holidays."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from kash.accounts.models import Account
from kash.forums.queries.meetings import meetings_between
from kash.holidays.queries import local_holidays_between
from kash.indicators.queries.rows import of_funder, within
from kash.indicators.rules.periods import Period
from kash.platform.database import db
from kash.platform.web.formats import from_local, to_local
from kash.policy import Actor
from kash.workshops.models import Facilitator, Funder, Funding, Workshop


@dataclass(frozen=True)
class PlannedWorkshop:
    """A workshop as the plan tells it; `trainers` are names, the lead first, and `funders` pairs of
    a name and a share in per cent."""

    workshop: Workshop
    trainers: Sequence[str]
    funders: Sequence[tuple[str, int]]


@dataclass(frozen=True)
class PlannedMeeting:
    """A meeting of a forum on a day."""

    forum: str
    day: date
    at: time
    place: str


@dataclass(frozen=True)
class PeriodPlan:
    """Plan of a period, each in the order of days; `holidays` are names by day."""

    workshops: Sequence[PlannedWorkshop]
    meetings: Sequence[PlannedMeeting]
    holidays: Mapping[date, str]


def plan_of(period: Period, funder: str | None, actor: Actor) -> PeriodPlan:
    """The plan of a period: of all workshops, or of those that a funder (public id) pays in
    part. Five queries."""
    workshops = db.session.scalars(
        select(Workshop)
        .options(joinedload(Workshop.venue), joinedload(Workshop.version))
        .where(
            Workshop.state == "planned",
            within(period, Workshop.starts_on),
            *of_funder(Workshop.id, funder),
        )
        .order_by(Workshop.starts_on, Workshop.id)
    ).all()
    ids = [one.id for one in workshops]
    trainers: defaultdict[int, list[str]] = defaultdict(list)
    for workshop, name in db.session.execute(
        select(Facilitator.workshop_id, Account.name)
        .join(Account, Account.id == Facilitator.account_id)
        .where(Facilitator.workshop_id.in_(ids))
        .order_by(Facilitator.lead.desc(), Account.name)
    ):
        trainers[workshop].append(name)
    funders: defaultdict[int, list[tuple[str, int]]] = defaultdict(list)
    for workshop, name, share in db.session.execute(
        select(Funding.workshop_id, Funder.name, Funding.share)
        .join(Funder, Funder.id == Funding.funder_id)
        .where(Funding.workshop_id.in_(ids))
        .order_by(Funding.share.desc(), Funder.name)
    ):
        funders[workshop].append((name, share))
    return PeriodPlan(
        [PlannedWorkshop(one, trainers[one.id], funders[one.id]) for one in workshops],
        [] if funder else _meetings(period, actor),
        {one.day: one.name for one in local_holidays_between(period.first, period.last)},
    )


def _meetings(period: Period, actor: Actor) -> list[PlannedMeeting]:
    begins = from_local(period.first, time())
    ends = from_local(period.last + timedelta(days=1), time())
    found = []
    for one in meetings_between(actor, begins, ends):
        if one.state != "cancelled":
            local = to_local(one.starts_at)
            found.append(PlannedMeeting(one.forum_name, local.date(), local.time(), one.place))
    return found
