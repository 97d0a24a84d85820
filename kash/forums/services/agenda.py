"""Items of an agenda: add, name, move, take off."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.forums.models import Action, AgendaItem, Decision, DecisionReview, Forum, Meeting
from kash.forums.rules.meetings import ITEMS_OF_A_MEETING, order_is_fixed, with_usual_items
from kash.forums.services.internal_lines import (
    check_numbers_free,
    forum_run_by,
    item_in,
    planned_meeting,
    written_meeting,
)
from kash.forums.services.problems import AGENDA_FULL, MeetingOver
from kash.platform.database import new_public_id
from kash.platform.ordering import arranged, moved
from kash.platform.vault import audited
from kash.platform.web.errors import NotFound, Problem
from kash.platform.web.formats import to_local
from kash.policy import Actor


def items_in_order(session: Session, meeting: Meeting) -> list[AgendaItem]:
    """The agenda as it stands."""
    return list(
        session.scalars(
            select(AgendaItem)
            .where(AgendaItem.meeting_id == meeting.id)
            .order_by(AgendaItem.position, AgendaItem.id)
        )
    )


def _number(items: Iterable[AgendaItem]) -> None:
    for position, item in enumerate(items, start=1):
        item.position = position


def add_item(
    forum_id: str,
    meeting_id: str,
    *,
    title: str,
    minutes: int | None = None,
    by: Actor,
    item_id: str = "",
) -> str:
    """Put an item at the end of the agenda, also after the meeting was held, until its
    minutes are circulated.

    With `item_id`, the id that its form was opened with, sending twice adds one.
    """
    with audited("forums.item_added", by) as change:
        forum = forum_run_by(change.session, forum_id, by)
        meeting = written_meeting(change.session, forum, meeting_id)
        items = items_in_order(change.session, meeting)
        if item_id and _added_before(change.session, meeting, item_id):
            change.nothing()
            return item_id
        check_numbers_free(change.session, meeting)
        if len(items) >= ITEMS_OF_A_MEETING:
            raise Problem(AGENDA_FULL, field="title")
        item = AgendaItem(
            public_id=item_id or new_public_id(),
            meeting_id=meeting.id,
            position=max((item.position for item in items), default=0) + 1,
            title=title,
            minutes=minutes,
        )
        change.session.add(item)
        change.about(meeting.public_id, item.public_id)
        return item.public_id


def _added_before(session: Session, held: Meeting, item_id: str) -> bool:
    """True if this meeting has an item of that id already. Raises NotFound if another has it."""
    where = session.scalar(select(AgendaItem.meeting_id).where(AgendaItem.public_id == item_id))
    if where is not None and where != held.id:
        raise NotFound
    return where is not None


def add_usual_items(
    forum_id: str,
    meeting_id: str,
    *,
    titles: Mapping[str, str],
    known: Callable[[str], str],
    by: Actor,
) -> int:
    """Put the usual items that a planned meeting's agenda lacks into their places; how many.

    `titles` are their titles by `rules.USUAL_ITEMS`; `known` tells which usual one a title is, in
    whatever language, empty if none. Raises MeetingOver and AgendaFull.
    """
    with audited("forums.usual_items_added", by) as change:
        forum = forum_run_by(change.session, forum_id, by)
        meeting = written_meeting(change.session, forum, meeting_id)
        if order_is_fixed(meeting.state):
            raise MeetingOver
        items = items_in_order(change.session, meeting)
        present = [
            "arising" if listed.kind == "arising" else known(listed.title) for listed in items
        ]
        agenda: list[AgendaItem] = []
        for place, usual in with_usual_items(present):
            if place >= 0:
                agenda.append(items[place])
                continue
            arising = usual == "arising"
            item = AgendaItem(
                public_id=new_public_id(),
                meeting_id=meeting.id,
                position=0,
                kind="arising" if arising else "plain",
                # It goes by its usual name in the reader's language.
                title="" if arising else titles[usual],
            )
            change.session.add(item)
            agenda.append(item)
        added = len(agenda) - len(items)
        if added == 0:
            change.nothing()
            return 0
        if len(agenda) > ITEMS_OF_A_MEETING:
            raise Problem(AGENDA_FULL, field="title")
        _number(agenda)
        change.about(meeting.public_id)
        return added


def rename_item(
    forum_id: str,
    meeting_id: str,
    item_id: str,
    *,
    title: str,
    minutes: int | None = None,
    by: Actor,
) -> None:
    """Give an item another title, and say how long it should take."""
    with audited("forums.item_renamed", by) as change:
        forum = forum_run_by(change.session, forum_id, by)
        meeting = written_meeting(change.session, forum, meeting_id)
        item = item_in(change.session, meeting, item_id)
        item.title, item.minutes = title, minutes
        change.about(meeting.public_id, item.public_id)


def has_open_actions(session: Session, forum: Forum, meeting: Meeting) -> bool:
    """True if something of an earlier meeting is still open, or a decision comes back."""
    return decision_returns(session, meeting) or (
        session.scalar(
            select(Action.id)
            .join(AgendaItem, AgendaItem.id == Action.item_id)
            .join(Meeting, Meeting.id == AgendaItem.meeting_id)
            .where(
                Meeting.forum_id == forum.id,
                Meeting.starts_at < meeting.starts_at,
                Action.state == "open",
            )
            .limit(1)
        )
        is not None
    )


def decision_returns(session: Session, meeting: Meeting) -> bool:
    """True if the forum looks at an earlier decision again in this meeting."""
    return (
        session.scalar(
            select(DecisionReview.id)
            .join(Decision, Decision.id == DecisionReview.decision_id)
            .join(AgendaItem, AgendaItem.id == Decision.item_id)
            .join(Meeting, Meeting.id == AgendaItem.meeting_id)
            .where(
                Meeting.forum_id == meeting.forum_id,
                Meeting.starts_at < meeting.starts_at,
                DecisionReview.look_on <= to_local(meeting.starts_at).date(),
                DecisionReview.conclusion == "",
            )
            .limit(1)
        )
        is not None
    )


def remove_item(forum_id: str, meeting_id: str, item_id: str, *, by: Actor) -> None:
    """Take an item off a planned meeting's agenda, while nothing is written under it."""
    with audited("forums.item_removed", by) as change:
        session = change.session
        forum = forum_run_by(session, forum_id, by)
        meeting = planned_meeting(session, forum, meeting_id)
        item = item_in(session, meeting, item_id)
        written = item.minute or any(
            session.scalar(select(kind.id).where(kind.item_id == item.id).limit(1))
            for kind in (Decision, Action)
        )
        if written or (item.kind == "arising" and has_open_actions(session, forum, meeting)):
            raise Problem(
                _l("This item stays: it lists open actions, or something is written under it.")
            )
        rest = [other for other in items_in_order(session, meeting) if other.id != item.id]
        session.delete(item)
        _number(rest)
        change.about(meeting.public_id, item.public_id)


def order_items(
    forum_id: str,
    meeting_id: str,
    *,
    order: Sequence[str] = (),
    up: str = "",
    down: str = "",
    by: Actor,
) -> None:
    """Give the items another order: the whole of it, or one item a place up or down."""
    with audited("forums.agenda_ordered", by) as change:
        forum = forum_run_by(change.session, forum_id, by)
        meeting = written_meeting(change.session, forum, meeting_id)
        if order_is_fixed(meeting.state):
            raise MeetingOver
        items = {item.public_id: item for item in items_in_order(change.session, meeting)}
        present = list(items)
        wanted = arranged(present, order) if order else moved(present, up or down, -1 if up else 1)
        if wanted == present:
            change.nothing()
            return
        _number(items[key] for key in wanted)
        change.about(meeting.public_id)
