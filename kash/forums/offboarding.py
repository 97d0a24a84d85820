"""Off-boarding of a secretary, or of a member with an account: what she hands over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from kash.accounts.holdings import Holder
from kash.forums.models import Action, Forum, ForumMember


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
