"""Arriving and leaving: one tap each, taken back, corrected; the register's marks follow. Answers
to the invitation to a meeting: the member's own, or noted for her. The register of a meeting: made
with it, moved with it, closed with it. Agenda templates: written, taken from a meeting, changed,
deleted. Opening forums, and who sits in them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from flask_babel import lazy_gettext as _l
from sqlalchemy import Row, and_, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kash.accounts.models import Account
from kash.attendance.models import Mark, Register, RosterEntry, Slot
from kash.attendance.register import add_slot, new_register, put_on_roster, take_off_roster
from kash.attendance.rules.marking import CurrentMark, Operation
from kash.attendance.rules.registers import is_ahead, opens_at
from kash.attendance.services.marking import NotBegun, apply_in
from kash.forums.models import (
    AgendaTemplate,
    AgendaTemplateItem,
    Forum,
    ForumMember,
    Meeting,
    MeetingAnswer,
    PresenceSpell,
)
from kash.forums.queries.meetings import on_registers, terms_of
from kash.forums.queries.series import may_run, runs
from kash.forums.rules.meetings import (
    ANSWERS,
    APPEARS,
    HERE,
    IN_ATTENDANCE,
    ITEMS_OF_A_MEETING,
    PRESENT,
    USUAL,
    WITH_TEXT,
    PlannedItem,
    SpellFault,
    TimeThere,
    arrived,
    counts_on,
    gone,
    spell_fault,
    taken_back,
    version_of,
)
from kash.forums.services.agenda import (
    AGENDA_FULL,
    FORUM_NAME_TAKEN,
    UNKNOWN_CHOICE,
    UNKNOWN_PERSON,
    forum_in_reach,
    forum_run_by,
    items_in_order,
    meeting_in,
    member_in,
    planned_meeting,
    written_meeting,
)
from kash.people.models import Group, Person
from kash.platform.database import new_public_id
from kash.platform.vault import Change, audited
from kash.platform.web import Forbidden, NotFound
from kash.platform.web.errors import ChangedMeanwhile, Problem, get_or_404, one_or_404
from kash.platform.web.formats import to_local
from kash.policy import Actor, Reach

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
    nothing. Raises Problem and NotBegun."""
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
    they are. Raises Problem and NotBegun."""
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

    `shown` is the version of the times that the page showed. Raises WrongPresence, Problem and
    ChangedMeanwhile.
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


def add_template(name: str, language: str, items: Sequence[PlannedItem], by: Actor) -> str:
    """Keep an agenda under a name; returns its public id.

    Raises Problem.
    """
    _may_write(by)
    with audited("forums.template_added", by) as change:
        template = _kept(change.session, name, language, items)
        change.about(template.public_id)
        return template.public_id


def keep_agenda(forum_id: str, meeting_id: str, *, name: str, by: Actor) -> str:
    """Keep a meeting's agenda as a template; returns its public id.

    Titles and minutes go along, what was said does not. Raises Problem.
    """
    with audited("forums.template_added", by) as change:
        session = change.session
        meeting = meeting_in(session, forum_run_by(session, forum_id, by), meeting_id)
        items = [
            PlannedItem(item.title, item.minutes, item.kind)
            for item in items_in_order(session, meeting)
        ]
        template = _kept(session, name, "", items)
        change.about(template.public_id)
        return template.public_id


def change_template(
    public_id: str,
    name: str,
    language: str,
    items: Sequence[PlannedItem],
    row_version: int,
    by: Actor,
) -> None:
    """Change a template; meetings that began with it stay as they are.

    Raises NotFound, ChangedMeanwhile and Problem.
    """
    _may_write(by)
    with audited("forums.template_changed", by) as change:
        session = change.session
        template = held_template(session, public_id)
        if template.row_version != row_version:
            raise ChangedMeanwhile
        _name_is_free(session, name, template.id)
        template.name, template.language = name, language
        template.items = _series_rows(items)
        template.row_version += 1
        _flush(session)
        change.about(template.public_id)


def remove_template(public_id: str, by: Actor) -> None:
    """Delete a template; forums that began with it begin as last time. Raises NotFound."""
    _may_write(by)
    with audited("forums.template_removed", by) as change:
        template = held_template(change.session, public_id)
        change.session.execute(
            update(Forum).where(Forum.template_id == template.id).values(template_id=None)
        )
        change.about(template.public_id)
        change.session.delete(template)


def held_template(session: Session, public_id: str) -> AgendaTemplate:
    """A template, held until the transaction ends. Raises NotFound."""
    return get_or_404(session, AgendaTemplate, public_id, lock=True)


def _may_write(by: Actor) -> None:
    if by.reach("forums.edit") is Reach.NONE:
        raise Forbidden


def _kept(
    session: Session, name: str, language: str, items: Sequence[PlannedItem]
) -> AgendaTemplate:
    _name_is_free(session, name, None)
    template = AgendaTemplate(name=name, language=language, items=_series_rows(items))
    session.add(template)
    _flush(session)
    return template


def _series_rows(items: Sequence[PlannedItem]) -> list[AgendaTemplateItem]:
    if not items:
        raise Problem(_l("Write at least one item."), field="")
    if len(items) > ITEMS_OF_A_MEETING:
        raise Problem(AGENDA_FULL, field="title")
    return [
        AgendaTemplateItem(position=place, kind=item.kind, title=item.title, minutes=item.minutes)
        for place, item in enumerate(items, start=1)
    ]


def _name_is_free(session: Session, name: str, excluding: int | None) -> None:
    taken = session.scalar(
        select(AgendaTemplate.id).where(func.lower(AgendaTemplate.name) == func.lower(name))
    )
    if taken is not None and taken != excluding:
        raise Problem(FORUM_NAME_TAKEN, field="name")


def _flush(session: Session) -> None:
    try:
        session.flush()
    except IntegrityError:
        raise Problem(FORUM_NAME_TAKEN, field="name") from None


def _secretary(session: Session, by: Actor, wanted: str) -> int:
    """The account that runs the forum: the one chosen by the person who may choose, else the
    actor's."""
    if by.account_id is not None and (
        by.reach("forums.edit") is not Reach.ALL or not wanted or wanted == by.public_id
    ):
        return by.account_id
    account_id = session.scalar(
        select(Account.id).where(Account.public_id == wanted, Account.active, may_run(Account.id))
    )
    if account_id is None:
        raise Problem(_l("Choose somebody from the list."), field="secretary", status=422)
    return account_id


