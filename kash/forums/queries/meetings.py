"""Meetings as events of calendars, under a name that tells nothing of who meets. Presence: the
quorum of a meeting at a moment, and what it is counted from. Meetings: when and where, who was
there, what was said. Terms of office of a forum's members, and the quorums on which it agreed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, contains_eager, selectinload

from kash.attendance.models import Mark, RosterEntry, Slot
from kash.forums.models import (
    Action,
    AgendaItem,
    Decision,
    Forum,
    ForumMember,
    ForumQuorum,
    ForumQuorumGroup,
    ForumTerm,
    ItemConflict,
    Meeting,
    MeetingAnswer,
    PresenceSpell,
)
from kash.forums.queries.series import BY_GROUP, appearance_of, runs, within_reach
from kash.forums.rules.meetings import (
    PRESENT,
    TOLD_BEFORE,
    AgendaClock,
    Attendee,
    GroupAttendance,
    NeededOfGroup,
    OfficeTerm,
    Quorum,
    QuorumShare,
    Seat,
    TimeThere,
    agenda_clock,
    attendance_by_group,
    counts_on,
    ends_after,
    quorate_times,
    quorum_of,
    term_on,
)
from kash.forums.rules.minutes import minute_number
from kash.people.models import Group, Person
from kash.platform.database import db
from kash.platform.messages.calendars import CalendarEvent
from kash.platform.web import Listing, listing
from kash.platform.web.errors import get_or_404, one_or_404
from kash.platform.web.formats import from_local, to_local
from kash.policy import Actor, Reach


def own_meeting_events(actor: Actor, first: date, last: date) -> list[CalendarEvent]:
    """Meetings of the forums that this actor is the secretary or a member of."""
    if actor.account_id is None:
        return []
    member = exists().where(
        ForumMember.forum_id == Forum.id,
        ForumMember.person_id == (actor.person_id or 0),
        ForumMember.left_on.is_(None),
    )
    meetings = db.session.execute(
        select(
            Meeting.public_id,
            Meeting.starts_at,
            Meeting.place,
            Meeting.state,
            Meeting.row_version,
            Meeting.created_at,
            Slot.minutes,
        )
        .join(Forum, Forum.id == Meeting.forum_id)
        .join(Slot, Slot.register_id == Meeting.register_id)
        .where(
            Meeting.starts_at >= from_local(first, time()),
            Meeting.starts_at < from_local(last + timedelta(days=1), time()),
            or_(Forum.secretary_id == actor.account_id, member),
        )
        .order_by(Meeting.starts_at, Meeting.id)
    ).all()
    return [
        CalendarEvent(
            uid=f"{meeting.public_id}@kash",
            summary=_("Meeting"),
            starts_at=meeting.starts_at,
            ends_at=meeting.starts_at + timedelta(minutes=meeting.minutes),
            changed_at=meeting.created_at,
            sequence=meeting.row_version - 1,
            location=meeting.place,
            cancelled=meeting.state == "cancelled",
        )
        for meeting in meetings
    ]


@dataclass(frozen=True)
class MeetingPresence:
    """Everything that a meeting's quorum is counted from, at whatever moment."""

    seats: Sequence[Seat]
    needed: dict[str, NeededOfGroup]
    names: dict[str, str]
    day: date

    def at(self, moment: datetime, conflicted: Collection[int] = ()) -> Quorum:
        """The quorum at a moment; `conflicted` are members' keys."""
        return quorum_of(
            self.seats, self.needed, self.names, day=self.day, moment=moment, conflicted=conflicted
        )

    @property
    def recorded(self) -> bool:
        """True if anybody stands as having been there."""
        return any(seat.mark == PRESENT for seat in self.seats)

    def quorate_times(self, begins: datetime) -> list[TimeThere]:
        """The times for which the meeting that `begins` then was quorate."""
        changes = [begins]
        for seat in self.seats:
            for spell in seat.spells:
                changes.append(spell.arrived_at)
                if spell.left_at is not None:
                    changes.append(spell.left_at)
        return quorate_times(self.at, changes)


