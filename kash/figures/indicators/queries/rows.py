"""Rows that figures are counted from: one person in one workshop, with what tells her apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from kash.certificates.models import Certificate, CertificateBatch
from kash.certificates.rules.issuing import REPLACED
from kash.figures.indicators.models import Completion
from kash.figures.indicators.rules import (
    ANYBODY,
    NEW,
    REFRESHER,
    FactRow,
    Funders,
    IndicatorKey,
    Least,
    PaidShare,
    Period,
)
from kash.people.models import Group, Organisation, Person
from kash.platform.database import db
from kash.training.models import Course, CourseVersion
from kash.workshops.models import Funder, Funding, Workshop
from kash.workshops.queries.workshops import counts_within, is_confirmed

_DAYS: Mapping[str, Any] = {
    IndicatorKey.COMPLETED: Completion.completed_on,
    IndicatorKey.REFRESHED: Completion.completed_on,
    IndicatorKey.REACHED: Completion.held_on,
    IndicatorKey.ATTENDANCES: Completion.held_on,
    IndicatorKey.CERTIFIED: Certificate.issued_on,
}
_COLUMNS: Mapping[str, InstrumentedAttribute[Any]] = {
    "group": Group.letter,
    "course": Course.public_id,
    "sex": Completion.sex,
    "age_band": Completion.age_band,
    "cadre": Completion.cadre,
    "station": Organisation.public_id,
    "ward": Completion.ward,
    "refresher": Completion.refresher,
}


def within(period: Period, day: Any) -> ColumnElement[bool]:
    """True if a column of days lies in a period."""
    return and_(day >= period.first, day <= period.last)


def of_funder(workshop: Any, funder: str | None) -> list[ColumnElement[bool]]:
    """The conditions that a column of workshops is one that a funder (public id) pays in part."""
    if funder is None:
        return []
    # Asked of each row: the workshops of a funder are more than those of a period.
    its = select(Funder.id).where(Funder.public_id == funder).scalar_subquery()
    return [
        select(Funding.id).where(Funding.workshop_id == workshop, Funding.funder_id == its).exists()
    ]


def paid_by(funder: str) -> Select[int]:
    """A select of the workshops (keys) that a funder (public id) pays in part."""
    return select(Funding.workshop_id).join(Funder).where(Funder.public_id == funder)


def conditions(key: str, period: Period, least: Least = ANYBODY) -> list[ColumnElement[bool]]:
    """The conditions by which facts count for an indicator in a period. For the least number of
    workshops all of the period count, so that a funder's part is a part of the whole."""
    counted: list[ColumnElement[bool]] = [within(period, _DAYS[key])]
    if key in (IndicatorKey.COMPLETED, IndicatorKey.REFRESHED):
        counted.append(Completion.met.is_(True))
    if key == IndicatorKey.REFRESHED:
        counted.append(Completion.refresher.is_(True))
    if key in (IndicatorKey.REACHED, IndicatorKey.ATTENDANCES):
        needed = least.of(key)
        counted += [Completion.minutes > 0, Completion.percentage >= needed.share]
        if needed.days > 1:
            counted.append(Completion.days >= needed.days)
        if needed.workshops > 1:
            often = (
                select(Completion.person_id)
                .where(*counted)
                .group_by(Completion.person_id)
                .having(func.count() >= needed.workshops)
            )
            counted.append(Completion.person_id.in_(often.correlate(None)))
    if key == IndicatorKey.CERTIFIED:
        # A corrected certificate stands for the one that it replaces, and a renewal for an earlier.
        counted += [
            CertificateBatch.kind == "workshop",
            Certificate.serial.is_not(None),
            or_(Certificate.revoked_at.is_(None), Certificate.revoked_class == REPLACED),
        ]
    return counted


