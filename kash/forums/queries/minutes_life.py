"""State of minutes after a meeting: remarks on them, who may confirm them, their errata. Lines of
minutes that are internal: which they are, and which wait for a second person. Pieces of locked
minutes that somebody may withdraw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import joinedload

from kash.attendance.models import Mark, Slot
from kash.forums.models import (
    Action,
    AgendaItem,
    Forum,
    ForumMember,
    InternalLine,
    Meeting,
    MinutesErratum,
    MinutesLeaf,
    MinutesLife,
    MinutesRemark,
    NamedLeaf,
)
from kash.forums.queries.meetings import attendance_at
from kash.forums.queries.series import BY_GROUP, appearance_of, within_reach
from kash.forums.rules.meetings import Quorum, counts_on, there_at
from kash.forums.rules.minutes import (
    NAMES,
    WITHDRAWABLE,
    MinutesRecord,
    MinutesState,
    MinutesStep,
    line_digest,
    may_remark,
    next_step,
    published_text,
    said_in,
)
from kash.people.models import Person
from kash.platform.database import db
from kash.platform.vault.chain import code_of
from kash.platform.web.errors import one_or_404
from kash.platform.web.formats import to_local
from kash.policy import Actor, Reach

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
    life = life_row(meeting.id) if meeting.state == "held" else None
    state = MinutesState(life.state) if life else MinutesState.DRAFT
    if life is None or state is not MinutesState.CIRCULATED:
        step = next_step(meeting.state, state, open_remarks=0, later_begun=False)
        return LifeLine(
            state,
            step,
            root=life.root if life else "",
            confirmed_in=life.confirmed_in if life else None,
        )
    waiting = open_remarks(meeting.id)
    later = next(iter(later_meetings(meeting, now)), None)
    return LifeLine(
        state,
        next_step(meeting.state, state, open_remarks=waiting, later_begun=later is not None),
        open_remarks=waiting,
        remarks_until=life.remarks_until,
        takes_remarks=may_remark(state, life.remarks_until, to_local(now).date()),
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


def confirmed_at(meeting: Meeting) -> list[dict[str, Any]]:
    """The earlier minutes that this meeting confirmed; `code` is the short code of their root."""
    return [
        {"meeting_id": earlier.public_id, "starts_at": earlier.starts_at, "code": code}
        for earlier, code in confirmed_in(meeting)
    ]


def confirmed_in(meeting: Meeting) -> list[tuple[Meeting, str]]:
    """The earlier meetings whose minutes this one confirmed, with the short codes of their
    roots."""
    rows = db.session.execute(
        select(Meeting, MinutesLife.root)
        .join(MinutesLife, MinutesLife.meeting_id == Meeting.id)
        .where(MinutesLife.confirmed_in_id == meeting.id)
        .order_by(Meeting.starts_at)
    )
    return [(earlier, code_of(root)) for earlier, root in rows]


def members_present(meeting: Meeting) -> list[ForumMember]:
    """The members who are marked as present at a meeting, by group and name."""
    return list(
        db.session.scalars(
            select(ForumMember)
            .join(ForumMember.person)
            .join(Person.group)
            .join(Slot, Slot.register_id == meeting.register_id)
            .join(Mark, and_(Mark.slot_id == Slot.id, Mark.person_id == Person.id))
            .where(ForumMember.forum_id == meeting.forum_id, Mark.status == "present")
            .options(joinedload(ForumMember.person).joinedload(Person.group))
            .order_by(*BY_GROUP)
        )
    )


def there_at_moment(meeting: Meeting, moment: datetime) -> tuple[dict[str, ForumMember], Quorum]:
    """The members who are there at a moment, by the public ids of their seats, and the quorum."""
    attendance = attendance_at(db.session(), meeting)
    keys = {
        seat.key
        for seat in attendance.seats
        if counts_on(seat.terms, seat.left_on, attendance.day)
        and there_at(seat.mark, seat.spells, moment)
    }
    there = {member.public_id: member for member in members_present(meeting) if member.id in keys}
    return there, attendance.at(moment)


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
    """The remarks on a meeting's minutes by the public id of their item. `whole` is for the person
    who runs the forum; others read their own, and what is settled."""
    rows = db.session.execute(
        select(MinutesRemark, AgendaItem.public_id)
        .join(AgendaItem, AgendaItem.id == MinutesRemark.item_id)
        .where(AgendaItem.meeting_id == meeting.id)
        .options(
            joinedload(MinutesRemark.member).joinedload(ForumMember.person).joinedload(Person.group)
        )
        .order_by(AgendaItem.position, MinutesRemark.id)
    )
    by_item: dict[str, list[RemarkLine]] = {}
    for remark, item_id in rows:
        line = _remark(remark, item_id, actor)
        if whole or line.own or line.state != "open":
            by_item.setdefault(item_id, []).append(line)
    return by_item


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
    """One remark on these minutes, for the person who runs the forum. Raises NotFound."""
    pair = db.session.execute(
        select(MinutesRemark, AgendaItem.public_id)
        .join(AgendaItem, AgendaItem.id == MinutesRemark.item_id)
        .where(AgendaItem.meeting_id == meeting.id, MinutesRemark.public_id == public_id)
    ).one_or_none()
    remark, item_id = one_or_404(pair)
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
    for erratum in errata_rows(meeting.id):
        value = said_in(erratum.value)
        lines.append(
            ErratumLine(
                erratum.public_id,
                erratum.number,
                date.fromisoformat(value["day"]) if value else None,
                value["text"] if value else None,
                erratum.root,
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
            .where(MinutesLeaf.meeting_id == meeting.id, ForumMember.person_id == actor.person_id)
        )
    )


def internal_lines_of(item: AgendaItem, actor: Actor) -> list[dict[str, Any]]:
    """The lines of an item that are not released, in the order in which they are written, for those
    who run the forum; `own` is whether the actor asked for its release."""
    texts = [item.minute, *(internal.text for internal in item.decisions)]
    texts += [internal.text for internal in item.actions]
    rows = {line.digest: line for line in item.internal_lines if line.released_by is None}
    shown_lines: dict[str, dict[str, Any]] = {}
    for text in "\n".join(texts).splitlines():
        internal = rows.get(line_digest(text))
        if internal is not None:
            shown_lines.setdefault(
                internal.public_id,
                {
                    "public_id": internal.public_id,
                    "text": text.strip(),
                    "asked": internal.asked_by is not None,
                    "own": internal.asked_by == actor.public_id,
                },
            )
    return list(shown_lines.values())


def shown_text(item: AgendaItem, text: str, *, whole: bool) -> str:
    """A text under an item as it may be read: `whole` by who runs the forum, else without its
    internal lines, and as a sign where nothing else was written."""
    if whole:
        return text
    return published_text(text, item.kept_internal) or ("…" if text else "")


def lines_to_release(actor: Actor, *, most: int = 10) -> Sequence[Any]:
    """Items with a line for which somebody else asked, in the forums that the actor runs."""
    reach = actor.reach("forums.edit")
    if reach is Reach.NONE:
        return []
    wanted = (
        select(
            Forum.public_id.label("forum_id"),
            Forum.name.label("forum_name"),
            Meeting.public_id.label("meeting_id"),
            AgendaItem.public_id.label("item_id"),
            Meeting.starts_at,
        )
        .distinct()
        .select_from(InternalLine)
        .join(AgendaItem, AgendaItem.id == InternalLine.item_id)
        .join(Meeting, Meeting.id == AgendaItem.meeting_id)
        .join(Forum, Forum.id == Meeting.forum_id)
        .where(
            InternalLine.asked_by.is_not(None),
            InternalLine.asked_by != actor.public_id,
            InternalLine.released_by.is_(None),
            Meeting.state != "cancelled",
            Forum.id.in_(within_reach(actor).with_only_columns(Forum.id)),
        )
        .order_by(Meeting.starts_at)
        .limit(most)
    )
    if reach is not Reach.ALL:
        wanted = wanted.where(Forum.secretary_id == actor.account_id)
    return db.session.execute(wanted).all()


def withdrawable_leaf(
    meeting: Meeting, public_id: str, actor: Actor, *, runs_it: bool
) -> dict[str, Any] | None:
    """A leaf or an erratum of this meeting that the actor may withdraw: her own name, or anything
    if she runs the forum; None if it is not there, not hers to withdraw, or withdrawn."""
    leaf = db.session.scalar(
        select(MinutesLeaf).where(
            MinutesLeaf.meeting_id == meeting.id, MinutesLeaf.public_id == public_id
        )
    )
    if leaf is None:
        return _erratum(meeting, public_id) if runs_it else None
    own = public_id in own_names(meeting, actor)
    value = said_in(leaf.value)
    if leaf.kind not in WITHDRAWABLE or value is None or not (own or runs_it):
        return None
    name = leaf.kind in NAMES
    return {"text": value["shown" if name else "text"], "name": name, "own": own}


def _erratum(meeting: Meeting, public_id: str) -> dict[str, Any] | None:
    value = db.session.scalar(
        select(MinutesErratum.value).where(
            MinutesErratum.meeting_id == meeting.id, MinutesErratum.public_id == public_id
        )
    )
    told = said_in(value)
    return {"text": told["text"], "name": False, "own": False} if told else None


def action_states(record: MinutesRecord) -> dict[str, str]:
    """By the public id of each action of a record how it stands today."""
    ids = [task.part.about for task in record.actions]
    rows = db.session.execute(
        select(Action.public_id, Action.state).where(Action.public_id.in_(ids))
    )
    return {action.public_id: action.state for action in rows}
