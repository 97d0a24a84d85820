"""Links from actions to the things they change, seen from both ends. Those on a meeting's register
one by one: when each was there, and what each answered."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import and_, func, select
from sqlalchemy.orm import joinedload

from kash.attendance.models import Mark, RosterEntry
from kash.forums.models import (
    Action,
    ActionLink,
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
from kash.forums.queries.meetings import on_registers, spells_of, terms_of
from kash.forums.queries.series import BY_GROUP
from kash.forums.rules.meetings import ANSWERS, HERE, TimeThere, Votes, counts_on, term_on
from kash.people.models import Group, Organisation, Person, ServiceEntry
from kash.people.queries.directory import organisations, service_choices
from kash.platform.database import db
from kash.platform.web.errors import get_or_404
from kash.platform.web.formats import short_date_text, to_local
from kash.policy import Actor
from kash.training.models import Course, CourseVersion, Module, SessionPlan
from kash.training.queries import versions_in_reach
from kash.workshops.models import Workshop
from kash.workshops.queries.scope import visible_workshops

_MOST_OFFERED = 300
Titled = Mapping[str, tuple[str, str]]


def _workshops(targets: Collection[str], actor: Actor) -> Titled:
    rows = db.session.scalars(
        visible_workshops(actor)
        .where(Workshop.public_id.in_(targets))
        .options(joinedload(Workshop.version))
    )
    return {
        workshop.public_id: (
            _workshop_title(workshop),
            url_for("workshops.workshop", public_id=workshop.public_id),
        )
        for workshop in rows
    }


def _workshop_title(row: Workshop) -> str:
    return f"{row.version.public_title}, {short_date_text(row.starts_on)}"


def _sessions(targets: Collection[str], actor: Actor) -> Titled:
    """Each by its key in all versions, as the newest version in reach has it."""
    rows = db.session.execute(
        select(SessionPlan.lineage, Course.name, SessionPlan.title, CourseVersion, SessionPlan)
        .join(Module, Module.id == SessionPlan.module_id)
        .join(CourseVersion, CourseVersion.id == Module.version_id)
        .join(Course, Course.id == CourseVersion.course_id)
        .where(SessionPlan.lineage.in_(targets), versions_in_reach(actor))
        .order_by(CourseVersion.number, CourseVersion.id)
    )
    return {
        lineage: (
            _session_title(course, title),
            url_for("training.session", public_id=version.public_id, plan_id=plan.public_id),
        )
        for lineage, course, title, version, plan in rows
    }


def _session_title(course: str, title: str) -> str:
    shown = title or _("Session without a title yet")
    return f"{course}: {shown}"


def _stations(targets: Collection[str], actor: Actor) -> Titled:
    if not actor.may("coverage.see"):
        return {}
    rows = db.session.execute(
        select(Organisation.public_id, Organisation.name).where(Organisation.public_id.in_(targets))
    )
    return {
        public_id: (name, url_for("coverage.station", public_id=public_id))
        for public_id, name in rows
    }


def _services(targets: Collection[str], actor: Actor) -> Titled:
    if not actor.may("directory.see"):
        return {}
    rows = db.session.execute(
        select(ServiceEntry.public_id, ServiceEntry.name).where(
            ServiceEntry.public_id.in_(targets), ServiceEntry.active
        )
    )
    return {
        public_id: (name, url_for("directory.entry", public_id=public_id))
        for public_id, name in rows
    }


_TITLES: Mapping[str, Callable[[Collection[str], Actor], Titled]] = {
    "workshop": _workshops,
    "session": _sessions,
    "station": _stations,
    "service": _services,
}


def links_of(actions: Collection[str], actor: Actor) -> Mapping[str, list[dict[str, str]]]:
    """The things that actions (by public id) change. `title` and `url` are empty for those that the
    actor may not see, and when it is no longer there; five queries at
    most."""
    rows = db.session.execute(
        select(Action.public_id, ActionLink)
        .join(Action, Action.id == ActionLink.action_id)
        .where(Action.public_id.in_(actions))
        .order_by(ActionLink.id)
    ).all()
    wanted: defaultdict[str, set[str]] = defaultdict(set)
    for _action, link in rows:
        wanted[link.kind].add(link.target)
    titles = {kind: _TITLES[kind](targets, actor) for kind, targets in wanted.items()}
    links: defaultdict[str, list[dict[str, str]]] = defaultdict(list)
    for action, link in rows:
        title, url = titles[link.kind].get(link.target, ("", ""))
        links[action].append(
            {"public_id": link.public_id, "kind": link.kind, "title": title, "url": url}
        )
    return dict(links)


def offered(kind: str, actor: Actor) -> list[tuple[str, str]]:
    """(target, title) of what an action of this kind of link can be said to change."""
    if kind == "workshop":
        newest = (
            visible_workshops(actor)
            .where(Workshop.state != "cancelled")
            .options(joinedload(Workshop.version))
            .order_by(Workshop.starts_on.desc(), Workshop.id.desc())
            .limit(_MOST_OFFERED)
        )
        return [
            (choice.public_id, _workshop_title(choice)) for choice in db.session.scalars(newest)
        ]
    if kind == "session":
        return _offered_sessions(actor)
    if kind == "station":
        if not actor.may("coverage.see"):
            return []
        return [
            (choice.public_id, choice.name) for choice in organisations(("station", "collective"))
        ]
    return [
        (choice.public_id, f"{choice.name}, {choice.area}" if choice.area else choice.name)
        for choice in service_choices(actor, limit=_MOST_OFFERED)
    ]


def _offered_sessions(actor: Actor) -> list[tuple[str, str]]:
    """The sessions of each course as its newest published version has them."""
    rows = db.session.execute(
        select(SessionPlan.lineage, Course.name, SessionPlan.title)
        .join(Module, Module.id == SessionPlan.module_id)
        .join(CourseVersion, CourseVersion.id == Module.version_id)
        .join(Course, Course.id == CourseVersion.course_id)
        .where(CourseVersion.state == "published", versions_in_reach(actor))
        .order_by(
            func.lower(Course.name), CourseVersion.number, Module.position, SessionPlan.position
        )
        .limit(4 * _MOST_OFFERED)
    )
    return list({lineage: _session_title(course, title) for lineage, course, title in rows}.items())


@dataclass(frozen=True)
class PersonAtMeeting:
    """Somebody on a meeting's register, for the person who keeps it. `member` is the public id of
    the seat, empty for a guest; `counts` is whether the term holds on the day."""

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
        on_registers(
            RosterEntry, Person, Group.letter, Mark.status, ForumMember, MeetingAnswer.answer
        )
        .where(Meeting.id == meeting.id, RosterEntry.removed_at.is_(None))
        .order_by(*BY_GROUP)
    ).all()
    times = spells_of(db.session(), [entry_row[0].id for entry_row in rows])
    terms = terms_of(
        db.session(), [entry_row[4].id for entry_row in rows if entry_row[4] is not None]
    )
    day = to_local(meeting.starts_at).date()
    people = []
    for entry, person, letter, mark, seat, answer in rows:
        member = None if entry.walk_in else seat
        own_terms = terms[member.id] if member is not None else []
        term = term_on(own_terms, day)
        people.append(
            PersonAtMeeting(
                entry=entry.public_id,
                person=person.public_id,
                name=person.chosen_name,
                letter=letter,
                mark=mark,
                times=times[entry.id],
                member=member.public_id if member is not None else "",
                counts=member is not None and counts_on(own_terms, member.left_on, day),
                office=term.office if term else "",
                answer=answer or "",
            )
        )
    return people


def usual_marks(meeting: Meeting, entries: Collection[str]) -> dict[str, str]:
    """{entry of the register: the mark that is likely for the person who has none yet}: an apology
    for who answered so, absent for members once arrivals are tapped; others are left out."""
    tapped = db.session.scalar(
        select(PresenceSpell.id)
        .join(RosterEntry, RosterEntry.id == PresenceSpell.entry_id)
        .where(RosterEntry.register_id == meeting.register_id)
        .limit(1)
    )
    rows = db.session.execute(
        on_registers(RosterEntry.public_id, RosterEntry.walk_in, MeetingAnswer.answer).where(
            Meeting.id == meeting.id, RosterEntry.public_id.in_(entries)
        )
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
    counts = Counter(dict(rows.all()))
    return {answer: counts[answer] for answer in ANSWERS}


def own_answer(meeting: Meeting, actor: Actor) -> str | None:
    """The actor's own answer, empty if there is none yet; None for people who are no members."""
    if actor.person_id is None:
        return None
    answered = db.session.execute(
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
    return None if answered is None else answered[1] or ""


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
            sum(votes.in_favour for votes in cast),
            sum(votes.against for votes in cast),
            sum(votes.abstained for votes in cast),
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
    by_decision: dict[str, tuple[datetime, list[GroupAtDecision]]] = {}
    for public_id, presence, letter, name in rows:
        votes = (
            None
            if presence.votes_for is None
            else Votes(presence.votes_for, presence.votes_against or 0, presence.abstained or 0)
        )
        by_decision.setdefault(public_id, (presence.noted_at, []))[1].append(
            GroupAtDecision(
                letter,
                name,
                presence.members,
                presence.present,
                presence.needed,
                presence.counted_out,
                votes,
            )
        )
    return {public_id: DecisionNoted(at, groups) for public_id, (at, groups) in by_decision.items()}


def decision_in(item: AgendaItem, public_id: str) -> Decision:
    """A decision under an item. Raises NotFound."""
    return get_or_404(db.session, Decision, public_id, Decision.item_id == item.id)


def conflict_count(item: AgendaItem) -> int:
    """Number of members who declared a conflict of interest in an item."""
    return (
        db.session.scalar(
            select(func.count(ItemConflict.id)).where(ItemConflict.item_id == item.id)
        )
        or 0
    )


def conflicts_in(forum: Forum, item: AgendaItem) -> Sequence[Any]:
    """The members by group and name, and who of them declared a conflict of interest; the person
    who left since is among them only if she declared one."""
    return db.session.execute(
        select(
            ForumMember.public_id.label("member"),
            Person.public_id.label("person"),
            Person.chosen_name.label("name"),
            Group.letter,
            ItemConflict.id.is_not(None).label("conflicted"),
        )
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
        .order_by(*BY_GROUP)
    ).all()
