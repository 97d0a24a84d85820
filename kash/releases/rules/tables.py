"""Tables that a year prints, and the lines of each.

A plan is published before its year and never changes. What a code stands for is fixed here for
ever: a line that meant something else next year would count old cases again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

WHO, MEDIATION, ACTS = "who", "mediation", "acts"
# Into how many equal parts a case is broken where it is shared among its lines.
SIXTHS = 6
MOST_SHARES = 3
QUARTERS = 4
EVERY = (1, 2, 4)
LEAST_FLOOR, ROUNDED_TO = 10, 5

# The eight families of acts, by codes of `kash.incidents.rules.acts`, in each edition of that list.
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
    known = _FAMILY_OF[edition]
    return tuple(dict.fromkeys(known[act] for act in acts if act in known))


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
        return next((one for one in self.tables if one.key == key), None)


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
    found = []
    for quarter, day in enumerate(days, 1):
        if day is None:
            continue
        for table in plan.tables:
            if quarter % table.every == 0:
                found.append(ReleaseWindow(table.key, quarter // table.every - 1, day))
    return found


# --- As it is kept --------------------------------------------------------------------------------


def tables_as_json(tables: Iterable[TablePlan]) -> list[dict[str, Any]]:
    """Tables as a plan keeps them. The first edition is left out, as when there was no other: what
    was approved keeps its digest."""
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
    return tuple(TablePlan(**{**one, "codes": tuple(one["codes"])}) for one in kept)


def windows_as_json(windows: Iterable[ReleaseWindow]) -> list[dict[str, Any]]:
    """Windows as a plan keeps them."""
    return [{**vars(one), "freeze_on": one.freeze_on.isoformat()} for one in windows]


def windows_from_json(kept: Iterable[Mapping[str, Any]]) -> list[ReleaseWindow]:
    """The same, read again."""
    return [
        ReleaseWindow(**{**one, "freeze_on": date.fromisoformat(one["freeze_on"])}) for one in kept
    ]


def digest_of(plan: YearPlan, windows: Iterable[ReleaseWindow]) -> str:
    """SHA-256 over tables and windows, by which whoever approves a plan approves what she saw."""
    whole = {
        "year": plan.year,
        "tables": tables_as_json(plan.tables),
        "windows": windows_as_json(windows),
    }
    text = json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()
