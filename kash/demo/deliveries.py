"""Telling how the sample's sessions were taught: when they really began and ended, what was left
out, what was reached, and what their trainers say about it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from kash.attendance.rules.times import Edge
from kash.attendance.services.times import set_times
from kash.policy import Actor
from kash.workshops.queries import scope
from kash.workshops.queries.deliveries import TaughtSession, taught_sessions
from kash.workshops.rules import LeftOutReason, Reached
from kash.workshops.services.recording import TaughtRecord, record_session

# Minutes late, and how much longer or shorter it took, of one session after the other.
_CLOCKS = ((5, 10), (0, 5), (3, -5), (10, 15), (2, 0), (0, 20), (4, 5))
_NOTES = (
    "The role play took longer than planned: everybody wanted a turn. Two asked how to reach a"
    " service at night; the card with numbers went round.",
    "Quiet at first, lively after the break. The question box helped.",
    "Power was out until ten. The flip chart was enough.",
)
_NEXT_TIME = (
    "Begin with the role play, and give it a quarter of an hour more.",
    "Print the card of services twice as large.",
)


def deliver(workshop: str, slots: Collection[str], by: Actor, number: int) -> None:
    """Tell of these slots of a workshop, the one of this number, how they were taught."""
    found = scope.workshop(workshop, by)
    register, sessions = found.register.public_id, taught_sessions(found)
    for place, one in enumerate(each for each in sessions if each.slot in slots):
        late, longer = _CLOCKS[(place + 2 * number) % len(_CLOCKS)]
        begins = one.starts_at + timedelta(minutes=late)
        ends = begins + timedelta(minutes=max(one.minutes + longer, 15))
        set_times(register, one.slot, {Edge.START: begins, Edge.END: ends}, by)
        told = _told(place, one)
        if not told.says_nothing:
            record_session(workshop, one.public_id, told, 0, by)


def _told(number: int, one: TaughtSession) -> TaughtRecord:
    can_go = [timed.step.lineage for timed in one.steps if timed.step["rank"] != "must"]
    left_out = {}
    if can_go and number % 3 == 0:
        left_out[can_go[0]] = (LeftOutReason.TIME, "The discussion before it ran on.")
    elif can_go and number % 3 == 1:
        left_out[can_go[-1]] = (LeftOutReason.KNOWN, "")
    last = len(one.objectives) - 1
    return TaughtRecord(
        left_out={lineage: (str(reason), words) for lineage, (reason, words) in left_out.items()},
        reached={
            row.lineage: str(
                Reached.PARTLY if place == last and number % 3 == 0 else Reached.REACHED
            )
            for place, row in enumerate(one.objectives)
        },
        notes=_NOTES[number // 2] if number % 2 == 0 and number // 2 < len(_NOTES) else "",
        next_time=_NEXT_TIME[number // 3] if number % 3 == 0 and number // 3 < 2 else "",
    )
