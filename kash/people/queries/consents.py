"""Consents and refusals, and whom they keep from what."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kash.people.models import Consent, Group, Person
from kash.people.rules.persons import OF_POLICE_ALONE, keeps_from
from kash.platform.database import db

_AT_ONCE = 1000


def newest_answers(session: Session, person_id: int) -> list[tuple[str, str]]:
    """(purpose, answer) of a person in the order in which they were recorded."""
    rows = session.execute(
        select(Consent.purpose, Consent.answer)
        .where(Consent.person_id == person_id)
        .order_by(Consent.id)
    )
    return [(row.purpose, row.answer) for row in rows]


def never_asked(
    person_ids: Collection[int], purpose: str, session: Session | None = None
) -> set[int]:
    """Those of these people of whom no answer to a purpose is recorded; one query."""
    asked = (session or db.session()).scalars(
        select(Consent.person_id).where(
            Consent.person_id.in_(person_ids), Consent.purpose == purpose
        )
    )
    return set(person_ids) - set(asked)


def consent_given(
    person_ids: Collection[int], purpose: str, session: Session | None = None
) -> set[int]:
    """Those of these people whose present answer to a purpose is yes; who was never asked is not
    among them. One query for each thousand."""
    held: set[int] = set()
    wanted = sorted(person_ids)
    for start in range(0, len(wanted), _AT_ONCE):
        newest = (
            select(func.max(Consent.id))
            .where(
                Consent.person_id.in_(wanted[start : start + _AT_ONCE]), Consent.purpose == purpose
            )
            .group_by(Consent.person_id)
        )
        held |= set(
            (session or db.session()).scalars(
                select(Consent.person_id).where(Consent.id.in_(newest), Consent.answer == "given")
            )
        )
    return held


def consent_holds(
    person_ids: Collection[int], purpose: str, session: Session | None = None
) -> set[int]:
    """Those of these people whom neither a refusal nor a withdrawal keeps from a purpose.

    Whatever uses a purpose asks this first: contact, printed_name or funder. For
    what only officers are asked it holds of nobody else, whatever was answered once.
    """
    newest = (
        select(func.max(Consent.id))
        .where(Consent.person_id.in_(person_ids), Consent.purpose == purpose)
        .group_by(Consent.person_id)
    )
    answers = (session or db.session()).execute(
        select(Consent.person_id, Consent.answer).where(Consent.id.in_(newest))
    )
    held = set(person_ids) - {row.person_id for row in answers if keeps_from(row.answer)}
    if purpose not in OF_POLICE_ALONE:
        return held
    officers = select(Person.id).join(Person.group).where(Person.id.in_(held), Group.is_police)
    return set((session or db.session()).scalars(officers))
