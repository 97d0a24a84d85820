"""Workshops made of what stations need: who comes together, and how many from where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class PlacesNeeded:
    """Places that a station needs, and the zone it lies in, if that is known."""

    station: int
    zone: int | None
    people: int


@dataclass(frozen=True)
class Limits:
    """Limits of a workshop: its fewest and most people, how many one station sends at most, and
    the longest way between two stations of one workshop, in minutes."""

    fewest: int
    most: int
    most_from_station: int
    most_minutes: int


@dataclass(frozen=True)
class Bundle:
    """People who come to one workshop, by station, and the zones they come from."""

    people: tuple[tuple[int, int], ...]
    zones: frozenset[int]

    @property
    def size(self) -> int:
        """Number of people."""
        return sum(count for _, count in self.people)

    def joined(self, other: Bundle) -> Bundle:
        """Both as one."""
        return Bundle((*self.people, *other.people), self.zones | other.zones)


@dataclass(frozen=True)
class Bundled:
    """Workshops, the largest first, and the stations left over because they are too few."""

    bundles: tuple[Bundle, ...]
    left_over: tuple[tuple[int, int], ...]


def bundled(
    needs: Sequence[PlacesNeeded], limits: Limits, minutes: Mapping[frozenset[int], int]
) -> Bundled:
    """Workshops for these needs. Stations of one zone come together first, then those that lie
    near, then those of which nobody wrote down how far they lie.

    A station's people are shared out evenly over as many workshops as its limit asks for, so that
    no station is emptied on one day.
    """
    shares = [
        Bundle(((need.station, part),), _zones(need.zone))
        for need in needs
        for part in _parts(need.people, min(limits.most_from_station, limits.most))
    ]
    shares.sort(key=lambda one: (sorted(one.zones), -one.size, one.people))
    found: list[Bundle] = []
    for nearness in range(3):
        found = _joined(shares if nearness == 0 else found, limits, minutes, nearness)
    enough = [one for one in found if one.size >= limits.fewest]
    few = [share for one in found if one.size < limits.fewest for share in one.people]
    return Bundled(
        tuple(sorted(enough, key=lambda one: (-one.size, one.people))), tuple(sorted(few))
    )


def _zones(zone: int | None) -> frozenset[int]:
    return frozenset() if zone is None else frozenset({zone})


def _parts(people: int, most: int) -> list[int]:
    """A number in as few parts as the most allows, as even as can be."""
    if people <= 0:
        return []
    count = -(-people // most)
    least, more = divmod(people, count)
    return [least + (number < more) for number in range(count)]


def _joined(
    bundles: Sequence[Bundle],
    limits: Limits,
    minutes: Mapping[frozenset[int], int],
    nearness: int,
) -> list[Bundle]:
    """The same, with those joined that may be, each with the fullest that has room."""
    found: list[Bundle] = []
    for one in sorted(bundles, key=lambda each: -each.size) if nearness else bundles:
        fitting = [
            place
            for place, other in enumerate(found)
            if _may_join(one, other, limits) and _near(one, other, limits, minutes) <= nearness
        ]
        if fitting:
            place = max(fitting, key=lambda each: found[each].size)
            found[place] = found[place].joined(one)
        else:
            found.append(one)
    return found


def _may_join(one: Bundle, other: Bundle, limits: Limits) -> bool:
    stations = {station for station, _ in one.people}
    return one.size + other.size <= limits.most and stations.isdisjoint(
        station for station, _ in other.people
    )


def _near(one: Bundle, other: Bundle, limits: Limits, minutes: Mapping[frozenset[int], int]) -> int:
    """0 for the same zone, 1 for near ones, 2 where a way is not known, 3 for too far."""
    if one.zones and one.zones == other.zones and len(one.zones) == 1:
        return 0
    ways = [
        minutes.get(frozenset((a, b)), None if a != b else 0)
        for a in one.zones
        for b in other.zones
    ]
    if any(way is not None and way > limits.most_minutes for way in ways):
        return 3
    return 2 if not ways or None in ways else 1
