"""Meetings as what holds people at some time: the person who keeps their minutes, and the forum's
members, for the person who sees every forum. Minutes that are missing of meetings. Nothing of what
others say is told. Meetings as places where a case came up: found by a forum's open name. Off-
boarding of a secretary, or of a member with an account: what she hands over. Reminding the person
who took on an action, before its day and after it. The message says that something is due and
nothing else: neither of which forum, nor what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, case, exists, func, literal, select
from sqlalchemy.orm import Session

from kash.accounts.holdings import Holder
from kash.accounts.models import Account
from kash.attendance.models import Slot
from kash.forums.models import Action, AgendaItem, Forum, ForumMember, Meeting
from kash.forums.queries.decisions import actions_to_remind_of
from kash.forums.rules.meetings import Reminder, reminder_of
from kash.incidents.models import Occasion
from kash.people.notices.models import MessageKind, OfferedField
from kash.people.notices.queries import told_of
from kash.people.notices.services import MOST_AT_ONCE, Saying, say_to_each
from kash.platform.database import db
from kash.platform.vault import audited
from kash.platform.web.formats import from_local, month_text, short_date_text, to_local
from kash.platform.web.missing import Lookout, MissingInformation, MissingLine
from kash.policy import SYSTEM, Actor, Reach
from kash.workshops.other_events import EventQuestion, HoldsEvents, OtherEvent


def _meetings(question: EventQuestion) -> Sequence[OtherEvent]:
    actor = question.actor
    if actor is not None and actor.reach("forums.see") is not Reach.ALL:
        return []
    rows: Sequence[Any] = db.session.execute(
        select(
            Meeting.public_id,
            Forum.public_id,
            Forum.name,
            Forum.id,
            Forum.secretary_id,
            Slot.starts_at,
            Slot.minutes,
        )
        .join(Forum, Forum.id == Meeting.forum_id)
        .join(Slot, Slot.register_id == Meeting.register_id)
        .where(
            Meeting.state == "planned",
            Slot.starts_at >= question.begins,
            Slot.starts_at < question.ends,
        )
        .order_by(Slot.starts_at, Meeting.id)
    ).all()
    members: defaultdict[int, list[int]] = defaultdict(list)
    if rows and question.people is not None:
        for forum, person in db.session.execute(
            select(ForumMember.forum_id, ForumMember.person_id).where(
                ForumMember.forum_id.in_({columns[3] for columns in rows}),
                ForumMember.left_on.is_(None),
                question.people(ForumMember.person_id),
            )
        ):
            members[forum].append(person)
    return [
        OtherEvent(
            meeting,
            name,
            "forums.meeting",
            (("forum_id", forum_id), ("meeting_id", meeting)),
            starts_at,
            minutes,
            (secretary,),
            members[forum],
        )
        for meeting, forum_id, name, forum, secretary, starts_at, minutes in rows
    ]


ENGAGEMENTS = HoldsEvents(_meetings)


def _minutes(asked: Lookout) -> Select[Any] | None:
    """Meetings of the past under which nothing is written: hers to write, or all of them."""
    actor = asked.actor
    edits = actor.reach("forums.edit")
    own = Forum.secretary_id == (actor.account_id or 0)
    everything = actor.reach("records.missing") is Reach.ALL and actor.may("forums.see")
    if not everything and edits is not Reach.OWN:
        return None
    mends = {Reach.ALL: literal(1), Reach.OWN: case((own, 1), else_=0)}.get(edits, literal(0))
    first = (
        select(AgendaItem.public_id)
        .where(AgendaItem.meeting_id == Meeting.id)
        .order_by(AgendaItem.position, AgendaItem.id)
        .limit(1)
        .correlate(Meeting)
        .scalar_subquery()
    )
    statement = (
        select(
            Meeting.id.label("key"),
            Meeting.starts_at.label("ordered"),
            mends.label("mends"),
            Account.public_id.label("asked"),
            Meeting.public_id,
            Meeting.starts_at,
            Forum.public_id.label("forum"),
            Forum.name,
            first.label("item"),
        )
        .join(Forum, Forum.id == Meeting.forum_id)
        .outerjoin(Account, Account.id == Forum.secretary_id)
        .where(
            Meeting.state != "cancelled",
            Meeting.starts_at < asked.now,
            ~exists().where(AgendaItem.meeting_id == Meeting.id, AgendaItem.minute != ""),
        )
    )
    return statement if everything else statement.where(own)


def _line(row: Any) -> MissingLine:
    meeting = {"forum_id": row.forum, "meeting_id": row.public_id}
    if not row.mends:
        url = url_for("forums.meeting", **meeting)
    elif row.item:
        url = url_for("forums.item", **meeting, item_id=row.item, _anchor="minute")
    else:
        url = url_for("forums.agenda", **meeting)
    return MissingLine(row.name, url, since=to_local(row.starts_at).date())


MISSING = (
    MissingInformation(
        "minutes",
        _l("Meetings"),
        _l("Minutes"),
        _l("What was decided there is known to nobody who was not in the room."),
        140,
        _minutes,
        _line,
    ),
)


MOST_FOUND = 10


def _occasions() -> Select[*tuple[Any, ...]]:
    return select(
        Meeting.public_id, Meeting.starts_at, Forum.name, Forum.public_id.label("forum")
    ).join(Forum, Forum.id == Meeting.forum_id)


def find_meetings(words: str, by: Actor) -> Sequence[Occasion]:
    """Meetings of forums whose names hold all the words, the newest first."""
    query = _occasions()
    for word in words.split()[:8]:
        query = query.where(func.lower(Forum.name).contains(word.lower(), autoescape=True))
    query = query.order_by(Meeting.starts_at.desc(), Meeting.id.desc()).limit(MOST_FOUND)
    return [_occasion(meeting, by) for meeting in db.session.execute(query)]


def meetings_named(public_ids: Collection[str], by: Actor) -> Sequence[Occasion]:
    """Meetings by their public ids."""
    query = _occasions().where(Meeting.public_id.in_(public_ids))
    return [_occasion(meeting, by) for meeting in db.session.execute(query)]


def _occasion(row: Any, by: Actor) -> Occasion:
    reads = by.reach("forums.see") is Reach.ALL
    url = url_for("forums.meeting", forum_id=row.forum, meeting_id=row.public_id) if reads else ""
    title = f"{row.name}, {month_text(row.starts_at)}"
    return Occasion(row.public_id, title, short_date_text(row.starts_at), url)


def count_forums(session: Session, leaver: Holder) -> int:
    """Number of forums that she is secretary of."""
    return (
        session.scalar(select(func.count(Forum.id)).where(Forum.secretary_id == leaver.account_id))
        or 0
    )


def pass_forums_on(
    session: Session, leaver: Holder, successor: Holder | None, now: datetime
) -> Sequence[str]:
    """Make the successor secretary of her forums."""
    if successor is None:
        return []
    rows = session.scalars(select(Forum).where(Forum.secretary_id == leaver.account_id)).all()
    for forum in rows:
        forum.secretary_id = successor.account_id
    return [forum.public_id for forum in rows]


def _actions_of(leaver: Holder) -> Select[Action]:
    return (
        select(Action)
        .join(ForumMember, ForumMember.id == Action.owner_id)
        .where(Action.state == "open", ForumMember.person_id == (leaver.person_id or 0))
    )


def count_actions(session: Session, leaver: Holder) -> int:
    """Number of open actions that are with her."""
    return session.scalar(select(func.count()).select_from(_actions_of(leaver).subquery())) or 0


def pass_actions_on(
    session: Session, leaver: Holder, successor: Holder | None, now: datetime
) -> Sequence[str]:
    """To the successor's seat in the same forum; where she has none, to nobody."""
    moved: list[str] = []
    for action in session.scalars(_actions_of(leaver)).all():
        held = session.get_one(ForumMember, action.owner_id)
        seat = (
            session.scalar(
                select(ForumMember).where(
                    ForumMember.forum_id == held.forum_id,
                    ForumMember.person_id == successor.person_id,
                    ForumMember.left_on.is_(None),
                )
            )
            if successor is not None and successor.person_id is not None
            else None
        )
        action.owner_id = seat.id if seat is not None else None
        moved.append(action.public_id)
    return moved


