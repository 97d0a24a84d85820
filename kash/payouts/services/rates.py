"""Setting rates, and giving a workshop's own up again."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.payouts.models import RateTable
from kash.payouts.queries.rates import latest_table, rates_of
from kash.payouts.rules.rates import MOST_BANDS, ROLES, Rates
from kash.payouts.services.errors import UnknownPayoutChoice
from kash.platform.vault import Change, audited
from kash.policy import Actor
from kash.workshops.models import Workshop


def set_rates(rates: Rates, by: Actor, workshop: Workshop | None = None) -> str:
    """Store a new version of the programme's rates, or of one workshop's; its public id.

    Lists keep the version under which they were proposed. Raises UnknownChoice.
    """
    if not 0 < len(rates.bands) <= MOST_BANDS or not rates.roles.keys() <= set(ROLES):
        raise UnknownPayoutChoice
    with audited("payouts.rates_set", by) as change:
        latest = _latest_held(change.session, workshop)
        if latest is not None and rates_of(latest) == rates:
            change.nothing()
            return latest.public_id
        return _next_version(change, latest, rates, by, workshop)


def follow_programme(workshop: Workshop, by: Actor) -> None:
    """Give a workshop's own rates up: what is proposed from now on goes by the programme's.

    Lists that were made by its own rates keep them. Nothing changes where there are none.
    """
    with audited("payouts.rates_given_up", by) as change:
        latest = _latest_held(change.session, workshop)
        if latest is None or not latest.bands:
            change.nothing()
            return
        _next_version(change, latest, replace(rates_of(latest), bands=(), roles={}), by, workshop)


def _latest_held(session: Session, workshop: Workshop | None) -> RateTable | None:
    """The latest version; that of a workshop is held until the transaction ends."""
    if workshop is None:
        return latest_table(None, session)
    session.execute(select(Workshop.id).where(Workshop.id == workshop.id).with_for_update())
    return latest_table(workshop.id, session)


def _next_version(
    change: Change, latest: RateTable | None, rates: Rates, by: Actor, workshop: Workshop | None
) -> str:
    table = RateTable(
        workshop_id=workshop.id if workshop is not None else None,
        version=latest.version + 1 if latest else 1,
        currency=rates.currency,
        bands=list(rates.bands),
        rates={
            role: [str(one.basis), list(one.cents)] for role, one in sorted(rates.roles.items())
        },
        least_weight=rates.least_weight,
        weighted=rates.weighted,
        created_by=by.public_id,
        created_at=change.now,
    )
    change.session.add(table)
    change.session.flush()
    change.about(table.public_id, *([workshop.public_id] if workshop is not None else []))
    return table.public_id
