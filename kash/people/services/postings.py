"""Who is posted where, from when to when."""

from __future__ import annotations

from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from kash.people.models import Organisation, Posting
from kash.people.queries import locked_person
from kash.people.rules import Stay, transfer_day_fits
from kash.people.services.persons import UnknownOrganisation
from kash.policy import Actor
from kash.vault import audited
from kash.web import Problem


class AlreadyThere(Problem):
    """The person is posted to this organisation now."""

    sentence = _l("This person is there already.")


class DayDoesNotFit(Problem):
    """The day is in the future, or before the present posting began."""

    sentence = _l("This day is in the future, or before the present posting began.")


def transfer(public_id: str, organisation: str, since: date, *, today: date, by: Actor) -> None:
    """Move a person to another organisation; the present posting ends that day.

    Raises NotFound, UnknownOrganisation, AlreadyThere and DayDoesNotFit.
    """
    with audited("people.person_transferred", by) as change:
        session = change.session
        person = locked_person(session, public_id)
        place = session.scalar(select(Organisation).where(Organisation.public_id == organisation))
        if place is None:
            raise UnknownOrganisation
        postings = session.scalars(select(Posting).where(Posting.person_id == person.id)).all()
        present = next((posting for posting in postings if posting.until is None), None)
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
        person.changed_at = change.now
        change.about(person.public_id, place.public_id)
