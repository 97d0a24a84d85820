"""Tables that a year prints, and the lines of each. A plan is published before its year and never
changes. What a code stands for is fixed here for ever: a line that meant something else next year
would count old cases again. Cases entering tables: each once, and how much it adds there. Freeze
days of a plan: one in each quarter that is printed, and none that was. The promise of the plans:
how far everything ever printed can move what somebody believes of one case, as exact odds; and the
plans that are refused since they would not keep it. A line moves the odds by at most `die / (die -
1)` for each unit that one case adds to it. A case belongs for ever to the plan of the year in
which it was filed and enters each table of that plan once, at the latest in some later year under
the same key. So what counts is the product over the keys of its own plan, each with the worst dice
of all plans that it may still meet. Dice of a release. What they add to a line is the number of
rolls of a die before it shows a one, less the same again: a whole number that is as often above
zero as below. `die` gives a whole number from 0 to below its sides, each as likely
(`secrets.randbelow`); a 0 is the face one. Each line is thrown for with faces of its own, drawn in
one block of the same length whatever they show, so that the time which it takes tells nothing
about them. Aids to read printed lines. They are made of printed values alone, so they tell nothing
more. A value of None reads "few". Numbers here are approximate by their nature: none of them was
counted. Dice thrown on a table by people, with an invented example that changes as they are typed
in."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from math import sqrt
from typing import Any

WHO, MEDIATION, ACTS = "who", "mediation", "acts"
# Into how many equal parts a case is broken where it is shared among its lines.
SIXTHS = 6
MOST_SHARES = 3
QUARTERS = 4
EVERY = (1, 2, 4)
LEAST_FLOOR, ROUNDED_TO = 10, 5

# The eight families of acts, by codes of `kash.incidents.rules.filing`, in each edition of that
# list.
#
# A plan counts by the edition that it was proposed with, for ever; an act that is added to the list
# goes into a new one.
EDITIONS: Mapping[int, Mapping[str, tuple[str, ...]]] = {
    1: {
        "liberty": ("L1", "L2", "L3", "L4"),
        "assault": ("P1",),
        "sexual": ("S1", "S2", "S3"),
        "threats": ("T1",),
        "health": ("H1", "H2", "H3", "M4"),
        "property": ("M1", "M2", "M3"),
        "payment": ("W1",),
        "justice": ("Q1", "C1", "R1"),
    },
    2: {
        "liberty": ("L1", "L2", "L3", "L4", "L5", "L6", "L7", "P6", "F1"),
        "assault": ("P1", "P2", "P4", "P5"),
        "sexual": ("S1", "S2", "S3", "S4", "S5", "S6", "S7"),
        "threats": ("T1", "D1", "D2", "D3", "D4"),
        "health": ("H1", "H2", "H3", "H4", "M4"),
        "property": ("M1", "M2", "M3", "M5", "E1"),
        "payment": ("W1",),
        "justice": ("Q1", "C1", "R1", "R2", "R3", "R4"),
    },
}
FIRST_EDITION, NEWEST_EDITION = min(EDITIONS), max(EDITIONS)
FAMILIES = EDITIONS[NEWEST_EDITION]
_FAMILY_OF: Mapping[int, Mapping[str, str]] = {
    number: {act: family for family, acts in families.items() for act in acts}
    for number, families in EDITIONS.items()
}


def families_of(acts: Iterable[str], edition: int = NEWEST_EDITION) -> tuple[str, ...]:
    """Families of these acts in an edition, each once, in their order; none of an act that was
    added to the list later."""
    families = _FAMILY_OF[edition]
    return tuple(dict.fromkeys(families[act] for act in acts if act in families))


@dataclass(frozen=True)
class TablePlan:
    """A table of a plan. To each line of `codes` the dice of `die` sides add or take away some;
    below `floor` cases it prints "few". One case adds at most `most` in all, counted in whole cases
    or, with `unit` 6, in sixths. It is printed `every` so many quarters. `edition` is that of the
    list of acts, of a table that counts them."""

    key: str
    title_key: str
    codes: tuple[str, ...]
    die: int
    most: int
    floor: int
    every: int
    unit: int = 1
    edition: int = FIRST_EDITION

    @property
    def windows(self) -> int:
        """Number of times a year that it is printed."""
        return QUARTERS // self.every


@dataclass(frozen=True)
class YearPlan:
    """The tables of a year, in the order in which they are thrown for and printed."""

    year: int
    tables: tuple[TablePlan, ...]

    def table(self, key: str) -> TablePlan | None:
        """Its table of this key, if it has one."""
        return next((table for table in self.tables if table.key == key), None)


@dataclass(frozen=True)
class ReleaseWindow:
    """A table's turn to be printed: `number` counts from 0 within the year, and cases filed up to
    and on `freeze_on` are counted. Nothing is printed before that day is over."""

    key: str
    number: int
    freeze_on: date


KNOWN: Mapping[str, TablePlan] = {
    WHO: TablePlan(WHO, WHO, ("police", "client", "other"), 4, 1, 10, 1),
    MEDIATION: TablePlan(
        MEDIATION, MEDIATION, ("settled", "partly", "failed", "withdrawn", "court"), 4, 1, 10, 1
    ),
    ACTS: TablePlan(ACTS, ACTS, tuple(FAMILIES), 16, SIXTHS, 10, QUARTERS, SIXTHS, NEWEST_EDITION),
}


def changed(table: TablePlan, **columns: Any) -> TablePlan:
    """A table with some of its columns changed."""
    return replace(table, **columns)


# --- The calendar of a plan -----------------------------------------------------------------------


def last_days(year: int) -> tuple[date, ...]:
    """The last day of each quarter."""
    return date(year, 3, 31), date(year, 6, 30), date(year, 9, 30), date(year, 12, 31)


def windows_of(plan: YearPlan, days: Sequence[date | None]) -> list[ReleaseWindow]:
    """The windows of a plan, by day and in the order of its tables. `days` are the freeze days of
    the four quarters, None for those in which the programme prints nothing yet."""
    windows = []
    for quarter, day in enumerate(days, 1):
        if day is None:
            continue
        for table in plan.tables:
            if quarter % table.every == 0:
                windows.append(ReleaseWindow(table.key, quarter // table.every - 1, day))
    return windows


# --- As it is kept --------------------------------------------------------------------------------


def tables_as_json(tables: Iterable[TablePlan]) -> list[dict[str, Any]]:
    """Tables as a plan keeps them. The first edition is left out, as in plans stored before there
    were editions, so that their digests still match."""
    return [
        {
            name: value
            for name, value in {**vars(table), "codes": list(table.codes)}.items()
            if (name, value) != ("edition", FIRST_EDITION)
        }
        for table in tables
    ]


def tables_from_json(kept: Iterable[Mapping[str, Any]]) -> tuple[TablePlan, ...]:
    """The same, read again."""
    return tuple(TablePlan(**{**table, "codes": tuple(table["codes"])}) for table in kept)


def windows_as_json(windows: Iterable[ReleaseWindow]) -> list[dict[str, Any]]:
    """Windows as a plan keeps them."""
    return [{**vars(window), "freeze_on": window.freeze_on.isoformat()} for window in windows]


def windows_from_json(kept: Iterable[Mapping[str, Any]]) -> list[ReleaseWindow]:
    """The same, read again."""
    return [
        ReleaseWindow(**{**window, "freeze_on": date.fromisoformat(window["freeze_on"])})
        for window in kept
    ]


def digest_of(plan: YearPlan, windows: Iterable[ReleaseWindow]) -> str:
    """SHA-256 over tables and windows, by which the person who approves a plan approves what she
    saw."""
    whole = {
        "year": plan.year,
        "tables": tables_as_json(plan.tables),
        "windows": windows_as_json(windows),
    }
    text = json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


# The keys of tables that a case has entered, by its reference.
Entered = Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class CountedCase:
    """A case as it may be counted: what it would add to each table, most important first; nothing
    for a table to which it has nothing to add yet. `also` are other references that stand for it:
    a link that is made or taken away later counts nobody again."""

    reference: str
    filed_on: date
    tables: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    also: frozenset[str] = frozenset()


def counts(
    cases: Iterable[CountedCase], table: TablePlan, entered: Entered, plans: Sequence[YearPlan]
) -> tuple[dict[str, int], dict[str, frozenset[str]]]:
    """Sums that these cases add to a table, in its units, and what has entered afterwards.

    A case enters a table once in its life, and only if the plan of the year in which it was filed
    has that table; `plans` are all that were ever approved. A late case falls into the next
    window.
    """
    keys_of = {plan.year: {table_plan.key for table_plan in plan.tables} for plan in plans}
    sums = dict.fromkeys(table.codes, 0)
    after = dict(entered)
    for case in cases:
        parts = shares(case.tables.get(table.key, ()), table)
        names = {case.reference, *case.also}
        been = any(table.key in after.get(name, ()) for name in names)
        if not parts or been or table.key not in keys_of.get(case.filed_on.year, ()):
            continue
        for name in names:
            after[name] = after.get(name, frozenset()) | {table.key}
        for code, share in parts.items():
            sums[code] += share
    return sums, after


def shares(codes: Sequence[str], table: TablePlan) -> dict[str, int]:
    """Parts that one case adds to each line, in units: one stone for its first code, or broken
    among at most three of them."""
    present = [code for code in dict.fromkeys(codes) if code in table.codes]
    counted = present[: MOST_SHARES if table.unit == SIXTHS else table.most]
    return {code: table.most // len(counted) for code in counted} if counted else {}


def first_day(year: int, quarter: int) -> date:
    """The first day of a quarter, which counts from 1."""
    return date(year, 3 * quarter - 2, 1)


def proposed_days(year: int, today: date) -> tuple[date | None, ...]:
    """The last day of each quarter; None for those that are over today. So a plan that is made in
    the middle of a year begins with the next window."""
    return tuple(day if day > today else None for day in last_days(year))


def wrong_quarter(year: int, days: Sequence[date | None], today: date) -> int | None:
    """The first quarter, from 1, whose freeze day is wrong; None if all are right.

    A day lies in its own quarter and is still to come. After the first quarter with a day each has
    one, so that nobody skips a quarter because of its figures. Without any day the last is wrong.
    """
    begun = False
    for quarter in range(1, QUARTERS + 1):
        day = days[quarter - 1]
        if day is None:
            if begun:
                return quarter
            continue
        begun = True
        if not first_day(year, quarter) <= day <= last_days(year)[quarter - 1] or day <= today:
            return quarter
    return None if begun else QUARTERS


REPORTED_LIMIT = Fraction(3)
CONTENT_LIMIT = Fraction(10)
MOST_SIDES = 100


class PlanFlaw(StrEnum):
    """Reason for which a plan is refused."""

    REPORTED = "reported"
    CONTENT = "content"
    NO_TABLES = "no_tables"
    TWICE = "twice"
    UNKNOWN = "unknown"
    CODES = "codes"
    RENAMED = "renamed"
    DIE = "die"
    MOST = "most"
    UNIT = "unit"
    SHAPE = "shape"
    YEAR = "year"


@dataclass(frozen=True)
class PlanRefusal:
    """A flaw of a plan: in which table, empty if in the whole; `other` is the earlier table that it
    takes up under another name, `year` that of the plan with which it does not go together."""

    flaw: PlanFlaw
    key: str = ""
    other: str = ""
    year: int = 0
    odds: Fraction = Fraction(1)


def line_odds(table: TablePlan) -> Fraction:
    """The most by which one table can move the odds that a case is in it."""
    return Fraction(table.die, table.die - 1) ** table.most


def reported_odds(plans: Sequence[YearPlan]) -> Fraction:
    """The most by which everything ever printed under these plans can multiply the odds that one
    given case was reported: that of the plan whose cases fare worst."""
    return max((_odds_of(own, plans) for own in plans), default=Fraction(1))


def _odds_of(own: YearPlan, plans: Sequence[YearPlan]) -> Fraction:
    odds = Fraction(1)
    for table in own.tables:
        met = (later.table(table.key) for later in plans if later.year >= own.year)
        odds *= max(line_odds(later) for later in met if later is not None)
    return odds


def content_odds(plans: Sequence[YearPlan]) -> Fraction:
    """The same for the odds of what a case says, or when it was filed: it leaves one line and
    enters another."""
    return reported_odds(plans) ** 2


def refusals(plan: YearPlan, earlier: Sequence[YearPlan]) -> list[PlanRefusal]:
    """All for which a plan is refused, given the plans before it; empty if it keeps the promise."""
    refused = _shape(plan)
    refused += [
        PlanRefusal(PlanFlaw.YEAR, year=other.year) for other in earlier if other.year >= plan.year
    ]
    if refused:
        return refused
    for table in plan.tables:
        for before in earlier:
            refused += _against(table, before)
    if refused:
        return refused
    plans = (*earlier, plan)
    if (odds := reported_odds(plans)) > REPORTED_LIMIT:
        refused.append(PlanRefusal(PlanFlaw.REPORTED, odds=odds))
    if (odds := content_odds(plans)) > CONTENT_LIMIT:
        refused.append(PlanRefusal(PlanFlaw.CONTENT, odds=odds))
    return refused


def _shape(plan: YearPlan) -> list[PlanRefusal]:
    """Flaws that a plan has by itself."""
    if not plan.tables:
        return [PlanRefusal(PlanFlaw.NO_TABLES)]
    flaws, keys, codes = [], set(), set[str]()
    for table in plan.tables:
        if table.key in keys or not codes.isdisjoint(table.codes):
            flaws.append(PlanRefusal(PlanFlaw.TWICE, table.key))
        keys.add(table.key)
        codes.update(table.codes)
        if table.key not in KNOWN:
            flaws.append(_renamed(table))
        elif set(table.codes) != set(KNOWN[table.key].codes):
            flaws.append(PlanRefusal(PlanFlaw.CODES, table.key))
        elif not _is_sound(table):
            flaws.append(PlanRefusal(PlanFlaw.SHAPE, table.key))
    return flaws


def _renamed(table: TablePlan) -> PlanRefusal:
    taken = (key for key, known_table in KNOWN.items() if set(known_table.codes) & set(table.codes))
    other = next(taken, "")
    return PlanRefusal(PlanFlaw.RENAMED if other else PlanFlaw.UNKNOWN, table.key, other)


def _is_sound(table: TablePlan) -> bool:
    return (
        2 <= table.die <= MOST_SIDES
        and table.unit in (1, SIXTHS)
        and 1 <= table.most <= table.unit
        and table.every in EVERY
        and table.floor >= LEAST_FLOOR
        and table.floor % ROUNDED_TO == 0
        and len(set(table.codes)) == len(table.codes)
        and table.edition in EDITIONS
    )


def _against(table: TablePlan, before: YearPlan) -> list[PlanRefusal]:
    """Flaws of a table that continues, or seems to, one of an earlier plan."""
    was = before.table(table.key)
    if was is None:
        return [
            PlanRefusal(PlanFlaw.RENAMED, table.key, earlier.key, before.year)
            for earlier in before.tables
            if set(earlier.codes) & set(table.codes)
        ]
    checked = (
        (PlanFlaw.CODES, set(was.codes) != set(table.codes)),
        (PlanFlaw.UNIT, was.unit != table.unit),
        (PlanFlaw.DIE, table.die < was.die),
        (PlanFlaw.MOST, table.most > was.most),
    )
    return [PlanRefusal(flaw, table.key, year=before.year) for flaw, wrong in checked if wrong]


Die = Callable[[int], int]
# So many faces a side: a block without two ones comes once in more than 10^30 lines.
_FACES_A_SIDE = 64


def block_length(sides: int) -> int:
    """Number of faces drawn for a line: 256 of a die of four sides, 1024 of one of sixteen."""
    return _FACES_A_SIDE * sides


def noise_of(faces: Sequence[int]) -> int | None:
    """Number that these faces (0 is a one) add to a line; None if there are not two ones."""
    ones = [place for place, face in enumerate(faces) if face == 0]
    if len(ones) < 2:
        return None
    return ones[0] - (ones[1] - ones[0] - 1)


def throw(table: TablePlan, die: Die) -> dict[str, int]:
    """Numbers added to each line of a table, in its units. Each line is thrown for, whatever will
    be counted in it."""
    return {code: _noise(table.die, die) for code in table.codes}


def _noise(sides: int, die: Die) -> int:
    faces: list[int] = []
    while True:
        faces += [die(sides) for _ in range(block_length(sides))]
        noise = noise_of(faces)
        if noise is not None:
            return noise


def as_printed(y: int, floor: int, unit: int) -> int | None:
    """A line as it is printed: to the nearest five cases, or None, which reads "few", below the
    floor. `y` is what was counted and thrown, in units."""
    if y < floor * unit:
        return None
    if unit == SIXTHS:
        return ROUNDED_TO * ((y + 15) // 30)
    return ROUNDED_TO * ((y + 2) // 5)


# Nineteen times in twenty, to both sides and to one.
_TWO_SIDED, _ONE_SIDED = 1.96, 1.64
_ROUNDING = (ROUNDED_TO**2 - 1) / 12
# Below so many cases in a table, or so far off, a share says nothing.
_LEAST_TOTAL, _MOST_OFF = 40, 0.25
# A die is away from its middle by more than so many times its sides once in 10^10 throws.
_FAR = 25


class Trend(StrEnum):
    """Word for four printed values of a line."""

    FALLING = "falling"
    RISING = "rising"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True)
class PrintedShare:
    """Share of a line in its table, from 0 to 1, and how far off it may be."""

    part: float
    within: float


@dataclass(frozen=True)
class PrintedDifference:
    """Difference of two printed values of a line, and how far off it may be by dice, rounding and
    what comes and goes by itself. It is `clear` if it is larger than that."""

    by: float
    within: float

    @property
    def clear(self) -> bool:
        """True if more changed than dice and chance explain."""
        return abs(self.by) > self.within


def value(printed: int | None, floor: int) -> float:
    """A printed value as a number: "few" is half the floor."""
    return floor / 2 if printed is None else printed


def trend(four: Sequence[int | None], table: TablePlan) -> Trend:
    """Word for the newest four printed values of a line, oldest first: it is said wrongly once in
    twenty times if nothing changes."""
    if len(four) != 4:
        return Trend.CANNOT_TELL
    values = [value(printed, table.floor) for printed in four]
    slope = sum(
        weight * printed for weight, printed in zip((1.5, 0.5, -0.5, -1.5), values, strict=True)
    )
    off = _ONE_SIDED * sqrt(5 * (sum(values) / 4 + _spread(table)))
    if slope > off:
        return Trend.FALLING
    return Trend.RISING if slope < -off else Trend.CANNOT_TELL


def share(lines: Mapping[str, int | None], code: str, table: TablePlan) -> PrintedShare | None:
    """Share of one line in its table; None if the lines are too thin to say."""
    values = {one: value(printed, table.floor) for one, printed in lines.items()}
    total = sum(values.values())
    if total < _LEAST_TOTAL:
        return None
    part = values[code] / total
    others = part * part * (len(values) - 1)
    within = _TWO_SIDED * sqrt(_spread(table) * ((1 - part) ** 2 + others)) / total
    return PrintedShare(part, within) if within < _MOST_OFF else None


def difference(before: int | None, after: int | None, table: TablePlan) -> PrintedDifference:
    """Difference from one printed value of a line to a later one of a window as long."""
    earlier, later = value(before, table.floor), value(after, table.floor)
    return PrintedDifference(
        later - earlier, _TWO_SIDED * sqrt(earlier + later + 2 * _spread(table))
    )


def _spread(table: TablePlan) -> float:
    """Variance of a line by its dice and by rounding, in cases."""
    return 2 * table.die * (table.die - 1) / table.unit**2 + _ROUNDING


@lru_cache(maxsize=512)
def range_of(printed: int | None, table: TablePlan) -> tuple[int, int]:
    """From how many to how many cases a printed value means, nine times in ten: a printed 40 of
    four-sided dice means 32 to 48. Without a word on what was likely before."""
    middle = (table.floor if printed is None else printed) * table.unit
    first = max(0, middle - table.floor * table.unit - _FAR * table.die)
    counted = range(first, middle + _FAR * table.die)
    lowest, highest = _drawn_from(printed, table)
    weights = [_below(highest - n, table) - _below(lowest - 1 - n, table) for n in counted]
    whole, sum_so_far, low = sum(weights), 0.0, None
    for n, weight in zip(counted, weights, strict=True):
        sum_so_far += weight
        if low is None and sum_so_far >= whole / 20:
            low = n
        if sum_so_far >= whole * 19 / 20:
            break
    return _whole(low or 0, table), _whole(n, table)


def _drawn_from(printed: int | None, table: TablePlan) -> tuple[int, int]:
    """The least and the greatest number, in units, that is printed so."""
    if printed is None:
        return -_FAR * table.die * 4, table.floor * table.unit - 1
    near = range((printed - ROUNDED_TO) * table.unit, (printed + ROUNDED_TO) * table.unit)
    same = [y for y in near if as_printed(y, table.floor, table.unit) == printed]
    return (same[0], same[-1]) if same else (printed * table.unit, printed * table.unit)


def _below(k: int, table: TablePlan) -> float:
    """Likelihood that the dice add k or less."""
    a = (table.die - 1) / table.die
    return a**-k / (1 + a) if k < 0 else 1 - a ** (k + 1) / (1 + a)


def _whole(units: int, table: TablePlan) -> int:
    return (2 * units + table.unit) // (2 * table.unit) if table.unit == SIXTHS else units


# What stands on tables: the die that the programme throws, and the one that everybody has.
SIDES = (4, 6)
# Invented counts, line by line of the table of who did it.
EXAMPLE = {"police": 44, "client": 17, "other": 6}
_BETWEEN = frozenset(" ,;.-\n\t")


class NoSuchFace(ValueError):
    """Something was typed that the die does not show."""


@dataclass(frozen=True)
class TableThrow:
    """A line of the example. `added` are the rolls before the first one, `taken` those between it
    and the second, each None until that one was rolled; `printed` is None where it reads "few"."""

    counted: int
    added: int | None = None
    taken: int | None = None

    @property
    def is_whole(self) -> bool:
        """True if both ones were rolled."""
        return self.taken is not None

    @property
    def thrown(self) -> int:
        """The number after the dice."""
        return self.counted + (self.added or 0) - (self.taken or 0)

    @property
    def printed(self) -> int | None:
        """The number as it is printed."""
        return as_printed(self.thrown, KNOWN[WHO].floor, 1)


def faces_of(typed: str, sides: int) -> list[int]:
    """The faces that were typed, one digit for each roll. Raises NoSuchFace."""
    faces = []
    for letter in typed:
        if letter in _BETWEEN:
            continue
        if not (letter.isascii() and letter.isdecimal() and 1 <= int(letter) <= sides):
            raise NoSuchFace(letter)
        faces.append(int(letter))
    return faces


def thrown_on_table(counted: int, faces: Sequence[int]) -> TableThrow:
    """A line with dice of a table, as the programme throws them: what was rolled after the second
    one counts no more."""
    ones = [place for place, face in enumerate(faces) if face == 1]
    if not ones:
        return TableThrow(counted)
    return TableThrow(counted, ones[0], ones[1] - ones[0] - 1 if len(ones) > 1 else None)
