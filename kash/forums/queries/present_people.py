"""Those on a meeting's register one by one: when each was there, and what each answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select

from kash.attendance.models import Mark, RosterEntry, Slot
from kash.forums.models import (
    AgendaItem,
    Decision,
    DecisionPresence,
    Forum,
    ForumMember,
    ItemConflict,
    Meeting,
    MeetingAnswer,
    PresenceSpell,
)
from kash.forums.queries.presence import spells_of, terms_of
from kash.forums.rules.presence import ANSWERS, HERE, TimeThere
from kash.forums.rules.quorum import Votes
from kash.forums.rules.terms import counts_on, term_on
from kash.people.models import Group, Person
from kash.platform.database import db
from kash.platform.web.errors import one_or_404
from kash.platform.web.formats import to_local
from kash.policy import Actor


@dataclass(frozen=True)
class PersonAtMeeting:
    """Somebody on a meeting's register, for whoever keeps it. `member` is the public id of the
    seat, empty for a guest; `counts` is whether the term holds on the day."""

    entry: str
    person: str
    name: str
    letter: str
    mark: str | None
    times: Sequence[TimeThere]
    member: str
    counts: bool
    office: str
    answer: str

    @property
    def came(self) -> bool:
        """True if the register says that somebody was there at all."""
        return self.mark in HERE

    @property
    def here(self) -> bool:
        """True if somebody came and has not left."""
        return self.came and (not self.times or self.times[-1].left_at is None)


def people_at(meeting: Meeting) -> list[PersonAtMeeting]:
    """Everybody on a meeting's register, by group and name."""
    rows = db.session.execute(
        select(RosterEntry, Person, Group.letter, Mark.status, ForumMember, MeetingAnswer.answer)
        .join(Person, Person.id == RosterEntry.person_id)
        .join(Group, Group.id == Person.group_id)
        .join(Slot, Slot.register_id == RosterEntry.register_id)
        .outerjoin(Mark, and_(Mark.slot_id == Slot.id, Mark.person_id == Person.id))
        .outerjoin(
            ForumMember,
            and_(ForumMember.forum_id == meeting.forum_id, ForumMember.person_id == Person.id),
        )
        .outerjoin(
            MeetingAnswer,
            and_(MeetingAnswer.meeting_id == meeting.id, MeetingAnswer.member_id == ForumMember.id),
        )
        .where(RosterEntry.register_id == meeting.register_id, RosterEntry.removed_at.is_(None))
        .order_by(Group.position, Group.letter, Person.sort_name, Person.id)
    ).all()
    times = spells_of(db.session(), [row[0].id for row in rows])
    terms = terms_of(db.session(), [row[4].id for row in rows if row[4] is not None])
    day = to_local(meeting.starts_at).date()
    found = []
    for entry, person, letter, mark, seat, answer in rows:
        member = None if entry.walk_in else seat
        held = terms[member.id] if member is not None else []
        term = term_on(held, day)
        found.append(
            PersonAtMeeting(
                entry=entry.public_id,
                person=person.public_id,
                name=person.chosen_name,
                letter=letter,
                mark=mark,
                times=times[entry.id],
                member=member.public_id if member is not None else "",
                counts=member is not None and counts_on(held, member.left_on, day),
                office=term.office if term else "",
                answer=answer or "",
            )
        )
    return found


def usual_marks(meeting: Meeting, entries: Collection[str]) -> dict[str, str]:
    """{entry of the register: the mark that is likely for whoever has none yet}: an apology for who
    answered so, absent for members once arrivals are tapped; others are left out."""
    tapped = db.session.scalar(
        select(PresenceSpell.id)
        .join(RosterEntry, RosterEntry.id == PresenceSpell.entry_id)
        .where(RosterEntry.register_id == meeting.register_id)
        .limit(1)
    )
    rows = db.session.execute(
        select(RosterEntry.public_id, RosterEntry.walk_in, MeetingAnswer.answer)
        .outerjoin(
            ForumMember,
            and_(
                ForumMember.forum_id == meeting.forum_id,
                ForumMember.person_id == RosterEntry.person_id,
            ),
        )
        .outerjoin(
            MeetingAnswer,
            and_(MeetingAnswer.meeting_id == meeting.id, MeetingAnswer.member_id == ForumMember.id),
        )
        .where(RosterEntry.register_id == meeting.register_id, RosterEntry.public_id.in_(entries))
    )
    return {
        entry: "apology" if answer == "no" else "absent"
        for entry, walk_in, answer in rows
        if answer == "no" or (tapped is not None and not walk_in)
    }


def answer_counts(meeting: Meeting) -> dict[str, int]:
    """Numbers of the members now by their answers; nobody's name."""
    rows = db.session.execute(
        select(MeetingAnswer.answer, func.count(MeetingAnswer.id))
        .join(ForumMember, ForumMember.id == MeetingAnswer.member_id)
        .where(MeetingAnswer.meeting_id == meeting.id, ForumMember.left_on.is_(None))
        .group_by(MeetingAnswer.answer)
    )
    found = Counter(dict(rows.all()))
    return {answer: found[answer] for answer in ANSWERS}