def _series_name_is_free(session: Session, name: str, besides: int | None = None) -> None:
    taken = session.scalar(select(Forum.id).where(Forum.name == name))
    if taken is not None and taken != besides:
        raise Problem(FORUM_NAME_TAKEN, field="name")


def _template_id(session: Session, public_id: str) -> int | None:
    return held_template(session, public_id).id if public_id else None


def open_forum(*, name: str, secretary: str = "", template: str = "", by: Actor) -> str:
    """Open a forum and return its public id.

    `secretary` is an account's public id; only the person who may edit all forums chooses another
    than herself. `template` is that of the agenda its meetings begin with. Raises NotFound if there
    is no such template.
    """
    if by.reach("forums.edit") is Reach.NONE:
        raise Forbidden
    with audited("forums.forum_opened", by) as change:
        _series_name_is_free(change.session, name)
        forum = Forum(
            public_id=new_public_id(),
            name=name,
            secretary_id=_secretary(change.session, by, secretary),
            template_id=_template_id(change.session, template),
            created_at=change.now,
        )
        change.session.add(forum)
        change.about(forum.public_id)
        return forum.public_id


def change_forum(
    forum_id: str, *, name: str, secretary: str = "", template: str | None = None, by: Actor
) -> None:
    """Give a forum another name, another agenda to begin with (None: as it is) or, by the person
    who may choose, another secretary."""
    with audited("forums.forum_changed", by) as change:
        forum = forum_run_by(change.session, forum_id, by)
        _series_name_is_free(change.session, name, besides=forum.id)
        forum.name = name
        if template is not None:
            forum.template_id = _template_id(change.session, template)
        if secretary and by.reach("forums.edit") is Reach.ALL:
            forum.secretary_id = _secretary(change.session, by, secretary)
        change.about(forum.public_id)


