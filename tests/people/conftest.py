"""People with values that must be easy to look for."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import insert

from kash.people.models import Person
from kash.people.rules.persons import sort_name
from kash.people.services.persons import PersonDetails, add_person
from kash.platform.database import new_public_id, utc_now, writing
from kash.policy import SYSTEM, Actor

PHONE, EMAIL = "+254712345678", "asali.sampuli@example.org"
# What must not stand in a page that shows names only.
SECRETS = ("Corporal-77", "Ward-of-77", "REF-77", "1984", "Asali Printed", EMAIL, "712345678")


def many(group: int, names: list[str], ids: Sequence[int] = ()) -> None:
    """People with these names, and with these ids if any are given, straight into the table."""
    with writing() as session:
        session.execute(
            insert(Person),
            [
                {
                    "public_id": new_public_id(),
                    "chosen_name": name,
                    "sort_name": sort_name(name),
                    "group_id": group,
                    "created_by": "system",
                    "created_at": utc_now(),
                    "changed_at": utc_now(),
                }
                | ({"id": ids[number]} if ids else {})
                for number, name in enumerate(names)
            ],
        )


@pytest.fixture
def person(groups):
    """`person(by=…, …)` adds a person with every fact filled in; returns the public id."""

    group = groups[0].public_id

    def make(by: Actor = SYSTEM, **more: Any) -> str:
        facts: dict[str, Any] = {
            "chosen_name": "Asali Sampuli",
            "group": group,
            "printed_name": "Asali Printed",
            "birth_year": 1984,
            "cadre": "Corporal-77",
            "ward": "Ward-of-77",
            "reference": "REF-77",
            "phone": PHONE,
            "email": EMAIL,
        }
        return add_person(PersonDetails(**(facts | more)), by)

    return make


@pytest.fixture
def row():
    """The row of a public id."""
    from kash.platform.database import db

    def find(public_id: str) -> Person:
        db.session.rollback()
        return db.session.query(Person).filter_by(public_id=public_id).one()

    return find
