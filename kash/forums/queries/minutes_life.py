"""State of minutes after a meeting: remarks on them, who may confirm them, their errata."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import joinedload

from kash.attendance.models import Mark, Slot
from kash.forums.models import (
    AgendaItem,
    ForumMember,
    Meeting,
    MinutesErratum,
    MinutesLeaf,
    MinutesLife,
    MinutesRemark,
    NamedLeaf,
)
from kash.forums.queries.presence import attendance_at
from kash.forums.queries.series import appearance_of
from kash.forums.rules.life import MinutesState, MinutesStep, may_remark, next_step
from kash.forums.rules.presence import there_at
from kash.forums.rules.quorum import Quorum
from kash.forums.rules.record import said_in
from kash.forums.rules.terms import counts_on
from kash.people.models import Group, Person
from kash.platform.database import db
from kash.platform.vault.chain import code_of
from kash.platform.web.errors import one_or_404
from kash.platform.web.formats import to_local
from kash.policy import Actor

# Marks of those who were in the room.
THERE = ("present", "in_attendance")


@dataclass(frozen=True)
class LifeLine:
    """State of the minutes of a meeting. `code` is the root's short code, as paper has it;
    `confirmed_in` the meeting that confirmed them."""

    state: MinutesState
    step: MinutesStep
    open_remarks: int = 0
    remarks_until: date | None = None
    takes_remarks: bool = False
    root: str = ""
    confirmed_in: Meeting | None = None
    # A later meeting that has begun, at which they can be confirmed.
    later: Meeting | None = None

    @property
    def code(self) -> str:
        """The short code of the root; empty before they are locked."""
        return code_of(self.root) if self.root else ""

    @property
    def locked(self) -> bool:
        """True once they are confirmed."""
        return self.state is MinutesState.LOCKED

    @property
    def circulated(self) -> bool:
        """True while members read them and remark."""
        return self.state is MinutesState.CIRCULATED


def life_row(meeting_id: int) -> MinutesLife | None:
    """The row of a meeting's minutes, if they were circulated ever."""
    return db.session.scalar(
        select(MinutesLife)
        .where(MinutesLife.meeting_id == meeting_id)
        .options(joinedload(MinutesLife.confirmed_in))
    )


def life_of(meeting: Meeting, now: datetime) -> LifeLine:
    """State of the minutes of a meeting and what comes next; four queries at most."""
    row = life_row(meeting.id) if meeting.state == "held" else None
    state = MinutesState(row.state) if row else MinutesState.DRAFT
    if row is None or state is not MinutesState.CIRCULATED:
        step = next_step(meeting.state, state, open_remarks=0, later_begun=False)
        return LifeLine(
            state,
            step,
            root=row.root if row else "",
            confirmed_in=row.confirmed_in if row else None,
        )
    waiting = open_remarks(meeting.id)
    later = next(iter(later_meetings(meeting, now)), None)
    return LifeLine(
        state,
        next_step(meeting.state, state, open_remarks=waiting, later_begun=later is not None),
        open_remarks=waiting,
        remarks_until=row.remarks_until,
        takes_remarks=may_remark(state, row.remarks_until, to_local(now).date()),
        later=later,
    )


def open_remarks(meeting_id: int) -> int:
    """Number of remarks on a meeting's minutes that nobody settled yet."""
    return (
        db.session.scalar(
            select(func.count(MinutesRemark.id))
            .join(AgendaItem, AgendaItem.id == MinutesRemark.item_id)
            .where(AgendaItem.meeting_id == meeting_id, MinutesRemark.state == "open")
        )
        or 0
    )


def later_meetings(meeting: Meeting, now: datetime, *, most: int = 12) -> list[Meeting]:
    """The meetings of the forum after this one that have begun, the newest first."""
    return list(
        db.session.scalars(
            select(Meeting)
            .where(
                Meeting.forum_id == meeting.forum_id,
                Meeting.starts_at > meeting.starts_at,
                Meeting.starts_at <= now,
                Meeting.state != "cancelled",
            )
            .order_by(Meeting.starts_at.desc())
            .limit(most)
        )
    )


def earlier_circulated(meeting: Meeting) -> list[Meeting]:
    """The meetings before this one whose circulated minutes wait to be confirmed."""
    return list(
        db.session.scalars(
            select(Meeting)
            .join(MinutesLife, MinutesLife.meeting_id == Meeting.id)
            .where(
                Meeting.forum_id == meeting.forum_id,
                Meeting.starts_at < meeting.starts_at,
                MinutesLife.state == "circulated",
            )
            .order_by(Meeting.starts_at)
        )
    )


@dataclass(frozen=True)
class ConfirmedHere:
    """Minutes that a meeting confirmed; `code` is the short code of their root."""

    meeting_id: str
    starts_at: datetime
    code: str


def confirmed_at(meeting: Meeting) -> list[ConfirmedHere]:
    """The earlier minutes that this meeting confirmed."""
    rows = db.session.execute(
        select(Meeting.public_id, Meeting.starts_at, MinutesLife.root)
        .join(MinutesLife, MinutesLife.meeting_id == Meeting.id)
        .where(MinutesLife.confirmed_in_id == meeting.id)
        .order_by(Meeting.starts_at)
    )
    return [ConfirmedHere(one, starts_at, code_of(root)) for one, starts_at, root in rows]


@dataclass(frozen=True)
class PresentMember:
    """A member who is marked as present at a meeting."""

    seat: ForumMember
    letter: str

    @property
    def public_id(self) -> str:
        """The public id of the seat."""
        return self.seat.public_id


