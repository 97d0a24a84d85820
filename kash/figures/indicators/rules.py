"""Facts of completion: one for each person in a workshop, once its registers are confirmed.
Periods: a quarter, a year, a month, or any days from one to another, as they stand in an address.
Figures: rows of facts counted into cells, each person once in a cell however often she came. What
a person is (group, sex, age, rank, station, ward) is taken from the last of her rows that are
counted, so that cells by these add up to the total. By course, by funder, and by new or refresher
she may stand in several cells, and they don't. The indicators, and what each can be told apart by.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import TypeVar

from kash.people.rules.persons import BANDS, WIDE_AGE_BANDS


def band_on(age_band: str, birth_year: int | None, day: date) -> str:
    """Age band on a day: as it was said, else by the year of birth, where only the age that is
    reached in that year is known; empty where neither is."""
    if age_band or birth_year is None:
        return age_band
    turning = day.year - birth_year
    for band, (least, most) in BANDS.items():
        if band not in WIDE_AGE_BANDS and least <= turning <= most:
            return band
    return ""


@dataclass(frozen=True)
class HeldCourse:
    """One workshop of a course as somebody had it: its fact (key), its last day, and if she met
    what the course asks for."""

    fact: int
    person: int
    last_day: date
    met: bool


def refreshers(held: Iterable[HeldCourse]) -> frozenset[int]:
    """The facts that are refreshers: their person had met what the course asks for in an earlier
    workshop."""
    first_met: dict[int, tuple[date, int]] = {}
    rows = sorted(held, key=lambda course: (course.last_day, course.fact))
    for course in rows:
        if course.met:
            first_met.setdefault(course.person, (course.last_day, course.fact))
    return frozenset(
        course.fact
        for course in rows
        if course.person in first_met and first_met[course.person] < (course.last_day, course.fact)
    )


# Outside of these years a period is a slip of the pen.
FIRST_YEAR, LAST_YEAR = 2000, 2199
LONGEST_TEXT = 22
_YEAR = re.compile(r"(\d{4})")
_QUARTER = re.compile(r"(\d{4})-Q([1-4])")
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_DAYS = re.compile(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})")


class PeriodFault(StrEnum):
    """Fault of a period that cannot be used."""

    UNREADABLE = "unreadable"
    BACKWARDS = "backwards"


class PeriodProblem(ValueError):
    """A period that ends before it starts, or cannot be read; `fault` says which."""

    def __init__(self, fault: PeriodFault) -> None:
        super().__init__(str(fault))
        self.fault = fault


@dataclass(frozen=True, order=True)
class Period:
    """Days from the first to the last, both among them. Raises PeriodProblem."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise PeriodProblem(PeriodFault.BACKWARDS)
        if self.first.year < FIRST_YEAR or self.last.year > LAST_YEAR:
            raise PeriodProblem(PeriodFault.UNREADABLE)

    def contains(self, day: date) -> bool:
        """True if a day is one of them."""
        return self.first <= day <= self.last

    def overlaps(self, other: Period) -> bool:
        """True if a day is in both."""
        return self.first <= other.last and other.first <= self.last

    @property
    def text(self) -> str:
        """The one form in which these days are written, whatever form they were read from."""
        first, last = self.first, self.last
        whole_months = first.day == 1 and last.day == monthrange(last.year, last.month)[1]
        if whole_months and first.year == last.year:
            if (first.month, last.month) == (1, 12):
                return f"{first.year}"
            if first.month % 3 == 1 and last.month == first.month + 2:
                return f"{first.year}-Q{last.month // 3}"
            if first.month == last.month:
                return f"{first:%Y-%m}"
        return f"{first.isoformat()}..{last.isoformat()}"

    @property
    def kind(self) -> str:
        """Kind of period: "year", "quarter", "month", or "days"."""
        text = self.text
        if ".." in text:
            return "days"
        return {4: "year", 7: "quarter" if "Q" in text else "month"}[len(text)]

    @property
    def before(self) -> Period:
        """The period of the same kind just before; of other days, as many days just before. Raises
        PeriodProblem where there is none."""
        year_before, quarter_of = self.first.year - 1, (self.first.month + 2) // 3
        if self.kind == "year":
            return year(year_before)
        if self.kind == "quarter":
            return (
                quarter(self.first.year, quarter_of - 1)
                if quarter_of > 1
                else quarter(year_before, 4)
            )
        if self.kind == "month":
            before = self.first.month - 1
            return month(self.first.year, before) if before else month(year_before, 12)
        length = self.last - self.first
        try:
            last = date.fromordinal(self.first.toordinal() - 1)
            return Period(last - length, last)
        except (ValueError, OverflowError) as error:
            raise PeriodProblem(PeriodFault.UNREADABLE) from error