def fact_rows(
    key: str,
    period: Period,
    dimensions: Collection[str],
    *,
    least: Least = ANYBODY,
    session: Session | None = None,
) -> list[FactRow]:
    """The rows of an indicator that counts people or attendances; one query."""
    names = [name for name in dimensions if name in _COLUMNS]
    columns = [_COLUMNS[name] for name in names]
    if key == IndicatorKey.CERTIFIED:
        statement = (
            select(Certificate.person_id, CertificateBatch.workshop_id, _DAYS[key], Certificate.id)
            .add_columns(*columns)
            .select_from(Certificate)
            .join(CertificateBatch, CertificateBatch.id == Certificate.batch_id)
            .join(Workshop, Workshop.id == CertificateBatch.workshop_id)
            .join(CourseVersion, CourseVersion.id == Workshop.version_id)
            .outerjoin(
                Completion,
                and_(
                    Completion.workshop_id == CertificateBatch.workshop_id,
                    Completion.person_id == Certificate.person_id,
                ),
            )
        )
        if "group" in names:
            # Older certificates have no fact beside them.
            of_hers = (
                select(Person.group_id).where(Person.id == Certificate.person_id).scalar_subquery()
            )
            group: Any = func.coalesce(Completion.group_id, of_hers)
            statement = statement.outerjoin(Group, Group.id == group)
    else:
        statement = (
            select(Completion.person_id, Completion.workshop_id, _DAYS[key], Completion.id)
            .add_columns(*columns)
            .select_from(Completion)
        )
        if "group" in names:
            statement = statement.join(Group, Group.id == Completion.group_id)
    of_course = CourseVersion if key == IndicatorKey.CERTIFIED else Completion
    statement = _with_names(statement, names, of_course.course_id)
    counted = conditions(key, period, least)
    facts = (session or db.session()).execute(statement.where(*counted))
    return [
        FactRow(
            fact[0],
            fact[1],
            fact[2],
            fact[3],
            {name: _value(name, fact[4 + place]) for place, name in enumerate(names)},
        )
        for fact in facts
    ]


def with_facts(
    rows: Sequence[FactRow], dimensions: Collection[str], session: Session
) -> list[FactRow]:
    """Rows of people in workshops with what tells them apart, read from their facts of these
    workshops; the person who has none of one does not count there. One query."""
    names = [name for name in dimensions if name in _COLUMNS]
    workshops = {fact.workshop for fact in rows}
    statement = select(Completion.workshop_id, Completion.person_id).add_columns(
        *(_COLUMNS[name] for name in names)
    )
    if "group" in names:
        statement = statement.join(Group, Group.id == Completion.group_id)
    completions = {
        (workshop, person): {
            name: _value(name, stored) for name, stored in zip(names, values, strict=True)
        }
        for workshop, person, *values in session.execute(
            _with_names(statement, names, Completion.course_id).where(
                Completion.workshop_id.in_(workshops)
            )
        )
    }
    return [
        replace(fact, values={**fact.values, **completions[fact.workshop, fact.person]})
        for fact in rows
        if (fact.workshop, fact.person) in completions
    ]


def _with_names(
    statement: Select[*tuple[Any, ...]], names: Sequence[str], course: Any
) -> Select[*tuple[Any, ...]]:
    if "course" in names:
        statement = statement.outerjoin(Course, Course.id == course)
    if "station" in names:
        statement = statement.outerjoin(Organisation, Organisation.id == Completion.organisation_id)
    return statement


def _value(name: str, stored: Any) -> str:
    if name == "refresher":
        return REFRESHER if stored else NEW
    return stored or ""


def funders_of(workshops: Collection[int] | None, session: Session | None = None) -> Funders:
    """Funders of workshops (keys) with their shares, by workshop; of all where it is None."""
    statement = (
        select(Funding.workshop_id, Funder.public_id, Funding.share)
        .join(Funder, Funder.id == Funding.funder_id)
        .order_by(Funding.workshop_id, Funder.public_id)
    )
    if workshops is not None:
        statement = statement.where(Funding.workshop_id.in_(workshops))
    shares: defaultdict[int, list[PaidShare]] = defaultdict(list)
    for workshop, funder, share in (session or db.session()).execute(statement):
        shares[workshop].append(PaidShare(funder, share))
    return shares


def has_facts(period: Period, funder: str | None) -> ColumnElement[bool]:
    """True if any workshop of a period has facts: without them a count is no 0, it is unknown."""
    return (
        select(Completion.id)
        .where(within(period, Completion.held_on), *of_funder(Completion.workshop_id, funder))
        .exists()
    )


def held_workshops(period: Period, funder: str | None) -> list[ColumnElement[bool]]:
    """The conditions of workshops that ended in a period and whose registers are all confirmed."""
    return [
        Workshop.state == "planned",
        counts_within(period.first, period.last),
        is_confirmed(),
        *of_funder(Workshop.id, funder),
    ]