def quorum_at(meeting: Meeting, moment: datetime, item: AgendaItem | None = None) -> Quorum:
    """The quorum of a meeting at a moment, by group; of an item without those who declared a
    conflict of interest in it."""
    session = db.session()
    conflicted = () if item is None else conflicted_in(session, item)
    return attendance_at(session, meeting).at(moment, conflicted)


def conflicted_in(session: Session, item: AgendaItem) -> set[int]:
    """The keys of the members who declared a conflict of interest in an item."""
    return set(
        session.scalars(select(ItemConflict.member_id).where(ItemConflict.item_id == item.id))
    )


def on_registers(*columns: Any) -> Any:
    """The select of all who ever stood on the registers of meetings, with seat, mark, answer."""
    return (
        select(*columns)
        .select_from(Meeting)
        .join(RosterEntry, RosterEntry.register_id == Meeting.register_id)
        .join(Person, Person.id == RosterEntry.person_id)
        .join(Group, Group.id == Person.group_id)
        .join(Slot, Slot.register_id == RosterEntry.register_id)
        .outerjoin(Mark, and_(Mark.slot_id == Slot.id, Mark.person_id == Person.id))
        .outerjoin(
            ForumMember,
            and_(ForumMember.forum_id == Meeting.forum_id, ForumMember.person_id == Person.id),
        )
        .outerjoin(
            MeetingAnswer,
            and_(MeetingAnswer.meeting_id == Meeting.id, MeetingAnswer.member_id == ForumMember.id),
        )
    )


def attendance_at(session: Session, meeting: Meeting) -> MeetingPresence:
    """Members on the register with their marks, times and terms; and the quorum that holds."""
    return attendances_at(session, [meeting])[meeting.id]


def attendances_at(session: Session, meetings: Sequence[Meeting]) -> dict[int, MeetingPresence]:
    """The same of several meetings by their keys; five queries, however many they are."""
    rows = session.execute(
        on_registers(
            Meeting.id,
            RosterEntry.id,
            ForumMember.id,
            ForumMember.left_on,
            Group.letter,
            Mark.status,
        )
        .where(
            Meeting.id.in_([meeting.id for meeting in meetings]),
            ForumMember.id.is_not(None),
            RosterEntry.removed_at.is_(None),
            RosterEntry.walk_in.is_(False),
        )
        .order_by(RosterEntry.id)
    ).all()
    spells = spells_of(session, [columns[1] for columns in rows])
    terms = terms_of(session, {columns[2] for columns in rows})
    seats: dict[int, list[Seat]] = {meeting.id: [] for meeting in meetings}
    for key, entry, member, left_on, letter, mark in rows:
        seats[key].append(Seat(member, letter, mark, spells[entry], terms[member], left_on))
    names = session.execute(
        select(Group.letter, Group.name).order_by(Group.position, Group.letter)
    ).all()
    quorums = _quorums(session, {meeting.forum_id for meeting in meetings})
    presences = {}
    for meeting in meetings:
        day = to_local(meeting.starts_at).date()
        agreed = [(since, needed) for since, needed in quorums[meeting.forum_id] if since <= day]
        needed = agreed[-1][1] if agreed else {}
        presences[meeting.id] = MeetingPresence(seats[meeting.id], needed, dict(names), day)
    return presences


def spells_of(session: Session, entry_ids: Collection[int]) -> defaultdict[int, list[TimeThere]]:
    """{key of a roster entry: its times in their order}."""
    spells: defaultdict[int, list[TimeThere]] = defaultdict(list)
    if entry_ids:
        for spell in session.execute(
            select(PresenceSpell.entry_id, PresenceSpell.arrived_at, PresenceSpell.left_at)
            .where(PresenceSpell.entry_id.in_(entry_ids))
            .order_by(PresenceSpell.arrived_at, PresenceSpell.id)
        ):
            spells[spell[0]].append(TimeThere(spell[1], spell[2]))
    return spells


