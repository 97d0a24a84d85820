"""Rules of workshops: how sessions fall on days, who gets a seat, what funders share. Rule on what
somebody had before: courses that a course asks for, and the same one once more. It tells, and
stands in nobody's way unless the programme decided so. Pure, as `rules.py` is. Rules of seats:
whose turn it is when one falls free, how long an offer stands, and why nobody moved up. Pure, as
`rules.py` is. Until some days before the start the list moves up by itself. After that nobody may
be taken for granted who made other plans meanwhile: the seat is *offered*, and held until she
answered or the offer lapsed. Rule on turnout: how many to invite so that the seats fill, from who
came before. It counts people by group, weekday and hour, and never looks at one: a share for a
person would be a score. Pure, as `rules.py` is. A cell (group, weekday, hour) has Beta(1, 1)
before anything is known, shrunk to the programme's mean: so many imagined people of that mean
stand beside those who were invited. Workshops differ from each other by more than chance (rain, a
raid, a match): how much is read from the workshops themselves, and widens the interval."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from math import exp, lgamma
from typing import Any

from kash.platform.web.programme import Bounds

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


# Nobody chooses to wait: who is to be confirmed waits when no seat is free. A person who waits, and
# is not asked any more, is given a free seat by hand.
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


# A person who came to less of a workshop did not have the course, in per cent of its hours.
LEAST_SHARE = 50
# Without a certificate that says how long it holds, a course counts as fresh for so long.
FRESH_FOR = timedelta(days=730)


@dataclass(frozen=True)
class CourseHeld:
    """Days for which a certificate of a course holds; `until` is None if it does for good."""

    since: date
    until: date | None = None


@dataclass(frozen=True)
class HadBefore:
    """Note beside somebody: the courses (keys) that she should have had and did not, the
    day on which she had this one if it still holds, and until when if that is known."""

    missing: tuple[int, ...] = ()
    had_on: date | None = None
    until: date | None = None

    @property
    def says_nothing(self) -> bool:
        """True if there is nothing to tell."""
        return not self.missing and self.had_on is None


def had_before(
    course: int,
    needed: Sequence[int],
    attended: Mapping[int, date],
    certificates: Sequence[CourseHeld],
    on: date,
) -> HadBefore:
    """Note on somebody who is to be in a course on a day.

    `attended` are the last days of the courses that she came to, `certificates` those of this
    course. Where she has certificates, they say whether it still holds.
    """
    missing = tuple(one for one in needed if one not in attended)
    if certificates:
        holding = [one for one in certificates if one.until is None or one.until >= on]
        if not holding:
            return HadBefore(missing)
        last = max(holding, key=lambda one: one.until or date.max)
        return HadBefore(missing, last.since, last.until)
    day = attended.get(course)
    fresh = day is not None and on - day <= FRESH_FOR
    return HadBefore(missing, day if fresh else None)


DAYS_BEFORE = Bounds(3, 0, 30, "days")
OFFER_HOURS = Bounds(24, 2, 120, "hours")
# A person who reads of a seat so shortly before the start can't come any more.
SHORTEST_OFFER = timedelta(hours=1)


@dataclass(frozen=True)
class SeatRules:
    """Decisions of the programme: so many days before the start a free seat is offered and no
    longer given, an offer stands so many hours, and what else stands in the way of enrolling."""

    days_before: int = DAYS_BEFORE.usual
    offer_hours: int = OFFER_HOURS.usual
    needs_earlier: bool = False
    refuses_repeats: bool = False


def seat_rules_from(kept: Mapping[str, Any] | None) -> SeatRules:
    """The rules by the settings; what is outside the bounds is as usual."""
    chosen = kept or {}

    def number(name: str, bounds: Bounds) -> int:
        value = chosen.get(name)
        fits = isinstance(value, int) and bounds.least <= value <= bounds.most
        return value if fits else bounds.usual  # type: ignore[return-value]

    return SeatRules(
        number("days_before", DAYS_BEFORE),
        number("offer_hours", OFFER_HOURS),
        chosen.get("needs_earlier") is True,
        chosen.get("refuses_repeats") is True,
    )


class Moving(StrEnum):
    """How the waiting list moves at a moment."""

    BY_ITSELF = "by_itself"
    BY_OFFER = "by_offer"
    NO_LONGER = "no_longer"


def moving_at(now: datetime, starts_at: datetime, rules: SeatRules) -> Moving:
    """How the list moves now: by itself, then by offers, and no longer shortly before the start."""
    if now < starts_at - timedelta(days=rules.days_before):
        return Moving.BY_ITSELF
    return Moving.BY_OFFER if now + SHORTEST_OFFER <= starts_at else Moving.NO_LONGER


def offer_until(now: datetime, starts_at: datetime, rules: SeatRules) -> datetime:
    """Until when an offer that is made now stands: never beyond the start."""
    return min(now + timedelta(hours=rules.offer_hours), starts_at)


@dataclass(frozen=True)
class InQueue:
    """Somebody who waits, by her key. `offered_until` is set while a seat is held for her; `lapsed`
    says that she left an offer unanswered, and so is asked no more by itself."""

    key: int
    minor: bool = False
    offered_until: datetime | None = None
    lapsed: bool = False

    @property
    def moves(self) -> bool:
        """True if her turn may come by itself."""
        return not (self.minor or self.lapsed or self.offered_until is not None)


def held_seats(queue: Sequence[InQueue]) -> int:
    """How many seats are held for offers that stand."""
    return sum(1 for one in queue if one.offered_until is not None)


def next_in_line(queue: Sequence[InQueue], confirmed: int, capacity: int | None) -> list[int]:
    """Those of the queue, in its order, whose turn it is now: one for each free seat."""
    able = [one.key for one in queue if one.moves]
    if capacity is None:
        return able
    return able[: max(0, capacity - confirmed - held_seats(queue))]


def seats_taken(
    queue: Sequence[InQueue], confirmed: int, moving: Moving, key: int | None = None
) -> int:
    """How many seats are not to be had for somebody now: taken, held for others, or due to those
    before her in the queue. `key` is she herself if she waits there; a person who comes new is
    last."""
    others = [one for one in queue if one.key != key]
    place = next((at for at, one in enumerate(queue) if one.key == key), len(queue))
    mine = next((one for one in queue if one.key == key), None)
    if mine is not None and mine.offered_until is not None:
        # Her own seat is held for her, no matter who stands before her.
        return confirmed + held_seats(others)
    due = 0 if moving is Moving.NO_LONGER else sum(1 for one in queue[:place] if one.moves)
    return confirmed + held_seats(others) + due


class Standstill(StrEnum):
    """Why nobody on the waiting list moved up."""

    EMPTY = "empty"
    NO_SEAT = "no_seat"
    OFFERED = "offered"
    UNDER_AGE = "under_age"
    LAPSED = "lapsed"
    TOO_LATE = "too_late"


@dataclass(frozen=True)
class StayReason:
    """A reason why nobody moved, for how many, and until when if it ends by itself."""

    why: Standstill
    people: int = 0
    until: datetime | None = None


def why_nobody_moved(
    queue: Sequence[InQueue], confirmed: int, capacity: int | None, moving: Moving
) -> list[StayReason]:
    """Every reason why the list stands still at this moment; none if somebody's turn has come."""
    if not queue:
        return [StayReason(Standstill.EMPTY)]
    if moving is not Moving.NO_LONGER and next_in_line(queue, confirmed, capacity):
        return []
    offers = [one.offered_until for one in queue if one.offered_until is not None]
    reasons = [StayReason(Standstill.OFFERED, len(offers), min(offers))] if offers else []
    if capacity is not None and confirmed >= capacity:
        return [*reasons, StayReason(Standstill.NO_SEAT)]
    if capacity is not None and confirmed + len(offers) >= capacity:
        return reasons
    rest = [one for one in queue if one.offered_until is None]
    minors = sum(1 for one in rest if one.minor)
    lapsed = sum(1 for one in rest if one.lapsed and not one.minor)
    late = sum(1 for one in rest if one.moves) if moving is Moving.NO_LONGER else 0
    return [
        *reasons,
        *([StayReason(Standstill.TOO_LATE, late)] if late else []),
        *([StayReason(Standstill.UNDER_AGE, minors)] if minors else []),
        *([StayReason(Standstill.LAPSED, lapsed)] if lapsed else []),
    ]


