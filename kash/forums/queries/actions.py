"""Actions: what members took on, what is due, and what comes up again in the next meeting."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from operator import attrgetter

from sqlalchemy import ColumnElement, Select, and_, or_, select, true
from sqlalchemy.orm import contains_eager, joinedload

from kash.forums.models import Action, ActionLink, AgendaItem, Forum, ForumMember, Meeting
from kash.forums.queries.meetings import number_of, previous_meeting
from kash.forums.queries.minutes_life import shown_text
from kash.forums.queries.series import appearance_of, runs, sees_names, within_reach
from kash.forums.rules.decisions import OpenedAction, arising
from kash.people.models import Person
from kash.people.rules.persons import OneGroup, one_group
from kash.platform.database import db
from kash.platform.web import Listing, listing
from kash.platform.web.errors import one_or_404
from kash.platform.web.formats import to_local
from kash.policy import Actor, Reach

SOON = timedelta(days=7)
MOST_LISTED = 1000


@dataclass(frozen=True)
class ActionLine:
    """An action as the asking actor may see it.

    `owner` is how its owner appears, empty when only counted or when nobody took it on;
    `owner_group` tells the group's letter. `owner_name` is empty for the person who may not see
    names. `may_close` is whether the actor may say what became of it.
    """

    public_id: str
    forum_id: str
    forum_name: str
    meeting_id: str
    number: str
    text: str
    owner: str
    owner_group: str
    owner_name: str
    own: bool
    may_close: bool
    due_on: date | None
    state: str
    outcome: str
    closed_at: datetime | None
    owner_person: str = ""
    # The seat of who took it on.
    seat: str = ""
    owner_left: bool = False
    raised_at: datetime | None = None


def action_line(action: Action, item: AgendaItem, meeting: Meeting, actor: Actor) -> ActionLine:
    """An action with what surrounds it, as the actor may see it. Needs `held.forum` loaded."""
    seat, runs_it = action.owner, runs(actor, meeting.forum.secretary_id)
    own = seat is not None and actor.person_id is not None and seat.person_id == actor.person_id
    return ActionLine(
        public_id=action.public_id,
        forum_id=meeting.forum.public_id,
        forum_name=meeting.forum.name,
        meeting_id=meeting.public_id,
        number=number_of(item, meeting),
        text=shown_text(item, action.text, whole=runs_it or own),
        owner=appearance_of(seat) if seat else "",
        owner_group=seat.person.group.letter if seat else "",
        owner_name=seat.person.chosen_name if seat and sees_names(actor) else "",
        own=own,
        may_close=(own and seat is not None and seat.left_on is None) or runs_it,
        due_on=action.due_on,
        state=action.state,
        outcome=action.outcome,
        closed_at=action.closed_at,
        owner_person=seat.person.public_id if seat and sees_names(actor) else "",
        seat=seat.public_id if seat else "",
        owner_left=seat is not None and seat.left_on is not None,
        raised_at=meeting.starts_at,
    )


def _actions() -> Select[Action]:
    return (
        select(Action)
        .join(Action.item)
        .join(AgendaItem.meeting)
        .join(Meeting.forum)
        .options(
            contains_eager(Action.item)
            .contains_eager(AgendaItem.meeting)
            .contains_eager(Meeting.forum),
            contains_eager(Action.item).selectinload(AgendaItem.internal_lines),
            joinedload(Action.owner).joinedload(ForumMember.person).joinedload(Person.group),
        )
    )


def _as_line(action: Action, actor: Actor) -> ActionLine:
    return action_line(action, action.item, action.item.meeting, actor)


def _readable(forum: Forum, actor: Actor) -> ColumnElement[bool]:
    """Until a meeting is held its minutes are a draft: others see only what they took on."""
    if runs(actor, forum.secretary_id):
        return true()
    of_held = Meeting.state == "held"
    if actor.person_id is None:
        return of_held
    own = select(ForumMember.id).where(ForumMember.person_id == actor.person_id)
    return or_(of_held, Action.owner_id.in_(own))


# Which actions a page shows; those of the first line are open.
OPEN_STATES = ("open", "late", "mine", "left")
STATES = (*OPEN_STATES, "done", "dropped", "all")


def _chosen(forum: Forum, actor: Actor, state: str, today: date) -> Select[Action]:
    wanted = _actions().where(Meeting.forum_id == forum.id, _readable(forum, actor))
    if state in ("open", "done", "dropped"):
        return wanted.where(Action.state == state)
    if state == "late":
        return wanted.where(Action.state == "open", Action.due_on < today)
    seats = select(ForumMember.id).where(ForumMember.forum_id == forum.id)
    if state == "mine":
        own = seats.where(ForumMember.person_id == (actor.person_id or 0))
        return wanted.where(Action.state == "open", Action.owner_id.in_(own))
    if state == "left":
        gone = seats.where(ForumMember.left_on.is_not(None))
        return wanted.where(Action.state == "open", Action.owner_id.in_(gone))
    return wanted


def actions_of(forum: Forum, actor: Actor, today: date, *, state: str = "open") -> Listing[Action]:
    """A page of a forum's actions; `state` is one of STATES. Rows are Action."""
    still_open = state in OPEN_STATES
    return listing(
        _chosen(forum, actor, state, today),
        sorts={"due": (Action.due_on.is_(None), Action.due_on), "raised": Meeting.starts_at},
        default_sort="due" if still_open else "raised",
        default_direction="asc" if still_open else "desc",
        key=Action.id,
    )


