"""Postings, from when to when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.people.models import Organisation, Person, Posting
from kash.people.queries.persons import locked_person
from kash.people.rules.persons import Stay, transfer_day_fits
from kash.people.services.persons import UnknownOrganisation
from kash.platform.vault import audited
from kash.platform.web import NotFound, Problem
from kash.policy import Actor


class AlreadyThere(Problem):
    """The person is posted to this organisation now."""

    field = "organisation"
    sentence = _l("This person is there already.")


class DayDoesNotFit(Problem):
    """The day is in the future, or before the present posting began."""

    field = "since"
    sentence = _l("This day is in the future, or before the present posting began.")


@dataclass(frozen=True)
class NotMoved:
    """Why one of many cannot move: the person's public id and a sentence."""

    person: str
    sentence: str


class SomeCannotMove(Problem):
    """Nobody was moved, because some cannot. `errors` says who and why."""

    sentence = _l("Nobody was moved. What keeps some of them stands beside their names.")

    def __init__(self, errors: Sequence[NotMoved]) -> None:
        super().__init__()
        self.errors = list(errors)


def _move(session: Session, person: Person, place: Organisation, since: date, today: date) -> None:
    postings = session.scalars(select(Posting).where(Posting.person_id == person.id)).all()
    present = next((posting for posting in postings if posting.is_open), None)
    if present is not None and present.organisation_id == place.id:
        raise AlreadyThere
    stays = [Stay(posting.since, posting.until) for posting in postings]
    if not transfer_day_fits(stays, since, today):
        raise DayDoesNotFit
    if present is not None:
        present.until = since
        # The old posting must be closed before the new one opens: one is open at a time.
        session.flush()
    session.add(Posting(person_id=person.id, organisation_id=place.id, since=since))


def transfer_many(
    public_ids: Sequence[str], organisation: str, since: date, *, today: date, by: Actor
) -> int:
    """Move several persons on one day, all or none; returns how many.

    Raises NotFound, UnknownOrganisation and SomeCannotMove.
    """
    with audited("people.people_transferred", by) as change:
        session = change.session
        place = _place(session, organisation)
        people = session.scalars(
            select(Person)
            .where(Person.public_id.in_(set(public_ids)))
            .order_by(Person.id)
            .with_for_update(of=Person)
        ).all()
        if not people or len(people) != len(set(public_ids)):
            raise NotFound
        errors = []
        for person in people:
            try:
                _move(session, person, place, since, today)
            except (AlreadyThere, DayDoesNotFit) as problem:
                errors.append(NotMoved(person.public_id, str(problem)))
            else:
                person.changed_at = change.now
                change.about(person.public_id)
        if errors:
            raise SomeCannotMove(errors)
        change.about(place.public_id)
        return len(people)


def _place(session: Session, public_id: str) -> Organisation:
    place = session.scalar(select(Organisation).where(Organisation.public_id == public_id))
    if place is None:
        raise UnknownOrganisation
    return place


def transfer(public_id: str, organisation: str, since: date, *, today: date, by: Actor) -> None:
    """Move a person to another organisation; the present posting ends that day.

    Raises NotFound, UnknownOrganisation, AlreadyThere and DayDoesNotFit.
    """
    with audited("people.person_transferred", by) as change:
        session = change.session
        person = locked_person(session, public_id)
        place = _place(session, organisation)
        _move(session, person, place, since, today)
        person.changed_at = change.now
        change.about(person.public_id, place.public_id)
