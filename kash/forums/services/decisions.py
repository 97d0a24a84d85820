"""Decisions that come back: what was hoped, and what the forum found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.forums.models import AgendaItem, Decision, DecisionReview, Forum, Meeting
from kash.forums.rules.decisions import CONCLUSIONS
from kash.forums.services.loading import forum_run_by
from kash.forums.services.minutes import carry_over
from kash.forums.services.problems import UnknownChoice
from kash.platform.vault import audited
from kash.platform.web.errors import ChangedMeanwhile, Problem, one_or_404
from kash.platform.web.formats import to_local
from kash.policy import Actor


class LookTooEarly(Problem):
    """One looks again after the meeting that decided."""

    status = 422
    field = "look_on"
    sentence = _l("Choose a day after the meeting that took the decision.")


class DayNotCome(Problem):
    """Nothing is concluded before the day on which one looks."""

    sentence = _l("The day on which the forum looks again has not come.")


class ConcludedAlready(Problem):
    """The forum has concluded."""

    sentence = _l("The forum has concluded already. Take that back first.")


@dataclass(frozen=True)
class ReviewDetails:
    """The signs that a decision worked, the day to look again, and the printed line that
    tells, as "table:line", empty if none does."""

    expected: str
    look_on: date
    watched: str = ""


def _found(
    session: Session, forum: Forum, decision_id: str
) -> tuple[Decision, Meeting, DecisionReview | None]:
    row = one_or_404(
        session.execute(
            select(Decision, Meeting, DecisionReview)
            .join(AgendaItem, AgendaItem.id == Decision.item_id)
            .join(Meeting, Meeting.id == AgendaItem.meeting_id)
            .outerjoin(DecisionReview, DecisionReview.decision_id == Decision.id)
            .where(Meeting.forum_id == forum.id, Decision.public_id == decision_id)
        ).one_or_none()
    )
    return row[0], row[1], row[2]


def set_review(
    forum_id: str, decision_id: str, details: ReviewDetails, *, row_version: int, by: Actor
) -> None:
    """Say when the forum looks at a decision again and what it hopes to see, or change that.

    `row_version` is the one that the page showed, 0 if there was none. Every planned meeting after
    the one that decided has its matters arising then. Raises NotFound, Forbidden, LookTooEarly,
    ConcludedAlready and ChangedMeanwhile.
    """
    with audited("forums.decision_to_look_at", by) as change:
        session = change.session
        forum = forum_run_by(session, forum_id, by)
        decision, meeting, review = _found(session, forum, decision_id)
        if details.look_on <= to_local(meeting.starts_at).date():
            raise LookTooEarly
        if (review.row_version if review else 0) != row_version:
            raise ChangedMeanwhile
        if review is not None and review.conclusion:
            raise ConcludedAlready
        if review is None:
            review = DecisionReview(decision_id=decision.id, row_version=0)
            session.add(review)
        review.expected, review.look_on = details.expected, details.look_on
        review.table_key, _colon, review.line = details.watched.partition(":")
        review.row_version += 1
        carry_over(session, forum, meeting)
        change.about(forum.public_id, decision.public_id)


def conclude(forum_id: str, decision_id: str, *, conclusion: str, found: str, by: Actor) -> None:
    """Write down what the forum found when it looked again: worked, unclear or not.

    Raises NotFound, Forbidden, UnknownChoice, DayNotCome and ConcludedAlready.
    """
    if conclusion not in CONCLUSIONS:
        raise UnknownChoice
    with audited("forums.decision_concluded", by) as change:
        forum = forum_run_by(change.session, forum_id, by)
        decision, _meeting, review = _found(change.session, forum, decision_id)
        if review is None or review.look_on > to_local(change.now).date():
            raise DayNotCome
        if review.conclusion:
            raise ConcludedAlready
        review.conclusion, review.found, review.concluded_at = conclusion, found, change.now
        review.row_version += 1
        change.about(forum.public_id, decision.public_id)


def take_back_conclusion(forum_id: str, decision_id: str, *, by: Actor) -> None:
    """Take back what was concluded; the decision comes up in the next meeting again. Raises
    NotFound and Forbidden."""
    with audited("forums.decision_reopened", by) as change:
        forum = forum_run_by(change.session, forum_id, by)
        decision, _meeting, review = _found(change.session, forum, decision_id)
        if review is None or not review.conclusion:
            change.nothing()
            return
        review.conclusion, review.found, review.concluded_at = "", "", None
        review.row_version += 1
        change.about(forum.public_id, decision.public_id)
