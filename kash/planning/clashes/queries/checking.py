"""Alternatives to what clashes: who else may teach, where else, and when else. Circumstances of a
timetable: holidays, absences, blocks, teaching days, travel and room. The programme's rules for
clashes: those that hold, and those before. Clashes of one workshop, as it is or is to be, and what
to do instead. All clashes ahead, as far as an actor may know of them. People who are expected in
two places at once, for the person who may open their pages."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, true
from sqlalchemy.orm import Session

from kash.accounts.models import Account
from kash.accounts.queries.accounts import accounts_with_role
from kash.certificates.skills.queries import levels_in
from kash.certificates.skills.rules import Free, whom_to_ask
from kash.people.models import Group, Person, Venue
from kash.people.queries.directory import venues
from kash.people.scope import within_reach
from kash.planning.clashes.models import ClashRuleSet
from kash.planning.clashes.queries.timetable import (
    ClashNames,
    EventTable,
    Expected,
    TimetableEvent,
    engagements_of,
    names_for,
    other_event,
    timetable_between,
    workshop_event,
)
from kash.planning.clashes.rules import (
    ALIKE_ON_ALL_DAYS,
    DAY,
    HABIT_DAYS,
    OF_TRAINERS,
    OF_VENUES,
    ON_ANY_DAY,
    Blocked,
    Clash,
    ClashKind,
    ClashRules,
    DayRange,
    Engagement,
    Room,
    SafetyLimits,
    ScheduleFacts,
    TeachingLimits,
    Weight,
    clashes_of,
    find_clashes,
    free_shifts,
    moved_by,
    pairs_sharing,
    possible_weights,
    with_team,
)
from kash.planning.clashes.words import sentence
from kash.platform.database import db
from kash.platform.web.formats import from_local, local_today
from kash.platform.web.metrics import counted
from kash.policy import Actor, Reach, Role
from kash.workshops.availability.queries import (
    absences_between,
    teaching_days,
    travel_minutes,
    venue_blocks_between,
)
from kash.workshops.holidays.queries import local_holidays_between
from kash.workshops.holidays.rules import public_holidays
from kash.workshops.models import Enrolment, Facilitator, Workshop
from kash.workshops.other_events import EventQuestion, other_events
from kash.workshops.queries.people import WantedWorkshop, wanted_of
from kash.workshops.queries.plan import COMING
from kash.workshops.queries.scope import run_by

MOST = 3
# Days by which an event is moved, the nearest first.
_SHIFTS = [shift for far in range(1, 29) for shift in (far, -far)]

# Another venue helps where seats are lacking, too.
_OF_PLACES = OF_VENUES | {ClashKind.SEATS}


@dataclass(frozen=True)
class Alternatives:
    """Names of trainers who may teach the course and are free, venues with enough seats that are
    free (each with who is safe there), and first days from which nothing clashes."""

    who: Sequence[str] = ()
    where: Sequence[tuple[str, str]] = ()
    when: Sequence[date] = ()


def alternatives(
    course_id: int,
    wanted: Sequence[Engagement],
    others: Sequence[Engagement],
    around: ScheduleFacts,
    clashes: Sequence[Clash],
    rules: ClashRules,
    seats: int,
) -> Alternatives:
    """Alternatives for one event (all that is wanted is of it), as far as its clashes ask for any;
    three queries at most."""
    kinds = {clash.kind for clash in clashes}
    looked_for = rules.looked_for
    return Alternatives(
        _who(course_id, wanted, others, around, looked_for & OF_TRAINERS)
        if kinds & OF_TRAINERS
        else (),
        _where(wanted, others, around, looked_for & (OF_VENUES | {ClashKind.TRAVEL}), seats)
        if kinds & _OF_PLACES
        else (),
        _when(wanted, others, around, looked_for) if kinds - ON_ANY_DAY else (),
    )


def _who(
    course_id: int,
    wanted: Sequence[Engagement],
    others: Sequence[Engagement],
    around: ScheduleFacts,
    kinds: Collection[ClashKind],
) -> list[str]:
    levels = levels_in(course_id)
    accounts = [
        account for account in accounts_with_role(Role.TRAINER) if account.public_id in levels
    ]
    team = {trainer for engagement in wanted for trainer in engagement.trainers}
    able = whom_to_ask(
        [Free(account.public_id, account.name, levels[account.public_id]) for account in accounts],
        [account.public_id for account in accounts if account.id in team],
    )
    keys = {account.public_id: account.id for account in accounts}
    free: list[str] = []
    for one in able:
        if not clashes_of(with_team(wanted, [keys[one.public_id]]), others, around, kinds):
            free.append(one.name)
        if len(free) == MOST:
            break
    return free


def _where(
    wanted: Sequence[Engagement],
    others: Sequence[Engagement],
    around: ScheduleFacts,
    kinds: Collection[ClashKind],
    seats: int,
) -> list[tuple[str, str]]:
    now = {engagement.venue for engagement in wanted}
    free: list[tuple[str, str]] = []
    for venue in venues():
        if venue.id in now or (venue.seats is not None and venue.seats < seats):
            continue
        there = [replace(engagement, venue=venue.id, zone=venue.zone_id) for engagement in wanted]
        if not clashes_of(there, others, around, kinds):
            free.append((venue.name, venue.safe_for))
        if len(free) == MOST:
            break
    return free


def _when(
    wanted: Sequence[Engagement],
    others: Sequence[Engagement],
    around: ScheduleFacts,
    kinds: Collection[ClashKind],
) -> list[date]:
    first = min(engagement.day for engagement in wanted)
    earliest = local_today()
    shifts = [shift for shift in _SHIFTS if first + timedelta(days=shift) > earliest]
    first_days: list[date] = []
    for shift in shifts:
        if free_shifts(wanted, others, around, [shift], kinds):
            first_days.append(first + timedelta(days=shift))
        if len(first_days) == MOST:
            break
    return sorted(first_days)


_TRAVELLING = frozenset({ClashKind.TRAVEL, ClashKind.LATE})


def circumstances(
    first: date, last: date, rules: ClashRules, timetable: EventTable
) -> ScheduleFacts:
    """Circumstances on these days, as far as the rules look for them; seven queries at most."""
    kinds = rules.looked_for
    zones = {zone for there in timetable.expected.values() for zone in there.zones}
    return ScheduleFacts(
        travel=travel_minutes(zones) if kinds & _TRAVELLING else {},
        holidays=_holidays(first, last) if ClashKind.HOLIDAY in kinds else frozenset(),
        absences=_absences(first, last) if ClashKind.ABSENCE in kinds else {},
        teaching=_teaching() if ClashKind.TEACHING_DAYS in kinds else {},
        blocks=_blocks(first, last) if ClashKind.BLOCK in kinds else {},
        rooms=_rooms(timetable),
        limits=rules.limits,
    )


def with_ways_home(
    engagements: Iterable[Engagement],
    expected: Mapping[str, Expected],
    travel: Mapping[frozenset[int], int],
) -> list[Engagement]:
    """Engagements with the minutes that the longest way home takes, where they are known: from the
    zone of the venue to those in which people live."""
    engagements_home = []
    for engagement in engagements:
        there = expected.get(engagement.event)
        if there is not None and engagement.zone is not None and there.zones:
            longest = max(travel.get(frozenset({engagement.zone, zone}), 0) for zone in there.zones)
            engagements_home.append(
                replace(engagement, way_home=longest) if longest else engagement
            )
        else:
            engagements_home.append(engagement)
    return engagements_home


def _holidays(first: date, last: date) -> frozenset[date]:
    of_law = {day for year in range(first.year, last.year + 1) for day in public_holidays(year)}
    return frozenset(of_law | {holiday.day for holiday in local_holidays_between(first, last)})


def _absences(first: date, last: date) -> dict[int, Sequence[DayRange]]:
    absences: defaultdict[int, list[DayRange]] = defaultdict(list)
    for absence in absences_between(first, last):
        absences[absence.account_id].append(DayRange(absence.first, absence.last))
    return dict(absences)


def _teaching() -> dict[int, TeachingLimits]:
    return {
        account: TeachingLimits(value.weekdays, value.most_days_a_month)
        for account, value in teaching_days().items()
    }


def _blocks(first: date, last: date) -> dict[int, Sequence[Blocked]]:
    blocks: defaultdict[int, list[Blocked]] = defaultdict(list)
    for block in venue_blocks_between(first, last):
        days = DayRange(block.first, block.last)
        begins, ends = _minutes(block.starts_at, 0), _minutes(block.ends_at, DAY)
        blocks[block.venue_id].append(Blocked(days, begins, ends))
    return dict(blocks)


def _minutes(clock: time | None, otherwise: int) -> int:
    return otherwise if clock is None else clock.hour * 60 + clock.minute


def _rooms(timetable: EventTable) -> dict[str, Room]:
    rooms = {}
    for public_id, value in timetable.workshops.items():
        there = timetable.expected.get(public_id) or Expected()
        rooms[public_id] = Room(value.starts_on, there.confirmed, value.capacity, value.venue_seats)
    return rooms


MOST_SETS = 50


def latest_set(session: Session | None = None, *, held: bool = False) -> ClashRuleSet | None:
    """The set that holds, if one was ever made; `held` until the transaction ends, so that who
    plans at the same moment waits."""
    statement = select(ClashRuleSet).order_by(ClashRuleSet.id.desc()).limit(1)
    return (session or db.session()).scalar(statement.with_for_update() if held else statement)


def rules_of(stored: ClashRuleSet | None) -> ClashRules:
    """A stored set as values; what holds where none was ever made."""
    if stored is None:
        return ClashRules()
    weights = {
        kind: Weight(stored.weights[kind])
        for kind in ClashKind
        if stored.weights.get(kind) in possible_weights(kind)
    }
    return ClashRules(weights, SafetyLimits(stored.door_minutes, stored.home_by, stored.times))


def sets_made() -> list[ClashRuleSet]:
    """The sets that were made, latest first; at most fifty."""
    return list(
        db.session.scalars(select(ClashRuleSet).order_by(ClashRuleSet.id.desc()).limit(MOST_SETS))
    )


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
    workshop_check = _WorkshopCheck(wanted, rules, people, actor)
    clashes, timetable, around = workshop_check.clashes(rules.looked_for & frozenset(only))
    if not clashes:
        return Checked((), rules, ClashNames(), Alternatives())
    instead = Alternatives()
    if len(only) == len(ClashKind):
        instead = alternatives(
            wanted.course_id,
            workshop_check.engagements(timetable, around),
            *workshop_check.around_it(),
            clashes,
            rules,
            workshop_check.room(timetable),
        )
    names = names_for(
        clashes,
        {
            **timetable.events,
            workshop_check.event: workshop_event(workshop_check.event, wanted.title),
        },
    )
    return Checked(clashes, rules, names, instead)


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
    check = _WorkshopCheck(wanted, rules, people, actor)
    by_day, timetable = check.on_days(first_days, rules.looked_for - ALIKE_ON_ALL_DAYS)
    names = names_for(
        [clash for clashes in by_day.values() for clash in clashes],
        {**timetable.events, check.event: workshop_event(check.event, wanted.title)},
    )
    return {
        first: list(dict.fromkeys(sentence(clash, names) for clash in clashes))
        for first, clashes in by_day.items()
    }


def refused(session: Session, workshop: Workshop) -> dict[Hashable, str]:
    """Sentences on what must not be saved of a workshop, within the action that saves it; by marks
    that tell a clash from others. Another person who plans meanwhile waits."""
    rules = rules_of(latest_set(session, held=True))
    if not rules.refused:
        return {}
    wanted = wanted_of(workshop, session)
    check = _WorkshopCheck(wanted, rules, None, None)
    clashes, timetable, _around = check.clashes(rules.refused)
    names = names_for(clashes, timetable.events)
    return {clash.alike: sentence(clash, names) for clash in clashes}


def people_elsewhere(
    workshop: Workshop, actor: Actor
) -> tuple[list[Clash], Mapping[str, TimetableEvent]]:
    """Clashes of a workshop's people, as far as this actor may know of them, and the events that
    they are between."""
    rules = rules_of(latest_set())
    if ClashKind.PEOPLE not in rules.looked_for:
        return [], {}
    check = _WorkshopCheck(wanted_of(workshop), rules, people_known_to(actor), actor)
    clashes, timetable, _around = check.clashes({ClashKind.PEOPLE})
    return clashes, timetable.events


def people_known_to(actor: Actor) -> ColumnElement[bool]:
    """A condition on enrolments: those of people whose page this actor may open, where it stands
    what else they take part in. It is asked of each person, and few are expected anywhere."""
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
        self.first = min((engagement.day for engagement in plain), default=local_today())
        self.last = max((engagement.last_day for engagement in plain), default=self.first)
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
        return [clash for clash in found if clash.day >= today], timetable, around

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
        days = {}
        for first in first_days:
            there = [moved_by(engagement, (first - self.first).days) for engagement in here]
            days[first] = clashes_of(there, timetable.engagements, around, kinds)
        return days, timetable

    def engagements(self, timetable: EventTable, around: ScheduleFacts) -> list[Engagement]:
        """Its engagements as they are to be, with the people that it expects already."""
        there = timetable.expected.get(self.event)
        taught = [
            replace(
                engagement,
                trainers=self.team,
                venue=self.venue.id if self.venue else None,
                zone=self.venue.zone_id if self.venue else None,
                people=there.people if there else (),
                police=there.police if there else False,
                community=there.community if there else False,
            )
            for engagement in self.plain
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
        others = [
            engagement for engagement in timetable.engagements if engagement.event != self.event
        ]
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


# The person who plans further ahead sees it on the page of each workshop.
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
    clashes = counted(key, lambda: _found(actor, today, rules))
    if mine:
        clashes = [clash for clash in clashes if not run.isdisjoint(clash.events)]
    return Overview(
        [clash for clash in clashes if kind is None or clash.kind is kind],
        Counter(clash.kind for clash in clashes),
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
        question = EventQuestion(from_local(first, time()), from_local(after, time()), None, actor)
        events |= {
            event.public_id: other_event(event)
            for event in other_events(question)
            if event.public_id in wanted
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
    clashes = find_clashes(_of_known(engagements, actor), around, rules.looked_for)
    # These are kept, so it is forgotten who the people are.
    return [
        replace(clash, subjects=()) if clash.kind is ClashKind.PEOPLE else clash
        for clash in clashes
        if clash.day >= today
    ]


def _of_known(engagements: Sequence[Engagement], actor: Actor) -> Sequence[Engagement]:
    """The same with those people only whose page an actor may open. It is asked of those who are
    expected twice, who are few."""
    if actor.reach("people.see") is Reach.ALL:
        return engagements
    pairs = pairs_sharing(engagements, lambda one: one.people)
    twice = {person for people in pairs.values() for person in people}
    reached = set(
        db.session.scalars(
            select(Person.id).where(
                Person.id.in_(sorted(twice)), within_reach(actor, "people.see", few=True)
            )
        )
    )
    return [
        replace(engagement, people=[key for key in engagement.people if key in reached])
        if engagement.people
        else engagement
        for engagement in engagements
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


@dataclass(frozen=True)
class PersonElsewhere:
    """A person of a workshop, her group's letter, and the event (public id) in which she is
    expected at the same time from that day on."""

    person: str
    name: str
    letter: str
    day: date
    event: str


def people_twice(
    workshop: Workshop, actor: Actor
) -> tuple[Sequence[PersonElsewhere], Mapping[str, TimetableEvent]]:
    """People of a workshop who are expected elsewhere too, by name, as far as this actor may know
    of it; and the events."""
    clashes, events = people_elsewhere(workshop, actor)
    keys = {key for clash in clashes for key in clash.subjects}
    if not keys:
        return (), {}
    rows = db.session.execute(
        select(Person.id, Person.public_id, Person.chosen_name, Group.letter)
        .join(Group, Group.id == Person.group_id)
        .where(Person.id.in_(sorted(keys)))
        .order_by(func.lower(Person.sort_name), Person.id)
    )
    elsewhere = []
    for key, public_id, name, letter in rows:
        for clash in clashes:
            if key in clash.subjects:
                other = next(event for event in clash.events if event != workshop.public_id)
                elsewhere.append(PersonElsewhere(public_id, name, letter, clash.day, other))
    return elsewhere, events
