"""Agendas: with what a meeting begins, in which order, and for how long. Members on paper: as they
chose, and the less the safer. Attendance of a meeting by group, as paper shows it. The clock of an
agenda: from when to when each item is planned, and how far the agenda runs over its meeting's end.
Presence at a meeting: who came when and left when, and who therefore is there at a moment. Terms
of office: on which days a member of a forum counts, and when that ends. Quorum of a meeting, group
by group: how many members must be there, and how many are. Attendance of a forum over a year:
counts of each group in each meeting, and how often those came who are shown. Decisions that come
back to the agenda, and the printed values before and after them. Actions that are carried from one
meeting into the next. Age of actions, and the days on which their owners are reminded."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Generic, Literal, TypeVar
from zlib import crc32

MEETING_MINUTES = 120

ITEMS_OF_A_MEETING = 60

# An item that takes longer than a day is a slip of the pen.
LONGEST_ITEM = 480


@dataclass(frozen=True)
class PlannedItem:
    """A point of an agenda that nobody spoke about yet; `minutes` is how long it should take."""

    title: str
    minutes: int | None = None
    kind: str = "plain"


def agenda_from(items: Sequence[PlannedItem], *, first_meeting: bool) -> list[PlannedItem]:
    """The agenda of a new meeting: after a first one it always has its matters arising."""
    if first_meeting or any(item.kind == "arising" for item in items):
        return list(items)
    return [PlannedItem("", None, "arising"), *items]


# What usually stands on a forum's agenda, in order; `forums/wording.py` has their titles.
USUAL_ITEMS = ("opening", "quorum", "previous", "arising", "results", "stories", "actions", "other")

# How long each usually takes; together as long as a meeting.
USUAL_MINUTES = {
    "opening": 5,
    "quorum": 5,
    "previous": 10,
    "arising": 20,
    "results": 30,
    "stories": 15,
    "actions": 20,
    "other": 15,
}


def with_usual_items(present: Sequence[str]) -> list[tuple[int, str]]:
    """An agenda with the usual items that it lacks, in its order.

    `present` tells of each item which usual one it is, empty if none. Returned are, for each item
    of the new agenda, its place in `present`, or -1 and which usual one it is. An item that is
    there stays where it is; one that is added comes right after the usual one before it, the last
    one to the end.
    """
    agenda = [(place, usual) for place, usual in enumerate(present)]
    for number, usual in enumerate(USUAL_ITEMS):
        if any(usual == other for _place, other in agenda):
            continue
        before = [at for at, (_place, other) in enumerate(agenda) if other in USUAL_ITEMS[:number]]
        at = before[-1] + 1 if before else 0
        agenda.insert(len(agenda) if usual == USUAL_ITEMS[-1] else at, (-1, usual))
    return agenda


def order_is_fixed(meeting_state: str) -> bool:
    """True if items may no longer change places: a held meeting's numbers are quoted elsewhere."""
    return meeting_state != "planned"


Appears = Literal["name", "alias", "office", "counted"]

APPEARS: tuple[Appears, ...] = ("name", "alias", "office", "counted")

# Nobody appears on paper before she said how.
USUAL: Appears = "counted"

# These two stand for a text that the member gave; the others need none.
WITH_TEXT: frozenset[str] = frozenset({"alias", "office"})


def shown_name(appears: str, shown_as: str, chosen_name: str) -> str:
    """Name under which other members and the paper may show a member; empty when only counted.

    An alias or an office without its text falls back to being counted, never to the name.
    """
    if appears == "name":
        return chosen_name.strip()
    if appears in WITH_TEXT:
        return shown_as.strip()
    return ""


# The less it says, the safer.
_DISCREET = ("counted", "alias", "office", "name")


