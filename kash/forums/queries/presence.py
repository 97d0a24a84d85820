"""Presence: the quorum of a meeting at a moment, and what it is counted from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from kash.attendance.models import Mark, RosterEntry, Slot
from kash.forums.models import (
    AgendaItem,
    ForumMember,
    ForumQuorum,
    ForumQuorumGroup,
    ForumTerm,
    ItemConflict,
    Meeting,
    PresenceSpell,
)
from kash.forums.rules.presence import PRESENT, TimeThere
from kash.forums.rules.quorum import (
    NeededOfGroup,
    Quorum,
    QuorumShare,
    Seat,
    quorate_times,
    quorum_of,
)
from kash.forums.rules.terms import OfficeTerm
from kash.people.models import Group, Person
from kash.platform.database import db
from kash.platform.web.formats import to_local


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
            self.seats,
            self.needed,
            self.names,
            day=self.day,
            moment=moment,
            conflicted=conflicted,
        )

    @property
    def recorded(self) -> bool:
        """True if anybody stands as having been there."""
        return any(seat.mark == PRESENT for seat in self.seats)

    def quorate_times(self, begins: datetime) -> list[TimeThere]:
        """The times for which the meeting that `begins` then was quorate."""
        changes = [begins]
        for seat in self.seats:
            for time in seat.spells:
                changes.append(time.arrived_at)
                if time.left_at is not None:
                    changes.append(time.left_at)
        return quorate_times(self.at, changes)


def quorum_at(
    meeting: Meeting,
    moment: datetime,
    item: AgendaItem | None = None,
    session: Session | None = None,
) -> Quorum:
    """The quorum of a meeting at a moment, by group; of an item without those who declared a
    conflict of interest in it."""
    asked = session or db.session()
    conflicted = () if item is None else conflicted_in(asked, item)
    return attendance_at(asked, meeting).at(moment, conflicted)


def conflicted_in(session: Session, item: AgendaItem) -> set[int]:
    """The keys of the members who declared a conflict of interest in an item."""
    return set(
        session.scalars(select(ItemConflict.member_id).where(ItemConflict.item_id == item.id))
    )


def attendance_at(session: Session, meeting: Meeting) -> MeetingPresence:
    """Members on the register with their marks, times and terms; and the quorum that holds."""
    return attendances_at(session, [meeting])[meeting.id]


def attendances_at(session: Session, meetings: Sequence[Meeting]) -> dict[int, MeetingPresence]:
    """The same of several meetings by their keys; five queries, however many they are."""
    rows = session.execute(
        select(
            Meeting.id,
            RosterEntry.id,
            ForumMember.id,
            ForumMember.left_on,
            Group.letter,
            Mark.status,
        )
        .select_from(Meeting)
        .join(RosterEntry, RosterEntry.register_id == Meeting.register_id)
        .join(Person, Person.id == RosterEntry.person_id)
        .join(Group, Group.id == Person.group_id)
        .join(Slot, Slot.register_id == RosterEntry.register_id)
        .join(
            ForumMember,
            and_(ForumMember.forum_id == Meeting.forum_id, ForumMember.person_id == Person.id),
        )
        .outerjoin(Mark, and_(Mark.slot_id == Slot.id, Mark.person_id == Person.id))
        .where(
            Meeting.id.in_([meeting.id for meeting in meetings]),
            RosterEntry.removed_at.is_(None),
            RosterEntry.walk_in.is_(False),
        )
        .order_by(RosterEntry.id)
    ).all()
    spells = spells_of(session, [row[1] for row in rows])
    terms = terms_of(session, {row[2] for row in rows})
    seats: dict[int, list[Seat]] = {meeting.id: [] for meeting in meetings}
    for key, entry, member, left_on, letter, mark in rows:
        seats[key].append(Seat(member, letter, mark, spells[entry], terms[member], left_on))
    names = session.execute(
        select(Group.letter, Group.name).order_by(Group.position, Group.letter)
    ).all()
    quorums = _quorums(session, {meeting.forum_id for meeting in meetings})
    found = {}
    for meeting in meetings:
        day = to_local(meeting.starts_at).date()
        held = [(since, needed) for since, needed in quorums[meeting.forum_id] if since <= day]
        needed = held[-1][1] if held else {}
        found[meeting.id] = MeetingPresence(seats[meeting.id], needed, dict(names), day)
    return found


def spells_of(session: Session, entry_ids: Collection[int]) -> defaultdict[int, list[TimeThere]]:
    """{key of a roster entry: its times in their order}."""
    found: defaultdict[int, list[TimeThere]] = defaultdict(list)
    if entry_ids:
        for row in session.execute(
            select(PresenceSpell.entry_id, PresenceSpell.arrived_at, PresenceSpell.left_at)
            .where(PresenceSpell.entry_id.in_(entry_ids))
            .order_by(PresenceSpell.arrived_at, PresenceSpell.id)
        ):
            found[row[0]].append(TimeThere(row[1], row[2]))
    return found


def terms_of(session: Session, member_ids: Collection[int]) -> defaultdict[int, list[OfficeTerm]]:
    """{key of a member: the terms in their order}."""
    found: defaultdict[int, list[OfficeTerm]] = defaultdict(list)
    if member_ids:
        for row in session.execute(
            select(ForumTerm.member_id, ForumTerm.begins_on, ForumTerm.ends_on, ForumTerm.office)
            .where(ForumTerm.member_id.in_(member_ids))
            .order_by(ForumTerm.begins_on, ForumTerm.id)
        ):
            found[row[0]].append(OfficeTerm(row[1], row[2], row[3]))
    return found


def _quorums(
    session: Session, forum_ids: Collection[int]
) -> defaultdict[int, list[tuple[date, dict[str, NeededOfGroup]]]]:
    """The quorums of forums (by key) by the groups' letters, each with the day from which it holds,
    the earliest first."""
    found: defaultdict[int, list[tuple[date, dict[str, NeededOfGroup]]]] = defaultdict(list)
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
        quorums = found[forum]
        if not quorums or quorums[-1][0] != since:
            quorums.append((since, {}))
        if letter is not None:
            quorums[-1][1][letter] = NeededOfGroup(QuorumShare(share), least)
    return found