def all_actions(
    forum: Forum, actor: Actor, today: date, *, state: str = "all", text: str = ""
) -> list[ActionLine]:
    """A forum's actions as the actor may see them, the newest first, at most a thousand.

    `text` is looked for in what she may read, so that nobody guesses at internal lines by
    searching.
    """
    rows = db.session.scalars(
        _chosen(forum, actor, state, today)
        .order_by(Meeting.starts_at.desc(), Action.id.desc())
        .limit(MOST_LISTED)
    )
    words = text.casefold().split()
    lines = (_as_line(action, actor) for action in rows)
    return [
        line
        for line in lines
        if all(word in f"{line.number} {line.text} {line.outcome}".casefold() for word in words)
    ]


def shown_actions(rows: Listing[Action], actor: Actor) -> list[ActionLine]:
    """The rows of `actions_of` as the actor may see them."""
    return [_as_line(action, actor) for action in rows.rows]


def open_actions(forum: Forum, actor: Actor, *, most: int = 10) -> list[ActionLine]:
    """The forum's open actions, the first due first, those without a day last."""
    actions = db.session.scalars(
        _actions()
        .where(Meeting.forum_id == forum.id, Action.state == "open", _readable(forum, actor))
        .order_by(Action.due_on.is_(None), Action.due_on, Action.id)
        .limit(most)
    )
    return [_as_line(action, actor) for action in actions]


def owners_shown(lines: Iterable[ActionLine], wanted: str) -> OneGroup[ActionLine]:
    """The actions whose owner is named, of one group of owners: the wanted one, if it has any."""
    named = (line for line in lines if line.owner_name and not line.own)
    return one_group(named, attrgetter("owner_group"), wanted)


def open_action(forum: Forum, public_id: str, actor: Actor) -> ActionLine:
    """One action of this forum. Raises NotFound."""
    action = one_or_404(
        db.session.scalar(
            _actions().where(Meeting.forum_id == forum.id, Action.public_id == public_id)
        )
    )
    return _as_line(action, actor)


def readable_action(forum: Forum, public_id: str, actor: Actor) -> ActionLine:
    """An action of this forum that the actor may read. Raises NotFound."""
    action = one_or_404(
        db.session.scalar(
            _actions().where(
                Meeting.forum_id == forum.id,
                Action.public_id == public_id,
                _readable(forum, actor),
            )
        )
    )
    return _as_line(action, actor)


def linked_actions(kind: str, target: str, actor: Actor, *, most: int = 20) -> list[ActionLine]:
    """The actions that change something, in the forums that the actor sees, as far as their
    minutes are no draft; the newest first."""
    if actor.reach("forums.see") is Reach.NONE:
        return []
    rows = db.session.scalars(
        _actions()
        .join(ActionLink, ActionLink.action_id == Action.id)
        .where(
            ActionLink.kind == kind,
            ActionLink.target == target,
            Meeting.state == "held",
            Forum.id.in_(within_reach(actor).with_only_columns(Forum.id)),
        )
        .order_by(Meeting.starts_at.desc(), Action.id.desc())
        .limit(most)
    )
    return [_as_line(action, actor) for action in rows]


def actions_without_owner(actor: Actor, *, most: int = 20) -> list[ActionLine]:
    """Open actions whose owner has left, in the forums of which the actor is the secretary."""
    if actor.reach("forums.edit") is Reach.NONE or actor.account_id is None:
        return []
    rows = db.session.scalars(
        _actions()
        .join(ForumMember, ForumMember.id == Action.owner_id)
        .where(
            Action.state == "open",
            ForumMember.left_on.is_not(None),
            Forum.secretary_id == actor.account_id,
        )
        .order_by(Action.due_on.is_(None), Action.due_on, Action.id)
        .limit(most)
    )
    return [_as_line(action, actor) for action in rows]


def actions_due(actor: Actor, now: datetime, *, most: int = 20) -> list[ActionLine]:
    """Actions that the actor has to see to: her own open ones, whenever they are due, and in forums
    of which she is the secretary those that are late or due within a week."""
    concerned = []
    if actor.person_id is not None:
        concerned.append(
            and_(ForumMember.person_id == actor.person_id, ForumMember.left_on.is_(None))
        )
    if actor.reach("forums.edit") is not Reach.NONE and actor.account_id is not None:
        soon = to_local(now).date() + SOON
        concerned.append(and_(Forum.secretary_id == actor.account_id, Action.due_on <= soon))
    if not concerned or actor.reach("forums.see") is Reach.NONE:
        return []
    actions = db.session.scalars(
        _actions()
        .outerjoin(ForumMember, ForumMember.id == Action.owner_id)
        .where(Action.state == "open", or_(*concerned))
        .order_by(Action.due_on.is_(None), Action.due_on, Action.id)
        .limit(most)
    )
    return [_as_line(action, actor) for action in actions]


def arising_in(meeting: Meeting, now: datetime, actor: Actor) -> list[tuple[ActionLine, str]]:
    """The actions that come up in a meeting, with the state each had or has then; of an earlier one
    that is not recorded as held, those that the actor may read."""
    if meeting.state == "cancelled":
        return []
    previous = previous_meeting(meeting)
    since = None if previous is None else previous.held_at or previous.starts_at
    wanted = _actions().where(
        Meeting.forum_id == meeting.forum_id,
        Meeting.starts_at < meeting.starts_at,
        _readable(meeting.forum, actor),
    )
    if since is not None:
        wanted = wanted.where(or_(Action.closed_at.is_(None), Action.closed_at > since))
    by_key = {action.id: action for action in db.session.scalars(wanted)}
    carried = arising(
        (
            OpenedAction(key, action.item.meeting.starts_at, action.state, action.closed_at)
            for key, action in by_key.items()
        ),
        meeting_at=meeting.starts_at,
        previous_at=since,
        as_of=meeting.held_at or now,
    )
    return [(_as_line(by_key[key], actor), state) for key, state in carried]
