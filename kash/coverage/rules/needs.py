"""Training needs of stations, counted."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from kash.coverage.rules.spells import Spells, Training, training_of
from kash.tracks.rules.tree import Leaf


@dataclass(frozen=True)
class Station:
    """A station or collective: its key, public id, name and place."""

    key: int
    public_id: str
    name: str
    place: str


@dataclass(frozen=True)
class StationNeed:
    """Training of the people posted at a station.

    `holds` counts all whose training holds, those with a refresher due among them. `lacking` is the
    requirement that most of those on the way are to turn to next, `lack` how many they are.
    """

    station: Station
    posted: int = 0
    holds: int = 0
    due: int = 0
    ran_out: int = 0
    on_the_way: int = 0
    none: int = 0
    lacking: Leaf | None = None
    lack: int = 0

    @property
    def need(self) -> int:
        """Number of places in a workshop that the station needs: everybody whose training does not
        hold, or soon will not."""
        return self.posted - self.holds + self.due


def station_needs(
    stations: Iterable[Station],
    posted: Iterable[tuple[int, int]],
    spells: Mapping[int, Spells],
    on_the_way: Mapping[int, Leaf | None],
    today: date,
    due_by: date,
) -> list[StationNeed]:
    """Needs of all stations, in their order. `posted` are pairs of a person and a station's key,
    each person once."""
    known: dict[Spells, Training] = {}
    counts: defaultdict[int, Counter[Training]] = defaultdict(Counter)
    lacks: defaultdict[int, Counter[Leaf]] = defaultdict(Counter)
    for person, station in posted:
        hers = spells.get(person)
        training = Training.NONE
        if hers is not None:
            training = known.get(hers) or known.setdefault(hers, training_of(hers, today, due_by))
        if training is Training.NONE and person in on_the_way:
            training = Training.ON_THE_WAY
            lacking = on_the_way[person]
            if lacking is not None:
                lacks[station][lacking] += 1
        counts[station][training] += 1
    return [_need(station, counts[station.key], lacks[station.key]) for station in stations]


def _need(station: Station, counts: Counter[Training], lacks: Counter[Leaf]) -> StationNeed:
    lacking = max(lacks, key=lambda leaf: (lacks[leaf], repr(leaf)), default=None)
    return StationNeed(
        station,
        posted=counts.total(),
        holds=counts[Training.HOLDS] + counts[Training.DUE],
        due=counts[Training.DUE],
        ran_out=counts[Training.RAN_OUT],
        on_the_way=counts[Training.ON_THE_WAY],
        none=counts[Training.NONE],
        lacking=lacking,
        lack=lacks[lacking] if lacking is not None else 0,
    )


def total_need(needs: Iterable[StationNeed]) -> StationNeed:
    """The needs of several stations as one line."""
    rows = list(needs)
    return StationNeed(
        Station(0, "", "", ""),
        *(
            sum(getattr(row, name) for row in rows)
            for name in ("posted", "holds", "due", "ran_out", "on_the_way", "none")
        ),
    )