def own_answer(meeting: Meeting, actor: Actor) -> str | None:
    """The actor's own answer, empty if there is none yet; None for whoever is no member."""
    if actor.person_id is None:
        return None
    row = db.session.execute(
        select(ForumMember.id, MeetingAnswer.answer)
        .outerjoin(
            MeetingAnswer,
            and_(MeetingAnswer.meeting_id == meeting.id, MeetingAnswer.member_id == ForumMember.id),
        )
        .where(
            ForumMember.forum_id == meeting.forum_id,
            ForumMember.person_id == actor.person_id,
            ForumMember.left_on.is_(None),
        )
    ).first()
    return None if row is None else row[1] or ""


@dataclass(frozen=True)
class GroupAtDecision:
    """One group when a decision was taken, and its votes if they were counted."""

    letter: str
    name: str
    members: int
    present: int
    needed: int
    counted_out: int
    votes: Votes | None

    @property
    def met(self) -> bool:
        """True if enough of the group were there."""
        return self.present >= self.needed


@dataclass(frozen=True)
class DecisionNoted:
    """Presence that is kept with a decision."""

    at: datetime
    groups: Sequence[GroupAtDecision]

    @property
    def quorate(self) -> bool:
        """True if enough of every group were there, and anybody at all."""
        return any(group.present for group in self.groups) and all(
            group.met for group in self.groups
        )

    @property
    def votes(self) -> Votes | None:
        """The votes of all groups together; None if none were counted."""
        cast = [group.votes for group in self.groups if group.votes is not None]
        if not cast:
            return None
        return Votes(
            sum(one.in_favour for one in cast),
            sum(one.against for one in cast),
            sum(one.abstained for one in cast),
        )


def decisions_noted(meeting: Meeting) -> dict[str, DecisionNoted]:
    """{public id of a decision of the meeting: who was there}; decisions of which that is not known
    are left out. One query."""
    rows = db.session.execute(
        select(Decision.public_id, DecisionPresence, Group.letter, Group.name)
        .join(AgendaItem, AgendaItem.id == Decision.item_id)
        .join(DecisionPresence, DecisionPresence.decision_id == Decision.id)
        .join(Group, Group.id == DecisionPresence.group_id)
        .where(AgendaItem.meeting_id == meeting.id)
        .order_by(Decision.id, Group.position, Group.letter)
    )
    found: dict[str, tuple[datetime, list[GroupAtDecision]]] = {}
    for public_id, kept, letter, name in rows:
        votes = (
            None
            if kept.votes_for is None
            else Votes(kept.votes_for, kept.votes_against or 0, kept.abstained or 0)
        )
        found.setdefault(public_id, (kept.noted_at, []))[1].append(
            GroupAtDecision(
                letter,
                name,
                kept.members,
                kept.present,
                kept.needed,
                kept.counted_out,
                votes,
            )
        )
    return {public_id: DecisionNoted(at, groups) for public_id, (at, groups) in found.items()}


def decision_in(item: AgendaItem, public_id: str) -> Decision:
    """A decision under an item. Raises NotFound."""
    return one_or_404(
        db.session.scalar(
            select(Decision).where(Decision.item_id == item.id, Decision.public_id == public_id)
        )
    )


def conflict_count(item: AgendaItem) -> int:
    """Number of members who declared a conflict of interest in an item."""
    return (
        db.session.scalar(
            select(func.count(ItemConflict.id)).where(ItemConflict.item_id == item.id)
        )
        or 0
    )


@dataclass(frozen=True)
class MemberConflict:
    """A member who may have a conflict of interest in an item, for whoever runs the forum."""

    member: str
    person: str
    name: str
    letter: str
    conflicted: bool


def conflicts_in(forum: Forum, item: AgendaItem) -> list[MemberConflict]:
    """The members by group and name, and who of them declared a conflict of interest; whoever left
    since is among them only if she declared one."""
    rows = db.session.execute(
        select(ForumMember.public_id, Person, Group.letter, ItemConflict.id)
        .join(Person, Person.id == ForumMember.person_id)
        .join(Group, Group.id == Person.group_id)
        .outerjoin(
            ItemConflict,
            and_(ItemConflict.member_id == ForumMember.id, ItemConflict.item_id == item.id),
        )
        .where(
            ForumMember.forum_id == forum.id,
            ForumMember.left_on.is_(None) | ItemConflict.id.is_not(None),
        )
        .order_by(Group.position, Group.letter, Person.sort_name, Person.id)
    )
    return [
        MemberConflict(member, person.public_id, person.chosen_name, letter, conflict is not None)
        for member, person, letter, conflict in rows
    ]
