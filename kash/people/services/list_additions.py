"""Whom and which organisations a list adds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from kash.database import new_public_id
from kash.people.lists.previews import Preview
from kash.people.models import Group, Organisation, PeopleList, Posting
from kash.people.rules.lists.classing import Outcome, State
from kash.people.services.persons import PersonDetails, made_person
from kash.policy import Actor
from kash.vault.audit import Change

_AT_ONCE = 500


def known_places(preview: Preview) -> set[str]:
    """Public ids of organisations that the rows name, an empty one for none."""
    return {each.placed.organisation for each in preview.outcomes}


def add_places(change: Change, found: PeopleList, preview: Preview) -> dict[str, str]:
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
        printed_name=row.printed_name,
        sex=row.sex,
        age_band=row.birth.band,
        birth_year=row.birth.year,
        cadre=row.cadre,
        ward=row.ward,
        language=row.language,
        reference=row.reference,
        organisation=outcome.placed.organisation,
        since=row.since,
        phone=row.phone or None,
        email=row.email or None,
        shared_phone=outcome.shared_phone,
    )


def add_persons(
    session: Session,
    new: Sequence[Outcome],
    places: dict[str, str],
    by: Actor,
    change: Change,
) -> list[tuple[str, Outcome]]:
    """Add persons; each new public id with its row."""
    groups = {each.public_id: each for each in session.scalars(select(Group))}
    made = [(new_public_id(), each) for each in new]
    session.add_all(
        made_person(details_of(each), groups[each.placed.group], by, change.now, key)
        for key, each in made
    )
    session.flush()
    return made


def add_postings(
    session: Session,
    made: Sequence[tuple[str, Outcome]],
    numbers: Any,
    places: dict[str, str],
    change: Change,
) -> dict[str, str]:
    """The public ids of postings by the person's."""
    ids: dict[str, int] = {
        row.public_id: row.id
        for row in session.execute(
            select(Organisation.public_id, Organisation.id).where(
                Organisation.public_id.in_(set(places.values()))
            )
        )
    }
    rows = []
    postings = {}
    for key, each in made:
        place = each.placed.organisation or places.get(each.placed.new_station, "")
        if not place:
            continue
        postings[key] = new_public_id()
        rows.append(
            {
                "public_id": postings[key],
                "person_id": numbers[key],
                "organisation_id": ids[place],
                "since": each.placed.row.since or change.now.date(),
            }
        )
    for start in range(0, len(rows), _AT_ONCE):
        session.execute(insert(Posting), rows[start : start + _AT_ONCE])
    return postings
