"""The programme around a proposal, as the rules are told of it: who teaches and when, which venue
can be had, on which days the programme works, and what is planned already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, time, timedelta

from sqlalchemy import select

from kash.accounts.models import Account
from kash.accounts.queries.accounts import accounts_with_role
from kash.availability.queries.spans import (
    TeachingPattern,
    absences_between,
    teaching_days,
    travel_minutes,
    venue_blocks_between,
)
from kash.clashes.queries.rule_sets import latest_set, rules_of
from kash.clashes.queries.timetable import EventTable, timetable_between
from kash.clashes.rules.engagements import Engagement
from kash.clashes.rules.finding import HABIT_DAYS
from kash.clashes.rules.kinds import ClashKind, ClashRules
from kash.holidays.queries import local_days
from kash.holidays.rules import public_holidays
from kash.people.queries.places import venues
from kash.platform.database import db
from kash.policy import Role
from kash.quarters.models import QuarterLine, QuarterProposal
from kash.quarters.queries.lines import (
    QuarterLineFacts,
    stations_of_line,
    wanted_of,
    zones_of_stations,
)
from kash.quarters.rules.programme import (
    EVERY_DAY,
    Hindering,
    OfferedVenue,
    QuarterProgramme,
    Taken,
    Trainer,
)
from kash.skills.models import TrainerSkill
from kash.skills.queries.evidence import is_trainer
from kash.skills.rules import Level
from kash.workshops.models import Workshop

_ANY = TeachingPattern(EVERY_DAY, None)


def programme_around(
    proposal: QuarterProposal, lines: Sequence[QuarterLineFacts], *, also: Collection[str] = ()
) -> QuarterProgramme:
    """The programme in which these lines are to be placed. `also` are accounts (public ids) that
    a planner fixed, whether or not they may be asked for anything new. Some fifteen queries,
    however many lines there are."""
    rules = rules_of(latest_set())
    times = rules.limits.times if ClashKind.PATTERN in rules.looked_for else 0
    habit = timedelta(days=HABIT_DAYS * max(0, times - 1))
    first = proposal.first.replace(day=1)
    timetable = timetable_between(
        min(first, proposal.first - habit), _end_of_month(proposal.last) + habit
    )
    zones = zones_of_stations(station for one in lines for station, _ in one.stations)
    return QuarterProgramme(
        proposal.first,
        proposal.last,
        _trainers(proposal, lines, timetable, also),
        _venues(proposal, timetable),
        wanted_of(lines, proposal.trainers, zones),
        frozenset(proposal.weekdays),
        _holidays(proposal.first, proposal.last + timedelta(days=120)),
        travel_minutes(set(zones.values())),
        _most_minutes(proposal, rules),
        times,
        _sent(proposal),
    )


def _end_of_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def _most_minutes(proposal: QuarterProposal, rules: ClashRules) -> int:
    """Longest way, in minutes: as the planner said, and so that everybody is home in time."""
    if ClashKind.LATE not in rules.looked_for:
        return proposal.most_minutes
    return max(0, min(proposal.most_minutes, rules.limits.home_by - _minute(proposal.day_ends_at)))


def _minute(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def _holidays(first: date, last: date) -> frozenset[date]:
    of_law = {day for year in range(first.year, last.year + 1) for day in public_holidays(year)}
    return frozenset(of_law | local_days())


def _trainers(
    proposal: QuarterProposal,
    lines: Sequence[QuarterLineFacts],
    timetable: EventTable,
    also: Collection[str],
) -> list[Trainer]:
    accounts = accounts_with_role(Role.TRAINER, locked=also)
    away: defaultdict[int, list[Taken]] = defaultdict(list)
    for absence in absences_between(proposal.first, proposal.last + timedelta(days=120)):
        away[absence.account_id].append(
            Taken(Hindering.ABSENCE, absence.public_id, absence.first, absence.last)
        )
    engaged = _taken_by(timetable.engagements, Hindering.ENGAGED, lambda one: one.trainers)
    patterns = teaching_days()
    levels = _levels({one.course: one.course_id for one in lines})
    found = []
    for account in accounts:
        pattern = patterns.get(account.id, _ANY)
        leads, teaches = _courses(levels, account.public_id)
        found.append(
            Trainer(
                account.public_id,
                leads,
                teaches,
                pattern.weekdays,
                pattern.most_days_a_month,
                (*away[account.id], *engaged.get(account.id, ())),
            )
        )
    return found


def _levels(courses: Mapping[int, str]) -> dict[str, dict[str, Level]]:
    """Levels of trainers (by public id) in each of these courses (by public id)."""
    found: dict[str, dict[str, Level]] = {public_id: {} for public_id in courses.values()}
    for course, account, level in db.session.execute(
        select(TrainerSkill.course_id, Account.public_id, TrainerSkill.level)
        .join(Account, Account.id == TrainerSkill.account_id)
        .where(TrainerSkill.course_id.in_(sorted(courses)), TrainerSkill.ended_on.is_(None))
        .where(is_trainer())
    ):
        found[courses[course]][account] = Level(level)
    return found


def _courses(
    levels: Mapping[str, Mapping[str, Level]], account: str
) -> tuple[frozenset[str], frozenset[str]]:
    """Courses that somebody may lead, and co-teach. Where nobody's skill in a course is written
    down everybody may: a programme that keeps no skills can plan all the same."""
    leads, teaches = set(), set()
    for course, known in levels.items():
        if not known or known.get(account) is Level.LEAD:
            leads.add(course)
        elif known.get(account) is Level.CO_TEACH:
            teaches.add(course)
    return frozenset(leads), frozenset(teaches)


def _taken_by(
    engagements: Iterable[Engagement],
    kind: Hindering,
    whose: Callable[[Engagement], Iterable[int]],
) -> dict[int, list[Taken]]:
    """Days that trainers or venues are taken, by their keys: days of one event that follow each
    other as one span."""
    days: defaultdict[tuple[int, str], set[date]] = defaultdict(set)
    for one in engagements:
        for key in whose(one):
            days[key, one.event].update(one.days())
    found: defaultdict[int, list[Taken]] = defaultdict(list)
    for (key, event), theirs in days.items():
        found[key] += [Taken(kind, event, *span) for span in _spans(sorted(theirs))]
    return found


def _spans(days: Sequence[date]) -> list[tuple[date, date]]:
    found: list[tuple[date, date]] = []
    for day in days:
        if found and found[-1][1] + timedelta(days=1) == day:
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return found


def _venues(proposal: QuarterProposal, timetable: EventTable) -> list[OfferedVenue]:
    booked = _taken_by(
        timetable.engagements,
        Hindering.BOOKED,
        lambda one: () if one.venue is None else (one.venue,),
    )
    meets: defaultdict[int, set[date]] = defaultdict(set)
    for one in timetable.engagements:
        if (
            one.venue is not None
            and (one.community or not one.police)
            and one.clock // 60 == proposal.day_starts_at.hour
        ):
            meets[one.venue].add(one.day)
    blocked: defaultdict[int, list[Taken]] = defaultdict(list)
    for block in venue_blocks_between(proposal.first, proposal.last + timedelta(days=120)):
        begins, ends = block.starts_at or time.min, block.ends_at or time.max
        if begins < proposal.day_ends_at and ends > proposal.day_starts_at:
            blocked[block.venue_id].append(
                Taken(Hindering.BLOCKED, block.public_id, block.first, block.last)
            )
    return [
        OfferedVenue(
            one.public_id,
            one.seats,
            one.zone_id,
            (*blocked[one.id], *booked.get(one.id, ())),
            frozenset(meets[one.id]),
        )
        for one in venues()
    ]


def _sent(proposal: QuarterProposal) -> dict[str, list[Taken]]:
    """Days on which stations send people to workshops that were planned from a proposal."""
    found: defaultdict[str, list[Taken]] = defaultdict(list)
    for stations, public_id, first, last in db.session.execute(
        select(QuarterLine.stations, Workshop.public_id, Workshop.starts_on, Workshop.ends_on)
        .join(Workshop, Workshop.id == QuarterLine.workshop_id)
        .where(Workshop.state == "planned", Workshop.ends_on >= proposal.first)
    ):
        for station, _ in stations_of_line(stations):
            found[station].append(Taken(Hindering.SENT, public_id, first, last))
    return dict(found)
