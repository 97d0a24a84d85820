"""Progress of actions: notes, age, and who is to be reminded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.forums.models import Action, ActionNote, AgendaItem, Forum, ForumMember, Meeting
from kash.forums.queries.actions import ActionLine
from kash.forums.rules.progress import LATE, SOON, Age, age_of
from kash.platform.database import db
from kash.platform.web.errors import one_or_404
from kash.platform.web.formats import to_local


@dataclass(frozen=True)
class ActionNoteLine:
    """A note on an action. `kind` and `size` are those of its evidence, empty and 0 if it has none
    or the reader may not open it."""

    public_id: str
    text: str
    by_owner: bool
    written_at: datetime
    kind: str
    size: int


def notes_of(action: ActionLine) -> list[ActionNoteLine]:
    """The notes on an action, the newest first, each with its evidence for whoever may close it;
    one query."""
    rows = db.session.scalars(
        select(ActionNote)
        .join(Action, Action.id == ActionNote.action_id)
        .where(Action.public_id == action.public_id)
        .order_by(ActionNote.id.desc())
    )
    opens = action.may_close
    return [
        ActionNoteLine(
            row.public_id,
            row.text,
            row.by_owner,
            row.created_at,
            row.kind if opens else "",
            row.size if opens else 0,
        )
        for row in rows
    ]


def evidence_of(action: ActionLine, note_id: str) -> ActionNote:
    """A note on this action that has evidence. Raises NotFound."""
    return one_or_404(
        db.session.scalar(
            select(ActionNote)
            .join(Action, Action.id == ActionNote.action_id)
            .where(
                Action.public_id == action.public_id,
                ActionNote.public_id == note_id,
                ActionNote.kind != "",
            )
        )
    )


def ages_of(forum: Forum, lines: Iterable[ActionLine], now: datetime) -> Mapping[str, Age]:
    """The ages of a forum's actions by their public ids; one query."""
    shown = [line for line in lines if line.raised_at is not None]
    if not shown:
        return {}
    held = [
        to_local(moment).date()
        for moment in db.session.scalars(
            select(Meeting.starts_at).where(Meeting.forum_id == forum.id, Meeting.state == "held")
        )
    ]
    return {
        line.public_id: age_of(
            to_local(line.raised_at).date(), to_local(line.closed_at or now).date(), held
        )
        for line in shown
        if line.raised_at is not None
    }


def actions_to_remind_of(session: Session, today: date) -> list[tuple[str, date, int]]:
    """(public id, day, person) of open actions around their day, with whoever took them on and
    still sits in the forum."""
    rows = session.execute(
        select(Action.public_id, Action.due_on, ForumMember.person_id)
        .join(ForumMember, ForumMember.id == Action.owner_id)
        .join(AgendaItem, AgendaItem.id == Action.item_id)
        .join(Meeting, Meeting.id == AgendaItem.meeting_id)
        .where(
            Action.state == "open",
            Action.due_on >= today - LATE,
            Action.due_on <= today + SOON,
            ForumMember.left_on.is_(None),
            Meeting.state != "cancelled",
        )
        .order_by(Action.id)
    )
    return [(row[0], row[1], row[2]) for row in rows if row[1] is not None]
