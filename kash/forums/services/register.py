"""The register of a meeting: made with it, moved with it, closed with it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from kash.attendance.models import Register, Slot
from kash.attendance.register import add_slot, new_register, put_on_roster, take_off_roster
from kash.forums.models import Forum, ForumMember, Meeting
from kash.forums.services.loading import forum_run_by, written_meeting
from kash.forums.services.problems import UnknownPerson
from kash.people.models import Person
from kash.platform.vault import audited
from kash.policy import Actor


def open_register(session: Session, forum: Forum, starts_at: datetime, minutes: int) -> Register:
    """A register with one slot, on which the present members are expected."""
    register = new_register(session, "meeting")
    add_slot(session, register, starts_at=starts_at, minutes=minutes)
    for person_id in _present_members(session, forum.id):
        put_on_roster(session, register.id, person_id)
    return register


def _present_members(session: Session, forum_id: int) -> list[int]:
    return list(
        session.scalars(
            select(ForumMember.person_id)
            .where(ForumMember.forum_id == forum_id, ForumMember.left_on.is_(None))
            .order_by(ForumMember.id)
        )
    )


def _planned_registers(session: Session, forum: Forum) -> Sequence[Row[int, datetime]]:
    """Registers of planned meetings, and when these begin."""
    return session.execute(
        select(Meeting.register_id, Meeting.starts_at).where(
            Meeting.forum_id == forum.id, Meeting.state == "planned"
        )
    ).all()


def expect_in_planned(
    session: Session, forum: Forum, person_ids: Collection[int], now: datetime
) -> None:
    """Expect new members in every planned meeting."""
    for register_id, starts_at in _planned_registers(session, forum):
        for person_id in person_ids:
            entry = put_on_roster(session, register_id, person_id)
            # Whoever was to come as a guest comes as a member; who came as one was one.
            entry.walk_in = entry.walk_in and starts_at <= now


def no_longer_expected(session: Session, forum: Forum, person_id: int, now: datetime) -> None:
    """Take who leaves off the registers of planned meetings that are to come. Of one that has
    begun, and is only not recorded yet, who was there stays so."""
    for register_id, starts_at in _planned_registers(session, forum):
        if starts_at > now:
            take_off_roster(session, register_id, person_id, now)


def _slots(session: Session, meeting: Meeting) -> list[Slot]:
    return list(session.scalars(select(Slot).where(Slot.register_id == meeting.register_id)))


def move_slot(session: Session, meeting: Meeting, starts_at: datetime) -> None:
    """Have the register's slot begin with the meeting."""
    for slot in _slots(session, meeting):
        slot.starts_at = starts_at


def set_length(session: Session, meeting: Meeting, minutes: int) -> None:
    """Say for how many minutes the meeting is planned."""
    for slot in _slots(session, meeting):
        slot.minutes = minutes


def close_slot(session: Session, meeting: Meeting, now: datetime, by: Actor) -> None:
    """Close the register, unless somebody closed it before."""
    for slot in _slots(session, meeting):
        if slot.closed_at is None:
            slot.closed_at, slot.closed_by = now, by.public_id


def reopen_slot(session: Session, meeting: Meeting) -> None:
    """Reopen a register that was closed because the meeting was called off, and expect on it
    whoever became a member meanwhile."""
    for slot in _slots(session, meeting):
        slot.closed_at, slot.closed_by = None, None
    for person_id in _present_members(session, meeting.forum_id):
        put_on_roster(session, meeting.register_id, person_id)


def add_guest(forum_id: str, meeting_id: str, person_id: str, *, by: Actor) -> None:
    """Put somebody on a meeting's register who is no member. On paper guests are only counted."""
    with audited("forums.guest_added", by) as change:
        forum = forum_run_by(change.session, forum_id, by)
        meeting = written_meeting(change.session, forum, meeting_id)
        person = change.session.scalar(select(Person).where(Person.public_id == person_id))
        if person is None:
            raise UnknownPerson
        put_on_roster(change.session, meeting.register_id, person.id, walk_in=True)
        change.about(meeting.public_id, person.public_id)
