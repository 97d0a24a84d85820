"""The people of one station, and how the training of each stands."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.coverage.queries.goals import Goal
from kash.coverage.queries.subjects import Subject, trained_in
from kash.coverage.rules.spells import Training, months_later, training_of
from kash.people.models import Person, Posting
from kash.people.scope import within_reach
from kash.platform.database import db
from kash.platform.web.lists import Listing, listing
from kash.policy import Actor
from kash.tracks.rules.tree import Leaf

_MOST_NAMED = 5000


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


@dataclass(frozen=True)
class StationPeople:
    """People of a station whom an actor reaches: a page of those asked for, by name, and how many
    all of them are."""

    listing: Listing[PersonAt]
    reached: int


def people_at(
    station: int,
    group: int,
    subject: Subject,
    goal: Goal,
    today: date,
    actor: Actor,
    *,
    cadre: str = "",
    training: str = "",
) -> StationPeople:
    """The people of a group at a station whom an actor reaches, or those of them whose training
    stands in one way. Two queries, and what `trained_in` asks about those of the page; one more,
    and what it asks about all of them, if a way is asked for."""
    session = db.session()
    hers = [
        Posting.is_open,
        Posting.organisation_id == station,
        Person.group_id == group,
        ~Person.minor,
        within_reach(actor, "people.see", few=True),
        *([Person.cadre == cadre] if cadre else []),
    ]
    stands = _Standing(session, subject, goal, today)
    reached = None
    if training:
        keys = session.scalars(select(Person.id).join(Posting).where(*hers)).all()
        reached = len(keys)
        # So many can be named in one question; of more, everybody is asked about.
        known = stands.of(keys if reached <= _MOST_NAMED else None)
        hers.append(Person.id.in_([key for key in keys if known(key)[0] == training]))
    shown: list[Any] = [Person.id, Person.public_id, Person.chosen_name, Person.cadre]
    found = listing(
        select(*shown).join(Posting, Posting.person_id == Person.id).where(*hers),
        sorts={"name": Person.sort_name},
        default_sort="name",
        key=Person.id,
        searched=True,
    )

    def persons(rows: Sequence[Any]) -> list[PersonAt]:
        known = stands.of([row[0] for row in rows])
        return [PersonAt(public_id, name, rank, *known(key)) for key, public_id, name, rank in rows]

    return StationPeople(found.turned(persons), found.total if reached is None else reached)


@dataclass(frozen=True)
class _Standing:
    """Standings of some people in a subject."""

    session: Session
    subject: Subject
    goal: Goal
    today: date

    def of(
        self, people: Collection[int] | None
    ) -> Callable[[int], tuple[Training, date | None, Leaf | None]]:
        """For one of these people (None: of all): how her training stands, the last day that it
        holds if it ends, and what comes next if she is on the way."""
        trained = trained_in(self.session, self.subject, self.today, people)
        due_by = months_later(self.today, self.goal.due_months)

        def standing(person: int) -> tuple[Training, date | None, Leaf | None]:
            spells = trained.spells.get(person, ())
            last = [until for since, until in spells if since <= self.today]
            training, step = training_of(spells, self.today, due_by), None
            if training is Training.NONE and person in trained.on_the_way:
                training, step = Training.ON_THE_WAY, trained.on_the_way[person]
            return training, last[-1] if last else None, step

        return standing
