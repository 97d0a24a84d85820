"""The sample's requests to see contacts, a day with more looks than are usual, and a wish to be
erased."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from kash.demo.accounts import DIRECTOR, SECOND_TRAINER, TRAINER
from kash.people.models import Person
from kash.people.queries.contacts import closed_people
from kash.people.services.contacts import ask_for_contact, decide_on_contact, show_contact
from kash.people.services.erasing import ask_erasure
from kash.platform.database import db
from kash.platform.web.formats import local_today
from kash.platform.web.programme import CONTACT_LOOKS
from kash.policy import Actor
from kash.workshops.queries.scope import people_of


def ask_for_contacts(actors: dict[str, Actor]) -> None:
    """One request that waits, one that was agreed to, and a trainer who called a whole list."""
    trainer, second = actors[TRAINER.key], actors[SECOND_TRAINER.key]
    agreed = ask_for_contact(
        _closed_to(second)[:2], "To tell them that the hall has changed.", second
    )
    decide_on_contact(agreed, actors[DIRECTOR.key], agree=True)
    ask_for_contact(
        _closed_to(trainer)[:1], "She asked for a lift and I must tell her when.", trainer
    )
    own = db.session.scalars(
        select(Person.public_id).where(
            Person.created_by == second.public_id, Person.phone_sealed.is_not(None)
        )
    ).first()
    db.session.rollback()
    for _look in range(CONTACT_LOOKS.usual):
        show_contact(own or "", "phone", second)
    for _look in range(7):
        show_contact(
            own or "", "phone", second, reason="The road is flooded: everybody must be called."
        )


def ask_to_erase(actors: dict[str, Actor]) -> None:
    """A wish to be erased that waits for the director."""
    trainer = actors[SECOND_TRAINER.key]
    own = db.session.scalars(
        select(Person.public_id).where(Person.created_by == trainer.public_id).order_by(Person.id)
    ).first()
    db.session.rollback()
    ask_erasure(own or "", local_today() - timedelta(days=2), "wish", trainer)


def _closed_to(actor: Actor) -> list[str]:
    found = [one.person for one in closed_people(actor, people_of(actor))]
    db.session.rollback()
    return found
