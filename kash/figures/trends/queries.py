"""Cases as trends count them: opened in memory, as far as the actor may see them. Stations of
police, and the day from which a workshop had reached their officers. All that the page of trends
says, from one pass over the cases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy import func, or_, select

from kash.figures.indicators.models import Completion
from kash.figures.trends.rules import (
    BeforeAfter,
    ChanceLimits,
    CountedPlace,
    FallVerdict,
    Funnel,
    HelpGiven,
    TrendCase,
    TrendMonths,
    before_and_after,
    beside_other_stations,
    beside_others,
    by_month,
    days_between,
    funnel,
    gap_limits,
    help_given,
    month_limits,
    places_of,
    ratio_beside_others,
    smallest_fall,
    window,
)
from kash.incidents.queries.cases import Case, open_cases
from kash.incidents.queries.letterbox import opened_box
from kash.incidents.queries.mediation import all_answers
from kash.incidents.rules.letterbox import adds_to, first_of
from kash.incidents.rules.mediation import take_over
from kash.incidents.rules.record import Record
from kash.incidents.rules.totals import came_in, is_once_more, who_did_it
from kash.people.models import Group, Organisation
from kash.platform.database import db
from kash.platform.vault import OpenVault, Sealed
from kash.platform.web.formats import to_local
from kash.policy import Actor

POLICE = "police"
_TOOK_PART = ("did", "ordered", "present", "unclear")


@dataclass(frozen=True)
class CasesCounted:
    """Cases that were counted, with the record and state of each in the same order, and places by
    name. `unknown`: cases of which nobody knows who did it, `nowhere` those without a place,
    `damaged` records that do not open; `opened`: the documents whose keys are as they were
    filed."""

    cases: Sequence[TrendCase]
    records: Sequence[tuple[Record, str]]
    places: Sequence[CountedPlace]
    unknown: int
    nowhere: int
    damaged: int
    opened: Sequence[Sealed]


def cases_counted(
    by: Actor, vault: OpenVault, stations: Sequence[tuple[str, str, str, date | None]]
) -> CasesCounted:
    """Every case that the actor may see, once: no drafts, none that is closed as being another one
    as well, and reports that say more about another only with it."""
    opened, damaged = open_cases(by, vault)
    places, of_station, of_ward = places_of(stations)
    answers = all_answers()
    cases, records, unknown = [], [], 0
    for case in _once(opened):
        take_over(case.record, answers)
        day = _day_of(case.record)
        if day is None:
            continue
        who = who_did_it(case.record)
        if not who:
            unknown += 1
            continue
        place = _place_of(case.record, who == POLICE, of_station, of_ward)
        cases.append(TrendCase(day, who == POLICE, place))
        records.append((case.record, case.state))
    return CasesCounted(
        cases,
        records,
        places,
        unknown,
        sum(case.place is None for case in cases),
        len(damaged),
        [sealed for case in opened for sealed in case.documents if sealed.form != "kept"],
    )


def _once(found: Sequence[Case]) -> list[Case]:
    adds = {case.reference: first for case in found if (first := adds_to(case.record))}
    adds |= opened_box(db.session()).additions
    once_more = {case.reference for case in found if is_once_more(case.record, case.state)}
    cases_kept: dict[str, Case] = {}
    # Of several that are one case the one that came first is counted.
    for case in sorted(found, key=lambda case: (case.reference in adds, case.reference)):
        first = first_of(case.reference, adds)
        if case.state != "draft" and once_more.isdisjoint({case.reference, first}):
            cases_kept.setdefault(first, case)
    return list(cases_kept.values())


def _day_of(record: Record) -> date | None:
    """The day on which it happened, else on which it came in."""
    at = came_in(record)
    return record.happening.begun_on or (to_local(at).date() if at else None)


def _place_of(
    record: Record, police: bool, of_station: Mapping[str, str], of_ward: Mapping[str, str]
) -> str | None:
    """The place of the station whose officers did it; else that of the ward where it happened."""
    if police:
        for party in record.parties:
            took_part = party.kind == POLICE and party.involvement in _TOOK_PART
            if took_part and party.station in of_station:
                return of_station[party.station]
    return of_ward.get(record.place.ward.strip().casefold())


# So many officers of one station in one workshop reach it: one alone changes nobody's habits.
OFFICERS = 3


def stations_reached() -> list[tuple[str, str, str, date | None]]:
    """Each station as (public id, name, ward, day): the last day of the first workshop in which so
    many of its officers attended until they met the course; None of those not reached. Two
    queries."""
    reached: dict[int, date] = {}
    together = (
        select(Completion.organisation_id, Completion.held_on)
        .join(Group, Group.id == Completion.group_id)
        .where(Completion.met, Group.is_police, Completion.organisation_id.is_not(None))
        .group_by(Completion.organisation_id, Completion.workshop_id, Completion.held_on)
        .having(func.count() >= OFFICERS)
    )
    for station, day in db.session.execute(together):
        if station is not None:
            reached[station] = min(day, reached.get(station, day))
    stations = db.session.execute(
        select(Organisation.id, Organisation.public_id, Organisation.name, Organisation.place)
        .outerjoin(Organisation.group)
        .where(
            Organisation.kind == "station", or_(Organisation.group_id.is_(None), Group.is_police)
        )
    )
    return [(public_id, name, ward, reached.get(key)) for key, public_id, name, ward in stations]


_YEAR = 12


@dataclass(frozen=True)
class Months:
    """Police cases by month, of the programme or of one place, with others' beside them. `gaps` are
    the days between police cases where they are rarer than one a month; then there are no limits of
    months."""

    police: Sequence[int]
    others: Sequence[int]
    limits: ChanceLimits | None
    gaps: Sequence[int]
    gap_limits: ChanceLimits | None

    @property
    def rare(self) -> bool:
        """True if police cases are rarer than one a month."""
        return sum(self.police) < len(self.police)


@dataclass(frozen=True)
class Trends:
    """Trends of whole months up to a day, as one actor may see them. `help` is that of the last
    twelve months, and of the twelve before."""

    within: TrendMonths
    counted: CasesCounted
    sides: dict[str, BeforeAfter]
    help: tuple[HelpGiven, HelpGiven]

    @property
    def opened(self) -> Sequence[Sealed]:
        """Documents that were opened and whose keys are still as they were filed."""
        return self.counted.opened

    @cached_property
    def police(self) -> int:
        """Police cases within these months."""
        return sum(self.programme.police)

    @cached_property
    def others(self) -> int:
        """All other cases within these months."""
        return sum(self.programme.others)

    @cached_property
    def smallest_fall(self) -> float | None:
        """The smallest fall that these numbers would have shown; None for none at all."""
        return smallest_fall(self.sides.values())

    @cached_property
    def beside_others(self) -> FallVerdict:
        """Verdict of police cases beside all others of the same places."""
        return beside_others(self.sides.values())

    @cached_property
    def ratio(self) -> float | None:
        """Police cases after, for each that others' cases would lead one to expect."""
        return ratio_beside_others(self.sides.values())

    @cached_property
    def beside_other_stations(self) -> FallVerdict:
        """Verdict of police cases beside those of other places and months."""
        places = self.counted.places
        counts = by_month(
            self.counted.cases, [place.key for place in places], self.within, police=True
        )
        shares = [self.within.shares_after(place.reached_on) for place in places]
        return beside_other_stations(counts, shares)

    @cached_property
    def programme(self) -> Months:
        """Months of the whole programme, wherever cases happened."""
        return self._months({case.place for case in self.counted.cases})

    def months_of(self, place: CountedPlace) -> Months:
        """Months of one place."""
        return self._months({place.key})

    def _months(self, keys: set[str | None]) -> Months:
        there = [case for case in self.counted.cases if case.place in keys]
        police, others = ([0] * len(self.within.starts) for _side in range(2))
        for case in there:
            month = self.within.month_of(case.day)
            if month is not None:
                (police if case.police else others)[month] += 1
        if sum(police) >= len(police):
            limits = month_limits(police, self.within.days)
            return Months(police, others, limits, (), None)
        gaps = days_between((case.day for case in there if case.police), self.within)
        return Months(police, others, None, gaps, gap_limits(gaps) if gaps else None)

    @cached_property
    def funnel(self) -> Funnel | None:
        """The play of chance on shares of police cases; None while there are none to compare."""
        return funnel([(police, total) for police, total in self._totals.values()])

    @cached_property
    def lines(self) -> list[dict[str, Any]]:
        """Places with cases or a workshop, by name: never by how many cases they have. Each has its
        police cases and all its cases, those before and after if a workshop reached it in these
        months, and whether its share lies beyond what chance does."""
        lines = []
        for place in self.counted.places:
            police, total = self._totals.get(place.key, (0, 0))
            if total or place.reached_on is not None:
                sides = self.sides.get(place.key)
                chance = self.funnel if total else None
                outside = chance is not None and chance.is_outside(police, total)
                lines.append(
                    {
                        "place": place,
                        "police": police,
                        "total": total,
                        "sides": sides,
                        "outside": outside,
                    }
                )
        return lines

    @cached_property
    def _totals(self) -> dict[str, tuple[int, int]]:
        inside = [case for case in self.counted.cases if self.within.month_of(case.day) is not None]
        total = Counter(case.place for case in inside if case.place is not None)
        police = Counter(case.place for case in inside if case.police)
        return {key: (police[key], count) for key, count in total.items()}


def trends_of(by: Actor, vault: OpenVault, today: date) -> Trends:
    """Trends of the cases that the actor may see. A person who shows them notes the opening
    (`note_search`)."""
    within = window(today)
    counted = cases_counted(by, vault, stations_reached())
    half = within.starts[_YEAR]
    dated = list(zip(counted.cases, counted.records, strict=True))
    last = [record for case, record in dated if half <= case.day < within.end]
    before = [record for case, record in dated if within.starts[0] <= case.day < half]
    return Trends(
        within,
        counted,
        before_and_after(counted.cases, counted.places, within),
        (help_given(last, today), help_given(before, today)),
    )
