"""Attention: what must be seen to before figures can be trusted, or people are let down. Workshops
of one funder, as it may see them: when, where, and its share; nothing of their people but what was
sent. The plan of a period: workshops to come and those held, meetings and holidays. Counts of
several quarters at once, for the chart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, literal, select, union_all
from sqlalchemy.orm import joinedload
from sqlalchemy.sql.elements import ColumnElement

from kash.accounts.models import Account
from kash.attendance.models import Slot
from kash.certificates.models import Certificate
from kash.certificates.queries.certificates import expires_by
from kash.figures.indicators.models import Completion
from kash.figures.indicators.queries.definitions import conditions, of_funder, within
from kash.figures.indicators.rules import IndicatorKey, Period, quarter_holding
from kash.figures.releases.queries import days_due
from kash.figures.statements.models import Statement
from kash.figures.statements.queries import FrozenRow, figures_of, sent_to, statement
from kash.forums.models import Action
from kash.forums.queries.meetings import meetings_between
from kash.people.models import Group
from kash.platform.database import db
from kash.platform.web.formats import from_local, to_local
from kash.platform.web.lists import Listing, listing
from kash.policy import Actor
from kash.training.models import CourseVersion
from kash.workshops.holidays.queries import local_holidays_between
from kash.workshops.models import Facilitator, Funder, Funding, Workshop


@dataclass(frozen=True)
class Attention:
    """Counts of what needs somebody: workshops of the period that are over and whose registers are
    not all confirmed, so that no figure counts them; actions of forums that are late; certificates
    that run out within 60 days; days on which printed figures were due and are not printed."""

    unconfirmed: int
    late_actions: int
    expiring: int
    unprinted: int


def attention(period: Period, funder: str | None, now: datetime) -> Attention:
    """Counts of what needs somebody now; three queries. Only workshops are of the period and the
    funder."""
    today = to_local(now).date()
    counted = db.session.execute(
        select(
            _unconfirmed(period, funder, today).label("unconfirmed"),
            select(func.count(Action.id))
            .where(Action.state == "open", Action.due_on < today)
            .scalar_subquery()
            .label("late"),
            select(func.count(Certificate.id))
            .where(expires_by(today))
            .scalar_subquery()
            .label("expiring"),
        )
    ).one()
    return Attention(counted.unconfirmed, counted.late, counted.expiring, len(days_due(now)))


def _unconfirmed(period: Period, funder: str | None, today: date) -> ColumnElement[int]:
    waits = (
        select(Slot.id)
        .where(Slot.register_id == Workshop.register_id, Slot.confirmed_at.is_(None))
        .exists()
    )
    return (
        select(func.count(Workshop.id))
        .where(
            Workshop.state == "planned",
            within(period, Workshop.ends_on),
            Workshop.ends_on < today,
            waits,
            *of_funder(Workshop.id, funder),
        )
        .scalar_subquery()
    )


@dataclass(frozen=True)
class FundedCounts:
    """Workshops of a funder: those that are over, those to come, and those that were cancelled."""

    over: int
    ahead: int
    cancelled: int


@dataclass(frozen=True)
class FundedLook:
    """One look at all that a funder supports: its workshops counted, the newest statement that was
    sent to it, and those figures of it that were reached with its support."""

    funder: Funder
    counts: FundedCounts
    newest: Statement | None
    figures: Sequence[FrozenRow]


def look_of(funder: Funder, actor: Actor, today: date) -> FundedLook:
    """One look for an account of a funder."""
    sent = sent_to(funder.public_id, actor)
    newest = statement(sent[0].public_id, actor) if sent else None
    figures = [figure for figure in figures_of(newest) if figure.line.supported] if newest else []
    return FundedLook(funder, counts_of(funder, today), newest, figures)


def workshops_of(funder: Funder) -> Listing[Funding]:
    """A page of the workshops that a funder pays in part, the latest first."""
    return listing(
        select(Funding)
        .join(Workshop, Workshop.id == Funding.workshop_id)
        .join(CourseVersion, CourseVersion.id == Workshop.version_id)
        .where(Funding.funder_id == funder.id)
        .options(
            joinedload(Funding.workshop).joinedload(Workshop.venue),
            joinedload(Funding.workshop).joinedload(Workshop.version),
        ),
        sorts={"day": Workshop.starts_on, "title": CourseVersion.public_title},
        default_sort="day",
        default_direction="desc",
        key=Funding.id,
    )


def counts_of(funder: Funder, today: date) -> FundedCounts:
    """Counts of them; one query."""
    planned = Workshop.state == "planned"
    counted = db.session.execute(
        select(
            func.count().filter(planned, Workshop.ends_on < today),
            func.count().filter(planned, Workshop.ends_on >= today),
            func.count().filter(~planned),
        )
        .select_from(Funding)
        .join(Workshop, Workshop.id == Funding.workshop_id)
        .where(Funding.funder_id == funder.id)
    ).one()
    return FundedCounts(*counted)


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
    ids = [workshop.id for workshop in workshops]
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
        [
            PlannedWorkshop(workshop, trainers[workshop.id], funders[workshop.id])
            for workshop in workshops
        ],
        [] if funder else _meetings(period, actor),
        {
            holiday.day: holiday.name
            for holiday in local_holidays_between(period.first, period.last)
        },
    )


def _meetings(period: Period, actor: Actor) -> list[PlannedMeeting]:
    begins = from_local(period.first, time())
    ends = from_local(period.last + timedelta(days=1), time())
    meetings = []
    for meeting in meetings_between(actor, begins, ends):
        if meeting.state != "cancelled":
            local = to_local(meeting.starts_at)
            meetings.append(
                PlannedMeeting(meeting.forum_name, local.date(), local.time(), meeting.place)
            )
    return meetings


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
    quarters = [quarter_holding(period.last)]
    while len(quarters) < QUARTERS:
        quarters.append(quarters[-1].before)
    return quarters[::-1]


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
                    *conditions(IndicatorKey.COMPLETED, quarter),
                    *of_funder(Completion.workshop_id, funder),
                )
                .group_by(Completion.group_id)
                for place, quarter in enumerate(quarters)
            )
        )
    ).all()
    letters = dict(db.session.execute(select(Group.id, Group.letter)).all())
    counts: dict[Period, dict[str, int]] = {quarter: {} for quarter in quarters}
    for place, group, count in rows:
        counts[quarters[place]][letters[group]] = count
    return [QuarterCounts(key, dict(sorted(groups.items()))) for key, groups in counts.items()]
