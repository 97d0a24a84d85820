"""Additions of a list: people and organisations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from kash.people.lists.previews import Preview
from kash.people.models import Group, Organisation, PeopleList, Person, Posting
from kash.people.rules.lists.classing import Outcome, State
from kash.people.services.persons import PersonDetails, made_person
from kash.platform.database import db, new_public_id, utc_now
from kash.platform.vault import seal
from kash.platform.vault.audit import Change
from kash.platform.web.formats import to_local
from kash.policy import Actor

_AT_ONCE = 500


def known_places(preview: Preview) -> set[str]:
    """Public ids of organisations that the rows name, an empty one for none."""
    return {each.placed.organisation for each in preview.outcomes}


def add_places(change: Change, people_list: PeopleList, preview: Preview) -> dict[str, str]:
    """Public ids of organisations by what rows say: an id of its own, or the name of a new one."""
    places = {key: key for key in known_places(preview) if key}
    police = change.session.scalar(select(Group.is_police).where(Group.public_id == preview.group))
    wanted: dict[str, str] = {}
    for each in preview.outcomes:
        stored = each.state is State.NEW or "organisation" in preview.fills(each)
        if stored and each.placed.new_station:
            wanted.setdefault(each.placed.new_station, each.placed.group)
    for name in wanted:
        made = Organisation(
            public_id=new_public_id(),
            name=name,
            kind="station" if police else "collective",
            group_id=change.session.scalar(select(Group.id).where(Group.public_id == wanted[name])),
            created_at=change.now,
        )
        change.session.add(made)
        places[name] = made.public_id
        change.about(made.public_id)
    change.session.flush()
    return places


def details_of(outcome: Outcome) -> PersonDetails:
    """A row as the person that it becomes."""
    row = outcome.placed.row
    return PersonDetails(
        chosen_name=row.name,
        group=outcome.placed.group,
        age_band=row.birth.band,
        birth_year=row.birth.year,
        organisation=outcome.placed.organisation,
        since=row.since,
        phone=row.phone or None,
        email=row.email or None,
        shared_phone=outcome.shared_phone,
        **row.facts,
    )


@dataclass(frozen=True)
class Addition:
    """A person who is added, ready to be written: the columns of her row, the public id of her
    posting, if she gets one, and what is kept sealed for undoing the list."""

    public_id: str
    outcome: Outcome
    columns: Mapping[str, Any]
    posting: str
    before: bytes


def additions(
    preview: Preview, by: Actor, report: Callable[[int], None] | None = None
) -> list[Addition]:
    """People whom a list adds, sealed and numbered before its transaction begins."""
    now = utc_now()
    groups = {each.public_id: each for each in db.session.scalars(select(Group))}
    made = []
    for done, row in enumerate(preview.rows):
        if report is not None and done % _AT_ONCE == 0:
            report(done)
        outcome = row.outcome
        if outcome.state is not State.NEW:
            continue
        key = new_public_id()
        placed = outcome.placed
        posting = new_public_id() if placed.organisation or placed.new_station else ""
        made.append(
            Addition(
                key,
                outcome,
                _columns(made_person(details_of(outcome), groups[placed.group], by, now, key)),
                posting,
                seal(posting, kind="people.list_before", public_id=key),
            )
        )
    return made


def _columns(person: Person) -> dict[str, Any]:
    """A new person's row, so that all have the same columns."""
    held = person.__dict__
    values = {}
    for column in Person.__table__.columns:
        default = column.default
        if column.key in held:
            values[column.key] = held[column.key]
        elif default is not None and default.is_scalar:
            values[column.key] = default.arg
        elif not column.primary_key:
            values[column.key] = None
    return values


def add_persons(session: Session, new: Sequence[Addition]) -> None:
    """Write them."""
    for start in range(0, len(new), _AT_ONCE):
        some = new[start : start + _AT_ONCE]
        session.execute(insert(Person), [dict(each.columns) for each in some])


def add_postings(
    session: Session,
    new: Sequence[Addition],
    numbers: Mapping[str, int],
    places: Mapping[str, str],
    change: Change,
) -> None:
    """Post them where their rows say."""
    wanted = sorted(set(places.values()))
    ids: dict[str, int] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        found = session.execute(
            select(Organisation.public_id, Organisation.id).where(
                Organisation.public_id.in_(wanted[start : start + _AT_ONCE])
            )
        )
        ids |= {row.public_id: row.id for row in found}
    rows = [
        {
            "public_id": each.posting,
            "person_id": numbers[each.public_id],
            "organisation_id": ids[
                each.outcome.placed.organisation or places[each.outcome.placed.new_station]
            ],
            "since": each.outcome.placed.row.since or to_local(change.now).date(),
        }
        for each in new
        if each.posting
    ]
    for start in range(0, len(rows), _AT_ONCE):
        session.execute(insert(Posting), rows[start : start + _AT_ONCE])
