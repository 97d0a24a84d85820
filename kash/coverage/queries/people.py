"""The people of one station, and how the training of each stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from kash.coverage.queries.figures import Coverage
from kash.coverage.rules.spells import Training, months_later, training_of
from kash.people.models import Person, Posting
from kash.people.scope import within_reach
from kash.platform.database import db
from kash.policy import Actor
from kash.tracks.rules.tree import Leaf


@dataclass(frozen=True)
class PersonAt:
    """Somebody posted at a station: how her training stands, the last day that it holds if it ends,
    and what comes next if she is on the way."""

    public_id: str
    name: str
    cadre: str
    training: Training
    last_day: date | None
    step: Leaf | None


def people_at(
    station: int, group: int, coverage: Coverage, actor: Actor, *, cadre: str = ""
) -> list[PersonAt]:
    """The people of a group at a station whom an actor reaches, by name; one query."""
    of_cadre = [Person.cadre == cadre] if cadre else []
    rows = db.session.execute(
        select(Person.id, Person.public_id, Person.chosen_name, Person.cadre)
        .join(Posting, Posting.person_id == Person.id)
        .where(
            Posting.is_open,
            Posting.organisation_id == station,
            Person.group_id == group,
            ~Person.minor,
            within_reach(actor, "people.see"),
            *of_cadre,
        )
        .order_by(Person.sort_name, Person.id)
    )
    today, trained = coverage.today, coverage.trained
    due_by = months_later(today, coverage.goal.due_months)
    found = []
    for key, public_id, name, rank in rows:
        spells = trained.spells.get(key, ())
        training = training_of(spells, today, due_by)
        if training is Training.NONE and key in trained.on_the_way:
            training = Training.ON_THE_WAY
        last = [until for since, until in spells if since <= today]
        found.append(
            PersonAt(
                public_id,
                name,
                rank,
                training,
                last[-1] if last else None,
                trained.on_the_way.get(key) if training is Training.ON_THE_WAY else None,
            )
        )
    return found