def terms_of(session: Session, member_ids: Collection[int]) -> defaultdict[int, list[OfficeTerm]]:
    """{key of a member: the terms in their order}."""
    terms: defaultdict[int, list[OfficeTerm]] = defaultdict(list)
    if member_ids:
        for term in session.execute(
            select(ForumTerm.member_id, ForumTerm.begins_on, ForumTerm.ends_on, ForumTerm.office)
            .where(ForumTerm.member_id.in_(member_ids))
            .order_by(ForumTerm.begins_on, ForumTerm.id)
        ):
            terms[term[0]].append(OfficeTerm(term[1], term[2], term[3]))
    return terms


def _quorums(
    session: Session, forum_ids: Collection[int]
) -> defaultdict[int, list[tuple[date, dict[str, NeededOfGroup]]]]:
    """The quorums of forums (by key) by the groups' letters, each with the day from which it holds,
    the earliest first."""
    by_forum: defaultdict[int, list[tuple[date, dict[str, NeededOfGroup]]]] = defaultdict(list)
    rows = session.execute(
        select(
            ForumQuorum.forum_id,
            ForumQuorum.holds_from,
            Group.letter,
            ForumQuorumGroup.share,
            ForumQuorumGroup.least,
        )
        .outerjoin(ForumQuorumGroup, ForumQuorumGroup.quorum_id == ForumQuorum.id)
        .outerjoin(Group, Group.id == ForumQuorumGroup.group_id)
        .where(ForumQuorum.forum_id.in_(forum_ids))
        .order_by(ForumQuorum.holds_from)
    )
    for forum, since, letter, share, least in rows:
        quorums = by_forum[forum]
        if not quorums or quorums[-1][0] != since:
            quorums.append((since, {}))
        if letter is not None:
            quorums[-1][1][letter] = NeededOfGroup(QuorumShare(share), least)
    return by_forum


def number_of(item: AgendaItem, held: Meeting) -> str:
    """The number of an item's minute, by the day of the meeting in the programme's zone."""
    return minute_number(item.position, to_local(held.starts_at).date(), held.letter)


def meeting(forum: Forum, public_id: str) -> Meeting:
    """A meeting of this forum. Raises NotFound."""
    return get_or_404(db.session, Meeting, public_id, Meeting.forum_id == forum.id)


def any_meeting(forum: Forum) -> bool:
    """True if the forum ever planned a meeting."""
    return (
        db.session.scalar(select(Meeting.id).where(Meeting.forum_id == forum.id).limit(1))
        is not None
    )


def _number_of_items() -> Select[int]:
    """The number of a meeting's items, to be joined to what stands under them."""
    return select(func.count()).select_from(AgendaItem).where(AgendaItem.meeting_id == Meeting.id)


def meetings_of(forum: Forum) -> Listing[Any]:
    """Rows of meeting, number of items, decisions and actions; the newest first."""
    items = _number_of_items()
    return listing(
        select(
            Meeting,
            items.scalar_subquery().label("items"),
            items.join(Decision, Decision.item_id == AgendaItem.id)
            .scalar_subquery()
            .label("decisions"),
            items.join(Action, Action.item_id == AgendaItem.id).scalar_subquery().label("actions"),
        ).where(Meeting.forum_id == forum.id),
        sorts={"date": Meeting.starts_at},
        default_sort="date",
        default_direction="desc",
        key=Meeting.id,
    )


# What is written under an item, with the members who took its actions on.
_WRITTEN = (
    selectinload(AgendaItem.decisions),
    selectinload(AgendaItem.internal_lines),
    selectinload(AgendaItem.actions)
    .joinedload(Action.owner)
    .joinedload(ForumMember.person)
    .joinedload(Person.group),
)


def minutes_of(meeting: Meeting) -> list[AgendaItem]:
    """The items of a meeting in order, with their decisions and actions and who took them on."""
    return list(
        db.session.scalars(
            select(AgendaItem)
            .where(AgendaItem.meeting_id == meeting.id)
            .order_by(AgendaItem.position, AgendaItem.id)
            .options(*_WRITTEN)
        )
    )


