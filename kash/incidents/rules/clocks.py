"""Clocks that run after an arrest and after an assault, and when somebody should be reminded.

*court*: as soon as reasonably possible, and not later than 24 hours after the arrest, or, when
those end outside court hours or not on a court day, the end of the next court day (Constitution of
Kenya, article 49(1)(f)). Before the court opens in the morning, that is the end of the same day.
Of a day without an hour, these count from its 00:00. It stops once she is free, or was before a
court.
*pep*: medicine against HIV, within 72 hours. *contraception*: against a pregnancy, up to 120 hours.
After the last two a doctor can still help, so that nobody is told to stay away.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

from kash.incidents.rules.acts import ARRESTS, EXPOSURES, HOLDS
from kash.incidents.rules.court_days import CourtDays
from kash.incidents.rules.record import Person, Record, Term

CLOCK_KINDS = ("court", "pep", "contraception")
COURT, PEP, CONTRACEPTION = timedelta(hours=24), timedelta(hours=72), timedelta(hours=120)
_HOUR = timedelta(hours=1)
_LAST = timedelta(hours=2)
MORNING = time(8)
# So long before a clock ends, whoever works on the case is reminded.
WARN = {"court": _HOUR * 6, "pep": _HOUR * 24, "contraception": _HOUR * 24}


@dataclass(frozen=True)
class Clock:
    """One clock: from when and until when it runs, aware moments in UTC, and for whom (ids of
    persons): those who share a moment share a clock."""

    kind: str
    began: datetime
    ends: datetime
    persons: tuple[str, ...] = ()

    def left(self, now: datetime) -> timedelta:
        """The time that is left; negative once it is over."""
        return self.ends - now

    def runs(self, now: datetime) -> bool:
        """True if it has not ended yet."""
        return now < self.ends


def court_deadline(arrested_at: datetime, zone: tzinfo, courts: CourtDays) -> datetime:
    """When somebody who was arrested must have been before a court, in UTC."""
    # A day later by the clock of the world: zones with summer time are no matter in Kenya.
    after = (arrested_at.astimezone(UTC) + COURT).astimezone(zone)
    day = after.date()
    if courts.sits_on(day) and courts.opens <= after.time() <= courts.closes:
        return after.astimezone(UTC)
    if after.time() > courts.closes:
        day += timedelta(days=1)
    end = datetime.combine(courts.next_from(day), courts.closes, tzinfo=zone)
    return end.astimezone(UTC)


class Moments(NamedTuple):
    """Moments that start the clocks of one person; `arrested_at` is None once nobody waits for a
    court, and `done` are the other clocks of which it is known what came of them."""

    person: str
    arrested_at: datetime | None
    exposed_at: datetime | None
    done: frozenset[str] = frozenset()


def clocks_from(people: Iterable[Moments], zone: tzinfo, courts: CourtDays) -> list[Clock]:
    """The clocks of these people, in the order in which they end."""
    whose: dict[tuple[str, datetime], list[str]] = {}
    for one in people:
        if one.arrested_at is not None:
            whose.setdefault(("court", one.arrested_at), []).append(one.person)
        if one.exposed_at is not None:
            for kind in ("pep", "contraception"):
                if kind not in one.done:
                    whose.setdefault((kind, one.exposed_at), []).append(one.person)
    clocks = [
        Clock(kind, moment, _ends(kind, moment, zone, courts), tuple(persons))
        for (kind, moment), persons in whose.items()
    ]
    return sorted(clocks, key=lambda one: one.ends)


def _ends(kind: str, moment: datetime, zone: tzinfo, courts: CourtDays) -> datetime:
    if kind == "court":
        return court_deadline(moment, zone, courts)
    return moment + (PEP if kind == "pep" else CONTRACEPTION)


def clocks_of(record: Record, zone: tzinfo, courts: CourtDays) -> list[Clock]:
    """The clocks of a case. The court's stops for each who is free or was before it, and runs on
    for the others."""
    return clocks_from(moments_of(record), zone, courts)


def moments_of(record: Record) -> list[Moments]:
    """Moments that start the clocks of each person of a case."""
    return [
        Moments(
            one.id,
            one.arrested_at if _waits_for_court(record, one) else None,
            one.exposed_at,
            frozenset(one.limits),
        )
        for one in record.persons
    ]


def _waits_for_court(record: Record, person: Person) -> bool:
    came_of_it = person.before_court_at or person.not_known_at
    return not (came_of_it or is_free(record, person))


def is_free(record: Record, person: Person) -> bool:
    """True if she was let go: it is on record of her, or her release was agreed and done. A release
    of which nobody said whose it was is hers only if she is alone on record."""
    return person.released_at is not None or any(
        one.owed_to == person.id or (is_of_nobody(record, one) and len(record.persons) == 1)
        for one in releases_done(record)
    )


def releases_done(record: Record) -> list[Term]:
    """The releases that were agreed and that somebody said were done."""
    return [one for one in record.terms if one.kind == "release" and one.fulfilled_on is not None]


def is_of_nobody(record: Record, term: Term) -> bool:
    """True if a term is owed to nobody who is on record as a person."""
    return all(one.id != term.owed_to for one in record.persons)


def name_the_only_one(record: Record) -> None:
    """Say of a release that was done whose it was, as long as only one can be meant: else it would
    be nobody's once others are added."""
    if len(record.persons) == 1:
        for term in releases_done(record):
            if is_of_nobody(record, term):
                term.owed_to = record.persons[0].id


