"""Planning the sample's workshops, enrolling people, marking who came."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import select

from kash.attendance.queries.registers import SlotSheet, slot_of, slot_sheet
from kash.attendance.rules.marking import Operation
from kash.attendance.services.closing import correct_mark
from kash.attendance.services.confirming import confirm_slot
from kash.attendance.services.marking import apply_marks, close_slot
from kash.demo.accounts import DIRECTOR
from kash.demo.deliveries import deliver
from kash.demo.participants import People
from kash.demo.schedule import FUNDERS, VENUES, SampleWorkshop, mark_of, workshops
from kash.demo.signed_sheets import bring_in_sheets
from kash.people.models import Venue
from kash.platform.database import db, new_public_id
from kash.platform.web.formats import to_local
from kash.policy import Actor
from kash.workshops.models import Enrolment, Workshop
from kash.workshops.queries import scope
from kash.workshops.rules import EnrolmentState
from kash.workshops.services.costs import FunderShare, share_costs
from kash.workshops.services.enrolment import change_enrolment, enrol
from kash.workshops.services.planning import (
    WorkshopDetails,
    cancel_workshop,
    plan_workshop,
)


def run_workshops(
    actors: dict[str, Actor], people: People, courses: dict[str, str], today: date
) -> list[str]:
    """Public ids of the workshops in the order of time."""
    return [
        run_workshop(number, sample, actors, people, courses, today)
        for number, sample in enumerate(workshops(today))
    ]


def run_workshop(
    number: int,
    sample: SampleWorkshop,
    actors: dict[str, Actor],
    people: People,
    courses: dict[str, str],
    today: date,
) -> str:
    """Plan one, enrol its people, and mark who came; its public id."""
    by = actors[sample.lead.key]
    workshop = _plan(sample, actors, courses[sample.course.name], by)
    _enrol(sample, workshop, people, by)
    if sample.fate == "cancelled":
        cancel_workshop(workshop, sample.reason, by)
    if sample.fate in ("held", "running"):
        closed = _mark(number, workshop, by, today)
        deliver(workshop, closed, by, number)
        _confirm(workshop, closed if sample.fate == "held" else closed[:1], by, actors)
        if sample.fate == "running":
            bring_in_sheets(workshop, by, today)
    return workshop


def _plan(sample: SampleWorkshop, actors: dict[str, Actor], version: str, by: Actor) -> str:
    name, place = VENUES[sample.venue]
    known = db.session.scalar(select(Venue.public_id).where(Venue.name == name))
    workshop = plan_workshop(
        version,
        WorkshopDetails(
            title=sample.title,
            starts_on=sample.starts_on,
            ends_on=sample.starts_on + timedelta(days=sample.days - 1),
            venue=known or "",
            new_venue="" if known else name,
            new_venue_place=place,
            capacity=sample.capacity,
            facilitators=[by.public_id, *(actors[one.key].public_id for one in sample.others)],
        ),
        by,
    )
    row_version = db.session.scalar(
        select(Workshop.row_version).where(Workshop.public_id == workshop)
    )
    share_costs(
        workshop,
        [FunderShare(FUNDERS[funder], share, code) for funder, share, code in sample.funding],
        row_version or 1,
        by,
    )
    return workshop


def _enrol(sample: SampleWorkshop, workshop: str, people: People, by: Actor) -> None:
    """Police and community in turn, so that both find a seat; beyond the seats they wait."""
    last = sample.first + sample.count
    police, community = people.police[sample.first : last], people.community[sample.first : last]
    for pair in zip(police, community, strict=True):
        for person in pair:
            enrol(workshop, person, by)
    if sample.fate == "planned":
        for person in (people.police[last], people.community[last]):
            enrol(workshop, person, by, EnrolmentState.INVITED)
        _change(workshop, people.police[last], EnrolmentState.DECLINED, by)
    if sample.fate == "held":
        _change(workshop, people.community[last - 1], EnrolmentState.WITHDRAWN, by)


def _change(workshop: str, person: str, state: EnrolmentState, by: Actor) -> None:
    found = scope.workshop(workshop, by)
    enrolment = db.session.scalars(
        select(Enrolment)
        .join(Enrolment.person)
        .where(Enrolment.workshop_id == found.id, Enrolment.person.has(public_id=person))
    ).one()
    change_enrolment(workshop, enrolment.public_id, state, by)


def _operations(
    number: int, position: int, sheet: SlotSheet, first_of_day: bool
) -> list[Operation]:
    return [
        Operation(
            op_id=new_public_id(),
            slot=sheet.slot.public_id,
            entry=row.entry,
            status=mark_of(number, place, position, first_of_day),
            expected_version=row.version,
            device_time=sheet.slot.starts_at + timedelta(minutes=10),
            device_sequence=place,
        )
        for place, row in enumerate(sheet.rows)
    ]


def _mark(number: int, workshop: str, by: Actor, today: date) -> list[str]:
    """Mark the sessions before today, and close each but the last of one that goes on.

    Returns the slots that were closed.
    """
    closed = []
    found = scope.workshop(workshop, by)
    register, register_id = found.register.public_id, found.register_id
    goes_on = found.ends_on >= today
    past: Sequence[str] = [
        one.public_id
        for one in sorted(found.register.slots, key=lambda slot: slot.position)
        if to_local(one.starts_at).date() < today
    ]
    day = None
    for position, slot in enumerate(past):
        sheet = slot_sheet(register_id, slot_of(register_id, slot))
        this_day = to_local(sheet.slot.starts_at).date()
        operations = _operations(number, position, sheet, this_day != day)
        day = this_day
        if goes_on and slot == past[-1]:
            apply_marks(register, operations[: len(operations) // 2], by)
            continue
        if position == 0:
            _correct(register, operations[0], by)
            operations = operations[1:]
        close_slot(register, slot, by, operations)
        closed.append(slot)
    return closed


def _confirm(workshop: str, slots: Sequence[str], by: Actor, actors: dict[str, Actor]) -> None:
    """The director confirms what was closed; of the first somebody is corrected afterwards."""
    found = scope.workshop(workshop, by)
    register, register_id = found.register.public_id, found.register_id
    for slot in slots:
        confirm_slot(register, slot, actors[DIRECTOR.key])
    if not slots:
        return
    sheet = slot_sheet(register_id, slot_of(register_id, slots[0]))
    present = next(row for row in sheet.rows if row.status == "present")
    correct_mark(
        register,
        Operation(
            op_id=new_public_id(),
            slot=slots[0],
            entry=present.entry,
            status="late",
            expected_version=present.version,
            device_time=sheet.slot.starts_at + timedelta(days=1),
            correction="Signed on the sheet with 08:55 beside it.",
        ),
        by,
    )


def _correct(register: str, operation: Operation, by: Actor) -> None:
    """Mark somebody wrongly and put it right, so that a mark has a history."""
    [answer] = apply_marks(register, [_with(operation, "absent", operation.expected_version)], by)
    apply_marks(register, [_with(operation, operation.status, answer.version)], by)


def _with(operation: Operation, status: str, version: int) -> Operation:
    return Operation(
        op_id=new_public_id(),
        slot=operation.slot,
        entry=operation.entry,
        status=status,
        expected_version=version,
        device_time=operation.device_time,
    )
