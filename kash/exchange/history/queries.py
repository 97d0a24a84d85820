"""People that the names of an export fit, and what was brought in before."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, false, func, select
from sqlalchemy.orm import Session

from kash.exchange.history.models import EarlierImport, EarlierTraining
from kash.people.models import Group, Person
from kash.people.rules.persons import sort_name
from kash.people.scope import within_reach
from kash.platform.database import db, is_public_id
from kash.platform.web.errors import get_or_404
from kash.policy import Actor

BRING = "history.bring"
_AT_ONCE = 500


@dataclass(frozen=True)
class FittingPerson:
    """A person that a name fits; `told` is what tells people of one name apart."""

    id: int
    public_id: str
    name: str
    told: str


def candidates(
    session: Session, actor: Actor, group: str, names: Collection[str]
) -> dict[str, list[FittingPerson]]:
    """People of a group that an actor reaches, by the folded name."""
    persons: dict[str, list[FittingPerson]] = {}
    sought = sorted(names)
    for start in range(0, len(sought), _AT_ONCE):
        statement = _fitting_people(actor, group).where(
            Person.sort_name.in_(sought[start : start + _AT_ONCE])
        )
        for candidate in session.execute(statement):
            persons.setdefault(candidate.sort_name, []).append(_fitting(candidate))
    return persons


def people_called(session: Session, actor: Actor, group: str, text: str) -> list[FittingPerson]:
    """People of a group that an actor reaches and whose name begins so, or who have this number; at
    most ten."""
    name, number = sort_name(text), text.strip()
    if not number:
        return []
    begins = Person.sort_name.startswith(name, autoescape=True) if name else false()
    statement = _fitting_people(actor, group).where(begins | (Person.reference == number))
    return [_fitting(candidate) for candidate in session.execute(statement.limit(10))]


def people_by_id(
    session: Session, actor: Actor, group: str, ids: Collection[str]
) -> dict[str, FittingPerson]:
    """People of a group that an actor reaches, by public id."""
    persons: dict[str, FittingPerson] = {}
    wanted = sorted(public_id for public_id in ids if is_public_id(public_id))
    for start in range(0, len(wanted), _AT_ONCE):
        statement = _fitting_people(actor, group).where(
            Person.public_id.in_(wanted[start : start + _AT_ONCE])
        )
        for candidate in session.execute(statement):
            persons[candidate.public_id] = _fitting(candidate)
    return persons


def _fitting_people(actor: Actor, group: str) -> Select[int, str, str, str, str, str]:
    return (
        select(
            Person.id,
            Person.public_id,
            Person.chosen_name,
            Person.sort_name,
            Person.reference,
            Person.ward,
        )
        .join(Person.group)
        .where(Group.public_id == group, within_reach(actor, BRING))
        .order_by(Person.sort_name, Person.id)
    )


def _fitting(row: Any) -> FittingPerson:
    told = ", ".join(filter(None, (row.reference, row.ward)))
    return FittingPerson(row.id, row.public_id, row.chosen_name, told)


def known_keys(session: Session, people: Collection[int]) -> set[tuple[int, str]]:
    """Trainings that these people have already."""
    ids = sorted(people)
    trainings: set[tuple[int, str]] = set()
    for start in range(0, len(ids), _AT_ONCE):
        statement = select(EarlierTraining.person_id, EarlierTraining.source_key).where(
            EarlierTraining.person_id.in_(ids[start : start + _AT_ONCE])
        )
        trainings.update(
            (training.person_id, training.source_key) for training in session.execute(statement)
        )
    return trainings


def own_imports(actor: Actor) -> Sequence[Row[str, datetime, int]]:
    """Files that an actor brought in, the newest first, with how much of each is still there."""
    return db.session.execute(
        select(
            EarlierImport.public_id,
            EarlierImport.brought_at,
            func.count(EarlierTraining.id).label("number"),
        )
        .outerjoin(EarlierTraining, EarlierTraining.import_id == EarlierImport.id)
        .where(EarlierImport.brought_by == actor.public_id)
        .group_by(EarlierImport.id)
        .order_by(EarlierImport.id.desc())
        .limit(100)
    ).all()


def own_import(session: Session, actor: Actor, public_id: str) -> EarlierImport:
    """A file that an actor brought in. Raises NotFound."""
    return get_or_404(
        session, EarlierImport, public_id, EarlierImport.brought_by == actor.public_id
    )


def trainings_of(person: str, actor: Actor) -> Sequence[EarlierTraining]:
    """Earlier trainings of a person that an actor may see, the newest first."""
    return db.session.scalars(
        select(EarlierTraining)
        .join(EarlierTraining.person)
        .where(Person.public_id == person, within_reach(actor, "people.see", few=True))
        .order_by(EarlierTraining.first_day.desc(), EarlierTraining.id)
        .limit(200)
    ).all()
