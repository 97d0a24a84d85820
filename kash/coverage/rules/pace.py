"""Pace at which trained people leave stations, and when a station falls under the wanted number.

Each station has a monthly rate of leaving of its own; the rates of all stations vary about a mean
(a gamma distribution). Mean and spread are learnt from all stations, and what one station's own few
leavings say is drawn towards them. Nothing is fixed at one best value: everything is averaged over
what the data leave open, so that the interval is as wide as the truth is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from math import comb, exp, expm1, lgamma, log, log1p, sqrt
from typing import Generic, TypeVar

from kash.coverage.rules.spells import months_later

DAYS_OF_A_MONTH = 365.25 / 12
# Below so much watching nothing is said at all.
LEAST_YEARS = 8
# A fall that is more likely later than this is not dated.
MOST_MONTHS = 24
# Beyond this nobody need know when.
_HORIZON = 120.0
# Eight times in ten the fall comes between these.
_EARLY, _MIDDLE, _LATE = 0.1, 0.5, 0.9

# How much rates of stations differ: from three times the mean to hardly.
_SHAPES = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
_MEANS = 21
_RATES = 24
_NEGLIGIBLE = 1e-3

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Watched:
    """Number of people who left a station while they were watched there, and for how many days all
    of them together were."""

    left: int = 0
    days: int = 0

    @property
    def months(self) -> float:
        """The same time in months."""
        return self.days / DAYS_OF_A_MONTH


@dataclass(frozen=True)
class _Guess:
    """A guess at how the rates of all stations are spread, and how likely it is."""

    shape: float
    mean: float
    weight: float


class Outlook(StrEnum):
    """Outlook of a station: already under the wanted number, too little known, no fall to be
    expected in two years, or a fall."""

    UNDER = "under"
    UNKNOWN = "unknown"
    LATER = "later"
    FALLS = "falls"


@dataclass(frozen=True)
class Forecast:
    """When a station falls under the wanted number at the present pace. Months in which that comes
    as likely as not (`by`), and between which it comes eight times in ten; `late` is None where
    that lies further off than ten years."""

    outlook: Outlook
    by: date | None = None
    early: date | None = None
    late: date | None = None


class LeavingPace(Generic[Key]):
    """Pace of leaving, learnt from how long people were watched at each station."""

    def __init__(self, watched: Mapping[Key, Watched]) -> None:
        self._watched = watched

    @cached_property
    def together(self) -> Watched:
        """All that was watched, at all stations together."""
        return Watched(
            sum(one.left for one in self._watched.values()),
            sum(one.days for one in self._watched.values()),
        )

    @property
    def known(self) -> bool:
        """True if enough was watched to say anything."""
        return self.together.days >= LEAST_YEARS * 365.25

    @cached_property
    def _guesses(self) -> list[_Guess]:
        """Guesses that the data leave open, with their weights."""
        seen = [(one.left, one.months) for one in self._watched.values() if one.days > 0]
        left = self.together.left + 0.5
        middle = left / self.together.months
        spread = sqrt(1 / left + 0.5 / len(seen))
        found = []
        for step in range(_MEANS):
            mean = middle * exp(spread * 3.5 * (2 * step / (_MEANS - 1) - 1))
            for shape in _SHAPES:
                found.append((shape, mean, 0.5 * log(mean) + _likelihood(seen, shape, mean)))
        best = max(weight for _shape, _mean, weight in found)
        kept = [(*pair, exp(weight - best)) for *pair, weight in found]
        total = sum(weight for *_pair, weight in kept)
        return [
            _Guess(shape, mean, weight / total)
            for shape, mean, weight in kept
            if weight > _NEGLIGIBLE
        ]

    def _parts(self, station: Key) -> list[tuple[float, float, float]]:
        """The rates that a station may have by each guess: shape and rate of a gamma distribution,
        and the guess's weight."""
        own = self._watched.get(station, Watched())
        months = own.months
        return [
            (guess.shape + own.left, guess.shape / guess.mean + months, guess.weight)
            for guess in self._guesses
        ]

    def rates_of(self, station: Key) -> list[tuple[float, float]]:
        """Monthly rates of leaving that a station may have, each with its probability."""
        parts = self._parts(station)
        low = min(shape / rate * exp(-4 / sqrt(shape)) for shape, rate, _weight in parts)
        high = max(shape / rate * exp(3 / sqrt(shape)) for shape, rate, _weight in parts)
        scaled = [
            (shape, rate, log(weight) + shape * log(rate) - lgamma(shape))
            for shape, rate, weight in parts
        ]
        found = []
        for step in range(_RATES):
            value = low * (high / low) ** (step / (_RATES - 1))
            height = log(value)
            logarithms = [
                constant + shape * height - rate * value for shape, rate, constant in scaled
            ]
            found.append((value, sum(map(exp, logarithms))))
        total = sum(density for _value, density in found)
        least = total * _NEGLIGIBLE / 10
        return [(value, density / total) for value, density in found if density > least]

    def yearly_share(self, station: Key) -> float:
        """Share of the trained people of a station who leave it within a year, as expected."""
        return sum(weight * -expm1(-12 * rate) for rate, weight in self.rates_of(station))

    def months_until(self, station: Key, present: int, wanted: int) -> tuple[float, float, float]:
        """Months until fewer than `wanted` of `present` trained people are left at a station: one
        time in ten sooner, as likely as not, and one time in ten later. At most ten years."""
        fallen = self._fallen(station, present, wanted)
        return (_reach(fallen, _EARLY), _reach(fallen, _MIDDLE), _reach(fallen, _LATE))

    def _fallen(self, station: Key, present: int, wanted: int) -> Callable[[float], float]:
        """Probability that fewer than `wanted` of `present` are left after so many months."""
        rates = self.rates_of(station)

        def fallen(months: float) -> float:
            return sum(
                weight * _fewer(present, wanted, exp(-rate * months)) for rate, weight in rates
            )

        return fallen

    def _surely_later(self, station: Key, present: int, wanted: int) -> bool:
        """True if mean and spread of a station's rates tell already that no fall is to be expected
        within MOST_MONTHS, as they do of most: whatever the rates, one in five at most lies two
        deviations above their mean (Cantelli)."""
        parts = self._parts(station)
        mean = sum(shape / rate * weight for shape, rate, weight in parts)
        square = sum(shape * (shape + 1) / rate**2 * weight for shape, rate, weight in parts)
        rate = mean + 2 * sqrt(max(square - mean**2, 0.0))
        return _fewer(present, wanted, exp(-rate * MOST_MONTHS)) < _MIDDLE - 1 / 5

    def forecast(self, station: Key, present: int, wanted: int, today: date) -> Forecast:
        """When a station falls under the wanted number, if nobody who is trained comes and every
        refresher is given in time."""
        if present < wanted:
            return Forecast(Outlook.UNDER)
        if not self.known:
            return Forecast(Outlook.UNKNOWN)
        if self._surely_later(station, present, wanted):
            return Forecast(Outlook.LATER)
        fallen = self._fallen(station, present, wanted)
        if fallen(MOST_MONTHS) < _MIDDLE:
            return Forecast(Outlook.LATER)
        late = _reach(fallen, _LATE)
        return Forecast(
            Outlook.FALLS,
            _month(today, _reach(fallen, _MIDDLE)),
            _month(today, _reach(fallen, _EARLY)),
            None if late >= _HORIZON else _month(today, late),
        )


