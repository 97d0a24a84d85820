"""Work of chance alone: limits for months, for days between cases, and for stations. Charts by
these rules say where it is worth asking why. They order nobody. Counts of cases by place and
month, before and after a workshop reached the place's officers. Did cases by police fall once a
workshop had reached their station, or would chance do as much? Both tests sum what each place says
into a score, and ask how often a score as far from nought would come if it were chance on which
side each place lies: each may turn its sign (Hemerik, Goeman and Finos, JRSS-B 2020). Places may
differ in how their counts vary, and months within a place may hang together. Decision 27 tells how
often either is wrong, and what each finds. Help in figures: whether mediators answered and what
came of it, terms, and referrals in time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from math import ceil, log, log1p, sqrt
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from kash.incidents.rules.parts import NOT_WANTED
from kash.incidents.rules.record import Record
from kash.incidents.rules.totals import ENDS, how_mediation_ended

# The mean distance of neighbours, for each standard deviation.
_OF_NEIGHBOURS = 1.128
_DEVIATIONS = 3.0
# Shares of the outermost values on either side, at the limits of three deviations.
_OUTERMOST = 0.00135
# Of scores in a funnel the outermost tenths are drawn in before heaps are told from them.
_DRAWN_IN = 0.1
FUNNEL_DEVIATIONS = (1.96, 3.09)
# Points of the line around a funnel, above as below.
_OUTLINE_STEPS = 24


@dataclass(frozen=True)
class ChanceLimits:
    """Limits between which chance alone keeps nearly all values, and what lies in the middle."""

    middle: float
    lower: tuple[float, ...]
    upper: tuple[float, ...]

    def outside(self, values: Sequence[float]) -> list[int]:
        """Positions of values beyond the limits."""
        return [
            at
            for at, (value, low, high) in enumerate(
                zip(values, self.lower, self.upper, strict=True)
            )
            if not low <= value <= high
        ]


def month_limits(counts: Sequence[int], days: Sequence[int]) -> ChanceLimits:
    """Limits of counts by month (Laney's u′ chart, 2002), each for a month of so many days.

    Where neighbouring months differ more than single cases would, the limits are wider by as much;
    never narrower, since cases that come more evenly than chance are an accident.
    """
    areas = [span * 12 / 365.25 for span in days]
    mean = sum(counts) / sum(areas)
    deviations = [sqrt(mean / area) for area in areas]
    scores = [
        (count / area - mean) / deviation if deviation else 0.0
        for count, area, deviation in zip(counts, areas, deviations, strict=True)
    ]
    steps = [abs(later - score) for score, later in pairwise(scores)]
    wider = max(1.0, sum(steps) / len(steps) / _OF_NEIGHBOURS) if steps else 1.0
    reach = [_DEVIATIONS * wider * deviation for deviation in deviations]
    return ChanceLimits(
        mean,
        tuple(max(0.0, mean - score) * area for score, area in zip(reach, areas, strict=True)),
        tuple((mean + score) * area for score, area in zip(reach, areas, strict=True)),
    )


def gap_limits(gaps: Sequence[int]) -> ChanceLimits:
    """Limits of days between cases (g chart): as many days as pass if each is as likely as any
    other to have a case. In the middle is the median; of a few days there is no lower limit."""
    mean = sum(gaps) / len(gaps)
    if mean == 0:
        return ChanceLimits(0.0, (0.0,) * len(gaps), (0.0,) * len(gaps))

    # The chance of more than so many days without one falls by the same share each day.
    each_day = log(mean) - log1p(mean)

    def days_at(share: float) -> int:
        """The days that are not passed with this chance."""
        return max(0, ceil(log(1 - share) / each_day) - 1)

    low, high = days_at(_OUTERMOST), days_at(1 - _OUTERMOST)
    return ChanceLimits(float(days_at(0.5)), (float(low),) * len(gaps), (float(high),) * len(gaps))


@dataclass(frozen=True)
class Funnel:
    """Shares of police cases among all cases of places, and what chance does to a share of so many
    cases (Spiegelhalter 2005, with heaps multiplied). `wider` is by how much heaps widen it."""

    share: float
    wider: float

    def limits(self, total: float, deviations: float) -> tuple[float, float]:
        """The limits of a share of so many cases."""
        reach = deviations * self.wider * sqrt(self.share * (1 - self.share) / total)
        return max(0.0, self.share - reach), min(1.0, self.share + reach)

    def outline(self, most: float, deviations: float) -> list[tuple[float, float]]:
        """The limits of shares of up to so many cases as one line around all that lies within them:
        up from nothing, out above, back below, to where it began. Of no cases every share is
        within."""
        # They lie closer where it is steep.
        sizes = [most * (step / _OUTLINE_STEPS) ** 2 for step in range(1, _OUTLINE_STEPS + 1)]
        limits = [(size, *self.limits(size, deviations)) for size in sizes]
        above = [(0.0, 1.0), *((size, high) for size, _low, high in limits)]
        below = [(size, low) for size, low, _high in reversed(limits)]
        return [(0.0, 0.0), *above, *below, (0.0, 0.0)]

    def is_outside(self, police: int, total: int) -> bool:
        """True if a share lies beyond the outer limits."""
        low, high = self.limits(total, FUNNEL_DEVIATIONS[-1])
        return not low <= police / total <= high


def funnel(places: Sequence[tuple[int, int]]) -> Funnel | None:
    """Funnel of places, each by its police cases and all its cases; None without any share."""
    places_known = [(police, total) for police, total in places if total]
    all_police, everything = (
        (sum(column) for column in zip(*places_known, strict=True)) if places_known else (0, 0)
    )
    if not 0 < all_police < everything:
        return None
    share = all_police / everything
    scores = sorted(
        (police / total - share) / sqrt(share * (1 - share) / total)
        for police, total in places_known
    )
    off = int(len(scores) * _DRAWN_IN)
    low, high = scores[off], scores[-1 - off]
    drawn_in = [min(max(score, low), high) for score in scores]
    heaps = sum(score * score for score in drawn_in) / len(drawn_in)
    return Funnel(share, sqrt(max(1.0, heaps)))


MONTHS = 24


class TrendCase(NamedTuple):
    """A case as trends count it: its day, whether police did it, and the key of its place; None if
    nobody knows where."""

    day: date
    police: bool
    place: str | None


@dataclass(frozen=True)
class CountedPlace:
    """A place: a station, or the stations of one ward, since cases that others did have a ward and
    no station. `reached_on` is the day from which its officers had been in a workshop."""

    key: str
    name: str
    reached_on: date | None = None


class BeforeAfter(NamedTuple):
    """Cases of a place before and after its workshop: those that police did, and all others."""

    police_before: int
    police_after: int
    others_before: int
    others_after: int

    @property
    def tells(self) -> bool:
        """True if police and others, before and after, all have something: else the place can't
        tell whether the one changed beside the other."""
        police = self.police_before + self.police_after
        before = self.police_before + self.others_before
        total = sum(self)
        return 0 < police < total and 0 < before < total


@dataclass(frozen=True)
class TrendMonths:
    """Whole months, by the first day of each and the day after the last: the month that runs is
    not over, and would look like a fall."""

    starts: tuple[date, ...]
    end: date

    def month_of(self, day: date) -> int | None:
        """The position of a day's month; None outside."""
        if not self.starts[0] <= day < self.end:
            return None
        first = self.starts[0]
        return (day.year - first.year) * 12 + day.month - first.month

    @property
    def days(self) -> list[int]:
        """Days of each month."""
        ends = [*self.starts[1:], self.end]
        return [(end - start).days for start, end in zip(self.starts, ends, strict=True)]

    def shares_after(self, reached_on: date | None) -> list[float]:
        """Share of each month that lies after a day."""
        if reached_on is None:
            return [0.0] * len(self.starts)
        shares = []
        for start, days in zip(self.starts, self.days, strict=True):
            before = (reached_on - start).days + 1
            shares.append(1 - min(max(before, 0), days) / days)
        return shares


def window(today: date, months: int = MONTHS) -> TrendMonths:
    """The last whole months before a day."""
    count = today.year * 12 + today.month - 1
    starts = tuple(date(at // 12, at % 12 + 1, 1) for at in range(count - months, count))
    return TrendMonths(starts, date(today.year, today.month, 1))


def by_month(
    cases: Iterable[TrendCase], keys: Sequence[str], within: TrendMonths, *, police: bool
) -> list[list[int]]:
    """Cases of each place in each month: those that police did, or all others."""
    rows = {key: [0] * len(within.starts) for key in keys}
    for case in cases:
        month = within.month_of(case.day)
        if case.police is police and month is not None and case.place in rows:
            rows[case.place][month] += 1
    return [rows[key] for key in keys]


def before_and_after(
    cases: Iterable[TrendCase], places: Iterable[CountedPlace], within: TrendMonths
) -> dict[str, BeforeAfter]:
    """Counts of each place that a workshop reached within the window, by key. Its last day still
    belongs to the time before."""
    reached = {
        one.key: one.reached_on
        for one in places
        if one.reached_on is not None and within.month_of(one.reached_on) is not None
    }
    counts = {key: Counter[tuple[bool, bool]]() for key in reached}
    for case in cases:
        if case.place in counts and within.month_of(case.day) is not None:
            counts[case.place][case.police, case.day > reached[case.place]] += 1
    return {
        key: BeforeAfter(
            count[True, False], count[True, True], count[False, False], count[False, True]
        )
        for key, count in counts.items()
    }


def days_between(days: Iterable[date], within: TrendMonths) -> list[int]:
    """Days from each case within the window to the next one; none on the same day is 0."""
    ordered = sorted(day for day in days if within.month_of(day) is not None)
    return [(later - day) // timedelta(days=1) for day, later in pairwise(ordered)]


def places_of(
    stations: Iterable[tuple[str, str, str, date | None]],
) -> tuple[list[CountedPlace], Mapping[str, str], Mapping[str, str]]:
    """Places by name, from stations as (id, name, ward, day of its workshop); with them the place
    of each station by its id, and of each ward by its name in small letters.

    Stations of one ward are one place, reached once the first of them was.
    """
    by_ward: dict[str, list[tuple[str, str, date | None]]] = {}
    for station, name, ward, reached in stations:
        by_ward.setdefault(ward.strip().casefold() or f"?{station}", []).append(
            (station, name, reached)
        )
    places: list[CountedPlace] = []
    of_station: dict[str, str] = {}
    of_ward: dict[str, str] = {}
    for ward, there in by_ward.items():
        names = sorted((name for _station, name, _reached in there), key=str.casefold)
        key = min(station for station, _name, _reached in there)
        days = [reached for _station, _name, reached in there if reached is not None]
        places.append(CountedPlace(key, " · ".join(names), min(days, default=None)))
        of_station |= dict.fromkeys((station for station, _name, _reached in there), key)
        if not ward.startswith("?"):
            of_ward[ward] = key
    return sorted(places, key=lambda one: one.name.casefold()), of_station, of_ward


if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

# Of fewer places there are so few turns that nothing could be told from chance.
FEWEST = 7
LEVEL = 0.05
# All turns of ten places; of more, so many are drawn, always the same ones.
_TURNS, _SEED = 1024, 2026
_DRAWS = 1000
# A fall counts as visible if it is found in eight of ten.
_FOUND_IN = 0.8
_FALLS = tuple(step / 100 for step in range(5, 100, 5))


@dataclass(frozen=True)
class FallVerdict:
    """Verdict of a test: how many places could tell, and how often chance alone does as much; None
    if they were too few to say. `fell`: whether it points to a fall."""

    places: int
    chance: float | None = None
    fell: bool = False

    @property
    def found(self) -> bool:
        """True if chance seldom does as much."""
        return self.chance is not None and self.chance <= LEVEL


def beside_others(tables: Iterable[BeforeAfter]) -> FallVerdict:
    """Cases by police against all other cases of the same place, before and after (test B).

    Who reports more after a workshop reports both, so that it cancels; so does whatever changes all
    abuse alike. It assumes that others' abuse does not change with the workshop.
    """
    import numpy as np

    telling = [table for table in tables if table.tells]
    if len(telling) < FEWEST:
        return FallVerdict(len(telling))
    scores = _scores_beside_others(np.array(telling, dtype=float))
    return FallVerdict(len(telling), float(_chances(scores)), bool(scores.sum() < 0))


def beside_other_stations(
    police: Sequence[Sequence[int]], after: Sequence[Sequence[float]]
) -> FallVerdict:
    """Cases by police of each place and month against those of other places and months (test A).

    `after` is the share of each month after the place's workshop. It needs no other cases, and
    takes a rise in reporting for a rise in abuse.
    """
    import numpy as np

    counts, shares = np.array(police, dtype=float), np.array(after, dtype=float)
    if not counts.size:
        return FallVerdict(0)
    reached = (shares.max(axis=1) > 0) & (shares.min(axis=1) < 1)
    telling = int((reached & (counts.sum(axis=1) > 0)).sum())
    if telling < FEWEST:
        return FallVerdict(telling)
    scores = _scores_of_months(counts, shares)
    return FallVerdict(telling, float(_chances(scores)), bool(scores.sum() < 0))


def smallest_fall(tables: Iterable[BeforeAfter]) -> float | None:
    """The smallest fall in cases by police that test B would find eight times of ten, with so many
    cases at these places; None if not even nineteen of twenty cases gone would be found so often.

    Drawn as if there had been no fall so far: police cases of a place, and others', are spread
    over before and after alike, as all its cases are. Cases come in heaps as far as
    the places say that they do.
    """
    import numpy as np

    telling = np.array([table for table in tables if table.tells], dtype=float)
    if len(telling) < FEWEST:
        return None
    total = telling.sum(axis=1)
    sides = (telling[:, [0, 2]].sum(axis=1) / total, telling[:, [1, 3]].sum(axis=1) / total)
    kinds = (telling[:, :2].sum(axis=1), telling[:, 2:].sum(axis=1))
    means: Floats = np.stack([kind * side for kind in kinds for side in sides], axis=1)
    heaps = _heaps(telling)
    low, high = 0, len(_FALLS)
    while low < high:
        middle = (low + high) // 2
        if _power(means, _FALLS[middle], heaps) >= _FOUND_IN:
            high = middle
        else:
            low = middle + 1
    return _FALLS[low] if low < len(_FALLS) else None


def ratio_beside_others(tables: Iterable[BeforeAfter]) -> float | None:
    """Cases by police after, for each that others' cases would lead one to expect (Mantel and
    Haenszel); None if that can't be said."""
    upper = lower = 0.0
    for table in tables:
        if table.tells:
            upper += table.police_after * table.others_before / sum(table)
            lower += table.police_before * table.others_after / sum(table)
    return upper / lower if lower else None


def _scores_beside_others(tables: Floats) -> Floats:
    """Police cases after, less as many as if they had changed like all cases of the place.

    The last two axes are places and the four counts.
    """
    import numpy as np

    police = tables[..., 0] + tables[..., 1]
    after = tables[..., 1] + tables[..., 3]
    total = tables.sum(axis=-1)
    scores: Floats = tables[..., 1] - police * after / np.maximum(total, 1)
    return scores


def _scores_of_months(counts: Floats, shares: Floats) -> Floats:
    """Score of a change after workshops, given each place's and each month's own size: what no
    place and no month explains of the counts, by what neither explains of the shares."""
    total = counts.sum()
    of_places, of_months = counts.sum(axis=1) / total, counts.sum(axis=0) / total
    expected = total * of_places[:, None] * of_months
    by_place, by_month = shares @ of_months, of_places @ shares
    own = shares - by_place[:, None] - by_month + of_places @ by_place
    scores: Floats = (own * (counts - expected)).sum(axis=1)
    return scores


def _chances(scores: Floats) -> Floats:
    """Share of turns in which scores lie as far from nought; the last axis is places."""
    import numpy as np

    seen = np.abs(scores.sum(axis=-1))
    turned = np.abs(scores @ _turns(scores.shape[-1]).T)
    chances: Floats = (turned >= seen[..., None] - 1e-9).mean(axis=-1)
    return chances


def _turns(places: int) -> Floats:
    """Signs for each place in each turn; in the first nobody turns."""
    import numpy as np

    if 2**places <= _TURNS:
        turned = np.arange(2**places)[:, None] >> np.arange(places) & 1
    else:
        turned = np.random.default_rng(_SEED).integers(0, 2, (_TURNS, places))
        turned[0] = 0
    signs: Floats = np.where(turned == 1, -1.0, 1.0)
    return signs


def _heaps(tables: Floats) -> float:
    """Variance of cases for each that chance has, at least 1 (Pearson)."""
    import numpy as np

    police, after = tables[:, :2].sum(1), tables[:, [1, 3]].sum(1)
    total = tables.sum(1)
    spread = police * (total - police) * after * (total - after) / (total**2 * (total - 1))
    scores = _scores_beside_others(tables)
    common = scores.sum() / spread.sum()
    return max(1.0, float(np.mean((scores - common * spread) ** 2 / spread)))


def _power(means: Floats, fall: float, heaps: float) -> float:
    """Share of programmes drawn with a fall in which test B finds one."""
    import numpy as np

    draw = np.random.default_rng(_SEED)
    fallen = means * [1, 1 - fall, 1, 1]
    expected = np.tile(fallen, (_DRAWS, 1, 1))
    if heaps > 1:
        expected = draw.gamma(np.maximum(expected / (heaps - 1), 1e-9), heaps - 1)
    tables = draw.poisson(expected).astype(float)
    police, before, total = tables[..., :2].sum(-1), tables[..., [0, 2]].sum(-1), tables.sum(-1)
    tells = (police > 0) & (police < total) & (before > 0) & (before < total)
    scores = _scores_beside_others(tables)
    seen = (_chances(scores) <= LEVEL) & (scores.sum(axis=-1) < 0)
    return float((seen & (tells.sum(axis=-1) >= FEWEST)).mean())


_REACHED = frozenset({"reached", "helped"})
_YES_OR_NO = frozenset({"agreed", "refused"})


@dataclass(frozen=True)
class HelpGiven:
    """Help in a number of cases. Mediators: how often one was asked and answered, and the hours
    that half of the answers took at most (None without any); `ended`: cases by how mediation ended,
    of `ENDS`. Terms and referrals: how many there are, how many were kept or reached somebody, how
    many of them by their day, and how many are past it and open still."""

    cases: int
    asked: int
    answered: int
    hours: float | None
    ended: Counter[str]
    terms: int
    fulfilled: int
    fulfilled_in_time: int
    terms_overdue: int
    referrals: int
    reached: int
    reached_in_time: int
    referrals_overdue: int

    @property
    def over(self) -> int:
        """Cases in which mediation is over."""
        return sum(self.ended[end] for end in ENDS)


def help_given(cases: Iterable[tuple[Record, str]], today: date) -> HelpGiven:
    """Help given in cases, each a record with its state."""
    dated = list(cases)
    interventions = [entry for record, _state in dated for entry in record.interventions]
    answered = [
        entry
        for entry in interventions
        if entry.answered_at is not None or entry.response in _YES_OR_NO
    ]
    hours = [
        (entry.answered_at - entry.asked_at).total_seconds() / 3600
        for entry in answered
        if entry.answered_at is not None and entry.asked_at is not None
    ]
    ends = (how_mediation_ended(record, state) for record, state in dated)
    terms = [entry for record, _state in dated for entry in record.terms]
    referrals = [
        entry
        for record, _state in dated
        for entry in record.referrals
        if entry.outcome != NOT_WANTED
    ]
    fulfilled = [
        (entry.due_on, entry.fulfilled_on) for entry in terms if entry.fulfilled_on is not None
    ]
    reached = [(entry.due_on, entry.outcome_on) for entry in referrals if entry.outcome in _REACHED]
    return HelpGiven(
        cases=len(dated),
        asked=len(interventions),
        answered=len(answered),
        hours=median(hours) if hours else None,
        ended=Counter(end[0] for end in ends if end is not None),
        terms=len(terms),
        fulfilled=len(fulfilled),
        fulfilled_in_time=_in_time(fulfilled),
        terms_overdue=_overdue(
            [entry.due_on for entry in terms if entry.fulfilled_on is None], today
        ),
        referrals=len(referrals),
        reached=len(reached),
        reached_in_time=_in_time(reached),
        referrals_overdue=_overdue(
            [entry.due_on for entry in referrals if not entry.outcome], today
        ),
    )


def _in_time(done: Sequence[tuple[date | None, date | None]]) -> int:
    """Those done by their day; not those without one, or of which nobody noted when."""
    return sum(due is not None and on is not None and on <= due for due, on in done)


def _overdue(due: Sequence[date | None], today: date) -> int:
    return sum(day is not None and day < today for day in due)
