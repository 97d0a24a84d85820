"""Clashes of one workshop, as it is or is to be, and what to do instead."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, exists, or_, select, true
from sqlalchemy.orm import Session

from kash.accounts.models import Account
from kash.clashes.queries.alternatives import Alternatives, alternatives
from kash.clashes.queries.around import circumstances, with_ways_home
from kash.clashes.queries.naming import ClashNames, names_for
from kash.clashes.queries.rule_sets import latest_set, rules_of
from kash.clashes.queries.timetable import (
    EventTable,
    TimetableEvent,
    engagements_of,
    timetable_between,
    workshop_event,
)
from kash.clashes.rules.engagements import Engagement, moved_by
from kash.clashes.rules.finding import HABIT_DAYS, Room, ScheduleFacts
from kash.clashes.rules.free import clashes_of
from kash.clashes.rules.kinds import ALIKE_ON_ALL_DAYS, Clash, ClashKind, ClashRules
from kash.clashes.words import sentence
from kash.people.models import Person, Venue
from kash.people.scope import within_reach
from kash.platform.database import db
from kash.platform.web.formats import local_today
from kash.policy import Actor, Reach
from kash.workshops.models import Enrolment, Facilitator, Workshop
from kash.workshops.queries.calendar import COMING
from kash.workshops.queries.wanted import WantedWorkshop, wanted_of

# Days around a workshop that count for habits: two steps before it, and two after.
_HABITS = timedelta(days=2 * HABIT_DAYS)
# How far other days are looked for.
SEARCHED = timedelta(days=28)
_MONTH = timedelta(days=31)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Checked:
    """Clashes of a workshop from today on, by the rules that hold, with the names that they need,
    and what to do instead."""

    clashes: Sequence[Clash]
    rules: ClashRules
    names: ClashNames
    instead: Alternatives


def check(
    wanted: WantedWorkshop, actor: Actor, only: Collection[ClashKind] = frozenset(ClashKind)
) -> Checked:
    """Clashes of a workshop that this actor may know of, with what to do instead unless only some
    kinds are asked for."""
    rules = rules_of(latest_set())
    people = people_known_to(actor) if ClashKind.PEOPLE in rules.looked_for else None
    asked = _WorkshopCheck(wanted, rules, people, actor)
    found, timetable, around = asked.clashes(rules.looked_for & frozenset(only))
    if not found:
        return Checked((), rules, ClashNames(), Alternatives())
    instead = Alternatives()
    if len(only) == len(ClashKind):
        instead = alternatives(
            wanted.course_id,
            asked.engagements(timetable, around),
            *asked.around_it(),
            found,
            rules,
            asked.room(timetable),
        )
    names = names_for(
        found, {**timetable.events, asked.event: workshop_event(asked.event, wanted.title)}
    )
    return Checked(found, rules, names, instead)


def told_by_first_day(
    wanted: WantedWorkshop, first_days: Sequence[date], actor: Actor
) -> Mapping[date, Sequence[str]]:
    """Sentences on the clashes that a workshop would have if it began on each of these days, as far
    as this actor may know of them; none for a free one. Lacking seats, and an hour after which
    nobody is home in time, are the same on any day, and left out."""
    rules = rules_of(latest_set())
    if not first_days or not actor.may("clashes.see"):
        return dict.fromkeys(first_days, ())
    people = people_known_to(actor) if ClashKind.PEOPLE in rules.looked_for else None
    asked = _WorkshopCheck(wanted, rules, people, actor)
    found, timetable = asked.on_days(first_days, rules.looked_for - ALIKE_ON_ALL_DAYS)
    names = names_for(
        [clash for clashes in found.values() for clash in clashes],
        {**timetable.events, asked.event: workshop_event(asked.event, wanted.title)},
    )
    return {
        first: list(dict.fromkeys(sentence(one, names) for one in clashes))
        for first, clashes in found.items()
    }


def refused(session: Session, workshop: Workshop) -> dict[Hashable, str]:
    """Sentences on what must not be saved of a workshop, within the action that saves it; by marks
    that tell a clash from others. Whoever else plans meanwhile waits."""
    rules = rules_of(latest_set(session, held=True))
    if not rules.refused:
        return {}
    wanted = wanted_of(workshop, session)
    asked = _WorkshopCheck(wanted, rules, None, None)
    found, timetable, _around = asked.clashes(rules.refused)
    names = names_for(found, timetable.events)
    return {one.alike: sentence(one, names) for one in found}


def people_elsewhere(
    workshop: Workshop, actor: Actor
) -> tuple[list[Clash], Mapping[str, TimetableEvent]]:
    """Clashes of a workshop's people, as far as this actor may know of them, and the events that
    they are between."""
    rules = rules_of(latest_set())
    if ClashKind.PEOPLE not in rules.looked_for:
        return [], {}
    asked = _WorkshopCheck(wanted_of(workshop), rules, people_known_to(actor), actor)
    found, timetable, _around = asked.clashes({ClashKind.PEOPLE})
    return found, timetable.events


def people_known_to(actor: Actor) -> ColumnElement[bool]:
    """A condition on enrolments: those of people whose page this actor may open, where it stands
    what else they take part in. It is asked of each person, of whom few are expected anywhere."""
    if actor.reach("people.see") is Reach.ALL:
        return true()
    return (
        exists()
        .where(Person.id == Enrolment.person_id, within_reach(actor, "people.see", few=True))
        .correlate(Enrolment)
    )


class _WorkshopCheck:
    """A workshop with all that can be in its way."""

    def __init__(
        self,
        wanted: WantedWorkshop,
        rules: ClashRules,
        people: ColumnElement[bool] | None,
        actor: Actor | None,
    ) -> None:
        self.wanted, self.rules, self.actor = wanted, rules, actor
        self.event = wanted.workshop
        self.people: ColumnElement[bool] | None = None
        if people is not None and wanted.workshop:
            own = (
                select(Enrolment.person_id)
                .join(Workshop, Workshop.id == Enrolment.workshop_id)
                .where(Workshop.public_id == wanted.workshop, Enrolment.state.in_(COMING))
            )
            self.people = and_(people, Enrolment.person_id.in_(own))
        self.team = list(
            db.session.scalars(select(Account.id).where(Account.public_id.in_(list(wanted.team))))
        )
        self.venue = (
            db.session.scalar(select(Venue).where(Venue.public_id == wanted.venue))
            if wanted.venue
            else None
        )
        plain = engagements_of(self.event, wanted.spans)
        self.first = min((one.day for one in plain), default=local_today())
        self.last = max((one.last_day for one in plain), default=self.first)
        self.plain = plain

    def clashes(
        self, kinds: Collection[ClashKind]
    ) -> tuple[list[Clash], EventTable, ScheduleFacts]:
        """Clashes from today on, the timetable and the circumstances in which they were found."""
        timetable = timetable_between(
            self.first - _HABITS,
            self.last + _HABITS,
            only=self._in_the_way(),
            people=self.people,
            actor=self.actor,
        )
        around = self._circumstances(timetable, self.first - _MONTH, self.last + _MONTH)
        found = clashes_of(
            self.engagements(timetable, around), timetable.engagements, around, kinds
        )
        today = local_today()
        return [one for one in found if one.day >= today], timetable, around

    def on_days(
        self, first_days: Sequence[date], kinds: Collection[ClashKind]
    ) -> tuple[dict[date, list[Clash]], EventTable]:
        """Clashes by the day on which it would begin, and the timetable in which they were
        found."""
        own = timetable_between(
            self.first,
            self.last,
            only=Workshop.public_id == self.event,
            people=self.people,
            actor=self.actor,
        )
        months = min(first_days) - _MONTH, max(first_days) + (self.last - self.first) + _MONTH
        timetable = timetable_between(*months, people=self.people, actor=self.actor)
        around = self._circumstances(timetable, *months)
        here = self.engagements(own, around)
        found = {}
        for first in first_days:
            there = [moved_by(one, (first - self.first).days) for one in here]
            found[first] = clashes_of(there, timetable.engagements, around, kinds)
        return found, timetable

    def engagements(self, timetable: EventTable, around: ScheduleFacts) -> list[Engagement]:
        """Its engagements as they are to be, with whom it expects already."""
        there = timetable.expected.get(self.event)
        taught = [
            replace(
                one,
                trainers=self.team,
                venue=self.venue.id if self.venue else None,
                zone=self.venue.zone_id if self.venue else None,
                people=there.people if there else (),
                police=there.police if there else False,
                community=there.community if there else False,
            )
            for one in self.plain
        ]
        return with_ways_home(taught, timetable.expected, around.travel)

    def room(self, timetable: EventTable) -> int:
        """How many seats a venue must have for it."""
        there = timetable.expected.get(self.event)
        return max(self.wanted.capacity or 0, there.confirmed if there else 0)

    def around_it(self) -> tuple[list[Engagement], ScheduleFacts]:
        """All others, and the circumstances, on the days to which it could be moved."""
        first, last = self.first - SEARCHED, self.last + SEARCHED
        months = first - _MONTH, last + _MONTH
        timetable = timetable_between(*months, people=self.people, actor=self.actor)
        around = self._circumstances(timetable, *months)
        others = [one for one in timetable.engagements if one.event != self.event]
        return others, around

    def _circumstances(self, timetable: EventTable, first: date, last: date) -> ScheduleFacts:
        around = circumstances(first, last, self.rules, timetable)
        there = timetable.expected.get(self.event)
        seats = self.venue.seats if self.venue else None
        room = Room(self.first, there.confirmed if there else 0, self.wanted.capacity, seats)
        return replace(around, rooms={self.event: room})

    def _in_the_way(self) -> ColumnElement[bool]:
        near = and_(Workshop.starts_on <= self.last + _DAY, Workshop.ends_on >= self.first - _DAY)
        taught = select(Facilitator.workshop_id).where(Facilitator.account_id.in_(self.team))
        same_months = and_(
            Workshop.starts_on <= self.last + _MONTH, Workshop.ends_on >= self.first - _MONTH
        )
        ways = [near, and_(same_months, Workshop.id.in_(taught))]
        if self.venue is not None:
            ways.append(Workshop.venue_id == self.venue.id)
        if self.wanted.workshop:
            ways.append(Workshop.public_id == self.wanted.workshop)
        return or_(*ways)