# Below this nothing is said: one wet day would decide.
FEWEST_INVITED, FEWEST_WORKSHOPS = 30, 3
# How many imagined people of the programme's mean stand beside those of a cell.
SHRUNK_BY = 10
INSIDE = 0.9
MOST_SEATS = 500


@dataclass(frozen=True)
class PastTurnout:
    """A workshop that was held, for one group: its weekday (Monday is 0) and hour, how many had
    been invited or enrolled, and how many of them came."""

    weekday: int
    hour: int
    invited: int
    came: int


@dataclass(frozen=True)
class Share:
    """How large a share comes, as a beta distribution."""

    alpha: float
    beta: float

    @property
    def mean(self) -> float:
        """The share that comes on average."""
        return self.alpha / (self.alpha + self.beta)


@dataclass(frozen=True)
class Advice:
    """How many to invite, and how many then come nine times of ten."""

    invite: int
    fill: int
    least: int
    most: int


def _spread(past: Sequence[PastTurnout]) -> float:
    """By how much workshops differ beyond chance: the correlation within one, from 0 to 1, by the
    moments of their shares."""
    people = sum(one.invited for one in past)
    mean = sum(one.came for one in past) / people
    if len(past) < 2 or not 0 < mean < 1:
        return 0.0
    between = sum(one.invited * (one.came / one.invited - mean) ** 2 for one in past)
    between /= len(past) - 1
    within = sum(one.came * (1 - one.came / one.invited) for one in past)
    within /= max(1, people - len(past))
    usual = (people - sum(one.invited**2 for one in past) / people) / (len(past) - 1)
    total = between + (usual - 1) * within
    return min(1.0, max(0.0, (between - within) / total)) if total > 0 else 0.0


