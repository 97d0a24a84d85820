"""Offices, terms and quorum of the sample's forum; who came late, left early, and how it voted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta

from sqlalchemy import select

from kash.attendance.models import RosterEntry
from kash.forums.models import AgendaItem, Decision, Meeting
from kash.forums.rules.presence import TimeThere
from kash.forums.rules.quorum import NeededOfGroup, QuorumShare, Votes
from kash.forums.services.answers import note_answers
from kash.forums.services.decided import note_conflicts, note_decision
from kash.forums.services.presence import set_times
from kash.forums.services.terms import TermDetails, add_term, agree_quorum
from kash.people.models import Group, Person
from kash.platform.database import db
from kash.platform.web.formats import from_local, to_local
from kash.policy import Actor

# Offices by the place in MEMBERS, then how many days from today the term ends.
_TERMS = {
    0: ("Chair", 380),
    9: ("Deputy chair", 380),
    1: ("", 380),
    7: ("Minutes", 380),
    3: ("", 41),
    11: ("", 26),
    13: ("", -34),
}
_BEGAN = 420
_QUORUM_BEGAN = 200


@dataclass(frozen=True)
class _Comings:
    """Minutes after nine at which some of MEMBERS came late or left early; then the votes on the
    meeting's decisions in their order: the minute, and the votes of both groups."""

    late: tuple[tuple[int, int], ...] = ()
    left: tuple[tuple[int, int], ...] = ()
    decided: tuple[tuple[int, tuple[int, int, int], tuple[int, int, int]], ...] = ()
    conflicted: tuple[int, ...] = ()


_COMINGS = (
    _Comings(late=((2, 12),), decided=((15, (6, 0, 0), (5, 0, 1)), (48, (5, 0, 1), (6, 0, 0)))),
    _Comings(
        late=((10, 25),),
        decided=((45, (6, 0, 0), (5, 0, 1)), (80, (5, 0, 1), (5, 0, 0))),
        conflicted=(8,),
    ),
    # One group has to be back at its stations before the last decision.
    _Comings(
        late=((11, 8),),
        left=((1, 95), (2, 95), (3, 96), (5, 96), (6, 97)),
        decided=((50, (4, 0, 1), (5, 0, 0)), (100, (0, 0, 0), (4, 0, 1))),
    ),
)


def agree_on_terms(forum: str, members: list[str], today: date, by: Actor) -> None:
    """Give members of the forum their terms, and the forum a quorum."""
    for place, (office, ends) in _TERMS.items():
        details = TermDetails(today - timedelta(days=_BEGAN), today + timedelta(days=ends), office)
        add_term(forum, members[place], details, by=by)
    agree_quorum(
        forum,
        holds_from=today - timedelta(days=_QUORUM_BEGAN),
        needed={
            letter: NeededOfGroup(QuorumShare.HALF)
            for letter in db.session.scalars(select(Group.letter))
        },
        by=by,
    )


def come_and_go(
    forum: str, meeting: str, number: int, people: list[str], members: list[str], by: Actor
) -> None:
    """The times of a meeting that was held, and its votes. `people` and `members` are public ids in
    the order of MEMBERS."""
    comings = _COMINGS[number]
    held = db.session.scalars(select(Meeting).where(Meeting.public_id == meeting)).one()
    day = to_local(held.starts_at).date()
    entries = dict(
        db.session.execute(
            select(Person.public_id, RosterEntry.public_id)
            .join(RosterEntry, RosterEntry.person_id == Person.id)
            .where(RosterEntry.register_id == held.register_id)
        ).all()
    )
    decisions = db.session.execute(
        select(AgendaItem.public_id, Decision.public_id)
        .join(AgendaItem, AgendaItem.id == Decision.item_id)
        .where(AgendaItem.meeting_id == held.id)
        .order_by(AgendaItem.position, Decision.id)
    ).all()
    late, left = dict(comings.late), dict(comings.left)

    def after_nine(minutes: int) -> time:
        return time(9 + minutes // 60, minutes % 60)

    for place in sorted({*late, *left}):
        times = TimeThere(
            from_local(day, after_nine(late.get(place, 0))),
            from_local(day, after_nine(left[place])) if place in left else None,
        )
        set_times(forum, meeting, entries[people[place]], [times], by=by)
    if comings.conflicted:
        chosen = [members[place] for place in comings.conflicted]
        note_conflicts(forum, meeting, decisions[-1][0], of=chosen, conflicted=chosen, by=by)
    for (item, decision), (minutes, in_a, in_b) in zip(decisions, comings.decided, strict=False):
        note_decision(
            forum,
            meeting,
            item,
            decision,
            moment=from_local(day, after_nine(minutes)),
            votes={"A": Votes(*in_a), "B": Votes(*in_b)},
            by=by,
        )


def answer_the_next(forum: str, meeting: str, members: list[str], by: Actor) -> None:
    """Answers to the invitation to the meeting that comes next."""
    said = {0: "yes", 1: "yes", 3: "unsure", 5: "yes", 6: "no", 8: "yes", 9: "yes", 12: "no"}
    note_answers(forum, meeting, {members[place]: answer for place, answer in said.items()}, by=by)
