"""Alternatives to what clashes: who else may teach, where else, and when else."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from kash.accounts.queries.accounts import accounts_with_role
from kash.clashes.rules.engagements import Engagement
from kash.clashes.rules.finding import ScheduleFacts
from kash.clashes.rules.free import ON_ANY_DAY, clashes_of, free_shifts, with_team
from kash.clashes.rules.kinds import OF_TRAINERS, OF_VENUES, Clash, ClashKind, ClashRules
from kash.people.queries.places import venues
from kash.platform.web.formats import local_today
from kash.policy import Role
from kash.skills.queries.skills import levels_in
from kash.skills.rules import Free, whom_to_ask

MOST = 3
# Days by which an event is moved, the nearest first.
_SHIFTS = [shift for far in range(1, 29) for shift in (far, -far)]

# Another venue helps where seats are lacking, too.
_OF_PLACES = OF_VENUES | {ClashKind.SEATS}


@dataclass(frozen=True)
class Alternatives:
    """Names of trainers who may teach the course and are free, venues with enough seats that are
    free (each with for whom it is safe), and first days from which nothing clashes."""

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
    accounts = [one for one in accounts_with_role(Role.TRAINER) if one.public_id in levels]
    team = {trainer for one in wanted for trainer in one.trainers}
    able = whom_to_ask(
        [Free(one.public_id, one.name, levels[one.public_id]) for one in accounts],
        [one.public_id for one in accounts if one.id in team],
    )
    keys = {one.public_id: one.id for one in accounts}
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
    now = {one.venue for one in wanted}
    free: list[tuple[str, str]] = []
    for venue in venues():
        if venue.id in now or (venue.seats is not None and venue.seats < seats):
            continue
        there = [replace(one, venue=venue.id, zone=venue.zone_id) for one in wanted]
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
    first = min(one.day for one in wanted)
    earliest = local_today()
    shifts = [one for one in _SHIFTS if first + timedelta(days=one) > earliest]
    found: list[date] = []
    for shift in shifts:
        if free_shifts(wanted, others, around, [shift], kinds):
            found.append(first + timedelta(days=shift))
        if len(found) == MOST:
            break
    return sorted(found)
