"""Opening the sample's forum, holding its meetings and writing their minutes."""

from __future__ import annotations

from datetime import date, time, timedelta

from sqlalchemy import select

from kash.attendance.queries.registers import slot_of, slot_sheet
from kash.attendance.rules.marking import Operation
from kash.attendance.services.marking import apply_marks
from kash.demo.accounts import DIRECTOR, TRAINER
from kash.demo.meetings import (
    CHANGED,
    FORUM,
    GUEST,
    MEETINGS,
    MEMBERS,
    PLACE,
    PREPARED,
    SampleAction,
    SampleMeeting,
    meeting_days,
)
from kash.demo.minutes import see_minutes_through
from kash.demo.participants import People
from kash.demo.presence import agree_on_terms, answer_the_next, come_and_go
from kash.forums.models import Action, AgendaItem, Meeting
from kash.forums.rules.live_minutes import MinutesOperation
from kash.forums.rules.merging import WrittenItem
from kash.forums.rules.rows import TypedMinutesRow
from kash.forums.services.agenda import add_item, order_items
from kash.forums.services.live_minutes import apply_minutes_operation
from kash.forums.services.meetings import hold_meeting, plan_meeting
from kash.forums.services.minutes import close_action, write_item
from kash.forums.services.register import add_guest
from kash.forums.services.series import add_member, open_forum
from kash.people.models import Person
from kash.platform.database import db, new_public_id
from kash.platform.web.formats import from_local
from kash.policy import Actor


def hold_forum(actors: dict[str, Actor], people: People, today: date) -> tuple[str, list[str]]:
    """Public ids of the forum and of its meetings in the order of time."""
    secretary = actors[TRAINER.key]
    forum = open_forum(name=FORUM, secretary=secretary.public_id, by=actors[DIRECTOR.key])
    members = [
        add_member(forum, people.by_name[name], appears=appears, shown_as=shown_as, by=secretary)
        for name, appears, shown_as in MEMBERS
    ]
    agree_on_terms(forum, members, today, secretary)
    seated = [people.by_name[name] for name, _appears, _shown_as in MEMBERS]
    taken_on: list[tuple[int, SampleAction]] = []
    meetings = []
    days = meeting_days(today)
    for number, (sample, day) in enumerate(zip(MEETINGS, days, strict=True)):
        meeting = plan_meeting(
            forum, starts_at=from_local(day, time(9, 0)), place=PLACE, by=secretary
        )
        meetings.append(meeting)
        items = _set_agenda(forum, meeting, sample, secretary)
        if day < today and number < len(MEETINGS) - 1:
            _mark(meeting, sample, people, forum, secretary)
            _write(forum, meeting, sample, items, members, day, secretary)
            taken_on += [(number, action) for item in sample.items for action in item.actions]
            hold_meeting(forum, meeting, by=secretary)
            come_and_go(forum, meeting, number, seated, members, secretary)
        for raised, action in taken_on:
            if action.closed_after and raised + action.closed_after == number + 1:
                _close(forum, action, secretary)
    _write_at_once((forum, meetings[-1], items[-2]), secretary, actors[DIRECTOR.key])
    see_minutes_through(forum, meetings, members, actors)
    answer_the_next(forum, meetings[-1], members, secretary)
    return forum, meetings


def _write_at_once(place: tuple[str, str, str], *writers: Actor) -> None:
    """Two people write under one item of the meeting to come, neither seeing the other's text:
    one sentence of it waits until somebody settles it."""
    before = WrittenItem(PREPARED)
    first = MinutesOperation(new_public_id(), 1, 0, WrittenItem(), before)
    apply_minutes_operation(place, first, by=writers[0])
    for writer, text in zip(writers, CHANGED, strict=True):
        sent = MinutesOperation(new_public_id(), 1, 0, before, WrittenItem(text))
        apply_minutes_operation(place, sent, by=writer)


def _meeting(public_id: str) -> Meeting:
    return db.session.scalars(select(Meeting).where(Meeting.public_id == public_id)).one()


def _set_agenda(forum: str, meeting: str, sample: SampleMeeting, by: Actor) -> list[str]:
    """Public ids of the items in the order of the sample."""
    arising = db.session.scalar(
        select(AgendaItem.public_id).where(
            AgendaItem.meeting_id == _meeting(meeting).id, AgendaItem.kind == "arising"
        )
    )
    order = [
        add_item(forum, meeting, title=item.title, by=by)
        if item.title or arising is None
        else arising
        for item in sample.items
    ]
    order_items(forum, meeting, order=order, by=by)
    return order


def _mark(meeting: str, sample: SampleMeeting, people: People, forum: str, by: Actor) -> None:
    if sample.guest:
        add_guest(forum, meeting, people.by_name[GUEST], by=by)
    held = _meeting(meeting)
    public_ids = dict(db.session.execute(select(Person.id, Person.public_id)).all())
    status = {people.by_name[name]: "present" for name, _, _ in MEMBERS}
    status |= {people.by_name[MEMBERS[place][0]]: "apology" for place in sample.apologies}
    status |= {people.by_name[MEMBERS[place][0]]: "absent" for place in sample.absent}
    status[people.by_name[GUEST]] = "in_attendance"
    slot = held.register.slots[0].public_id
    sheet = slot_sheet(held.register_id, slot_of(held.register_id, slot))
    apply_marks(
        held.register.public_id,
        [
            Operation(
                op_id=new_public_id(),
                slot=slot,
                entry=row.entry,
                status=status[public_ids[row.person_id]],
                expected_version=0,
                device_time=held.starts_at + timedelta(minutes=15),
            )
            for row in sheet.rows
        ],
        by,
    )


def _write(
    forum: str,
    meeting: str,
    sample: SampleMeeting,
    items: list[str],
    members: list[str],
    day: date,
    by: Actor,
) -> None:
    for item, public_id in zip(sample.items, items, strict=True):
        write_item(
            forum,
            meeting,
            public_id,
            minute=item.minute,
            decisions=[TypedMinutesRow("", decision) for decision in item.decisions],
            actions=[
                TypedMinutesRow(
                    "",
                    action.text,
                    owner=members[action.owner],
                    due_on=day + timedelta(days=action.days),
                )
                for action in item.actions
            ],
            row_version=1,
            by=by,
        )


def _close(forum: str, action: SampleAction, by: Actor) -> None:
    public_id = db.session.scalars(select(Action.public_id).where(Action.text == action.text)).one()
    close_action(forum, public_id, state=action.state, outcome=action.outcome, by=by)
