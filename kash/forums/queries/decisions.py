"""Actions: what members took on, what is due, and what comes up again in the next meeting.
Decisions of a forum: what was hoped of them, when they come back, and the printed lines before and
after. Progress of actions: notes, age, and who is to be reminded."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select, true
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from kash.feature import is_used
from kash.figures.releases.queries import (
    PrintedLine,
    PrintedTable,
    change_since,
    first_days,
    printed_tables,
)
from kash.figures.releases.rules.tables import difference, range_of
from kash.forums.models import (
    Action,
    ActionLink,
    ActionNote,
    AgendaItem,
    Decision,
    DecisionReview,
    Forum,
    ForumMember,
    Meeting,
)
from kash.forums.queries.meetings import number_of, previous_meeting
from kash.forums.queries.minutes_life import shown_text
from kash.forums.queries.people import links_of
from kash.forums.queries.series import appearance_of, runs, sees_names, within_reach
from kash.forums.rules.meetings import (
    LATE,
    Age,
    OpenedAction,
    PrintedWindow,
    ReviewedDecision,
    age_of,
    arising,
    coming_back,
    windows_around,
)
from kash.forums.rules.meetings import SOON as MEETINGS_SOON
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
                Meeting.forum_id == forum.id, Action.public_id == public_id, _readable(forum, actor)
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
    """Open actions whose owner has left, or that nobody took on at a meeting that was held, in the
    forums of which the actor is the secretary."""
    if actor.reach("forums.edit") is Reach.NONE or actor.account_id is None:
        return []
    rows = db.session.scalars(
        _actions()
        .outerjoin(ForumMember, ForumMember.id == Action.owner_id)
        .where(
            Action.state == "open",
            or_(
                ForumMember.left_on.is_not(None),
                and_(Action.owner_id.is_(None), Meeting.state == "held"),
            ),
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


# A printed line as a decision watches it: `table` and `line`, the values of the windows `before`,
# `across` and `after` it, and of two as long as each other the `difference` and the `verdict`,
# which is None where "few" says no more.
LineRead = dict[str, Any]
# Which decisions a page shows.
DECISION_STATES = ("all", "back", "waiting", "concluded")


@dataclass(frozen=True)
class DecisionLine:
    """A decision as the actor may read it. `look_on` is None while nobody said what would be seen
    if it worked."""

    public_id: str
    meeting_id: str
    number: str
    text: str
    taken_at: datetime
    expected: str = ""
    look_on: date | None = None
    table_key: str = ""
    line: str = ""
    conclusion: str = ""
    found: str = ""
    concluded_at: datetime | None = None
    row_version: int = 0
    forum_id: str = ""
    forum_name: str = ""


def _decisions() -> Select[*tuple[Any, ...]]:
    return (
        select(Decision, DecisionReview)
        .join(Decision.item)
        .join(AgendaItem.meeting)
        .outerjoin(DecisionReview, DecisionReview.decision_id == Decision.id)
        .options(
            contains_eager(Decision.item)
            .contains_eager(AgendaItem.meeting)
            .joinedload(Meeting.forum),
            contains_eager(Decision.item).selectinload(AgendaItem.internal_lines),
        )
    )


def _decisions_readable(forum: Forum, actor: Actor) -> ColumnElement[bool]:
    """Until a meeting is held its minutes are a draft."""
    return true() if runs(actor, forum.secretary_id) else Meeting.state == "held"


def _line(decision: Decision, review: DecisionReview | None, actor: Actor) -> DecisionLine:
    item = decision.item
    meeting = item.meeting
    whole = runs(actor, meeting.forum.secretary_id)
    plain = DecisionLine(
        decision.public_id,
        meeting.public_id,
        number_of(item, meeting),
        shown_text(item, decision.text, whole=whole),
        meeting.starts_at,
        forum_id=meeting.forum.public_id,
        forum_name=meeting.forum.name,
    )
    if review is None:
        return plain
    return replace(
        plain,
        expected=review.expected,
        look_on=review.look_on,
        table_key=review.table_key,
        line=review.line,
        conclusion=review.conclusion,
        found=review.found,
        concluded_at=review.concluded_at,
        row_version=review.row_version,
    )


def decisions_of(forum: Forum, actor: Actor, today: date, state: str) -> Listing[Any]:
    """A page of a forum's decisions, the newest first; rows of a decision and its review. `state`
    is one of DECISION_STATES: "back" are those to look at again now, "waiting" those whose day is
    to come."""
    wanted = _decisions().where(Meeting.forum_id == forum.id, _decisions_readable(forum, actor))
    open_ = DecisionReview.conclusion == ""
    wanted = {
        "back": wanted.where(open_, DecisionReview.look_on <= today),
        "waiting": wanted.where(open_, DecisionReview.look_on > today),
        "concluded": wanted.where(DecisionReview.conclusion != ""),
    }.get(state, wanted)
    return listing(
        wanted,
        sorts={"taken": Meeting.starts_at},
        default_sort="taken",
        default_direction="desc",
        key=Decision.id,
    )


def shown_decisions(rows: Iterable[Any], actor: Actor) -> list[DecisionLine]:
    """Rows of `decisions_of` as the actor may read them."""
    return [_line(decision, review, actor) for decision, review in rows]


def readable_decision(forum: Forum, public_id: str, actor: Actor) -> DecisionLine:
    """A decision of this forum. Raises NotFound."""
    pair = one_or_404(
        db.session.execute(
            _decisions().where(
                Meeting.forum_id == forum.id,
                Decision.public_id == public_id,
                _decisions_readable(forum, actor),
            )
        ).one_or_none()
    )
    return _line(pair[0], pair[1], actor)


def watchable_lines() -> list[tuple[str, str]]:
    """("table:line", name) of all lines that were ever printed, for choosing one."""
    lines: dict[str, str] = {}
    for table in printed_tables() if is_used("releases") else ():
        for line in table.lines:
            lines[f"{table.key}:{line.code}"] = f"{table.title}: {line.label}"
    return list(lines.items())


def lines_read(
    decisions: Collection[DecisionLine], until: Mapping[str, date] | date
) -> dict[str, LineRead]:
    """The printed lines that decisions watch, by the decisions' public ids. `until` is the last day
    whose figures count: one for all, or of each. Three queries at most, none if none is watched."""
    watching = [decision for decision in decisions if decision.table_key]
    if not watching or not is_used("releases"):
        return {}
    tables = printed_tables()
    return {
        decision.public_id: _read(
            decision, tables, until if isinstance(until, date) else until[decision.public_id]
        )
        for decision in watching
    }


def _read(decision: DecisionLine, tables: Sequence[PrintedTable], until: date) -> LineRead:
    same = [table for table in tables if table.key == decision.table_key]
    windows = [
        PrintedWindow(first_day, table.freeze_on, (table, line))
        for table, first_day in zip(same, first_days(same), strict=True)
        for line in table.lines
        if line.code == decision.line
    ]
    around = windows_around(windows, to_local(decision.taken_at).date(), until)
    newest = windows[-1].value if windows else None
    read: LineRead = {
        "table": newest[0].title if newest else decision.table_key,
        "line": newest[1].label if newest else decision.line,
        "before": _value(around.before),
        "across": _value(around.across),
        "after": _value(around.after),
        "difference": None,
        "verdict": None,
    }
    if around.before and around.after:
        (first, earlier), (second, later) = around.before.value, around.after.value
        # Windows of another length can't be held against each other.
        if first.plan.every == second.plan.every:
            # The larger die of the two: a plan may make it larger, never smaller.
            read["difference"] = difference(earlier.printed, later.printed, second.plan)
            read["verdict"] = change_since(first, same[: same.index(second) + 1], decision.line)
    return read


def _value(window: PrintedWindow[tuple[PrintedTable, PrintedLine]] | None) -> LineRead | None:
    """A printed value with its freeze day and the cases that it means; None reads "few"."""
    if window is None:
        return None
    table, line = window.value
    least, most = range_of(line.printed, table.plan)
    return {
        "release_id": table.release_id,
        "freeze_on": table.freeze_on,
        "printed": line.printed,
        "least": least,
        "most": most,
    }


def returning_in(
    meeting: Meeting, now: datetime, actor: Actor
) -> list[tuple[DecisionLine, LineRead | None]]:
    """The decisions that come up in a meeting because their day has come, with the printed lines
    up to that meeting's day; five queries at most. What was concluded later, or is not yet, reads
    as open."""
    if meeting.state == "cancelled":
        return []
    rows = db.session.execute(
        _decisions().where(
            Meeting.forum_id == meeting.forum_id,
            Meeting.starts_at < meeting.starts_at,
            Meeting.state != "cancelled",
            _decisions_readable(meeting.forum, actor),
            DecisionReview.look_on <= to_local(meeting.starts_at).date(),
        )
    ).all()
    if not rows:
        return []
    previous = previous_meeting(meeting)
    by_key = {review.id: (decision, review) for decision, review in rows}
    back = coming_back(
        (
            ReviewedDecision(
                review.id, decision.item.meeting.starts_at, review.look_on, review.concluded_at
            )
            for decision, review in rows
        ),
        meeting.starts_at,
        to_local(meeting.starts_at).date(),
        None if previous is None else previous.held_at or previous.starts_at,
        meeting.held_at or now,
    )
    lines = [_as_of(_line(*by_key[key], actor), concluded) for key, concluded in back]
    read = lines_read(lines, to_local(meeting.starts_at).date())
    return [(line, read.get(line.public_id)) for line in lines]


def _as_of(line: DecisionLine, concluded: bool) -> DecisionLine:
    if concluded or not line.conclusion:
        return line
    return replace(line, conclusion="", found="", concluded_at=None)


def changes_of(
    forum: Forum, decisions: Sequence[DecisionLine], actor: Actor, today: date
) -> list[dict[str, Any]]:
    """Decisions with what came of them: the line that was read, the actions taken on under the same
    item, what they change, and the line since; nine queries at most."""
    until = {
        taken_decision.public_id: to_local(taken_decision.concluded_at).date()
        if taken_decision.concluded_at
        else today
        for taken_decision in decisions
    }
    read = lines_read(decisions, until)
    items = db.session.scalars(
        select(AgendaItem)
        .join(Decision, Decision.item_id == AgendaItem.id)
        .where(Decision.public_id.in_(until))
        .options(
            contains_eager(AgendaItem.decisions),
            selectinload(AgendaItem.internal_lines),
            selectinload(AgendaItem.actions)
            .joinedload(Action.owner)
            .joinedload(ForumMember.person)
            .joinedload(Person.group),
            selectinload(AgendaItem.meeting).joinedload(Meeting.forum),
        )
    ).unique()
    actions: dict[str, list[ActionLine]] = {}
    for item in items:
        lines = [action_line(action, item, item.meeting, actor) for action in item.actions]
        for decision in item.decisions:
            actions[decision.public_id] = lines
    shown = {line.public_id for lines in actions.values() for line in lines}
    links = links_of(shown, actor) if shown else {}
    return [
        {
            "decision": taken_decision,
            "read": read.get(taken_decision.public_id),
            "actions": actions.get(taken_decision.public_id, []),
            "links": links,
        }
        for taken_decision in decisions
    ]


def decisions_to_look_at(actor: Actor, today: date, *, most: int = 20) -> list[DecisionLine]:
    """Decisions whose day has come, in the forums of which the actor is the secretary."""
    if actor.reach("forums.edit") is Reach.NONE or actor.account_id is None:
        return []
    rows = db.session.execute(
        _decisions()
        .join(Meeting.forum)
        .where(
            Forum.secretary_id == actor.account_id,
            Meeting.state != "cancelled",
            DecisionReview.look_on <= today,
            DecisionReview.conclusion == "",
        )
        .order_by(DecisionReview.look_on, DecisionReview.id)
        .limit(most)
    )
    return shown_decisions(rows, actor)


def notes_of(action: ActionLine) -> Sequence[ActionNote]:
    """The notes on an action, the newest first; one query. Only the person who may close it opens
    their evidence."""
    return db.session.scalars(
        select(ActionNote)
        .join(Action, Action.id == ActionNote.action_id)
        .where(Action.public_id == action.public_id)
        .order_by(ActionNote.id.desc())
    ).all()


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
    days = [
        to_local(moment).date()
        for moment in db.session.scalars(
            select(Meeting.starts_at).where(Meeting.forum_id == forum.id, Meeting.state == "held")
        )
    ]
    return {
        line.public_id: age_of(
            to_local(line.raised_at).date(), to_local(line.closed_at or now).date(), days
        )
        for line in shown
        if line.raised_at is not None
    }


def actions_to_remind_of(session: Session, today: date) -> list[tuple[str, date, int]]:
    """(public id, day, person) of open actions around their day, with the person who took them on
    and still sits in the forum."""
    rows = session.execute(
        select(Action.public_id, Action.due_on, ForumMember.person_id)
        .join(ForumMember, ForumMember.id == Action.owner_id)
        .join(AgendaItem, AgendaItem.id == Action.item_id)
        .join(Meeting, Meeting.id == AgendaItem.meeting_id)
        .where(
            Action.state == "open",
            Action.due_on >= today - LATE,
            Action.due_on <= today + MEETINGS_SOON,
            ForumMember.left_on.is_(None),
            Meeting.state != "cancelled",
        )
        .order_by(Action.id)
    )
    return [(action[0], action[1], action[2]) for action in rows if action[1] is not None]