def who_is_held(record: Record) -> list[Person]:
    """The persons of a case who are held as far as it is known, or may be: arrested, or of a report
    that said so, and not let go."""
    arrests = [act for act in record.acts if act.code in HOLDS]
    whom = {person for act in arrests for person in act.persons}
    everybody = record.filing.held or any(not act.persons for act in arrests)
    return [
        one
        for one in record.persons
        if (one.arrested_at or everybody or one.id in whom)
        and not (one.not_known_at or is_free(record, one))
    ]


def unset_clocks(record: Record) -> list[str]:
    """Clocks that a record's acts would start if a moment were known: `court`, `pep`. An act that
    names nobody was done to all, and who was let go waits for no court, but still for a doctor."""
    missing = []
    for kind, codes, name in (("court", ARRESTS, "arrested_at"), ("pep", EXPOSURES, "exposed_at")):
        acts = [act for act in record.acts if act.code in codes]
        whom = {person for act in acts for person in act.persons}
        if any(not act.persons for act in acts):
            whom |= {one.id for one in record.persons}
        unset = [
            one
            for one in record.persons
            if one.id in whom
            and getattr(one, name) is None
            and (kind == "pep" or _waits_for_court(record, one))
        ]
        if unset or (acts and not record.persons):
            missing.append(kind)
    return missing


def whole_hour(moment: datetime) -> datetime:
    """The whole hour at or before a moment: all that a reminder says in clear."""
    return moment.replace(minute=0, second=0, microsecond=0)


def remind_at(
    clocks: Iterable[Clock],
    due_days: Iterable[date],
    now: datetime,
    zone: tzinfo,
    *,
    newly: bool = False,
) -> datetime | None:
    """The next whole hour at which somebody should look, always after `now`; None if none is due.

    For each running clock some hours before its end and once more two hours before; on the morning
    (eight o'clock) of each day on which something was promised. `newly`: the case has only just
    come in, so that a clock whose first reminder is past is told of within the hour.
    """
    moments: list[datetime] = []
    for clock in clocks:
        if not clock.runs(now):
            continue
        first = whole_hour(clock.ends - WARN[clock.kind])
        moments += [first, whole_hour(clock.ends - _LAST)]
        if newly and first <= now:
            moments.append(whole_hour(now) + _HOUR)
    for day in due_days:
        moments.append(whole_hour(datetime.combine(day, MORNING, tzinfo=zone).astimezone(UTC)))
    return min((moment for moment in moments if moment > now), default=None)
