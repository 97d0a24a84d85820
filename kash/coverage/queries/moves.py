"""Moves of trained people between stations, and who was lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kash.coverage.queries.figures import Coverage
from kash.coverage.queries.stations import area_names, organisation_names
from kash.coverage.rules.leaving import MassTransfer
from kash.coverage.rules.needs import Station
from kash.coverage.rules.pace import DAYS_OF_A_MONTH
from kash.coverage.rules.stays import Gone, Move, gone
from kash.platform.database import db

_RECEIVERS = 10


@dataclass(frozen=True)
class StationMoves:
    """Moves of trained people since a day, latest first, with all organisations by their keys.

    `gone` is where those went who left a station of the programme, `receivers` how many came to
    which station, most first, `inside` the keys of the programme's stations, and `shown` those of
    stations that have a page.
    """

    since: date
    moves: Sequence[Move]
    organisations: Mapping[int, Station]
    gone: Gone
    transfers: Sequence[MassTransfer]
    receivers: Sequence[tuple[Station, int]]
    inside: Collection[int]
    shown: Collection[int]


def moved(coverage: Coverage, months: int, area: str = "") -> StationMoves:
    """The moves of so many months, from or to stations in an area if one is given. One query, two
    if the programme says where it works."""
    session = db.session()
    since = coverage.today - timedelta(days=round(months * DAYS_OF_A_MONTH))
    organisations = organisation_names(session)
    works_in = coverage.goal.area
    names = area_names(session, works_in) if works_in else None
    inside = frozenset(
        key
        for key, one in organisations.items()
        if names is None or one.place.strip().casefold() in names
    )
    found = coverage.moves(since)
    shown = frozenset(need.station.key for need in coverage.needs)
    if area:
        found = [one for one in found if one.origin in shown or one.destination in shown]
    came: Counter[int] = Counter()
    for move in found:
        if move.destination is not None:
            came[move.destination] += move.people
    return StationMoves(
        since,
        found,
        organisations,
        gone((one for one in found if one.origin in inside), inside),
        coverage.transfers(since),
        [(organisations[key], count) for key, count in came.most_common(_RECEIVERS)],
        inside,
        shown,
    )
