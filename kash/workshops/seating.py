"""Rules of seats: whose turn it is when one falls free, how long an offer stands, and why nobody
moved up. Pure, as `rules.py` is.

Until some days before the start the list moves up by itself. After that nobody may be taken for
granted who made other plans meanwhile: the seat is *offered*, and held until she answered or the
offer lapsed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from kash.platform.web.retention import Bounds

DAYS_BEFORE = Bounds(3, 0, 30, "days")
OFFER_HOURS = Bounds(24, 2, 120, "hours")
# Whoever reads of a seat so shortly before the start can't come any more.
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
    before her in the queue. `key` is she herself if she waits there; whoever comes new is last."""
    others = [one for one in queue if one.key != key]
    place = next((at for at, one in enumerate(queue) if one.key == key), len(queue))
    mine = next((one for one in queue if one.key == key), None)
    if mine is not None and mine.offered_until is not None:
        # Her own seat is held for her, whoever stands before her.
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
