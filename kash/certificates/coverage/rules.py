"""Areas: which stations lie in a zone, by the place that was written for them. Leavings of a
station: the everyday ones, and mass transfers told apart from them. An order that moves many at
once says nothing about how often people leave otherwise; counted among the rest it would make a
station look as if it emptied every year. Spells in which somebody counts as trained, and how she
stands on a day. Training needs of stations, counted. Pace at which trained people leave stations,
and when a station falls under the wanted number. Each station has a monthly rate of leaving of its
own; the rates of all stations vary about a mean (a gamma distribution). Mean and spread are learnt
from all stations, and what one station's own few leavings say is drawn towards them. Nothing is
fixed at one best value: everything is averaged over what the data leave open, so that the interval
is as wide as the truth is unknown. Stays of trained people at stations: over time, how long they
were seen, and where they went."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from itertools import accumulate
from math import comb, exp, expm1, lgamma, log, log1p, sqrt
from typing import Generic, TypeVar

from kash.certificates.tracks.rules.standing import CertificatePeriod
from kash.certificates.tracks.rules.tree import Leaf


@dataclass(frozen=True)
class Area:
    """A zone by its key, and the key of the one it lies in."""

    key: int
    name: str
    within: int | None = None


def names_within(areas: Iterable[Area], key: int) -> frozenset[str]:
    """The names of a zone and of all zones in it, without their case."""
    zones = list(areas)
    inside = {key}
    while True:
        more = {area.key for area in zones if area.within in inside} - inside
        if not more:
            return frozenset(area.name.strip().casefold() for area in zones if area.key in inside)
        inside |= more


WITHIN = timedelta(days=7)
MASS_LEAST = 4
MASS_SHARE = 0.3


@dataclass(frozen=True)
class MassTransfer:
    """A transfer of many within a few days: by which station (None: by one order over all of them),
    from which day to which, how many left, and how many were posted there before."""

    station: int | None
    first: date
    last: date
    left: int
    posted: int


class PostedBefore:
    """The number of people posted at a station before a day, from how many came and left when."""

    def __init__(self, came: Mapping[date, int], left: Mapping[date, int]) -> None:
        self._came, self._left = _sums(came), _sums(left)

    def before(self, day: date) -> int:
        """Number of people who had come before a day and not left before it."""
        return _until(self._came, day) - _until(self._left, day)


def _sums(counts: Mapping[date, int]) -> tuple[list[date], list[int]]:
    days = sorted(counts)
    return days, [0, *accumulate(counts[day] for day in days)]


def _until(sums: tuple[list[date], list[int]], day: date) -> int:
    days, totals = sums
    return totals[bisect_left(days, day)]


def mass_transfers(
    left: Mapping[date, int], presence: PostedBefore, station: int | None = None
) -> list[MassTransfer]:
    """Mass transfers of one station, in order; `left` says how many left on which day.

    Seven days in which four or more left, and three in ten of those who were there, are part of
    one; such days that overlap are one transfer.
    """
    days = sorted(day for day, count in left.items() if count > 0)
    sums = _sums({day: left[day] for day in days})
    spans: list[tuple[date, date]] = []
    for first in days:
        count = _until(sums, first + WITHIN) - _until(sums, first)
        if count < MASS_LEAST or count < MASS_SHARE * presence.before(first):
            continue
        last = days[bisect_left(days, first + WITHIN) - 1]
        if spans and first <= spans[-1][1]:
            spans[-1] = spans[-1][0], max(last, spans[-1][1])
        else:
            spans.append((first, last))
    return [
        MassTransfer(
            station,
            first,
            last,
            _until(sums, last + timedelta(days=1)) - _until(sums, first),
            presence.before(first),
        )
        for first, last in spans
    ]


class Orders:
    """The mass transfers of all stations, to be asked about one leaving."""

    def __init__(self, transfers: Iterable[MassTransfer]) -> None:
        self.transfers = tuple(transfers)
        self._days: dict[int | None, list[MassTransfer]] = {}
        for transfer in self.transfers:
            self._days.setdefault(transfer.station, []).append(transfer)

    def of(self, station: int, day: date) -> MassTransfer | None:
        """The mass transfer that somebody who left a station on a day was part of."""
        for key in (station, None):
            for transfer in self._days.get(key, ()):
                if transfer.first <= day <= transfer.last:
                    return transfer
        return None


# From a day through another one; None: for ever.
Spell = tuple[date, date | None]
Spells = tuple[Spell, ...]


class Training(StrEnum):
    """Training of somebody as it stands: it holds, a refresher is due soon, it has run out, it has
    begun, or there is none."""

    HOLDS = "holds"
    DUE = "due"
    RAN_OUT = "ran_out"
    ON_THE_WAY = "on_the_way"
    NONE = "none"


def merged(spells: Iterable[Spell]) -> Spells:
    """The same days as few spells, in order: those that meet or overlap become one."""
    joined: list[Spell] = []
    for since, until in sorted(spells, key=lambda spell: (spell[0], spell[1] or date.max)):
        if until is not None and until < since:
            continue
        if joined:
            before = joined[-1][1]
            if before is None:
                break
            if since <= before + timedelta(days=1):
                longer = None if until is None else max(before, until)
                joined[-1] = (joined[-1][0], longer)
                continue
        joined.append((since, until))
    return tuple(joined)


def certified_spells(certificates: Iterable[CertificatePeriod]) -> Spells:
    """Days on which one of these certificates held. One that was taken back held until then."""
    spells = []
    for certificate in certificates:
        until = certificate.until
        if certificate.ended is not None:
            eve = certificate.ended - timedelta(days=1)
            until = eve if until is None else min(eve, until)
        spells.append((certificate.since, until))
    return merged(spells)


def earned_spells(earned_on: date, certificates: Iterable[CertificatePeriod] | None) -> Spells:
    """Spells of somebody who earned a track on a day: for ever where it leads to no certificate
    (None), else from then on as long as her certificates hold."""
    if certificates is None:
        return ((earned_on, None),)
    certified = certified_spells(certificates)
    return merged((max(since, earned_on), until) for since, until in certified)


def holds_on(spells: Spells, day: date) -> bool:
    """True if one of these spells holds on a day."""
    return any(since <= day and (until is None or day <= until) for since, until in spells)


def training_of(spells: Spells, today: date, due_by: date) -> Training:
    """How somebody with these spells stands; a refresher is due if the one that holds now ends by
    `due_by`."""
    for since, until in spells:
        if since <= today and (until is None or today <= until):
            return Training.DUE if until is not None and until <= due_by else Training.HOLDS
    return Training.RAN_OUT if any(since <= today for since, _ in spells) else Training.NONE


def months_later(day: date, months: int) -> date:
    """The same day so many months later, or the last day of that month."""
    whole = day.year * 12 + day.month - 1 + months
    year, month = divmod(whole, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    last = following - timedelta(days=1)
    return date(year, month + 1, min(day.day, last.day))


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
    judged: dict[Spells, Training] = {}
    counts: defaultdict[int, Counter[Training]] = defaultdict(Counter)
    lacks: defaultdict[int, Counter[Leaf]] = defaultdict(Counter)
    for person, station in posted:
        hers = spells.get(person)
        training = Training.NONE
        if hers is not None:
            training = judged.get(hers) or judged.setdefault(hers, training_of(hers, today, due_by))
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
            sum(getattr(need, name) for need in rows)
            for name in ("posted", "holds", "due", "ran_out", "on_the_way", "none")
        ),
    )


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
            sum(watch.left for watch in self._watched.values()),
            sum(watch.days for watch in self._watched.values()),
        )

    @property
    def known(self) -> bool:
        """True if enough was watched to say anything."""
        return self.together.days >= LEAST_YEARS * 365.25

    @cached_property
    def _guesses(self) -> list[_Guess]:
        """Guesses that the data leave open, with their weights."""
        seen = [(watch.left, watch.months) for watch in self._watched.values() if watch.days > 0]
        left = self.together.left + 0.5
        middle = left / self.together.months
        spread = sqrt(1 / left + 0.5 / len(seen))
        guesses = []
        for step in range(_MEANS):
            mean = middle * exp(spread * 3.5 * (2 * step / (_MEANS - 1) - 1))
            for shape in _SHAPES:
                guesses.append((shape, mean, 0.5 * log(mean) + _likelihood(seen, shape, mean)))
        best = max(weight for _shape, _mean, weight in guesses)
        weighed = [(*pair, exp(weight - best)) for *pair, weight in guesses]
        total = sum(weight for *_pair, weight in weighed)
        return [
            _Guess(shape, mean, weight / total)
            for shape, mean, weight in weighed
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
        rates = []
        for step in range(_RATES):
            value = low * (high / low) ** (step / (_RATES - 1))
            height = log(value)
            logarithms = [
                constant + shape * height - rate * value for shape, rate, constant in scaled
            ]
            rates.append((value, sum(map(exp, logarithms))))
        total = sum(density for _value, density in rates)
        least = total * _NEGLIGIBLE / 10
        return [(value, density / total) for value, density in rates if density > least]

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
        term = fixed.get(left)
        if term is None:
            term = fixed[left] = lgamma(shape + left) - lgamma(shape)
        total += term - shape * log1p(months / rate) - left * log(rate + months)
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


@dataclass(frozen=True, slots=True)
class StationStay:
    """A posting of a person at a station, from a day on and up to another, on which she left."""

    person: int
    station: int
    since: date
    until: date | None = None


def month_ends(today: date, months: int) -> list[date]:
    """The last days of so many months before this one, and today."""
    first = today.replace(day=1)
    ends = [today]
    for _month in range(months):
        last = first - timedelta(days=1)
        ends.append(last)
        first = last.replace(day=1)
    return ends[::-1]


def held_by_day(
    stays: Iterable[StationStay], spells: Mapping[int, Spells], days: Sequence[date]
) -> dict[int, list[int]]:
    """How many people whose training held were at each station on each of these days, which are in
    order."""
    changes: defaultdict[int, list[int]] = defaultdict(lambda: [0] * (len(days) + 1))
    for stay in stays:
        for since, until in spells.get(stay.person, ()):
            first = bisect_left(days, max(since, stay.since))
            after = len(days)
            if until is not None:
                after = bisect_left(days, until + timedelta(days=1))
            if stay.until is not None:
                after = min(after, bisect_left(days, stay.until))
            if first < after:
                changes[stay.station][first] += 1
                changes[stay.station][after] -= 1
    counts = {}
    for station, steps in changes.items():
        total, line = 0, []
        for step in steps[:-1]:
            total += step
            line.append(total)
        counts[station] = line
    return counts


def watched(
    stays: Iterable[StationStay],
    spells: Mapping[int, Spells],
    orders: Orders,
    since: date,
    today: date,
) -> dict[int, Watched]:
    """How long trained people were watched at each station since a day, and how many of them left
    other than by a mass transfer. Somebody is watched from the day on which she was trained: that
    she had not left before says nothing."""
    days: defaultdict[int, int] = defaultdict(int)
    left: defaultdict[int, int] = defaultdict(int)
    for stay in stays:
        hers = spells.get(stay.person)
        if not hers:
            continue
        first = max(stay.since, hers[0][0], since)
        last = today if stay.until is None else min(stay.until, today)
        if last <= first:
            continue
        days[stay.station] += (last - first).days
        if stay.until is not None and stay.until <= today:
            left[stay.station] += orders.of(stay.station, stay.until) is None
    return {station: Watched(left[station], count) for station, count in days.items()}


@dataclass(frozen=True, slots=True)
class Move:
    """A move of trained people on one day: from a station to another (None: nobody knows where),
    how many they are, and the mass transfer that it was part of."""

    day: date
    origin: int
    destination: int | None
    people: int
    transfer: MassTransfer | None


def moves(
    stays: Iterable[StationStay], spells: Mapping[int, Spells], orders: Orders, since: date
) -> list[Move]:
    """Moves since a day of people who had been trained by then, latest first."""
    by_person: defaultdict[int, list[StationStay]] = defaultdict(list)
    for stay in stays:
        if stay.person in spells:
            by_person[stay.person].append(stay)
    counts: defaultdict[tuple[date, int, int | None], int] = defaultdict(int)
    for person, hers in by_person.items():
        hers.sort(key=lambda stay: (stay.since, stay.until or date.max))
        trained = min(first for first, _last in spells[person])
        for position, stay in enumerate(hers):
            if stay.until is None or stay.until < max(since, trained):
                continue
            following = hers[position + 1].station if position + 1 < len(hers) else None
            if following != stay.station:
                counts[stay.until, stay.station, following] += 1
    return [
        Move(day, origin, destination, count, orders.of(origin, day))
        for (day, origin, destination), count in sorted(
            counts.items(),
            key=lambda item: (-item[0][0].toordinal(), item[0][1], -item[1], item[0][2] or 0),
        )
    ]


@dataclass(frozen=True)
class Gone:
    """Number of people who left the stations of an area by moves: to another station in it, out of
    it, and nobody knows where."""

    within: int = 0
    outside: int = 0
    unknown: int = 0

    @property
    def lost(self) -> int:
        """Number of people that the programme lost."""
        return self.outside + self.unknown


def gone(found: Iterable[Move], inside: Collection[int]) -> Gone:
    """Where people went by these moves; `inside` are the keys of the programme's stations."""
    within = outside = unknown = 0
    for move in found:
        if move.destination is None:
            unknown += move.people
        elif move.destination in inside:
            within += move.people
        else:
            outside += move.people
    return Gone(within, outside, unknown)
