"""People for programs."""

from __future__ import annotations

from typing import Any

from kash.api.bearing import bearer
from kash.api.endpoints import endpoints, needs
from kash.api.indicators import counts_told
from kash.api.queries.people import people_after, person_within
from kash.api.schemas.people import PeopleAsked, PeopleTold, PersonTold
from kash.api.scopes import NAMES, PEOPLE
from kash.api.views.asked import moment_asked
from kash.api.views.paged import next_page
from kash.people.models import Person
from kash.platform.database import db
from kash.platform.web import current_actor


@endpoints.get("/people")
@needs(PEOPLE)
@endpoints.input(PeopleAsked, location="query", arg_name="asked")
@endpoints.output(PeopleTold)
@endpoints.doc(operation_id="listPeople", tags=["People"])
def list_people(asked: PeopleAsked) -> dict[str, Any]:
    """Police officers of one group, by id; nobody who is or may be under 18. Of another group the
    counts that left already."""
    since = moment_asked("changed_since", asked.changed_since)
    found = people_after(current_actor(), asked.group, asked.after, asked.limit, since)
    return {
        "items": [_told(one) for one in found.rows],
        "counts": counts_told(asked.group, db.session()),
        "next": next_page(asked, found.rows[-1].public_id if found.rows else "", more=found.more),
    }


@endpoints.get("/people/<public_id>")
@needs(PEOPLE)
@endpoints.output(PersonTold)
@endpoints.doc(operation_id="readPerson", tags=["People"])
def read_person(public_id: str) -> dict[str, Any]:
    """One police officer."""
    return _told(person_within(current_actor(), public_id))


def _told(found: Person) -> dict[str, Any]:
    posting = found.present_posting
    return {
        "id": found.public_id,
        "group": found.group.letter,
        "sex": found.sex,
        "age_band": found.age_band,
        "cadre": found.cadre,
        "ward": found.ward,
        "station": None
        if posting is None
        else {
            "id": posting.organisation.public_id,
            "name": posting.organisation.name,
            "kind": posting.organisation.kind,
        },
        "changed_at": found.changed_at,
        "name": found.chosen_name if bearer().has(NAMES) else None,
    }