DUE, LATE = "forums.action_due", "forums.action_late"
_KINDS = {Reminder.SOON: DUE, Reminder.LATE: LATE}
_MORNING = time(9)
_WHEN = OfferedField("when", _l("Day"), 10, "12/03/2027")

KINDS = (
    MessageKind(
        DUE,
        _l("An action is due soon"),
        _l("To the person who took it on, three days before its day."),
        (_WHEN,),
        sms=_l(
            "What you took on is to be done by {when}. "
            "Say how it goes when you sign in, or at the meeting."
        ),
        subject=_l("To be done by {when}"),
        mail=_l(
            "What you took on is to be done by {when}.\n\n"
            "Say how it goes when you sign in, or at the meeting."
        ),
    ),
    MessageKind(
        LATE,
        _l("An action is late"),
        _l("To the person who took it on, the day after its day."),
        (_WHEN,),
        sms=_l(
            "What you took on was to be done by {when}. "
            "Say what became of it when you sign in, or at the meeting."
        ),
        subject=_l("It was to be done by {when}"),
        mail=_l(
            "What you took on was to be done by {when}.\n\n"
            "Say what became of it when you sign in, or at the meeting."
        ),
    ),
)


def remind_of_actions(now: datetime) -> int:
    """Remind of the actions around their day, each once before and once after it; how many were
    said. Who agreed to no messages is not told; Today tells it in any case."""
    today = to_local(now).date()
    if to_local(now).time() < _MORNING:
        return 0
    wanted: dict[str, list[Saying]] = {DUE: [], LATE: []}
    for action, due_on, person in actions_to_remind_of(db.session(), today):
        reminder = reminder_of(due_on, today)
        if reminder is not None:
            wanted[_KINDS[reminder]].append(
                Saying(
                    person,
                    f"{action}:{due_on.isoformat()}",
                    {"when": due_on.strftime("%d/%m/%Y")},
                    not_after=from_local(today + timedelta(days=1), time()),
                )
            )
    new = {kind: _untold(kind, sayings) for kind, sayings in wanted.items()}
    db.session.rollback()
    if not any(new.values()):
        return 0
    with audited("forums.action_reminded", SYSTEM) as change:
        for kind, sayings in new.items():
            change.about(*(saying.event_key.partition(":")[0] for saying in sayings))
            say_to_each(change.session, kind, sayings, change.now)
        return sum(map(len, new.values()))


def _untold(kind: str, sayings: list[Saying]) -> list[Saying]:
    told = {
        (saying.person_id, saying.event_key)
        for saying in told_of(kind, {s.event_key for s in sayings})
    }
    left = [saying for saying in sayings if (saying.person_id, saying.event_key) not in told]
    return left[: MOST_AT_ONCE // 2]