def year(number: int) -> Period:
    """A calendar year. Raises PeriodProblem."""
    return _months(number, 1, 12)


def quarter(number: int, part: int) -> Period:
    """A quarter of a year, from 1 to 4. Raises PeriodProblem."""
    return _months(number, 3 * part - 2, 3 * part)


def month(number: int, part: int) -> Period:
    """A month of a year, from 1 to 12. Raises PeriodProblem."""
    return _months(number, part, part)


def quarter_holding(day: date) -> Period:
    """The quarter in which a day lies."""
    return quarter(day.year, (day.month + 2) // 3)


def _months(number: int, first: int, last: int) -> Period:
    try:
        return Period(date(number, first, 1), date(number, last, monthrange(number, last)[1]))
    except PeriodProblem:
        raise
    except ValueError as error:
        raise PeriodProblem(PeriodFault.UNREADABLE) from error


def read_period(text: str) -> Period:
    """A period as it stands in an address: "2026", "2026-Q3", "2026-01", or
    "2026-01-01..2026-03-31". Raises PeriodProblem."""
    plain = text.strip().upper()
    if not plain.isascii():
        raise PeriodProblem(PeriodFault.UNREADABLE)
    if match := _YEAR.fullmatch(plain):
        return year(int(match[1]))
    if match := _QUARTER.fullmatch(plain):
        return quarter(int(match[1]), int(match[2]))
    if match := _MONTH.fullmatch(plain):
        return month(int(match[1]), int(match[2]))
    if match := _DAYS.fullmatch(plain):
        try:
            first, last = date.fromisoformat(match[1]), date.fromisoformat(match[2])
        except ValueError as error:
            raise PeriodProblem(PeriodFault.UNREADABLE) from error
        return Period(first, last)
    raise PeriodProblem(PeriodFault.UNREADABLE)


# In the order in which pages offer them.
DIMENSIONS = (
    "group",
    "course",
    "funder",
    "sex",
    "age_band",
    "cadre",
    "station",
    "ward",
    "refresher",
)
# A person has one value of each of these in a period.
OF_A_PERSON = frozenset({"group", "sex", "age_band", "cadre", "station", "ward"})
NEW, REFRESHER = "new", "refresher"
# The value of whatever is not on record, and of workshops that no funder pays.
UNKNOWN = ""
Key = TypeVar("Key", bound=object)


@dataclass(frozen=True)
class FactRow:
    """One person in one workshop, as a figure counts her. `values` are by dimension, but for
    funders, who are known by workshop."""

    person: int
    workshop: int
    day: date
    order: int
    values: Mapping[str, str]


@dataclass(frozen=True)
class FigureCell:
    """A count of a table. `values` stand in the order of its dimensions. `count` is None where
    there is no data, which is not 0; `people` are keys of persons within the asker's reach."""

    values: tuple[str, ...]
    count: int | None
    people: frozenset[int] = frozenset()


@dataclass(frozen=True)
class FigureTable:
    """An indicator in a period by dimensions, with the definition that held then and its version.
    `total` is the whole, which cells need not add up to; `adds_up` tells if they do."""

    indicator: str
    version: int
    definition: str
    period: Period
    dimensions: tuple[str, ...]
    cells: tuple[FigureCell, ...]
    total: FigureCell = field(default_factory=lambda: FigureCell((), None))

    @property
    def adds_up(self) -> bool:
        """True if the cells add up to the total whatever they hold."""
        return OF_A_PERSON.issuperset(self.dimensions)


@dataclass(frozen=True)
class SharedRow:
    """The two views of one funder: whole people reached with its support, and its share of all of
    them. `funder` is a public id, empty for what the programme carries itself."""

    funder: str
    reached: int
    weighted: int


@dataclass(frozen=True)
class PaidShare:
    """A funder's share of a workshop, in per cent."""

    funder: str
    share: int


Funders = Mapping[int, Sequence[PaidShare]]


def people_cells(
    rows: Sequence[FactRow],
    dimensions: Sequence[str],
    funders: Funders,
    all_rows: Sequence[FactRow] | None = None,
) -> dict[tuple[str, ...], frozenset[int]]:
    """People by the values of dimensions, each once in a cell. What a person is, is taken from the
    last of `all_rows`, where these are more than those that are counted."""
    all_known = rows if all_rows is None else all_rows
    latest = {
        fact.person: fact for fact in sorted(all_known, key=lambda fact: (fact.day, fact.order))
    }
    found: defaultdict[tuple[str, ...], set[int]] = defaultdict(set)
    for fact in rows:
        for values in _places(fact, latest[fact.person], dimensions, funders):
            found[values].add(fact.person)
    return {values: frozenset(people) for values, people in found.items()}


def row_counts(
    rows: Sequence[FactRow], dimensions: Sequence[str], funders: Funders
) -> dict[tuple[str, ...], int]:
    """Rows by the values of dimensions: attendances, where people count as often as they came. Each
    keeps what she was in its own row."""
    counts: defaultdict[tuple[str, ...], int] = defaultdict(int)
    for fact in rows:
        for values in _places(fact, fact, dimensions, funders):
            counts[values] += 1
    return dict(counts)


def _places(
    row: FactRow, person: FactRow, dimensions: Sequence[str], funders: Funders
) -> list[tuple[str, ...]]:
    """The cells in which a row counts; several only by funder."""
    paying = [funder.funder for funder in funders.get(row.workshop, ())] or [UNKNOWN]
    places: list[tuple[str, ...]] = [()]
    for name in dimensions:
        if name == "funder":
            places = [(*place, funder) for place in places for funder in paying]
        else:
            of = person if name in OF_A_PERSON else row
            places = [(*place, of.values.get(name, UNKNOWN)) for place in places]
    return places


def largest_remainder(
    weights: Mapping[str, Fraction], total: int, order: Callable[[str], object] = str
) -> dict[str, int]:
    """Whole numbers nearest to weights that add up to a total, which the weights do too.

    Each is its weight rounded down, and what is left goes to the largest remainders; of equal ones
    to the first in `order`.
    """
    whole = {key: int(weight) for key, weight in weights.items()}
    left = total - sum(whole.values())
    by_remainder = sorted(weights, key=lambda key: (whole[key] - weights[key], order(key)))
    for key in by_remainder[:left]:
        whole[key] += 1
    return whole


def shared_rows(rows: Iterable[FactRow], funders: Funders) -> list[SharedRow]:
    """The two views of shared workshops. Somebody who was in several workshops counts in equal
    parts in each, so that the shares of all funders and of the programme add up to all people."""
    workshops: defaultdict[int, set[int]] = defaultdict(set)
    for fact in rows:
        workshops[fact.person].add(fact.workshop)
    parts = {key: _parts(funders.get(key, ())) for key in set().union(*workshops.values())}
    reached: defaultdict[str, set[int]] = defaultdict(set)
    # Per cent by funder, and by the number of workshops among which a person is divided.
    sums: defaultdict[tuple[str, int], int] = defaultdict(int)
    for person, places in workshops.items():
        for workshop in places:
            for funder, share in parts[workshop].items():
                reached[funder].add(person)
                sums[funder, len(places)] += share
    weights: defaultdict[str, Fraction] = defaultdict(Fraction)
    for (funder, number), share in sums.items():
        weights[funder] += Fraction(share, 100 * number)
    weighted = largest_remainder(weights, len(workshops))
    return [
        SharedRow(funder, len(reached[funder]), weighted[funder])
        for funder in sorted(weighted, key=lambda one: (one == UNKNOWN, one))
        if reached[funder] or weighted[funder]
    ]


def _parts(shares: Sequence[PaidShare]) -> dict[str, int]:
    """Shares of a workshop that make 100 per cent: the programme carries what no funder does."""
    parts = {share.funder: share.share for share in shares}
    own = 100 - sum(parts.values())
    return {**parts, UNKNOWN: own} if own > 0 else parts


class IndicatorKey(StrEnum):
    """Key of an indicator, in the order in which they are shown."""

    COMPLETED = "people_completed"
    REACHED = "people_reached"
    ATTENDANCES = "attendances"
    HEADCOUNT = "headcount"
    WORKSHOPS = "workshops_held"
    CERTIFIED = "certified"
    REFRESHED = "refreshed"
    GAIN = "gain"
    PRACTICE = "practice"


@dataclass(frozen=True)
class Least:
    """Least that somebody must have attended to count: a share of a workshop's hours in per cent,
    days of it, and workshops of the period. Without more said, any minute of one counts."""

    share: int = 0
    days: int = 1
    workshops: int = 1

    def of(self, key: str) -> Least:
        """The part of it by which an indicator counts; the rest is as if nothing was said."""
        return Least(**{name: getattr(self, name) for name in INDICATORS[key].least})


# From the first on, to the last; a workshop has no more days, and a year hardly more workshops.
BOUNDS = {"share": (0, 100), "days": (1, 60), "workshops": (1, 60)}
ANYBODY = Least()


@dataclass(frozen=True)
class Indicator:
    """An indicator. `dimensions` are those by which it can be told apart; `people` says that it
    counts people, each once. `least` names the parts of a `Least` that its definition sets."""

    key: str
    dimensions: tuple[str, ...] = DIMENSIONS
    people: bool = True
    least: tuple[str, ...] = ()


INDICATORS = {
    indicator.key: indicator
    for indicator in (
        Indicator(IndicatorKey.COMPLETED),
        Indicator(IndicatorKey.REACHED, least=("share", "days", "workshops")),
        Indicator(IndicatorKey.ATTENDANCES, people=False, least=("share", "days")),
        Indicator(
            IndicatorKey.HEADCOUNT, ("group", "course", "funder", "sex", "age_band"), people=False
        ),
        Indicator(IndicatorKey.WORKSHOPS, ("course", "funder"), people=False),
        Indicator(IndicatorKey.CERTIFIED),
        Indicator(IndicatorKey.REFRESHED),
        Indicator(IndicatorKey.GAIN),
        Indicator(IndicatorKey.PRACTICE),
    )
}
KEYS = tuple(INDICATORS)
MOST_DIMENSIONS = 2


class DimensionProblem(ValueError):
    """An indicator that cannot be told apart so, or by too much at once."""


def check_dimensions(key: str, dimensions: tuple[str, ...]) -> None:
    """Raises DimensionProblem."""
    dimensions_known = INDICATORS[key].dimensions
    if (
        len(dimensions) > MOST_DIMENSIONS
        or len(set(dimensions)) < len(dimensions)
        or not set(dimensions) <= set(dimensions_known)
    ):
        raise DimensionProblem