def _likelihood(seen: list[tuple[int, float]], shape: float, mean: float) -> float:
    """Logarithm of how likely all leavings are under a guess, but for what no guess changes."""
    rate = shape / mean
    fixed: dict[int, float] = {}
    total = 0.0
    for left, months in seen:
        known = fixed.get(left)
        if known is None:
            known = fixed[left] = lgamma(shape + left) - lgamma(shape)
        total += known - shape * log1p(months / rate) - left * log(rate + months)
    return total


def _fewer(present: int, wanted: int, stays: float) -> float:
    """Probability that fewer than `wanted` of `present` stay, if each does with a probability."""
    goes = 1 - stays
    return sum(
        comb(present, left) * stays**left * goes ** (present - left) for left in range(wanted)
    )


def _reach(rising: Callable[[float], float], wanted: float) -> float:
    """Where a rising function of months reaches a value; the horizon if it does not before."""
    low, high = 0.0, _HORIZON
    if rising(high) < wanted:
        return high
    while high - low > 0.1:
        middle = (low + high) / 2
        if rising(middle) < wanted:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _month(today: date, months: float) -> date:
    """The first day of the month in which so many months have gone by."""
    whole = int(months)
    days = (months - whole) * DAYS_OF_A_MONTH
    day = months_later(today, whole)
    return date.fromordinal(day.toordinal() + int(days)).replace(day=1)
