"""Cases as totals count them: all with the consent for it, whoever asks.

Lists of cases leave out those from which their reader must be kept away. Counted through such a
list a total would follow from who asked for it, and two of them would tell of a case. So this
reader knows no conflict of interest, shows no case to anybody, and refuses altogether while there
is one that it cannot read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.incidents.errors import RecordsNotOpen, ReportsStillWait
from kash.incidents.models import Incident
from kash.incidents.queries.cases import KIND
from kash.incidents.queries.letterbox import opened_box
from kash.incidents.queries.screens import Screens
from kash.incidents.queries.withdrawals import Withdrawals
from kash.incidents.rules.additions import adds_to, first_of
from kash.incidents.rules.arrivals import next_arrival
from kash.incidents.rules.record import Record, from_bytes
from kash.incidents.rules.totals import (
    came_in,
    how_mediation_ended,
    is_once_more,
    may_be_counted,
    what_was_done,
    who_did_it,
)
from kash.platform.vault import OpenVault, SealError, fetch_each, open_each
from kash.platform.web.formats import from_local, to_local, zone


@dataclass(frozen=True)
class TotalsCase:
    """One case as it is counted: the day on which it was filed, the kind of party that did it, of
    `PARTY_KINDS` (empty: not known yet), codes of acts as they stand on record, and how mediation
    ended, of `ENDS` (empty until the case is closed). `also` are the references of other reports
    that are one case with it: whichever of them is counted, none of the others ever is."""

    reference: str
    filed_on: date
    party: str = ""
    acts: tuple[str, ...] = ()
    mediation: str = ""
    also: frozenset[str] = frozenset()


@dataclass(frozen=True)
class _Read:
    reference: str
    state: str
    record: Record = field(repr=False)


def countable_from(day: date) -> datetime:
    """The moment from which whatever was filed up to and on a day can be counted, in UTC: the first
    hour after it at which what was sent becomes visible."""
    return next_arrival(from_local(day, time.max), zone())


def cases_for_totals(session: Session, vault: OpenVault, day: date) -> list[TotalsCase]:
    """Cases filed up to and on a day that may be counted, in no particular order. Mediation that
    ended later has not ended yet.

    Reports that say more about another one are one case with it, under its reference. Raises
    RecordsNotOpen and ReportsStillWait.
    """
    box = opened_box(session)
    until = countable_from(day)
    if any(one.visible_at <= until for one in box.sent.values()):
        raise ReportsStillWait
    cases = list(_read_all(session, vault))
    adds = {one.reference: first for one in cases if (first := adds_to(one.record))}
    adds |= box.additions
    once_more = {one.reference for one in cases if is_once_more(one.record, one.state)}
    found: dict[str, TotalsCase] = {}
    named: defaultdict[str, set[str]] = defaultdict(set)
    for one in cases:
        named[first_of(one.reference, adds)].add(one.reference)
    # Of several that are one case that counts which came first, as long as it may.
    for one in sorted(cases, key=lambda one: (one.reference in adds, one.reference)):
        first = first_of(one.reference, adds)
        case = _counted(one, first, day)
        if case is not None and first not in once_more:
            found.setdefault(first, case)
    return [replace(case, also=frozenset(named[first] - {first})) for first, case in found.items()]


def _read_all(session: Session, vault: OpenVault) -> Iterator[_Read]:
    """Each case there is. Raises RecordsNotOpen if one of them does not open whole."""
    rows = {
        row.document_id: (row.public_id, row.state)
        for row in session.execute(
            select(Incident.document_id, Incident.public_id, Incident.state).where(
                Incident.document_id.is_not(None)
            )
        )
    }
    documents = [one for one in fetch_each(session, KIND) if one.id in rows]
    # A document whose key is gone is not even found.
    if len(documents) != len(rows):
        raise RecordsNotOpen
    screens, withdrawals = Screens(session, vault), Withdrawals(session, vault)
    for sealed, plaintext in open_each(vault, documents):
        if isinstance(plaintext, SealError):
            raise RecordsNotOpen
        try:
            record, _parts = screens.put_together(from_bytes(plaintext))
        except ValidationError:
            raise RecordsNotOpen from None
        if record.unread():
            raise RecordsNotOpen
        withdrawals.put_into(sealed.id, record)
        yield _Read(*rows[sealed.id], record)


def _counted(one: _Read, reference: str, day: date) -> TotalsCase | None:
    at = came_in(one.record)
    if at is None or to_local(at).date() > day or not may_be_counted(one.record, one.state):
        return None
    ended = how_mediation_ended(one.record, one.state)
    return TotalsCase(
        reference=reference,
        filed_on=to_local(at).date(),
        party=who_did_it(one.record),
        acts=what_was_done(one.record),
        mediation=ended[0] if ended and to_local(ended[1]).date() <= day else "",
    )
