"""People who are expected in two places at once, for whoever may open their pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from kash.clashes.queries.checking import people_elsewhere
from kash.clashes.queries.timetable import TimetableEvent
from kash.people.models import Group, Person
from kash.platform.database import db
from kash.policy import Actor
from kash.workshops.models import Workshop


@dataclass(frozen=True)
class PersonElsewhere:
    """A person of a workshop, her group's letter, and the event (public id) in which she is
    expected at the same time from that day on."""

    person: str
    name: str
    letter: str
    day: date
    event: str


def people_twice(
    workshop: Workshop, actor: Actor
) -> tuple[Sequence[PersonElsewhere], Mapping[str, TimetableEvent]]:
    """People of a workshop who are expected elsewhere too, by name, as far as this actor may know
    of it; and the events."""
    clashes, events = people_elsewhere(workshop, actor)
    keys = {key for clash in clashes for key in clash.subjects}
    if not keys:
        return (), {}
    rows = db.session.execute(
        select(Person.id, Person.public_id, Person.chosen_name, Group.letter)
        .join(Group, Group.id == Person.group_id)
        .where(Person.id.in_(sorted(keys)))
        .order_by(func.lower(Person.sort_name), Person.id)
    )
    found = []
    for key, public_id, name, letter in rows:
        for clash in clashes:
            if key in clash.subjects:
                other = next(one for one in clash.events if one != workshop.public_id)
                found.append(PersonElsewhere(public_id, name, letter, clash.day, other))
    return found, events
