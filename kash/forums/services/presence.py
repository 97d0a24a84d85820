"""Arriving and leaving: one tap each, taken back, corrected; the register's marks follow. Answers
to the invitation to a meeting: the member's own, or noted for her. The register of a meeting: made
with it, moved with it, closed with it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from flask_babel import lazy_gettext as _l
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from kash.attendance.models import Mark, Register, RosterEntry, Slot
from kash.attendance.register import add_slot, new_register, put_on_roster, take_off_roster
from kash.attendance.rules.marking import CurrentMark, Operation
from kash.attendance.rules.registers import is_ahead, opens_at
from kash.attendance.services.marking import NotBegun, apply_in
from kash.forums.models import Forum, ForumMember, Meeting, MeetingAnswer, PresenceSpell
from kash.forums.queries.meetings import on_registers, terms_of
from kash.forums.rules.meetings import (
    ANSWERS,
    HERE,
    IN_ATTENDANCE,
    PRESENT,
    SpellFault,
    TimeThere,
    arrived,
    counts_on,
    gone,
    spell_fault,
    taken_back,
    version_of,
)
from kash.forums.services.internal_lines import (
    forum_in_reach,
    forum_run_by,
    member_in,
    planned_meeting,
    written_meeting,
)
from kash.forums.services.problems import UNKNOWN_CHOICE, UNKNOWN_PERSON
from kash.people.models import Group, Person
from kash.platform.database import new_public_id
from kash.platform.vault import Change, audited
from kash.platform.web import NotFound
from kash.platform.web.errors import ChangedMeanwhile, Problem, one_or_404
from kash.platform.web.formats import to_local
from kash.policy import Actor

APOLOGY, ABSENT = "apology", "absent"


class WrongPresence(Problem):
    """Times that can't be; `place` is that of the row."""

    status = 422
    _SENTENCES = {
        SpellFault.LEFT_FIRST: _l("Leaving comes after arriving."),
        SpellFault.OVERLAP: _l("This begins before the time above it has ended."),
        SpellFault.AHEAD: _l("Enter a time between the beginning of the meeting and now."),
        SpellFault.LEFT_AHEAD: _l("Enter a time between the beginning of the meeting and now."),
        SpellFault.TOO_MANY: _l("These are too many times for one meeting."),
    }

    def __init__(self, fault: SpellFault, place: int) -> None:
        super().__init__(self._SENTENCES[fault])
        of_leaving = fault in (SpellFault.LEFT_FIRST, SpellFault.LEFT_AHEAD)
        self.field = f"{'left' if of_leaving else 'arrived'}_{place}"


class DoorTap(StrEnum):
    """A tap at the door."""

    CAME = "came"
    LEFT = "left"
    BACK = "back"


_ACTIONS = {
    DoorTap.CAME: "forums.arrival_noted",
    DoorTap.LEFT: "forums.leaving_noted",
    DoorTap.BACK: "forums.tap_taken_back",
}


@dataclass(frozen=True)
class _Attender:
    """Somebody on the register of a meeting, with all that a tap depends on."""

    entry: RosterEntry
    mark: CurrentMark
    counts: bool
    apologised: bool

    @property
    def status_when_here(self) -> str:
        """The mark that her coming makes: guests and whose term ended are in attendance."""
        return PRESENT if self.counts else IN_ATTENDANCE


@dataclass(frozen=True)
class _Door:
    """The register of a meeting, locked."""

    register: Register
    slot: Slot
    meeting: Meeting


def tap(forum_id: str, meeting_id: str, entry_id: str, step: DoorTap, *, by: Actor) -> None:
    """Say that somebody came or left now, or take the last tap back. What is so already changes
    nothing. Raises RegisterClosed and NotBegun."""
    with audited(_ACTIONS[step], by) as change:
        door = _door(change.session, forum_run_by(change.session, forum_id, by), meeting_id)
        attender = _attender(change.session, door, entry_id)
        change.about(door.meeting.public_id, entry_id)
        rows = _rows(change.session, attender.entry)
        spells = tuple(TimeThere(spell.arrived_at, spell.left_at) for spell in rows)
        here = attender.mark.status in HERE
        if step is DoorTap.CAME:
            # Who is marked as present without times is there already.
            wanted = spells if here and not spells else arrived(spells, change.now)
            status = attender.mark.status if here else attender.status_when_here
        elif step is DoorTap.LEFT:
            wanted = gone(spells, change.now, door.slot.starts_at) if here else spells
            status = attender.mark.status
        else:
            wanted = taken_back(spells)
            status = attender.mark.status
            if spells and not wanted:
                status = rows[0].mark_before or (APOLOGY if attender.apologised else ABSENT)
        if wanted == spells and status == attender.mark.status:
            change.nothing()
            return
        _is_open(door, change.now)
        _store(change.session, attender, rows, wanted, by)
        _mark(change, door, [(attender, status)], by)


