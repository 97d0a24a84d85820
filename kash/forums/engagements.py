"""Meetings as what holds people at some time: the person who keeps their minutes, and the forum's
members, for the person who sees every forum."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from kash.attendance.models import Slot
from kash.forums.models import Forum, ForumMember, Meeting
from kash.platform.database import db
from kash.policy import Reach
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