def members_present(meeting: Meeting) -> list[PresentMember]:
    """The members who are marked as present at a meeting, by group and name."""
    rows = db.session.execute(
        select(ForumMember, Group.letter)
        .join(ForumMember.person)
        .join(Person.group)
        .join(Slot, Slot.register_id == meeting.register_id)
        .join(Mark, and_(Mark.slot_id == Slot.id, Mark.person_id == Person.id))
        .where(ForumMember.forum_id == meeting.forum_id, Mark.status == "present")
        .options(joinedload(ForumMember.person).joinedload(Person.group))
        .order_by(Group.position, Group.letter, Person.sort_name, Person.id)
    )
    return [PresentMember(seat, letter) for seat, letter in rows]


def there_at_moment(meeting: Meeting, moment: datetime) -> tuple[dict[str, PresentMember], Quorum]:
    """The members who are there at a moment, by the public ids of their seats, and the quorum."""
    attendance = attendance_at(db.session(), meeting)
    keys = {
        seat.key
        for seat in attendance.seats
        if counts_on(seat.terms, seat.left_on, attendance.day)
        and there_at(seat.mark, seat.spells, moment)
    }
    found = {one.public_id: one for one in members_present(meeting) if one.seat.id in keys}
    return found, attendance.at(moment)


def seat_that_was_there(meeting: Meeting, actor: Actor) -> ForumMember | None:
    """The seat of the actor, if it was at the meeting."""
    if actor.person_id is None:
        return None
    return db.session.scalar(
        select(ForumMember)
        .join(Slot, Slot.register_id == meeting.register_id)
        .join(Mark, and_(Mark.slot_id == Slot.id, Mark.person_id == ForumMember.person_id))
        .where(
            ForumMember.forum_id == meeting.forum_id,
            ForumMember.person_id == actor.person_id,
            ForumMember.left_on.is_(None),
            Mark.status.in_(THERE),
        )
    )


@dataclass(frozen=True)
class RemarkLine:
    """A remark as the actor may read it; `by` is how its author appears, else her group's
    letter."""

    public_id: str
    item_id: str
    text: str
    by: str
    own: bool
    state: str
    answer: str
    letter: str = ""


def remarks_on(meeting: Meeting, actor: Actor, *, whole: bool) -> dict[str, list[RemarkLine]]:
    """The remarks on a meeting's minutes by the public id of their item. `whole` is for whoever
    runs the forum; others read their own, and what is settled."""
    rows = db.session.execute(
        select(MinutesRemark, AgendaItem.public_id)
        .join(AgendaItem, AgendaItem.id == MinutesRemark.item_id)
        .where(AgendaItem.meeting_id == meeting.id)
        .options(
            joinedload(MinutesRemark.member).joinedload(ForumMember.person).joinedload(Person.group)
        )
        .order_by(AgendaItem.position, MinutesRemark.id)
    )
    found: dict[str, list[RemarkLine]] = {}
    for remark, item_id in rows:
        line = _remark(remark, item_id, actor)
        if whole or line.own or line.state != "open":
            found.setdefault(item_id, []).append(line)
    return found


def _remark(remark: MinutesRemark, item_id: str, actor: Actor) -> RemarkLine:
    person = remark.member.person
    return RemarkLine(
        remark.public_id,
        item_id,
        remark.text,
        appearance_of(remark.member),
        actor.person_id is not None and person.id == actor.person_id,
        remark.state,
        remark.answer,
        person.group.letter,
    )


def remark_of(meeting: Meeting, public_id: str, actor: Actor) -> RemarkLine:
    """One remark on these minutes, for whoever runs the forum. Raises NotFound."""
    row = db.session.execute(
        select(MinutesRemark, AgendaItem.public_id)
        .join(AgendaItem, AgendaItem.id == MinutesRemark.item_id)
        .where(AgendaItem.meeting_id == meeting.id, MinutesRemark.public_id == public_id)
    ).one_or_none()
    remark, item_id = one_or_404(row)
    return _remark(remark, item_id, actor)


@dataclass(frozen=True)
class ErratumLine:
    """An erratum; `text` is None once it is withdrawn. `code` is that of its root."""

    public_id: str
    number: int
    day: date | None
    text: str | None
    root: str

    @property
    def code(self) -> str:
        """The short code of its root."""
        return code_of(self.root)


def errata_rows(meeting_id: int) -> list[MinutesErratum]:
    """The errata to a meeting's minutes in order."""
    return list(
        db.session.scalars(
            select(MinutesErratum)
            .where(MinutesErratum.meeting_id == meeting_id)
            .order_by(MinutesErratum.number)
        )
    )


def errata_of(meeting: Meeting) -> list[ErratumLine]:
    """The errata to a meeting's minutes in order."""
    lines = []
    for row in errata_rows(meeting.id):
        said = said_in(row.value)
        lines.append(
            ErratumLine(
                row.public_id,
                row.number,
                date.fromisoformat(said["day"]) if said else None,
                said["text"] if said else None,
                row.root,
            )
        )
    return lines


def own_names(meeting: Meeting, actor: Actor) -> set[str]:
    """The public ids of the leaves that hold the actor's own name."""
    if actor.person_id is None:
        return set()
    return set(
        db.session.scalars(
            select(MinutesLeaf.public_id)
            .join(NamedLeaf, NamedLeaf.leaf_id == MinutesLeaf.id)
            .join(ForumMember, ForumMember.id == NamedLeaf.member_id)
            .where(
                MinutesLeaf.meeting_id == meeting.id,
                ForumMember.person_id == actor.person_id,
            )
        )
    )
