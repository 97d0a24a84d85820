"""How many had a place and came, beside those who just don't count."""

import pytest

from kash.assessments.reports.queries import group_counts
from kash.attendance.models import Mark, MarkStatus, RosterEntry, Slot
from kash.people.models import Person
from kash.workshops.models import Enrolment, Workshop
from tests.rows import NOW, row

pytestmark = pytest.mark.usefixtures("as_it_was")


def test_each_counts_once_who_had_a_place_or_came_to_any_of_it(groups):
    police, members = groups
    workshop, other = row(Workshop), row(Workshop)
    for code, weight in (("present", 100), ("late", 1), ("absent", 0)):
        row(MarkStatus, code=code, letter=code[:2].upper(), weight=weight)
    slots = [
        row(Slot, register_id=of.register_id, position=at)
        for at, of in enumerate((workshop, workshop, other))
    ]
    for group, state, marks, removed in (
        (police, "confirmed", ("present", "late", None), False),
        (police, "confirmed", ("absent", "absent", "present"), False),
        (police, "waiting", (None, "late", None), False),
        (police, "confirmed", ("present", "present", None), True),
        (members, "withdrawn", ("late", None, None), False),
        (members, "invited", (None, None, "present"), False),
    ):
        person = row(Person, group=group)
        row(Enrolment, workshop_id=workshop.id, person_id=person.id, state=state)
        row(Enrolment, workshop_id=other.id, person_id=person.id, state="confirmed")
        for register in (workshop.register_id, other.register_id):
            gone = NOW if removed else None
            row(RosterEntry, register_id=register, person_id=person.id, removed_at=gone)
        for slot, status in zip(slots, marks, strict=True):
            if status is not None:
                row(Mark, slot_id=slot.id, person_id=person.id, status=status)
    found = [
        {"letter": police.letter, "enrolled": 3, "came": 2},
        {"letter": members.letter, "enrolled": 0, "came": 1},
    ]
    assert group_counts(workshop) == found
    assert group_counts(workshop, officers_only=True) == found[:1]