def all_came(forum_id: str, meeting_id: str, letter: str, *, by: Actor) -> int:
    """Say that all members of a group came now who have no mark yet and sent no apology; how many
    they are. Raises RegisterClosed and NotBegun."""
    with audited("forums.group_arrived", by) as change:
        session = change.session
        door = _door(session, forum_run_by(session, forum_id, by), meeting_id)
        _is_open(door, change.now)
        coming = [
            attender
            for attender in _attenders(session, door, letter=letter)
            if attender.mark.status is None and attender.counts and not attender.apologised
        ]
        change.about(door.meeting.public_id)
        if not coming:
            change.nothing()
            return 0
        for attender in coming:
            _store(session, attender, _rows(session, attender.entry), (TimeThere(change.now),), by)
        _mark(change, door, [(attender, attender.status_when_here) for attender in coming], by)
        return len(coming)


def set_times(
    forum_id: str,
    meeting_id: str,
    entry_id: str,
    spells: Sequence[TimeThere],
    *,
    shown: int | None = None,
    by: Actor,
) -> None:
    """Put in order when somebody was there. A person who has times was there; without any the mark
    of the register says it for the whole meeting.

    `shown` is the version of the times that the page showed. Raises WrongPresence, RegisterClosed
    and ChangedMeanwhile.
    """
    with audited("forums.presence_corrected", by) as change:
        session = change.session
        door = _door(session, forum_run_by(session, forum_id, by), meeting_id)
        attender = _attender(session, door, entry_id)
        change.about(door.meeting.public_id, entry_id)
        fault = spell_fault(spells, opens_at(door.slot.starts_at), change.now)
        if fault is not None:
            raise WrongPresence(*fault)
        rows = _rows(session, attender.entry)
        stored = [TimeThere(spell.arrived_at, spell.left_at) for spell in rows]
        if stored == list(spells):
            change.nothing()
            return
        if shown is not None and shown != version_of(stored):
            raise ChangedMeanwhile
        _store(session, attender, rows, spells, by)
        if spells and attender.mark.status not in HERE:
            _is_open(door, change.now)
            _mark(change, door, [(attender, attender.status_when_here)], by)


def keep_apologies(change: Change, forum: Forum, meeting: Meeting, by: Actor) -> None:
    """Within the action that closes the register: mark as apologies who answered that they do not
    come, unless a mark says otherwise."""
    session = change.session
    answered = select(MeetingAnswer.id).where(
        MeetingAnswer.meeting_id == meeting.id, MeetingAnswer.answer == "no"
    )
    if session.scalar(answered.limit(1)) is None:
        return
    door = _door(session, forum, meeting.public_id)
    if door.slot.closed_at is not None:
        return
    _mark(
        change,
        door,
        [
            (attender, APOLOGY)
            for attender in _attenders(session, door)
            if attender.apologised and attender.mark.status is None
        ],
        by,
    )


def _door(session: Session, forum: Forum, meeting_id: str) -> _Door:
    meeting = written_meeting(session, forum, meeting_id)
    register = session.scalars(
        select(Register).where(Register.id == meeting.register_id).with_for_update()
    ).one()
    slot = session.scalars(select(Slot).where(Slot.register_id == register.id).limit(1)).one()
    return _Door(register, slot, meeting)


def _is_open(door: _Door, now: datetime) -> None:
    if door.slot.closed_at is not None:
        raise Problem(
            _l("The register is closed. Open it again to change who was there."), field=""
        )
    if is_ahead(door.slot.starts_at, now):
        raise NotBegun(door.slot.starts_at)


def _attender(session: Session, door: _Door, entry_id: str) -> _Attender:
    return one_or_404(next(iter(_attenders(session, door, entry_id=entry_id)), None))


def _attenders(
    session: Session, door: _Door, *, entry_id: str = "", letter: str = ""
) -> list[_Attender]:
    """Those on the register, with their marks; one of them, or those of one group."""
    meeting = door.meeting
    query = (
        on_registers(RosterEntry, Mark.status, Mark.version, ForumMember, MeetingAnswer.answer)
        .where(Meeting.id == meeting.id, RosterEntry.removed_at.is_(None))
        .order_by(RosterEntry.id)
    )
    if entry_id:
        query = query.where(RosterEntry.public_id == entry_id)
    if letter:
        query = query.where(Group.letter == letter)
    rows = session.execute(query).all()
    terms = terms_of(session, [columns[3].id for columns in rows if columns[3] is not None])
    day = to_local(meeting.starts_at).date()
    return [
        _Attender(
            entry,
            CurrentMark(status, version or 0),
            seat is not None and not entry.walk_in and counts_on(terms[seat.id], seat.left_on, day),
            answer == "no",
        )
        for entry, status, version, seat, answer in rows
    ]


