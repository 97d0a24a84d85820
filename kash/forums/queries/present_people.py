"""Those on a meeting's register one by one: when each was there, and what each answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, func, select

from kash.attendance.models import Mark, RosterEntry, Slot
from kash.forums.models import (
    AgendaItem,
    Decision,
    DecisionPresence,
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
from kash.forums.queries.presence import spells_of, terms_of
from kash.forums.rules.presence import ANSWERS, HERE, TimeThere
from kash.forums.rules.quorum import NeededOfGroup, QuorumShare, Votes
from kash.forums.rules.terms import TOLD_BEFORE, OfficeTerm, counts_on, ends_after, term_on
from kash.people.models import Group, Person
from kash.platform.database import db
from kash.platform.web.errors import one_or_404
from kash.platform.web.formats import to_local
from kash.policy import Actor, Reach


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


@dataclass(frozen=True)
class MemberTerms:
    """A member with all terms, for whoever runs the forum. `ends` is the last day if one is known;
    `counts` is whether a term holds today."""

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
        .order_by(Group.position, Group.letter, Person.sort_name, Person.id)
    ).all()
    held: dict[int, list[tuple[str, OfficeTerm]]] = {row[0]: [] for row in members}
    for row in db.session.scalars(
        select(ForumTerm)
        .join(ForumMember, ForumMember.id == ForumTerm.member_id)
        .where(ForumMember.forum_id == forum.id)
        .order_by(ForumTerm.begins_on, ForumTerm.id)
    ):
        if row.member_id in held:
            term = OfficeTerm(row.begins_on, row.ends_on, row.office)
            held[row.member_id].append((row.public_id, term))
    found = []
    for key, public_id, person, letter in members:
        terms = [term for _id, term in held[key]]
        found.append(
            MemberTerms(
                member=public_id,
                person=person.public_id,
                name=person.chosen_name,
                letter=letter,
                terms=held[key],
                now=term_on(terms, day),
                ends=ends_after(terms, day),
                counts=counts_on(terms, None, day),
            )
        )
    return found


@dataclass(frozen=True)
class TermsEnding:
    """A forum whose members' terms end soon: how many, and the first last day."""

    forum_id: str
    forum_name: str
    members: int
    first: date


def terms_ending(actor: Actor, day: date) -> list[TermsEnding]:
    """Forums of which the actor is the secretary, in which terms end within two months and are not
    carried on. One query."""
    if actor.reach("forums.edit") is Reach.NONE or actor.account_id is None:
        return []
    rows = db.session.execute(
        select(
            Forum.public_id,
            Forum.name,
            ForumMember.id,
            ForumTerm.begins_on,
            ForumTerm.ends_on,
        )
        .join(ForumMember, ForumMember.forum_id == Forum.id)
        .join(ForumTerm, ForumTerm.member_id == ForumMember.id)
        .where(Forum.secretary_id == actor.account_id, ForumMember.left_on.is_(None))
        .order_by(Forum.name, Forum.id, ForumTerm.begins_on)
    )
    terms: dict[tuple[str, str], dict[int, list[OfficeTerm]]] = {}
    for public_id, name, member, begins, ends in rows:
        of_forum = terms.setdefault((public_id, name), {})
        of_forum.setdefault(member, []).append(OfficeTerm(begins, ends))
    found = []
    for (public_id, name), members in terms.items():
        ending = [ends_after(held, day) for held in members.values()]
        days = [one for one in ending if one is not None and (one - day).days <= TOLD_BEFORE]
        if days:
            found.append(TermsEnding(public_id, name, len(days), min(days)))
    return found


@dataclass(frozen=True)
class QuorumAgreed:
    """A quorum of a forum, by the groups' letters. `holds` is whether it is the one of today."""

    public_id: str
    holds_from: date
    needed: Mapping[str, NeededOfGroup]
    holds: bool


def quorums_of(forum: Forum, day: date) -> list[QuorumAgreed]:
    """All that a forum agreed on, the newest first."""
    found: dict[str, tuple[date, dict[str, NeededOfGroup]]] = {}
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
        needed = found.setdefault(public_id, (holds_from, {}))[1]
        if letter is not None:
            needed[letter] = NeededOfGroup(QuorumShare(share), least)
    now = next((key for key, (begins, _needed) in found.items() if begins <= day), "")
    return [
        QuorumAgreed(public_id, begins, needed, public_id == now)
        for public_id, (begins, needed) in found.items()
    ]