def merged_seat(kept: Mapping[str, Any], gone: Mapping[str, Any]) -> dict[str, Any]:
    """Changes in a seat when that of somebody who is the same person joins it.

    Of two seats that are held, the one that shows less of her says how she appears.
    """
    seats = [seat for seat in (kept, gone) if seat["left_on"] is None] or [kept]
    best = min(seats, key=lambda seat: _DISCREET.index(seat["appears"]))
    left = (
        None
        if None in (kept["left_on"], gone["left_on"])
        else max(kept["left_on"], gone["left_on"])
    )
    return {"appears": best["appears"], "shown_as": best["shown_as"], "left_on": left}


STATUSES = ("present", "apology", "absent", "in_attendance")


@dataclass(frozen=True)
class Attendee:
    """One person on a meeting's register. `shown` is empty when she is only counted."""

    group: str
    status: str | None
    shown: str
    member: bool = True

    @property
    def counts_as(self) -> str | None:
        """The status that paper shows: a guest is never among the members who are present."""
        guest = not self.member and self.status == "present"
        return "in_attendance" if guest else self.status


@dataclass(frozen=True)
class StatusColumn:
    """Those of one group with one status: the ones who appear, and how many more are counted."""

    shown: tuple[str, ...] = ()
    counted: int = 0

    @property
    def total(self) -> int:
        """Everybody, whether shown or counted."""
        return len(self.shown) + self.counted


@dataclass(frozen=True)
class GroupAttendance:
    """A group's line in the table of attendance. Guests are not among `members`."""

    group: str
    columns: Mapping[str, StatusColumn] = field(default_factory=dict)
    members: int = 0

    def column(self, status: str) -> StatusColumn:
        """Those with a status; nobody when there are none."""
        return self.columns.get(status, StatusColumn())


def attendance_by_group(
    attendees: Iterable[Attendee], groups: Sequence[str]
) -> list[GroupAttendance]:
    """One line a group that has anybody, in the order of `groups`.

    Shown names are sorted, so that the order of a list tells nothing about who stands beside her.
    Members without a mark are only counted among the members.
    """
    everybody = list(attendees)
    lines = []
    for group in groups:
        here = [attendee for attendee in everybody if attendee.group == group]
        if not here:
            continue
        columns = {}
        for status in STATUSES:
            marked = [attendee for attendee in here if attendee.counts_as == status]
            shown = sorted(attendee.shown for attendee in marked if attendee.shown)
            columns[status] = StatusColumn(tuple(shown), len(marked) - len(shown))
        members = sum(1 for attendee in here if attendee.member)
        lines.append(GroupAttendance(group, columns, members))
    return lines


@dataclass(frozen=True)
class ItemTime:
    """The time of an item; one to which nobody gave any begins and ends at the same moment."""

    begins: datetime
    ends: datetime


@dataclass(frozen=True)
class AgendaClock:
    """The times of all items in order. `ends` is that of the last one, `over` by how many minutes
    it is later than the meeting's end."""

    items: tuple[ItemTime, ...]
    ends: datetime
    over: int


