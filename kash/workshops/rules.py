"""Rules of workshops: how sessions fall on days, who gets a seat, what funders share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

MOST_DAYS = 60
LEAST_MINUTES, MOST_MINUTES = 5, 600


class Break(StrEnum):
    """A pause in a day."""

    TEA = "tea"
    LUNCH = "lunch"
    OTHER = "break"


@dataclass(frozen=True)
class Pause:
    """A pause that is due at a time of day. It is never in the middle of a session."""

    kind: Break
    due: time
    minutes: int


USUAL_PAUSES = (
    Pause(Break.TEA, time(10, 30), 15),
    Pause(Break.LUNCH, time(13, 0), 60),
    Pause(Break.TEA, time(15, 30), 15),
)
# How long a session may run on when a pause is due.
PATIENCE = 30


@dataclass(frozen=True)
class Teaching:
    """A session that wants a place: what it follows, how long it takes, and of which module it is.

    `module` is empty for one that stands by itself.
    """

    key: str
    minutes: int
    module: str = ""


@dataclass(frozen=True)
class Placed:
    """A session in its place on a day."""

    key: str
    day: date
    starts_at: time
    minutes: int


@dataclass(frozen=True)
class Timetable:
    """Sessions in their places, in order, and those for which there was none."""

    placed: tuple[Placed, ...]
    left_over: tuple[Teaching, ...]


def days_between(first: date, last: date) -> list[date]:
    """All days from the first to the last."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def clocks_from(starts_at: time, ends_at: time, begins: time) -> tuple[timedelta, time] | None:
    """A day that lasts from one clock to another, begun at another one: how much later that is, and
    when it ends then; None if that is after midnight."""
    later = _minute(begins) - _minute(starts_at)
    ends = _minute(ends_at) + later
    return (timedelta(minutes=later), _clock(ends)) if 0 <= ends < 24 * 60 else None


