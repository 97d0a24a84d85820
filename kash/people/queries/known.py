"""Reads: who could be meant by the rows of a list, of everyone there is, without loading everyone.

One statement reads a few plain columns of every person, from which `Candidates` tells who could
match; only of those the rest is read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, case, literal, null, select

from kash.people.models import Group, Organisation, Person, Posting
from kash.people.queries.postings import with_posting
from kash.people.rules.candidates import Candidates
from kash.people.rules.known import Known
from kash.people.rules.matching import Likeness
from kash.people.rules.persons import sort_name
from kash.people.scope import phone_compared, reaches, within_reach
from kash.platform.database import db
from kash.policy import Actor, Reach

AT_ONCE = 500
_READ_AT_ONCE = 2_000


def chunks(values: Iterable[Any]) -> Iterator[Sequence[Any]]:
    """Values in portions that fit into one statement."""
    every = sorted(values)
    for start in range(0, len(every), AT_ONCE):
        yield every[start : start + AT_ONCE]


def known_for(actor: Actor, asked: Collection[Likeness]) -> Known:
    """Everyone in the programme whom one of those asked about could match, to be asked the same
    as if it knew everyone.

    Of whom the actor does not reach it is name and group only, and the phone only of whom it is
    open: whoever writes a list of phones must not learn by it whose they are.
    """
    candidates = Candidates(asked)
    found = _may_match(actor, candidates)
    open_to_her = phone_compared(actor)
    for phones in chunks(candidates.phones):
        found.update(
            db.session.scalars(
                select(Person.id).where(open_to_her, Person.phone_lookup.in_(phones))
            )
        )
    people = [each for some in chunks(found) for each in likenesses(actor, Person.id.in_(some))]
    return Known(people, everyone=candidates.everyone, sounds=candidates.sounds)


def _may_match(actor: Actor, candidates: Candidates) -> set[int]:
    stations = _posted(candidates.stations)
    groups = {
        row.id: row.public_id for row in db.session.execute(select(Group.id, Group.public_id))
    }
    wards: dict[str, str] = {}
    # Of very many rows the columns of the table come much faster than those of the model.
    person = Person.__table__.c
    rows = db.session.connection().execute(
        select(
            _seen(actor),
            person.id,
            person.group_id,
            person.sort_name,
            person.reference,
            person.ward,
            person.birth_year,
        ),
        execution_options={"yield_per": _READ_AT_ONCE},
    )
    found = set()
    may_match = candidates.may_match
    # Portion by portion, which is quicker than asking the result for one row after the other.
    for whole, key, group, name, reference, ward, year in chain.from_iterable(rows.partitions()):
        if whole:
            plain = wards.get(ward)
            if plain is None:
                plain = wards[ward] = sort_name(ward)
            if may_match(groups[group], name, reference, stations.get(key, ""), plain, year):
                found.add(key)
        elif may_match(groups[group], name):
            found.add(key)
    return found


def _posted(stations: Collection[str]) -> dict[int, str]:
    """People posted to one of these organisations: {person's key: organisation's public id}."""
    posted: dict[int, str] = {}
    for some in chunks(stations):
        rows = db.session.execute(
            select(Posting.person_id, Organisation.public_id)
            .join(Organisation, Organisation.id == Posting.organisation_id)
            .where(Posting.is_open, Organisation.public_id.in_(some))
        )
        posted |= {row.person_id: row.public_id for row in rows}
    return posted


def _seen(actor: Actor) -> ColumnElement[Any]:
    if Reach.ALL in reaches(actor, "people.see"):
        return literal(1)
    return case((within_reach(actor, "people.see"), 1), else_=0)


def likenesses(actor: Actor, *conditions: ColumnElement[bool]) -> Iterator[Likeness]:
    """Likenesses keyed by public id; of whom the actor does not reach, name and group only."""
    rows = db.session.execute(
        with_posting(
            select(
                _seen(actor),
                Person.public_id,
                Group.public_id,
                Person.sort_name,
                Person.reference,
                case((phone_compared(actor), Person.phone_lookup), else_=null()),
                Organisation.public_id,
                Person.ward,
                Person.birth_year,
                Person.sex,
                Person.age_band,
            )
        ).where(*conditions)
    )
    for whole, key, group, name, reference, phone, station, ward, year, sex, band in rows:
        if not whole:
            yield Likeness(key=key, group=group, name=name)
            continue
        yield Likeness(
            key=key,
            group=group,
            name=name,
            reference=reference,
            phones=frozenset((phone,)) if phone else frozenset(),
            station=station or "",
            ward=sort_name(ward),
            birth_year=year,
            sex=sex,
            age_band=band,
        )


def numbers_taken(references: Iterable[str]) -> dict[tuple[str, str], str]:
    """People who have each of these service or peer numbers: {(group, number): person}, by public
    ids. A number is somebody's own in her group, whoever reaches her."""
    taken: dict[tuple[str, str], str] = {}
    for some in chunks(set(references) - {""}):
        rows = db.session.execute(
            select(Group.public_id, Person.reference, Person.public_id)
            .join(Person.group)
            .where(Person.reference.in_(some))
        )
        taken |= {(group, reference): key for group, reference, key in rows}
    return taken
