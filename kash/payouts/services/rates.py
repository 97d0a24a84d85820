"""Setting rates."""

from __future__ import annotations

from sqlalchemy import select

from kash.payouts.models import RateTable
from kash.payouts.queries import latest_table, rates_of
from kash.payouts.rules import MOST_BANDS, ROLES, Rates
from kash.payouts.services.errors import UnknownChoice
from kash.policy import Actor
from kash.vault import audited
from kash.workshops.models import Workshop


def set_rates(rates: Rates, by: Actor, workshop: Workshop | None = None) -> str:
    """Store a new version of the programme's rates, or of one workshop's; its public id.

    Lists keep the version under which they were proposed. Raises UnknownChoice.
    """
    if not 0 < len(rates.bands) <= MOST_BANDS or not rates.roles.keys() <= set(ROLES):
        raise UnknownChoice
    with audited("payouts.rates_set", by) as change:
        session = change.session
        workshop_id = None
        if workshop is not None:
            workshop_id = workshop.id
            session.execute(select(Workshop.id).where(Workshop.id == workshop_id).with_for_update())
        latest = latest_table(workshop_id, session)
        if latest is not None and rates_of(latest) == rates:
            change.nothing()
            return latest.public_id
        table = RateTable(
            workshop_id=workshop_id,
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
        session.add(table)
        session.flush()
        change.about(table.public_id, *([workshop.public_id] if workshop is not None else []))
        return table.public_id
