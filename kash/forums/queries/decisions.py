"""Decisions of a forum: what was hoped of them, when they come back, and the printed lines before
and after. Progress of actions: notes, age, and who is to be reminded."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select, true
from sqlalchemy.orm import Session, contains_eager, selectinload

from kash.figures.releases.queries import PrintedLine, PrintedTable, printed_tables
from kash.figures.releases.rules.tables import PrintedDifference, difference, range_of
from kash.forums.models import (
    Action,
    ActionNote,
    AgendaItem,
    Decision,
    DecisionReview,
    Forum,
    ForumMember,
    Meeting,
)
from kash.forums.queries.actions import ActionLine, action_line
from kash.forums.queries.meetings import number_of, previous_meeting
from kash.forums.queries.minutes_life import shown_text
from kash.forums.queries.people import links_of
from kash.forums.queries.series import runs
from kash.forums.rules.decisions import (
    LATE,
    SOON,
    Age,
    ReviewedDecision,
    age_of,
    before_and_after,
    coming_back,
)
from kash.people.models import Person
from kash.platform.database import db
from kash.platform.web import Listing, listing
from kash.platform.web.errors import one_or_404
from kash.platform.web.formats import to_local
from kash.policy import Actor, Reach

# A printed line as a decision watches it: `table` and `line`, the values `before` it and `after`
# it, and the `difference`, which there is only between two values.
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


def _readable(forum: Forum, actor: Actor) -> ColumnElement[bool]:
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
    wanted = _decisions().where(Meeting.forum_id == forum.id, _readable(forum, actor))
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
                _readable(forum, actor),
            )
        ).one_or_none()
    )
    return _line(pair[0], pair[1], actor)


def watchable_lines() -> list[tuple[str, str]]:
    """("table:line", name) of all lines that were ever printed, for choosing one."""
    lines: dict[str, str] = {}
    for table in printed_tables():
        for line in table.lines:
            lines[f"{table.key}:{line.code}"] = f"{table.title}: {line.label}"
    return list(lines.items())


def lines_read(
    decisions: Collection[DecisionLine], until: Mapping[str, date] | date
) -> dict[str, LineRead]:
    """The printed lines that decisions watch, by the decisions' public ids. `until` is the last day
    whose figures count: one for all, or of each. Three queries at most, none if none is watched."""
    watching = [decision for decision in decisions if decision.table_key]
    if not watching:
        return {}
    tables = printed_tables()
    return {
        decision.public_id: _read(
            decision, tables, until if isinstance(until, date) else until[decision.public_id]
        )
        for decision in watching
    }


def _read(decision: DecisionLine, tables: Sequence[PrintedTable], until: date) -> LineRead:
    values: list[tuple[date, tuple[PrintedTable, PrintedLine]]] = [
        (table.freeze_on, (table, line))
        for table in tables
        if table.key == decision.table_key
        for line in table.lines
        if line.code == decision.line
    ]
    before, after = before_and_after(values, to_local(decision.taken_at).date(), until)
    newest = values[-1][1] if values else None
    return {
        "table": newest[0].title if newest else decision.table_key,
        "line": newest[1].label if newest else decision.line,
        "before": _value(before),
        "after": _value(after),
        "difference": _difference(before, after),
    }


Found = tuple[date, tuple[PrintedTable, PrintedLine]] | None


def _value(found: Found) -> dict[str, Any] | None:
    """A printed value with its freeze day and the cases that it means; None reads "few"."""
    if found is None:
        return None
    table, line = found[1]
    least, most = range_of(line.printed, table.plan)
    return {
        "release_id": table.release_id,
        "freeze_on": table.freeze_on,
        "printed": line.printed,
        "least": least,
        "most": most,
    }


def _difference(before: Found, after: Found) -> PrintedDifference | None:
    """None also between windows of another length, which can't be held against each other."""
    if before is None or after is None:
        return None
    (first, earlier), (second, later) = before[1], after[1]
    if first.plan.every != second.plan.every:
        return None
    # The larger die of the two: a plan may make it larger, never smaller.
    return difference(earlier.printed, later.printed, second.plan)


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
            _readable(meeting.forum, actor),
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
    """The notes on an action, the newest first, each with its evidence for the person who may close
    it; one query."""
    rows = db.session.scalars(
        select(ActionNote)
        .join(Action, Action.id == ActionNote.action_id)
        .where(Action.public_id == action.public_id)
        .order_by(ActionNote.id.desc())
    )
    opens = action.may_close
    return [
        ActionNoteLine(
            note.public_id,
            note.text,
            note.by_owner,
            note.created_at,
            note.kind if opens else "",
            note.size if opens else 0,
        )
        for note in rows
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
            Action.due_on <= today + SOON,
            ForumMember.left_on.is_(None),
            Meeting.state != "cancelled",
        )
        .order_by(Action.id)
    )
    return [(action[0], action[1], action[2]) for action in rows if action[1] is not None]