def times_of(meeting: Meeting, items: Sequence[AgendaItem]) -> AgendaClock:
    """The clock of a meeting's agenda; one query."""
    length = slot_of(meeting).minutes
    return agenda_clock(meeting.starts_at, length, [item.minutes for item in items])


def _beside(meeting: Meeting) -> Select[Meeting]:
    """The other meetings of the same forum, cancelled ones left out."""
    return select(Meeting).where(Meeting.forum_id == meeting.forum_id, Meeting.state != "cancelled")


def previous_meeting(meeting: Meeting) -> Meeting | None:
    """The meeting of the same forum before this one, cancelled ones left out."""
    earlier = _beside(meeting).where(Meeting.starts_at < meeting.starts_at)
    return db.session.scalar(earlier.order_by(Meeting.starts_at.desc()).limit(1))


def following_meeting(meeting: Meeting) -> Meeting | None:
    """The next meeting that is planned or was held after this one."""
    later = _beside(meeting).where(Meeting.starts_at > meeting.starts_at)
    return db.session.scalar(later.order_by(Meeting.starts_at).limit(1))


@dataclass(frozen=True)
class AttendanceLine:
    """Somebody on a meeting's register. Who is no member is a guest, and only counted.

    `name` is for the person who keeps the register; others and paper see `shown`.
    """

    person_id: str
    name: str
    group: str
    letter: str
    status: str | None
    version: int
    member: bool
    shown: str
    seat: str = ""


def slot_of(meeting: Meeting) -> Slot:
    """The one slot of a meeting's register."""
    return one_or_404(
        db.session.scalar(
            select(Slot)
            .where(Slot.register_id == meeting.register_id)
            .order_by(Slot.position)
            .limit(1)
        )
    )


def attendance_of(meeting: Meeting) -> list[AttendanceLine]:
    """Everybody on the register, by group and name, with the present mark.

    Who has none but answered the invitation with no sent an apology. Whose term ended is no member.
    """
    return attendances_of([meeting])[meeting.id]


def attendances_of(meetings: Sequence[Meeting]) -> dict[int, list[AttendanceLine]]:
    """The same of several meetings by their keys; two queries, however many they are."""
    rows = db.session.execute(
        on_registers(
            Meeting.id,
            Person.public_id,
            Person.chosen_name,
            Group.name,
            Group.letter,
            Mark.status,
            Mark.version,
            ForumMember,
            RosterEntry.walk_in,
            MeetingAnswer.answer,
        )
        .where(
            Meeting.id.in_([meeting.id for meeting in meetings]), RosterEntry.removed_at.is_(None)
        )
        .options(
            contains_eager(ForumMember.person).load_only(Person.chosen_name, Person.prints_name)
        )
        .order_by(*BY_GROUP)
    ).all()
    seats = {seat.id for *_row, seat, _walk_in, _answer in rows if seat is not None}
    terms = terms_of(db.session(), seats)
    days = {meeting.id: to_local(meeting.starts_at).date() for meeting in meetings}
    lines: dict[int, list[AttendanceLine]] = {meeting.id: [] for meeting in meetings}
    for key, person_id, name, group, letter, status, version, seat, walk_in, answer in rows:
        lines[key].append(
            AttendanceLine(
                person_id=person_id,
                name=name,
                group=group,
                letter=letter,
                status=status or ("apology" if answer == "no" else None),
                version=version or 0,
                member=seat is not None
                and not walk_in
                and counts_on(terms[seat.id], seat.left_on, days[key]),
                shown=appearance_of(seat) if seat else "",
                seat=seat.public_id if seat else "",
            )
        )
    return lines


def attendance_table(
    lines: Sequence[AttendanceLine], *, by_letter: bool = True
) -> list[GroupAttendance]:
    """The attendance by group as paper shows it; `by_letter` is for paper and for members."""
    attendees = [
        Attendee(line.letter if by_letter else line.group, line.status, line.shown, line.member)
        for line in lines
    ]
    return attendance_by_group(attendees, list(dict.fromkeys(a.group for a in attendees)))


