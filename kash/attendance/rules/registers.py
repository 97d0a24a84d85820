"""A register is closed by one person and confirmed by another; then it is locked. Paper, register
and payments side by side: where they differ, and which of that is settled. Reading at the door:
badges, and the code on the wall that changes all the time. When a session begins and ends, and how
it was really held: before it begins nobody was there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from kash.platform.approvals.rules import Standing, standing_of


class Stand(StrEnum):
    """Where the register of one slot stands."""

    OPEN = "open"
    CLOSED = "closed"
    LOCKED = "locked"


@dataclass(frozen=True)
class Signed:
    """Signatures of a slot's register: who closed and who confirmed it, by public id; None while
    nobody did."""

    closed_by: str | None = None
    confirmed_by: str | None = None

    @property
    def stand(self) -> Stand:
        """Open, closed, or locked."""
        if self.confirmed_by is not None:
            return Stand.LOCKED
        return Stand.OPEN if self.closed_by is None else Stand.CLOSED


class Hindrance(StrEnum):
    """Why a step is not taken."""

    NONE = ""
    NOT_CLOSED = "not_closed"
    CLOSED_BY_HERSELF = "closed_by_herself"
    NOT_BEGUN = "not_begun"
    TIED = "tied"
    CHANGED = "changed"
    SINGLY = "singly"
    LOCKED = "locked"
    DIFFERENCES = "differences"


def hindrance_to_confirm(
    signed: Signed, by: str, differences: int = 0, *, begun: bool = True, independent: bool = True
) -> Hindrance:
    """Why this person does not confirm; `differences` are those that nobody has settled.

    `begun` is whether the session has begun, `independent` whether her account is so of the one
    that closed: nobody confirms herself by a second account of hers. Confirming what is confirmed
    changes nothing, so nothing hinders it.
    """
    if signed.stand is Stand.LOCKED:
        return Hindrance.NONE
    if signed.stand is Stand.OPEN:
        return Hindrance.NOT_CLOSED
    stands = standing_of(by, signed.closed_by, independent=independent)
    if stands is Standing.ASKED:
        return Hindrance.CLOSED_BY_HERSELF
    if not begun:
        return Hindrance.NOT_BEGUN
    if stands is Standing.TIED:
        return Hindrance.TIED
    return Hindrance.DIFFERENCES if differences else Hindrance.NONE


def hindrance_to_reopen(signed: Signed) -> Hindrance:
    """Why a register is not opened again: once it was confirmed there are only corrections."""
    return Hindrance.LOCKED if signed.stand is Stand.LOCKED else Hindrance.NONE


PAPER = "paper"


class MarkDifference(NamedTuple):
    """One person in one slot, about which a source says other than her mark.

    `counted` is what the source says (signed, paid); the mark then says the opposite.
    """

    slot: str
    entry: str
    source: str
    counted: bool
    status: str = ""


# A difference as somebody settled it by a reason: `counted` and `status`.
SettledDifference: TypeAlias = tuple[bool, str]


def paper_differences(
    said: Mapping[tuple[str, str], bool],
    marks: Mapping[tuple[str, str], str],
    weights: Mapping[str, int],
    listed: Collection[str],
) -> list[MarkDifference]:
    """Where signed sheets and marks differ, of people who are still on the roster.

    A mark that counts for a part of a slot agrees with a signature; a person without a mark was not
    there.
    """
    return [
        MarkDifference(slot, entry, PAPER, signed, marks.get((slot, entry), ""))
        for (slot, entry), signed in said.items()
        if entry in listed and signed != was_there(marks.get((slot, entry), ""), weights)
    ]


def was_there(status: str, weights: Mapping[str, int]) -> bool:
    """True if a mark ("" for none) counts at all."""
    return weights.get(status, 0) > 0


def day_differences(
    source: str,
    first_slot: str,
    counted: Collection[str],
    there: Collection[str],
    listed: Collection[str],
    status_there: Mapping[str, str],
) -> list[MarkDifference]:
    """Differences of a day: people that another source counts (who were paid for it, say) without
    having been there.

    It stands at the day's first slot. Who was there and is not counted is no difference: not
    everybody is paid.
    """
    return [
        MarkDifference(first_slot, entry, source, True, status_there.get(entry, ""))
        for entry in counted
        if entry in listed and entry not in there
    ]


def unsettled(
    differences: Iterable[MarkDifference], settled: Mapping[tuple[str, str, str], SettledDifference]
) -> list[MarkDifference]:
    """The differences that nobody settled as they are now. A reason given for another stand of
    paper or mark does not hold."""
    return [
        difference
        for difference in differences
        if settled.get(difference[:3]) != (difference.counted, difference.status)
    ]


# A badge says no more than this and the id of its row on one register.
BADGE = "KB1:"
_ENTRY_LENGTH = 16
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_MISREAD = str.maketrans("iluo", "11v0")
# A code on the wall is new every ten seconds, and is taken for three turns more: who scans it
# still has to press a button on a slow phone.
TURN = timedelta(seconds=10)
OLD_TURNS = 3
CODE_LENGTH = 6
# People come before it begins.
EARLY = timedelta(minutes=15)


class Met(StrEnum):
    """Outcome of reading a badge or a code."""

    IN = "in"
    ALREADY = "already"
    WRONG_REGISTER = "wrong_register"
    UNKNOWN = "unknown"
    REFUSED = "refused"


def badge_text(entry: str) -> str:
    """Text of a badge's QR, in the letters that take least room."""
    return f"{BADGE}{entry.upper()}"


