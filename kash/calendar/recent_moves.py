"""Moves that somebody just made, kept in her session so that she can undo them after turning pages.

They hold ids, days and clocks only, and end with the session.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import session

from kash.policy import Actor
from kash.workshops.services.moving import MovedWorkshop, WorkshopPlace

_KEY = "recent_moves"
# More would make the cookie longer than browsers keep.
MOST_KEPT = 10
OFFERED_FOR = timedelta(hours=1)


@dataclass(frozen=True)
class RecentMove:
    """A move: the workshop by public id, where it was, the row version that it got by it (`made`),
    and the one at which it lies there now that later moves were undone."""

    workshop: str
    before: WorkshopPlace
    made: int
    row_version: int


def keep(workshop: str, done: MovedWorkshop, by: Actor, now: datetime) -> None:
    """Keep a move, the newest last."""
    before = done.before
    kept = [
        *_kept(by),
        [
            by.public_id,
            workshop,
            before.starts_on.isoformat(),
            before.day_starts_at.isoformat("minutes"),
            before.venue,
            done.row_version,
            done.row_version,
            int(now.timestamp()),
        ],
    ]
    session[_KEY] = kept[-MOST_KEPT:]


def last_move(by: Actor, now: datetime) -> RecentMove | None:
    """The newest move of this actor that is not older than an hour."""
    kept = _kept(by)
    if not kept or kept[-1][7] < (now - OFFERED_FOR).timestamp():
        return None
    return _read(kept[-1])


def take_back(move: RecentMove, row_version: int, by: Actor) -> None:
    """Forget a move that was undone. The one just before it can be undone next: the workshop lies
    again where that left it, at a new row version."""
    just_before = (move.workshop, move.made - 1)
    session[_KEY] = [
        [*one[:6], row_version, one[7]] if (one[1], one[5]) == just_before else one
        for one in _kept(by)
        if _read(one) != move
    ]


def forget(move: RecentMove, by: Actor) -> None:
    """Forget a move that can't be undone any more, and earlier ones of the same workshop."""
    session[_KEY] = [one for one in _kept(by) if one[1] != move.workshop]


def _kept(by: Actor) -> list[list[Any]]:
    rows: Sequence[list[Any]] = session.get(_KEY, ())
    return [one for one in rows if one[0] == by.public_id]


def _read(row: Sequence[Any]) -> RecentMove:
    _by, workshop, first, clock, venue, made, row_version, _at = row
    place = WorkshopPlace(date.fromisoformat(first), time.fromisoformat(clock), venue)
    return RecentMove(workshop, place, made, row_version)
