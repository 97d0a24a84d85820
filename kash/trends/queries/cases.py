"""Cases as trends count them: opened in memory, as far as the actor may see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kash.incidents.queries.cases import Case, open_cases
from kash.incidents.queries.letterbox import opened_box
from kash.incidents.queries.mediation import all_answers
from kash.incidents.rules.additions import adds_to, first_of
from kash.incidents.rules.mediation import take_over
from kash.incidents.rules.record import Record
from kash.incidents.rules.totals import came_in, is_once_more, who_did_it
from kash.platform.database import db
from kash.platform.vault import OpenVault, Sealed
from kash.platform.web.formats import to_local
from kash.policy import Actor
from kash.trends.rules.counts import CountedPlace, TrendCase, places_of

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
    found, damaged = open_cases(by, vault)
    places, of_station, of_ward = places_of(stations)
    answers = all_answers()
    cases, records, unknown = [], [], 0
    for one in _once(found):
        take_over(one.record, answers)
        day = _day_of(one.record)
        if day is None:
            continue
        who = who_did_it(one.record)
        if not who:
            unknown += 1
            continue
        place = _place_of(one.record, who == POLICE, of_station, of_ward)
        cases.append(TrendCase(day, who == POLICE, place))
        records.append((one.record, one.state))
    return CasesCounted(
        cases,
        records,
        places,
        unknown,
        sum(one.place is None for one in cases),
        len(damaged),
        [sealed for one in found for sealed in one.documents if sealed.form != "kept"],
    )


def _once(found: Sequence[Case]) -> list[Case]:
    adds = {one.reference: first for one in found if (first := adds_to(one.record))}
    adds |= opened_box(db.session()).additions
    once_more = {one.reference for one in found if is_once_more(one.record, one.state)}
    kept: dict[str, Case] = {}
    # Of several that are one case the one that came first is counted.
    for one in sorted(found, key=lambda one: (one.reference in adds, one.reference)):
        first = first_of(one.reference, adds)
        if one.state != "draft" and once_more.isdisjoint({one.reference, first}):
            kept.setdefault(first, one)
    return list(kept.values())


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
            known = party.kind == POLICE and party.involvement in _TOOK_PART
            if known and party.station in of_station:
                return of_station[party.station]
    return of_ward.get(record.place.ward.strip().casefold())
