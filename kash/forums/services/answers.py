"""Answers to the invitation to a meeting: the member's own, or noted for her."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from kash.forums.models import ForumMember, Meeting, MeetingAnswer
from kash.forums.rules.presence import ANSWERS
from kash.forums.services.loading import (
    forum_in_reach,
    forum_run_by,
    member_in,
    planned_meeting,
)
from kash.forums.services.problems import UnknownChoice
from kash.platform.vault import Change, audited
from kash.platform.web import NotFound
from kash.policy import Actor


def answer_invitation(forum_id: str, meeting_id: str, *, answer: str, by: Actor) -> None:
    """Say whether one comes to a planned meeting; the last answer holds. Raises NotFound for
    whoever is no member, and MeetingOver."""
    with audited("forums.invitation_answered", by) as change:
        forum = forum_in_reach(change.session, forum_id, by)
        meeting = planned_meeting(change.session, forum, meeting_id)
        member = change.session.scalar(
            select(ForumMember).where(
                ForumMember.forum_id == forum.id,
                ForumMember.person_id == (by.person_id or 0),
                ForumMember.left_on.is_(None),
            )
        )
        if member is None:
            raise NotFound
        if answer not in ANSWERS:
            raise UnknownChoice
        change.about(meeting.public_id, member.public_id)
        if not _answered(change, meeting, member, answer, by):
            change.nothing()


def note_answers(forum_id: str, meeting_id: str, answers: Mapping[str, str], *, by: Actor) -> int:
    """Note what members said on the telephone or at the door, by their public ids; an empty answer
    takes what was said away. How many changed."""
    if not set(answers.values()) <= {*ANSWERS, ""}:
        raise UnknownChoice
    with audited("forums.answers_noted", by) as change:
        forum = forum_run_by(change.session, forum_id, by)
        meeting = planned_meeting(change.session, forum, meeting_id)
        change.about(meeting.public_id)
        changed = 0
        for member_id, answer in answers.items():
            member = member_in(change.session, forum, member_id)
            if _answered(change, meeting, member, answer, by):
                change.about(member_id)
                changed += 1
        if not changed:
            change.nothing()
        return changed


def _answered(
    change: Change, meeting: Meeting, member: ForumMember, answer: str, by: Actor
) -> bool:
    """Keep an answer; False if it stood already."""
    stored = change.session.scalar(
        select(MeetingAnswer).where(
            MeetingAnswer.meeting_id == meeting.id, MeetingAnswer.member_id == member.id
        )
    )
    if (stored.answer if stored else "") == answer:
        return False
    if stored is None:
        stored = MeetingAnswer(meeting_id=meeting.id, member_id=member.id)
        change.session.add(stored)
    elif not answer:
        change.session.delete(stored)
        return True
    stored.answer, stored.answered_at, stored.answered_by = answer, change.now, by.public_id
    return True