def next_meetings(
    actor: Actor, now: datetime, *, days: int = 60, most: int = 5
) -> list[dict[str, Any]]:
    """The planned meetings of the forums within the actor's reach, from today on, as Today shows
    them: `runs` is whether the actor prepares it."""
    if actor.reach("forums.see") is Reach.NONE:
        return []
    midnight = to_local(now).replace(hour=0, minute=0, second=0, microsecond=0)
    items = _number_of_items().scalar_subquery()
    visible = within_reach(actor).with_only_columns(Forum.id)
    rows = db.session.execute(
        select(Meeting, Forum, items)
        .join(Forum, Forum.id == Meeting.forum_id)
        .where(
            Meeting.state == "planned",
            Meeting.starts_at >= midnight,
            Meeting.starts_at < now + timedelta(days=days),
            Meeting.forum_id.in_(visible),
        )
        .order_by(Meeting.starts_at)
        .limit(most)
    )
    return [
        {
            "public_id": planned.public_id,
            "forum_id": forum.public_id,
            "forum_name": forum.name,
            "starts_at": planned.starts_at,
            "place": planned.place,
            "points": count,
            "runs": runs(actor, forum.secretary_id),
        }
        for planned, forum, count in rows
    ]


def meetings_between(actor: Actor, begins: datetime, ends: datetime) -> Sequence[Any]:
    """The meetings that begin within a time, of the forums within the actor's reach, with the forum
    and how many minutes they take, 0 if nobody said so; one query."""
    return db.session.execute(
        select(
            Meeting.public_id,
            Forum.public_id.label("forum_id"),
            Forum.name.label("forum_name"),
            Meeting.starts_at,
            func.coalesce(Slot.minutes, 0).label("minutes"),
            Meeting.place,
            Meeting.state,
        )
        .join(Forum, Forum.id == Meeting.forum_id)
        .outerjoin(Slot, Slot.register_id == Meeting.register_id)
        .where(
            Meeting.starts_at >= begins,
            Meeting.starts_at < ends,
            Meeting.forum_id.in_(within_reach(actor).with_only_columns(Forum.id)),
        )
        .order_by(Meeting.starts_at, Meeting.id)
    ).all()


def item(meeting: Meeting, public_id: str) -> AgendaItem:
    """An item of this meeting, with its decisions and actions. Raises NotFound."""
    return get_or_404(
        db.session, AgendaItem, public_id, AgendaItem.meeting_id == meeting.id, options=(*_WRITTEN,)
    )


def meetings_to_record(actor: Actor, now: datetime, *, most: int = 10) -> Sequence[Any]:
    """Meetings that began and are neither recorded as held nor cancelled, which the actor runs as
    the secretary, with their forum."""
    if actor.reach("forums.edit") is Reach.NONE or actor.account_id is None:
        return []
    return db.session.execute(
        select(
            Meeting.public_id,
            Forum.public_id.label("forum_id"),
            Forum.name.label("forum_name"),
            Meeting.starts_at,
            Meeting.place,
        )
        .join(Forum, Forum.id == Meeting.forum_id)
        .where(
            Meeting.state == "planned",
            Meeting.starts_at <= now,
            Forum.secretary_id == actor.account_id,
        )
        .order_by(Meeting.starts_at)
        .limit(most)
    ).all()


@dataclass(frozen=True)
class MemberTerms:
    """A member with all terms, for the person who runs the forum. `ends` is the last day if one is
    known; `counts` is whether a term holds today."""

    member: str
    person: str
    name: str
    letter: str
    terms: Sequence[tuple[str, OfficeTerm]]
    now: OfficeTerm | None
    ends: date | None
    counts: bool