def _minute(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def _clock(minute: int) -> time:
    return time(minute // 60, minute % 60)


def _day_of_sessions(
    waiting: Sequence[Teaching], begins: int, ends: int, pauses: Sequence[Pause]
) -> list[int]:
    """The minutes at which the first of the waiting sessions begin on one day."""
    starts: list[int] = []
    now = begins
    due = [pause for pause in pauses if _minute(pause.due) > begins]
    since_pause = begins
    for teaching in waiting:
        start = now
        # A pause comes first if the session would run on too long after it is due; but never two
        # without teaching in between.
        if (
            due
            and start > since_pause
            and start + teaching.minutes > _minute(due[0].due) + PATIENCE
        ):
            start += due[0].minutes
        if start + teaching.minutes > ends:
            break
        if start != now:
            due = [pause for pause in due[1:] if _minute(pause.due) > start]
            since_pause = start
        starts.append(start)
        now = start + teaching.minutes
    return starts


def lay_into_days(
    teachings: Sequence[Teaching],
    days: Sequence[date],
    day_starts_at: time,
    day_ends_at: time,
    pauses: Sequence[Pause] = USUAL_PAUSES,
) -> Timetable:
    """Lay sessions into days in their order, with pauses between them.

    A module that fits a day is not split over two, as long as the days suffice for that. A session
    that no longer fits goes to the next day; one longer than a whole day, and all after it, are
    left over.
    """
    begins, ends = _minute(day_starts_at), _minute(day_ends_at)
    together = _laid(teachings, days, begins, ends, pauses, keeps_modules=True)
    if not together.left_over:
        return together
    return _laid(teachings, days, begins, ends, pauses, keeps_modules=False)


def _laid(
    teachings: Sequence[Teaching],
    days: Sequence[date],
    begins: int,
    ends: int,
    pauses: Sequence[Pause],
    *,
    keeps_modules: bool,
) -> Timetable:
    placed: list[Placed] = []
    waiting = list(teachings)
    for day in days:
        starts = _day_of_sessions(waiting, begins, ends, pauses)
        if keeps_modules:
            first = _begins_module(waiting, len(starts))
            module = waiting[first : first + _length_of_module(waiting[first:])]
            if first and len(_day_of_sessions(module, begins, ends, pauses)) == len(module):
                starts = starts[:first]
        for teaching, start in zip(waiting, starts, strict=False):
            placed.append(Placed(teaching.key, day, _clock(start), teaching.minutes))
        waiting = waiting[len(starts) :]
    return Timetable(tuple(placed), tuple(waiting))


def _begins_module(waiting: Sequence[Teaching], place: int) -> int:
    """Where the module begins that the day's end would split at this place; else the place."""
    if not 0 < place < len(waiting) or not waiting[place].module:
        return place
    while place and waiting[place - 1].module == waiting[place].module:
        place -= 1
    return place


def _length_of_module(waiting: Sequence[Teaching]) -> int:
    """How many of the waiting sessions, from the first on, are of its module."""
    for number, teaching in enumerate(waiting):
        if not teaching.module or teaching.module != waiting[0].module:
            return max(number, 1)
    return len(waiting)


def days_needed(
    teachings: Sequence[Teaching], day_starts_at: time, day_ends_at: time
) -> int | None:
    """How many days the sessions take at least; None if one is longer than a day, or it takes too
    many."""
    days = days_between(date(2000, 1, 1), date(2000, 1, 1) + timedelta(days=MOST_DAYS - 1))
    begins, ends = _minute(day_starts_at), _minute(day_ends_at)
    timetable = _laid(teachings, days, begins, ends, USUAL_PAUSES, keeps_modules=False)
    if timetable.left_over:
        return None
    return len({place.day for place in timetable.placed}) or 1


def following_on(
    ends_at: datetime, days: Sequence[date], day_starts_at: time, day_ends_at: time
) -> tuple[date, time]:
    """The day and the time at which a session begins that follows one which ends then.

    After the day's end that is the beginning of the next day, if the workshop has one.
    """
    later = [day for day in days if day > ends_at.date()]
    if ends_at.date() not in days or (ends_at.time() >= day_ends_at and later):
        return (later or list(days))[0], day_starts_at
    return ends_at.date(), ends_at.time().replace(second=0, microsecond=0)


@dataclass(frozen=True)
class Span:
    """A session as it lies in time."""

    key: str
    starts_at: datetime
    minutes: int

    @property
    def ends_at(self) -> datetime:
        """When it ends."""
        return self.starts_at + timedelta(minutes=self.minutes)


def overlap_with(wanted: Span, others: Iterable[Span]) -> Span | None:
    """The first other session that lies across the wanted one. One may begin as another ends."""
    across = [
        other
        for other in others
        if other.key != wanted.key
        and other.starts_at < wanted.ends_at
        and wanted.starts_at < other.ends_at
    ]
    return min(across, key=lambda span: span.starts_at, default=None)


def pause_kind(starts_at: time, minutes: int) -> Break:
    """Name of a gap between two sessions."""
    if minutes >= 40 and time(11, 30) <= starts_at <= time(14, 30):
        return Break.LUNCH
    return Break.TEA if minutes <= 40 else Break.OTHER


class EnrolmentState(StrEnum):
    """How a person stands to a workshop."""

    INVITED = "invited"
    CONFIRMED = "confirmed"
    WAITING = "waiting"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


# Nobody chooses to wait: who is to be confirmed waits when no seat is free. Whoever waits and whom
# nobody asks any more is given a free seat by hand.
_MOVES = {
    EnrolmentState.INVITED: (EnrolmentState.CONFIRMED, EnrolmentState.DECLINED),
    EnrolmentState.CONFIRMED: (EnrolmentState.WITHDRAWN,),
    EnrolmentState.WAITING: (EnrolmentState.CONFIRMED, EnrolmentState.DECLINED),
    EnrolmentState.DECLINED: (EnrolmentState.CONFIRMED, EnrolmentState.INVITED),
    EnrolmentState.WITHDRAWN: (EnrolmentState.CONFIRMED,),
}


def possible_moves(state: EnrolmentState) -> tuple[EnrolmentState, ...]:
    """States that an enrolment may go to by somebody's choice."""
    return _MOVES[state]


def seated(wanted: EnrolmentState, confirmed: int, capacity: int | None) -> EnrolmentState:
    """The state that a wanted one turns into, given how many seats are taken by others."""
    full = capacity is not None and confirmed >= capacity
    if wanted is EnrolmentState.CONFIRMED and full:
        return EnrolmentState.WAITING
    return wanted


# Somebody who clicks to and fro fills no table with it.
MOST_STEPS = 40
History = list[list[str]]


def with_step(history: History | None, state: EnrolmentState, now: datetime) -> History:
    """A history with one more state, at a moment; the same one if that is the last already."""
    told = history or []
    if told and told[-1][0] == str(state):
        return told
    return [*told, [str(state), now.isoformat()]][-MOST_STEPS:]


class FundingFault(StrEnum):
    """Fault in the funders' shares."""

    SHARE = "share"
    TWICE = "twice"
    SUM = "sum"


def funding_fault(shares: Sequence[tuple[str, int]]) -> FundingFault | None:
    """Fault in shares (funder, share in per cent); None if there is none, as without funders."""
    if any(not 1 <= share <= 100 for _, share in shares):
        return FundingFault.SHARE
    if len({funder.casefold() for funder, _ in shares}) != len(shares):
        return FundingFault.TWICE
    if shares and sum(share for _, share in shares) != 100:
        return FundingFault.SUM
    return None


class Stage(StrEnum):
    """Where a workshop stands in time."""

    PLANNED = "planned"
    RUNNING = "running"
    OVER = "over"
    CANCELLED = "cancelled"


def stage(state: str, starts_on: date, ends_on: date, today: date) -> Stage:
    """Where a workshop stands on this day."""
    if state == "cancelled":
        return Stage.CANCELLED
    if today < starts_on:
        return Stage.PLANNED
    return Stage.RUNNING if today <= ends_on else Stage.OVER


# The nearer to a seat, the more it counts.
_SEATED = ("confirmed", "invited", "waiting", "declined", "withdrawn")
_OF_STATE = ("state", "queued_at", "changed_at", "offer_until", "offer_lapsed_at")


def merged_enrolment(kept: Mapping[str, Any], gone: Mapping[str, Any]) -> dict[str, Any]:
    """Changes in an enrolment when that of somebody who is the same person joins it.

    The one nearer to a seat counts, and of two alike the one to which a seat is offered, else the
    one that was in the queue first.
    """
    best = min(
        (kept, gone),
        key=lambda each: (
            _SEATED.index(each["state"]),
            each["offer_until"] is None,
            each["queued_at"],
        ),
    )
    changes = {name: best[name] for name in _OF_STATE}
    if kept["roster_entry_id"] is None:
        changes["roster_entry_id"] = gone["roster_entry_id"]
    both = sorted(
        (*kept["history"], *gone["history"]), key=lambda step: datetime.fromisoformat(step[1])
    )
    steps: History = []
    for state, moment in both:
        steps = with_step(steps, EnrolmentState(state), datetime.fromisoformat(moment))
    changes["history"] = with_step(steps, EnrolmentState(best["state"]), best["changed_at"])
    return changes


class LeftOutReason(StrEnum):
    """Why a step was left out."""

    TIME = "time"
    KNOWN = "known"
    UNSAFE = "unsafe"
    MISSING = "missing"
    WISHES = "wishes"
    OTHER = "other"


class Reached(StrEnum):
    """How far an objective was reached."""

    REACHED = "reached"
    PARTLY = "partly"
    NOT_TAUGHT = "not_taught"
