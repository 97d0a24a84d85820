"""Settling double claims."""

from __future__ import annotations

from datetime import date

from kash.payouts.models import SettledClaim
from kash.payouts.queries.claims import double_claims, has_approved_day
from kash.payouts.queries.drafts import draft, drafted_claims
from kash.payouts.queries.rates import table_for
from kash.payouts.rules.claims import Claim
from kash.payouts.services.errors import (
    NoDoubleClaim,
    NotYoursToTake,
    PaidThere,
    UnknownPayoutChoice,
)
from kash.platform.vault import audited
from kash.policy import Actor
from kash.workshops.models import Workshop
from kash.workshops.services.planning import held_workshop

BOTH, HERE, THERE = "both", "here", "there"


def settle(
    workshop: Workshop,
    *,
    person: str,
    day: date,
    other: str,
    keeps: str,
    reason: str,
    by: Actor,
) -> None:
    """Say which of two workshops pays a day, or that both do, and why; public ids of the other
    workshop and the person.

    Whoever runs a workshop gives its claim up, or says why both are right; the other's is taken by
    who approves. A day of an approved list stays there. Raises NoDoubleClaim, PaidThere,
    NotYoursToTake and UnknownChoice.
    """
    if keeps not in (BOTH, HERE, THERE):
        raise UnknownPayoutChoice
    if keeps == HERE and not by.may("payouts.approve"):
        raise NotYoursToTake
    with audited("payouts.claim_settled", by) as change:
        session = change.session
        found = held_workshop(session, workshop.public_id)
        table = table_for(found.id, session)
        rows = draft(found, table, session) if table is not None else []
        claim = next(
            (
                one
                for one in double_claims(found, drafted_claims(found, rows), session)
                if (one.person, one.day, one.other) == (person, day, other)
            ),
            None,
        )
        if claim is None:
            raise NoDoubleClaim
        double = claim.double
        there = double.other(found.id)
        losing = {HERE: there, THERE: found.id}.get(keeps)
        if losing is not None and has_approved_day(session, Claim(double.person, day, losing)):
            raise PaidThere
        row = claim.settled
        if row is None:
            row = SettledClaim(
                person_id=double.person, day=day, first_id=double.first, second_id=double.second
            )
            session.add(row)
        row.keeps_id = {HERE: found.id, THERE: there, BOTH: None}[keeps]
        row.reason = reason
        row.settled_by, row.settled_at = by.public_id, change.now
        change.about(person, found.public_id, other)
