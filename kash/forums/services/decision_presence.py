"""Presence by group that is kept with each decision, at the moment at which it was taken."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from kash.forums.models import AgendaItem, Decision, DecisionPresence, Meeting
from kash.forums.queries.presence import MeetingPresence, attendance_at, conflicted_in
from kash.people.models import Group


def note_presence(
    session: Session, meeting: Meeting, item: AgendaItem, decision: Decision, now: datetime
) -> None:
    """Keep with a decision who was there when it was written, within the action that adds it.

    While nobody stands as being there, nothing is kept: that is not known yet, and is noted when
    the meeting is recorded as held, or for the time that whoever runs the forum says.
    """
    session.flush()
    keep_presence(session, attendance_at(session, meeting), item, decision, now)


def keep_presence(
    session: Session,
    attendance: MeetingPresence,
    item: AgendaItem,
    decision: Decision,
    moment: datetime,
) -> bool:
    """Keep the presence of a moment in place of what was kept, with the votes gone; True if anybody
    was there then."""
    quorum = attendance.at(moment, conflicted_in(session, item))
    if not quorum.recorded:
        return False
    session.execute(delete(DecisionPresence).where(DecisionPresence.decision_id == decision.id))
    keys = dict(session.execute(select(Group.letter, Group.id)).all())
    session.add_all(
        DecisionPresence(
            decision_id=decision.id,
            group_id=keys[group.letter],
            noted_at=moment,
            members=group.members,
            present=group.present,
            needed=group.needed,
            counted_out=group.counted_out,
        )
        for group in quorum.groups
    )
    return True


def note_where_missing(session: Session, meeting: Meeting, now: datetime) -> None:
    """Keep the presence of now with the decisions of a meeting that have none yet."""
    session.flush()
    rows = session.execute(
        select(Decision, AgendaItem)
        .join(AgendaItem, AgendaItem.id == Decision.item_id)
        .where(
            AgendaItem.meeting_id == meeting.id,
            ~exists().where(DecisionPresence.decision_id == Decision.id),
        )
        .order_by(Decision.id)
    ).all()
    if not rows:
        return
    attendance = attendance_at(session, meeting)
    for decision, item in rows:
        keep_presence(session, attendance, item, decision, now)
