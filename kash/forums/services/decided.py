"""Conflicts of interest in an item; when a decision was taken, and how the groups voted."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.forums.models import (
    AgendaItem,
    Decision,
    DecisionPresence,
    ForumMember,
    ItemConflict,
    Meeting,
)
from kash.forums.queries.presence import attendance_at
from kash.forums.rules.quorum import Votes, too_many_votes
from kash.forums.services.decision_presence import keep_presence
from kash.forums.services.loading import forum_run_by, item_in, written_meeting
from kash.forums.services.problems import UnknownOwner
from kash.people.models import Group
from kash.platform.vault import audited
from kash.platform.web.errors import Problem, one_or_404
from kash.policy import Actor


class NobodyThere(Problem):
    """Nobody was there at the time at which a decision is said to have been taken."""

    status = 422
    field = "at"
    sentence = _l("By the register nobody was there at this time. Note first who was there.")


class TooManyVotes(Problem):
    """More of a group voted than were there; the first of them is named by `field`."""

    status = 422

    def __init__(self, letter: str, present: int) -> None:
        super().__init__(_("There at this time: %(count)s. No more can vote.", count=present))
        self.field = f"in_favour_{letter}"


def note_conflicts(
    forum_id: str,
    meeting_id: str,
    item_id: str,
    *,
    of: Collection[str],
    conflicted: Collection[str],
    by: Actor,
) -> None:
    """Keep which of the members `of` a page showed have a conflict of interest in an item (public
    ids); others stay as they are. What is kept with decisions stays too. Raises UnknownOwner."""
    with audited("forums.conflicts_noted", by) as change:
        session = change.session
        forum = forum_run_by(session, forum_id, by)
        meeting = written_meeting(session, forum, meeting_id)
        item = item_in(session, meeting, item_id)
        members = {
            row.public_id: row
            for row in session.scalars(
                select(ForumMember).where(
                    ForumMember.forum_id == forum.id, ForumMember.public_id.in_(of)
                )
            )
        }
        if not set(conflicted) <= set(members):
            raise UnknownOwner
        stored = {
            row.member_id: row
            for row in session.scalars(select(ItemConflict).where(ItemConflict.item_id == item.id))
        }
        change.about(meeting.public_id, item.public_id)
        changed = False
        for public_id, member in members.items():
            row = stored.get(member.id)
            if public_id in conflicted and row is None:
                session.add(
                    ItemConflict(item_id=item.id, member_id=member.id, declared_at=change.now)
                )
            elif public_id not in conflicted and row is not None:
                session.delete(row)
            else:
                continue
            change.about(public_id)
            changed = True
        if not changed:
            change.nothing()


def note_decision(
    forum_id: str,
    meeting_id: str,
    item_id: str,
    decision_id: str,
    *,
    moment: datetime,
    votes: Mapping[str, Votes] | None,
    by: Actor,
) -> None:
    """Keep with a decision who was there at the moment at which it was taken, and how the groups
    voted, by their letters; None if votes were not counted. Raises NobodyThere and TooManyVotes."""
    with audited("forums.votes_noted", by) as change:
        session = change.session
        forum = forum_run_by(session, forum_id, by)
        meeting = written_meeting(session, forum, meeting_id)
        item = item_in(session, meeting, item_id)
        decision = _decision(session, item, decision_id)
        change.about(meeting.public_id, item.public_id, decision_id)
        _moment_noted(session, meeting, item, decision, moment)
        session.flush()
        rows = _kept(session, decision)
        cast = votes or {}
        for letter in too_many_votes(cast, {key: row.present for key, row in rows.items()}):
            raise TooManyVotes(letter, rows[letter].present if letter in rows else 0)
        for letter, row in rows.items():
            one = cast.get(letter, Votes()) if votes is not None else None
            row.votes_for = one.in_favour if one else None
            row.votes_against = one.against if one else None
            row.abstained = one.abstained if one else None


def _moment_noted(
    session: Session, meeting: Meeting, item: AgendaItem, decision: Decision, moment: datetime
) -> None:
    if not keep_presence(session, attendance_at(session, meeting), item, decision, moment):
        raise NobodyThere


def _decision(session: Session, item: AgendaItem, public_id: str) -> Decision:
    return one_or_404(
        session.scalar(
            select(Decision).where(Decision.item_id == item.id, Decision.public_id == public_id)
        )
    )


def _kept(session: Session, decision: Decision) -> dict[str, DecisionPresence]:
    """Presence that is kept with a decision, by the groups' letters."""
    return dict(
        session.execute(
            select(Group.letter, DecisionPresence)
            .join(Group, Group.id == DecisionPresence.group_id)
            .where(DecisionPresence.decision_id == decision.id)
            .order_by(Group.position, Group.letter)
        ).all()
    )