def badge_entry(text: str) -> str | None:
    """The entry that a badge names, scanned or typed off it; None if it is no badge.

    Dashes and spaces are left out, and letters that no id has are taken for those they look like.
    """
    read = "".join(text.split()).replace("-", "").lower()
    read = read.removeprefix(BADGE.lower()).translate(_MISREAD)
    if len(read) != _ENTRY_LENGTH or not set(read) <= set(_ALPHABET):
        return None
    return read


def badge_shown(entry: str) -> str:
    """A badge's id as it is printed beside its QR: four times four characters."""
    return "-".join(entry[start : start + 4].upper() for start in range(0, _ENTRY_LENGTH, 4))


def turn_at(now: datetime) -> int:
    """Number of the turn of ten seconds in which a moment lies."""
    return int(now.timestamp() // TURN.total_seconds())


def seconds_left(now: datetime) -> float:
    """How long the present turn still lasts."""
    return TURN.total_seconds() - now.timestamp() % TURN.total_seconds()


def turns_taken(now: datetime) -> range:
    """The turns whose codes are taken now."""
    present = turn_at(now)
    return range(present - OLD_TURNS, present + 1)


def short_code(digest: str) -> str:
    """A code to be typed, from at least ten hexadecimal digits of a keyed hash."""
    number = int(digest[:10], 16)
    return "".join(_ALPHABET[number >> 5 * place & 31] for place in range(CODE_LENGTH)).upper()


def read_code(text: str) -> str:
    """A typed or scanned code in its one written form."""
    read = "".join(text.split()).replace("-", "").lower().translate(_MISREAD)
    return read[: CODE_LENGTH + 1].upper()


def is_code(text: str) -> bool:
    """True if a text can be a code at all."""
    read = read_code(text)
    return len(read) == CODE_LENGTH and set(read.lower()) <= set(_ALPHABET)


def is_its_time(starts_at: datetime, minutes: int, now: datetime) -> bool:
    """True if people may check themselves into a slot now: a little before it, until its end."""
    return starts_at - EARLY <= now <= starts_at + timedelta(minutes=minutes)


def one_of(code: str, codes: Iterable[str]) -> bool:
    """True if a code is one of those that are taken; every one is compared."""
    return any([code == taken for taken in codes])  # noqa: C419


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
    what is on record. A session that is moved back there is free of it."""
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
    odd: list[Oddity] = []
    if held.closed_at is not None and held.closed_at < held.starts_at:
        odd.append(Oddity.CLOSED_BEFORE)
    elif held.closed_at is not None and held.closed_at < held.ends_at:
        odd.append(Oddity.CLOSED_EARLY)
    if held.planned_end and held.closed_at and held.closed_at < held.planned_end:
        odd.append(Oddity.BROUGHT_FORWARD)
    if held.first_mark is not None and held.first_mark < opens_at(held.starts_at):
        odd.append(Oddity.MARKED_BEFORE)
    # One person is always marked at once.
    if held.at_once and held.alike and held.people > 1 and held.there == held.people:
        odd.append(Oddity.ALL_AT_ONCE)
    if held.taught is not None and held.minutes < held.taught:
        odd.append(Oddity.SHORTENED)
    return tuple(odd)
