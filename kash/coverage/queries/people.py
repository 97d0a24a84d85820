"""The people of one station, and how the training of each stands."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, select
from sqlalchemy.orm import Session

from kash.coverage.queries.goals import Goal
from kash.coverage.queries.subjects import Subject, trained_in
from kash.coverage.rules.spells import Training, months_later, training_of
from kash.people.models import Person, Posting
from kash.people.scope import within_reach
from kash.platform.database import db
from kash.platform.web.counted import counted
from kash.platform.web.lists import FEWER_ROWS, Listing, asked_for, listing
from kash.platform.web.taking import is_taken
from kash.policy import Actor
from kash.tracks.rules.tree import Leaf

_MOST_NAMED = 5000
# The first of more people than these are soon found among all people in the order of names.
_MANY = 5000

_SHOWN: Any = select(Person.id, Person.public_id, Person.chosen_name, Person.cadre)


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
    stands in one way. Two or three queries, and two that count them unless nothing was written
    since; what `trained_in` asks about those of the page, and about all if a way is asked for."""
    session = db.session()
    there = and_(Posting.is_open, Posting.organisation_id == station)
    hers = [Person.group_id == group, ~Person.minor, within_reach(actor, "people.see", few=True)]
    hers += [Person.cadre == cadre] if cadre else []
    posted = select(Person.id).join(Posting).where(there, *hers)
    stands = _Standing(session, subject, goal, today)
    if training:
        keys = session.scalars(posted).all()
        reached = len(keys)
        # So many can be named in one question; of more, everybody is asked about.
        known = stands.of(keys if reached <= _MOST_NAMED else None)
        hers.append(Person.id.in_([key for key in keys if known(key)[0] == training]))
        found = _page(_SHOWN.join(Posting).where(there, *hers), None)
    else:
        of_whom = actor.public_id, actor.roles, station, group, cadre
        reached, first = counted(
            ("reached at a station", *of_whom), lambda: _number_and_first(session, posted)
        )
        found = _everybody(there, hers, reached, first)

    def persons(rows: Sequence[Any]) -> list[PersonAt]:
        known = stands.of([row[0] for row in rows])
        return [PersonAt(public_id, name, rank, *known(key)) for key, public_id, name, rank in rows]

    return StationPeople(found.turned(persons), reached)


def _page(people: Select[Any], number: int | None) -> Listing[Any]:
    """A page of these people by name; `number` is how many they are, if it is known."""
    return listing(
        people,
        sorts={"name": Person.sort_name},
        default_sort="name",
        key=Person.id,
        per_page=FEWER_ROWS,
        counted=number,
        searched=number is None,
    )


def _number_and_first(session: Session, people: Select[Any]) -> tuple[int, Sequence[int]]:
    """How many of these people there are, and the keys of the first page of them by name; of many
    none, who are soon found."""
    number = session.scalar(select(func.count()).select_from(people.subquery())) or 0
    if not FEWER_ROWS < number <= _MANY:
        return number, ()
    by_name = people.order_by(Person.sort_name, Person.id).limit(FEWER_ROWS)
    return number, session.scalars(by_name).all()


def _everybody(
    there: ColumnElement[bool],
    hers: Sequence[ColumnElement[bool]],
    reached: int,
    first: Sequence[int],
) -> Listing[Any]:
    """A page of all who are at a station and reached, as `hers` says of each. `first` are the keys
    of whoever stood on the first page when they were counted."""
    if reached > _MANY:
        return _page(
            _SHOWN.where(exists().where(Posting.person_id == Person.id, there), *hers), reached
        )
    if first and _asks_for_the_first() and not is_taken():
        # What was counted may be shown some minutes longer; whom she reaches is asked now.
        found = _page(_SHOWN.where(Person.id.in_(first), *hers), reached)
        if len(found) == FEWER_ROWS:
            return found
    # Whether she is posted here is asked before whether she is reached, which takes longer.
    return _page(_SHOWN.join(Posting).where(there, *hers), reached)


def _asks_for_the_first() -> bool:
    asked = asked_for({"name": Person.sort_name}, "name")
    return (asked.page, asked.direction) == (1, "asc")


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