def _rows(session: Session, entry: RosterEntry) -> list[PresenceSpell]:
    return list(
        session.scalars(
            select(PresenceSpell)
            .where(PresenceSpell.entry_id == entry.id)
            .order_by(PresenceSpell.arrived_at, PresenceSpell.id)
        )
    )


def _store(
    session: Session,
    one: _Attender,
    rows: Sequence[PresenceSpell],
    spells: Sequence[TimeThere],
    by: Actor,
) -> None:
    """Make the rows say what the spells say; what stays keeps who noted it."""
    for stored, spell in zip(rows, spells, strict=False):
        if (stored.arrived_at, stored.left_at) != (spell.arrived_at, spell.left_at):
            stored.arrived_at, stored.left_at = spell.arrived_at, spell.left_at
            stored.noted_by = by.public_id
    for stored in rows[len(spells) :]:
        session.delete(stored)
    for spell in spells[len(rows) :]:
        session.add(
            PresenceSpell(
                entry_id=one.entry.id,
                arrived_at=spell.arrived_at,
                left_at=spell.left_at,
                mark_before=one.mark.status,
                noted_by=by.public_id,
            )
        )
    session.flush()


def _mark(
    change: Change, door: _Door, marks: Collection[tuple[_Attender, str | None]], by: Actor
) -> None:
    """Mark those whose mark is another."""
    operations = [
        Operation(
            op_id=new_public_id(),
            slot=door.slot.public_id,
            entry=attender.entry.public_id,
            status=status,
            expected_version=attender.mark.version,
            device_time=change.now,
        )
        for attender, status in marks
        if status is not None and status != attender.mark.status
    ]
    if operations:
        apply_in(change, door.register, operations, by)


def answer_invitation(forum_id: str, meeting_id: str, *, answer: str, by: Actor) -> None:
    """Say whether one comes to a planned meeting; the last answer holds. Raises NotFound for
    people who are no members, and MeetingOver."""
    with audited("forums.invitation_answered", by) as change:
        forum = forum_in_reach(change.session, forum_id, by)
        meeting = planned_meeting(change.session, forum, meeting_id)
        member = change.session.scalar(
            select(ForumMember).where(
                ForumMember.forum_id == forum.id,
                ForumMember.person_id == (by.person_id or 0),
                ForumMember.left_on.is_(None),
            )
        )
        if member is None:
            raise NotFound
        if answer not in ANSWERS:
            raise Problem(UNKNOWN_CHOICE, status=400)
        change.about(meeting.public_id, member.public_id)
        if not _answered(change, meeting, member, answer, by):
            change.nothing()


def note_answers(forum_id: str, meeting_id: str, answers: Mapping[str, str], *, by: Actor) -> int:
    """Note what members said on the telephone or at the door, by their public ids; an empty answer
    takes what was said away. How many changed."""
    if not set(answers.values()) <= {*ANSWERS, ""}:
        raise Problem(UNKNOWN_CHOICE, status=400)
    with audited("forums.answers_noted", by) as change:
        forum = forum_run_by(change.session, forum_id, by)
        meeting = planned_meeting(change.session, forum, meeting_id)
        change.about(meeting.public_id)
        changed = 0
        for member_id, answer in answers.items():
            member = member_in(change.session, forum, member_id)
            if _answered(change, meeting, member, answer, by):
                change.about(member_id)
                changed += 1
        if not changed:
            change.nothing()
        return changed


def _answered(
    change: Change, meeting: Meeting, member: ForumMember, answer: str, by: Actor
) -> bool:
    """Keep an answer; False if it stood already."""
    stored = change.session.scalar(
        select(MeetingAnswer).where(
            MeetingAnswer.meeting_id == meeting.id, MeetingAnswer.member_id == member.id
        )
    )
    if (stored.answer if stored else "") == answer:
        return False
    if stored is None:
        stored = MeetingAnswer(meeting_id=meeting.id, member_id=member.id)
        change.session.add(stored)
    elif not answer:
        change.session.delete(stored)
        return True
    stored.answer, stored.answered_at, stored.answered_by = answer, change.now, by.public_id
    return True


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
            # A person who was to come as a guest comes as a member; who came as one was one.
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
    the person who became a member meanwhile."""
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
            raise Problem(UNKNOWN_PERSON, status=404)
        put_on_roster(change.session, meeting.register_id, person.id, walk_in=True)
        change.about(meeting.public_id, person.public_id)
