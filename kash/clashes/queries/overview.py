"""All clashes ahead, as far as an actor may know of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from kash.clashes.queries.around import circumstances, with_ways_home
from kash.clashes.queries.checking import people_known_to
from kash.clashes.queries.rule_sets import latest_set, rules_of
from kash.clashes.queries.timetable import TimetableEvent, timetable_between
from kash.clashes.rules.finding import HABIT_DAYS, find_clashes
from kash.clashes.rules.kinds import Clash, ClashKind, ClashRules
from kash.platform.database import db
from kash.policy import Actor
from kash.workshops.models import Workshop
from kash.workshops.queries.scope import run_by

# Whoever plans further ahead sees it on the page of each workshop.
AHEAD = timedelta(days=366)


@dataclass(frozen=True)
class Overview:
    """Clashes ahead, the soonest first, and how many there are of each kind, whatever kind is
    chosen; the events that they are between, and the rules that hold."""

    clashes: Sequence[Clash]
    counts: Mapping[ClashKind, int]
    events: Mapping[str, TimetableEvent]
    rules: ClashRules


def clashes_ahead(
    actor: Actor, today: date, *, kind: ClashKind | None = None, mine: bool = False
) -> Overview:
    """Clashes from today on, for a year; of one `kind`, and of workshops that this actor runs only
    if it is `mine`. Where the actor runs none, nothing is looked at."""
    rules = rules_of(latest_set())
    run = _run_by(actor, today, today + AHEAD) if mine else set()
    if mine and not run:
        return Overview((), {}, {}, rules)
    people = people_known_to(actor) if ClashKind.PEOPLE in rules.looked_for else None
    # What is before today counts for habits, and for the days of its month.
    first, last = today - timedelta(days=2 * HABIT_DAYS), today + AHEAD
    timetable = timetable_between(first, last, people=people, actor=actor)
    around = circumstances(first, last, rules, timetable)
    engagements = with_ways_home(timetable.engagements, timetable.expected, around.travel)
    found = [one for one in find_clashes(engagements, around, rules.looked_for) if one.day >= today]
    if mine:
        found = [one for one in found if not run.isdisjoint(one.events)]
    return Overview(
        [one for one in found if kind is None or one.kind is kind],
        Counter(one.kind for one in found),
        timetable.events,
        rules,
    )


def _run_by(actor: Actor, first: date, last: date) -> set[str]:
    return set(
        db.session.scalars(
            select(Workshop.public_id).where(
                Workshop.id.in_(run_by(actor)),
                Workshop.state == "planned",
                Workshop.starts_on <= last,
                Workshop.ends_on >= first,
            )
        )
    )
