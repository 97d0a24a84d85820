"""Clocks that run after an arrest and after an assault, and when somebody should be reminded.

*court*: 24 hours after the arrest, or, when those end outside court hours or not on a court day,
the end of the next court day (Constitution of Kenya, article 49(1)(f)). Before the court opens in
the morning, that is the end of the same day.
*pep*: medicine against HIV, within 72 hours. *contraception*: against a pregnancy, up to 120 hours.
After the last two a doctor can still help, so that nobody is told to stay away.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from kash.incidents.rules.acts import ARRESTS, EXPOSURES
from kash.incidents.rules.court_days import CourtDays
from kash.incidents.rules.record import Record

CLOCK_KINDS = ("court", "pep", "contraception")
COURT, PEP, CONTRACEPTION = timedelta(hours=24), timedelta(hours=72), timedelta(hours=120)
_HOUR = timedelta(hours=1)
_LAST = timedelta(hours=2)
_MORNING = time(8)
# So long after it has ended, a clock still says what can be done.
SHOWN_AFTER = timedelta(days=30)
# So long before a clock ends, whoever works on the case is reminded.
WARN = {"court": _HOUR * 6, "pep": _HOUR * 24, "contraception": _HOUR * 24}


@dataclass(frozen=True)
class Clock:
    """One clock: from when and until when it runs, aware moments in UTC."""

    kind: str
    began: datetime
    ends: datetime

    def left(self, now: datetime) -> timedelta:
        """The time that is left; negative once it is over."""
        return self.ends - now

    def runs(self, now: datetime) -> bool:
        """Whether it has not ended yet."""
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


def clocks_from(
    arrested_at: datetime | None, exposed_at: datetime | None, zone: tzinfo, courts: CourtDays
) -> list[Clock]:
    """The clocks that these moments start, in the order in which they end."""
    clocks = []
    if arrested_at is not None:
        clocks.append(Clock("court", arrested_at, court_deadline(arrested_at, zone, courts)))
    if exposed_at is not None:
        clocks.append(Clock("pep", exposed_at, exposed_at + PEP))
        clocks.append(Clock("contraception", exposed_at, exposed_at + CONTRACEPTION))
    return sorted(clocks, key=lambda one: one.ends)


def clocks_of(record: Record, zone: tzinfo, courts: CourtDays) -> list[Clock]:
    """The clocks of a case. The court's stops once she was let go."""
    arrested_at = None if is_free(record) else record.happening.arrested_at
    return clocks_from(arrested_at, record.happening.exposed_at, zone, courts)


def is_free(record: Record) -> bool:
    """Whether she was let go: a mediator reached it, or a release was promised and done."""
    released = any(one.result == "released" for one in record.interventions)
    return released or any(
        term.kind == "release" and term.fulfilled_on is not None for term in record.terms
    )


def unset_clocks(record: Record) -> list[str]:
    """What a record's acts would start if their moment were known: `court`, `pep`."""
    codes = {act.code for act in record.acts}
    missing = []
    if codes & ARRESTS and record.happening.arrested_at is None:
        missing.append("court")
    if codes & EXPOSURES and record.happening.exposed_at is None:
        missing.append("pep")
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
        moments.append(whole_hour(datetime.combine(day, _MORNING, tzinfo=zone).astimezone(UTC)))
    return min((moment for moment in moments if moment > now), default=None)
