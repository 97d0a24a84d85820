"""Attention: what must be seen to before figures can be trusted, or people are let down. Workshops
of one funder, as it may see them: when, where, and its share; nothing of their people but what was
sent. The plan of a period: workshops to come and those held, meetings and holidays. Counts of
several quarters at once, for the chart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Row, func, literal, select, union_all
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
from kash.figures.statements.queries import figures_of, sent_to, statement
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


def attention(period: Period, funder: str | None, now: datetime) -> Row[int, int, int, int]:
    """Counts of what needs somebody now: workshops of the period and the funder that are over and
    whose registers are not all confirmed, so that no figure counts them; actions of forums that are
    late; certificates that run out within 60 days; days on which printed figures were due and are
    not printed. Three queries."""
    today = to_local(now).date()
    late = select(func.count(Action.id)).where(Action.state == "open", Action.due_on < today)
    expiring = select(func.count(Certificate.id)).where(expires_by(today))
    return db.session.execute(
        select(
            _unconfirmed(period, funder, today).label("unconfirmed"),
            late.scalar_subquery().label("late_actions"),
            expiring.scalar_subquery().label("expiring"),
            literal(len(days_due(now))).label("unprinted"),
        )
    ).one()


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


def look_of(funder: Funder, actor: Actor, today: date) -> dict[str, Any]:
    """One look at all that a funder supports, for an account of it: its workshops counted, the
    newest statement that was sent to it, and those figures of it that were reached with its
    support."""
    sent = sent_to(funder.public_id, actor)
    newest = statement(sent[0].public_id, actor) if sent else None
    figures = [figure for figure in figures_of(newest) if figure.line.supported] if newest else []
    return {
        "funder": funder,
        "counts": counts_of(funder, today),
        "newest": newest,
        "figures": figures,
    }


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


def counts_of(funder: Funder, today: date) -> Row[int, int, int]:
    """Counts of them: those that are over, those to come, and those that were cancelled."""
    planned = Workshop.state == "planned"
    return db.session.execute(
        select(
            func.count().filter(planned, Workshop.ends_on < today).label("over"),
            func.count().filter(planned, Workshop.ends_on >= today).label("ahead"),
            func.count().filter(~planned).label("cancelled"),
        )
        .select_from(Funding)
        .join(Workshop, Workshop.id == Funding.workshop_id)
        .where(Funding.funder_id == funder.id)
    ).one()


def plan_of(period: Period, funder: str | None, actor: Actor) -> dict[str, Any]:
    """The plan of a period, each part in the order of days: all workshops, or those that a funder
    (public id) pays in part, each with the names of its trainers, the lead first, and its funders
    with their shares; meetings; and names of holidays by day. Five queries."""
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
    begins = from_local(period.first, time())
    ends = from_local(period.last + timedelta(days=1), time())
    return {
        "workshops": [
            (workshop, trainers[workshop.id], funders[workshop.id]) for workshop in workshops
        ],
        "meetings": [
            (to_local(meeting.starts_at), meeting.forum_name, meeting.place)
            for meeting in ([] if funder else meetings_between(actor, begins, ends))
            if meeting.state != "cancelled"
        ],
        "holidays": {
            holiday.day: holiday.name
            for holiday in local_holidays_between(period.first, period.last)
        },
    }


QUARTERS = 8


def quarters_until(period: Period) -> Sequence[Period]:
    """The last quarters up to that in which a period ends, the oldest first."""
    quarters = [quarter_holding(period.last)]
    while len(quarters) < QUARTERS:
        quarters.append(quarters[-1].before)
    return quarters[::-1]


def completed_by_quarter(period: Period, funder: str | None = None) -> dict[Period, dict[str, int]]:
    """People who completed a course in each of the last quarters, by the letters of groups, of all
    workshops or of those that a funder (public id) pays in part; each counts once in a quarter, and
    a group without anybody is not in it. Two queries."""
    quarters = quarters_until(period)
    # Each quarter by itself: the index of days gives its facts together, and nothing is sorted.
    rows = db.session.execute(
        union_all(
            *(
                select(
                    literal(place), Completion.group_id, func.count(Completion.person_id.distinct())
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
    return {key: dict(sorted(groups.items())) for key, groups in counts.items()}