def _appearance(appears: str, shown_as: str) -> tuple[str, str]:
    if appears not in APPEARS:
        raise Problem(UNKNOWN_CHOICE, status=400)
    if appears not in WITH_TEXT:
        return appears, ""
    if not shown_as.strip():
        raise Problem(_l("Write how this member appears."), field="shown_as", status=422)
    return appears, shown_as.strip()


def add_member(
    forum_id: str, person_id: str, *, appears: str = "", shown_as: str = "", by: Actor
) -> str:
    """Give a person a seat, and expect her in the planned meetings.

    Without a choice she is only counted: nobody appears on paper before she said how.
    """
    with audited("forums.member_added", by) as change:
        forum = forum_run_by(change.session, forum_id, by)
        how, text = _appearance(appears or USUAL, shown_as)
        (member, seated), *_rest = _seats(change.session, forum, [person_id])
        if seated:
            raise Problem(_l("This person is a member already."))
        member.appears, member.shown_as, member.left_on = how, text, None
        expect_in_planned(change.session, forum, [member.person_id], change.now)
        change.about(forum.public_id, member.public_id, person_id)
        return member.public_id


def add_members(forum_id: str, person_ids: Sequence[str], *, by: Actor) -> list[str]:
    """Give several people a seat at once; the public ids of the new members.

    Each is only counted until she chose how she appears; who is a member already stays as she is.
    Raises Problem if one of them is not there: then nobody was added.
    """
    with audited("forums.members_added", by) as change:
        forum = forum_run_by(change.session, forum_id, by)
        seats = _seats(change.session, forum, person_ids)
        new = [member for member, seated in seats if not seated]
        if not new:
            change.nothing()
            return []
        for member in new:
            member.appears, member.shown_as, member.left_on = USUAL, "", None
        joined = [member.person_id for member in new]
        expect_in_planned(change.session, forum, joined, change.now)
        change.about(forum.public_id, *(member.public_id for member in new), *person_ids)
        return [member.public_id for member in new]


def _seats(
    session: Session, forum: Forum, person_ids: Sequence[str]
) -> list[tuple[ForumMember, bool]]:
    """The seat of each person, a new one where she has none, and whether she sits there now."""
    wanted = dict.fromkeys(person_ids)
    rows = session.execute(
        select(Person.public_id, Person.id, ForumMember)
        .outerjoin(
            ForumMember, and_(ForumMember.person_id == Person.id, ForumMember.forum_id == forum.id)
        )
        .where(Person.public_id.in_(wanted))
    ).all()
    if len(rows) < len(wanted):
        raise Problem(UNKNOWN_PERSON, status=404)
    by_id = {columns[0]: (columns[1], columns[2]) for columns in rows}
    seats = []
    for public_id in wanted:
        key, member = by_id[public_id]
        seated = member is not None and member.left_on is None
        if member is None:
            member = ForumMember(public_id=new_public_id(), forum_id=forum.id, person_id=key)
            session.add(member)
        seats.append((member, seated))
    return seats


def choose_appearance(
    forum_id: str, member_id: str, *, appears: str, shown_as: str = "", by: Actor
) -> None:
    """Set how a member appears: she for herself, or the person who runs the forum on her word."""
    with audited("forums.appearance_chosen", by) as change:
        forum = forum_in_reach(change.session, forum_id, by)
        member = member_in(change.session, forum, member_id)
        own = by.person_id is not None and member.person_id == by.person_id
        if not own and not runs(by, forum.secretary_id):
            raise Forbidden
        member.appears, member.shown_as = _appearance(appears, shown_as)
        change.about(forum.public_id, member.public_id)


def end_membership(forum_id: str, member_id: str, *, by: Actor) -> None:
    """A member leaves. What she took on stays hers; she is expected in no planned meeting."""
    with audited("forums.member_left", by) as change:
        forum = forum_run_by(change.session, forum_id, by)
        member = member_in(change.session, forum, member_id)
        member.left_on = to_local(change.now).date()
        no_longer_expected(change.session, forum, member.person_id, change.now)
        change.about(forum.public_id, member.public_id)
