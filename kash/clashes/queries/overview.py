"""All clashes ahead, as far as an actor may know of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta

from sqlalchemy import select, true

from kash.clashes.queries.around import circumstances, with_ways_home
from kash.clashes.queries.rule_sets import latest_set, rules_of
from kash.clashes.queries.timetable import (
    TimetableEvent,
    other_event,
    timetable_between,
    workshop_event,
)
from kash.clashes.rules.engagements import Engagement, pairs_sharing
from kash.clashes.rules.finding import HABIT_DAYS, find_clashes
from kash.clashes.rules.kinds import Clash, ClashKind, ClashRules
from kash.people.models import Person
from kash.people.scope import within_reach
from kash.platform.database import db
from kash.platform.web.counted import counted
from kash.platform.web.formats import from_local
from kash.policy import Actor, Reach
from kash.workshops.models import Workshop
from kash.workshops.other_events import EventQuestion, other_events
from kash.workshops.queries.scope import run_by

# Whoever plans further ahead sees it on the page of each workshop.
AHEAD = timedelta(days=366)
# What is before today counts for habits, and for the days of its month.
_BEFORE = timedelta(days=2 * HABIT_DAYS)


@dataclass(frozen=True)
class Overview:
    """Clashes ahead, the soonest first, and how many there are of each kind, whatever kind is
    chosen; and the rules that hold."""

    clashes: Sequence[Clash]
    counts: Mapping[ClashKind, int]
    rules: ClashRules


def clashes_ahead(
    actor: Actor, today: date, *, kind: ClashKind | None = None, mine: bool = False
) -> Overview:
    """Clashes from today on, for a year; of one `kind`, and of workshops that this actor runs only
    if it is `mine`. Where the actor runs none, nothing is looked at. Of people it is only told how
    many they are."""
    stored = latest_set()
    rules = rules_of(stored)
    run = _run_by(actor, today, today + AHEAD) if mine else set()
    if mine and not run:
        return Overview((), {}, rules)
    key = ("clashes", today, stored.id if stored else 0, *_sight(actor))
    found = counted(key, lambda: _found(actor, today, rules))
    if mine:
        found = [one for one in found if not run.isdisjoint(one.events)]
    return Overview(
        [one for one in found if kind is None or one.kind is kind],
        Counter(one.kind for one in found),
        rules,
    )


def events_of(clashes: Iterable[Clash], actor: Actor, today: date) -> dict[str, TimetableEvent]:
    """The events that these clashes ahead are between, by their public ids."""
    wanted = {event for clash in clashes for event in clash.events}
    rows = db.session.execute(
        select(Workshop.public_id, Workshop.title).where(Workshop.public_id.in_(sorted(wanted)))
    )
    events = {public_id: workshop_event(public_id, title) for public_id, title in rows}
    if wanted - events.keys():
        first, after = today - _BEFORE, today + AHEAD + timedelta(days=1)
        asked = EventQuestion(from_local(first, time()), from_local(after, time()), None, actor)
        events |= {
            one.public_id: other_event(one)
            for one in other_events(asked)
            if one.public_id in wanted
        }
    return events


def _sight(actor: Actor) -> tuple[Hashable, ...]:
    """Conditions under which an actor is told of people and events."""
    everybody = actor.reach("people.see") is Reach.ALL
    return actor.roles, None if everybody else actor.public_id


def _found(actor: Actor, today: date, rules: ClashRules) -> list[Clash]:
    first, last = today - _BEFORE, today + AHEAD
    people = true() if ClashKind.PEOPLE in rules.looked_for else None
    timetable = timetable_between(first, last, people=people, actor=actor)
    around = circumstances(first, last, rules, timetable)
    engagements = with_ways_home(timetable.engagements, timetable.expected, around.travel)
    found = find_clashes(_of_known(engagements, actor), around, rules.looked_for)
    # These are kept, so it is forgotten who the people are.
    return [
        replace(one, subjects=()) if one.kind is ClashKind.PEOPLE else one
        for one in found
        if one.day >= today
    ]


def _of_known(engagements: Sequence[Engagement], actor: Actor) -> Sequence[Engagement]:
    """The same with those people only whose page an actor may open. It is asked of those who are
    expected twice, who are few."""
    if actor.reach("people.see") is Reach.ALL:
        return engagements
    pairs = pairs_sharing(engagements, lambda one: one.people)
    twice = {person for people in pairs.values() for person in people}
    known = set(
        db.session.scalars(
            select(Person.id).where(
                Person.id.in_(sorted(twice)), within_reach(actor, "people.see", few=True)
            )
        )
    )
    return [
        replace(one, people=[key for key in one.people if key in known]) if one.people else one
        for one in engagements
    ]


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