def share_coming(past: Sequence[PastTurnout], weekday: int, hour: int) -> Share | None:
    """The share of a group that comes on a weekday at an hour; None where too little is known."""
    past = [one for one in past if one.invited > 0]
    people = sum(one.invited for one in past)
    if people < FEWEST_INVITED or len(past) < FEWEST_WORKSHOPS:
        return None
    mean = (1 + sum(one.came for one in past)) / (2 + people)
    cell = [one for one in past if (one.weekday, one.hour) == (weekday, hour)]
    invited, came = sum(one.invited for one in cell), sum(one.came for one in cell)
    alpha = SHRUNK_BY * mean + came
    beta = SHRUNK_BY * (1 - mean) + invited - came
    spread = _spread(past)
    # However many came before, the next workshop is one of those that differ.
    known = min(alpha + beta, (1 - spread) / spread) if spread else alpha + beta
    known = max(known, 2.0)
    return Share(known * alpha / (alpha + beta), known * beta / (alpha + beta))


def chances(invited: int, share: Share) -> list[float]:
    """The chance that exactly 0, 1, … of the invited come (beta-binomial)."""

    def log_beta(one: float, other: float) -> float:
        return lgamma(one) + lgamma(other) - lgamma(one + other)

    return [
        exp(
            lgamma(invited + 1)
            - lgamma(come + 1)
            - lgamma(invited - come + 1)
            + log_beta(come + share.alpha, invited - come + share.beta)
            - log_beta(share.alpha, share.beta)
        )
        for come in range(invited + 1)
    ]


def coming(invited: int, share: Share, inside: float = INSIDE) -> tuple[int, int]:
    """Between how many and how many come, so often: as much chance is left below as above."""
    tail, total = (1 - inside) / 2, 0.0
    least, most = 0, invited
    for come, chance in enumerate(chances(invited, share)):
        if total <= tail:
            least = come
        total += chance
        if total >= 1 - tail:
            most = come
            break
    return least, most


def invitations_for(seats: int, share: Share) -> Advice:
    """How many to invite so that on average so many come as there are seats."""
    invite = max(seats, round(min(seats, MOST_SEATS) / share.mean))
    invite = min(invite, 4 * seats)
    return Advice(invite, seats, *coming(invite, share))


def advice_for(past: Sequence[PastTurnout], seats: int, weekday: int, hour: int) -> Advice | None:
    """How many of a group to invite; None where too little is known to say."""
    if not 0 < seats <= MOST_SEATS:
        return None
    share = share_coming(past, weekday, hour)
    return invitations_for(seats, share) if share is not None else None
