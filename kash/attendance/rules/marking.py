"""Rules of marking: how an operation is answered. Presence: what a person's marks add up to, and
which stands where two people turn out to be one. How long a session really took: taps at its
beginning and end, and what counts of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from kash.attendance.rules.registers import is_ahead, opens_at

# A mark that nobody has made yet.
NO_MARK = 0
LONGEST_OPERATION_ID = 36
LONGEST_CORRECTION = 300


class Reply(StrEnum):
    """How an operation was answered."""

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    REJECTED = "rejected"


class RejectionReason(StrEnum):
    """Why an operation was rejected."""

    NONE = ""
    SLOT_UNKNOWN = "slot_unknown"
    SLOT_CLOSED = "slot_closed"
    SLOT_LOCKED = "slot_locked"
    NOT_ON_ROSTER = "not_on_roster"
    STATUS_UNKNOWN = "status_unknown"
    STATUS_RETIRED = "status_retired"
    UNREADABLE = "unreadable"
    ID_REUSED = "id_reused"
    GROUP_UNKNOWN = "group_unknown"
    MINOR = "minor"
    CANCELLED = "cancelled"
    NOT_BEGUN = "not_begun"
    # Of when a session was taught; the same words as in `rules/times.py`.
    TIME_BEFORE_DOOR = "time_before_door"
    TIME_IN_FUTURE = "time_in_future"
    TIME_END_FIRST = "time_end_first"
    TIME_TOO_LONG = "time_too_long"


# Looking a member up takes longer than all that is then done with it, once for each operation.
_APPLIED, _CONFLICT, _NONE = Reply.APPLIED, Reply.CONFLICT, RejectionReason.NONE


class Tone(StrEnum):
    """How a status looks."""

    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    QUIET = "quiet"


class Status(NamedTuple):
    """A status as a programme has it; `name` is empty while it goes by its usual word. `weight` is
    the share of a slot it counts, in per cent."""

    code: str
    letter: str
    weight: int
    purpose: str
    tone: str
    name: str = ""
    active: bool = True
    row_version: int = 1


ANY_PURPOSE = "any"
# Those that every programme has.
STANDARD_STATUSES = (
    Status("present", "P", 100, ANY_PURPOSE, Tone.GOOD),
    Status("late", "L", 100, "workshop", Tone.WARN),
    Status("left_early", "D", 50, "workshop", Tone.WARN),
    Status("excused", "E", 0, "workshop", Tone.QUIET),
    Status("absent", "A", 0, ANY_PURPOSE, Tone.BAD),
    Status("apology", "AP", 0, "meeting", Tone.QUIET),
    Status("in_attendance", "IA", 100, "meeting", Tone.GOOD),
)
PRESENT, ABSENT = "present", "absent"
# What no register can do without.
ALWAYS_IN_USE = frozenset({PRESENT, ABSENT})
MOST_STATUSES = 20


# Not frozen, as all else here: that takes eight times as long to make, once for each operation.
@dataclass(slots=True)
class Operation:
    """One mark as somebody made it. `slot` and `entry` are the public ids on the register.

    `expected_version` is the version of the mark that its maker had before her eyes.
    `correction` is the reason why a mark is changed though its register is locked; no phone has it.
    """

    op_id: str
    slot: str
    entry: str
    status: str
    expected_version: int
    device_time: datetime
    device: str = ""
    device_sequence: int = 0
    correction: str = ""


# What is made for each operation of a batch is a named tuple: made in a quarter of the time.
class CurrentMark(NamedTuple):
    """A mark as it stands."""

    status: str | None = None
    version: int = NO_MARK


class Earlier(NamedTuple):
    """An operation that was kept under the same id, wherever it was meant for.

    Applied operations and conflicts are kept; a rejected one is not, so that it may be sent again
    once the reason is gone.
    """

    slot: str
    entry: str
    status: str
    reply: Reply = Reply.APPLIED


@dataclass(frozen=True)
class Circumstances:
    """All that the answer to one operation depends on, besides the operation.

    A slot is closed by one person and locked once another confirmed it; a locked one is closed.
    `cancelled` says that the operation was made after what the register is of was cancelled;
    `ahead` that it would say somebody was there before the session began (`is_ahead`).
    """

    slot_known: bool
    slot_closed: bool
    on_roster: bool
    statuses: Collection[str]
    standing: CurrentMark
    earlier: Earlier | None = None
    retired: Collection[str] = ()
    slot_locked: bool = False
    cancelled: bool = False
    ahead: bool = False


class MarkDecision(NamedTuple):
    """The answer, and the mark as it stands afterwards."""

    reply: Reply
    standing: CurrentMark
    reason: RejectionReason = _NONE


class OperationAnswer(NamedTuple):
    """Answer to the sender of an operation, with the mark that stands now."""

    op_id: str
    slot: str
    entry: str
    answer: Reply
    reason: RejectionReason
    status: str | None
    version: int


def is_readable(operation: Operation) -> bool:
    """True if an operation has an id that can be kept and a version that can exist."""
    op_id, device = operation.op_id, operation.device
    return (
        0 < len(op_id) <= LONGEST_OPERATION_ID
        and op_id.isascii()
        and op_id.isprintable()
        and len(device) <= LONGEST_OPERATION_ID
        and device.isascii()
        and device.isprintable()
        and 0 <= operation.expected_version < 2**31
        and 0 <= operation.device_sequence < 2**31
        and len(operation.correction) <= LONGEST_CORRECTION
        and operation.device_time.tzinfo is not None
    )


def is_too_late(at: datetime, cancelled_at: datetime | None) -> bool:
    """True if something was made after the cancelling, by the clock of the device. A moment without
    its zone is no moment, and is told as unreadable elsewhere."""
    return cancelled_at is not None and at.tzinfo is not None and at >= cancelled_at


def decide(operation: Operation, now: Circumstances) -> MarkDecision:
    """Answer one operation.

    | seen before | readable, known, slot takes it, on the roster | version | same status | answer |
    |---|---|---|---|---|
    | yes, the same, applied | – | – | – | duplicate |
    | yes, the same, conflict | – | – | – | conflict, as before |
    | yes, another | – | – | – | rejected |
    | no | no | – | – | rejected |
    | no | yes | as expected | no | applied, version + 1 |
    | no | yes | as expected | yes | applied, nothing changes |
    | no | yes | another | yes | applied, nothing changes |
    | no | yes | another | no | conflict |

    | slot | ordinary operation | correction with a reason |
    |---|---|---|
    | open | taken | taken |
    | closed | rejected: slot_closed | rejected: slot_closed |
    | locked | rejected: slot_locked | taken |

    A status out of use is known, but not taken any more unless it is what stands. What was made
    after the cancelling is rejected, whatever else holds, unless it was kept already. So is what
    says that somebody was there before the session began; that somebody will not come is taken.
    """
    return _decided(
        operation,
        now.slot_known,
        now.slot_closed,
        now.slot_locked,
        now.on_roster,
        now.statuses,
        now.retired,
        now.standing,
        now.earlier,
        now.cancelled,
        now.ahead,
    )


def _decided(
    operation: Operation,
    slot_known: bool,
    slot_closed: bool,
    slot_locked: bool,
    on_roster: bool,
    statuses: Collection[str],
    retired: Collection[str],
    standing: CurrentMark,
    earlier: Earlier | None,
    cancelled: bool,
    ahead: bool,
) -> MarkDecision:
    """`decide`, of plain values: a batch makes no circumstances for each of its operations."""
    status = operation.status
    if not is_readable(operation):
        return MarkDecision(Reply.REJECTED, standing, RejectionReason.UNREADABLE)
    if earlier is not None:
        if (operation.slot, operation.entry, status) != earlier[:3]:
            return MarkDecision(Reply.REJECTED, standing, RejectionReason.ID_REUSED)
        again = Reply.DUPLICATE if earlier.reply is Reply.APPLIED else earlier.reply
        return MarkDecision(again, standing)
    if cancelled:
        return MarkDecision(Reply.REJECTED, standing, RejectionReason.CANCELLED)
    if not slot_known:
        return MarkDecision(Reply.REJECTED, standing, RejectionReason.SLOT_UNKNOWN)
    if not on_roster:
        return MarkDecision(Reply.REJECTED, standing, RejectionReason.NOT_ON_ROSTER)
    if ahead:
        return MarkDecision(Reply.REJECTED, standing, RejectionReason.NOT_BEGUN)
    if slot_locked:
        if not operation.correction:
            return MarkDecision(Reply.REJECTED, standing, RejectionReason.SLOT_LOCKED)
    elif slot_closed:
        return MarkDecision(Reply.REJECTED, standing, RejectionReason.SLOT_CLOSED)
    if status in retired:
        if status != standing.status:
            return MarkDecision(Reply.REJECTED, standing, RejectionReason.STATUS_RETIRED)
    elif status not in statuses:
        return MarkDecision(Reply.REJECTED, standing, RejectionReason.STATUS_UNKNOWN)
    if status == standing.status:
        return MarkDecision(_APPLIED, standing)
    if operation.expected_version != standing.version:
        return MarkDecision(_CONFLICT, standing)
    return MarkDecision(_APPLIED, CurrentMark(status, standing.version + 1))


_NOBODY_MARKED = CurrentMark()


@dataclass(frozen=True)
class RegisterState:
    """A register as a batch finds it: open and closed slots, who is on it, and the marks.

    `locked_slots` are among the closed ones. What was made from `cancelled_at` on is not taken.
    `begins` says when slots begin: a status among `counting` is not taken before, by our clock
    (`now`) and by the device's, where it is known by how much that is ahead (`clock_ahead`).
    """

    open_slots: Collection[str]
    closed_slots: Collection[str]
    entries: Collection[str]
    statuses: Collection[str]
    marks: Mapping[tuple[str, str], CurrentMark]
    earlier: Mapping[str, Earlier]
    retired: Collection[str] = ()
    locked_slots: Collection[str] = ()
    cancelled_at: datetime | None = None
    begins: Mapping[str, datetime] = field(default_factory=dict)
    counting: Collection[str] = ()
    now: datetime | None = None
    clock_ahead: timedelta | None = None

    def is_ahead(self, operation: Operation) -> bool:
        """True if an operation says that somebody was there before the session began."""
        starts_at = self.begins.get(operation.slot)
        if starts_at is None or self.now is None or operation.status not in self.counting:
            return False
        return is_ahead(starts_at, self.now, operation.device_time, self.clock_ahead)


@dataclass(frozen=True)
class BatchOutcome:
    """The answers in the order of the operations, which of them are new to be kept, and the marks
    that changed. `kept` holds positions in `answers`."""

    answers: tuple[OperationAnswer, ...]
    kept: tuple[int, ...]
    changed: Mapping[tuple[str, str], CurrentMark]


def decide_batch(operations: Sequence[Operation], state: RegisterState) -> BatchOutcome:
    """Answer operations one after the other; each finds what those before it left."""
    marks = dict(state.marks)
    earlier = dict(state.earlier)
    changed: dict[tuple[str, str], CurrentMark] = {}
    answers: list[OperationAnswer] = []
    to_keep: list[int] = []
    cancelled_at = state.cancelled_at
    for position, operation in enumerate(operations):
        op_id, slot, entry = operation.op_id, operation.slot, operation.entry
        place = (slot, entry)
        standing = marks.get(place, _NOBODY_MARKED)
        before = earlier.get(op_id)
        closed = slot in state.closed_slots
        reply, after, reason = _decided(
            operation,
            closed or slot in state.open_slots,
            closed,
            slot in state.locked_slots,
            entry in state.entries,
            state.statuses,
            state.retired,
            standing,
            before,
            cancelled_at is not None and is_too_late(operation.device_time, cancelled_at),
            state.is_ahead(operation),
        )
        if after is not standing:
            marks[place] = changed[place] = after
        # What was applied or is a conflict is kept.
        if before is None and (reply is _APPLIED or reply is _CONFLICT):
            to_keep.append(position)
            earlier[op_id] = Earlier(slot, entry, operation.status, reply)
        answers.append(
            OperationAnswer(op_id, slot, entry, reply, reason, after.status, after.version)
        )
    return BatchOutcome(tuple(answers), tuple(to_keep), changed)


@dataclass(frozen=True)
class SlotTime:
    """A slot as it counts: how long, whether its register is closed, whether it has begun, and on
    which day."""

    slot: int
    minutes: int
    closed: bool
    begun: bool = True
    day: date | None = None


@dataclass(frozen=True)
class MadeMark:
    """A mark as it counts."""

    slot: int
    person: int
    status: str


@dataclass(frozen=True)
class Presence:
    """Presence of one person, by all her marks. `weighted` is in minutes times per cent; `days` are
    those on which any of it counts."""

    weighted: int
    total_minutes: int
    counts: Mapping[str, int]
    days: frozenset[date | None] = frozenset()

    @property
    def minutes(self) -> int:
        """Minutes that count, weighted by status, rounded down."""
        return self.weighted // 100

    @property
    def percentage(self) -> int:
        """The share of the slots that took place that these minutes are, in whole per cent, rounded
        down: as certificates and tracks count it."""
        return 100 * self.minutes // self.total_minutes if self.total_minutes else 0


def took_place(slots: Iterable[SlotTime], marked: Collection[int]) -> list[SlotTime]:
    """The slots that count as held: those closed, and those in which anybody was marked. None does
    before it begins: a person who excused herself for tomorrow has missed nothing yet."""
    return [slot for slot in slots if slot.begun and (slot.closed or slot.slot in marked)]


def presences(
    people: Iterable[int],
    slots: Iterable[SlotTime],
    marks: Iterable[MadeMark],
    weights: Mapping[str, int],
) -> dict[int, Presence]:
    """For each person, minutes and counts over the slots that took place.

    Who has no mark in such a slot was not there. Marks of other people, and marks in slots that
    are not given, count only as a sign that the slot took place.
    """
    counting = list(marks)
    took = {slot.slot: slot for slot in took_place(slots, {mark.slot for mark in counting})}
    total = sum(slot.minutes for slot in took.values())
    presence = {person: Presence(0, total, Counter()) for person in people}
    for mark in counting:
        slot = took.get(mark.slot)
        before = presence.get(mark.person)
        if slot is None or before is None:
            continue
        presence[mark.person] = replace(
            before,
            weighted=before.weighted + slot.minutes * weights[mark.status],
            counts=Counter(before.counts) + Counter({mark.status: 1}),
            days=before.days | {slot.day} if weights[mark.status] else before.days,
        )
    return presence


def tally(statuses: Iterable[str | None]) -> dict[str, int]:
    """How often each status stands; who has no mark is counted under ""."""
    return dict(Counter(status or "" for status in statuses))


@dataclass(frozen=True)
class CountedMark:
    """A mark as it stands: what share its status counts, and which operation came last."""

    status: str
    weight: int
    version: int
    operation: int


def standing_mark(one: CountedMark, other: CountedMark) -> tuple[str, int]:
    """The (status, version) that stands where two people in one slot turn out to be one.

    A person who was seen was there: what counts more of the slot stands, and of two that count
    alike the later. The version is newer than both, so that a mark sent with either is a conflict.
    """
    best = max(one, other, key=lambda said: (said.weight, said.operation))
    return best.status, max(one.version, other.version) + 1


# No session takes longer; a trainer who forgot the end taps it the next morning.
LONGEST = timedelta(hours=12)
SHORTEST = timedelta(minutes=1)
# Two clocks are never quite alike, and what is sent takes a moment.
_TOLERANCE = timedelta(minutes=2)
_ALIKE = timedelta(seconds=10)


class Edge(StrEnum):
    """The beginning or the end of a session."""

    START = "start"
    END = "end"


@dataclass(frozen=True)
class Tap:
    """A tap that was not taken back; `by_hand` if the moment was typed in afterwards."""

    edge: Edge
    at: datetime
    by_hand: bool = False


@dataclass(frozen=True)
class Stretch:
    """From when until when a session was taught; None where nobody said so."""

    start: datetime | None = None
    end: datetime | None = None

    @property
    def minutes(self) -> int | None:
        """Whole minutes between the two; None while one is missing, or if they do not fit."""
        if self.start is None or self.end is None:
            return None
        took = self.end - self.start
        if not SHORTEST <= took <= LONGEST:
            return None
        return (took + timedelta(seconds=30)) // timedelta(minutes=1)


class TimeFault(StrEnum):
    """Fault in a beginning or an end."""

    BEFORE_DOOR = "time_before_door"
    IN_FUTURE = "time_in_future"
    END_FIRST = "time_end_first"
    TOO_LONG = "time_too_long"


def stretch_of(taps: Iterable[Tap]) -> Stretch:
    """Times that count of taps, in whatever order these came: of the beginning the first, of the
    end the last, since two trainers may both have tapped. What was typed by hand goes before any
    tap, the last in the order given before others."""
    counting = list(taps)

    def of(edge: Edge) -> datetime | None:
        typed = [tap.at for tap in counting if tap.edge is edge and tap.by_hand]
        if typed:
            return typed[-1]
        tapped = [tap.at for tap in counting if tap.edge is edge]
        return (min if edge is Edge.START else max)(tapped, default=None)

    return Stretch(of(Edge.START), of(Edge.END))


def time_fault(
    taught: Stretch, planned_start: datetime, now: datetime
) -> tuple[TimeFault, Edge] | None:
    """Fault in when a session is said to have been taught, and in which of the two; None if there
    is none.

    It begins once its door opens, as planned, and ends at least a minute and at most twelve hours
    later; neither lies in the future.
    """
    times = [(edge, at) for edge, at in _edges(taught) if at is not None]
    for edge, at in times:
        if at < opens_at(planned_start):
            return TimeFault.BEFORE_DOOR, edge
        if at > now + _TOLERANCE:
            return TimeFault.IN_FUTURE, edge
    if taught.start is not None and taught.end is not None:
        if taught.end - taught.start < SHORTEST:
            return TimeFault.END_FIRST, Edge.END
        if taught.end - taught.start > LONGEST:
            return TimeFault.TOO_LONG, Edge.END
    return None


def _edges(taught: Stretch) -> tuple[tuple[Edge, datetime | None], ...]:
    return (Edge.START, taught.start), (Edge.END, taught.end)


def by_our_clock(at: datetime, clock_ahead: timedelta | None) -> datetime:
    """A moment of a device by our clock, if its own is known to be off by more than seconds."""
    return at if clock_ahead is None or abs(clock_ahead) < _ALIKE else at - clock_ahead