def member_terms(forum: Forum, day: date) -> list[MemberTerms]:
    """The members of a forum with their terms, by group and name; two queries."""
    members = db.session.execute(
        select(ForumMember.id, ForumMember.public_id, Person, Group.letter)
        .join(Person, Person.id == ForumMember.person_id)
        .join(Group, Group.id == Person.group_id)
        .where(ForumMember.forum_id == forum.id, ForumMember.left_on.is_(None))
        .order_by(*BY_GROUP)
    ).all()
    by_member: dict[int, list[tuple[str, OfficeTerm]]] = {member[0]: [] for member in members}
    for member in db.session.scalars(
        select(ForumTerm)
        .join(ForumMember, ForumMember.id == ForumTerm.member_id)
        .where(ForumMember.forum_id == forum.id)
        .order_by(ForumTerm.begins_on, ForumTerm.id)
    ):
        if member.member_id in by_member:
            term = OfficeTerm(member.begins_on, member.ends_on, member.office)
            by_member[member.member_id].append((member.public_id, term))
    lines = []
    for key, public_id, person, letter in members:
        terms = [term for _id, term in by_member[key]]
        lines.append(
            MemberTerms(
                member=public_id,
                person=person.public_id,
                name=person.chosen_name,
                letter=letter,
                terms=by_member[key],
                now=term_on(terms, day),
                ends=ends_after(terms, day),
                counts=counts_on(terms, None, day),
            )
        )
    return lines


def terms_ending(actor: Actor, day: date) -> list[tuple[str, str, int, date]]:
    """(public id, name, number of members, the first last day) of forums of which the actor is the
    secretary, in which terms end within two months and are not carried on. One query."""
    if actor.reach("forums.edit") is Reach.NONE or actor.account_id is None:
        return []
    rows = db.session.execute(
        select(Forum.public_id, Forum.name, ForumMember.id, ForumTerm.begins_on, ForumTerm.ends_on)
        .join(ForumMember, ForumMember.forum_id == Forum.id)
        .join(ForumTerm, ForumTerm.member_id == ForumMember.id)
        .where(Forum.secretary_id == actor.account_id, ForumMember.left_on.is_(None))
        .order_by(Forum.name, Forum.id, ForumTerm.begins_on)
    )
    terms: dict[tuple[str, str], dict[int, list[OfficeTerm]]] = {}
    for public_id, name, member, begins, ends in rows:
        of_forum = terms.setdefault((public_id, name), {})
        of_forum.setdefault(member, []).append(OfficeTerm(begins, ends))
    forums = []
    for (public_id, name), members in terms.items():
        ending = [ends_after(terms_held, day) for terms_held in members.values()]
        days = [
            last_day
            for last_day in ending
            if last_day is not None and (last_day - day).days <= TOLD_BEFORE
        ]
        if days:
            forums.append((public_id, name, len(days), min(days)))
    return forums


def quorums_of(forum: Forum, day: date) -> list[dict[str, Any]]:
    """All that a forum agreed on, by the groups' letters, the newest first; one `holds` today."""
    agreed: dict[str, tuple[date, dict[str, NeededOfGroup]]] = {}
    for public_id, holds_from, letter, share, least in db.session.execute(
        select(
            ForumQuorum.public_id,
            ForumQuorum.holds_from,
            Group.letter,
            ForumQuorumGroup.share,
            ForumQuorumGroup.least,
        )
        .outerjoin(ForumQuorumGroup, ForumQuorumGroup.quorum_id == ForumQuorum.id)
        .outerjoin(Group, Group.id == ForumQuorumGroup.group_id)
        .where(ForumQuorum.forum_id == forum.id)
        .order_by(ForumQuorum.holds_from.desc(), Group.position, Group.letter)
    ):
        needed = agreed.setdefault(public_id, (holds_from, {}))[1]
        if letter is not None:
            needed[letter] = NeededOfGroup(QuorumShare(share), least)
    now = next((key for key, (begins, _needed) in agreed.items() if begins <= day), "")
    return [
        {"public_id": public_id, "holds_from": begins, "needed": needed, "holds": public_id == now}
        for public_id, (begins, needed) in agreed.items()
    ]
