"""Trainings that a person of the sample had before the programme kept records."""

from __future__ import annotations

from sqlalchemy import select

from kash.demo.people import POLICE
from kash.history.services import bring_in, look_through
from kash.people.models import Group, Person
from kash.people.scope import within_reach
from kash.platform.database import db
from kash.policy import Actor

_HEAD = (
    "training_title_phrase,training_start_date,training_end_date,training_length_value,"
    "training_length_interval,training_location_name,training_organizer_phrase,participants"
)
_ROWS = (
    "Post-rape care for first responders,2021-05-18,2021-05-20,3,day,Kisumu,Kielelezo Trust",
    "Human rights in custody,2023-02-07,2023-02-07,6,hour,Kakamega,Mfano Institute",
)


def bring_earlier_trainings(trainer: Actor) -> None:
    """Bring in two trainings of the first police officer whose name is nobody else's."""
    group = db.session.scalars(select(Group).where(Group.name == POLICE)).one()
    names = db.session.scalars(
        select(Person.chosen_name)
        .where(Person.group_id == group.id, within_reach(trainer, "history.bring"))
        .order_by(Person.id)
    ).all()
    name = next(each for each in names if names.count(each) == 1)
    text = "\n".join((_HEAD, *(f"{row},{name}" for row in _ROWS)))
    shown = look_through(text, group.public_id, trainer).digest
    bring_in(text, group.public_id, shown, {}, trainer)
