"""When a session begins and ends, and how it was really held: before it begins nobody was there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from kash.attendance.rules.door import EARLY

# Registers of these lead to hours that are paid and certified.
PAID_PURPOSE = "workshop"
LONGEST_EARLY_REASON = 300
# Two groups are marked one after the other on a page each.
AT_ONCE = timedelta(minutes=2)
# Plans change until the day before; later, people would have to be told at their doors.
SHORT_NOTICE = timedelta(days=1)


def has_begun(starts_at: datetime, now: datetime) -> bool:
    """True if a session has begun: nothing of it is closed, confirmed, paid or certified before."""
    return now >= starts_at


def opens_at(starts_at: datetime) -> datetime:
    """From when people are taken in at the door: a little before the session, as they come."""
    return starts_at - EARLY


def ends_at(starts_at: datetime, minutes: int) -> datetime:
    """When a session ends as planned."""
    return starts_at + timedelta(minutes=minutes)


def came_at_once(first: datetime, last: datetime) -> bool:
    """True if marks arrived so close together that nobody can have looked from face to face."""
    return last - first <= AT_ONCE


def is_ahead(
    starts_at: datetime,
    now: datetime,
    made_at: datetime | None = None,
    clock_ahead: timedelta | None = None,
) -> bool:
    """True if somebody would be said to be there before the door of a session opens.

    What counts is our clock, `now`. What a device says, `made_at`, counts besides if it is known by
    how much its clock is ahead of ours; of a clock that was never set nothing is asked.
    """
    opens = opens_at(starts_at)
    if now < opens:
        return True
    if made_at is None or clock_ahead is None or made_at.tzinfo is None:
        return False
    return made_at < opens + clock_ahead


class ClosingRefusal(StrEnum):
    """Why a register is not closed."""

    NONE = ""
    NOT_BEGUN = "not_begun"
    REASON_MISSING = "reason_missing"


def refusal_to_close(
    starts_at: datetime, minutes: int, now: datetime, *, purpose: str, reason: str
) -> ClosingRefusal:
    """Why a register is not closed now. Before the planned end, what is paid needs a reason."""
    if not has_begun(starts_at, now):
        return ClosingRefusal.NOT_BEGUN
    if needs_reason_to_close(starts_at, minutes, now, purpose=purpose) and not reason.strip():
        return ClosingRefusal.REASON_MISSING
    return ClosingRefusal.NONE


def needs_reason_to_close(
    starts_at: datetime, minutes: int, now: datetime, *, purpose: str
) -> bool:
    """True if closing now is closing early, of a register whose hours are paid."""
    return purpose == PAID_PURPOSE and now < ends_at(starts_at, minutes)


def end_to_remember(
    was: datetime, becomes: datetime, begins: datetime, now: datetime, kept: datetime | None
) -> datetime | None:
    """The latest planned end that stays on record when a session's end `was` one and `becomes`
    another: a session that is brought forward at short notice, or that lies in the past by then,
    could else be closed before anything of it took place. `begins` is its new beginning, `kept`
    what is on record. Whoever moves it back there is free of it."""
    if becomes < was and now > begins - SHORT_NOTICE:
        kept = max(was, kept or was)
    return kept if kept is not None and becomes < kept else None


class Oddity(StrEnum):
    """Oddity of a closed register, to be looked at before anybody confirms it or pays for it."""

    CLOSED_BEFORE = "closed_before"
    CLOSED_EARLY = "closed_early"
    BROUGHT_FORWARD = "brought_forward"
    MARKED_BEFORE = "marked_before"
    ALL_AT_ONCE = "all_at_once"
    SHORTENED = "shortened"


@dataclass(frozen=True)
class Conduct:
    """How a session was planned and held. Moments of marks are those of the devices, arrival ours;
    the first mark is the first by which somebody was there.

    `taught` is how many minutes its plan has in the course, None if it follows none. Of `people` on
    the register so many are `marked`, and so many so that they count (`there`); `alike` says that
    all marks are the same, `at_once` that they arrived in one moment. `planned_end` is the latest
    end that it had before it was brought forward at short notice.
    """

    starts_at: datetime
    minutes: int
    closed_at: datetime | None = None
    early_reason: str = ""
    first_mark: datetime | None = None
    last_mark: datetime | None = None
    people: int = 0
    marked: int = 0
    there: int = 0
    alike: bool = False
    at_once: bool = False
    taught: int | None = None
    planned_end: datetime | None = None

    @property
    def ends_at(self) -> datetime:
        """When it ends as planned."""
        return ends_at(self.starts_at, self.minutes)

    @property
    def minutes_in(self) -> int:
        """Whole minutes from its beginning to its closing; negative if it was closed before."""
        if self.closed_at is None:
            return 0
        return int((self.closed_at - self.starts_at) / timedelta(minutes=1))


def oddities(held: Conduct) -> tuple[Oddity, ...]:
    """Oddities of a closed register, the gravest first."""
    found: list[Oddity] = []
    if held.closed_at is not None and held.closed_at < held.starts_at:
        found.append(Oddity.CLOSED_BEFORE)
    elif held.closed_at is not None and held.closed_at < held.ends_at:
        found.append(Oddity.CLOSED_EARLY)
    if held.planned_end and held.closed_at and held.closed_at < held.planned_end:
        found.append(Oddity.BROUGHT_FORWARD)
    if held.first_mark is not None and held.first_mark < opens_at(held.starts_at):
        found.append(Oddity.MARKED_BEFORE)
    # One person is always marked at once.
    if held.at_once and held.alike and held.people > 1 and held.there == held.people:
        found.append(Oddity.ALL_AT_ONCE)
    if held.taught is not None and held.minutes < held.taught:
        found.append(Oddity.SHORTENED)
    return tuple(found)
