"""Two who were enrolled and turn out to be one take one seat; the other goes to the queue."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from kash.people.services.merging import merge_people, undo_merge
from kash.platform.database import db
from kash.platform.vault import AuditEntry, verify
from kash.platform.web.formats import local_today
from kash.policy import SYSTEM
from kash.workshops.models import Enrolment
from kash.workshops.queries.people import workshops_of_person
from kash.workshops.services.people import enrol
from tests.workshops.conftest import Held, make_person
from tests.workshops.test_services import roster, states

AHEAD = {"starts_on": 30, "ends_on": 31}


def enrolled(plan: Callable[..., Held], days: dict[str, int]) -> tuple[Held, dict[str, str]]:
    """A workshop with two seats and three who want one."""
    held = plan(
        capacity=2, **{name: local_today() + timedelta(days=away) for name, away in days.items()}
    )
    people = {name: make_person(name) for name in ("Asha", "Bahati", "Chausiku")}
    for public_id in people.values():
        enrol(held.workshop, public_id, held.trainer)
    return held, people


@pytest.mark.any_engine
def test_the_seat_of_a_merged_person_goes_to_who_waited_longest(both_engines_app, plan):
    held, people = enrolled(plan, AHEAD)
    assert states(held)["Chausiku"] == "waiting"
    merge = merge_people(people["Asha"], people["Bahati"], {}, (1, 1), SYSTEM)
    db.session.rollback()
    assert states(held) == {"Asha": "confirmed", "Chausiku": "confirmed"}
    (hers,) = workshops_of_person(people["Asha"])
    assert [state for state, _day in hers.history] == ["confirmed"]
    assert roster(held) == ["Asha", "Chausiku"]
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
    moved = db.session.scalars(
        select(Enrolment.public_id).where(Enrolment.person.has(chosen_name="Chausiku"))
    ).one()
    assert entry is not None
    assert entry.action == "people.persons_merged"
    assert {held.workshop, moved} < set(entry.subjects)
    db.session.rollback()
    # Whoever was given a seat keeps it when the merge is undone.
    undo_merge(merge, SYSTEM)
    db.session.rollback()
    assert states(held) == {"Asha": "confirmed", "Bahati": "confirmed", "Chausiku": "confirmed"}
    assert roster(held) == ["Asha", "Bahati", "Chausiku"]
    assert verify(db.session()).sound


@pytest.mark.parametrize("gone", ["Chausiku", "Bahati"])
def test_no_seat_is_given_where_none_fell_free(app, plan, gone):
    days = AHEAD if gone == "Chausiku" else {"starts_on": -4, "ends_on": -3}
    held, people = enrolled(plan, days)
    merge_people(people["Asha"], people[gone], {}, (1, 1), SYSTEM)
    db.session.rollback()
    expected = {"Asha": "confirmed", "Bahati": "confirmed", "Chausiku": "waiting"}
    del expected[gone]
    assert states(held) == expected