def agenda_clock(begins: datetime, length: int, items: Sequence[int | None]) -> AgendaClock:
    """Times of items one after the other, each given as its minutes; `length` are those that the
    meeting is planned for, 0 if nobody said so: then nothing runs over."""
    times = []
    moment = begins
    for minutes in items:
        after = moment + timedelta(minutes=minutes or 0)
        times.append(ItemTime(moment, after))
        moment = after
    late = moment - (begins + timedelta(minutes=length))
    over = max(0, int(late.total_seconds() // 60)) if length else 0
    return AgendaClock(tuple(times), moment, over)


PRESENT, IN_ATTENDANCE = "present", "in_attendance"
# Marks of those who are there; only the first counts for the quorum.
HERE = frozenset({PRESENT, IN_ATTENDANCE})
ANSWERS = ("yes", "no", "unsure")
# More often nobody comes and goes in one meeting.
MOST_TIMES = 8


@dataclass(frozen=True)
class TimeThere:
    """A time for which somebody was there; without `left_at` until the end."""

    arrived_at: datetime
    left_at: datetime | None = None

    def covers(self, moment: datetime) -> bool:
        """True if it holds at a moment: from arriving on, and no longer once she left."""
        return self.arrived_at <= moment and (self.left_at is None or moment < self.left_at)


def version_of(spells: Sequence[TimeThere]) -> int:
    """A number of these times that others have not, so that a page can say which it showed."""
    return (
        crc32(repr([(spell.arrived_at, spell.left_at) for spell in spells]).encode())
        % 1_000_000_000
    )


def there_at(mark: str | None, spells: Sequence[TimeThere], moment: datetime) -> bool:
    """True if a member is there at a moment.

    The register's mark says whether she came at all, the spells when. Who is marked as present
    without any times was there from the beginning to the end.
    """
    return mark == PRESENT and (not spells or any(spell.covers(moment) for spell in spells))


class SpellFault(StrEnum):
    """Fault of times of presence as they were given."""

    LEFT_FIRST = "left_first"
    OVERLAP = "overlap"
    AHEAD = "ahead"
    LEFT_AHEAD = "left_ahead"
    TOO_MANY = "too_many"


def spell_fault(
    spells: Sequence[TimeThere], opens: datetime, now: datetime
) -> tuple[SpellFault, int] | None:
    """The first fault of times in their order, with the place of the spell that has it.

    `opens` is when people are taken in at the door; nobody was there before, nor later than now.
    """
    before: TimeThere | None = None
    for place, spell in enumerate(spells):
        if place == MOST_TIMES:
            return SpellFault.TOO_MANY, place
        if spell.left_at is not None and spell.left_at <= spell.arrived_at:
            return SpellFault.LEFT_FIRST, place
        if spell.arrived_at < opens or spell.arrived_at > now:
            return SpellFault.AHEAD, place
        if spell.left_at is not None and spell.left_at > now:
            return SpellFault.LEFT_AHEAD, place
        if before is not None and (before.left_at is None or before.left_at > spell.arrived_at):
            return SpellFault.OVERLAP, place
        before = spell
    return None


def arrived(spells: Sequence[TimeThere], moment: datetime) -> tuple[TimeThere, ...]:
    """The spells after somebody came; the same if she is there already."""
    if spells and spells[-1].left_at is None:
        return tuple(spells)
    return (*spells, TimeThere(moment))


def gone(spells: Sequence[TimeThere], moment: datetime, began: datetime) -> tuple[TimeThere, ...]:
    """The spells after somebody left; the same if she was not there.

    Who stands as present without times was there since it `began`.
    """
    if not spells:
        return (TimeThere(min(began, moment), moment),)
    if spells[-1].left_at is not None:
        return tuple(spells)
    return (*spells[:-1], replace(spells[-1], left_at=moment))


def taken_back(spells: Sequence[TimeThere]) -> tuple[TimeThere, ...]:
    """The spells without the last tap: who left is there again, and who came never did."""
    if not spells:
        return ()
    last = spells[-1]
    return (
        tuple(spells[:-1]) if last.left_at is None else (*spells[:-1], replace(last, left_at=None))
    )


# So many days before it ends, the person who runs the forum is told.
TOLD_BEFORE = 60


@dataclass(frozen=True)
class OfficeTerm:
    """Days for which somebody was chosen, the last among them; without `ends_on` until further
    notice."""

    begins_on: date
    ends_on: date | None = None
    office: str = ""

    def holds_on(self, day: date) -> bool:
        """True if it holds on a day."""
        return self.begins_on <= day and (self.ends_on is None or day <= self.ends_on)


def counts_on(terms: Collection[OfficeTerm], left_on: date | None, day: date) -> bool:
    """True if a member counts on a day. Without any known term the membership alone counts."""
    if left_on is not None and left_on < day:
        return False
    return not terms or any(term.holds_on(day) for term in terms)


def term_on(terms: Collection[OfficeTerm], day: date) -> OfficeTerm | None:
    """The term that holds on a day."""
    return next((term for term in terms if term.holds_on(day)), None)


def ends_after(terms: Collection[OfficeTerm], day: date) -> date | None:
    """The last day on which a member counts who counts on a day, terms that adjoin taken together;
    None if no end is known, or none of them holds."""
    last: date | None = None
    for term in sorted(terms, key=lambda one: one.begins_on):
        if term.holds_on(day) or (last is not None and term.begins_on <= last + timedelta(days=1)):
            if term.ends_on is None:
                return None
            last = max(last or term.ends_on, term.ends_on)
    return last


class TermFault(StrEnum):
    """Fault of a term as it was given."""

    ENDS_FIRST = "ends_first"
    OVERLAP = "overlap"


def term_fault(term: OfficeTerm, others: Sequence[OfficeTerm]) -> TermFault | None:
    """The fault of a term beside the other terms of the same member."""
    if term.ends_on is not None and term.ends_on < term.begins_on:
        return TermFault.ENDS_FIRST
    for other in others:
        if other.begins_on <= (term.ends_on or date.max) and term.begins_on <= (
            other.ends_on or date.max
        ):
            return TermFault.OVERLAP
    return None


MOST_NEEDED = 500


class QuorumShare(StrEnum):
    """Share of a group's members that must be there. At least one must."""

    NUMBER = "number"
    THIRD = "third"
    HALF = "half"
    OVER_HALF = "over_half"
    TWO_THIRDS = "two_thirds"
    ALL = "all"


@dataclass(frozen=True)
class NeededOfGroup:
    """A forum's rule for one group; `least` is for a number alone."""

    share: QuorumShare
    least: int = 0

    def of(self, members: int) -> int:
        """The number that must be there of so many members.

        A group of which nobody is a member misses its share: a meeting without it is not quorate.
        """
        if self.share is QuorumShare.NUMBER:
            return self.least
        needed = {
            QuorumShare.THIRD: -(-members // 3),
            QuorumShare.HALF: -(-members // 2),
            QuorumShare.OVER_HALF: members // 2 + 1,
            QuorumShare.TWO_THIRDS: -(-2 * members // 3),
            QuorumShare.ALL: members,
        }[self.share]
        return max(1, needed)


@dataclass(frozen=True)
class Seat:
    """A member as a meeting found her: her group's letter, the register's mark, when she was there
    and for which terms she was chosen. `key` tells her from others."""

    key: int
    letter: str
    mark: str | None
    spells: Sequence[TimeThere] = ()
    terms: Collection[OfficeTerm] = ()
    left_on: date | None = None


@dataclass(frozen=True)
class GroupQuorum:
    """A group at a moment. `counted_out` are there, but have a conflict of interest in the item:
    they are not among the `present`. How many are needed does not sink with them."""

    letter: str
    name: str
    members: int
    present: int
    needed: int
    counted_out: int = 0

    @property
    def met(self) -> bool:
        """True if enough of the group are there."""
        return self.present >= self.needed


@dataclass(frozen=True)
class Quorum:
    """All groups at a moment; `agreed` says that the forum has a rule for this day at all."""

    groups: tuple[GroupQuorum, ...]
    agreed: bool

    @property
    def met(self) -> bool:
        """True if every group meets its quorum and somebody is there at all."""
        return any(group.present for group in self.groups) and all(
            group.met for group in self.groups
        )

    @property
    def recorded(self) -> bool:
        """True if anybody stands as being there, counted or counted out."""
        return any(group.present or group.counted_out for group in self.groups)


def quorum_of(
    seats: Iterable[Seat],
    needed: Mapping[str, NeededOfGroup],
    names: Mapping[str, str],
    *,
    day: date,
    moment: datetime,
    conflicted: Collection[int] = (),
) -> Quorum:
    """The quorum of a meeting on a `day` at a `moment`.

    `needed` is the rule by the groups' letters, `names` the groups in their order. Only the person
    who counts on that day is among the members; guests have no seat. `conflicted` are the keys of
    those who declared a conflict of interest in the item that is spoken about.
    """
    counting = [seat for seat in seats if counts_on(seat.terms, seat.left_on, day)]
    groups = []
    for letter, name in names.items():
        members = [seat for seat in counting if seat.letter == letter]
        rule = needed.get(letter)
        if not members and rule is None:
            continue
        there = [seat for seat in members if there_at(seat.mark, seat.spells, moment)]
        out = sum(seat.key in conflicted for seat in there)
        groups.append(
            GroupQuorum(
                letter,
                name,
                members=len(members),
                present=len(there) - out,
                needed=0 if rule is None else rule.of(len(members)),
                counted_out=out,
            )
        )
    return Quorum(tuple(groups), agreed=bool(needed))


def quorate_times(at: Callable[[datetime], Quorum], moments: Iterable[datetime]) -> list[TimeThere]:
    """The times for which a meeting was quorate; the last is open if it was so until the end.

    `moments` are those at which somebody came or left, and the beginning: between two of them
    nothing changes.
    """
    times: list[TimeThere] = []
    met = False
    for moment in sorted(set(moments)):
        if at(moment).met is met:
            continue
        met = not met
        if met:
            times.append(TimeThere(moment))
        else:
            times[-1] = TimeThere(times[-1].arrived_at, moment)
    return times


@dataclass(frozen=True)
class Votes:
    """Votes of one group on a decision."""

    in_favour: int = 0
    against: int = 0
    abstained: int = 0

    @property
    def total(self) -> int:
        """All who voted or abstained."""
        return self.in_favour + self.against + self.abstained


def too_many_votes(votes: Mapping[str, Votes], present: Mapping[str, int]) -> list[str]:
    """Letters of the groups in which more voted than were there to vote."""
    return [letter for letter, cast in votes.items() if cast.total > present.get(letter, 0)]


@dataclass(frozen=True)
class GroupInMeeting:
    """A group in one meeting: its members, how many it needed (None if that was not agreed), counts
    and shown names by status. Names that were withdrawn are among the counts alone."""

    letter: str
    members: int
    needed: int | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    shown: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def met(self) -> bool | None:
        """True if enough of it came; None if no quorum was agreed."""
        return None if self.needed is None else self.counts.get("present", 0) >= self.needed


@dataclass(frozen=True)
class MeetingInYear:
    """A meeting that was held, with its groups in their order."""

    starts_at: datetime
    letter: str
    groups: Sequence[GroupInMeeting]

    def group(self, letter: str) -> GroupInMeeting:
        """A group; nobody if it had no member."""
        return next(
            (group for group in self.groups if group.letter == letter), GroupInMeeting(letter, 0)
        )


def letters_in(meetings: Iterable[MeetingInYear]) -> list[str]:
    """The letters of all groups that were there, in alphabetical order."""
    return sorted({group.letter for meeting in meetings for group in meeting.groups})


def names_in(meetings: Iterable[MeetingInYear]) -> list[tuple[str, str, dict[str, int]]]:
    """(letter, shown, in how many meetings with each status) of everybody who was shown in any of
    these meetings, by group and name. A person who appeared in
    two ways has two lines: that they are one is nobody's to read."""
    counts: dict[tuple[str, str], dict[str, int]] = {}
    for meeting in meetings:
        for group in meeting.groups:
            for status, names in group.shown.items():
                for name in names:
                    times = counts.setdefault((group.letter, name), dict.fromkeys(STATUSES, 0))
                    times[status] += 1
    return [(letter, shown, counts[letter, shown]) for letter, shown in sorted(counts)]


Printed = TypeVar("Printed")
CONCLUSIONS = ("worked", "unclear", "not")


@dataclass(frozen=True)
class ReviewedDecision:
    """A decision as its return depends on it: the meeting that took it, the day from which one
    looks again, and when the forum concluded."""

    key: int
    taken_at: datetime
    look_on: date
    concluded_at: datetime | None


def coming_back(
    decisions: Iterable[ReviewedDecision],
    meeting_at: datetime,
    meeting_on: date,
    previous_at: datetime | None,
    as_of: datetime,
) -> list[tuple[int, bool]]:
    """The decisions that come up in a meeting, in order of their days, and whether the forum had
    concluded by then.

    Each comes up in the first meeting on or after its day and in every later one, until something
    is concluded: that is told once, in the meeting after `previous_at`, when the one before was
    recorded as held. `as_of` is now while the meeting is planned, later when it was itself recorded
    as held.
    """
    return [
        (decision.key, decision.concluded_at is not None and decision.concluded_at <= as_of)
        for decision in sorted(decisions, key=lambda decision: (decision.look_on, decision.key))
        if decision.taken_at < meeting_at
        and decision.look_on <= meeting_on
        and (
            decision.concluded_at is None
            or previous_at is None
            or decision.concluded_at > previous_at
        )
    ]


@dataclass(frozen=True)
class PrintedWindow(Generic[Printed]):
    """A value of a printed line, of the days from `begins_on` to `ends_on`."""

    begins_on: date
    ends_on: date
    value: Printed


@dataclass(frozen=True)
class WindowsAround(Generic[Printed]):
    """Windows around a decision: the last that was over `before` it, the one `across` which it was
    taken, and the newest that began `after` it."""

    before: PrintedWindow[Printed] | None
    across: PrintedWindow[Printed] | None
    after: PrintedWindow[Printed] | None


def windows_around(
    windows: Sequence[PrintedWindow[Printed]], taken_on: date, until: date
) -> WindowsAround[Printed]:
    """The windows before, across and after the day of a decision, oldest first, as far as they were
    over `until` a day. Days before the decision tell nothing of it, so that the window in which
    they lie is compared with none."""
    over = [window for window in windows if window.ends_on <= until]
    before = [window for window in over if window.ends_on <= taken_on]
    after = [window for window in over if window.begins_on > taken_on]
    across = [window for window in over if window.begins_on <= taken_on < window.ends_on]
    return WindowsAround(*(part[-1] if part else None for part in (before, across, after)))


@dataclass(frozen=True)
class OpenedAction:
    """An action as its carrying over depends on it: when it came up, and when it was closed."""

    key: int
    raised_at: datetime
    state: str
    closed_at: datetime | None


def state_at(state: str, closed_at: datetime | None, moment: datetime) -> str:
    """The state an action had at a moment."""
    return "open" if closed_at is None or closed_at > moment else state


def arising(
    actions: Iterable[OpenedAction],
    meeting_at: datetime,
    previous_at: datetime | None,
    as_of: datetime,
) -> list[tuple[int, str]]:
    """The actions that come up under matters arising, in order of age, with their state.

    These are the ones raised in an earlier meeting and still open when the meeting before this one
    was recorded as held (`previous_at`): what was closed since is told once, as closed. `as_of` is
    now while the meeting is planned, later the moment at which it was itself recorded as held.
    """
    return [
        (action.key, state_at(action.state, action.closed_at, as_of))
        for action in sorted(actions, key=lambda action: (action.raised_at, action.key))
        if action.raised_at < meeting_at
        and (action.closed_at is None or previous_at is None or action.closed_at > previous_at)
    ]


SOON = timedelta(days=3)
# A person who was not reminded within so many days after the day is asked at the next meeting.
LATE = timedelta(days=3)


@dataclass(frozen=True)
class Age:
    """Age of an action: in days, and in meetings that were held since it came up."""

    days: int
    meetings: int


def age_of(raised_on: date, until: date, meetings: Iterable[date]) -> Age:
    """Age of an action on a day: today, or the day on which it was closed. `meetings` are the days
    of all meetings of its forum that were held."""
    count = sum(1 for day in meetings if raised_on < day <= until)
    return Age(max(0, (until - raised_on).days), count)


class Reminder(StrEnum):
    """A reminder of an action: before its day, or after it."""

    SOON = "soon"
    LATE = "late"


def reminder_of(due_on: date, today: date) -> Reminder | None:
    """The reminder that is to go today, None if there is none."""
    if today <= due_on <= today + SOON:
        return Reminder.SOON
    return Reminder.LATE if due_on < today <= due_on + LATE else None
